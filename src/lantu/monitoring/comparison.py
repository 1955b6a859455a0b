"""Two years of one county laid over each other, and one finding about what passed between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.core.finding import Answer
from lantu.core.units import round_half_up
from lantu.lawbook.models import ChangeRule
from lantu.monitoring import patches
from lantu.monitoring.classes import LandClasses, Mask
from lantu.monitoring.exchanges import Exchange
from lantu.monitoring.land import LandYear, Passage

RECORD_M2 = 0.005
"""Half of the last digit of a recorded area (0.01 m²): less is no land."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which size on things count, metres and m².

    Attributes:
        patch_m2: a smaller patch is counted below the threshold, not reported as a finding.
        piece_m2: a smaller piece of a patch is noise of digitising, counted below the threshold.
        reach_m: pieces not further apart are one patch.
    """

    patch_m2: float
    piece_m2: float
    reach_m: float


@dataclass(frozen=True, slots=True)
class Change:
    """One finding about changed land.

    Attributes:
        key: stable identity beside rule, county and year: which parcels passed into which.
        params: for the sentence `message`.
        before, after: BSM of the parcels it came from and lies in now.
        from_codes, to_codes: their DLBM.
        area_m2: its statutory area where the rule holds, two decimals.
        geometry: that land in the statutory plane; None where there is nothing to show.
    """

    rule: str
    key: tuple[str, ...]
    answer: Answer
    message: str
    params: Mapping[str, object]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    from_codes: tuple[str, ...] = ()
    to_codes: tuple[str, ...] = ()
    area_m2: Decimal | None = None
    geometry: shapely.Geometry | None = None


@dataclass
class Comparison:
    """Two years of one county laid over each other; cuts geometry only for the pairs that a rule asks about.

    Attributes:
        lines: layer kind → (m,) polygons in the plane; a kind that is not registered is not in it.
        exchanges: approved exchanges of the later year; None where no such table is registered.
    """

    before: LandYear
    after: LandYear
    passage: Passage
    lines: Mapping[str, Geometries]
    exchanges: list[Exchange] | None
    classes: LandClasses
    thresholds: Thresholds

    @cached_property
    def from_bsm(self) -> list[str]:
        return [self.before.bsm[row] for row in self.passage.old]

    @cached_property
    def to_bsm(self) -> list[str]:
        return [self.after.bsm[row] for row in self.passage.new]

    def was(self, classes: Iterable[str]) -> Mask:
        """Return for each passage whether its earlier parcel belongs to one of the classes."""
        return self._in(self.before, self.passage.old, classes)

    def became(self, classes: Iterable[str]) -> Mask:
        """Return for each passage whether its later parcel belongs to one of the classes."""
        return self._in(self.after, self.passage.new, classes)

    def _in(self, year: LandYear, rows: NDArray[np.int32], classes: Iterable[str]) -> Mask:
        return self.classes.belongs(classes, [year.dlbm[i] for i in rows], [year.czcsxm[i] for i in rows])

    def selected(self, rule: ChangeRule) -> Rows:
        """Return the passages from the rule's classes (any land where it names none) into its classes."""
        new = self.became(rule.to_classes) & ~self.was(rule.to_classes)
        if rule.from_classes:
            new &= self.was(rule.from_classes)
        return np.flatnonzero(new & (self.passage.area_m2 >= RECORD_M2))

    def land(self, rows: Rows) -> Geometries:
        """Cut out the land of some passages."""
        old = self.before.pack.geometries(self.passage.old[rows])
        new = self.after.pack.geometries(self.passage.new[rows])
        return patches.pieces(old, new)

    def where_rule_holds(self, rule: ChangeRule, land: Geometries) -> Geometries:
        """Return what of each piece lies inside, and not outside, the lines the rule names."""
        if rule.inside:
            land = patches.within(land, self.lines[rule.inside])
        if rule.outside:
            land = patches.beyond(land, self.lines[rule.outside])
        return land

    def change(
        self,
        rule: ChangeRule,
        answer: Answer,
        message: str,
        rows: Rows,
        land: Iterable[shapely.Geometry],
        **more: object,
    ) -> Change:
        """Describe passages as one finding about their land."""
        shape = patches.merged(land)
        area = square_metres(shape.area)
        from_codes = tuple(sorted({self.before.dlbm[i] for i in self.passage.old[rows]}))
        to_codes = tuple(sorted({self.after.dlbm[i] for i in self.passage.new[rows]}))
        params = {
            "year": self.after.year,
            "area_m2": area,
            "from": self.classes.describe(from_codes),
            "to": self.classes.describe(to_codes),
        }
        return Change(
            rule=rule.code,
            key=self._key(rows, shape),
            answer=answer,
            message=message,
            params=params | more,
            before=tuple(sorted({self.from_bsm[i] for i in rows} - {""})),
            after=tuple(sorted({self.to_bsm[i] for i in rows} - {""})),
            from_codes=from_codes,
            to_codes=to_codes,
            area_m2=area,
            geometry=shape,
        )

    def _key(self, rows: Rows, shape: shapely.Geometry) -> tuple[str, ...]:
        """Name land by the numbers of its parcels; where one has none, also by its place, to the metre."""
        pairs = sorted(f"{self.from_bsm[i]}>{self.to_bsm[i]}" for i in rows)
        if all(self.from_bsm[i] and self.to_bsm[i] for i in rows):
            return tuple(pairs)
        point = shape.representative_point()
        return (*pairs, f"@{point.x:.0f},{point.y:.0f}")


def square_metres(area: float) -> Decimal:
    """Return an area as it is recorded: m² with two decimals, half up."""
    return round_half_up(Decimal(area), 2)

"""Changes of land and what the monitoring must say about each: reckoned here from the pieces cut out."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.units import round_half_up
from lantu.lawbook import Lawbook
from lantu.sample.calibrate import cents, ridges
from lantu.sample.classes import FARMLAND, BaseLand
from lantu.sample.counties import YEARS
from lantu.sample.history import History
from lantu.sample.landmap import LandMap

_CODES, _SETTLEMENT = "dltb_dlbm_2020", "czcsxm"
_REPORTED_FROM_M2 = 100.0
"""`monitoring.min_patch_m2` of the lawbook: smaller changes are planted to be passed over."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One finding that the monitoring must make.

    Attributes:
        area_m2: statutory, two decimals, where the rule holds.
        rows: rows of the History that are the parcels after.
        what: the change in a word, zh and en.
    """

    year: int
    rule: str
    answer: str
    area_m2: Decimal
    rows: tuple[int, ...]
    what: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A row of the table of approved exchanges."""

    number: str
    year: int
    name: str
    out: tuple[int, ...]
    into: tuple[int, ...]


@dataclass
class Events:
    """Everything that happens to a county's land, and what it means."""

    m: LandMap
    base: BaseLand
    history: History
    book: Lawbook
    found: list[Expected] = field(default_factory=list)
    below: list[Expected] = field(default_factory=list)
    legal: list[Expected] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._built = self.book.land_class("construction", _CODES)
        self._urban = self.book.land_class("urban_construction", _SETTLEMENT)
        self._farm = self.book.land_class("farmland", _CODES)
        self._trees = self.book.land_class("woodland_pond", _CODES)

    def whole(
        self, base: int, year: int, what: tuple[str, str], dlbm: str, czcsxm: str = "", slope: str = ""
    ) -> int:
        """Let a whole parcel change, and note what it means."""
        before = self.history.parcels[self.history.standing(base, year)]
        row = self.history.become(base, year, dlbm, czcsxm, slope)
        self._judge([(base, before.dlbm, before.czcsxm, self.history.area_m2(before.shape))], row, year, what)
        return row

    def part(
        self,
        bases: list[int],
        box: shapely.Geometry,
        year: int,
        what: tuple[str, str],
        dlbm: str,
        czcsxm: str = "",
        slope: str = "",
    ) -> int | None:
        """Let a box on some parcels change, and note what it means; None where it cannot be cut."""
        before = [self.history.parcels[self.history.standing(base, year)] for base in bases]
        try:
            row, areas = self.history.split(bases, box, year, dlbm, czcsxm, slope)
        except ValueError:
            return None
        pieces = [(b, old.dlbm, old.czcsxm, area) for b, old, area in zip(bases, before, areas, strict=True)]
        self._judge(pieces, row, year, what)
        return row

    def exchange(
        self,
        out: tuple[int, shapely.Geometry],
        into: tuple[int, shapely.Geometry],
        year: int,
        name: str,
        answer: str,
    ) -> bool:
        """Plant trees on a piece of one field and sow a piece of other land for it, as one approved exchange.

        Args:
            out, into: parcel and box.

        Returns:
            False where the boxes cannot be cut; nothing is then changed.
        """
        history = self.history
        if not history.can_split([out[0]], out[1]) or not history.can_split([into[0]], into[1]):
            return False
        rows = [
            history.split([out[0]], out[1], year, "0301")[0],
            history.split([into[0]], into[1], year, "0103", "", "1")[0],
        ]
        number = f"JCPH-{self.m.county.code}-{year}-01"
        self.exchanges.append(Exchange(number, year, name, (rows[0],), (rows[1],)))
        area = sum(history.area_m2(history.parcels[row].shape) for row in rows)
        self.found.append(
            Expected(
                year, "MON05", answer, _recorded(area), tuple(rows), ("进出平衡", "exchange of farmland")
            )
        )
        return True

    def _judge(
        self, pieces: list[tuple[int, str, str, float]], row: int, year: int, what: tuple[str, str]
    ) -> None:
        """Say which rules a change meets: each line's own law, and farmland lost to trees and water."""
        after = self.history.parcels[row]
        built, urban = after.dlbm in self._built, after.czcsxm in self._urban
        totals = {"MON01": 0.0, "MON02": 0.0, "MON03": 0.0, "MON04": 0.0}
        for base, dlbm, czcsxm, area in pieces:
            farm = dlbm in self._farm
            if built and farm and self.base.basic[base]:
                totals["MON01"] += area
            if built and dlbm not in self._built and self.base.red[base]:
                totals["MON02"] += area
            if urban and czcsxm not in self._urban and self.m.zone[base] == 0:
                totals["MON03"] += area
            if farm and after.dlbm in self._trees:
                totals["MON04"] += area
        met = {rule: area for rule, area in totals.items() if area > 0}
        for rule, area in met.items():
            told = Expected(year, rule, "fail", _recorded(area), (row,), what)
            (self.found if area >= _REPORTED_FROM_M2 else self.below).append(told)
        if not met:
            self.legal.append(
                Expected(year, "", "", _recorded(sum(piece[3] for piece in pieces)), (row,), what)
            )


def _recorded(area_m2: float) -> Decimal:
    return round_half_up(Decimal(area_m2), 2)


def farmland_cents(history: History, only: NDArray[np.bool_] | None = None) -> list[int]:
    """Return Σ TBDLMJ of farmland of each year in cents; with `only`, of the base parcels of that mask."""
    rows = [p for p in history.parcels if p.dlbm in FARMLAND and (only is None or only[p.base])]
    gross = cents(np.array([history.area_m2(p.shape) for p in rows]))
    net = gross - ridges(gross, np.array([p.slope for p in rows], object))
    since, until = np.array([p.since for p in rows]), np.array([p.until for p in rows])
    return [int(net[(since <= year) & (year <= until)].sum()) for year in YEARS]

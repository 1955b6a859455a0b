"""A package on the bench: layers matched to their profile, one statutory plane, what is known beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.core.crs import GEOGRAPHIC, delivered_epsg, is_wgs84, transformer
from lantu.lawbook import Lawbook, LayerSpec, PackageProfile
from lantu.overlay.coverage import Below, Coverage, Overlaps, coverage, overlaps_of
from lantu.overlay.cutting import repaired
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import take
from lantu.quality.findings import CannotTell
from lantu.quality.package import Incident, Package, PackageLayer
from lantu.quality.patches import Patch, patches
from lantu.quality.reference import SURVEY, Reference
from lantu.quality.sheet import Sheet

_T = TypeVar("_T")
SURVEY_PROFILE = "land-survey-2020"
"""Says what a land survey is where the package's own profile does not."""

BROKEN = frozenset(
    {"unreadable", "cut_off", "no_companion", "not_what_it_says", "gdb_table_missing", "changed", "bomb",
     "many_columns", "encrypted", "too_deep"}
)  # fmt: skip
"""Kinds of incident after which a layer may be there and yet cannot be judged."""
_CONTAINERS = (".zip", ".gdb", ".gpkg", ".rar", ".7z", ".mdb")
"""What may hold any layer: while one of these cannot be read, no layer is known to be missing."""
MOST_SHAPED = 2000
"""Of overlaps, gaps and the like so many are built and measured across, the biggest; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What of a layer rules about ground look at: rows that can be measured, broken ones mended, no doubles.

    Attributes:
        layer: row i of it is row `rows[i]` of the sheet.
    """

    sheet: Sheet
    layer: PackedLayer
    rows: NDArray[np.int64]

    def sheet_rows(self, rows: Sequence[int]) -> list[int]:
        """Return which rows of the sheet some rows of the layer are."""
        return [int(self.rows[row]) for row in rows]


@dataclass(frozen=True)
class Workspace:
    """What rules look at.

    Attributes:
        day: of the law that is applied.
        county: 6-digit division code of the package; None where nothing says it.
        reference: what is registered beside the package.
    """

    package: Package
    profile: PackageProfile
    book: Lawbook
    day: date
    reference: Reference = field(default_factory=Reference)
    _grounds: dict[str, Ground] = field(default_factory=dict)
    _overlaps: dict[str, Overlaps] = field(default_factory=dict)
    _coverages: dict[tuple[str, str | None], Coverage] = field(default_factory=dict)
    _patches: dict[tuple[str, str], tuple[list[Patch], Below]] = field(default_factory=dict)
    _made: dict[str, Any] = field(default_factory=dict)

    def number(self, parameter: str) -> Decimal:
        """Return a parameter of the lawbook as it stands on the day."""
        return self.book.number(parameter, self.day)

    def once(self, name: str, make: Callable[[], _T]) -> _T:
        """Return what several rules need and is made once, under a name of its own."""
        if name not in self._made:
            self._made[name] = make()
        made: _T = self._made[name]
        return made

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        return {
            name.upper(): spec.kind
            for spec in self.profile.layers.values()
            for name in (*spec.aliases, spec.kind)
        }

    def kind_of(self, name: str) -> str | None:
        """Return the kind of layer that goes by a name or alias, in any case; else None."""
        return self._kinds.get(name.upper())

    @cached_property
    def matched(self) -> Mapping[str, tuple[PackageLayer, ...]]:
        """The layers of each kind, by name or alias; more than one where a layer is there twice."""
        found: dict[str, list[PackageLayer]] = {}
        for layer in self.package.layers:
            kind = self.kind_of(layer.name)
            if kind:
                found.setdefault(kind, []).append(layer)
        return {kind: tuple(layers) for kind, layers in found.items()}

    @cached_property
    def unknown(self) -> tuple[PackageLayer, ...]:
        """Layers that the profile does not know."""
        known = {id(layer) for layers in self.matched.values() for layer in layers}
        return tuple(layer for layer in self.package.layers if id(layer) not in known)

    @cached_property
    def sheets(self) -> Mapping[str, Sheet]:
        """The layers as rules look at them, by kind, in the order of the profile; of several the first."""
        return {
            kind: Sheet(spec, self.matched[kind][0], system_of(self.matched[kind][0]), lambda: self.plane)
            for kind, spec in self.profile.layers.items()
            if kind in self.matched
        }

    @cached_property
    def beside(self) -> Mapping[str, Sheet]:
        """The land survey that the package is held against, by kind; nothing where it has one itself.

        No rule judges it: only those that compare the package with a survey look at it.
        """
        survey = self.reference.survey
        spec = self.profile.layers.get(SURVEY)
        delivered = SURVEY in self.sheets or self.broken(SURVEY) or (spec and spec.presence == "required")
        if survey is None or delivered:
            return {}
        spec = spec or self.book.profiles[SURVEY_PROFILE].layers[SURVEY]
        return {SURVEY: Sheet(spec, survey.layer, system_of(survey.layer), lambda: self.plane)}

    def any_sheet(self, kind: str) -> Sheet | None:
        """Return a layer of the package, else the one beside it; None where there is neither."""
        found = self.sheets.get(kind)
        return self.beside.get(kind) if found is None else found

    def sheet(self, kind: str) -> Sheet:
        """Return a layer that a rule cannot do without; where the package has none, the one beside it.

        Raises:
            CannotTell: `quality.layer_absent`.
        """
        found = self.any_sheet(kind)
        if found is None:
            raise CannotTell("quality.layer_absent", layer=kind, name=self.layer_name(kind))
        return found

    def layer_name(self, kind: str) -> str:
        """Return the Chinese name of a kind of layer."""
        spec: LayerSpec | None = self.profile.layers.get(kind)
        return spec.name.zh if spec else kind

    @cached_property
    def plane(self) -> StatutoryPlane | None:
        """The statutory plane near the package; None where no layer has a place on earth."""
        boxes = [
            transformer(sheet.crs.to_string(), f"EPSG:{GEOGRAPHIC}").transform_bounds(
                *shapely.total_bounds(sheet.shapes[sheet.placed])
            )
            for sheet in self.sheets.values()
            if sheet.crs is not None and sheet.placed.any()
        ]
        if not boxes:
            return None
        west, south = np.min(boxes, axis=0)[:2]
        east, north = np.max(boxes, axis=0)[2:]
        return StatutoryPlane.near(float(west + east) / 2, float(south + north) / 2)

    @cached_property
    def county(self) -> str | None:
        """The county that most of the package's rows name; None where none is named."""
        votes: dict[str, int] = {}
        for kind in ("XZQX", "XZQ", *self.sheets):
            sheet = self.sheets.get(kind)
            for name in ("XZQDM", "XJXZQDM"):
                if sheet is not None and sheet.has(name):
                    for value in sheet.text(name):
                        code = str(value or "")[:6]
                        if self.book.divisions.by_code(code) is not None:
                            votes[code] = votes.get(code, 0) + 1
            if votes and kind in ("XZQX", "XZQ"):
                break
        return max(sorted(votes), key=lambda code: votes[code], default=None)

    def incidents(self, *kinds: str) -> list[Incident]:
        return [each for each in self.package.incidents if each.kind in kinds]

    def broken(self, kind: str) -> Incident | None:
        """Return what happened to a layer of that kind that could not be read; None where nothing did."""
        for each in self.incidents(*BROKEN):
            stem = each.where.rpartition("/")[2].rpartition(":")[2].partition(".")[0]
            if self.kind_of(each.layer or stem) == kind:
                return each
        return None

    def shut(self) -> Incident | None:
        """Return what happened to something that may hold any layer; None where all was opened."""
        said = self.incidents(*BROKEN)
        return next((e for e in said if e.layer is None and e.where.lower().endswith(_CONTAINERS)), None)

    def polygons(self, kind: str) -> Sheet:
        """Return a layer of polygons that a rule cannot do without.

        Raises:
            CannotTell: `quality.layer_absent`, `quality.no_shapes`.
        """
        sheet = self.sheet(kind)
        if sheet.source.wkb is None:
            raise CannotTell("quality.no_shapes", layer=kind)
        return sheet

    def ground(self, kind: str) -> Ground:
        """Return what rules about ground look at, made once.

        What is left out or mended here, rules about shapes report: rows without a readable polygon, broken
        ones, features with the very shape of another one.

        Raises:
            CannotTell: as `polygons`; `quality.no_system`.
        """
        if kind not in self._grounds:
            sheet = self.polygons(kind)
            layer = sheet.pack
            first = np.sort(np.unique(shape_numbers(layer), return_index=True)[1])
            if len(first) < len(layer):
                layer = take(layer, first)
            self._grounds[kind] = Ground(sheet, repaired(layer, layer.broken), sheet.usable[first])
        return self._grounds[kind]

    def overlaps(self, kind: str) -> Overlaps:
        """Return what features of a layer cover twice, found once; rows are those of `ground`.

        Raises:
            CannotTell: as `ground`.
        """
        if kind not in self._overlaps:
            least = float(self.number("overlay.min_defect_m2"))
            self._overlaps[kind] = overlaps_of(self.ground(kind).layer, least_m2=least, most=MOST_SHAPED)
        return self._overlaps[kind]

    def boundary(self, kind: str) -> PackedLayer:
        """Return the polygons of a layer as a boundary.

        Raises:
            CannotTell: as `ground`; `quality.boundary_broken`.
        """
        outline = self.polygons(kind).pack
        if len(outline.broken) or not outline.area_m2.sum() > 0:
            raise CannotTell("quality.boundary_broken", layer=kind, name=self.layer_name(kind))
        return self.ground(kind).layer

    def coverage(self, kind: str, boundary: str | None = None) -> Coverage:
        """Return overlaps, gaps and ground outside of a layer, found once; rows are those of `ground`.

        Args:
            boundary: kind of the layer whose ground it should cover.

        Raises:
            CannotTell: as `boundary`.
        """
        key = (kind, boundary)
        if key not in self._coverages:
            self._coverages[key] = coverage(
                self.ground(kind).layer, None if boundary is None else self.boundary(boundary),
                least_m2=float(self.number("overlay.min_defect_m2")),
                crack_m=float(self.number("overlay.min_width_m")),
                most=MOST_SHAPED, known=self.overlaps(kind),
            )  # fmt: skip
        return self._coverages[key]

    def patches(self, one: str, other: str) -> tuple[list[Patch], Below]:
        """Return the ground under two layers, found once; rows are those of `ground`.

        Raises:
            CannotTell: as `ground`.
        """
        key = (one, other)
        if key not in self._patches:
            least, crack = (
                float(self.number(f"overlay.{each}")) for each in ("min_defect_m2", "min_width_m")
            )
            self._patches[key] = patches(
                self.ground(one).layer, self.ground(other).layer, least_m2=least, crack_m=crack,
                most=MOST_SHAPED,
            )  # fmt: skip
        return self._patches[key]


def shape_numbers(layer: PackedLayer) -> NDArray[np.uint64]:
    """Return a number per row, equal for rows that were delivered with the same rings."""
    key = layer.shape_key
    number: NDArray[np.uint64] = key[:, 0] ^ (key[:, 1] * np.uint64(0x9E3779B97F4A7C15))
    return number


def system_of(layer: PackageLayer) -> CRS | None:
    """Return the system that a layer's coordinates are taken in: of delivery; WGS84 counts as CGCS2000."""
    if layer.crs is None or layer.wkb is None:
        return None
    epsg = delivered_epsg(layer.crs)
    if epsg is not None:
        return CRS.from_epsg(epsg)
    return CRS.from_epsg(GEOGRAPHIC) if is_wgs84(layer.crs) else None

"""A package on the bench: layers matched to their profile, one statutory plane, what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.core.crs import GEOGRAPHIC, delivered_epsg, is_wgs84, transformer
from lantu.lawbook import Lawbook, LayerSpec, PackageProfile
from lantu.overlay.coverage import Coverage, coverage
from lantu.quality.findings import CannotTell
from lantu.quality.package import Incident, Package, PackageLayer
from lantu.quality.reference import Reference
from lantu.quality.sheet import Sheet

BROKEN = frozenset(
    {"unreadable", "cut_off", "no_companion", "not_what_it_says", "gdb_table_missing", "changed", "bomb",
     "many_columns", "encrypted", "too_deep"}
)  # fmt: skip
"""Kinds of incident after which a layer may be there and yet cannot be judged."""
_CONTAINERS = (".zip", ".gdb", ".gpkg", ".rar", ".7z", ".mdb")
"""What may hold any layer: while one of these cannot be read, no layer is known to be missing."""


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
    _coverages: dict[tuple[str, str | None], Coverage] = field(default_factory=dict)

    def number(self, parameter: str) -> Decimal:
        """Return a parameter of the lawbook as it stands on the day."""
        return self.book.number(parameter, self.day)

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

    def sheet(self, kind: str) -> Sheet:
        """Return a layer that a rule cannot do without.

        Raises:
            CannotTell: `quality.layer_absent`.
        """
        if kind not in self.sheets:
            raise CannotTell("quality.layer_absent", layer=kind, name=self.layer_name(kind))
        return self.sheets[kind]

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

    def coverage(self, kind: str, boundary: str | None = None) -> Coverage:
        """Return overlaps, gaps and ground outside of a layer, found once.

        Args:
            boundary: kind of the layer whose ground it should cover.

        Raises:
            CannotTell: `quality.layer_absent`, `quality.no_system`, `quality.boundary_broken`.
        """
        key = (kind, boundary)
        if key not in self._coverages:
            outline = None if boundary is None else self.sheet(boundary).pack
            if outline is not None and (len(outline.broken) or not outline.area_m2.sum() > 0):
                raise CannotTell(
                    "quality.boundary_broken", layer=boundary, name=self.layer_name(str(boundary))
                )
            self._coverages[key] = coverage(
                self.sheet(kind).pack, outline, least_m2=float(self.number("quality.min_defect_m2")),
                crack_m=float(self.number("quality.crack_m")),
            )  # fmt: skip
        return self._coverages[key]


def system_of(layer: PackageLayer) -> CRS | None:
    """Return the system that a layer's coordinates are taken in: of delivery; WGS84 counts as CGCS2000."""
    if layer.crs is None or layer.wkb is None:
        return None
    epsg = delivered_epsg(layer.crs)
    if epsg is not None:
        return CRS.from_epsg(epsg)
    return CRS.from_epsg(GEOGRAPHIC) if is_wgs84(layer.crs) else None

"""What the maps of a package report show of the package: the county, its lines, what lies around a defect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.errors import GEOSException

from lantu.core.area import Geometries, StatutoryPlane
from lantu.core.crs import Bounds, transformer
from lantu.quality.findings import CannotTell
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

OUTLINES = ("XZQX", "XZQ", "XZQZ")
"""Kinds whose ground is the county's, the first that is there."""
AREAS = ("YJJBNT", "YJJBNTTB", "STBHHX", "CZKFBJ")
MOST_SHAPES = 100_000
"""A layer of more shapes is not drawn on the overview: melting them would take longer than the check."""
MOST_NEAR = 300
_SEEN, _COARSE = 1 / 200, 1 / 4000

Nearby = Callable[[str, Bounds], tuple[Geometries, list[str]]]


@dataclass(frozen=True, slots=True)
class WorkMap:
    """Shapes for the maps, in the statutory plane (metres).

    Attributes:
        outline: the county; empty where no such layer is there.
        areas: control lines by kind, in the order they are drawn.
        near: features of a kind within a box of the plane, cut to it, and their keys; none where the layer
            cannot be drawn. Those too small to be seen in a picture of the box are left out.
    """

    plane: StatutoryPlane
    outline: Geometries
    areas: Mapping[str, Geometries]
    near: Nearby


@np.errstate(invalid="ignore")  # coordinates that are no numbers have a rule of their own
def map_of(work: Workspace) -> WorkMap | None:
    """Return what maps can show of a package; None where nothing has a place on earth."""
    plane = work.plane
    if plane is None:
        return None
    drawn = {kind: _Drawn.of(sheet) for kind, sheet in work.sheets.items() if sheet.source.wkb is not None}
    placed = {kind: each for kind, each in drawn.items() if each is not None}
    outline = next((placed[kind].all() for kind in OUTLINES if kind in placed), np.empty(0, object))
    areas = {
        kind: placed[kind].all() for kind in AREAS if kind in placed and placed[kind].count <= MOST_SHAPES
    }
    if "YJJBNT" in areas:
        areas.pop("YJJBNTTB", None)  # the same ground, cut by parcels

    def near(kind: str, box: Bounds) -> tuple[Geometries, list[str]]:
        return placed[kind].near(box) if kind in placed else (np.empty(0, object), [])

    return WorkMap(plane, outline, areas, near)


class _Drawn:
    """A layer that can be drawn; its tree of boxes is made when something near is asked for."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._plane, self._crs = sheet.place()
        self._tree: shapely.STRtree | None = None
        self.count = len(sheet)

    @classmethod
    def of(cls, sheet: Sheet) -> _Drawn | None:
        try:
            return cls(sheet)
        except CannotTell:
            return None

    def all(self) -> Geometries:
        """Return the whole layer as coarsely as a picture of it may show."""
        boxes = shapely.bounds(self._sheet.shapes)
        placed = np.isfinite(boxes).all(axis=1)
        if not placed.any():
            return np.empty(0, object)
        sides = boxes[placed, 2:].max(axis=0) - boxes[placed, :2].min(axis=0)
        step = float(sides.max()) * _COARSE
        coarse = shapely.simplify(self._sheet.shapes[placed], step, preserve_topology=False)
        # Edges are not densified: these are pictures, no areas.
        moved = shapely.transform(shapely.force_2d(coarse), lambda xy: self._plane.forward(xy, self._crs))
        return np.asarray(moved, object)

    def near(self, box: Bounds) -> tuple[Geometries, list[str]]:
        back = transformer(self._plane.definition, self._crs.to_string())
        west, south, east, north = back.transform_bounds(*box)
        if self._tree is None:
            self._tree = shapely.STRtree(self._sheet.shapes)
        rows = np.sort(self._tree.query(shapely.box(west, south, east, north)))
        sizes = shapely.bounds(self._sheet.shapes[rows])
        seen = (sizes[:, 2:] - sizes[:, :2]).max(axis=1, initial=0) > (east - west) * _SEEN
        found, keys = [], []
        for row in rows[seen][:MOST_NEAR].tolist():
            try:
                cut = shapely.clip_by_rect(self._sheet.shapes[row], west, south, east, north)
            except GEOSException:
                continue  # broken as delivered: its neighbours still show where one is
            if not cut.is_empty:
                found.append(cut)
                keys.append(str(self._sheet.keys[row]))
        return self._plane.project(np.array(found, object), self._crs), keys

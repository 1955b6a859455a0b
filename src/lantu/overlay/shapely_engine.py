"""The overlay engine that leans on GEOS: a tree of boxes, prepared covering tests, clips for the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.overlay.engine import OverlayTable

CHUNK = 512
MAX_VERTICES = 512
"""A right-hand polygon with more vertices is cut up first: a clip costs as much as both its polygons have."""

_Ids = NDArray[np.int64]
_POLYGONAL = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]


@dataclass(frozen=True, slots=True)
class ShapelyEngine:
    """Plain, exact and single-threaded; `name` carries the GEOS version, whose clips decide the last bits."""

    @property
    def name(self) -> str:
        return f"shapely 1 (GEOS {shapely.geos_version_string})"

    def areas(self, left: Geometries, right: Geometries, progress: Progress = silent) -> OverlayTable:
        """Return the shared area of every pair; see `OverlayEngine`."""
        _check(left, "left")
        _check(right, "right")
        pieces, owner = subdivide(right)
        tree = shapely.STRtree(left)
        whole = shapely.area(left)
        lefts: list[_Ids] = []
        rights: list[_Ids] = []
        areas: list[NDArray[np.float64]] = []
        for start in range(0, len(pieces), CHUNK):
            progress("progress.overlay", start, len(pieces))
            chunk = pieces[start : start + CHUNK]
            piece, parcel = tree.query(chunk, predicate="intersects")
            # In a plane partition most neighbours share an edge only, and of the others most lie wholly
            # inside a line: both are told by prepared tests, at a fraction of what a clip costs.
            shapely.prepare(chunk)
            apart = shapely.touches(chunk[piece], left[parcel])
            piece, parcel = piece[~apart], parcel[~apart]
            area = whole[parcel]
            edge = ~shapely.covers(chunk[piece], left[parcel])
            area[edge] = shapely.area(shapely.intersection(left[parcel[edge]], chunk[piece[edge]]))
            lefts.append(parcel)
            rights.append(owner[piece + start])
            areas.append(area)
        progress("progress.overlay", len(pieces), len(pieces))
        return OverlayTable.summed(_joined(lefts), _joined(rights), np.concatenate([np.empty(0), *areas]))


def subdivide(polygons: Geometries, max_vertices: int = MAX_VERTICES) -> tuple[Geometries, _Ids]:
    """Halve big polygons across their longer side until each part has few vertices.

    Returns:
        The parts, and for each the row of the polygon it is part of. The parts of a polygon share
        no area and add up to it.
    """
    todo = shapely.get_parts(polygons, return_index=True)
    done: list[Geometries] = []
    owners: list[_Ids] = []
    while len(todo[0]):
        parts, owner = todo
        small = shapely.get_num_coordinates(parts) <= max_vertices
        done.append(parts[small])
        owners.append(owner[small])
        parts, owner = parts[~small], owner[~small]
        halves = shapely.intersection(np.repeat(parts, 2), _half_boxes(parts))
        owner = np.repeat(owner, 2)
        pieces, which = shapely.get_parts(halves, return_index=True)
        area = shapely.get_dimensions(pieces) == 2
        todo = pieces[area], owner[which[area]]
    found = np.concatenate([np.empty(0, object), *done])
    return found, _joined(owners)


def _half_boxes(parts: Geometries) -> Geometries:
    west, south, east, north = shapely.bounds(parts).reshape(-1, 4).T
    wide = (east - west) > (north - south)
    middle_x = np.where(wide, (west + east) / 2, east)
    middle_y = np.where(wide, north, (south + north) / 2)
    first = shapely.box(west, south, middle_x, middle_y)
    second = shapely.box(np.where(wide, middle_x, west), np.where(wide, south, middle_y), east, north)
    return np.column_stack([first, second]).ravel()


def _joined(ids: list[_Ids]) -> _Ids:
    return np.concatenate([np.empty(0, np.int64), *ids])


def _check(geometries: Geometries, side: str) -> None:
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(geometries), _POLYGONAL))
    if len(wrong):
        raise InputError("overlay.not_polygon", side=side, row=int(wrong[0]), count=len(wrong))
    broken = np.flatnonzero(~shapely.is_valid(geometries))
    if len(broken):
        row = int(broken[0])
        why = shapely.is_valid_reason(geometries[row])
        raise InputError("overlay.invalid", side=side, row=row, count=len(broken), why=why)

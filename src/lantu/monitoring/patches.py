"""Pieces of changed land as geometry: cut out, held against a line, gathered into contiguous patches."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries


def pieces(left: Geometries, right: Geometries) -> Geometries:
    """Return left ∩ right, pair by pair, polygons only: shared edges and corners are no land."""
    return polygonal(shapely.intersection(left, right))


def within(land: Geometries, line: Geometries) -> Geometries:
    """Return for each piece of land what of it lies within any polygon of a line; empty where none does."""
    found = np.full(len(land), shapely.Polygon(), object)
    piece, control = shapely.STRtree(line).query(land, predicate="intersects") if len(line) else _NO_PAIRS
    for row in np.unique(piece):
        hits = shapely.intersection(land[row], line[control[piece == row]])
        found[row] = shapely.union_all(hits)
    return polygonal(found)


def beyond(land: Geometries, line: Geometries) -> Geometries:
    """Return for each piece of land what of it lies outside every polygon of a line."""
    return polygonal(shapely.difference(land, within(land, line)))


def contiguous(land: Geometries, reach_m: float) -> NDArray[np.int64]:
    """Number the patches: pieces not further apart than `reach_m` (metres) belong to the same one.

    Returns:
        For each piece the number of its patch, which is the lowest row in it.
    """
    patch = np.arange(len(land))
    for a, b in zip(*shapely.STRtree(land).query(land, predicate="dwithin", distance=reach_m), strict=True):
        first, second = _root(patch, a), _root(patch, b)
        patch[max(first, second)] = min(first, second)
    return np.array([_root(patch, row) for row in range(len(land))], np.int64)


def merged(land: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Return one polygon or multipolygon of pieces that may overlap."""
    return polygonal(np.array([shapely.union_all(list(land))], object))[0]


def polygonal(geometries: Geometries) -> Geometries:
    """Keep of each geometry its polygons only; an empty polygon where it has none."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    # A collection inside a collection cannot come of a clip of two polygons, so one level is enough.
    keep = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    found = np.full(len(geometries), shapely.Polygon(), object)
    rows, counts = np.unique(owner[keep], return_counts=True)
    many = (
        shapely.multipolygons(parts[keep], indices=np.repeat(np.arange(len(rows)), counts))
        if len(rows)
        else []
    )
    for row, count, multi in zip(rows, counts, many, strict=True):
        found[row] = multi.geoms[0] if count == 1 else multi
    return found


def _root(patch: NDArray[np.int64], row: int) -> int:
    while patch[row] != row:
        row = int(patch[row])
    return int(row)


_NO_PAIRS = (np.empty(0, np.int64), np.empty(0, np.int64))

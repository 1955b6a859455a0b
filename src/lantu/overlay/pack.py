"""Packed layers: everything the kernel needs of a layer in flat arrays, in the statutory plane."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """The polygons of a layer; a feature's row number is its row in the layer. n rows, r rings, v vertices.

    Attributes:
        xy: (v, 2) plane metres; rings closed, outer ones counter-clockwise, holes clockwise.
        ring: (r+1,) where each ring's vertices begin.
        feature_ring: (n+1,) where each row's rings begin; is_hole: (r,).
        box: (n, 4) west, south, east, north; NaN where a row covers nothing.
        area_m2: (n,) statutory area.
        self_covered_m2: (n,) by how much a row covers ground more than once, or as often less than none
            (∫ w² - w): 0 for a sound polygon.
        broken: the rows that do so by more than rounding leaves.
        shape_key: (n, 2) equal for rows that were delivered with the same rings in the same system; where a
            ring starts and which way it runs does not matter.
        edge_*: the trees over each row's edges, m nodes: (m, 4) box, (m,) first and last vertex, end of
            subtree; feature_edge: (n+1,) where each row's nodes begin.
        most_edges: (1,) an upper bound of the edges of a row.
        tree_*: the tree over the rows: box, row or -1, end of subtree.
    """

    xy: _Floats
    ring: _Ints
    feature_ring: _Ints
    is_hole: NDArray[np.bool_]
    box: _Floats
    area_m2: _Floats
    self_covered_m2: _Floats
    broken: _Ints
    shape_key: NDArray[np.uint64]
    edge_box: _Floats
    edge_first: _Ints
    edge_last: _Ints
    edge_skip: _Ints
    feature_edge: _Ints
    most_edges: _Ints
    tree_box: _Floats
    tree_row: _Ints
    tree_skip: _Ints

    def __len__(self) -> int:
        return len(self.box)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the arrays."""
        return tuple(each.name for each in fields(cls))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as they are stored."""
        return {name: getattr(self, name) for name in self.names()}

    def geometries(self, rows: NDArray[np.integer[Any]] | slice = slice(None)) -> Geometries:
        """Build the shapes of some rows, for what somebody looks at; None for a row that covers nothing."""
        wanted = np.arange(len(self))[rows]
        count = self.feature_ring[wanted + 1] - self.feature_ring[wanted]
        ring = ranges(self.feature_ring[wanted], count)
        points = self.ring[ring + 1] - self.ring[ring]
        rings = shapely.linearrings(
            self.xy[ranges(self.ring[ring], points)], indices=np.repeat(np.arange(len(ring)), points)
        )
        polygon_of_ring = np.cumsum(~self.is_hole[ring]) - 1
        polygons = shapely.polygons(rings, indices=polygon_of_ring)
        owner = np.repeat(np.arange(len(wanted)), count)[~self.is_hole[ring]]
        shapes = np.full(len(wanted), None, object)
        parts = np.bincount(owner, minlength=len(wanted))
        single = parts[owner] == 1
        shapes[owner[single]] = polygons[single]
        many = np.flatnonzero(parts > 1)
        if len(many):
            number = np.searchsorted(many, owner[~single])
            shapes[many] = shapely.multipolygons(polygons[~single], indices=number)
        return shapes


def ranges(start: _Ints, count: _Ints) -> _Ints:
    """Return start[0], start[0]+1, … (count[0] of them), start[1], …"""
    begin = np.cumsum(count) - count
    found: _Ints = np.arange(int(count.sum())) + np.repeat(start - begin, count)
    return found

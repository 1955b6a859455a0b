"""Packed layers: everything the kernel needs of a layer in flat arrays, in the statutory plane."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.overlay import wkb as reading
from lantu.overlay.compiled import compiled
from lantu.overlay.kernel import DEEPEST, gather, most_edges, shared_area, under, work_space
from lantu.overlay.trees import enclose, feature_tree, lay_out, tree_size

CHUNK = 16
"""Edges per leaf of the edge trees."""

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
        edge_*: the trees over each row's edges, m nodes: (m, 4) box, (m,) first and last vertex, end of
            subtree; feature_edge: (n+1,) where each row's nodes begin.
        tree_*: the tree over the rows: box, row or -1, end of subtree.
    """

    xy: _Floats
    ring: _Ints
    feature_ring: _Ints
    is_hole: NDArray[np.bool_]
    box: _Floats
    area_m2: _Floats
    self_covered_m2: _Floats
    edge_box: _Floats
    edge_first: _Ints
    edge_last: _Ints
    edge_skip: _Ints
    feature_edge: _Ints
    tree_box: _Floats
    tree_row: _Ints
    tree_skip: _Ints

    def __len__(self) -> int:
        return len(self.box)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as they are stored."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def geometries(self, rows: NDArray[np.integer[Any]] | slice = slice(None)) -> Geometries:
        """Build the shapes of some rows, for what somebody looks at; None for a row that covers nothing."""
        wanted = np.arange(len(self))[rows]
        count = self.feature_ring[wanted + 1] - self.feature_ring[wanted]
        ring = _ranges(self.feature_ring[wanted], count)
        points = self.ring[ring + 1] - self.ring[ring]
        rings = shapely.linearrings(
            self.xy[_ranges(self.ring[ring], points)], indices=np.repeat(np.arange(len(ring)), points)
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


def _ranges(start: _Ints, count: _Ints) -> _Ints:
    """Return start[0], start[0]+1, … (count[0] of them), start[1], …"""
    begin = np.cumsum(count) - count
    found: _Ints = np.arange(int(count.sum())) + np.repeat(start - begin, count)
    return found


@dataclass(frozen=True, slots=True)
class Rings:
    """The rings of some rows as they were read. Attributes as in `PackedLayer`; `state` as in `wkb`."""

    xy: _Floats
    ring: _Ints
    feature_ring: _Ints
    is_hole: NDArray[np.bool_]
    state: NDArray[np.int8]


def rings_of(column: pa.Array) -> Rings:
    """Read polygons out of WKB.

    Args:
        column: binary or large_binary; null, empty and what is no polygon get no rings.
    """
    column = column.cast(pa.large_binary()) if column.type != pa.large_binary() else column
    if column.null_count:
        column = column.fill_null(b"")
    _, offsets_buffer, data_buffer = column.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int64)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.empty(0, np.uint8)
    n = len(column)
    rings, vertices, state = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int8)
    reading.count_rings(data, offsets, rings, vertices, state)
    feature_ring, feature_vertex = _starts(rings), _starts(vertices)
    xy = np.empty((feature_vertex[-1], 2))
    ring = np.empty(feature_ring[-1] + 1, np.int64)
    ring[-1] = feature_vertex[-1]
    is_hole = np.empty(feature_ring[-1], np.bool_)
    reading.copy_rings(data, offsets, state, feature_ring, feature_vertex, xy, ring, is_hole)
    return Rings(xy, ring, feature_ring, is_hole, state)


def _starts(counts: _Ints) -> _Ints:
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def pack(rings: Rings) -> PackedLayer:
    """Orient, measure and index rings in the plane.

    Raises:
        ValueError: some rows are neither polygons nor empty; whoever reads must have said which.
    """
    if not np.isin(rings.state, (reading.SOUND, reading.EMPTY)).all():
        raise ValueError("rows that are no sound polygons cannot be packed")
    n = len(rings.state)
    xy = rings.xy
    _orient(xy, rings.ring, rings.is_hole)
    chunks = -(-(np.diff(rings.ring) - 1) // CHUNK)
    nodes = _tree_sizes(chunks)
    ring_edge = _starts(nodes)
    m = int(ring_edge[-1])
    edge_box, edge_skip = np.empty((m, 4)), np.empty(m, np.int64)
    edge_first, edge_last = np.empty(m, np.int64), np.empty(m, np.int64)
    _index_edges(xy, rings.ring, chunks, ring_edge, edge_box, edge_first, edge_last, edge_skip)
    feature_edge = ring_edge[rings.feature_ring]
    box, area, self_covered = np.empty((n, 4)), np.empty(n), np.empty(n)
    _measure(xy, edge_box, edge_first, edge_last, edge_skip, feature_edge, box, area, self_covered)
    tree_box, tree_row, tree_skip = feature_tree(box)
    return PackedLayer(
        xy, rings.ring, rings.feature_ring, rings.is_hole, box, area, self_covered, edge_box, edge_first,
        edge_last, edge_skip, feature_edge, tree_box, tree_row, tree_skip,
    )  # fmt: skip


@compiled
def _tree_sizes(leaves: Any) -> Any:
    sizes = np.empty(len(leaves), np.int64)
    for k in range(len(leaves)):
        sizes[k] = tree_size(leaves[k])
    return sizes


@compiled
def _orient(xy: Any, ring: Any, is_hole: Any) -> None:
    for k in range(len(is_hole)):
        first, last = ring[k], ring[k + 1] - 1
        twice = 0.0
        for v in range(first, last):
            twice += (xy[v, 0] - xy[first, 0]) * (xy[v + 1, 1] - xy[first, 1])
            twice -= (xy[v + 1, 0] - xy[first, 0]) * (xy[v, 1] - xy[first, 1])
        if (twice < 0.0) != is_hole[k]:
            while first < last:
                for axis in range(2):
                    xy[first, axis], xy[last, axis] = xy[last, axis], xy[first, axis]
                first += 1
                last -= 1


@compiled
def _index_edges(
    xy: Any, ring: Any, chunks: Any, ring_edge: Any, box: Any, first: Any, last: Any, skip: Any
) -> None:
    leaf = np.empty(len(skip), np.int64)
    for k in range(len(chunks)):
        lo, hi = ring_edge[k], ring_edge[k + 1]
        end = ring[k + 1] - 1
        lay_out(chunks[k], lo, leaf, skip)
        begin = ring[k]
        for node in range(lo, hi):
            if leaf[node] < 0:
                continue
            first[node] = begin + leaf[node] * CHUNK
            last[node] = min(first[node] + CHUNK, end)
            west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
            for v in range(first[node], last[node] + 1):
                west, east = min(west, xy[v, 0]), max(east, xy[v, 0])
                south, north = min(south, xy[v, 1]), max(north, xy[v, 1])
            box[node, 0], box[node, 1], box[node, 2], box[node, 3] = west, south, east, north
        enclose(lo, hi, leaf, skip, box)
        for node in range(hi - 1, lo - 1, -1):
            if leaf[node] < 0:
                first[node] = first[node + 1]
                last[node] = last[skip[node] - 1]


@compiled
def _measure(
    xy: Any, edge_box: Any, first: Any, last: Any, skip: Any, feature_edge: Any,
    box: Any, area: Any, self_covered: Any,
) -> None:  # fmt: skip
    most = most_edges(first, last, feature_edge)
    points, chains, flats = work_space(most)
    points_b, chains_b, flats_b = work_space(most)
    todo = np.empty((DEEPEST, 4))
    for row in range(len(area)):
        lo, hi = feature_edge[row], feature_edge[row + 1]
        area[row] = self_covered[row] = 0.0
        box[row, :] = np.nan
        if lo == hi:
            continue
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        node = lo
        while node < hi:
            west, south = min(west, edge_box[node, 0]), min(south, edge_box[node, 1])
            east, north = max(east, edge_box[node, 2]), max(north, edge_box[node, 3])
            node = skip[node]
        box[row, 0], box[row, 1], box[row, 2], box[row, 3] = west, south, east, north
        if west == east or south == north:
            continue
        number, _, _ = gather(
            xy, edge_box, first, last, skip, lo, hi, west, south, east, north, points, chains, flats
        )
        area[row] = under(points, chains, number)
        twice = shared_area(
            xy, edge_box, first, last, skip, lo, hi, xy, edge_box, first, last, skip, lo, hi,
            west, south, east, north, points, chains, flats, points_b, chains_b, flats_b, todo,
        )  # fmt: skip
        self_covered[row] = twice - area[row]

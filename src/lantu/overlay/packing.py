"""How layers are packed: rings out of WKB, densified and projected once, oriented, measured, indexed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import Geometries, StatutoryPlane
from lantu.core.errors import InputError
from lantu.overlay import wkb as reading
from lantu.overlay.compiled import compiled
from lantu.overlay.kernel import DEEPEST, gather, lower_of, most_edges, shared_area, under, work_space
from lantu.overlay.pack import PackedLayer, ranges
from lantu.overlay.threads import in_order
from lantu.overlay.trees import enclose, feature_tree, lay_out, tree_size

CHUNK = 16
"""Edges per leaf of the edge trees."""
SELF_COVERED_M2 = 1e-4
"""A polygon that covers more ground than this twice, or as often less than none, is not measured."""
SELF_COVERED_SHARE = 3e-14
"""… beyond 3,300 km² than this share of its own area: rounding leaves so much of a province's outline."""
FEW_CHAINS = 64
"""A polygon of no more chains is compared with itself in one piece first."""
PIECE_ROWS = 8192
"""Rows that a thread packs at a time."""
FAULTS = {
    reading.UNREADABLE: "overlay.unreadable", reading.NOT_FINITE: "overlay.not_finite",
    reading.UNCLOSED: "overlay.unclosed",
}  # fmt: skip

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


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


def pack_shapes(
    shapes: Geometries, side: str, place: tuple[StatutoryPlane, CRS] | None = None
) -> PackedLayer:
    """Pack shapely polygons; see `pack`."""
    wrong = np.flatnonzero(shapely.is_missing(shapes))
    if len(wrong):
        raise InputError("overlay.not_polygon", side=side, row=int(wrong[0]), count=len(wrong))
    wkb = shapely.to_wkb(shapes, byte_order=1, output_dimension=2)
    # A thread of its own would prepare a projection of its own: a hundred times what a site costs.
    few = len(shapes) <= PIECE_ROWS
    return pack([pa.array(wkb, pa.large_binary())], side, place, threads=1 if few else None)


def pack(
    columns: Iterable[pa.Array],
    side: str,
    place: tuple[StatutoryPlane, CRS] | None = None,
    threads: int | None = None,
) -> PackedLayer:
    """Read, place, orient, measure and index polygons.

    Args:
        columns: the WKB of a layer, in pieces; a piece is read while others are packed.
        side: what the layer is called where it is refused.
        place: the plane and the system of delivery; None for WKB in metres of the plane.
        threads: None for one per core.

    Raises:
        InputError: `overlay.not_polygon`, `.unreadable`, `.not_finite`, `.unclosed`, naming side and row.
    """

    def work(piece: pa.Array) -> tuple[NDArray[np.int8], dict[str, NDArray[Any]]]:
        rings = rings_of(piece)
        if not np.isin(rings.state, (reading.SOUND, reading.EMPTY)).all():
            return rings.state, {}
        _orient(rings.xy, rings.ring, rings.is_hole)
        key = np.zeros((len(piece), 2), np.uint64)
        _shape_keys(rings.xy.view(np.uint64), rings.ring, rings.feature_ring, seed, key)
        return rings.state, _pack_rows(_placed(rings, *place) if place else rings, key)

    seed = int.from_bytes(sha256(place[1].to_string().encode()).digest()[:7]) if place else 0

    pieces = (
        column[start : start + PIECE_ROWS]
        for column in columns
        for start in range(0, len(column), PIECE_ROWS)
    )
    states, parts = [np.empty(0, np.int8)], []
    for state, part in in_order(work, pieces, threads):
        states.append(state)
        parts.append(part)
    _refuse_unreadable(np.concatenate(states), side)
    return _joined(parts or [work(pa.array([], pa.binary()))[1]])


def take(layer: PackedLayer, rows: NDArray[np.integer[Any]]) -> PackedLayer:
    """Return a layer of some rows of another, in the order asked for."""
    count = layer.feature_ring[rows + 1] - layer.feature_ring[rows]
    ring = ranges(layer.feature_ring[rows], count)
    points = layer.ring[ring + 1] - layer.ring[ring]
    xy = layer.xy[ranges(layer.ring[ring], points)]
    sound = np.zeros(len(rows), np.int8)
    rings = Rings(xy, _starts(points), _starts(count), layer.is_hole[ring], sound)
    return _joined([_pack_rows(rings, layer.shape_key[rows])])


def _refuse_unreadable(state: NDArray[np.int8], side: str) -> None:
    wrong = np.flatnonzero(state == reading.NOT_POLYGON)
    if len(wrong):
        raise InputError("overlay.not_polygon", side=side, row=int(wrong[0]), count=len(wrong))
    wrong = np.flatnonzero(~np.isin(state, (reading.SOUND, reading.EMPTY)))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(FAULTS[state[row]], side=side, row=row, count=len(wrong))


def _placed(rings: Rings, plane: StatutoryPlane, crs: CRS) -> Rings:
    """Densify in the system of delivery and project, as `StatutoryPlane.project` does with shapes."""
    step = plane.step(crs)
    ring = np.empty_like(rings.ring)
    _count_dense(rings.xy, rings.ring, step, ring)
    xy = np.empty((ring[-1], 2))
    _densify(rings.xy, rings.ring, step, ring, xy)
    return Rings(plane.forward(xy, crs), ring, rings.feature_ring, rings.is_hole, rings.state)


def _pack_rows(rings: Rings, key: NDArray[np.uint64]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a `PackedLayer`, but for those of the whole."""
    n = len(rings.state)
    chunks = -(-(np.diff(rings.ring) - 1) // CHUNK)
    ring_edge = _starts(_tree_sizes(chunks))
    m = int(ring_edge[-1])
    edge_box, edge_skip = np.empty((m, 4)), np.empty(m, np.int64)
    edge_first, edge_last = np.empty(m, np.int64), np.empty(m, np.int64)
    _index_edges(rings.xy, rings.ring, chunks, ring_edge, edge_box, edge_first, edge_last, edge_skip)
    feature_edge = ring_edge[rings.feature_ring]
    box, area, self_covered = np.empty((n, 4)), np.empty(n), np.empty(n)
    _measure(rings.xy, edge_box, edge_first, edge_last, edge_skip, feature_edge, box, area, self_covered)
    return {
        "xy": rings.xy, "ring": rings.ring, "feature_ring": rings.feature_ring, "is_hole": rings.is_hole,
        "box": box, "area_m2": area, "self_covered_m2": self_covered, "shape_key": key, "edge_box": edge_box,
        "edge_first": edge_first, "edge_last": edge_last, "edge_skip": edge_skip,
        "feature_edge": feature_edge,
    }  # fmt: skip


# What the numbers of an array count: where parts are joined they go up by what came before.
_COUNTS = {
    "ring": "xy", "feature_ring": "is_hole", "edge_first": "xy", "edge_last": "xy", "edge_skip": "edge_box",
    "feature_edge": "edge_box",
}  # fmt: skip
_STARTS = ("ring", "feature_ring", "feature_edge")  # with one more at the end, which the next part repeats


def _joined(parts: list[dict[str, NDArray[Any]]]) -> PackedLayer:
    """Put the rows of several parts one after the other; empties the parts as it goes."""
    length = {of: [len(part[of]) for part in parts] for of in set(_COUNTS.values())}
    whole = {}
    for name in list(parts[0]):
        pieces = [part.pop(name) for part in parts]
        if name in _STARTS:
            pieces = [*(piece[:-1] for piece in pieces[:-1]), pieces[-1]]
        if of := _COUNTS.get(name):
            for piece, before in zip(pieces[1:], np.cumsum(length[of]), strict=False):
                piece += before
        whole[name] = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    tree_box, tree_row, tree_skip = feature_tree(whole["box"])
    most = most_edges(whole["edge_first"], whole["edge_last"], whole["feature_edge"])
    most_twice = np.maximum(SELF_COVERED_M2, SELF_COVERED_SHARE * np.abs(whole["area_m2"]))
    broken = np.flatnonzero(np.abs(whole["self_covered_m2"]) > most_twice)
    return PackedLayer(
        **whole, tree_box=tree_box, tree_row=tree_row, tree_skip=tree_skip,
        most_edges=np.array([most]), broken=broken,
    )  # fmt: skip


@compiled
def _shape_keys(bits: Any, ring: Any, feature_ring: Any, seed: int, key: Any) -> None:
    """Add up a scrambled number per edge: whatever vertex a ring starts at, the sum is the same.

    Args:
        bits: (v, 2) the coordinates' bits; rings oriented.
        key: (n, 2) written; zeros before.
    """
    for row in range(len(key)):
        for half in range(2):
            total = np.uint64(0)
            for k in range(feature_ring[row], feature_ring[row + 1]):
                for v in range(ring[k], ring[k + 1] - 1):
                    mixed = np.uint64(seed + half)
                    for end in range(2):
                        for axis in range(2):
                            # Rounds of splitmix64: every bit of every coordinate reaches every bit.
                            mixed = (mixed ^ bits[v + end, axis]) + np.uint64(0x9E3779B97F4A7C15)
                            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                            mixed ^= mixed >> np.uint64(31)
                    total += mixed
            key[row, half] = total


@compiled
def _count_dense(xy: Any, ring: Any, step: float, dense: Any) -> None:
    """Write where each ring's vertices begin once no edge is longer than `step`."""
    total = 0
    for k in range(len(ring) - 1):
        dense[k] = total
        for v in range(ring[k], ring[k + 1] - 1):
            length = np.hypot(xy[v + 1, 0] - xy[v, 0], xy[v + 1, 1] - xy[v, 1])
            total += max(1, int(np.ceil(length / step)))
        total += 1
    dense[len(ring) - 1] = total


@compiled
def _densify(xy: Any, ring: Any, step: float, dense: Any, into: Any) -> None:
    for k in range(len(ring) - 1):
        at = dense[k]
        for v in range(ring[k], ring[k + 1] - 1):
            dx, dy = xy[v + 1, 0] - xy[v, 0], xy[v + 1, 1] - xy[v, 1]
            parts = max(1, int(np.ceil(np.hypot(dx, dy) / step)))
            for part in range(parts):
                into[at, 0] = xy[v, 0] + dx * (part / parts)
                into[at, 1] = xy[v, 1] + dy * (part / parts)
                at += 1
        into[at, 0], into[at, 1] = into[dense[k], 0], into[dense[k], 1]


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
        area[row] = under(points, chains, number, False)
        twice = np.inf
        if number <= FEW_CHAINS:
            # Every pair of chains counts twice, a chain and itself once.
            twice = 2.0 * lower_of(points, chains, number, points, chains, number, True)
            twice += under(points, chains, number, True)
        if not abs(twice - area[row]) < 0.1 * SELF_COVERED_M2:  # in doubt: in small boxes, which round less
            twice = shared_area(
                xy, edge_box, first, last, skip, lo, hi, xy, edge_box, first, last, skip, lo, hi,
                west, south, east, north,
                points, chains, flats, points_b, chains_b, flats_b, todo,
            )  # fmt: skip
        self_covered[row] = twice - area[row]

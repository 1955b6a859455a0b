"""The uncovered ground of cells joined to gaps: through openings, not through cracks.

Where two pieces hang together by a crack only, narrower than `crack_m`, they are two gaps; and a hole from
which a crack leads to the outside is still a hole. So what is free in a cell is parted into bodies and
cracks, bodies are joined along the sides of the cells, and a crack goes with the one body it ends in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lantu.core.area import Geometries
from lantu.overlay.cutting import polygons_of, spread
from lantu.overlay.engine import LEAST_M2

AROUND_M = 0.01
"""So much around a cell is looked at, too: what is a crack does not hang on where cells end. It is more than
any crack is wide."""
TOUCH_M = 1e-6
"""What is nearer than this touches: GEOS rounds its crossings."""
_DUST_M2 = 1e-9

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Pairs = tuple[_Ints, _Ints]


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What is free within cells: shapes, whose cell each is in, which of them are cracks."""

    shape: Geometries
    cell: _Ints
    crack: NDArray[np.bool_]


def gaps_of(free: Geometries, box: _Floats, frame: _Floats | None, crack_m: float) -> Geometries:
    """Return the gaps, a polygon each (of several parts where rounding parts them).

    Args:
        free: (k,) what is uncovered of each cell and AROUND_M around it.
        box: (k, 4) the cells.
        frame: what is joined to these sides is outside, no gap; None where everything counts.
        crack_m: narrower openings are cracks.
    """
    pieces = _parted(free, box, crack_m)
    if not len(pieces.shape):
        return pieces.shape
    along = _along_sides(pieces, box)
    body = _joined(len(pieces.shape), along)
    outside = np.zeros(len(body), np.bool_)
    if frame is not None:
        on_frame = (np.abs(shapely.bounds(pieces.shape) - frame) < TOUCH_M).any(axis=1) & ~pieces.crack
        outside = np.isin(body, body[on_frame])
    number, goes_out = _cracks(pieces, body, outside, along)
    inside = np.flatnonzero(~outside & ~goes_out)
    order = inside[np.argsort(number[inside], kind="stable")]
    _, which = np.unique(number[order], return_inverse=True)
    together = shapely.geometrycollections(pieces.shape[order], indices=which) if len(order) else order
    whole = spread(lambda some: shapely.union_all(some[:, None], axis=1), np.asarray(together, object))
    whole = polygons_of(whole)
    return np.asarray(whole[shapely.area(whole) > LEAST_M2])


def _parted(free: Geometries, box: _Floats, crack_m: float) -> _Pieces:
    """Part bodies from cracks and cut both to their cells."""
    cores = spread(lambda some: shapely.buffer(some, -crack_m / 2, join_style="mitre", mitre_limit=50), free)
    core, of_body = shapely.get_parts(cores, return_index=True)
    core, of_body = core[~shapely.is_empty(core)], of_body[~shapely.is_empty(core)]
    grown = spread(
        lambda some: shapely.buffer(some, 0.51 * crack_m, join_style="mitre", mitre_limit=50), core
    )
    body = _cut(grown, free[of_body], box[of_body])
    rest = free.copy()
    if len(grown):
        which, number = np.unique(of_body, return_inverse=True)
        all_of = shapely.geometrycollections(grown, indices=number)
        rest[which] = spread(
            lambda some, of: shapely.difference(some, shapely.union_all(of[:, None], axis=1)),
            free[which], all_of,
        )  # fmt: skip
    crack = _cut(rest, rest, box)
    shape, piece = shapely.get_parts(np.concatenate([body, crack]), return_index=True)
    cell = np.concatenate([of_body, np.arange(len(free))])[piece]
    real = shapely.area(shape) > _DUST_M2
    return _Pieces(shape[real], cell[real], (piece >= len(body))[real])


def _cut(shapes: Geometries, within: Geometries, box: _Floats) -> Geometries:
    def cut(some: Geometries, of: Geometries, to: Geometries) -> Geometries:
        return polygons_of(shapely.intersection(polygons_of(shapely.intersection(some, of)), to))

    return spread(cut, shapes, within, shapely.box(*box.T))


def _along_sides(pieces: _Pieces, box: _Floats) -> _Pairs:
    """Return pairs of pieces of one sort that have a stretch of a cell's side in common."""
    rings, owner = shapely.get_rings(pieces.shape, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    begin, end, piece = points[edge], points[edge + 1], owner[ring[edge]]
    sides = box[pieces.cell[piece]]
    stretch, owners, ways = [], [], []
    for side in range(4):
        axis = side % 2
        at = sides[:, side]
        on = np.flatnonzero((np.abs(begin[:, axis] - at) < TOUCH_M) & (np.abs(end[:, axis] - at) < TOUCH_M))
        low = np.minimum(begin[on, 1 - axis], end[on, 1 - axis])
        high = np.maximum(begin[on, 1 - axis], end[on, 1 - axis])
        stretch.append(np.column_stack([at[on], low, high]))
        owners.append(piece[on])
        ways.append(np.full(len(on), axis))
    line, who, way = np.concatenate(stretch), np.concatenate(owners), np.concatenate(ways)
    at, low, high = line.T
    flat = np.column_stack([at, low, at, high])
    flat[way == 1] = flat[way == 1][:, [1, 0, 3, 2]]
    lines = shapely.linestrings(flat.reshape(-1, 2, 2))
    one, other = shapely.STRtree(lines).query(lines) if len(lines) else np.empty((2, 0), np.int64)
    shared = np.minimum(high[one], high[other]) - np.maximum(low[one], low[other])
    joined = (one < other) & (way[one] == way[other]) & (at[one] == at[other]) & (shared > TOUCH_M)
    joined &= pieces.crack[who[one]] == pieces.crack[who[other]]
    return who[one[joined]], who[other[joined]]


def _joined(count: int, pairs: _Pairs) -> _Ints:
    """Return for each of so many pieces the number of what it is part of."""
    graph = coo_array((np.ones(len(pairs[0]), np.int8), pairs), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _cracks(
    pieces: _Pieces, body: _Ints, outside: NDArray[np.bool_], along: _Pairs
) -> tuple[_Ints, NDArray[np.bool_]]:
    """Let a crack that ends in one body only go with it; what leads to the outside belongs there.

    Returns:
        For each piece the number of the gap, and whether it is a crack that leads to the outside.
    """
    none = np.zeros(len(body), np.bool_)
    cracks, bodies = np.flatnonzero(pieces.crack), np.flatnonzero(~pieces.crack)
    if not len(cracks) or not len(bodies):
        return body, none
    tree = shapely.STRtree(pieces.shape[bodies])
    crack, meets = tree.query(pieces.shape[cracks], predicate="dwithin", distance=TOUCH_M)
    crack, meets = cracks[crack], bodies[meets]
    goes_out = np.isin(body, body[crack[outside[meets]]])
    # Each crack with each body it ends in, once.
    key, first = np.unique(body[crack] * (int(body.max()) + 1) + body[meets], return_index=True)
    ends = np.bincount(key // (int(body.max()) + 1), minlength=len(body))
    single = first[ends[body[crack[first]]] == 1]
    links = np.concatenate([along[0], crack[single]]), np.concatenate([along[1], meets[single]])
    return _joined(len(body), links), goes_out

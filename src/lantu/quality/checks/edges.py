"""Shared edges: do neighbours have equal vertices along them? By sorting edges, so giants cost no more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.overlay import wkb as reading
from lantu.overlay.packing import Rings
from lantu.quality.findings import LISTED, Defect
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import MOST_SHAPED, Workspace

STRIP = 500_000
"""Vertices without a counterpart are compared with edges in strips of so many."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Numbers = NDArray[np.uint64]


def unmatched_vertices(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Where two features share an edge, both have the same vertices on it.

    An edge that comes again with the very same ends is matched. Of the others some lie along a neighbour's
    edge, closer than a crack is wide: what is further off is a gap or an overlap. What lies at the outer edge
    of the layer is no matter.

    Yields:
        One defect per pair of neighbours, at the vertices; most vertices first.
    """
    crack_m = float(work.number("overlay.min_width_m"))
    rings = sheet.rings
    number = _numbers(rings)
    edge, row = _lone_edges(rings, number)
    corner, owner = _corners(rings, number, edge, row)
    xy = (rings.xy - np.array(sheet.bounds[:2] if sheet.bounds else (0.0, 0.0))) * np.array(sheet.metres)
    at, along = _near(xy[corner], xy[edge], xy[edge + 1], crack_m)
    real = owner[at] != row[along]
    for end in (edge[along], edge[along] + 1):
        real &= number[corner[at]] != number[end]
    at, along = at[real], along[real]
    pair = np.sort(np.column_stack([owner[at], row[along]]), axis=1)
    key, vertex = pair[:, 0] * len(sheet) + pair[:, 1], corner[at]
    # A vertex lies at the end of two edges: it counts once.
    once = np.unique(np.column_stack([key, number[vertex].view(np.int64)]), axis=0, return_index=True)[1]
    key, vertex = key[once], vertex[once]
    begin = np.flatnonzero(np.diff(key, prepend=-1))
    count = np.diff(np.append(begin, len(key)))
    order = np.argsort(-count, kind="stable")
    for nth in order[:MOST_SHAPED].tolist():
        some = vertex[begin[nth] : begin[nth] + count[nth]][:LISTED]
        one, other = divmod(int(key[begin[nth]]), len(sheet))
        names = sorted((sheet.keys[one], sheet.keys[other]))
        yield Defect(
            sheet.kind, tuple(names), [one, other], params={"vertices": int(count[nth])},
            shape=sheet.spots(rings.xy[some], np.zeros(len(some), np.int64))[0],
        )  # fmt: skip
    if (more := len(order) - MOST_SHAPED) > 0:
        pairs = key[begin[order[MOST_SHAPED:]]]
        rows = np.unique(np.concatenate(np.divmod(pairs, len(sheet))))
        yield Defect(sheet.kind, ("rest",), rows.tolist(), params={"more": more}, message="quality.more")


def _numbers(rings: Rings) -> _Numbers:
    """Return a number per vertex, equal for equal coordinates."""
    bits = (rings.xy + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    return _scrambled(_scrambled(bits[:, 0]) ^ bits[:, 1])


def _scrambled(bits: _Numbers) -> _Numbers:
    """Spread numbers: rounds of splitmix64."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _lone_edges(rings: Rings, number: _Numbers) -> tuple[_Ints, _Ints]:
    """Return the first vertex of every edge that comes once, whichever way it runs, and its row."""
    count = np.diff(rings.ring)
    row = np.repeat(np.arange(len(rings.state)), np.diff(rings.feature_ring))
    edge = np.ones(len(rings.xy), np.bool_)
    edge[rings.ring[1:] - 1] = False
    edge &= np.repeat(rings.state[row] == reading.SOUND, count)
    edge[:-1] &= number[1:] != number[:-1]
    first = np.flatnonzero(edge)
    both = number[first] + number[first + 1]
    order = np.argsort(both)
    same = np.diff(both[order]) == 0
    lone = np.ones(len(first), np.bool_)
    lone[order[1:][same]] = lone[order[:-1][same]] = False
    first = np.sort(first[lone])
    return first, row[np.searchsorted(rings.ring, first, side="right") - 1]


def _corners(rings: Rings, number: _Numbers, edge: _Ints, row: _Ints) -> tuple[_Ints, _Ints]:
    """Return the vertices at the ends of edges, each once for each row, and their rows."""
    vertex, owner = np.concatenate([edge, edge + 1]), np.concatenate([row, row])
    mixed = _scrambled(number[vertex] ^ _scrambled(owner.astype(np.uint64)))
    once = np.sort(np.unique(mixed, return_index=True)[1])
    return vertex[once], owner[once]


def _near(points: _Floats, begin: _Floats, end: _Floats, distance: float) -> tuple[_Ints, _Ints]:
    """Return pairs of a point and an edge that are no further apart than so much."""
    order = np.argsort(points[:, 0], kind="stable")
    west, east = np.minimum(begin, end)[:, 0] - distance, np.maximum(begin, end)[:, 0] + distance
    at, along = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(order), STRIP):
        some = order[start : start + STRIP]
        low, high = points[some[[0, -1]], 0]
        here = np.flatnonzero((west <= high) & (east >= low))
        lines = shapely.linestrings(np.stack([begin[here], end[here]], axis=1))
        tree = shapely.STRtree(lines)
        which, line = tree.query(shapely.points(points[some]), predicate="dwithin", distance=distance)
        at.append(some[which])
        along.append(here[line])
    return np.concatenate(at), np.concatenate(along)

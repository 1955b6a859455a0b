"""From lines to a plane partition: node, polygonise, name each face, gather faces into parcels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from lantu.core.area import Geometries
from lantu.sample.drawing import GRID_M, LONGEST_EDGE_M, Points

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Borders:
    """Which faces share a border, and how long it is: `left` < `right`."""

    left: Ids
    right: Ids
    length: NDArray[np.float64]


def faces_of(lines: Geometries, outline: shapely.Geometry) -> Geometries:
    """Node lines on the grid and return the faces they make inside the outline, none overlapping, no gap.

    Lines that end nowhere divide nothing and fall away.
    """
    shapely.prepare(outline)
    near = lines[shapely.intersects(outline, lines) & (shapely.length(lines) > GRID_M)]
    work = shapely.segmentize(np.append(near, shapely.boundary(outline)), LONGEST_EDGE_M)
    noded = shapely.union_all(work, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(faces[shapely.contains(outline, shapely.point_on_surface(faces))])


def inner_points(faces: Geometries) -> Points:
    """Return a point inside each face."""
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(faces)))


def borders(faces: Geometries) -> Borders:
    """Find the faces that share edges."""
    rings, ring_face = _rings(faces)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    step = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.round(np.stack([xy[step], xy[step + 1]], 1) / GRID_M).astype(np.int64)
    flip = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[flip] = ends[flip][:, ::-1]
    flat: NDArray[Any] = ends.reshape(-1, 4)
    order = np.lexsort(flat.T)
    same = (flat[order[1:]] == flat[order[:-1]]).all(axis=1)
    a, b = order[:-1][same], order[1:][same]
    face = ring_face[ring[step]]
    pair = np.sort(np.stack([face[a], face[b]], 1), axis=1)
    length: NDArray[np.float64] = np.hypot(*(flat[a, :2] - flat[a, 2:]).T) * GRID_M
    key, where = np.unique(pair[:, 0] * len(faces) + pair[:, 1], return_inverse=True)
    return Borders(
        key // len(faces),
        key % len(faces),
        np.bincount(where, weights=length, minlength=len(key)).astype(np.float64),
    )


def _rings(faces: Geometries) -> tuple[Geometries, Ids]:
    rings, face = shapely.get_rings(faces, return_index=True)
    return rings, face


def gather(label: NDArray[Any], shared: Borders) -> Ids:
    """Number the groups of faces that have the same label and hang together."""
    _, code = np.unique(label, return_inverse=True)
    same = code[shared.left] == code[shared.right]
    count = len(label)
    graph = coo_matrix((np.ones(same.sum()), (shared.left[same], shared.right[same])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def absorb(group: Ids, small: NDArray[np.bool_], open_: NDArray[np.bool_], shared: Borders) -> Ids:
    """Give each small open group to the open neighbour with the longest common border.

    Args:
        group: group of each face.
        small, open_: per group: too small to stand alone; may give and take land.
    """
    count = len(small)
    for _ in range(4):
        left, right = group[shared.left], group[shared.right]
        apart = left != right
        pair = np.concatenate([np.stack([left, right], 1), np.stack([right, left], 1)])[np.tile(apart, 2)]
        length = np.tile(shared.length, 2)[np.tile(apart, 2)]
        fit = small[pair[:, 0]] & open_[pair[:, 0]] & open_[pair[:, 1]]
        if not fit.any():
            break
        key, where = np.unique(pair[fit, 0] * count + pair[fit, 1], return_inverse=True)
        total = np.bincount(where, length[fit])
        order = np.lexsort([total, key // count])
        giver = key[order] // count
        last = np.flatnonzero(np.append(giver[1:] != giver[:-1], True))
        best = np.arange(count)
        best[giver[last]] = key[order][last] % count
        # Two small groups that choose each other: only the later one goes.
        mutual = best[best] == np.arange(count)
        best[mutual & (best > np.arange(count))] = np.arange(count)[mutual & (best > np.arange(count))]
        group = best[group]
        small = small.copy()
        small[giver[last]] = False
    return group


def dissolve(faces: Geometries, group: Ids) -> tuple[Geometries, Ids]:
    """Return one shape per group, and the number of each; groups of one face stay as they are."""
    order = np.argsort(group, kind="stable")
    names, start, count = np.unique(group[order], return_index=True, return_counts=True)
    shapes = np.empty(len(names), object)
    shapes[count == 1] = faces[order[start[count == 1]]]
    for i in np.flatnonzero(count > 1):
        shapes[i] = whole(faces[order[start[i] : start[i] + count[i]]])
    return shapes, names


def whole(faces: Geometries) -> shapely.Geometry:
    """Return the union of faces of one partition; vertices of its border stay, those inside go."""
    found = shapely.coverage_union_all(faces)
    parts = shapely.get_parts(found)
    return parts[0] if len(parts) == 1 else found

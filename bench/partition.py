"""A plane partition of a square with real shared borders: every border is one polyline, used by both sides.

Cells are the Voronoi cells of seeds. Each ridge between two cells becomes a jagged polyline that stays inside
the two triangles (ridge, seed), so borders never cross and every cell is simple by construction. Regions of
any labelling of the cells are the faces of the borders between different labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[Any]

NOTHING = -1
"""The label of cells that belong to no region, and of what lies outside the square."""
_SHORTEST_M = 1e-3
"""Shorter ridges are drawn together into one point."""
_BULGE = 0.45
"""The part of the room to either side that a border may take."""
_HASH = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Partition:
    """n cells in the square (0, 0) … (side, side); r ridges, some of them drawn as a point and left out.

    Attributes:
        seed: (n, 2) a point of each cell, metres.
        node: (k, 2) where ridges meet.
        ridge_cell: (r, 2) the cells to its sides; -1 is outside the square.
        ridge_node: (r, 2) its ends.
        points: (r,) how many vertices lie between its ends.
        ridge: (r,) its number, which the jitter hangs on: a border is the same wherever it is drawn.
    """

    seed: Floats
    node: Floats
    ridge_cell: Ints
    ridge_node: Ints
    points: Ints
    ridge: Ints

    def part(self, cells: NDArray[np.bool_]) -> tuple[Partition, Ints]:
        """Keep the ridges that touch some cells.

        Returns:
            The part, which has its own cell numbers, and the number here of each cell of it.
        """
        part = self._only(np.append(cells, False)[self.ridge_cell].any(axis=1))
        number = np.unique(part.ridge_cell)
        number = number[number >= 0]
        here = np.where(part.ridge_cell < 0, NOTHING, np.searchsorted(number, part.ridge_cell))
        return replace(part, seed=self.seed[number], ridge_cell=here), number

    def moved(self, by: Floats) -> Partition:
        """Lay the square elsewhere."""
        return replace(self, seed=self.seed + by, node=self.node + by)

    def _only(self, keep: NDArray[np.bool_]) -> Partition:
        return replace(
            self,
            ridge_cell=self.ridge_cell[keep],
            ridge_node=self.ridge_node[keep],
            points=self.points[keep],
            ridge=self.ridge[keep],
        )

    def lines(self) -> Shapes:
        """Draw each ridge as a line from its first node to its second.

        Only sums, products, quotients and roots are used, which IEEE 754 fixes to the bit.
        """
        start, end = self.node[self.ridge_node[:, 0]], self.node[self.ridge_node[:, 1]]
        along = end - start
        length = np.sqrt((along**2).sum(axis=1))
        count = self.points + 2
        owner = np.repeat(np.arange(len(count)), count)
        nth = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        inner = (nth > 0) & (nth <= self.points[owner])
        at, of = nth[inner], owner[inner]
        name = self.ridge[of] * 4096 + at
        t = (at + 0.3 * _noise(name, 0)) / (self.points[of] + 1)
        room = np.full(len(of), np.inf)
        for side in (0, 1):
            cell = self.ridge_cell[:, side]
            apex = self.seed[cell] - start
            foot = ((apex * along).sum(axis=1) / length**2)[of]
            height = (np.abs(along[:, 0] * apex[:, 1] - along[:, 1] * apex[:, 0]) / length)[of]
            with np.errstate(divide="ignore", invalid="ignore"):
                rising = np.where(foot > 0, t / foot, np.inf)
                falling = np.where(foot < 1, (1 - t) / (1 - foot), np.inf)
            # The outer border stays straight.
            room = np.minimum(room, np.where(cell[of] < 0, 0.0, height * np.minimum(rising, falling)))
        offset = (_BULGE * room * _noise(name, 1)) / length[of]
        xy = np.empty((len(owner), 2))
        xy[nth == 0], xy[nth == self.points[owner] + 1] = start, end
        across = np.column_stack([-along[:, 1], along[:, 0]])
        xy[inner] = start[of] + along[of] * t[:, None] + across[of] * offset[:, None]
        return np.asarray(shapely.linestrings(xy, indices=owner))

    def regions(self, label: Ints) -> tuple[Shapes, Ints, Ints]:
        """Return the faces of a labelling.

        Args:
            label: (n,) ≥ 0 or `NOTHING` for each cell.

        Returns:
            Polygons, counter-clockwise, each a connected region of one label, sorted by their first cell;
            the first cell of each; (n,) the polygon that each cell lies in, -1 for `NOTHING`.
        """
        sides = np.append(label, NOTHING)[self.ridge_cell]
        border = self._only(sides[:, 0] != sides[:, 1])
        faces = shapely.get_parts(shapely.polygonize(border.lines()))
        wanted = np.flatnonzero(label != NOTHING)
        face, nth = shapely.STRtree(shapely.points(self.seed[wanted])).query(faces, predicate="contains")
        if len(nth) != len(wanted):
            raise AssertionError(f"{len(wanted)} cells lie in {len(nth)} faces")
        first = np.full(len(faces), len(label))
        np.minimum.at(first, face, wanted[nth])
        order = np.argsort(first, kind="stable")[: int((first < len(label)).sum())]
        rank = np.full(len(faces), -1)
        rank[order] = np.arange(len(order))
        face_of_cell = np.full(len(label), -1)
        face_of_cell[wanted[nth]] = rank[face]
        return shapely.orient_polygons(faces[order]), first[order], face_of_cell


def partition(seed: Floats, side: float, vertices: float) -> Partition:
    """Make the partition.

    Args:
        seed: (n, 2) distinct points inside the square.
        side: of the square, metres.
        vertices: about how many vertices a cell gets.
    """
    n = len(seed)
    reach = 8 * side / np.sqrt(n)
    near = [
        (axis, wall, np.flatnonzero(np.abs(seed[:, axis] - wall) < reach))
        for axis in (0, 1)
        for wall in (0.0, side)
    ]
    # Mirrored seeds make the sides of the square ridges.
    mirrored, walls = [seed], [np.full((n, 2), np.nan)]
    for axis, wall, rows in near:
        image, on_wall = seed[rows].copy(), np.full((len(rows), 2), np.nan)
        image[:, axis] = 2 * wall - image[:, axis]
        on_wall[:, axis] = wall
        mirrored.append(image)
        walls.append(on_wall)
    every, wall_of = np.vstack(mirrored), np.vstack(walls)
    net = Delaunay(every)
    cell, ends = _ridges(net, n)
    used, inverse = np.unique(ends, return_inverse=True)
    node, ends = _centres(every[net.simplices[used]]), inverse.reshape(ends.shape)
    del net

    short = np.sqrt(((node[ends[:, 1]] - node[ends[:, 0]]) ** 2).sum(axis=1)) < _SHORTEST_M
    graph = coo_array((np.ones(short.sum()), tuple(ends[short].T)), shape=(len(node), len(node)))
    _, component = connected_components(graph, directed=False)
    _, chosen = np.unique(component, return_index=True)
    node, ends = node[chosen], component[ends].astype(np.int64)
    keep = ends[:, 0] != ends[:, 1]
    cell, ends = cell[keep], ends[keep]

    wall = wall_of[cell[:, 1]]
    for axis in (0, 1):
        on = ~np.isnan(wall[:, axis])
        node[ends[on], axis] = wall[on, axis][:, None]
    cell[cell >= n] = NOTHING
    length = np.sqrt(((node[ends[:, 1]] - node[ends[:, 0]]) ** 2).sum(axis=1))
    points = np.round(vertices / 6 * np.sqrt(length / length.mean())).astype(np.int64).clip(0, 40)
    return Partition(seed, node, cell, ends, points, np.arange(len(ends)))


def _ridges(net: Delaunay, n: int) -> tuple[Ints, Ints]:
    """Return for each ridge of the first n seeds its two seeds, the lower first, and its two triangles."""
    cells, ends = [], []
    for corner in range(3):
        other = net.neighbors[:, corner]
        pair = np.delete(net.simplices, corner, axis=1)
        rows = np.flatnonzero((other > np.arange(len(other))) & (pair < n).any(axis=1))
        cells.append(np.sort(pair[rows], axis=1))
        ends.append(np.column_stack([rows, other[rows]]))
    return np.vstack(cells).astype(np.int64), np.vstack(ends).astype(np.int64)


def _centres(corners: Floats) -> Floats:
    """Return the centres of the circles round triangles (m, 3, 2)."""
    a = corners[:, 0]
    b, c = corners[:, 1] - a, corners[:, 2] - a
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    x = (c[:, 1] * bb - b[:, 1] * cc) / twice
    y = (b[:, 0] * cc - c[:, 0] * bb) / twice
    return np.asarray(a + np.column_stack([x, y]))


def _noise(name: Ints, stream: int) -> Floats:
    """Return a number in [-1, 1) for each name: the same for the same name, whatever else is asked for."""
    with np.errstate(over="ignore"):
        z = (name.astype(np.uint64) * np.uint64(2) + np.uint64(stream)) * np.uint64(_HASH[0])
        for shift, factor in ((30, _HASH[1]), (27, _HASH[2])):
            z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0)

"""The overlay engine of the product: packed layers, the area kernel, as many threads as there are cores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import MAX_EDGE_M, Geometries, StatutoryPlane
from lantu.core.crs import GEOGRAPHIC
from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.overlay.compiled import compiled
from lantu.overlay.kernel import DEEPEST, SPLIT, gather, lower_of, shared_area, under, work_space
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes
from lantu.overlay.table import OverlayTable
from lantu.overlay.threads import in_order

BLOCKS = 64
"""The work is shared out in about so many blocks, of no more than MOST_ROWS rows."""
MOST_ROWS = 2048
LEAST_M2 = 1e-6
"""Two polygons that share less only touch: rounding leaves so much; beyond 1,000 km², 1e-15 of their box."""


@dataclass(frozen=True, slots=True)
class KernelEngine:
    """Sums over edges in compiled threads; no intersection is built. See `kernel`.

    Every pair is one thread's work from begin to end, and its polygon with more edges goes first: figures are
    the same bits for any number of threads, whichever side is left, and for layers that come in pieces.
    """

    @property
    def name(self) -> str:
        return "lantu area kernel 1"

    def areas(self, left: Geometries, right: Geometries, progress: Progress = silent) -> OverlayTable:
        """Pack both sides and return the shared area of every pair; see `overlay`."""
        return self.overlay(pack_shapes(left, "left"), pack_shapes(right, "right"), progress)

    def overlay(
        self, left: PackedLayer, right: PackedLayer, progress: Progress = silent, threads: int | None = None
    ) -> OverlayTable:
        """Return the shared area of every pair of two packed layers.

        Args:
            threads: None for one per core; one is quickest for a single site.

        Raises:
            InputError: `overlay.invalid`, naming side and row, where a polygon covers ground twice.
        """
        _refuse_self_covered(left, "left")
        _refuse_self_covered(right, "right")
        # The side with fewer polygons walks the tree of the other.
        turned = len(right) < len(left)
        a, b = (right, left) if turned else (left, right)
        found = _blocks(a, b, False, progress, threads)
        return OverlayTable.of_pairs(*((found[1], found[0]) if turned else found[:2]), found[2])

    def overlaps(
        self, layer: PackedLayer, progress: Progress = silent, threads: int | None = None
    ) -> OverlayTable:
        """Return the area of every pair of polygons of one layer that share ground, left < right.

        Raises:
            InputError: as `overlay`.
        """
        _refuse_self_covered(layer, "left")
        return OverlayTable.of_pairs(*_blocks(layer, layer, True, progress, threads))


def method(engine: KernelEngine, plane: StatutoryPlane) -> str:
    """Return the words under which a table is stored: what measured, in which plane."""
    return f"{engine.name}; {plane.definition}; densified to {MAX_EDGE_M:g} m"


def prepare(progress: Progress = silent) -> None:
    """Load the compiled loops, or compile them, which takes half a minute once per user and version.

    Called before processes or threads share the work, so that they do not all compile.
    """
    progress("progress.compile", 0, 1)
    _load()
    progress("progress.compile", 1, 1)


@cache
def _load() -> None:
    place = StatutoryPlane(105, 35), CRS.from_epsg(GEOGRAPHIC)
    squares = pack_shapes(shapely.box([105.0, 105.001], 35.0, [105.002, 105.003], 35.002), "", place)
    KernelEngine().overlay(squares, squares, threads=1)
    KernelEngine().overlaps(squares, threads=1)


def _blocks(
    a: PackedLayer, b: PackedLayer, below: bool, progress: Progress, threads: int | None
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    arguments = (*_of_polygons(a), *_of_polygons(b), b.tree_box, b.tree_row, b.tree_skip)
    rows = min(max(len(a) // BLOCKS, 1), MOST_ROWS)
    starts = range(0, len(a), rows)

    def block(start: int) -> Any:
        return _block(start, min(start + rows, len(a)), below, *arguments)

    parts = []
    for start, part in zip(starts, in_order(block, starts, threads), strict=True):
        progress("progress.overlay", start, len(a))
        parts.append(part)
    progress("progress.overlay", len(a), len(a))
    empty = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
    rows_a, rows_b, area = (np.concatenate(each) for each in zip(empty, *parts, strict=True))
    return rows_a, rows_b, area


def _of_polygons(layer: PackedLayer) -> tuple[NDArray[Any], ...]:
    return (
        layer.xy, layer.edge_box, layer.edge_first, layer.edge_last, layer.edge_skip, layer.feature_edge,
        layer.most_edges, layer.box, layer.area_m2,
    )  # fmt: skip


def _refuse_self_covered(layer: PackedLayer, side: str) -> None:
    if len(layer.broken):
        why = shapely.is_valid_reason(layer.geometries(layer.broken[:1])[0])
        row, count = int(layer.broken[0]), len(layer.broken)
        raise InputError("overlay.invalid", side=side, row=row, count=count, why=why)


@compiled
def _block(
    start: int, stop: int, below: bool,
    a_xy: Any, a_edge_box: Any, a_first: Any, a_last: Any, a_skip: Any, a_feature: Any, a_most: Any,
    a_box: Any, a_area: Any,
    b_xy: Any, b_edge_box: Any, b_first: Any, b_last: Any, b_skip: Any, b_feature: Any, b_most: Any,
    b_box: Any, b_area: Any,
    tree_box: Any, tree_row: Any, tree_skip: Any,
) -> Any:  # fmt: skip
    """Overlay rows start … stop-1 of A with all of B; `below` asks for pairs a < b only.

    Returns:
        Rows of A, rows of B and areas > 0, by a and then as the tree meets them.
    """
    room = 4 * (stop - start) + 16
    found_a, found_b, found = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
    count = 0
    points_a, chains_a, flats_a = work_space(a_most[0])
    points_b, chains_b, flats_b = work_space(b_most[0])
    todo = np.empty((DEEPEST, 4))
    for a in range(start, stop):
        west, south, east, north = a_box[a, 0], a_box[a, 1], a_box[a, 2], a_box[a, 3]
        if not west < east or not south < north:
            continue
        node = 0
        while node < len(tree_row):
            if (
                tree_box[node, 0] >= east or tree_box[node, 2] <= west
                or tree_box[node, 1] >= north or tree_box[node, 3] <= south
            ):  # fmt: skip
                node = tree_skip[node]
                continue
            b = tree_row[node]
            node += 1
            if b < 0 or (below and b <= a):
                continue
            x0, y0 = max(west, b_box[b, 0]), max(south, b_box[b, 1])
            x1, y1 = min(east, b_box[b, 2]), min(north, b_box[b, 3])
            if not x0 < x1 or not y0 < y1:
                continue
            own_a = x0 == west and y0 == south and x1 == east and y1 == north
            own_b = (
                x0 == b_box[b, 0] and y0 == b_box[b, 1] and x1 == b_box[b, 2] and y1 == b_box[b, 3]
            )  # fmt: skip
            # The one with more edges goes first, whatever side it is on: the same bits either way, and it
            # says soonest that nothing is shared.
            more = (a_feature[a + 1] - a_feature[a]) - (b_feature[b + 1] - b_feature[b])
            bigger_a = more > 0 or (
                more == 0 and (a_area[a], west, south) >= (b_area[b], b_box[b, 0], b_box[b, 1])
            )
            # `shared_area` would do all that follows; but to hand it all these arrays takes as long as most
            # pairs do, so it gets only those whose box has to be halved.
            number_a, through_a, cover_a = 0, True, 0
            number_b, through_b, cover_b = 0, True, 0
            for turn in range(2):
                if (turn == 0) == bigger_a:
                    number_a, through_a, cover_a = gather(
                        a_xy, a_edge_box, a_first, a_last, a_skip, a_feature[a], a_feature[a + 1],
                        x0, y0, x1, y1, points_a, chains_a, flats_a,
                    )  # fmt: skip
                    if not through_a and (cover_a == 0 or own_b):
                        break
                else:
                    number_b, through_b, cover_b = gather(
                        b_xy, b_edge_box, b_first, b_last, b_skip, b_feature[b], b_feature[b + 1],
                        x0, y0, x1, y1, points_b, chains_b, flats_b,
                    )  # fmt: skip
                    if not through_b and (cover_b == 0 or own_a):
                        break
            if (not through_a and cover_a == 0) or (not through_b and cover_b == 0):
                continue
            if not through_a and own_b:
                area = cover_a * b_area[b]
            elif not through_b and own_a:
                area = cover_b * a_area[a]
            elif not through_a and not through_b:
                area = cover_a * cover_b * (x1 - x0) * (y1 - y0)
            elif not through_a:
                area = cover_a * under(points_b, chains_b, number_b, False)
            elif not through_b:
                area = cover_b * under(points_a, chains_a, number_a, False)
            elif number_a * number_b <= SPLIT:
                if bigger_a:
                    area = lower_of(points_a, chains_a, number_a, points_b, chains_b, number_b, False)
                else:
                    area = lower_of(points_b, chains_b, number_b, points_a, chains_a, number_a, False)
            elif bigger_a:
                area = shared_area(
                    a_xy, a_edge_box, a_first, a_last, a_skip, a_feature[a], a_feature[a + 1],
                    b_xy, b_edge_box, b_first, b_last, b_skip, b_feature[b], b_feature[b + 1],
                    x0, y0, x1, y1, points_a, chains_a, flats_a, points_b, chains_b, flats_b, todo,
                )  # fmt: skip
            else:
                area = shared_area(
                    b_xy, b_edge_box, b_first, b_last, b_skip, b_feature[b], b_feature[b + 1],
                    a_xy, a_edge_box, a_first, a_last, a_skip, a_feature[a], a_feature[a + 1],
                    x0, y0, x1, y1, points_b, chains_b, flats_b, points_a, chains_a, flats_a, todo,
                )  # fmt: skip
            if area <= max(LEAST_M2, 1e-15 * (x1 - x0) * (y1 - y0)):
                continue
            if count == len(found):
                more_a, more_b = np.empty(2 * count, np.int32), np.empty(2 * count, np.int32)
                more = np.empty(2 * count)
                more_a[:count], more_b[:count], more[:count] = found_a, found_b, found
                found_a, found_b, found = more_a, more_b, more
            found_a[count], found_b[count], found[count] = a, b, area
            count += 1
    return found_a[:count], found_b[:count], found[:count]

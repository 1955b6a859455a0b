"""Ground that no polygon of a layer covers, found by mass balance.

The ground is cut into cells. What a cell has of it, less what all polygons cover there, is zero unless
ground is uncovered, covered twice, or covered from outside; the kernel says so for all cells at once. Only
cells that are not even, or where one fault could hide another, go to GEOS. What is less than NOISE_M2 in a
cell is not seen: a gap of 0.01 m² would have to be spread over a thousand cells to be missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import MAX_EDGE_M, Geometries
from lantu.core.progress import Progress, silent
from lantu.overlay.cutting import cut_to, mended, polygons_of, seen_in, spread
from lantu.overlay.engine import KernelEngine
from lantu.overlay.gaps import AROUND_M, gaps_of
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes
from lantu.overlay.threads import in_order

NOISE_M2 = 1e-5
"""A cell is even within this: clean ones are within 1e-8, but for pairs under LEAST_M2, which are dropped."""
PER_CELL = 16
"""Features per cell at first."""
MOST = 32
"""A cell that goes to GEOS is quartered until no more features have their middle in it …"""
DEEPEST = 20
"""… but no more often than so, where they all have the same."""
REACH_M = MAX_EDGE_M + 10
"""A giant is cut so far outside the cell that no cut edge reaches it: inside, vertices stay equal."""
FRAME_M = 1.0
"""Without a boundary so much of the outside goes round the layer."""
ROWS = 2048
"""Features a thread measures against the boundary at a time."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells of the ground.

    Attributes:
        box: (k, 4).
        ground: (k,) m² of it that are to be covered; full: whether that is all of it.
        cell, row: pairs of cell and feature; area_m2: what they share.
    """

    box: _Floats
    ground: _Floats
    full: NDArray[np.bool_]
    cell: _Ints
    row: _Ints
    area_m2: _Floats

    def only(self, chosen: NDArray[np.bool_]) -> _Cells:
        """Return some of the cells."""
        number = np.cumsum(chosen) - 1
        pairs = chosen[self.cell]
        return _Cells(
            self.box[chosen], self.ground[chosen], self.full[chosen], number[self.cell[pairs]],
            self.row[pairs], self.area_m2[pairs],
        )  # fmt: skip


def uncovered(
    layer: PackedLayer,
    boundary: PackedLayer | None,
    doubtful: _Floats,
    crack_m: float,
    progress: Progress = silent,
) -> tuple[Geometries, _Floats]:
    """Return the uncovered ground, one polygon per gap, and how much of each feature is off the ground.

    Args:
        layer: its polygons cover nothing twice.
        boundary: one polygon, the ground; None for the box around the layer, of which what is joined to the
            outside is no gap.
        doubtful: (k, 4) boxes around overlaps, where the balance proves nothing.
        crack_m: what is narrower does not make one gap of two.

    Returns:
        Gaps, and (n,) m²: 0 without a boundary.
    """
    boxes = layer.box if boundary is None else boundary.box
    off_ground = np.zeros(len(layer))
    if np.isnan(boxes).all():
        return np.empty(0, object), off_ground
    frame = np.r_[np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)]
    if boundary is None:
        frame += np.array([-1, -1, 1, 1]) * FRAME_M
    grid = _balance(layer, boundary, _grid(frame, layer), progress)
    if boundary is not None:
        inside = (layer.box[:, :2] >= frame[:2]).all(axis=1) & (layer.box[:, 2:] <= frame[2:]).all(axis=1)
        inside[grid.row[~grid.full[grid.cell]]] = False
        rows = np.flatnonzero(~inside & ~np.isnan(layer.box[:, 0]))
        off_ground[rows] = _off_ground(layer, boundary, rows)
    cells = _uneven(layer, boundary, grid, doubtful, off_ground > NOISE_M2)
    free = _free(layer, boundary, cells, progress)
    return gaps_of(free, cells.box, frame if boundary is None else None, crack_m), off_ground


def _grid(frame: _Floats, layer: PackedLayer) -> _Floats:
    west, south, east, north = frame
    side = np.sqrt((east - west) * (north - south) * PER_CELL / max(len(layer), 1))
    columns, rows = (max(1, min(4096, round(extent / side))) for extent in (east - west, north - south))
    x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    i, j = (each.ravel() for each in np.meshgrid(np.arange(columns), np.arange(rows)))
    # Neighbours have their edge from the same number, so that pieces on both sides fit together.
    return np.column_stack([x[i], y[j], x[i + 1], y[j + 1]])


def _balance(layer: PackedLayer, boundary: PackedLayer | None, box: _Floats, progress: Progress) -> _Cells:
    cells = pack_shapes(shapely.box(*_wider(box, AROUND_M).T), "cells")
    table = KernelEngine().overlay(cells, layer, progress)
    ground: _Floats = cells.area_m2
    if boundary is not None:
        inside = KernelEngine().overlay(cells, boundary)
        ground = _sums(inside.left_id, inside.area_m2, len(box))
    full = ground >= cells.area_m2 - NOISE_M2
    return _Cells(
        box, ground, full, table.left_id.astype(np.int64), table.right_id.astype(np.int64), table.area_m2
    )  # fmt: skip


def _off_ground(layer: PackedLayer, boundary: PackedLayer, rows: _Ints) -> _Floats:
    """Return how much of each of some features lies off the ground, m²."""

    def of_some(rows: _Ints) -> _Floats:
        some = pack_shapes(layer.geometries(rows), "layer")
        inside = KernelEngine().overlay(some, boundary, threads=1)
        return some.area_m2 - _sums(inside.left_id, inside.area_m2, len(rows))

    slices = (rows[start : start + ROWS] for start in range(0, len(rows), ROWS))
    return np.concatenate([np.empty(0), *in_order(of_some, slices)])


def _uneven(
    layer: PackedLayer,
    boundary: PackedLayer | None,
    cells: _Cells,
    doubtful: _Floats,
    loose: NDArray[np.bool_],
) -> _Cells:
    """Return the cells that may hold uncovered ground, quartered where many features lie in one.

    Args:
        loose: (n,) which features reach off the ground.
    """
    middle = (layer.box[:, :2] + layer.box[:, 2:]) / 2
    doubtful_boxes = shapely.box(*doubtful.T)
    found: list[_Cells] = []
    for depth in range(DEEPEST + 1):
        cell, row, count = cells.cell, cells.row, len(cells.box)
        uneven = np.abs(cells.ground - _sums(cell, cells.area_m2, count)) > NOISE_M2
        uneven[shapely.STRtree(shapely.box(*cells.box.T)).query(doubtful_boxes)[1]] = True
        reached = np.zeros(count, np.bool_)
        reached[cell[loose[row]]] = True
        uneven |= reached & ~cells.full
        uneven &= cells.ground > NOISE_M2
        x, y = middle[row].T
        west, south, east, north = cells.box[cell].T
        own = (x >= west) & (x < east) & (y >= south) & (y < north)
        crowded = uneven & (np.bincount(cell[own], minlength=count) > MOST) & (depth < DEEPEST)
        found.append(cells.only(uneven & ~crowded))
        if not crowded.any():
            break
        cells = _balance(layer, boundary, _quarters(cells.box[crowded]), silent)
    before = np.cumsum([0, *(len(each.box) for each in found)])
    return _Cells(
        np.concatenate([each.box for each in found]),
        np.concatenate([each.ground for each in found]),
        np.concatenate([each.full for each in found]),
        np.concatenate([each.cell + start for each, start in zip(found, before, strict=False)]),
        np.concatenate([each.row for each in found]),
        np.concatenate([each.area_m2 for each in found]),
    )


def _sums(of: NDArray[np.integer[Any]], area: _Floats, count: int) -> _Floats:
    return np.asarray(np.bincount(of, area, minlength=count), np.float64)


def _quarters(box: _Floats) -> _Floats:
    west, south, east, north = box.T
    x, y = (west + east) / 2, (south + north) / 2
    return np.concatenate(
        [np.column_stack(each) for each in (
            (west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north)
        )]
    )  # fmt: skip


def _wider(box: _Floats, by: float) -> _Floats:
    wider: _Floats = box + np.array([-by, -by, by, by])
    return wider


def _free(layer: PackedLayer, boundary: PackedLayer | None, cells: _Cells, progress: Progress) -> Geometries:
    """Return what is uncovered of each cell and AROUND_M around it, by GEOS."""
    progress("progress.gaps", 0, len(cells.box))
    around, reach = _wider(cells.box, AROUND_M), _wider(cells.box, REACH_M)
    free = shapely.box(*around.T)
    partial = np.flatnonzero(~cells.full)
    if boundary is not None and len(partial):
        free[partial] = cut_to(mended(boundary.geometries())[0], reach[partial])
    order = np.argsort(cells.cell, kind="stable")
    cell, row = cells.cell[order], cells.row[order]
    here = seen_in(layer, row, reach[cell])
    if len(cell):
        which, number = np.unique(cell, return_inverse=True)
        free[which] = spread(
            lambda some, by: shapely.difference(some, shapely.union_all(by[:, None], axis=1)),
            free[which], shapely.geometrycollections(here, indices=number),
        )  # fmt: skip
    free[partial] = shapely.intersection(free[partial], shapely.box(*around[partial].T))
    progress("progress.gaps", len(cells.box), len(cells.box))
    return polygons_of(free)

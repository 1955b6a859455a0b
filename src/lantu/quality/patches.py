"""Ground under two layers at once, patch by patch: what hangs together is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lantu.core.area import Geometries
from lantu.overlay.coverage import Below
from lantu.overlay.cutting import FEW, polygons_of, shared_by, widest
from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer

DUST_M2 = 1e-4
"""Pairs that share less only touch: edges that are cut differently before projection leave so much."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Patch:
    """Ground that hangs together and lies under both layers.

    Attributes:
        one, other: rows of the two layers, those with most of it first.
        area_m2: statutory area; width_m: diameter of the largest circle in it, of a winding one maybe less.
        place: (x, y) in that circle.
    """

    shape: Any
    one: list[int]
    other: list[int]
    area_m2: float
    width_m: float
    place: tuple[float, float]


def patches(
    one: PackedLayer, other: PackedLayer, *, least_m2: float, crack_m: float, most: int
) -> tuple[list[Patch], Below]:
    """Find the ground under both.

    Args:
        least_m2: smaller patches are left out.
        crack_m: what is no further apart is one patch.
        most: so many are listed at most.

    Returns:
        Patches, biggest first; those that are too many to be listed, with rows of `one`.

    Raises:
        InputError: `overlay.invalid` where a polygon covers ground twice.
    """
    table = KernelEngine().overlay(one, other)
    real = table.area_m2 >= DUST_M2
    pairs = np.column_stack([table.left_id, table.right_id]).astype(np.int64)[real]
    parts, pair = shapely.get_parts(shared_by(one, other, pairs), return_index=True)
    size = shapely.area(parts)
    parts, pair, size = parts[size > 0], pair[size > 0], size[size > 0]
    if not len(parts):
        return [], Below(0, 0.0)
    # The kernel measures a pair; how that is shared out among its parts, GEOS says.
    of_pair = np.bincount(pair, size, minlength=len(pairs))
    area = size * (table.area_m2[real] / np.maximum(of_pair, 1e-300))[pair]
    patch = _together(parts, crack_m)
    total = np.bincount(patch, area)
    order = np.argsort(-total, kind="stable")
    order = order[total[order] >= least_m2]
    listed, hidden = order[:most].tolist(), order[most:]
    members = np.split(np.argsort(patch, kind="stable"), np.cumsum(np.bincount(patch))[:-1])
    shapes = np.empty(len(listed), object)
    shapes[:] = [shapely.union_all(parts[members[nth]]) for nth in listed]
    shapes = polygons_of(shapes)
    found = []
    width, place = widest(shapes, FEW)
    for nth, shape, wide, (x, y) in zip(listed, shapes, width.tolist(), place.tolist(), strict=True):
        some = members[nth]
        # Where features of one layer overlap each other, the ground under them counts once.
        union = float(shapely.area(shape))
        once = float(total[nth]) if total[nth] < union + DUST_M2 else union
        rows, others = (_by_share(pairs[pair[some], side], area[some]) for side in (0, 1))
        found.append(Patch(shape, rows, others, once, wide, (x, y)))
    left = np.unique(pairs[pair[np.isin(patch, hidden)], 0])
    return found, Below(len(hidden), float(total[hidden].sum()), tuple(left.tolist()))


def _together(parts: Geometries, distance: float) -> _Ints:
    """Number parts by the patch they belong to: those that are no further apart are of one."""
    one, other = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=distance)
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(parts), len(parts)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _by_share(rows: _Ints, area: _Floats) -> list[int]:
    """Return each row once, those with most area first."""
    each, number = np.unique(rows, return_inverse=True)
    order = np.argsort(-np.bincount(number, area), kind="stable")
    return [int(row) for row in each[order]]

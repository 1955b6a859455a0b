"""Polygons of one layer that lie over each other: added up, they would count the same ground twice."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import take


def lying_double(layer: PackedLayer, engine: KernelEngine, least_m2: float = 0.0) -> NDArray[np.bool_]:
    """Return which rows share ground with another one of the same layer.

    Args:
        least_m2: what two must share to count; gaps and slivers of digitising share less.

    Raises:
        InputError: `overlay.invalid`.
    """
    shared = engine.overlaps(layer)
    enough = shared.area_m2 > least_m2
    double = np.zeros(len(layer), dtype=np.bool_)
    double[shared.left_id[enough]] = double[shared.right_id[enough]] = True
    return double


def covered_once(layer: PackedLayer, site: PackedLayer, engine: KernelEngine) -> tuple[float, bool]:
    """Return how much of one polygon a layer covers, m²: ground under several of its polygons counts once.

    Args:
        site: of one row.

    Returns:
        The area, and whether polygons lie over each other there.

    Raises:
        InputError: `overlay.invalid`.
    """
    shared = engine.overlay(layer, site, threads=1)
    met = take(layer, shared.left_id)
    double = lying_double(met, engine)
    area = float(shared.area_m2[~double].sum())
    if double.any():
        once = shapely.union_all(met.geometries(np.flatnonzero(double)))
        area += float(shapely.area(shapely.intersection(once, site.geometries()[0])))
    return area, bool(double.any())


def delivered_twice(layer: PackedLayer) -> int:
    """Return how many rows have the very shape of another one."""
    _, times = np.unique(layer.shape_key[layer.area_m2 > 0], axis=0, return_counts=True)
    return int(times[times > 1].sum())

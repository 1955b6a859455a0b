"""Polygons of one layer that lie over each other: added up, they would count the same ground twice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer


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


def delivered_twice(layer: PackedLayer) -> int:
    """Return how many rows have the very shape of another one."""
    _, times = np.unique(layer.shape_key[layer.area_m2 > 0], axis=0, return_counts=True)
    return int(times[times > 1].sum())

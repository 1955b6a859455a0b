"""Polygons of one layer that lie over each other: added up, they would count the same ground twice."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries


def lying_double(shapes: Geometries, least_m2: float = 0.0) -> NDArray[np.bool_]:
    """Return which polygons share ground with another one of the same layer.

    Args:
        shapes: (n,) polygons or multipolygons in the statutory plane, metres.
        least_m2: what two must share to count; gaps and slivers of digitising share less.
    """
    double = np.zeros(len(shapes), dtype=np.bool_)
    if len(shapes) < 2:
        return double
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    apart = shapely.touches(shapes[first], shapes[second])
    first, second = first[~apart], second[~apart]
    if least_m2 > 0:
        shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
        first, second = first[shared > least_m2], second[shared > least_m2]
    double[first] = double[second] = True
    return double

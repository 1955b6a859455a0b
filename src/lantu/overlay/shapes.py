"""Distinct shapes: a parcel that did not change for six years is projected, measured and clipped once."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import Geometries, StatutoryPlane


class ShapePool:
    """Collects the geometries of several layers and keeps each distinct one once, in the statutory plane.

    Two geometries are the same shape where their normal forms have the same coordinates in the same
    system of delivery; where a ring starts and which way it runs does not matter.
    """

    def __init__(self, plane: StatutoryPlane) -> None:
        self._plane = plane
        self._index: dict[tuple[str, bytes], int] = {}
        self._plane_shapes: list[Geometries] = []
        self._areas: list[NDArray[np.float64]] = []

    def add(self, geometries: Geometries, crs: CRS) -> NDArray[np.int32]:
        """Take in a layer's geometries (valid polygons in `crs`).

        Returns:
            For each row the number of its shape.
        """
        system = crs.to_string()
        known = len(self._index)
        fresh: list[int] = []
        shape_of_row = np.empty(len(geometries), np.int32)
        for row, wkb in enumerate(shapely.to_wkb(shapely.normalize(geometries), output_dimension=2)):
            number = self._index.setdefault((system, wkb), len(self._index))
            if number == known + len(fresh):
                fresh.append(row)
            shape_of_row[row] = number
        if fresh:
            shapes = self._plane.project(geometries[fresh], crs)
            self._plane_shapes.append(shapes)
            self._areas.append(np.asarray(shapely.area(shapes), np.float64))
        return shape_of_row

    @property
    def shapes(self) -> Geometries:
        """All distinct shapes in the plane, by number."""
        return np.concatenate([np.empty(0, object), *self._plane_shapes])

    @property
    def areas_m2(self) -> NDArray[np.float64]:
        """Their statutory areas in m², by number."""
        return np.concatenate([np.empty(0), *self._areas])

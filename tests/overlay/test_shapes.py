"""One shape, one number: whatever its ring starts with, whichever layer it comes from."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.overlay.shapes import ShapePool

CRS_4490 = CRS.from_epsg(4490)
A = shapely.box(123.0, 45.0, 123.01, 45.01)
B = shapely.box(123.01, 45.0, 123.02, 45.01)
A_AGAIN = shapely.Polygon([(123.0, 45.01), (123.0, 45.0), (123.01, 45.0), (123.01, 45.01)])
A_MOVED = shapely.box(123.0, 45.0, 123.01, 45.010000001)


def test_equal_shapes_are_kept_once_over_layers() -> None:
    pool = ShapePool(StatutoryPlane(123, 45))
    assert pool.add(np.array([A, B, A]), CRS_4490).tolist() == [0, 1, 0]
    assert pool.add(np.array([B, A_MOVED, A_AGAIN]), CRS_4490).tolist() == [1, 2, 0]
    assert len(pool.shapes) == len(pool.areas_m2) == 3
    assert pool.areas_m2 == pytest.approx(shapely.area(pool.shapes))


def test_the_same_numbers_in_another_system_are_another_shape() -> None:
    pool = ShapePool(StatutoryPlane(123, 45))
    square = np.array([shapely.box(500_000, 4_990_000, 501_000, 4_991_000)])
    first, second = (pool.add(square, CRS.from_epsg(epsg))[0] for epsg in (4550, 4551))
    assert first != second


def test_areas_are_statutory() -> None:
    plane = StatutoryPlane(123, 45)
    pool = ShapePool(plane)
    pool.add(np.array([A]), CRS_4490)
    assert pool.areas_m2[0] == pytest.approx(plane.area_m2(np.array([A]), CRS_4490)[0])

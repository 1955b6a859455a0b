"""Outlines of provinces and of the country: measured, though their rounding is more than a parcel's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import pack_shapes

PLANE = StatutoryPlane(105, 36)


def outline(degrees: float, points: int) -> Any:
    random = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = 0.6 + 0.2 * np.sin(7 * angle) + 0.1 * np.sin(400 * angle) + 0.001 * random.normal(size=points)
    x, y = degrees * reach * np.cos(angle), degrees * reach * np.sin(angle)
    return shapely.Polygon(np.column_stack([105 + 1.6 * x, 36 + y]))


def packed(*shapes: Any) -> Any:
    return pack_shapes(np.array(shapes, object), "left", (PLANE, CRS.from_epsg(4490)))


@pytest.mark.parametrize(("degrees", "points"), [(1, 2_000), (5, 20_000)])
def test_outlines_are_measured(degrees: float, points: int) -> None:
    shape = outline(degrees, points)
    layer = packed(shape)
    assert len(layer.broken) == 0
    crs = CRS.from_epsg(4490)
    assert layer.area_m2[0] == pytest.approx(PLANE.area_m2(np.array([shape]), crs)[0], rel=1e-12)
    square = shapely.box(105.0, 36.0, 105.001, 36.001)
    shared = KernelEngine().overlay(layer, packed(square)).area_m2
    assert shared == pytest.approx(PLANE.area_m2(np.array([square]), crs), abs=1e-4)


def test_a_hectare_that_a_province_covers_twice_is_found() -> None:
    twice = shapely.MultiPolygon([outline(5, 20_000), shapely.box(105.0, 36.0, 105.001, 36.001)])
    assert packed(twice).broken.tolist() == [0]

"""Widths, places, and giants cut to boxes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from lantu.overlay.cutting import cut_to, widest
from overlay.faults import (
    PLACE,
    array,
)


@given(st.floats(1e-3, 50), st.floats(1, 3000), st.floats(0, 90))
@settings(max_examples=60, deadline=None)
def test_width_of_a_strip(width: float, length: float, turn: float) -> None:
    strip = shapely.affinity.rotate(shapely.box(0, 0, length, width), turn)
    strip = translate(strip, *PLACE)
    found, place = widest(array([strip]))
    exact = min(width, length)
    # Out there the corners are a nanometre off.
    assert found[0] == pytest.approx(exact, rel=0.02, abs=1e-8)
    assert strip.buffer(1e-6).contains(shapely.Point(place[0]))


def test_an_empty_shape_has_neither_width_nor_place() -> None:
    width, place = widest(array([shapely.Polygon(), shapely.box(0, 0, 4, 4)]))
    assert width == pytest.approx([0, 4], rel=0.02)
    assert np.isnan(place).tolist() == [[True, True], [False, False]]


def test_width_of_a_big_ragged_ring_with_one_wide_place() -> None:
    angle = np.linspace(0, 2 * np.pi, 3000)
    ring = shapely.LineString(np.c_[5000 * np.cos(angle), 5000 * np.sin(angle)]).buffer(0.2)
    bulge = shapely.Point(5000 * np.cos(1.0), 5000 * np.sin(1.0)).buffer(3.0, quad_segs=64)
    found, place = widest(array([ring.union(bulge)]))
    assert found[0] == pytest.approx(6.0, rel=0.012)
    assert bulge.contains(shapely.Point(place[0]))


@given(st.integers(0, 10**6), st.integers(1, 60))
@settings(max_examples=30, deadline=None)
def test_cutting_a_giant_to_boxes(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 1500, endpoint=False)
    reach = 100 * random.uniform(0.3, 1.0, 1500)
    star = shapely.Polygon(np.c_[reach * np.cos(angle), reach * np.sin(angle)])
    low = random.uniform(-120, 100, (count, 2))
    boxes = np.c_[low, low + random.uniform(1, 40, (count, 2))]
    expected = shapely.area(shapely.intersection(star, shapely.box(*boxes.T)))
    assert shapely.area(cut_to(star, boxes)) == pytest.approx(expected, abs=1e-9)

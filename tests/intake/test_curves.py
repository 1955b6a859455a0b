"""Curves become chords whose distance from the arc is known, and neighbours stay neighbours."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from intake.package_makers import circle, wkb
from lantu.intake.curves import BadWkb, Straightened
from lantu.intake.limits import TooMuch

MM = 0.001


def straight(data: bytes, sagitta: float = MM) -> shapely.Geometry:
    return shapely.from_wkb(Straightened(sagitta, 10**7)(data)[0])


@pytest.mark.parametrize("radius", [0.5, 12.0, 100.0, 5000.0])
def test_the_area_of_a_circle(radius: float) -> None:
    work = Straightened(MM, 10**7)
    shape = shapely.from_wkb(work(circle(500_000.0, 4_800_000.0, radius))[0])
    # Between a chord and its arc lie two thirds of chord times sagitta.
    lost = math.pi * radius**2 - shape.area
    assert 0 < lost <= 2 / 3 * MM * 2 * math.pi * radius * 1.01
    assert 0.5 * MM < work.widest <= MM * 1.001 or radius < 1
    assert work.added == len(shape.exterior.coords) - 5
    far = np.hypot(*(shapely.get_coordinates(shape) - [500_000.0, 4_800_000.0]).T)
    assert far == pytest.approx(radius, abs=1e-8)


def test_one_arc_string_of_two_points_that_are_one_is_a_whole_circle() -> None:
    shape = straight(wkb(10, wkb(8, points=[(0, 0), (20, 0), (0, 0)])))
    assert shape.is_valid
    assert shape.area == pytest.approx(math.pi * 100, rel=2e-4)


def test_a_compound_ring_of_lines_and_an_arc() -> None:
    """A square of 10 with half a disc of radius 5 on its right side, and a round hole of radius 1."""
    lines = wkb(2, points=[(10, 10), (0, 10), (0, 0), (10, 0)])
    arc = wkb(8, points=[(10, 0), (15, 5), (10, 10)])
    hole = wkb(8, points=[(6, 5), (5, 4), (4, 5), (5, 6), (6, 5)])
    shape = straight(wkb(10, wkb(9, lines, arc), hole))
    assert shape.is_valid
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(100 + math.pi * 12.5 - math.pi, rel=1e-3)
    assert (15.0, 5.0) in shape.exterior.coords  # delivered points stay
    assert shape.exterior.is_closed


@pytest.mark.parametrize(
    ("kind", "part", "expected"),
    [
        (12, circle(0, 0, 3), "MultiPolygon"),
        (7, circle(0, 0, 3), "GeometryCollection"),
        (11, wkb(9, wkb(8, points=[(0, 0), (1, 1), (2, 0)])), "MultiLineString"),
        (5, wkb(8, points=[(0, 0), (1, 1), (2, 0)]), "MultiLineString"),
        (16, wkb(17, wkb(2, points=[(0, 0), (4, 0), (4, 3), (0, 0)])[5:]), "MultiPolygon"),
    ],
)
def test_many_of_them(kind: int, part: bytes, expected: str) -> None:
    shape = straight(wkb(kind, part, part))
    assert (shape.geom_type, len(shape.geoms)) == (expected, 2)


def test_heights_and_measures_are_left_behind_in_either_byte_order() -> None:
    points = [(0, 0, 7, 9), (1, 1, 7, 9), (2, 0, 7, 9)]
    for order in "<>":
        shape = straight(wkb(3008, points=points, order=order))
        assert not shape.has_z
        assert shape.length == pytest.approx(math.pi, rel=1e-3)
        assert straight(wkb(0xC0000002, points=points, order=order)).wkt == "LINESTRING (0 0, 1 1, 2 0)"


@given(
    st.tuples(*[st.floats(-1000, 1000)] * 6),
    st.floats(1e-4, 1.0),
)
def test_an_arc_and_its_reverse_have_the_same_points(points: tuple[float, ...], sagitta: float) -> None:
    """Else two parcels that share a curved border would have slivers along it."""
    there = np.array(points).reshape(3, 2) + np.array([500_000.0, 4_800_000.0])
    ahead, back = (straight(wkb(8, points=way), sagitta) for way in (there, there[::-1]))
    if not (there[0] == there[2]).all():
        assert shapely.get_coordinates(ahead).tolist() == shapely.get_coordinates(back)[::-1].tolist()
    assert set(map(tuple, there.tolist())) <= set(ahead.coords)


@given(st.tuples(*[st.floats(-100, 100)] * 6))
def test_no_chord_is_farther_than_said(points: tuple[float, ...]) -> None:
    work = Straightened(MM, 10**7)
    line = shapely.from_wkb(work(wkb(8, points=np.array(points).reshape(3, 2)))[0])
    begin, middle, end = np.array(points).reshape(3, 2)
    b, c = middle - begin, end - begin
    cross = b[0] * c[1] - b[1] * c[0]
    if abs(cross) > 1:  # a circle that can be computed otherwise, by its three bisectors
        system = 2 * np.array([b, c])
        centre = begin + np.linalg.solve(system, [b @ b, c @ c])
        radius = math.dist(centre, begin)
        if radius < 1000:
            halfway = (np.array(line.coords[1:]) + np.array(line.coords[:-1])) / 2
            assert (radius - np.hypot(*(halfway - centre).T)).max() <= MM * 1.01 + 1e-6
            assert work.widest <= MM * 1.001


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_coordinates_that_are_no_numbers_stay(odd: float) -> None:
    shape = straight(wkb(8, points=[(0, 0), (odd, 1), (2, 0)]))
    assert len(shape.coords) == 3
    assert not math.isfinite(shape.coords[1][0])


def test_points_on_a_line_stay_a_line() -> None:
    assert straight(wkb(8, points=[(0, 0), (1, 1), (2, 2)])).wkt == "LINESTRING (0 0, 1 1, 2 2)"
    assert straight(wkb(8, points=[(3, 3), (3, 3), (3, 3)])).wkt == "LINESTRING (3 3, 3 3, 3 3)"


def test_a_circle_as_wide_as_the_earth_gets_few_points_and_says_how_far_they_are() -> None:
    work = Straightened(MM, 10**7)
    work(circle(0, 0, 6e6))
    assert work.added < 200_000
    assert 1e-3 < work.widest < 0.1


def test_more_chords_than_allowed() -> None:
    with pytest.raises(TooMuch):
        Straightened(MM, 100)(circle(0, 0, 1000))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x01", b"\x02\x01\x00\x00\x00", wkb(99), wkb(2, points=[(0, 0)])[:-1], wkb(10, wkb(3)),
        b"\x01\x03\x00\x00\x00\xff\xff\xff\x7f", b"\x01\x02\x00\x00\x00\xff\xff\xff\xff",
        wkb(8, points=[(0, 0), (1, 1)]), wkb(6, wkb(2, points=[(0, 0), (1, 1)])),
        b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 5000, circle(0, 0, 1)[:-3],
    ],
)  # fmt: skip
def test_bytes_that_are_no_geometry(data: bytes) -> None:
    with pytest.raises(BadWkb):
        Straightened(MM, 10**7)(data)


@given(st.binary(max_size=200), st.integers(1, 17))
def test_any_bytes_are_a_geometry_or_bad(data: bytes, kind: int) -> None:
    try:
        made, _ = Straightened(MM, 10**6)(bytes([1, kind, 0, 0, 0]) + data)
    except (BadWkb, TooMuch):
        return
    assert made[0] == 1

"""Areas: the statutory plane against the standard's own series, pyproj's geodesics, and known figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from lantu.core.area import MAX_EDGE_M, StatutoryPlane, _series_constants, series_area_m2
from lantu.core.crs import transformer

GEOGRAPHIC = CRS.from_epsg(4490)
CM_123, ZONE_41, CM_126 = CRS.from_epsg(4550), CRS.from_epsg(4529), CRS.from_epsg(4551)
HOME = StatutoryPlane(123, 45)
DEGREES_OF_70_M = MAX_EDGE_M / 111_700.0


def area(shape: Any, crs: CRS = GEOGRAPHIC, plane: StatutoryPlane = HOME) -> float:
    return float(plane.area_m2(np.array([shape], dtype=object), crs)[0])


def by_series(shape: Any, crs: CRS = GEOGRAPHIC) -> float:
    """The standard's procedure: points every 70 m as delivered, to (L, B), the series ring by ring."""
    step = DEGREES_OF_70_M if crs.is_geographic else MAX_EDGE_M
    to_degrees = transformer(crs.to_string(), "EPSG:4490")
    total = 0.0
    for ring in (shape.exterior, *shape.interiors):
        xy = shapely.get_coordinates(shapely.segmentize(ring, step))
        lon, lat = to_degrees.transform(xy[:, 0], xy[:, 1])
        signed = abs(series_area_m2(np.asarray(lon), np.asarray(lat)))
        total += signed if ring is shape.exterior or ring.equals(shape.exterior) else -signed
    return total


@st.composite
def stars(draw: st.DrawFn, reach_m: tuple[float, float] = (20.0, 40_000.0)) -> tuple[float, float, list[Any]]:
    """A place in China and a star-shaped ring about it, as (east, north) metres: valid by construction."""
    lon, lat = draw(st.floats(76, 132)), draw(st.floats(18, 52))
    count = draw(st.integers(3, 12))
    reach = draw(st.floats(*reach_m))
    radii = draw(st.lists(st.floats(0.3, 1.0), min_size=count, max_size=count))
    turns = 2 * math.pi * (np.arange(count) + 0.1) / count
    ring = [(reach * r * math.cos(t), reach * r * math.sin(t)) for r, t in zip(radii, turns, strict=True)]
    return lon, lat, ring


def in_degrees(lon: float, lat: float, ring: list[Any]) -> Any:
    east = 1 / (111_320 * math.cos(math.radians(lat)))
    return shapely.Polygon([(lon + x * east, lat + y / 111_320) for x, y in ring])


# --- known figures -------------------------------------------------------------------------------------


def test_constants_of_the_standard() -> None:
    a, b, c, d, e, semi_minor = _series_constants()
    assert a == pytest.approx(1.003364089834192, rel=1e-15)
    assert b == pytest.approx(1.124189381926991e-3, rel=1e-15)
    assert c == pytest.approx(1.699459473518503e-6, rel=1e-15)
    assert d == pytest.approx(2.717857845576592e-9, rel=1e-15)
    assert 0 < e < 1e-11
    assert semi_minor == pytest.approx(6356752.31414036, abs=1e-8)


def test_the_graticule_cell_of_a_1_to_10_000_map_sheet() -> None:
    """7.5′ × 5′ north of 45°30′: its sides are meridians and parallels, so the closed form is exact."""
    cell = shapely.box(123.0, 45.5, 123.125, 45.5 + 5 / 60)
    assert area(cell) == pytest.approx(90_419_392.1552, abs=5e-4)
    assert by_series(cell) == pytest.approx(90_419_392.1552, abs=5e-4)
    a, b, c, d, e, semi_minor = _series_constants()
    half, mid = math.radians(5 / 60) / 2, math.radians(45.5 + 2.5 / 60)
    bracket = sum(
        sign * k * math.sin(n * half) * math.cos(n * mid)
        for sign, k, n in ((1, a, 1), (-1, b, 3), (1, c, 5), (-1, d, 7), (1, e, 9))
    )
    assert 2 * semi_minor**2 * math.radians(0.125) * bracket == pytest.approx(90_419_392.1552, abs=5e-4)


@pytest.mark.parametrize(("crs", "offset"), [(CM_123, 0.0), (ZONE_41, 41e6)])
def test_a_square_kilometre_40_km_east_of_the_meridian(crs: CRS, offset: float) -> None:
    """The grid square is 40.3 m² larger than its land: the plane of a zone must never be used for areas."""
    square = shapely.box(offset + 540_000, 5_041_000, offset + 541_000, 5_042_000)
    assert area(square, crs) == pytest.approx(999_959.6832, abs=6e-4)
    assert square.area == 1_000_000


def test_one_place_has_one_area_in_every_system_of_delivery() -> None:
    """A parcel of 80 m delivered in its own zone, in the next one, and in degrees: equal to 1e-8."""
    parcel = shapely.box(123.2, 45.5, 123.201, 45.5007)
    expected = area(parcel)
    for crs in (CM_123, ZONE_41, CM_126):
        into = transformer("EPSG:4490", crs.to_string())
        moved = shapely.transform(parcel, lambda xy, into=into: np.column_stack(into.transform(*xy.T)))
        assert area(moved, crs) == pytest.approx(expected, rel=1e-7)


# --- the plane is the standard ------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(stars())
def test_the_plane_is_the_series_in_degrees(star: tuple[float, float, list[Any]]) -> None:
    lon, lat, ring = star
    shape = in_degrees(lon, lat, ring)
    assert area(shape) == pytest.approx(by_series(shape), rel=1e-11, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(stars(), st.sampled_from([-3, 0, 3]), st.booleans())
def test_the_plane_is_the_series_in_a_zone_and_past_its_edge(
    star: tuple[float, float, list[Any]], shift: int, prefixed: bool
) -> None:
    lon, lat, ring = star
    zone = min(max(round(lon / 3) + shift // 3, 25), 45)
    crs = CRS.from_epsg((4513 if prefixed else 4534) + zone - 25)
    x, y = transformer("EPSG:4490", crs.to_string()).transform(lon, lat)
    shape = shapely.Polygon([(x + east, y + north) for east, north in ring])
    # Eastings of a prefixed zone have 8 digits before the point, which leaves 1e-8 m of an edge's place.
    slack = 1e-8 * max(1.0, shape.length)
    assert area(shape, crs) == pytest.approx(by_series(shape, crs), rel=1e-11, abs=slack)


@settings(max_examples=40, deadline=None)
@given(stars(reach_m=(200.0, 20_000.0)))
def test_the_plane_is_the_ellipsoid(star: tuple[float, float, list[Any]]) -> None:
    """Against Karney's geodesic areas on the ring with points every 5 m: an arithmetic of another kind.

    Points every 70 m, as the standard has it, leave up to 0.03 m² per kilometre of edge delivered in degrees.
    """
    lon, lat, ring = star
    shape = in_degrees(lon, lat, ring)
    xy = shapely.get_coordinates(shapely.segmentize(shape.exterior, 5 / 111_700))
    expected, perimeter = Geod(ellps="GRS80").polygon_area_perimeter(xy[:, 0], xy[:, 1])
    assert area(shape) == pytest.approx(abs(expected), rel=1e-8, abs=3e-5 * perimeter)


def test_long_edges_need_their_points() -> None:
    """A 20 km triangle 235 km off the meridian: without points every 70 m it is wrong by 1 part in 10⁵."""
    triangle = shapely.Polygon([(735_000, 5_040_000), (755_000, 5_041_000), (744_000, 5_060_000)])
    to_plane = transformer("EPSG:4550", HOME.definition)
    bare = shapely.transform(triangle, lambda xy: np.column_stack(to_plane.transform(*xy.T))).area
    assert area(triangle, CM_123) == pytest.approx(by_series(triangle, CM_123), rel=1e-11)
    assert abs(bare / area(triangle, CM_123) - 1) > 1e-6


# --- what an area must be -----------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(stars(), st.integers(73, 135), st.integers(0, 53))
def test_the_home_of_the_plane_moves_no_area(
    star: tuple[float, float, list[Any]], lon_0: int, lat_ts: int
) -> None:
    shape = in_degrees(*star)
    assert area(shape, plane=StatutoryPlane(lon_0, lat_ts)) == pytest.approx(
        area(shape), rel=1e-9, abs=1e-6 * max(1.0, math.sqrt(area(shape)))
    )


@settings(max_examples=30, deadline=None)
@given(stars(reach_m=(500.0, 30_000.0)), st.floats(0, math.pi))
def test_parts_add_up_to_the_whole(star: tuple[float, float, list[Any]], turn: float) -> None:
    """Cut in the plane, as every overlay is: clips sum to the shape, whichever way the knife goes."""
    shape = HOME.project(np.array([in_degrees(*star)], dtype=object), GEOGRAPHIC)[0]
    centre, far = shape.centroid, 1e6
    east, north = far * math.cos(turn), far * math.sin(turn)
    half = shapely.Polygon(
        [(-east, -north), (east, north), (east - north, north + east), (-east - north, -north + east)]
    )
    half = shapely.transform(half, lambda xy: xy + np.array([centre.x, centre.y]))
    parts = shape.intersection(half).area, shape.difference(half).area
    assert sum(parts) == pytest.approx(shape.area, rel=1e-9)


def test_a_hole_is_taken_off_and_direction_does_not_matter() -> None:
    outer, inner = shapely.box(123, 45, 123.1, 45.1), shapely.box(123.02, 45.02, 123.05, 45.06)
    ring = shapely.Polygon(outer.exterior.coords, [inner.exterior.coords])
    assert area(ring) == pytest.approx(area(outer) - area(inner), rel=1e-12)
    assert area(outer.reverse()) == pytest.approx(area(outer), rel=1e-14)
    assert area(shapely.MultiPolygon([inner, shapely.box(124, 45, 124.1, 45.1)])) == pytest.approx(
        area(inner) + area(shapely.box(124, 45, 124.1, 45.1)), rel=1e-12
    )


def test_z_and_m_are_dropped() -> None:
    flat = shapely.box(123, 45, 123.01, 45.01)
    assert area(shapely.force_3d(flat, 140.0)) == area(flat)
    measured = shapely.from_wkt("POLYGON M ((123 45 1, 123.01 45 2, 123.01 45.01 3, 123 45.01 4, 123 45 1))")
    assert area(measured) == area(flat)
    projected = HOME.project(np.array([shapely.force_3d(flat, 140.0)], dtype=object), GEOGRAPHIC)
    assert not shapely.has_z(projected[0])


def test_nothing_has_no_area_and_emptiness_has_none_to_speak_of() -> None:
    several = np.array([None, shapely.Polygon(), shapely.box(123, 45, 123.01, 45.01)], dtype=object)
    missing, empty, real = HOME.area_m2(several, GEOGRAPHIC)
    assert math.isnan(missing)
    assert empty == 0.0
    assert real > 8e5
    assert HOME.area_m2(np.array([], dtype=object), GEOGRAPHIC).shape == (0,)
    assert HOME.project(several, GEOGRAPHIC)[0] is None


def test_the_input_is_left_as_it_was() -> None:
    shapes = np.array([shapely.box(123, 45, 123.5, 45.5)], dtype=object)
    before = shapely.to_wkb(shapes[0])
    HOME.project(shapes, GEOGRAPHIC)
    assert shapely.to_wkb(shapes[0]) == before


def test_points_come_back_from_the_plane() -> None:
    there = HOME.project(np.array([shapely.Point(123.456789, 45.678901)], dtype=object), GEOGRAPHIC)
    (back,) = HOME.to_geographic(there)
    assert (back.x, back.y) == pytest.approx((123.456789, 45.678901), abs=1e-8)  # 1 mm: for maps only


def test_the_plane_nearest_a_place() -> None:
    assert StatutoryPlane.near(123.49, 45.51) == StatutoryPlane(123, 46)
    assert (
        StatutoryPlane(123, 46).definition == "+proj=cea +lat_ts=46 +lon_0=123 +ellps=GRS80 +units=m +no_defs"
    )


def test_shapes_near_home_keep_their_form() -> None:
    """Metre tolerances mean metres: 1 km east and 1 km north differ by under a part in a hundred at home."""
    (square,) = HOME.project(
        np.array([shapely.box(540_000, 4_984_000, 541_000, 4_985_000)], dtype=object), CM_123
    )
    west, south, east, north = square.bounds
    assert (east - west) / (north - south) == pytest.approx(1, abs=0.02)

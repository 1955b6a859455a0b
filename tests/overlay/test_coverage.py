"""Overlaps, gaps, ground outside and broken polygons of a layer, against GEOS and what was planted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely.affinity import translate

from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError
from lantu.overlay.coverage import Coverage, coverage
from lantu.overlay.cutting import cut_to, widest
from lantu.overlay.packing import pack_shapes
from shared_files import shared

PLACE = (20_000.0, 6_300_000.0)
"""Where a county's coordinates are, in its statutory plane."""
LEAST_M2, CRACK_M = 0.01, 0.001
M2 = 1e-6
"""GEOS rounds its crossings out there to the nanometre."""


def array(shapes: Iterable[Any]) -> np.ndarray:
    shapes = list(shapes)
    found = np.empty(len(shapes), object)
    found[:] = shapes
    return found


def checked(shapes: Iterable[Any], boundary: Any = None, least_m2: float = LEAST_M2) -> Coverage:
    outline = None if boundary is None else pack_shapes(array([boundary]), "boundary")
    return coverage(pack_shapes(array(shapes), "layer"), outline, least_m2=least_m2, crack_m=CRACK_M)


def squares(columns: int, rows: int, side: float = 10.0) -> np.ndarray:
    """Return squares side by side, row by row from the south-west."""
    x, y = (each.ravel() * side for each in np.meshgrid(np.arange(columns), np.arange(rows)))
    return shapely.box(x, y, x + side, y + side)


def voronoi(random: np.random.Generator, count: int, side: float) -> np.ndarray:
    """Return parcels that cover a square once; neighbours have equal vertices."""
    whole = shapely.box(0, 0, side, side)
    points = shapely.multipoints(random.uniform(0, side, (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=whole))
    return shapely.intersection(cells, whole)


def without(shapes: np.ndarray, ground: Any) -> np.ndarray:
    left = shapely.difference(shapes, ground)
    return left[~shapely.is_empty(left)]


def areas(defects: Iterable[Any]) -> list[float]:
    return [each.area_m2 for each in defects]


def by_geos(shapes: np.ndarray, boundary: Any) -> dict[str, np.ndarray]:
    """Do the same by one union of everything; sorted areas of the least that counts."""
    union = shapely.union_all(shapes)
    if boundary is None:
        west, south, east, north = shapely.bounds(union)
        free = shapely.get_parts(shapely.box(west - 1, south - 1, east + 1, north + 1) - union)
        gaps = free[shapely.bounds(free)[:, 0] > west - 0.5]
        outside = np.empty(0)
    else:
        gaps = shapely.get_parts(boundary - union)
        outside = shapely.area(shapely.difference(shapes, boundary))
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared_m2 = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    found = {"overlaps": shared_m2, "gaps": shapely.area(gaps), "outside": outside}
    return {name: np.sort(area[area >= LEAST_M2])[::-1] for name, area in found.items()}


def agree(found: Coverage, expected: dict[str, np.ndarray], within: float = M2) -> None:
    for name, area in expected.items():
        assert areas(getattr(found, name)) == pytest.approx(area, abs=within), name
    for each in (*found.overlaps, *found.gaps, *found.outside):
        assert each.shape.area == pytest.approx(each.area_m2, abs=within)
        assert shapely.dwithin(each.shape, shapely.Point(each.place), 1e-6)
        assert 0 < each.width_m <= 2 * np.sqrt(each.area_m2 / np.pi) * 1.02


# --- against GEOS --------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.sampled_from([30, 400]), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_planted_defects_of_a_partition(seed: int, count: int, bounded: bool, ragged: bool) -> None:
    random = np.random.default_rng(seed)
    side = 20.0 * np.sqrt(count)
    parcels = translate_all(voronoi(random, count, side))
    boundary = shapely.union_all(parcels)
    if ragged:  # a boundary that no parcel follows, with a hole and a part of its own
        boundary = boundary.buffer(-0.1 * side).difference(boundary.centroid.buffer(0.1 * side))
        boundary = boundary.union(translate(shapely.box(0, 0, 9, 9), PLACE[0] + side + 30, PLACE[1]))
    chosen = random.permutation(len(parcels))[: random.integers(0, 13)]
    for nth, row in enumerate(chosen):
        way = nth % 4
        if way == 0:
            parcels[row] = parcels[row].buffer(random.uniform(0.001, 3), join_style="mitre")
        elif way == 1:
            parcels[row] = translate(parcels[row], *random.normal(0, 2, 2))
        elif way == 2:
            parcels[row] = shapely.MultiPolygon(
                list(shapely.get_parts(parcels[row].buffer(-random.uniform(0.001, 3))))
            )
        else:
            parcels = np.append(parcels, parcels[row])
    parcels = parcels[~shapely.is_empty(parcels)]
    agree(checked(parcels, boundary if bounded else None), by_geos(parcels, boundary if bounded else None))


def translate_all(shapes: np.ndarray) -> np.ndarray:
    return shapely.transform(shapes, lambda xy: xy + np.array(PLACE))


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_a_sound_partition_has_no_faults_however_small(seed: int) -> None:
    random = np.random.default_rng(seed)
    parcels = translate_all(voronoi(random, 3000, 3000.0))
    far = shapely.transform(parcels, lambda xy: xy + 5_000_000.0)
    for shapes in (parcels, far):
        for boundary in (None, shapely.union_all(shapes)):
            found = checked(shapes, boundary, 0.0)
            assert found.whole and all(each.count == 0 for each in found.below.values())


# --- worked out by hand --------------------------------------------------------------------------------


def test_an_overlap_cannot_hide_a_gap_of_the_same_size() -> None:
    shapes = squares(4, 4)
    shapes[5] = shapely.box(11, 10, 21, 20)  # moved by a metre: a gap on its left, an overlap on its right
    found = checked(shapes, shapely.box(0, 0, 40, 40))
    assert areas(found.gaps) == areas(found.overlaps) == [10.0]
    assert found.overlaps[0].rows == (5, 6)
    assert found.gaps[0].rows[:2] in ((4, 5), (5, 4)) and found.gaps[0].what == "hole"
    assert found.gaps[0].width_m == pytest.approx(1.0, rel=0.01)
    assert (found.boundary_m2, found.covered_m2) == (1600.0, 1590.0)


def test_ground_outside_cannot_hide_a_gap_of_the_same_size() -> None:
    shapes = squares(4, 4)
    shapes[3] = shapely.box(31, 0, 41, 10)  # reaches a metre out, leaves a metre inside
    found = checked(shapes, shapely.box(0, 0, 40, 40))
    assert areas(found.gaps) == areas(found.outside) == [10.0]
    assert found.outside[0].rows == (3,) and found.outside[0].width_m == pytest.approx(1.0, rel=0.01)
    assert found.gaps[0].what == "border"  # it ends at the southern edge


def test_a_gap_through_many_cells_is_one_gap() -> None:
    shapes = squares(60, 60)
    long = shapely.LineString([(1, 300.4), (250.3, 301), (250.3, 55), (599, 55)]).buffer(
        0.05, cap_style="flat"
    )
    found = checked(without(shapes, long), shapely.box(0, 0, 600, 600))
    assert areas(found.gaps) == pytest.approx([long.area], abs=M2)
    assert found.gaps[0].width_m == pytest.approx(0.1, rel=0.25)  # wider at its corners
    assert found.gaps[0].shape.symmetric_difference(long).area < M2
    assert len(found.gaps[0].rows) == 8 and found.gaps[0].what == "hole"


def test_a_gap_at_the_outer_border_is_seen_with_a_boundary_only() -> None:
    shapes = np.delete(squares(5, 5), 2)
    found = checked(shapes, shapely.box(0, 0, 50, 50))
    assert (areas(found.gaps), found.gaps[0].what) == ([100.0], "border")
    assert sorted(found.gaps[0].rows) == [1, 2, 6]  # those at its corners share no edge with it
    assert checked(shapes).whole


def test_a_hole_that_touches_the_outside_in_one_point_is_a_gap() -> None:
    diamond = shapely.Polygon([(25, 0), (30, 5), (25, 10), (20, 5)])
    found = checked(without(squares(5, 1), diamond))
    assert areas(found.gaps) == pytest.approx([50.0])
    # Two triangles that meet in a corner close a hole, too.
    block = [shapely.box(0, 0, 30, 10), shapely.box(0, 20, 30, 30), shapely.box(0, 10, 10, 20)]
    corner = [
        shapely.Polygon([(30, 10), (20, 10), (30, 15)]),
        shapely.Polygon([(30, 20), (30, 15), (20, 20)]),
    ]
    assert areas(checked([*block, *corner]).gaps) == pytest.approx([150.0])


def test_a_crack_to_the_outside_does_not_open_a_gap() -> None:
    hole = shapely.box(20, 20, 30, 30)
    crack = shapely.box(24.9999, 30, 25.0001, 50)
    found = checked(without(squares(5, 5), hole.union(crack)))
    assert areas(found.gaps) == pytest.approx([100.0], abs=1e-3)
    wide = shapely.box(24.9, 30, 25.1, 50)
    assert checked(without(squares(5, 5), hole.union(wide))).whole
    # With a boundary the crack itself is uncovered ground, and does not make one gap of two.
    other = shapely.box(20, 45, 30, 50)
    shapes = without(squares(5, 5), hole.union(crack).union(other))
    found = checked(shapes, shapely.box(0, 0, 50, 50), 0.001)
    assert areas(found.gaps) == pytest.approx([100.0, 50.0, 15 * 0.0002], abs=1e-4)


def test_cracks_through_many_cells() -> None:
    hole = shapely.box(195, 195, 205, 205)
    crack = shapely.LineString([(205, 200.3), (321.7, 200.3), (321.7, 401)]).buffer(0.0003, cap_style="flat")
    slit = shapely.LineString([(31, 33), (371, 91)]).buffer(0.0002, cap_style="flat")  # crosses neither
    shapes = without(squares(40, 40), shapely.union_all([hole, crack, slit]))
    expected = [100.0, slit.area]
    assert areas(checked(shapes).gaps) == pytest.approx(expected, abs=1e-4)
    assert areas(checked(shapes).gaps)[1] > 0.1
    # With a boundary it is uncovered ground, and goes with the one hole it begins in.
    whole = shapely.box(0, 0, 400, 400)
    expected[0] += crack.intersection(whole).area
    assert areas(checked(shapes, whole).gaps) == pytest.approx(expected)


def test_a_needle_belongs_to_its_gap() -> None:
    """Its last metres are narrower than a crack; the area is still that of the whole."""
    needle = shapely.Polygon([(101.3, 103.1), (101.3, 103.2), (372.9, 221.7)])
    for boundary in (None, shapely.box(0, 0, 400, 400)):
        found = checked(without(squares(40, 40), needle), boundary)
        assert areas(found.gaps) == pytest.approx([needle.area], abs=M2)


def test_a_layer_of_one_ring_has_one_gap() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    found = checked([ring])
    assert (areas(found.gaps), found.gaps[0].rows, found.gaps[0].what) == ([400.0], (0,), "hole")
    assert found.gaps[0].width_m == pytest.approx(20, rel=0.01)
    assert checked([ring, shapely.box(40, 40, 60, 60)]).whole


def test_a_boundary_of_parts_with_holes() -> None:
    parts = [shapely.box(0, 0, 40, 40).difference(shapely.box(10, 10, 20, 20)), shapely.box(60, 0, 80, 20)]
    shapes = [s for s in squares(8, 4) if s.area and shapely.MultiPolygon(parts).contains(s.centroid)]
    boundary = shapely.MultiPolygon(parts)
    assert checked(shapes, boundary).whole
    found = checked([*shapes[1:], shapely.box(12, 12, 14, 14)], boundary)
    assert (areas(found.gaps), areas(found.outside)) == ([100.0], [4.0])
    # The same ground as several features, one of them twice.
    outline = pack_shapes(array([*parts, parts[1]]), "boundary")
    found = coverage(pack_shapes(array(shapes), "layer"), outline, least_m2=LEAST_M2, crack_m=CRACK_M)
    assert found.whole and found.boundary_m2 == 1900.0


def test_a_boundary_much_larger_than_the_layer() -> None:
    shapes = np.delete(squares(40, 40), 817)
    found = checked(shapes, shapely.box(-50_000, -50_000, 50_000, 50_000))
    assert areas(found.gaps) == pytest.approx([1e10 - 160_000.0, 100.0])
    assert found.covered_m2 == pytest.approx(159_900.0, abs=1e-4)


def test_a_layer_that_covers_nothing_of_the_boundary() -> None:
    found = checked([shapely.box(100, 0, 110, 10)], shapely.box(0, 0, 40, 40))
    assert (areas(found.gaps), areas(found.outside)) == ([1600.0], [100.0])
    assert found.gaps[0].rows == () and found.covered_m2 == 0.0


def test_duplicates_are_named() -> None:
    shapes = squares(3, 3)
    turned = shapely.Polygon(
        [(20, 10), (20, 20), (10, 20), (10, 15), (10, 10)]
    )  # the same ground, other points
    found = checked([*shapes, shapes[0], turned, shapely.box(20, 20, 30, 25)])
    assert {(each.rows, each.area_m2, each.what) for each in found.overlaps} == {
        ((0, 9), 100.0, "duplicate"), ((4, 10), 100.0, "duplicate"), ((8, 11), 50.0, "part"),
    }  # fmt: skip


def test_many_features_upon_each_other_end() -> None:
    found = checked(
        [shapely.box(0, 0, 10, 10)] * 60 + [shapely.box(10, 0, 30, 10)], shapely.box(0, 0, 30, 20)
    )
    assert len(found.overlaps) == 60 * 59 / 2 and areas(found.gaps) == [300.0]


def test_a_broken_feature_is_reported_and_counts_as_mended() -> None:
    shapes = list(squares(3, 3))
    shapes[4] = shapely.Polygon([(10, 10), (20, 20), (20, 10), (10, 20)])  # a bow tie: half of its square
    shapes[8] = shapely.MultiPolygon([shapely.box(20, 20, 27, 30), shapely.box(23, 20, 30, 30)])
    found = checked(shapes, shapely.box(0, 0, 30, 30))
    assert [(each.rows, each.area_m2) for each in found.broken] == [((8,), 40.0), ((4,), 25.0)]
    assert "elf-intersection" in found.broken[1].what and found.broken[1].place == pytest.approx((15, 15))
    assert areas(found.gaps) == pytest.approx([25.0, 25.0]) and not found.overlaps
    assert found.area_m2 == pytest.approx(850.0)


def test_a_feature_without_ground_is_broken_too() -> None:
    flat = shapely.Polygon([(0, 0), (10, 0), (5, 0), (0, 0)])
    found = checked([shapely.Polygon(), *squares(2, 2), flat])
    assert [(each.rows, each.what, each.place) for each in found.broken] == [
        ((0,), "empty", None), ((5,), "empty", None),
    ]  # fmt: skip
    assert not found.whole and not found.gaps and found.features == 6
    nothing = checked([shapely.Polygon()])
    assert not nothing.whole and not nothing.gaps
    assert areas(checked([shapely.Polygon()], shapely.box(0, 0, 5, 5)).gaps) == [25.0]


def test_untidy_features_are_no_fault() -> None:
    spike = shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 25), (5, 10), (0, 10)])
    shapes = [spike, *squares(3, 3)[1:]]
    assert checked(shapes, shapely.box(0, 0, 30, 30)).whole
    found = checked(shapes[:-1], shapely.box(0, 0, 30, 30))
    assert areas(found.gaps) == [100.0]
    found = checked([*shapes, shapely.box(0, 5, 1, 15)], shapely.box(0, 0, 30, 30))
    assert areas(found.overlaps) == [5.0, 5.0]


def test_what_is_small_is_counted() -> None:
    shapes = without(squares(5, 5), shapely.box(12, 12, 12.05, 12.1))
    shapes = np.append(shapes, [shapely.box(30, 30, 30.1, 30.05), shapely.box(-0.04, 0, 0, 0.1)])
    boundary = shapely.box(0, 0, 50, 50)
    found = checked(shapes, boundary)
    assert found.whole
    for name, area in (("gaps", 0.005), ("overlaps", 0.005), ("outside", 0.004)):
        assert found.below[name].count == 1, name
        assert found.below[name].area_m2 == pytest.approx(area), name
    assert found.covered_m2 == pytest.approx(2499.995)
    all_of_them = checked(shapes, boundary, 0.004 - 1e-9)
    assert [len(each) for each in (all_of_them.gaps, all_of_them.overlaps, all_of_them.outside)] == [1, 1, 1]


def test_giants_are_cut_down_without_a_seam() -> None:
    """A river and a boundary of many vertices, parcels along both banks, and one of them gone."""
    x = np.linspace(0, 5000, 4001)
    y = 2500 + 400 * np.sin(x / 300)
    river = shapely.Polygon(np.r_[np.c_[x, y + 20], np.c_[x, y - 20][::-1]])
    parcels = shapely.difference(squares(50, 50, 100.0), river)
    parcels = shapely.get_parts(parcels)
    boundary = shapely.segmentize(shapely.box(0, 0, 5000, 5000), 2.0)
    assert checked([river, *parcels], boundary).whole
    row = int(np.argmax(shapely.dwithin(parcels, shapely.Point(2500, y[2000] + 40), 1)))
    found = checked([river, *np.delete(parcels, row)], boundary)
    assert areas(found.gaps) == pytest.approx([parcels[row].area], abs=M2)
    assert 0 in found.gaps[0].rows


def test_a_broken_boundary_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        checked(squares(2, 2), shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)]))
    assert caught.value.code == "overlay.invalid"


# --- helpers -------------------------------------------------------------------------------------------


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


# --- real layers ---------------------------------------------------------------------------------------


def _projected(file: object, plane: StatutoryPlane, layer: str | None = None) -> np.ndarray:
    """Read a layer in degrees as it is into a plane; what has no ground there is left out."""
    _, _, wkb, _ = pyogrio.raw.read(file, layer=layer, columns=[], force_2d=True)
    shapes = plane.project(shapely.from_wkb(wkb), CRS.from_epsg(4490))
    return shapes[shapely.area(shapes) > 1e-6]


def _sound(shapes: np.ndarray) -> np.ndarray:
    return shapely.make_valid(shapes, method="structure", keep_collapsed=False)


def _compared(shapes: np.ndarray, outline: np.ndarray | None = None) -> Coverage:
    boundary = None if outline is None else shapely.union_all(_sound(outline))
    found = checked(shapes, boundary)
    agree(found, by_geos(_sound(shapes), boundary), 1e-5)
    return found


@pytest.mark.parametrize(
    ("layer", "gaps", "overlaps"),
    [("parcels_fy2013", 28, 48), ("parcels_fy2014", 37, 65), ("recreation_openspace", 15, 8)],
)
def test_cambridge_as_it_is(layer: str, gaps: int, overlaps: int) -> None:
    file = shared("geodata/us_cambridge/cambridge_planning.gpkg")
    found = _compared(_projected(file, StatutoryPlane(-71, 42), layer))
    assert (len(found.gaps), len(found.overlaps)) == (gaps, overlaps)


def test_cambridge_parcels_in_the_zoning_map() -> None:
    file, plane = shared("geodata/us_cambridge/cambridge_planning.gpkg"), StatutoryPlane(-71, 42)
    zoning = _projected(file, plane, "cdd_zoningdistricts")
    found = _compared(_projected(file, plane, "parcels_fy2013"), zoning)
    streets = found.gaps[0]
    assert shapely.get_num_coordinates(streets.shape) > 50_000 and len(streets.rows) == 8


def test_denver_before_and_after_it_was_repaired() -> None:
    before, after, blocks = (
        _projected(f"/vsizip/{shared(f'geodata/us_maup/{name}.zip')}", StatutoryPlane(-105, 40))
        for name in ("precincts", "new_precincts", "blocks")
    )
    assert (len(_compared(before).gaps), len(_compared(before).overlaps)) == (3, 2)
    assert _compared(after).whole
    assert len(_compared(blocks, after).outside) > 1000


def test_dutch_plots_in_their_zones() -> None:
    plane = StatutoryPlane(6, 52)
    plots, zones = (
        plane.project(
            shapely.get_parts(shapely.from_wkt(shared(f"geodata/nl_plots/{name}.wkt").read_text())),
            CRS.from_epsg(4490),
        )
        for name in ("nl_plots", "nl_zones")
    )
    assert len(_compared(plots, zones).gaps) > 10
    assert len(_compared(zones).overlaps) == 39


def test_a_boundary_without_ground_is_refused() -> None:
    flat = pack_shapes(np.array([shapely.Polygon([(0, 0), (9, 0), (5, 0), (0, 0)])]), "boundary")
    with pytest.raises(InputError) as caught:
        coverage(pack_shapes(np.array([shapely.box(0, 0, 9, 9)]), "land"), flat, least_m2=0.01, crack_m=0.001)
    assert caught.value.code == "overlay_check.flat_boundary"

"""Overlaps, gaps, ground outside and broken polygons of a layer, against GEOS and what was planted."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from lantu.core.errors import InputError
from lantu.overlay.coverage import coverage
from lantu.overlay.packing import pack_shapes
from overlay.faults import (
    CRACK_M,
    LEAST_M2,
    M2,
    PLACE,
    agree,
    areas,
    array,
    by_geos,
    checked,
    cracked,
    squares,
    voronoi,
    without,
)

# --- against GEOS --------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.sampled_from([30, 400]), st.booleans(), st.booleans())
@example(1271, 30, False, False)  # GEOS 3.14 shrinks one of its gaps by too much to a piece outside of it
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
    ground = boundary if bounded else None
    assume(not cracked(parcels, ground))
    agree(checked(parcels, ground), by_geos(parcels, ground))


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


def test_a_boundary_without_ground_is_refused() -> None:
    flat = pack_shapes(np.array([shapely.Polygon([(0, 0), (9, 0), (5, 0), (0, 0)])]), "boundary")
    with pytest.raises(InputError) as caught:
        coverage(pack_shapes(np.array([shapely.box(0, 0, 9, 9)]), "land"), flat, least_m2=0.01, crack_m=0.001)
    assert caught.value.code == "overlay_check.flat_boundary"

"""Outlines of neighbours, against arithmetic: squares of a kilometre beside each other. Invented."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.conflicts.seams import Seams, open_ground, seams
from lantu.overlay.packing import pack_shapes

REACH, MOUTH, WIDTH = 50.0, 0.1, 0.05
A, B, C, D = "220101", "220102", "220103", "220104"
SQUARE = shapely.box(0, 0, 1000, 1000)


def packed(*shapes: Any) -> Any:
    return pack_shapes(np.array(shapes, object), "left")


def look(own: str = A, **outlines: Any) -> Seams:
    """Look along the outline of an area; outlines are named a, b, c, d."""
    codes = dict(zip("abcd", (A, B, C, D), strict=True))
    return seams(own, {codes[name]: packed(shape) for name, shape in outlines.items()}, REACH, MOUTH, WIDTH)


def told(found: Seams) -> list[tuple[str, str, float]]:
    return [(each.type, each.cause, round(each.shape.area, 2)) for each in found.found.patches]


def bitten(*bites: tuple[int, int, int, int]) -> Any:
    return shapely.difference(SQUARE, shapely.union_all([shapely.box(*each) for each in bites]))


EAST = shapely.box(1000, 0, 2000, 1000)


def test_neighbours_that_agree() -> None:
    found = look(a=SQUARE, b=EAST)
    assert (told(found), found.beside, found.found.slivers.count) == ([], (B,), 0)
    assert found.alone_m == pytest.approx(3000, abs=0.2)


def test_ground_of_both() -> None:
    found = look(a=SQUARE, b=shapely.box(990, 0, 2000, 1000))
    assert told(found) == [("overlap", B, 10_000)]
    # Ten metres of the north and south sides lie in the other one.
    assert found.alone_m == pytest.approx(3000 - 20, abs=0.2)
    patch = found.found.patches[0]
    assert (patch.first, patch.second) == ((0,), (0,))


def test_a_slit_shut_at_both_ends() -> None:
    found = look(a=bitten((990, 300, 1000, 500)), b=EAST)
    assert told(found) == [("slit", B, 2000)]
    assert found.alone_m == pytest.approx(3000, abs=0.2)


def test_a_slit_open_at_both_ends() -> None:
    found = look(a=SQUARE, b=shapely.box(1010, 0, 2000, 1000))
    ((kind, cause, area),) = told(found)
    # A circle of 50 m gets in as far as its segment over a chord of 10 m, at either end.
    segment = 25**2 * math.asin(5 / 25) - 5 * math.sqrt(25**2 - 5**2)
    assert (kind, cause, area) == ("slit", B, pytest.approx(10_000 - 2 * segment, abs=0.5))
    assert found.alone_m == pytest.approx(3000, abs=2)


def test_a_slit_that_narrows_to_nothing() -> None:
    wedge = shapely.Polygon([(1000, 0), (2000, 0), (2000, 1000), (1020, 1000)])
    ((kind, _, area),) = told(look(a=SQUARE, b=wedge))
    # 20 × 1000 / 2; the mouth is 20 m wide.
    segment = 25**2 * math.asin(10 / 25) - 10 * math.sqrt(25**2 - 10**2)
    assert (kind, area) == ("slit", pytest.approx(10_000 - segment, abs=1))


@pytest.mark.parametrize("gap", [1, 10, 49])
def test_as_wide_as_the_reach_at_most(gap: int) -> None:
    assert [each[0] for each in told(look(a=SQUARE, b=shapely.box(1000 + gap, 0, 2000, 1000)))] == ["slit"]


def test_what_is_wider_is_border_that_faces_nothing() -> None:
    found = look(a=SQUARE, b=shapely.box(1051, 0, 2000, 1000))
    assert (told(found), found.beside) == ([], ())
    assert found.alone_m == pytest.approx(4000, abs=0.2)


def test_alone_in_the_world() -> None:
    found = look(a=SQUARE)
    assert (told(found), found.beside) == ([], ())
    assert found.alone_m == pytest.approx(4000)


def test_a_point_in_common_is_no_border() -> None:
    found = look(a=SQUARE, b=shapely.box(1000, 1000, 2000, 2000))
    assert (told(found), found.found.slivers.count) == ([], 0)
    assert found.alone_m == pytest.approx(4000, abs=0.2)


def test_the_corner_where_an_area_begins_that_nobody_registered() -> None:
    # Two borders that meet under 60°: the circle gets 43 m deep. The third area is not registered.
    roof = shapely.Polygon([(0, 0), (1000, 0), (1000, 1000), (0, 1000)])
    slope = shapely.Polygon(
        [(1000, 0), (2000, 0), (2000, 2000), (1000 + 1000 / math.sqrt(3), 2000), (1000, 1000)]
    )
    lifted = shapely.Polygon([(0, 0), (1000, 0), (1000, 1000), (1000, 2000), (0, 2000)])
    assert told(look(a=roof, b=slope)) == []
    # Under 30° between the east side of one and the slope of the other.
    assert told(look(a=lifted, b=slope)) == []
    # Once the third is registered, its ground is not in question either.
    third = shapely.Polygon([(1000, 1000), (1000 + 1000 / math.sqrt(3), 2000), (1000, 2000)])
    found = look(a=lifted, b=slope, c=third)
    assert (told(found), found.beside) == ([], (B, C))


def test_ground_between_three_is_told_once() -> None:
    # A west, B east, C north; a hole of 10 × 20 m where they meet, half of it out of A, half of B.
    west, east = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)
    hole = shapely.box(995, 980, 1005, 1000)
    three = {"a": west - hole, "b": east - hole, "c": shapely.box(0, 1000, 2000, 2000)}
    assert told(look(A, **three)) == [("slit", B, 200)]
    # From the side of B it is the same one; C has no part in it.
    assert told(look(B, **three)) == [("slit", A, 200)]
    assert told(look(C, **three)) == []
    assert all(look(own, **three).alone_m < 4000.5 for own in (A, B, C))


@pytest.mark.parametrize("order", list(permutations("abc")))
@pytest.mark.parametrize("side", [20, 60, 80])
def test_a_corner_of_three_whoever_is_who(side: int, order: tuple[str, ...]) -> None:
    # A triangle of equal sides that none of three has; wider than the reach, but no circle of it gets in.
    height = side * math.sqrt(3) / 2
    tip, left, right = (0.0, 2 * height / 3), (-side / 2, -height / 3), (side / 2, -height / 3)
    hole = shapely.Polygon([tip, left, right])
    far = 2000.0
    wedges = [
        shapely.Polygon([left, right, (far, -far), (-far, -far)]),
        shapely.Polygon([right, tip, (0, far), (far, far), (far, -far)]),
        shapely.Polygon([tip, left, (-far, -far), (-far, far), (0, far)]),
    ]
    three = dict(zip(order, wedges, strict=True))
    seen = {own: look(own, **three) for own in (A, B, C)}
    mine = [each for own, found in seen.items() for each in told(found) if each[1] > own]
    assert sum(area for *_, area in mine) == pytest.approx(hole.area, abs=0.1)
    assert {kind for kind, *_ in mine} == {"slit"}
    # No side of any of the three is alone but what faces the wide world.
    assert sum(found.alone_m for found in seen.values()) == pytest.approx(8 * far, abs=2)


def test_a_long_slit_is_dealt_out_among_the_neighbours() -> None:
    # B lies ten metres off A and C, which meet at x = 500.
    west, east = shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)
    north = shapely.box(0, 1010, 1000, 2000)
    first = told(look(A, a=west, c=east, b=north))
    second = told(look(B, a=west, c=east, b=north))
    assert [each[:2] for each in first] == [("slit", B)]
    assert [each[:2] for each in second] == [("slit", A), ("slit", C)]
    # The circle goes on 20 m past the corner at which A ends; what is short goes with what comes first.
    assert first[0][2] == pytest.approx(5000, abs=150)
    assert second[0][2] == pytest.approx(first[0][2], abs=0.5)
    assert first[0][2] + second[1][2] == pytest.approx(10_000, abs=10)


def test_an_area_within_another() -> None:
    ring = SQUARE - shapely.box(400, 400, 600, 600)
    assert told(look(a=ring, b=shapely.box(400, 400, 600, 600))) == []
    assert look(B, a=ring, b=shapely.box(400, 400, 600, 600)).alone_m == pytest.approx(0, abs=1e-6)
    # 200 × 200 less 198 × 198.
    assert told(look(a=ring, b=shapely.box(401, 401, 599, 599))) == [("slit", B, 796)]
    # Not cut out at all: the whole of it is told, however deep inside.
    assert told(look(a=SQUARE, b=shapely.box(400, 400, 600, 600))) == [("overlap", B, 40_000)]
    assert look(B, a=SQUARE, b=shapely.box(400, 400, 600, 600)).alone_m == pytest.approx(0, abs=1e-6)


def test_a_hole_that_nobody_fills_is_border_alone() -> None:
    found = look(a=SQUARE - shapely.box(400, 400, 600, 600), b=EAST)
    assert told(found) == []
    assert found.alone_m == pytest.approx(3800, abs=0.2)


def test_what_is_narrow_is_counted_and_told_apart() -> None:
    wavy = shapely.union(bitten((999, 300, 1000, 301)), shapely.box(1000, 600, 1000.02, 700))
    near = shapely.difference(wavy, shapely.box(999.97, 800, 1000, 900))
    found = look(a=near, b=EAST)
    # A square metre is for the tolerance of areas to sort out; 2 and 3 cm are slivers.
    assert told(found) == [("slit", B, 1.0)]
    assert (found.found.slivers.count, found.found.slivers.area_m2) == (2, pytest.approx(5.0, abs=0.01))
    # They are told from one side alone.
    assert look(B, a=near, b=EAST).found.slivers.count == 0


def test_hairs_do_not_make_a_corner_a_slit() -> None:
    # A slit of 2 cm ends in the corner of an area that nobody registered: 3 m wide, open.
    border = [(1000, 0), (1000.02, 1), (1000.02, 997), (1003, 1000)]
    west = shapely.Polygon([(0, 0), (1000, 0), (1000, 997), (1000, 1000), (0, 1000)])
    found = look(a=west, b=shapely.Polygon([*border, (2000, 1000), (2000, 0)]))
    assert told(found) == []
    assert found.found.slivers.count >= 1


def test_features_of_a_layer_with_several() -> None:
    west = packed(shapely.box(0, 0, 1000, 500), shapely.box(0, 500, 1000, 1000))
    outlines = {A: west, B: packed(shapely.box(995, 600, 2000, 1000), shapely.box(1000, 0, 2000, 600))}
    (patch,) = seams(A, outlines, REACH, MOUTH, WIDTH).found.patches
    assert (patch.first, patch.second, patch.shape.area) == ((1,), (0,), pytest.approx(2000))


def test_what_of_a_slit_is_open_still() -> None:
    slit = shapely.box(990, 300, 1000, 500)
    assert open_ground(slit, [packed(bitten((990, 300, 1000, 500))), packed(EAST)], []) == pytest.approx(2000)
    assert open_ground(slit, [packed(bitten((990, 400, 1000, 500)))], []) == pytest.approx(1000)
    assert open_ground(slit, [packed(EAST)], [shapely.box(990, 300, 1000, 450)]) == pytest.approx(500)
    assert open_ground(slit, [packed(SQUARE)], []) == 0


offset = st.integers(-40, 40)


@settings(max_examples=60, deadline=None)
@given(st.lists(offset, min_size=4, max_size=4), st.lists(offset, min_size=4, max_size=4))
def test_areas_are_those_of_geos(one: list[int], other: list[int]) -> None:
    """Two borders that step to and fro between ends in common."""

    def border(steps: list[int]) -> list[tuple[float, float]]:
        points = [(1000.0, 0.0), (1000.0, 100.0)]
        for n, step in enumerate(steps):
            points += [(1000.0 + step / 2, 100.0 + 200 * n), (1000.0 + step / 2, 300.0 + 200 * n)]
        return [*points, (1000.0, 900.0), (1000.0, 1000.0)]

    west = shapely.Polygon([(0, 0), *border(one), (0, 1000)])
    east = shapely.Polygon([(2000, 0), *border(other), (2000, 1000)])
    found = look(a=west, b=east)
    sums = {"overlap": 0.0, "slit": 0.0}
    for each in found.found.patches:
        sums[each.type] += each.shape.area
    both = west.intersection(east).area
    free = shapely.box(900, 0, 1100, 1000).difference(shapely.union(west, east)).area
    assert sums["overlap"] == pytest.approx(both, abs=1e-6)
    assert sums["slit"] == pytest.approx(free, abs=0.01)
    assert found.alone_m == pytest.approx(3000, abs=0.2)

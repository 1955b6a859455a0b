"""Ground on which pairs contradict themselves, against arithmetic and against GEOS."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from conflicts.made import Box, ground
from lantu.conflicts.patches import Law, beyond, cover, differs, once, shared, within
from lantu.conflicts.rules import LISTED
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import pack_shapes

ENGINE = KernelEngine()
FOREST, HOMES, RAPE = "03", "07", "??"


def fit(use: str, zone: str) -> str:
    return {FOREST: "allowed", HOMES: "forbidden"}.get(use, "unknown") if zone == "100" else "condition"


def area(found) -> float:
    return float(sum(each.shape.area for each in found.patches))


def test_shared_ground_is_told_with_both_rows() -> None:
    found = shared(ground((0, 0, 9, 9), (50, 0, 60, 10)), ground((55, 5, 99, 99)), "on", 1.0, ENGINE)
    (patch,) = found.patches
    assert (patch.first, patch.second, patch.type) == ((1,), (0,), "on")
    assert patch.shape.area == pytest.approx(25)
    assert (found.slivers.count, found.conditional.count, found.unknown.count) == (0, 0, 0)


def test_what_only_touches_is_nothing() -> None:
    found = shared(ground((0, 0, 10, 10)), ground((10, 0, 20, 10)), "on", 1.0, ENGINE)
    assert (found.patches, found.slivers.count) == ([], 0)


def test_slivers_are_counted_and_never_dropped() -> None:
    first = ground((0, 0, 10, 10), (20, 0, 30, 10))
    found = shared(first, ground((9.95, 0, 20.02, 10)), "on", 1.0, ENGINE)
    assert found.patches == []
    assert (found.slivers.count, found.slivers.area_m2) == (2, pytest.approx(0.7))


def test_classes_decide_where_a_matrix_does() -> None:
    first = ground((0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10), codes=[FOREST, HOMES, RAPE])
    zones = ground((0, 0, 45, 10), (45, 0, 50, 10), codes=["100", "200"])
    found = shared(first, zones, "overlap", 1.0, ENGINE, Law(fit, {"forbidden": "excludes"}))
    assert [each.first for each in found.patches] == [(1,)]
    assert area(found) == pytest.approx(100)
    assert (found.unknown.count, found.unknown.area_m2) == (1, pytest.approx(50))
    assert (found.conditional.count, found.conditional.area_m2) == (1, pytest.approx(50))


def test_a_law_may_list_what_needs_a_condition() -> None:
    first = ground((0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10), codes=[FOREST, HOMES, RAPE])
    law = Law(lambda use, _: {FOREST: "condition", HOMES: "forbidden"}.get(use, "unknown"), LISTED)
    found = shared(first, ground((0, 0, 50, 5)), "on", 1.0, ENGINE, law)
    assert {(each.first, each.relation, each.shape.area) for each in found.patches} == {
        ((0,), "condition", 50), ((1,), "excludes", 50),
    }  # fmt: skip
    assert (found.unknown.count, found.unknown.area_m2, found.conditional.count) == (1, pytest.approx(50), 0)


def test_beyond_asks_the_law_of_the_first_side_alone() -> None:
    first = ground(
        (0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10), (60, 0, 70, 10),
        codes=[FOREST, HOMES, RAPE, "allowed"],
    )  # fmt: skip
    told = {FOREST: "condition", HOMES: "forbidden", "allowed": "allowed"}
    law = Law(lambda use, _: told.get(use, "unknown"), LISTED)
    found = beyond(first, ground((0, 0, 4, 10), (20, 0, 29.95, 10)), "on", 1.0, ENGINE, law)
    assert [(each.first, each.relation, each.shape.area) for each in found.patches] == [
        ((0,), "condition", pytest.approx(60))
    ]
    assert (found.slivers.count, found.slivers.area_m2) == (1, pytest.approx(0.5))
    assert (found.unknown.count, found.unknown.area_m2) == (1, pytest.approx(100))


def test_ground_beyond_is_what_is_left_of_the_first() -> None:
    found = beyond(ground((0, 0, 10, 10), (2, 20, 4, 22)), ground((0, 0, 6, 30)), "on", 1.0, ENGINE)
    (patch,) = found.patches
    assert (patch.first, patch.second, patch.shape.area) == ((0,), (0,), pytest.approx(40))


def test_a_line_drawn_twice_does_not_hide_what_is_beyond_it() -> None:
    # Twice 60 m² is more than the 100 of the plot, of which 40 lie outside all the same.
    found = beyond(ground((0, 0, 10, 10)), ground((0, 0, 6, 10), (0, 0, 6, 10)), "on", 1.0, ENGINE)
    assert area(found) == pytest.approx(40)


def test_nothing_at_all_is_wholly_beyond() -> None:
    assert area(beyond(ground((0, 0, 3, 3)), ground((50, 50, 60, 60)), "on", 1.0, ENGINE)) == 9


def test_both_sides_of_a_difference_are_told() -> None:
    found = differs(ground((0, 0, 10, 10)), ground((5, 0, 15, 10)), "shift", 1.0, ENGINE)
    assert [(each.first, each.second) for each in found.patches] == [((0,), (0,)), ((0,), (0,))]
    assert area(found) == pytest.approx(100)
    assert differs(ground((0, 0, 9, 9)), ground((0, 0, 9, 9)), "shift", 1.0, ENGINE).patches == []


def test_zones_that_should_cover_the_county_once() -> None:
    # A slit of 2 × 10, an overlap of 1 × 10, ten metres that reach out.
    zones = ground((0, 0, 4, 10), (6, 0, 13, 10), (12, 0, 21, 10))
    found = cover(zones, ground((0, 0, 20, 10)), 1.0)
    assert {each.type: each.shape.area for each in found.patches} == {
        "slit": pytest.approx(20), "overlap": pytest.approx(10), "shift": pytest.approx(10),
    }  # fmt: skip


def test_polygons_over_each_other() -> None:
    found = once(ground((0, 0, 4, 4), (3, 0, 9, 4), (20, 0, 30, 4)), 1.0)
    assert [(each.first, each.second, each.shape.area) for each in found.patches] == [((0,), (1,), 4.0)]


def test_what_lies_in_an_outline() -> None:
    side = ground((0, 0, 10, 10), (20, 0, 30, 10), (90, 0, 99, 10), codes=["a", "b", "c"])
    outline = pack_shapes(np.array([shapely.box(-5, -5, 25, 50)], object), "right")
    found = within(side, outline, ENGINE)
    assert found.rows.tolist() == [0, 1]
    assert found.codes == ["a", "b"]
    assert found.pack.area_m2.tolist() == pytest.approx([100, 50])


corner, side = st.integers(0, 40), st.integers(1, 15)


@st.composite
def boxes(draw: st.DrawFn) -> list[Box]:
    found = []
    for _ in range(draw(st.integers(1, 6))):
        x, y = draw(corner), draw(corner)
        found.append((float(x), float(y), float(x + draw(side)), float(y + draw(side))))
    return found


@settings(max_examples=60, deadline=None)
@given(boxes(), boxes())
def test_areas_are_those_of_geos(one: list[Box], other: list[Box]) -> None:
    first, second = ground(*one), ground(*other)
    a, b = (shapely.union_all([shapely.box(*box) for box in each]) for each in (one, other))
    met = shared(first, second, "on", 0.5, ENGINE)
    out = beyond(first, second, "on", 0.5, ENGINE)
    apart = differs(first, second, "shift", 0.5, ENGINE)

    def whole(found) -> float:
        return float(shapely.union_all([each.shape for each in found.patches]).area)

    assert whole(met) == pytest.approx(a.intersection(b).area, abs=1e-6)
    assert whole(out) == pytest.approx(a.difference(b).area, abs=1e-6)
    assert whole(apart) == pytest.approx(a.symmetric_difference(b).area, abs=1e-6)

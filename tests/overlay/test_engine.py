"""Shared areas: equal to GEOS pair by pair, conserved over partitions, and loud about what they cannot do."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate

from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError, IntegrityError
from lantu.overlay.engine import OverlayTable, method
from lantu.overlay.kernel_engine import KernelEngine

EXACT_M2 = 1e-6


ENGINE = KernelEngine()


def array(*shapes: object) -> np.ndarray:
    found = np.empty(len(shapes), object)
    found[:] = shapes
    return found


def grid(side: int, cell: float, west: float = 0.0, south: float = 0.0) -> np.ndarray:
    x, y = np.meshgrid(np.arange(side) * cell + west, np.arange(side) * cell + south)
    return shapely.box(x.ravel(), y.ravel(), x.ravel() + cell, y.ravel() + cell)


def star(points: int, radius: float, x: float, y: float, seed: int) -> shapely.Polygon:
    """A ragged simple polygon round (x, y)."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = radius * random.uniform(0.4, 1.0, points)
    return shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))


def pairs(table: OverlayTable) -> dict[tuple[int, int], float]:
    rows = zip(table.left_id, table.right_id, table.area_m2, strict=True)
    return {(int(a), int(b)): float(m) for a, b, m in rows}


def by_hand(left: np.ndarray, right: np.ndarray) -> dict[tuple[int, int], float]:
    area = {(i, j): a.intersection(b).area for i, a in enumerate(left) for j, b in enumerate(right)}
    return {pair: m for pair, m in area.items() if m > 0}


def test_rectangles_with_areas_known_on_paper() -> None:
    # Left: 10 × 10 at the origin, and 10 × 10 from x = 10. Right: 4 × 4 at (8, 2), so 2 × 4 on each side.
    # A right-hand neighbour that only touches (x = 20) shares no area and is no row.
    left = array(shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10))
    right = array(shapely.box(8, 2, 12, 6), shapely.box(20, 0, 30, 10), shapely.box(-5, -5, 50, 50))
    assert pairs(ENGINE.areas(left, right)) == {(0, 0): 8.0, (1, 0): 8.0, (0, 2): 100.0, (1, 2): 100.0}


def test_a_hole_is_not_covered() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    assert pairs(ENGINE.areas(array(shapely.box(30, 30, 70, 70)), array(ring))) == {(0, 0): 1200.0}


def test_right_hand_polygons_that_overlap_each_other_count_each_for_itself() -> None:
    left = array(shapely.box(0, 0, 10, 10))
    right = array(shapely.box(0, 0, 6, 10), shapely.box(4, 0, 10, 10))
    assert pairs(ENGINE.areas(left, right)) == {(0, 0): 60.0, (0, 1): 60.0}


@given(st.integers(3, 60), st.integers(0, 10**6), st.floats(20, 400), st.floats(0, 90))
@settings(max_examples=40, deadline=None)
def test_the_parts_of_a_partition_add_up(points: int, seed: int, radius: float, turn: float) -> None:
    parcels = array(*(rotate(cell, turn, origin=(0, 0)) for cell in grid(16, 100.0, -800.0, -800.0)))
    controls = array(star(points, radius, 13.7, -41.1, seed), star(points, radius / 3, -90.0, 77.0, seed + 1))
    table = ENGINE.areas(parcels, controls)
    covered = np.bincount(table.right_id, table.area_m2, minlength=2)
    assert covered == pytest.approx(shapely.area(controls), abs=EXACT_M2)


@given(st.lists(st.tuples(st.integers(3, 24), st.integers(0, 10**6)), min_size=2, max_size=12))
@settings(max_examples=40, deadline=None)
def test_every_pair_equals_the_exact_clip(made: list[tuple[int, int]]) -> None:
    shapes = [star(n, 60 + seed % 50, seed % 97, seed % 89, seed) for n, seed in made]
    left, right = array(*shapes[::2]), array(*shapes[1::2])
    ours, exact = pairs(ENGINE.areas(left, right)), by_hand(left, right)
    assert ours.keys() == exact.keys()
    assert ours == pytest.approx(exact, abs=EXACT_M2)


def test_a_giant_polygon_is_exact() -> None:
    giant = star(6000, 5000.0, 0.0, 0.0, 3)
    left = grid(10, 1000.0, -5000.0, -5000.0)
    assert pairs(ENGINE.areas(left, array(giant))) == pytest.approx(by_hand(left, array(giant)), abs=1e-5)


def test_sides_can_be_exchanged_to_the_last_bit() -> None:
    left, right = grid(4, 50.0), array(star(40, 120.0, 100.0, 100.0, 5), star(9, 60.0, 40.0, 150.0, 6))
    one, other = pairs(ENGINE.areas(left, right)), pairs(ENGINE.areas(right, left))
    assert other == {(b, a): m for (a, b), m in one.items()}


def test_the_answer_does_not_hang_on_where_the_map_is() -> None:
    left, right = grid(3, 70.0), array(star(30, 90.0, 100.0, 100.0, 8))
    here = ENGINE.areas(left, right)
    there = ENGINE.areas(*(array(*(translate(g, 4e5, 5e6) for g in side)) for side in (left, right)))
    assert there.area_m2 == pytest.approx(here.area_m2, abs=1e-4)


def test_nothing_against_nothing_is_an_empty_table() -> None:
    empty = np.empty(0, object)
    for left, right in ((empty, grid(2, 1.0)), (grid(2, 1.0), empty), (empty, empty)):
        assert ENGINE.areas(left, right).to_arrow().num_rows == 0


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (shapely.LineString([(0, 0), (1, 1)]), "overlay.not_polygon"),
        (None, "overlay.not_polygon"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "overlay.invalid"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_side_and_row(shape: object, code: str) -> None:
    good = shapely.box(0, 0, 1, 1)
    with pytest.raises(InputError) as caught:
        ENGINE.areas(array(good), array(good, shape))
    assert (caught.value.code, caught.value.params["side"], caught.value.params["row"]) == (code, "right", 1)


def test_a_table_survives_arrow_and_a_foreign_table_does_not_pass_for_one() -> None:
    table = ENGINE.areas(grid(3, 10.0), array(shapely.box(5, 5, 25, 25)))
    again = OverlayTable.from_arrow(table.to_arrow())
    assert pairs(again) == pairs(table)
    with pytest.raises(IntegrityError):
        OverlayTable.from_arrow(table.to_arrow().drop_columns(["area_m2"]))


def test_the_method_names_engine_and_plane() -> None:
    words = method(ENGINE, StatutoryPlane(123, 46))
    assert "kernel" in words and "+lat_ts=46" in words and "70 m" in words

"""The engine and its table: areas known on paper, refusals, a round trip. Against GEOS: `test_kernel.py`."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError, IntegrityError
from lantu.overlay.engine import KernelEngine, method
from lantu.overlay.table import OverlayTable

ENGINE = KernelEngine()


def array(*shapes: object) -> np.ndarray:
    found = np.empty(len(shapes), object)
    found[:] = shapes
    return found


def grid(side: int, cell: float) -> np.ndarray:
    x, y = (each.ravel() * cell for each in np.meshgrid(np.arange(side), np.arange(side)))
    return shapely.box(x, y, x + cell, y + cell)


def star(points: int, radius: float, x: float, y: float, seed: int) -> shapely.Polygon:
    """A ragged simple polygon round (x, y)."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = radius * random.uniform(0.4, 1.0, points)
    return shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))


def pairs(table: OverlayTable) -> dict[tuple[int, int], float]:
    rows = zip(table.left_id, table.right_id, table.area_m2, strict=True)
    return {(int(a), int(b)): float(m) for a, b, m in rows}


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


def test_sides_can_be_exchanged_to_the_last_bit() -> None:
    left, right = grid(4, 50.0), array(star(40, 120.0, 100.0, 100.0, 5), star(9, 60.0, 40.0, 150.0, 6))
    one, other = pairs(ENGINE.areas(left, right)), pairs(ENGINE.areas(right, left))
    assert other == {(b, a): m for (a, b), m in one.items()}


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

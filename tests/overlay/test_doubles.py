"""Which polygons of one layer lie over each other."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import MultiPolygon, Polygon, box

from lantu.overlay.doubles import delivered_twice, lying_double
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import pack_shapes

PAIR = [box(0, 0, 10, 10), box(9, 0, 19, 10)]  # they share 10 m²


@pytest.mark.parametrize(
    ("shapes", "least_m2", "double"),
    [
        ([], 0, []),
        ([box(0, 0, 1, 1)], 0, [False]),
        ([box(0, 0, 1, 1), box(1, 0, 2, 1), box(1, 1, 2, 2)], 0, [False] * 3),  # edges and corners only
        ([*PAIR, box(50, 0, 60, 10)], 0, [True, True, False]),
        (PAIR, 9.9, [True, True]),
        (PAIR, 10, [False, False]),
        ([box(0, 0, 9, 9), box(2, 2, 3, 3)], 0.5, [True, True]),  # one inside the other
        ([box(0, 0, 1, 1), box(0, 0, 1, 1)], 0, [True, True]),
        ([MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]), box(5, 5, 9, 9)], 0, [True, True]),
    ],
)
def test_who_shares_ground(shapes: list[object], least_m2: float, double: list[bool]) -> None:
    layer = pack_shapes(np.array(shapes, dtype=object), "land")
    assert lying_double(layer, KernelEngine(), least_m2).tolist() == double


def test_what_was_delivered_more_than_once() -> None:
    square, again = box(0, 0, 10, 10), Polygon([(10, 10), (10, 0), (0, 0), (0, 10)])
    shapes = [square, *PAIR, again, Polygon(), Polygon(), PAIR[1]]
    assert delivered_twice(pack_shapes(np.array(shapes, dtype=object), "land")) == 5

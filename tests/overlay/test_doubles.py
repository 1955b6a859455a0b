"""Which polygons of one layer lie over each other."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import MultiPolygon, box

from lantu.overlay.doubles import lying_double

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
    assert lying_double(np.array(shapes, dtype=object), least_m2).tolist() == double

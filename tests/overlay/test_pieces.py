"""A layer in pieces gives the same bits as in one, whichever side it is on and whoever walks whose tree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes, take

ENGINE = KernelEngine()
Pairs = dict[tuple[int, int], float]


def stars(count: int, points: int, seed: int) -> PackedLayer:
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    shapes = []
    for x, y in random.uniform(0, 1000, (count, 2)):
        reach = random.uniform(20, 120, points)
        shapes.append(
            shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))
        )
    return pack_shapes(np.array(shapes, object), "left")


def pairs(left: PackedLayer, right: PackedLayer, first: tuple[int, int] = (0, 0)) -> Pairs:
    found = ENGINE.overlay(left, right)
    rows = zip(found.left_id + first[0], found.right_id + first[1], found.area_m2, strict=True)
    return {(int(a), int(b)): float(area) for a, b, area in rows}


def pieces(layer: PackedLayer, rows: int) -> list[tuple[int, Any]]:
    starts: list[NDArray[np.int64]] = [
        np.arange(n, min(n + rows, len(layer))) for n in range(0, len(layer), rows)
    ]
    return [(int(each[0]), take(layer, each)) for each in starts]


@pytest.mark.parametrize("points", [70, 300])
@pytest.mark.parametrize("rows", [1, 7, 60, 199])
def test_pieces_of_either_side_give_the_same_bits(rows: int, points: int) -> None:
    few, many = stars(60, points, 1), stars(200, 70, 2)
    for left, right in ((few, many), (many, few)):
        whole = pairs(left, right)
        assert len(whole) > 500
        by_left: Pairs = {}
        for start, piece in pieces(left, rows):
            by_left |= pairs(piece, right, (start, 0))
        by_right: Pairs = {}
        for start, piece in pieces(right, rows):
            by_right |= pairs(left, piece, (0, start))
        assert by_left == whole
        assert by_right == whole

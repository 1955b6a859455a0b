"""Cutting large polygons into small ones, as databases need it."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

MOST_VERTICES = 256


def cut(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Halve polygons across their longer side until none has more than `MOST_VERTICES` vertices.

    Returns:
        Pieces, and the row that each comes from.
    """
    many = shapely.get_num_coordinates(shapes) > MOST_VERTICES
    pieces, rows = list(shapes[~many]), list(np.flatnonzero(~many))
    todo = [(row, shapes[row]) for row in np.flatnonzero(many)]
    while todo:
        row, shape = todo.pop()
        if shapely.is_empty(shape) or shapely.get_dimensions(shape) < 2:
            continue
        if shapely.get_num_coordinates(shape) <= MOST_VERTICES:
            pieces.append(shape)
            rows.append(row)
            continue
        west, south, east, north = shapely.bounds(shape)
        if east - west > north - south:
            middle = (west + east) / 2
            halves = (west, south, middle, north), (middle, south, east, north)
        else:
            middle = (south + north) / 2
            halves = (west, south, east, middle), (west, middle, east, north)
        todo += [(row, shapely.clip_by_rect(shape, *half)) for half in halves]
    return np.array(pieces, dtype=object), np.array(rows)

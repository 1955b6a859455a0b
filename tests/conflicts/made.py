"""Sides of pairs made of rectangles in metres of the plane."""

from __future__ import annotations

import numpy as np
import shapely

from lantu.conflicts.patches import Ground
from lantu.overlay.packing import pack_shapes

Box = tuple[float, float, float, float]


def ground(*boxes: Box, codes: list[str] | None = None, cause: list[str] | None = None) -> Ground:
    """Make a side of boxes: west, south, east, north."""
    shapes = np.array([shapely.box(*box) for box in boxes], object)
    return Ground(pack_shapes(shapes, "left"), np.arange(len(boxes)), codes, cause)

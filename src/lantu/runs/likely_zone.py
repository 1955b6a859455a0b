"""A site outside every county: would it lie in one if its central meridian were another?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from lantu.overlay.cutting import mended
from lantu.overlay.pack import PackedLayer
from lantu.runs.control_index import ControlIndex
from lantu.store import OUTLINE

SHIFTS = (3, -3, 6, -6)
"""Degrees between the meridians of neighbouring 3° zones, and of 6° zones: the same coordinates in another
zone are the same ground so far to the east or west."""


@dataclass(frozen=True, slots=True)
class LikelyZone:
    """By how many degrees the central meridian would be wrong, and the area the site would then lie in."""

    degrees: int
    area_code: str


def likely_zones(sites: PackedLayer, rows: Sequence[int], control: ControlIndex) -> dict[int, LikelyZone]:
    """Return what would bring sites into a registered outline; nothing is moved.

    Args:
        rows: sites outside every outline.
    """
    found: dict[int, LikelyZone] = {}
    shapes = mended(sites.geometries(np.asarray(rows, np.int64)))
    place = shapely.get_coordinates(shapely.point_on_surface(shapes))
    outlines = [
        (layer.area_code, shapely.union_all(mended(control.packs[number].geometries())))
        for number, layer in enumerate(control.layers)
        if layer.kind == OUTLINE
    ] if len(place) else []  # fmt: skip
    for code, outline in outlines:
        shapely.prepare(outline)
        for degrees in SHIFTS:
            # In the statutory plane, which is cylindrical, a degree of longitude is the same everywhere.
            there = shapely.points(place + np.array([degrees * control.degree_m, 0.0]))
            for row in np.flatnonzero(shapely.contains(outline, there)).tolist():
                best = found.get(rows[row])
                if best is None or abs(degrees) < abs(best.degrees):
                    found[rows[row]] = LikelyZone(degrees, code)
    return found

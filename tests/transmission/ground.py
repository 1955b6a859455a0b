"""Layers made for tests: rectangles at whole metres of the plane, so that every area is known on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

import world
from lantu.lawbook import load
from lantu.overlay.packing import pack_shapes
from lantu.transmission.clauses import Absent, Judged, Sheet

BOOK = load()
COUNTY, CITY = ("220882", "大安市"), ("220800", "白城市")


def sheet(
    kind: str, *shapes: Any, of: tuple[str, str] = COUNTY, digest: str = "", **columns: Sequence[object]
) -> Sheet:
    """Make a layer of shapes in the world's metres."""
    moved = shapely.transform(np.array(shapes, object), lambda xy: xy + world.CORNER)
    return Sheet(kind, *of, digest or f"sha256:{of[0]}{kind}", pack_shapes(moved, kind), columns)


def absent(kind: str) -> Absent:
    return Absent(kind, "transmission.absent_layer", {"areas": "白城市", "layer": kind})


def patches(judged: Judged) -> list[tuple[str, float]]:
    return [(each.what, round(each.area_m2, 2)) for each in judged.patches]


def by_id(found: Sequence[Judged]) -> Mapping[str, Judged]:
    return {each.rule.id: each for each in found}

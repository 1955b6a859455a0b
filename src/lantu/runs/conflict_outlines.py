"""The outlines around an area's, as far as they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lantu.core.errors import InputError, IntegrityError
from lantu.overlay.pack import PackedLayer
from lantu.plans import level_of_code
from lantu.runs.conflict_sides import Sides
from lantu.store import OUTLINE, Home, Layer

_DEGREE_M = 40_000.0
"""A degree of longitude is longer anywhere in the country."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """Outlines in force of the areas of one level.

    Attributes:
        layers: code → layer, of all areas but the one in question whose outline can be read.
        near: code → polygons, of that one and of those that may come near it.
        unread: codes of those near it whose outline is damaged, or crosses itself.
    """

    layers: Mapping[str, Layer]
    near: Mapping[str, PackedLayer]
    unread: tuple[str, ...]


def outlines_around(home: Home, sides: Sides, own: Layer, reach_m: float) -> Outlines:
    """Return the outlines that may come within reach of an area's own.

    Raises:
        InputError: `conflict.broken` where the own one crosses itself.
        IntegrityError: `layer.missing`, `layer.damaged` where the own one cannot be read.
    """
    pack = home.packs.get(own)
    if len(pack.broken):
        raise InputError("conflict.broken", count=len(pack.broken), title=own.title)
    layers: dict[str, Layer] = {}
    near = {sides.code: pack}
    unread = []
    for code in _of_the_level(sides):
        layer = sides.shelves[code].line(OUTLINE, sides.year)
        if layer is None:
            continue
        layers[code] = layer
        if not _may_meet(own, layer, 2 * reach_m):
            continue
        try:
            other = home.packs.get(layer)
        except (InputError, IntegrityError):
            other = None
        if other is None or len(other.broken):
            unread.append(code)
            del layers[code]
        else:
            near[code] = other
    return Outlines(layers, near, tuple(unread))


def _of_the_level(sides: Sides) -> list[str]:
    level, digits = level_of_code(sides.code), len(sides.code)
    return sorted(
        code for code in sides.shelves
        if code != sides.code and len(code) == digits and level_of_code(code) is level
    )  # fmt: skip


def _may_meet(one: Layer, other: Layer, reach_m: float) -> bool:
    if one.bounds_lonlat is None or other.bounds_lonlat is None:
        return True
    by = reach_m / _DEGREE_M
    (w1, s1, e1, n1), (w2, s2, e2, n2) = one.bounds_lonlat, other.bounds_lonlat
    return w1 - by <= e2 and w2 - by <= e1 and s1 - by <= n2 and s2 - by <= n1

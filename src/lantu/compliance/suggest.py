"""What would pass: the part of a site that nothing forbids, the nearest place where all of it would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import Any

import numpy as np
import shapely

from lantu.core.area import Geometries

_DIRECTIONS = 48
_FINEST_M = 0.5
_CLEAR_M = 0.01
"""How far from a line a shifted site stays: no rounding of coordinates then puts it back on."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A way to move a site: metres to the east and to the north in the statutory plane, and how far."""

    east_m: float
    north_m: float

    @property
    def length_m(self) -> float:
        return hypot(self.east_m, self.north_m)

    def moved(self, shape: Any) -> Any:
        """Return a shape of the plane moved so."""
        return _moved(shape, np.array([[self.east_m, self.north_m]]))[0]


def shifts(
    site: Any, off: Geometries, within: Sequence[Geometries], reach_m: float, step_m: float
) -> Iterator[Shift]:
    """Find ways to move a site clear of what forbids it, the shortest first; one per direction.

    Looked at are 48 directions in steps, each then shortened to half a metre: a shorter way between two
    directions may exist.

    Args:
        site: polygon in the plane.
        off: what it must keep off, in the plane, as far as the reach goes.
        within: layers it must lie in, each wholly.
    """
    keep_off = shapely.buffer(shapely.union_all(off), _CLEAR_M) if len(off) else None
    keep_in = [shapely.buffer(shapely.union_all(each), -_CLEAR_M) for each in within]
    for each in (keep_off, *keep_in):
        if each is not None:
            shapely.prepare(each)

    def clear(moves: Any) -> Any:
        placed = _moved(site, moves)
        good = np.ones(len(placed), bool)
        if keep_off is not None:
            good &= ~shapely.intersects(keep_off, placed)
        for each in keep_in:
            good[good] = shapely.contains(each, placed[good])
        return good

    angles = [2 * pi * n / _DIRECTIONS for n in range(_DIRECTIONS)]
    way = np.array([(cos(a), sin(a)) for a in angles])
    found: list[tuple[float, int]] = []
    open_ = np.arange(_DIRECTIONS)
    for length in np.arange(step_m, reach_m + step_m / 2, step_m):
        good = clear(way[open_] * length)
        found += [(_shortened(way[n], float(length), step_m, clear), int(n)) for n in open_[good]]
        open_ = open_[~good]
        if not len(open_) or (found and length > 2 * min(found)[0] + step_m):
            break
    for length, n in sorted(found):
        yield Shift(round(float(way[n][0]) * length, 2), round(float(way[n][1]) * length, 2))


def _shortened(way: Any, long: float, step_m: float, clear: Any) -> float:
    short = long - step_m
    while long - short > _FINEST_M:
        middle = (short + long) / 2
        if clear(way[None] * middle)[0]:
            long = middle
        else:
            short = middle
    return long


def _moved(site: Any, moves: Any) -> Geometries:
    return np.array([shapely.transform(site, lambda xy, m=move: xy + m) for move in moves], object)

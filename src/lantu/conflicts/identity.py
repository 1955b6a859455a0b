"""Which of the conflicts found now are those found before: identities outlive new versions of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

Fate = Literal["remaining", "changed", "new"]


@dataclass(frozen=True, slots=True)
class Match:
    """What one conflict found now is.

    Attributes:
        number: of the known one; None for a new one.
        origin: number of the known one that it is a piece of, where another piece keeps its number.
    """

    fate: Fate
    number: str | None = None
    origin: str | None = None


def matched(known: Mapping[str, Any], now: Sequence[Any], least_m2: float) -> tuple[list[Match], list[str]]:
    """Match conflicts of one pair by the ground they share, the most first; a number is given once.

    Args:
        known: number → shape in the plane, as last seen; now: shapes found now.
        least_m2: a known one is changed where so much ground came to it or went from it.

    Returns:
        What each of `now` is; the numbers of the known ones that are gone.
    """
    numbers = sorted(known)
    found = [Match("new")] * len(now)
    if not numbers or not now:
        return found, numbers
    old, new = np.array([known[each] for each in numbers], object), np.array(now, object)
    one, other = shapely.STRtree(old).query(new, predicate="intersects")
    common = shapely.area(shapely.intersection(new[one], old[other]))
    order = np.lexsort((one, other, -common))
    taken: set[int] = set()
    placed: set[int] = set()
    for place in order[common[order] > 0].tolist():
        mine, its = int(one[place]), int(other[place])
        if mine in placed:
            continue
        if its in taken:
            if found[mine].origin is None:
                found[mine] = Match("new", origin=numbers[its])
            continue
        taken.add(its)
        placed.add(mine)
        moved = shapely.area(shapely.symmetric_difference(new[mine], old[its]))
        found[mine] = Match("changed" if moved >= least_m2 else "remaining", numbers[its])
    return found, [number for its, number in enumerate(numbers) if its not in taken]

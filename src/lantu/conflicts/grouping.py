"""Patches of one cause that touch are one conflict; what is too small or too narrow is a sliver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lantu.conflicts.patches import Patch, Small
from lantu.conflicts.rules import Kind, Relation
from lantu.overlay.cutting import FEW, polygons_of, widest


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One conflict before it has a number.

    Attributes:
        shape: polygon or multipolygon in the plane; area_m2 its statutory area, each spot once.
        relation: as that of its patches.
        patches: of how many pieces it was put together.
        first, second: rows of the layers on both sides.
    """

    shape: Any
    type: Kind
    cause: str
    area_m2: float
    width_m: float
    patches: int
    first: tuple[int, ...]
    second: tuple[int, ...]
    relation: Relation | None


def grouped(
    patches: Sequence[Patch], reach_m: float, least_m2: float, least_width_m: float
) -> tuple[list[Group], Small]:
    """Join patches to conflicts, the biggest first.

    Args:
        reach_m: patches of one cause, type and relation no further apart are one.

    Returns:
        The conflicts, and what is smaller or narrower than the least, counted piece by piece.
    """
    pieces = _parts(patches)
    found, slivers = [], Small()
    for members in _joined(pieces, reach_m):
        group = _group([pieces[number] for number in members])
        if group.area_m2 < least_m2 or group.width_m < least_width_m:
            slivers.add(np.array([group.area_m2]))
        else:
            found.append(group)
    return sorted(found, key=lambda each: (-each.area_m2, each.first, each.second)), slivers


def _parts(patches: Sequence[Patch]) -> list[Patch]:
    return [
        replace(each, shape=part)
        for each in patches
        for part in shapely.get_parts(each.shape).tolist()
        if part.area > 0
    ]


def _joined(pieces: Sequence[Patch], reach_m: float) -> list[list[int]]:
    """Return the numbers of the pieces that belong together."""
    if not pieces:
        return []
    shapes = np.array([each.shape for each in pieces], object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach_m)
    kinds = [(each.cause, each.type, each.relation) for each in pieces]
    same: NDArray[np.bool_] = np.array(
        [kinds[a] == kinds[b] for a, b in zip(one.tolist(), other.tolist(), strict=True)], np.bool_
    )
    one, other = one[same], other[same]
    links = coo_array((np.ones(len(one), np.int8), (one, other)), (len(pieces), len(pieces)))
    count, label = connected_components(links, directed=False)
    members: list[list[int]] = [[] for _ in range(count)]
    for number, group in enumerate(label.tolist()):
        members[group].append(number)
    return members


def _group(pieces: Sequence[Patch]) -> Group:
    whole = polygons_of(np.array([shapely.union_all([each.shape for each in pieces])], object))[0]
    parts = np.array(sorted(shapely.get_parts(whole), key=lambda part: -part.area), object)
    width = float(widest(parts[:1], FEW)[0][0]) if len(parts) else 0.0
    first, second = _rows(each.first for each in pieces), _rows(each.second for each in pieces)
    like = pieces[0]
    return Group(
        whole, like.type, like.cause, float(whole.area), width, len(pieces), first, second, like.relation
    )


def _rows(sides: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({row for side in sides for row in side}))

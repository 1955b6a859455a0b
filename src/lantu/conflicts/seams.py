"""Outlines of neighbours: ground that two of them have, slits that none has, border that faces no other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.conflicts.patches import NOISE_M2, Found, Patch
from lantu.conflicts.rules import Kind
from lantu.core.area import Geometries
from lantu.overlay.coverage import edges_of
from lantu.overlay.cutting import FEW, mended, polygons_of, widest
from lantu.overlay.gaps import TOUCH_M
from lantu.overlay.pack import PackedLayer

_BEND = 1.05
"""How much further than its width across a slit may bend where it ends."""
_Pair = tuple[str, str]
_Pieces = list[tuple[_Pair, Any]]


@dataclass(frozen=True, slots=True)
class Seams:
    """What lies along the outline of an area.

    Attributes:
        found: overlaps and slits; their cause is the code of the neighbour, `first` rows of the own outline,
            `second` of the neighbour's. Slivers are told of neighbours with a greater code alone.
        beside: codes of the neighbours: outlines that come within reach of this one.
        alone_m: metres of the outline that are neither in or on another one nor along a slit.
    """

    found: Found
    beside: tuple[str, ...]
    alone_m: float


def seams(
    own: str, outlines: Mapping[str, PackedLayer], reach_m: float, mouth: float, width_m: float
) -> Seams:
    """Hold an outline against those around it.

    Ground of no outline is a slit where a circle of `reach_m` does not get in from outside without meeting
    two outlines. Ground along three belongs to the two whose codes come first, so it is told once. What
    opens to ground of no outline is a slit only where it is much longer than its mouths are wide: else it is
    the corner in which an area begins that nobody registered.

    Args:
        own: code of the area; outlines: by code, its own among them, in the statutory plane, mended here.
        reach_m: wider slits are not looked for.
        mouth: share of a slit's border that may be open.
        width_m: what is nowhere so wide is a sliver.
    """
    ground = {code: shapely.union_all(mended(pack.geometries())) for code, pack in outlines.items()}
    mine = ground.pop(own)
    border, around = shapely.boundary(mine), shapely.box(*_wider(mine, 2 * reach_m))
    ground = {code: shapely.intersection(each, around) for code, each in ground.items()}
    shared = {code: _cut(mine, each) for code, each in ground.items()}
    near = {
        code: shapely.intersection(border, shapely.buffer(each, reach_m)) for code, each in ground.items()
    }
    beside = sorted(code for code in ground if not (near[code].is_empty and shared[code].is_empty))
    # Slits are looked for where borders come near each other; the rest of long outlines costs nothing.
    window = shapely.buffer(shapely.geometrycollections(list(near.values())), 2 * reach_m, quad_segs=2)
    local = {code: _cut(each, window) for code, each in {own: mine, **ground}.items()}
    slits, hairs = _slits(own, local, reach_m, mouth, width_m)
    found, deep = Found(), []
    for code in beside:
        mutual = ((own, code), (code, own))
        over = _parts(shared[code])
        thin = shapely.is_empty(shapely.buffer(over, -width_m / 2))
        deep += over[~thin].tolist()
        wide: list[tuple[Any, Kind]] = [(each, "overlap") for each in over[~thin].tolist()]
        wide += [(part, "slit") for pair, each in slits if pair in mutual for part in _parts(each).tolist()]
        if code > own:
            found.slivers.add(shapely.area(over[thin]))
            found.slivers.add(np.array([each.area for pair, each in hairs if pair in mutual]))
        for part, kind in wide:
            first, second = _rows(outlines[own], part, width_m), _rows(outlines[code], part, width_m)
            found.patches.append(Patch(part, kind, code, first, second))
    met = [each for code, each in local.items() if code != own] + [each for _, each in slits] + deep
    alone = shapely.difference(border, shapely.buffer(shapely.geometrycollections(met), width_m))
    return Seams(found, tuple(beside), float(alone.length))


def open_ground(shape: Any, outlines: Collection[PackedLayer], besides: Sequence[Any]) -> float:
    """Return how much of a slit of before is in no outline still, nor in what is found now, m²."""
    around = shapely.box(*shape.bounds)
    there = [shapely.intersection(mended(each.geometries()), around) for each in outlines]
    return float(shapely.difference(shape, shapely.union_all(np.concatenate([*there, list(besides)]))).area)


def _slits(
    own: str, local: Mapping[str, Any], reach_m: float, mouth: float, width_m: float
) -> tuple[_Pieces, _Pieces]:
    """Return what lies between an outline and others, and between which two: slits, and slivers."""
    whole = shapely.union_all(list(local.values()))
    free = _parts(shapely.difference(_closing(whole, reach_m), whole))
    codes = sorted(local)
    touched = _touched(free, [shapely.boundary(local[code]) for code in codes])
    between = touched[codes.index(own)] & (touched.sum(axis=0) > 1)
    free, touched = free[between], touched[:, between]
    thin = shapely.is_empty(shapely.buffer(free, -width_m / 2))
    line = shapely.boundary(whole)
    shapely.prepare(line)
    slits: _Pieces = []
    hairs: _Pieces = []
    for ground, narrow, there in zip(free.tolist(), thin.tolist(), touched.T, strict=True):
        near = {code: local[code] for code, yes in zip(codes, there.tolist(), strict=True) if yes}
        if narrow:
            hairs.append(((own, next(code for code in near if code != own)), ground))
            continue
        # Hairs that go on from a slit would make its mouth look small.
        wide = shapely.buffer(shapely.buffer(ground, -width_m / 2), width_m / 2, join_style="mitre")
        left = _parts(shapely.difference(ground, wide))
        along = _touched(left, [shapely.boundary(each) for each in near.values()])
        for each, on in zip(left.tolist(), along.T.tolist(), strict=True):
            if sum(on) > 1:
                one, other = [code for code, yes in zip(near, on, strict=True) if yes][:2]
                hairs.append(((one, other), each))
        for part in _parts(_cut(ground, wide)).tolist():
            slits += _of_pairs(part, near, line, reach_m, mouth, width_m)
    return slits, hairs


def _of_pairs(
    ground: Any, near: Mapping[str, Any], line: Any, reach_m: float, mouth: float, width_m: float
) -> _Pieces:
    """Return the slits in ground between two outlines or more; none in a corner that is open."""
    if _open_share(ground, line, (), width_m) > 0:
        ground = _trimmed(ground, near, width_m)
    pieces = _dealt(ground, near, reach_m, width_m)
    others = [[each for _, each in pieces[:n] + pieces[n + 1 :]] for n in range(len(pieces))]
    return [
        each
        for each, rest in zip(pieces, others, strict=True)
        if _open_share(each[1], line, rest, width_m) <= mouth
    ]


def _closing(shape: Any, reach_m: float) -> Any:
    """Return a shape with what is between parts of it that are so near each other."""
    return shapely.buffer(shapely.buffer(shape, reach_m / 2), -reach_m / 2)


def _parts(shape: Any) -> Geometries:
    parts = shapely.get_parts(polygons_of(np.array([shape]))[0])
    return np.asarray(parts[shapely.area(parts) > NOISE_M2])


def _trimmed(ground: Any, near: Mapping[str, Any], width_m: float) -> Any:
    """Return a slit without what goes on along one outline past its mouths."""
    far = float(widest(np.array([ground]), FEW)[0][0]) * _BEND + width_m
    around = shapely.box(*_wider(ground, far))
    reached = [shapely.buffer(shapely.intersection(each, around), far) for each in near.values()]
    twice = [shapely.intersection(one, other) for one, other in combinations(reached, 2)]
    return _cut(ground, shapely.union_all(twice))


def _dealt(ground: Any, near: Mapping[str, Any], reach_m: float, width_m: float) -> _Pieces:
    """Deal ground along several outlines out to pairs of them, the smallest codes first.

    What is no longer than the reach stays with what it hangs together with: a hole in a corner is one slit.
    """
    pairs = list(combinations(near, 2))
    if len(pairs) == 1:
        return [(pairs[0], each) for each in _parts(ground).tolist()]
    around = shapely.box(*_wider(ground, 2 * reach_m))
    seen = {code: shapely.intersection(each, around) for code, each in near.items()}
    dealt: _Pieces = []
    left = ground
    for pair in pairs:
        both = [seen[code] for code in pair]
        parts = _parts(shapely.intersection(_closing(shapely.union_all(both), reach_m), left))
        parts = parts[np.logical_and(*(shapely.dwithin(each, parts, width_m) for each in both))]
        dealt += [(pair, each) for each in parts.tolist()]
        left = shapely.difference(left, shapely.union_all(parts))
    long = [each for each in dealt if _length(each[1]) > reach_m] or dealt[:1] or [(pairs[0], ground)]
    short = [each for _, each in dealt if not any(each is other for _, other in long)]
    for part in [*short, *_parts(left).tolist()]:
        n = int(np.argmin(shapely.distance([each for _, each in long], part)))
        long[n] = long[n][0], shapely.union(long[n][1], part)
    return [(pair, part) for pair, each in long for part in _parts(each).tolist()]


def _length(shape: Any) -> float:
    west, south, east, north = shape.bounds
    return float(np.hypot(east - west, north - south))


def _open_share(piece: Any, line: Any, others: Sequence[Any], width_m: float) -> float:
    """Return which share of the border of a piece is along no outline and no other piece."""
    middles, length, _ = edges_of(np.array([piece]))
    open_ = ~shapely.dwithin(line, middles, width_m)
    for each in others:
        open_ &= ~shapely.dwithin(each, middles, width_m)
    return float(length[open_].sum() / length.sum())


def _touched(shapes: Geometries, lines: Sequence[Any]) -> NDArray[np.bool_]:
    """Return which lines the shapes go along, (lines, shapes)."""
    middles, length, owner = edges_of(shapes)
    shapely.prepare(lines)
    on = [shapely.dwithin(line, middles, TOUCH_M) for line in lines]
    return np.array([np.bincount(owner[each], length[each], minlength=len(shapes)) > TOUCH_M for each in on])


def _rows(pack: PackedLayer, shape: Any, width_m: float) -> tuple[int, ...]:
    """Return the rows that a patch lies in or along; not those that it only meets in a point."""
    if len(pack) == 1:
        return (0,)
    reached = shapely.intersection(mended(pack.geometries()), shapely.buffer(shape, width_m))
    return tuple(np.flatnonzero(shapely.area(reached) > 4 * width_m**2).tolist())


def _cut(shape: Any, window: Any) -> Any:
    return polygons_of(np.array([shapely.intersection(shape, window)]))[0]


def _wider(shape: Any, by_m: float) -> tuple[float, float, float, float]:
    west, south, east, north = shape.bounds
    return west - by_m, south - by_m, east + by_m, north + by_m

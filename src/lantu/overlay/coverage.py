"""Does a layer cover its ground once: overlaps, gaps, ground outside the boundary, broken polygons."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.overlay.cutting import FEW, cut_to, mended, polygons_of, repaired, shared_by, spread, widest
from lantu.overlay.engine import LEAST_M2, KernelEngine
from lantu.overlay.gaps import TOUCH_M
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes
from lantu.overlay.uncovered import NOISE_M2, uncovered

BESIDE = 8
"""Of the features along a gap at most so many are named."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Defect:
    """One fault of a layer.

    Attributes:
        rows: the features: the two that overlap; those along a gap, longest shared outline first, at most
            BESIDE; the one that reaches outside, or is broken.
        area_m2: statutory area; of a broken feature that of the ground it covers twice or inside out.
        width_m: diameter of the largest circle in it, within 2 %; None for a broken feature.
        place: (x, y) in the plane: where it is widest, or breaks; None where it has no place.
        shape: what is at fault, in the plane; empty for a feature without ground.
        what: of an overlap `duplicate` where both cover the same ground, else `part`; of a gap `hole` or
            `border`; of a broken feature what GEOS says.
    """

    rows: tuple[int, ...]
    area_m2: float
    width_m: float | None
    place: tuple[float, float] | None
    shape: Any
    what: str = ""


@dataclass(frozen=True, slots=True)
class Below:
    """What was found but is not listed.

    Attributes:
        rows: the features, where they were not too small to be listed, but too many.
    """

    count: int
    area_m2: float
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlaps:
    """What polygons of a layer cover twice.

    Attributes:
        listed: biggest first.
        below: those that are too small to be listed; more: those that are too many.
        boxes: (k, 4) around all of them.
    """

    listed: list[Defect]
    below: Below
    more: Below
    boxes: _Floats


@dataclass(frozen=True, slots=True)
class Coverage:
    """Faults of a layer, biggest first each.

    Attributes:
        area_m2: sum of the features' areas; broken ones count as mended.
        boundary_m2, covered_m2: the ground, and what of it is covered; None without a boundary.
        below: of overlaps, gaps and outside, by these names: what is too small to be listed.
        more: likewise, what is too much.
    """

    features: int
    area_m2: float
    boundary_m2: float | None
    covered_m2: float | None
    overlaps: list[Defect] = field(default_factory=list)
    gaps: list[Defect] = field(default_factory=list)
    outside: list[Defect] = field(default_factory=list)
    broken: list[Defect] = field(default_factory=list)
    below: dict[str, Below] = field(default_factory=dict)
    more: dict[str, Below] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Say whether nothing is at fault."""
        return not (self.overlaps or self.gaps or self.outside or self.broken)


def coverage(
    layer: PackedLayer,
    boundary: PackedLayer | None = None,
    *,
    least_m2: float,
    crack_m: float,
    most: int | None = None,
    known: Overlaps | None = None,
    progress: Progress = silent,
) -> Coverage:
    """Look for all faults of a layer.

    Args:
        layer: in the statutory plane. Broken polygons are reported, and for the rest of the check mended.
        boundary: the ground the layer should cover, its polygons sound; None: then only holes are gaps.
        least_m2: smaller faults are counted, not listed.
        crack_m: what is narrower is a crack, and does not make one gap of two; less than `gaps.AROUND_M`.
        most: so many overlaps, gaps and features outside are listed at most, biggest first, and the width of
            winding ones may be told too small; None for all, with their widths.
        known: the overlaps, where `overlaps_of` was asked before, of a layer without broken polygons.

    Raises:
        InputError: `overlay.invalid` where a polygon of the boundary covers ground twice,
            `overlay_check.flat_boundary` where it covers none.
    """
    broken = _broken(layer)
    sound = repaired(layer, np.array([each.rows[0] for each in broken if each.place], np.int64))
    outline = None if boundary is None else outline_of(boundary)
    if outline is not None and not len(outline.broken) and not outline.area_m2.sum() > LEAST_M2:
        raise InputError("overlay_check.flat_boundary")
    overlaps = known or overlaps_of(sound, least_m2=least_m2, most=most, progress=progress)
    gaps, out_m2 = uncovered(sound, outline, overlaps.boxes, crack_m, progress)
    gap_m2 = np.asarray(shapely.area(gaps), np.float64)
    open_, small_gaps, more_gaps = _listed(gap_m2, gap_m2 >= least_m2, most)
    out, small_out, more_out = _outside_listed(out_m2, least_m2, most)
    boundary_m2 = None if outline is None else float(outline.area_m2[0])
    return Coverage(
        len(layer),
        math.fsum(sound.area_m2),
        boundary_m2,
        None if boundary_m2 is None else boundary_m2 - math.fsum(gap_m2),
        overlaps.listed,
        _gaps(sound, outline, gaps[open_], gap_m2[open_], crack_m, most),
        [] if outline is None else _outside(sound, outline, out, out_m2[out], most),
        broken,
        {
            "overlaps": overlaps.below,
            "gaps": _below(gap_m2[small_gaps]),
            "outside": _below(out_m2[small_out]),
        },
        {
            "overlaps": overlaps.more,
            "gaps": _below(gap_m2[more_gaps]),
            "outside": _below(out_m2[more_out], more_out),
        },
    )


def overlaps_of(
    layer: PackedLayer, *, least_m2: float, most: int | None = None, progress: Progress = silent
) -> Overlaps:
    """Look for what polygons of a layer cover twice; arguments as of `coverage`.

    Raises:
        InputError: `overlay.invalid` where a polygon of the layer covers ground twice.
    """
    table = KernelEngine().overlaps(layer, progress)
    pairs = np.column_stack([table.left_id, table.right_id]).astype(np.int64)
    both = layer.box[pairs]
    boxes = np.concatenate([both[:, :, :2].max(axis=1), both[:, :, 2:].min(axis=1)], axis=1)
    listed, small, more = _listed(table.area_m2, table.area_m2 >= least_m2, most)
    return Overlaps(
        _overlaps(layer, pairs[listed], table.area_m2[listed], most),
        _below(table.area_m2[small]),
        _below(table.area_m2[more], np.unique(pairs[more])),
        boxes,
    )


def outside_of(
    layer: PackedLayer, boundary: PackedLayer, *, least_m2: float, most: int | None = None
) -> tuple[list[Defect], Below]:
    """Look for what of a layer lies off some ground, which it need not cover; arguments as of `coverage`.

    Returns:
        The features that reach outside, biggest part first; those that are too many to be listed.

    Raises:
        InputError: `overlay.invalid` where a polygon of the layer or the boundary covers ground twice.
    """
    outline = outline_of(boundary)
    inside = KernelEngine().overlay(layer, outline)
    out_m2 = layer.area_m2 - np.bincount(inside.left_id, inside.area_m2, minlength=len(layer))
    out, _, more = _outside_listed(out_m2, least_m2, most)
    return _outside(layer, outline, out, out_m2[out], most), _below(out_m2[more], more)


def _listed(area: _Floats, enough: NDArray[np.bool_], most: int | None) -> tuple[_Ints, _Ints, _Ints]:
    """Return which are listed, biggest first, which are too small, and which are too many."""
    big = np.flatnonzero(enough)
    big = big[np.argsort(-area[big], kind="stable")]
    return big[:most], np.flatnonzero(~enough), big[len(big) if most is None else most :]


def _outside_listed(out_m2: _Floats, least_m2: float, most: int | None) -> tuple[_Ints, _Ints, _Ints]:
    some = np.flatnonzero(out_m2 > NOISE_M2)
    listed, small, more = _listed(out_m2[some], out_m2[some] >= least_m2, most)
    return some[listed], some[small], some[more]


def _broken(layer: PackedLayer) -> list[Defect]:
    """Return what covers ground twice, most first, and then what covers none."""
    twice = np.abs(layer.self_covered_m2) / 2  # covered twice, w² - w is 2; inside out, too
    rows = layer.broken[np.argsort(-twice[layer.broken], kind="stable")]
    shapes = layer.geometries(rows)
    found = []
    for row, shape, said in zip(rows.tolist(), shapes, shapely.is_valid_reason(shapes), strict=True):
        at = re.fullmatch(r"(.*?)\[(\S+) (\S+)\]", said)
        place = (float(at[2]), float(at[3])) if at else shape.representative_point().coords[0]
        found.append(Defect((row,), float(twice[row]), None, place, shape, at[1] if at else said))
    flat = np.setdiff1d(np.flatnonzero(layer.area_m2 <= LEAST_M2), rows)
    found += [Defect((row,), 0.0, None, None, shapely.Polygon(), "empty") for row in flat.tolist()]
    return found


def outline_of(boundary: PackedLayer) -> PackedLayer:
    """Make one polygon of the boundary's."""
    if len(boundary) == 1:
        return boundary
    whole = shapely.union_all(mended(boundary.geometries()))
    return pack_shapes(polygons_of(np.array([whole])), "right")


def _overlaps(layer: PackedLayer, pairs: _Ints, area: _Floats, most: int | None) -> list[Defect]:
    same = (np.abs(layer.area_m2[pairs] - area[:, None]) <= NOISE_M2).all(axis=1)
    what = np.where(same, "duplicate", "part").tolist()
    return _defects(list(map(tuple, pairs.tolist())), area, shared_by(layer, layer, pairs), what, most)


def _outside(
    layer: PackedLayer, outline: PackedLayer, rows: _Ints, area: _Floats, most: int | None
) -> list[Defect]:
    shapes = mended(layer.geometries(rows))
    inside = cut_to(mended(outline.geometries())[0], layer.box[rows])
    out = polygons_of(spread(shapely.difference, shapes, inside))
    return _defects([(row,) for row in rows.tolist()], area, out, [""] * len(rows), most)


def _gaps(
    layer: PackedLayer,
    outline: PackedLayer | None,
    gaps: Geometries,
    area: _Floats,
    crack_m: float,
    most: int | None,
) -> list[Defect]:
    middles, length, gap = edges_of(gaps)
    beside = _beside(layer, gaps, middles, length, gap, crack_m)
    along: _Floats = np.zeros(len(gaps))
    if outline is not None:
        line = shapely.boundary(mended(outline.geometries())[0])
        shapely.prepare(line)
        on = shapely.dwithin(line, middles, TOUCH_M)
        along = np.asarray(np.bincount(gap[on], length[on], minlength=len(gaps)), np.float64)
    return _defects(beside, area, gaps, np.where(along > crack_m, "border", "hole").tolist(), most)


def edges_of(shapes: Geometries) -> tuple[Geometries, _Floats, _Ints]:
    """Return the middle and length of every edge, and whose it is."""
    rings, owner = shapely.get_rings(shapes, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    step = points[edge + 1] - points[edge]
    return shapely.points(points[edge] + step / 2), np.hypot(*step.T), owner[ring[edge]]


def _beside(
    layer: PackedLayer, gaps: Geometries, middles: Geometries, length: _Floats, gap: _Ints, least_m: float
) -> list[tuple[int, ...]]:
    """Return for each gap the features along it, by the outline they share with it: more than `least_m`."""
    known = np.flatnonzero(~np.isnan(layer.box[:, 0]))
    near = shapely.STRtree(shapely.box(*layer.box[known].T)).query(shapely.box(*shapely.bounds(gaps).T))[1]
    rows = known[np.unique(near)]
    outlines = shapely.boundary(layer.geometries(rows))
    which, edge = shapely.STRtree(middles).query(outlines, predicate="dwithin", distance=TOUCH_M)
    key, of = np.unique(gap[edge] * len(rows) + which, return_inverse=True)
    shared = np.bincount(of, length[edge], minlength=len(key))
    owner, row = np.divmod(key, max(len(rows), 1))
    found: list[list[int]] = [[] for _ in gaps]
    for nth in np.argsort(-shared, kind="stable").tolist():
        if shared[nth] > least_m and len(found[owner[nth]]) < BESIDE:
            found[owner[nth]].append(int(rows[row[nth]]))
    return [tuple(each) for each in found]


def _defects(
    rows: list[tuple[int, ...]], area: _Floats, shapes: Geometries, what: list[str], most: int | None
) -> list[Defect]:
    width, place = widest(shapes) if most is None else widest(shapes, FEW)
    # An overlap so small that GEOS finds none has no place.
    places = [None if math.isnan(x) else (x, y) for x, y in place.tolist()]
    columns = zip(rows, area.tolist(), width.tolist(), places, shapes, what, strict=True)
    return [Defect(*each) for each in columns]


def _below(area: _Floats, rows: _Ints | None = None) -> Below:
    return Below(len(area), math.fsum(area), () if rows is None else tuple(rows.tolist()))

"""Shapes one by one: there, readable, sound, of some area, not too many vertices, no slivers, no doubles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.digest import digest_bytes, short
from lantu.overlay import wkb as reading
from lantu.overlay.cutting import mended, widest
from lantu.overlay.packing import SELF_COVERED_M2, SELF_COVERED_SHARE
from lantu.quality.checks.rounding import metres, square_metres
from lantu.quality.checks.vertices import perimeters
from lantu.quality.findings import Defect, NotApplicable
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace, shape_numbers

REASONS = {
    "Self-intersection": "quality.invalid_crossing",
    "Ring Self-intersection": "quality.invalid_touching",
    "Hole lies outside shell": "quality.invalid_hole_outside",
    "Holes are nested": "quality.invalid_holes_nested",
    "Nested shells": "quality.invalid_parts_nested",
    "Interior is disconnected": "quality.invalid_disconnected",
    "Duplicate Rings": "quality.invalid_rings_doubled",
}
"""What GEOS says of an unsound shape, and our sentence for it."""

_Bools = NDArray[np.bool_]


def unusable(sheet: Sheet, work: Workspace, *, fault: str) -> Iterator[Defect]:
    """Every row has a shape that can be read. That it is a line, not a polygon, is another rule's business.

    Args:
        fault: which rows are told: null, empty, unreadable, not_finite, unclosed.

    Yields:
        One defect per row.
    """
    for row in np.flatnonzero(_unusable(sheet, fault)).tolist():
        xy, message = None, None
        if fault == "unclosed":
            xy, short_ring = _open_ring(sheet, row)
            message = "quality.ring_too_short" if short_ring else None
        elif fault == "not_finite":
            points = _coordinates(sheet, row)
            xy = points[np.isfinite(points).all(axis=1)][:1]
        spot = sheet.spots(xy, np.zeros(1, np.int64))[0] if xy is not None and len(xy) else None
        yield Defect(sheet.kind, (sheet.keys[row],), [row], shape=spot, message=message)


def _unusable(sheet: Sheet, fault: str) -> _Bools:
    absent, unread = sheet.missing, shapely.is_missing(sheet.shapes)
    if fault == "null":
        return absent
    if sheet.spec.geometry != "polygon":
        points, owner = shapely.get_coordinates(sheet.shapes, return_index=True)
        lost = np.zeros(len(sheet), np.bool_)
        lost[owner[~np.isfinite(points).all(axis=1)]] = True
        found = {"empty": shapely.is_empty(sheet.shapes), "unreadable": unread, "not_finite": lost}
        return np.asarray(found[fault] & ~absent, np.bool_)
    state = sheet.rings.state
    other = state == reading.NOT_POLYGON
    if fault == "unreadable":
        bad = (state == reading.UNREADABLE) | (unread & ((state == reading.SOUND) | other))
    elif fault == "empty":
        bad = (state == reading.EMPTY) | (shapely.is_empty(sheet.shapes) & other)
    else:
        states = {"not_finite": reading.NOT_FINITE, "unclosed": reading.UNCLOSED}
        bad = state == states[fault]
    return np.asarray(bad & ~absent, np.bool_)


def _coordinates(sheet: Sheet, row: int) -> NDArray[np.float64]:
    """Return the vertices of a row, (v, 2); of polygons those, too, of which GEOS makes no shape."""
    if sheet.spec.geometry != "polygon":
        return np.asarray(shapely.get_coordinates(sheet.shapes[row]), np.float64)
    first, last = sheet.rings.feature_ring[row : row + 2]
    return sheet.rings.xy[sheet.rings.ring[first] : sheet.rings.ring[last]]


def _open_ring(sheet: Sheet, row: int) -> tuple[Any, bool]:
    """Return where a row's first ring that is open or too short begins, (1, 2), and whether it is short."""
    rings = sheet.rings
    for ring in range(rings.feature_ring[row], rings.feature_ring[row + 1]):
        first, last = rings.ring[ring], rings.ring[ring + 1] - 1
        few, shut = last - first < 3, (rings.xy[first] == rings.xy[last]).all()
        if few or not shut:
            return rings.xy[first : first + 1], bool(shut)
    raise AssertionError(row)


def invalid(sheet: Sheet, work: Workspace, *, harmful: bool) -> Iterator[Defect]:
    """Every polygon is sound in OGC's sense.

    Rows that cannot be read, or have no area, are other rules' business.

    Args:
        harmful: True for those that cover ground twice or inside out, so that no area can be told; False for
            those that only touch themselves.

    Yields:
        One defect per feature, at the place that GEOS names.
    """
    rows = np.flatnonzero(~sheet.valid & (sheet.rings.state == reading.SOUND) & ~_flat(sheet, work))
    shapes = sheet.shapes[rows]
    unit = float(np.prod(sheet.metres))
    area = shapely.area(shapes) * unit
    off = np.abs(shapely.area(mended(shapes)) * unit - area)
    worse = off > np.maximum(SELF_COVERED_M2, SELF_COVERED_SHARE * 1e3 * area)
    chosen = worse == harmful
    reasons = shapely.is_valid_reason(shapes[chosen])
    told = [re.fullmatch(r"(.*?)\[(\S+) (\S+)\]", said) for said in reasons.tolist()]
    xy = np.array([[float(at[2]), float(at[3])] if at else [np.nan, np.nan] for at in told]).reshape(-1, 2)
    named = np.isfinite(xy).all(axis=1)
    spots = np.full(len(told), None, object)
    spots[named] = sheet.spots(xy[named], np.arange(int(named.sum())))
    for row, said, at, spot in zip(rows[chosen].tolist(), reasons.tolist(), told, spots, strict=True):
        why = at[1] if at else said
        yield Defect(
            sheet.kind, (sheet.keys[row],), [row], params={"why": why}, shape=spot, message=REASONS.get(why)
        )


def flat(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Every polygon has an area. Rows that cannot be read are other rules' business."""
    for row in np.flatnonzero(_flat(sheet, work)).tolist():
        yield Defect(sheet.kind, (sheet.keys[row],), [row])


def _flat(sheet: Sheet, work: Workspace) -> _Bools:
    least = float(work.number("overlay.min_defect_m2")) / float(np.prod(sheet.metres))
    found = (shapely.area(sheet.shapes) < least) & (sheet.rings.state == reading.SOUND)
    rows = np.flatnonzero(found)
    # A bow tie of two equal wings has no area for GEOS, and yet covers ground.
    found[rows[shapely.area(mended(sheet.shapes[rows])) >= least]] = False
    return np.asarray(found, np.bool_)


def multipart(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No feature is in several parts, where the profile wants them single. An empty part is none."""
    if not sheet.spec.single_part:
        raise NotApplicable("quality.parts_allowed", layer=sheet.kind)
    parts = shapely.get_num_geometries(sheet.shapes)
    several = np.flatnonzero(parts > 1)
    each, owner = shapely.get_parts(sheet.shapes[several], return_index=True)
    parts[several] = np.bincount(owner[~shapely.is_empty(each)], minlength=len(several))
    for row in np.flatnonzero(parts > 1).tolist():
        number = Decimal(int(parts[row]))
        yield Defect(
            sheet.kind, (sheet.keys[row],), [row], params={"parts": number}, measured=number,
            required=Decimal(1), unit="个",
        )  # fmt: skip


def doubles(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No two features have the very same shape. Rows without a readable shape are never doubles.

    Yields:
        One defect per shape that comes more than once.
    """
    if sheet.spec.geometry == "polygon":
        rows, number = sheet.usable, shape_numbers(sheet.pack)
        name = np.array([f"{each:016x}" for each in number.tolist()], object)
    else:
        rows = np.flatnonzero(~shapely.is_missing(sheet.shapes) & ~shapely.is_empty(sheet.shapes))
        wkb = shapely.to_wkb(shapely.normalize(sheet.shapes[rows]))
        name = np.array([short(digest_bytes(each), 16) for each in wkb.tolist()], object)
    each, which, times = np.unique(name.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(which, kind="stable")
    end = np.cumsum(times)
    for nth in np.flatnonzero(times > 1).tolist():
        same = rows[order[end[nth] - times[nth] : end[nth]]].tolist()
        yield Defect(sheet.kind, (str(each[nth]),), same)


def complexity(
    sheet: Sheet, work: Workspace, *, measure: str, above: str, upto: str | None = None
) -> Iterator[Defect]:
    """No feature is so heavy that programs break down on it.

    Args:
        measure: points; parts (the more numerous of parts and rings); density (points per metre of outline).
        above, upto: parameters: what is more than the one and not more than the other is told.

    Yields:
        One defect per feature, heaviest first.
    """
    points = shapely.get_num_coordinates(sheet.shapes)
    if measure == "points":
        found = points.astype(np.float64)
    elif measure == "parts":
        parts = shapely.get_num_geometries(sheet.shapes)
        found = np.maximum(parts, np.diff(sheet.rings.feature_ring)).astype(np.float64)
    else:
        length = perimeters(sheet)
        # Less than a metre of outline is no outline: rules about area and vertices have it.
        found = np.where(length >= 1, points / np.maximum(length, 1), 0.0)
    limit = work.number(above)
    much = found > float(limit)
    if upto is not None:
        much &= found <= float(work.number(upto))
    rows = np.flatnonzero(much)
    for row in rows[np.argsort(-found[rows], kind="stable")].tolist():
        number = Decimal(int(found[row])) if measure != "density" else metres(found[row])
        yield Defect(
            sheet.kind, (sheet.keys[row],), [row], params={"number": number, "limit": limit},
            measured=number, required=limit,
        )  # fmt: skip


def slivers(
    sheet: Sheet,
    work: Workspace,
    *,
    field: str,
    code_list: str,
    codes: Mapping[str, str],
    classes: Mapping[str, str],
    otherwise: str,
) -> Iterator[Defect]:
    """No feature is both smaller than its class may be and narrow. Those without area are another rule's.

    Args:
        field: land class; a layer that has no such column is `otherwise` all of it, and so is an empty or
            unknown code, which other rules report.
        code_list: of that column.
        codes, classes: parameter with the least area of a code, else of one of the three classes 农, 建, 未.

    Yields:
        One defect per feature.
    """
    least = np.full(len(sheet), float(work.number(otherwise)))
    if sheet.has(field):
        listed = work.book.code_lists[code_list].rows
        limits = {
            code: float(work.number(codes.get(code) or classes[row["three_class"]]))
            for code, row in listed.items()
            if code in codes or row.get("three_class") in classes
        }
        said, number = np.unique(sheet.text(field).astype(str), return_inverse=True)
        least = np.array([limits.get(code.strip(), least[0]) for code in said.tolist()])[number]
    width_m, flat_m2 = work.number("quality.narrow_m"), float(work.number("overlay.min_defect_m2"))
    small = np.flatnonzero(sheet.area_m2[sheet.usable] < least[sheet.usable])
    shapes = mended(sheet.pack.geometries(small))
    # The largest circle in a shape has at least the diameter 2 · area / outline.
    narrow = 2 * shapely.area(shapes) < float(width_m) * shapely.length(shapes)
    small, shapes = small[narrow], shapes[narrow]
    width, place = widest(shapes)
    rows = sheet.usable[small]
    for nth in np.flatnonzero((width < float(width_m)) & (shapely.area(shapes) >= flat_m2)).tolist():
        row = int(rows[nth])
        area = square_metres(sheet.area_m2[row])
        yield Defect(
            sheet.kind, (sheet.keys[row],), [row],
            params={"area": area, "width": metres(width[nth]), "least": least[row]},
            shape=shapes[nth], place=(float(place[nth, 0]), float(place[nth, 1])), measured=area,
            required=Decimal(str(least[row])), unit="平方米",
        )  # fmt: skip

"""The maps of a package report: the county with numbered marks, a small picture per defect with area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely
from pyproj import CRS
from shapely.errors import GEOSException

from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC
from lantu.overlay.cutting import polygons_of
from lantu.runs.package_report.arrange import Line, Report
from lantu.runs.package_report.sentences import clean
from lantu.runs.package_report.work_map import WorkMap
from lantu.runs.pages.maps import MapData, View, around, county_map, grown

MOST_DETAILS = 60
"""So many findings have a picture of their own, so many a number on the county's map: some of each rule."""
WIDTH, MAX_HEIGHT = 300, 230
_SMALLEST_FRAME_M = 8.0
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Pictures:
    """SVG elements: of the county, None where it cannot be drawn; of findings, by number.

    Attributes:
        kinds: layers drawn on the county's map.
        left_out: findings with area that have no picture, for there are too many.
    """

    county: str | None
    details: Mapping[int, str]
    kinds: Sequence[str] = ()
    left_out: int = 0


def pictures(report: Report, ground: WorkMap | None) -> Pictures:
    """Draw the county and the first findings that have an area."""
    if ground is None:
        return Pictures(None, {})
    wanted = [line for line in report.lines if line.area_m2 is not None]
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers have a rule of their own
        tried = {line.number: _tried(line, ground) for line in spread(wanted, MOST_DETAILS)}
        county = _county(report, ground)
    details = {number: svg for number, svg in tried.items() if svg is not None}
    return Pictures(county, details, tuple(ground.areas), len(wanted) - len(details))


def spread(lines: Sequence[Line], most: int) -> list[Line]:
    """Choose some findings: the first of each rule, then the second of each …; in order of their numbers."""
    turn: dict[str, int] = {}
    ranked = []
    for line in lines:
        ranked.append((turn.setdefault(line.rule.code, 0), line.number, line))
        turn[line.rule.code] += 1
    chosen = sorted(ranked, key=lambda each: each[:2])[:most]
    return sorted((line for _, _, line in chosen), key=lambda line: line.number)


def _county(report: Report, ground: WorkMap) -> str | None:
    placed = [line for line in report.lines if line.finding.place is not None]
    points = shapely.points([line.finding.place for line in placed]) if placed else np.empty(0, object)
    xy = shapely.get_coordinates(ground.plane.project(points, CRS.from_epsg(GEOGRAPHIC))).tolist()
    marks = [(x, y, line.number, line.finding.answer.value) for (x, y), line in zip(xy, placed, strict=True)]
    numbers = {line.number for line in spread(placed, MOST_DETAILS)}
    numbered = [mark for mark in marks if mark[2] in numbers]
    data = MapData(
        outline=ground.outline,
        areas=ground.areas,
        marks=numbered[::-1],  # the first is drawn last, on top
        dots=[(x, y, answer) for x, y, number, answer in marks if number not in numbers],
    )
    try:
        return county_map(data, clean(report.checked.name))
    except GEOSException:
        return None  # shapes too broken to draw; the rules say so one by one


def _tried(line: Line, ground: WorkMap) -> str | None:
    try:
        return _detail(line, ground)
    except GEOSException:
        return None


def _detail(line: Line, ground: WorkMap) -> str | None:
    defect = ground.plane.project(np.array([line.finding.shape], object), CRS.from_epsg(GEOGRAPHIC))
    parts = shapely.get_parts(polygons_of(defect))
    if not len(parts):
        return None
    frame = around(shapely.bounds(parts[np.argmax(shapely.area(parts))]), _SMALLEST_FRAME_M)
    view = View.fit(frame, WIDTH, MAX_HEIGHT)
    beyond = grown(frame)
    near, keys = ground.near(line.finding.layer, beyond)
    at_fault = np.isin(keys, line.finding.features)
    body = [
        _drawn(view, each, "m-fault" if hit else "m-near") for each, hit in zip(near, at_fault, strict=True)
    ]
    for kind in ground.areas:
        if kind != line.finding.layer:
            body += [_drawn(view, each, f"m-edge m-e-{kind}") for each in ground.near(kind, beyond)[0]]
    body.append(f'<path class="m-defect" d="{view.path(shapely.clip_by_rect(parts, *frame), 0)}"/>')
    body += _names(view, near, keys, np.flatnonzero(at_fault).tolist())
    body.append(view.scale_bar())
    body.append(view.ring(parts))
    return view.svg(body, f"{line.number} {line.said.zh}")


def _drawn(view: View, shape: object, style: str) -> str:
    if shapely.get_dimensions(shape) == 2:
        return f'<path class="{style}" d="{view.path(np.array([shape], object))}"/>'
    lines = shapely.get_parts(np.array([shape], object))
    found = []
    for each in lines:
        x, y = view.xy(*shapely.get_coordinates(each).T)
        found.append("M" + " ".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    return f'<path class="{style} m-line" d="{"".join(found)}"/>'


def _names(view: View, around: Geometries, keys: Sequence[str], rows: Sequence[int]) -> list[str]:
    """Name the features at fault that are broad enough for their name."""
    named: list[str] = []
    for row in rows[:_MOST_NAMED]:
        at = shapely.point_on_surface(around[row])
        name = _short(keys[row])
        west, south, east, north = shapely.bounds(around[row])
        if at.is_empty or (east - west) * view.scale < 5.5 * len(name) or (north - south) * view.scale < 12:
            continue
        x, y = view.xy(at.x, at.y)
        named.append(f'<text class="m-name" x="{float(x):.1f}" y="{float(y) + 3:.1f}">{escape(name)}</text>')
    return named


def _short(key: str) -> str:
    """Return the end of a name, where neighbours differ, without the place that tells doubles apart."""
    name = clean(key.partition("@")[0])
    return name if len(name) <= 9 else f"…{name[-8:]}"

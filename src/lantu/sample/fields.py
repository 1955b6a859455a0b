"""Lines that divide the open land: fields between shelter belts and tracks, patches of wild land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from lantu.core.area import Geometries
from lantu.sample.drawing import Points, Raster, boxes, turned, wiggle_all
from lantu.sample.landscape import Landscape
from lantu.sample.places import COUNTY_TOWN, Places

FIELDS, PATCHES, PONDS = 4_300, 650, 110
"""About how many fields, patches of wild land and ponds a county has at scale 1."""
BELT, TRACK = 1, 2


@dataclass(frozen=True)
class Divisions:
    """What divides the open land.

    Attributes:
        lines: borders of strips, cells and wild patches.
        strips: thin areas between fields; `strip_kind` BELT or TRACK.
        ponds: small water bodies.
    """

    lines: Geometries
    strips: Geometries
    strip_kind: Points
    ponds: Geometries


def divide(
    outline: shapely.Geometry,
    places: Places,
    land: Landscape,
    area_m2: float,
    scale: float,
    rng: np.random.Generator,
) -> Divisions:
    """Divide the land among fields and wild patches."""
    frame = shapely.box(*outline.bounds).buffer(3_000, join_style="mitre")
    cells = places.cells(frame)
    field_m2 = area_m2 * 0.62 / (FIELDS * scale)
    strips, kinds, cuts = [], [], []
    owners = np.flatnonzero(places.kind != COUNTY_TOWN)
    for cell, place in zip(cells, owners, strict=True):
        low, high, kind, lines = _cell_plan(cell, places.centre[place], places.angle[place], field_m2, rng)
        new = shapely.intersection(boxes(low, high, places.centre[place], places.angle[place]), cell)
        keep = shapely.area(new) > 1
        strips.extend(new[keep])
        kinds.extend(kind[keep])
        cuts.extend(shapely.intersection(lines, cell))
    borders = shapely.union_all(shapely.boundary(cells), grid_size=0.05)
    dry = _where(
        np.array([*cuts, *shapely.get_parts(shapely.boundary(np.array(strips, object)))], object),
        land.wetness,
        high=land.wild,
    )
    border = _where(shapely.get_parts(borders), land.wetness, high=land.wild)
    wild = _where(
        _wild_borders(outline, land, area_m2, scale, rng), land.wetness, low=land.wild, high=land.lake
    )
    return Divisions(
        np.concatenate([dry, border, wild, *land.contours()]),
        np.array(strips, object), np.array(kinds), _ponds(outline, land, scale, rng),
    )  # fmt: skip


def _cell_plan(cell, centre: Points, angle: float, field_m2: float, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    """Lay rows across a cell, in the frame of its centre: strips (low, high, kind) and cross lines."""
    corners = (shapely.get_coordinates(cell) - centre) @ turned(-angle)
    (u0, v0), (u1, v1) = corners.min(axis=0), corners.max(axis=0)
    height = np.sqrt(field_m2) * 0.95
    rows = _steps(v0, v1, height, 0.65, 1.35, rng)
    often = min(1.0, height / 550)
    kind = rng.choice([0, BELT, TRACK], len(rows), p=[1 - 0.7 * often, 0.42 * often, 0.28 * often])
    half = np.where(
        kind == BELT,
        rng.uniform(9, 16, len(rows)),
        np.where(kind == TRACK, rng.uniform(2.2, 3.2, len(rows)), 0.0),
    )
    strips = np.column_stack(
        [np.full(len(rows), u0 - 1), rows - half, np.full(len(rows), u1 + 1), rows + half]
    )
    lines = [np.array([[u0 - 1, v], [u1 + 1, v]]) for v in rows[kind == 0]]
    bottoms, tops = np.concatenate([[v0 - 1], rows + half]), np.concatenate([rows - half, [v1 + 1]])
    width = field_m2 / height
    for bottom, top in zip(bottoms, tops, strict=True):
        across = _steps(u0, u1, width * rng.uniform(0.7, 1.45), 0.6, 1.4, rng)
        lines.extend(np.array([[u, bottom], [u, top]]) for u in across)
    ends = np.array(lines) @ turned(angle) + centre if lines else np.empty((0, 2, 2))
    real = kind > 0
    return strips[real, :2], strips[real, 2:], kind[real], shapely.linestrings(ends)


def _steps(
    start: float, end: float, size: float, least: float, most: float, rng: np.random.Generator
) -> Points:
    count = int((end - start) / size) + 2
    at = start + np.cumsum(rng.uniform(least, most, count) * size)
    return np.asarray(at[at < end - 0.35 * size])


def _wild_borders(
    outline: shapely.Geometry, land: Landscape, area_m2: float, scale: float, rng: np.random.Generator
) -> Geometries:
    """Return wiggly borders between patches of wild land, one line per pair of neighbours."""
    west, south, east, north = outline.bounds
    box_m2 = (east - west) * (north - south)
    xy = rng.uniform((west, south), (east, north), (int(PATCHES * scale * box_m2 / area_m2 * 2.4), 2))
    xy = xy[land.wetness.at(xy) > land.wild - 0.25]
    edges = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy), only_edges=True))
    near = shapely.intersects(edges, shapely.box(west, south, east, north))
    ends = shapely.get_coordinates(edges[near]).reshape(-1, 2, 2)
    return np.asarray(shapely.linestrings(wiggle_all(ends, rng, 3, 0.11)))


def _ponds(outline: shapely.Geometry, land: Landscape, scale: float, rng: np.random.Generator) -> Geometries:
    count = int(PONDS * scale**0.6)
    west, south, east, north = outline.bounds
    xy = rng.uniform((west, south), (east, north), (count * 6, 2))
    wet = land.wetness.at(xy)
    xy = xy[(wet < land.wild - 0.05) & (wet > land.wild - 1.6)][:count]
    turn = np.linspace(0, 2 * np.pi, 17)[:-1]
    size = rng.lognormal(np.log(75), 0.4, len(xy))
    shape = (
        1
        + 0.28 * np.cos(2 * turn + rng.uniform(0, 6, (len(xy), 1)))
        + 0.12 * np.cos(3 * turn + rng.uniform(0, 6, (len(xy), 1)))
    )
    ring = (size[:, None] * shape)[..., None] * np.stack([np.cos(turn), np.sin(turn)], -1) + xy[:, None]
    return np.asarray(shapely.polygons(ring))


def _where(lines: Geometries, field: Raster, low: float = -np.inf, high: float = np.inf) -> Geometries:
    """Return the segments of lines where a field lies between two levels, reaching a little past them."""
    coords, owner = shapely.get_coordinates(shapely.segmentize(lines, field.step * 0.7), return_index=True)
    start = np.flatnonzero(owner[1:] == owner[:-1])
    a, b = coords[start], coords[start + 1]
    va, vb = field.at(a), field.at(b)
    whole = (np.minimum(va, vb) >= low) & (np.maximum(va, vb) <= high)
    pieces = [np.stack([a[whole], b[whole]], 1)]
    for level, inner in ((low, 1), (high, -1)):
        if not np.isfinite(level):
            continue
        good_a, good_b = (va - level) * inner > 0, (vb - level) * inner > 0
        cut = good_a != good_b
        first, second = (
            np.where(good_a[cut, None], a[cut], b[cut]),
            np.where(good_a[cut, None], b[cut], a[cut]),
        )
        v1, v2 = np.where(good_a, va, vb)[cut], np.where(good_a, vb, va)[cut]
        share = np.clip((v1 - level) / (v1 - v2) + 12 / field.step, 0, 1)
        pieces.append(np.stack([first, first + share[:, None] * (second - first)], 1))
    ends = np.concatenate(pieces)
    ends = ends[np.hypot(*(ends[:, 1] - ends[:, 0]).T) > 0.05]
    return np.asarray(shapely.linestrings(ends))

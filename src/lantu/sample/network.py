"""Lines through the county: rivers with bends, highways between towns, rural roads, a railway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from lantu.core.area import Geometries
from lantu.sample.drawing import Points, turned, wiggle
from lantu.sample.places import COUNTY_TOWN, DISTRICT, TOWN, Places

HIGHWAY_M, RURAL_M, RAILWAY_M = 24.0, 6.0, 30.0
"""Widths of 1003, 1006 and 1001."""


@dataclass(frozen=True)
class Network:
    """Centre lines, and the land they take."""

    highways: Geometries
    rural: Geometries
    railway: Geometries

    def land(self, lines: Geometries, width: float) -> shapely.Geometry:
        return shapely.union_all(
            shapely.buffer(lines, width / 2, quad_segs=2, cap_style="flat", join_style="mitre")
        )


def rivers(
    outline: shapely.Geometry, town: Points, keep_off: float, rng: np.random.Generator
) -> list[tuple[shapely.Geometry, float]]:
    """Draw a river across the county and a brook that joins it: (centre line, width in metres)."""
    west, south, east, north = outline.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    reach = np.hypot(east - west, north - south) * 0.62
    course = rng.uniform(-0.5, 0.5) + np.pi * rng.integers(0, 2)
    along = np.linspace(-reach, reach, 9)
    aside = rng.uniform(-0.16, 0.16, 9).cumsum() * reach * 0.35
    main = _bends(np.column_stack([along, aside]) @ turned(course) + middle, town, keep_off, 1_900, 420, rng)
    start = rng.integers(len(main) // 3, 2 * len(main) // 3)
    source = main[start] + turned(course)[1] * reach * rng.choice([-1, 1])
    steps = np.linspace(0, 1, 5)[:, None]
    path = main[start] + steps * (source - main[start]) + rng.normal(0, 2_500, (5, 2)) * (steps > 0)
    brook = _bends(path, town, keep_off, 1_100, 200, rng)
    return [(shapely.LineString(main), 170.0), (shapely.LineString(brook), 44.0)]


def _bends(
    path: Points, town: Points, keep_off: float, wave: float, swing: float, rng: np.random.Generator
) -> Points:
    """Bend a path as a lowland river bends, and lead it around the county town."""
    line = shapely.LineString(wiggle(path, rng, 2_500, 0.16))
    step = wave / 12
    at = np.arange(0, line.length, step)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    gap = np.hypot(*(xy - town).T)
    near = gap < keep_off * 1.5
    led = keep_off + gap[near] / 3
    xy[near] = town + (xy[near] - town) / gap[near, None] * led[:, None]
    for _ in range(24):
        xy[1:-1] = (xy[:-2] + 2 * xy[1:-1] + xy[2:]) / 4
    ahead = np.gradient(xy, axis=0)
    ahead /= np.hypot(*ahead.T)[:, None]
    pace = np.cumsum(step / wave * 2 * np.pi * np.exp(0.35 * _slow(len(xy), 40, rng)))
    size = swing * (0.55 + 0.45 * _slow(len(xy), 60, rng).clip(-1.2, 1.5))
    return np.asarray(xy + np.column_stack([-ahead[:, 1], ahead[:, 0]]) * (np.sin(pace) * size)[:, None])


def _slow(count: int, period: int, rng: np.random.Generator) -> NDArray[np.float64]:
    knots = np.arange(0, count + period, period)
    return np.asarray(np.interp(np.arange(count), knots, rng.normal(0, 1, len(knots))))


def connect(places: Places, outline: shapely.Geometry, rng: np.random.Generator) -> Network:
    """Connect seats of townships by highways, villages by rural roads, and lead a railway through."""
    centre = places.centre
    seats = np.flatnonzero(((places.seat_of >= 0) & (places.kind != DISTRICT)) | (places.kind == COUNTY_TOWN))
    big = np.flatnonzero((places.kind == TOWN) | (places.kind == COUNTY_TOWN))
    highways = [(seats[a], seats[b]) for a, b in _links(centre[seats], 0.12, rng)]
    highways += [(big[a], big[b]) for a, b in _links(centre[big], 0.10, rng)]
    rest = np.flatnonzero(places.kind != DISTRICT)
    rural = [(rest[a], rest[b]) for a, b in _links(centre[rest], 0.22, rng)]
    known = {frozenset(pair) for pair in highways}
    west, south, east, north = outline.bounds
    town = centre[places.county_town]
    lie = places.angle[places.county_town] + np.pi / 4
    reach = np.hypot(east - west, north - south)
    far = np.array([[-reach, 0.0], [reach, 0.0]]) @ turned(lie) + town
    aside = np.array([0.0, 1.0]) @ turned(lie) * -900
    rail = np.concatenate(
        [
            wiggle(np.array([far[0], town + aside]), rng, 9_000, 0.05),
            wiggle(np.array([town + aside, far[1]]), rng, 9_000, 0.05)[1:],
        ]
    )
    return Network(
        np.array(
            [_road(centre[a], centre[b], 1_800, 0.05, rng) for a, b in sorted(set(map(_pair, highways)))],
            object,
        ),
        np.array(
            [_road(centre[a], centre[b], 900, 0.07, rng) for a, b in rural if frozenset((a, b)) not in known],
            object,
        ),
        np.array([shapely.LineString(rail)], object),
    )


def _pair(link: tuple[int, int]) -> tuple[int, int]:
    return (int(min(link)), int(max(link)))


def _road(
    start: Points, end: Points, step: float, rough: float, rng: np.random.Generator
) -> shapely.Geometry:
    return shapely.LineString(wiggle(np.array([start, end]), rng, step, rough))


def _links(xy: Points, extra: float, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return a shortest tree over points, and some of the other short links."""
    if len(xy) < 4:
        return [(i, i + 1) for i in range(len(xy) - 1)]
    triangles = Delaunay(xy).simplices
    pairs = np.unique(
        np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1),
        axis=0,
    )
    length = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    weight = np.zeros((len(xy), len(xy)))
    weight[pairs[:, 0], pairs[:, 1]] = length
    tree = np.argwhere(minimum_spanning_tree(weight).toarray() > 0)
    short = length < np.quantile(length, 0.6)
    more = pairs[short & (rng.random(len(pairs)) < extra)]
    return [(int(a), int(b)) for a, b in np.concatenate([tree, more])]

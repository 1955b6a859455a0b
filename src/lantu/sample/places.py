"""Where people live: seats of townships, villages, and the land that belongs to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

from lantu.core.area import Geometries
from lantu.sample.counties import County, Township, townships
from lantu.sample.drawing import Noise, Points, from_degrees

VILLAGES = 150
"""Villages of a county at scale 1; finer land has more, but not in proportion."""
COUNTY_TOWN, TOWN, VILLAGE, DISTRICT = range(4)


@dataclass(frozen=True)
class Places:
    """The settled places of a county, one row each.

    Attributes:
        centre: (n, 2) in the drawing plane.
        kind: COUNTY_TOWN, TOWN (seat of a 建制镇), VILLAGE, or DISTRICT (a 街道: part of the county town).
        township: row in `townships` that the place belongs to.
        angle: direction of streets and fields, radians.
        seat_of: township whose seat the place is, −1 for none.
    """

    townships: list[Township]
    centre: Points
    kind: NDArray[np.int8]
    township: NDArray[np.int32]
    angle: NDArray[np.float64]
    seat_of: NDArray[np.int32]

    def owner(self, xy: Points) -> NDArray[Any]:
        """Return for points the place whose land they are."""
        return np.asarray(self._tree.query(xy)[1])

    @property
    def _tree(self) -> cKDTree:
        return cKDTree(self.centre[self.kind != COUNTY_TOWN])

    @property
    def county_town(self) -> int:
        return int(np.flatnonzero(self.kind == COUNTY_TOWN)[0])

    def cells(self, frame: shapely.Geometry) -> Geometries:
        """Return the convex cell of each place that owns land, in the order of `owner`."""
        west, south, east, north = frame.bounds
        far = 3 * max(east - west, north - south)
        middle = np.array([(west + east) / 2, (south + north) / 2])
        own = self.centre[self.kind != COUNTY_TOWN]
        found = Voronoi(np.concatenate([own, middle + far * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])]))
        corners = [found.vertices[found.regions[found.point_region[i]]] for i in range(len(own))]
        hulls = shapely.convex_hull(np.array([shapely.MultiPoint(xy) for xy in corners], object))
        return np.asarray(shapely.intersection(hulls, frame))


def settle(
    county: County, outline: shapely.Geometry, river: shapely.Geometry, town: Points, scale: float,
    rng: np.random.Generator,
) -> Places:  # fmt: skip
    """Place the county town (at `town`), township seats and villages, clear of border and river."""
    units = townships(county.code)
    radius = 300 * np.sqrt(county.built_km2)
    districts = [i for i, unit in enumerate(units) if unit.is_subdistrict]
    others = [i for i, unit in enumerate(units) if not unit.is_subdistrict]
    around = 2 * np.pi * (np.arange(len(districts)) / max(1, len(districts)) + rng.random())
    district_xy = town + radius * np.column_stack([np.cos(around), np.sin(around)])

    pool = _candidates(outline, river, rng)
    keep = np.hypot(*(pool - town).T) > 2500 * np.sqrt(county.built_km2) ** 0.75
    pool = pool[keep]
    seats = _spread(pool, len(others), np.empty((0, 2)), rng)
    # Towns take the roomier places, farther from the border.
    clear = shapely.distance(shapely.points(seats), shapely.boundary(outline)) > 2500
    order = [i for i in others if units[i].is_town] + [i for i in others if not units[i].is_town]
    seats = seats[np.argsort(~clear, kind="stable")]
    wanted = round(VILLAGES * scale**0.6) - len(seats)
    villages = _spread(pool, max(10, wanted), seats, rng)

    centre = np.concatenate([district_xy, seats, villages, town[None]])
    kind = np.full(len(centre), VILLAGE, np.int8)
    kind[: len(district_xy)] = DISTRICT
    kind[-1] = COUNTY_TOWN
    seat_of = np.full(len(centre), -1, np.int32)
    seat_of[: len(district_xy)] = districts
    seat_of[len(district_xy) : len(district_xy) + len(seats)] = order
    kind[(seat_of >= 0) & (kind == VILLAGE) & np.isin(seat_of, [i for i in others if units[i].is_town])] = (
        TOWN
    )
    township = seat_of.copy()
    near = cKDTree(seats).query(centre)[1]
    township[township < 0] = np.array(order, np.int32)[near[township < 0]]
    lie = Noise.drawn(rng, 60_000, 15_000)
    angle = rng.uniform(0, np.pi / 2) + 0.35 * lie.at(centre) + rng.normal(0, 0.05, len(centre))
    return Places(units, centre, kind, township, angle, seat_of)


def county_seat(county: County, outline: shapely.Geometry) -> Points:
    """Return where the county town is drawn: near its real place, with room around."""
    place = from_degrees(shapely.Point(county.seat))
    room = shapely.buffer(shapely.simplify(outline, 300), -2200 * county.built_km2**0.35)
    return np.asarray(shapely.get_coordinates(shapely.shortest_line(room, place))[0])


def _candidates(outline: shapely.Geometry, river: shapely.Geometry, rng: np.random.Generator) -> Points:
    west, south, east, north = outline.bounds
    xy = rng.uniform((west, south), (east, north), (12_000, 2))
    points = shapely.points(xy)
    inner = shapely.buffer(shapely.simplify(outline, 100), -1_400)
    shapely.prepare(inner)
    inside = shapely.contains(inner, points)
    inside[inside] = shapely.distance(points[inside], river) > 1_500
    return np.asarray(xy[inside])


def _spread(pool: Points, count: int, taken: Points, rng: np.random.Generator) -> Points:
    """Choose points evenly but not regularly, away from those taken."""
    extent = np.ptp(pool, axis=0).prod() * 0.6
    wanted = count + len(taken)
    radius = 0.95 * np.sqrt(extent / wanted)
    chosen = np.empty((wanted, 2))
    chosen[: len(taken)] = taken
    while True:
        filled = len(taken)
        for xy in pool[rng.permutation(len(pool))]:
            if filled == wanted:
                return chosen[len(taken) :].copy()
            if not filled or ((chosen[:filled] - xy) ** 2).sum(axis=1).min() > radius**2:
                chosen[filled] = xy
                filled += 1
        radius *= 0.92

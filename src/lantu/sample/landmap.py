"""The land of the base year: every drawn thing cut against the others, each parcel with its class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.sample.counties import County
from lantu.sample.drawing import Points, areas_m2
from lantu.sample.fields import Divisions, divide
from lantu.sample.landscape import Landscape, lie_of_the_land
from lantu.sample.network import HIGHWAY_M, RAILWAY_M, RURAL_M, Network, connect, rivers
from lantu.sample.partition import Borders, absorb, borders, dissolve, faces_of, gather, inner_points
from lantu.sample.places import COUNTY_TOWN, Places, county_seat, settle
from lantu.sample.settlements import GROWTH, Settlements, plan_settlements

# What a face is, in the order of who wins: a street over a highway over a river over a field.
BLOCK, STREET, HIGHWAY, RAILWAY, RURAL, RIVER, ZONE, POND, STRIP, LAKE, MARSH, WILD, FIELD = range(13)
_OPEN = (STRIP, LAKE, MARSH, WILD, FIELD, POND)
_SLIVER_M2 = 2_500.0
"""A smaller piece of open land goes to its neighbour."""


@dataclass
class LandMap:
    """The parcels of one county before any class is calibrated, in the drawing plane.

    Attributes:
        shapes: (n,) polygons, a plane partition of `outline`.
        kind: what each is (BLOCK … FIELD).
        item: row of the drawn thing it belongs to (block, zone plot, strip), −1 for none.
        settlement: row of the settlement whose built-up land it is, −1 outside.
        zone: 410, 420, 430 or 0: the zone of the urban boundary it lies in; `zone_of` its settlement.
        owner: the place whose land it is, as `Places.owner` numbers them.
        township: row in `places.townships`.
        area_m2: statutory, as delivered.
        inner: a point inside each.
        wet: wetness there.
    """

    county: County
    outline: shapely.Geometry
    places: Places
    settlements: Settlements
    network: Network
    rivers: list[tuple[shapely.Geometry, float]]
    land: Landscape
    divisions: Divisions
    shapes: Geometries
    kind: NDArray[np.int64]
    item: NDArray[np.int64]
    settlement: NDArray[np.int64]
    zone: NDArray[np.int64]
    zone_of: NDArray[np.int64]
    owner: NDArray[np.int64]
    township: NDArray[np.int64]
    area_m2: NDArray[np.float64]
    inner: Points
    wet: NDArray[np.float64]
    shared: Borders


def draw_land(county: County, outline: shapely.Geometry, scale: float, rng: np.random.Generator) -> LandMap:
    """Draw a county and cut it into parcels."""
    town = county_seat(county, outline)
    water = rivers(outline, town, 1_250 * county.built_km2**0.5, rng)
    river = shapely.union_all([line for line, _ in water])
    places = settle(county, outline, river, town, scale, rng)
    settlements = plan_settlements(county, places, scale, rng)
    network = connect(places, outline, rng)
    land = lie_of_the_land(county, outline, river, places, scale, rng)
    divisions = divide(outline, places, land, float(county.area_km2) * 1e6, scale, rng)

    painted = _painted(settlements, network, water, divisions)
    drawn = [shapely.get_parts(shapely.boundary(shapes)) for kind, shapes in painted if kind != STRIP]
    lines = [_outside(divisions.lines, settlements.areas), settlements.street_cuts(), *drawn]
    faces = faces_of(np.concatenate(lines), outline)
    inner = inner_points(faces)
    kind, item = _paint(painted, inner)
    wet = land.wetness.at(inner)
    # Where the sides of a strip end before a marsh, its last piece is part of a field.
    thin = 2 * shapely.area(faces) < 40 * shapely.length(faces)
    bare = (kind < 0) | ((kind == STRIP) & ((wet > land.wild) | ~thin))
    kind[bare] = np.select(
        [wet[bare] > land.lake, wet[bare] > land.marsh, wet[bare] > land.wild], [LAKE, MARSH, WILD], FIELD
    )
    settlement = np.full(len(faces), -1)
    in_block = kind == BLOCK
    settlement[in_block] = settlements.block_of[item[in_block]]
    settlement[kind == STREET] = item[kind == STREET]
    owner = places.owner(inner)
    zone, zone_of = _zones(settlements, inner, kind, settlement)

    shared = borders(faces)
    group = gather(_labels(kind, item, owner, zone_of, settlements, inner), shared)
    area = np.bincount(group, shapely.area(faces))
    biggest = _biggest(group, shapely.area(faces))
    group = absorb(group, area < _SLIVER_M2, np.isin(kind[biggest], _OPEN), shared)
    shapes, _ = dissolve(faces, group)
    # A group takes what its biggest face is.
    of = _biggest(np.unique(group, return_inverse=True)[1], shapely.area(faces))
    centre = inner_points(shapes)
    unit = places.township[places.kind != COUNTY_TOWN][owner[of]]
    return LandMap(
        county, outline, places, settlements, network, water, land, divisions, shapes, kind[of], item[of],
        settlement[of], zone[of], zone_of[of], owner[of], unit,
        areas_m2(shapes, county.epsg), centre, wet[of], borders(shapes),
    )  # fmt: skip


def _painted(
    settlements: Settlements,
    network: Network,
    water: list[tuple[shapely.Geometry, float]],
    divisions: Divisions,
) -> list[tuple[int, Geometries]]:
    """Return everything that is drawn as an area, the winner first."""
    flow = shapely.union_all([shapely.buffer(line, width / 2, quad_segs=2) for line, width in water])
    return [
        (BLOCK, settlements.blocks),
        (STREET, settlements.areas),
        (HIGHWAY, shapely.get_parts(network.land(network.highways, HIGHWAY_M))),
        (RAILWAY, shapely.get_parts(network.land(network.railway, RAILWAY_M))),
        (RURAL, shapely.get_parts(network.land(network.rural, RURAL_M))),
        (RIVER, shapely.get_parts(flow)),
        (ZONE, settlements.zones),
        (POND, divisions.ponds),
        (STRIP, divisions.strips),
    ]


def _outside(lines: Geometries, areas: Geometries) -> Geometries:
    """Leave out lines that lie wholly inside one of the areas: they would only cut what is gathered again."""
    line, _ = shapely.STRtree(areas).query(lines, predicate="covered_by")
    keep = np.ones(len(lines), bool)
    keep[line] = False
    return np.asarray(lines[keep])


def _paint(painted: list[tuple[int, Geometries]], xy: Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    points = shapely.points(xy)
    kind, item = np.full(len(xy), -1), np.full(len(xy), -1)
    for name, shapes in painted:
        free = np.flatnonzero(kind < 0)
        shape, hit = shapely.STRtree(points[free]).query(shapes, predicate="intersects")
        kind[free[hit]], item[free[hit]] = name, shape
    return kind, item


def _zones(
    settlements: Settlements, inner: Points, kind: NDArray[np.int64], settlement: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return zone of the urban boundary and its settlement: built-up towns and the plots around them."""
    urban = np.array([code != "203" for code in settlements.czcsxm])
    zone, zone_of = np.zeros(len(kind), np.int64), np.full(len(kind), -1)
    built = (settlement >= 0) & urban[settlement]
    zone[built], zone_of[built] = GROWTH, settlement[built]
    free = np.flatnonzero(settlement < 0)
    plot, hit = shapely.STRtree(shapely.points(inner[free])).query(settlements.zones, predicate="intersects")
    zone[free[hit]], zone_of[free[hit]] = settlements.zone_kind[plot], settlements.zone_of[plot]
    return zone, zone_of


def _labels(
    kind: NDArray[np.int64],
    item: NDArray[np.int64],
    owner: NDArray[np.int64],
    zone_of: NDArray[np.int64],
    settlements: Settlements,
    inner: Points,
) -> NDArray[np.int64]:
    """Name the faces that belong together: pieces of one road within one village, of one block or lake."""
    sub = np.arange(len(kind))  # fields and wild patches stand alone
    for each in (HIGHWAY, RAILWAY, RURAL, RIVER):
        sub[kind == each] = owner[kind == each]
    for each in (BLOCK, ZONE, POND, STRIP):
        sub[kind == each] = item[kind == each]
    street = kind == STREET
    sub[street] = item[street] * 10_000_000 + settlements.chunk(item[street], inner[street]) % 10_000_000
    sub[kind == LAKE] = owner[kind == LAKE]
    return np.unique(np.stack([kind, sub, zone_of], 1), axis=0, return_inverse=True)[1]


def _biggest(group: NDArray[np.int64], area: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each group, by number, the row of its biggest face."""
    order = np.lexsort([area, group])
    last = np.flatnonzero(np.append(group[order][1:] != group[order][:-1], True))
    return np.asarray(order[last])

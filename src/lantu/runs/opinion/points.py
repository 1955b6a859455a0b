"""The boundary points of a site as surveyors exchange them: 3° Gauss–Krüger zone, X north, Y east."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.core.crs import GEOGRAPHIC, ZONES, Zone, delivered_epsg, transformer, zone_of
from lantu.core.units import round_half_up
from lantu.runs.opinion.model import PointRow, Points
from lantu.runs.review_words import ReviewWords

MOST = 300
"""So many points are listed; the site file has them all."""
_DECIMALS = 3
_MILLION = 10**6


def points_of(shape: Any, crs: CRS, plane: StatutoryPlane, words: ReviewWords) -> Points:
    """List the points of a polygon as it was delivered, in the order of delivery.

    Args:
        shape: in `crs`; a file in the very zone is listed figure by figure.
    """
    zone, moved = _in_zone(shape, crs, plane)
    if zone is None:
        return Points((), words.say("opinion.no_zone"))
    rows = tuple(islice(_rows(moved, words), MOST))
    count = shapely.count_coordinates(shape) - len(shapely.get_rings(shapely.get_parts(shape)))
    note = words.say("opinion.points_note", zone=zone.number, meridian=zone.central_meridian,
                     epsg=zone.epsg_prefixed)  # fmt: skip
    if count > len(rows):
        note += words.say("opinion.points_left_out", count=count, shown=len(rows))
    return Points(rows, note)


def _in_zone(shape: Any, crs: CRS, plane: StatutoryPlane) -> tuple[Zone | None, Any]:
    """Return the zone of the middle of a polygon, and the polygon in it, zone number in front."""
    # Not densified on the way: what is listed are the file's own points.
    in_plane = shapely.transform(shape, lambda xy: plane.forward(xy, crs))
    degrees = plane.to_geographic(np.array([in_plane], object))[0]
    west, _, east, _ = shapely.bounds(degrees).tolist()
    number = round((west + east) / 2 / 3)
    zone = next((each for each in ZONES if each.number == number), None)
    if zone is None:
        return None, None
    epsg = delivered_epsg(crs)
    if epsg is not None and zone_of(epsg) == zone:
        if epsg == zone.epsg_prefixed:
            return zone, shape
        return zone, shapely.transform(shape, lambda xy: xy + np.array([zone.number * _MILLION, 0]))
    way = transformer(f"EPSG:{GEOGRAPHIC}", f"EPSG:{zone.epsg_prefixed}")
    return zone, shapely.transform(degrees, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def _rows(shape: Any, words: ReviewWords) -> Iterator[PointRow]:
    point = 0
    for number, polygon in enumerate(shapely.get_parts(shape), 1):
        for hole, ring in enumerate(shapely.get_rings(polygon)):
            said = words.say("opinion.ring_inner", number=number, hole=hole) if hole else str(number)
            xy: NDArray[np.float64] = shapely.get_coordinates(ring)[:-1]
            for east, north in xy.tolist():
                point += 1
                yield PointRow(said, f"J{point}", _metres(north), _metres(east))


def _metres(value: float) -> str:
    return str(round_half_up(Decimal(value), _DECIMALS))

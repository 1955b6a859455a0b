"""Coordinate systems of delivery: CGCS2000 geographic (4490) and its 3° Gauss–Krüger zones (4513–4554).

Axis order is always (easting | longitude, northing | latitude).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from lantu.core.errors import InputError

GEOGRAPHIC = 4490
SEMI_MAJOR_M, INVERSE_FLATTENING = 6378137.0, 298.257222101
"""The ellipsoid of CGCS2000 (GRS80)."""
_PREFIXED = range(4513, 4534)  # zones 25–45, easting = zone·10⁶ + 500 000
_PLAIN = range(4534, 4555)  # central meridians 75E–135E
_FIRST_ZONE = 25
_NAMES = ("china2000", "cgcs2000", "chinageodeticcoordinatesystem2000")
_WGS84 = "World Geodetic System 1984"
_CHINA = (72.0, 3.0, 136.0, 54.0)

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Zone:
    """A 3° Gauss–Krüger zone: its number, central meridian in degrees, and its two EPSG codes."""

    number: int

    @property
    def central_meridian(self) -> int:
        return self.number * 3

    @property
    def epsg_prefixed(self) -> int:
        return _PREFIXED.start + self.number - _FIRST_ZONE

    @property
    def epsg_plain(self) -> int:
        return _PLAIN.start + self.number - _FIRST_ZONE


ZONES = tuple(Zone(_FIRST_ZONE + nth) for nth in range(len(_PREFIXED)))
"""The 3° zones of delivery, from west to east."""


def zone_of(epsg: int) -> Zone | None:
    """Return the zone of one of EPSG 4513–4554, None for any other code."""
    for codes in (_PREFIXED, _PLAIN):
        if epsg in codes:
            return Zone(codes.index(epsg) + _FIRST_ZONE)
    return None


def read_crs(definition: object, where: str) -> CRS:
    """Accept only the coordinate systems of delivery.

    Args:
        definition: anything pyproj understands (EPSG code, WKT of a .prj, PROJJSON), or None.
        where: file and layer, for the error.

    Raises:
        InputError: `crs.missing`, or `crs.unsupported` for any other system.
    """
    if definition is None or definition == "":
        raise InputError("crs.missing", where=where)
    try:
        crs = CRS.from_user_input(definition)
    except CRSError:
        raise InputError("crs.unsupported", where=where, crs=str(definition)[:80]) from None
    epsg = delivered_epsg(crs)
    if epsg is None:
        raise InputError("crs.unsupported", where=where, crs=crs.name)
    return CRS.from_epsg(epsg)


def horizontal(crs: CRS) -> CRS | None:
    """Return the system of x and y alone: TOWGS84 says nothing about areas, and heights are dropped."""
    found: CRS | None = crs
    while found is not None and (found.is_bound or found.is_compound):
        found = found.source_crs if found.is_bound else found.sub_crs_list[0]
    return found


def delivered_epsg(crs: CRS) -> int | None:
    """Find the code of delivery by what the system *is*: delivered names vary, and alike names mislead.

    (PROJ's own identification takes a plane with a meridian of its own for the zone it is named after.)
    """
    inner = horizontal(crs)
    geodetic = inner.geodetic_crs if inner is not None else None
    if inner is None or geodetic is None or not is_cgcs2000(geodetic):
        return None
    if inner.is_projected:
        return _zone_code(inner)
    degrees = all(abs(axis.unit_conversion_factor - math.pi / 180) < 1e-12 for axis in inner.axis_info[:2])
    return GEOGRAPHIC if inner.is_geographic and degrees else None


def is_wgs84(definition: object) -> bool:
    """Say whether it is WGS84 longitude/latitude, under any of its codes (4326, 4979, CRS84)."""
    if not definition:
        return False
    try:
        crs = CRS.from_user_input(definition)
    except CRSError:
        return False
    return bool(crs.is_geographic and crs.datum and crs.datum.name.startswith(_WGS84))


def is_cgcs2000(geodetic: CRS) -> bool:
    """Say whether a geodetic system is CGCS2000: by name, ellipsoid and prime meridian."""
    ellipsoid, meridian, datum = geodetic.ellipsoid, geodetic.prime_meridian, geodetic.datum
    if ellipsoid is None or meridian is None or datum is None:
        return False
    size = abs(ellipsoid.semi_major_metre - 6378137.0) < 1e-3
    flat = abs(ellipsoid.inverse_flattening - 298.257222101) < 1e-6
    names = " ".join((datum.name, geodetic.name)).casefold()
    named = any(name in re.sub(r"[^a-z0-9]", "", names) for name in _NAMES)
    return size and flat and named and meridian.longitude == 0


def _zone_code(crs: CRS) -> int | None:
    """Return the EPSG code of a plane with exactly the parameters of a 3° zone, whatever its name."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name not in ("Transverse Mercator", "Gauss Kruger"):
        return None
    if any(axis.unit_conversion_factor != 1 for axis in crs.axis_info[:2]):
        return None
    given: dict[str, Any] = {parameter.name: parameter.value for parameter in operation.params}
    meridian, easting = given.get("Longitude of natural origin"), given.get("False easting")
    rest = ("Latitude of natural origin", "False northing", "Scale factor at natural origin")
    if meridian is None or easting is None or tuple(given.get(name) for name in rest) != (0, 0, 1):
        return None
    zone = Zone(round(meridian / 3))
    if zone.central_meridian != meridian or zone_of(zone.epsg_prefixed) != zone:
        return None
    if easting == 500_000:
        return zone.epsg_plain
    return zone.epsg_prefixed if easting == zone.number * 10**6 + 500_000 else None


def check_bounds(bounds: Bounds, crs: CRS, where: str) -> None:
    """Refuse coordinates that cannot lie in this system: wrong zone, swapped axes, degrees for metres.

    Raises:
        InputError: `crs.wrong_zone` (with the likely system), `crs.swapped_axes` or `crs.out_of_range`.
    """
    west, south, east, north = bounds
    epsg = crs.to_epsg()
    if fits(bounds, epsg):
        return
    if fits((south, west, north, east), epsg):
        raise InputError("crs.swapped_axes", where=where, epsg=epsg, bounds=show_bounds(bounds))
    likely = likely_systems(bounds)
    if likely:
        raise InputError(
            "crs.wrong_zone",
            where=where,
            epsg=epsg,
            likely=" / ".join(map(str, likely)),
            bounds=show_bounds(bounds),
        )
    raise InputError("crs.out_of_range", where=where, epsg=epsg, bounds=show_bounds(bounds))


def likely_systems(bounds: Bounds) -> list[int]:
    """Return the EPSG codes whose coordinates look like these, most telling first.

    A prefixed easting names its zone; a bare easting fits every zone and so names none.
    """
    if fits(bounds, GEOGRAPHIC):
        return [GEOGRAPHIC]
    return [code for code in _PREFIXED if fits(bounds, code)]


def extent(epsg: int | None) -> Bounds | None:
    """Return what coordinates of a system of delivery lie within; None for any other system."""
    if epsg == GEOGRAPHIC:
        return _CHINA
    zone = zone_of(epsg) if epsg is not None else None
    if zone is None:
        return None
    offset = zone.number * 1e6 if epsg in _PREFIXED else 0.0
    # A county may reach past its 3° zone (at most ±3° from the meridian are let through).
    return offset + 160_000.0, 300_000.0, offset + 840_000.0, 6_000_000.0


def fits(bounds: Bounds, epsg: int | None) -> bool:
    """Say whether coordinates may be of that system of delivery."""
    within = extent(epsg)
    if within is None:
        return False
    west, south, east, north = bounds
    return within[0] <= west <= east <= within[2] and within[1] <= south <= north <= within[3]


def show_bounds(bounds: Bounds) -> str:
    """Return bounds as a sentence has them."""
    return ", ".join(f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}" for value in bounds)


@lru_cache(maxsize=64)
def transformer(source: str, target: str) -> Transformer:
    """Return a cached (x, y) → (x, y) transformer between two definitions."""
    return Transformer.from_crs(CRS.from_user_input(source), CRS.from_user_input(target), always_xy=True)

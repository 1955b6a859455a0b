"""Coordinate systems of delivery: CGCS2000 geographic (4490) and its 3° Gauss–Krüger zones (4513–4554).

Axis order is always (easting | longitude, northing | latitude).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from lantu.core.errors import InputError

GEOGRAPHIC = 4490
_PREFIXED = range(4513, 4534)  # zones 25–45, easting = zone·10⁶ + 500 000
_PLAIN = range(4534, 4555)  # central meridians 75E–135E
_FIRST_ZONE = 25
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
    epsg = _epsg(crs)
    if epsg is None:
        raise InputError("crs.unsupported", where=where, crs=crs.name)
    return CRS.from_epsg(epsg)


def _epsg(crs: CRS) -> int | None:
    """Find the code of delivery, also for ESRI WKT, whose axes and names differ from EPSG's."""
    for confidence in (100, 70, 25):
        code = crs.to_epsg(min_confidence=confidence)
        if code is not None and (code == GEOGRAPHIC or zone_of(code)):
            return code
    return None


def check_bounds(bounds: Bounds, crs: CRS, where: str) -> None:
    """Refuse coordinates that cannot lie in this system: wrong zone, swapped axes, degrees for metres.

    Raises:
        InputError: `crs.wrong_zone` (with the likely system), `crs.swapped_axes` or `crs.out_of_range`.
    """
    west, south, east, north = bounds
    epsg = crs.to_epsg()
    if _fits(bounds, epsg):
        return
    if _fits((south, west, north, east), epsg):
        raise InputError("crs.swapped_axes", where=where, epsg=epsg, bounds=_show(bounds))
    likely = likely_systems(bounds)
    if likely:
        raise InputError(
            "crs.wrong_zone", where=where, epsg=epsg, likely=" / ".join(map(str, likely)), bounds=_show(bounds)
        )
    raise InputError("crs.out_of_range", where=where, epsg=epsg, bounds=_show(bounds))


def likely_systems(bounds: Bounds) -> list[int]:
    """Return the EPSG codes whose coordinates look like these, most telling first.

    A prefixed easting names its zone; a bare easting fits every zone and so names none.
    """
    if _fits(bounds, GEOGRAPHIC):
        return [GEOGRAPHIC]
    return [code for code in _PREFIXED if _fits(bounds, code)]


def _fits(bounds: Bounds, epsg: int | None) -> bool:
    west, south, east, north = bounds
    if epsg == GEOGRAPHIC:
        low_x, low_y, high_x, high_y = _CHINA
    elif epsg is not None and (zone := zone_of(epsg)):
        offset = zone.number * 1e6 if epsg in _PREFIXED else 0.0
        # A county may reach past its 3° zone (at most ±3° from the meridian are let through).
        low_x, high_x = offset + 160_000.0, offset + 840_000.0
        low_y, high_y = 300_000.0, 6_000_000.0
    else:
        return False
    return low_x <= west <= east <= high_x and low_y <= south <= north <= high_y


def _show(bounds: Bounds) -> str:
    return ", ".join(f"{value:.6g}" for value in bounds)


@lru_cache(maxsize=64)
def transformer(source: str, target: str) -> Transformer:
    """Return a cached (x, y) → (x, y) transformer between two definitions."""
    return Transformer.from_crs(CRS.from_user_input(source), CRS.from_user_input(target), always_xy=True)

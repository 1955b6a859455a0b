"""Coordinate systems that are none of delivery, for files that are measured because somebody asks for it.

Their longitude and latitude is taken as CGCS2000's. With the ellipsoid of CGCS2000 or WGS84 that moves
places by the metre or two between such datums, which changes an area by less than a millionth (a datum whose
middle is 2 m off has its ground 2 m higher or lower, of 6,371 km). On any other ellipsoid it would be off by
hundreds of metres, so a published transformation to WGS84 comes first; where there is none good to GOOD_M for
all of the system's area, as for Xian 1980 and Beijing 1954, the file is refused.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from lantu.core.crs import (
    INVERSE_FLATTENING,
    SEMI_MAJOR_M,
    Bounds,
    delivered_epsg,
    horizontal,
    is_cgcs2000,
    show_bounds,
)
from lantu.core.errors import InputError

WGS84 = 4326
GOOD_M = 2.0
"""A transformation that is less accurate than this is not used."""
BEYOND_DEG = 3.0
"""So far may a file reach beyond the area of use of its system."""
_INVERSE_FLATTENINGS = (INVERSE_FLATTENING, 298.257223563)
"""Of CGCS2000 and of WGS84: a tenth of a millimetre apart at the pole."""


@dataclass(frozen=True, slots=True)
class FileSystem:
    """The system of a file and what was done with it.

    Attributes:
        note: message code of what was taken for what; empty for CGCS2000.
        words: its name, with the transformation where one was needed.
    """

    crs: CRS
    note: str
    words: str


def read_any_crs(definition: object, where: str, assume_cgcs2000: bool) -> FileSystem:
    """Accept CGCS2000, and where asked whatever can be taken for it.

    Args:
        definition: anything pyproj understands (EPSG code, WKT of a .prj, PROJJSON), or None.
        where: file and layer, for the error.

    Raises:
        InputError: `crs.missing`, `crs.unknown`, `intake.wgs84`, `crs.foreign` (ask for it), `crs.no_way`
            (asking would not help).
    """
    if definition is None or definition == "":
        raise InputError("crs.missing", where=where)
    try:
        crs = horizontal(CRS.from_user_input(definition))
    except CRSError:
        raise InputError("crs.unknown", where=where, crs=str(definition)[:80]) from None
    geodetic = crs.geodetic_crs if crs is not None else None
    if crs is None or geodetic is None or not (crs.is_geographic or crs.is_projected):
        raise InputError("crs.unknown", where=where, crs=getattr(crs, "name", "–"))
    epsg = delivered_epsg(crs)
    if epsg is not None:
        return FileSystem(CRS.from_epsg(epsg), "", f"EPSG:{epsg}")
    crs = crs.to_2d()
    if is_cgcs2000(geodetic):
        return FileSystem(crs, "", crs.name)
    wgs84 = crs.is_geographic and str(geodetic.datum and geodetic.datum.name).startswith(
        "World Geodetic System 1984"
    )
    if not _can_be_taken(crs):
        raise InputError("crs.no_way", where=where, crs=crs.name, good=f"{GOOD_M:g}")
    if not assume_cgcs2000:
        raise InputError("intake.wgs84" if wgs84 else "crs.foreign", where=where, crs=crs.name)
    way = way_to_wgs84(crs.to_string())
    if way is not None:
        return FileSystem(crs, "crs.transformed", f"{crs.name}; {way.words}")
    return FileSystem(crs, "intake.assumed_cgcs2000" if wgs84 else "crs.taken_as_cgcs2000", crs.name)


@dataclass(frozen=True, slots=True)
class Way:
    """A published transformation: what it is called, and its PROJ pipeline."""

    words: str
    pipeline: str


@lru_cache(maxsize=64)
def to_wgs84(definition: str) -> Transformer | None:
    """Return what `way_to_wgs84` finds, ready to use: from several threads, too."""
    way = way_to_wgs84(definition)
    # Not the transformer of the group that it was chosen from: that one knows no threads, and crashes.
    return None if way is None else Transformer.from_pipeline(way.pipeline)


@lru_cache(maxsize=64)
def way_to_wgs84(definition: str) -> Way | None:
    """Return the way to longitude/latitude of WGS84 of a system on another ellipsoid; None on the same one.

    Raises:
        LookupError: no published transformation is good enough for all of the system's area.
    """
    crs = CRS.from_user_input(definition)
    ellipsoid = crs.ellipsoid
    if ellipsoid is None or (
        abs(ellipsoid.semi_major_metre - SEMI_MAJOR_M) < 1e-3
        and any(abs(ellipsoid.inverse_flattening - each) < 1e-6 for each in _INVERSE_FLATTENINGS)
    ):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of grids that are not installed: they are not used either
        ways = TransformerGroup(crs, CRS.from_epsg(WGS84), always_xy=True, allow_ballpark=False).transformers
    for way in sorted(ways, key=lambda each: each.accuracy):
        needs_grid = any(step.grids for step in way.operations or ())
        if 0 <= way.accuracy <= GOOD_M and not needs_grid and _covers(way, crs):
            return Way(way.description, way.definition)
    raise LookupError(crs.name)


def check_any_bounds(bounds: Bounds, crs: CRS, lonlat: Bounds, where: str) -> None:
    """Refuse coordinates that cannot lie in this system, which is none of delivery.

    Args:
        lonlat: the same in degrees.

    Raises:
        InputError: `crs.swapped_axes`, `crs.degrees_in_plane`, `crs.outside`.
    """
    name = crs.name
    if crs.is_geographic:
        degree = crs.axis_info[0].unit_conversion_factor / (math.pi / 180)
        west, south, east, north = (degree * value for value in bounds)
        epsg = crs.to_epsg()
        if epsg and not _on_earth(west, south, east, north) and _on_earth(south, west, north, east):
            raise InputError("crs.swapped_axes", where=where, epsg=epsg, bounds=show_bounds(bounds))
        if not _on_earth(west, south, east, north):
            raise InputError("crs.outside", where=where, crs=name, bounds=show_bounds(bounds))
    elif _on_earth(*bounds):
        raise InputError("crs.degrees_in_plane", where=where, crs=name, bounds=show_bounds(bounds))
    if not all(map(math.isfinite, lonlat)) or not _inside(lonlat, crs):
        raise InputError("crs.outside", where=where, crs=name, bounds=show_bounds(bounds))


def _on_earth(west: float, south: float, east: float, north: float) -> bool:
    return -360 <= west <= east <= 360 and -90 <= south <= north <= 90


def _inside(lonlat: Bounds, crs: CRS) -> bool:
    area = crs.area_of_use
    if area is None:
        return True
    west, south, east, north = lonlat
    if not area.south - BEYOND_DEG <= south <= north <= area.north + BEYOND_DEG:
        return False
    width = (area.east - area.west) % 360 or 360
    # From the western edge eastwards, however longitudes are counted.
    along = np.mod(np.array([west, east]) - (area.west - BEYOND_DEG), 360)
    return bool(width + 2 * BEYOND_DEG >= 360 or (along <= width + 2 * BEYOND_DEG).all())


def _covers(way: Transformer, crs: CRS) -> bool:
    """Say whether a transformation is meant for all of where the system is used."""
    inner, outer = crs.area_of_use, way.area_of_use
    if inner is None or outer is None:
        return False
    slack = 0.5
    return bool(
        outer.west - slack <= inner.west
        and inner.east <= outer.east + slack
        and outer.south - slack <= inner.south
        and inner.north <= outer.north + slack
    )


def _can_be_taken(crs: CRS) -> bool:
    try:
        way_to_wgs84(crs.to_string())
    except LookupError:
        return False
    return True

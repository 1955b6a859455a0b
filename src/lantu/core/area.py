"""The only home of an area. Every area is the ellipsoidal one of 国土调查办发〔2008〕32号.

That formula takes each edge as straight in (longitude, authalic y), which is the plane of a Lambert
cylindrical equal-area projection of the CGCS2000 ellipsoid (GRS80). So: densify in the system of
delivery, project once, and plane areas of clips, unions and differences are statutory areas.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from lantu.core.crs import GEOGRAPHIC, INVERSE_FLATTENING, SEMI_MAJOR_M, transformer
from lantu.core.foreign import to_wgs84

FLATTENING = 1 / INVERSE_FLATTENING
MAX_EDGE_M = 70.0
"""An edge longer than this gets intermediate points before projection (the standard's own rule)."""

# A degree of latitude is nowhere longer than this, so that degrees never under-densify.
_METRES_PER_DEGREE = 111_700.0

Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class StatutoryPlane:
    """The equal-area plane of one home; `lat_ts` keeps shapes near the data undistorted and moves no area."""

    lon_0: int
    lat_ts: int

    @classmethod
    def near(cls, lon: float, lat: float) -> StatutoryPlane:
        """Return the plane whose true-scale point is the whole degree nearest to (lon, lat)."""
        return cls(round(lon), round(lat))

    @property
    def definition(self) -> str:
        """PROJ definition; together with `MAX_EDGE_M` it is the area method that results print."""
        return f"+proj=cea +lat_ts={self.lat_ts} +lon_0={self.lon_0} +ellps=GRS80 +units=m +no_defs"

    def project(self, geometries: Geometries, crs: CRS) -> Geometries:
        """Densify in the system of delivery and project into the plane.

        Args:
            geometries: array of shapely geometries in `crs`; Z is dropped.
            crs: one of the systems of `core/crs.py` or `core/foreign.py`.

        Returns:
            Array of the same shape, plane metres; None stays None.
        """
        dense = shapely.segmentize(shapely.force_2d(geometries), self.step(crs))
        moved = shapely.transform(dense, lambda xy: self.forward(xy, crs))
        return np.asarray(moved, dtype=object)

    def step(self, crs: CRS) -> float:
        """Return the longest edge that is projected as it is, in units of `crs`."""
        unit = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
        if crs.is_geographic:
            return MAX_EDGE_M / _METRES_PER_DEGREE * (math.pi / 180 / unit)
        return MAX_EDGE_M / unit

    def forward(self, xy: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
        """Project (n, 2) points in `crs`, densified by whoever calls, into the plane.

        Raises:
            pyproj.exceptions.ProjError: a point has no place in the plane.
        """
        definition = crs.to_string()
        if (way := to_wgs84(definition)) is not None:
            xy, definition = _along(way, xy), f"EPSG:{GEOGRAPHIC}"
        return _along(transformer(definition, self.definition), xy)

    def to_geographic(self, geometries: Geometries) -> Geometries:
        """Bring plane geometries back to longitude/latitude (CGCS2000), for maps and GeoJSON."""
        back = transformer(self.definition, f"EPSG:{GEOGRAPHIC}")
        return np.asarray(shapely.transform(geometries, lambda xy: _along(back, xy)), dtype=object)

    def area_m2(self, geometries: Geometries, crs: CRS) -> NDArray[np.float64]:
        """Return statutory areas in m² of geometries in `crs`; NaN where a geometry is None."""
        return np.asarray(shapely.area(self.project(geometries, crs)), dtype=np.float64)


def _along(way: Transformer, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(way.transform(xy[:, 0], xy[:, 1], errcheck=True))


def series_area_m2(lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]) -> float:
    """Sum the official series along one closed ring (first point repeated), counter-clockwise positive.

    This is the standard's own arithmetic, kept as the oracle for the plane. Degrees in, m² out.
    """
    a, b, c, d, e, semi_minor = _series_constants()
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    delta, mid = np.diff(lat), (lat[1:] + lat[:-1]) / 2
    meridian = (lon[1:] + lon[:-1]) / 2 - lon[0]
    bracket = (
        a * np.sin(delta / 2) * np.cos(mid)
        - b * np.sin(3 * delta / 2) * np.cos(3 * mid)
        + c * np.sin(5 * delta / 2) * np.cos(5 * mid)
        - d * np.sin(7 * delta / 2) * np.cos(7 * mid)
        + e * np.sin(9 * delta / 2) * np.cos(9 * mid)
    )
    return math.fsum(2 * semi_minor**2 * meridian * bracket)


def _series_constants() -> tuple[float, float, float, float, float, float]:
    semi_minor = SEMI_MAJOR_M * (1 - FLATTENING)
    e2 = FLATTENING * (2 - FLATTENING)
    e4, e6, e8 = e2**2, e2**3, e2**4
    return (
        1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        1 / 112 * e6 + 45 / 2304 * e8,
        5 / 2304 * e8,
        semi_minor,
    )

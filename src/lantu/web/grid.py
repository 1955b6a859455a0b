"""The tile grid of provincial one-map services: EPSG:4490, two tiles by one at zoom 0, origin 90°N 180°W.

Longitude and latitude are plain degrees (the CGCS2000 geographic grid that WMTS calls `c`). Tile (x, y)
of zoom z is 180/2^z degrees wide and high; x grows eastward, y southward.
"""

from __future__ import annotations

from dataclasses import dataclass

from lantu.core.errors import NotFoundError

EXTENT = 4096
"""Tile units along one side."""
MAX_ZOOM = 20


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell of the grid."""

    z: int
    x: int
    y: int

    @property
    def degrees(self) -> float:
        """Width and height in degrees."""
        return 180.0 / (1 << self.z)

    @property
    def unit(self) -> float:
        """One tile unit in degrees."""
        return self.degrees / EXTENT

    @property
    def west(self) -> float:
        return -180.0 + self.x * self.degrees

    @property
    def north(self) -> float:
        return 90.0 - self.y * self.degrees

    def bounds(self, buffer: int = 0) -> tuple[float, float, float, float]:
        """Return (west, south, east, north) in degrees, widened by `buffer` tile units on each side."""
        margin = buffer * self.unit
        south, east = self.north - self.degrees, self.west + self.degrees
        return self.west - margin, south - margin, east + margin, self.north + margin


def tile_at(z: int, x: int, y: int) -> Tile:
    """Return the tile of that address.

    Raises:
        NotFoundError: `web.no_such_tile` where the grid has no such cell.
    """
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2 << z and 0 <= y < 1 << z):
        raise NotFoundError("web.no_such_tile", z=z, x=x, y=y, max_zoom=MAX_ZOOM)
    return Tile(z, x, y)


def tile_of(lon: float, lat: float, z: int) -> Tile:
    """Return the tile of zoom `z` that holds a place; the grid's far edges belong to its last tiles."""
    x = int((lon + 180.0) / 180.0 * (1 << z))
    y = int((90.0 - lat) / 180.0 * (1 << z))
    return Tile(z, min(max(x, 0), (2 << z) - 1), min(max(y, 0), (1 << z) - 1))

"""The plane the sample is drawn in, and small pieces of drawing: wiggly lines, boxes at an angle, noise.

The plane is degrees stretched to about a metre around the counties, so that a line straight here is
straight in (longitude, latitude) too. Nothing is measured in it: areas come from `core/area.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import Geometries, StatutoryPlane
from lantu.core.crs import GEOGRAPHIC, transformer

Points = NDArray[np.float64]

GRID_M = 0.05
"""All vertices lie on this grid; no vertex comes nearer to a foreign edge than half of it."""
LONGEST_EDGE_M = 400.0
"""Longer edges get vertices: between two systems a longer edge would bend past its neighbours."""
PLANE = StatutoryPlane(123, 45)
_ORIGIN = np.array([123.0, 45.3])
_STRETCH = np.array([78_400.0, 111_150.0])
_DIGITS = {True: 9, False: 4}


def from_degrees(shapes: Any) -> Any:
    """Bring shapes from degrees into the drawing plane."""
    return shapely.transform(shapes, lambda xy: (xy - _ORIGIN) * _STRETCH)


def degrees_of(xy: Points) -> Points:
    """Return longitude and latitude of drawing points."""
    return np.asarray(xy / _STRETCH + _ORIGIN)


def delivered(shapes: Geometries, epsg: int) -> Geometries:
    """Bring shapes from the drawing plane into the system of delivery, rounded to a tenth of a millimetre."""
    crs = CRS.from_epsg(epsg)

    def move(xy: Points) -> Points:
        degrees = degrees_of(xy)
        if epsg != GEOGRAPHIC:
            to = transformer(f"EPSG:{GEOGRAPHIC}", f"EPSG:{epsg}")
            degrees = np.column_stack(to.transform(degrees[:, 0], degrees[:, 1]))
        return np.round(degrees, _DIGITS[crs.is_geographic])

    return np.asarray(shapely.transform(shapes, move))


def drawn_again(shapes: Geometries, epsg: int) -> Geometries:
    """Bring shapes from the system of delivery back into the drawing plane, to a tenth of a millimetre.

    Edges straight in metres bend there: they get vertices, so that whatever is cut along them fits.
    """
    if epsg != GEOGRAPHIC:
        shapes = shapely.segmentize(shapes, LONGEST_EDGE_M / 8)
    to = transformer(f"EPSG:{epsg}", f"EPSG:{GEOGRAPHIC}")

    def back(xy: Points) -> Points:
        degrees = xy if epsg == GEOGRAPHIC else np.column_stack(to.transform(xy[:, 0], xy[:, 1]))
        return np.asarray((degrees - _ORIGIN) * _STRETCH)

    return np.asarray(shapely.transform(shapes, back))


def areas_m2(shapes: Geometries, epsg: int) -> NDArray[np.float64]:
    """Return the statutory areas that shapes have once delivered."""
    return PLANE.area_m2(delivered(shapes, epsg), CRS.from_epsg(epsg))


def turned(angle: float) -> Points:
    """Return the 2 × 2 matrix that turns row vectors by an angle in radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s], [-s, c]])


def boxes(low: Points, high: Points, centre: Points, angle: float) -> Geometries:
    """Return rectangles given by (n, 2) corners in a frame at `centre` turned by `angle`."""
    x0, y0, x1, y1 = low[:, 0], low[:, 1], high[:, 0], high[:, 1]
    ring = np.stack(
        [np.stack([x0, y0], 1), np.stack([x1, y0], 1), np.stack([x1, y1], 1), np.stack([x0, y1], 1)], 1
    )
    return np.asarray(shapely.polygons(ring @ turned(angle) + centre))


def wiggle(points: Points, rng: np.random.Generator, step: float, rough: float = 0.12) -> Points:
    """Draw a polyline as nature would: halve its segments and push the middles sideways until short.

    Args:
        points: (n, 2), ends stay where they are.
        step: segments end up shorter than this.
        rough: sideways push as a share of the segment's length.
    """
    while True:
        delta = np.diff(points, axis=0)
        length = np.hypot(delta[:, 0], delta[:, 1])
        if length.max() <= step:
            return points
        push = rng.normal(0, rough, len(delta)).clip(-2 * rough, 2 * rough)
        middle = (points[1:] + points[:-1]) / 2 + np.column_stack([-delta[:, 1], delta[:, 0]]) * push[:, None]
        merged = np.empty((len(points) + len(middle), 2))
        merged[0::2], merged[1::2] = points, middle
        points = merged


def wiggle_all(ends: Points, rng: np.random.Generator, halvings: int, rough: float) -> Points:
    """Draw many lines as `wiggle` does, all with the same number of halvings: (n, 2, 2) → (n, k, 2)."""
    lines = ends
    for _ in range(halvings):
        delta = np.diff(lines, axis=1)
        push = rng.normal(0, rough, delta.shape[:2]).clip(-2 * rough, 2 * rough)
        middle = (lines[:, 1:] + lines[:, :-1]) / 2 + np.stack([-delta[..., 1], delta[..., 0]], -1) * push[
            ..., None
        ]
        merged = np.empty((len(lines), 2 * lines.shape[1] - 1, 2))
        merged[:, 0::2], merged[:, 1::2] = lines, middle
        lines = merged
    return lines


@dataclass(frozen=True)
class Noise:
    """A smooth random field of mean 0 and standard deviation about 1: many plane waves together."""

    waves: Points
    phases: NDArray[np.float64]
    weights: NDArray[np.float64]

    @classmethod
    def drawn(cls, rng: np.random.Generator, longest: float, shortest: float, fall: float = 0.9) -> Noise:
        """Draw a field with features between two wave lengths in metres; long waves weigh more."""
        count = 72
        lengths = np.exp(rng.uniform(np.log(shortest), np.log(longest), count))
        angle = rng.uniform(0, 2 * np.pi, count)
        waves = 2 * np.pi / lengths[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        weights = (lengths / longest) ** fall
        return cls(waves, rng.uniform(0, 2 * np.pi, count), weights * np.sqrt(2 / (weights**2).sum()))

    def at(self, xy: Points) -> NDArray[np.float64]:
        """Return the field at (n, 2) points."""
        found: NDArray[np.float64] = np.zeros(len(xy))
        for wave, phase, weight in zip(self.waves, self.phases, self.weights, strict=True):
            found += weight * np.cos(xy @ wave + phase)
        return found


@dataclass(frozen=True)
class Raster:
    """A field on a square grid; between its nodes it is flat over the two triangles of each square."""

    corner: Points
    step: float
    values: NDArray[np.float64]

    def at(self, xy: Points) -> NDArray[np.float64]:
        """Return the field at points inside the grid."""
        place = (xy - self.corner) / self.step
        i = np.clip(place.astype(int), 0, np.array(self.values.shape) - 2)
        u, v = (place - i).T
        a, b, c, d = self._corners(i[:, 0], i[:, 1])
        return np.asarray(np.where(u >= v, a + u * (b - a) + v * (c - b), a + v * (d - a) + u * (c - d)))

    def _corners(self, i: NDArray[Any], j: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        z = self.values
        return z[i, j], z[i + 1, j], z[i + 1, j + 1], z[i, j + 1]

    def contour(self, level: float) -> Geometries:
        """Return the line along which the field has a value, as segments, triangle by triangle."""
        i, j = (a.ravel() for a in np.indices([n - 1 for n in self.values.shape]))
        nodes = np.stack(
            [
                np.stack([i, j], 1),
                np.stack([i + 1, j], 1),
                np.stack([i + 1, j + 1], 1),
                np.stack([i, j + 1], 1),
            ],
            1,
        )
        values = np.stack(self._corners(i, j), 1) - level
        triangles = [[0, 1, 2], [0, 2, 3]]
        node = np.concatenate([nodes[:, t] for t in triangles])
        value = np.concatenate([values[:, t] for t in triangles])
        above = value > 0
        mixed = (above.sum(1) % 3) != 0
        node, value, above = node[mixed], value[mixed], above[mixed]
        # The one corner that differs from the other two.
        odd = np.where(above.sum(1) == 1, above.argmax(1), (~above).argmax(1))
        rows = np.arange(len(odd))
        ends = []
        for turn in (1, 2):
            other = (odd + turn) % 3
            share = value[rows, odd] / (value[rows, odd] - value[rows, other])
            place = node[rows, odd] + share[:, None] * (node[rows, other] - node[rows, odd])
            ends.append(place * self.step + self.corner)
        return np.asarray(shapely.linestrings(np.stack(ends, 1)))

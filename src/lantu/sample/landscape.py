"""How wet and wild the land is: one field whose levels bound lakes, marsh and grassland, ring within ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from lantu.core.area import Geometries
from lantu.core.units import convert
from lantu.sample.counties import County
from lantu.sample.drawing import Noise, Points, Raster
from lantu.sample.places import COUNTY_TOWN, DISTRICT, TOWN, Places

_LAKES, _MARSH = 0.045, 0.075
"""Shares of a county that lakes and marsh take; grassland takes the rest of its wild share."""
_BUILT_AND_LINES = 0.075
"""About what settlements, roads, belts and ponds take, and what is left for trimming."""


@dataclass(frozen=True)
class Landscape:
    """The field of wetness and its levels: above `lake` is water, above `marsh` marsh, above `wild` grass."""

    wetness: Raster
    lake: float
    marsh: float
    wild: float
    reserve: Noise
    soil: Noise
    hills: Noise

    def contours(self) -> list[Geometries]:
        return [self.wetness.contour(level) for level in (self.lake, self.marsh, self.wild)]


def lie_of_the_land(
    county: County,
    outline: shapely.Geometry,
    river: shapely.Geometry,
    places: Places,
    scale: float,
    rng: np.random.Generator,
) -> Landscape:
    """Draw the county's wetness so that as much is wild as its approved farmland leaves."""
    west, south, east, north = outline.bounds
    step = 420 / np.clip(scale, 0.3, 2.0) ** 0.5
    corner = np.array([west, south]) - 2 * step
    shape = np.ceil((np.array([east, north]) - corner) / step).astype(int) + 3
    xy = (np.indices(shape).reshape(2, -1).T * step) + corner
    values = Noise.drawn(rng, 26_000, 2_600, 0.8).at(xy)
    gap = shapely.distance(shapely.points(xy), shapely.simplify(river, 250))
    values += 1.5 * np.exp(-((gap / 2_600) ** 2))
    values -= _kept_dry(places, xy, 1 + 0.3 * Noise.drawn(rng, 6_000, 1_200).at(xy))
    raster = Raster(corner, step, values.reshape(shape))
    shapely.prepare(outline)
    inside = np.sort(values[shapely.contains(outline, shapely.points(xy))])
    total = float(county.area_km2)
    farmland = float(convert(county.farmland, "万亩", "平方千米"))
    wild = 1 - farmland / total - _BUILT_AND_LINES
    lake, marsh, edge = (
        float(inside[int(len(inside) * (1 - share))]) for share in (_LAKES, _LAKES + _MARSH, wild)
    )
    return Landscape(
        raster, lake, marsh, edge,
        Noise.drawn(rng, 70_000, 25_000), Noise.drawn(rng, 18_000, 4_000), Noise.drawn(rng, 50_000, 20_000),
    )  # fmt: skip


def _kept_dry(places: Places, xy: Points, ragged: Points) -> Points:
    """Return how much drier the land around settlements is kept, in patches without a round edge."""
    found = np.zeros(len(xy))
    for centre, kind in zip(places.centre, places.kind, strict=True):
        if kind == DISTRICT:
            continue
        radius = {COUNTY_TOWN: 5_200, TOWN: 2_300}.get(int(kind), 1_250)
        near = np.flatnonzero((np.abs(xy - centre) < 3 * radius).all(axis=1))
        away = np.hypot(*(xy[near] - centre).T) / radius * ragged[near].clip(0.45, 1.8)
        found[near] = np.maximum(found[near], 4.0 * np.exp(-(away**4)))
    return found

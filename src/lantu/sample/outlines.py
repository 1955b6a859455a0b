"""County outlines: invented lines roughly where the counties lie, with the counties' true areas.

Neighbours share their border line. An outline that is given instead is only brought onto the grid.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

import numpy as np
import shapely

from lantu.sample.counties import COUNTIES, County
from lantu.sample.drawing import GRID_M, LONGEST_EDGE_M, Points, areas_m2, from_degrees, wiggle

# Corners in degrees, drawn by hand, to the nearest few hundredths. Each chain runs from one corner where
# three territories meet to another; `*` marks the chain that is pushed until the county's area is true.
_CHAINS: dict[str, list[tuple[float, float]]] = {
    "zhenlai-daan": [(123.25, 45.65), (123.55, 45.76), (123.80, 45.71), (124.05, 45.72)],
    "daan-taobei": [(123.25, 45.65), (123.18, 45.47)],
    "daan-taonan": [(123.18, 45.47), (123.27, 45.35), (123.33, 45.24)],
    "daan-tongyu": [(123.33, 45.24), (123.42, 45.18), (123.52, 44.97)],
    "daan-east": [(123.52, 44.97), (123.75, 45.07), (123.95, 45.20), (124.12, 45.33), (124.34, 45.45),
                  (124.20, 45.62), (124.05, 45.72)],
    "taonan-tongyu": [(123.33, 45.24), (123.02, 45.15), (122.76, 45.10), (122.50, 45.07), (122.22, 45.25)],
    "tongyu-south": [(123.52, 44.97), (123.44, 44.83), (123.50, 44.70), (123.10, 44.52), (122.70, 44.32),
                     (122.32, 44.25), (122.20, 44.55), (122.08, 44.82), (122.10, 45.10), (122.22, 45.25)],
    "taonan-taobei": [(123.18, 45.47), (122.97, 45.37), (122.78, 45.39), (122.52, 45.56), (122.42, 45.78)],
    "taonan-west": [(122.42, 45.78), (122.20, 45.84), (121.98, 45.97), (121.79, 46.00), (121.70, 45.80),
                    (121.92, 45.68), (121.98, 45.54), (122.15, 45.43), (122.22, 45.25)],
    "zhenlai-taobei": [(123.25, 45.65), (123.10, 45.75), (122.96, 45.90), (122.82, 46.00)],
    "zhenlai-north": [(122.82, 46.00), (122.88, 46.12), (123.12, 46.20), (123.36, 46.27), (123.62, 46.28),
                      (123.88, 46.24), (124.02, 46.10), (124.03, 45.96), (124.12, 45.84), (124.05, 45.72)],
}  # fmt: skip
_RINGS = {
    "220882": ["+daan-taobei", "+daan-taonan", "+daan-tongyu", "*daan-east", "-zhenlai-daan"],
    "220881": ["+taonan-taobei", "*taonan-west", "-taonan-tongyu", "-daan-taonan"],
    "220821": ["+zhenlai-daan", "*zhenlai-north", "-zhenlai-taobei"],
    "220822": ["+daan-tongyu", "*tongyu-south", "-taonan-tongyu"],
}
_CLOSE_M2 = 50.0


def drawn_outlines(seed: int) -> dict[str, shapely.Polygon]:
    """Return county code → invented outline in the drawing plane."""
    return {county.code: _drawn(county, seed) for county in COUNTIES}


def given_outlines(degrees: Mapping[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    """Bring outlines in degrees (county code → polygon) into the drawing plane."""
    return {code: _on_grid(from_degrees(shape)) for code, shape in degrees.items()}


def _drawn(county: County, seed: int) -> shapely.Polygon:
    parts: list[Points] = []
    for step in _RINGS[county.code]:
        line = _chain(step[1:], seed)
        if step[0] == "-" or (step[0] == "*" and parts and not np.allclose(parts[-1][-1], line[0])):
            line = line[::-1]
        parts.append(line)
    pushed = next(i for i, step in enumerate(_RINGS[county.code]) if step[0] == "*")
    wanted = float(county.area_km2) * 1e6

    def pushed_by(metres: float) -> shapely.Polygon:
        line = parts[pushed]
        centre = np.concatenate(parts).mean(axis=0)
        away = line - centre
        away /= np.hypot(away[:, 0], away[:, 1])[:, None]
        bulge = np.sin(np.linspace(0, np.pi, len(line)))[:, None]
        ring = np.concatenate(
            [part[:-1] for part in (*parts[:pushed], line + away * bulge * metres, *parts[pushed + 1 :])]
        )
        return _on_grid(shapely.Polygon(ring))

    low, high = 0.0, 100.0
    missing = [_missing(pushed_by(at), wanted) for at in (low, high)]
    while abs(missing[1]) > _CLOSE_M2:
        low, high = high, high - missing[1] * (high - low) / (missing[1] - missing[0])
        missing = [missing[1], _missing(pushed_by(high), wanted)]
    return pushed_by(high)


def _missing(outline: shapely.Polygon, wanted: float) -> float:
    return float(areas_m2(np.array([outline], object), 4490)[0]) - wanted


def _chain(name: str, seed: int) -> Points:
    rng = np.random.default_rng([seed, crc32(name.encode())])
    corners = shapely.get_coordinates(from_degrees(shapely.LineString(_CHAINS[name])))
    return wiggle(corners, rng, LONGEST_EDGE_M * 0.9, 0.13)


def _on_grid(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.set_precision(shapely.segmentize(shape, LONGEST_EDGE_M), GRID_M)

"""A county as an inline SVG map: its outline, its control lines, and where the findings lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

WIDTH, MAX_HEIGHT = 640, 430
_MARGIN = 14
_SIMPLIFY_PX = 0.35
_SMALLEST_PX2 = 0.6

Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class MapData:
    """What one county's map shows, in the statutory plane (metres).

    Attributes:
        outline: county outline; empty where no such layer is registered.
        areas: layer kind → polygons, drawn in this order.
        lines: layer kind → polygons of which only the outline is drawn.
        marks: (x, y, number, answer) of findings.
    """

    outline: Geometries
    areas: Mapping[str, Geometries] = field(default_factory=dict)
    lines: Mapping[str, Geometries] = field(default_factory=dict)
    marks: Sequence[tuple[float, float, int, str]] = ()


def county_map(data: MapData, title: str) -> str | None:
    """Draw a county.

    Returns:
        An `<svg>` element, None where there is nothing with an extent to draw.
    """
    everything = [g for g in (data.outline, *data.areas.values(), *data.lines.values()) if len(g)]
    frame = np.array([shapely.total_bounds(g) for g in ([data.outline] if len(data.outline) else everything)])
    if not len(frame) or np.isnan(frame).all():
        return None
    west, south = np.nanmin(frame[:, :2], axis=0)
    east, north = np.nanmax(frame[:, 2:], axis=0)
    if not (east > west and north > south):
        return None
    view = _View.fit(float(west), float(south), float(east), float(north))
    body = [f"<title>{escape(title)}</title>"]
    body.append(f'<path class="m-ground" d="{view.path(data.outline)}"/>')
    body += [f'<path class="m-{kind}" d="{view.path(_merged(g, view))}"/>' for kind, g in data.areas.items()]
    body += [f'<path class="m-{kind}" d="{view.path(g)}"/>' for kind, g in data.lines.items()]
    body.append(f'<path class="m-outline" d="{view.path(data.outline)}"/>')
    body += [_mark(view, *mark) for mark in data.marks]
    body.append(_scale_bar(view))
    body.append(
        f'<g class="m-north" transform="translate({WIDTH - 22} 26)"><path d="M0-16 6 6 0 2-6 6z"/>'
        '<text y="18">北 N</text></g>'
    )
    return f'<svg class="map" viewBox="0 0 {WIDTH} {view.height:.0f}" role="img">{"".join(body)}</svg>'


@dataclass(frozen=True, slots=True)
class _View:
    """Plane metres → picture units."""

    west: float
    north: float
    scale: float
    height: float
    left: float

    @classmethod
    def fit(cls, west: float, south: float, east: float, north: float) -> _View:
        inner_w, inner_h = WIDTH - 2 * _MARGIN, MAX_HEIGHT - 2 * _MARGIN - 24
        scale = min(inner_w / (east - west), inner_h / (north - south))
        left = (WIDTH - (east - west) * scale) / 2
        return cls(west, north, scale, (north - south) * scale + 2 * _MARGIN + 24, left)

    def xy(self, x: Any, y: Any) -> tuple[Any, Any]:
        return self.left + (x - self.west) * self.scale, _MARGIN + (self.north - y) * self.scale

    def path(self, geometries: Geometries) -> str:
        """Return path data, simplified to what the picture can show; specks are left out."""
        polygons = shapely.get_parts(shapely.simplify(geometries, _SIMPLIFY_PX / self.scale))
        rings = shapely.get_rings(polygons)
        if not len(rings):
            return ""
        rings = rings[shapely.area(shapely.polygons(rings)) * self.scale**2 > _SMALLEST_PX2]
        found = []
        for ring in rings:
            x, y = self.xy(*shapely.get_coordinates(ring)[:-1].T)
            corners = " ".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
            found.append(f"M{corners}Z")
        return "".join(found)


def _merged(geometries: Geometries, view: _View) -> Geometries:
    """Melt neighbours together on half a picture unit, so that thousands of parcels become a few areas."""
    if not len(geometries):
        return geometries
    # Densified edges first lose the points that no picture shows; uniting would pay for each of them.
    sketched = shapely.simplify(geometries, _SIMPLIFY_PX / view.scale, preserve_topology=False)
    return np.array([shapely.union_all(sketched, grid_size=0.5 / view.scale)], dtype=object)


def _mark(view: _View, x: float, y: float, number: int, answer: str) -> str:
    at_x, at_y = view.xy(x, y)
    return (
        f'<g class="m-mark a-{escape(answer)}" transform="translate({at_x:.1f} {at_y:.1f})">'
        f'<circle r="7"/><text y="2.8">{number}</text></g>'
    )


def _scale_bar(view: _View) -> str:
    """A bar of 1, 2 or 5 × 10ⁿ km, at most a quarter of the width."""
    most_km = WIDTH / 4 / view.scale / 1000
    magnitude = 10.0 ** np.floor(np.log10(most_km))
    km = max(step * magnitude for step in (1, 2, 5) if step * magnitude <= most_km)
    length, y = km * 1000 * view.scale, view.height - 10
    return (
        f'<g class="m-scale"><path d="M{_MARGIN} {y - 5:.1f}v5h{length:.1f}v-5"/>'
        f'<text x="{_MARGIN + length + 6:.1f}" y="{y + 1:.1f}">{km:g} km</text></g>'
    )

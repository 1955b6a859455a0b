"""A county as an inline SVG map: its outline, its control lines, and where the findings lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.crs import Bounds
from lantu.runs.pages.page import map_style

WIDTH, MAX_HEIGHT = 640, 430
_MARGIN, _FOOT = 14, 24
_SIMPLIFY_PX = 0.35
_SMALLEST_PX2 = 0.6
_MOST_UNITED = 5000
_AROUND = 0.75
_TOO_SMALL = 24
COLOURS = {"YJJBNT": "#f2dc8c", "YJJBNTTB": "#f2dc8c", "STBHHX": "#8cc49b", "CZKFBJ": "#e2574c"}
"""Of areas on a county's map, as `maps.css` has them, for their key."""

Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class MapData:
    """What one county's map shows, in the statutory plane (metres).

    Attributes:
        outline: county outline; empty where no such layer is registered.
        areas: layer kind → polygons, drawn in this order.
        lines: layer kind → polygons of which only the outline is drawn.
        marks: (x, y, number, answer) of findings; the number is drawn.
        dots: (x, y, answer) of further findings, drawn without a number.
        ringed: polygons that a ring shows, where they are too small to be seen; else their outline does.
    """

    outline: Geometries
    areas: Mapping[str, Geometries] = field(default_factory=dict)
    lines: Mapping[str, Geometries] = field(default_factory=dict)
    marks: Sequence[tuple[float, float, int, str]] = ()
    dots: Sequence[tuple[float, float, str]] = ()
    ringed: Geometries = field(default_factory=lambda: np.empty(0, object))


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
    view = View.fit((float(west), float(south), float(east), float(north)), WIDTH, MAX_HEIGHT)
    body = [f'<path class="m-ground" d="{view.path(data.outline)}"/>']
    body += [f'<path class="m-{kind}" d="{view.path(_merged(g, view))}"/>' for kind, g in data.areas.items()]
    body += [f'<path class="m-{kind}" d="{view.path(g)}"/>' for kind, g in data.lines.items()]
    body.append(f'<path class="m-outline" d="{view.path(data.outline)}"/>')
    body += list(dict.fromkeys(_dot(view, *dot) for dot in data.dots))  # thousands may fall together
    body += [_mark(view, *mark) for mark in data.marks]
    if len(data.ringed):
        body += [f'<path class="m-site" d="{view.path(data.ringed, 0)}"/>', view.ring(data.ringed)]
    body += [view.scale_bar(), view.north_arrow()]
    return view.svg(body, title)


@dataclass(frozen=True, slots=True)
class View:
    """Plane metres → picture units.

    Attributes:
        west, north: of the frame; `scale`: picture units per metre.
        left: where the frame begins in the picture.
    """

    west: float
    north: float
    scale: float
    width: float
    height: float
    left: float

    @classmethod
    def fit(cls, box: Bounds, width: float, most_height: float) -> View:
        """Fit a box (west, south, east, north) into a picture; below it there is room for the scale bar."""
        west, south, east, north = box
        inner_w, inner_h = width - 2 * _MARGIN, most_height - 2 * _MARGIN - _FOOT
        scale = min(inner_w / (east - west), inner_h / (north - south))
        left = (width - (east - west) * scale) / 2
        return cls(west, north, scale, width, (north - south) * scale + 2 * _MARGIN + _FOOT, left)

    def xy(self, x: Any, y: Any) -> tuple[Any, Any]:
        return self.left + (x - self.west) * self.scale, _MARGIN + (self.north - y) * self.scale

    def path(self, geometries: Geometries, smallest: float = _SMALLEST_PX2) -> str:
        """Return path data of polygons, simplified to what the picture can show; specks are left out.

        Args:
            smallest: area of a ring in picture units below which it is a speck.
        """
        polygons = shapely.get_parts(shapely.simplify(geometries, _SIMPLIFY_PX / self.scale))
        rings = shapely.get_rings(polygons)
        if not len(rings):
            return ""
        rings = rings[shapely.area(shapely.polygons(rings)) * self.scale**2 >= smallest]
        found = []
        for ring in rings:
            x, y = self.xy(*shapely.get_coordinates(ring)[:-1].T)
            corners = " ".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
            found.append(f"M{corners}Z")
        return "".join(found)

    def scale_bar(self) -> str:
        """A bar of 1, 2 or 5 × 10ⁿ metres, at most a quarter of the width."""
        most = self.width / 4 / self.scale
        magnitude = 10.0 ** np.floor(np.log10(most))
        metres = max(step * magnitude for step in (1, 2, 5) if step * magnitude <= most)
        length, y = metres * self.scale, self.height - 10
        said = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
        return (
            f'<g class="m-scale"><path d="M{_MARGIN} {y - 5:.1f}v5h{length:.1f}v-5"/>'
            f'<text x="{_MARGIN + length + 6:.1f}" y="{y + 1:.1f}">{said}</text></g>'
        )

    def north_arrow(self) -> str:
        return (
            f'<g class="m-north" transform="translate({self.width - 22:g} 26)"><path d="M0-16 6 6 0 2-6 6z"/>'
            '<text y="18">北 N</text></g>'
        )

    def ring(self, parts: Geometries) -> str:
        """A circle around what would be too small to be seen."""
        west, south, east, north = shapely.total_bounds(parts)
        if max(east - west, north - south) * self.scale > _TOO_SMALL:
            return ""
        x, y = self.xy((west + east) / 2, (south + north) / 2)
        return f'<circle class="m-ring" cx="{float(x):.1f}" cy="{float(y):.1f}" r="16"/>'

    def svg(self, body: Sequence[str], title: str) -> str:
        return (
            '<svg class="map" xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {self.width:g} {self.height:.0f}" role="img">'
            f"<title>{escape(title)}</title>{''.join(body)}</svg>"
        )


def around(box: Sequence[float], smallest_m: float) -> Bounds:
    """Return what is around a box: three quarters of its longer side on each side.

    Args:
        smallest_m: so long is the longer side at least.
    """
    west, south, east, north = map(float, box)
    side = max(east - west, north - south, smallest_m)
    width, height = (max(length + 2 * _AROUND * side, side) for length in (east - west, north - south))
    # As broad as the picture is, so that its edges are not empty.
    width, height = max(width, height * 1.4), max(height, width / 1.6)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def grown(box: Bounds) -> Bounds:
    """Return a box in whose middle another fills the picture: where shapes are cut is not to be seen."""
    west, south, east, north = box
    x, y = (east - west) / 4, (north - south) / 4
    return west - x, south - y, east + x, north + y


def standing_alone(svg: str, font: str) -> str:
    """Return a picture with its style inside, for readers without a style sheet."""
    head, _, rest = svg.partition(">")
    style = map_style().replace("</", "")
    return f'{head} font-family="{escape(font)}"><style>{style}</style>{rest}'


def _merged(geometries: Geometries, view: View) -> Geometries:
    """Melt neighbours together on half a picture unit, so that thousands of parcels become a few areas."""
    if not len(geometries):
        return geometries
    # Densified edges first lose the points that no picture shows; uniting would pay for each of them.
    sketched = np.asarray(
        shapely.simplify(geometries, _SIMPLIFY_PX / view.scale, preserve_topology=False), object
    )
    try:
        if len(sketched) > _MOST_UNITED:
            return _gridded(sketched, view)
        return np.array([shapely.union_all(sketched, grid_size=0.5 / view.scale)], dtype=object)
    except shapely.errors.GEOSException:
        return sketched  # broken shapes, as delivered: unmelted they can still be drawn


def _gridded(geometries: Geometries, view: View) -> Geometries:
    """Draw tens of thousands of parcels as the squares, a picture unit wide, whose middles they cover."""
    unit = 1 / view.scale
    left, top = view.west - view.left * unit, view.north + _MARGIN * unit
    west, south, east, north = shapely.total_bounds(geometries)
    west, south = max(west, left), max(south, top - view.height * unit)
    east, north = min(east, left + view.width * unit), min(north, top)
    x, y = np.arange(west + unit / 2, east, unit), np.arange(south + unit / 2, north, unit)
    middles = shapely.points(*(axis.ravel() for axis in np.meshgrid(x, y)))
    covered = np.zeros(len(middles), np.bool_)
    covered[shapely.STRtree(geometries).query(middles, predicate="intersects")[0]] = True
    rows = np.zeros((len(y), len(x) + 2), np.int8)
    rows[:, 1:-1] = covered.reshape(len(y), len(x))
    row, first = np.nonzero(np.diff(rows, axis=1) == 1)
    _, last = np.nonzero(np.diff(rows, axis=1) == -1)
    strips = shapely.box(
        west + first * unit, south + row * unit, west + last * unit, south + (row + 1) * unit
    )
    return np.array([shapely.union_all(strips)], object)


def _mark(view: View, x: float, y: float, number: int, answer: str) -> str:
    at_x, at_y = view.xy(x, y)
    return (
        f'<g class="m-mark a-{escape(answer)}" transform="translate({at_x:.1f} {at_y:.1f})">'
        f'<circle r="7"/><text y="2.8">{number}</text></g>'
    )


def _dot(view: View, x: float, y: float, answer: str) -> str:
    at_x, at_y = view.xy(x, y)
    return f'<g class="m-mark a-{escape(answer)}"><circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="2.4"/></g>'

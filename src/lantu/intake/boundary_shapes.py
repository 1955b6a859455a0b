"""Rings of a plot → a polygon, even-odd: a ring within another is a hole, one beside it a further part."""

from __future__ import annotations

import re

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.errors import InputError
from lantu.intake.boundary_lines import Plot, Ring
from lantu.intake.shapes import Geometries

NO_AREA_M2 = 1e-4
"""Less than a ring of millimetre coordinates can enclose, unless its points lie on one line."""
_PLACE = re.compile(r"\[(\S+) (\S+)\]")


def shape_of(plot: Plot, where: str) -> shapely.MultiPolygon | shapely.Polygon:
    """Return a plot as (easting, northing).

    Raises:
        InputError: `boundary.zero_area`, `.self_crossing`, `.ring_twice`, `.rings_cross`.
    """
    areas = np.array([_area_m2(ring) for ring in plot.rings])
    outlines = shapely.polygons([shapely.linearrings(ring.xy[:, ::-1]) for ring in plot.rings])
    for ring, outline, area in zip(plot.rings, outlines, areas, strict=True):
        # The halves of a bow tie may cancel out: it has ground, and crosses itself.
        if area < NO_AREA_M2 and shapely.make_valid(outline).area < NO_AREA_M2:
            raise InputError(
                "boundary.zero_area", where=where, line=int(ring.line[0]), last=int(ring.line[-1])
            )
        if not shapely.is_valid(outline):
            line, place = _nearest(outline, [ring])
            raise InputError("boundary.self_crossing", where=where, line=line, place=place)
    shape = _nested(outlines, areas, plot, where)
    if not shapely.is_valid(shape):
        line, place = _nearest(shape, plot.rings)
        raise InputError("boundary.rings_cross", where=where, line=line, place=place, plot=plot.line)
    return shape


def refuse_twice(shapes: Geometries, plots: list[Plot], where: str) -> None:
    """Refuse plots of exactly the same ground.

    Raises:
        InputError: `boundary.plot_twice`.
    """
    seen: dict[bytes, int] = {}
    for plot, wkb in zip(plots, shapely.to_wkb(shapely.normalize(shapes)), strict=True):
        first = seen.setdefault(wkb, plot.line)
        if first != plot.line:
            raise InputError("boundary.plot_twice", where=where, line=plot.line, first=first)


def _area_m2(ring: Ring) -> float:
    """Return the plane area, from its own first point lest millions of metres swallow square metres."""
    x, y = (ring.xy - ring.xy[0]).T
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _nested(
    outlines: Geometries, areas: NDArray[np.float64], plot: Plot, where: str
) -> shapely.MultiPolygon | shapely.Polygon:
    inner, outer = shapely.STRtree(outlines).query(outlines, predicate="covered_by")
    inner, outer = inner[inner != outer], outer[inner != outer]
    for one, other in zip(inner.tolist(), outer.tolist(), strict=True):
        if shapely.equals(outlines[one], outlines[other]):
            first, second = sorted((one, other))
            raise InputError(
                "boundary.ring_twice", where=where, line=int(plot.rings[second].line[0]),
                first=int(plot.rings[first].line[0]),
            )  # fmt: skip
    depth = np.bincount(inner, minlength=len(outlines))
    holes: dict[int, list[int]] = {n: [] for n in np.flatnonzero(depth % 2 == 0).tolist()}
    for hole in np.flatnonzero(depth % 2 == 1).tolist():
        around = [each for each in outer[inner == hole].tolist() if each in holes]
        # Around a ring at an odd depth there is one at an even depth; the smallest is the one it is cut from.
        holes[min(around, key=lambda each: float(areas[each]))].append(hole)
    parts = [
        shapely.Polygon(
            shapely.get_exterior_ring(outlines[n]), list(shapely.get_exterior_ring(outlines[cut]))
        )
        for n, cut in holes.items()
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _nearest(shape: shapely.Geometry, rings: list[Ring]) -> tuple[int, str]:
    """Return the line of the point nearest to where a shape is at fault, and the place as X, Y."""
    found = _PLACE.search(str(shapely.is_valid_reason(shape)))
    xy, line = np.concatenate([ring.xy for ring in rings]), np.concatenate([ring.line for ring in rings])
    if found is None:
        return int(line[0]), "–"
    easting, northing = float(found[1]), float(found[2])
    nearest = int(np.argmin(np.hypot(xy[:, 0] - northing, xy[:, 1] - easting)))
    return int(line[nearest]), f"X={northing:.3f}, Y={easting:.3f}"

"""Shapes for whoever looks: giants cut down to boxes, broken ones mended, the widest place of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes
from lantu.overlay.threads import in_order

_Boxes = NDArray[np.float64]
SLICE = 64
"""Shapes that a thread hands to GEOS at a time."""
BIG = 512
"""A shape with more vertices is cut down to where it is looked at …"""
_AT_ONCE, _SMALL = 8, 256
"""… and on the way halved until so few boxes are left of it, or it has so few vertices."""
_COMPACT = 5.0
"""A circle of its area is less than so many times as big as area ÷ outline: GEOS finds the largest in it."""
_MANY, _TOO_MANY = 1000, 20_000
"""Vertices from which GEOS's circle is taken to begin with, and from which it is left at that."""
_NEXT = 1.01
"""How close a width is looked for."""
_NARROWEST_M = 1e-7


def polygons_of(shapes: Geometries) -> Geometries:
    """Keep of each shape what has area; an empty polygon where nothing has."""
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))
    if not len(wrong):
        return shapes
    kept = shapes.copy()
    kept[wrong] = shapely.Polygon()
    parts, owner = shapely.get_parts(shapes[wrong], return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner, flat = owner[inner], shapely.get_dimensions(parts) == 2
    parts, owner = parts[flat], owner[flat]
    if len(parts):
        rows, number = np.unique(owner, return_inverse=True)
        kept[wrong[rows]] = shapely.multipolygons(parts, indices=number)
    return kept


def mended(shapes: Geometries) -> Geometries:
    """Make each polygon valid: its rings for themselves, then shells without their holes."""
    shapes = np.where(shapely.is_missing(shapes), shapely.Polygon(), shapes)
    wrong = np.flatnonzero(~shapely.is_valid(shapes))
    shapes[wrong] = polygons_of(shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False))
    return shapes


def repaired(layer: PackedLayer, rows: NDArray[np.int64]) -> PackedLayer:
    """Pack a layer again with what GEOS makes of some rows."""
    if not len(rows):
        return layer
    shapes = layer.geometries()
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    shapes[rows] = mended(shapes[rows])
    return pack_shapes(shapes, "left")


def cut_to(shape: Any, boxes: _Boxes) -> Geometries:
    """Return what of a polygon lies in each of (n, 4) boxes; a giant is halved on the way there."""
    cut = np.full(len(boxes), None, object)
    waiting = [(shape, np.arange(len(boxes)))]
    while waiting:
        shape, rows = waiting.pop()
        if len(rows) <= _AT_ONCE or shapely.get_num_coordinates(shape) <= _SMALL:
            cut[rows] = shapely.intersection(shape, shapely.box(*boxes[rows].T))
            continue
        middle = boxes[rows, :2] + boxes[rows, 2:]
        order = rows[np.argsort(middle[:, np.argmax(np.ptp(middle, axis=0))], kind="stable")]
        for half in (order[: len(order) // 2], order[len(order) // 2 :]):
            low, high = boxes[half, :2].min(axis=0), boxes[half, 2:].max(axis=0)
            waiting.append((shapely.intersection(shape, shapely.box(*low, *high)), half))
    return polygons_of(cut)


def seen_in(layer: PackedLayer, rows: NDArray[np.int64], boxes: _Boxes) -> Geometries:
    """Return the shape of each of some rows, mended; of a giant only what lies in the box beside its number.

    Args:
        rows: (n,), a row as often as it is looked at; boxes: (n, 4).
    """
    each, number, times = np.unique(rows, return_inverse=True, return_counts=True)
    shapes = mended(layer.geometries(each))
    seen = np.asarray(shapes[number])
    order = np.argsort(number, kind="stable")
    end = np.cumsum(times)
    for giant in np.flatnonzero(shapely.get_num_coordinates(shapes) > BIG).tolist():
        places = order[end[giant] - times[giant] : end[giant]]
        seen[places] = cut_to(shapes[giant], boxes[places])
    return seen


def shared_by(one: PackedLayer, other: PackedLayer, pairs: NDArray[np.int64]) -> Geometries:
    """Build the ground that pairs of polygons share, (k, 2) rows of one and of the other."""
    left, right = one.box[pairs[:, 0]], other.box[pairs[:, 1]]
    both = np.concatenate([np.maximum(left, right)[:, :2], np.minimum(left, right)[:, 2:]], axis=1)
    return polygons_of(
        spread(shapely.intersection, seen_in(one, pairs[:, 0], both), seen_in(other, pairs[:, 1], both))
    )


def widest(shapes: Geometries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the diameter of the largest circle in each polygon, within 2 %, and a place in that circle.

    GEOS looks for the circle in a bounded number of steps, which in a long sliver find a much smaller one. So
    slivers are shrunk, which is right to 1 %, until nothing is left of them; big ones begin with what GEOS
    finds, and with those of more than 20,000 vertices it stays at that.

    Returns:
        (n,) metres, (n, 2) plane coordinates; a shape too narrow to shrink has width 0, an empty one NaN as
        its place.
    """
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    origin = np.zeros((len(shapes), 2))
    origin[owner] = coordinates  # near zero no bit of a sliver is lost
    near = shapely.set_coordinates(shapes.copy(), coordinates - origin[owner])
    vertices = shapely.get_num_coordinates(near)
    low = shapely.area(near) / np.maximum(shapely.length(near), 1e-300)
    high = np.maximum(np.sqrt(shapely.area(near) / np.pi), low)
    core = near.copy()
    compact = high < _COMPACT * low
    begun = np.flatnonzero(compact | (vertices > _MANY))
    radius = spread(shapely.maximum_inscribed_circle, near[begun], 0.01 * low[begun])
    low[begun], core[begun] = shapely.length(radius), shapely.get_point(radius, 0)
    found = np.zeros(len(shapes), np.bool_)
    found[begun] = low[begun] > _NARROWEST_M
    guessed = found.copy()
    todo = np.flatnonzero(~found | ~(compact | (vertices > _TOO_MANY)))
    while len(todo):
        # Until some circle has been found, smaller ones are tried; after a good guess the next bigger one.
        between = np.where(guessed[todo], low[todo] * _NEXT, np.sqrt(low[todo] * high[todo]))
        tried = np.where(found[todo], between, low[todo])
        guessed[todo] = False
        shrunk = spread(_shrunk, near[todo], tried)
        left = ~shapely.is_empty(shrunk)
        inside, beyond = todo[left], todo[~left]
        low[inside], core[inside], found[inside] = tried[left], shrunk[left], True
        high[beyond] = tried[~left]
        low[beyond[~found[beyond]]] /= 2
        open_ = np.where(found[todo], high[todo] > _NEXT * 1.0001 * low[todo], high[todo] > _NARROWEST_M)
        todo = todo[open_]
    point = shapely.point_on_surface(core)
    place = np.full((len(shapes), 2), np.nan)
    place[~shapely.is_empty(point)] = shapely.get_coordinates(point)
    return np.where(found, 2 * low, 0.0), place + origin


def _shrunk(shapes: Geometries, by: NDArray[np.float64]) -> Geometries:
    """Return of each shape a part of what is further than so much from its outline; an empty polygon if none.

    Shrunk by too much, GEOS may leave pieces that lie anywhere: each is held against the shape.
    """
    parts, owner = shapely.get_parts(shapely.buffer(shapes, -by, quad_segs=8), return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    point = shapely.point_on_surface(parts)
    away = shapely.distance(shapely.boundary(shapes)[owner], point)
    real = shapely.covers(shapes[owner], point) & (away > 0.99 * by[owner])  # arcs are of eight pieces
    kept = np.full(len(shapes), shapely.Polygon(), object)
    kept[owner[real]] = parts[real]
    return kept


def spread(function: Callable[..., Any], *arrays: NDArray[Any]) -> NDArray[Any]:
    """Call a shapely function on slices of equally long arrays, in as many threads as there are cores."""
    count = len(arrays[0])
    if count <= SLICE:
        return np.asarray(function(*arrays))
    slices = ([each[start : start + SLICE] for each in arrays] for start in range(0, count, SLICE))
    return np.concatenate(list(in_order(lambda some: function(*some), slices)))

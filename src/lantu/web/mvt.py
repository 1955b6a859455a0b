"""Mapbox Vector Tile 2.1 encoding of whole geometry arrays at once. Pure: degrees in, bytes out.

The message class is mapbox-vector-tile's; the geometry commands are made with numpy for all features of
a tile together, because that library's own encoder walks polygon by polygon in Python and takes seconds
over a tile of a few thousand parcels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from numpy.typing import NDArray

from lantu.web.grid import EXTENT, Tile

BUFFER = 80
"""Tile units kept around a tile, so that outlines drawn at its edge do not show the cut."""
_MOVE, _LINE, _CLOSE = 1, 2, 15
_POINT_TYPE, _LINE_TYPE, _POLYGON_TYPE = 1, 2, 3

Geometries = NDArray[Any]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Paths:
    """Rings, lines or lone points of many features as one flat run of tile coordinates.

    Attributes:
        xy: (n, 2) tile units, y downward.
        start: (paths + 1,) offsets into `xy`.
        owner: (paths,) row of the feature; ascending.
    """

    xy: Ints
    start: Ints
    owner: Ints

    @property
    def length(self) -> Ints:
        return np.diff(self.start)

    def keep(self, wanted: NDArray[np.bool_]) -> _Paths:
        """Return only some paths."""
        length = self.length[wanted]
        return _Paths(self.xy[np.repeat(wanted, self.length)], _offsets(length), self.owner[wanted])


def cut(geometries: Geometries, tile: Tile, tolerance: float, *, coverage: bool) -> Geometries:
    """Clip geometries to a tile with its buffer and simplify them.

    Args:
        geometries: longitude/latitude, one kind of dimension.
        tolerance: degrees; 0 leaves every vertex.
        coverage: True for a partition of the ground, whose neighbours must keep their common edges.

    Returns:
        An array of the same length; empty where nothing is left.
    """
    cut_out: Geometries = shapely.clip_by_rect(geometries, *tile.bounds(BUFFER))
    # What only touches the tile is cut to its edge: nothing of it lies inside.
    cut_out[shapely.get_dimensions(cut_out) < shapely.get_dimensions(geometries)] = shapely.Polygon()
    if tolerance == 0:
        return cut_out
    if not coverage:
        return np.asarray(shapely.simplify(cut_out, tolerance, preserve_topology=True))
    whole = np.isin(shapely.get_type_id(cut_out), (3, 6)) & ~shapely.is_empty(cut_out)
    cut_out[whole] = shapely.coverage_simplify(cut_out[whole], tolerance)
    return cut_out


def encode(
    name: str, tile: Tile, geometries: Geometries, properties: Mapping[str, Sequence[object]]
) -> bytes:
    """Encode one layer of one tile.

    Args:
        name: MVT layer name.
        geometries: (n,) longitude/latitude, already cut to the tile.
        properties: column → n values; text, int, float and bool are kept, None is left out.

    Returns:
        The tile, empty bytes where no feature is large enough to be seen.
    """
    message = vector_tile_pb2.tile()
    layer = message.layers.add()
    layer.name, layer.version, layer.extent = name, 2, EXTENT
    values: dict[tuple[type, object], int] = {}
    layer.keys.extend(properties)
    columns = [(key, _numbers(layer, values, column)) for key, column in enumerate(properties.values())]
    seen = False
    for row, kind, commands in _geometry(tile, geometries):
        feature = layer.features.add()
        feature.type = kind
        feature.geometry.extend(commands)
        feature.tags.extend(n for key, numbers in columns if (v := numbers[row]) >= 0 for n in (key, v))
        seen = True
    return message.SerializeToString() if seen else b""


def _numbers(layer: Any, values: dict[tuple[type, object], int], column: Sequence[object]) -> list[int]:
    """Return each value's number in the layer's value table, -1 for one that a tile cannot hold."""
    found = []
    for value in column:
        key = (type(value), value)
        if (number := values.get(key)) is None:
            number = -1 if value is None else len(layer.values)
            if value is not None:
                _add_value(layer.values.add(), value)
            values[key] = number
        found.append(number)
    return found


def _add_value(slot: Any, value: object) -> None:
    match value:
        case bool():
            slot.bool_value = value
        case int():
            slot.int_value = value
        case float():
            slot.double_value = value
        case _:
            slot.string_value = str(value)


def _geometry(tile: Tile, geometries: Geometries) -> list[tuple[int, int, list[int]]]:
    """Return (row, MVT type, commands) of every feature that is more than nothing at this zoom, by row."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    inner, outer = shapely.get_parts(parts, return_index=True)  # a collection may hold multi-parts
    owner = owner[outer]
    kinds = shapely.get_type_id(inner)
    found: dict[int, tuple[int, int, list[int]]] = {}
    # A feature has one type: of a mixed collection the parts of the lowest dimension give way.
    for shapely_kinds, kind in (((0,), _POINT_TYPE), ((1, 2), _LINE_TYPE), ((3,), _POLYGON_TYPE)):
        mine = np.isin(kinds, shapely_kinds)
        if mine.any():
            found |= {entry[0]: entry for entry in _encode_kind(tile, inner[mine], owner[mine], kind)}
    return [found[row] for row in sorted(found)]


def _encode_kind(tile: Tile, parts: Geometries, owner: Ints, kind: int) -> list[tuple[int, int, list[int]]]:
    if kind == _POLYGON_TYPE:
        paths = _rings(tile, parts, owner)
    else:
        paths = _tidy(_quantise(tile, parts, owner))
        if kind == _LINE_TYPE:
            paths = paths.keep(paths.length >= 2)
        else:
            features, counts = np.unique(paths.owner, return_counts=True)
            paths = _Paths(paths.xy, _offsets(counts), features)
    if not len(paths.owner):
        return []
    stream, start = _commands(paths, kind)
    features, first = np.unique(paths.owner, return_index=True)
    begin, end = start[first], np.append(start[first[1:]], len(stream))
    return [(int(f), kind, stream[a:b].tolist()) for f, a, b in zip(features, begin, end, strict=True)]


def _rings(tile: Tile, polygons: Geometries, owner: Ints) -> _Paths:
    """Quantise rings, drop what collapsed, and wind outer rings clockwise on the screen, holes against it."""
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    outer = np.r_[True, polygon[1:] != polygon[:-1]] if len(polygon) else np.zeros(0, bool)
    paths = _tidy(_quantise(tile, rings, owner[polygon]), closed=True)
    area = _double_areas(paths)
    alive = (paths.length >= 3) & (area != 0)
    # A hole without its outer ring would be drawn as an outer ring.
    alive &= alive[np.maximum.accumulate(np.where(outer, np.arange(len(outer)), 0))]
    backwards = (area > 0) != outer
    return _reverse(paths, backwards).keep(alive)


def _quantise(tile: Tile, geometries: Geometries, owner: Ints) -> _Paths:
    xy, row = shapely.get_coordinates(geometries, return_index=True)
    grid = np.rint((xy - (tile.west, tile.north)) / (tile.unit, -tile.unit)).astype(np.int64)
    return _Paths(grid, _offsets(np.bincount(row, minlength=len(geometries))), owner)


def _tidy(paths: _Paths, *, closed: bool = False) -> _Paths:
    """Drop points that fell onto the one before, and a closed ring's last point."""
    n, start, length = len(paths.xy), paths.start, paths.length
    fresh = np.ones(n, bool)
    fresh[1:] = (paths.xy[1:] != paths.xy[:-1]).any(axis=1)
    fresh[start[:-1][length > 0]] = True
    if closed:
        # The last kept point equals the first; drop the run of points that repeats it.
        path = np.repeat(np.arange(len(length)), length)
        kept = np.flatnonzero(fresh)
        last = np.full(len(length), -1, np.int64)
        last[path[kept]] = kept  # ascending, so the last one stays
        several = (last >= 0) & (last > start[:-1])
        fresh[last[several]] = False
    path = np.repeat(np.arange(len(length)), length)[fresh]
    return _Paths(paths.xy[fresh], _offsets(np.bincount(path, minlength=len(length))), paths.owner)


def _double_areas(paths: _Paths) -> Ints:
    """Return twice the signed area per ring; positive is clockwise on a screen whose y grows downward."""
    following = np.arange(1, len(paths.xy) + 1)
    full = paths.length > 0
    following[paths.start[1:][full] - 1] = paths.start[:-1][full]
    after = paths.xy[following]
    cross = paths.xy[:, 0] * after[:, 1] - after[:, 0] * paths.xy[:, 1]
    total = np.concatenate(([0], np.cumsum(cross)))
    return np.asarray(total[paths.start[1:]] - total[paths.start[:-1]], dtype=np.int64)


def _reverse(paths: _Paths, which: NDArray[np.bool_]) -> _Paths:
    position = np.arange(len(paths.xy))
    length = paths.length
    turned = np.repeat(which, length)
    mirror = np.repeat(paths.start[:-1] + paths.start[1:] - 1, length) - position
    return _Paths(paths.xy[np.where(turned, mirror, position)], paths.start, paths.owner)


def _commands(paths: _Paths, kind: int) -> tuple[Ints, Ints]:
    """Return the command stream of all paths and where each path starts in it.

    The cursor runs on through a feature's paths and starts at (0, 0) with each feature.
    """
    n, length = len(paths.xy), paths.length
    delta = paths.xy.copy()
    delta[1:] -= paths.xy[:-1]
    new_feature = np.r_[True, paths.owner[1:] != paths.owner[:-1]]
    begins = paths.start[:-1][new_feature]
    delta[begins] = paths.xy[begins]
    zigzag = (delta << 1) ^ (delta >> 63)

    extra = {_POLYGON_TYPE: 3, _LINE_TYPE: 2, _POINT_TYPE: 1}[kind]
    start = _offsets(2 * length + extra)
    stream = np.empty(int(start[-1]), np.int64)
    within = np.arange(n) - np.repeat(paths.start[:-1], length)
    # After the MoveTo come the first point, then (for lines and rings) the LineTo and the rest.
    slot = np.repeat(start[:-1], length) + 1 + 2 * within
    if kind == _POINT_TYPE:
        stream[start[:-1]] = (length << 3) | _MOVE
    else:
        slot += within > 0
        stream[start[:-1]] = (1 << 3) | _MOVE
        stream[start[:-1] + 3] = ((length - 1) << 3) | _LINE
    if kind == _POLYGON_TYPE:
        stream[start[1:] - 1] = _CLOSE
    stream[slot], stream[slot + 1] = zigzag[:, 0], zigzag[:, 1]
    return stream, start[:-1]


def _offsets(lengths: NDArray[Any]) -> Ints:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))

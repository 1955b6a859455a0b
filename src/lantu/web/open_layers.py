"""Layers held open for tiles and clicks: geometries in degrees with a tree, bounded by their vertices."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.crs import GEOGRAPHIC, transformer

Geometries = NDArray[Any]
MOST_VERTICES = 24_000_000
"""About 1 GB of coordinates and trees; the layer used longest ago is let go first."""


@dataclass(frozen=True)
class OpenLayer:
    """One layer as the web needs it.

    Attributes:
        digest: of the layer.
        attributes: all columns, one row per feature.
        delivered: (n,) geometries in `crs`, the system of delivery.
        degrees: (n,) the same in longitude/latitude; the same array where they were delivered so.
        tree: over `degrees`.
    """

    digest: str
    attributes: pa.Table
    delivered: Geometries
    crs: CRS
    degrees: Geometries
    tree: shapely.STRtree
    vertices: int

    @classmethod
    def of(cls, digest: str, attributes: pa.Table, geometry: Geometries, crs: CRS) -> OpenLayer:
        """Index a layer."""
        degrees = to_degrees(geometry, crs)
        return cls(
            digest,
            attributes,
            geometry,
            crs,
            degrees,
            shapely.STRtree(degrees),
            int(shapely.get_num_coordinates(degrees).sum()),
        )

    def within(self, bounds: tuple[float, float, float, float]) -> NDArray[np.int64]:
        """Return the rows whose boxes meet a box in degrees, ascending."""
        return np.sort(self.tree.query(shapely.box(*bounds)))


def to_degrees(geometry: Geometries, crs: CRS) -> Geometries:
    """Return geometries in longitude/latitude CGCS2000; vertex by vertex, for looking at."""
    if crs.is_geographic:
        return geometry
    forward = transformer(crs.to_string(), f"EPSG:{GEOGRAPHIC}")
    return np.asarray(
        shapely.transform(geometry, lambda xy: np.column_stack(forward.transform(xy[:, 0], xy[:, 1])))
    )


class OpenLayers:
    """Open layers by digest. A layer never changes, so what is open stays right."""

    def __init__(self, read: Callable[[str], OpenLayer], most_vertices: int = MOST_VERTICES) -> None:
        """`read` opens a layer by digest and may raise; nothing is kept then."""
        self._read = read
        self._most = most_vertices
        self._open: OrderedDict[str, OpenLayer] = OrderedDict()
        self._lock = threading.Lock()
        self._reading: dict[str, threading.Lock] = {}

    def get(self, digest: str) -> OpenLayer:
        """Return a layer, opening it once however many requests ask for it."""
        with self._lock:
            if (layer := self._open.get(digest)) is not None:
                self._open.move_to_end(digest)
                return layer
            gate = self._reading.setdefault(digest, threading.Lock())
        with gate:
            with self._lock:
                if (layer := self._open.get(digest)) is not None:
                    return layer
            layer = self._read(digest)
            with self._lock:
                self._open[digest] = layer
                self._reading.pop(digest, None)
                total = sum(each.vertices for each in self._open.values())
                while total > self._most and len(self._open) > 1:
                    total -= self._open.popitem(last=False)[1].vertices
        return layer

    def __len__(self) -> int:
        return len(self._open)


class TileCache:
    """Encoded tiles by key, bounded by bytes; the one used longest ago is let go first."""

    def __init__(self, most_bytes: int = 128 << 20) -> None:
        self._most, self._held = most_bytes, 0
        self._tiles: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> bytes | None:
        """Return a tile, None where it was never made or was let go; an empty tile is empty bytes."""
        with self._lock:
            if (tile := self._tiles.get(key)) is not None:
                self._tiles.move_to_end(key)
            return tile

    def put(self, key: tuple[object, ...], tile: bytes) -> None:
        """Keep a tile."""
        with self._lock:
            self._held += len(tile) - len(self._tiles.pop(key, b""))
            self._tiles[key] = tile
            while self._held > self._most and len(self._tiles) > 1:
                self._held -= len(self._tiles.popitem(last=False)[1])

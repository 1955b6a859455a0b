"""One tile of one kind of layer, merged over the counties. Pure: open layers in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from lantu.core.digest import short
from lantu.web import mvt
from lantu.web.grid import Tile
from lantu.web.open_layers import OpenLayer

PROPERTIES = (
    "BSM", "DLBM", "DLMC", "XZQDM", "XZQMC", "GHFQDM", "GHFQMC", "MC", "LX", "SSLX", "JB", "LB",
)  # fmt: skip
"""Attributes a map styles or labels by; everything else is one click away."""
COVERAGES = frozenset({"DLTB", "XZQ", "XZQX", "YJJBNT", "CZKFBJ"})
"""Kinds that share edges with their neighbours, which must stay shared when simplified."""
MIN_ZOOM = {"DLTB": 9}
"""Below this a kind is too many shapes too small to see; the map shows something else there."""
FULL_ZOOM = 14
"""From here on a tile keeps every vertex."""
_TOLERANCE_UNITS = 4.0


def shows(kind: str, tile: Tile) -> bool:
    """Return whether a kind is drawn at all at a tile's zoom."""
    return tile.z >= MIN_ZOOM.get(kind, 0)


def draw(kind: str, layers: Sequence[OpenLayer], tile: Tile) -> bytes:
    """Encode a tile.

    Args:
        layers: the layers of one kind and year, any number of counties.

    Returns:
        The tile with one MVT layer named by kind; empty where nothing is to be seen.
    """
    found = [(layer, layer.within(tile.bounds(mvt.BUFFER))) for layer in layers]
    found = [(layer, rows) for layer, rows in found if len(rows)]
    if not found:
        return b""
    geometries = np.concatenate([layer.degrees[rows] for layer, rows in found])
    tolerance = 0.0 if tile.z >= FULL_ZOOM else _TOLERANCE_UNITS * tile.unit
    cut = mvt.cut(geometries, tile, tolerance, coverage=kind in COVERAGES)
    properties: dict[str, list[object]] = {
        "digest": [short(layer.digest) for layer, rows in found for _ in range(len(rows))],
        "fid": [row for _, rows in found for row in rows.tolist()],
    }
    for name in PROPERTIES:
        if any(name in layer.attributes.column_names for layer, _ in found):
            properties[name] = [value for layer, rows in found for value in _column(layer, name, rows)]
    return mvt.encode(kind, tile, cut, properties)


def _column(layer: OpenLayer, name: str, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[object]:
    if name not in layer.attributes.column_names:
        return [None] * len(rows)
    values: list[object] = layer.attributes.column(name).take(pa.array(rows)).to_pylist()
    return [value if isinstance(value, (str, int, float, bool)) else None for value in values]

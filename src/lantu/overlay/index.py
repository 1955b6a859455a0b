"""Many packed layers behind one query: what of each lies in a site, by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer


@dataclass(frozen=True, slots=True)
class Hits:
    """Which features share ground with which sites; sorted by layer, site, feature.

    Attributes:
        layer: place of the layer in the index, int32.
        site, feature: row numbers, int32.
        area_m2: statutory area they share, > 0.
    """

    layer: NDArray[np.int32]
    site: NDArray[np.int32]
    feature: NDArray[np.int32]
    area_m2: NDArray[np.float64]


class LayerIndex:
    """Layers that are asked together. It never changes: a query that began sees the layers it began with."""

    def __init__(self, layers: Sequence[PackedLayer], engine: KernelEngine) -> None:
        """Take packed layers of one plane; nothing is copied."""
        self._layers = tuple(layers)
        self._engine = engine
        self._box = np.array([_bounds(each) for each in layers]).reshape(-1, 4)

    def query(self, sites: PackedLayer, threads: int | None = 1) -> Hits:
        """Measure what every layer has in common with every site.

        Args:
            threads: one is quickest for a single site.

        Raises:
            InputError: `overlay.invalid` for a site or a feature that covers ground twice.
        """
        west, south, east, north = _bounds(sites)
        box = self._box
        near = (box[:, 0] < east) & (box[:, 2] > west) & (box[:, 1] < north) & (box[:, 3] > south)
        found = []
        for number in np.flatnonzero(near):
            table = self._engine.overlay(sites, self._layers[number], threads=threads)
            found.append((np.full(len(table.area_m2), number, np.int32), table))
        none = np.empty(0, np.int32)
        return Hits(
            np.concatenate([none, *(number for number, _ in found)]),
            np.concatenate([none, *(table.left_id for _, table in found)]),
            np.concatenate([none, *(table.right_id for _, table in found)]),
            np.concatenate([np.empty(0), *(table.area_m2 for _, table in found)]),
        )


def _bounds(layer: PackedLayer) -> tuple[float, float, float, float]:
    """Return west, south, east, north of all that covers ground; of nothing an inverted box."""
    if not len(layer.tree_skip):
        return np.inf, np.inf, -np.inf, -np.inf
    # The outermost nodes of the tree: few, while the rows may be a million.
    node, boxes = 0, []
    while node < len(layer.tree_skip):
        boxes.append(layer.tree_box[node])
        node = int(layer.tree_skip[node])
    west, south = np.min(boxes, axis=0)[:2]
    east, north = np.max(boxes, axis=0)[2:]
    return float(west), float(south), float(east), float(north)

"""How much ground a shape shares with a county's layers as delivered: GEOS in the statutory plane.

This is the sample's own reckoning; the product measures with a kernel of its own (`overlay/kernel.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from lantu.core.crs import GEOGRAPHIC, transformer
from lantu.lawbook import Lawbook
from lantu.sample.drawing import PLANE, Points
from lantu.sample.layers import SampleLayer

TOLERANCE_M2 = 0.05
"""Figures of this module and of the kernel may differ by so much."""
LAND, OUTLINE = "DLTB", "XZQX"
_LEAST_M2 = 0.005
_PAD = {True: 1e-4, False: 10.0}


class Held:
    """The layers of one county that plans, permits and sites are measured against."""

    def __init__(self, layers: Iterable[SampleLayer], epsg: int, book: Lawbook) -> None:
        self._crs = CRS.from_epsg(epsg)
        self._layers = {layer.kind: layer for layer in layers if layer.shapes is not None}
        self._trees: dict[str, shapely.STRtree] = {}
        self._planes: dict[tuple[str, int], Any] = {}
        self._classes = {
            kind: [str(code) for code in layer.columns[known.classed[0]].to_pylist()]
            for kind, layer in self._layers.items()
            if (known := book.layer_kinds[kind]).classed is not None
        }

    def kinds(self) -> list[str]:
        """Return the kinds of layers held."""
        return list(self._layers)

    def shared(self, shape: Any, epsg: int, kind: str) -> dict[int, Any]:
        """Return the ground that a delivered shape shares with rows of a layer: row → shape in the plane."""
        shapes = self._layers[kind].shapes if kind in self._layers else None
        if shapes is None:
            return {}
        if kind not in self._trees:
            self._trees[kind] = shapely.STRtree(shapes)
        (mine,) = PLANE.project(np.array([shape], object), CRS.from_epsg(epsg))
        found = {}
        for row in np.sort(self._trees[kind].query(self._box(shape, epsg))).tolist():
            if (kind, row) not in self._planes:
                (self._planes[kind, row],) = PLANE.project(shapes[[row]], self._crs)
            both = shapely.intersection(mine, self._planes[kind, row])
            if shapely.area(both) >= _LEAST_M2:
                found[row] = both
        return found

    def by_class(self, kind: str, shared: Mapping[int, Any]) -> dict[str, float]:
        """Return shared ground by class of its rows ("" where the kind has none), what lies double once."""
        classes = self._classes.get(kind)
        parts: defaultdict[str, list[Any]] = defaultdict(list)
        for row, both in shared.items():
            parts[classes[row] if classes else ""].append(both)
        return {code: covered(parts[code]) for code in sorted(parts)}

    def bsm(self, kind: str, rows: Iterable[int]) -> list[str]:
        """Return the BSM of rows."""
        column = self._layers[kind].columns["BSM"]
        return [column[row].as_py() for row in rows]

    def class_of(self, kind: str, row: int) -> str:
        """Return the class of a row, "" where the kind has none."""
        return self._classes[kind][row] if kind in self._classes else ""

    def _box(self, shape: Any, epsg: int) -> Any:
        """Return a box around a shape in the system of the layers."""
        xy: Points = shapely.get_coordinates(shape)
        if epsg != self._crs.to_epsg():
            to = transformer(f"EPSG:{epsg}", f"EPSG:{self._crs.to_epsg()}")
            xy = np.column_stack(to.transform(xy[:, 0], xy[:, 1]))
        pad = _PAD[self._crs.to_epsg() == GEOGRAPHIC]
        return shapely.box(*(xy.min(axis=0) - pad), *(xy.max(axis=0) + pad))


def covered(shapes: Iterable[Any]) -> float:
    """Return the area that shapes in the plane cover together, m²."""
    return float(shapely.area(shapely.union_all(list(shapes))))


def plane_area(shape: Any, epsg: int) -> float:
    """Return the statutory area of a delivered shape, m²."""
    return float(PLANE.area_m2(np.array([shape], object), CRS.from_epsg(epsg))[0])

"""The planning zones as they are registered: the package's, but for a slit and overlaps that are planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.sample.calibrate import CENT, cents
from lantu.sample.drawing import PLANE, delivered, drawn_again
from lantu.sample.ground import Ground
from lantu.sample.held import plane_area
from lantu.sample.layers import SampleLayer
from lantu.sample.planted import OVER, SLIT, Planted

KIND, _RURAL = "GHFQ", "500"
_NEAR = 0.3
"""A border must be so straight that the area comes out by this share of the wished one."""


class Zones:
    """The zones of a county while faults between neighbours are planted in them."""

    def __init__(self, layer: SampleLayer, epsg: int) -> None:
        assert layer.shapes is not None
        self._layer, self._epsg = layer, epsg
        self._shapes = layer.shapes.copy()
        self._tree = shapely.STRtree(layer.shapes)
        self._codes = layer.columns["GHFQDM"].to_pylist()
        self._bsm = layer.columns["BSM"].to_pylist()
        self._touched: set[int] = set()

    def slit(self, ground: Ground, width_m: float, length_m: float) -> Planted | None:
        """Take a strip along its border off a zone."""
        for row, other, strip, cut in self._borders(ground, width_m, length_m):
            before = self._shapes[row]
            self._shapes[row] = left = shapely.difference(before, cut)
            return Planted(
                SLIT, (KIND, row), KIND,
                ("相邻规划分区之间的缝隙", "a slit between neighbouring zones"),
                ("这一条地不在任何规划分区内", "this strip lies in no planning zone"),
                strip, area_m2=plane_area(before, self._epsg) - plane_area(left, self._epsg),
                bsm=(self._bsm[row], self._bsm[other]),
            )  # fmt: skip
        return None

    def overlap(self, ground: Ground, width_m: float, length_m: float) -> Planted | None:
        """Let a zone reach over its border into its neighbour."""
        for row, other, strip, cut in self._borders(ground, width_m, length_m):
            before = self._shapes[other]
            self._shapes[other] = grown = shapely.union(before, cut)
            return Planted(
                OVER, (KIND, other), KIND,
                ("相邻规划分区重叠", "neighbouring zones overlap"),
                ("这一条地在两个规划分区内", "this strip lies in two planning zones"),
                strip, area_m2=plane_area(grown, self._epsg) - plane_area(before, self._epsg),
                bsm=(self._bsm[other], self._bsm[row]),
            )  # fmt: skip
        return None

    def layer(self) -> SampleLayer:
        """Return the layer as it is registered, MJ as drawn."""
        area = cents(PLANE.area_m2(self._shapes, CRS.from_epsg(self._epsg))) / CENT
        table = self._layer.columns
        place = table.column_names.index("MJ")
        return replace(
            self._layer, shapes=self._shapes, columns=table.set_column(place, "MJ", pa.array(area))
        )

    def _borders(
        self, ground: Ground, width_m: float, length_m: float
    ) -> Iterator[tuple[int, int, Any, Any]]:
        """Yield (row, its neighbour, strip of the row along their border, box across it as delivered).

        Both are rural, so that none of the lines ends there.
        """
        wanted = width_m * length_m
        for first, second, box in ground.across(ground.open, ground.open, length_m, width_m, 4.0):
            if ground.m.township[first] == ground.m.township[second]:
                continue
            row, other = (self._of(ground.m.inner[each]) for each in (first, second))
            if row is None or other is None or row == other or {row, other} & self._touched:
                continue
            (cut,) = delivered(np.array([box], object), self._epsg)
            taken = plane_area(shapely.intersection(self._shapes[row], cut), self._epsg)
            if abs(taken / wanted - 1) < _NEAR:
                self._touched |= {row, other}
                ground.place(box)
                strip = np.array([shapely.intersection(self._shapes[row], cut)], object)
                yield row, other, drawn_again(strip, self._epsg)[0], cut

    def _of(self, inner: Any) -> int | None:
        """Return the rural zone that a point of the drawing plane lies in."""
        (point,) = delivered(np.array([shapely.Point(inner)], object), self._epsg)
        for row in self._tree.query(point, predicate="within").tolist():
            if self._codes[row] == _RURAL:
                return int(row)
        return None

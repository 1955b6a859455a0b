"""Where plans, permits and sites beside the master plan find room: parcels of a sort, far apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.sample import landmap as lm
from lantu.sample.classes import FARMLAND
from lantu.sample.drawing import Points, drawn_again
from lantu.sample.events import Events
from lantu.sample.layers import SampleLayer
from lantu.sample.plan import base_shapes
from lantu.sample.plots import Plots

CITY_LINES = ("ZXCQCSLX", "ZXCQCSLVX", "ZXCQCSZX", "ZXCQCSHX")
LINES = ("HLFXKZX", "LSWHBHX", *CITY_LINES)
"""Lines that are drawn as areas of their own, not gathered from parcels."""
_APART_M = 400.0
"""Whatever is placed keeps this far from what was placed before."""
Mask = NDArray[np.bool_]


class Ground:
    """A county's parcels by what they are good for, and what is placed on them already.

    Attributes:
        basic, red: parcels in 永久基本农田, in the red line.
        open: open land in neither, outside the urban boundary.
        wild: those of `open` that are no farmland.
        blocks: built-up blocks of the county town.
        lines: kind → shapes in the drawing plane.
    """

    def __init__(self, events: Events, layers: Iterable[SampleLayer], rng: np.random.Generator) -> None:
        m, base = events.m, events.base
        self.events, self.m, self.rng = events, m, rng
        self.shapes = base_shapes(events)
        self.plots = Plots(events.history, m.shared, rng)
        farm = np.isin(base.dlbm, FARMLAND) & (m.kind == lm.FIELD) & (m.zone == 0)
        wild = (m.kind == lm.WILD) & (m.zone == 0)
        self.basic: Mask = farm & base.basic
        self.red: Mask = (wild | (m.kind == lm.MARSH)) & base.red
        self.wild: Mask = (wild | (base.spare & (m.zone == 0))) & ~base.red & ~base.basic
        self.open: Mask = self.wild | (farm & ~base.basic)
        self.town = int(np.flatnonzero(m.settlements.place == m.places.county_town)[0])
        self.blocks: Mask = (m.kind == lm.BLOCK) & (m.settlement == self.town)
        self.lines: dict[str, Geometries] = {kind: np.empty(0, object) for kind in LINES}
        for layer in layers:
            if layer.kind in self.lines and layer.shapes is not None:
                self.lines[layer.kind] = drawn_again(layer.shapes, m.county.epsg)
        self._placed: list[Any] = []

    def clear(self, shape: Any, kinds: Sequence[str] = LINES) -> bool:
        """Say whether a shape keeps ten metres off lines."""
        return all((shapely.distance(self.lines[kind], shape) > 10).all() for kind in kinds)

    def apart(self, shape: Any) -> bool:
        """Say whether a shape is far from all that was placed."""
        return all(shapely.distance(each, shape) > _APART_M for each in self._placed)

    def place(self, shape: Any) -> Any:
        """Note that a shape is placed; returns it."""
        self._placed.append(shape)
        return shape

    def farmland(self, year: int) -> Mask:
        """Return the fields that were never cut and are farmland in a year, outside the urban boundary."""
        history, m = self.events.history, self.m
        found = (m.kind == lm.FIELD) & (m.zone == 0)
        for row in np.flatnonzero(found).tolist():
            parcel = history.parcels[history.standing(row, year)] if not history.is_cut(row) else None
            found[row] = parcel is not None and parcel.dlbm in FARMLAND
        return np.asarray(found)

    def inside(
        self, able: Mask, size_m2: float, *, near: Points | None = None, keep_off: Sequence[str] = LINES
    ) -> Iterator[tuple[int, Any]]:
        """Yield (parcel, box of about that size in it): the nearest first, else at random."""
        roomy = able & (self.m.area_m2 > size_m2 * 1.3)
        rows: Iterable[int] = self.plots.shuffled(roomy)
        if near is not None:
            away = np.hypot(*(self.m.inner - near).T)
            order = np.flatnonzero(roomy)[np.argsort(away[roomy], kind="stable")]
            rows = (int(row) for row in order if not self.events.history.is_cut(int(row)))
        for row in rows:
            box = self.plots.inside(row, size_m2)
            if box is not None and self.apart(box) and self.clear(box, keep_off):
                yield row, box

    def across(
        self, first: Mask, second: Mask, along_m: float, into_first_m: float, into_second_m: float
    ) -> Iterator[tuple[int, int, Any]]:
        """Yield (parcel, neighbour, box across their border): `along_m` wide, so far into each."""
        for row in self.plots.shuffled(first & (self.m.area_m2 > 1.5 * along_m * into_first_m)):
            for other in self.plots.neighbours(row, second):
                box = self.plots.across(row, other, along_m, into_first_m, into_second_m)
                if box is not None and self.apart(box) and self.clear(box):
                    yield row, other, box

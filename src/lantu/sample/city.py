"""The three lines of the city above: those of its counties, but for differences that are planted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC, transformer
from lantu.core.invented import INVENTED
from lantu.sample.calibrate import CENT, cents
from lantu.sample.counties import CITY, COUNTIES, County
from lantu.sample.drawing import PLANE, Points, delivered
from lantu.sample.held import plane_area
from lantu.sample.layers import SampleLayer, bsm
from lantu.sample.planted import SHIFTED, Planted

CODE = "220800"
KINDS = ("YJJBNT", "STBHHX", "CZKFBJ")
_RED = "STBHHX"
_FROM = {"YJJBNT": 91_000_001, "STBHHX": 92_000_001, "CZKFBJ": 93_000_001}
_EACH = 200_000
"""BSM kept for the features of one county."""
_EDGE_M = 69.0
"""Straight edges of a Gauss–Krüger zone bend in degrees: pieces so short by less than 0.1 mm."""
_DIGITS = 9


@dataclass(frozen=True)
class CityShare:
    """What one county adds to the city's lines: kind → its rows and shapes, in degrees."""

    rows: Mapping[str, pa.Table]
    shapes: Mapping[str, Geometries]


class City:
    """One county's share of the city's lines while differences are planted in it."""

    def __init__(self, county: County, layers: Iterable[SampleLayer]) -> None:
        self._county = county
        self._number = COUNTIES.index(county)
        mine = {layer.kind: layer for layer in layers if layer.kind in KINDS}
        self._rows = {kind: mine[kind].columns for kind in KINDS}
        self._shapes = {kind: list(in_degrees(mine[kind].shapes, county.epsg)) for kind in KINDS}
        self._own = mine[_RED].columns["BSM"].to_pylist()
        self._tree = shapely.STRtree(self._shapes[_RED])

    def add_red(self, shape: Any) -> Planted:
        """Let the city's red line have a patch that the county's lacks."""
        table = self._rows[_RED]
        self._rows[_RED] = pa.concat_tables([table, table.slice(0, 1)])
        (new,) = delivered(np.array([shape], object), GEOGRAPHIC)
        self._shapes[_RED].append(new)
        row = len(self._shapes[_RED]) - 1
        return Planted(
            SHIFTED, (_RED, row), _RED,
            ("市级生态保护红线多出一块", "a patch of the city's red line that the county's lacks"),
            ("上下级红线不一致：县级缺这一块", "the red lines of both levels differ: the county lacks this"),
            shape, area_m2=plane_area(new, GEOGRAPHIC), bsm=(self._bsm(_RED, row), None), upper=CODE,
        )  # fmt: skip

    def cut_red(self, shape: Any) -> Planted | None:
        """Take a shape that lies within one patch out of the city's red line."""
        (hole,) = delivered(np.array([shape], object), GEOGRAPHIC)
        for row in np.sort(self._tree.query(hole, predicate="within")).tolist():
            whole = self._shapes[_RED][row]
            self._shapes[_RED][row] = left = shapely.difference(whole, hole)
            return Planted(
                SHIFTED, (_RED, row), _RED,
                ("市级生态保护红线缺一块", "a patch that the city's red line lacks"),
                ("上下级红线不一致：县级多这一块", "the red lines of both levels differ: the county has it"),
                shape, area_m2=plane_area(whole, GEOGRAPHIC) - plane_area(left, GEOGRAPHIC),
                bsm=(self._bsm(_RED, row), self._own[row]), upper=CODE,
            )  # fmt: skip
        return None

    def share(self) -> CityShare:
        """Return what the county adds, numbered by the city."""
        shapes = {kind: np.array(self._shapes[kind], object) for kind in KINDS}
        rows = dict(self._rows)
        for kind, table in rows.items():
            numbers = [self._bsm(kind, row) for row in range(table.num_rows)]
            rows[kind] = _with(table, "BSM", pa.array(numbers, pa.string()))
        area = cents(PLANE.area_m2(shapes[_RED], CRS.from_epsg(GEOGRAPHIC))) / CENT
        rows[_RED] = _with(rows[_RED], "MJ", pa.array(area))
        return CityShare(rows, shapes)

    def _bsm(self, kind: str, row: int) -> str:
        return bsm(CODE, _FROM[kind] + _EACH * self._number + row)


def city_layers(shares: Sequence[CityShare], names: Mapping[str, str]) -> list[SampleLayer]:
    """Put the counties' shares together; `names` are those of the kinds."""
    return [
        SampleLayer(
            kind, None, f"{CITY}{names[kind]}（{INVENTED}）",
            pa.concat_tables([each.rows[kind] for each in shares], promote_options="permissive"),
            np.concatenate([each.shapes[kind] for each in shares]),
        )
        for kind in KINDS
    ]  # fmt: skip


def in_degrees(shapes: Geometries | None, epsg: int) -> Geometries:
    """Bring delivered shapes into degrees, so that their edges stay where they are."""
    assert shapes is not None
    if epsg == GEOGRAPHIC:
        return shapes
    to = transformer(f"EPSG:{epsg}", f"EPSG:{GEOGRAPHIC}")

    def move(xy: Points) -> Points:
        return np.round(np.column_stack(to.transform(xy[:, 0], xy[:, 1])), _DIGITS)

    return np.asarray(shapely.transform(shapely.segmentize(shapes, _EDGE_M), move))


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)

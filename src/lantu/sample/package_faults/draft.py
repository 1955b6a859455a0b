"""A package that can be changed row by row, and knows which rows are taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.errors import InputError
from lantu.quality.package import Package, PackageLayer
from lantu.sample.drawing import PLANE
from lantu.sample.layers import SampleLayer

_METRES_PER_DEGREE = 111_320.0
_AREAS = ("MJ", "TBMJ", "YJJBNTTBMJ", "TBDLMJ", "YJJBNTMJ")


@dataclass(frozen=True)
class LayerDraft:
    """A layer under change.

    Attributes:
        columns: field → values, one per row.
        types: field → type of its column.
        shapes: (n,) in the system of delivery; None for a table.
        epsg: of that system.
        taken: rows that carry a fault or lie beside one.
    """

    name: str
    columns: dict[str, list[Any]]
    types: dict[str, pa.DataType]
    shapes: list[Any] | None
    epsg: int
    taken: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The shapes as delivered: what is planted later does not move it."""
        return shapely.STRtree(self.drawn)

    @cached_property
    def drawn(self) -> Geometries:
        """The shapes as delivered."""
        return np.array(self.shapes, object)

    def beside(self, row: int) -> list[int]:
        """Return the rows whose ground touches that of a row, without itself."""
        near = self.tree.query(self.drawn[row], "intersects").tolist()
        return sorted(each for each in near if each != row)

    def free(self, able: Callable[[LayerDraft, int], bool] | None, rng: np.random.Generator) -> Iterator[int]:
        """Yield rows without a fault in or beside them that a fault can be planted in, in random order."""
        for row in rng.permutation(len(self.drawn) if self.shapes is not None else len(self)).tolist():
            if row not in self.taken and (able is None or able(self, row)):
                yield row

    def take(self, row: int, *, around: bool) -> None:
        """Keep other faults away from a row, and from what lies beside it."""
        self.taken.add(row)
        if around and row < len(self.drawn):
            self.taken.update(self.beside(row))

    def add(self, row: int, shape: Any, **values: object) -> int:
        """Append a copy of a row with another shape and other values; return its number."""
        for name, column in self.columns.items():
            column.append(values.get(name, column[row]))
        if self.shapes is not None:
            self.shapes.append(shape)
        return len(self) - 1

    def metre(self, shape: Any) -> tuple[float, float]:
        """Return how much of x and of y is a metre at a shape: for sizes of faults, never for areas."""
        if not CRS.from_epsg(self.epsg).is_geographic:
            return 1.0, 1.0
        south, north = shapely.bounds(shape)[1::2]
        return 1 / (
            _METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))
        ), 1 / _METRES_PER_DEGREE

    def reshape(self, row: int, shape: Any) -> None:
        """Give a row another shape; what it declares as its area follows, so that no other rule is broken."""
        assert self.shapes is not None
        self.shapes[row] = shape
        area = round(float(PLANE.area_m2(np.array([shape], object), CRS.from_epsg(self.epsg))[0]), 2)
        less = 0.0
        if "KCMJ" in self.columns:
            less = self.columns["KCMJ"][row] = round(area * (self.columns["KCXS"][row] or 0.0), 2)
        for name, value in zip(_AREAS, (area, area, area, area - less, area - less), strict=True):
            if name in self.columns:
                self.columns[name][row] = round(value, 2)


@dataclass(frozen=True)
class Draft:
    """A package under change.

    Attributes:
        words: its texts: name → what it says.
    """

    layers: dict[str, LayerDraft]
    words: dict[str, str]

    def layer(self, name: str) -> LayerDraft:
        """Return a layer.

        Raises:
            InputError: `package.plant_layer`.
        """
        if name not in self.layers:
            raise InputError("package.plant_layer", layer=name, known="、".join(self.layers))
        return self.layers[name]


def draft_of(package: Package, speckled: Mapping[str, Collection[int]]) -> Draft:
    """Return a package as one that can be changed.

    Args:
        speckled: layer → rows that have a fault of their own already; nothing is planted in them.

    Raises:
        InputError: `package.plant_system` where a layer's system has no EPSG code.
    """
    return Draft(
        {each.name: _layer(each, speckled.get(each.name, ())) for each in package.layers},
        {each.file: each.text for each in package.documents},
    )


def _layer(layer: PackageLayer, speckled: Collection[int]) -> LayerDraft:
    epsg = layer.crs.to_epsg() if layer.crs else None
    if layer.wkb is not None and epsg is None:
        raise InputError("package.plant_system", layer=layer.where)
    table = layer.table
    return LayerDraft(
        layer.name,
        {name: table[name].to_pylist() for name in table.column_names},
        {name: table.schema.field(name).type for name in table.column_names},
        None if layer.wkb is None else list(shapely.from_wkb(layer.wkb.to_pylist())),
        epsg or 0,
        set(speckled),
    )


def layers_of(draft: Draft) -> list[SampleLayer]:
    """Return the layers as they are written."""
    return [
        SampleLayer(
            each.name,
            None,
            each.name,
            pa.table({name: pa.array(values, each.types[name]) for name, values in each.columns.items()}),
            None if each.shapes is None else np.array(each.shapes, object),
        )
        for each in draft.layers.values()
    ]

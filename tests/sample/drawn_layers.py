"""The sample's layers as delivered, in the statutory plane: what GEOS measures there is the truth."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from lantu.core.area import StatutoryPlane
from lantu.intake import VectorTable, read_vector
from lantu.lawbook import load
from lantu.sample.counties import COUNTIES, YEARS


def slack_m2(shape: Any) -> float:
    """Return what rounding to a tenth of a millimetre may add along a border."""
    return float(1e-4 * shape.length)


@dataclass(frozen=True)
class Drawn:
    """One layer: shapes in the plane, and the rows of its table."""

    shapes: NDArray[Any]
    table: pa.Table

    @cached_property
    def whole(self) -> Any:
        return shapely.union_all(self.shapes)

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    def column(self, name: str) -> list[Any]:
        return list(self.table[name].to_pylist())

    def only(self, bsm: Iterable[str], *, without: bool = False) -> Drawn:
        """Return the features that have these BSM, or all others."""
        wanted = set(bsm)
        rows = [n for n, each in enumerate(self.column("BSM")) if (each in wanted) != without]
        return Drawn(self.shapes[rows], self.table.take(pa.array(rows, pa.int64())))

    def shared_m2(self, shape: Any) -> float:
        """Return how much of a shape the layer covers."""
        near = self.shapes[self.tree.query(shape)]
        return float(shapely.area(shapely.intersection(shape, shapely.union_all(near))))

    def by_class(self, shape: Any, field: str) -> dict[str, float]:
        """Return ground of a shape by class, where there is any to the tenth of a square metre."""
        codes, found = self.column(field), {}
        for row in self.tree.query(shape).tolist():
            m2 = float(shapely.area(shapely.intersection(shape, self.shapes[row])))
            found[codes[row]] = found.get(codes[row], 0.0) + m2
        return {code: m2 for code, m2 in found.items() if m2 > 0.05}


class Layers:
    """All layers of a sample that hold for its last year, in the plane of a home; each is read once."""

    def __init__(self, sample: Any, plane: StatutoryPlane) -> None:
        self._sample, self.plane = sample, plane
        self._read: dict[tuple[str, str], Drawn | None] = {}

    def get(self, kind: str, code: str) -> Drawn | None:
        """Return a county's or the city's layer as it is added; None where the sample has none."""
        if (kind, code) not in self._read:
            self._read[kind, code] = self._drawn(kind, code)
        return self._read[kind, code]

    def __call__(self, kind: str, code: str) -> Drawn:
        found = self.get(kind, code)
        assert found is not None, (kind, code)
        return found

    def of_package(self, kind: str, code: str) -> Drawn:
        """Return a layer as a county's plan package has it."""
        county = next(each for each in COUNTIES if each.code == code)
        path = self._sample.folder / "plan" / code
        single = county.plan_format == "shp"
        file = path / (f"{kind}.shp" if single else f"{code}.{county.plan_format}")
        return self._in_plane(read_vector(file, layer=None if single else kind))

    def kinds(self, code: str) -> Collection[str]:
        return [each.kind for each in self._wanted(code) if load().layer_kinds[each.kind].geometry != "none"]

    def _wanted(self, code: str) -> list[Any]:
        layers = self._sample.manifest.layers
        return [each for each in layers if each.area_code == code and each.year in (None, YEARS[-1])]

    def _drawn(self, kind: str, code: str) -> Drawn | None:
        found = [each for each in self._wanted(code) if each.kind == kind]
        if not found:
            return None
        (entry,) = found
        return self._in_plane(read_vector(self._sample.folder / entry.file, layer=entry.layer))

    def _in_plane(self, table: VectorTable) -> Drawn:
        assert table.geometry is not None and table.crs is not None
        return Drawn(np.asarray(self.plane.project(table.geometry, table.crs)), table.attributes)

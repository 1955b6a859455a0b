"""What an overlay engine promises, and the table it fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lantu.core.area import MAX_EDGE_M, Geometries, StatutoryPlane
from lantu.core.errors import IntegrityError
from lantu.core.progress import Progress

SCHEMA = pa.schema([("left_id", pa.int32()), ("right_id", pa.int32()), ("area_m2", pa.float64())])


@dataclass(frozen=True, slots=True)
class OverlayTable:
    """The shared area of every pair that has one; sorted by (left, right), each pair once.

    Attributes:
        left_id, right_id: row numbers in the two layers, int32.
        area_m2: statutory area of left ∩ right, > 0, float64.
    """

    left_id: NDArray[np.int32]
    right_id: NDArray[np.int32]
    area_m2: NDArray[np.float64]

    @classmethod
    def summed(
        cls, left: NDArray[np.integer[Any]], right: NDArray[np.integer[Any]], area_m2: NDArray[np.float64]
    ) -> OverlayTable:
        """Sort rows, add up rows of the same pair and drop pairs without area."""
        order = np.lexsort((area_m2, right, left))
        left, right, area_m2 = left[order], right[order], area_m2[order]
        if len(left) == 0:
            return cls(left.astype(np.int32), right.astype(np.int32), area_m2.astype(np.float64))
        starts = np.flatnonzero(np.r_[True, (np.diff(left) != 0) | (np.diff(right) != 0)])
        total = np.add.reduceat(area_m2, starts)
        keep = total > 0
        return cls(left[starts][keep].astype(np.int32), right[starts][keep].astype(np.int32), total[keep])

    @classmethod
    def from_arrow(cls, table: pa.Table) -> OverlayTable:
        """Read the table back.

        Raises:
            IntegrityError: `overlay.bad_table` where the columns are not the three promised ones.
        """
        if table.schema.names != SCHEMA.names or table.schema.types != SCHEMA.types:
            raise IntegrityError("overlay.bad_table", columns=", ".join(table.schema.names))
        return cls(*(table.column(name).to_numpy() for name in SCHEMA.names))

    def to_arrow(self) -> pa.Table:
        return pa.table([self.left_id, self.right_id, self.area_m2], schema=SCHEMA)

    def for_rows(self, shape_of_row: NDArray[np.int32]) -> OverlayTable:
        """Repeat a table about distinct shapes for the layer rows that have them.

        Args:
            shape_of_row: for each row of a layer the left id its shape has here.
        """
        per_shape = np.bincount(self.left_id, minlength=int(shape_of_row.max(initial=-1)) + 1)
        first_of_shape = np.cumsum(per_shape) - per_shape
        count = per_shape[shape_of_row]
        rows = np.repeat(np.arange(len(shape_of_row), dtype=np.int32), count)
        nth_of_row = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        take = first_of_shape[shape_of_row[rows]] + nth_of_row
        return OverlayTable(rows, self.right_id[take], self.area_m2[take])


class OverlayEngine(Protocol):
    """Measures shared areas. Engines give equal answers; what one cannot do it refuses loudly."""

    @property
    def name(self) -> str:
        """Name and version of engine and method; part of the name of every table it fills."""
        ...

    def areas(self, left: Geometries, right: Geometries, progress: Progress = ...) -> OverlayTable:
        """Return the shared area of every pair.

        Args:
            left, right: (n,) and (m,) valid polygons or multipolygons in the statutory plane, metres.
                Polygons of one side may overlap each other; each pair counts for itself.
            progress: called with `progress.overlay`.

        Raises:
            InputError: `overlay.not_polygon`, `overlay.invalid`, naming side and row.
        """
        ...


def method(engine: OverlayEngine, plane: StatutoryPlane) -> str:
    """Return the words under which a table is stored: what measured, in which plane."""
    return f"{engine.name}; {plane.definition}; densified to {MAX_EDGE_M:g} m"

"""The table that an overlay fills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lantu.core.errors import IntegrityError

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
    def of_pairs(
        cls, left: NDArray[np.int32], right: NDArray[np.int32], area_m2: NDArray[np.float64]
    ) -> OverlayTable:
        """Sort rows that come in any order, each pair once."""
        order = np.argsort(left.astype(np.int64) << 32 | right)
        return cls(left[order], right[order], area_m2[order])

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

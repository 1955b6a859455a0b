"""The tables that the SQL of an indicator reads: lower-case names, trimmed text, row numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lantu.overlay.table import OverlayTable

OPTIONAL = {"pbf": ("yjjbntmj",), "redline": ("mj",), "boundary": ("mj",), "land": ("kcmj",)}
"""Columns that only a part beside the value reads: where a layer lacks one, it is unknown (NULL)."""


def layer_view(view: str, attributes: pa.Table, area_m2: NDArray[np.float64] | None = None) -> pa.Table:
    """Bring a layer's attributes into view form.

    Args:
        view: name of the view; decides which columns may be lacking.
        attributes: the layer's table, columns named as the standards do (upper-case).
        area_m2: statutory area of each row's geometry; None for a table without geometry.

    Returns:
        The columns in lower case, text without outer blanks, plus `fid` (row number) and `area_m2`.
    """
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "fid": pa.array(np.arange(attributes.num_rows), pa.int32())
    }
    for name, column in zip(attributes.column_names, attributes.columns, strict=True):
        text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        columns[name.lower()] = pc.utf8_trim_whitespace(column) if text else column
    for name in OPTIONAL.get(view, ()):
        if name not in columns:
            columns[name] = pa.nulls(attributes.num_rows, pa.float64())
    if area_m2 is not None:
        columns["area_m2"] = pa.array(area_m2)
    return pa.table(columns)


def rows_of_area(view: pa.Table, code: str) -> pa.Table:
    """Keep one county's rows of a table that may hold many: another's figure is never taken for its own."""
    if "xzqdm" not in view.column_names:
        return view
    return view.filter(pc.equal(pc.cast(view["xzqdm"], pa.string()), code))


def overlay_view(table: OverlayTable, line: str) -> pa.Table:
    """Return an overlay of land with a line as `land_in_<line>(land_id, <line>_id, area_m2)`."""
    return table.to_arrow().rename_columns(["land_id", f"{line}_id", "area_m2"])


def state_view(year: int, base_year: int) -> pa.Table:
    """Return the one-row view `state(year, base_year)`: which year is asked about."""
    return pa.table({"year": pa.array([year], pa.int32()), "base_year": pa.array([base_year], pa.int32())})

"""GeoParquet → attributes, WKB and the system it names."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from lantu.core.errors import InputError
from lantu.intake.reasons import first_words

_BY_DEFAULT = "OGC:CRS84"
"""What GeoParquet says a column without `crs` is in; `"crs": null` means that nobody knows."""


def read_geoparquet(path: Path) -> tuple[pa.Table, pa.ChunkedArray | None, object]:
    """Read a file; a Parquet file without `geo` metadata is a table and has no WKB.

    Returns:
        The attributes, the WKB column, and the system's definition (PROJJSON) or None.

    Raises:
        InputError: `intake.unreadable`.
    """
    if path.is_dir():
        raise InputError("intake.unreadable", where=path.name, why="a folder")
    try:
        table = pa.parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError("intake.unreadable", where=path.name, why=first_words(error)) from None
    described = (table.schema.metadata or {}).get(b"geo")
    if described is None:
        return table, None, None
    try:
        geo = json.loads(described)
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding, crs = column["encoding"], column.get("crs", _BY_DEFAULT)
        wkb = table[name]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("intake.unreadable", where=path.name, why=f"geo metadata: {error}") from None
    if encoding != "WKB":
        raise InputError("intake.unreadable", where=path.name, why=f"geometry encoding {encoding}, not WKB")
    return table.drop_columns([name]), wkb, crs

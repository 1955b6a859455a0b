"""What the metadata of a GeoParquet file says: which column holds the shapes, in which system."""

from __future__ import annotations

import json

import pyarrow as pa

from lantu.core.errors import InputError

_BY_DEFAULT = "OGC:CRS84"
"""What GeoParquet says a column without `crs` is in; `"crs": null` means that nobody knows."""


def geometry_column(schema: pa.Schema, file: str) -> tuple[str, object] | None:
    """Return the column of WKB and its system's definition (PROJJSON) or None; None for a mere table.

    Raises:
        InputError: `intake.unreadable`.
    """
    described = (schema.metadata or {}).get(b"geo")
    if described is None:
        return None
    try:
        geo = json.loads(described)
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding, crs = column["encoding"], column.get("crs", _BY_DEFAULT)
        schema.field(name)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("intake.unreadable", where=file, why=f"geo metadata: {error}") from None
    if encoding != "WKB":
        raise InputError("intake.unreadable", where=file, why=f"geometry encoding {encoding}, not WKB")
    return name, crs

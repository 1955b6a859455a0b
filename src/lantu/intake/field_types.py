"""Fields as each format declares them: type, width, decimals."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lantu.quality.package import FieldInfo, FieldType

_BY_OGR: dict[str, FieldType] = {
    "OFTInteger": "integer", "OFTInteger64": "integer", "OFTReal": "decimal", "OFTString": "text",
    "OFTDate": "date", "OFTDateTime": "date", "OFTBinary": "binary",
}  # fmt: skip
_WIDTH, _ALIAS = b"GDAL:OGR:width", b"GDAL:OGR:alternative_name"
_BY_DBF: dict[str, FieldType] = {"C": "text", "D": "date", "M": "text", "F": "decimal", "I": "integer"}
_SQL = re.compile(r"\s*([A-Za-z_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_BY_SQL: tuple[tuple[str, FieldType], ...] = (
    ("BOOL", "other"), ("INT", "integer"), ("CHAR", "text"), ("TEXT", "text"), ("CLOB", "text"),
    ("BLOB", "binary"), ("REAL", "decimal"), ("FLOA", "decimal"), ("DOUB", "decimal"), ("DEC", "decimal"),
    ("NUM", "decimal"), ("DATE", "date"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DbfField:
    """A field of a .dbf: its name's bytes, its letter, and where its bytes lie in a record."""

    name: bytes
    letter: str
    begin: int
    width: int
    decimals: int


@dataclass(frozen=True, slots=True)
class DbfHeader:
    """What the head of a .dbf says; `language` is its language driver id (0 where unsaid)."""

    records: int
    begin: int
    record_bytes: int
    language: int
    fields: tuple[DbfField, ...]


def dbf_header(path: Path) -> DbfHeader:
    """Read the head of a .dbf.

    Raises:
        struct.error, OSError: where it ends too early, or cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(32)
        records, begin, record_bytes = struct.unpack_from("<IHH", head, 4)
        described = stream.read(max(begin - 32, 0))
    fields, at = list[DbfField](), 1
    for start in range(0, len(described) - 31, 32):
        if described[start] == 0x0D:
            break
        name, letter, width, decimals = struct.unpack_from("<11sc4xBB", described, start)
        letter = letter.decode("latin-1").upper()
        fields.append(DbfField(name.partition(b"\0")[0].rstrip(b" "), letter, at, width, decimals))
        at += width
    return DbfHeader(records, begin, record_bytes, head[29], tuple(fields))


def dbf_fields(header: DbfHeader, names: Sequence[str]) -> tuple[FieldInfo, ...]:
    """Return the fields of a .dbf under their decoded names."""
    return tuple(
        FieldInfo(name, _dbf_type(each), each.width, each.decimals if _dbf_type(each) == "decimal" else None)
        for name, each in zip(names, header.fields, strict=True)
    )


def _dbf_type(each: DbfField) -> FieldType:
    if each.letter == "N":
        return "decimal" if each.decimals else "integer"
    return _BY_DBF.get(each.letter, "other")


def ogr_fields(meta: Mapping[str, Any], schema: pa.Schema) -> tuple[FieldInfo, ...]:
    """Return fields as GDAL has them; only the width of texts is known.

    Args:
        meta: of `pyogrio.open_arrow`.
        schema: of the attributes.
    """
    of_ogr = zip(meta["ogr_types"], meta["ogr_subtypes"], strict=True)
    return tuple(
        FieldInfo(
            field.name,
            "other" if subtype == "OFSTBoolean" else _BY_OGR.get(kind, "other"),
            int(width) if kind == "OFTString" and (width := (field.metadata or {}).get(_WIDTH)) else None,
            alias=alias_of(field),
        )
        for field, (kind, subtype) in zip(schema, of_ogr, strict=True)
    )


def alias_of(field: pa.Field) -> str | None:
    """Return a field's alias, as GDAL tells it beside the field; None where it has none."""
    said: bytes = (field.metadata or {}).get(_ALIAS, b"")
    return said.decode("utf-8", errors="replace").strip() or None


def sql_field(name: str, declared: str) -> FieldInfo:
    """Return a column of a GeoPackage as its table declares it: TEXT(18), DECIMAL(10,2) …"""
    found = _SQL.fullmatch(declared)
    word, width, decimals = found.groups() if found else (declared, None, None)
    kind: FieldType = next((kind for part, kind in _BY_SQL if part in word.upper()), "other")
    return FieldInfo(name, kind, int(width) if width else None, int(decimals) if decimals else None)


def arrow_fields(schema: pa.Schema) -> tuple[FieldInfo, ...]:
    """Return the columns of a GeoParquet file."""
    return tuple(_arrow_field(field.name, field.type) for field in schema)


def _arrow_field(name: str, kind: pa.DataType) -> FieldInfo:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    types = pa.types
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return FieldInfo(name, "text")
    if types.is_integer(kind):
        return FieldInfo(name, "integer")
    if types.is_decimal(kind):
        return FieldInfo(name, "decimal", kind.precision, kind.scale)
    if types.is_floating(kind):
        return FieldInfo(name, "decimal")
    if types.is_date(kind) or types.is_timestamp(kind):
        return FieldInfo(name, "date")
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return FieldInfo(name, "binary")
    return FieldInfo(name, "other")

"""A FileGDB as it was delivered: tables that its catalogue names and that are not there, or not whole."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import pyogrio

from lantu.intake.field_types import ogr_fields
from lantu.intake.gdal_layer import Reading, faults, heard, read_by_gdal
from lantu.intake.package_files import Entry, Source
from lantu.intake.whole import said_size
from lantu.quality.package import PackageLayer

_CATALOGUE = "a00000001"
_SYSTEM = "gdb_"
_TABLE, _INDEX = ".gdbtable", ".gdbtablx"
_INDEX_HEAD, _KNOWN_VERSION = 16, 3
_KNOWN = 0
"""The file format of the tables that hold rows; the catalogue lists others that need no file."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the catalogue: name (None where damaged), stem of its files, their format."""

    name: str | None
    stem: str
    format: int

    @property
    def is_system(self) -> bool:
        return self.name is not None and self.name.lower().startswith(_SYSTEM)


def read_geodatabase(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read every layer and table whose files are there and whole."""
    log, file = reading.log, source.name
    parts = {base.lower(): entry for base, entry in source.parts.items()}
    if not any(base.endswith(_TABLE) for base in parts):
        log.add("not_what_it_says", file, said=".gdb", found="folder")
        return []
    if _damaged(_CATALOGUE, parts, file, None, reading):
        return []
    tables: list[_Table] = []
    with faults(file, None, log):
        tables = _catalogue(parts[_CATALOGUE + _TABLE].path, parts[_CATALOGUE + _INDEX].path)
    if None in (table.name for table in tables):
        log.add("unreadable", file, why=_CATALOGUE + _TABLE)
    damaged = {table.name for table in tables if _lost(table, parts, file, reading)}
    names: list[str] | None = None
    with faults(file, None, log), heard(file, None, log):
        names = [str(name) for name, _ in pyogrio.list_layers(source.path)]
    layers: list[PackageLayer] = []
    for name in sorted(set(names or ()) - damaged):
        with faults(file, name, log):
            layers += _layer(source, name, reading)
    # What the catalogue names and GDAL does not is a table of the program's own, if GDAL could look at all.
    for table in tables:
        if names is None and table.name and not table.is_system and table.name not in damaged:
            log.add("unreadable", file, layer=table.name, why="the geodatabase does not open")
    return layers


def _layer(source: Source, name: str, reading: Reading) -> list[PackageLayer]:
    layer = read_by_gdal(source.path, name, source.name, name, reading)
    if layer is None:
        return []
    found = layer.table.num_rows if layer.wkb is None else len(layer.wkb)
    if found < layer.rows_said:
        reading.log.add("rows_missing", source.name, layer=name, said=layer.rows_said, found=found)
    return [
        PackageLayer(
            name, source.name, ogr_fields(layer.meta, layer.table.schema), layer.table, layer.wkb,
            layer.geometry_type, layer.crs, layer.crs_text,
        )
    ]  # fmt: skip


def _catalogue(table: Path, index: Path) -> list[_Table]:
    """Return the tables that the catalogue names: the number of its row names a table's files.

    GDAL reads it only where all other system tables are there, too; a row is but a name and a format.
    """
    data, places = table.read_bytes(), index.read_bytes()
    version, blocks, rows, width = struct.unpack_from("<4i", places)
    if version != _KNOWN_VERSION:
        return []
    if not 4 <= width <= 6 or rows > min(blocks * 1024, (len(places) - _INDEX_HEAD) // width):
        raise ValueError("a00000001.gdbtablx")
    found = []
    for row in range(rows):
        at = _INDEX_HEAD + row * width
        begin = int.from_bytes(places[at : at + width], "little")
        if begin:  # else the table was deleted
            name, form = _catalogue_row(data, begin)
            found.append(_Table(name, f"a{row + 1:08x}", form))
    return found


def _catalogue_row(data: bytes, begin: int) -> tuple[str | None, int]:
    """Return name and format of a row: its length, bits for nulls in a byte or none, the name, an integer.

    The name is None where it is not made so.
    """
    size = int.from_bytes(data[begin : begin + 4], "little")
    row = data[begin + 4 : begin + 4 + size]
    for at in (0, 1):
        length, shift, n = 0, 0, at
        while n < len(row) and shift <= 14:
            length |= (row[n] & 0x7F) << shift
            shift, n = shift + 7, n + 1
            if not row[n - 1] & 0x80:
                break
        if length and n + length + 4 == size == len(row):
            name = row[n : n + length].decode("utf-8", errors="replace")
            return name, int(struct.unpack_from("<i", row, n + length)[0])
    return None, _KNOWN


def _lost(table: _Table, parts: dict[str, Entry], file: str, reading: Reading) -> bool:
    return table.format == _KNOWN and _damaged(
        table.stem, parts, file, None if table.is_system else table.name, reading
    )


def _damaged(stem: str, parts: dict[str, Entry], file: str, layer: str | None, reading: Reading) -> bool:
    """Say whether a table's file or its index is not there, or not whole; and note it down."""
    for suffix in (_TABLE, _INDEX):
        part = parts.get(stem + suffix)
        if part is None:
            reading.log.add("gdb_table_missing", file, layer=layer, part=stem + suffix)
            return True
        found, expected = part.path.stat().st_size, said_size(part.path)
        if found < expected:
            reading.log.add("cut_off", file, layer=layer, part=part.path.name, expected=expected, found=found)
            return True
    return False

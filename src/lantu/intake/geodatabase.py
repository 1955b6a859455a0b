"""A FileGDB as it was delivered: tables that its catalogue names and that are not there, or not whole."""

from __future__ import annotations

from dataclasses import dataclass

import pyogrio

from lantu.intake.field_types import ogr_fields
from lantu.intake.gdal_layer import Reading, faults, heard, read_by_gdal
from lantu.intake.package_files import Entry, Source
from lantu.intake.whole import said_size
from lantu.quality.package import PackageLayer

_CATALOGUE = "a00000001"
_SYSTEM = "gdb_"
_TABLE, _INDEX = ".gdbtable", ".gdbtablx"
_KNOWN = 0
"""The file format of the tables that hold rows; the catalogue lists others that need no file."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that the catalogue names: the stem of its files."""

    name: str
    stem: str
    format: int

    @property
    def is_system(self) -> bool:
        return self.name.lower().startswith(_SYSTEM)


def read_geodatabase(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read every layer and table whose files are there and whole."""
    log, file = reading.log, source.name
    parts = {base.lower(): entry for base, entry in source.parts.items()}
    if not any(base.endswith(_TABLE) for base in parts):
        log.add("not_what_it_says", file, said=".gdb", found="folder")
        return []
    tables: list[_Table] = []
    if not _damaged(_CATALOGUE, parts, file, None, reading):
        with faults(file, None, log), heard(file, None, log):
            tables = _catalogue(parts[_CATALOGUE + _TABLE])
    if not tables:
        return []
    damaged = {table.name for table in tables if _lost(table, parts, file, reading)}
    names: list[str] = []
    with faults(file, None, log), heard(file, None, log):
        names = [str(name) for name, _ in pyogrio.list_layers(source.path)]
    layers: list[PackageLayer] = []
    for table in sorted(tables, key=lambda each: each.name):
        if table.is_system or table.name in damaged or table.format != _KNOWN:
            continue
        if table.name not in names:
            log.add("unreadable", file, layer=table.name, why="not among its layers")
        else:
            with faults(file, table.name, log):
                layers += _layer(source, table.name, reading)
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


def _catalogue(table: Entry) -> list[_Table]:
    """Return the tables that the catalogue names: the number of its row names a table's files."""
    with pyogrio.open_arrow(table.path, use_pyarrow=True, return_fids=True) as (meta, stream):
        rows = stream.read_all().to_pylist()
    number = meta["fid_column"] or "OGC_FID"
    return [_Table(row["Name"], f"a{row[number]:08x}", row["FileFormat"]) for row in rows if row["Name"]]


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

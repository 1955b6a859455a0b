"""A GeoPackage as it was delivered: with journals, odd types of columns, values of another type."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
from numpy.typing import NDArray

from lantu.intake.dbf_values import note, null_rows
from lantu.intake.field_types import alias_of, sql_field
from lantu.intake.forms import form_fault
from lantu.intake.gdal_layer import Reading, faults, heard, read_by_gdal
from lantu.intake.package_files import Source
from lantu.intake.texts import repair_utf8
from lantu.quality.package import FieldInfo, PackageLayer

_OF_PROGRAMS = {"layer_styles", "qgis_projects"}
"""Tables that QGIS keeps beside the layers."""
_WAL_FORMAT = 2
_ARROW: dict[str, pa.DataType] = {"text": pa.string(), "integer": pa.int64(), "decimal": pa.float64()}
_STORED = {"integer": ("integer",), "decimal": ("integer", "real"), "text": ("text", "integer", "real")}


def read_geopackage(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read every layer and table; system tables and what programs keep there are left out."""
    log = reading.log
    if form_fault(source.path, ".gpkg", source.name, None, log):
        return []
    layers: list[PackageLayer] = []
    with _quiet(source, reading) as path, faults(source.name, None, log):
        with heard(source.name, None, log):
            names = [str(name) for name, _ in pyogrio.list_layers(path)]
        # Even to look into a database that is in WAL mode writes beside it; the copy bears it.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.text_factory = lambda data: data.decode("utf-8", errors="replace")
            for name in _promised(database):
                if name not in names:
                    log.add("unreadable", source.name, layer=name, why="no such table")
            for name in sorted(set(names) - _OF_PROGRAMS):
                with faults(source.name, name, log):
                    found = _layer(path, database, source.name, name, reading)
                    layers += [found] if found else []
    return layers


def _layer(
    path: Path, database: sqlite3.Connection, file: str, name: str, reading: Reading
) -> PackageLayer | None:
    layer = read_by_gdal(path, name, file, name, reading, checked=True, fids=True)
    if layer is None:
        return None
    assert layer.fids is not None
    columns = database.execute("SELECT name, type FROM pragma_table_info(?)", (name,)).fetchall()
    others = (layer.meta["geometry_name"], layer.meta["fid_column"])
    declared = {each: sql_field(each, kind or "") for each, kind in columns if each not in others}
    table = repair_utf8(layer.table, file, name, reading.log)
    # A view has no rows of its own that could be looked up.
    if database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone():
        rows = _Rows(database, file, name, layer.fids, reading)
        for field in declared.values():
            if field.name not in table.column_names:
                table = table.append_column(field.name, rows.column(field))
        table = table.select([each for each in declared if each in table.column_names])
        for field in declared.values():
            table = rows.null_bad(table, field)
        if layer.wkb is not None and layer.wkb.null_count:
            rows.note_bad_shapes(layer.wkb, layer.meta["geometry_name"])
    aliases = {field.name: alias_of(field) for field in layer.table.schema}
    fields = tuple(
        replace(declared.get(each) or FieldInfo(each, "other"), alias=aliases.get(each))
        for each in table.column_names
    )
    return PackageLayer(name, file, fields, table, layer.wkb, layer.geometry_type, layer.crs, layer.crs_text)


class _Rows:
    """The rows of a table in the database, by the places at which GDAL read them."""

    def __init__(
        self, database: sqlite3.Connection, file: str, name: str, fids: NDArray[np.int64], reading: Reading
    ) -> None:
        self._database, self._file, self._name, self._log = database, file, name, reading.log
        self._table = _quoted(name)
        self._order = np.argsort(fids, kind="stable")
        self._sorted = fids[self._order]

    def column(self, field: FieldInfo) -> pa.Array:
        """Return a column that GDAL leaves out for its type (VARCHAR, DECIMAL)."""
        kind = _ARROW.get(field.type, pa.string())
        stored = ", ".join(f"'{each}'" for each in _STORED.get(field.type, ("text",)))
        name = _quoted(field.name)
        found = self._select(f"{name}", f"typeof({name}) IN ({stored})")
        values: list[object] = [None] * len(self._order)
        for place, value in zip(self._places(found), (value for _, value in found), strict=True):
            values[place] = str(value) if pa.types.is_string(kind) else value
        return pa.array(values, kind)

    def null_bad(self, table: pa.Table, field: FieldInfo) -> pa.Table:
        """Return the table with null where the database holds another type than the column declares."""
        test = _test(_quoted(field.name), field.type)
        if test is None:
            return table
        found = self._select(f"CAST({_quoted(field.name)} AS TEXT)", test)
        if not found:
            return table
        bad = np.zeros(table.num_rows, np.bool_)
        bad[self._places(found)] = True
        note(self._file, self._name, field.name, bad, str(found[0][1])[:80], self._log)
        return null_rows(table, table.column_names.index(field.name), bad)

    def note_bad_shapes(self, wkb: pa.Array, shape: str) -> None:
        """Note down which shapes are null here and not in the database, if that has not been done."""
        there = np.zeros(len(self._order), np.bool_)
        there[self._places(self._select("NULL", f"{_quoted(shape)} IS NOT NULL"))] = True
        said = [each.rows for each in self._log.incidents if each.kind == "bad_wkb"
                and (each.where, each.layer) == (self._file, self._name)]  # fmt: skip
        bad = set((np.flatnonzero(there & np.asarray(wkb.is_null())) + 1).tolist()).difference(*said)
        if bad:
            self._log.add("bad_wkb", self._file, layer=self._name, rows=tuple(sorted(bad)))

    def _select(self, what: str, test: str) -> list[tuple[int, object]]:
        query = f"SELECT _rowid_, {what} FROM {self._table} WHERE {test} ORDER BY _rowid_"
        return self._database.execute(query).fetchall()

    def _places(self, found: list[tuple[int, object]]) -> list[int]:
        """Return the places of rows; all are there, for GDAL read the same file."""
        return (
            self._order[np.searchsorted(self._sorted, [rowid for rowid, _ in found])].tolist()
            if found
            else []
        )


def _test(name: str, kind: str) -> str | None:
    """Return when a value is not of its column's type, as GDAL would read it all the same."""
    if kind in ("integer", "decimal"):
        return f"typeof({name}) IN ('text', 'blob')"
    if kind == "date":
        # With no day added SQLite makes 2020-03-02 of 2020-02-31; what is no date gives NULL.
        real = f"date({name}, '+0 days') IS substr({name}, 1, 10)"
        return f"{name} IS NOT NULL AND (typeof({name}) <> 'text' OR NOT {real})"
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _promised(database: sqlite3.Connection) -> list[str]:
    """Return the layers that the table of contents names."""
    query = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY 1"
    try:
        return [name for (name,) in database.execute(query) if name not in _OF_PROGRAMS]
    except sqlite3.OperationalError:  # a mere SQLite file
        return []


@contextmanager
def _quiet(source: Source, reading: Reading) -> Iterator[Path]:
    """Yield a database that can be read without writing: itself, or a copy where it has a journal.

    SQLite replays a journal into the file, and removes it; neither is ours to do to what was delivered.
    """
    journals = {end: part for end, part in source.parts.items() if part.state[0]}
    for end in ("-wal", "-journal"):
        if end in journals:
            reading.log.add("locked", journals[end].name)
    with source.path.open("rb") as stream:
        modes = stream.read(20)[18:]
    if not source.parts and _WAL_FORMAT not in modes:
        yield source.path
        return
    folder = reading.temp / "geopackage"
    folder.mkdir()
    try:
        copy = folder / source.path.name
        shutil.copyfile(source.path, copy)
        for end, part in journals.items():
            if end != "-shm":
                shutil.copyfile(part.path, f"{copy}{end}")
        # GDAL opens for reading, and then nothing can be rolled back.
        with faults(source.name, None, reading.log), closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA journal_mode = delete").fetchall()
        yield copy
    finally:
        shutil.rmtree(folder)

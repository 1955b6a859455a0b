"""Values of a .dbf that are none: GDAL makes 20200231 the second of March, and 1O.5 a one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lantu.intake.field_types import DbfField, DbfHeader
from lantu.intake.incidents import Log

_PIECE = 65_536
_DELETED = ord("*")
_NUMBER = np.zeros(256, np.bool_)
_NUMBER[np.frombuffer(b"0123456789+-.eE \0", np.uint8)] = True
_BLANK = np.zeros(256, np.bool_)
_BLANK[np.frombuffer(b" \0", np.uint8)] = True
_UNSAID = np.zeros(256, np.bool_)
_UNSAID[np.frombuffer(b" \x000", np.uint8)] = True

_Bytes = NDArray[np.uint8]


def null_bad_values(
    path: Path, header: DbfHeader, table: pa.Table, where: str, layer: str, log: Log
) -> pa.Table:
    """Return the table of a .dbf with null for what is no number, no date; and note it down.

    A table whose rows are not the file's is returned as it is (rows are missing then, which is said).
    """
    watched = [n for n, field in enumerate(header.fields) if field.letter in "NFD" and field.width > 0]
    size = path.stat().st_size
    count = min(header.records, (size - header.begin) // max(header.record_bytes, 1))
    if not watched or count <= 0 or len(header.fields) != table.num_columns:
        return table
    records = np.memmap(path, np.uint8, "r", header.begin, (count, header.record_bytes))
    live = np.flatnonzero(records[:, 0] != _DELETED)
    if len(live) != table.num_rows:
        return table
    bad = {n: np.zeros(len(live), np.bool_) for n in watched}
    for at in range(0, len(live), _PIECE):
        piece = records[live[at : at + _PIECE]]
        for n in watched:
            bad[n][at : at + _PIECE] = _bad(_values(piece, header.fields[n]), header.fields[n])
    for n, rows in bad.items():
        if rows.any():
            first = _values(records[live[rows][:1]], header.fields[n]).tobytes().strip(b" \0")
            table = null_rows(table, n, rows)
            note(where, layer, table.field(n).name, rows, first.decode("latin-1"), log)
    return table


def _values(records: _Bytes, field: DbfField) -> _Bytes:
    return records[:, field.begin : field.begin + field.width]


def null_rows(table: pa.Table, column: int, rows: NDArray[np.bool_]) -> pa.Table:
    """Return the table with null in some rows of a column."""
    values = table.column(column)
    nulled = pc.if_else(pa.array(rows), pa.scalar(None, values.type), values)
    return table.set_column(column, table.field(column), nulled)


def note(where: str, layer: str, field: str, rows: NDArray[np.bool_], first: str, log: Log) -> None:
    """Note down rows whose value of a field is not of its type."""
    numbers = tuple((np.flatnonzero(rows) + 1).tolist())
    log.add("bad_value", where, layer=layer, rows=numbers, field=field, first=first)


def _bad(values: _Bytes, field: DbfField) -> NDArray[np.bool_]:
    if field.letter != "D":
        signs = ~_NUMBER[values].all(axis=1)
        # Digits with a gap between them: 1 2.
        filled = ~_BLANK[values]
        gaps = (np.diff(filled.astype(np.int8), axis=1) == 1).sum(axis=1) + filled[:, 0] > 1
        return np.asarray(signs | gaps)
    if values.shape[1] != 8:
        return np.zeros(len(values), np.bool_)
    digits = values.astype(np.int16) - ord("0")
    shaped = ((digits >= 0) & (digits <= 9)).all(axis=1)
    tens = np.array([1000, 100, 10, 1], np.int16)
    year, month, day = digits[:, :4] @ tens, digits[:, 4:6] @ tens[2:], digits[:, 6:] @ tens[2:]
    shaped &= (month >= 1) & (month <= 12)
    starts = (np.maximum(year, 1) - 1970).astype("M8[Y]").astype("M8[M]") + (np.clip(month, 1, 12) - 1)
    length = ((starts + 1).astype("M8[D]") - starts.astype("M8[D]")).astype(int)
    shaped &= (day >= 1) & (day <= length)
    return np.asarray(~shaped & ~_UNSAID[values].all(axis=1))

"""Add a layer to a home: file → table (intake) → checked and kept (store)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.intake import VectorTable, read_table, read_vector
from lantu.lawbook import Lawbook, load
from lantu.runs.measure_layers import plan_layers
from lantu.store import Home, Layer
from lantu.store.checks import rows_elsewhere

_TABLES = {".csv"}


@dataclass(frozen=True, slots=True)
class Added:
    """A layer as kept; `notes` are message codes of what was changed on the way in (heights dropped …)."""

    layer: Layer
    notes: tuple[str, ...]


def add_layer(
    home: Home,
    path: Path,
    *,
    kind: str,
    area_code: str,
    year: int | None = None,
    layer: str | None = None,
    title: str | None = None,
    invented: bool = False,
    assume_cgcs2000: bool = False,
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> Added:
    """Read one layer of a file and keep it.

    Args:
        layer: its name in the file; may be left out where the file has only one.
        invented: whether it is invented sample data.
        assume_cgcs2000: take WGS84 longitude/latitude as CGCS2000.

    Raises:
        InputError: `intake.*`, `crs.*`, `layer.*`; nothing is then kept.
        ConflictError, BusyError, StorageError, IntegrityError: as `LayerStore.add`.
    """
    book = book or load()
    if kind not in book.layer_kinds:
        raise InputError("layer.unknown_kind", kind=kind, known="、".join(book.layer_kinds))
    progress("progress.read_layer", 0, 1)
    table = read(path, layer, kind, book, assume_cgcs2000=assume_cgcs2000)
    _check_fields(table, book, kind)
    progress("progress.read_layer", 1, 1)
    progress("progress.write_layer", 0, 1)
    added = home.layers.add(table, kind=kind, area_code=area_code, year=year, title=title, invented=invented)
    progress("progress.write_layer", 1, 1)
    elsewhere = ("layer.some_elsewhere",) if rows_elsewhere(table, area_code) else ()
    another = ("layer.plan_names_another",) if _plan_names_another(home, added, book) else ()
    return Added(added, (*table.notes, *elsewhere, *another))


def _plan_names_another(home: Home, layer: Layer, book: Lawbook) -> bool:
    """Return whether a layer came in that is not in force, as a standing plan names one of its kind."""
    known = book.layer_kinds[layer.kind]
    if known.yearly or known.geometry == "none":
        return False
    named = plan_layers(home.registry.current(layer.area_code)).get(layer.area_code, {})
    return named.get(layer.kind, layer.digest) != layer.digest


def read(
    path: Path, layer: str | None, kind: str, book: Lawbook, *, assume_cgcs2000: bool = False
) -> VectorTable:
    """Read a file as the kind wants it: a CSV as a table, everything else through GDAL or Parquet."""
    if path.suffix.lower() in _TABLES and book.layer_kinds[kind].geometry == "none":
        return read_table(path)
    return read_vector(path, layer, assume_cgcs2000=assume_cgcs2000)


def _check_fields(table: VectorTable, book: Lawbook, kind: str) -> None:
    """Refuse a delivery without the fields that everything measured from its kind rests on."""
    if (table.geometry is None) != (book.layer_kinds[kind].geometry == "none"):
        return  # a table for a layer, or the other way round, is the first thing to say
    found = table.attributes.column_names
    have = {name.upper() for name in found}
    lacking = [name for name in book.layer_kinds[kind].required if name not in have]
    if lacking:
        called = "、".join(f"{name}（{book.fields[name].title.zh}）" for name in lacking)
        raise InputError(
            "layer.no_field", where=table.source_name, kind=kind, fields=called, found="、".join(found[:30])
        )

"""The file that a command was asked to write beside what it prints: a table, or shapes with one."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.errors import InputError
from lantu.intake.bytes_of import parts_of
from lantu.store import geopackage, geoparquet
from lantu.store.files import storage_faults, sweep_parts, whole_file


def check_out(out: Path, inputs: Sequence[Path], suffixes: Sequence[str] = ()) -> None:
    """See that a file can be written there, before work begins whose result would be lost.

    Args:
        inputs: files that it must not replace, nor any file that one of them consists of.
        suffixes: endings that it may have, in small letters; none for any.

    Raises:
        InputError: `overlay.out_suffix`, `.no_folder`, `.out_is_folder`, `.out_is_input`.
        StorageError: nothing can be written into its folder.
    """
    if suffixes and out.suffix.lower() not in suffixes:
        raise InputError("overlay.out_suffix", file=out.name, suffixes="、".join(suffixes))
    if not out.parent.is_dir():
        raise InputError("overlay.no_folder", folder=out.parent, file=out.name)
    if out.is_dir():
        raise InputError("overlay.out_is_folder", where=out)
    parts = (part for each in inputs if each.exists() for part in parts_of(each))
    if out.exists() and any(out.samefile(part) for part in parts):
        raise InputError("overlay.out_is_input", where=out)
    with storage_faults(out), tempfile.TemporaryFile(dir=out.parent):
        pass


def write_table(columns: Mapping[str, pa.Array], facts: Mapping[str, Any], path: Path) -> None:
    """Write columns as Parquet, facts in its metadata; the file appears whole or not at all.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    sweep_parts(path.parent, path)
    with whole_file(path) as part:
        geoparquet.write(geoparquet.arrow_table(pa.table(dict(columns)), None, None, facts), part)


def write_shapes(
    columns: Mapping[str, pa.Array], shapes: Geometries, crs: CRS, facts: Mapping[str, Any], path: Path
) -> None:
    """Write polygons and their columns, by the name's ending as GeoPackage or as GeoParquet.

    Raises:
        StorageError: as `write_table`.
    """
    table = pa.table(dict(columns))
    sweep_parts(path.parent, path)
    with whole_file(path) as part:
        if path.suffix.lower() == ".gpkg":
            geopackage.write(table, shapes, crs, facts, part, path.stem)
        else:
            geoparquet.write(geoparquet.arrow_table(table, shapes, crs, facts), part)


def csv_bytes(columns: Mapping[str, tuple[str, Sequence[Any]]], facts: Mapping[str, Any]) -> bytes:
    """Return a table for Excel.

    Args:
        columns: name → title and values; the titles are its first row.
        facts: what it rests on, after the rows.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([title for title, _ in columns.values()])
    writer.writerows(zip(*(values for _, values in columns.values()), strict=True))
    for name, value in facts.items():
        writer.writerow([f"# {name}: {value}"])
    # Excel takes a file for UTF-8 where it begins with the mark.
    return b"\xef\xbb\xbf" + text.getvalue().encode()

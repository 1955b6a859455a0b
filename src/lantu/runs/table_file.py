"""The file that a command was asked to write beside what it prints: a table, or shapes with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.errors import InputError
from lantu.store import geopackage, geoparquet
from lantu.store.files import storage_faults


def check_folder(path: Path) -> None:
    """See that a file could stand there, before work begins whose result would be lost.

    Raises:
        InputError: `overlay.no_folder`.
    """
    if not path.parent.is_dir():
        raise InputError("overlay.no_folder", folder=path.parent, file=path.name)


def write_table(columns: Mapping[str, pa.Array], facts: Mapping[str, Any], path: Path) -> None:
    """Write columns as Parquet, facts in its metadata; the file appears whole or not at all.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    with _whole(path) as part:
        geoparquet.write(geoparquet.arrow_table(pa.table(dict(columns)), None, None, facts), part)


def write_shapes(
    columns: Mapping[str, pa.Array], shapes: Geometries, crs: CRS, facts: Mapping[str, Any], path: Path
) -> None:
    """Write polygons and their columns, by the name's ending as GeoPackage or as GeoParquet.

    Raises:
        StorageError: as `write_table`.
    """
    table = pa.table(dict(columns))
    with _whole(path) as part:
        if path.suffix.lower() == ".gpkg":
            geopackage.write(table, shapes, crs, facts, part, path.stem)
        else:
            geoparquet.write(geoparquet.arrow_table(table, shapes, crs, facts), part)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Let a file be written beside its place and moved there when it is whole."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        with suppress(OSError):
            part.unlink()  # of a process that was killed: GDAL would add to it
        yield part
        with storage_faults(path):
            part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise

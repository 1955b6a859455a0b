"""The Parquet table that a command was asked to write beside what it prints."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from lantu.core.errors import InputError
from lantu.store import geoparquet
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
    part = path.with_name(f".{path.name}.part")
    try:
        geoparquet.write(geoparquet.arrow_table(pa.table(dict(columns)), None, None, facts), part)
        with storage_faults(path):
            part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise

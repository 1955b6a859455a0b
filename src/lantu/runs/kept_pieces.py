"""Finished pieces of long work, kept beside the file that it writes: killed, it goes on from there.

The folder `.NAME.<digest>.pieces` is named by a digest of all that the result depends on, so that pieces of
other inputs are never used. Every file in it appears whole by a rename. Format of a piece: an Arrow file.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from lantu.core.digest import PREFIX, digest_json
from lantu.core.errors import BusyError, InputError, StorageError
from lantu.runs.memory import gib
from lantu.store.files import storage_faults, sync_file, sync_folder

ROW_GROUP = 65_536
ENDING = ".pieces"
_LOCK = "lock"
_FACTS = b"lantu"


class KeptPieces:
    """The pieces of one piece of work; held by one process at a time. Made by `keeping`."""

    def __init__(self, out: Path, folder: Path) -> None:
        self._out = out
        self._folder = folder

    def get(self, number: int) -> tuple[pa.Table, dict[str, Any]] | None:
        """Return a piece and its facts, mapped into memory; None where it is not there, or not whole."""
        try:
            with pa.memory_map(str(self._path(number))) as file:
                table = pa.ipc.open_file(file).read_all()
            return table, dict(json.loads(table.schema.metadata[_FACTS]))
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            return None

    def put(self, number: int, table: pa.Table, facts: Mapping[str, Any]) -> None:
        """Keep a piece.

        Raises:
            StorageError: `overlay.disk_full`; as `storage_faults`.
        """
        path = self._path(number)
        part = path.with_suffix(".part")
        table = table.replace_schema_metadata({_FACTS: json.dumps(dict(facts)).encode()})
        with _faults(self._out):
            with pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            sync_file(part)
            part.replace(path)

    def publish(self, tables: Iterator[pa.Table], schema: pa.Schema, facts: Mapping[str, Any]) -> None:
        """Write the result as Parquet, in row groups that do not depend on how it comes.

        Raises:
            StorageError: as `put`; an earlier result then stands.
        """
        part = self._folder / "result.part"
        named = {_FACTS: json.dumps(dict(facts), ensure_ascii=False, sort_keys=True).encode()}
        schema = schema.with_metadata(named)
        with _faults(self._out):
            with pq.ParquetWriter(
                part, schema, compression="zstd", compression_level=3, write_page_checksum=True
            ) as writer:
                for table in _regrouped(tables, schema):
                    writer.write_table(table, row_group_size=ROW_GROUP)
            sync_file(part)
            part.replace(self._out)
            sync_folder(self._out.parent)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}.arrow"


@contextmanager
def keeping(out: Path, facts: Mapping[str, Any], least: int = 0) -> Iterator[KeptPieces]:
    """Open the folder for work that is described by `facts`, digestible as JSON.

    Pieces of other work on the same file that nobody does any more are removed. Afterwards this work's own
    are, too, unless it was interrupted, killed, or stopped by the disk or by lack of memory.

    Args:
        least: bytes that pieces and result will need at least.

    Raises:
        BusyError: `overlay.busy`: another process does the same work.
        StorageError: the folder cannot be written; `overlay.little_room`.
    """
    name = digest_json(dict(facts)).removeprefix(PREFIX)[:16]
    folder = out.with_name(f".{out.name}.{name}{ENDING}")
    with storage_faults(out):
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / _LOCK)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise BusyError("overlay.busy", where=out) from None
    done = False
    try:
        _sweep(out, folder)
        _check_room(out, folder, least)
        yield KeptPieces(out, folder)
        done = True
    except InputError as error:
        done = error.code != "overlay.too_big"  # the input has to change: nothing to go on from
        raise
    finally:
        for part in folder.glob("*.part"):
            part.unlink(missing_ok=True)
        done = done or not any(folder.glob("*.arrow"))
        _leave(folder, lock, done)


def _leave(folder: Path, lock: FileLock, remove: bool) -> None:
    """Let go of a folder, or remove it while it is still ours: who locks it next must not lose it."""
    if remove:
        shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    if remove and sys.platform == "win32":  # where a lock that is held stays
        shutil.rmtree(folder, ignore_errors=True)


def has_kept(out: Path) -> bool:
    """Return whether pieces wait beside a result."""
    with suppress(OSError):
        return any(any(folder.glob("*.arrow")) for folder in _folders(out))
    return False


def _folders(out: Path) -> list[Path]:
    beside = out.parent.iterdir()
    return [each for each in beside if each.name.startswith(f".{out.name}.") and each.name.endswith(ENDING)]


def _sweep(out: Path, own: Path) -> None:
    for part in own.glob("*.part"):
        part.unlink(missing_ok=True)
    for folder in _folders(out):
        if folder != own:
            lock = FileLock(folder / _LOCK)
            with suppress(Timeout, OSError):
                lock.acquire(blocking=False)
                _leave(folder, lock, True)


def _check_room(out: Path, folder: Path, least: int) -> None:
    with storage_faults(out):
        free = shutil.disk_usage(folder).free
        here = sum(piece.stat().st_size for piece in folder.glob("*.arrow"))
    if free + here < least:
        raise StorageError("overlay.little_room", where=out, need=gib(least), have=gib(free))


def _regrouped(tables: Iterator[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the same rows in tables of ROW_GROUP rows each, but for the last."""
    waiting: list[pa.Table] = []
    count = 0
    for table in tables:
        table = table.replace_schema_metadata(schema.metadata)
        while len(table):
            piece = table.slice(0, ROW_GROUP - count)
            waiting.append(piece)
            count += len(piece)
            table = table.slice(len(piece))
            if count == ROW_GROUP:
                yield pa.concat_tables(waiting).combine_chunks()
                waiting, count = [], 0
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


@contextmanager
def _faults(out: Path) -> Iterator[None]:
    """Say of a full disk that what is finished is kept; the disk's other words are those of a home."""
    try:
        with storage_faults(out):
            yield
    except StorageError as error:
        if error.code != "store.disk_full":
            raise
        raise StorageError("overlay.disk_full", where=out) from error

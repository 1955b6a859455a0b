"""One writer per home. The lock dies with its process; a note beside it says who holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lantu.core.errors import BusyError
from lantu.store.files import storage_faults

LOCK, HOLDER = ".lock", ".lock-holder.json"


@contextmanager
def exclusive(home: Path, since: datetime) -> Iterator[None]:
    """Hold the home for writing.

    Args:
        home: the home folder.
        since: when this writing began, told to whoever comes second.

    Raises:
        BusyError: `store.busy`, at once, naming the holder.
        StorageError: the lock file cannot be made.
    """
    # A lock object of its own each time: two threads of one process shut each other out, too.
    lock = FileLock(home / LOCK)
    with storage_faults(home / LOCK):
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise _busy(home) from None
    try:
        with suppress(OSError):
            _note(home).write_text(
                json.dumps({"pid": os.getpid(), "since": since.isoformat(timespec="seconds")})
            )
        yield
    finally:
        with suppress(OSError):
            _note(home).unlink()
        lock.release()


def _note(home: Path) -> Path:
    return home / HOLDER


def _busy(home: Path) -> BusyError:
    try:
        holder = json.loads(_note(home).read_text())
        return BusyError("store.busy", home=home, pid=holder["pid"], since=holder["since"])
    except (OSError, ValueError, KeyError, TypeError):
        # The holder is between taking the lock and leaving its note, or the other way round.
        return BusyError("store.busy_unknown", home=home)

"""Files of one folder that belong together: all of them change, or none.

They are made in a hidden folder beside their places. Renamed to `READY` it is complete, and whoever comes
next can finish what a killed process had begun. Between two renames a reader may see files of both kinds;
after a writing, or at the beginning of the next, never.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lantu.core.errors import StorageError
from lantu.store.files import part_of, storage_faults, sweep_parts, sync_file, sync_folder

READY = ".report.ready"
_GONE = ".gone"
_TRIES = 20


@contextmanager
def written_together(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """Let files be written that replace those of the same names.

    Args:
        folder: made where there is none; its other files are left alone.
        names: all that may be written; of those that are not, an earlier one is removed.

    Yields:
        A folder to write them to.

    Raises:
        StorageError: the disk is full or refuses, or `store.in_use`; then the earlier files stand.
    """
    with storage_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _finish(folder)
    sweep_parts(folder)
    part = part_of(folder / "report")
    try:
        with storage_faults(folder):
            part.mkdir()
        yield part
        with storage_faults(folder):
            for name in names:
                _replaceable(folder / name)
                if (part / name).exists():
                    sync_file(part / name)
                else:
                    (part / f"{name}{_GONE}").touch()
            sync_folder(part)
            _publish(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _publish(part: Path, folder: Path) -> None:
    for _ in range(_TRIES):
        _finish(folder)
        try:
            part.rename(folder / READY)
        except OSError:
            # Another process was quicker: what it has ready comes first.
            if not (folder / READY).exists():
                raise
        else:
            _finish(folder)
            return
    raise StorageError("store.in_use", where=folder / READY)


def _finish(folder: Path) -> None:
    """Bring what is ready to its place. Any process may do so, several at once too."""
    ready = folder / READY
    if not ready.is_dir():
        return
    for each in sorted(ready.iterdir()):
        with suppress(FileNotFoundError):
            if each.name.endswith(_GONE):
                (folder / each.name.removesuffix(_GONE)).unlink(missing_ok=True)
                each.unlink()
            else:
                each.replace(folder / each.name)
    sync_folder(folder)
    with suppress(OSError):
        ready.rmdir()


def _replaceable(path: Path) -> None:
    """Refuse to begin where a file cannot be replaced: on Windows one that another program holds open."""
    with suppress(FileNotFoundError):
        try:
            path.rename(path)
        except PermissionError:
            raise StorageError("store.in_use", where=path) from None

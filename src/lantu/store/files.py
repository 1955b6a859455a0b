"""Files that appear whole or not at all: written beside, synced, renamed."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from lantu.core.errors import StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_JOURNAL = "published"
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_PART = re.compile(r"\..+\.(\d{1,9})\.[0-9a-f]{8}\.part(\..*)?", re.DOTALL)


def readable_name(name: str) -> str:
    """Return a file name as text: one in GBK on a UTF-8 system comes with bytes that no text can hold."""
    try:
        name.encode()
        return name
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")


@contextmanager
def storage_faults(where: Path) -> Iterator[None]:
    """Turn what the disk says into our own error.

    Raises:
        StorageError: `store.disk_full`, `store.refused` or `store.disk_fault`.
    """
    try:
        yield
    except OSError as error:
        raise storage_error(error, where) from error


def storage_error(error: OSError, where: Path) -> StorageError:
    """Return the error that says what the disk refused."""
    if error.errno in _FULL:
        return StorageError("store.disk_full", where=where)
    if error.errno in _REFUSED:
        return StorageError("store.refused", where=where)
    return StorageError("store.disk_fault", where=where, why=error.strerror or str(error))


def sync_file(path: Path) -> None:
    """Make a file's bytes outlast a power cut."""
    # Windows syncs only what is open for writing; a folder cannot be opened so.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Make the names in a folder outlast a power cut, where the system can."""
    with suppress(OSError):
        sync_file(path)


def alive(pid: int) -> bool:
    """Return whether a process still runs."""
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _alive_on_windows(pid: int) -> bool:
    # There, signal 0 would be Ctrl-C.
    kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return bool(ctypes.get_last_error() == 5)  # type: ignore[attr-defined,unused-ignore]  # access denied
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == 259  # STILL_ACTIVE


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file in one step.

    Raises:
        StorageError: the disk is full or refuses; the old file then stands.
    """
    with whole_file(path) as part:
        part.write_bytes(data)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Let a file be written beside its place; synced, it is moved there in one step.

    Yields:
        Where to write: a hidden name with the same ending, of this process and this writing alone.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands, and no part is left.
    """
    part = part_of(path)
    with storage_faults(path):
        try:
            yield part
            sync_file(part)
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Let a folder be written beside its place; synced, it is moved there.

    What stands there makes way, and comes back where the new one cannot be moved in.

    Yields:
        Where to make it, as `whole_file` does.

    Raises:
        StorageError: as `whole_file`.
    """
    part, old = part_of(path), part_of(path)
    with storage_faults(path):
        try:
            yield part
            for each in (*part.rglob("*"), part):
                sync_file(each)
            stood = path.exists()
            if stood:
                path.rename(old)
            try:
                part.rename(path)
            except BaseException:
                if stood:
                    old.rename(path)
                raise
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        shutil.rmtree(old, ignore_errors=True)
        sync_folder(path.parent)


def part_of(path: Path) -> Path:
    """Return a new hidden name beside a file or folder, `.<stem>.<process>.<random>.part<ending>`."""
    return path.with_name(f"{_head(path)}{os.getpid()}.{uuid4().hex[:8]}.part{path.suffix}")


def sweep_parts(folder: Path, of: Path | None = None) -> None:
    """Remove what killed processes left half-written in a folder.

    Args:
        of: the file whose parts alone are removed.
    """
    with suppress(OSError):
        for part in folder.iterdir():
            found = _PART.fullmatch(part.name)
            if found is None or (of and not part.name.startswith(_head(of))) or alive(int(found[1])):
                continue
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                with suppress(OSError):
                    part.unlink()


def _head(path: Path) -> str:
    return f".{path.stem[:16]}."  # a name may be as long as the disk allows


class Staging:
    """The files of one writing: made in a folder of their own, published by rename, taken back on failure.

    A journal in that folder names what was published, so that the next process can take it back
    where this one is killed.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self._home = home
        self._published: list[Path] = []

    def temporary(self, suffix: str = "") -> Path:
        """Return a new path to write to; it lies on the same disk as its later place."""
        with storage_faults(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{uuid4().hex}{suffix}"

    def publish(self, temporary: Path, target: Path, *, replace: bool = False) -> None:
        """Move a finished file to its place.

        Args:
            replace: put it in the place of a damaged one; else a file that stands there already is kept:
                names are digests, so it is the same one.
        """
        with storage_faults(target):
            if target.exists() and not replace:
                temporary.unlink()
                return
            sync_file(temporary)
            for missing in [p for p in (target.parent, *target.parent.parents) if not p.exists()][::-1]:
                missing.mkdir()
                sync_folder(missing.parent)
            if not target.exists():
                self._note(target)
                self._published.append(target)
            temporary.replace(target)
            sync_folder(target.parent)

    def write(self, target: Path, data: bytes) -> None:
        """Publish bytes."""
        temporary = self.temporary(target.suffix)
        with storage_faults(target):
            temporary.write_bytes(data)
        self.publish(temporary, target)

    def mark(self) -> int:
        """Return a mark for `take_back`."""
        return len(self._published)

    def take_back(self, mark: int = 0) -> None:
        """Remove what this writing published since a mark."""
        for path in self._published[mark:]:
            with suppress(OSError):
                path.unlink()
        del self._published[mark:]

    def take_back_journal(self) -> None:
        """Remove what a killed process had published under this folder."""
        journal = self._folder / _JOURNAL
        with suppress(OSError):
            for line in journal.read_text(encoding="utf-8").splitlines():
                (self._home / line).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove the staging folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _note(self, target: Path) -> None:
        with (self._folder / _JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(f"{target.relative_to(self._home).as_posix()}\n")
            journal.flush()
            os.fsync(journal.fileno())

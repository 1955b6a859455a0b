"""Bytes and digests of source files and folders."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lantu.core.digest import PREFIX, digest_stream
from lantu.core.errors import InputError


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InputError: `document.missing`, `document.folder`, or `document.unreadable` with the system's reason.
    """
    if path.is_dir():
        raise InputError("document.folder", where=str(path))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("document.missing", where=str(path)) from None
    except OSError as error:
        raise InputError("document.unreadable", where=str(path), why=error.strerror or "") from None


def digest_path(path: Path) -> str:
    """Return the digest of a file; of a folder (FileGDB), over its sorted names and bytes.

    A Shapefile's digest takes its companions (.dbf, .shx, .prj, .cpg) along.
    """
    if path.is_dir():
        return _digest_parts(path, parts_of(path))
    if path.suffix.lower() == ".shp":
        return _digest_parts(path.parent, parts_of(path))
    with path.open("rb") as stream:
        return digest_stream(stream)


def parts_of(path: Path) -> list[Path]:
    """Return the files that a file consists of: a FileGDB's and a Shapefile's own, else itself."""
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file() and not p.name.endswith(".lock"))
    return companions(path) if path.suffix.lower() == ".shp" else [path]


def companions(path: Path) -> list[Path]:
    """Return a Shapefile's own files: .shp, .dbf, .shx, .prj, .cpg, in any case of letters."""
    beside = path.parent.iterdir()
    return sorted(p for p in beside if p.stem == path.stem and p.suffix.lower() in _COMPANIONS)


_COMPANIONS = {".shp", ".dbf", ".shx", ".prj", ".cpg"}


def _digest_parts(root: Path, parts: list[Path]) -> str:
    state = hashlib.sha256()
    for part in parts:
        with part.open("rb") as stream:
            state.update(f"{part.relative_to(root).as_posix()}\n{digest_stream(stream)}\n".encode())
    return PREFIX + state.hexdigest()

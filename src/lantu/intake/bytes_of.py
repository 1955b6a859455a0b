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

    What a file's companions hold counts, see `parts_of`.
    """
    parts = parts_of(path)
    if path.is_dir():
        return _digest_parts(path, parts)
    if path.suffix.lower() == ".shp" or len(parts) > 1:
        return _digest_parts(path.parent, parts)
    with path.open("rb") as stream:
        return digest_stream(stream)


def parts_of(path: Path) -> list[Path]:
    """Return the files that a file consists of.

    All of a FileGDB's; a Shapefile's .shp, .dbf, .shx, .prj, .cpg; a MapInfo file's companions; beside a
    GeoPackage its journal, where that holds something, as while QGIS has it open; else the file itself.
    """
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file() and not p.name.endswith(".lock"))
    kind = path.suffix.lower()
    if kind in _COMPANIONS:
        beside = path.parent.iterdir()
        return sorted(p for p in beside if p.stem == path.stem and p.suffix.lower() in _COMPANIONS[kind])
    journal = path.with_name(f"{path.name}-wal")
    return [path, journal] if kind in _SQLITE and journal.is_file() and journal.stat().st_size else [path]


_COMPANIONS = {
    ".shp": {".shp", ".dbf", ".shx", ".prj", ".cpg"},
    ".tab": {".tab", ".dat", ".map", ".id", ".ind"},
    ".mif": {".mif", ".mid"},
}
_SQLITE = {".gpkg", ".sqlite", ".db"}


def _digest_parts(root: Path, parts: list[Path]) -> str:
    state = hashlib.sha256()
    for part in parts:
        with part.open("rb") as stream:
            state.update(f"{part.relative_to(root).as_posix()}\n{digest_stream(stream)}\n".encode())
    return PREFIX + state.hexdigest()

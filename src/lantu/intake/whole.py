"""Was the file cut off? GDAL reads what is left of a Shapefile or FileGDB; here that is an error.

Each format writes down how long it should be: the .shp its own length, the .dbf its number and length of
records (xBase), the tables of a FileGDB their own length.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lantu.core.errors import InputError
from lantu.intake.bytes_of import parts_of

_HEAD = 40
_KNOWN_GDB = 3


def check_whole(path: Path, file: str) -> None:
    """Refuse a Shapefile or FileGDB that lacks a part or the end of one; other formats notice themselves.

    Args:
        file: the name that the user knows.

    Raises:
        InputError: `intake.no_companion`, `intake.cut_off`, or `intake.unreadable` for an empty folder.
    """
    if path.suffix.lower() == ".shp":
        _check(_shapefile(path, file), file)
    elif path.is_dir():
        tables = sorted(path.glob("*.gdbtable"))
        if not tables:
            raise InputError("intake.not_a_gdb", where=file)
        _check(tables, file)
        _check(sorted(path.glob("*.gdbtablx")), file)


def said_size(part: Path) -> int:
    """Return how many bytes a .shp, .shx, .dbf, .gdbtable or .gdbtablx says it has; 0 where it does not."""
    with part.open("rb") as stream:
        return _SAID[part.suffix.lower()](stream.read(_HEAD))


def _check(parts: Iterable[Path], file: str) -> None:
    for part in parts:
        found, expected = part.stat().st_size, said_size(part)
        if found < expected:
            raise InputError("intake.cut_off", where=file, part=part.name, expected=expected, found=found)


def _shapefile(path: Path, file: str) -> Iterator[Path]:
    present = {part.suffix.lower(): part for part in parts_of(path)}
    for suffix in (".shx", ".dbf"):
        if suffix not in present:
            raise InputError("intake.no_companion", where=file, suffix=suffix)
    yield path
    yield present[".dbf"]


def _shp(head: bytes) -> int:
    return 2 * struct.unpack_from(">i", head, 24)[0] if len(head) >= 28 else 100


def _dbf(head: bytes) -> int:
    if len(head) < 32:
        return 33
    records, header, length = struct.unpack_from("<IHH", head, 4)
    return int(header + records * length)


def _gdb_table(head: bytes) -> int:
    if len(head) < _HEAD:
        return _HEAD
    (version,), (length,) = struct.unpack_from("<i", head), struct.unpack_from("<q", head, 24)
    return int(length) if version == _KNOWN_GDB else 0


def _gdb_index(head: bytes) -> int:
    """Header, blocks of 1024 offsets of 4 to 6 bytes each, and a trailer of 16 bytes."""
    if len(head) < 16:
        return 32
    version, blocks, _, width = struct.unpack_from("<4i", head)
    if version != _KNOWN_GDB:
        return 0
    return int(16 + blocks * 1024 * width + (16 if blocks else 0))


_SAID: dict[str, Callable[[bytes], int]] = {
    ".shp": _shp, ".shx": _shp, ".dbf": _dbf, ".gdbtable": _gdb_table, ".gdbtablx": _gdb_index,
}  # fmt: skip

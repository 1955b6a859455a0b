"""What a file is by its first bytes, whatever its name says; and whether its end is there."""

from __future__ import annotations

import struct
from pathlib import Path

from lantu.intake.incidents import Log
from lantu.intake.whole import said_size

_HEAD = 4096
_TAIL = 4096
_LEAST = 32
"""No file of these forms, text aside, is shorter; an empty archive is."""
_SQLITE = b"SQLite format 3\0"
_MAGIC = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (_SQLITE, "sqlite"), (b"\x00\x00\x27\x0a", "shapefile"),
    (b"PAR1", "parquet"), (b"%PDF", "pdf"), (b"\xd0\xcf\x11\xe0", "office"), (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip"), (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"),
    (b"II*\0", "picture"), (b"MM\0*", "picture"), (b"MZ", "program"),
)  # fmt: skip
_DBF_VERSIONS = b"\x02\x03\x04\x05\x30\x31\x32\x43\x63\x83\x8b\x8c\xcb\xf5\xfb"
_FORMS = {
    ".zip": "zip", ".gpkg": "sqlite", ".shp": "shapefile", ".shx": "shapefile", ".parquet": "parquet",
    ".geoparquet": "parquet", ".json": "json", ".geojson": "json", ".dbf": "dbf", ".pdf": "pdf",
    ".docx": "zip", ".xlsx": "zip", ".csv": "text",
}  # fmt: skip


def form_of(path: Path) -> str:
    """Return what a file is: zip, sqlite, shapefile, parquet, pdf, json, xml, text, …, empty or unknown."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        return "empty"
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if not head.strip(b"\0"):
        return "zeros"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return "json"
    if text[:1] == b"<":
        return "xml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or not any(byte < 9 or 13 < byte < 27 for byte in head):
        return "text"
    if head[0] in _DBF_VERSIONS and len(head) >= _LEAST and min(struct.unpack_from("<HH", head, 8)) > 0:
        return "dbf"
    return "unknown"


def form_fault(path: Path, suffix: str, where: str, layer: str | None, log: Log) -> bool:
    """Say whether a file is not of the form that its suffix names, or ends too early; and note it down.

    Args:
        layer: which is lost thereby, where there is one.
    """
    try:
        size, form = path.stat().st_size, form_of(path)
        said = _FORMS[suffix]
        if form == "empty" or (size < _LEAST and said not in ("json", "text", "zip")):
            log.add("cut_off", where, layer=layer, part=path.name, expected=None, found=size)
        elif form != said and not (said == "text" and form in ("json", "xml", "unknown")):
            log.add("not_what_it_says", where, layer=layer, said=suffix, found=form)
        else:
            expected = _expected(path, suffix, size)
            if expected == size:
                return False
            log.add("cut_off", where, layer=layer, part=path.name, expected=expected, found=size)
    except OSError as error:
        log.add("unreadable", where, layer=layer, why=error.strerror or "")
    return True


def _expected(path: Path, suffix: str, size: int) -> int | None:
    """Return the size that a file should have: its own if that is all right, None if no more can be said."""
    if suffix in (".shp", ".shx", ".dbf"):
        return max(size, said_size(path))
    if suffix == ".gpkg":
        return max(size, _sqlite_size(path))
    end = {".parquet": b"PAR1", ".geoparquet": b"PAR1", ".json": b"}", ".geojson": b"}"}.get(suffix)
    if end is None:
        return size
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL))
        tail = stream.read().rstrip(b" \r\n\t\0\x1a") if end == b"}" else stream.read()
    # A list, or a sequence of features one a line, ends in a bracket or brace, too.
    return size if tail.endswith((end, b"]") if end == b"}" else end) else None


def _sqlite_size(path: Path) -> int:
    with path.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100:
        return 100
    (page,) = struct.unpack_from(">H", head, 16)
    pages, valid_for = struct.unpack_from(">I", head, 28)[0], head[92:96]
    return (65536 if page == 1 else page) * pages if head[24:28] == valid_for else 0


def holds_encrypted(path: Path) -> bool:
    """Say whether it is an office file under a password: an envelope of the old form around the new one."""
    if form_of(path) != "office":
        return False
    with path.open("rb") as stream:
        return "EncryptedPackage".encode("utf-16-le") in stream.read(1 << 20)

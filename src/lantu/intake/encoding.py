"""Which encoding a Shapefile's attributes are in: what .cpg says is checked against the bytes."""

from __future__ import annotations

import struct
from pathlib import Path

_SAMPLE = 4 << 20


def shapefile_encoding(path: Path) -> str | None:
    """Return UTF-8 or GB18030 for a .shp by strict decoding of its .dbf; None for other formats.

    A declared encoding that the bytes contradict is not believed: mojibake helps nobody.
    """
    if path.suffix.lower() != ".shp":
        return None
    dbf = next((p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() == ".dbf"), None)
    if dbf is None:
        return None
    with dbf.open("rb") as stream:
        data = stream.read(_SAMPLE)
    if len(data) < 32:
        return None
    (header,) = struct.unpack("<H", data[8:10])
    body = data[32:header] + data[header:]
    if body.isascii():
        return "UTF-8"
    # The sample may end, and a fixed-width field may cut, inside a character: judge by how many decode.
    for encoding in ("utf-8", "gb18030"):
        bad = body.decode(encoding, errors="replace").count("\ufffd")
        if bad <= max(2, len(body) // 2000):
            return "UTF-8" if encoding == "utf-8" else "GB18030"
    return None

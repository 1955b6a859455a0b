"""Which encoding a Shapefile's attributes are in: judged by the bytes, not by what .cpg says."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from lantu.core.errors import InputError
from lantu.intake.bytes_of import parts_of

_SAMPLE = 4 << 20
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U0001f300-\U0001faff\U00020000-\U0003ffff]")
_ENCODINGS = {"utf-8": "UTF-8", "gb18030": "GB18030"}


def shapefile_encoding(path: Path, file: str) -> str | None:
    """Return UTF-8 or GB18030 for a .shp by decoding its .dbf; None for other formats.

    A declared encoding that the bytes contradict is not believed: mojibake helps nobody.

    Raises:
        InputError: `intake.encoding` where they are neither.
    """
    if path.suffix.lower() != ".shp":
        return None
    dbf = next((part for part in parts_of(path) if part.suffix.lower() == ".dbf"), None)
    if dbf is None:
        return None
    with dbf.open("rb") as stream:
        data = stream.read(_SAMPLE)
    if len(data) < 32:
        return None
    (header,) = struct.unpack("<H", data[8:10])
    found = encoding_of(data[32:header] + data[header:])
    if found is None:
        raise InputError("intake.encoding", where=file)
    return _ENCODINGS[found]


def encoding_of(body: bytes) -> str | None:
    """Return utf-8 or gb18030: what decodes nearly all of it; where both do, what reads as Chinese."""
    foreign = sum(byte > 127 for byte in body)
    if not foreign:
        return "utf-8"
    chinese = {}
    for encoding in _ENCODINGS:
        text = body.decode(encoding, errors="replace")
        # A fixed-width field, and the sample's end, may cut inside a character.
        if text.count("\ufffd") <= foreign // 20:
            chinese[encoding] = len(_CHINESE.findall(text)) / sum(not each.isascii() for each in text)
    return max(chinese, key=lambda each: chinese[each]) if chinese else None

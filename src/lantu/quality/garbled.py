"""Texts that were read in a wrong encoding: told by what they become when that is undone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

How = Literal["utf8_as_gbk", "gbk_as_latin", "utf8_as_latin", "lost"]
_LOST = re.compile(r"锟.{1,2}拷|烫烫烫|屯屯屯|^[?\s]*\?[?\s]*\?[?\s]*$")
"""What is left where bytes were replaced before: nothing can bring them back."""
_USUAL = frozenset("（）《》〈〉、，。；：！？“”‘’—…·〔〕【】％℃№〇")
_GB2312_PAIRS = re.compile(r"(?:[\x00-\x7f]|[\xa1-\xfe][\xa1-\xfe])+")
_WITHIN = re.compile(rb"^[\x80-\xbf]{1,2}")
"""The rest of a character of UTF-8 whose first byte is lost."""
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_CLEAR, _CLEARER = 0.01, 0.4
"""By so much more of a text must be everyday characters once the reading is undone; where only its start can
be, by more."""
_MORE = "…"


@dataclass(frozen=True, slots=True)
class Garbled:
    """A text in disguise.

    Attributes:
        how: bytes of which encoding were read as which.
        likely: what it says; empty where that is lost, with … where a part is.
    """

    how: How
    likely: str


@lru_cache(maxsize=100_000)
def garbled(text: str) -> Garbled | None:
    """Return what a text says if its encoding was mistaken, None where it is as it seems."""
    if _LOST.search(text):
        return Garbled("lost", "")
    if text.isascii():
        return None
    # A reader that met bytes without a character wrote ? or U+FFFD there: any part between may tell.
    parts = text.replace("\ufffd", "?").split("?")
    found = [(nth, told) for nth, part in enumerate(parts) if (told := _part(part, whole=len(parts) == 1))]
    if not found:
        return None
    nth, told = max(found, key=lambda each: len(each[1].likely))
    before, after = _MORE * (nth > 0), _MORE * (nth < len(parts) - 1 and not told.likely.endswith(_MORE))
    return Garbled(told.how, f"{before}{told.likely}{after}")


def _part(text: str, *, whole: bool) -> Garbled | None:
    """Return what a part of a text says; one after another part may begin within a character."""
    raw = _as_latin(text)
    if raw is not None:
        other = _gb2312(raw)
        found, cut = _utf8(raw, whole)
        if found and not (cut and other and whole):
            return Garbled("utf8_as_latin", found + _MORE * cut)
        return Garbled("gbk_as_latin", other) if other else None
    try:
        found, cut = _utf8(text.encode("gb18030"), whole)
    except UnicodeEncodeError:
        return None
    clearer = _everyday(found) - _everyday(text)
    if found and clearer >= (_CLEAR if whole and not cut else _CLEARER):
        return Garbled("utf8_as_gbk", found + _MORE * cut)
    return None


def _as_latin(text: str) -> bytes | None:
    """Return the bytes that a text is, read as one character each; None where it cannot be that."""
    try:
        return b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252") for c in text)
    except UnicodeEncodeError:
        return None


def _utf8(raw: bytes, whole: bool) -> tuple[str, bool]:
    """Read bytes as Chinese in UTF-8, as far as they are that, and say whether more follows.

    Two characters at least of what is not all of a text; empty where they are nothing of the kind.
    """
    if not whole:
        raw = _WITHIN.sub(b"", raw)
    try:
        text, cut = raw.decode("utf-8"), False
    except UnicodeDecodeError as error:
        text, cut = raw[: error.start].decode("utf-8"), True
    return (text, cut) if _is_chinese(text) and (len(text) > 1 or (whole and not cut)) else ("", cut)


def _gb2312(raw: bytes) -> str:
    """Read bytes as Chinese in GB 2312, two characters at least; empty where they are not."""
    if not _GB2312_PAIRS.fullmatch(raw.decode("latin-1")):
        return ""
    try:
        text = raw.decode("gb2312")
    except UnicodeDecodeError:
        return ""
    return text if _is_chinese(text) and len(_HAN.findall(text)) >= 2 else ""


def _is_chinese(text: str) -> bool:
    return bool(_HAN.search(text)) and all(
        each.isascii() or each in _USUAL or _HAN.match(each) for each in text
    )


def _everyday(text: str) -> float:
    """Return the share of characters that everyday Chinese is written with."""
    return sum(map(_is_everyday, text)) / max(len(text), 1)


@lru_cache(maxsize=30_000)
def _is_everyday(character: str) -> bool:
    if character.isascii() or character in _USUAL:
        return True
    try:
        raw = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return 0xB0 <= raw[0] <= 0xD7  # the first level of GB 2312

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
        likely: what it says; empty where that is lost, cut short where its end is.
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
    # A reader that met bytes without a character wrote ? or U+FFFD: what stands before it counts.
    whole, mark, _ = text.replace("\ufffd", "?").partition("?")
    raw = _as_latin(whole)
    if raw is not None:
        other = _gb2312(raw)
        found, cut = _utf8(raw)
        if found and not (cut and other and not mark):
            return Garbled("utf8_as_latin", found + (_MORE if mark or cut else ""))
        return Garbled("gbk_as_latin", other + (_MORE if mark else "")) if other else None
    try:
        found, cut = _utf8(whole.encode("gb18030"))
    except UnicodeEncodeError:
        return None
    clearer = _everyday(found) - _everyday(whole)
    if found and clearer >= (_CLEARER if mark or cut else _CLEAR):
        return Garbled("utf8_as_gbk", found + (_MORE if mark or cut else ""))
    return None


def _as_latin(text: str) -> bytes | None:
    """Return the bytes that a text is, read as one character each; None where it cannot be that."""
    try:
        return b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252") for c in text)
    except UnicodeEncodeError:
        return None


def _utf8(raw: bytes) -> tuple[str, bool]:
    """Read bytes as Chinese in UTF-8, as far as they are that, and say whether more follows.

    Two characters at least where more follows; empty where they are nothing of the kind.
    """
    try:
        text, cut = raw.decode("utf-8"), False
    except UnicodeDecodeError as error:
        text, cut = raw[: error.start].decode("utf-8"), True
    return (text, cut) if _is_chinese(text) and len(text) > cut else ("", cut)


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

"""Figures: which odd character is a decimal point, and what a run of digits is worth.

A figure is read exactly or not at all; whatever stays open is said by the reason of a `Figure`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from lantu.approvals.source_text import Folded

_RUN = re.compile(r"\d(?:[^\u4e00-\u9fff《》();:%/~—-]?\d)*")
_PLAIN = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])(?!\.\d)")
_MARKS = "·•∙‧˙・'’`´。*_^"
_PLACEHOLDERS = "\ufffd□■▯◻▢�?¿"
_DIGIT_WORDS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}


def is_unknown(char: str) -> bool:
    """Say whether no reader could know what this character stands for."""
    return char in _PLACEHOLDERS or unicodedata.category(char) in ("Co", "Cn", "Cs", "Cc", "No")


def is_blot(char: str) -> bool:
    """Say whether a character of running text hides another: an unknown one, or a mask as in 69.*亩, ××号."""
    return is_unknown(char) or char in "*×_#^"


@dataclass(frozen=True, slots=True)
class PointReading:
    """How one document writes its decimal point.

    Attributes:
        text: folded text with resolved points written as `.`, same length.
        resolved: the characters read as a decimal point.
        uneven: a resolved character stands before differing numbers of decimals, which deserves a look.
    """

    text: str
    resolved: frozenset[str]
    uneven: frozenset[str]


def read_points(text: str) -> PointReading:
    """Resolve odd characters between digits as decimal points where the whole text supports exactly that.

    All of these must hold for a character: every occurrence stands between digits (marks such as ·
    may also stand away from digits); at least three figures use it, each once and with no other mark;
    no year, date or range does; the groups behind it are not all of three digits (a thousands
    separator would look like that); and the text writes no decimal point otherwise.
    """
    odd = {c for c in set(text) if is_unknown(c) or c in _MARKS}
    if not odd:
        return PointReading(text, frozenset(), frozenset())
    resolved: set[str] = set()
    uneven: set[str] = set()
    runs = [match.group() for match in _RUN.finditer(text)]
    written_otherwise = bool(_DECIMAL.search(text))
    for char in odd:
        using = [run for run in runs if char in run]
        inside = sum(run.count(char) for run in using)
        strays = text.count(char) - inside if is_unknown(char) else _touching(text, char) - inside
        tails = [len(run.split(char)[-1]) for run in using]
        supported = (
            len(using) >= 3
            and strays == 0
            and not written_otherwise
            and all(_PLAIN.fullmatch(run.replace(char, ".", 1)) for run in using)
            and not all(tail == 3 for tail in tails)
            and not re.search(rf"\d{re.escape(char)}\d+(?:年|月|日|号)", text)
        )
        if supported:
            resolved.add(char)
            if len(set(tails)) > 1:
                uneven.add(char)
    if len(resolved) > 1:  # two rival decimal points support neither
        return PointReading(text, frozenset(), frozenset())
    return PointReading(
        text.translate({ord(c): "." for c in resolved})
        if not resolved & set(_MARKS)
        else _replace_between(text, resolved),
        frozenset(resolved),
        frozenset(uneven),
    )


def _touching(text: str, char: str) -> int:
    """Count occurrences with a digit on either side."""
    return len(re.findall(rf"(?<=\d){re.escape(char)}|{re.escape(char)}(?=\d)", text))


def _replace_between(text: str, chars: set[str]) -> str:
    return re.sub(rf"(?<=\d)[{re.escape(''.join(chars))}](?=\d)", ".", text)


@dataclass(frozen=True, slots=True)
class Figure:
    """A run of digits: its value and digits as written, or the reason why it has none.

    `look` names what is worth a look though the figure was read: `broken` over a line's end.
    """

    value: Decimal | None
    text: str
    doubt: str | None = None
    look: str | None = None


def read_figure(folded: Folded, text: str, start: int, end: int) -> Figure:
    """Read the digits at folded [start, end) of `text` (points resolved).

    Doubts: `malformed` (two points, a comma out of place, a leading zero), `joined` (a bare number
    line or a space stood inside that may not belong to it).
    """
    written = text[start:end]
    if _PLAIN.fullmatch(written):
        digits = written
    elif _THOUSANDS.fullmatch(written):
        digits = written.replace(",", "")
    else:
        return Figure(None, written, "malformed")
    inner = [at for at in range(start + 1, end) if at in folded.breaks]
    if any(at in folded.doubts for at in (*inner, start)):
        return Figure(None, written, "joined")
    lines = [at for at in inner if "\n" in folded.source[folded.ends[at - 1] : folded.starts[at]]]
    spaces = [at for at in inner if at not in lines]
    if spaces and not _grouped(written, [at - start for at in spaces]):
        return Figure(None, written, "joined")
    look = "broken" if lines else None
    return Figure(Decimal(digits), digits, look=look)


def _grouped(written: str, cuts: list[int]) -> bool:
    """Say whether spaces inside a figure are harmless: around its point, by threes, or between all digits."""
    whole = written.partition(".")[0]
    parts = [written[a:b] for a, b in zip([0, *cuts], [*cuts, len(written)], strict=True)]
    if len(parts) > 2 and all(len(part.strip(".")) <= 1 for part in parts):
        return True
    around_point = {len(whole), len(whole) + 1}
    by_threes = {len(whole) - 3 * k for k in range(1, 4)}
    return all(cut in around_point or cut in by_threes for cut in cuts) and len(cuts) <= 2


def read_chinese_figure(text: str) -> Decimal | None:
    """Read 四十, 二千六百七十八点八三; None for what is not such a numeral."""
    whole, point, tail = text.partition("点")
    total, digit, last_unit = 0, 0, 10**4
    for char in whole:
        if char in _DIGIT_WORDS:
            if digit:
                return None
            digit = _DIGIT_WORDS[char]
        else:
            unit = _TENS[char]
            if unit >= last_unit:
                return None
            total += (digit or 1) * unit
            digit, last_unit = 0, unit
    total += digit
    if not point:
        return Decimal(total)
    return Decimal(f"{total}.{''.join(str(_DIGIT_WORDS[c]) for c in tail)}") if tail else None

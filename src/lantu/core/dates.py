"""Calendar dates as Chinese documents write them. The clock itself is an argument, never read here."""

from __future__ import annotations

import re
from datetime import date

_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "O": "0"}
_NUMERIC = re.compile(r"(?<!\d)(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_CHINESE = re.compile(
    r"([〇零○O一二三四五六七八九]{4})\s*年\s*([一二三四五六七八九十]{1,2})\s*月\s*([一二三四五六七八九十]{1,3})\s*日"
)
_ISO = re.compile(r"(?<!\d)(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?!\d)")
_TENS = re.compile(r"([一二三])?十([一二三四五六七八九])?")


def parse_date(text: str) -> date | None:
    """Read the first date of a string: 2024年6月11日, 二〇二四年六月十一日 or 2024-06-11.

    Returns None where there is none or where the first one is not a day of the calendar.
    """
    found = [match for pattern in (_NUMERIC, _CHINESE, _ISO) if (match := pattern.search(text))]
    if not found:
        return None
    first = min(found, key=lambda match: match.start())
    parts = [part for part in first.groups() if part not in "-./"]
    try:
        year, month, day = map(_number, parts)
        return date(year, month, day)
    except ValueError:
        return None


def _number(text: str) -> int:
    """Read 2024, 二〇二四 digit by digit, and 十一, 二十, 三十一 as tens and ones.

    Raises:
        ValueError: 十十, 十二三 and other things that are no number.
    """
    if "十" in text:
        match = _TENS.fullmatch(text)
        if match is None:
            raise ValueError(text)
        return int(_DIGITS[match[1] or "一"]) * 10 + int(_DIGITS[match[2] or "〇"])
    return int("".join(_DIGITS.get(c, c) for c in text))

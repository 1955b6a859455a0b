"""Calendar dates as Chinese documents write them. The clock itself is an argument, never read here."""

from __future__ import annotations

import re
from datetime import date

_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "O": "0"}
_NUMERIC = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_CHINESE = re.compile(r"([〇零○O一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_ISO = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")


def parse_date(text: str) -> date | None:
    """Read the first date of a string: 2024年6月11日, 二〇二四年六月十一日 or 2024-06-11.

    Returns None where there is none or where it is not a day of the calendar.
    """
    for pattern, read in ((_NUMERIC, int), (_CHINESE, _chinese_number), (_ISO, int)):
        if match := pattern.search(text):
            year, month, day = (read(part) for part in match.groups())
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None


def _chinese_number(text: str) -> int:
    """Read 二〇二四 digit by digit, and 十一, 二十, 三十一 as tens and ones."""
    if "十" not in text:
        return int("".join(_DIGITS[c] for c in text))
    tens, _, ones = text.partition("十")
    return int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0"))

"""Dates as documents write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.dates import parse_date

DIGITS = "〇一二三四五六七八九"


def in_words(day: date, zero: str = "〇") -> str:
    def tens(number: int) -> str:
        ten, one = divmod(number, 10)
        head = "" if ten == 0 else "十" if ten == 1 else f"{DIGITS[ten]}十"
        return head + (DIGITS[one] if one else "")

    year = "".join(DIGITS[int(c)] for c in f"{day.year:04d}").replace("〇", zero)
    return f"{year}年{tens(day.month)}月{tens(day.day)}日"


@given(st.dates(date(1000, 1, 1)), st.sampled_from("〇零○O"), st.sampled_from("-./"))
def test_every_day_in_every_form(day: date, zero: str, mark: str) -> None:
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day
    assert parse_date(f"{day.year} 年 {day.month:02d} 月 {day.day:02d} 日") == day
    assert parse_date(in_words(day, zero)) == day
    assert parse_date(f"{day.year}{mark}{day.month:02d}{mark}{day.day}") == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("（吉政函〔2024〕47号）2024年6月11日", date(2024, 6, 11)),
        ("二〇二四年六月十一日,代替2019年1月1日的批复", date(2024, 6, 11)),
        ("2019-01-01 起,至二〇三五年十二月三十一日", date(2019, 1, 1)),
        ("２０２４年６月１１日", date(2024, 6, 11)),
        ("二〇二四年二月三十日", None),
        ("2023年2月29日", None),
        ("2024年13月1日", None),
        ("二〇二四年十十月一日", None),
        ("二〇二四年六月十二三日", None),
        ("12024年6月11日", None),
        ("2024-6/11", None),
        ("1.2024.6.113", None),
        ("2024年6月", None),
        ("", None),
    ],
)
def test_the_first_date_or_none(text: str, expected: date | None) -> None:
    assert parse_date(text) == expected


@given(st.text(alphabet="〇零一二三十年月日O0123456789-./ ", max_size=30))
def test_it_never_raises(text: str) -> None:
    parse_date(text)

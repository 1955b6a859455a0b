"""A dated value: on each day exactly one, as published, with its source."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.errors import LawbookError
from lantu.lawbook import Citation, Dated, Parameter, Words, load

DAY = timedelta(days=1)


def test_a_value_keeps_its_zeros_and_stands_from_its_first_day(write_book):
    book = load(write_book({}))
    assert book.number("watch.smallest", date(2022, 12, 31)) == 400
    assert str(book.number("watch.smallest", date(2023, 1, 1))) == "200.50"
    assert book.dated("watch.smallest", date(2035, 1, 1)).source == Citation("法", "第三条")


def test_before_the_first_day_there_is_none(write_book):
    book = load(write_book({}))
    with pytest.raises(LawbookError) as caught:
        book.parameter("watch.smallest", date(2019, 12, 31))
    assert caught.value.code == "lawbook.no_value_on"
    with pytest.raises(LawbookError) as caught:
        book.parameter("watch.largest", date(2024, 1, 1))
    assert caught.value.code == "lawbook.no_parameter"


def test_a_kind_of_layer_that_ages_reads_its_parameter(write_book, pages):
    unread = pages["rules/change/CH01.yaml"].replace("parameters: [watch.smallest]", "parameters: []")
    kinds = pages["profiles/layer_kinds.yaml"].replace("LINE: {", "LINE: {ages: watch.smallest, ")
    book = load(write_book({"rules/change/CH01.yaml": unread, "profiles/layer_kinds.yaml": kinds}))
    assert book.layer_kinds["LINE"].ages == "watch.smallest"
    assert [kind for kind, each in book.layer_kinds.items() if each.ages] == ["LINE"]


def test_a_word_is_not_a_number(write_book, pages):
    text = pages["parameters/watch.yaml"].replace("value: 400", "value: 四百")
    book = load(write_book({"parameters/watch.yaml": text}))
    assert book.parameter("watch.smallest", date(2021, 1, 1)) == "四百"
    with pytest.raises(LawbookError) as caught:
        book.number("watch.smallest", date(2021, 1, 1))
    assert caught.value.code == "lawbook.not_a_number"


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6), st.integers(-5, 2500))
def test_of_adjoining_spans_one_holds_each_day(lengths, offset):
    """The oracle counts days; the parameter compares dates."""
    start, values, at = date(2020, 1, 1), [], date(2020, 1, 1)
    for i, length in enumerate(lengths):
        values.append(Dated(at, at + (length - 1) * DAY, Decimal(i), Citation("法"), True))
        at += length * DAY
    parameter = Parameter("a.b", Words("", ""), None, None, tuple(values))
    found = parameter.on(start + offset * DAY)
    expected, passed = None, 0
    for i, length in enumerate(lengths):
        if passed <= offset < passed + length:
            expected = i
        passed += length
    assert (found.value if found else None) == expected

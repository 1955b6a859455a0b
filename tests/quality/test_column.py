"""A column by its distinct values says what the rows say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lantu.quality.column import Column, column_of, pairs_of

TEXTS = st.lists(st.none() | st.sampled_from(["", " ", "0101", "0102", "NULL", "水田", " x"]), max_size=12)


def column(values: list[Any], kind: pa.DataType | None = None) -> Column:
    return column_of(pa.chunked_array([pa.array(values, kind or pa.string())]), np.arange(len(values)))


@given(TEXTS, st.randoms(use_true_random=False))
def test_rows_keep_what_they_say_in_whatever_order(values: list[str | None], chance: Any) -> None:
    order = list(range(len(values)))
    chance.shuffle(order)
    found = column_of(pa.chunked_array([pa.array(values, pa.string())]), np.array(order, np.int64))
    assert found.per_row().tolist() == [values[row] for row in order]
    assert found.null.tolist() == [values[row] is None for row in order]


@given(TEXTS, st.integers(0, 12))
def test_chunks_are_one_column(values: list[str | None], cut: int) -> None:
    cut = min(cut, len(values))
    chunks = pa.chunked_array([pa.array(values[:cut], pa.string()), pa.array(values[cut:], pa.string())])
    found = column_of(chunks, np.arange(len(values)))
    assert found.per_row().tolist() == values
    assert len(set(found.texts.tolist())) == len(found.texts)


@given(TEXTS)
def test_each_value_comes_with_all_its_rows(values: list[str | None]) -> None:
    found = column(values)
    meant = {
        text: [row for row, each in enumerate(values) if each == text]
        for text in ("0101", "0102", "水田", " x")
    }
    assert list(found.each(found.meant)) == sorted((text, rows) for text, rows in meant.items() if rows)
    labels = {nth: text[:1] for nth, text in enumerate(found.texts.tolist()) if found.meant[nth]}
    both = sorted(meant["0101"] + meant["0102"])
    assert found.labelled(labels).get("0", []) == both


@given(TEXTS, TEXTS)
def test_pairs_are_those_of_the_rows(first: list[str | None], second: list[str | None]) -> None:
    rows = min(len(first), len(second))
    a, b = column(first[:rows]), column(second[:rows])
    pairs = pairs_of(a, b)
    found = {
        (one, two): pairs.rows([nth])[nth] for nth, one, two in pairs.all()
    }  # fmt: skip
    says = [
        each is not None and bool(each.strip()) and each != "NULL" for each in (*first[:rows], *second[:rows])
    ]
    expected: dict[tuple[str | None, str | None], list[int]] = {}
    for row in range(rows):
        if says[row] and says[rows + row]:
            expected.setdefault((first[row], second[row]), []).append(row)
    assert found == expected


def test_numbers_are_written_plainly() -> None:
    assert column([101.0, 0.1, None, float("nan"), float("inf"), 101.0], pa.float64()).per_row().tolist() == [
        "101", "0.1", None, None, "inf", "101",
    ]  # fmt: skip
    assert column([101, None], pa.int64()).per_row().tolist() == ["101", None]
    assert column([date(2021, 12, 31)], pa.date32()).per_row().tolist() == ["2021-12-31"]
    assert column([Decimal("1.50")], pa.decimal128(10, 2)).per_row().tolist() == ["1.50"]
    assert column(["甲", "乙", "甲"], pa.dictionary(pa.int8(), pa.string())).per_row().tolist() == [
        "甲",
        "乙",
        "甲",
    ]


def test_numbers_that_are_written_alike_are_one_value() -> None:
    found = column([220882000000000001.0, 220882000000000064.0], pa.float64())
    assert found.times.tolist() == [2]


def test_a_column_without_any_value() -> None:
    found = column([None, None])
    assert found.per_row().tolist() == [None, None]
    assert found.rows(found.meant) == []
    assert list(found.each(found.meant)) == []
    assert found.labelled({}) == {}
    assert column([]).per_row().tolist() == []

"""Texts in a wrong encoding are told from those that are as they should be."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from lantu.lawbook import load
from lantu.quality.garbled import garbled

NAMES = sorted(
    {name for each in load().code_lists.values() for row in each.rows.values() if (name := row.get("name"))}
)
LONG = [name for name in NAMES if len(name) >= 3]


def test_there_are_names() -> None:
    assert len(LONG) > 1000


def test_no_name_is_taken_for_garbled() -> None:
    assert [name for name in NAMES if garbled(name)] == []


def test_no_made_up_name_is_taken_for_garbled() -> None:
    """Of all characters of GB 2312, rare ones included, put together by chance."""
    chance = random.Random(47)
    every = [bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF)]
    texts = ["".join(chance.choices(every, k=chance.randint(2, 8))) for _ in range(20_000)]
    assert [text for text in texts if garbled(text)] == []


@pytest.mark.parametrize(
    ("how", "garble", "least"),
    [
        ("utf8_as_gbk", lambda text: text.encode().decode("gb18030", "replace"), 0.95),
        ("utf8_as_gbk", lambda text: text.encode().decode("gbk", "replace"), 0.88),
        ("gbk_as_latin", lambda text: text.encode("gbk").decode("latin-1"), 0.99),
        ("gbk_as_latin", lambda text: text.encode("gbk").decode("cp1252"), 0.99),
        ("utf8_as_latin", lambda text: text.encode().decode("latin-1"), 0.99),
    ],
)
def test_garbled_names_are_found_and_read(how: str, garble: Callable[[str], str], least: float) -> None:
    found = 0
    texts = 0
    for name in LONG:
        try:
            text = garble(name)
        except UnicodeError:
            continue
        texts += 1
        told = garbled(text)
        if told is not None:
            found += 1
            assert told.how == how, (name, text)
            assert told.likely.strip("…") in name, (name, text)
    assert texts > 1000
    assert found >= least * texts


@pytest.mark.parametrize("text", ["????", "? ?", "锟斤拷", "甲村锟斤拷", "烫烫烫烫", "屯屯屯"])
def test_what_is_lost_is_said_to_be(text: str) -> None:
    told = garbled(text)
    assert told is not None
    assert (told.how, told.likely) == ("lost", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "是否??",
        "A?B?",
        "Müller",
        "São Paulo",
        "5°",
        "m²",
        "±0.5",
        "½",
        "联通",
        "𠮷家屯",
        "㙍村",
        "\ufffd",
    ],
)
def test_what_only_looks_odd_is_left_alone(text: str) -> None:
    assert garbled(text) is None

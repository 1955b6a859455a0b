"""What a bare word of a page means: YAML 1.2, dates as text, fractions with the digits that stand there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lantu.core.errors import LawbookError
from lantu.lawbook.pages import read_yaml


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True), ("FALSE", False), ("1e3", Decimal(1000)), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("on", "on"), ("Y", "Y"), ("是", "是"), ("1:30", "1:30"), ("<<", "<<"),
        ("10", 10), ("-1", -1), ("0", 0), ('"0101"', "0101"), ("0.10", Decimal("0.10")),
        ("2020-01-02", "2020-01-02"), ("2020-1-2", "2020-1-2"), ("1.2.3", "1.2.3"), ("V2", "V2"),
    ],
)  # fmt: skip
def test_a_word_is_what_yaml_1_2_says(word: str, value: object) -> None:
    for text in (f"k: {word}", f"k: {word} # 注", f"k:\n  {word}"):
        found = read_yaml(text, "page").data["k"]
        assert found == value and type(found) is type(value)
    assert str(read_yaml("k: 0.10", "page").data["k"]) == "0.10"


@pytest.mark.parametrize("word", ["0101", "08", "0.5.", "0x1F", "0b11", ".nan.", "2020-01-02T10:00:00Z"])
def test_what_could_be_misread_is_text_or_refused(word: str) -> None:
    try:
        assert read_yaml(f"k: {word}", "page").data["k"] == word
    except LawbookError as error:
        assert error.code in ("lawbook.bare_code", "lawbook.odd_tag") and error.params["line"] == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1,\nc: 2", 4), ("a: 1\n---\nb: 2", 2), ("a: *nowhere", 1), ("a: 1\nb: `c", 2),
        ("[" * 100_000, 1), ("- " * 5_000 + "a", 1),
    ],
)  # fmt: skip
def test_a_broken_page_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(LawbookError) as refused:
        read_yaml(text, "page")
    assert refused.value.code in ("lawbook.not_yaml", "lawbook.too_deep")
    assert refused.value.params["line"] == line


def test_every_key_and_item_knows_its_line() -> None:
    page = read_yaml("a:\n  b: 1\n  c:\n    - x\n    -\n      d: 2\n", "page")
    assert [page.line(*path) for path in (("a",), ("a", "b"), ("a", "c", 0), ("a", "c", 1, "d"))] == [
        1,
        2,
        4,
        6,
    ]

"""Which use may stand on which side of a line: one table, read by transmission and by conflicts."""

from __future__ import annotations

from typing import Any

import pytest

from lantu.core.errors import LawbookError
from lantu.lawbook import Compatibility, load

BOOK = load()
PAGE = BOOK.pages["compatibility/lines"]


@pytest.mark.parametrize(
    ("use", "line", "side", "outcome"),
    [
        ("0701", "YJJBNT", "inside", "forbidden"),
        ("1207", "YJJBNT", "inside", "condition"),
        ("0101", "YJJBNT", "inside", "allowed"),
        (None, "YJJBNT", "inside", "condition"),
        ("100102", "CZKFBJ", "outside", "forbidden"),
        ("1002", "CZKFBJ", "outside", "condition"),
        (None, "CZKFBJ", "outside", "unknown"),
        ("0701", "CZKFBJ", "inside", "unknown"),
        ("0701", "ROAD", "inside", "unknown"),
        ("9999", "YJJBNT", "inside", "unknown"),
        ("", "YJJBNT", "inside", "unknown"),
    ],
)
def test_what_a_use_is_told(use: str | None, line: str, side: Any, outcome: str) -> None:
    verdict = Compatibility(BOOK).on_line(use, line, side)
    assert verdict.outcome == outcome
    assert not verdict.verified


def test_every_line_cites_a_source() -> None:
    assert all(each["sources"] for each in PAGE["lines"])
    assert all(source["id"] in BOOK.sources for each in PAGE["lines"] for source in each["sources"])


@pytest.mark.parametrize(
    ("key", "value"), [("allowed", ["0000"]), ("allowed", ["12"]), ("line", "NONE"), ("line", "STBHHX")]
)
def test_a_page_that_contradicts_itself_is_refused(
    key: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAGE["lines"][0], key, value)
    with pytest.raises(LawbookError) as refused:
        Compatibility(BOOK)
    assert refused.value.code == "lawbook.compatibility"

"""The reference replies are read exactly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from approvals.expected import differences, reading_of
from shared_files import shared

_NAMES = ("001", "002", "010", "013", "018", "021", "027", "030", "034", "035", "042", "seed")


def _case(name: str) -> tuple[str, dict]:
    text: Path = shared(f"approvals/{name}.txt")
    case = json.loads(shared(f"approvals/{name}.json").read_text(encoding="utf-8"))
    case["ignore"] = ["source_truncated"]  # some are excerpts, which the text itself does not show
    return text.read_text(encoding="utf-8"), case


@pytest.mark.parametrize("name", _NAMES)
def test_reference_reply(name: str) -> None:
    source, case = _case(name)
    assert differences(case, reading_of(source, f"{name}.txt"), source) == []


def test_every_reference_reply_is_here() -> None:
    assert {path.stem for path in shared("approvals").glob("*.txt")} <= set(_NAMES)

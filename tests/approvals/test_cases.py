"""Replies of our own, in many hands: `cases/README.md` says how they are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from approvals.expected import differences, reading_of
from lantu.core.errors import InputError

_CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    source = path.read_text(encoding="utf-8")
    try:
        found = reading_of(source, path.name)
    except InputError as error:
        assert error.code == "approval.no_reply"
        assert case.get("documents") == [], "a reply was taken for no reply"
        return
    assert differences(case, found, source) == []

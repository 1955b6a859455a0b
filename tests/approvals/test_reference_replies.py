"""The reference replies are read exactly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from approvals.expected import differences, reading_of
from lantu.approvals import read
from lantu.lawbook import load
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


def test_every_duty_of_the_seed_is_read_from_its_own_reply() -> None:
    """The file also holds the tail of another reply with the same paragraphs, line for line."""
    text = shared("approvals/seed.txt").read_text(encoding="utf-8")
    (document,) = read(text, "seed.txt", load())
    start, end = document.span
    wanted = {
        "natural_disaster_areas", "three_zones_three_lines", "blue_line", "green_line", "yellow_line",
        "purple_line", "heritage_line", "flood_line", "not_changed_at_will", "one_plan", "transmission",
        "checkup_and_warning", "enforcement", "life_cycle", "planning_committee", "publication",
        "public_supervision", "lower_plans", "conflicts_on_one_map", "report_upward",
    }  # fmt: skip
    assert {duty.id for duty in document.duties} == wanted
    assert all(start <= duty.span[0] < duty.span[1] <= end for duty in document.duties)

"""Damaged replies: no wrong number without a question, nothing vanishes. `damage.py` says what that means."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.damage import inject, key_of, shuffle, truth_of, try_reading, unanswered, vanished
from approvals.expected import Json, asks_about

_SHARED = Path(os.environ.get("LANTU_SHARED", Path(__file__).parents[3] / "shared")) / "approvals"
_FILES = sorted([*(Path(__file__).parent / "cases").glob("*.txt"), *_SHARED.glob("*.txt")])
_ODD = "\U001001b0\ue000\uf8ff\U000f1234\ufffd\u0378\x07□■?﹖*×·\u200b①²"

some = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)  # fmt: skip


@cache
def _whole(path: Path) -> tuple[str, list[Json], list[tuple[int, int]]]:
    """Text, reading, and the places of its figures."""
    text = path.read_text(encoding="utf-8")
    readings = try_reading(text) or []
    places = [
        tuple(t["span"])
        for r in readings
        for plan in r["plans"]
        for t in plan["targets"]
        if t["value"] is not None
    ]
    return text, readings, places


# A reply that contradicts itself or has a figure in doubt from the beginning cannot show what our damage did.
_IN_DOUBT = {"approval.contradiction", "approval.figure", "approval.look_broken", "approval.order"}
files = st.deferred(  # read when drawn from: collecting the tests need not
    lambda: st.sampled_from(
        [p for p in _FILES if not any(q["code"] in _IN_DOUBT for r in _whole(p)[1] for q in r["questions"])]
    )
)


@some
@given(files, st.data())
def test_a_cut_text(path: Path, data: st.DataObject) -> None:
    text, readings, places = _whole(path)
    start = data.draw(st.one_of(st.just(0), st.integers(0, len(text))))
    end = data.draw(st.one_of(st.just(len(text)), st.integers(start, len(text))))
    found = try_reading(text[start:end])
    kept = [[a - start, b - start] for a, b in places if start <= a and b <= end]
    assert unanswered(truth_of(readings), found) == []
    assert vanished(kept, found) == []


@some
@given(files, st.data())
def test_an_odd_character(path: Path, data: st.DataObject) -> None:
    """Anywhere, but half of the time within the words of a target; put in, or in place of a character."""
    text, readings, places = _whole(path)
    kept = [list(place) for place in places]
    for _ in range(data.draw(st.integers(1, 3))):
        anywhere = st.integers(0, len(text) - 1)
        within = st.sampled_from(kept or [[0, 1]]).flatmap(lambda place: st.integers(place[0], place[1] - 1))
        at = data.draw(st.one_of(anywhere, within))
        replace = data.draw(st.booleans())
        text = inject(text, at, data.draw(st.sampled_from(_ODD)), replace)
        kept = kept if replace else [[a + (a > at), b + (b > at)] for a, b in kept]
    found = try_reading(text)
    assert unanswered(truth_of(readings), found) == []
    assert vanished(kept, found) == []


@some
@given(files, st.data())
def test_shuffled_pages(path: Path, data: st.DataObject) -> None:
    """Pages end where lines end, also inside a sentence or a figure."""
    text, readings, _ = _whole(path)
    ends = [i + 1 for i, c in enumerate(text) if c == "\n"]
    cuts = data.draw(st.lists(st.sampled_from(ends), min_size=1, max_size=4, unique=True))
    order = data.draw(st.permutations(range(len(cuts) + 1)))
    assert unanswered(truth_of(readings), try_reading(shuffle(text, cuts, list(order)))) == []


@some
@given(files, st.data())
def test_shuffled_paragraphs(path: Path, data: st.DataObject) -> None:
    """Every paragraph on its own."""
    text, readings, _ = _whole(path)
    blocks = text.split("\n\n") if text.count("\n\n") > 3 else text.split("\n")
    order = data.draw(st.permutations(range(len(blocks))))
    mixed = "\n".join(blocks[i] for i in order)
    assert unanswered(truth_of(readings), try_reading(mixed)) == []


@pytest.mark.parametrize(
    ("cut", "read"), [("327", None), ("327.40", None), ("327.40万", None), ("327.40万亩", 327.4)]
)
def test_cut_within_a_figure(cut: str, read: float | None) -> None:
    """327 of 327.40万亩 is no figure; the unit is its only end."""
    title = "甲川省人民政府关于《大安市国土空间总体规划（2021—2035年）》的批复"
    text = f"{title}\n同意。到2035年，大安市耕地保有量不低于{cut}"
    (found,) = try_reading(text) or []
    values = [t["value"] for t in found["plans"][0]["targets"]]
    assert values == ([read] if read else [])
    assert read or asks_about(found, text, cut)


def test_the_measure_itself_sees_a_wrong_number() -> None:
    """The property above can fail: a figure changed by hand is found out."""
    path = next(p for p in _FILES if p.stem.startswith("007-qingdao"))
    text, readings, _ = _whole(path)
    changed = try_reading(text.replace("1705.00", "1075.00"))
    (area, target), *_ = unanswered(truth_of(readings), changed)
    assert area == "青岛市"
    assert key_of(target)[2] == 1075

"""The matrix, the weights and the life as the lawbook has them."""

from __future__ import annotations

import pytest

from lantu.conflicts.life import life_of
from lantu.conflicts.rules import PLACES, pairs_of, severity_of
from lantu.core.errors import ConflictError, InputError, LawbookError
from lantu.lawbook import load
from lantu.transmission.control_rules import control_rules

BOOK = load()
SAID = {
    "by": "某人", "to": "某局", "deadline": "2026-12-31", "text": "改", "outcome": "adopt", "reason": "因",
    "layer": "ab",
}  # fmt: skip


def test_every_pair_cites_a_source_and_says_whether_it_was_verified() -> None:
    pairs = pairs_of(BOOK)
    assert len({each.code for each in pairs}) == len(pairs)
    assert {each.relation for each in pairs} == {"excludes", "condition", "coexists"}
    assert all(each.sources for each in pairs)
    assert all(each.test and each.type for each in pairs if each.relation != "coexists")


@pytest.mark.parametrize(
    ("kinds", "area", "level"),
    [
        (("DETAILED_PLOT", "YJJBNT"), 2_000, "serious"),
        (("DETAILED_PLOT", "YJJBNT"), 1_999, "medium"),
        (("STBHHX", "PERMIT"), 199, "minor"),
        (("CZKFBJ", "PERMIT"), 99_999, "medium"),
        (("DETAILED_PLOT", "PERMIT"), 100_000, "serious"),
        (("DETAILED_PLOT", "PERMIT"), 4_999, "minor"),
    ],
)
def test_severity_by_rank_and_area(kinds: tuple[str, str], area: float, level: str) -> None:
    assert severity_of(BOOK).of(kinds, area) == level


def test_a_whole_life() -> None:
    life, state = life_of(BOOK), "found"
    for deed, then in (
        ("assign", "assigned"), ("propose", "proposed"), ("decide", "decided"), ("correct", "corrected"),
        ("verify", "verified"), ("close", "closed"), ("reopen", "found"),
    ):  # fmt: skip
        state = life.step(deed, state, SAID, "1")
        assert state == then


@pytest.mark.parametrize(
    ("outcome", "then"), [("adopt", "decided"), ("reject", "assigned"), ("tolerate", "closed")]
)
def test_what_is_decided_leads_on(outcome: str, then: str) -> None:
    assert life_of(BOOK).step("decide", "proposed", SAID | {"outcome": outcome}, "1") == then


def test_no_step_is_skipped() -> None:
    life = life_of(BOOK)
    for state in life.states:
        for name, deed in life.deeds.items():
            if state not in deed.come_from:
                with pytest.raises(ConflictError) as refused:
                    life.step(name, state, SAID, "1")
                assert refused.value.code == "conflict.wrong_state"


def test_what_must_be_said_is_asked_for() -> None:
    life = life_of(BOOK)
    for name, deed in life.deeds.items():
        for need in deed.needs:
            with pytest.raises(InputError) as refused:
                life.step(name, deed.come_from[0], SAID | {need: "  "}, "1")
            assert refused.value.code == "conflict.missing"
            assert refused.value.params["missing"] == need


def test_a_deadline_that_is_no_day_and_an_outcome_nobody_knows() -> None:
    life = life_of(BOOK)
    with pytest.raises(InputError) as refused:
        life.step("assign", "found", SAID | {"deadline": "年底"}, "1")
    assert refused.value.code == "conflict.bad_deadline"
    with pytest.raises(InputError) as refused:
        life.step("decide", "proposed", SAID | {"outcome": "maybe"}, "1")
    assert refused.value.code == "conflict.outcome"


def test_a_pair_that_says_other_than_the_table_of_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = next(each for each in BOOK.pages["conflicts/pairs"]["pairs"] if each.get("matrix") == "line")
    monkeypatch.setitem(pair, "relation", "condition")
    with pytest.raises(LawbookError) as refused:
        pairs_of(BOOK)
    assert refused.value.code == "lawbook.review_page"


def test_what_detailed_plans_are_held_to_is_the_same_for_conflicts_and_transmission() -> None:
    """Every line that transmission asks of is one that conflicts are scanned for, by the same table."""
    looked = {
        (each.first.layer, each.second.layer, PLACES[each.test])
        for each in pairs_of(BOOK)
        if each.matrix == "line" and each.test
    }
    asked = {(each.lower.kind, each.upper.kind, each.side) for each in control_rules(BOOK).lines}
    assert asked == looked

"""What hangs on the stage of a project and on its being linear, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.made import BOOK, FREE, surveyed, told, whole, within, zoned
from lantu.compliance.rules import controls_of, facts_of
from lantu.core.errors import LawbookError

LINEAR = {
    "activity": "infrastructure", "level": "other", "sector": "energy", "avoidable": "no", "linear": "yes",
    "stage": "conversion",
}  # fmt: skip


def without(project: dict[str, str], *facts: str) -> dict[str, str]:
    return {name: value for name, value in project.items() if name not in facts}


@pytest.mark.parametrize(
    ("project", "status", "documents"),
    [
        ({"activity": "tourism", "stage": "siting"}, "document", {"red_line_statement"}),
        ({"activity": "tourism", "stage": "conversion"}, "document", {"recognition"}),
        ({"activity": "tourism"}, "document", {"red_line_statement", "recognition"}),
        (LINEAR, "document", {"recognition"}),
        (LINEAR | {"linear": "no"}, "forbidden", set()),
        (LINEAR | {"avoidable": "yes"}, "forbidden", set()),
        (LINEAR | {"linear": "no", "sector": "water"}, "document", {"recognition"}),
        (LINEAR | {"linear": "no", "sector": "communication"}, "document", {"recognition"}),
        (LINEAR | {"linear": "no", "level": "national"}, "document", {"unavoidable"}),
        (LINEAR | {"activity": "upkeep", "linear": "no"}, "document", {"recognition"}),
        (without(LINEAR, "linear"), "cannot_tell", set()),
        (without(LINEAR, "avoidable"), "cannot_tell", set()),
        # What is not known decides nothing where all that it may be says the same.
        (without(LINEAR | {"sector": "water"}, "linear"), "document", {"recognition"}),
        (without(LINEAR, "sector"), "document", {"recognition"}),
        (
            {"activity": "other", "level": "national", "avoidable": "no", "stage": "permission"},
            "document",
            {"unavoidable"},
        ),
        ({"activity": "other", "level": "national", "avoidable": "yes"}, "forbidden", set()),
        ({"activity": "other", "level": "other"}, "forbidden", set()),
        ({"activity": "other"}, "cannot_tell", set()),
        ({}, "cannot_tell", set()),
    ],
)
def test_the_red_line_by_project(project: dict[str, str], status: str, documents: set[str]) -> None:
    judged = told(within("STBHHX"), "CR01", **project)
    assert (judged.status, {each.id for each in judged.needed}) == (status, documents)


@pytest.mark.parametrize(
    ("project", "facts"),
    [
        ({}, "activity、avoidable、level、linear、sector"),
        ({"activity": "infrastructure", "avoidable": "no", "sector": "energy", "level": "other"}, "linear"),
    ],
)
def test_a_fact_that_decides_is_named(project: dict[str, str], facts: str) -> None:
    assert told(within("STBHHX"), "CR01", **project).why == ("review.fact_unknown", {"facts": facts})


@pytest.mark.parametrize(
    ("stage", "status"),
    [("siting", "document"), ("conversion", "forbidden"), ("permission", "forbidden"),
     ("acceptance", "document"), (None, "cannot_tell")],
)  # fmt: skip
def test_urban_building_in_the_flexible_zone_by_stage(stage: str | None, status: str) -> None:
    flexible = zoned("CZKFBJ", {"420": 400.0, "410": 600.0})
    said = {} if stage is None else {"stage": stage}
    found = told(flexible, "CR15", sector="housing", **said)
    assert found.status == status
    assert stage or found.why == ("review.fact_unknown", {"facts": "stage"})
    # What is no urban building waits for no stage.
    assert told(flexible, "CR15", sector="energy", **said).status == "document"


@pytest.mark.parametrize(
    ("code", "by_stage"),
    [
        ("CR03", {
            "siting": {"siting_opinion", "detailed_plan"},
            "conversion": {"siting_opinion", "detailed_plan"},
            "permission": {"detailed_plan", "permission", "works_permit"},
            "acceptance": {"detailed_plan", "permission", "works_permit", "verification"},
            None: {"siting_opinion", "detailed_plan", "permission", "works_permit", "verification"},
        }),
        ("CR11", {
            "siting": {"siting_opinion"}, "conversion": {"siting_opinion", "conversion"},
            "permission": {"conversion"}, "acceptance": {"conversion"},
            None: {"siting_opinion", "conversion"},
        }),
        ("CR12", {"siting": {"siting_opinion"}, "permission": {"state_council"}}),
        ("CR22", {
            "siting": {"siting_opinion"}, "conversion": {"siting_opinion", "forest_consent"},
            "permission": {"forest_consent"}, None: {"siting_opinion", "forest_consent"},
        }),
        ("CR02", {"siting": {"make_up"}, "conversion": {"make_up", "state_council"}}),
    ],
)  # fmt: skip
def test_documents_by_stage(code: str, by_stage: dict[str | None, set[str]]) -> None:
    ground = replace(
        surveyed({"0103": 500_000.0, "0305": 500_000.0}, 1_000_000.0),
        covered_m2={**within("YJJBNT").covered_m2, "DLTB": 1_000_000.0},
    )
    key = {"level": "national", "sector": "transport", "avoidable": "no"}
    for stage, documents in by_stage.items():
        found = told(ground, code, **key, **({"stage": stage} if stage else {}))
        assert found.status == "document"
        assert {each.id for each in found.needed} == documents


@pytest.mark.parametrize(
    ("linear", "documents"),
    [("yes", {"special_opinion"}), ("no", {"special_opinion", "corridor_study"}),
     (None, {"special_opinion", "corridor_study"})],
)  # fmt: skip
def test_what_is_not_linear_must_leave_a_corridor_fit_for_use(
    linear: str | None, documents: set[str]
) -> None:
    found = told(within("SPECIAL_SITE"), "CR19", **({"linear": linear} if linear else {}))
    assert (found.status, {each.id for each in found.needed}) == ("document", documents)


def test_documents_that_ask_nobody_are_refused() -> None:
    """Whatever the project, somebody who needs a document is told which."""
    page = BOOK.pages["compliance/facts"]
    consent = {**page["documents"]["forest_consent"], "when": {"stage": ["acceptance"]}}
    siting = {**page["documents"]["siting_opinion"], "when": {"stage": ["siting"]}}
    changed = {"forest_consent": consent, "siting_opinion": siting}
    book = replace(
        BOOK,
        pages={
            **BOOK.pages, "compliance/facts": {**page, "documents": {**page["documents"], **changed}}
        },
    )  # fmt: skip
    with pytest.raises(LawbookError) as refused:
        controls_of(book)
    assert refused.value.params == {"code": "CR18", "name": "stage: conversion"}


@pytest.mark.parametrize("when", [{"stage": ["someday"]}, {"mood": ["good"]}])
def test_a_document_that_asks_for_what_no_fact_is_is_refused(when: dict[str, list[str]]) -> None:
    page = BOOK.pages["compliance/facts"]
    strange = {**page["documents"]["forest_consent"], "when": when}
    book = replace(
        BOOK,
        pages={
            **BOOK.pages,
            "compliance/facts": {**page, "documents": {**page["documents"], "forest_consent": strange}},
        },
    )
    with pytest.raises(LawbookError) as refused:
        controls_of(book)
    assert refused.value.params["code"] == "forest_consent"


EVERYWHERE = replace(
    FREE,
    covered_m2=dict.fromkeys(FREE.covered_m2, 10_000.0),
    classes_m2={
        "DLTB": {"0103": 4_000.0, "0305": 6_000.0},
        "CZKFBJ": {"420": 5_000.0, "430": 5_000.0},
        "GHFQ": {"520": 10_000.0},
        "GHYDYH": {"0701": 10_000.0},
        "DETAILED_PLOT": {"0701": 10_000.0},
    },
)
"""Ground in every line at once."""


@given(
    said=st.fixed_dictionaries(
        {name: st.sampled_from(sorted(each.values)) for name, each in facts_of(BOOK).items()}
    ),
    unsaid=st.sets(st.sampled_from(sorted(facts_of(BOOK)))),
)
def test_what_is_not_said_changes_no_answer_but_to_cannot_tell(
    said: dict[str, str], unsaid: set[str]
) -> None:
    known, unknown = whole(EVERYWHERE, **said), whole(EVERYWHERE, **without(said, *unsaid))
    for one, other in zip(known.judged, unknown.judged, strict=True):
        assert other.status in (one.status, "cannot_tell")
        if other.status == one.status:
            assert {each.id for each in one.needed} <= {each.id for each in other.needed}


def test_a_use_that_is_not_said_is_asked_for_only_where_it_decides() -> None:
    """Outside the boundary only the use of projects below the national ones is held against the table."""
    outside = within("CZKFBJ", 0.0)
    assert told(outside, "CR04", level="national", sector="transport").status == "document"
    untold = told(outside, "CR04", level="other", sector="transport")
    assert untold.why == ("review.fact_unknown", {"facts": "use"})
    assert told(outside, "CR04", level="other", sector="transport", use="1202").status == "document"
    assert told(outside, "CR04", level="other", sector="other", use="0901").status == "forbidden"
    assert told(outside, "CR04", level="other", sector="housing").status == "forbidden"

"""Every outcome of every control is reached on a site made for it: a new page is tested by being there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import pytest

from lantu.compliance.review import Ground, Judged, review
from lantu.compliance.rules import FIT, Branch, Control, controls_of, facts_of
from lantu.core.finding import Answer
from lantu.lawbook import Compatibility, load

BOOK = load()
CONTROLS = {each.code: each for each in controls_of(BOOK)}
TABLE = Compatibility(BOOK)
KINDS = sorted({kind for each in CONTROLS.values() for kind in each.layers})
TODAY = date(2026, 1, 1)
SITE_M2, TAKEN_M2 = 1_000_000.0, 800_000.0
"""A square kilometre, so that powers of approval by area are reached; so much of it is affected."""
BRANCHES = [(code, each.id) for code, control in CONTROLS.items() for each in control.on(TODAY)]


def classes_of(control: Control) -> list[str]:
    if control.codes:
        return sorted(control.codes)
    classed = BOOK.layer_kinds[control.layers[0]].classed
    return [code for name in (classed[1] if classed else ()) for code in BOOK.code_lists[name].rows]


def ground(control: Control, affected_m2: float, code: str | None, absent: bool = False) -> Ground:
    """A site of which so much is affected by one control, and everything is known but, maybe, its layer."""
    kind = control.layers[0]
    inside = SITE_M2 - affected_m2 if control.side == "outside" else affected_m2
    covered = dict.fromkeys(KINDS, 0.0) | {kind: SITE_M2 if control.covering or control.codes else inside}
    if absent:
        covered = {name: area for name, area in covered.items() if name not in control.layers}
    classes: dict[str, dict[str, float]] = {}
    if control.codes or control.matrix in ("zone", "use"):
        other = next(each for each in _listed(kind) if each not in control.codes) if control.codes else None
        mine = {code: affected_m2} if code and affected_m2 else {}
        rest = {other: SITE_M2 - affected_m2} if other and affected_m2 < SITE_M2 else {}
        classes[kind] = {**mine, **rest}
        if not control.codes:
            covered[kind] = SITE_M2 if control.covering else affected_m2
            classes[kind] = {code: covered[kind]} if code and covered[kind] else {}
    gone = frozenset(control.layers) if absent else frozenset[str]()
    return Ground(SITE_M2, covered, classes, gone, 0.0, years_m2=surveyed(covered, TODAY.year - 1))


def surveyed(covered: Mapping[str, float], year: int) -> dict[str, dict[int, float]]:
    """Say that all that was observed there was observed in a year."""
    return {kind: {year: area} for kind, area in covered.items() if BOOK.layer_kinds[kind].ages}


def _listed(kind: str) -> list[str]:
    classed = BOOK.layer_kinds[kind].classed
    assert classed is not None
    return [code for name in classed[1] for code in BOOK.code_lists[name].rows]


@cache
def fitting(code: str, fit: str) -> tuple[str, str]:
    """Return a use and a class of a control's layer of which the table says so."""
    control = CONTROLS[code]
    uses = facts_of(BOOK)["use"].values
    if control.matrix == "line":
        side: Any = control.side
        line = control.layers[0]
        return next(use for use in uses if TABLE.on_line(use, line, side).outcome == fit), ""
    for use, each in product(uses, classes_of(control)):
        found = TABLE.in_zone(use, each) if control.matrix == "zone" else TABLE.refines(each, use)
        if found.outcome == fit:
            return use, each
    raise AssertionError(f"{code}: no pair is {fit}")


def project_for(control: Control, wanted: Branch) -> tuple[dict[str, str], str | None]:
    """Return facts under which a branch is the first that applies, and a class of the layer."""
    asked = {name for each in control.on(TODAY) for name in each.when if name != FIT}
    values = facts_of(BOOK)
    fits: list[str | None] = sorted(wanted.when.get(FIT, {"allowed"})) if control.matrix else [None]
    for fit in fits:
        use, code = fitting(control.code, fit) if fit else (None, None)
        for chosen in product(*(values[name].values for name in sorted(asked))):
            facts = dict(zip(sorted(asked), chosen, strict=True))
            if use:
                facts["use"] = use
            told = {**facts, **({FIT: fit} if fit else {})}
            first = next((each for each in control.on(TODAY) if _applies(each, told)), None)
            if first is wanted:
                return facts, code or next(iter(classes_of(control)), None)
    raise AssertionError(f"{control.code}.{wanted.id} can never be reached")


def _applies(branch: Branch, facts: dict[str, str]) -> bool:
    return all(facts.get(name) in values for name, values in branch.when.items())


def told(control: Control, site: Ground, facts: dict[str, str]) -> Judged:
    (judged,) = review(site, facts, (), [control], BOOK, TABLE, TODAY).judged
    return judged


@pytest.mark.parametrize(("code", "branch"), BRANCHES)
def test_every_branch_can_be_reached_and_says_what_its_page_says(code: str, branch: str) -> None:
    control = CONTROLS[code]
    wanted = next(each for each in control.on(TODAY) if each.id == branch)
    facts, of = project_for(control, wanted)
    area = SITE_M2 if control.side == "whole" or control.covering else TAKEN_M2
    found = told(control, ground(control, area, of), facts)
    assert found.branch is wanted
    assert (found.status, found.area_m2) == (wanted.outcome, pytest.approx(area))
    assert found.needed == wanted.documents


def cases_of(control: Control, wanted: Branch) -> Iterator[dict[str, str]]:
    """Yield facts under which a branch decides: one for each that tells which documents it asks for."""
    facts, _ = project_for(control, wanted)
    names = sorted({name for each in wanted.documents for name in each.when})
    for values in product(*(facts_of(BOOK)[name].values for name in names)):
        said = facts | dict(zip(names, values, strict=True))
        if all(said[name] in wanted.when.get(name, {said[name]}) for name in names):
            yield said


@pytest.mark.parametrize(
    ("code", "branch"),
    [
        (code, branch)
        for code, branch in BRANCHES
        if any(b.documents for b in CONTROLS[code].on(TODAY) if b.id == branch)
    ],
)
def test_documents_are_asked_of_the_projects_that_they_say(code: str, branch: str) -> None:
    control = CONTROLS[code]
    wanted = next(each for each in control.on(TODAY) if each.id == branch)
    _, of = project_for(control, wanted)
    area = SITE_M2 if control.side == "whole" or control.covering else TAKEN_M2
    for facts in cases_of(control, wanted):
        found = told(control, ground(control, area, of), facts)
        assert found.status == "document" and found.needed
        assert {each.id for each in found.needed} == {
            each.id
            for each in wanted.documents
            if all(facts[name] in values for name, values in each.when.items())
        }


AGEING = [code for code, each in CONTROLS.items() if BOOK.layer_kinds[each.layers[0]].ages]


def test_controls_on_the_land_survey_age_and_lines_do_not() -> None:
    assert AGEING == ["CR11", "CR12", "CR22", "CR23", "CR24"]


@pytest.mark.parametrize("code", AGEING)
def test_an_old_survey_tells_nothing_but_what_it_measured(code: str) -> None:
    control = CONTROLS[code]
    wanted = control.on(TODAY)[-1]
    facts, of = project_for(control, wanted)
    taken, free = ground(control, TAKEN_M2, of), ground(control, 0.0, None)
    # 2026: of 2024 and later is good, as the survey of a year is out in the next one.
    for year, taken_is, free_is in (
        (2025, "document", "not_affected"), (2024, "document", "not_affected"),
        (2023, "cannot_tell", "cannot_tell"),
    ):  # fmt: skip
        found, none = (
            told(control, replace(each, years_m2=surveyed(each.covered_m2, year)), facts)
            for each in (taken, free)
        )
        assert (found.status, none.status) == (taken_is, free_is)
        assert found.area_m2 == pytest.approx(TAKEN_M2) and none.area_m2 == 0.0
        assert found.branch is wanted and found.affected
    says = {"layer": "DLTB", "year": 2023, "limit": 2, "since": 2024, "day": TODAY}
    assert found.why == none.why == ("review.out_of_date", says)


@pytest.mark.parametrize("code", CONTROLS)
def test_ground_without_it_is_not_affected(code: str) -> None:
    control = CONTROLS[code]
    if control.side == "whole" or control.covering:
        # It has no ground without it: what is small is below the power of approval, or of another class.
        assert control.over or control.covering
        return
    found = told(control, ground(control, 0.0, None), {})
    assert (found.status, found.answer) == ("not_affected", Answer.PASS)


@pytest.mark.parametrize("code", [code for code, each in CONTROLS.items() if each.side != "whole"])
def test_without_its_layer_it_cannot_be_told(code: str) -> None:
    control = CONTROLS[code]
    wanted = control.on(TODAY)[-1]
    facts, of = project_for(control, wanted)
    found = told(control, ground(control, TAKEN_M2, of, absent=True), facts)
    assert found.answer is Answer.CANNOT_TELL


@pytest.mark.parametrize(("code", "branch"), [each for each in BRANCHES if CONTROLS[each[0]].matrix is None])
def test_a_fact_that_is_not_known_is_never_taken_for_granted(code: str, branch: str) -> None:
    control = CONTROLS[code]
    wanted = next(each for each in control.on(TODAY) if each.id == branch)
    facts, of = project_for(control, wanted)
    area = SITE_M2 if control.side == "whole" or control.covering else TAKEN_M2
    for name in facts:
        found = told(control, ground(control, area, of), {k: v for k, v in facts.items() if k != name})
        same = found.branch is wanted
        # Or it decides nothing there: whatever the fact is, the answer and the documents are the same.
        agrees = found.branch is not None and found.branch.documents == wanted.documents
        assert (
            same or agrees or found.answer is Answer.CANNOT_TELL or found.branch in _before(control, wanted)
        )


def _before(control: Control, wanted: Branch) -> Iterator[Branch]:
    for each in control.on(TODAY):
        if each is wanted:
            return
        yield each

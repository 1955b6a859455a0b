"""Every outcome of every control is reached on a site made for it: a new page is tested by being there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import product

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
    if control.codes or control.matrix:
        other = next(each for each in _listed(kind) if each not in control.codes) if control.codes else None
        mine = {code: affected_m2} if code and affected_m2 else {}
        rest = {other: SITE_M2 - affected_m2} if other and affected_m2 < SITE_M2 else {}
        classes[kind] = {**mine, **rest}
        if not control.codes:
            covered[kind] = SITE_M2 if control.covering else affected_m2
            classes[kind] = {code: covered[kind]} if code and covered[kind] else {}
    return Ground(SITE_M2, covered, classes, frozenset(control.layers) if absent else frozenset(), 0.0)


def _listed(kind: str) -> list[str]:
    classed = BOOK.layer_kinds[kind].classed
    assert classed is not None
    return [code for name in classed[1] for code in BOOK.code_lists[name].rows]


@cache
def fitting(code: str, fit: str) -> tuple[str, str]:
    """Return a use and a class of a control's layer of which the table says so."""
    control = CONTROLS[code]
    uses = facts_of(BOOK)["use"].values
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
        assert same or found.answer is Answer.CANNOT_TELL or found.branch in _before(control, wanted)


def _before(control: Control, wanted: Branch) -> Iterator[Branch]:
    for each in control.on(TODAY):
        if each is wanted:
            return
        yield each

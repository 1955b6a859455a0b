"""The demo: what its plans name and stand under, what is measured; a second run adds nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lantu.core.finding import Answer
from lantu.runs import transmit
from lantu.runs.demo import demonstrate
from lantu.sample.counties import COUNTIES
from lantu.sample.further_plans import STARTS
from lantu.store import Home
from lantu.transmission.clauses import Judged, Section

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 29, tzinfo=UTC)
CODES = sorted(county.code for county in COUNTIES)


def _areas(clause: Judged) -> list[float]:
    return sorted(round(patch.area_m2, 2) for patch in clause.patches)


def test_the_demo(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    done = demonstrate(home, scale=0.05, made_at=NOW)
    layers = {layer.digest: layer for layer in home.layers.list()}
    assert sorted({layer.area_code for layer in layers.values()}) == sorted(["220800", *CODES])

    # Counties' plans name what their packages draw, zones among it; not what stands beside them.
    standing = home.registry.current()
    versions = {each.version.area_code: each.version for each in standing if each.version.kind == "master"}
    assert sorted(versions) == ["220000", *CODES]
    for code in CODES:
        named = [layers[digest] for digest in versions[code].layers.values()]
        assert {layer.area_code for layer in named} == {code}
        kinds = {layer.kind for layer in named}
        assert {"YJJBNT", "STBHHX", "CZKFBJ", "GHFQ", "ZXCQGHYDYH"} <= kinds
        assert not kinds & set(STARTS)
    assert versions["220000"].layers == {}

    # Below one county stand a detailed and a special plan, invented, each with the one layer of its kind.
    lower = {each.version.kind: each for each in standing if each.version.kind != "master"}
    assert {kind: list(each.version.layers) for kind, each in lower.items()} == {
        "detailed": ["DETAILED_PLOT"], "special": ["SPECIAL_SITE"]
    }  # fmt: skip
    for each in lower.values():
        assert each.version.area_code == "220882" and each.version.targets == ()
        assert "虚构" in each.version.title and "虚构" in (each.version.approval.document_number or "")

    # The province's figures stand above; of its nine cities most are not registered, so sums are open.
    checked = transmit.check(home, "220882")
    assert checked.upper.version.area_name == "吉林省"
    answers = {each.finding.answer for each in checked.judgements}
    assert answers == {Answer.PASS, Answer.CANNOT_TELL}
    # The lists: what is planted, county by county, and nothing else.
    planted_lists = json.loads((done.sample / "contradictions.json").read_text("utf-8"))["lists"]
    told = {each["county"]: each["what"] for each in planted_lists}
    for code in CODES:
        # Of the last clause, what no other list takes, the city says nothing.
        *clauses, _ = transmit.check(home, code).clauses(Section.NAMES)
        said = {each.finding.answer for each in clauses if each.finding.answer is not Answer.PASS}
        wrong = {"missing": Answer.FAIL, "near": Answer.NEEDS_PERSON, "renamed": Answer.NEEDS_PERSON}
        assert said == ({wrong[told[code]]} if code in told else set()), code
    (province,) = transmit.tree(home)[0]
    assert province.area_code == "220000"
    (city,) = province.below
    assert {each.area_code: [plan.kind for plan in each.others] for each in city.below} == {
        code: ["detailed", "special"] if code == "220882" else [] for code in CODES
    }
    # Judged by their ids: the same patches as the clauses of the county's check, and no others.
    whole = {each.rule.id: _areas(each) for each in checked.clauses(Section.CONTROLS)}
    for plan in lower.values():
        alone = transmit.check(home, plan.plan_id)
        assert alone.upper.plan_id == "220882-master" and alone.sections == (Section.CONTROLS,)
        told = {each.rule.id: _areas(each) for each in alone.clauses(Section.CONTROLS)}
        assert told and told == {rule: whole[rule] for rule in told}
        # A corridor over the red line is for a person to say; plots on lines and zones are plainly wrong.
        answers = {"detailed": Answer.FAIL, "special": Answer.NEEDS_PERSON}
        assert alone.answer is answers[plan.version.kind] and any(told.values())

    # Measured as before, and of the counties alone.
    result = done.measurement.result
    assert [each["code"] for each in result["areas"]] == CODES
    truth = json.loads((done.sample / "truth.json").read_text("utf-8"))
    assert sorted((f["area_code"], f["year"], f["rule"], f["area_m2"]) for f in result["findings"]) == sorted(
        (f["county"], f["year"], f["rule"], f["area_m2"]) for f in truth["findings"]
    )

    planted = json.loads((done.sample / "contradictions.json").read_text("utf-8"))["contradictions"]
    numbered = home.conflicts.list()
    assert len(numbered) >= len(planted) > 0
    assert {each.state for each in numbered} == {"found"}
    # A county's line stands with the plan that it was approved with, and with what the reply says of it.
    lines = [
        side
        for each in numbered
        for side in each.facts["sides"]
        if side["kind"] == "YJJBNT" and side["area_code"] == each.area_code
    ]
    assert lines
    assert {(side["plan"]["document"], side["clause"]["document"]) for side in lines} == {
        ("吉政函〔2024〕47号", "吉政函〔2024〕47号")
    }

    again = demonstrate(home, scale=0.05, made_at=NOW)
    assert all(each.already_there for each in again.plans)
    assert {layer.digest for layer in home.layers.list()} == set(layers)
    assert again.measurement.result["findings"] == result["findings"]
    assert {each["fate"] for pair in again.scan.result["pairs"] for each in pair["conflicts"]} == {
        "remaining"
    }
    assert [each.number for each in home.conflicts.list()] == [each.number for each in numbered]

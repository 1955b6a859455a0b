"""Whatever is met while a package is opened, one rule judges it, and one only."""

from __future__ import annotations

from datetime import date

import pytest

from lantu.core.finding import Answer
from lantu.intake.incidents import KINDS
from lantu.lawbook import load, message
from lantu.quality.checks import CHECKS
from lantu.quality.package import Incident, Package
from lantu.quality.runner import run_rule
from lantu.quality.workspace import Workspace
from quality.cases import work_of

SAID = {
    "why": "…", "said": ".shp", "found": 2, "part": "a.dbf", "expected": 3, "suffix": ".dbf", "limit": 1,
    "deepest": 3, "fields": "MJ", "used": "GB18030", "points": 9, "sagitta": 0.001, "count": 4, "field": "MJ",
    "first": "x", "columns": 501,
}  # fmt: skip
WHAT = ("members", "bytes", "ratio", "said", "layer_bytes", "arc_points", "document_bytes")
SEPARATE = {"no_prj", "empty_package"}
"""What rules with a check of their own look at."""


def judged(incident: Incident) -> list[str]:
    """Return the rules about incidents that say something of one, and see that each says it in full."""
    book = load()
    work = Workspace(
        Package("case", (), (), (incident,)), book.profiles["county-2021"], book, date(2026, 1, 1)
    )
    found = []
    for code, rule in book.quality_rules.items():
        if rule.check == "incidents":
            for finding in run_rule(work, rule, CHECKS).findings:
                assert finding.answer in (Answer.FAIL, Answer.NEEDS_PERSON)
                for language in ("zh", "en"):
                    said = message(finding.message, language, **finding.params)
                    assert "{" not in said
                    assert not said.startswith("quality.")
                found.append(code)
    return found


def test_rules_name_every_kind_that_intake_has_and_no_other():
    rules = load().quality_rules.values()
    assert {kind for rule in rules for kind in rule.arguments.get("kinds", ())} == set(KINDS)
    assert {what for rule in rules for what in rule.arguments.get("what", ())} == set(WHAT)
    assert all(what in KINDS["bomb"] for what in WHAT)


@pytest.mark.parametrize("where", ["成果/CZKFBJ.gpkg", "成果.zip", "成果.gdb", "规划文本.pdf", "无后缀"])
@pytest.mark.parametrize("kind", sorted(set(KINDS) - SEPARATE - {"bomb"}))
def test_one_rule_judges_each_kind(kind: str, where: str):
    assert len(judged(Incident(kind, where, params=SAID))) == 1


@pytest.mark.parametrize("where", ["成果.zip", "成果/CZKFBJ.gpkg", "图集.pdf"])
@pytest.mark.parametrize("what", WHAT)
def test_one_rule_judges_each_limit(what: str, where: str):
    if what == "document_bytes":
        where = "图集.pdf"
    assert len(judged(Incident("bomb", where, params=SAID | {"what": what}))) == 1


def test_a_shapefile_without_prj_is_told_with_its_system():
    data = {
        "epsg": None,
        "layers": {"CZKFBJ": {"file": "CZKFBJ.shp", "rows": [{"BSM": "1", "box": [0, 0, 10, 10]}]}},
        "incidents": [{"kind": "no_prj", "where": "CZKFBJ.shp", "layer": "CZKFBJ"}],
    }
    (finding,) = run_rule(work_of(data), load().quality_rules["QC1201"], CHECKS).findings
    assert ".prj" in message(finding.message, **finding.params)


def test_an_empty_package_is_told_once():
    book = load()
    work = Workspace(
        Package("空.zip", (), (), (Incident("empty_package", "空.zip"),)),
        book.profiles["county-2021"], book, date(2026, 1, 1),
    )  # fmt: skip
    (finding,) = run_rule(work, book.quality_rules["QC1101"], CHECKS).findings
    assert "空.zip" in message(finding.message, **finding.params)

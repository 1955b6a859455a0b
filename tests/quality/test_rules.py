"""Every rule against the cases beside it; a rule without a case that fires does not pass."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from lantu.lawbook import load, message
from lantu.quality.checks import CHECKS
from lantu.quality.findings import QualityFinding
from quality.cases import Case, all_cases, metres, run

CASES = list(all_cases())
RULES = load().quality_rules


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    result = run(RULES[case.rule], case.data)
    said = [(each.layer, each.message, dict(each.params)) for each in result.findings] or result.why
    assert (result.answer or "not_applicable") == case.data["expect"], said
    sentences = [(each.message, each.params) for each in result.findings] + [result.why or ("", {})]
    for code, params in sentences:
        whole = [message(code, language, **params) for language in ("zh", "en")]
        assert not any(re.search(r"{[a-z_]+}|^quality\.", said) for said in whole), whole
    expected = case.data.get("findings")
    if expected is not None:
        assert len(result.findings) == len(expected), said
        for each in expected:
            assert any(_matches(found, each) for found in result.findings), (each, said)


def _matches(found: QualityFinding, expected: dict[str, Any]) -> bool:
    for name, value in expected.items():
        if name == "rows":
            if sorted(found.rows) != sorted(value):
                return False
        elif name == "place":
            if found.place is None:
                return False
            x, y = metres(found.place)
            if abs(x - float(value[0])) > 0.05 or abs(y - float(value[1])) > 0.05:
                return False
        elif name in ("measured", "required"):
            if getattr(found, name) != value:
                return False
        elif str(getattr(found, name)) != str(value):
            return False
    return True


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_has_cases_of_every_kind(code: str) -> None:
    expected = [case.data["expect"] for case in CASES if case.rule == code]
    assert len(expected) >= 4
    assert {"fail", "needs_person"} & set(expected), "no case fires"
    assert "pass" in expected
    # A rule about the package itself always applies; one about layers must say when it does not, or cannot.
    if CHECKS[RULES[code].check].scope == "layer":
        assert {"cannot_tell", "not_applicable"} & set(expected)


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_names_a_check_and_arguments_that_it_takes(code: str) -> None:
    rule = RULES[code]
    check = CHECKS[rule.check]
    own = {name: value for name, value in rule.arguments.items() if name not in ("layers", "excepted")}
    before = (None,) if check.scope == "package" else (None, None)
    inspect.signature(check.run).bind(*before, **own)
    kinds = {kind for profile in load().profiles.values() for kind in profile.layers}
    assert set(rule.arguments.get("layers", ())) <= kinds


def test_every_check_is_named_by_a_rule() -> None:
    assert {rule.check for rule in RULES.values()} == set(CHECKS)

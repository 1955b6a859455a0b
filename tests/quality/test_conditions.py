"""Conditions in SQL: what they do not know they say, and nothing outside can be reached from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.quality.findings import RuleResult
from quality.cases import run

RULES = load().quality_rules
CONDITIONS = sorted(code for code, rule in RULES.items() if rule.check == "condition")
ROWS = [{"DLBM": "0101", "KCXS": "0.1"}, {"DLBM": "0301", "KCXS": "0"}, {"DLBM": None, "KCXS": "0.1"}]


def judge(bad: str, rows: list[dict[str, Any]] = ROWS, **arguments: Any) -> RuleResult:
    own = {"layers": ["DLTB"], "uses": ["DLBM", "KCXS"], "numbers": ["KCXS"], "bad": bad} | arguments
    return run(replace(RULES["QC1506"], arguments=own), {"layers": {"DLTB": rows}})


def test_what_is_null_is_not_judged_and_said_so() -> None:
    result = judge("DLBM = '0101'")
    assert {each.answer: sorted(each.rows) for each in result.findings} == {
        Answer.FAIL: [1],
        Answer.CANNOT_TELL: [3],
    }


def test_unless_other_rules_report_the_nulls() -> None:
    result = judge("DLBM = '0101'", unless_null=["QC1401"])
    assert [(each.answer, each.rows) for each in result.findings] == [(Answer.FAIL, (1,))]


@pytest.mark.parametrize("code", CONDITIONS)
def test_the_rules_that_report_nulls_are_there(code: str) -> None:
    assert set(RULES[code].arguments.get("unless_null", ())) <= set(RULES)


@pytest.mark.parametrize("code", CONDITIONS)
def test_no_condition_asks_clock_or_chance(code: str) -> None:
    bad = RULES[code].arguments["bad"].lower()
    assert not any(word in bad for word in ("current_", "now(", "today", "random", "uuid", "select", "from "))


@pytest.mark.parametrize(
    "reach",
    [
        "(SELECT count(*) FROM read_text('{file}')) > 0",
        "(SELECT count(*) FROM read_csv('{file}')) > 0",
        "EXISTS (SELECT 1 FROM '{file}')",
        "EXISTS (SELECT 1 FROM glob('{folder}/*'))",
    ],
)
def test_no_file_can_be_reached(tmp_path: Path, reach: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n", "utf-8")
    result = judge(reach.format(file=file, folder=tmp_path))
    assert result.answer is Answer.CANNOT_TELL
    assert [each.message for each in result.findings] == ["quality.crashed"]


@pytest.mark.parametrize("bad", ["NO_SUCH_COLUMN = 1", "DLBM", "KCXS > 'x'", "((", "unknown(DLBM)"])
def test_a_broken_condition_is_no_pass(bad: str) -> None:
    assert judge(bad).answer is Answer.CANNOT_TELL


def test_an_empty_set_is_no_pass() -> None:
    sets = {"nothing": {"list": "dltb_dlbm_2020", "class": "no_such_class"}}
    assert judge("nothing(DLBM)", sets=sets).answer is Answer.CANNOT_TELL


def test_the_profile_says_which_list() -> None:
    maps = {"level": {"list": "land_use", "column": "level"}}
    result = judge("level(DLBM) = '2'", maps=maps, unless_null=["QC1401"])
    assert [each.rows for each in result.findings] == [(1, 2)]


@pytest.mark.parametrize("code", sorted(code for code in RULES if code[:4] in ("QC14", "QC15")))
def test_findings_do_not_hang_on_the_order_of_rows(code: str) -> None:
    """The same rows backwards: the same findings, by identity, on the same features."""
    rows = [
        {
            "BSM": str(nth), "YSDM": "1", "XZQDM": "220881", "XZQMC": "大安县", "DLBM": dlbm, "DLMC": "旱地 ",
            "TBMJ": f"{-nth}.125", "GDPDJB": "1", "KCXS": "0.5", "KCDLBM": "1", "GDLX": "PD", "CZCSXM": "9",
            "ZZSXDM": "XX", "SJNF": "1900", "BZ": "a\tb" if nth % 2 else "",
            "box": [nth * 10, 0, nth * 10 + 10, 10],
        }
        for nth, dlbm in enumerate(["0101", "0602", "09", "060202", "999", "0101 ", "0701"], 1)
    ]  # fmt: skip
    there, back = (run(RULES[code], {"layers": {"DLTB": each}}) for each in (rows, rows[::-1]))
    assert there.answer == back.answer
    found = [
        [(each.id, each.answer, each.features, each.count) for each in one.findings] for one in (there, back)
    ]
    assert found[0] == found[1]

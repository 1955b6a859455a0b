"""Real replies: 吉林省's plan above the four counties; sums by hand."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path

import pytest

from lantu.core.errors import InputError, NotFoundError
from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.runs.register_plan import read_replies, register
from lantu.runs.transmit import Transmitted, check, status, tree
from lantu.store import Home
from lantu.transmission.judgement import Comparison
from shared_files import shared
from store.command import lantu

NAMES = {each.name.zh: each.id for each in load().indicators.values()}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.open(tmp_path_factory.mktemp("real") / "home")
    for evidence, readings in read_replies([shared("approvals/002.txt"), shared("approvals/seed.txt")]):
        register(home, evidence, readings)
    return home


def rows(found: Transmitted) -> dict[tuple[str, str, int | None], tuple[str, str | None, str | None]]:
    return {
        (each.comparison.value, each.indicator, each.year): (
            each.finding.answer.value,
            None if each.finding.measured is None else str(each.finding.measured),
            None if each.residual is None else str(each.residual),
        )
        for each in found.judgements
    }


def test_the_four_counties_below_the_province(real: Home) -> None:
    """327.40 + 514.05 + 311.33 + 621.03 = 1773.81; 249.12 + 343.87 + 261.77 + 392.07 = 1246.83;
    405.23 + 107.89 + 1316.46 + 1903.42 = 3733.00 km² = 0.3733 万km². Nine places have no plan."""
    found = check(real, "220882")
    assert rows(found) == {
        ("sum", "耕地保有量", 2035): ("cannot_tell", "1773.81", "9170.19"),
        ("sum", "永久基本农田保护面积", 2035): ("cannot_tell", "1246.83", "6954.17"),
        ("sum", "生态保护红线面积", 2035): ("cannot_tell", "0.3733", "4.9867"),
        ("each", "城镇开发边界扩展倍数", 2035): ("pass", "1.18", None),
        ("each", "单位国内生产总值建设用地使用面积", 2035): ("cannot_tell", None, None),
        ("allocated", "用水总量", 2035): ("cannot_tell", None, None),
        ("each", "用水总量", 2025): ("cannot_tell", "6.07", None),
        ("part", "永久基本农田保护面积", 2035): ("pass", "249.12", None),
    }
    assert found.answer is Answer.CANNOT_TELL
    farmland = found.judgements[0]
    assert farmland.sum is not None
    assert {each.plan.plan.area_name for each in farmland.sum.counted} == {
        "大安市",
        "洮南市",
        "镇赉县",
        "通榆县",
    }
    assert {each.area_name for each in farmland.sum.holes} == {
        "长春市", "吉林市", "四平市", "辽源市", "通化市", "白山市", "松原市", "延边朝鲜族自治州", "洮北区",
    }  # fmt: skip
    assert farmland.finding.clause is not None
    assert farmland.finding.clause.document == "国函〔2023〕147号"
    assert "10944万亩" in farmland.finding.clause.text
    assert all("1.18倍" in each.target.clause.text for each in farmland.sum.counted)
    assert len(farmland.finding.inputs) == 5
    assert not farmland.finding.verified


def test_each_county_says_the_same_of_the_sum_and_its_own_of_itself(real: Home) -> None:
    every = [check(real, code, "220000-master") for code in ("220882", "220881", "220821", "220822")]
    sums = [[each for each in one.judgements if each.comparison is Comparison.SUM] for one in every]
    assert len({tuple((r.finding.id, r.finding.measured, r.residual) for r in one) for one in sums}) == 1
    multiples = [rows(one)["each", "城镇开发边界扩展倍数", 2035][1] for one in every]
    assert multiples == ["1.18", "1.18", "1.18", "1.20"]


def test_a_looser_county_is_found_and_nothing_else(tmp_path: Path) -> None:
    """通榆's multiple raised to 1.31, above the province's 1.3."""
    home = Home.open(tmp_path / "home")
    files = [shared("approvals/002.txt"), shared("approvals/seed.txt")]
    (province, seed) = read_replies(files)
    register(home, *province)
    readings = copy.deepcopy(list(seed[1]))
    (reading,) = [each for each in readings if each["plans"]]
    (tongyu,) = [each for each in reading["plans"] if each["area"] == "通榆县"]
    (limit,) = [each for each in tongyu["targets"] if each["unit"] == "倍"]
    limit |= {"value": 1.31, "value_text": "1.31"}
    register(home, seed[0], readings)
    failed = {
        code: [each.indicator for each in check(home, code).judgements if each.finding.answer is Answer.FAIL]
        for code in ("220882", "220881", "220821", "220822")
    }
    assert failed == {"220882": [], "220881": [], "220821": [], "220822": ["城镇开发边界扩展倍数"]}


CITY_REPLY = """吉林省人民政府关于白城市国土空间总体规划（2021—2035年）的批复
吉政函〔2024〕9号
白城市人民政府：
一、原则同意《白城市国土空间总体规划（2021—2035年）》。
二、到2035年，全市耕地保有量不低于1900.00万亩，用水总量不超过上级下达指标。
其中，大安市到2035年用水总量不超过6.50亿立方米；通榆县到2035年耕地保有量不低于621.04万亩。
吉林省人民政府
2024年6月1日
"""


def test_figures_that_the_city_hands_down_by_name_settle_references(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    (city := tmp_path / "市.txt").write_text(CITY_REPLY, "utf-8")
    for evidence, readings in read_replies([city, shared("approvals/seed.txt")]):
        register(home, evidence, readings)
    daan = check(home, "220882")
    assert daan.upper.plan_id == "220800-master"
    assert rows(daan)["allocated", "用水总量", 2035] == ("pass", "6.50", None)
    (water,) = [each for each in daan.judgements if each.comparison is Comparison.ALLOCATED]
    assert water.finding.clause is not None
    assert (water.finding.clause.document, "6.50" in water.finding.clause.text) == ("吉政函〔2024〕9号", True)
    # 通榆 has 621.03, a ten-thousandth short of what the city's reply gives it; 洮南 still refers to nothing.
    assert rows(check(home, "220822"))["allocated", "耕地保有量", 2035][0] == "fail"
    assert rows(check(home, "220881"))["allocated", "用水总量", 2035][0] == "cannot_tell"


def test_what_is_not_registered_or_does_not_stand_above(real: Home) -> None:
    with pytest.raises(NotFoundError, match=r"plan\.unknown"):
        check(real, "999999")
    with pytest.raises(NotFoundError, match=r"plan\.unknown"):
        check(real, "220882", "220800")
    with pytest.raises(NotFoundError, match=r"transmission\.no_upper"):
        check(real, "220000")
    with pytest.raises(InputError, match=r"transmission\.not_above"):
        check(real, "220882", "220881")


def test_replies_that_may_be_incomplete_are_named(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    for evidence, readings in read_replies([shared("approvals/002.txt"), shared("approvals/034.txt")]):
        register(home, evidence, readings)
    doubts = check(home, "220322").doubts
    assert {(each.plan, each.source) for each in doubts} >= {("220322-master", "034.txt")}
    assert all(each.questions or each.cut_off for each in doubts)


def test_status_and_tree(real: Home) -> None:
    from datetime import date

    (province,), current = tree(real)
    assert province.plan is not None
    assert [each.area_name for each in province.below] == ["白城市"]
    assert province.below[0].plan is None
    version = current["220882-master"].version
    assert [status(version, date(year, 1, 1)) for year in (2026, 2035, 2036)] == [
        "in_force",
        "in_force",
        "ended",
    ]


def test_the_commands_say_it_all(real: Home) -> None:
    shown = lantu(real.path, "transmit", "check", "220882")
    assert shown.code == 0, shown.err
    for words in (
        "9170.19",
        "洮北区：没有登记规划",
        "没有登记图层 生态保护红线（STBHHX）",
        "无法判断",
        "国函〔2023〕147号",
        "1.18倍",
    ):
        assert words in shown.out
    value = lantu(real.path, "transmit", "check", "220882", "--json").json
    assert value["numbers"]["answer"] == "cannot_tell"
    assert {value[section]["answer"] for section in ("space", "controls", "names")} == {"cannot_tell"}
    assert {each["plan"] for each in value["matrix"]} == {"220882-master"}
    farmland = value["numbers"]["rows"][0]
    assert (farmland["required"], farmland["measured"], farmland["residual"]) == (
        "10944",
        "1773.81",
        "9170.19",
    )
    assert Decimal(farmland["measured"]) == sum(Decimal(each["value"]) for each in farmland["counted"])
    assert len(farmland["not_counted"]) == 9
    assert lantu(real.path, "transmit", "check", "220000").code == 4
    assert lantu(real.path, "transmit", "check", "220882", "--upper", "220881").code == 3
    shown = lantu(real.path, "transmit", "tree")
    assert "220800 白城市  市级  未登记  下级已登记 4/5" in shown.out
    (root,) = lantu(real.path, "transmit", "tree", "--json").json
    assert (root["plan"]["status"], root["plan"]["target_count"], root["below"][0]["plan"]) == (
        "in_force",
        5,
        None,
    )
    assert json.dumps(root, ensure_ascii=False).count('"id": "2208') == 4

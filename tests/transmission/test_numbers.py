"""A lower plan's figures one by one: not looser than the upper's, handed down by name, part and whole."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.errors import ConflictError, InputError
from lantu.core.finding import Answer
from lantu.lawbook import message
from lantu.plans import Plan, PlanKind, PlanLevel
from lantu.transmission.figures import InForce
from lantu.transmission.judgement import Comparison
from lantu.transmission.numbers import judge
from lantu.transmission.tree import chain
from transmission.made import BOOK, RULES, judged, only, plan, target

EACH, ALLOCATED, PART = Comparison.EACH, Comparison.ALLOCATED, Comparison.PART
PROVINCE = "220000"


@pytest.mark.parametrize(
    ("upper", "lower", "answer"),
    [
        ("城镇开发边界扩展倍数 <= 1.3 倍", "城镇开发边界扩展倍数 <= 1.18 倍", "pass"),
        ("城镇开发边界扩展倍数 <= 1.3 倍", "扩展倍数 <= 1.30 倍", "pass"),
        ("城镇开发边界扩展倍数 <= 1.3 倍", "城镇开发边界扩展倍数 <= 1.31 倍", "fail"),
        ("城镇开发边界扩展倍数 <= 1.3 倍", "城镇开发边界扩展倍数 >= 1.2 倍", "cannot_tell"),
        ("单位国内生产总值建设用地使用面积 >= 40 %", "单位GDP建设用地使用面积 >= 40 %", "pass"),
        ("单位国内生产总值建设用地使用面积 >= 40 %", "单位GDP建设用地使用面积 >= 39.9 %", "fail"),
        ("大陆自然岸线保有率 >= 35 %", "大陆自然岸线保有率 >= 40 %", "needs_person"),
        ("森林覆盖率 >= 35 %", "森林覆盖率 >= 40 %", "cannot_tell"),  # the lawbook has no rule
    ],
)
def test_what_does_not_add_up_is_compared_one_by_one(upper: str, lower: str, answer: str) -> None:
    rows = judged(plan("220882", lower), plan(PROVINCE, upper))
    assert all(each.comparison is not Comparison.SUM for each in rows)
    assert only(rows, EACH).finding.answer == answer


def test_figures_on_different_bases_are_for_a_person() -> None:
    upper = target("城镇开发边界扩展倍数 <= 1.3 倍", note="以2020年城镇建设用地规模为基数")
    lower = target("城镇开发边界扩展倍数 <= 1.18 倍", note="以2023年城镇建设用地规模为基数")
    row = only(judged(plan("220882", lower), plan(PROVINCE, upper)), EACH)
    assert row.finding.answer is Answer.NEEDS_PERSON
    same = target("城镇开发边界扩展倍数 <= 1.18 倍", note="以 2020 年城镇建设用地规模为基数")
    assert only(judged(plan("220882", same), plan(PROVINCE, upper)), EACH).finding.answer is Answer.PASS


@given(
    st.decimals(min_value=0, max_value=3, places=2), st.decimals(min_value=0, max_value=3, places=2),
    st.decimals(min_value=0, max_value=1, places=2), st.booleans(),
)  # fmt: skip
def test_a_tighter_figure_never_turns_pass_into_fail(
    limit: Decimal, own: Decimal, by: Decimal, floor: bool
) -> None:
    name, op, unit = ("单位国内生产总值建设用地使用面积", ">=", "%") if floor else ("扩展倍数", "<=", "倍")
    tighter = own + by if floor else max(own - by, Decimal(0))
    upper = plan(PROVINCE, f"{name} {op} {limit:f} {unit}")

    def answer(value: Decimal) -> Answer:
        return only(judged(plan("220882", f"{name} {op} {value:f} {unit}"), upper), EACH).finding.answer

    assert answer(own) is (Answer.PASS if (own >= limit if floor else own <= limit) else Answer.FAIL)
    assert not (answer(own) is Answer.PASS and answer(tighter) is not Answer.PASS)


def test_what_is_handed_down_by_name_goes_before_what_holds_for_all() -> None:
    """The province allows 1.3 on the whole and this county 1.35: 1.32 is within what it was given."""
    upper = plan(PROVINCE, "城镇开发边界扩展倍数 <= 1.3 倍")
    given_ = (target("城镇开发边界扩展倍数 <= 1.35 倍"),)
    rows = judged(plan("220882", "城镇开发边界扩展倍数 <= 1.32 倍", allocated=given_), upper)
    assert [(each.comparison, each.finding.answer) for each in rows] == [(ALLOCATED, Answer.PASS)]
    rows = judged(plan("220882", "城镇开发边界扩展倍数 <= 1.36 倍", allocated=given_), upper)
    assert [(each.comparison, each.finding.answer) for each in rows] == [(ALLOCATED, Answer.FAIL)]


def test_a_reference_takes_the_figure_that_is_handed_down_and_cannot_be_told_without() -> None:
    upper = plan(PROVINCE, "用水总量 <= 20.00 亿立方米")
    lower = plan("220882", "用水总量 上级下达指标")
    row = only(judged(lower, upper), ALLOCATED)
    assert (row.finding.answer, row.finding.message) == ("cannot_tell", "transmission.reference_open")
    known = plan("220882", "用水总量 上级下达指标", allocated=(target("用水总量 <= 6.10 亿立方米"),))
    rows = judged(known, upper)
    assert only(rows, ALLOCATED).finding.answer is Answer.PASS
    assert only(rows, Comparison.SUM).finding.measured == Decimal("6.10")
    # A figure for another year is not the one that is referred to.
    other = (target("用水总量 <= 6.10 亿立方米", year=2030),)
    rows = judged(plan("220882", "用水总量 上级下达指标", allocated=other), upper)
    assert {each.finding.answer for each in rows if each.comparison is ALLOCATED} == {Answer.CANNOT_TELL}


def test_references_that_lead_to_references_end_in_cannot_tell() -> None:
    rows = judged(plan("220882", "用水总量 上级下达指标"), plan(PROVINCE, "用水总量 国家下达指标"))
    assert {each.finding.message for each in rows} == {
        "transmission.upper_refers", "transmission.reference_open",
    }  # fmt: skip
    assert {each.finding.answer for each in rows} == {Answer.CANNOT_TELL}
    # The nation hands the province 20.00, and the county's 21.00 is already more.
    upper = plan(PROVINCE, "用水总量 国家下达指标", allocated=(target("用水总量 <= 20.00 亿立方米"),))
    rows = judged(plan("220882", "用水总量 <= 21.00 亿立方米"), upper)
    assert only(rows, Comparison.SUM).finding.answer is Answer.FAIL


def test_words_that_were_not_read_are_for_a_person() -> None:
    rows = judged(plan("220882", unread=("大安市耕地约300余万亩",)), plan(PROVINCE))
    assert [each.finding.answer for each in rows] == [Answer.NEEDS_PERSON]
    assert "约300余万亩" in message(rows[0].finding.message, **rows[0].finding.params)


@pytest.mark.parametrize(
    ("part", "answer"),
    [("永久基本农田保护面积 >= 327.40 万亩", "pass"), ("永久基本农田保护面积 >= 327.41 万亩", "fail"),
     ("永久基本农田保护面积 >= 2183 平方千米", "fail"),  # 327.40 万亩 are 2182.666… km²
     ("永久基本农田保护面积 <= 249.12 万亩", "cannot_tell")],
)  # fmt: skip
def test_a_part_is_no_more_than_its_whole(part: str, answer: str) -> None:
    lower = plan("220882", "耕地保有量 >= 327.40 万亩", target(part, of="耕地保有量"))
    assert only(judged(lower, plan(PROVINCE)), PART).finding.answer == answer
    alone = plan("220882", target(part, of="耕地保有量"))
    assert only(judged(alone, plan(PROVINCE)), PART).finding.answer is Answer.CANNOT_TELL


def test_silence_and_other_years_are_said_on_both_sides() -> None:
    upper = plan(PROVINCE, "城镇开发边界扩展倍数 <= 1.3 倍", target("用水总量 <= 20 亿立方米", year=2030))
    lower = plan("220882", target("用水总量 <= 6.07 亿立方米", year=2025), "耕地保有量 >= 327.40 万亩")
    said = {
        (each.indicator, each.year): each.finding for each in judged(lower, upper) if each.comparison is EACH
    }
    assert {key: finding.message.removeprefix("transmission.") for key, finding in said.items()} == {
        ("城镇开发边界扩展倍数", 2035): "gap_silent", ("用水总量", 2030): "gap_years",
        ("用水总量", 2025): "upper_years", ("耕地保有量", 2035): "upper_silent",
    }  # fmt: skip
    assert {finding.answer for finding in said.values()} == {Answer.CANNOT_TELL}
    assert said["用水总量", 2030].params["years"] == "2025"
    assert said["用水总量", 2025].params["years"] == "2030"


def test_every_sentence_has_what_it_names_in_both_languages() -> None:
    upper = plan(PROVINCE, "城镇开发边界扩展倍数 <= 1.3 倍", "耕地保有量 >= 10944 万亩",
                 "用水总量 国家下达指标", "森林覆盖率 >= 35 %",
                 "永久基本农田 >= 1 万亩", "永久基本农田 >= 2 万亩")  # fmt: skip
    lower = plan("220882", "城镇开发边界扩展倍数 <= 1.4 倍", "耕地保有量 >= 327.40 万亩",
                 "用水总量 上级下达指标", target("永久基本农田 >= 400 万亩", of="耕地保有量"))  # fmt: skip
    rows = judged(lower, upper)
    for row in rows:
        for language in ("zh", "en"):
            said = message(row.finding.message, language, **row.finding.params)
            assert "{" not in said and "None" not in said and row.finding.message not in said
    assert len({each.finding.id for each in rows}) == len(rows)


# --- what is refused ------------------------------------------------------------------------------------


def test_an_upper_plan_has_to_stand_above() -> None:
    lower, upper = plan("220882"), plan("220881")
    with pytest.raises(InputError, match=r"transmission\.not_above"):
        judged(lower, upper)
    with pytest.raises(InputError, match=r"transmission\.not_above"):
        judged(plan(PROVINCE), lower)


def test_two_plans_in_force_for_one_area_are_refused() -> None:
    with pytest.raises(ConflictError, match=r"transmission\.several_plans") as caught:
        judged(plan("220882"), plan(PROVINCE), [plan("220882")])
    assert caught.value.params["area"] == "大安市"


def test_other_kinds_of_plan_are_refused() -> None:
    special = InForce(
        Plan("x", "220882", "大安市", PlanLevel.COUNTY, PlanKind.SPECIAL, "水利规划", "220000-master"),
        "d",
        (),
    )
    with pytest.raises(InputError, match=r"transmission\.not_master"):
        judge(special, plan(PROVINCE), [plan(PROVINCE)], RULES, BOOK.divisions)


def test_a_ring_of_parents_is_named() -> None:
    def made(name: str, parent: str) -> Plan:
        return Plan(name, name, name, PlanLevel.CITY, PlanKind.MASTER, name, parent)

    ring = {each.id: each for each in (made("a", "b"), made("b", "c"), made("c", "b"))}
    with pytest.raises(ConflictError, match=r"transmission\.circular") as caught:
        chain(ring, "a")
    assert caught.value.params["ring"] == "b → c → b"


def test_the_lawbook_page_names_known_indicators_once() -> None:
    page = BOOK.pages["transmission/numbers"]["indicators"]
    names = [name for each in page for name in each.get("names", ())]
    assert len(names) == len(set(names))
    for each in page:
        assert each["id"] in BOOK.indicators or each.get("names"), each["id"]
    assert set(BOOK.indicators) <= set(RULES.by_id)
    for indicator in BOOK.indicators.values():
        assert RULES.by_id[indicator.id].sum is (indicator.unit != "倍")

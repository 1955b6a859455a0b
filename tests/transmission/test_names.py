"""Items of upper lists in lower ones: names, aliases, codes, what is only nearly the same."""

from __future__ import annotations

import pytest

from lantu.core.finding import Answer
from lantu.transmission.clauses import Absent, Judged
from lantu.transmission.names import KIND, Item, Roll, item_of, judge_names, name_rules
from transmission.ground import BOOK, by_id

RULES = name_rules(BOOK)
AREAS = ("大安市", "白城市", "吉林省")


def judged(
    upper: list[Item] | None, lower: list[Item] | None, clause: str = "protected_areas", code: str = "220882"
) -> Judged:
    """Judge all lists and return one; None for a list that is not registered."""
    gone = Absent(KIND, "transmission.absent_layer", {"areas": "白城市", "layer": KIND})
    low = gone if lower is None else Roll("220882", "大安市", "sha256:l", tuple(lower))
    high = gone if upper is None else Roll("220800", "白城市", "sha256:u", tuple(upper))
    return by_id(judge_names(RULES, code, low, high, AREAS))[clause]


def park(name: str, code: str = "", *aliases: str, area: str = "220882") -> Item:
    return Item(area, "自然保护地", name, code, aliases)


def what(found: Judged) -> list[tuple[str, str]]:
    return [(each.what, each.name) for each in found.missed]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("牛心套保湿地公园", "牛心套保湿地公园"),
        ("牛心套保湿地公园（国家级）", "牛心套保湿地公园"),
        ("牛心套保　湿地公园", "牛心套保湿地公园"),
        ("牛心套保(国家)湿地公园", "牛心套保（国家）湿地公园"),
        ("吉林省大安市牛心套保湿地公园", "牛心套保湿地公园"),
        ("大安牛心套保国家级湿地公园", "牛心套保湿地公园"),
        ("ＡＢ湿地公园", "ab湿地公园"),
        ("《牛心套保·湿地公园》", "牛心套保湿地公园"),
    ],
)
def test_one_name_in_several_forms(above: str, below: str) -> None:
    assert judged([park(above)], [park(below)]).finding.answer is Answer.PASS
    assert judged([park(below)], [park(above)]).finding.answer is Answer.PASS


def test_aliases_and_codes() -> None:
    assert judged([park("嫩江湾湿地", "", "老坎子湿地")], [park("老坎子湿地")]).finding.answer is Answer.PASS
    assert judged([park("老坎子湿地")], [park("嫩江湾湿地", "", "老坎子湿地")]).finding.answer is Answer.PASS
    assert judged([park("甲乙丙湿地", "P1")], [park("甲乙丙湿地", "P1")]).finding.answer is Answer.PASS
    found = judged([park("甲乙丙湿地", "P1")], [park("完全不同保护区", "P1")])
    assert (found.finding.answer, what(found)) == (Answer.NEEDS_PERSON, [("renamed", "甲乙丙湿地")])
    found = judged([park("甲乙丙湿地", "P1")], [park("甲乙丙湿地", "P2")])
    assert (found.finding.answer, what(found)) == (Answer.NEEDS_PERSON, [("recoded", "甲乙丙湿地")])


def test_a_near_miss_is_a_question_and_never_a_match() -> None:
    for below in ("牛心套堡湿地公园", "牛心套保湿地园", "牛心套保大湿地公园"):
        found = judged([park("牛心套保湿地公园")], [park(below)])
        assert (found.finding.answer, what(found)) == (Answer.NEEDS_PERSON, [("near", "牛心套保湿地公园")])
    # Two characters apart, or too short, is another one.
    assert judged([park("牛心套保湿地公园")], [park("牛心台堡湿地公园")]).finding.answer is Answer.FAIL
    assert judged([park("甲湖")], [park("乙湖")]).finding.answer is Answer.FAIL
    # What stands for another item already is no near miss of this one.
    found = judged([park("一号滑坡点"), park("二号滑坡点")], [park("一号滑坡点")])
    assert (found.finding.answer, what(found)) == (Answer.FAIL, [("missing", "二号滑坡点")])
    # Of another grade: the same or not is for a person.
    found = judged([park("查干湖国家级保护区")], [park("查干湖省级保护区")])
    assert (found.finding.answer, what(found)) == (Answer.NEEDS_PERSON, [("regraded", "查干湖国家级保护区")])


def test_phases_in_brackets_are_two() -> None:
    both = [park("河湖连通工程（一期）"), park("河湖连通工程（二期）")]
    assert judged(both, both).finding.answer is Answer.PASS
    assert judged(both, both[:1]).finding.answer is not Answer.PASS
    found = judged(both, [park("河湖连通工程")])
    assert (found.finding.answer, {each.what for each in found.missed}) == (Answer.NEEDS_PERSON, {"near"})


def test_what_is_missing_and_what_concerns_others() -> None:
    above = [
        park("甲甲甲保护区"),
        park("乙乙乙保护区", area="220881"),
        park("丙丙丙保护区", area="220882101"),
    ]
    found = judged(above, [park("甲甲甲保护区")])
    assert (found.finding.answer, what(found)) == (Answer.FAIL, [("missing", "丙丙丙保护区")])
    assert (found.finding.measured, found.finding.required, found.finding.unit) == (1, 0, "个")
    assert judged(above[:2], [park("甲甲甲保护区")]).finding.answer is Answer.PASS
    # None of them lies here: nothing to take up.
    assert judged(above[1:2], []).finding.answer is Answer.PASS
    # The upper list does not say where.
    for area in ("", "220800", "220000"):
        found = judged([park("丁丁丁保护区", area=area)], [])
        assert (found.finding.answer, what(found)) == (Answer.NEEDS_PERSON, [("unplaced", "丁丁丁保护区")])
        assert judged([park("丁丁丁保护区", area=area)], [park("丁丁丁保护区")]).finding.answer is Answer.PASS
    # A city takes up what lies in its counties.
    assert judged(above[:1], [], code="220800").finding.answer is Answer.FAIL


def test_lists_that_are_not_there() -> None:
    for upper, lower in ((None, [park("甲甲甲保护区")]), ([park("甲甲甲保护区")], None)):
        assert judged(upper, lower).finding.answer is Answer.CANNOT_TELL
    found = judged([Item("220882", "文物保护单位", "汉书遗址")], [])
    assert (found.finding.answer, found.finding.message) == (Answer.CANNOT_TELL, "transmission.names_none")


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        ("自然保护区", "protected_areas"),
        ("省级文物保护单位", "heritage"),
        ("重点建设项目", "key_projects"),
        ("地质灾害易发区", "disaster_prone"),
        ("别的什么", "others"),
        ("", "others"),
    ],
)
def test_every_item_belongs_to_one_list(kind: str, clause: str) -> None:
    item = Item("220882", kind, "某某某某")
    assert judged([item], [], clause).finding.answer is Answer.FAIL
    assert judged([item], [item], clause).finding.answer is Answer.PASS


def test_cells_of_a_table() -> None:
    assert item_of(220882, " 工程 ", "甲", float("nan"), "乙；丙; 丁、") == Item(
        "220882", "工程", "甲", "", ("乙", "丙", "丁")
    )
    assert item_of(None, None, None, None, None) == Item("", "", "")

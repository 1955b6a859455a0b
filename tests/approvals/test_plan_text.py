"""A plan's own text: what it says of its area, and nothing that it says of others or of the past."""

from __future__ import annotations

from lantu.approvals.plan_text import Saying, read_plan_text
from lantu.lawbook import load

BOOK = load()


def sayings(text: str, area: str = "大安市") -> list[Saying]:
    return read_plan_text(text, "文本.docx", BOOK, area, 2021)[0]


def said(text: str) -> list[tuple[str, str | None, str, str | None, int | None]]:
    return [(s.indicator, s.op, str(s.value), s.unit, s.year) for s in sayings(text)]


def test_the_figures_of_a_plan_with_their_clauses() -> None:
    text = (
        "第十条　规划目标\n到２０３５年，耕地保有量不低于327.40万亩，"
        "其中永久基本农田保护面积不低于249.12万亩；用水总量2025年不超过6.07亿立方米。"
    )
    found = sayings(text)
    assert [(s.indicator, s.op, str(s.value), s.unit, s.year) for s in found] == [
        ("耕地保有量", ">=", "327.40", "万亩", 2035),
        ("永久基本农田保护面积", ">=", "249.12", "万亩", 2035),
        ("用水总量", "<=", "6.07", "亿立方米", 2025),
    ]
    assert all(s.plain for s in found)
    assert text[slice(*found[0].span)].endswith("327.40万亩")
    assert "249.12" in found[1].sentence


def test_each_place_is_told_for_itself() -> None:
    found = sayings("到2035年，全市耕地保有量不低于327.40万亩。到2035年，大安市耕地保有量不低于372.40万亩。")
    assert [str(s.value) for s in found] == ["327.40", "372.40"]


def test_a_statement_without_an_operator_is_not_plain() -> None:
    found = sayings("全市划定永久基本农田249.15万亩。")
    assert [(s.op, str(s.value), s.plain) for s in found] == [("=", "249.15", False)]


def test_others_and_the_past_are_not_the_plan_s() -> None:
    text = (
        "2020年，全市耕地面积353.12万亩。月亮泡镇耕地保有量不低于10.20万亩。"
        "镇赉县耕地保有量不低于311.33万亩。到2035年，大安市生态保护红线面积不低于405.23平方千米。"
    )
    assert [s for s in said(text) if s[0] in ("耕地保有量", "耕地面积", "生态保护红线面积")] == [
        ("生态保护红线面积", ">=", "405.23", "平方千米", 2035)
    ]


def test_what_cannot_be_read_is_a_question() -> None:
    found, questions = read_plan_text("耕地保有量不低于327\U001001b040万亩。", "文本", BOOK, "大安市", 2021)
    assert not found
    assert "approval.unknown_character" in {each.code for each in questions}

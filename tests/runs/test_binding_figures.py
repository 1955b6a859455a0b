"""What a package is bound by: a reply, a plan's text, a registered plan, for the package's county only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lantu.core.errors import InputError, NotFoundError
from lantu.lawbook import load
from lantu.runs.binding_figures import Above, Known
from lantu.runs.check_package import check
from lantu.runs.register_plan import read_replies, register
from lantu.store import Home

BOOK = load()
COUNTY = "220882"
TEXT = """白城市国土空间总体规划（2021—2035年）
第十条　规划目标
到2035年，全市耕地保有量不低于1500.00万亩，永久基本农田保护面积不低于1200.00万亩。
其中，大安市到2035年耕地保有量不低于327.40万亩，永久基本农田保护面积249.12万亩；镇赉县耕地保有量不低于311.33万亩。
城镇开发边界扩展倍数控制在基于2020年城镇建设用地规模的1.3倍以内。
"""
REPLY = f"""吉林省人民政府关于白城市国土空间总体规划（2021—2035年）的批复
吉政函〔2024〕9号
白城市人民政府：
一、原则同意《白城市国土空间总体规划（2021—2035年）》。
{TEXT.partition("规划目标")[2]}
吉林省人民政府
2024年6月11日
"""
OURS = {("耕地保有量", ">=", "327.40", True), ("永久基本农田保护面积", ">=", "249.12", False)}


def said(above: Above) -> set[tuple[str, str, str, bool]]:
    names = {each.id: each.name.zh for each in BOOK.indicators.values()}
    return {(names.get(f.indicator, f.indicator), f.op, str(f.value), f.plain) for f in above.figures or ()}


def known(home: Home | None = None, county: str | None = COUNTY) -> Known:
    return Known(home, county, BOOK)


def registered(folder: Path, text: str) -> Home:
    home = Home.open(folder / "home")
    file = folder / "批复.txt"
    file.write_text(text, "utf-8")
    for evidence, readings in read_replies([file]):
        register(home, evidence, readings)
    return home


@pytest.mark.parametrize("text", [TEXT, REPLY])
def test_a_file_of_the_plan_above_binds_where_it_names_the_county(tmp_path: Path, text: str) -> None:
    """Neither the city's own totals nor a sentence behind the county's is the county's."""
    file = tmp_path / "上级.txt"
    file.write_text(text, "utf-8")
    assert said(known().above(file)) == OURS
    (other, *_) = known(county="220821").above(str(file)).figures or ()
    assert str(other.value) == "311.33"


def test_the_registered_plan_above_binds_by_itself_or_by_its_id(tmp_path: Path) -> None:
    home = registered(tmp_path, REPLY)
    assert said(known(home).above(None)) == OURS == said(known(home).above("220800-master"))
    assert {each.source for each in known(home).above(None).figures or ()} == {"吉政函〔2024〕9号"}
    assert known(home, "220284").above(None) == Above()  # of another city
    assert known(home, "220822").above(None) == Above()  # of this one, but nothing is handed down to it
    assert known(home, None).above(None) == Above()


def test_a_file_goes_before_a_plan_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = registered(tmp_path, REPLY)
    monkeypatch.chdir(tmp_path)
    Path("220800-master").write_text("大安市耕地保有量不低于1.00万亩。", "utf-8")
    assert {value for _, _, value, _ in said(known(home).above("220800-master"))} == {"1.00"}


def test_what_says_nothing_of_the_county_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "上级.txt"
    file.write_text("到2035年，全市耕地保有量不低于1500.00万亩。", "utf-8")
    with pytest.raises(InputError, match=r"package\.no_upper_figures") as caught:
        known().above(file)
    assert caught.value.params["name"] == "大安市"
    home = registered(tmp_path, REPLY.replace("大安市", "洮南市"))
    with pytest.raises(InputError, match=r"package\.no_upper_figures"):
        known(home).above("220800-master")
    for store in (None, home):
        with pytest.raises(NotFoundError, match=r"package\.no_upper_plan"):
            known(store).above("没有这个")


def test_an_unreadable_figure_of_the_county_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "上级.txt"
    text = "大安市耕地保有量不低于327\U001001b040万亩。镇赉县耕地保有量不低于31\U001001b00万亩。"
    file.write_text(text, "utf-8")
    above = known().above(file)
    assert not above.figures
    (words,) = above.unread
    assert "大安市耕地保有量" in words


def test_a_package_is_held_against_the_registered_plan_above(tmp_path: Path) -> None:
    home = registered(tmp_path, REPLY)
    table = "XZQDM,ZBMC,ZBDW,ZBSX,JQZ,JQMBZ,MBNZ\n220882,耕地保有量,万亩,约束性,,,{}\n"
    answers = []
    for name, target in (("good", "327.40"), ("loose", "327.39")):
        (tmp_path / name).mkdir()
        rows = (
            table.format(target)
            + f"220882,永久基本农田保护面积,万亩,约束性,,,{250 if name == 'good' else 240}\n"
        )
        (tmp_path / name / "GHZBB.csv").write_text(rows, "utf-8")
        result, _ = check(tmp_path / name, day=date(2026, 1, 1), home=home, only=["QC2201"])
        answers.append({(f.answer.value, str(f.measured), str(f.required)) for f in result.findings})
    # The second figure has no word for how it binds: as its indicator does, and a person decides.
    assert answers == [set(), {("fail", "327.39", "327.40"), ("needs_person", "240.00", "249.12")}]

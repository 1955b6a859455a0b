"""What an opinion says where a survey is out of date, and where the project does not say its stage."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import docx
import pdfplumber
import pytest

from lantu.runs.review_site import Project
from lantu.runs.write_opinion import WrittenOpinion
from runs.fonts import needs_font
from runs.opinion_files import FARM, RURAL, opinions, site_file
from world_home import world_home

pytestmark = needs_font

AGED = ("CR11", "CR12", "CR22", "CR23", "CR24")
OLD = "地类图斑 DLTB 最新为 2022 年，已过时（限 2 年，须 2023 年或更新的），不能判定"


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def in_pdf(made: WrittenOpinion) -> str:
    with pdfplumber.open(made.files[0]) as sheets:
        # In the order in which they are set: cell by cell.
        return squeezed("".join(char["text"] for sheet in sheets.pages for char in sheet.chars))


def in_docx(made: WrittenOpinion) -> str:
    word = docx.Document(str(made.files[1]))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return squeezed("".join([*(each.text for each in word.paragraphs), *cells]))


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> WrittenOpinion:
    folder = tmp_path_factory.mktemp("aged")
    home = world_home(folder / "home", years=[2022])
    (made,) = opinions(home, site_file(folder, FARM), folder / "意见")
    return made


def test_an_old_survey_is_named_with_what_it_measured(aged: WrittenOpinion) -> None:
    rows = {each.code: each for each in aged.page.controls}
    for code in AGED:
        assert (rows[code].said, rows[code].answer) == ("不能判定", "cannot_tell")
        assert rows[code].reasons[0].startswith(OLD) and "（2022，" in rows[code].data[0]
        assert "lantu" not in "".join(rows[code].reasons)  # advice for a terminal
    # Of 40,000 m² in A1 A2 B1 B2 N1 takes 10,000, in 2022 as well: no more, no less, but for orientation.
    assert (rows["CR11"].hectares, rows["CR11"].share) == ("3.0000", "75.00%")
    assert "占用耕地须办理农用地转用" in rows["CR11"].reasons[1]
    assert rows["CR22"].hectares == "0.0000"
    assert "耕地" in aged.page.sentence.partition("不能判定（")[2]
    assert rows["CR02"].status == "forbidden"  # what a line of the plan says does not age


def test_the_table_of_land_says_that_it_is_old(aged: WrittenOpinion) -> None:
    (note,) = [each for each in aged.page.land_notes if "过时" in each]
    assert (
        note.startswith("大安市的 地类图斑 DLTB 最新为 2022 年，按 2025-06-30 审查已过时") and "重审" in note
    )


def test_both_forms_print_it(aged: WrittenOpinion) -> None:
    for text in (in_pdf(aged), in_docx(aged)):
        assert text.count(squeezed(OLD)) == len(AGED)
        assert "大安市的地类图斑DLTB最新为2022年，按2025-06-30审查已过时" in text


def test_in_english(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2022])
    (made,) = opinions(home, site_file(tmp_path, FARM), tmp_path / "out", language="en")
    row = next(each for each in made.page.controls if each.code == "CR11")
    assert row.said == "Cannot tell" and "is of 2022: out of date (limit 2" in row.reasons[0]


def test_in_its_last_year_it_says_nothing_of_the_kind(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2022])
    (made,) = opinions(home, site_file(tmp_path, FARM), tmp_path / "out", day=date(2024, 12, 31))
    rows = {each.code: each for each in made.page.controls}
    assert rows["CR11"].said == "占用，须附文件" and rows["CR22"].said == "不占用"
    assert not any("过时" in each for each in made.page.land_notes)
    assert "过时" not in in_pdf(made) + in_docx(made)


def test_what_the_project_says_is_printed_and_picks_the_documents(aged: WrittenOpinion) -> None:
    facts = dict(aged.page.facts)["项目情况"]
    assert "是否线性工程（铁路、公路、管线、输电、渠道等）：否" in facts
    assert "办理阶段：农用地转用和土地征收报批" in facts
    names = {each.name for each in aged.page.needed}
    assert {"建设项目用地预审与选址意见书", "农用地转用批准及补充耕地方案"} <= names
    assert not any("规划核实" in each or "［" in each for each in names)
    assert not any("没有写明" in each for each in aged.page.left_out)


def test_an_unsaid_stage_lists_the_documents_of_every_stage(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    facts = {name: value for name, value in RURAL.facts.items() if name != "stage"}
    (made,) = opinions(home, site_file(tmp_path, FARM), tmp_path / "out", project=Project(facts))
    names = {each.name for each in made.page.needed}
    assert "建设项目用地预审与选址意见书［办理阶段：用地预审与选址、农用地转用和土地征收报批时须有］" in names
    assert any("没有写明办理阶段：" in each for each in made.page.left_out)
    # It is not known which of them is due, not whether any is: that is no reason not to tell.
    assert next(each for each in made.page.controls if each.code == "CR11").said == "占用，须附文件"
    for text in (in_pdf(made), in_docx(made)):
        assert "没有写明办理阶段" in text and "规划许可、规划核实和竣工验收时须有］" in text

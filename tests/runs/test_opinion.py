"""The opinion on a site of the tiny world: what it says, its pages as PDF and as DOCX."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import numpy as np
import pdfplumber
import pytest
import shapely
from docx.oxml.ns import qn
from pyproj import CRS

import world
from intake.gis_files import moved
from lantu.lawbook import load
from lantu.runs.opinion.docx import to_docx
from lantu.runs.opinion.model import Page
from lantu.runs.opinion.pdf import to_pdf
from lantu.runs.opinion.points import MOST, points_of
from lantu.runs.pages.typeset import Press
from lantu.runs.review_site import Project
from lantu.runs.review_words import ReviewWords
from lantu.runs.write_opinion import WrittenOpinion
from runs.fonts import needs_font
from runs.opinion_files import FARM, RED, opinions, site_file
from world import rect
from world_home import world_home

pytestmark = needs_font
WORDS = ReviewWords("zh", load())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[WrittenOpinion, ...]:
    folder = tmp_path_factory.mktemp("opinion")
    home = world_home(folder / "home")
    return opinions(home, site_file(folder, FARM, RED), folder / "意见")


@pytest.fixture(scope="module")
def page(written: tuple[WrittenOpinion, ...]) -> Page:
    return written[0].page


@pytest.fixture(scope="module")
def press() -> Press:
    return Press.ready("opinion.no_chinese_font", "opinion.pdf_failed")


# --- what it says -----------------------------------------------------------------------------------------


def test_controls_with_areas_known_on_paper(page: Page) -> None:
    rows = {each.code: each for each in page.controls}
    farm = rows["CR02"]
    assert (farm.status, farm.said, farm.answer) == ("forbidden", "占用，禁止", "fail")
    assert (farm.hectares, farm.square_metres, farm.share) == ("4.0000", "40,000.00", "100.00%")
    assert farm.clause == "土地管理法 35" and farm.reasons
    # N1 is a works of 10,000 m²: no farmland.
    assert (rows["CR11"].hectares, rows["CR11"].share) == ("3.0000", "75.00%")
    assert rows["CR11"].said == "占用，须附文件"
    assert (rows["CR01"].said, rows["CR01"].square_metres) == ("不占用", "0.00")
    # The whole site is concerned, but 4 ha are too few for the State Council.
    assert rows["CR13"].said == "不涉及" and "未超过 70 公顷" in rows["CR13"].reasons[0]
    assert len(page.controls) == 24


def test_what_is_missing_is_said_and_never_reads_as_compliant(page: Page) -> None:
    flood = next(each for each in page.controls if each.code == "CR05")
    assert (flood.said, flood.hectares, flood.share) == ("不能判定", "—", "—")
    assert "HLFXKZX" in flood.data[0] and "未登记" in flood.data[0]
    assert "lantu" not in "".join(flood.reasons)  # advice for a terminal
    assert any("HLFXKZX" in each for each in page.left_out)
    assert "不能判定（" in page.sentence and "洪涝风险控制线" in page.sentence


def test_each_control_names_the_data_it_was_looked_for_in(page: Page) -> None:
    rows = {each.code: each.data for each in page.controls}
    assert re.fullmatch(r"永久基本农田（无年份，摘要 [0-9a-f]{12}）", rows["CR02"][0])
    assert "（2025，" in rows["CR11"][0]


def test_the_verdict_is_the_worst_and_names_what_forbids(page: Page) -> None:
    assert (page.answer, page.verdict) == ("fail", "不符合")
    assert "1 项不允许（永久基本农田）" in page.sentence


def test_documents_by_whom_for_what_and_whether_named(page: Page) -> None:
    needed = {each.name: each for each in page.needed}
    conversion = needed["农用地转用批准及补充耕地方案"]
    assert conversion.by == "有批准权的人民政府" and conversion.controls == "CR11 耕地"
    assert conversion.named.startswith("项目称已有")
    assert needed["城镇开发边界外准入说明（约束指标＋分区准入、正负面清单）"].named == "未称已有"
    assert any("没有核读" in each for each in page.left_out)


def test_land_by_class_adds_up(page: Page) -> None:
    # A1, A2: 10,000 each, half of it N1; B1 10,000, all 0103; B2 10,000 0102.
    areas = {each.code: each.square_metres for each in page.land}
    assert areas == {"0103": "20,000.00", "0102": "10,000.00", "0601": "10,000.00", "": "40,000.00"}
    assert [each.name for each in page.land][-1] == "合计" and page.land[-1].share == "100.00%"
    assert not any("相差" in each for each in page.land_notes)


def test_ground_outside_is_said(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    half, nowhere = opinions(
        home, site_file(tmp_path, rect(-100, 0, 100, 100), rect(5000, 5000, 5100, 5100)), tmp_path / "out"
    )
    assert any("10,000.00 平方米不在任何已登记的县界内" in each for each in half.page.left_out)
    # Half of the site is in A1, basic farmland; of the other half nothing is known.
    farm = {each.code: each for each in half.page.controls}
    assert (farm["CR02"].hectares, farm["CR02"].square_metres) == ("1.0000", "10,000.00")
    assert farm["CR11"].said == "不能判定" and farm["CR11"].hectares == "至少 1.0000"
    assert farm["CR01"].said == "不能判定" and farm["CR01"].hectares == farm["CR01"].share == "—"
    assert any("相差 10,000.00" in each for each in half.page.land_notes)
    assert half.issue.number.startswith("220882-SC-") and nowhere.issue.number.startswith("000000-SC-")
    assert nowhere.page.verdict == "不能判定" and nowhere.page.overview is None
    assert "没有登记地类图斑" in nowhere.page.land_notes[0]
    first = nowhere.page.controls[0]
    assert first.said == "不能判定" and "不在任何已登记的县界" in first.reasons[0]


def test_suggestions_are_those_of_the_review(written: tuple[WrittenOpinion, ...]) -> None:
    kept, shift = written[1].page.suggestions
    assert "余 1.5000 公顷（75.0%）" in kept and "向南移约 50" in shift and "-0.0" not in shift


def test_a_map_for_each_control_that_takes_ground(page: Page) -> None:
    assert [re.search(r"CR\d\d", each.caption)[0] for each in page.maps] == ["CR02", "CR04", "CR11"]
    assert all('class="m-hatch" d="M' in each.svg and "m-scale" in each.svg for each in page.maps)
    assert "nan" not in "".join(each.svg for each in page.maps)
    assert page.overview is not None and "m-YJJBNT" in page.overview.svg and "m-site" in page.overview.svg
    assert [key.word for key in page.overview.keys] == [
        "地块",
        "永久基本农田",
        "生态保护红线",
        "城镇开发边界",
    ]


def test_hatches_lie_in_the_affected_part_alone(written: tuple[WrittenOpinion, ...]) -> None:
    red = next(each for each in written[1].page.maps if "CR01" in each.caption).svg
    (part,) = re.search(r'class="m-part" d="M([^"]*)Z"', red).groups()
    ground = shapely.Polygon(np.array(part.split(), float).reshape(-1, 2)).buffer(0.2)
    lines = re.search(r'class="m-hatch" d="M([^"]*)"', red)[1].split("M")
    assert len(lines) > 5
    assert all(
        ground.covers(shapely.LineString(np.array(each.split(), float).reshape(-1, 2))) for each in lines
    )


# --- boundary points --------------------------------------------------------------------------------------


def test_points_of_a_file_in_the_zone_are_its_own_figures() -> None:
    west, south = 41_500_100.1234, 5_040_000.5
    shape = shapely.Polygon(
        shapely.box(west, south, west + 500, south + 300).exterior,
        [shapely.box(west + 10, south + 10, west + 20, south + 20).exterior],
    )
    found = points_of(shape, CRS.from_epsg(4529), world.PLANE, WORDS)
    # Edges of 500 m have no points of their own, as packs do.
    assert [(each.ring, each.point) for each in found.rows] == [
        *(("1", f"J{n}") for n in (1, 2, 3, 4)), *(("1内1", f"J{n}") for n in (5, 6, 7, 8)),
    ]  # fmt: skip
    corner = min(found.rows[:4], key=lambda each: (float(each.x), float(each.y)))
    assert (corner.x, corner.y) == ("5040000.500", "41500100.123")
    assert "第 41 带" in found.note and "EPSG:4529" in found.note


def test_points_from_other_systems_and_of_the_neighbouring_zone() -> None:
    degrees = shapely.box(124.6, 45.5, 124.61, 45.51)  # nearer to 126° than to 123°
    expected = shapely.get_coordinates(moved(np.array([degrees], object), 4530)[0])[:-1]
    for crs, shape in (
        (4490, degrees),
        (4530, moved(np.array([degrees], object), 4530)[0]),
        (4529, moved(np.array([degrees], object), 4529)[0]),
        (4551, moved(np.array([degrees], object), 4551)[0]),
    ):
        found = points_of(shape, CRS.from_epsg(crs), world.PLANE, WORDS)
        assert "第 42 带" in found.note, crs
        listed = np.array([(float(each.y), float(each.x)) for each in found.rows])
        assert np.abs(listed - expected).max() < 0.0011, crs


def test_many_points_are_cut_off_and_that_is_said() -> None:
    round_ = shapely.Point(123.5, 45.5).buffer(0.01, quad_segs=100)
    found = points_of(round_, CRS.from_epsg(4490), world.PLANE, WORDS)
    assert len(found.rows) == MOST and "共 400 点" in found.note


def test_a_site_outside_the_zones_lists_none() -> None:
    shape = shapely.box(10, 45.5, 10.1, 45.6)
    found = points_of(shape, CRS.from_epsg(4490), world.PLANE, WORDS)
    assert not found.rows and "不列坐标" in found.note


# --- the two files ----------------------------------------------------------------------------------------


def test_the_same_page_and_issue_give_the_same_bytes(
    written: tuple[WrittenOpinion, ...], press: Press
) -> None:
    for each in written:
        pdf, word = (path.read_bytes() for path in each.files)
        assert to_pdf(each.page, each.issue, press) == pdf
        assert to_docx(each.page, each.issue, press) == word
    later = replace(written[0].issue, number="220882-SC-2026-0099")
    assert to_docx(written[0].page, later, press) != written[0].files[1].read_bytes()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_pdf_says_all_that_the_page_has(written: tuple[WrittenOpinion, ...]) -> None:
    page, issue = written[0].page, written[0].issue
    with pdfplumber.open(written[0].files[0]) as made:
        pages = len(made.pages)
        first = squeezed(made.pages[0].extract_text())
        # Cells of a row are told apart by where they stand: words are looked for in the characters.
        chars = "".join(each["text"] for sheet in made.pages for each in sheet.chars)
        for sheet in made.pages:
            assert max(each["x1"] for each in sheet.chars) < 595 - 50  # 20 mm of margin, but hanging marks
            assert min(each["x0"] for each in sheet.chars) > 50
    assert issue.number in first and "不符合" in first and "虚构示例数据" in first
    all_said = squeezed(chars)
    for text in (
        page.sentence, "40,000.00", "3.0000", "农用地转用批准及补充耕地方案", page.content(), issue.head,
        issue.run,
        "经办人", "单位（盖章）", f"共{pages}页", page.points.rows[0].x, page.points.rows[-1].y, "依据文件",
    ):  # fmt: skip
        assert squeezed(text) in all_said, text
    for row in page.controls:
        assert squeezed(row.title) in all_said and all(squeezed(each) in all_said for each in row.reasons)


def test_no_heading_of_the_pdf_ends_a_page(written: tuple[WrittenOpinion, ...]) -> None:
    for each in written:
        with pdfplumber.open(each.files[0]) as made:
            for sheet in made.pages:
                body = [char for char in sheet.chars if char["bottom"] < 842 - 60 and char["text"].strip()]
                lowest = max(body, key=lambda char: char["bottom"])
                assert lowest["size"] < 13, (each.issue.number, sheet.page_number)


def test_docx_read_again(written: tuple[WrittenOpinion, ...]) -> None:
    page, issue = written[0].page, written[0].issue
    made = docx.Document(str(written[0].files[1]))
    headings = [each.text for each in made.paragraphs if each.style.name == "Heading 1"]
    assert (
        headings[0] == "一、项目和地块" and headings[-1] == "十三、附表：界址点坐标" and len(headings) == 13
    )
    (controls,) = (each for each in made.tables if each.cell(0, 0).text == "管控")
    assert [row.cells[0].text.split("\n")[1] for row in controls.rows[1:]] == [c.code for c in page.controls]
    assert [row.cells[1].text for row in controls.rows[1:]] == [each.said for each in page.controls]
    assert controls.cell(2, 2).text == "4.0000 公顷\n40,000.00 平方米"
    heads = [
        each.rows[0] for each in made.tables if each.cell(0, 0).text in ("管控", "文件或决定", "地类", "圈")
    ]
    assert len(heads) == 4
    assert all(row._tr.trPr.find(qn("w:tblHeader")) is not None for row in heads)
    text = "\n".join(each.text for each in made.paragraphs)
    assert issue.number in text and "虚构示例数据" in text and page.left_out[0] in text
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    for said in (page.sentence, page.verdict, page.content(), page.needed[0].name, page.points.rows[-1].y):
        assert said in cells
    (signed,) = (each for each in made.tables if each.cell(0, 0).text == "经办人")
    assert [row.cells[0].text for row in signed.rows] == ["经办人", "审核人", "签发人", "单位（盖章）"]
    assert {row.cells[1].text for row in signed.rows} == {""}
    assert len(made.inline_shapes) == 1 + len(page.maps)


def test_docx_is_a4_in_chinese_fonts_with_page_numbers(written: tuple[WrittenOpinion, ...]) -> None:
    made = docx.Document(str(written[0].files[1]))
    section = made.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    wide = section.page_width - section.left_margin - section.right_margin
    for table in made.tables:
        assert sum(column.width for column in table.columns) <= wide + 20_000  # a twip each of rounding
    for foot in (section.footer, section.first_page_footer):
        fields = [each.get(qn("w:instr")) for each in foot._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]
    head = section.header.paragraphs[0]
    assert written[0].issue.number in head.text and section.first_page_header.paragraphs[0].text == ""
    stops = [*head.style.paragraph_format.tab_stops, *head.paragraph_format.tab_stops]
    assert [round(each.position.mm) for each in stops] == [170]  # the number goes to the right edge
    fonts = {each.get(qn("w:eastAsia")) for each in made.element.iter(qn("w:rFonts"))}
    assert fonts == {"仿宋", "黑体"}
    assert made.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    core = made.core_properties
    assert (core.identifier, core.author) == (written[0].issue.number, "Lantu")


def test_in_english(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    (found,) = opinions(home, site_file(tmp_path, FARM), tmp_path / "out", language="en")
    with pdfplumber.open(BytesIO(found.files[0].read_bytes())) as made:
        text = made.pages[0].extract_text()
    assert "DOES NOT CONFORM" in text and "Page 1 of" in text and "Invented sample data" in text
    word = docx.Document(str(found.files[1]))
    headings = [each.text for each in word.paragraphs if each.style.name == "Heading 1"]
    assert headings[:2] == ["1. Project and site", "2. Opinion"]
    assert not re.search(r"[\u4e00-\u9fff]", "".join(headings) + found.page.sentence)
    assert found.page.controls[1].said == "Affected, forbidden"


def test_only_invented_data_are_called_invented(page: Page, press: Press, written) -> None:
    real = replace(page, invented=None)
    with pdfplumber.open(BytesIO(to_pdf(real, written[0].issue, press))) as made:
        assert "虚构示例数据" not in made.pages[0].extract_text()
    word = docx.Document(BytesIO(to_docx(real, written[0].issue, press)))
    assert not any("虚构示例数据" in each.text for each in word.paragraphs)
    assert real.content() != page.content()


def test_texts_longer_than_a_page_are_neither_lost_nor_overflow(page: Page, press: Press, written) -> None:
    long = "虚构" * 2000 + "终"
    rows = list(page.controls)
    rows[1] = replace(rows[1], reasons=tuple(f"第{n}条理由说得很长很长很长很长很长" for n in range(100)))
    facts = (("申请单位", long), *page.facts[1:])
    made = to_pdf(replace(page, controls=tuple(rows), facts=facts), written[0].issue, press)
    with pdfplumber.open(BytesIO(made)) as sheets:
        chars = [char for sheet in sheets.pages for char in sheet.chars]
    text = squeezed("".join(char["text"] for char in chars))
    assert text.count("虚构") >= 2000 and "终" in text and "第99条理由" in text
    assert max(char["bottom"] for char in chars) < 842 - 25 and max(char["x1"] for char in chars) < 545
    word = docx.Document(BytesIO(to_docx(replace(page, facts=facts), written[0].issue, press)))
    assert word.tables[0].cell(0, 1).text == long


def test_what_no_file_can_hold_is_shown_as_such(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    project = Project({}, (), {"name": "a\x01\u202eb<b>&#$", "applicant": "甲"})
    (found,) = opinions(home, site_file(tmp_path, FARM), tmp_path / "out", project=project)
    assert dict(found.page.facts)["项目名称"] == "a\ufffd\ufffdb<b>&#$"
    assert docx.Document(str(found.files[1])).tables[0].cell(1, 1).text == "a\ufffd\ufffdb<b>&#$"
    # Nothing is known of the project: what hangs on it cannot be judged, and says on what.
    farm = next(each for each in found.page.controls if each.code == "CR02")
    assert farm.said == "不能判定" and "项目级别" in farm.reasons[0] and farm.hectares == "4.0000"

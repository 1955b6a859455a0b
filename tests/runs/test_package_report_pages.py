"""What is read and printed of a check: page, maps, PDF."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pdfplumber
import pyarrow as pa
import pytest
import shapely

from lantu.lawbook import load
from lantu.runs.package_report import page, pdf
from lantu.runs.package_report.arrange import arrange
from lantu.runs.package_report.pictures import pictures
from lantu.runs.package_report.work_map import map_of
from lantu.runs.package_report.write import FILES, write
from lantu.runs.pages import typeset
from lantu.runs.pages.maps import MapData, county_map
from lantu.runs.pages.page import read
from runs.checked_package import ORIGIN, WHEN, World, world
from runs.fonts import needs_font
from runs.report_files import outline_of, plain_text

PACKAGE = "lantu.runs.package_report"


# --- report.html ---------------------------------------------------------------------------------------


def test_page_asks_nothing_of_anybody(folder: Path) -> None:
    outline = outline_of(folder / "report.html")
    assert outline.asks and all(ask.startswith("#") for ask in outline.asks)
    assert {ask[1:] for ask in outline.asks} <= set(outline.ids)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"url\((?!data:)|@import|<script|<img|<iframe|<link", page)
    outside = re.sub(r'xmlns="http://www.w3.org/2000/svg"', "", page)
    assert "http:" not in outside and "https:" not in outside


def test_page_says_it_all_in_both_languages(folder: Path, said) -> None:
    text = plain_text(folder / "report.html")
    for row in said["findings"]:
        assert re.sub(r"\s+", " ", row["message"]["zh"]) in text
        assert re.sub(r"\s+", " ", row["message"]["en"]) in text
    for shown in (
        "退回", "Return", "大安市 220882", "图斑不重叠", "No overlaps", "用“拓扑检查”工具改正",
        "ZeroDivisionError", "SURPLUS", "made-by-hand", "0.01 平方米", "gb18030", "没有上一次检查",
    ):  # fmt: skip
        assert shown in text, shown
    assert not re.search(
        r"\{[a-z_]+\}", re.sub(r"<style>.*</style>", "", text.partition("一、结论")[2], flags=re.S)
    )


def test_marks_and_pictures_show_the_defects(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    county, *details = re.findall(r'<svg class="map".*?</svg>', page, re.S)
    marks = [int(n) for n in re.findall(r'class="m-mark[^>]*>.*?<text[^>]*>(\d+)</text>', county)]
    assert sorted(marks) == list(range(1, 14))
    assert len(details) == 12
    for svg in details:
        assert re.search(r'class="m-defect" d="M[\d. ]+Z"', svg), "the defect itself is drawn"
        assert svg.count('class="m-fault"') == 2 and 'class="m-near"' in svg
        assert "50 m" in svg or "100 m" in svg


def test_only_so_many_are_drawn_and_listed_and_the_page_says_so(tmp_path: Path) -> None:
    many = world(12)  # 2 × 12 × 11 overlaps
    report = arrange(many.checked, load())
    drawn = pictures(report, map_of(many.work))
    assert (len(drawn.details), drawn.left_out) == (60, 264 - 60)
    html = page.render(report, drawn, WHEN)
    assert html.count('<tr id="f-') == 4 + page.MOST_LISTED
    assert "共60处；其余204处" in html and f"另有{264 - page.MOST_LISTED}处未逐一列出" in html
    assert "本规则另有254处" in html


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning:shapely")  # of reading NaN, in any numpy
def test_broken_shapes_around_a_defect_do_not_stop_its_picture(found: World) -> None:
    bow = [(0, 0), (104, 104), (104, 0), (0, 104)]
    odd = [
        shapely.Polygon(bow), None, shapely.Polygon(), shapely.Polygon([(0, 0), (float("nan"), 5), (5, 5)]),
        shapely.Point(3, 3), shapely.LineString([(0, 0), (300, 300)]), shapely.Polygon([(0, 0)] * 4),
        shapely.GeometryCollection([shapely.Polygon(bow), shapely.Point(1, 1)]),
    ]  # fmt: skip
    layers = found.work.package.layers
    (lines,) = [layer for layer in layers if layer.name == "STBHHX"]
    moved = [None if each is None else shapely.transform(each, lambda xy: xy + ORIGIN) for each in odd]
    broken = replace(
        lines,
        wkb=pa.array(shapely.to_wkb(np.array(moved, object)), pa.large_binary()),
        table=pa.table({"BSM": [str(n) for n in range(len(odd))]}),
    )
    package = replace(found.work.package, layers=(*(each for each in layers if each is not lines), broken))
    ground = map_of(replace(found.work, package=package, _coverages={}))
    assert ground is not None and "STBHHX" in ground.areas
    drawn = pictures(arrange(found.checked, load()), ground)
    assert drawn.county and len(drawn.details) == 12
    assert not re.search(r'd="[^"]*nan', "".join(drawn.details.values()))


def test_a_map_of_very_many_parcels_keeps_their_ground() -> None:
    x, y = (axis.ravel() * 100.0 for axis in np.meshgrid(np.arange(120), np.arange(120)))
    black = ((x + y) / 100 % 2).astype(bool)
    squares = shapely.box(x, y, x + 100, y + 100)[black]  # 7,200 of a chessboard, each 3 picture units wide
    svg = county_map(MapData(shapely.box([0], [0], [12_000], [12_000]), {"YJJBNT": squares}), "map")
    assert svg and len(svg) < 500_000
    rings = re.search(r'class="m-YJJBNT" d="M([^"]*)Z"', svg)[1].split("ZM")
    # The rings of holes run the other way.
    drawn = abs(sum(map(signed_area, rings)))
    assert drawn == pytest.approx((430 - 2 * 14 - 24) ** 2 / 2, rel=0.05)


def signed_area(ring: str) -> float:
    x, y = np.array(ring.split(), float).reshape(-1, 2).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


# --- report.pdf ----------------------------------------------------------------------------------------


def pdf_text(path: Path | BytesIO) -> tuple[int, str]:
    with pdfplumber.open(path) as file:
        return len(file.pages), "\n".join(each.extract_text() for each in file.pages)


@needs_font
def test_pdf_is_short_and_says_the_verdict_first(folder: Path, said) -> None:
    pages, text = pdf_text(folder / "report.pdf")
    assert 3 <= pages <= 6 and f"共 {pages} 页" in text
    head = text[:400]
    assert "国土空间规划成果质检报告" in head and "退回" in head and "2条不通过，共13处" in head
    first = said["findings"][0]["message"]["zh"]
    assert re.sub(r"\s", "", first) in re.sub(r"\s", "", text)
    assert "124.02" in text and "未核实" in text


@needs_font
def test_invented_data_are_marked_and_others_are_not(tmp_path: Path, found: World) -> None:
    for invented in (True, False):
        checked = replace(found.checked, invented=invented)
        into = tmp_path / str(invented)
        write(checked, found.work, into, made_at=WHEN, language="zh")
        with pdfplumber.open(into / "report.pdf") as made:
            first = made.pages[0].extract_text()
        assert ("虚构示例数据" in first) is invented
        assert ("虚构示例数据" in plain_text(into / "report.html")) is invented


@needs_font
def test_pdf_in_english(found: World) -> None:
    report = arrange(found.checked, load())
    made = pdf.to_pdf(report, pictures(report, None), WHEN, "en")
    _, text = pdf_text(BytesIO(made))
    assert "Quality Report on a Plan Package" in text and "Return" in text and "Page 1 of" in text
    assert "第" not in text.replace("第一", "")
    assert made == pdf.to_pdf(report, pictures(report, None), WHEN, "en")


def test_without_a_chinese_font_there_is_a_notice_instead_of_boxes(
    found: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.pdf").write_bytes(b"of another check")
    monkeypatch.setattr(typeset, "FAMILIES", ())
    written = write(found.checked, found.work, tmp_path, made_at=WHEN)
    assert written.no_pdf and written.no_pdf.code == "quality_report.no_chinese_font"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(FILES) - {"report.pdf"})


def test_fonts_are_found_as_the_machine_spells_them() -> None:
    assert typeset.chinese_family(["DejaVu Sans", "simsun", "Microsoft Yahei"]) == "Microsoft Yahei"
    assert typeset.chinese_family(["DejaVu Sans", "Libertinus Serif"]) is None


def test_the_template_has_its_words_and_no_others() -> None:
    used = set(re.findall(r"\bw\.([a-z_]+)", read(PACKAGE, "report.typ")))
    assert used == {code.partition(".")[2] for code in pdf.WORDS}
    assert set(pdf.WORDS) <= set(load().messages)

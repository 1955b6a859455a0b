"""The files of a package check: the same findings in each, sound for the programs that will open them."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import geopandas
import jsonschema
import numpy as np
import pdfplumber
import pyarrow as pa
import pytest
import shapely

from cli.shell import environment
from lantu.core.errors import InputError, StorageError
from lantu.core.finding import Answer
from lantu.lawbook import load, message
from lantu.quality.check import accepted, compared
from lantu.quality.findings import Acceptance, Status, Verdict
from lantu.runs.package_report import page, pdf
from lantu.runs.package_report.arrange import CATEGORIES, arrange
from lantu.runs.package_report.findings_file import read_earlier, to_json
from lantu.runs.package_report.pictures import pictures
from lantu.runs.package_report.work_map import map_of
from lantu.runs.package_report.write import FILES, Written, as_json, write
from lantu.runs.pages.maps import MapData, county_map
from lantu.runs.pages.page import read
from runs.checked_package import ORIGIN, WHEN, World, with_rules, world

PACKAGE = "lantu.runs.package_report"
OVERLAP_M2 = 415.93
"""4 m × 104 m in the zone, 80 km from its meridian: 416 / 1.0000788² = 415.93."""


@pytest.fixture(scope="module")
def found() -> World:
    return world()


@pytest.fixture(scope="module")
def folder(found: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "报告"
    write(found.checked, found.work, folder, made_at=WHEN)
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> dict[str, object]:
    return json.loads((folder / "findings.json").read_text(encoding="utf-8"))


# --- findings.json -------------------------------------------------------------------------------------


def test_json_has_everything(said, found: World) -> None:
    jsonschema.Draft202012Validator(json.loads(read(PACKAGE, "findings.schema.json"))).validate(said)
    assert said["verdict"] == "return" and "2条不通过，共13处" in said["reason"]["zh"]
    assert said["counts"]["must"] == {
        "rules": 5, "fail": 13, "needs_person": 0, "cannot_tell": 1, "accepted": 0, "passed": 1,
        "not_applicable": 1,
    }  # fmt: skip
    answers = {row["code"]: (row["answer"], row["findings"]) for row in said["rules"]}
    assert answers == {
        "QC1101": ("cannot_tell", 1), "QC1201": ("pass", 0), "QC1301": ("cannot_tell", 1),
        "QC1405": ("fail", 1), "QC1701": ("fail", 12), "QC2001": ("needs_person", 1),
        "QC2201": ("not_applicable", 0),
    }  # fmt: skip
    idle = next(row for row in said["rules"] if row["code"] == "QC2201")
    assert idle["why"]["en"] == message("quality.nothing_to_check", "en")
    (parameter,) = said["parameters"]
    assert (parameter["id"], parameter["value"], parameter["verified"]) == (
        "quality.min_defect_m2", "0.01", False,
    )  # fmt: skip
    assert [layer["name"] for layer in said["layers"] if layer["kind"] is None] == ["SURPLUS"]
    assert said["package"]["county"] == "220882" and said["method"] == "+proj=cea"


def test_a_finding_says_what_where_and_how_much(said, found: World) -> None:
    overlaps = [row for row in said["findings"] if row["rule"] == "QC1701"]
    assert len(overlaps) == 12
    for row in overlaps:
        assert float(row["area_m2"]) == pytest.approx(OVERLAP_M2, abs=0.02)
        assert row["measured"] == str(Decimal(row["measured"])) and row["required"] == "0.00"
        assert len(row["features"]) == len(row["rows"]) == row["count"] == 2
        assert row["place"][0] == pytest.approx(124.02, abs=0.01)
    by_id = {finding.id: finding for finding in found.checked.findings}
    assert [row["id"] for row in said["findings"]] == [
        line.finding.id for line in arrange(found.checked, load()).lines
    ]
    assert {row["id"] for row in said["findings"]} == set(by_id)
    assert [row["number"] for row in said["findings"]] == list(range(1, 16 + 1))
    severities = [(row["severity"], row["answer"]) for row in said["findings"]]
    assert severities[0] == ("must", "fail") and severities[13:] == [
        ("must", "cannot_tell"), ("warn", "needs_person"), ("note", "cannot_tell"),
    ]  # fmt: skip


def test_only_its_time_differs_when_it_is_written_again(found: World) -> None:
    again = world()
    one, two = (as_json(each.checked, load(), WHEN) for each in (found, again))
    later = to_json(arrange(found.checked, load()), WHEN + timedelta(days=1))
    assert one == two
    assert one != later and one.replace(b"2026-11-28T09", b"2026-11-29T09") == later


def test_an_earlier_check_is_read_back(folder: Path, found: World) -> None:
    earlier = read_earlier(folder)
    assert {each.id for each in earlier} == {each.id for each in found.checked.findings}
    assert earlier == read_earlier(folder / "findings.json")
    again = compared(found.checked, earlier)
    assert {each.status for each in again.findings} == {Status.REMAINING} and not again.gone


def test_what_could_not_be_looked_at_is_remembered_over_two_checks(found: World, tmp_path: Path) -> None:
    first = found.checked
    write(first, found.work, tmp_path, made_at=WHEN)
    # This time nothing of QC1701 could be looked at, and the double identifier is mended.
    blind = tuple(
        replace(r, answer=None, findings=(), why=("quality.nothing_to_check", {}))
        if r.rule.code == "QC1701"
        else replace(r, answer=Answer.PASS, findings=())
        if r.rule.code == "QC1405"
        else r
        for r in first.results
    )
    second = compared(replace(first, results=blind), read_earlier(tmp_path))
    assert sorted(status for _, status in second.gone) == ["fixed"] + ["not_looked_at"] * 12
    write(second, found.work, tmp_path, made_at=WHEN)
    text = plain_text(tmp_path / "report.html")
    assert "仍在3处，已改正1处，本次未能检查12处" in text
    third = compared(first, read_earlier(tmp_path))
    of_overlaps = {each.status for each in third.findings if each.rule.code == "QC1701"}
    assert of_overlaps == {Status.REMAINING}, "not new: nobody had mended them"
    of_doubles = {each.status for each in third.findings if each.rule.code == "QC1405"}
    assert of_doubles == {Status.NEW}


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        (None, "quality_report.no_earlier", None),
        ("{", "quality_report.earlier_unreadable", None),
        ("\ud800", "quality_report.earlier_unreadable", None),
        ("[]", "quality_report.earlier_odd", "$"),
        ('{"format": "other"}', "quality_report.earlier_odd", "format"),
        ('{"format": "lantu package findings", "version": 2}', "quality_report.earlier_newer", None),
        ('{"format": "lantu package findings", "version": 1}', "quality_report.earlier_odd", "$"),
        ('{"a":' * 100_000, "quality_report.earlier_unreadable", None),
    ],
)
def test_what_is_no_findings_file_is_refused(tmp_path: Path, text, code: str, where: str | None) -> None:
    if text is not None:
        (tmp_path / "findings.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InputError) as caught:
        read_earlier(tmp_path)
    assert caught.value.code == code and caught.value.params.get("where") == where
    assert "findings.json" in message(code, **caught.value.params)


def test_a_findings_file_that_was_edited_says_where(folder: Path, tmp_path: Path) -> None:
    said = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    said["findings"][3]["id"] = "no id"
    (tmp_path / "findings.json").write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_earlier(tmp_path)
    assert caught.value.params["where"] == "$.findings[3].id"


# --- GIS files -----------------------------------------------------------------------------------------


def test_geojson_is_as_the_rfc_has_it(folder: Path, said) -> None:
    collection = json.loads((folder / "findings.geojson").read_text(encoding="utf-8"))
    assert set(collection) == {"type", "features"}
    assert [f["id"] for f in collection["features"]] == [row["id"] for row in said["findings"]]
    overlaps = [f for f in collection["features"] if f["properties"]["rule"] == "QC1701"]
    for feature in overlaps:
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.exterior.is_ccw and shape.bounds[0] == pytest.approx(124.02, abs=0.01)
    nowhere = [f for f in collection["features"] if f["geometry"] is None]
    assert {f["properties"]["rule"] for f in nowhere} == {"QC1101", "QC1301", "QC2001"}


def test_geopackage_opens_at_the_defects(folder: Path, said) -> None:
    path = folder / "findings.gpkg"
    places = geopandas.read_file(path, layer="findings_place")
    shapes = geopandas.read_file(path, layer="findings_shape")
    nowhere = geopandas.read_file(path, layer="findings_without_place")
    rules = geopandas.read_file(path, layer="rules")
    assert (len(places), len(shapes), len(nowhere), len(rules)) == (13, 12, 3, 7)
    assert places.crs.to_epsg() == shapes.crs.to_epsg() == 4490
    assert set(places.geom_type) == {"Point"} and set(shapes.geom_type) == {"MultiPolygon"}
    assert not isinstance(nowhere, geopandas.GeoDataFrame)
    inside = shapes.set_index("id").covers(places.set_index("id").geometry.loc[shapes["id"]])
    assert inside.all(), "each point lies on its shape"
    row = shapes.iloc[0]
    assert row["severity"] == "强制" and row["category"] == message("quality.category_topology")
    assert row["layer"] == "CZKFBJ 城镇开发边界" and row["area_m2"] == pytest.approx(OVERLAP_M2, abs=0.02)
    assert row["rows"].count("、") == 1 and row["mend"].startswith("用“拓扑检查”")
    by_code = rules.set_index("rule")
    assert by_code.loc["QC2201", "answer"] == message("quality.answer_not_applicable")
    assert by_code.loc["QC2201", "why"] == message("quality.nothing_to_check")


def test_old_clients_and_chinese_names(folder: Path) -> None:
    with sqlite3.connect(folder / "findings.gpkg") as base:
        assert base.execute("pragma user_version").fetchone() == (10200,)
        titles = dict(
            base.execute("select column_name, name from gpkg_data_columns where table_name='findings_place'")
        )
        names = dict(base.execute("select table_name, identifier from gpkg_contents"))
    assert titles["message"] == "问题" and titles["mend"] == "怎么改" and None not in titles.values()
    assert names["findings_place"] == "问题位置"


# --- findings.xlsx -------------------------------------------------------------------------------------

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(path: Path | BytesIO, number: int) -> tuple[ElementTree.Element, list[list[tuple[str, str]]]]:
    """Return a sheet's XML and its cells as (type, text)."""
    with zipfile.ZipFile(path) as book:
        strings = [
            "".join(text.itertext())
            for text in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{_MAIN}si")
        ]
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    rows = []
    for row in root.iter(f"{_MAIN}row"):
        cells = []
        for cell in row.iter(f"{_MAIN}c"):
            kind, value = cell.get("t", "n"), cell.findtext(f"{_MAIN}v") or ""
            cells.append((kind, strings[int(value)] if kind == "s" else value))
        rows.append(cells)
    return root, rows


def test_workbook_has_a_row_for_each_finding(folder: Path, said) -> None:
    root, rows = sheet(folder / "findings.xlsx", 1)
    heads = [text for _, text in rows[0]]
    assert heads[:4] == ["编号", "等级", "判定", "类别"] and len(rows) == 1 + 16
    column = {name: [row[nth] for row in rows[1:]] for nth, name in enumerate(heads)}
    assert [text for _, text in column["问题标识"]] == [row["id"] for row in said["findings"]]
    assert {kind for kind, _ in column["要素"] if _} == {"s"}, "codes stay text"
    assert float(column["面积（平方米）"][1][1]) == pytest.approx(OVERLAP_M2, abs=0.02)
    assert column["经度"][1][0] == "n" and float(column["经度"][1][1]) == pytest.approx(124.02, abs=0.01)
    assert root.find(f".//{_MAIN}autoFilter").get("ref") == "A1:W17"
    assert root.find(f".//{_MAIN}pane").get("state") == "frozen"
    validation = root.find(f".//{_MAIN}dataValidation")
    assert validation.get("sqref") == "U2:U17" and "已整改" in validation.findtext(f"{_MAIN}formula1")
    _, rules = sheet(folder / "findings.xlsx", 2)
    assert len(rules) == 1 + 7
    _, about = sheet(folder / "findings.xlsx", 4)
    assert about[0][1][1] == "退回" and any("未核实" in row[1][1] for row in about if len(row) > 1)


def test_nothing_in_the_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    evil = world(bsm='=HYPERLINK("http://x",{:04d})')
    write(evil.checked, evil.work, tmp_path, made_at=WHEN)
    with zipfile.ZipFile(tmp_path / "findings.xlsx") as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name) and b"<hyperlink" not in book.read(name)
    _, rows = sheet(tmp_path / "findings.xlsx", 1)
    cells = [cell for row in rows for cell in row if "HYPERLINK" in cell[1] or "+耕地" in cell[1]]
    assert cells and {kind for kind, _ in cells} == {"s"}


def test_workbook_speaks_english_where_asked(found: World, tmp_path: Path) -> None:
    write(found.checked, found.work, tmp_path, made_at=WHEN, language="en")
    _, rows = sheet(tmp_path / "findings.xlsx", 1)
    assert [text for _, text in rows[0]][:3] == ["No.", "Severity", "Answer"]


# --- report.html ---------------------------------------------------------------------------------------


class Outline(HTMLParser):
    """Checks that tags pair, and collects what is read and whom it asks."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.asks: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.asks += [str(found[name]) for name in ("src", "href", "action", "xlink:href") if name in found]
        self.ids += [str(found["id"])] if "id" in found else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline_of(path: Path) -> Outline:
    outline = Outline()
    outline.feed(path.read_text(encoding="utf-8"))
    assert outline.open == []
    return outline


def plain_text(path: Path) -> str:
    return re.sub(r"\s+", " ", " ".join(outline_of(path).text))


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


needs_font = pytest.mark.skipif(
    pdf.chinese_family(pdf.typst.Fonts().families()) is None, reason="no Chinese font on this machine"
)


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
    monkeypatch.setattr(pdf, "FAMILIES", ())
    written = write(found.checked, found.work, tmp_path, made_at=WHEN)
    assert written.no_pdf and written.no_pdf.code == "quality_report.no_chinese_font"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(FILES) - {"report.pdf"})


def test_fonts_are_found_as_the_machine_spells_them() -> None:
    assert pdf.chinese_family(["DejaVu Sans", "simsun", "Microsoft Yahei"]) == "Microsoft Yahei"
    assert pdf.chinese_family(["DejaVu Sans", "Libertinus Serif"]) is None


def test_the_template_has_its_words_and_no_others() -> None:
    used = set(re.findall(r"\bw\.([a-z_]+)", read(PACKAGE, "report.typ")))
    assert used == {code.partition(".")[2] for code in pdf.WORDS}
    assert set(pdf.WORDS) <= set(load().messages)


# --- all of them ---------------------------------------------------------------------------------------


def test_categories_are_those_of_the_lawbook() -> None:
    schema = json.loads(read("lantu.lawbook", "schemas/quality_rule.json"))
    assert set(CATEGORIES) == set(schema["properties"]["category"]["enum"])


def test_every_file_is_there_and_nothing_else(folder: Path, found: World) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    written = write(found.checked, found.work, folder, made_at=WHEN)
    assert written == Written(tuple(folder / name for name in FILES), None)


def test_an_accepted_deviation_is_told_with_its_reason(found: World, tmp_path: Path) -> None:
    ids = [each.id for each in found.checked.findings if each.rule.code in ("QC1405", "QC1701")]
    said = {one: Acceptance(one, "省厅同意", "张三", "2027-01-01", False) for one in ids}
    said[ids[0]] = replace(said[ids[0]], expired=True)
    checked = accepted(with_rules(found, "QC1405", "QC1701"), said)
    assert checked.verdict is Verdict.RETURN, "one acceptance is over"
    write(checked, found.work, tmp_path, made_at=WHEN)
    text = plain_text(tmp_path / "report.html")
    assert "已接受：省厅同意（张三，至 2027-01-01）" in text and "接受已过期：省厅同意" in text
    rows = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert rows["counts"]["must"]["accepted"] == 12 and rows["counts"]["must"]["fail"] == 1
    assert rows["findings"][0]["accepted"]["expired"] is True
    assert rows["findings"][1]["accepted"] == {
        "reason": "省厅同意", "person": "张三", "until": "2027-01-01", "expired": False
    }  # fmt: skip


@pytest.mark.parametrize(
    "bsm",
    [
        "\x00\x07{:04d}\u202e<script>alert(1)</script>",
        "{:04d}" + "𠮷🗺️" * 3,
        "#let x = 1; $ \\ {:04d} *_`",
        "{:04d}" + "A" * 40_000,
        "]]>&amp;{:04d}'\"",
    ],
    ids=["control", "rare", "markup", "long", "xml"],
)
def test_odd_names_harm_no_file(bsm: str, tmp_path: Path) -> None:
    odd = world(2, bsm=bsm)
    checked = replace(odd.checked, name=bsm)
    written = write(checked, odd.work, tmp_path, made_at=WHEN)
    assert written.no_pdf is None or written.no_pdf.code == "quality_report.no_chinese_font"
    outline = outline_of(tmp_path / "report.html")
    assert "script" not in outline.ids
    assert b"\x00" not in (tmp_path / "report.html").read_bytes()
    assert len(geopandas.read_file(tmp_path / "findings.gpkg", layer="findings_shape")) == 4
    for number in (1, 2, 3, 4):
        sheet(tmp_path / "findings.xlsx", number)
    assert read_earlier(tmp_path)


_KILLED = """
import os, signal, sys
from pathlib import Path
from lantu.runs.package_report import places
from lantu.runs.package_report.write import write
from runs.checked_package import ORIGIN, WHEN, world
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
places.write_geopackage = die
small = world(2)
write(small.checked, small.work, Path(sys.argv[1]), made_at=WHEN)
"""


def test_killed_half_way_the_earlier_report_stands(found: World, tmp_path: Path) -> None:
    write(found.checked, found.work, tmp_path, made_at=WHEN)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    words = [sys.executable, "-c", _KILLED, str(tmp_path)]
    paths = f"{environment()['PYTHONPATH']}:{Path(__file__).parents[1]}"
    killed = subprocess.run(words, env=environment(PYTHONPATH=paths), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert any(path.name.endswith(".part") for path in tmp_path.iterdir())
    write(found.checked, found.work, tmp_path, made_at=WHEN)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_a_full_disk_leaves_the_earlier_report(
    found: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(found.checked, found.work, tmp_path, made_at=WHEN)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    small = world(2)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError) as caught:
        write(small.checked, small.work, tmp_path, made_at=WHEN)
    assert caught.value.code == "store.disk_full" and str(tmp_path) in str(caught.value.params["where"])
    assert ".part" not in str(caught.value.params["where"])
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written_says_so(found: World, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as caught:
        write(found.checked, found.work, tmp_path / "file" / "report", made_at=WHEN)
    assert str(tmp_path) in message(caught.value.code, **caught.value.params)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_progress_goes_to_the_end(found: World, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int | None]] = []
    write(found.checked, found.work, tmp_path, made_at=WHEN, progress=lambda *step: steps.append(step))
    assert steps == [("progress.package_report", done, 3) for done in range(4)]

"""What programs, GIS and those who mend get of a check: findings.json, GeoPackage, GeoJSON, workbook."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import geopandas
import jsonschema
import pytest
import shapely

from lantu.core.errors import InputError
from lantu.core.finding import Answer
from lantu.lawbook import load, message
from lantu.quality.check import compared
from lantu.quality.findings import Status
from lantu.runs.package_report.arrange import arrange
from lantu.runs.package_report.findings_file import read_earlier, to_json
from lantu.runs.package_report.write import as_json, write
from lantu.runs.pages.page import read
from runs.checked_package import WHEN, World, world
from runs.report_files import MAIN, OVERLAP_M2, plain_text, sheet

PACKAGE = "lantu.runs.package_report"


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
        "overlay.min_defect_m2", "0.01", False,
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


def test_workbook_has_a_row_for_each_finding(folder: Path, said) -> None:
    root, rows = sheet(folder / "findings.xlsx", 1)
    heads = [text for _, text in rows[0]]
    assert heads[:4] == ["编号", "等级", "判定", "类别"] and len(rows) == 1 + 16
    column = {name: [row[nth] for row in rows[1:]] for nth, name in enumerate(heads)}
    assert [text for _, text in column["问题标识"]] == [row["id"] for row in said["findings"]]
    assert {kind for kind, _ in column["要素"] if _} == {"s"}, "codes stay text"
    assert float(column["面积（平方米）"][1][1]) == pytest.approx(OVERLAP_M2, abs=0.02)
    assert column["经度"][1][0] == "n" and float(column["经度"][1][1]) == pytest.approx(124.02, abs=0.01)
    assert root.find(f".//{MAIN}autoFilter").get("ref") == "A1:W17"
    assert root.find(f".//{MAIN}pane").get("state") == "frozen"
    validation = root.find(f".//{MAIN}dataValidation")
    assert validation.get("sqref") == "U2:U17" and "已整改" in validation.findtext(f"{MAIN}formula1")
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

"""Deliveries as they lie on disk: what rules about files, systems and structure say of them, and no more."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyproj import CRS

from lantu.intake.package import read_package
from lantu.lawbook import load, message
from lantu.quality.checks import CHECKS
from lantu.quality.findings import QualityFinding
from lantu.quality.package import Package
from lantu.quality.runner import run_rule
from lantu.quality.workspace import Workspace
from shared_files import shared

GROUPS = ("QC11", "QC12", "QC13")
AREA = ["BSM", "YSDM", "XZQDM", "XZQMC", "GHFQDM", "GHFQMC", "MJ"]


def checked(package: Package, profile: str = "county-2021") -> list[QualityFinding]:
    book = load()
    work = Workspace(package, book.profiles[profile], book, date(2026, 1, 1))
    codes = sorted(code for code in book.quality_rules if code.startswith(GROUPS))
    return [
        finding for code in codes for finding in run_rule(work, book.quality_rules[code], CHECKS).findings
    ]


def told(package: Package) -> set[tuple[str, str, str]]:
    """Return what the rules of the three groups say but for layers and fields that are not there."""
    absent = ("QC1301", "QC1302", "QC1307", "QC1308")
    return {(f.rule.code, f.layer, f.answer.value) for f in checked(package) if f.rule.code not in absent}


def write(path: Path, shape: Any, epsg: int = 4550, **more: Any) -> Path:
    """Write a layer of one feature with the fields of 城镇开发边界."""
    columns: dict[str, Any] = dict.fromkeys(AREA, "1") | {"XZQDM": "220882", "MJ": 100.5}
    table = pa.table({name: [value] for name, value in columns.items()})
    table = table.append_column("geom", pa.array([shapely.to_wkb(shape)]))
    pyogrio.write_arrow(
        table, path, geometry_name="geom", geometry_type=shape.geom_type, crs=f"EPSG:{epsg}", **more
    )
    return path


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A folder of two Shapefiles in a zone of 大安's."""
    folder = tmp_path / "成果"
    folder.mkdir()
    write(folder / "XZQX.shp", shapely.box(570_000, 5_020_000, 590_000, 5_040_000), encoding="UTF-8")
    write(folder / "CZKFBJ.shp", shapely.box(580_000, 5_030_000, 580_010, 5_030_010), encoding="UTF-8")
    return folder


def test_a_sound_folder_has_only_the_widths_that_gdal_writes(county: Path):
    assert {code for code, _, _ in told(read_package(county))} == {"QC1310", "QC1311"}


def test_a_careless_delivery(county: Path, tmp_path: Path):
    sound = told(read_package(county))
    (county / "CZKFBJ.prj").unlink()
    for part in list(county.glob("CZKFBJ.*")):
        part.rename(county / part.name.lower())
    (county / "Thumbs.db").write_bytes(b"x")
    (county / "XZQX.shp.PC.lock").write_bytes(b"")
    (county / "说明.xyz").write_bytes(b"x")
    (county / "STBHHX.shx").write_bytes(b"x")
    write(county / "草图.gpkg", shapely.box(580_000, 5_030_000, 580_010, 5_030_010))
    archive = tmp_path / "大安.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for each in county.iterdir():
            target.write(each, f"成果/{each.name}")
        target.writestr("../../out.shp", b"x")
    package = read_package(archive)
    assert told(package) - sound == {
        ("QC1103", "../../out.shp", "fail"),
        ("QC1105", "STBHHX", "fail"),
        ("QC1109", "成果", "fail"),
        ("QC1110", "成果", "fail"),
        ("QC1111", "成果", "fail"),
        ("QC1201", "CZKFBJ", "fail"),
        ("QC1206", "CZKFBJ", "cannot_tell"),
        ("QC1202", "CZKFBJ", "cannot_tell"),
        ("QC1203", "CZKFBJ", "cannot_tell"),
        ("QC1204", "CZKFBJ", "cannot_tell"),
        ("QC1207", "CZKFBJ", "cannot_tell"),
        ("QC1303", "草图", "fail"),
        ("QC1306", "CZKFBJ", "fail"),
    }
    said = {f.rule.code: message(f.message, **f.params) for f in checked(package) if f.layer == "CZKFBJ"}
    assert "EPSG:4550" in said["QC1201"]
    assert ".prj" in said["QC1201"]
    absent = {f.layer: f.answer.value for f in checked(package) if f.rule.code == "QC1301"}
    assert absent == {"XZQ": "fail", "YJJBNT": "fail", "STBHHX": "cannot_tell"}


def test_geojson_cannot_say_that_it_is_cgcs2000(tmp_path: Path):
    write(tmp_path / "CZKFBJ.geojson", shapely.box(124, 45, 124.001, 45.001), epsg=4490, RFC7946="YES")
    package = read_package(tmp_path)
    assert {each for each in told(package) if each[0].startswith("QC12")} == {
        ("QC1204", "CZKFBJ", "needs_person"),
        ("QC1209", "", "cannot_tell"),
    }


def test_an_empty_layer_is_named_by_its_file(county: Path):
    columns = {name: pa.array([], pa.string()) for name in (*AREA, "geom")}
    columns["geom"] = pa.array([], pa.binary())
    pyogrio.write_arrow(
        pa.table(columns), county / "库.gpkg", layer="STBHHX", geometry_name="geom", geometry_type="Polygon",
        crs="EPSG:4550",
    )  # fmt: skip
    (finding,) = [f for f in checked(read_package(county)) if f.rule.code == "QC1304"]
    assert "库.gpkg:STBHHX" in message(finding.message, **finding.params)


def test_every_sentence_of_every_group_is_whole(county: Path):
    (county / "CZKFBJ.shx").unlink()
    for finding in checked(read_package(county)):
        for language in ("zh", "en"):
            said = message(finding.message, language, **finding.params)
            assert "{" not in said
            assert "quality." not in said


def test_the_same_findings_whatever_the_order_of_rows(tmp_path: Path):
    shapes = np.array(
        [shapely.box(x, 5_030_000, x + 10, 5_030_010) for x in (580_000, 9, 10, 580_020, 11)], object
    )
    names = [f"{n}" for n in range(5)]
    found = []
    for order in ([0, 1, 2, 3, 4], [4, 2, 0, 1, 3]):
        folder = tmp_path / "".join(map(str, order))
        folder.mkdir()
        table = pa.table({"BSM": [names[n] for n in order], "geom": pa.array(shapely.to_wkb(shapes[order]))})
        pyogrio.write_arrow(
            table, folder / "CZKFBJ.gpkg", geometry_name="geom", geometry_type="Polygon", crs="EPSG:4550"
        )
        found.append([(f.id, f.features, f.count, f.answer) for f in checked(read_package(folder))])
    assert found[0] == found[1]
    assert any(features == ("1", "2", "4") for _, features, _, _ in found[0])


def test_the_extent_of_a_province_is_that_of_its_real_counties():
    """The 60 counties of Jilin, from a map: within it, and it is at most half a degree wider."""
    _, _, geometry, _ = pyogrio.raw.read(shared("geodata/cn/jilin_counties_wgs84.gpkg"))
    boxes = shapely.bounds(shapely.from_wkb(geometry))
    row = load().code_lists["province_extent"].rows["220000"]
    west, south, east, north = (float(row[side]) for side in ("west", "south", "east", "north"))
    assert len(boxes) == 60
    assert west <= boxes[:, 0].min() and boxes[:, 2].max() <= east
    assert south <= boxes[:, 1].min() and boxes[:, 3].max() <= north
    assert boxes[:, 2].max() - boxes[:, 0].min() > east - west - 0.5


@pytest.mark.parametrize("meridian", range(75, 136, 3))
def test_a_wrong_meridian_is_told_wherever_it_leads_out_of_the_province(county: Path, meridian: int):
    """大安 (about 124.0°E): meridians that are more than a province off are told, nearer ones are not."""
    package = read_package(county)
    crs = CRS.from_epsg(4534 + (meridian - 75) // 3)
    moved = replace(package, layers=tuple(replace(layer, crs=crs) for layer in package.layers))
    findings = [f for f in checked(moved) if f.rule.code == "QC1208"]
    there = 124.0 + meridian - 123
    assert bool(findings) == (not 121.1 < there < 131.9)
    for finding in findings:
        assert "EPSG:4550" in message(finding.message, **finding.params)

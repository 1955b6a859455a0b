"""The sample's files as a planner would check them: partition, areas, codes, systems, labels."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.intake import read_table, read_vector
from lantu.lawbook import load

pytestmark = pytest.mark.slow

PLANE = StatutoryPlane(123, 45)
AREAS = {"220882": "4879.46", "220881": "5105.12", "220821": "4723.07", "220822": "8475.64"}
WAN_MU = Decimal(2000) / 3 * 10000


def entries(sample, kind):
    return [entry for entry in sample.manifest.layers if entry.kind == kind]


def opened(sample, entry):
    return read_vector(sample.folder / entry.file, entry.layer)


@pytest.mark.parametrize("year", [2020, 2023, 2025])
def test_land_is_a_partition_of_the_county_in_every_year(sample, year):
    for entry in entries(sample, "DLTB"):
        if entry.year != year:
            continue
        land = opened(sample, entry)
        outline = next(opened(sample, e) for e in entries(sample, "XZQX") if e.area_code == entry.area_code)
        assert (shapely.get_type_id(land.geometry) == 3).all()
        assert shapely.coverage_is_valid(land.geometry)
        covered = shapely.coverage_union_all(land.geometry)
        # A FileGDB keeps coordinates as whole numbers of its grid: equal to a hundredth of a millimetre.
        assert len(shapely.get_parts(covered)) == len(shapely.get_parts(outline.geometry[0])) == 1
        assert shapely.hausdorff_distance(covered, outline.geometry[0]) < 1e-10
        total = PLANE.area_m2(land.geometry, land.crs).sum()
        assert abs(total - PLANE.area_m2(outline.geometry, outline.crs)[0]) < 0.01
        assert f"{total / 1e6:.2f}" == AREAS[entry.area_code]


def test_recorded_areas_add_up(sample):
    entry = next(e for e in entries(sample, "DLTB") if e.area_code == "220881" and e.year == 2024)
    land = opened(sample, entry)
    column = {name: land.attributes[name].to_pylist() for name in ("TBMJ", "KCXS", "KCMJ", "TBDLMJ", "DLBM")}
    area = PLANE.area_m2(land.geometry, land.crs)
    assert np.abs(np.array(column["TBMJ"]) - area).max() <= 0.005 + 1e-6
    gross, share, ridge, net = (
        [Decimal(str(value)) for value in column[name]] for name in ("TBMJ", "KCXS", "KCMJ", "TBDLMJ")
    )
    assert all(abs(g * s - r) <= Decimal("0.005") for g, s, r in zip(gross, share, ridge, strict=True))
    assert all(g - r == n for g, r, n in zip(gross, ridge, net, strict=True))
    assert any(r > 0 for r in ridge)
    farmland = {"0101", "0102", "0103"}
    assert all(c in farmland for c, r in zip(column["DLBM"], ridge, strict=True) if r > 0)


def test_codes_are_of_the_standards(sample):
    book = load()
    fields, lists = book.fields, book.code_lists
    for entry in sample.manifest.layers:
        if entry.year not in (None, 2025):
            continue
        path = sample.folder / entry.file
        table = read_table(path) if path.suffix == ".csv" else opened(sample, entry)
        names = table.attributes.column_names
        assert set(book.layer_kinds[entry.kind].fields) <= {*names, "YSDM", "BZ"}, entry.kind
        for name in names:
            known = fields[name]
            values = {v for v in table.attributes[name].to_pylist() if v not in (None, "")}
            if known.code_list:
                assert values <= set(lists[known.code_list].rows), (entry.kind, name)
            if known.type and known.type.startswith("C"):
                assert all(len(str(v)) <= int(known.type[1:]) for v in values), (entry.kind, name)


def test_identifiers_live_on(sample):
    """A BSM is 18 digits, unique in its year, and stays with its parcel as long as that is not replaced."""
    layers = {e.year: opened(sample, e) for e in entries(sample, "DLTB") if e.area_code == "220821"}
    before, after = (
        dict(zip(layers[y].attributes["BSM"].to_pylist(), shapely.to_wkb(layers[y].geometry), strict=True))
        for y in (2020, 2021)
    )
    assert len(before) == len(layers[2020].geometry)
    assert all(len(bsm) == 18 and bsm.startswith("220821") and bsm.isdigit() for bsm in before)
    assert before.keys() <= after.keys()
    changed = [bsm for bsm in before if before[bsm] != after[bsm]]
    assert 0 < len(changed) < 20


def test_the_lines_do_not_cross(sample):
    for code in AREAS:
        shapes = {}
        for kind in ("YJJBNT", "STBHHX", "CZKFBJ"):
            line = next(opened(sample, e) for e in entries(sample, kind) if e.area_code == code)
            shapes[kind] = line.geometry
            assert shapely.is_valid(line.geometry).all()
        for one, other in (("YJJBNT", "STBHHX"), ("YJJBNT", "CZKFBJ"), ("STBHHX", "CZKFBJ")):
            a, b = shapely.STRtree(shapes[other]).query(shapes[one], predicate="intersects")
            shared = shapely.area(shapely.intersection(shapes[one][a], shapes[other][b]))
            assert shared.sum() < 1e-9


def test_both_kinds_of_system_and_several_forms_are_delivered(sample):
    systems = Counter()
    for entry in entries(sample, "DLTB") + entries(sample, "STBHHX"):
        layer = opened(sample, entry)
        systems[entry.area_code, layer.crs.to_epsg()] += 1
    assert dict(systems) == {
        ("220882", 4490): 7, ("220881", 4490): 7, ("220821", 4529): 7, ("220822", 4490): 7,
        ("220800", 4490): 1,
    }  # fmt: skip
    forms = {entry.file.rpartition(".")[2] for entry in sample.manifest.layers}
    assert forms == {"gpkg", "gdb", "shp", "csv"}
    red = next(e for e in entries(sample, "STBHHX") if e.file.endswith(".shp"))
    table = read_vector(sample.folder / red.file)
    assert table.encoding in ("GBK", "GB18030")
    assert set(table.attributes["XJXZQMC"].to_pylist()) == {"洮南市"}


def test_townships_have_their_real_names_and_fill_the_county(sample):
    total = 0
    for code in AREAS:
        towns = next(opened(sample, e) for e in entries(sample, "XZQ") if e.area_code == code)
        total += len(towns.geometry)
        area = PLANE.area_m2(towns.geometry, towns.crs).sum()
        assert f"{area / 1e6:.2f}" == AREAS[code]
    assert total == 98
    towns = next(opened(sample, e) for e in entries(sample, "XZQ") if e.area_code == "220882")
    assert "月亮泡镇" in towns.attributes["XZQMC"].to_pylist()


def test_everything_says_that_it_is_invented(sample):
    for entry in sample.manifest.layers:
        assert "虚构" in entry.title
        path = sample.folder / entry.file
        if path.suffix == ".csv":
            assert "虚构" in path.read_text("utf-8-sig")
            continue
        layer = opened(sample, entry)
        assert set(layer.attributes["BZ"].to_pylist()) == {"虚构示例数据 invented"}, entry.kind
        if path.suffix == ".gpkg":
            words = pyogrio.read_info(path, layer=entry.layer)["layer_metadata"]
            assert "虚构" in words["DESCRIPTION"]
    readme = (sample.folder / "README.txt").read_text("utf-8")
    assert "虚构" in readme and "nvented" in readme
    manifest = json.loads((sample.folder / "manifest.json").read_text("utf-8"))
    assert manifest["invented"]["zh"] == "虚构示例数据"
    assert "不是公文原文" in (sample.folder / manifest["approval"]).read_text("utf-8").splitlines()[0]


def test_places_of_planted_findings_lie_in_their_parcels(sample):
    plane = CRS.from_epsg(4490)
    for told in sample.truth["findings"][:12]:
        entry = next(
            e for e in entries(sample, "DLTB") if (e.area_code, e.year) == (told["county"], told["year"])
        )
        land = opened(sample, entry)
        if land.crs != plane:
            continue
        rows = [i for i, bsm in enumerate(land.attributes["BSM"].to_pylist()) if bsm in told["bsm"]]
        assert len(rows) == len(told["bsm"])
        assert shapely.contains_xy(shapely.union_all(land.geometry[rows]), *told["place"])

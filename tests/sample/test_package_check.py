"""The sample's plan packages through the whole check: sound as they are, what is planted is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from cli.shell import lantu
from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.quality.check import Checked, check_package
from lantu.quality.findings import Verdict
from lantu.quality.package import Package, PackageLayer
from lantu.quality.workspace import Workspace
from lantu.runs.check_package import check
from lantu.sample.counties import COUNTIES

DAY = date(2026, 1, 1)
COUNTY = "220882"


def checked(sample, code: str = COUNTY) -> tuple[Checked, Workspace]:
    reply = sample.folder / sample.manifest.approval
    return check(sample.folder / "plan" / code, day=DAY, reply=reply, upper=reply)


def said(result: Checked) -> set[tuple[str, str, str, frozenset[str]]]:
    return {(each.id, each.rule.code, each.layer, frozenset(each.features)) for each in result.findings}


def again(work: Workspace, package: Package) -> Checked:
    anew = Workspace(package, work.profile, work.book, work.day, work.reference)
    return check_package(anew, load().quality_rules.values())


def with_layer(package: Package, kind: str, change: Callable[[PackageLayer], PackageLayer]) -> Package:
    layers = tuple(change(each) if each.name == kind else each for each in package.layers)
    return replace(package, layers=layers)


@pytest.mark.slow
@pytest.mark.parametrize("code", [county.code for county in COUNTIES])
def test_a_sample_package_is_accepted_and_nothing_is_left_untold(sample, code: str) -> None:
    result, _ = checked(sample, code)
    told = [(each.rule.code, each.layer, dict(each.params)) for each in result.findings]
    assert result.verdict is Verdict.ACCEPT, [each for each in told if each[0][:4] != "QC16"]
    assert not [each for each in result.findings if each.answer is Answer.CANNOT_TELL]
    assert result.county == code


@pytest.mark.slow
def test_other_orders_of_rows_give_the_same_findings(sample) -> None:
    first, work = checked(sample)
    random = np.random.default_rng(1)

    def shuffled(layer: PackageLayer) -> PackageLayer:
        order = pa.array(random.permutation(layer.rows))
        wkb = None if layer.wkb is None else layer.wkb.take(order)
        return replace(layer, table=layer.table.take(order), wkb=wkb)

    package = replace(work.package, layers=tuple(map(shuffled, work.package.layers)))
    other = again(work, package)
    assert said(other) == said(first)
    assert {each.id: each.place for each in other.findings} == {
        each.id: each.place for each in first.findings
    }


def _values(layer: PackageLayer, field: str, row: int, value: str | None) -> PackageLayer:
    values = layer.table[field].to_pylist()
    values[row] = value
    place = layer.table.column_names.index(field)
    kind = layer.table.schema.field(field).type
    return replace(layer, table=layer.table.set_column(place, field, pa.array(values, kind)))


def _shape(layer: PackageLayer, row: int, change: Callable[[shapely.Geometry], object]) -> PackageLayer:
    shapes = shapely.from_wkb(layer.wkb.to_pylist())
    shapes[row] = change(shapes[row])
    return replace(layer, wkb=pa.array(shapely.to_wkb(shapes), pa.large_binary()))


def _bow_tie(shape: shapely.Geometry) -> object:
    west, south, east, north = shape.bounds
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


RURAL = -1
"""Row of a zone that no control line has to lie in: a fault there is nobody else's."""
FAULTS = {
    "name that is not its code's": (
        "GHFQ", "QC1502", lambda layer: _values(layer, "GHFQMC", RURAL, "海洋发展区"),
    ),
    "code in no list": ("GHFQ", "QC1404", lambda layer: _values(layer, "GHFQDM", RURAL, "999")),
    "empty where it must be filled": ("STBHHX", "QC1401", lambda layer: _values(layer, "LHLX", 2, None)),
    "no day": ("YJJBNT", "QC1420", lambda layer: _values(layer, "BHKSSJ", 5, "20240230")),
    "identifier of 17 digits": ("HLFXKZX", "QC1411", lambda layer: _values(layer, "BSM", 0, "2" * 17)),
    "garbled text": ("LSWHBHX", "QC1427", lambda layer: _values(layer, "BZ", 0, "铏氭瀯绀轰緥鏁版嵁")),
    "no geometry": ("LSWHBHX", "QC1601", lambda layer: _shape(layer, 1, lambda shape: None)),
    "crosses itself": ("LSWHBHX", "QC1606", lambda layer: _shape(layer, 1, _bow_tie)),
    "a hole in the zones": (
        "GHFQ", "QC1703",
        lambda layer: _shape(layer, RURAL, lambda s: s - s.representative_point().buffer(1e-5)),
    ),
    "neighbours that overlap": (
        "GHFQ", "QC1701", lambda layer: _shape(layer, RURAL, lambda s: s.buffer(1e-5)),
    ),
}  # fmt: skip
"""Name → layer, the rule that must speak of it, and the fault."""


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_no_other_layer_is_blamed(sample, name: str) -> None:
    kind, code, plant = FAULTS[name]
    first, work = checked(sample)
    new = again(work, with_layer(work.package, kind, plant))
    before = said(first)
    found = [each for each in said(new) if each not in before]
    assert code in {rule for _, rule, _, _ in found}, found
    assert all(layer == kind for _, _, layer, _ in found if layer), found


@pytest.mark.slow
def test_the_command_from_check_to_draft(sample, tmp_path: Path) -> None:
    package, reply = sample.folder / "plan" / COUNTY, sample.folder / sample.manifest.approval
    home, report = tmp_path / "home", tmp_path / "report"
    words = ("package", "check", package, "--home", home, "--reply", reply)

    alone = lantu(*words, "--report", report)
    assert alone.returncode == 21, alone.stderr
    assert "需人工" in alone.stdout and "--upper" in alone.stdout
    assert sorted(each.name for each in report.iterdir()) == [
        "findings.geojson", "findings.gpkg", "findings.json", "findings.xlsx", "report.html", "report.pdf",
    ]  # fmt: skip

    assert "虚构示例数据" in alone.stdout
    assert json.loads((report / "findings.json").read_text("utf-8"))["invented"] is True
    assert "虚构示例数据：" in (report / "report.html").read_text("utf-8")
    whole = lantu(*words, "--upper", reply, "--report", report)
    assert whole.returncode == 0, whole.stderr
    assert "接收" in whole.stdout and "已改 3" in whole.stdout

    register = ("package", "register", package, "--home", home, "--reply", reply, "--invented", "--json")
    refused = lantu(*register)
    assert refused.returncode == 5 and "需人工" in refused.stderr
    kept = json.loads(lantu(*register, "--upper", reply).stdout)
    assert (kept["area_code"], kept["status"], kept["already_there"]) == (COUNTY, "draft", False)
    assert json.loads(lantu(*register, "--upper", reply).stdout)["already_there"] is True
    assert json.loads(lantu("layer", "list", "--home", home, "--json").stdout) == []


def test_the_rules_can_be_listed_and_read() -> None:
    rules = json.loads(lantu("package", "rules", "--json").stdout)
    assert len(rules) == len(load().quality_rules) >= 60
    assert "怎么改" in lantu("package", "rules", "QC1701").stdout
    assert lantu("package", "rules", "QC0000").returncode == 3

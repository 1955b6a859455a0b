"""A package without a land survey is held against one beside it, registered or of a file; it says which."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import pytest
import shapely

import world
from cli.shell import lantu
from lantu.core.digest import digest_bytes
from lantu.core.errors import InputError
from lantu.lawbook import load
from lantu.quality.check import Checked
from lantu.runs.check_package import check
from lantu.runs.land_survey import survey_in
from lantu.runs.package_report.findings_file import read_earlier
from lantu.runs.package_report.write import as_json, write
from world import rect
from world_home import world_home

BOOK = load()
PLAN = rect(0, 0, 100, 100)
FIELD, FACTORY = rect(0, 0, 100, 60), rect(0, 60, 100, 100)


def gpkg(path: Path, layer: str, shapes: list[Any], **columns: list[Any]) -> Path:
    places = world.geographic(shapes)
    table = pa.table({**columns, "geom": pa.array(shapely.to_wkb(places), pa.large_binary())})
    pyogrio.write_arrow(
        table, path, layer=layer, driver="GPKG", geometry_name="geom", geometry_type="Polygon",
        crs="EPSG:4490", append=path.exists(),
    )  # fmt: skip
    return path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return gpkg(tmp_path / "成果.gpkg", "YJJBNT", [PLAN], BSM=["1"], XZQDM=[world.AREA_CODE])


def survey(path: Path, layer: str = "DLTB", **more: list[Any]) -> Path:
    return gpkg(path, layer, [FIELD, FACTORY], BSM=["1", "2"], DLBM=["0101", "0601"], **more)


def base_year(path: Path, **changes: Any) -> Checked:
    return check(path, day=date(2026, 1, 1), only=["QC2101"], **changes)[0]


def said(result: Checked) -> tuple[str | None, list[tuple[str, str]]]:
    (rule,) = result.results
    return rule.answer and rule.answer.value, [(f.message, str(f.measured)) for f in rule.findings]


def test_a_file_of_any_layer_name_is_the_survey(package: Path, tmp_path: Path) -> None:
    nothing = base_year(package)
    assert said(nothing) == (None, [])
    assert nothing.results[0].why is not None and nothing.results[0].why[0] == "quality.no_survey"
    assert nothing.survey is None
    file = survey(tmp_path / "变更调查.gpkg", "地类图斑", SJNF=[2020, 2020])
    result = base_year(package, survey=file)
    assert said(result) == ("fail", [("quality.ground_of_class", "4000.00")])
    assert result.survey is not None
    assert (result.survey.origin, result.survey.name, result.survey.years) == ("file", file.name, (2020,))
    assert result.survey.digest == digest_bytes(file.read_bytes())


def test_a_file_of_another_year_is_no_base(package: Path, tmp_path: Path) -> None:
    file = survey(tmp_path / "调查.gpkg", SJNF=["2020", "2023"])
    assert said(base_year(package, survey=file)) == (
        "cannot_tell", [("quality.survey_of_other_year", "None")],
    )  # fmt: skip


def test_the_survey_registered_for_the_base_year_is_taken_by_itself(package: Path, tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    result = base_year(package, home=home)
    registered = home.layers.list("DLTB", world.AREA_CODE, 2020)[-1]
    assert result.survey is not None
    assert (result.survey.origin, result.survey.digest) == ("registered", registered.digest)
    assert result.survey.years == (2020,)
    # By hand: what of the plan's square lies on land that is no farmland in 2020, in the made world.
    parcels = [p for p in world.LAND[2020].values() if not p.dlbm.startswith("01")]
    expected = sum(shapely.intersection(p.shape, PLAN).area for p in parcels)
    measured = sum(float(f.measured or 0) for f in result.findings)
    assert measured == pytest.approx(expected, abs=0.5)
    later = world_home(tmp_path / "later", years=[2023])
    assert base_year(package, home=later).survey is None


def test_the_package_s_own_goes_first(package: Path, tmp_path: Path) -> None:
    survey(package)
    result = base_year(package, home=world_home(tmp_path / "home"))
    assert said(result) == ("fail", [("quality.ground_of_class", "4000.00")])
    assert result.survey is None
    with pytest.raises(InputError, match=r"package\.survey_delivered"):
        base_year(package, survey=survey(tmp_path / "调查.gpkg"))


def test_what_is_no_survey_is_refused(package: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"package\.no_survey_layer"):
        survey_in(package, BOOK)
    two = survey(survey(tmp_path / "两年.gpkg", "A2020"), "A2023")
    with pytest.raises(InputError, match=r"package\.which_survey"):
        survey_in(two, BOOK)
    named = survey(two, "dltb")
    assert survey_in(named, BOOK).layer.name == "dltb"
    cut = tmp_path / "坏.gpkg"
    cut.write_bytes(named.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"package\.survey_unreadable"):
        survey_in(cut, BOOK)


def test_every_file_of_the_report_names_it(package: Path, tmp_path: Path) -> None:
    file = survey(tmp_path / "变更调查.gpkg", SJNF=[2020, 2020])
    result, work = check(package, day=date(2026, 1, 1), only=["QC2101"], survey=file)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    told = json.loads(as_json(result, work.book, at))["survey"]
    assert told == {
        "origin": "file", "name": file.name, "layer": f"{file.name}:DLTB", "features": 2, "years": [2020],
        "digest": digest_bytes(file.read_bytes()),
    }  # fmt: skip
    write(result, work, tmp_path / "报告", made_at=at)
    page = (tmp_path / "报告/report.html").read_text("utf-8")
    assert file.name in page and told["digest"] in page
    assert len(read_earlier(tmp_path / "报告")) == 1  # held against the schema


def test_the_command_says_what_it_was_held_against(package: Path, tmp_path: Path) -> None:
    file = survey(tmp_path / "变更调查.gpkg", SJNF=[2020, 2020])
    home = ("--home", tmp_path / "none")
    done = lantu("package", "check", package, "--rule", "QC2101", "--survey", file, *home)
    assert done.returncode == 20
    assert "基期对照：文件 变更调查.gpkg，2 个图斑，2020 年" in done.stdout

"""The review and the conflicts as services over the tiny world."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

import world
from cli.shell import lantu
from lantu.runs.scan_conflicts import scan
from lantu.store import Home
from lantu.web.app import create_app
from lantu.web.judged_models import Conflicts, Review
from runs.test_scan_conflicts import put
from web.conftest import Client, problem
from world import rect
from world_home import world_home

DAY = "2025-06-30"
RURAL = {"activity": "other", "level": "other", "sector": "rural", "avoidable": "yes"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return world_home(tmp_path / "home")


@pytest.fixture
def desk(home: Home) -> Iterator[Client]:
    yield Client(create_app(home.path))


def collection(*shapes: shapely.Polygon) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        "features": [
            {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}
            for shape in world.geographic(list(shapes))
        ],
    }


def ask(desk: Client, **asked: Any) -> Any:
    return desk.ask("POST", "/api/review", json={"day": DAY, "project": RURAL} | asked)


def test_a_review_says_what_the_command_says(desk: Client, home: Home, tmp_path: Path) -> None:
    sites = collection(rect(100, 150, 300, 350))
    answer = ask(desk, geojson=sites)
    assert answer.status_code == 200, answer.text
    told = Review.model_validate(answer.json()).sites[0]
    file = tmp_path / "sites.geojson"
    file.write_text(json.dumps(sites), "utf-8")
    project = tmp_path / "project.yaml"
    project.write_text("\n".join(f'{name}: "{value}"' for name, value in RURAL.items()), "utf-8")
    said = lantu("review", file, "--project", project, "--day", DAY, "--home", home.path, "--json")
    (printed,) = json.loads(said.stdout)["sites"]
    shapes = {each["control"]: each.pop("geometry", None) for each in told["controls"]}
    assert told == printed
    # 40 000 m² on basic farmland: 200 × 200.
    part = shapely.from_geojson(json.dumps(shapes["CR02"]))
    assert world.PLANE.project([part], world.CRS_4490)[0].area == pytest.approx(40_000, abs=0.5)
    assert shapes["CR01"] is None


def test_an_old_survey_and_an_unsaid_stage(desk: Client) -> None:
    sites = collection(rect(100, 150, 300, 350))

    def farmland(**asked: Any) -> dict[str, Any]:
        (site,) = ask(desk, geojson=sites, **asked).json()["sites"]
        return next(dict(each) for each in site["controls"] if each["control"] == "CR11")

    # The world's latest survey is of 2025.
    old = farmland(day="2028-01-01")
    assert (old["status"], old["affected_m2"]) == ("cannot_tell", pytest.approx(30_000, abs=0.01))
    assert old["missing"] == {
        "code": "review.out_of_date", "layer": "DLTB", "year": 2025, "limit": 2, "since": 2026,
        "day": "2028-01-01",
    }  # fmt: skip
    assert "geometry" in old
    good = farmland(day="2027-12-31")
    assert (good["status"], good["missing"]) == ("document", None)
    assert {each["id"]: each["asked_if"] for each in good["documents"]} == {
        "siting_opinion": {"stage": ["conversion", "siting"]},
        "conversion": {"stage": ["acceptance", "conversion", "permission"]},
    }
    said = farmland(day="2027-12-31", project=RURAL | {"stage": "siting"})
    assert [(each["id"], each["asked_if"]) for each in said["documents"]] == [("siting_opinion", {})]
    refused = ask(desk, geojson=sites, project=RURAL | {"stage": "someday"})
    assert refused.status_code == 400 and problem(refused)["code"] == "review.unknown_value"


def test_points_and_wkt(desk: Client) -> None:
    (shape,) = world.geographic([rect(100, 150, 300, 350)])
    told = ask(desk, wkt=shape.wkt, crs="EPSG:4490").json()["sites"][0]
    assert told["area_m2"] == pytest.approx(40_000, abs=0.01)
    refused = ask(desk, points="[属性描述]\n坐标系=2000国家大地坐标系\n")
    assert refused.status_code == 400 and refused.json()["error"]["code"].startswith("boundary.")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "web.which_sites"),
        ({"wkt": "POLYGON EMPTY", "points": "x"}, "web.which_sites"),
        ({"geojson": collection(rect(0, 0, 9, 9)), "project": {"rank": "high"}}, "review.unknown_fact"),
        ({"wkt": "POLYGON ((0 0, 1 1"}, "wkt."),
        ({"geojson": collection(*[rect(0, 0, 9, 9)] * 201)}, "opinion.too_many"),
        ({"wkt": "x" * (16 * 1024 * 1024 + 1)}, "web.sites_too_big"),
        ({"geojson": collection(rect(0, 0, 9, 9)), "day": "soon"}, ""),
        ({"sites": 1}, ""),
    ],
)
def test_what_cannot_be_reviewed_is_refused(desk: Client, asked: dict[str, Any], code: str) -> None:
    answer = ask(desk, **asked)
    assert answer.status_code == 400, answer.text
    assert problem(answer)["code"].startswith(code)


def test_the_latest_days_stand_ready_and_see_new_layers(desk: Client, home: Home) -> None:
    sites = collection(rect(100, 600, 200, 700))

    def permits() -> str:
        told = ask(desk, geojson=sites).json()["sites"][0]
        return str(next(each["status"] for each in told["controls"] if each["control"] == "CR21"))

    assert permits() == "cannot_tell"
    put(home, "PERMIT", [rect(0, 0, 10, 10)], BH=["1"], YDYHFLDM=["0701"])
    assert permits() == "not_affected"
    for day in ("2025-01-01", "2025-01-02", "2025-01-03"):
        assert ask(desk, geojson=sites, day=day).status_code == 200


def test_conflicts(desk: Client, home: Home) -> None:
    assert desk.get("/api/conflicts").json() == {"rows": []}
    put(home, "SPECIAL_SITE", [rect(300, 300, 350, 360)], GHMC=["供水"])
    scan(home, pairs=["CF20"], day=date(2025, 6, 30))
    answer = desk.get("/api/conflicts", params={"area": world.AREA_CODE})
    (told,) = Conflicts.model_validate(answer.json()).rows
    assert (told.number, told.severity, told.state) == ("220882-MD-0001", "serious", "found")
    assert [side.name.zh for side in told.sides] == ["专项规划廊道和设施用地", "永久基本农田"]
    assert (told.relation, told.verified) == ("condition", False)
    assert told.sources[0] == "土地管理法 35"
    assert [each.model_dump() for each in told.classes or ()] == [
        {"code": "0102", "name": "水浇地", "area_m2": "3000.00"}
    ]
    shape = shapely.from_geojson(json.dumps(told.geometry))
    assert world.PLANE.project([shape], world.CRS_4490)[0].area == pytest.approx(3000, abs=0.1)
    assert "assigned_to" not in answer.text
    assert desk.get("/api/conflicts", params={"area": "220821"}).json() == {"rows": []}

"""`lantu review` on the tiny world: areas on paper, what is missing, the project file, the command."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely

import world
from cli.shell import lantu
from intake.gis_files import write
from lantu.core.errors import InputError
from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.runs.review_site import Project, Reviewed, read_project, review_file
from world import rect
from world_home import world_home

DAY = date(2025, 6, 30)
RURAL = Project({"activity": "other", "level": "other", "sector": "rural", "avoidable": "yes"})


def site_file(folder: Path, *shapes: shapely.Polygon) -> Path:
    return write(folder, shapes=world.geographic(list(shapes)))


def said(found: Reviewed, number: int = 0) -> dict[str, tuple[str, float | None]]:
    return {each.control.code: (each.status, each.area_m2) for each in found.opinions[number].judged}


def test_areas_known_on_paper(tmp_path: Path) -> None:
    # 200 × 200 over the corner of A1 A2 B1 B2, all basic farmland, of which the workshop N1 takes 100 × 100;
    # 200 × 100 of which 5,000 m² are red line.
    home = world_home(tmp_path / "home")
    file = site_file(tmp_path, rect(100, 150, 300, 350), rect(700, 200, 900, 300))
    found = review_file(home, file, day=DAY, project=RURAL)
    first, second = said(found, 0), said(found, 1)
    assert first["CR02"] == ("forbidden", pytest.approx(40_000, abs=1e-2))
    assert first["CR11"] == ("document", pytest.approx(30_000, abs=1e-2))
    assert first["CR01"][0] == "not_affected"
    assert second["CR01"] == ("forbidden", pytest.approx(5_000, abs=1e-2))
    assert second["CR02"][0] == "not_affected"
    assert [each.answer for each in found.opinions] == [Answer.FAIL, Answer.FAIL]


def test_removing_a_layer_turns_its_control_into_cannot_tell(tmp_path: Path) -> None:
    file = site_file(tmp_path, rect(700, 200, 900, 300))
    home = world_home(tmp_path / "home", without=["STBHHX"])
    found = review_file(home, file, day=DAY, project=RURAL)
    assert said(found)["CR01"][0] == "cannot_tell"
    assert found.opinions[0].answer is Answer.CANNOT_TELL


def test_a_site_outside_every_county_cannot_be_told(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    found = review_file(home, site_file(tmp_path, rect(5000, 5000, 5100, 5100)), day=DAY, project=RURAL)
    told = said(found)
    assert told.pop("CR13")[0] == "not_affected"
    assert {status for status, _ in told.values()} == {"cannot_tell"}
    assert found.opinions[0].answer is Answer.CANNOT_TELL


def project_file(folder: Path, text: str) -> Path:
    path = folder / "project.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_project_file(tmp_path: Path) -> None:
    file = project_file(tmp_path, "name: 虚构项目\nlevel: national\navoidable: no\ndocuments: [make_up]\n")
    project = read_project(file, load())
    assert project == Project({"level": "national", "avoidable": "no"}, ("make_up",), {"name": "虚构项目"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a\n", "review.bad_project"),
        ("level: [", "review.bad_project"),
        ("rank: high\n", "review.unknown_fact"),
        ("sector: spaceport\n", "review.unknown_value"),
        ("documents: [blessing]\n", "review.unknown_document"),
        ("documents: make_up\n", "review.unknown_document"),
    ],
)
def test_a_project_that_the_lawbook_does_not_know(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        read_project(project_file(tmp_path, text), load())
    assert refused.value.code == code


def test_the_command(tmp_path: Path) -> None:
    world_home(tmp_path / "home")
    file = site_file(tmp_path, rect(100, 150, 300, 350))
    project = project_file(tmp_path, "level: national\nsector: transport\navoidable: no\nactivity: other\n")
    words = ("review", file, "--project", project, "--day", DAY, "--home", tmp_path / "home")
    shown = lantu(*words)
    assert shown.returncode == 0, shown.stderr
    assert "补划方案" in shown.stdout and "国务院" in shown.stdout and "没有查" in shown.stdout
    (site,) = json.loads(lantu(*words, "--json").stdout)["sites"]
    by_code = {each["control"]: each for each in site["controls"]}
    assert by_code["CR02"]["status"] == "document"
    assert [each["id"] for each in by_code["CR02"]["documents"]] == ["make_up", "state_council"]
    assert site["opinion"] == "cannot_tell"  # the world has no blue, green, purple, yellow lines
    project_file(tmp_path, "level: other\nactivity: other\n")
    assert "DOES NOT CONFORM" in lantu(*words, LANTU_LANG="en").stdout

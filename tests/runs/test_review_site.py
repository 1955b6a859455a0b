"""`lantu review` on the tiny world: areas on paper, what is missing, the project file, the command."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely

import world
from cli.shell import lantu
from intake.gis_files import write
from lantu.core.errors import InputError
from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.runs.register_plan import register_approval
from lantu.runs.review_site import Project, Reviewed, read_project, review_file
from store.delivered import Delivery
from world import rect
from world_home import add, reading, world_home

DAY = date(2025, 6, 30)
RURAL = Project({"activity": "other", "level": "other", "sector": "rural", "avoidable": "yes"})


def site_file(folder: Path, *shapes: shapely.Polygon) -> Path:
    return write(folder, shapes=world.geographic(list(shapes)))


def said(found: Reviewed, number: int = 0) -> dict[str, tuple[str, float | None]]:
    return {each.control.code: (each.status, each.area_m2) for each in found.sites[number].opinion.judged}


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
    assert [each.opinion.answer for each in found.sites] == [Answer.FAIL, Answer.FAIL]


def test_removing_a_layer_turns_its_control_into_cannot_tell(tmp_path: Path) -> None:
    file = site_file(tmp_path, rect(700, 200, 900, 300))
    home = world_home(tmp_path / "home", without=["STBHHX"])
    found = review_file(home, file, day=DAY, project=RURAL)
    assert said(found)["CR01"][0] == "cannot_tell"
    assert found.sites[0].opinion.answer is Answer.CANNOT_TELL


def test_the_versions_of_that_day(tmp_path: Path) -> None:
    # The plan of 2024 holds the world's red line; the one of 2025 puts the whole county under it.
    home = world_home(tmp_path / "home", plan=False)
    old = home.layers.list("STBHHX")[0].digest
    table = pa.table({"BSM": ["1"], "XJXZQDM": [world.AREA_CODE]})
    whole = Delivery(table, world.geographic([rect(0, 0, 1000, 1000)]), world.CRS_4490, "red.gpkg", "x")
    add(home, whole, "STBHHX")
    new = next(each.digest for each in home.layers.list("STBHHX") if each.digest != old)
    for number, day, layer in (("甲〔2024〕1号", "2024-06-11", old), ("甲〔2025〕1号", "2025-01-10", new)):
        register_approval(home, *reading(number, day), layers={world.AREA_CODE: {"STBHHX": layer}})
    file = site_file(tmp_path, rect(100, 150, 300, 350))
    for day, status, area in (
        (date(2024, 12, 31), "not_affected", 0.0), (date(2025, 1, 10), "forbidden", 40_000.0),
    ):  # fmt: skip
        assert said(review_file(home, file, day=day, project=RURAL))["CR01"] == (
            status, pytest.approx(area, abs=1e-2),
        )  # fmt: skip
    # Before any plan was approved nobody knows of the line that the first one names.
    assert said(review_file(home, file, day=date(2024, 1, 1), project=RURAL))["CR01"][0] == "cannot_tell"


def test_sites_that_lie_over_each_other_are_told(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    file = site_file(
        tmp_path,
        rect(100, 150, 200, 250),
        rect(300, 150, 400, 250),
        rect(100, 150, 200, 250),
        rect(350, 150, 450, 250),
    )
    found = review_file(home, file, day=DAY, project=RURAL)
    assert [(a, b) for a, b, _ in found.overlapping] == [(1, 3), (2, 4)]
    assert [area for _, _, area in found.overlapping] == pytest.approx([10_000, 5_000], abs=0.01)
    assert "1 与 3 号 1.0000 公顷" in lantu("review", file, "--home", home.path).stdout


def test_a_site_without_ground_cannot_be_told(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    tiny = shapely.box(100, 150, 100.05, 150.05)
    found = review_file(home, site_file(tmp_path, tiny), day=DAY, project=RURAL)
    assert {status for status, _ in said(found).values()} == {"cannot_tell"}
    assert found.sites[0].opinion.answer is Answer.CANNOT_TELL


def test_a_site_outside_every_county_cannot_be_told(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    found = review_file(home, site_file(tmp_path, rect(5000, 5000, 5100, 5100)), day=DAY, project=RURAL)
    told = said(found)
    assert told.pop("CR13")[0] == "not_affected"
    assert {status for status, _ in told.values()} == {"cannot_tell"}
    assert found.sites[0].opinion.answer is Answer.CANNOT_TELL


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
        ('use: "9999"\n', "review.unknown_value"),
        ("use: 0701\n", "lawbook.bare_code"),
        ("use: 1202\n", "review.unquoted"),
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
    assert lantu(*words[:4], "--day", "2024-02-30", *words[6:]).returncode == 2
    project_file(tmp_path, "level: other\nactivity: other\n")
    assert "DOES NOT CONFORM" in lantu(*words, LANTU_LANG="en").stdout


def test_parts_are_the_ground_that_is_said(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    file = site_file(tmp_path, rect(100, 150, 300, 350), rect(700, 200, 900, 300), rect(-50, 0, 50, 100))
    found = review_file(home, file, day=DAY, project=RURAL, shapes=True)
    for site in found.sites:
        affected = {each.control.code: each.area_m2 for each in site.opinion.judged if each.affected}
        assert {code: part.area for code, part in site.parts.items()} == pytest.approx(affected, abs=1e-2)
        assert all(part.difference(site.shape).area < 1e-3 for part in site.parts.values())
    assert {"CR02", "CR04", "CR11"} <= set(found.sites[0].parts)


def test_what_would_pass(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    file = site_file(tmp_path, rect(100, 150, 300, 350), rect(700, 200, 900, 300))
    found = review_file(home, file, day=DAY, project=RURAL, suggest=True)
    farm, red = (site.suggestion for site in found.sites)
    assert farm is not None and red is not None
    # Basic farmland ends at x = 400; to the west the county does. Nothing of the site is off it.
    assert farm.kept is None and farm.kept_m2 == 0
    assert farm.shift is not None and farm.shift.east_m == pytest.approx(300, abs=1)
    assert farm.shift.north_m == pytest.approx(0, abs=0.01)
    # 100 × 50 m of the site are red line, which begins at y = 250: 50 m to the south it is clear.
    assert red.kept_m2 == pytest.approx(15_000, abs=1e-2)
    assert red.shift is not None and red.shift.north_m == pytest.approx(-50, abs=1)
    assert red.shift.east_m == pytest.approx(0, abs=0.01)
    # The world lacks layers, so even there all cannot be told.
    assert farm.answer is red.answer is Answer.CANNOT_TELL


def test_no_place_within_reach(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    housing = Project({**RURAL.facts, "sector": "housing"})
    # 700 × 700 m fit into no urban boundary of this world.
    found = review_file(
        home, site_file(tmp_path, rect(100, 100, 800, 800)), day=DAY, project=housing, suggest=True
    )
    told = found.sites[0].suggestion
    assert told is not None and told.shift is None and told.answer is None


def test_results_as_files(tmp_path: Path) -> None:
    world_home(tmp_path / "home")
    file = site_file(tmp_path, rect(100, 150, 300, 350), rect(700, 200, 900, 300))
    project = project_file(tmp_path, "level: other\nactivity: other\nsector: rural\navoidable: yes\n")
    words = ("review", file, "--project", project, "--day", DAY, "--home", tmp_path / "home")
    told = lantu(*words, "--out", tmp_path / "审查.csv", "--suggest")
    assert told.returncode == 0, told.stderr
    assert "共 2 个地块" in told.stdout and "移位" in told.stdout
    rows = list(csv.reader((tmp_path / "审查.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0][:4] == ["地块", "面积（平方米）", "意见", "所需文件"]
    assert [row[2] for row in rows[1:3]] == ["不符合", "不符合"]
    at = rows[0].index("CR02 永久基本农田")
    assert [row[at] for row in rows[1:3]] == ["涉及，不允许", "不涉及"]
    assert float(rows[1][at + 1]) == pytest.approx(40_000, abs=0.02)
    assert any("虚构" in cell for row in rows[3:] for cell in row)
    assert lantu(*words, "--out", tmp_path / "审查.gpkg").returncode == 0
    _, _, shapes, (codes, areas) = pyogrio.raw.read(
        tmp_path / "审查.gpkg", layer="parts", columns=["CONTROL", "AREA_M2"]
    )
    assert len(shapes) == len(codes) and "CR02" in codes
    measured = world.PLANE.area_m2(shapely.from_wkb(shapes), world.CRS_4490)
    assert measured == pytest.approx(areas, abs=0.05)
    refused = lantu(*words, "--out", tmp_path / "审查.docx")
    assert refused.returncode == 3 and not (tmp_path / "审查.docx").exists()


def test_a_survey_that_is_too_old_tells_nothing_anywhere(tmp_path: Path) -> None:
    # The survey of 2022 is good until the end of 2024; 30,000 m² of this site are farmland in it.
    home = world_home(tmp_path / "home", years=[2020, 2022])
    file = site_file(tmp_path, rect(100, 150, 300, 350), rect(700, 200, 900, 300))
    fresh = said(review_file(home, file, day=date(2024, 12, 31), project=RURAL))
    assert fresh["CR11"] == ("document", pytest.approx(30_000, abs=1e-2))
    found = review_file(home, file, day=DAY, project=RURAL, shapes=True)
    told = said(found)
    assert told["CR11"] == ("cannot_tell", pytest.approx(30_000, abs=1e-2))
    assert told["CR22"] == ("cannot_tell", 0.0)
    assert told["CR02"][0] == "forbidden"  # a line of the plan, not of the survey
    assert found.sites[0].parts["CR11"].area == pytest.approx(30_000, abs=1e-2)
    words = ("review", file, "--day", DAY, "--home", home.path)
    shown = lantu(*words).stdout.replace("\n", "").replace(" ", "").replace("│", "")
    assert "最新为2022年" in shown and "过时" in shown and "lantulayeradd" in shown
    (first, _) = json.loads(lantu(*words, "--json").stdout)["sites"]
    by_code = {each["control"]: each for each in first["controls"]}
    assert by_code["CR11"]["missing"] == {
        "code": "review.out_of_date", "layer": "DLTB", "year": 2022, "limit": 2, "since": 2023,
        "day": "2025-06-30",
    }  # fmt: skip
    assert by_code["CR11"]["affected_m2"] == pytest.approx(30_000, abs=1e-2)
    assert lantu(*words, "--out", tmp_path / "审查.csv").returncode == 0
    rows = list(csv.DictReader((tmp_path / "审查.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0]["CR11 耕地"] == "无法判定" and float(rows[0]["CR11 涉及（平方米）"]) == 30_000
    assert "CR11、CR12、CR22、CR23、CR24 因：地类图斑 DLTB 最新为 2022 年，" in rows[0]["无法判定的原因"]
    # A newer survey mends it.
    with home.writing():
        land = Delivery(world.land_table(2025), world.land_shapes(2025), world.CRS_4490, "new.gpkg", "x")
        add(home, land, "DLTB", 2025)
    assert said(review_file(home, file, day=DAY, project=RURAL))["CR11"][0] == "document"


def test_a_survey_of_a_neighbour_that_is_too_old(tmp_path: Path) -> None:
    """Each county has its own; the oldest under the site has the say."""
    home = world_home(tmp_path / "home", years=[2025])
    name = pa.table({"XZQDM": ["220881"], "XZQMC": ["洮南市"]})
    east, farm = rect(1000, 0, 2000, 1000), pa.table({"BSM": ["9"], "DLBM": ["0103"], "TBMJ": [1e6]})
    for kind, table, year in (("XZQX", name, None), ("DLTB", farm, 2019)):
        shapes = Delivery(table, world.geographic([east]), world.CRS_4490, f"{kind}.gpkg", kind)
        home.layers.add(shapes, kind=kind, area_code="220881", year=year, invented=True)
    file = site_file(tmp_path, rect(900, 0, 1100, 50), rect(900, 0, 1000, 50), rect(1000, 0, 1100, 50))
    found = review_file(home, file, day=DAY, project=RURAL)
    years = []
    for site in found.sites:
        why = next(each.why for each in site.opinion.judged if each.control.code == "CR11")
        years.append(why and why[1].get("year"))
    assert years == [2019, None, 2019]


def test_what_the_project_does_not_say_lists_the_documents_of_every_case(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    file, project = site_file(tmp_path, rect(100, 150, 300, 350)), project_file(tmp_path, "sector: rural\n")
    words = ("review", file, "--project", project, "--day", DAY, "--home", home.path)

    def shown() -> str:
        return lantu(*words).stdout.replace("\n", "").replace(" ", "").replace("│", "")

    def farmland() -> list[tuple[str, dict[str, list[str]]]]:
        (site,) = json.loads(lantu(*words, "--json").stdout)["sites"]
        (control,) = [each for each in site["controls"] if each["control"] == "CR11"]
        return [(each["id"], each["asked_if"]) for each in control["documents"]]

    assert farmland() == [
        ("siting_opinion", {"stage": ["conversion", "siting"]}),
        ("conversion", {"stage": ["acceptance", "conversion", "permission"]}),
    ]
    assert "没有写明办理阶段" in shown() and "［办理阶段：用地预审与选址、农用地转用" in shown()
    out = tmp_path / "审查.csv"
    assert lantu(*words, "--out", out).returncode == 0 and "［办理阶段：" in out.read_text("utf-8-sig")
    project_file(tmp_path, "sector: rural\nstage: permission\nlinear: no\n")
    assert farmland() == [("conversion", {})]
    assert "没有写明办理阶段" not in shown() and "［" not in shown()

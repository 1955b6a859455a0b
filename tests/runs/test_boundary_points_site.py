"""`lantu site` with 界址点坐标 TXT: from a surveyor's file to what plots lie in, in the tiny world."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

import world
from cli.shell import lantu
from intake.boundary_files import HEAD, put
from lantu.core.errors import InputError
from lantu.runs.look_up_site import SiteFile, look_up_file
from world import rect
from world_home import world_home


def surveyed(*shapes: shapely.Polygon, areas: tuple[str, ...], epsg: int = 4529, head: str = HEAD) -> str:
    """Return the file of shapes in the world's metres, rings densified by nothing: edges are short."""
    into = Transformer.from_crs(4490, epsg, always_xy=True)
    text = head
    for nth, (shape, area) in enumerate(zip(world.geographic(list(shapes)), areas, strict=True), 1):
        east, north = into.transform(*shapely.get_coordinates(shape.exterior).T)
        text += f"{len(east)},{area},{nth},虚构地块{nth},面,,,,@\n"
        names = [f"J{n}" for n in range(1, len(east))] + ["J1"]
        text += "".join(f"{n},1,{x:.4f},{y:.4f}\n" for n, x, y in zip(names, north, east, strict=True))
    return text


TWO = rect(100, 150, 300, 350), rect(700, 200, 900, 300)


def covered(found: SiteFile, site: int) -> dict[str, float]:
    return {share.layer.kind: share.covered_m2 for share in found.answers[site].lines}


@pytest.mark.parametrize(
    ("epsg", "head"),
    [(4529, HEAD), (4550, HEAD), (4499, HEAD.replace("带=3", "带=6").replace("带号=41", "带号=21"))],
)
def test_areas_known_on_paper_in_zones_of_three_and_six_degrees(tmp_path: Path, epsg: int, head: str) -> None:
    # As in test_look_up_site: 4 ha of basic farmland; 2 ha of which half a hectare is red line.
    home = world_home(tmp_path / "home")
    text = surveyed(*TWO, areas=("4.0000", "2.0000"), epsg=epsg, head=head)
    found = look_up_file(home, put(tmp_path, text), 2025)
    assert [answer.area_m2 for answer in found.answers] == pytest.approx([40_000, 20_000], abs=0.1)
    assert covered(found, 0) == pytest.approx({"YJJBNT": 40_000, "STBHHX": 0, "CZKFBJ": 0}, abs=0.1)
    assert covered(found, 1)["STBHHX"] == pytest.approx(5_000, abs=0.1)
    assert [each and each.agrees for each in found.declared] == [True, True]
    assert found.used.notes == ()


@pytest.mark.parametrize(
    ("area", "agrees", "likely"),
    [("4", True, ()), ("4.0", True, ()), ("4.01", True, ()), ("4.02", False, ()),
     ("40000", False, ("平方米",)), ("60", False, ("亩",)), ("60亩", True, ()),
     ("40000平方米", True, ()), ("4平方米", False, ()),
     ("0", False, ()), ("12.5", False, ())],
)  # fmt: skip
def test_declared_area_against_the_statutory_one(
    tmp_path: Path, area: str, agrees: bool, likely: tuple[str, ...]
) -> None:
    # 0.003 of 4 ha is 0.012: 4.01 agrees, 4.02 does not.
    home = world_home(tmp_path / "home", years=[2025])
    (declared,) = look_up_file(home, put(tmp_path, surveyed(TWO[0], areas=(area,))), 2025).declared
    assert declared is not None
    assert (declared.agrees, declared.likely) == (agrees, likely)


def test_none_declared(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    assert look_up_file(home, put(tmp_path, surveyed(TWO[0], areas=("",))), 2025).declared == [None]


def test_the_command(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    file = put(tmp_path, surveyed(*TWO, areas=("4.0000", "20000")).replace(",", "\t"), name="红线.TXT")
    done = lantu("site", file, "--home", home.path, "--year", "2025", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["system"], found["notes"]) == ("EPSG:4529", ["boundary.tabs"])
    first, second = found["sites"]
    assert {line["kind"]: line["covered_m2"] for line in first["lines"]}["YJJBNT"] == pytest.approx(
        40_000, abs=0.1
    )
    assert first["declared"] == {"area": 4.0, "unit": "公顷", "agrees": True, "likely_units": []}
    assert second["declared"] == {
        "area": 20000.0,
        "unit": "公顷",
        "agrees": False,
        "likely_units": ["平方米"],
    }
    shown = lantu("site", file, "--home", home.path, "--year", "2025")
    assert "文件申报 20000 公顷" in shown.stdout and "若单位是 平方米 则相符" in shown.stdout
    assert "制表符" in shown.stdout and "100.00 %" in shown.stdout


def test_the_command_refuses_in_both_languages(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    text = surveyed(TWO[0], areas=("4",)).replace("带号=41", "带号=40")
    file = put(tmp_path, text)
    for lang, words in (("zh", "带号=41"), ("en", "Likely")):
        done = lantu("site", file, "--home", home.path, LANTU_LANG=lang)
        assert done.returncode == 3 and words in done.stderr and "Traceback" not in done.stderr


def test_a_zone_far_away_is_measured_where_it_says_and_lies_in_no_county(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    text = surveyed(TWO[0], areas=("4",), epsg=4550).replace("带号=41", "带号=40")
    (answer,) = look_up_file(home, put(tmp_path, text), 2025).answers
    assert answer.elsewhere_m2 == pytest.approx(answer.area_m2)
    assert not answer.lines and not answer.land


def test_a_plot_that_crosses_itself_is_refused_by_its_line(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    bow = shapely.Polygon([(100, 100), (200, 200), (200, 100), (100, 200)])
    with pytest.raises(InputError) as caught:
        look_up_file(home, put(tmp_path, surveyed(TWO[0], bow, areas=("4", ""))), 2025)
    assert caught.value.code == "boundary.self_crossing"
    assert np.isin(caught.value.params["line"], range(20, 25))

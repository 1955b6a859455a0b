"""`lantu site`: what a site lies in, against the tiny world; what is not registered is not zero."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import Transformer

import world
from cli.shell import lantu
from intake.gis_files import write
from lantu.core.errors import InputError
from lantu.lawbook import load
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes
from lantu.runs.control_index import InForce
from lantu.runs.likely_zone import LikelyZone
from lantu.runs.look_up_site import Share, SiteAnswer, look_up, look_up_file
from lantu.store import Home, Layer
from lantu.store.layers import LayerStore
from store.delivered import Delivery
from world import rect
from world_home import add, world_home

LINES_OF_THE_WORLD = {"YJJBNT", "STBHHX", "CZKFBJ"}


def sites(*shapes: shapely.Polygon) -> PackedLayer:
    return pack_shapes(world.geographic(list(shapes)), "sites", (world.PLANE, world.CRS_4490))


def ask(home: Home, *shapes: shapely.Polygon) -> list[SiteAnswer]:
    return look_up(sites(*shapes), InForce(home, load(), 2025).now(), date(2025, 6, 30))


def covered(shares: tuple[Share, ...]) -> dict[str, float]:
    return {share.layer.kind: share.covered_m2 for share in shares}


def test_areas_known_on_paper(tmp_path: Path) -> None:
    # 200 × 200 over the corner of A1 A2 B1 B2, all basic farmland; and 200 × 100 of which 100 × 50 lie in E2,
    # red line, and of which C and D are no farmland.
    home = world_home(tmp_path / "home")
    answers = ask(home, rect(100, 150, 300, 350), rect(700, 200, 900, 300))
    first, second = answers
    assert first.area_m2 == pytest.approx(40_000, abs=1e-3)
    assert covered(first.lines) == pytest.approx({"YJJBNT": 40_000, "STBHHX": 0, "CZKFBJ": 0}, abs=1e-3)
    assert covered(second.lines)["STBHHX"] == pytest.approx(5_000, abs=1e-3)
    for answer in answers:
        (land,) = answer.land
        assert land.layer.year == 2025
        assert sum(land.classes.values()) == pytest.approx(answer.area_m2, abs=1e-3)
        assert sum(area for _, area in land.features) == pytest.approx(land.covered_m2, abs=1e-6)
        assert answer.elsewhere_m2 == 0


def test_what_is_not_registered_is_named(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", without=["STBHHX"])
    (answer,) = ask(home, rect(700, 200, 900, 300))
    control = {kind for kind, known in load().layer_kinds.items() if known.control or known.reviewed}
    assert set(answer.lacking) == {(world.AREA_CODE, kind) for kind in control - {"YJJBNT", "CZKFBJ"}}
    assert set(covered(answer.lines)) == {"YJJBNT", "CZKFBJ"}


def test_ground_beyond_every_outline_is_said(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    partly, far = ask(home, rect(-50, 0, 50, 100), rect(5000, 5000, 5100, 5100))
    assert partly.elsewhere_m2 == pytest.approx(5_000, abs=1e-3)
    assert far.elsewhere_m2 == pytest.approx(far.area_m2)
    assert (far.lines, far.land, far.lacking) == ((), (), ())


def test_outlines_of_a_city_and_its_county_count_once(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    name = pa.table({"XZQDM": ["220800"], "XZQMC": ["白城市"]})
    city = Delivery(name, world.geographic([rect(0, 0, 1000, 1000)]), world.CRS_4490, "city.gpkg", "XZQX")
    home.layers.add(city, kind="XZQX", area_code="220800", invented=True)
    (answer,) = ask(home, rect(-50, 0, 50, 100))
    assert answer.elsewhere_m2 == pytest.approx(5_000, abs=1e-3)


def test_lines_of_a_city_count_once_with_those_of_its_counties(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    site = rect(700, 200, 900, 300)
    (before,) = ask(home, site)
    table = pa.table({"BSM": ["1"], "XJXZQDM": [world.AREA_CODE]})
    shapes = world.geographic([rect(0, 0, 1000, 1000)])
    city = Delivery(table, shapes, world.CRS_4490, "city.gpkg", "STBHHX")
    home.layers.add(city, kind="STBHHX", area_code="220800", invented=True)
    (after,) = ask(home, site)
    assert covered(after.lines)["STBHHX"] == covered(before.lines)["STBHHX"] == pytest.approx(5_000, abs=1e-2)
    assert after.lacking == before.lacking


def test_lines_of_a_city_alone_are_told(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", without=["XZQX"])
    shapes = world.geographic([rect(0, 0, 1000, 1000)])
    table = pa.table({"BSM": ["1"], "XJXZQDM": [world.AREA_CODE]})
    city = Delivery(table, shapes, world.CRS_4490, "city.gpkg", "HLFXKZX")
    home.layers.add(city, kind="HLFXKZX", area_code="220800", invented=True)
    (answer,) = ask(home, rect(700, 200, 900, 300))
    assert covered(answer.lines)["HLFXKZX"] == pytest.approx(20_000, abs=1e-2)
    assert answer.elsewhere_m2 == pytest.approx(answer.area_m2)


def test_a_land_survey_that_is_missing_is_named(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[])
    (answer,) = ask(home, rect(100, 100, 200, 200))
    assert answer.land == () and (world.AREA_CODE, "DLTB") in answer.lacking


def test_polygons_of_one_line_that_overlap_cover_the_ground_once(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", without=["STBHHX"])
    shapes = world.geographic([rect(0, 0, 100, 100), rect(50, 0, 150, 100)])
    table = pa.table({"BSM": ["1", "2"], "XJXZQDM": [world.AREA_CODE] * 2})
    add(home, Delivery(table, shapes, world.CRS_4490, "red.gpkg", "STBHHX"), "STBHHX")
    (answer,) = ask(home, rect(0, 0, 200, 50))
    (red,) = [share for share in answer.lines if share.layer.kind == "STBHHX"]
    assert (red.covered_m2, red.double) == (pytest.approx(7_500, abs=1e-3), True)
    assert sorted(area for _, area in red.features) == pytest.approx([5_000, 5_000], abs=1e-3)


def test_a_new_version_supersedes_at_once_and_whoever_holds_the_old_index_keeps_it(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    desk = InForce(home, load(), 2025)
    old = desk.now()
    assert desk.now() is old
    table = pa.table({"BSM": ["1"], "XJXZQDM": [world.AREA_CODE]})
    everything = Delivery(table, world.geographic([rect(0, 0, 1000, 1000)]), world.CRS_4490, "red.gpkg", "x")
    # Another process registers it.
    add(Home.open(home.path), everything, "STBHHX")
    new = desk.now()
    site = sites(rect(100, 100, 200, 200))
    assert covered(look_up(site, old, date(2025, 6, 30))[0].lines)["STBHHX"] == 0
    assert covered(look_up(site, new, date(2025, 6, 30))[0].lines)["STBHHX"] == pytest.approx(
        10_000, abs=1e-3
    )


def test_a_damaged_line_cannot_be_told(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    (red,) = home.layers.list(kind="STBHHX")
    red.path.write_bytes(red.path.read_bytes()[:-9])
    (answer,) = ask(Home.open(home.path), rect(700, 200, 900, 300))
    assert "STBHHX" not in covered(answer.lines)
    assert (world.AREA_CODE, "STBHHX") in answer.lacking


def test_the_command(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    shapes = world.geographic([rect(100, 150, 300, 350)])
    file = write(tmp_path, "GPKG", shapes, name="site", table=pa.table({"name": ["x"]}))
    done = lantu("site", file, "--home", home.path, "--year", "2025", "--json")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["sites"]
    assert {line["kind"]: line["covered_m2"] for line in found["lines"]}["YJJBNT"] == pytest.approx(40_000)
    assert {each["kind"] for each in found["not_registered"]} >= {"HLFXKZX", "LSWHBHX"}
    shown = lantu("site", file, "--home", home.path, "--year", "2025")
    assert (
        "永久基本农田" in shown.stdout
        and "100.00 %" in shown.stdout
        and "没有登记洪涝风险控制线" in shown.stdout
    )
    point = write(
        tmp_path,
        "GPKG",
        np.array([shapely.Point(123.0, 45.5)]),
        name="point",
        table=pa.table({"name": ["x"]}),
    )
    refused = lantu("site", point, "--home", home.path)
    assert refused.returncode == 3 and "不是面" in refused.stderr


def test_a_site_that_covers_ground_twice_is_named(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    bow = shapely.Polygon([(100, 100), (200, 200), (200, 100), (100, 200)])
    shapes = world.geographic([rect(100, 150, 300, 350), bow])
    file = write(tmp_path, "GPKG", shapes, name="site", table=pa.table({"BSM": ["甲", "乙"]}))
    with pytest.raises(InputError) as caught:
        look_up_file(home, file, 2025)
    assert caught.value.code == "intake.invalid_geometry"
    assert (caught.value.params["count"], caught.value.params["features"]) == (1, "BSM 乙")


def test_a_site_in_another_system_is_taken_where_asked_and_said(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    degrees = world.geographic([rect(100, 150, 300, 350)])
    into = Transformer.from_crs(4326, 32651, always_xy=True)
    shapes = shapely.transform(degrees, lambda xy: np.column_stack(into.transform(*xy.T)))
    file = write(tmp_path, "GPKG", shapes, name="site", crs="EPSG:32651", table=pa.table({"n": [1]}))
    with pytest.raises(InputError) as caught:
        look_up_file(home, file, 2025)
    assert caught.value.code == "crs.foreign"
    found = look_up_file(home, file, 2025, assume_cgcs2000=True)
    assert covered(found.answers[0].lines)["YJJBNT"] == pytest.approx(40_000, abs=1)
    assert (found.used.notes, found.used.system) == (("crs.taken_as_cgcs2000",), "WGS 84 / UTM zone 51N")
    shown = lantu("site", file, "--home", home.path, "--year", "2025", "--assume-cgcs2000", "--json")
    assert json.loads(shown.stdout)["notes"] == ["crs.taken_as_cgcs2000"]


def test_a_survey_is_read_once_for_all_sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = world_home(tmp_path / "home")
    reads: list[str] = []
    read = LayerStore.read

    def counted(store: LayerStore, layer: Layer, *args: Any, **options: Any) -> Any:
        reads.append(layer.digest)
        return read(store, layer, *args, **options)

    monkeypatch.setattr(LayerStore, "read", counted)
    answers = ask(home, *[rect(100 + n, 150, 300 + n, 350) for n in range(5)])
    (survey,) = {share.layer.digest for answer in answers for share in answer.land}
    assert reads.count(survey) == 1


@pytest.mark.parametrize("degrees", [3, -3, 6, -6])
def test_a_site_in_another_zone_is_told_which(tmp_path: Path, degrees: int) -> None:
    control = InForce(world_home(tmp_path), load(), 2025).now()
    there = shapely.transform(
        world.geographic([rect(100, 100, 200, 200)]), lambda xy: xy + np.array([degrees, 0])
    )
    astray = pack_shapes(world.PLANE.project(there, world.CRS_4490), "sites")
    (answer,) = look_up(astray, control, date(2025, 6, 30))
    assert answer.likely == LikelyZone(-degrees, world.AREA_CODE)
    assert answer.elsewhere_m2 == pytest.approx(10_000, abs=0.01)


def test_a_site_that_no_zone_brings_home_is_told_nothing(tmp_path: Path) -> None:
    control = InForce(world_home(tmp_path), load(), 2025).now()
    inside, north = sites(rect(100, 100, 200, 200)), sites(rect(100, 90_000, 200, 90_100))
    for each in (inside, north):
        assert look_up(each, control, date(2025, 6, 30))[0].likely is None


def test_what_changes_no_layer_leaves_the_index_as_it_is(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    desk = InForce(home, load(), 2025)
    first = desk.now()
    home.runs.create("probe", {})
    second = desk.now()
    assert second.head != first.head
    assert second.index is first.index
    everything = Delivery(
        pa.table({"BSM": ["1"]}), world.geographic([rect(0, 0, 9, 9)]), world.CRS_4490, "red.gpkg", "x"
    )
    add(home, everything, "STBHHX")
    assert desk.now().index is not first.index

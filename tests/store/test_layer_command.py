"""`lantu layer`: add from files of several kinds, list."""

from __future__ import annotations

from pathlib import Path

import pyogrio
import pytest
import shapely

from store.command import lantu
from store.delivered import squares


def geopackage(path: Path, **columns: object) -> Path:
    table = squares(4)
    pyogrio.write_arrow(
        table.attributes.append_column("geom", [shapely.to_wkb(table.geometry)]), path, layer="DLTB_2020",
        geometry_name="geom", geometry_type="Polygon", crs="EPSG:4490", driver="GPKG",
    )  # fmt: skip
    return path


def test_add_and_list(tmp_path: Path) -> None:
    home, file = tmp_path / "home", geopackage(tmp_path / "大安市.gpkg")
    words = ("layer", "add", file, "--kind", "DLTB", "--area", "220882", "--year", "2020", "--invented")
    first = lantu(home, *words)
    assert first.code == 0, first.err
    assert "已存入" in first.out
    assert "4 个要素" in first.out
    again = lantu(home, *words, "--json")
    assert again.json["already_there"] is True
    (listed,) = lantu(home, "layer", "list", "--json").json
    assert listed["digest"] == again.json["digest"]
    assert (listed["kind"], listed["features"], listed["invented"]) == ("DLTB", 4, True)
    assert listed["source"]["name"] == "大安市.gpkg"
    table = lantu(home, "layer", "list")
    assert "EPSG:4490" in table.out
    assert lantu(home, "layer", "list", "--year", "2021", "--json").json == []


def test_going_back_to_an_old_file_is_said(tmp_path: Path) -> None:
    home, files = tmp_path / "home", [tmp_path / name / "红线.gpkg" for name in ("first", "second")]
    for count, file in enumerate(files, 3):
        file.parent.mkdir()
        table = squares(count)
        pyogrio.write_arrow(
            table.attributes.append_column("geom", [shapely.to_wkb(table.geometry)]), file, layer="STBHHX",
            geometry_name="geom", geometry_type="Polygon", crs="EPSG:4490", driver="GPKG",
        )  # fmt: skip
    told = [
        lantu(home, "layer", "add", file, "--kind", "STBHHX", "--area", "220882").out
        for file in (files[0], files[1], files[0], files[0])
    ]
    assert ["重新启用" in each for each in told] == [False, False, True, False]
    assert "没有变化" in told[3]
    back = lantu(home, "layer", "add", files[1], "--kind", "STBHHX", "--area", "220882", "--json").json
    assert (back["already_there"], back["again"]) == (True, True)
    listed = lantu(home, "layer", "list", "--json").json
    assert [(each["features"], len(each["deliveries"])) for each in listed] == [(3, 2), (4, 2)]


def test_a_csv_is_a_table(tmp_path: Path) -> None:
    file = tmp_path / "water_use.csv"
    file.write_text("XZQDM,YEAR,VOLUME_M3\n220882,2020,12.5\n", encoding="utf-8-sig")
    added = lantu(
        tmp_path / "home", "layer", "add", file, "--kind", "WATER_USE", "--area", "220882", "--json"
    )
    assert added.code == 0, added.err
    assert (added.json["geometry_type"], added.json["features"]) == (None, 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--kind", "DLTB", "--area", "220882"), 3, "--year"),
        (("--kind", "NOPE", "--area", "220882"), 3, "DLTB"),
        (("--kind", "STBHHX", "--area", "000001"), 3, "000001"),
        (("--kind", "WATER_USE", "--area", "220882"), 3, "表"),
        (("--kind", "ROAD", "--area", "220882"), 3, "BSM 0001"),
    ],
)
def test_wrong_words_give_one_sentence_and_leave_nothing(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    home, file = tmp_path / "home", geopackage(tmp_path / "x.gpkg")
    outcome = lantu(home, "layer", "add", file, *words)
    assert outcome.code == code
    assert said in outcome.err
    assert "Traceback" not in outcome.err
    assert lantu(home, "layer", "list", "--json").json == []


def test_a_home_that_is_none(tmp_path: Path) -> None:
    outcome = lantu(tmp_path / "none", "layer", "list")
    assert (outcome.code, outcome.out) == (4, "")
    assert "--home" in outcome.err


def test_what_was_changed_on_the_way_in_is_said(tmp_path: Path) -> None:
    table = squares(2)
    file = tmp_path / "高程.gpkg"
    pyogrio.write_arrow(
        table.attributes.append_column("geom", [shapely.to_wkb(shapely.force_3d(table.geometry, 7.0))]), file,
        layer="DLTB", geometry_name="geom", geometry_type="Polygon Z", crs="EPSG:4490", driver="GPKG",
    )  # fmt: skip
    words = ("layer", "add", file, "--kind", "DLTB", "--area", "220882", "--year", "2020")
    assert "Z 或 M" in lantu(tmp_path / "home", *words).out
    again = lantu(tmp_path / "home", *words, "--json").json
    assert [note["code"] for note in again["notes"]] == ["intake.z_dropped"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_table_with_other_headings_is_told_which_it_needs(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "用水量.csv"
    file.write_text("行政区代码,年度,用水量\n220882,2025,605000000\n", encoding=encoding)
    told = lantu(tmp_path / "home", "layer", "add", file, "--kind", "WATER_USE", "--area", "220882")
    assert told.code == 3
    assert all(word in told.err for word in ("XZQDM（行政区代码）", "YEAR", "VOLUME_M3", "用水量", "首行"))
    assert lantu(tmp_path / "home", "layer", "list", "--json").json == []


def test_a_land_survey_without_net_areas_is_refused(tmp_path: Path) -> None:
    table = squares(4)
    file = tmp_path / "a.gpkg"
    pyogrio.write_arrow(
        table.attributes.drop_columns(["TBDLMJ"]).append_column("geom", [shapely.to_wkb(table.geometry)]),
        file, layer="DLTB", geometry_name="geom", geometry_type="Polygon", crs="EPSG:4490", driver="GPKG",
    )  # fmt: skip
    words = ("layer", "add", file, "--kind", "DLTB", "--area", "220882", "--year", "2020")
    told = lantu(tmp_path / "home", *words)
    assert told.code == 3 and "TBDLMJ（图斑地类面积）" in told.err


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("XZQDM,YEAR,YEAR,VOLUME_M3\n220882,2025,2025,1\n", "utf-8", "YEAR"),
        ("XZQDM\tYEAR\tVOLUME_M3\n220882\t2025\t1\n", "utf-16", "CSV UTF-8"),
        ("XZQDM;YEAR;VOLUME_M3\n220882;2025;1\n", "utf-8", "XZQDM;YEAR;VOLUME_M3"),
    ],
)
def test_an_odd_table_is_one_sentence(tmp_path: Path, text: str, encoding: str, said: str) -> None:
    file = tmp_path / "w.csv"
    file.write_text(text, encoding=encoding)
    told = lantu(tmp_path / "home", "layer", "add", file, "--kind", "WATER_USE", "--area", "220882")
    assert told.code == 3 and said in told.err

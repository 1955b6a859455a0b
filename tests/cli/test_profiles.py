"""`lantu profile` and `lantu package template`, the way a shell runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pyogrio

from cli.shell import lantu
from lantu.lawbook import load


def test_all_profiles_are_listed() -> None:
    done = lantu("profile", "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    listed = json.loads(done.stdout)
    assert [each["id"] for each in listed] == list(load().profiles)
    assert {"jilin-county-2023", "zhejiang-county-2021"} <= {
        each["id"] for each in listed if each["province"]
    }
    shown = lantu("profile", "list")
    assert all(name in shown.stdout for name in load().profiles)
    assert "吉林省" in shown.stdout and "未核实" in shown.stdout


def test_a_profile_with_everything_put_together() -> None:
    done = lantu("profile", "show", "jilin-county-2023", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    value = json.loads(done.stdout)
    assert (value["since"], value["land_use"], value["verified"]) == ("2023-11-22", "landuse_2023", False)
    field = value["layers"]["ZXCQGHYDYH"]["fields"]["YDYHFLDM"]
    assert (field["presence"], field["code_list"], field["title"]["zh"]) == (
        "required",
        "landuse_2023",
        "用地用海分类代码",
    )
    assert value["layers"]["GHZBB"]["geometry"] == "none"
    one = lantu("profile", "show", "jilin-county-2023", "--layer", "YJJBNT")
    assert "YJJBNTTB" in one.stdout and "永久基本农田" in one.stdout and "STBHHX" not in one.stdout


def test_what_two_profiles_ask_for_differently() -> None:
    done = lantu("profile", "diff", "county-2021", "county-2023", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    value = json.loads(done.stdout)
    assert value["facts"]["land_use"] == {"before": "landuse_2020", "after": "landuse_2023"}
    assert list(value["layers"]["changed"]) == ["ZXCQGHYDYH"]
    assert {"code": "2302", "before": "田坎", "after": "后备耕地"} in value["code_lists"][0]["other_meaning"]
    shown = lantu("profile", "diff", "county-2021", "county-2023")
    assert "同码异义 2302：田坎 → 后备耕地" in shown.stdout
    english = lantu("profile", "diff", "county-2021", "township-2021", LANTU_LANG="en")
    assert (
        "Layer gone: ZXCQCSLX" in english.stdout
        and "YDYHGHFQ Presence: expected → optional" in english.stdout
    )
    assert lantu("profile", "diff", "county-2021", "county-2021").stdout.count("\n") == 2


def test_a_template_is_written_and_said(tmp_path: Path) -> None:
    out = tmp_path / "大安.gpkg"
    done = lantu("package", "template", "--profile", "county-2021", "--out", out, "--epsg", 4550, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    value = json.loads(done.stdout)
    assert (value["path"], value["epsg"], value["layers"], value["tables"]) == (str(out), 4550, 18, 1)
    assert pyogrio.read_info(out, layer="XZQ")["crs"] == "EPSG:4550"
    again = lantu("package", "template", "--profile", "county-2021", "--out", out)
    assert (again.returncode, again.stdout) == (3, "") and "--force" in again.stderr
    assert lantu("package", "template", "--profile", "county-2023", "--out", out, "--force").returncode == 0


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    for words in (
        ("profile", "show", "county-1999"),
        ("profile", "diff", "county-2021", "county-1999"),
        ("profile", "show", "county-2021", "--layer", "county-1999"),
        ("package", "template", "--profile", "county-1999", "--out", tmp_path / "a.gdb"),
    ):
        done = lantu(*words)
        assert (done.returncode, done.stdout) == (3, "")
        assert "county-1999" in done.stderr and len(done.stderr.strip().splitlines()) == 1

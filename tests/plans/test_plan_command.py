"""`lantu plan`: register, list, show."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from plans.test_register import READING, SENTENCE
from store.command import lantu
from store.test_layer_command import geopackage


def reading(path: Path, *readings: dict[str, Any]) -> Path:
    path.write_text(json.dumps(readings or [READING], ensure_ascii=False), encoding="utf-8")
    return path


def test_register_list_show(tmp_path: Path) -> None:
    home, file = tmp_path / "home", reading(tmp_path / "reply.json")
    registered = lantu(home, "plan", "register", file)
    assert registered.code == 0, registered.err
    assert "已登记" in registered.out
    assert "没有变化" in lantu(home, "plan", "register", file).out
    (listed,) = lantu(home, "plan", "list", "--json").json
    assert (listed["id"], listed["version"], listed["target_count"]) == ("220882-master", 1, 2)
    assert "220882-master" in lantu(home, "plan", "list").out
    shown = lantu(home, "plan", "show", "220882")
    assert "≥ 327.40" in shown.out
    assert SENTENCE in shown.out
    value = lantu(home, "plan", "show", "220882-master", "--json").json
    assert value["targets"][0]["value"] == "327.40"
    assert value["targets"][0]["clause"]["text"] == SENTENCE
    assert lantu(home, "plan", "show", "999999").code == 4


def test_versions_can_be_shown_by_number(tmp_path: Path) -> None:
    home, later = tmp_path / "home", copy.deepcopy(READING)
    later["plans"][0]["targets"][0]["value_text"] = "327.50"
    lantu(home, "plan", "register", reading(tmp_path / "1.json"))
    lantu(home, "plan", "register", reading(tmp_path / "2.json", later))
    assert lantu(home, "plan", "show", "220882", "--json").json["targets"][0]["value"] == "327.50"
    first = lantu(home, "plan", "show", "220882", "--version", "1", "--json").json
    assert first["targets"][0]["value"] == "327.40"
    assert lantu(home, "plan", "show", "220882", "--version", "3").code == 3


def test_what_stands_after_an_old_reply_came_again_is_said(tmp_path: Path) -> None:
    home, mistaken, amended = tmp_path / "home", copy.deepcopy(READING), copy.deepcopy(READING)
    mistaken["plans"][0]["targets"][0]["value_text"] = "3.2"
    first, second = reading(tmp_path / "1.json"), reading(tmp_path / "2.json", mistaken)
    for file in (first, second):
        lantu(home, "plan", "register", file)
    told = lantu(home, "plan", "register", first).out
    assert "重新启用" in told and "第 3 版" in told
    for number, value in (("1", "327.40"), ("2", "3.2"), ("3", "327.40")):
        shown = lantu(home, "plan", "show", "220882", "--version", number, "--json").json
        assert (shown["version"], shown["targets"][0]["value"]) == (int(number), value)
    amended |= {"document_number": "吉政函〔2025〕9号", "date": "2025-09-01"}
    lantu(home, "plan", "register", reading(tmp_path / "3.json", amended))
    told = lantu(home, "plan", "register", first).out
    assert "没有变化" in told and "现行的是第 4 版" in told
    assert lantu(home, "plan", "list", "--json").json[0]["version"] == 4


def test_targets_that_a_new_version_drops_are_said(tmp_path: Path) -> None:
    home, later = tmp_path / "home", copy.deepcopy(READING)
    lantu(home, "plan", "register", reading(tmp_path / "1.json"))
    gone = later["plans"][0]["targets"].pop(1)["indicator"]
    file = reading(tmp_path / "2.json", later)
    told = lantu(home, "plan", "register", file)
    assert told.code == 0 and gone in told.out and "不再对照" in told.out
    assert "不再对照" not in lantu(home, "plan", "register", file).out


def test_a_layer_can_come_with_the_plan(tmp_path: Path) -> None:
    home, file, line = tmp_path / "home", reading(tmp_path / "r.json"), geopackage(tmp_path / "x.gpkg")
    done = lantu(home, "plan", "register", file, "--layer", f"STBHHX={line}", "--json")
    assert done.code == 0, done.err
    (layer,) = lantu(home, "layer", "list", "--json").json
    assert done.json[0]["layers"] == {"STBHHX": layer["digest"]}


def test_a_refused_layer_leaves_no_plan_behind(tmp_path: Path) -> None:
    home, file = tmp_path / "home", reading(tmp_path / "r.json")
    refused = lantu(home, "plan", "register", file, "--layer", f"STBHHX={tmp_path / 'none.gpkg'}")
    assert refused.code == 3
    assert lantu(home, "plan", "list", "--json").json == []
    for words in (("--layer", "STBHHX"), ("--area", "=220882"), ("--layer", f"220881:STBHHX={file}")):
        assert lantu(home, "plan", "register", file, *words).code == 3


def test_open_questions_are_said(tmp_path: Path) -> None:
    question = {"code": "approval.no_unit", "text": "327", "span": [1, 4], "message": {"zh": "…", "en": "…"}}
    file = reading(tmp_path / "r.json", READING | {"questions": [question], "source_truncated": True})
    out = lantu(tmp_path / "home", "plan", "register", file).out
    assert "1 处存疑" in out
    assert "不完整" in out

"""Every command: help in both languages, --json, one sentence for a fault, Chinese first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.shell import lantu
from lantu.cli.main import COMMANDS, command

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def leaves() -> Iterator[tuple[str, Any]]:
    """Yield every command as a user types it, and as click has it."""
    for name in COMMANDS:
        found = command(name)
        if isinstance(found, typer.core.TyperGroup):
            yield from ((f"{name} {inner}", each) for inner, each in found.commands.items())
        else:
            yield name, found


LEAVES = dict(leaves())


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_takes_json_and_explains_itself(name: str) -> None:
    found = LEAVES[name]
    options = {option for each in found.params for option in each.opts}
    assert "--json" in options
    words = found.help or COMMANDS[name]
    assert CHINESE.search(words), words
    assert re.search(r"/ .*[a-z]{3}", words), words
    for each in found.params:
        if each.opts[0] != "--help":
            explained = getattr(each, "help", "") or ""
            assert CHINESE.search(explained) or "JSON" in explained, f"{name} {each.opts[0]}: {explained!r}"


@pytest.mark.parametrize("name", LEAVES)
def test_whatever_keeps_facts_takes_a_home(name: str) -> None:
    options = {option for each in LEAVES[name].params for option in each.opts}
    homeless = {"approval read", "sample", "overlay areas", "overlay check", "overlay change"}
    homeless |= {"profile list", "profile show", "profile diff", "package template", "package rules"}
    homeless |= {"package plant", "conflict pairs"}
    assert ("--home" in options) == (name not in homeless)


def test_help_of_the_whole() -> None:
    done = lantu("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        assert re.search(rf"\b{name}\b", done.stdout)


@pytest.mark.parametrize("words", [("layer",), ("layer", "add"), ("demo",)])
def test_help_of_each(words: tuple[str, ...]) -> None:
    done = lantu(*words, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert CHINESE.search(done.stdout)


@pytest.mark.parametrize(
    "words", [("nonsense",), ("layer", "nonsense"), ("layer", "list", "--nonsense"), ("layer", "add")]
)
def test_a_command_written_wrongly_is_a_matter_of_usage(words: tuple[str, ...]) -> None:
    done = lantu(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_chinese_first_english_when_asked(tmp_path: Path) -> None:
    words = ("layer", "list", "--home", tmp_path / "none")
    for changes, chinese in (
        ({}, True),
        ({"LANTU_LANG": "en"}, False),
        ({"LANTU_LANG": "zh_CN.UTF-8"}, True),
    ):
        done = lantu(*words, **changes)
        assert (done.returncode, done.stdout) == (4, "")
        assert len(done.stderr.strip().splitlines()) == 1
        assert bool(CHINESE.search(done.stderr.replace(str(tmp_path), ""))) == chinese
        assert "--home" in done.stderr


def test_the_system_language_does_not_decide(tmp_path: Path) -> None:
    """Chinese first, whatever the machine speaks; and sentences survive a machine set to ASCII."""
    done = lantu("layer", "list", "--home", tmp_path / "none", LANG="C", LC_ALL="C")
    assert done.returncode == 4
    assert CHINESE.search(done.stderr)


def test_home_by_option_by_variable_and_by_default(tmp_path: Path) -> None:
    table = tmp_path / "w.csv"
    table.write_text("XZQDM,YEAR,VOLUME_M3\n220882,2020,12.5\n", encoding="utf-8")
    add = ("layer", "add", table, "--kind", "WATER_USE", "--area", "220882", "--json")
    given, by_variable, user = tmp_path / "given", tmp_path / "variable", tmp_path / "user"
    assert lantu(*add, "--home", given, LANTU_HOME=str(by_variable)).returncode == 0
    assert (given / "home.json").exists()
    assert not by_variable.exists()
    assert lantu(*add, LANTU_HOME=str(by_variable)).returncode == 0
    assert (by_variable / "home.json").exists()
    assert lantu(*add, HOME=str(user)).returncode == 0
    assert (user / ".local/share/lantu/home.json").exists()


def test_json_is_all_that_stdout_holds(tmp_path: Path) -> None:
    reply = tmp_path / "a.txt"
    title = "某省人民政府关于《大安市国土空间总体规划（2021—2035年）》的批复"
    reply.write_text(f"{title}\n到2035年，大安市耕地保有量不低于327.40万亩。\n", encoding="utf-8")
    done = lantu("approval", "read", reply, "--json")
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), list)


def test_square_brackets_in_a_reply_are_its_own(tmp_path: Path) -> None:
    reply = tmp_path / "reply.txt"
    reply.write_text(
        "吉林省人民政府关于《大安市国土空间总体规划（2021-2035年）》[/x]的批复\n大安市人民政府:\n"
        "原则同意《大安市国土空间总体规划（2021-2035年）》[/b]。到2035年,大安市耕地保有量不低于327.40万亩。\n"
        "吉林省人民政府\n2024年1月1日\n",
        encoding="utf-8",
    )
    read = lantu("approval", "read", reply)
    assert read.returncode == 0, read.stderr
    assert "327.40" in read.stdout and "[/x]" in read.stdout

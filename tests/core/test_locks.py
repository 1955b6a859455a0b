"""Locks pin everything and name no address: where packages come from is the machine's own setting."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"https?://|file:|git\+|--(extra-)?index-url|--find-links|--trusted-host|\bresolved\b")
PINNED = re.compile(r"([a-z0-9.-]+)==[^ ;]+( ; .+)?")


def pins(name: str) -> dict[str, set[str]]:
    """Return package → pinned lines (more than one where platforms or Pythons differ)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "locks" / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            match = PINNED.fullmatch(line)
            assert match, f"{name}: {line!r} pins nothing"
            found.setdefault(match[1], set()).add(line)
    return found


def wanted(requirements: list[str]) -> set[str]:
    return {
        re.split(r"[<>=~! ;\[]", each)[0].lower().replace("_", "-").replace(".", "-") for each in requirements
    }


@pytest.mark.parametrize(
    "file", ["locks/run.txt", "locks/dev.txt", "locks/node.txt", "frontend/package-lock.json"]
)
def test_no_lock_names_an_address(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    if file.endswith(".json"):
        packages = json.loads(text)["packages"]
        assert not [name for name, each in packages.items() if "resolved" in each]
        assert all("integrity" in each for name, each in packages.items() if name and not each.get("link"))
        return
    assert not ADDRESS.search(text)


def test_locks_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups, extras = project["dependency-groups"], project["project"]["optional-dependencies"]
    asked = wanted(project["project"]["dependencies"])
    assert asked | wanted(groups["build"]) <= set(pins("run.txt"))
    assert asked | wanted([*groups["dev"], *groups["build"], *extras["ocr"]]) <= set(pins("dev.txt"))
    assert wanted(groups["node"]) <= set(pins("node.txt"))


def test_what_is_run_is_what_was_tested() -> None:
    run, dev = pins("run.txt"), pins("dev.txt")
    assert {name: lines for name, lines in run.items() if dev.get(name) != lines} == {}


def test_the_npm_lock_is_that_of_package_json() -> None:
    package = json.loads((ROOT / "frontend/package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))["packages"][""]
    for part in ("dependencies", "devDependencies"):
        assert lock.get(part, {}) == package.get(part, {})

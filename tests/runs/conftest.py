"""A checked package by hand and its report, written once for all tests that read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lantu.runs.package_report.write import write
from runs.checked_package import WHEN, World, world


@pytest.fixture(scope="module")
def found() -> World:
    return world()


@pytest.fixture(scope="module")
def folder(found: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "报告"
    write(found.checked, found.work, folder, made_at=WHEN)
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> dict[str, object]:
    return json.loads((folder / "findings.json").read_text(encoding="utf-8"))

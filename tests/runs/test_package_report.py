"""The files of a check together: all of them or none, whatever happens."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas
import pytest

from cli.shell import environment
from lantu.core.errors import StorageError
from lantu.lawbook import message
from lantu.quality.check import accepted
from lantu.quality.findings import Acceptance, Verdict
from lantu.runs.package_report.arrange import CATEGORIES
from lantu.runs.package_report.findings_file import read_earlier
from lantu.runs.package_report.write import FILES, Written, write
from lantu.runs.pages.page import read
from runs.checked_package import WHEN, World, with_rules, world
from runs.report_files import outline_of, plain_text, sheet


def test_categories_are_those_of_the_lawbook() -> None:
    schema = json.loads(read("lantu.lawbook", "schemas/quality_rule.json"))
    assert set(CATEGORIES) == set(schema["properties"]["category"]["enum"])


def test_every_file_is_there_and_nothing_else(folder: Path, found: World) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    written = write(found.checked, found.work, folder, made_at=WHEN)
    assert written == Written(tuple(folder / name for name in FILES), None)


def test_an_accepted_deviation_is_told_with_its_reason(found: World, tmp_path: Path) -> None:
    ids = [each.id for each in found.checked.findings if each.rule.code in ("QC1405", "QC1701")]
    said = {one: Acceptance(one, "省厅同意", "张三", "2027-01-01", False) for one in ids}
    said[ids[0]] = replace(said[ids[0]], expired=True)
    checked = accepted(with_rules(found, "QC1405", "QC1701"), said)
    assert checked.verdict is Verdict.RETURN, "one acceptance is over"
    write(checked, found.work, tmp_path, made_at=WHEN)
    text = plain_text(tmp_path / "report.html")
    assert "已接受：省厅同意（张三，至 2027-01-01）" in text and "接受已过期：省厅同意" in text
    rows = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert rows["counts"]["must"]["accepted"] == 12 and rows["counts"]["must"]["fail"] == 1
    assert rows["findings"][0]["accepted"]["expired"] is True
    assert rows["findings"][1]["accepted"] == {
        "reason": "省厅同意", "person": "张三", "until": "2027-01-01", "expired": False
    }  # fmt: skip


@pytest.mark.parametrize(
    "bsm",
    [
        "\x00\x07{:04d}\u202e<script>alert(1)</script>",
        "{:04d}" + "𠮷🗺️" * 3,
        "#let x = 1; $ \\ {:04d} *_`",
        "{:04d}" + "A" * 40_000,
        "]]>&amp;{:04d}'\"",
    ],
    ids=["control", "rare", "markup", "long", "xml"],
)
def test_odd_names_harm_no_file(bsm: str, tmp_path: Path) -> None:
    odd = world(2, bsm=bsm)
    checked = replace(odd.checked, name=bsm)
    written = write(checked, odd.work, tmp_path, made_at=WHEN)
    assert written.no_pdf is None or written.no_pdf.code == "quality_report.no_chinese_font"
    outline = outline_of(tmp_path / "report.html")
    assert "script" not in outline.ids
    assert b"\x00" not in (tmp_path / "report.html").read_bytes()
    assert len(geopandas.read_file(tmp_path / "findings.gpkg", layer="findings_shape")) == 4
    for number in (1, 2, 3, 4):
        sheet(tmp_path / "findings.xlsx", number)
    assert read_earlier(tmp_path)


_KILLED = """
import os, signal, sys
from pathlib import Path
from lantu.runs.package_report import places
from lantu.runs.package_report.write import write
from runs.checked_package import ORIGIN, WHEN, world
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
places.write_geopackage = die
small = world(2)
write(small.checked, small.work, Path(sys.argv[1]), made_at=WHEN)
"""


def test_killed_half_way_the_earlier_report_stands(found: World, tmp_path: Path) -> None:
    write(found.checked, found.work, tmp_path, made_at=WHEN)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    words = [sys.executable, "-c", _KILLED, str(tmp_path)]
    paths = f"{environment()['PYTHONPATH']}:{Path(__file__).parents[1]}"
    killed = subprocess.run(words, env=environment(PYTHONPATH=paths), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert any(path.name.endswith(".part") for path in tmp_path.iterdir())
    write(found.checked, found.work, tmp_path, made_at=WHEN)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_a_full_disk_leaves_the_earlier_report(
    found: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(found.checked, found.work, tmp_path, made_at=WHEN)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    small = world(2)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError) as caught:
        write(small.checked, small.work, tmp_path, made_at=WHEN)
    assert caught.value.code == "store.disk_full" and str(tmp_path) in str(caught.value.params["where"])
    assert ".part" not in str(caught.value.params["where"])
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written_says_so(found: World, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as caught:
        write(found.checked, found.work, tmp_path / "file" / "report", made_at=WHEN)
    assert str(tmp_path) in message(caught.value.code, **caught.value.params)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_progress_goes_to_the_end(found: World, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int | None]] = []
    write(found.checked, found.work, tmp_path, made_at=WHEN, progress=lambda *step: steps.append(step))
    assert steps == [("progress.package_report", done, 3) for done in range(4)]

"""Opinions are numbered, kept and stated in the ledger; made whole or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

import world
from cli.shell import environment, lantu, start
from lantu.core.digest import digest_bytes
from lantu.core.errors import ConflictError, InputError, UnavailableError
from lantu.runs.pages import typeset
from lantu.runs.write_opinion import KIND, MOST
from lantu.store import Home
from runs.fonts import needs_font
from runs.opinion_files import DAY, FARM, RED, opinions, site_file
from store.delivered import Delivery
from world import rect
from world_home import world_home

pytestmark = needs_font


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return world_home(tmp_path / "home", years=[2025])


def test_numbers_run_by_county_and_year(home: Home, tmp_path: Path) -> None:
    file = site_file(tmp_path, FARM, RED)
    first = opinions(home, file, tmp_path / "a")
    again = opinions(home, file, tmp_path / "b", made_at=datetime(2026, 12, 1, tzinfo=UTC), site=2)
    later = opinions(home, file, tmp_path / "c", made_at=datetime(2027, 1, 5, 8, 0, 0, 9, tzinfo=UTC), site=1)
    numbers = [each.issue.number for each in (*first, *again, *later)]
    assert numbers == [
        "220882-SC-2026-0001", "220882-SC-2026-0002", "220882-SC-2026-0003", "220882-SC-2027-0001",
    ]  # fmt: skip
    # The same site on the same versions says the same, whoever numbers it and when.
    assert first[1].page == again[0].page and first[1].page.content() == again[0].page.content()
    assert first[0].page.content() == later[0].page.content() != first[1].page.content()
    assert again[0].site == 2
    assert first[0].issue.said(first[0].page)["made_at"] == "2026年11月29日 08:30 UTC+00:00"


def test_other_data_say_something_else(home: Home, tmp_path: Path) -> None:
    file = site_file(tmp_path, FARM)
    (one,) = opinions(home, file, tmp_path / "a")
    (other,) = opinions(world_home(tmp_path / "other", years=[2024]), file, tmp_path / "b")
    assert one.page.content() != other.page.content()


def test_the_home_keeps_it_and_the_ledger_says_so(home: Home, tmp_path: Path) -> None:
    (made,) = opinions(home, site_file(tmp_path, FARM), tmp_path / "out")
    (run,) = home.runs.list(KIND)
    assert (run.id, run.status) == (made.issue.run, "finished")
    assert run.inputs["number"] == made.issue.number and run.inputs["facts"]["sector"] == "rural"
    result = home.runs.result(run.id)
    assert (result["content"], result["opinion"]) == (made.page.content(), "fail")
    farm = next(each for each in result["controls"] if each["control"] == "CR02")
    assert (farm["status"], farm["area_m2"]) == ("forbidden", "40000.00")
    assert home.ledger.verify() == []
    said = {each.seq: each for each in home.ledger.entries()}
    finished = said[made.issue.seq]
    assert (finished.kind, finished.digest) == ("run.finished", made.issue.head)
    assert finished.body["result"] == run.result_digest
    bodies = [each.body for each in said.values() if each.kind == "run.attached"]
    attached = {each["name"]: each["digest"] for each in bodies}
    assert sorted(made.files) == sorted((tmp_path / "out").iterdir())
    assert attached == {path.name: digest_bytes(path.read_bytes()) for path in made.files}
    assert all((run.folder / path.name).read_bytes() == path.read_bytes() for path in made.files)


def test_no_file_is_replaced_and_no_number_lost(home: Home, tmp_path: Path) -> None:
    file, folder = site_file(tmp_path, FARM), tmp_path / "out"
    folder.mkdir()
    (folder / "220882-SC-2026-0001.docx").write_bytes(b"signed")
    with pytest.raises(ConflictError) as refused:
        opinions(home, file, folder)
    assert refused.value.code == "opinion.file_there"
    assert [path.name for path in folder.iterdir()] == ["220882-SC-2026-0001.docx"]
    assert home.runs.list(KIND) == [] and home.ledger.verify() == []
    assert not any((home.path / "runs").glob("opinion-*/*"))
    (made,) = opinions(home, file, tmp_path / "elsewhere")
    assert made.issue.number == "220882-SC-2026-0001"


def test_without_a_chinese_font_none_is_made(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeset, "FAMILIES", ())
    with pytest.raises(UnavailableError) as refused:
        opinions(home, site_file(tmp_path, FARM), tmp_path / "out")
    assert refused.value.code == "opinion.no_chinese_font"
    assert home.runs.list(KIND) == [] and not (tmp_path / "out").exists()


def test_many_sites_are_refused_but_one_of_them_is_made(home: Home, tmp_path: Path) -> None:
    sites = [rect(10 * n, 0, 10 * n + 8, 8) for n in range(MOST + 1)]
    file = site_file(tmp_path, *sites)
    for site, code in ((None, "opinion.too_many"), (MOST + 2, "opinion.no_site"), (0, "opinion.no_site")):
        with pytest.raises(InputError) as refused:
            opinions(home, file, tmp_path / "out", site=site)
        assert refused.value.code == code
    assert home.runs.list(KIND) == []
    (made,) = opinions(home, file, tmp_path / "out", site=MOST + 1)
    assert made.site == MOST + 1 and f"第 {MOST + 1} 号地块" in dict(made.page.facts)["地块"]
    # It lies at x = 500, in C1: no basic farmland.
    assert {each.code: each.status for each in made.page.controls}["CR02"] == "not_affected"
    assert made.page.points.rows[0].y.startswith("41500")


def outline(home: Home, code: str, shape: shapely.Polygon) -> None:
    name = pa.table({"XZQDM": [code], "XZQMC": [code]})
    shapes = Delivery(name, world.geographic([shape]), world.CRS_4490, f"{code}.gpkg", "XZQX")
    home.layers.add(shapes, kind="XZQX", area_code=code, year=None, invented=True)


def test_the_county_with_most_of_a_site_gives_the_number(home: Home, tmp_path: Path) -> None:
    outline(home, "220800", rect(0, 0, 2000, 1000))  # the city, over both
    outline(home, "220881", rect(1000, 0, 2000, 1000))
    file = site_file(tmp_path, rect(700, 0, 1100, 50), rect(900, 0, 1300, 50))
    west, east = opinions(home, file, tmp_path / "out")
    assert [each.issue.number[:6] for each in (west, east)] == ["220882", "220881"]
    places = [dict(each.page.facts)["地块"] for each in (west, east)]
    assert places == ["第 1 号地块（大安市、洮南市）", "第 2 号地块（洮南市、大安市）"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from lantu.runs import write_opinion
from lantu.store import Home
from runs.opinion_files import opinions
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
times = []
def second(page, issue, press, real=write_opinion.to_docx):
    times.append(issue)
    return die() if len(times) == 2 else real(page, issue, press)
if sys.argv[4] == "home":
    write_opinion.to_docx = second
else:
    from lantu.store import together
    together._publish = die
opinions(Home.open(Path(sys.argv[1]), create=False), Path(sys.argv[2]), Path(sys.argv[3]))
"""


def killed(home: Home, file: Path, folder: Path, where: str) -> None:
    words = [sys.executable, "-c", _KILLED, str(home.path), str(file), str(folder), where]
    paths = f"{environment()['PYTHONPATH']}:{Path(__file__).parents[1]}"
    done = subprocess.run(words, env=environment(PYTHONPATH=paths), check=False)
    assert done.returncode == -signal.SIGKILL


def test_killed_while_they_are_set_none_is_made(home: Home, tmp_path: Path) -> None:
    file, folder = site_file(tmp_path, FARM, RED), tmp_path / "out"
    killed(home, file, folder, "home")
    again = Home.open(home.path, create=False)
    assert list(folder.iterdir()) == [] and again.runs.list(KIND) == [] and again.ledger.verify() == []
    assert not any((home.path / "runs").glob("opinion-*/*"))
    assert [each.issue.number[-4:] for each in opinions(again, file, folder)] == ["0001", "0002"]


def test_killed_while_they_are_laid_out_none_is_half_there(home: Home, tmp_path: Path) -> None:
    file, folder = site_file(tmp_path, FARM, RED), tmp_path / "out"
    killed(home, file, folder, "folder")
    again = Home.open(home.path, create=False)
    assert [path for path in folder.iterdir() if not path.name.startswith(".")] == []
    # They stand: the home has them, whole, under the numbers that the ledger gives them.
    kept = [sorted(path.suffix for path in run.folder.iterdir()) for run in again.runs.list(KIND)]
    assert kept == [[".docx", ".json", ".pdf"]] * 2 and again.ledger.verify() == []
    assert opinions(again, file, folder, site=1)[0].issue.number == "220882-SC-2026-0003"
    assert sorted(path.suffix for path in folder.iterdir()) == [".docx", ".pdf"]


def test_processes_at_once_never_take_one_number(home: Home, tmp_path: Path) -> None:
    file = site_file(tmp_path, FARM)
    words = ("review", file, "--day", DAY, "--home", home.path, "--json", "--opinion")
    numbers: list[str] = []
    left, until = [tmp_path / "a", tmp_path / "b"], time.monotonic() + 240
    while left and time.monotonic() < until:
        running = [(folder, start(*words, folder)) for folder in left]
        for folder, process in running:
            out, error = process.communicate(timeout=240)
            assert process.returncode in (0, 6), error  # 6: another process writes just now
            if process.returncode == 0:
                numbers += [each["number"] for each in json.loads(out)["opinions"]]
                left.remove(folder)
    assert [each[-4:] for each in sorted(numbers)] == ["0001", "0002"]
    assert home.ledger.verify() == []
    assert {path.stem for name in "ab" for path in (tmp_path / name).iterdir()} == set(numbers)


def test_the_command(home: Home, tmp_path: Path) -> None:
    file = site_file(tmp_path, FARM, RED)
    words = ("review", file, "--day", DAY, "--home", home.path, "--site", "2", "--opinion", tmp_path / "意见")
    shown = lantu(*words)
    assert shown.returncode == 0, shown.stderr
    year = datetime.now().astimezone().year
    assert f"审查意见 220882-SC-{year}-0001：" in shown.stdout and "地块 2" in shown.stdout
    assert "地块 1" not in shown.stdout
    plain = json.loads(lantu(*words, "--json").stdout)
    (made,) = plain["opinions"]
    assert [each["site"] for each in plain["sites"]] == [2] and made["site"] == 2
    assert made["number"] == f"220882-SC-{year}-0002" and made["content"].startswith("sha256:")
    assert [Path(each).suffix for each in made["files"]] == [".pdf", ".docx"]
    assert all(Path(each).is_file() for each in made["files"])
    missing = lantu(*words[:-3], "9")
    assert missing.returncode == 3 and "第 9 号" in missing.stderr

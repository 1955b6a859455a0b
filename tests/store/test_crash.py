"""A killed process, a full disk, a second process: the home opens cleanly and holds nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lantu.core.errors import BusyError
from lantu.store import Home
from store.delivered import squares

TESTS = Path(__file__).parents[1]
LAND = {"kind": "DLTB", "area_code": "220882"}

_START = """
import os, signal, sys
from pathlib import Path
from store.delivered import squares
from lantu.store import Home, access, geoparquet, log
home = Home.open(Path(sys.argv[1]))
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
def add(year):
    return home.layers.add(squares(500), kind="DLTB", area_code="220882", year=year)
"""

# Where the process dies: each replaces one step of ours by a real SIGKILL, before or in the midst of it.
_DEATHS = {
    "half a layer file": """
def half(table, path):
    path.write_bytes(b"PAR1" + bytes(1000)); die()
geoparquet.write = half
""",
    "layer in place, not yet in the registry": "access.Writing.attest = die",
    "everything but the commit": """
from sqlalchemy.orm import Session
Session.commit = die
""",
    "committed, not yet in the log": """
settle = log.settle
def before_settling(path, session):
    die() if log._pending(session) else settle(path, session)
log.settle = before_settling
""",
    "half a line in the log": """
settle = log.settle
def torn(path, session):
    if not log._pending(session): return settle(path, session)
    (path / log.FILE).parent.mkdir(exist_ok=True)
    line = log._pending(session)[-1].encode()
    with (path / log.FILE).open("ab") as file:
        file.write(line[: len(line) // 2])
    die()
log.settle = torn
""",
    "before home.json": "access.Writing.finish = die",
}
_COMMITTED = {"committed, not yet in the log", "half a line in the log", "before home.json"}


def run(script: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _START + script, str(home)], cwd=TESTS, env=_environment(),
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])}


def check_whole(path: Path) -> Home:
    """Open a home and hold everything in it against everything else."""
    home = Home.open(path)
    assert home.ledger.verify() == []
    layers = home.layers.list(drafts=True)
    files = set((path / "layers").glob("*"))
    assert files == {layer.path for layer in layers}
    for layer in layers:
        assert len(home.layers.read(layer).geometry) == layer.features
    for draft, kind in ((False, "layer.added"), (True, "layer.drafted")):
        said = [entry.body["digest"] for entry in home.ledger.entries() if entry.kind == kind]
        assert sorted(said) == sorted(layer.digest for layer in layers if layer.draft == draft)
    packages = home.packages.list()
    said = [entry.body["package"] for entry in home.ledger.entries() if entry.kind == "package.registered"]
    assert sorted(said) == sorted(package.digest for package in packages)
    for package in packages:
        assert home.packages.evidence(package)
    assert {file.stem for file in (path / "checks").glob("*")} == {
        package.evidence.removeprefix("sha256:") for package in packages
    }
    assert list((path / ".staging").glob("*")) == []
    return home


@pytest.mark.parametrize("death", _DEATHS)
def test_a_killed_process_leaves_a_whole_home(tmp_path: Path, death: str) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    home.layers.add(squares(), **LAND, year=2020)
    # What the log has is forgotten with the next writing: the registry then holds no line of it.
    with home.writing():
        pass
    home.close()
    killed = run(f"{_DEATHS[death]}\nadd(2021)", path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    home = check_whole(path)
    assert len(home.layers.list()) == 1 + (death in _COMMITTED)
    # The lock died with its holder, and the interrupted work can be done again.
    layer = home.layers.add(squares(500), **LAND, year=2021)
    assert layer.already_there == (death in _COMMITTED)
    assert home.plane.lon_0 == 123
    check_whole(path)


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "home"
    Home.open(path).close()
    for round_ in range(6):
        script = f"print('ready', flush=True)\nfor year in range(1950 + {round_} * 20, 2100): add(year)"
        process = subprocess.Popen(
            [sys.executable, "-c", _START + script, str(path)], cwd=TESTS, env=_environment(),
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.02 + 0.013 * round_)
        process.kill()
        process.wait()
        process.stdout.close()
        check_whole(path)


@pytest.mark.parametrize("limit", [600, 4_000, 40_000, 140_000])
def test_a_full_disk_leaves_the_home_as_it_was(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    home.layers.add(squares(500), **LAND, year=2020)
    home.close()
    before = {
        file: file.read_bytes() for file in path.rglob("*") if file.is_file() and "lantu.db" not in file.name
    }
    full = run(
        f"""
import resource
from lantu.core.errors import StorageError
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    with home.writing():
        for year in range(2021, 2030):
            home.layers.add(squares(2000), kind="DLTB", area_code="220882", year=year)
        home.ledger.append("test", {{"long": "x" * 200_000}})
except StorageError as error:
    print(error.code)
print(len(home.layers.list()))
""",
        path,
    )
    assert full.stdout.split() == ["store.disk_full", "1"], full.stderr
    after = {
        file: file.read_bytes() for file in path.rglob("*") if file.is_file() and "lantu.db" not in file.name
    }
    assert after == before
    assert len(check_whole(path).layers.list()) == 1


def test_a_log_that_takes_no_line_gets_it_later(tmp_path: Path) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    for n in range(30):
        home.ledger.append("test", {"n": n})
    home.close()
    size = (path / "ledger/log.jsonl").stat().st_size
    # The registry's own file is larger than the log, so a limit cannot be set for the log alone.
    script = """
from lantu.core.errors import StorageError
def full(path, session):
    if log.size(path) < access.last_statement(session).ends_at:
        raise StorageError("store.disk_full", where=path)
log.settle = full
home.ledger.append("test", {"n": "late"})
print(len(home.ledger.entries()), home.ledger.verify())
"""
    done = run(script, path)
    assert done.stdout.split("\n")[0] == "31 []", done.stderr
    assert (path / "ledger/log.jsonl").stat().st_size == size
    assert len(check_whole(path).ledger.entries()) == 31
    assert (path / "ledger/log.jsonl").stat().st_size > size


def test_a_second_writer_is_told_who_holds_the_home_and_readers_go_on(tmp_path: Path) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    home.layers.add(squares(), **LAND, year=2020)
    script = """
with home.writing():
    add(2021)
    print("holding", flush=True)
    sys.stdin.readline()
"""
    holder = subprocess.Popen(
        [sys.executable, "-c", _START + script, str(path)], cwd=TESTS, env=_environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdin and holder.stdout
    assert holder.stdout.readline() == "holding\n"
    with pytest.raises(BusyError) as caught:  # at once: the holder lets go only when told to, below
        home.layers.add(squares(), **LAND, year=2022)
    assert caught.value.code == "store.busy"
    assert caught.value.params["pid"] == holder.pid
    assert str(caught.value.params["since"]).startswith("20")
    # What is not finished is not seen, by an open home or a fresh one; overlays need no lock.
    assert [layer.year for layer in home.layers.list()] == [2020]
    fresh = Home.open(path)
    assert [layer.year for layer in fresh.layers.list()] == [2020]
    assert len(fresh.layers.read(fresh.layers.list()[0]).geometry) == 3
    fresh.overlays.put("a", "b", "m", squares().attributes)
    holder.communicate("\n", timeout=120)
    assert [layer.year for layer in home.layers.list()] == [2020, 2021]
    home.layers.add(squares(), **LAND, year=2022)
    assert not (path / ".lock-holder.json").exists()
    check_whole(path)

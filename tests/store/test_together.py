"""Files that belong together change together: after a fault, a kill, or with another writer at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.shell import environment
from lantu.core.errors import StorageError
from lantu.store.together import READY, written_together

NAMES = ("a.txt", "b.txt", "c.txt")


def put(folder: Path, said: str, names: tuple[str, ...] = NAMES) -> None:
    with written_together(folder, NAMES) as part:
        for name in names:
            (part / name).write_text(said)


def held(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_all_are_replaced_and_others_left_alone(tmp_path: Path) -> None:
    put(tmp_path / "new", "one")
    (tmp_path / "new" / "own.txt").write_text("mine")
    put(tmp_path / "new", "two")
    assert held(tmp_path / "new") == dict.fromkeys(NAMES, "two") | {"own.txt": "mine"}


def test_what_is_not_written_again_does_not_stay(tmp_path: Path) -> None:
    put(tmp_path, "one")
    put(tmp_path, "two", ("a.txt",))
    assert held(tmp_path) == {"a.txt": "two"}


def test_a_fault_leaves_the_earlier_ones(tmp_path: Path) -> None:
    put(tmp_path, "one")
    with pytest.raises(ZeroDivisionError), written_together(tmp_path, NAMES) as part:
        (part / "a.txt").write_text("two")
        raise ZeroDivisionError
    assert held(tmp_path) == dict.fromkeys(NAMES, "one")


_KILLED = """
import os, signal, sys
from pathlib import Path
from lantu.store.together import written_together
folder, after = Path(sys.argv[1]), int(sys.argv[2])
replace, done = Path.replace, []
def dying(self, target):
    if len(done) == after:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(target)
    return replace(self, target)
Path.replace = dying
with written_together(folder, ("a.txt", "b.txt", "c.txt")) as part:
    for name in ("a.txt", "b.txt"):
        (part / name).write_text("two")
    if after < 0:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("after", [-1, 0, 1])
def test_a_killed_writing_is_dropped_or_finished_by_the_next(tmp_path: Path, after: int) -> None:
    put(tmp_path, "one")
    words = [sys.executable, "-c", _KILLED, str(tmp_path), str(after)]
    killed = subprocess.run(words, env=environment(), check=False)
    assert killed.returncode == -signal.SIGKILL
    if after < 0:
        assert held_files(tmp_path) == dict.fromkeys(NAMES, "one")
    with pytest.raises(ZeroDivisionError), written_together(tmp_path, NAMES):
        raise ZeroDivisionError
    now = {"a.txt": "two", "b.txt": "two"} if after >= 0 else dict.fromkeys(NAMES, "one")
    assert held(tmp_path) == now, "the ready ones are brought to their places, nothing hidden is left"


def held_files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_what_another_has_ready_comes_first(tmp_path: Path) -> None:
    put(tmp_path, "one")
    (tmp_path / READY).mkdir()
    with written_together(tmp_path, NAMES) as part:
        (tmp_path / READY).mkdir()
        for name in NAMES:
            (tmp_path / READY / name).write_text("other")
            (part / name).write_text("mine")
    assert held(tmp_path) == dict.fromkeys(NAMES, "mine")


def test_a_file_that_is_held_open_stops_it_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "one")
    rename = Path.rename

    def as_windows(self: Path, target: Path) -> Path:
        if self.name == "b.txt":
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", as_windows)
    with pytest.raises(StorageError) as caught:
        put(tmp_path, "two")
    assert (caught.value.code, caught.value.params["where"]) == ("store.in_use", tmp_path / "b.txt")
    assert held(tmp_path) == dict.fromkeys(NAMES, "one")


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as caught:
        put(tmp_path / "file" / "folder", "one")
    assert caught.value.code == "store.disk_fault"
    if os.geteuid():
        (tmp_path / "shut").mkdir(0o500)
        with pytest.raises(StorageError) as caught:
            put(tmp_path / "shut", "one")
        assert caught.value.code == "store.refused"

"""Processes of a run end with it, also when nobody could tell them to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

_SCRIPT = """
import os, sys, time
from lantu.runs.side_by_side import side_by_side
def work(folder):
    open(os.path.join(folder, str(os.getpid())), "w").close()
    time.sleep(600)
if __name__ == "__main__":
    os.cpu_count = lambda: 2
    list(side_by_side(work, [sys.argv[1]] * 4))
"""


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script, seen = tmp_path / "work.py", tmp_path / "seen"
    script.write_text(_SCRIPT, encoding="utf-8")
    seen.mkdir()
    parent = subprocess.Popen([sys.executable, script, seen])
    deadline = time.monotonic() + 300
    while len(list(seen.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = [int(path.name) for path in seen.iterdir()]
    assert len(workers) == 2
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while any(map(_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, workers))

"""Ctrl-C: a documented code, one sentence, nothing half-written."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from subprocess import Popen

import pytest

from cli.shell import lantu, start

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name (POSIX)")


def reading(pipe: Path, *words: object, number: signal.Signals = signal.SIGINT, **changes: str) -> Popen[str]:
    """Interrupt a command that reads `pipe` once it does: nothing ever comes out, so its work has no end."""
    os.mkfifo(pipe)
    process = start(*words, **changes)
    with pipe.open("wb", buffering=0):  # opens when the command has opened the other end
        process.send_signal(number)
        process.out, process.err = process.communicate(timeout=300)  # type: ignore[attr-defined]
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("language", "said"), [("zh", "中断"), ("en", "nterrupted")])
def test_reading_is_interrupted(tmp_path: Path, language: str, said: str, number: signal.Signals) -> None:
    pipe = tmp_path / "reply.txt"
    done = reading(pipe, "approval", "read", pipe, "--json", LANTU_LANG=language, number=number)
    assert done.returncode == 130
    assert done.out == ""  # type: ignore[attr-defined]
    assert said in done.err  # type: ignore[attr-defined]
    assert len(done.err.strip().splitlines()) == 1  # type: ignore[attr-defined]


def test_adding_is_interrupted_and_the_home_is_as_before(tmp_path: Path) -> None:
    home, table, pipe = tmp_path / "home", tmp_path / "w.csv", tmp_path / "more.csv"
    table.write_text("XZQDM,YEAR,VOLUME_M3\n220882,2020,12.5\n", encoding="utf-8")
    words = ("--kind", "WATER_USE", "--area", "220882", "--home", home)
    assert lantu("layer", "add", table, *words).returncode == 0
    before = lantu("layer", "list", "--home", home, "--json").stdout
    assert reading(pipe, "layer", "add", pipe, *words).returncode == 130
    assert lantu("layer", "list", "--home", home, "--json").stdout == before
    assert lantu("ledger", "verify", "--home", home).returncode == 0
    assert list((home / ".staging").glob("*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [4.0])
def test_the_demo_is_interrupted_and_can_be_run_again(tmp_path: Path, after_s: float) -> None:
    home = tmp_path / "home"
    words = ("demo", "--no-serve", "--scale", "0.1", "--home", home)
    process = start(*words)
    deadline = time.monotonic() + 300
    while not (home / "home.json").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert lantu("ledger", "verify", "--home", home).returncode == 0
    again = lantu(*words)
    assert again.returncode == 0, again.stderr

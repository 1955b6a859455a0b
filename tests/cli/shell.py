"""Runs `lantu` as a process of its own, the way a shell does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

SRC = Path(__file__).parents[2] / "src"
COMMAND = [sys.executable, "-c", "from lantu.cli.main import main; main()"]


def environment(**changes: str) -> dict[str, str]:
    """Return this process's environment without Lantu's own variables, and wide enough not to wrap."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LANTU_")}
    return kept | {"COLUMNS": "200", "PYTHONPATH": str(SRC)} | changes


def lantu(*words: object, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    options: dict[str, Any] = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 900}
    return subprocess.run([*COMMAND, *map(str, words)], env=environment(**changes), check=False, **options)


def start(*words: object, **changes: str) -> subprocess.Popen[str]:
    """Start a command as a terminal does; its output is piped.

    A test run in the background may have Ctrl-C ignored, and would hand that down.
    """
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    options["preexec_fn"] = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen([*COMMAND, *map(str, words)], env=environment(**changes), **options)

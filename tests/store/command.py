"""Runs `lantu` in this process, the way a shell sees it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True)
class Outcome:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def lantu(home: Path, *words: object) -> Outcome:
    """Run one command on a home."""
    from lantu.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    arguments = ["lantu", *map(str, words), "--home", str(home)]
    code = 0
    with (
        patch.object(sys, "argv", arguments),
        patch.dict(os.environ, {"COLUMNS": "200"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Outcome(code, out.getvalue(), err.getvalue())

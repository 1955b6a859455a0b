"""`lantu report`: the monitoring report as one page that needs nothing from outside."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lantu.cli.context import HomeOption, JsonOption, console, emit, home_path, progress_bars, say
from lantu.runs.write_report import copy_report, write_report
from lantu.store import Home


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(run)


def run(
    out: Annotated[
        Path | None, typer.Option("--out", help="另存一份 .html / where to put a copy", dir_okay=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the report of the latest measuring run."""
    opened = Home.open(home_path(home), create=False)
    with progress_bars() as progress:
        report = write_report(opened, made_at=datetime.now().astimezone(), progress=progress)
    path = report.path
    if out is not None:
        path = out.expanduser().resolve()
        copy_report(report, path)
    emit(
        {"path": path, "run_id": report.run_id, "digest": report.digest},
        as_json,
        lambda: console.print(
            say("report.written", path=path), markup=False, highlight=False, soft_wrap=True
        ),
    )

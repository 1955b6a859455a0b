"""`lantu package plant`: faults planted into a package, with the list of what a check must find."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from lantu.cli.context import JsonOption, console, emit, language, line, progress_bars, say
from lantu.runs.plant_faults import PlantedPackage, plant_faults
from lantu.sample.package_faults.plant import FAULTS


def run(
    path: Annotated[Path, typer.Argument(help="成果包 / the package", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", help="新目录 / a folder that is not there yet", show_default=False)
    ],
    each: Annotated[int, typer.Option("--each", min=1, help="每种几处 / how many of each kind")] = 2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="随机种子 / seed")] = 1,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="只埋这些种，可重复 / these kinds only", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the package with its faults and say what was planted."""
    with progress_bars() as progress:
        made = plant_faults(
            path, out.expanduser().absolute(), each=each, seed=seed,
            day=datetime.now().astimezone().date(), only=fault or (), progress=progress,
        )  # fmt: skip
    value = {
        "package": made.package, "truth": made.truth, "planted": [each.to_json() for each in made.faults],
    }  # fmt: skip
    emit(value, as_json, lambda: _show(made))


def _show(made: PlantedPackage) -> None:
    table = Table()
    for head in ("package.fault", "package.what", "package.found_by"):
        table.add_column(say(head), overflow="fold")
    table.add_column(say("package.places"), justify="right")
    for name, count in Counter(each.fault.name for each in made.faults).items():
        fault = FAULTS[name]
        what = fault.what[0] if language() == "zh" else fault.what[1]
        table.add_row(name, what, "、".join(fault.rules), str(count))
    console.print(table)
    line(say("package.planted", package=made.package, truth=made.truth, count=len(made.faults)))

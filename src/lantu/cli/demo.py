"""`lantu demo`: the whole chain on the invented sample, then the map."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lantu.cli import serve
from lantu.cli.context import HomeOption, JsonOption, emit, home_path, line, progress_bars, say
from lantu.cli.measure import show
from lantu.cli.plan import registered_line
from lantu.runs.build_sample import SEED
from lantu.runs.demo import Demonstrated, demonstrate
from lantu.store import Home


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help="用虚构示例数据走完全程 / the whole chain on invented sample data")(run)


def run(
    serve_map: Annotated[
        bool, typer.Option("--serve/--no-serve", help="最后打开地图服务 / serve the map at the end")
    ] = True,
    scale: Annotated[float, typer.Option("--scale", help="细度 / how finely the land is divided")] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="随机种子 / seed of the sample", min=0)] = SEED,
    boundaries: Annotated[
        Path | None, typer.Option("--boundaries", help="真实县界文件 / file with real county outlines")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="地图端口 / port of the map", min=0, max=65535)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the sample, register the plans, measure, look for conflicts, report, and serve the map."""
    opened = Home.open(home_path(home))
    with progress_bars() as progress:
        done = demonstrate(
            opened, scale=scale, seed=seed, boundaries=boundaries,
            made_at=datetime.now().astimezone(), progress=progress,
        )  # fmt: skip
    emit(_to_json(done), as_json, lambda: _show(opened, done))
    opened.close()
    if serve_map:
        serve.run(port=port, home=home, as_json=as_json)


def _to_json(done: Demonstrated) -> dict[str, object]:
    return {
        "sample": done.sample,
        "plans": [{"id": each.plan_id, "version": each.number, "digest": each.digest} for each in done.plans],
        "layers": done.layers,
        "report": done.report.path,
        "result": done.measurement.result,
        "conflicts": done.scan.result,
    }


def _show(home: Home, done: Demonstrated) -> None:
    for each in done.plans:
        line(registered_line(each))
    line(say("demo.layers", count=done.layers, path=done.sample))
    show(home, done.measurement)
    numbered = sum(len(each["conflicts"]) for each in done.scan.result["pairs"])
    line(say("demo.conflicts", count=numbered))
    line(say("report.written", path=done.report.path))

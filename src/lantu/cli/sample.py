"""`lantu sample`: build invented data for four counties."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lantu.cli.context import JsonOption, console, emit, progress_bars, say
from lantu.runs.build_sample import SEED, SampleManifest, build_sample


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("sample")
    def sample(
        out: Annotated[Path, typer.Option("--out", help="输出目录 / folder to build it in")],
        scale: Annotated[float, typer.Option("--scale", help="细度 / how finely the land is divided")] = 1.0,
        boundaries: Annotated[
            Path | None, typer.Option("--boundaries", help="真实县界 / real outlines of the four counties")
        ] = None,
        seed: Annotated[int, typer.Option("--seed", min=0, help="随机种子 / seed")] = SEED,
        as_json: JsonOption = False,
    ) -> None:
        """生成四个县（市）的虚构示例数据 / build invented sample data for four counties."""
        with progress_bars() as progress:
            manifest = build_sample(
                out.expanduser().absolute(), scale=scale, boundaries=boundaries, seed=seed, progress=progress
            )
        emit(manifest.to_json() | {"folder": manifest.folder}, as_json, lambda: _show(manifest))


def _show(manifest: SampleManifest) -> None:
    lines = [
        say(
            "sample.show.done",
            where=manifest.folder, layers=len(manifest.layers), findings=manifest.findings,
        )
    ]  # fmt: skip
    if manifest.boundaries:
        lines.append(say("sample.show.boundaries", where=manifest.boundaries))
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

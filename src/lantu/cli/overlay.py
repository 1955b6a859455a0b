"""`lantu overlay`: how much of one file's polygons lies in another's, in statutory areas."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from lantu.cli import overlay_change, overlay_check
from lantu.cli.context import (
    AnySystemOption,
    JsonOption,
    console,
    emit,
    hectares,
    line,
    notes,
    progress_bars,
    say,
    stderr,
    value,
)
from lantu.core.errors import InputError
from lantu.runs.kept_pieces import has_kept
from lantu.runs.overlay_files import FileOverlay, Side, overlay_files

SHOWN = 40


class FilesFirst(TyperGroup):
    """`lantu overlay LEFT RIGHT` is short for `lantu overlay areas LEFT RIGHT`.

    A file that is called as a command is: `./check`.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["areas", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(cls=FilesFirst, no_args_is_help=True)
    group.command("areas", help="两文件的公共面积 / what two files share")(run)
    group.command("change", help="两版之间的变化 / what became what between two years")(overlay_change.run)
    group.command("check", help="重叠、缝隙、界外 / overlaps, gaps, ground outside")(overlay_check.run)
    app.add_typer(group, name="overlay")


def run(
    left: Annotated[Path, typer.Argument(help="左文件 / left file", show_default=False)],
    right: Annotated[Path, typer.Argument(help="右文件 / right file", show_default=False)],
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help="左字段,右字段：按两字段汇总 / LEFTFIELD,RIGHTFIELD to sum by", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="另存为 Parquet 表 / also write a Parquet table", show_default=False),
    ] = None,
    left_layer: Annotated[
        str | None,
        typer.Option("--left-layer", help="左文件的图层 / layer of the left file", show_default=False),
    ] = None,
    right_layer: Annotated[
        str | None,
        typer.Option("--right-layer", help="右文件的图层 / layer of the right file", show_default=False),
    ] = None,
    assume_cgcs2000: AnySystemOption = False,
    mend: Annotated[
        bool,
        typer.Option(
            "--mend",
            help="自相交等图形由 GEOS 修正后测算，并列出 / let GEOS mend broken polygons, and name them",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure, print the rows, biggest first; write them where asked."""
    try:
        with progress_bars() as progress:
            result = overlay_files(
                left, right, _fields(by), left_layer=left_layer, right_layer=right_layer,
                assume_cgcs2000=assume_cgcs2000, mend=mend, out=out, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        if out and has_kept(out):
            stderr.print(say("overlay.kept", where=out, name=out.name), markup=False, soft_wrap=True)
        raise
    emit(_plain(result), as_json, lambda: show(result, out))


def show(result: FileOverlay, out: Path | None) -> None:
    """Print a result for people."""
    line(say("overlay.total", total=hectares(result.total_m2), pairs=result.pairs))
    for side, name in ((result.left, "left"), (result.right, "right")):
        line(say(f"overlay.side_{name}", file=side.file, features=side.features, area=hectares(side.area_m2)))
    if result.row_count:
        table = Table()
        for title, right in (
            (result.left.field or say("overlay.left_feature"), False),
            (result.right.field or say("overlay.right_feature"), False),
            (say("overlay.hectares"), True),
            (say("overlay.pairs"), True),
        ):
            table.add_column(Text(title), justify="right" if right else "left", overflow="fold")
        for row in result.rows.slice(0, SHOWN).to_pylist():
            table.add_row(
                Text(value(row["left"])), Text(value(row["right"])), hectares(row["area_m2"]),
                str(row["pairs"]),
            )  # fmt: skip
        console.print(table)
    if result.row_count > SHOWN:
        line(say("overlay.more", count=result.row_count - SHOWN), "dim")
    notes(result.left.notes, result.right.notes)
    for side in (result.left, result.right):
        if side.mended:
            names = "、".join(side.mended[:SHOWN])
            line(say("overlay.mended", file=side.file, count=len(side.mended), features=names), "yellow")
    if result.apart:
        line(say("overlay.apart"), "yellow")
    if result.resumed:
        line(say("overlay.resumed", features=result.resumed), "dim")
    line(say("overlay.method", method=result.method), "dim")
    if out:
        line(say("overlay.written", path=out), "dim")


def _fields(by: str | None) -> tuple[str, str] | None:
    """Read `LEFT,RIGHT`, also with a full-width comma.

    Raises:
        InputError: `overlay.bad_by`.
    """
    if by is None:
        return None
    left, _, right = (part.strip() for part in by.replace("，", ",").partition(","))
    if not left or not right or "," in right:
        raise InputError("overlay.bad_by", by=by)
    return left, right


def _side(side: Side) -> dict[str, Any]:
    return asdict(side) | {"notes": list(side.notes), "mended": list(side.mended)}


def _plain(result: FileOverlay) -> dict[str, Any]:
    return {
        "total_m2": result.total_m2,
        "pairs": result.pairs,
        "left": _side(result.left),
        "right": _side(result.right),
        "method": result.method,
        "apart": result.apart,
        "resumed": result.resumed,
        "row_count": result.row_count,
        "rows_complete": len(result.rows) == result.row_count,
        "rows": result.rows.to_pylist(),
    }

"""`lantu approval read`: what a reply fixes, with the sentence behind every figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from lantu.approvals import Reading, ReadPlan
from lantu.cli.context import JsonOption, console, emit, language, progress_bars, say
from lantu.core.operators import sign
from lantu.lawbook import message
from lantu.runs.read_approval import published, read_files


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="批复 / approval replies")
    app.add_typer(group, name="approval")

    @group.command("read")
    def read(
        files: Annotated[list[Path], typer.Argument(help="批复文件 .txt .pdf .docx / approval files")],
        as_json: JsonOption = False,
    ) -> None:
        """读批复:规划、指标、职责和存疑之处 / read replies: plans, targets, duties, questions."""
        with progress_bars() as progress:
            found = read_files(files, progress=progress)
        readings = [reading for _, group_ in found for reading in group_]
        emit(published(readings), as_json, lambda: _show(readings))


def _show(readings: list[Reading]) -> None:
    for reading in readings:
        console.print(f"[bold]{reading.title or reading.source_file}[/bold]", highlight=False)
        facts = [
            reading.document_number,
            reading.date.isoformat() if reading.date else None,
            reading.addressee,
        ]
        console.print("  ".join(fact for fact in facts if fact), highlight=False)
        for plan in reading.plans:
            console.print(_targets(plan))
        if reading.duties:
            names = "、".join(duty.name[language()] for duty in reading.duties)
            console.print(f"{say('approval.show.duties')} {names}", highlight=False)
        for question in reading.questions:
            text = message(question.code, language(), **question.params)
            console.print(
                f"? [{question.span[0]}–{question.span[1]}] {text}",
                style="yellow",
                markup=False,
                highlight=False,
            )
        for piece in reading.other_pieces:
            console.print(
                say("approval.show.other", title=piece.title or "—", span=piece.span),
                style="dim",
                markup=False,
            )
        console.print()


def _targets(plan: ReadPlan) -> Table:
    period = f"{plan.period[0]}–{plan.period[1]}" if plan.period else "?"
    table = Table(title=f"{plan.title} · {plan.level} · {period}", title_justify="left", title_style="")
    for column in ("indicator", "limit", "unit", "year", "of", "span"):
        table.add_column(say(f"approval.show.{column}"), justify="right" if column == "limit" else "left")
    for target in plan.targets:
        figure: Any = target.value if target.value is not None else (target.note or "–")
        table.add_row(
            target.indicator, f"{sign(target.op, '–')} {figure}", target.unit or "", str(target.year or "?"),
            target.of or "", f"{target.span[0]}–{target.span[1]}",
        )  # fmt: skip
    return table

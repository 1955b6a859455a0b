"""`lantu approval read`: what a reply fixes, with the sentence behind every figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

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
        _line(reading.title or reading.source_file, "bold")
        facts = [
            reading.document_number,
            reading.date.isoformat() if reading.date else None,
            reading.addressee,
        ]
        _line("  ".join(fact for fact in facts if fact))
        for plan in reading.plans:
            console.print(_targets(plan))
        if reading.duties:
            names = "、".join(duty.name[language()] for duty in reading.duties)
            _line(f"{say('approval.show.duties')} {names}")
        for question in reading.questions:
            text = message(question.code, language(), **question.params)
            _line(f"? [{question.span[0]}–{question.span[1]}] {text}", "yellow")
        for piece in reading.other_pieces:
            _line(say("approval.show.other", title=piece.title or "—", span=piece.span), "dim")
        console.print()


def _targets(plan: ReadPlan) -> Table:
    period = f"{plan.period[0]}–{plan.period[1]}" if plan.period else "?"
    title = Text(f"{plan.title} · {plan.level} · {period}")
    table = Table(title=title, title_justify="left", title_style="")
    for column in ("indicator", "limit", "unit", "year", "of", "span"):
        right = column == "limit"
        table.add_column(
            say(f"approval.show.{column}"), justify="right" if right else "left", overflow="fold"
        )
    for target in plan.targets:
        figure: Any = target.value if target.value is not None else (target.note or "–")
        cells = (
            target.indicator, f"{sign(target.op, '–')} {figure}", target.unit or "", str(target.year or "?"),
            target.of or "", f"{target.span[0]}–{target.span[1]}",
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _line(text: str, style: str = "") -> None:
    """Print a reply's own words as they are: square brackets in them are no markup."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

"""`lantu review`: sites against every control in force, with reasons, documents and an opinion."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import (
    AnySystemOption,
    DayOption,
    HomeOption,
    JsonOption,
    console,
    emit,
    hectares,
    home_path,
    language,
    line,
    notes,
    progress_bars,
    say,
)
from lantu.compliance.review import Judged, Opinion
from lantu.core.digest import short
from lantu.core.finding import Answer
from lantu.lawbook import Words, load
from lantu.runs.review_site import Project, Reviewed, read_project, review_file
from lantu.store import Home

SHOWN = 10
"""Sites that the terminal shows; --json gives all."""
_COLOURS = {
    Answer.PASS: "bold green", Answer.FAIL: "bold red", Answer.NEEDS_PERSON: "bold yellow",
    Answer.CANNOT_TELL: "bold yellow",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("review")(run)


def run(
    file: Annotated[Path, typer.Argument(help="地块的面图层 / file with the polygons of the sites")],
    project: Annotated[
        Path | None,
        typer.Option("--project", help="项目情况 YAML / what is known of the project", show_default=False),
    ] = None,
    day: DayOption = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="文件中的图层 / layer of the file", show_default=False)
    ] = None,
    assume_cgcs2000: AnySystemOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Review the sites and print an opinion on each."""
    opened, book = Home.open(home_path(home), create=False), load()
    on = (day or datetime.now().astimezone()).date()
    told = read_project(project, book) if project else Project()
    with progress_bars() as progress:
        found = review_file(
            opened, file, day=on, project=told, layer=layer, assume_cgcs2000=assume_cgcs2000, book=book,
            progress=progress,
        )  # fmt: skip
    emit(_plain(found, opened.invented), as_json, lambda: _show(found, opened.invented))


def _show(found: Reviewed, invented: bool) -> None:
    if invented:
        console.print(say("measure.invented"), style="bold magenta", markup=False)
    for answer, opinion in list(zip(found.looked_up.answers, found.opinions, strict=True))[:SHOWN]:
        line(
            say(f"review.opinion_{opinion.answer}", number=answer.number, area=hectares(answer.area_m2),
                day=opinion.day),
            _COLOURS[opinion.answer],
        )  # fmt: skip
        console.print(_table(opinion))
    if len(found.opinions) > SHOWN:
        line(say("site.more", count=len(found.opinions) - SHOWN), "dim")
    notes(found.looked_up.used.notes)
    line(say("review.limits"), "yellow")
    line(say("review.method", method=found.looked_up.method, lawbook=short(found.lawbook)), "dim")


def _table(opinion: Opinion) -> Table:
    table = Table()
    for name in ("control", "says"):
        table.add_column(say(f"review.{name}"), overflow="fold")
    table.add_column(say("review.affected"), justify="right")
    table.add_column(say("review.why"), overflow="fold")
    for each in opinion.judged:
        table.add_row(
            Text(f"{each.control.code} {_words(each.control.title)}"),
            Text(say(f"review.status_{each.status}"), style=_COLOURS[each.answer]),
            "" if each.area_m2 is None else hectares(each.area_m2),
            Text(_why(each)),
        )
    return table


def _why(judged: Judged) -> str:
    said = []
    if judged.why:
        said.append(say(judged.why[0], **judged.why[1]))
    if judged.branch:
        said.append(_words(judged.branch.why))
        for needed in judged.needed:
            there = say("review.at_hand") if needed in judged.at_hand else ""
            said.append(say("review.needs", name=_words(needed.name), by=_words(needed.by)) + there)
        cited = "、".join(
            f"{each.id}{f' {each.article}' if each.article else ''}" for each in judged.branch.sources
        )
        said.append(say("review.after", sources=cited))
        if not judged.branch.verified:
            said.append(say("review.unverified"))
    return "\n".join(said)


def _words(words: Words) -> str:
    return words.en if language() == "en" else words.zh


def _plain(found: Reviewed, invented: bool) -> dict[str, Any]:
    used = found.looked_up.used
    return {
        "file": used.file,
        "system": used.system,
        "notes": list(used.notes),
        "method": found.looked_up.method,
        "lawbook": found.lawbook,
        "invented": invented,
        "project": {**found.project.about, **found.project.facts, "documents": list(found.project.documents)},
        "sites": [
            {
                "site": answer.number,
                "area_m2": answer.area_m2,
                "day": opinion.day.isoformat(),
                "opinion": opinion.answer,
                "layers": sorted({each.layer.digest for each in (*answer.lines, *answer.land)}),
                "controls": [_judged(each) for each in opinion.judged],
            }
            for answer, opinion in zip(found.looked_up.answers, found.opinions, strict=True)
        ],
    }


def _judged(judged: Judged) -> dict[str, Any]:
    branch = judged.branch
    return {
        "control": judged.control.code,
        "title": judged.control.title.to_json(),
        "layers": list(judged.control.layers),
        "status": judged.status,
        "answer": judged.answer,
        "affected_m2": judged.area_m2,
        "outcome": branch and branch.id,
        "why": branch and branch.why.to_json(),
        "fittings": [
            {"class": each.code, "area_m2": each.area_m2, "fit": each.fit} for each in judged.fittings
        ],
        "missing": None if judged.why is None else {"code": judged.why[0], **judged.why[1]},
        "documents": [
            {"id": each.id, "name": each.name.to_json(), "by": each.by.to_json(),
             "named_by_project": each in judged.at_hand}
            for each in judged.needed
        ],
        "sources": [{"id": each.id, "article": each.article} for each in branch.sources] if branch else [],
        "verified": branch.verified if branch else None,
    }  # fmt: skip

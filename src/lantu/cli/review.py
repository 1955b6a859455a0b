"""`lantu review`: sites against every control in force, with reasons, documents and an opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
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
from lantu.cli.site import likely_zone
from lantu.compliance.review import Judged, Opinion
from lantu.core.digest import short
from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.runs.review_site import Project, Reviewed, read_project, review_file
from lantu.runs.review_table import SUFFIXES, write_results
from lantu.runs.review_values import plain_review
from lantu.runs.review_words import ReviewWords
from lantu.runs.table_file import check_out
from lantu.runs.write_opinion import WrittenOpinion, write_opinions
from lantu.store import Home

SHOWN = 10
"""Sites that the terminal shows; --json gives all."""
PAIRS = 5
_COLOURS = {
    Answer.PASS: "bold green", Answer.FAIL: "bold red", Answer.NEEDS_PERSON: "bold yellow",
    Answer.CANNOT_TELL: "bold yellow",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("review")(run)


def run(
    file: Annotated[
        Path,
        typer.Argument(
            help="地块：面图层、界址点坐标 TXT、WKT 或 DXF / sites: polygons, boundary points, WKT or DXF"
        ),
    ],
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            help="项目情况 YAML：活动、级别、行业、办理阶段、是否线性工程等"
            " / what is known of the project: activity, level, sector, stage, linear …",
            show_default=False,
        ),
    ] = None,
    day: DayOption = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="文件中的图层 / layer of the file", show_default=False)
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs",
            help="文件未注明坐标系时用，如 EPSG:4529 / system of a file that names none (WKT, DXF)",
            show_default=False,
        ),
    ] = None,
    suggest: Annotated[
        bool,
        typer.Option(
            "--suggest", help="不允许的，找可用部分和移位 / look for what would pass where it is forbidden"
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="逐块结果写入 .csv 或 .gpkg（含涉及部分的图形）/ results by site as .csv or .gpkg",
            show_default=False,
        ),
    ] = None,
    opinion: Annotated[
        Path | None,
        typer.Option(
            "--opinion",
            help="出具审查意见（PDF、DOCX）的目录 / folder for opinions to sign (PDF, DOCX)",
            show_default=False,
        ),
    ] = None,
    site: Annotated[
        int | None,
        typer.Option("--site", help="只审第几个地块 / this site only, counted from 1", show_default=False),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(
            "--limit", min=0.001, help="每块限时，秒 / seconds that a site may take", show_default=False
        ),
    ] = None,
    assume_cgcs2000: AnySystemOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Review the sites and print an opinion on each."""
    opened, book = Home.open(home_path(home), create=False), load()
    at = datetime.now().astimezone().replace(microsecond=0)
    on = (day or at).date()
    told = read_project(project, book) if project else Project()
    if out:
        check_out(out, [file], SUFFIXES)
    options: dict[str, Any] = {
        "day": on, "project": told, "layer": layer, "crs": crs, "assume_cgcs2000": assume_cgcs2000,
        "site": site, "limit_s": limit, "book": book,
    }  # fmt: skip
    written: tuple[WrittenOpinion, ...] = ()
    with progress_bars() as progress:
        if opinion:
            found, written = write_opinions(
                opened, file, opinion, made_at=at, language=language(), progress=progress, **options
            )
        else:
            shapes = out is not None and out.suffix.lower() != ".csv"
            found = review_file(opened, file, shapes=shapes, suggest=suggest, progress=progress, **options)
    if out:
        write_results(found, _facts(found, on, opened.invented), out, language())
    plain = plain_review(found, opened.invented) | (
        {"opinions": list(map(_written, written))} if opinion else {}
    )
    emit(plain, as_json, lambda: _show(found, opened.invented, out, written))


def _facts(found: Reviewed, day: date, invented: bool) -> dict[str, Any]:
    facts = {
        "day": day.isoformat(),
        "file": found.used.file,
        "digest": found.used.digest,
        "method": found.method,
        "lawbook": found.lawbook,
    }
    return facts | ({"invented": say("measure.invented")} if invented else {})


def _show(found: Reviewed, invented: bool, out: Path | None, written: Sequence[WrittenOpinion]) -> None:
    if invented:
        console.print(say("measure.invented"), style="bold magenta", markup=False)
    words = ReviewWords(language(), load())
    for site in found.sites[:SHOWN]:
        answer, opinion = site.answer, site.opinion
        line(
            say(f"review.opinion_{opinion.answer}", number=answer.number, area=hectares(answer.area_m2),
                day=opinion.day),
            _COLOURS[opinion.answer],
        )  # fmt: skip
        console.print(_table(opinion, words, found.project))
        untouched = [each.control for each in opinion.judged if each.status == "not_affected"]
        if untouched:
            names = "、".join(f"{each.code} {words.of(each.title)}" for each in untouched)
            line(say("review.untouched", controls=names), "dim")
        if answer.likely:
            line(likely_zone(answer.likely), "yellow")
        if site.suggestion:
            for said in words.suggested(site.suggestion, answer.area_m2, opinion.day):
                line(said)
    if len(found.sites) > SHOWN:
        line(say("site.more", count=len(found.sites) - SHOWN), "dim")
    if len(found.sites) > 1:
        of = Counter(each.opinion.answer for each in found.sites)
        line(
            say("review.counts", count=len(found.sites), passed=of[Answer.PASS], failed=of[Answer.FAIL],
                person=of[Answer.NEEDS_PERSON], untold=of[Answer.CANNOT_TELL]),
            "bold",
        )  # fmt: skip
    if out:
        line(say("review.written", where=out))
    for each in written:
        files = words.comma.join(map(str, each.files))
        line(
            say("opinion.written", number=each.issue.number, files=files, content=short(each.page.content()),
                seq=each.issue.seq),
            "bold",
        )  # fmt: skip
    if found.overlapping:
        pairs = "；".join(
            say("review.overlapping_pair", first=first, second=second, area=hectares(area))
            for first, second, area in found.overlapping[:PAIRS]
        )
        more = " …" if len(found.overlapping) > PAIRS else ""
        line(say("review.overlapping", count=len(found.overlapping), pairs=pairs + more), "yellow")
    notes(found.used.notes)
    judged = (each for site in found.sites[:SHOWN] for each in site.opinion.judged)
    if facts := words.unsaid(judged, found.project.facts):
        line(say("review.unsaid", facts=facts), "yellow")
    line(say("review.limits"), "yellow")
    line(say("review.method", method=found.method, lawbook=short(found.lawbook)), "dim")


def _table(opinion: Opinion, words: ReviewWords, project: Project) -> Table:
    table = Table()
    for name in ("control", "says"):
        table.add_column(say(f"review.{name}"), overflow="fold")
    table.add_column(say("review.affected"), justify="right")
    table.add_column(say("review.why"), overflow="fold")
    for each in opinion.judged:
        if each.status == "not_affected":
            continue
        table.add_row(
            Text(f"{each.control.code} {words.of(each.control.title)}"),
            Text(say(f"review.status_{each.status}"), style=_COLOURS[each.answer]),
            "" if each.area_m2 is None else hectares(each.area_m2),
            Text(_why(each, words, project)),
        )
    return table


def _why(judged: Judged, words: ReviewWords, project: Project) -> str:
    said = words.reasons(judged)
    if judged.branch:
        for needed in judged.needed:
            there = say("review.at_hand") if needed in judged.at_hand else ""
            name = words.document(needed, project.facts)
            said.append(say("review.needs", name=name, by=words.of(needed.by)) + there)
        said.append(say("review.after", sources=words.clause(judged.branch.sources)))
        if not judged.branch.verified:
            said.append(say("review.unverified"))
    return "\n".join(said)


def _written(opinion: WrittenOpinion) -> dict[str, Any]:
    issue = opinion.issue
    return {
        "site": opinion.site,
        "number": issue.number,
        "made_at": issue.made_at.isoformat(),
        "content": opinion.page.content(),
        "run": issue.run,
        "statement": {"seq": issue.seq, "digest": issue.head},
        "files": list(opinion.files),
    }

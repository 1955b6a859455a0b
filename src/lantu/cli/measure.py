"""`lantu measure`: targets against the state of the land, and what changed on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import (
    HomeOption,
    JsonOption,
    console,
    emit,
    home_path,
    language,
    line,
    progress_bars,
    say,
)
from lantu.core.operators import sign
from lantu.core.units import convert, round_half_up
from lantu.lawbook import load
from lantu.runs.measure import Measurement, measure
from lantu.store import Home

Row = Mapping[str, Any]
COLOURS = {"pass": "green", "fail": "bold red", "needs_person": "yellow", "cannot_tell": "bright_black"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("measure")(run)


def run(
    areas: Annotated[
        list[str] | None, typer.Option("--area", help="行政区代码，缺省为全部 / area code; all where absent")
    ] = None,
    years: Annotated[
        list[int] | None, typer.Option("--year", help="年份，缺省为全部 / year; all where absent")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure, keep the result, print the table."""
    opened = Home.open(home_path(home), create=False)
    with progress_bars() as progress:
        done = measure(opened, areas=areas, years=years, progress=progress)
    emit(done.result, as_json, lambda: show(opened, done))


def show(home: Home, done: Measurement) -> None:
    """Print a result for people: targets of the latest year, reasons, findings by rule."""
    result = done.result
    year = max(result["years"])
    rows = [row for row in result["rows"] if row["year"] == year]
    if home.invented:
        console.print(say("measure.invented"), style="bold magenta", markup=False)
    if rows:
        console.print(_targets(rows, year))
    untold = [row for row in rows if row["answer"] == "cannot_tell"]
    if untold:
        console.print(say("measure.cannot_tell_title"), style="bold", markup=False)
        for row in untold:
            line(f"  {row['area_name']}：{row['message'][language()]}")
    for note in result["notes"]:
        line(note["message"][language()], "yellow")
    _print_findings(result)
    if any(not row["verified"] for row in [*rows, *result["findings"]]):
        line(say("measure.unverified_note"), "dim")
    line(say("measure.saved", path=done.run.folder / "result.json"), "dim")


def _targets(rows: Sequence[Row], year: int) -> Table:
    table = Table(title=say("measure.title", year=year), title_justify="left", title_style="bold")
    for column in ("area", "indicator", "required", "value", "margin", "answer"):
        right = column in ("required", "value", "margin")
        table.add_column(say(f"measure.{column}"), justify="right" if right else "left", overflow="fold")
    for area, members in groupby(rows, key=lambda row: str(row["area_name"])):
        for nth, row in enumerate(members):
            table.add_row(Text("" if nth else area, "bold"), *_cells(row))
        table.add_section()
    return table


def _cells(row: Row) -> list[Text]:
    unit = row["unit"] or ""
    when = f" ({row['target_year']})" if row["target_year"] else ""
    required = "—" if row["required"] is None else f"{sign(row['op'])} {row['required']} {unit}"
    mark = "" if row["verified"] else f" {say('measure.unverified')}"
    return [
        Text(f"{_name(row)}{when}"),
        Text(required),
        # Where rounding would hide a shortfall, the figure that shows it.
        Text("—" if row["value"] is None else f"{row['exact'] or row['value']} {unit}"),
        Text("—" if row["margin"] is None else f"{Decimal(row['margin']):+}"),
        Text.assemble((say(f"measure.answer_{row['answer']}"), COLOURS[row["answer"]]), (mark, "yellow")),
    ]


def _name(row: Row) -> str:
    indicator = load().indicators.get(row["indicator_id"])
    return indicator.name.en if indicator and language() == "en" else str(row["indicator"])


def _print_findings(result: Row) -> None:
    first, last = min(result["years"]), max(result["years"])
    findings = sorted(result["findings"], key=lambda f: (f["area_code"], f["rule"], f["answer"]))
    if not findings:
        line(say("measure.no_findings" if result["compared"] else "measure.not_compared"))
        return
    names = {area["code"]: area["name"] for area in result["areas"]}
    title = say("measure.findings_title", first=first, last=last)
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in ("area", "rule", "answer", "count", "total_area"):
        right = column in ("count", "total_area")
        table.add_column(say(f"measure.{column}"), justify="right" if right else "left", overflow="fold")
    for (code, rule, answer), group in groupby(
        findings, key=lambda f: (f["area_code"], f["rule"], f["answer"])
    ):
        members = list(group)
        known = [Decimal(f["area_m2"]) for f in members if f["area_m2"] is not None]
        hectares = str(round_half_up(convert(sum(known, Decimal(0)), "平方米", "公顷"), 2)) if known else "—"
        table.add_row(
            Text(names[code]),
            Text(f"{rule} {members[0]['title'][language()]}"),
            Text(say(f"measure.answer_{answer}"), COLOURS[answer]),
            Text(str(len(members))),
            Text(hectares),
        )
    console.print(table)
    if below := result["below"]:
        total = sum((Decimal(each["area_m2"]) for each in below), Decimal(0))
        line(say("measure.below", count=sum(each["count"] for each in below), area_m2=total), "dim")

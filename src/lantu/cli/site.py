"""`lantu site`: which control lines and what land a site lies in, by how much."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import (
    AnySystemOption,
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
from lantu.core.units import round_half_up
from lantu.lawbook import load
from lantu.monitoring.classes import LandClasses
from lantu.runs.declared_area import Declared
from lantu.runs.likely_zone import LikelyZone
from lantu.runs.look_up_site import Share, SiteAnswer, SiteFile, look_up_file
from lantu.store import Home

SHOWN = 20
"""Sites that the terminal shows; --json gives all."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("site")(run)


def run(
    file: Annotated[
        Path,
        typer.Argument(
            help="地块：面图层、界址点 TXT、WKT 或 DXF / sites: polygons, boundary points (TXT), WKT or DXF"
        ),
    ],
    layer: Annotated[
        str | None, typer.Option("--layer", help="文件中的图层 / layer of the file", show_default=False)
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            "--year", help="按哪一年有效的控制线，缺省为今年 / lines in force in; now", show_default=False
        ),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs",
            help="文件未注明坐标系时用，如 EPSG:4529 / system of a file that names none (WKT, DXF)",
            show_default=False,
        ),
    ] = None,
    assume_cgcs2000: AnySystemOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look the sites up and print what they lie in."""
    opened = Home.open(home_path(home), create=False)
    with progress_bars() as progress:
        result = look_up_file(
            opened, file, year or datetime.now(UTC).year, layer=layer, crs=crs,
            assume_cgcs2000=assume_cgcs2000, progress=progress,
        )  # fmt: skip
    emit(_plain(result, opened.invented), as_json, lambda: show(result, opened.invented))


def show(result: SiteFile, invented: bool) -> None:
    """Print answers for people."""
    if invented:
        console.print(say("measure.invented"), style="bold magenta", markup=False)
    for answer, declared in list(zip(result.answers, result.declared, strict=True))[:SHOWN]:
        area = hectares(answer.area_m2)
        line(say("site.title", number=answer.number, area=area, year=result.year), "bold")
        if declared and not declared.agrees:
            likely = "、".join(declared.likely) or "–"
            said = f"{str(declared.area).removesuffix('.0')} {declared.unit}"
            line(say("site.declared", said=said, area=area, likely=likely), "yellow")
        if answer.lines:
            console.print(_lines(answer))
        if answer.land:
            console.print(_land(answer))
        for code, kind in answer.lacking:
            line(say("site.lacking", area=_area(code), line=_kind(kind)), "yellow")
        if answer.elsewhere_m2:
            line(say("site.elsewhere", area=hectares(answer.elsewhere_m2)), "yellow")
        if answer.likely:
            line(likely_zone(answer.likely), "yellow")
        if any(share.double for share in (*answer.lines, *answer.land)):
            line(say("site.double"), "dim")
    if len(result.answers) > SHOWN:
        line(say("site.more", count=len(result.answers) - SHOWN), "dim")
    notes(result.used.notes)
    line(say("overlay.method", method=result.method), "dim")


def likely_zone(likely: LikelyZone) -> str:
    """Say which mistake of the zone would explain that a site lies in no county."""
    side = say("site.east" if likely.degrees > 0 else "site.west")
    return say("site.likely_zone", degrees=abs(likely.degrees), side=side, area=_area(likely.area_code))


def _lines(answer: SiteAnswer) -> Table:
    table = Table()
    for name, right in (
        ("line", False),
        ("area", False),
        ("covered", True),
        ("share", True),
        ("features", True),
    ):
        table.add_column(say(f"site.{name}"), justify="right" if right else "left", overflow="fold")
    for share in answer.lines:
        style = "" if share.features else "dim"
        table.add_row(
            Text(_kind(share.layer.kind)), Text(_area(share.layer.area_code)), hectares(share.covered_m2),
            _percent(share.covered_m2, answer.area_m2), str(len(share.features)), style=style,
        )  # fmt: skip
    return table


def _land(answer: SiteAnswer) -> Table:
    known = LandClasses(load())
    table = Table()
    _columns(table, "land", "survey", numbers=("hectares", "share"))
    for share in answer.land:
        for code, area in share.classes.items():
            table.add_row(
                Text(known.describe([code]) or say("overlay.no_value")),
                Text(f"{_area(share.layer.area_code)} {share.layer.year}"),
                hectares(area), _percent(area, answer.area_m2),
            )  # fmt: skip
    return table


def _columns(table: Table, *texts: str, numbers: tuple[str, ...]) -> None:
    for name in texts:
        table.add_column(say(f"site.{name}"), overflow="fold")
    for name in numbers:
        table.add_column(say(f"site.{name}"), justify="right", overflow="fold")


def _plain(result: SiteFile, invented: bool) -> dict[str, Any]:
    return {
        "file": result.used.file,
        "system": result.used.system,
        "notes": list(result.used.notes),
        "year": result.year,
        "method": result.method,
        "invented": invented,
        "sites": [
            {
                "site": answer.number,
                "area_m2": answer.area_m2,
                "declared": _declared(declared),
                "lines": [_share(share, answer) for share in answer.lines],
                "land": [_share(share, answer) for share in answer.land],
                "not_registered": [{"area_code": code, "kind": kind} for code, kind in answer.lacking],
                "in_no_registered_area_m2": answer.elsewhere_m2,
                "likely_zone": answer.likely
                and {"degrees": answer.likely.degrees, "area_code": answer.likely.area_code},
            }
            for answer, declared in zip(result.answers, result.declared, strict=True)
        ],
    }


def _declared(declared: Declared | None) -> dict[str, Any] | None:
    if declared is None:
        return None
    return {
        "area": float(declared.area),
        "unit": declared.unit,
        "agrees": declared.agrees,
        "likely_units": list(declared.likely),
    }


def _share(share: Share, answer: SiteAnswer) -> dict[str, Any]:
    return {
        "kind": share.layer.kind,
        "area_code": share.layer.area_code,
        "layer": share.layer.digest,
        "title": share.layer.title,
        "covered_m2": share.covered_m2,
        "share": share.covered_m2 / answer.area_m2 if answer.area_m2 else None,
        "by_class": dict(share.classes),
        "lies_double": share.double,
        "features": [{"fid": fid, "area_m2": area} for fid, area in share.features],
    }


def _kind(kind: str) -> str:
    name = load().layer_kinds[kind].name
    return name.en if language() == "en" else name.zh


def _area(code: str) -> str:
    division = load().divisions.by_code(code)
    return division.name if division else code


def _percent(part: float, whole: float) -> str:
    return f"{round_half_up(Decimal(part) / Decimal(whole) * 100, 2)} %" if whole else "—"

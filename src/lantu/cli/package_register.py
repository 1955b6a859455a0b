"""`lantu package register`: take a package that the check accepts into the home, as a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from lantu.cli.context import HomeOption, JsonOption, emit, home_path, line, progress_bars, say
from lantu.cli.package_check import (
    AcceptOption,
    AgainstOption,
    PackageArgument,
    ProfileOption,
    ReplyOption,
    SurveyOption,
    UpperOption,
)
from lantu.core.digest import short
from lantu.quality.check import accepted
from lantu.runs.acceptances import read_acceptances
from lantu.runs.check_package import PROFILE, check
from lantu.runs.package_report.write import as_json as findings_json
from lantu.runs.register_package import register
from lantu.store import Home
from lantu.store.packages import RegisteredPackage


def run(
    path: PackageArgument,
    profile: ProfileOption = PROFILE,
    against: AgainstOption = None,
    reply: ReplyOption = None,
    upper: UpperOption = None,
    survey: SurveyOption = None,
    accept: AcceptOption = None,
    invented: Annotated[
        bool, typer.Option("--invented", help="虚构的示例数据 / invented sample data")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a package by all rules; where it is accepted, keep its layers as a draft that is not in force."""
    at = datetime.now().astimezone().replace(microsecond=0)
    acceptances = read_acceptances(accept, at.date()) if accept else {}
    store = Home.open(home_path(home))
    with progress_bars() as progress:
        checked, work = check(
            path, profile=profile, day=at.date(), home=store, against=against, reply=reply, upper=upper,
            survey=survey, progress=progress,
        )  # fmt: skip
        checked = accepted(checked, acceptances)
        kept = register(store, checked, work, findings_json(checked, work.book, at), invented=invented)
    emit(_plain(kept), as_json, lambda: show(kept))


def show(kept: RegisteredPackage) -> None:
    """Say what is kept, under which number, and what was left out."""
    code = "package.stood_before" if kept.already_there else "package.registered"
    line(
        say(code, name=kept.name, area=kept.area_code, number=kept.number, layers=len(kept.layers),
            digest=short(kept.digest)),
        "green",
    )  # fmt: skip
    for note in kept.notes:
        line(say(note.code, layer=note.layer, where=note.where), "yellow")


def _plain(kept: RegisteredPackage) -> dict[str, object]:
    return {
        "digest": kept.digest, "name": kept.name, "profile": kept.profile, "area_code": kept.area_code,
        "number": kept.number, "status": kept.status, "verdict": kept.verdict, "evidence": kept.evidence,
        "layers": dict(kept.layers), "already_there": kept.already_there,
        "notes": [{"code": note.code, "layer": note.layer, "where": note.where} for note in kept.notes],
    }  # fmt: skip

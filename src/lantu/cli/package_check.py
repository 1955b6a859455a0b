"""`lantu package check`: hold a plan package against the rules; a summary, a verdict, files to work with."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import HomeOption, JsonOption, console, home_path, language, line, progress_bars, say
from lantu.cli.exit_codes import OK, PERSON_DECIDES, RETURNED
from lantu.core.digest import short
from lantu.core.finding import Answer
from lantu.quality.check import Checked, accepted, compared
from lantu.quality.findings import QualityFinding, Status, Verdict
from lantu.quality.reference import Survey
from lantu.runs.acceptances import read_acceptances
from lantu.runs.check_package import PROFILE, check
from lantu.runs.package_report.findings_file import FILE, read_earlier
from lantu.runs.package_report.write import Written, as_json, write
from lantu.store import Home

SHOWN = 20
_COLOURS = {Verdict.ACCEPT: "bold green", Verdict.RETURN: "bold red", Verdict.PERSON: "bold yellow"}
_CODES = {Verdict.ACCEPT: OK, Verdict.RETURN: RETURNED, Verdict.PERSON: PERSON_DECIDES}
_COLUMNS = (
    ("must", Answer.FAIL), ("must", Answer.NEEDS_PERSON), ("must", Answer.CANNOT_TELL),
    ("warn", Answer.FAIL), ("note", Answer.FAIL),
)  # fmt: skip

PackageArgument = Annotated[
    Path, typer.Argument(help="成果包：gdb、gpkg、文件夹、zip / the package", show_default=False)
]
ProfileOption = Annotated[str, typer.Option("--profile", help="成果包样式 / package profile")]
AgainstOption = Annotated[
    str | None, typer.Option("--against", help="对照已登记的规划 / a registered plan", show_default=False)
]
ReplyOption = Annotated[
    Path | None, typer.Option("--reply", help="对照批复文件 / file of the approval reply", show_default=False)
]
UpperOption = Annotated[
    str | None,
    typer.Option(
        "--upper",
        help="上级规划：批复或文本文件，或已登记的规划编号 / the plan above: file, or a registered plan",
        show_default=False,
    ),
]
SurveyOption = Annotated[
    Path | None,
    typer.Option(
        "--survey",
        help="基期国土调查，成果包没有附时用 / land survey of the base year, where none is in the package",
        show_default=False,
    ),
]
AcceptOption = Annotated[
    Path | None,
    typer.Option("--accept", help="接受清单 YAML / list of accepted deviations", show_default=False),
]


def run(
    path: PackageArgument,
    profile: ProfileOption = PROFILE,
    against: AgainstOption = None,
    reply: ReplyOption = None,
    upper: UpperOption = None,
    survey: SurveyOption = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", help="只查这些规则，可重复 / these rules only", show_default=False),
    ] = None,
    accept: AcceptOption = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            "--compare",
            help="上次的 findings.json；缺省用 --report 目录里的 / an earlier findings.json",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="写清单和报告的目录 / folder for files and report", show_default=False),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--day", help="按哪天的规则 / whose law applies, YYYY-MM-DD", show_default=False),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Check a package; the exit code tells the verdict."""
    at = datetime.now().astimezone().replace(microsecond=0)
    on = date.fromisoformat(day) if day else at.date()
    earlier = compare or (report / FILE if report and (report / FILE).is_file() else None)
    before = read_earlier(earlier) if earlier else None
    acceptances = read_acceptances(accept, on) if accept else {}
    with progress_bars() as progress:
        checked, work = check(
            path, profile=profile, day=on, home=plans_of(home, against), against=against, reply=reply,
            upper=upper, survey=survey, only=rule or (), progress=progress,
        )  # fmt: skip
        checked = accepted(checked, acceptances)
        if before is not None:
            checked = compared(checked, before)
        written = (
            write(checked, work, report, made_at=at, language=language(), progress=progress)
            if report
            else None
        )
    unused = sorted(set(acceptances) - {each.id for each in checked.findings})
    if json:
        sys.stdout.write(as_json(checked, work.book, at).decode())
    else:
        show(checked, unused, written)
    raise typer.Exit(_CODES[checked.verdict])


def plans_of(option: Path | None, against: str | None) -> Home | None:
    """Open the home where plans are registered; none is needed unless one of them is named."""
    path = home_path(option)
    if against is None and not (path / "home.json").is_file():
        return None
    return Home.open(path, create=False)


def show(checked: Checked, unused: list[str], written: Written | None) -> None:
    """Print verdict, table, what holds the package back, what became of earlier findings."""
    rules = sum(result.answer is not None for result in checked.results)
    fail = checked.count("must", Answer.FAIL)
    open_ = sum(checked.count("must", each) for each in (Answer.NEEDS_PERSON, Answer.CANNOT_TELL))
    line(
        say(f"package.verdict_{checked.verdict}", name=checked.name, profile=checked.profile, rules=rules,
            fail=fail, open=open_),
        _COLOURS[checked.verdict],
    )  # fmt: skip
    _show_table(checked)
    _show_findings([each for each in checked.findings if not each.accepted and each.rule.severity == "must"])
    _show_findings([each for each in checked.findings if not each.accepted and each.rule.severity == "warn"])
    _show_changes(checked)
    taken = [each for each in checked.findings if each.acceptance]
    if taken:
        expired = sum(not each.accepted for each in taken)
        line(say("package.accepted", count=len(taken) - expired, expired=expired), "yellow")
    if unused:
        line(say("package.unused_acceptance", ids="、".join(unused)), "yellow")
    if checked.survey:
        line(said_of_survey(checked.survey), "dim")
    line(
        say("package.method", method=checked.method or "–", lawbook=short(checked.lawbook),
            digest=short(checked.digest)),
        "dim",
    )  # fmt: skip
    if written:
        names = "、".join(path.name for path in written.files)
        line(say("package.written", folder=written.files[0].parent, files=names))
        if written.no_pdf:
            line(say(written.no_pdf.code, **written.no_pdf.params), "yellow")


def said_of_survey(survey: Survey) -> str:
    """Say which land survey the package was held against."""
    years = "、".join(map(str, survey.years)) or "–"
    return say(f"package.survey_{survey.origin}", name=survey.name, features=survey.layer.rows, years=years,
               digest=short(survey.digest))  # fmt: skip


def _show_table(checked: Checked) -> None:
    table = Table()
    table.add_column(say("package.category"), overflow="fold")
    for severity, answer in _COLUMNS:
        head = f"{say(f'quality.severity_{severity}')}\n{say(f'quality.answer_{answer}')}"
        table.add_column(head, justify="right", overflow="fold")
    table.add_column(say("package.passed"), justify="right")
    table.add_column(say("package.not_applicable"), justify="right")
    for category in dict.fromkeys(result.rule.category for result in checked.results):
        results = [result for result in checked.results if result.rule.category == category]
        found: Counter[tuple[str, Answer]] = Counter(
            (each.rule.severity, each.answer)
            for result in results
            for each in result.findings
            if not each.accepted
        )
        cells = [str(found[column] or "") for column in _COLUMNS]
        passed = sum(result.answer is Answer.PASS for result in results)
        idle = sum(result.answer is None for result in results)
        table.add_row(say(f"quality.category_{category}"), *cells, str(passed or ""), str(idle or ""))
    console.print(table)


def _show_findings(findings: list[QualityFinding]) -> None:
    """Print a row per rule and layer: how many findings, and the first of them."""
    groups: dict[tuple[str, str], list[QualityFinding]] = {}
    for each in findings:
        groups.setdefault((each.rule.code, each.layer), []).append(each)
    shown = list(groups.values())[:SHOWN]
    if not shown:
        return
    table = Table()
    table.add_column(say("package.code"))
    table.add_column(say("package.layer"))
    table.add_column(say("package.places"), justify="right")
    table.add_column(say("package.what"), overflow="fold")
    for here in shown:
        first = here[0]
        table.add_row(
            Text(first.rule.code),
            Text(first.layer),
            str(len(here)),
            Text(f"[{say(f'quality.answer_{first.answer}')}] {say(first.message, **first.params)}"),
        )
    console.print(table)
    if more := len(findings) - len(shown):
        line(say("package.more_findings", more=more), "dim")


def _show_changes(checked: Checked) -> None:
    now = Counter(each.status for each in checked.findings)
    gone = Counter(status for _, status in checked.gone)
    if now[Status.NEW] + now[Status.REMAINING] + len(checked.gone) and not now[None]:
        line(
            say("package.gone", new=now[Status.NEW], remaining=now[Status.REMAINING],
                fixed=gone[Status.FIXED], unseen=gone[Status.NOT_LOOKED_AT]),
            "bold",
        )  # fmt: skip

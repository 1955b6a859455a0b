"""`lantu transmit`: hold plans against the plans above them; the tree of registered plans."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

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
from lantu.cli.transmit_clauses import (
    COLOURS,
    clause_json,
    matrix_json,
    show_matrix,
    show_section,
)
from lantu.cli.transmit_figures import row_json, show_figures
from lantu.core.digest import short
from lantu.core.errors import InputError
from lantu.lawbook import load
from lantu.runs.plan_picture import SUFFIXES as PICTURE_SUFFIXES
from lantu.runs.plan_picture import write_picture
from lantu.runs.table_file import check_out
from lantu.runs.transmit import Transmitted, check, status, tree
from lantu.runs.transmit_files import SUFFIXES as PATCH_SUFFIXES
from lantu.runs.transmit_files import write_patches
from lantu.runs.transmit_letter import SUFFIXES as LETTER_SUFFIXES
from lantu.runs.transmit_letter import write_letter
from lantu.store import Home, Registered
from lantu.transmission.clauses import Section
from lantu.transmission.tree import Branch


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="上下级传导 / does a lower plan obey the plan above it?")
    app.add_typer(group, name="transmit")

    @group.command("check")
    def check_(
        lower: Annotated[
            list[str],
            typer.Argument(
                help="下级规划编号或行政区代码，可写几个 / plan ids or area codes: 220882",
                show_default=False,
            ),
        ],
        upper: Annotated[
            str | None,
            typer.Option(
                "--upper",
                help="上级规划编号或代码，缺省为最近的上级 / plan id or area code; the nearest above",
                show_default=False,
            ),
        ] = None,
        upper_layers: Annotated[
            str | None,
            typer.Option(
                "--upper-layers",
                help="用哪个上级的图层，缺省为最近有的 / area above whose layers count; the nearest",
                show_default=False,
            ),
        ] = None,
        shapes: Annotated[
            bool,
            typer.Option("--shapes", help="JSON 带不一致处的图形 / JSON with the geometry of patches"),
        ] = False,
        out: Annotated[
            Path | None,
            typer.Option(
                "--out",
                help="不一致处和各条结果写入 .gpkg / patches and clauses as .gpkg",
                show_default=False,
            ),
        ] = None,
        letter: Annotated[
            Path | None,
            typer.Option(
                "--letter",
                help="给下级的公函写入 .md 或 .txt / letter to the lower authority as .md or .txt",
                show_default=False,
            ),
        ] = None,
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """数字、空间、管制、名录对照上级 / figures, space, controls, names against the plan above."""
        opened, book = Home.open(home_path(home), create=False), load()
        if letter and len(lower) > 1:
            raise InputError("transmission.letter_one", count=len(lower))
        for path, suffixes in ((out, PATCH_SUFFIXES), (letter, LETTER_SUFFIXES)):
            if path:
                check_out(path, [], suffixes)
        with progress_bars() as progress:
            found = [
                check(opened, each, upper, upper_layers=upper_layers, progress=progress) for each in lower
            ]
        if out:
            write_patches(found, book, _facts(found[0]), out, language())
        if letter:
            write_letter(found[0], book, date.today(), letter, language())
        emit(_checks_json(found, shapes=shapes), as_json, lambda: _show_checks(found, out, letter))

    @group.command("tree")
    def tree_(
        svg: Annotated[
            Path | None,
            typer.Option("--svg", help="画成图，写入 .svg / draw it as .svg", show_default=False),
        ] = None,
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """规划树：版本、状态、指标数、缺的上级 / plans as a tree; missing parents shown."""
        if svg:
            check_out(svg, [], PICTURE_SUFFIXES)
        branches, current = tree(Home.open(home_path(home), create=False))
        day = date.today()
        if svg:
            write_picture(branches, current, day, svg, language())
        value = [_branch_json(each, current, day) for each in branches]
        emit(value, as_json, lambda: _show_tree(branches, current, day, svg))


# --- JSON ---------------------------------------------------------------------------------------------


def _checks_json(checks: list[Transmitted], *, shapes: bool) -> dict[str, Any]:
    """Return one check as it is, several as a list of them; the matrix either way."""
    each = [_check_json(found, shapes=shapes) for found in checks]
    return {**(each[0] if len(each) == 1 else {"checks": each}), "matrix": matrix_json(checks)}


def _check_json(found: Transmitted, *, shapes: bool) -> dict[str, Any]:
    others = [section for section in found.sections if section is not Section.FIGURES]
    return {
        "lower": _side_json(found.lower), "upper": _side_json(found.upper) if found.upper else None,
        "answer": found.answer,
        **({"numbers": _numbers_json(found)} if Section.FIGURES in found.sections else {}),
        **{
            section.value: {
                "answer": found.answer_of(section),
                "rows": [
                    clause_json(each, found.ground.plane, shapes=shapes) for each in found.clauses(section)
                ],
            }
            for section in others
        },
        "doubts": [
            {"plan": each.plan, "source": each.source, "questions": each.questions, "cut_off": each.cut_off}
            for each in found.doubts
        ],
        "method": found.ground.method,
        "tolerances": {
            section.value: {"least_m2": each.least_m2, "least_width_m": each.least_width_m}
            for section, each in found.ground.tolerances.items()
        },
        "invented": found.invented, "lawbook": found.lawbook,
    }  # fmt: skip


def _numbers_json(found: Transmitted) -> dict[str, Any]:
    return {
        "answer": found.answer_of(Section.FIGURES),
        "rows": [row_json(each, found) for each in found.judgements],
        "crashed": found.crashed,
    }


def _side_json(plan: Registered) -> dict[str, Any]:
    version = plan.version
    return {
        "id": plan.plan_id, "area_code": version.area_code, "area_name": version.area_name,
        "title": version.title, "version": plan.number, "digest": plan.digest,
        "document_number": version.approval.document_number,
    }  # fmt: skip


def _branch_json(branch: Branch, current: dict[str, Registered], day: date) -> dict[str, Any]:
    return {
        "area_code": branch.area_code, "area_name": branch.area_name, "level": branch.level,
        "plan": _plan_json(current[branch.plan.id], day) if branch.plan else None,
        "others": [_plan_json(current[each.id], day) for each in branch.others],
        "missing_below": None if branch.missing is None else [
            {"area_code": each.code, "area_name": each.name} for each in branch.missing
        ],
        "below": [_branch_json(each, current, day) for each in branch.below],
    }  # fmt: skip


def _plan_json(plan: Registered, day: date) -> dict[str, Any]:
    version = plan.version
    return {
        "id": plan.plan_id, "title": version.title, "kind": version.kind, "version": plan.number,
        "digest": plan.digest, "status": status(version, day), "period": version.period,
        "document_number": version.approval.document_number, "target_count": len(version.targets),
    }  # fmt: skip


# --- for people ---------------------------------------------------------------------------------------


def _show_checks(checks: list[Transmitted], out: Path | None, letter: Path | None) -> None:
    for found in checks:
        _show_check(found)
    if len(checks) > 1:
        show_matrix(checks)
    if out:
        line(say("transmission.patches_written", where=out))
    if letter:
        line(say("transmission.letter_written", where=letter))


def _facts(found: Transmitted) -> dict[str, Any]:
    facts = {"method": found.ground.method, "lawbook": found.lawbook}
    return facts | ({"invented": say("measure.invented")} if found.invented else {})


def _show_check(found: Transmitted) -> None:
    lower, upper = found.lower, found.upper
    mine = {
        "lower": lower.version.title, "lower_plan": lower.plan_id, "lower_version": lower.number,
    }  # fmt: skip
    if found.invented:
        line(say("measure.invented"), "bold magenta")
    if upper is None:
        line(say("transmission.title_alone", **mine), "bold")
        if Section.FIGURES in found.sections:
            line(say("transmission.no_figures"), "yellow")
    else:
        line(
            say("transmission.title", **mine, upper=upper.version.title, upper_plan=upper.plan_id,
                upper_version=upper.number),
            "bold",
        )  # fmt: skip
        if Section.FIGURES in found.sections:
            show_figures(found)
    for section in found.sections:
        if section is not Section.FIGURES:
            show_section(section, found)
    line(say("transmission.whole", answer=say(f"transmission.answer_{found.answer}")), COLOURS[found.answer])
    code = "method" if Section.FIGURES in found.sections else "lawbook"
    line(say(f"transmission.{code}", lawbook=short(found.lawbook)), "dim")
    if found.ground.method:
        line(say("transmission.method_ground", method=found.ground.method), "dim")
        for section, each in found.ground.tolerances.items():
            words = {"least": f"{each.least_m2:g}", "width": f"{each.least_width_m:g}"}
            line(
                say("transmission.tolerance", section=say(f"transmission.section_{section}"), **words), "dim"
            )


def _show_tree(
    branches: tuple[Branch, ...], current: dict[str, Registered], day: date, svg: Path | None
) -> None:
    if not branches:
        line(say("plan.show.none"))

    def grow(tree: Tree, branch: Branch) -> None:
        for other in branch.others:
            line_ = Text(f"{other.id}  ").append(_plan_line(current[other.id], day))
            tree.add(line_, highlight=False)  # `transmit check` takes it by this id
        for each in branch.below:
            grow(tree.add(_branch_line(each, current, day), highlight=False), each)

    for branch in branches:
        root = Tree(_branch_line(branch, current, day), highlight=False)
        grow(root, branch)
        console.print(root)
    if svg:
        line(say("transmission.picture_written", where=svg))


def _branch_line(branch: Branch, current: dict[str, Registered], day: date) -> Text:
    level = say(f"plan.level.{branch.level}")
    found = Text(f"{branch.area_code} {branch.area_name}  {level}  ")
    if branch.plan is None:
        found.append(say("transmission.missing"), "bold yellow")
    else:
        found.append(_plan_line(current[branch.plan.id], day))
    if branch.missing is not None:
        have = branch.wanted - len(branch.missing)
        found.append(f"  {say('transmission.below', have=have, all=branch.wanted)}")
    return found


def _plan_line(plan: Registered, day: date) -> Text:
    version = plan.version
    parts = (
        version.title,
        say(f"plan.kind.{version.kind}"),
        version.approval.document_number or "",
        f"v{plan.number} {short(plan.digest)}",
        say(f"transmission.status_{status(version, day)}"),
        say("plan.show.count", count=len(version.targets)),
    )
    return Text("  ".join(part for part in parts if part))

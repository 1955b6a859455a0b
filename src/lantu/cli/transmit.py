"""`lantu transmit`: hold a plan's figures against the plan above; the tree of registered plans."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table
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
    show_answer,
    show_matrix,
    show_section,
)
from lantu.core.digest import short
from lantu.core.finding import Answer, Clause
from lantu.core.operators import sign
from lantu.runs.transmit import NOT_LOOKED_AT, Transmitted, check, status, tree
from lantu.store import Home, Registered
from lantu.transmission.clauses import Section
from lantu.transmission.judgement import Comparison, Judgement
from lantu.transmission.sums import Hole
from lantu.transmission.tree import Branch

SHOWN = 8


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
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """数字、空间、管制、名录对照上级 / figures, space, controls, names against the plan above."""
        opened = Home.open(home_path(home), create=False)
        with progress_bars() as progress:
            found = [
                check(opened, each, upper, upper_layers=upper_layers, progress=progress) for each in lower
            ]
        emit(_checks_json(found, shapes=shapes), as_json, lambda: _show_checks(found))

    @group.command("tree")
    def tree_(home: HomeOption = None, as_json: JsonOption = False) -> None:
        """规划树：版本、状态、指标数、缺的上级 / plans as a tree; missing parents shown."""
        branches, current = tree(Home.open(home_path(home), create=False))
        day = date.today()
        value = [_branch_json(each, current, day) for each in branches]
        emit(value, as_json, lambda: _show_tree(branches, current, day))


# --- JSON ---------------------------------------------------------------------------------------------


def _checks_json(checks: list[Transmitted], *, shapes: bool) -> dict[str, Any]:
    """Return one check as it is, several as a list of them; the matrix either way."""
    each = [_check_json(found, shapes=shapes) for found in checks]
    return {**(each[0] if len(each) == 1 else {"checks": each}), "matrix": matrix_json(checks)}


def _check_json(found: Transmitted, *, shapes: bool) -> dict[str, Any]:
    others = [section for section in Section if section is not Section.FIGURES]
    return {
        "lower": _side_json(found.lower), "upper": _side_json(found.upper) if found.upper else None,
        "answer": found.answer,
        "numbers": {
            "answer": found.answer_of(Section.FIGURES),
            "rows": [_row_json(each, found) for each in found.judgements], "crashed": found.crashed,
        },
        **{
            section.value: {
                "answer": found.answer_of(section),
                "rows": [
                    clause_json(each, found.ground.plane, shapes=shapes) for each in found.clauses(section)
                ],
            }
            for section in others
        },
        "not_looked_at": [{"clause": each, "answer": Answer.CANNOT_TELL} for each in NOT_LOOKED_AT],
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


def _side_json(plan: Registered) -> dict[str, Any]:
    version = plan.version
    return {
        "id": plan.plan_id, "area_code": version.area_code, "area_name": version.area_name,
        "title": version.title, "version": plan.number, "digest": plan.digest,
        "document_number": version.approval.document_number,
    }  # fmt: skip


def _row_json(row: Judgement, found: Transmitted) -> dict[str, Any]:
    finding = row.finding
    value: dict[str, Any] = {
        "id": finding.id, "plan": found.lower.plan_id, "upper": found.upper.plan_id if found.upper else None,
        "comparison": row.comparison, "indicator": row.indicator, "year": row.year, "op": row.op,
        "required": finding.required, "measured": finding.measured, "residual": row.residual,
        "unit": finding.unit, "answer": finding.answer, "verified": finding.verified,
        "message": {"code": finding.message, "text": _sentence(row)},
        "clause": _clause_json(finding.clause), "lower_clause": _clause_json(row.below),
        "inputs": dict(finding.inputs),
    }  # fmt: skip
    if row.sum is not None:
        value["counted"] = [
            {
                "plan": each.plan.plan.id, "area_name": each.plan.plan.area_name, "version": each.plan.digest,
                "value": each.target.value, "unit": each.target.unit,
                "clause": _clause_json(each.target.clause),
            }
            for each in row.sum.counted
        ]  # fmt: skip
        value["not_counted"] = [_hole_json(each) for each in row.sum.holes]
        value["silent"] = [_hole_json(each) for each in row.sum.silent]
    return value


def _hole_json(hole: Hole) -> dict[str, Any]:
    gap = hole.gap
    return {
        "area_code": hole.area_code, "area_name": hole.area_name,
        "reason": {"code": gap.reason, "text": say(gap.reason, **gap.params)},
    }  # fmt: skip


def _clause_json(clause: Clause | None) -> dict[str, Any] | None:
    if clause is None:
        return None
    return {"document": clause.document, "text": clause.text, "span": clause.span, "source": clause.source}


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


def _show_checks(checks: list[Transmitted]) -> None:
    for found in checks:
        _show_check(found)
    if len(checks) > 1:
        show_matrix(checks)


def _show_check(found: Transmitted) -> None:
    lower, upper = found.lower, found.upper
    mine = {
        "lower": lower.version.title, "lower_plan": lower.plan_id, "lower_version": lower.number,
    }  # fmt: skip
    if found.invented:
        line(say("measure.invented"), "bold magenta")
    if upper is None:
        line(say("transmission.title_alone", **mine), "bold")
        line(say("transmission.no_figures"), "yellow")
    else:
        line(
            say("transmission.title", **mine, upper=upper.version.title, upper_plan=upper.plan_id,
                upper_version=upper.number),
            "bold",
        )  # fmt: skip
        _show_figures(found)
    for section in Section:
        if section is not Section.FIGURES and section not in NOT_LOOKED_AT:
            show_section(section, found)
    line(say("transmission.whole", answer=say(f"transmission.answer_{found.answer}")), COLOURS[found.answer])
    line(say("transmission.not_looked_at"), "yellow")
    line(say("transmission.method", lawbook=short(found.lawbook)), "dim")
    if found.ground.method:
        line(say("transmission.method_ground", method=found.ground.method), "dim")
        for section, each in found.ground.tolerances.items():
            words = {"least": f"{each.least_m2:g}", "width": f"{each.least_width_m:g}"}
            line(
                say("transmission.tolerance", section=say(f"transmission.section_{section}"), **words), "dim"
            )


def _show_figures(found: Transmitted) -> None:
    if found.crashed is not None:
        line(say("transmission.crashed", why=found.crashed), "yellow")
    table = Table()
    table.add_column("")
    for column in ("clause", "indicator", "year", "required", "measured", "residual", "unit", "answer"):
        right = column in ("required", "measured", "residual")
        head = say(f"transmission.{column}")
        table.add_column(head, justify="right" if right else "left", overflow="fold")
    for number, row in enumerate(found.judgements, 1):
        finding = row.finding
        limit = "" if finding.required is None else f"{sign(row.op)} {finding.required:f}"
        cells = (
            str(number), say(f"transmission.compare_{row.comparison}"), row.indicator, str(row.year or "?"),
            limit, "" if finding.measured is None else f"{finding.measured:f}",
            "" if row.residual is None else f"{row.residual:f}", finding.unit or "",
        )  # fmt: skip
        answer = Text(say(f"transmission.answer_{finding.answer}"), COLOURS[finding.answer])
        table.add_row(*(Text(cell) for cell in cells), answer)
    console.print(table)
    for number, row in enumerate(found.judgements, 1):
        _show_row(number, row)
    _show_clauses(found)
    for doubt in {each.source: each for each in found.doubts}.values():
        if doubt.questions:
            line(say("plan.show.questions", where=doubt.source, count=doubt.questions), "yellow")
        if doubt.cut_off:
            line(say("plan.show.cut_off", where=doubt.source), "yellow")
    show_answer(
        Section.FIGURES,
        found.answer_of(Section.FIGURES),
        (each.finding.answer for each in found.judgements),
    )


def _sentence(row: Judgement) -> str:
    """Return a judgement in one sentence; the reason why a plan gives no figure is told of whom."""
    finding = row.finding
    told = say(finding.message, **finding.params)
    if not finding.message.startswith("transmission.gap_"):
        return told
    params = {name: finding.params[name] for name in ("lower", "indicator", "year")}
    return say("transmission.untold", **params, why=told)


def _show_row(number: int, row: Judgement) -> None:
    finding = row.finding
    doubt = "" if finding.verified else say("transmission.unverified")
    line(f"[{number}] {_sentence(row)}{doubt}")
    if row.sum is None:
        return
    holes = (*row.sum.holes, *row.sum.silent)
    for hole in holes[:SHOWN]:
        why = say(hole.gap.reason, **hole.gap.params)
        line(f"    {say('transmission.hole', area=hole.area_name or hole.area_code, why=why)}", "dim")
    if len(holes) > SHOWN:
        line(f"    {say('transmission.more_holes', count=len(holes) - SHOWN)}", "dim")


def _show_clauses(found: Transmitted) -> None:
    """Print each sentence once: those that require, then the lower plan's."""
    rows = found.judgements
    own = [each.comparison is Comparison.PART for each in rows]
    upper = [each.finding.clause for each, part in zip(rows, own, strict=True) if not part]
    lower = [each.finding.clause for each, part in zip(rows, own, strict=True) if part]
    lower += [each.below for each in rows]
    lower += [one.target.clause for each in found.judgements if each.sum for one in each.sum.counted]
    seen: set[tuple[str, str]] = set()
    for side, clauses in (("upper", upper), ("lower", lower)):
        for clause in clauses:
            if clause and clause.text and (clause.document, clause.text) not in seen:
                seen.add((clause.document, clause.text))
                text = say("transmission.clauses", side=say(f"transmission.side_{side}"),
                           document=clause.document, text=clause.text)  # fmt: skip
                line(text, "dim")
    if seen and language() == "en":
        line(say("plan.show.sentences_zh"), "dim")


def _show_tree(branches: tuple[Branch, ...], current: dict[str, Registered], day: date) -> None:
    if not branches:
        line(say("plan.show.none"))

    def grow(tree: Tree, branch: Branch) -> None:
        for other in branch.others:
            tree.add(_plan_line(current[other.id], day), highlight=False)
        for each in branch.below:
            grow(tree.add(_branch_line(each, current, day), highlight=False), each)

    for branch in branches:
        root = Tree(_branch_line(branch, current, day), highlight=False)
        grow(root, branch)
        console.print(root)


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

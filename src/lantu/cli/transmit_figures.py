"""How the figures of a plan against the plan above are printed: a table, a sentence each, JSON."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from lantu.cli.context import console, language, line, say
from lantu.cli.transmit_clauses import COLOURS, show_answer
from lantu.core.finding import Clause
from lantu.core.operators import sign
from lantu.runs.transmit import Transmitted
from lantu.runs.transmit_words import figure_sentence
from lantu.transmission.clauses import Section
from lantu.transmission.judgement import Comparison, Judgement
from lantu.transmission.sums import Hole

SHOWN = 8


def row_json(row: Judgement, found: Transmitted) -> dict[str, Any]:
    finding = row.finding
    value: dict[str, Any] = {
        "id": finding.id, "plan": found.lower.plan_id, "upper": found.upper.plan_id if found.upper else None,
        "comparison": row.comparison, "indicator": row.indicator, "year": row.year, "op": row.op,
        "required": finding.required, "measured": finding.measured, "residual": row.residual,
        "unit": finding.unit, "answer": finding.answer, "verified": finding.verified,
        "message": {"code": finding.message, "text": figure_sentence(row, language())},
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


def show_figures(found: Transmitted) -> None:
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


def _show_row(number: int, row: Judgement) -> None:
    finding = row.finding
    doubt = "" if finding.verified else say("transmission.unverified")
    line(f"[{number}] {figure_sentence(row, language())}{doubt}")
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

"""How clauses about layers and lists are printed: a table by section, a sentence each, places, JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import shapely
from rich.table import Table
from rich.text import Text

from lantu.cli.context import console, hectares, language, line, say
from lantu.core.area import StatutoryPlane
from lantu.core.finding import Answer
from lantu.lawbook import Words, load
from lantu.runs import transmit_words
from lantu.runs.transmit import Transmitted
from lantu.transmission.clauses import M2, Judged, Pair, Patch, Section, Sheet

PLACES = 5
"""Places that the terminal shows of a clause."""
COLOURS = {
    Answer.PASS: "green", Answer.FAIL: "bold red", Answer.NEEDS_PERSON: "yellow",
    Answer.CANNOT_TELL: "yellow",
}  # fmt: skip


def show_section(section: Section, found: Transmitted) -> None:
    """Print a section other than figures."""
    clauses = found.clauses(section)
    table = Table(title=say(f"transmission.section_{section}"), title_justify="left")
    table.add_column("")
    amount = "missing_items" if section is Section.NAMES else "disagreeing"
    for name in ("clause", "by_layers", amount, "answer"):
        justify: Literal["left", "right"] = "right" if name == amount else "left"
        table.add_column(say(f"transmission.{name}"), justify=justify, overflow="fold")
    for number, each in enumerate(clauses, 1):
        finding = each.finding
        area = "" if finding.measured is None else f"{finding.measured:f}{finding.unit}"
        if finding.unit == M2:
            area = hectares(float(finding.measured or 0))
        answer = Text(say(f"transmission.answer_{finding.answer}"), COLOURS[finding.answer])
        table.add_row(
            str(number), Text(words(each.rule.title)), Text(_sheets(each)), area, answer,
        )  # fmt: skip
    console.print(table)
    for number, each in enumerate(clauses, 1):
        doubt = "" if each.finding.verified else say("transmission.unverified")
        line(f"[{number}] {sentence(each)}{doubt}")
        for patch in each.patches[:PLACES]:
            line(f"    {transmit_words.place(patch, language())}", "dim")
        for missed in each.missed[:PLACES]:
            line(f"    {transmit_words.missed(missed, language())}", "dim")
        more = max(0, len(each.patches) - PLACES) + max(0, len(each.missed) - PLACES)
        if more:
            line(f"    {say('transmission.more_places', count=more)}", "dim")
    show_answer(section, found.answer_of(section), (each.finding.answer for each in clauses))


def show_answer(section: Section, answer: Answer, answers: Iterable[Answer]) -> None:
    """Print what a section comes to."""
    count = Counter(answers)
    line(
        say("transmission.sections", section=say(f"transmission.section_{section}"),
            answer=say(f"transmission.answer_{answer}"), passed=count[Answer.PASS], failed=count[Answer.FAIL],
            person=count[Answer.NEEDS_PERSON], open=count[Answer.CANNOT_TELL]),
        COLOURS[answer],
    )  # fmt: skip


def sentence(judged: Judged) -> str:
    """Return a clause in one sentence."""
    return transmit_words.sentence(judged, load(), language())


def words(said: Words) -> str:
    """Return words in the user's language."""
    return transmit_words.in_words(said, language())


def _sheets(judged: Judged) -> str:
    sides = dict.fromkeys(
        f"{each.kind} {each.area_name}" for each in (judged.lower, judged.upper) if each is not None
    )
    return " ← ".join(sides)


def clause_json(judged: Judged, plane: StatutoryPlane | None, *, shapes: bool) -> dict[str, Any]:
    """Return a clause as JSON.

    Args:
        shapes: whether patches come with their geometry.
    """
    finding = judged.finding
    return {
        "id": finding.id, "section": judged.rule.section, "clause": judged.rule.id,
        "title": judged.rule.title.to_json(), "answer": finding.answer,
        "measured": finding.measured, "required": finding.required, "unit": finding.unit,
        "verified": finding.verified,
        "message": {
            "code": finding.message, "text": sentence(judged),
            "params": dict(finding.params),
        },
        "do": judged.rule.do.to_json(),
        "sources": [{"id": each.id, "article": each.article} for each in judged.rule.sources],
        "lower": _sheet_json(judged.lower), "upper": _sheet_json(judged.upper),
        "patches": [_patch_json(each, plane, shapes=shapes) for each in judged.patches],
        "slivers": {"count": judged.slivers.count, "area_m2": judged.slivers.area_m2},
        "pairs": [_pair_json(each) for each in judged.pairs],
        "items": [asdict(each) for each in judged.missed],
        "inputs": dict(finding.inputs),
    }  # fmt: skip


def _sheet_json(sheet: Sheet | None) -> dict[str, Any] | None:
    if sheet is None:
        return None
    return {
        "layer": sheet.kind, "area_code": sheet.area_code, "area_name": sheet.area_name,
        "digest": sheet.digest,
    }  # fmt: skip


def _patch_json(patch: Patch, plane: StatutoryPlane | None, *, shapes: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "what": patch.what, "area_m2": patch.area_m2, "width_m": patch.width_m, "place": patch.place,
        "bbox": patch.box, "detail": dict(patch.detail),
    }  # fmt: skip
    if shapes and plane is not None:
        (shape,) = plane.to_geographic(np.array([patch.shape], object))
        value["geometry"] = shapely.geometry.mapping(shape)
    return value


def _pair_json(pair: Pair) -> dict[str, Any]:
    return {"lower": pair.lower, "upper": pair.upper, "area_m2": pair.area_m2, "outcome": pair.outcome}


def matrix_json(checks: Sequence[Transmitted]) -> list[dict[str, Any]]:
    """Return plan × clause: a row per answer."""
    return [
        {"plan": found.lower.plan_id, "section": section, "clause": clause, "answer": answer}
        for found in checks
        for section, clause, answer in answers_of(found)
    ]


def answers_of(found: Transmitted) -> list[tuple[Section, str, Answer]]:
    """Return every clause of a plan as people know it, with its answer."""
    figures = [
        (
            Section.FIGURES,
            f"{say(f'transmission.compare_{each.comparison}')} {each.indicator} {each.year or '?'}",
            each.finding.answer,
        )
        for each in found.judgements
    ]
    if not figures and Section.FIGURES in found.sections:
        figures = [(Section.FIGURES, "–", Answer.CANNOT_TELL)]
    clauses = [
        (each.rule.section, words(each.rule.title), each.finding.answer) for each in found.ground.judged
    ]
    return [*figures, *clauses]


def show_matrix(checks: Sequence[Transmitted]) -> None:
    """Print plan × clause."""
    table = Table()
    table.add_column(say("transmission.clause"), overflow="fold")
    for found in checks:
        table.add_column(found.lower.version.area_name)
    by_plan = [{(section, clause): answer for section, clause, answer in answers_of(each)} for each in checks]
    rows = list(dict.fromkeys(key for each in by_plan for key in each))
    for section in Section:
        mine = [key for key in rows if key[0] is section]
        cells = [each.answer_of(section) if section in each.sections else None for each in checks]
        table.add_row(
            Text(say(f"transmission.section_{section}"), "bold"), *map(_answer, cells), end_section=not mine
        )
        for key in mine:
            table.add_row(
                Text(f"  {key[1]}"),
                *(_answer(each.get(key)) for each in by_plan),
                end_section=key == mine[-1],
            )
    table.add_row(Text(say("transmission.together"), "bold"), *(_answer(each.answer) for each in checks))
    console.print(table)


def _answer(answer: Answer | None) -> Text:
    return Text("–") if answer is None else Text(say(f"transmission.answer_{answer}"), COLOURS[answer])

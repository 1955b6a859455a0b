"""One row of the table of targets: a plan's limit held against what was measured in one year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from lantu.core.errors import InputError
from lantu.core.finding import Answer, Clause, Finding
from lantu.core.operators import EQUAL, SIGNS
from lantu.core.units import convert
from lantu.lawbook import Lawbook, message
from lantu.lawbook.models import Indicator
from lantu.monitoring.indicators import Measured, PartFigure, Unmeasured, in_unit
from lantu.monitoring.judge import Judgement, judge


class Target(Protocol):
    """What a plan demands, as far as judging asks: `plans.Target` is one."""

    @property
    def indicator(self) -> str: ...
    @property
    def op(self) -> str | None: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def year(self) -> int | None: ...
    @property
    def note(self) -> str | None: ...
    @property
    def clause(self) -> Clause | None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose target is judged for which year.

    Attributes:
        plan_version: digest of the plan version that holds the target.
        inputs: view → digest of the layer that the measuring read.
    """

    area_code: str
    area_name: str
    year: int
    plan_version: str
    inputs: Mapping[str, str]


def applies(target: Target, year: int) -> bool:
    """Return whether a target is judged for the state of a year: one whose own year is past is not."""
    return target.year is None or target.year >= year


def judged_row(
    book: Lawbook, asked: Asked, target: Target, measured: Measured | Unmeasured
) -> dict[str, Any]:
    """Judge one target.

    Args:
        measured: what the indicator gave; not looked at where the lawbook has no such indicator.

    Returns:
        A row of `result.json`; figures are strings with their zeros.
    """
    indicator = book.indicator_named(target.indicator)
    unit = target.unit or (indicator.unit if indicator else None)
    known = measured if indicator and isinstance(measured, Measured) else None
    shown = _shown(book, indicator, known, unit)
    why = _why_untold(indicator, target, measured, unit)
    verdict = None
    if why is None:
        assert known and indicator and unit and target.op and target.value is not None
        value = convert(known.value, indicator.base_unit, unit)
        verdict = judge(value, target.op, target.value, _decimals(book, unit))
        shown = verdict.value
        why = _sentence(verdict)
    answer = verdict.answer if verdict else Answer.CANNOT_TELL
    code, params = why
    words = params | {
        "year": asked.year,
        "indicator": target.indicator,
        "target_year": f"{target.year}年" if target.year else "",
        "unit": unit or "",
        "required": target.value,
        "op": SIGNS.get(target.op or "", ""),
        "note": target.note or "",
        "value": shown,
    }
    subject = (asked.area_code, str(asked.year), target.indicator, str(target.year))
    finding = Finding(indicator.id if indicator else target.indicator, subject, answer, code)
    return {
        "id": finding.id,
        "area_code": asked.area_code,
        "area_name": asked.area_name,
        "year": asked.year,
        "indicator_id": finding.rule,
        "indicator": target.indicator,
        "version": indicator.version if indicator else None,
        "plan_version": asked.plan_version,
        "op": target.op,
        "required": _text(target.value),
        "unit": unit,
        "target_year": target.year,
        "note": target.note,
        "value": _text(shown),
        "exact": _text(verdict.exact if verdict else None),
        "margin": _text(verdict.margin if verdict else None),
        "answer": answer.value,
        "message": spoken(code, words, _english(target, indicator)),
        "verified": indicator.verified if indicator else False,
        "formula": indicator.formula.to_json() if indicator else None,
        "indicator_note": indicator.note.to_json() if indicator and indicator.note else None,
        "sources": [source.id for source in indicator.sources] if indicator else [],
        "parts": [_part(book, part) for part in known.parts] if known else [],
        "rounding": _rounding(verdict, target.op),
        "clause": clause_json(target.clause),
        "inputs": dict(sorted(asked.inputs.items())),
    }


def spoken(code: str, zh: Mapping[str, object], en: Mapping[str, object] | None = None) -> dict[str, str]:
    """Return a message in both languages; `en` replaces parameters that read differently in English."""
    return {"code": code, "zh": message(code, "zh", **zh), "en": message(code, "en", **{**zh, **(en or {})})}


def _english(target: Target, indicator: Indicator | None) -> dict[str, object]:
    names = {"indicator": indicator.name.en} if indicator else {}
    return {"target_year": target.year or "", **names}


def clause_json(clause: Clause | None) -> dict[str, Any] | None:
    """Return a clause as results carry it."""
    if clause is None:
        return None
    span = list(clause.span) if clause.span else None
    return {"document": clause.document, "text": clause.text, "span": span, "source": clause.source}


def _why_untold(
    indicator: Indicator | None, target: Target, measured: Measured | Unmeasured, unit: str | None
) -> tuple[str, dict[str, object]] | None:
    if indicator is None:
        return "measure.no_indicator", {}
    if target.value is None:
        return "measure.no_figure_in_target", {}
    if target.op not in SIGNS:
        return "measure.no_direction", {}
    if isinstance(measured, Unmeasured):
        return measured.message, dict(measured.params)
    try:
        convert(0, indicator.base_unit, unit or "")
    except InputError:
        return "measure.unit_mismatch", {"own_unit": indicator.unit}
    return None


def _sentence(verdict: Judgement) -> tuple[str, dict[str, object]]:
    params: dict[str, object] = {"margin": abs(verdict.margin), "exact": verdict.exact}
    if verdict.answer is Answer.PASS:
        return "measure.pass", params
    return ("measure.fail" if verdict.exact is None else "measure.fail_hidden"), params


def _rounding(verdict: Judgement | None, op: str | None) -> dict[str, str] | None:
    if verdict is None:
        return None
    code = "measure.rounding" if verdict.exact is None else "measure.rounding_hidden"
    words = spoken(
        "measure.rounding_equal" if op == EQUAL else code,
        {"decimals": verdict.decimals, "exact": verdict.exact},
    )
    return {"zh": words["zh"], "en": words["en"]}


def _shown(
    book: Lawbook, indicator: Indicator | None, measured: Measured | None, unit: str | None
) -> Decimal | None:
    """Return the measured figure where no limit decides its decimals; None in a unit without a rule."""
    rule = book.unit_rules.get(unit or "")
    if indicator is None or measured is None or rule is None:
        return None
    try:
        return rule.round(convert(measured.value, indicator.base_unit, rule.unit))
    except InputError:
        return None


def _part(book: Lawbook, figure: PartFigure) -> dict[str, Any]:
    part = figure.part
    value = None if figure.value is None else book.published(in_unit(figure.value, part.unit), part.unit)
    return {"name": part.name.to_json(), "value": _text(value), "unit": part.unit}


def _decimals(book: Lawbook, unit: str) -> int:
    """Return the decimals of a unit; without a rule none, so that the limit's own decimals decide."""
    rule = book.unit_rules.get(unit)
    return rule.decimals if rule else 0


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"

"""Plans made for tests: a few words instead of a reply."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lantu.core.finding import Clause
from lantu.lawbook import load
from lantu.plans import Plan, PlanKind, Target, level_of_code, plan_id, with_parents
from lantu.transmission.figures import InForce
from lantu.transmission.judgement import Comparison, Judgement
from lantu.transmission.numbers import judge
from lantu.transmission.rules import rules_of

BOOK = load()
RULES = rules_of(BOOK)
CITY = "220800"
COUNTIES = ("220802", "220821", "220822", "220881", "220882")
"""洮北、镇赉、通榆、洮南、大安: all that lies below 白城市."""


def target(text: str, *, year: int | None = 2035, note: str | None = None, of: str | None = None) -> Target:
    """Make a target of `耕地保有量 >= 327.40 万亩`, or of `用水总量 上级下达指标` without a figure."""
    indicator, *limit = text.split()
    indicator_id = found.id if (found := BOOK.indicator_named(indicator)) else None
    if len(limit) == 1:
        return Target(indicator, indicator_id, None, None, None, year, of, limit[0], Clause("文", text))
    op, value, unit = limit
    return Target(indicator, indicator_id, op, Decimal(value), unit, year, of, note, Clause("文", text))


def plan(code: str, *targets: Target | str, **more: tuple[Target, ...] | tuple[str, ...]) -> InForce:
    """Make a master plan in force; a text is a target of 2035."""
    division = BOOK.divisions.by_code(code)
    name = division.name if division and division.code == code else code
    made = Plan(
        plan_id(code, PlanKind.MASTER, name), code, name, level_of_code(code), PlanKind.MASTER, f"{name}规划"
    )
    return InForce(
        made,
        f"sha256:{code}",
        tuple(target(each) if isinstance(each, str) else each for each in targets),
        **more,  # type: ignore[arg-type]
    )


def judged(lower: InForce, upper: InForce, others: Iterable[InForce] = ()) -> list[Judgement]:
    """Judge with every parent where its code puts it."""
    everyone = [lower, upper, *others]
    parents = {each.id: each for each in with_parents(each.plan for each in everyone)}
    low, high, *rest = (
        InForce(parents[each.plan.id], each.digest, each.targets, each.allocated, each.unread)
        for each in everyone
    )
    return list(judge(low, high, [low, high, *rest], RULES, BOOK.divisions))


def only(rows: Iterable[Judgement], comparison: Comparison, indicator: str = "") -> Judgement:
    """Return the one row of a kind."""
    (row,) = (each for each in rows if each.comparison is comparison and indicator in ("", each.indicator))
    return row

"""Limits → the targets of each plan: the same limit said twice is one, said differently it is a question."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from lantu.approvals.approved import ApprovedPlan
from lantu.approvals.limit import Doubt, Limit
from lantu.approvals.reading import ReadTarget
from lantu.approvals.source import Source

_Key = tuple[str, int | None, bool]


def targets_of(
    source: Source, plans: Sequence[ApprovedPlan], limits: Sequence[Limit]
) -> tuple[dict[str, list[ReadTarget]], list[Doubt]]:
    """Give each limit to its plan; return area → targets, and what is doubtful about them."""
    doubts = [
        Doubt("whose", one.start, one.end, {"text": source.text[one.start : one.end]})
        for one in limits
        if one.area is None and plans
    ]
    by_plan: dict[str, list[ReadTarget]] = {}
    for plan in plans:
        own = [limit for limit in limits if limit.area == plan.area]
        horizon = plan.period[1] if plan.period else None
        doubts += [doubt for limit in own for doubt in _doubtful_years(limit, plan.period)]
        chosen, clashes = _once(source, own, horizon)
        names = [limit.indicator for limit in chosen]
        by_plan[plan.area] = [_target(source, limit, horizon, names) for limit in chosen]
        doubts += clashes + _part_above_whole(by_plan[plan.area], chosen)
    return by_plan, doubts


def _doubtful_years(limit: Limit, period: tuple[int, int] | None) -> list[Doubt]:
    horizon = period[1] if period else None
    where, said = (limit.start, limit.end), {"indicator": limit.indicator}
    doubts: list[Doubt] = []
    if limit.loose_year and (limit.year is None or limit.year != horizon):
        doubts.append(Doubt("which_year", *where, said))
    if limit.year is None and horizon is None:
        doubts.append(Doubt("no_year", *where, said))
    if limit.year and period and not period[0] - 1 <= limit.year <= period[1] + 15:
        doubts.append(Doubt("odd_year", *where, {"year": limit.year, **said}))
    return doubts


def _once(source: Source, own: Sequence[Limit], horizon: int | None) -> tuple[list[Limit], list[Doubt]]:
    kept: dict[_Key, Limit] = {}
    clashing: set[_Key] = set()
    doubts: list[Doubt] = []
    for limit in own:
        key = (_canonical(limit.indicator), limit.year or horizon, limit.value is None)
        first = kept.setdefault(key, limit)
        if first is not limit and not _agree(first, limit):
            clashing.add(key)
            said = {
                "indicator": limit.indicator,
                "first": source.text[first.start : first.end],
                "second": source.text[limit.start : limit.end],
            }
            doubts += [Doubt("contradiction", one.start, one.end, said) for one in (first, limit)]
    return [limit for key, limit in kept.items() if key not in clashing], doubts


def _canonical(indicator: str) -> str:
    return indicator.removesuffix("面积").removesuffix("保护").replace("地区生产总值", "国内生产总值")


def _agree(one: Limit, other: Limit) -> bool:
    a, b = one.value, other.value
    return one.op == other.op and one.unit == other.unit and (a and a.value) == (b and b.value)


def _target(source: Source, limit: Limit, horizon: int | None, names: Sequence[str]) -> ReadTarget:
    term = source.words.terms.get(limit.indicator)
    of = next((name for name in (term.of if term else ()) if name in names), None)
    if (
        of is None
        and limit.part
        and not (term and term.of)
        and limit.whole != limit.indicator
        and limit.whole in names
    ):
        of = limit.whole
    figure: Decimal | None = limit.value.value if limit.value else None
    folded = source.folded
    return ReadTarget(
        limit.indicator, limit.op, figure, limit.unit_text, limit.year or horizon,
        of, limit.note, limit.op_text, folded.span(limit.start, limit.end),
        source.text[slice(*limit.sentence)], folded.span(*limit.sentence),
    )  # fmt: skip


def _part_above_whole(targets: list[ReadTarget], limits: list[Limit]) -> list[Doubt]:
    by_name = {t.indicator: t for t in targets}
    return [
        Doubt("part_above_whole", limit.start, limit.end, {"indicator": target.indicator, "whole": target.of})
        for target, limit in zip(targets, limits, strict=True)
        if target.of and (whole := by_name.get(target.of))
        and target.value is not None and whole.value is not None
        and target.unit == whole.unit and target.year == whole.year and target.value > whole.value
    ]  # fmt: skip

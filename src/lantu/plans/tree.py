"""Who stands above whom: by administrative code for master plans, by area for the other kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lantu.plans.model import Plan, PlanKind, PlanLevel

_ORDER = [PlanLevel.NATIONAL, PlanLevel.PROVINCE, PlanLevel.CITY, PlanLevel.COUNTY, PlanLevel.TOWNSHIP]
_NATION = "000000"


@dataclass(frozen=True, slots=True)
class Node:
    """A plan and the plans right below it."""

    plan: Plan
    below: tuple[Node, ...] = ()


def level_of_code(area_code: str) -> PlanLevel:
    """Return the level an administrative code 行政区划代码 stands for: 220000, 220800, 220882, 220882101."""
    if len(area_code) > 6:
        return PlanLevel.TOWNSHIP
    if area_code == _NATION:
        return PlanLevel.NATIONAL
    if area_code.endswith("0000"):
        return PlanLevel.PROVINCE
    return PlanLevel.CITY if area_code.endswith("00") else PlanLevel.COUNTY


def codes_above(area_code: str) -> list[str]:
    """Return the codes that stand above one, nearest first: 220882 → 220800, 220000, 000000."""
    towns = [area_code[:9]] if len(area_code) > 9 else []
    county = [area_code[:6]] if len(area_code) > 6 else []
    upper = [f"{area_code[:4]}00", f"{area_code[:2]}0000", _NATION]
    return [code for code in dict.fromkeys([*towns, *county, *upper]) if code != area_code]


def with_parents(plans: Iterable[Plan]) -> list[Plan]:
    """Give every plan its parent.

    A master plan obeys the nearest master plan above its area that is registered; a detailed or special
    plan obeys the master plan of its own area, else the nearest above. A regional plan has no parent.
    """
    plans = list(plans)
    masters = {p.area_code: p for p in plans if p.kind is PlanKind.MASTER and p.level is not PlanLevel.REGION}
    return [replace(plan, parent=_parent(plan, masters)) for plan in plans]


def _parent(plan: Plan, masters: Mapping[str, Plan]) -> str | None:
    if plan.level is PlanLevel.REGION:
        return None
    codes = codes_above(plan.area_code)
    if plan.kind is not PlanKind.MASTER:
        codes = [plan.area_code, *codes]
    return next((masters[code].id for code in codes if code in masters), None)


def build(plans: Sequence[Plan]) -> tuple[Node, ...]:
    """Arrange plans as trees, upper levels and lower codes first."""
    plans = sorted(with_parents(plans), key=_key)
    below: dict[str | None, list[Plan]] = {}
    for plan in plans:
        below.setdefault(plan.parent, []).append(plan)

    def node(plan: Plan) -> Node:
        return Node(plan, tuple(node(child) for child in below.get(plan.id, ())))

    return tuple(node(plan) for plan in below.get(None, ()))


def _key(plan: Plan) -> tuple[int, str, bool, str]:
    level = _ORDER.index(plan.level) if plan.level in _ORDER else len(_ORDER)
    return level, plan.area_code, plan.kind is not PlanKind.MASTER, plan.id

"""The tree of plans by area, with the places that lack a plan; who stands above whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lantu.core.errors import ConflictError
from lantu.lawbook import Division, Divisions
from lantu.plans import Plan, PlanKind, PlanLevel, codes_above, level_of_code

NATION = "000000"


@dataclass(frozen=True, slots=True)
class Branch:
    """An area in the tree.

    Attributes:
        plan: its master plan; None where none is registered though plans below it are.
        others: its detailed and special plans.
        missing: divisions right below it without a plan of their own; None where the lawbook does not list
            what lies below (townships).
        wanted: how many have to have one.
    """

    area_code: str
    area_name: str
    level: PlanLevel
    plan: Plan | None
    others: tuple[Plan, ...]
    below: tuple[Branch, ...]
    missing: tuple[Division, ...] | None
    wanted: int


def chain(plans: Mapping[str, Plan], plan_id: str) -> list[Plan]:
    """Return the plans that one has to obey, nearest first.

    Raises:
        ConflictError: `transmission.circular`, naming the ring.
    """
    passed, at = [plan_id], plans[plan_id].parent
    while at is not None and at in plans:
        if at in passed:
            raise ConflictError("transmission.circular", ring=" → ".join([*passed[passed.index(at) :], at]))
        passed.append(at)
        at = plans[at].parent
    return [plans[each] for each in passed[1:]]


def divisions_below(code: str, divisions: Divisions) -> list[Division]:
    """Return the divisions right below one that have to have a plan; zones of the statistics have none."""
    found = divisions.children(None if code == NATION else code) if len(code) == 6 else []
    return [each for each in found if not each.statistical]


def branches(plans: Iterable[Plan], divisions: Divisions) -> tuple[Branch, ...]:
    """Arrange plans by area; an area that stands above a registered plan has its place though it has none.

    The nation has a place only where its plan is registered. Regional plans stand beside the tree.
    """
    plans = list(plans)
    tree = [each for each in plans if each.level is not PlanLevel.REGION]
    masters = {each.area_code: each for each in tree if each.kind is PlanKind.MASTER}
    names = {each.area_code: each.area_name for each in tree}
    for code in list(names):
        for upper in codes_above(code):
            division = divisions.by_code(upper)
            if division is not None and division.code == upper:
                names.setdefault(upper, division.name)
    below: dict[str | None, list[str]] = {}
    for code in sorted(names):
        above = next((upper for upper in codes_above(code) if upper in names), None)
        below.setdefault(above, []).append(code)

    def branch(code: str) -> Branch:
        wanted = divisions_below(code, divisions)
        return Branch(
            area_code=code,
            area_name=names[code],
            level=masters[code].level if code in masters else level_of_code(code),
            plan=masters.get(code),
            others=tuple(
                each for each in tree if each.area_code == code and each.kind is not PlanKind.MASTER
            ),
            below=tuple(branch(each) for each in below.get(code, ())),
            missing=tuple(each for each in wanted if each.code not in masters) if wanted else None,
            wanted=len(wanted),
        )

    regions = [each for each in plans if each.level is PlanLevel.REGION]
    return (
        *(branch(code) for code in below.get(None, ())),
        *(Branch(each.area_code, each.area_name, each.level, each, (), (), None, 0) for each in regions),
    )

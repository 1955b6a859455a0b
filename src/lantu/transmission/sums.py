"""An upper figure against the sum of the plans below it: who counts, who is missing, what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from lantu.core.operators import AT_LEAST, AT_MOST, EQUAL
from lantu.lawbook import Divisions
from lantu.plans import Target, codes_above
from lantu.transmission.figures import Amount, Gap, InForce, figure
from lantu.transmission.rules import Rules
from lantu.transmission.tree import NATION, divisions_below

NO_PLAN = Gap("transmission.gap_no_plan")
UNLISTED = Gap("transmission.gap_unlisted")
UNKNOWN_AREA = Gap("transmission.gap_unknown_area")


@dataclass(frozen=True, slots=True)
class Counted:
    """A plan whose figure is in the sum; `value` in the upper figure's unit."""

    plan: InForce
    value: Fraction
    target: Target


@dataclass(frozen=True, slots=True)
class Hole:
    """An area whose figure is not in the sum, and why."""

    area_code: str
    area_name: str
    gap: Gap


@dataclass(frozen=True, slots=True)
class Sum:
    """The figures below an upper one. It is whole where `holes` is empty.

    Attributes:
        silent: plans without a figure whose area is covered by the plans below them; they leave no hole.
    """

    counted: tuple[Counted, ...]
    holes: tuple[Hole, ...]
    silent: tuple[Hole, ...] = ()

    @property
    def total(self) -> Fraction:
        return sum((each.value for each in self.counted), Fraction(0))

    def holds(self, op: str, required: Fraction) -> bool | None:
        """Return whether the sum keeps to the limit; None where that hangs on the holes.

        No area or volume is below nothing, so holes can only add to the sum.
        """
        if not self.counted:
            return None
        if self.holes:
            if self.total > required:
                return {AT_LEAST: True, AT_MOST: False, EQUAL: False}[op]
            return True if op == AT_LEAST and self.total == required else None
        return {
            AT_LEAST: self.total >= required, AT_MOST: self.total <= required, EQUAL: self.total == required
        }[op]  # fmt: skip


def sum_below(
    area_code: str, wanted: Target, masters: Mapping[str, InForce], rules: Rules, divisions: Divisions
) -> Sum:
    """Add up what the plans below an area say of one figure, each piece of ground once.

    An area counts by its own plan; without a figure there, by the plans below that.

    Args:
        area_code: of the upper plan.
        wanted: the upper figure.
        masters: area code → the master plan in force.
    """
    counted: list[Counted] = []
    holes: list[Hole] = []
    silent: list[Hole] = []
    for code, name in _parts(area_code, masters, divisions):
        plan = masters.get(code)
        found = figure(plan, wanted, rules) if plan else NO_PLAN
        if plan and isinstance(found, Amount):
            counted.append(Counted(plan, found.value, found.target))
            continue
        assert isinstance(found, Gap)
        inner = sum_below(code, wanted, masters, rules, divisions)
        if inner.counted:
            counted += inner.counted
            holes += inner.holes
            silent += inner.silent
            if plan:
                silent.append(Hole(code, name, found))
        else:
            holes.append(Hole(code, name, found))
    if not divisions_below(area_code, divisions):
        here = divisions.by_code(area_code)
        holes.append(Hole(area_code, here.name if here else area_code, UNLISTED))
    holes += _unknown(area_code, masters, divisions)
    return Sum(tuple(counted), tuple(holes), tuple(silent))


def _parts(area_code: str, masters: Mapping[str, InForce], divisions: Divisions) -> list[tuple[str, str]]:
    """Return the areas right below one; of townships only those with a plan are known."""
    listed = divisions_below(area_code, divisions)
    if listed:
        return [(each.code, each.name) for each in listed]
    return sorted(
        (each.plan.area_code, each.plan.area_name)
        for code, each in masters.items()
        if area_code in codes_above(code)[:1]
    )


def _unknown(area_code: str, masters: Mapping[str, InForce], divisions: Divisions) -> list[Hole]:
    """Return areas with a plan, right below this one by code, that the table of divisions does not have."""

    def above(code: str) -> str:
        upper = codes_above(code)
        return next((each for each in upper if divisions.by_code(each) is not None), upper[-1])

    return [
        Hole(code, each.plan.area_name, UNKNOWN_AREA)
        for code, each in sorted(masters.items())
        if len(code) == 6 and code != NATION and divisions.by_code(code) is None and above(code) == area_code
    ]

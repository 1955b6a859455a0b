"""What a plan says of an indicator in a year, in a unit asked for; or why nothing can be taken from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from lantu.core.errors import InputError
from lantu.core.finding import Answer
from lantu.core.operators import EQUAL
from lantu.core.units import convert
from lantu.lawbook.checking import normal_name
from lantu.plans import Plan, Target
from lantu.transmission.rules import Rules


@dataclass(frozen=True, slots=True)
class InForce:
    """A plan with the version that stands.

    Attributes:
        digest: of the version.
        allocated: figures that plans above hand down to this area by name.
        unread: words of plans above about this area with a figure that was not read beyond doubt.
    """

    plan: Plan
    digest: str
    targets: tuple[Target, ...]
    allocated: tuple[Target, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure in the unit that was asked for, exact, and the target that gives it."""

    value: Fraction
    target: Target


@dataclass(frozen=True, slots=True)
class Gap:
    """Why there is no figure: message code, parameters of its sentence, and the answer this deserves."""

    reason: str
    params: Mapping[str, object] = field(default_factory=dict)
    answer: Answer = Answer.CANNOT_TELL


REFERS = "transmission.gap_refers"
SILENT = "transmission.gap_silent"


def figure(plan: InForce, wanted: Target, rules: Rules, *, own: bool = False) -> Amount | Gap:
    """Return what a plan says of the same indicator in the same year, in the unit of `wanted`.

    A target that only refers to another authority's figure takes the figure handed down to its area.

    Args:
        wanted: a target with a figure.
        own: leave out what is handed down.
    """
    key = rules.key(wanted.indicator)
    same = [each for each in plan.targets if rules.key(each.indicator) == key]
    if not same:
        return Gap(SILENT)
    if wanted.year is None:
        return Gap("transmission.gap_no_year")
    dated = [each for each in same if each.year == wanted.year]
    if not dated:
        years = "、".join(str(each.year or "?") for each in sorted(same, key=lambda each: each.year or 0))
        return Gap("transmission.gap_years", {"years": years, "year": wanted.year})
    found = [each for each in dated if each.value is not None]
    if not found:
        found = [] if own else handed_down(plan, dated[0], rules)
        if not found:
            return Gap(REFERS, {"note": dated[0].note or "–"})
    return _in_one(found, wanted)


def handed_down(plan: InForce, target: Target, rules: Rules) -> list[Target]:
    """Return the figures that plans above hand down for a target's indicator and year."""
    key = rules.key(target.indicator)
    return [
        each
        for each in plan.allocated
        if each.value is not None and each.year == target.year and rules.key(each.indicator) == key
    ]


def _in_one(found: list[Target], wanted: Target) -> Amount | Gap:
    bound = [each for each in found if each.op in (wanted.op, EQUAL)]
    if not bound:
        return Gap("transmission.gap_direction", {"figures": written(found)})
    amounts = [in_unit(each, wanted.unit) for each in bound]
    for each in amounts:
        if isinstance(each, Gap):
            return each
    values = {each.value for each in amounts if isinstance(each, Amount)}
    first = amounts[0]
    if len(values) > 1 or isinstance(first, Gap):
        return Gap("transmission.gap_ambiguous", {"figures": written(bound)})
    if _basis(first.target) != _basis(wanted):
        notes = {"note": first.target.note or "–", "upper_note": wanted.note or "–"}
        return Gap("transmission.gap_basis", notes, Answer.NEEDS_PERSON)
    return first


def in_unit(target: Target, unit: str | None) -> Amount | Gap:
    """Bring a target's figure into a unit."""
    assert target.value is not None
    if target.unit is None or unit is None:
        return Gap("transmission.gap_unit", {"unit": target.unit or "–", "upper_unit": unit or "–"})
    try:
        return Amount(convert(target.value, target.unit, unit), target)
    except InputError:
        return Gap("transmission.gap_unit", {"unit": target.unit, "upper_unit": unit})


def written(targets: Iterable[Target]) -> str:
    """Return figures as their sentences give them."""
    return "、".join(
        dict.fromkeys(f"{each.op or ''}{_plain(each.value)}{each.unit or ''}" for each in targets)
    )


def _plain(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:f}"


def _basis(target: Target) -> str:
    """以2020年…为基数, 下降幅度: figures on different bases are not one kind of figure."""
    return normal_name(target.note or "")

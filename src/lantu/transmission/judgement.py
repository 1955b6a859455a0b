"""One clause judged, and how its figures are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lantu.core.finding import Clause, Finding
from lantu.core.units import round_half_up
from lantu.plans import Target
from lantu.transmission.sums import Sum

_EXACT_DECIMALS, _MOST_DECIMALS = 6, 12


class Comparison(StrEnum):
    """What is held against what."""

    SUM = "sum"
    EACH = "each"
    ALLOCATED = "allocated"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One clause judged.

    Attributes:
        finding: answer, figures in the unit of the limit, and the clause that requires.
        residual: limit less sum, in the same unit; None but for sums.
        below: the lower plan's clause; None for sums, whose clauses are those of `sum`.
        sum: what was added up; None but for sums.
    """

    comparison: Comparison
    indicator: str
    year: int | None
    op: str | None
    finding: Finding
    below: Clause | None = None
    residual: Decimal | None = None
    sum: Sum | None = None


def shown(value: Fraction, against: Decimal, like: Decimal | None = None) -> Decimal:
    """Round a figure for print: exact within six decimals, else as many as keep it on its side of `against`.

    Args:
        like: whose decimals it has at least; those of `against` where None, and never less than two.
    """
    limit = Fraction(against)
    side = (value > limit) - (value < limit)
    least = max(2, decimals_of(against if like is None else like))
    for decimals in range(least, _EXACT_DECIMALS + 1):
        if Fraction(rounded := round_half_up(value, decimals)) == value:
            return rounded
    for decimals in range(least, _MOST_DECIMALS):
        rounded = round_half_up(value, decimals)
        if (Fraction(rounded) > limit) - (Fraction(rounded) < limit) == side:
            return rounded
    return round_half_up(value, _MOST_DECIMALS)


def decimals_of(figure: Decimal) -> int:
    """Return how many decimals a figure is written with."""
    exponent = figure.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def sum_message(added: Sum, holds: bool | None, target: Target, required: Fraction) -> str:
    """Return the code of the sentence about a sum that holds, does not, or cannot be told."""
    if not added.counted:
        return "transmission.sum_none"
    if holds is None:
        return "transmission.sum_open"
    if not holds:
        # The upper figure may itself be rounded: half of its last digit is no proof of a looser plan.
        assert target.value is not None
        if abs(added.total - required) <= Fraction(1, 2) / 10 ** decimals_of(target.value):
            return "transmission.sum_rounding"
    if added.holes:
        return "transmission.sum_pass_early" if holds else "transmission.sum_fail_early"
    return "transmission.sum_pass" if holds else "transmission.sum_fail"


def names_of(added: Sum, most: int = 6) -> str:
    """Name the areas that a sum lacks, the first of many."""
    names = [each.area_name or each.area_code for each in added.holes]
    return "、".join(names[:most]) + ("…" if len(names) > most else "")

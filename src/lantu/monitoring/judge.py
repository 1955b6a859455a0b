"""A figure against a limit. The exact figure decides; rounding is for print and hides no shortfall."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lantu.core.finding import Answer
from lantu.core.operators import AT_LEAST, AT_MOST, EQUAL
from lantu.core.units import round_half_up

MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a figure stands to its limit.

    Attributes:
        answer: pass or fail.
        value: the figure as published, rounded half up.
        margin: how far it is on the right side (positive) or the wrong one (negative), in the same unit;
            with more decimals than the value where it would otherwise print as zero without being zero.
        decimals: decimals of the published value.
        exact: the figure with as many decimals as show its side of the limit, where the published one
            hides it; else None.
    """

    answer: Answer
    value: Decimal
    margin: Decimal
    decimals: int
    exact: Decimal | None


def judge(value: Fraction, op: str, required: Decimal, decimals: int) -> Judgement:
    """Compare an exact figure with a limit in the same unit.

    Args:
        op: `>=`, `<=` or `=`. Equality is judged as published: two measured figures are never exactly equal.
        decimals: with how many the unit is published; a limit that was written with more is met with more.
    """
    decimals = max(decimals, -_exponent(required))
    limit = Fraction(required)
    published = round_half_up(value, decimals)
    if op == EQUAL:
        good = published == required
        margin = Fraction(0) if good else -abs(value - limit)
    else:
        margin = value - limit if op == AT_LEAST else limit - value
        good = margin >= 0
    seems_good = {AT_LEAST: published >= required, AT_MOST: published <= required, EQUAL: good}[op]
    return Judgement(
        answer=Answer.PASS if good else Answer.FAIL,
        value=published,
        margin=_visible(margin, decimals),
        decimals=decimals,
        exact=_telling(value, limit, decimals) if seems_good and not good else None,
    )


def _visible(margin: Fraction, decimals: int) -> Decimal:
    while margin and decimals < MOST_DECIMALS and not round_half_up(margin, decimals):
        decimals += 1
    return round_half_up(margin, decimals)


def _telling(value: Fraction, limit: Fraction, decimals: int) -> Decimal:
    while decimals < MOST_DECIMALS and round_half_up(value, decimals) == limit:
        decimals += 1
    return round_half_up(value, decimals)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # limits are finite: the approval reader writes figures only
    return exponent

"""Figures as findings print them: rounded once, half up, and only for print."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from lantu.core.units import round_half_up


def square_metres(area: float) -> Decimal:
    """Return m² with two decimals, as areas are recorded."""
    return round_half_up(Fraction(float(area)), 2)


def metres(length: float) -> Decimal:
    """Return metres to the millimetre; any other small figure with three decimals, too."""
    return round_half_up(Fraction(float(length)), 3)

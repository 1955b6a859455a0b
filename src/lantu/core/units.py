"""The only home of a conversion factor. Exact fractions; rounding is half up and stated.

How many decimals a figure is published with is law, not arithmetic: `lawbook/units` holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lantu.core.errors import InputError


class Dimension(StrEnum):
    """What a unit measures; figures convert only within one dimension."""

    AREA = "area"
    LENGTH = "length"
    VOLUME = "volume"
    RATIO = "ratio"
    MULTIPLE = "multiple"
    COUNT = "count"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as Chinese plans write it: `name` is canonical, `factor` is in base units (m², m, m³, 1)."""

    name: str
    dimension: Dimension
    factor: Fraction
    aliases: tuple[str, ...] = ()


_MU = Fraction(2000, 3)
_WAN, _YI = 10**4, 10**8


def _units() -> list[Unit]:
    area, length, volume = Dimension.AREA, Dimension.LENGTH, Dimension.VOLUME
    return [
        Unit("平方米", area, Fraction(1), ("m2", "m²", "㎡", "平米", "平方公尺")),
        Unit("万平方米", area, Fraction(_WAN), ("万m2", "万m²", "万㎡")),
        Unit("公顷", area, Fraction(10**4), ("hm2", "hm²", "ha", "公頃")),
        Unit("万公顷", area, Fraction(10**8), ("万hm2", "万hm²", "万ha")),
        Unit("平方千米", area, Fraction(10**6), ("km2", "km²", "平方公里", "平方KM")),
        Unit("万平方千米", area, Fraction(10**10), ("万km2", "万km²", "万平方公里")),
        Unit("亩", area, _MU, ("畝", "mu")),
        Unit("万亩", area, _MU * _WAN, ("万畝",)),
        Unit("亿亩", area, _MU * _YI, ("亿畝",)),
        Unit("米", length, Fraction(1), ("m", "公尺")),
        Unit("千米", length, Fraction(1000), ("km", "公里")),
        Unit("万千米", length, Fraction(10**7), ("万km", "万公里")),
        Unit("立方米", volume, Fraction(1), ("m3", "m³", "方")),
        Unit("万立方米", volume, Fraction(_WAN), ("万m3", "万m³", "万方")),
        Unit("亿立方米", volume, Fraction(_YI), ("亿m3", "亿m³", "亿方")),
        Unit("倍", Dimension.MULTIPLE, Fraction(1)),
        Unit("%", Dimension.RATIO, Fraction(1, 100), ("％", "﹪", "个百分点", "百分点")),
        Unit("‰", Dimension.RATIO, Fraction(1, 1000)),
        Unit("人", Dimension.PEOPLE, Fraction(1)),
        Unit("万人", Dimension.PEOPLE, Fraction(_WAN)),
        Unit("亿人", Dimension.PEOPLE, Fraction(_YI)),
        Unit("个", Dimension.COUNT, Fraction(1), ("处", "座", "项")),
    ]


UNITS: dict[str, Unit] = {unit.name: unit for unit in _units()}
_BY_ANY_NAME: dict[str, Unit] = {name: unit for unit in UNITS.values() for name in (unit.name, *unit.aliases)}


def spellings() -> dict[str, Unit]:
    """Return every spelling, canonical and alias, with its unit."""
    return dict(_BY_ANY_NAME)


def unit(name: str) -> Unit:
    """Return the unit of that name or alias.

    Raises:
        InputError: `unit.unknown`.
    """
    try:
        return _BY_ANY_NAME[name.strip()]
    except KeyError:
        raise InputError("unit.unknown", unit=name) from None


def convert(value: Decimal | Fraction | int, from_unit: str, to_unit: str) -> Fraction:
    """Convert exactly; round afterwards and say how.

    Raises:
        InputError: `unit.unknown`, or `unit.mismatch` between dimensions.
    """
    source, target = unit(from_unit), unit(to_unit)
    if source.dimension is not target.dimension:
        raise InputError("unit.mismatch", from_unit=source.name, to_unit=target.name)
    return Fraction(value) * source.factor / target.factor


def from_measured(base_value: float, to_unit: str) -> Fraction:
    """Bring a measured float in base units (m², m, m³) into a unit, exactly as the float stands."""
    return Fraction(base_value) / unit(to_unit).factor


def round_half_up(value: Decimal | Fraction | int, decimals: int) -> Decimal:
    """Round half away from zero, exactly (never by way of a float, never banker's).

    Returns:
        A Decimal with exactly `decimals` places, so that it prints with its zeros.
    """
    scaled = Fraction(value) * Fraction(10) ** decimals
    whole, rest = divmod(abs(scaled), 1)
    rounded = int(whole) + (rest >= Fraction(1, 2))
    # From its digits: arithmetic would round to the decimal context's 28 places.
    return Decimal((int(scaled < 0 and rounded > 0), tuple(map(int, str(rounded))), -decimals))

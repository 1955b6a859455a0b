"""Units: exact factors, every spelling, no conversion across dimensions; rounding half away from zero."""

from __future__ import annotations

from decimal import Decimal, getcontext, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.errors import InputError
from lantu.core.units import UNITS, Dimension, convert, from_measured, round_half_up, spellings, unit

FIGURES = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)
NAMES = st.sampled_from(sorted(UNITS))


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        ("1", "亩", "平方米", Fraction(2000, 3)),
        ("15", "亩", "公顷", 1),
        ("1", "平方千米", "亩", 1500),
        ("1", "平方千米", "公顷", 100),
        ("405.23", "平方公里", "公顷", 40523),
        ("6.07", "亿立方米", "万立方米", 60700),
        ("1", "亿亩", "万亩", 10_000),
        ("2.5", "万千米", "千米", 25_000),
        ("12.5", "‰", "%", Fraction(5, 4)),
        ("3", "万人", "人", 30_000),
    ],
)
def test_known_conversions(value: str, from_unit: str, to_unit: str, expected: Fraction | int) -> None:
    assert convert(Decimal(value), from_unit, to_unit) == expected


def test_farmland_of_the_founding_reply_in_square_metres() -> None:
    """327.40 万亩 × 10⁴ × 2000/3 m² = 2 182 666 666.666… m²."""
    assert convert(Decimal("327.40"), "万亩", "平方米") == Fraction(6_548_000_000, 3)


def test_every_spelling_finds_its_unit_and_none_is_shared() -> None:
    assert sum(1 + len(each.aliases) for each in UNITS.values()) == len(spellings())
    for spelling, found in spellings().items():
        assert unit(spelling) is found
        assert unit(f" {spelling} ") is found
    assert unit("㎡").name == "平方米"
    assert unit("hm²").name == "公顷"
    assert unit("平方公里").name == "平方千米"


@pytest.mark.parametrize("name", ["", "顷", "平方英里", "亩亩"])
def test_an_unknown_unit_is_an_error(name: str) -> None:
    with pytest.raises(InputError) as error:
        unit(name)
    assert error.value.code == "unit.unknown"
    assert error.value.params["unit"] == name


@given(NAMES, NAMES, FIGURES)
def test_there_and_back_is_exact_and_dimensions_do_not_mix(one: str, other: str, value: Decimal) -> None:
    if UNITS[one].dimension is UNITS[other].dimension:
        assert convert(convert(value, one, other), other, one) == Fraction(value)
    else:
        with pytest.raises(InputError) as error:
            convert(value, one, other)
        assert error.value.code == "unit.mismatch"
        assert error.value.params == {"from_unit": one, "to_unit": other}


def test_base_units_are_one() -> None:
    bases = {"平方米": Dimension.AREA, "米": Dimension.LENGTH, "立方米": Dimension.VOLUME}
    for name, dimension in bases.items():
        assert (UNITS[name].factor, UNITS[name].dimension) == (1, dimension)


def test_a_measured_float_is_taken_as_it_stands() -> None:
    assert from_measured(0.1, "平方米") == Fraction(0.1) != Fraction(1, 10)
    assert from_measured(2_000_000 / 3, "亩") == Fraction(2_000_000 / 3) * 3 / 2000


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("0.125", 2, "0.13"),
        ("0.135", 2, "0.14"),
        ("-0.125", 2, "-0.13"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("3.5", 0, "4"),
        ("0.005", 2, "0.01"),
        ("0.004999999999999999999999999999999999", 2, "0.00"),
        ("-0.004", 2, "0.00"),
        ("327.4", 2, "327.40"),
        ("9.995", 2, "10.00"),
        ("1.00500", 2, "1.01"),
        ("0", 3, "0.000"),
    ],
)
def test_half_goes_away_from_zero_and_zeros_stay(value: str, decimals: int, expected: str) -> None:
    assert str(round_half_up(Decimal(value), decimals)) == expected


def test_thirds_are_not_halves() -> None:
    assert str(round_half_up(Fraction(1, 3), 2)) == "0.33"
    assert str(round_half_up(Fraction(2, 3), 2)) == "0.67"
    assert str(round_half_up(Fraction(5, 1000) - Fraction(1, 10**40), 2)) == "0.00"


def test_to_tens_and_thousands() -> None:
    assert round_half_up(Decimal("1250"), -2) == 1300
    assert round_half_up(Decimal("-1249.99"), -2) == -1200
    assert format(round_half_up(15, -1), "f") == "20"


@given(st.integers(-(10**45), 10**45), st.integers(0, 8), st.integers(0, 12))
def test_rounding_is_exact_however_large(digits: int, decimals: int, more: int) -> None:
    """The decimal context keeps 28 places: a sum over a nation in 0.01 m² must not pass through it."""
    exact = Fraction(digits, 10 ** (decimals + more))
    rounded = round_half_up(exact, decimals)
    assert abs(Fraction(rounded) - exact) * 2 <= Fraction(1, 10**decimals)
    assert rounded.as_tuple().exponent == -decimals
    if abs(Fraction(rounded) - exact) * 2 == Fraction(1, 10**decimals):
        assert abs(Fraction(rounded)) > abs(exact)
    assert round_half_up(-exact, decimals) == rounded.copy_negate()  # unary minus would round


def test_rounding_does_not_hang_on_the_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert str(round_half_up(Decimal("123456.785"), 2)) == "123456.79"
    assert getcontext().prec == 28

"""A figure against a limit: exact, and rounding hides nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.finding import Answer
from lantu.monitoring.judge import judge

LIMITS = st.decimals("-1e6", "1e6", places=2)
FIGURES = st.fractions(-(10**6), 10**6)


@pytest.mark.parametrize(
    ("value", "op", "required", "expected"),
    [
        # value, as a fraction; then answer, published value, margin, exact figure where print hides it
        ("32741/100", ">=", "327.40", ("pass", "327.41", "0.01", None)),
        ("32740/100", ">=", "327.40", ("pass", "327.40", "0.00", None)),
        ("327399/1000", ">=", "327.40", ("fail", "327.40", "-0.001", "327.399")),
        ("32739/100", ">=", "327.40", ("fail", "327.39", "-0.01", None)),
        ("1184/1000", "<=", "1.18", ("fail", "1.18", "-0.004", "1.184")),
        ("118/100", "<=", "1.18", ("pass", "1.18", "0.00", None)),
        ("607/100", "<=", "6.070", ("pass", "6.070", "0.000", None)),  # the limit's own zeros are kept
        ("1/3", "=", "0.33", ("pass", "0.33", "0.00", None)),  # equal as published
        ("1/3", "=", "0.34", ("fail", "0.33", "-0.01", None)),
    ],
)
def test_judgements(value: str, op: str, required: str, expected: tuple[str, str, str, str | None]) -> None:
    got = judge(Fraction(value), op, Decimal(required), 2)
    exact = None if got.exact is None else str(got.exact)
    assert (got.answer, str(got.value), str(got.margin), exact) == expected


@given(FIGURES, st.sampled_from([">=", "<="]), LIMITS)
def test_the_answer_is_the_exact_comparison_and_the_margin_shows_its_side(
    value: Fraction, op: str, required: Decimal
) -> None:
    got = judge(value, op, required, 2)
    right_side = value >= required if op == ">=" else value <= required
    assert got.answer is (Answer.PASS if right_side else Answer.FAIL)
    assert (got.margin >= 0) if right_side else (got.margin <= 0)


@given(FIGURES, st.sampled_from([">=", "<="]), LIMITS)
def test_print_never_hides_a_shortfall(value: Fraction, op: str, required: Decimal) -> None:
    got = judge(value, op, required, 2)
    seems_good = got.value >= required if op == ">=" else got.value <= required
    if got.answer is Answer.FAIL and seems_good:
        assert got.exact is not None
        # Beyond twelve decimals nothing is printed any more; the answer still stands.
        if abs(value - Fraction(required)) > Fraction(1, 10**11):
            assert got.exact < required if op == ">=" else got.exact > required
            assert got.margin < 0

"""An upper figure against the sum of the plans below it: whole, with holes, with what does not fit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.finding import Answer
from lantu.core.units import convert
from lantu.plans import Target
from lantu.transmission.figures import InForce
from lantu.transmission.judgement import Comparison, Judgement
from transmission.made import CITY, COUNTIES, judged, only, plan, target

SUM = Comparison.SUM
FLOORS = ("100.00", "311.33", "621.03", "514.05", "327.40")
"""Sum 1873.81, by hand: the four counties' 1773.81 and 100.00."""


def floors(*values: str) -> list[InForce]:
    return [plan(code, f"耕地保有量 >= {value} 万亩") for code, value in zip(COUNTIES, values, strict=False)]


def caps(*values: str) -> list[InForce]:
    return [
        plan(code, f"用水总量 <= {value} 亿立方米") for code, value in zip(COUNTIES, values, strict=False)
    ]


def summed(upper: str, below: list[InForce], code: str = CITY) -> Judgement:
    rows = judged(below[0], plan(code, upper), below[1:])
    return only(rows, SUM)


@pytest.mark.parametrize(
    ("upper", "answer", "residual", "message"),
    [
        ("耕地保有量 >= 1873.81 万亩", "pass", "0.00", "sum_pass"),
        ("耕地保有量 >= 1800.00 万亩", "pass", "-73.81", "sum_pass"),
        ("耕地保有量 >= 1873.82 万亩", "fail", "0.01", "sum_fail"),
        # 18.7381 亿平方米 × 15 亩 ÷ 10000: the same area in another unit.
        ("耕地保有量 >= 0.187381 亿亩", "pass", "0.000000", "sum_pass"),
        # Half of the last digit is 0.05: 1873.81 may be what was rounded to 1873.8, or to 1873.9 with it.
        ("耕地保有量 >= 1873.8 万亩", "pass", "-0.01", "sum_pass"),
        ("耕地保有量 >= 1874 万亩", "needs_person", "0.19", "sum_rounding"),
        ("耕地保有量 = 1873.81 万亩", "cannot_tell", None, "sum_none"),  # floors fix no sum
    ],
)
def test_floors_of_all_lower_plans(upper: str, answer: str, residual: str | None, message: str) -> None:
    row = summed(upper, floors(*FLOORS))
    assert (row.finding.answer, row.finding.message) == (answer, f"transmission.{message}")
    assert (None if row.residual is None else str(row.residual)) == residual


@pytest.mark.parametrize(
    ("upper", "answer", "residual"),
    [("30.00", "pass", "0.00"), ("29.90", "fail", "-0.10"), ("31.00", "pass", "1.00")],
)
def test_caps_of_all_lower_plans(upper: str, answer: str, residual: str) -> None:
    row = summed(f"用水总量 <= {upper} 亿立方米", caps("7.45", "9.76", "3.35", "3.37", "6.07"))
    assert (row.finding.answer, str(row.residual)) == (answer, residual)


def test_with_a_plan_missing_only_what_is_decided_is_said() -> None:
    """镇赉、通榆、洮南、大安 are missing in turn; a hole can only add to a sum."""
    open_ = summed("耕地保有量 >= 1873.81 万亩", floors(*FLOORS[:4]))
    assert (open_.finding.answer, str(open_.residual)) == ("cannot_tell", "327.40")
    assert open_.sum is not None
    assert [(each.area_name, each.gap.reason) for each in open_.sum.holes] == [
        ("大安市", "transmission.gap_no_plan")
    ]
    reached = summed("耕地保有量 >= 1546.41 万亩", floors(*FLOORS[:4]))
    assert (reached.finding.answer, reached.finding.message) == ("pass", "transmission.sum_pass_early")
    exceeded = summed("用水总量 <= 20.00 亿立方米", caps("7.45", "9.76", "3.35"))
    assert (exceeded.finding.answer, str(exceeded.residual)) == ("fail", "-0.56")
    within = summed("用水总量 <= 20.56 亿立方米", caps("7.45", "9.76", "3.35"))
    assert (within.finding.answer, str(within.residual)) == ("cannot_tell", "0.00")
    nearly = summed("用水总量 <= 20.6 亿立方米", caps("7.45", "9.76", "3.42"))
    assert nearly.finding.answer is Answer.NEEDS_PERSON  # 20.63: within half of 20.6's last digit


def test_an_area_counts_once_by_its_own_plan_else_by_the_plans_below_it() -> None:
    """白城市's own 2000 stands for its five counties; without that figure they stand for themselves."""
    counties = floors(*FLOORS)
    province = "耕地保有量 >= 10944 万亩"
    row = summed(province, [*counties, plan(CITY, "耕地保有量 >= 2000.00 万亩")], "220000")
    assert str(row.finding.measured) == "2000.00"
    row = summed(province, [*counties, plan(CITY, "用水总量 上级下达指标")], "220000")
    assert str(row.finding.measured) == "1873.81"
    assert row.sum is not None
    assert [each.area_name for each in row.sum.silent] == ["白城市"]
    assert "白城市" not in [each.area_name for each in row.sum.holes]
    assert len(row.sum.holes) == 8  # 长春、吉林、四平、辽源、通化、白山、松原、延边


def test_zones_of_the_statistics_are_neither_counted_nor_missed() -> None:
    """220871 吉林白城经济开发区 lies within 洮北区."""
    row = summed("耕地保有量 >= 1873.81 万亩", [*floors(*FLOORS), plan("220871", "耕地保有量 >= 5.00 万亩")])
    assert (str(row.finding.measured), row.finding.answer) == ("1873.81", "pass")


def test_an_area_of_no_known_division_leaves_the_sum_open() -> None:
    new = plan("220899", "耕地保有量 >= 5.00 万亩")
    row = summed("耕地保有量 >= 1873.82 万亩", [*floors(*FLOORS), new])
    assert row.finding.answer is Answer.CANNOT_TELL
    assert row.sum is not None
    assert [each.gap.reason for each in row.sum.holes] == ["transmission.gap_unknown_area"]


def test_townships_are_never_known_to_be_all_there() -> None:
    towns = [plan(f"220882{n}", "耕地保有量 >= 100.00 万亩") for n in (100, 101)]
    assert summed("耕地保有量 >= 327.40 万亩", towns, "220882").finding.answer is Answer.CANNOT_TELL
    assert summed("耕地保有量 >= 200.00 万亩", towns, "220882").finding.answer is Answer.PASS


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (target("用水总量 <= 6.07 亿立方米"), "silent"),
        (target("耕地保有量 >= 327.40 万亩", year=2030), "years"),
        (target("耕地保有量 >= 327.40 万亩", year=None), "years"),
        (target("耕地保有量 上级下达指标"), "refers"),
        (target("耕地保有量 <= 327.40 万亩"), "direction"),
        (target("耕地保有量 >= 327.40 亿立方米"), "unit"),
        (target("耕地保有量 >= 327.40 垧"), "unit"),
        (target("耕地保有量 >= 327.40 万亩", note="含开发区"), "basis"),
    ],
)
def test_a_figure_that_does_not_fit_is_a_hole_with_its_reason(odd: Target, reason: str) -> None:
    row = summed("耕地保有量 >= 1873.81 万亩", [*floors(*FLOORS[:4]), plan("220882", odd)])
    assert (row.finding.answer, str(row.finding.measured)) == ("cannot_tell", "1546.41")
    assert row.sum is not None
    ((name, gap),) = ((each.area_name, each.gap) for each in row.sum.holes)
    assert (name, gap.reason) == ("大安市", f"transmission.gap_{reason}")
    if reason == "years":
        assert gap.params["years"] == str(odd.year or "?")


def test_two_figures_of_one_plan_are_none() -> None:
    both = plan("220882", "耕地保有量 >= 327.40 万亩", "耕地保有量 >= 327.41 万亩")
    row = summed("耕地保有量 >= 1873.81 万亩", [*floors(*FLOORS[:4]), both])
    assert row.sum is not None
    assert [each.gap.reason for each in row.sum.holes] == ["transmission.gap_ambiguous"]
    # The same area twice, in two units, is one figure: 327.40 万亩 = 3274000 亩.
    same = plan("220882", "耕地保有量 >= 327.40 万亩", "耕地保有量 >= 3274000 亩")
    assert summed("耕地保有量 >= 1873.81 万亩", [*floors(*FLOORS[:4]), same]).finding.answer is Answer.PASS


figures = st.decimals(min_value=0, max_value=2000, places=2)


@given(
    st.lists(figures, min_size=5, max_size=5),
    figures,
    st.permutations(range(5)),
    st.sampled_from([("万亩", "1"), ("亩", "10000"), ("亿亩", "0.0001")]),
)
def test_order_and_units_of_the_lower_plans_do_not_matter(
    values: list[Decimal], limit: Decimal, order: list[int], unit: tuple[str, str]
) -> None:
    upper = f"耕地保有量 >= {limit:f} 万亩"
    name, factor = unit
    other = [
        plan(code, f"耕地保有量 >= {each * Decimal(factor):f} {name}")
        for code, each in zip(COUNTIES, values, strict=True)
    ]
    first, again = (
        summed(upper, floors(*(f"{each:f}" for each in values))), summed(upper, [other[i] for i in order])
    )  # fmt: skip
    assert (again.finding.answer, again.finding.id) == (first.finding.answer, first.finding.id)
    assert (again.finding.measured, again.residual) == (first.finding.measured, first.residual)


@given(st.lists(figures, min_size=1, max_size=5), figures, st.booleans())
def test_the_sum_is_never_better_than_its_holes_allow(
    values: list[Decimal], limit: Decimal, floor: bool
) -> None:
    """Whatever the missing areas say, a pass or a fail stays one."""
    text = "耕地保有量 >= {:f} 万亩" if floor else "用水总量 <= {:f} 亿立方米"
    made = floors if floor else caps
    row = summed(text.format(limit), made(*(f"{each:f}" for each in values)))
    missing = 5 - len(values)
    for rest in (Decimal(0), Decimal(1), limit + 1):
        whole = summed(text.format(limit), made(*(f"{each:f}" for each in [*values, *[rest] * missing])))
        if row.finding.answer is Answer.PASS:
            assert whole.finding.answer is Answer.PASS
        if row.finding.answer is Answer.FAIL:
            assert whole.finding.answer is Answer.FAIL


def test_residual_and_sum_add_up_to_the_limit_exactly() -> None:
    row = summed("生态保护红线面积 >= 5.36 万平方千米",
                 [plan("220882", "生态保护红线面积 >= 405.23 平方千米")], "220000")  # fmt: skip
    assert row.residual is not None and row.finding.measured is not None
    assert row.residual + row.finding.measured == Decimal("5.36")
    assert row.finding.measured == Decimal("0.040523")
    assert convert(row.finding.measured, "万平方千米", "平方千米") == Fraction("405.23")

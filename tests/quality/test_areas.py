"""Areas and totals against arithmetic of another kind, on made layers with planted faults."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Proj, Transformer

from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.quality.amounts import FINE, amounts, said
from lantu.quality.checks.areas import plane_scale
from lantu.quality.findings import RuleResult
from quality.cases import ORIGIN, run, work_of

RULES = load().quality_rules
CENTS = st.integers(1, 10**11).map(lambda cents: Decimal(cents) / 100)
COEFFICIENTS = st.integers(0, 9999).map(lambda share: Decimal(share) / 10_000)


def check(code: str, layer: str, rows: list[dict[str, Any]]) -> RuleResult:
    return run(RULES[code], {"layers": {layer: rows}})


@given(st.floats(-3.5, 3.5), st.floats(18, 53), st.sampled_from([75, 123, 135]))
def test_the_plane_enlarges_areas_as_proj_says(across: float, lat: float, meridian: int) -> None:
    proj = Proj(f"+proj=tmerc +lon_0={meridian} +x_0=500000 +ellps=GRS80")
    factors = proj.get_factors(meridian + across, lat)
    found = plane_scale(np.array([meridian + across]), np.array([lat]), meridian)[0]
    assert abs(found - factors.areal_scale) < 1e-7


@given(st.lists(st.tuples(CENTS, COEFFICIENTS, st.booleans()), min_size=1, max_size=12))
@settings(deadline=None, max_examples=40)
def test_a_deduction_is_judged_by_decimal_arithmetic(rows: list[tuple[Decimal, Decimal, bool]]) -> None:
    parcels, wrong = [], []
    for nth, (whole, by, planted) in enumerate(rows):
        part = (whole * by).quantize(Decimal("0.01"), ROUND_HALF_UP)
        planted = planted and by > 0
        if planted:
            part += Decimal("0.02")
            wrong.append(nth + 1)
        parcels.append({"BSM": str(nth), "TBMJ": str(whole), "KCXS": str(by), "KCMJ": str(part)})
    result = check("QC1904", "DLTB", parcels)
    if not any(Decimal(each["KCXS"]) for each in parcels):
        assert result.answer is None
        return
    assert [sorted(each.rows) for each in result.findings] == ([wrong] if wrong else [])


@given(st.lists(st.tuples(CENTS, st.integers(0, 10**6), st.integers(-3, 3)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=40)
def test_a_difference_is_judged_to_the_cent(rows: list[tuple[Decimal, int, int]]) -> None:
    parcels = [
        {
            "BSM": str(nth),
            "TBMJ": str(whole),
            "KCMJ": str(Decimal(less) / 100),
            "TBDLMJ": str(whole - Decimal(less) / 100 + Decimal(off) / 100),
        }
        for nth, (whole, less, off) in enumerate(rows)
    ]
    wrong = [nth + 1 for nth, (_, _, off) in enumerate(rows) if abs(off) > 1]
    result = check("QC1903", "DLTB", parcels)
    assert [sorted(each.rows) for each in result.findings] == ([wrong] if wrong else [])


@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(0, 2)), min_size=1, max_size=50))
@settings(deadline=None, max_examples=40)
def test_sums_are_exact(values: list[tuple[int, int]]) -> None:
    rows = [{"BSM": str(nth), "TBMJ": str(Decimal(cents) / 100)} for nth, (cents, _) in enumerate(values)]
    sheet = work_of({"layers": {"DLTB": rows}}).sheets["DLTB"]
    amount = amounts(sheet, "TBMJ")
    # A double has 15 digits for sure: two decimals of what is below 10^13.
    assert amount.total() == sum(cents * (FINE // 100) for cents, _ in values)
    group = np.array([values[fid - 1][1] for fid in sheet.fid])
    assert amount.totals(group, 2) == [
        sum(cents * (FINE // 100) for cents, of in values if of == nth) for nth in range(2)
    ]
    assert said(amount.total()) == Fraction(sum(cents for cents, _ in values), 100)


@pytest.mark.parametrize("seed", range(3))
def test_planted_areas_are_found_and_no_others(seed: int) -> None:
    rng = np.random.default_rng(seed)
    geod, back = Geod(ellps="GRS80"), Transformer.from_crs(4550, 4490, always_xy=True)
    rows, wrong = [], []
    for nth in range(40):
        west, south = nth % 8 * 500.0, nth // 8 * 500.0
        east, north = west + rng.uniform(20, 480), south + rng.uniform(20, 480)
        side = np.linspace(0, 1, 60)[:-1]
        ring = np.concatenate(
            [
                np.column_stack([a[0] + side * (b[0] - a[0]), a[1] + side * (b[1] - a[1])])
                for a, b in (
                    ((west, south), (east, south)), ((east, south), (east, north)),
                    ((east, north), (west, north)), ((west, north), (west, south)),
                )
            ]
        )  # fmt: skip
        area = abs(geod.polygon_area_perimeter(*back.transform(*(ring + ORIGIN).T))[0])
        if rng.random() < 0.25:
            area *= 1 + rng.choice([-1, 1]) * rng.uniform(0.02, 0.5)
            wrong.append(nth + 1)
        rows.append({"BSM": str(nth), "MJ": f"{area:.2f}", "box": [west, south, east, north]})
    result = check("QC1901", "CZKFBJ", rows)
    assert sorted(row for each in result.findings for row in each.rows) == wrong
    assert all(each.message == "quality.area_differs" and each.count == 1 for each in result.findings)
    assert all(each.answer is Answer.FAIL for each in result.findings)

"""The sample measured by the product itself: planted findings, approved figures, the story of six years."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

pytestmark = pytest.mark.slow

NAMES = {"220882": "大安市", "220881": "洮南市", "220821": "镇赉县", "220822": "通榆县"}


def test_every_planted_finding_is_found_and_none_invented(sample, measured):
    planted = sorted(
        (f["county"], f["year"], f["rule"], f["answer"], f["area_m2"], tuple(f["bsm"]))
        for f in sample.truth["findings"]
    )
    found = sorted(
        (f["area_code"], f["year"], f["rule"], f["answer"], f["area_m2"], tuple(sorted(f["features"])))
        for f in measured["findings"]
    )
    assert found == planted


def test_every_county_and_year_has_something_planted(sample):
    seen: dict[tuple[str, int], set[str]] = {}
    for f in sample.truth["findings"]:
        seen.setdefault((f["county"], f["year"]), set()).add(f["rule"])
    assert all(len(seen[code, year]) >= 2 for code in NAMES for year in range(2021, 2026))
    for code in NAMES:
        rules = set().union(*(seen[code, year] for year in range(2021, 2026)))
        assert rules == {"MON01", "MON02", "MON03", "MON04", "MON05"}


def test_tiny_changes_are_counted_and_not_reported(sample, measured):
    planted = sorted(
        (b["county"], b["year"], b["rule"], b["area_m2"]) for b in sample.truth["below_threshold"]
    )
    counted = sorted((b["area_code"], b["year"], b["rule"], b["area_m2"]) for b in measured["below"])
    assert counted == planted
    assert all(Decimal(b["area_m2"]) < 100 for b in sample.truth["below_threshold"])


def test_legal_changes_lie_on_no_finding(sample, measured):
    touched = {(f["area_code"], f["year"], bsm) for f in measured["findings"] for bsm in f["features"]}
    legal = {(each["county"], each["year"], bsm) for each in sample.truth["legal"] for bsm in each["bsm"]}
    assert len(legal) > 100
    assert not legal & touched


def rows(measured: dict[str, Any], indicator: str, year: int) -> Iterator[dict[str, Any]]:
    return (row for row in measured["rows"] if row["indicator_id"] == indicator and row["year"] == year)


def test_the_base_year_agrees_with_the_approved_figures(measured):
    """Red line and planned multiple exactly as published; farmland and basic farmland a little above."""
    for row in rows(measured, "ecological_redline", 2020):
        assert row["value"] == row["required"] and row["answer"] == "pass"
    for row in rows(measured, "expansion_multiple", 2020):
        planned = next(p["value"] for p in row["parts"] if p["name"]["en"].startswith("Planned multiple"))
        assert planned == row["required"]
        assert row["value"] == "1.00"
    for row in rows(measured, "basic_farmland", 2020):
        assert Decimal("0") <= Decimal(row["margin"]) <= Decimal("0.20")
    for row in rows(measured, "farmland_retained", 2020):
        assert Decimal("0") < Decimal(row["margin"]) < Decimal("1.50")
    assert sum(row["year"] == 2020 for row in measured["rows"]) == 24


def test_sums_agree_with_the_generators_own(sample, measured):
    """万亩 with two decimals hides a lot; the margin over the limit is compared with the exact sum."""
    for row in measured["rows"]:
        key = {"farmland_retained": "farmland_m2", "basic_farmland": "basic_farmland_m2"}.get(
            row["indicator_id"]
        )
        if key:
            own = Decimal(sample.truth["figures"][row["area_code"]][str(row["year"])][key])
            wan_mu = own * 3 / 2000 / 10000
            assert abs(Decimal(row["value"]) - wan_mu) <= Decimal("0.005001"), row["area_name"]


def test_the_story(measured):
    """Two counties miss a limit in 2025, one of them used too much water in a dry year; the rest holds."""
    missed = sorted(
        (row["area_name"], row["indicator_id"], row["year"])
        for row in measured["rows"]
        if row["answer"] == "fail"
    )
    assert missed == [
        ("通榆县", "basic_farmland", 2025),
        ("镇赉县", "farmland_retained", 2025),
        ("镇赉县", "water_use_total", 2023),
    ]
    untold = {
        (row["indicator_id"], row["target_year"])
        for row in measured["rows"]
        if row["answer"] == "cannot_tell"
    }
    assert untold == {("water_use_total", 2035)}

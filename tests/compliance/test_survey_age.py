"""A survey is out of date after some years: what rests on it cannot be told; lines of a plan do not age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compliance.made import BOOK, CONTROLS, FREE, TABLE, TODAY, surveyed, told, within
from lantu.compliance.review import review
from lantu.compliance.rules import Outcome


def test_a_survey_ages_by_the_day_of_the_review() -> None:
    farm = replace(surveyed({"0103": 10_000.0}), years_m2={"DLTB": {2020: 10_000.0}})
    for day, status in ((date(2022, 12, 31), "document"), (date(2023, 1, 1), "cannot_tell")):
        found = told(farm, "CR11", day)
        assert (found.status, found.area_m2) == (status, 10_000.0)
    assert found.why is not None and found.why[0] == "review.out_of_date"


@pytest.mark.parametrize(
    ("years", "year"),
    [
        ({2025: 6_000.0, 2019: 4_000.0}, 2019),
        ({2025: 9_999.996, 2019: 0.004}, None),  # a border drawn twice
        ({2025: 6_000.0}, "–"),  # ground that no survey of a known year covers
        ({}, "–"),
        ({2025: 10_000.0}, None),
    ],
)
def test_the_oldest_survey_under_a_site_counts(years: dict[int, float], year: int | str | None) -> None:
    found = told(replace(surveyed({"0103": 10_000.0}), years_m2={"DLTB": years}), "CR11")
    if year is None:
        assert found.status == "document"
    else:
        assert found.why == (
            "review.out_of_date", {"layer": "DLTB", "year": year, "limit": 2, "since": 2024, "day": TODAY},
        )  # fmt: skip


def test_what_is_forbidden_on_an_old_survey_stays_so() -> None:
    (branch,) = next(each for each in CONTROLS if each.code == "CR11").branches
    control = replace(
        next(each for each in CONTROLS if each.code == "CR11"),
        branches=(replace(branch, outcome=Outcome.FORBIDDEN, documents=()),),
    )
    farm = replace(surveyed({"0103": 10_000.0}), years_m2={"DLTB": {2010: 10_000.0}})
    (judged,) = review(farm, {}, (), [control], BOOK, TABLE, TODAY).judged
    assert (judged.status, judged.area_m2, judged.why) == ("forbidden", 10_000.0, None)


def test_what_is_not_there_goes_before_what_is_old() -> None:
    old = replace(surveyed({"0103": 10_000.0}), years_m2={"DLTB": {2010: 10_000.0}})
    away = told(replace(old, elsewhere_m2=50.0), "CR11")
    assert away.why is not None and away.why[0] == "review.elsewhere"


def test_lines_of_an_approved_plan_do_not_age() -> None:
    old = replace(within("STBHHX"), years_m2={"STBHHX": {1990: 400.0}, **FREE.years_m2})
    assert told(old, "CR01", activity="tourism").status == "document"

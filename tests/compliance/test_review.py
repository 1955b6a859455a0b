"""Controls one by one: fires, does not fire, cannot tell; the opinion is never better than its worst part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.made import (
    BOOK,
    CONTROLS,
    FREE,
    LINES,
    PROJECT,
    TABLE,
    TODAY,
    surveyed,
    told,
    whole,
    within,
    zoned,
)
from lantu.compliance.review import review
from lantu.core.finding import Answer, worst
from lantu.lawbook import Compatibility, load

LINE_OF = {
    each.code: each.layers[0]
    for each in CONTROLS
    if each.side == "inside" and not (each.codes or each.covering or each.matrix)
}


@pytest.mark.parametrize("code", LINE_OF)
def test_a_line_fires_where_it_covers_ground_only(code: str) -> None:
    on, off = within(LINE_OF[code]), replace(FREE, covered_m2={**FREE.covered_m2, "CZKFBJ": 0.0})
    assert told(on, code, **PROJECT).status in ("forbidden", "document")
    assert told(on, code, **PROJECT).area_m2 == (10_000.0 if code == "CR03" and on is FREE else 400.0)
    assert told(off, code, **PROJECT).status == "not_affected"


@pytest.mark.parametrize(
    ("code", "kind", "good", "bad"),
    [
        ("CR14", "GHFQ", "410", "300"),
        ("CR17", "GHYDYH", "0701", "1401"),
        ("CR18", "DETAILED_PLOT", "0701", "1401"),
    ],
)
def test_a_class_counts_from_where_a_line_counts(code: str, kind: str, good: str, bad: str) -> None:
    homes = PROJECT | {"use": "0701"}
    sliver = told(zoned(kind, {good: 9_999.996, bad: 0.004}), code, **homes)
    assert sliver.status in ("allowed", "document")
    assert {each.code for each in sliver.fittings} == {good}
    assert told(zoned(kind, {good: 9_999.98, bad: 0.02}), code, **homes).status == "forbidden"
    assert told(zoned(kind, {bad: 0.02}), code, **homes).status == "forbidden"


@pytest.mark.parametrize("code", LINE_OF)
def test_a_line_that_is_not_registered_cannot_be_told(code: str) -> None:
    layer = LINE_OF[code]
    gone = {kind: area for kind, area in FREE.covered_m2.items() if kind != layer}
    ground = replace(FREE, covered_m2=gone, absent=frozenset([layer]))
    assert told(ground, code, **PROJECT).status == "cannot_tell"
    assert whole(ground, **PROJECT).answer in (Answer.CANNOT_TELL, Answer.FAIL)
    elsewhere = replace(FREE, elsewhere_m2=50.0)
    assert told(elsewhere, code, **PROJECT).status == "cannot_tell"


def test_what_is_known_to_be_forbidden_stays_so_where_other_ground_is_unknown() -> None:
    ground = replace(within("YJJBNT"), elsewhere_m2=50.0)
    assert told(ground, "CR02", **PROJECT).status == "forbidden"
    needs = told(replace(within("HLFXKZX"), elsewhere_m2=50.0), "CR05", **PROJECT)
    assert needs.status == "cannot_tell" and needs.area_m2 == 400.0


def test_basic_farmland_is_for_national_key_projects_alone() -> None:
    key = {"level": "national", "sector": "transport", "avoidable": "no"}
    assert told(within("YJJBNT"), "CR02", **key).status == "document"
    for change in ({"level": "other"}, {"sector": "housing"}, {"avoidable": "yes"}):
        assert told(within("YJJBNT"), "CR02", **(key | change)).status == "forbidden"


def test_outside_the_boundary() -> None:
    assert told(FREE, "CR04", **PROJECT).status == "document"
    assert told(FREE, "CR04", **(PROJECT | {"sector": "housing"})).status == "forbidden"
    partly = replace(FREE, covered_m2={**FREE.covered_m2, "CZKFBJ": 9_600.0})
    assert told(partly, "CR04", **PROJECT).area_m2 == pytest.approx(400.0)
    inside = replace(FREE, covered_m2={**FREE.covered_m2, "CZKFBJ": 10_000.0})
    assert told(inside, "CR04", **PROJECT).status == "not_affected"


def test_farmland_by_class() -> None:
    farm = surveyed({"0103": 3_000.0, "1202": 7_000.0})
    assert told(farm, "CR11").area_m2 == 3_000.0
    assert told(farm, "CR11").status == "document"
    assert told(FREE, "CR11").status == "not_affected"
    assert told(surveyed({"1202": 9_000.0, "9999": 1_000.0}), "CR11").status == "cannot_tell"
    half = zoned("DLTB", {"1202": 5_000.0})
    assert told(half, "CR11").status == "cannot_tell"


@pytest.mark.parametrize(
    ("hectares", "land", "farmland"),
    [(35, "not_affected", "not_affected"), (35.1, "not_affected", "document"),
     (70, "not_affected", "document"), (70.1, "document", "document")],
)  # fmt: skip
def test_what_only_the_state_council_approves(hectares: float, land: str, farmland: str) -> None:
    area = hectares * 10_000
    ground = surveyed({"0103": area}, area)
    assert (told(ground, "CR13").status, told(ground, "CR12").status) == (land, farmland)


def test_law_of_the_day() -> None:
    before = told(within("STBHHX"), "CR01", date(2022, 8, 15), **PROJECT)
    assert before.status == "cannot_tell" and before.why == ("review.no_law", {"day": date(2022, 8, 15)})
    assert told(within("STBHHX"), "CR01", date(2022, 8, 16), **PROJECT).status == "forbidden"


def test_documents_that_the_project_names_are_marked_not_believed() -> None:
    judged = told(within("STBHHX"), "CR01", documents=("recognition",), activity="patrol")
    assert judged.status == "document" and judged.answer is Answer.NEEDS_PERSON
    assert [each.id for each in judged.at_hand] == ["recognition"]


def test_a_control_that_crashes_cannot_tell_and_harms_no_other() -> None:
    broken = replace(CONTROLS[-1], over="no.such_parameter")
    opinion = review(FREE, PROJECT, (), (*CONTROLS[:-1], broken), BOOK, TABLE, TODAY)
    crashed = opinion.judged[-1]
    assert (crashed.status, crashed.why and crashed.why[0]) == ("cannot_tell", "review.crashed")
    assert opinion.answer is Answer.CANNOT_TELL
    assert len(opinion.judged) == len(CONTROLS)


def test_ground_in_no_line_inside_the_boundary_needs_its_detailed_plan_only() -> None:
    ground = replace(zoned("GHFQ", {"411": 10_000.0}), covered_m2=within("CZKFBJ", 10_000.0).covered_m2)
    opinion = whole(ground, **(PROJECT | {"use": "0701"}))
    assert {each.control.code for each in opinion.judged if each.answer is not Answer.PASS} == {"CR03"}
    assert opinion.answer is Answer.NEEDS_PERSON


areas = st.floats(0, 10_000)


@given(
    covered=st.fixed_dictionaries(dict.fromkeys(LINES, areas)),
    absent=st.sets(st.sampled_from(sorted(LINES))),
    sector=st.sampled_from(["energy", "housing", "rural"]),
)
def test_less_known_is_never_a_better_opinion(
    covered: dict[str, float], absent: set[str], sector: str
) -> None:
    ground = replace(FREE, covered_m2={**covered, "DLTB": 10_000.0, "GHFQ": 10_000.0})
    known = whole(ground, **(PROJECT | {"sector": sector}))
    unknown = whole(
        replace(
            ground,
            covered_m2={kind: area for kind, area in ground.covered_m2.items() if kind not in absent},
            absent=frozenset(absent),
        ),
        **(PROJECT | {"sector": sector}),
    )
    blind = {kind for each in unknown.judged if each.status == "cannot_tell" for kind in each.control.layers}
    # One of the two layers of planned uses is enough.
    either = {"GHYDYH", "ZXCQGHYDYH"}
    assert (absent if either <= absent else absent - either) <= blind
    assert known.answer == worst(each.answer for each in known.judged)
    if absent - either or either <= absent:
        assert unknown.answer in (Answer.CANNOT_TELL, Answer.FAIL)


@pytest.mark.parametrize(
    ("zones", "use", "status"),
    [
        ({"411": 10_000.0}, "0701", "allowed"),
        ({"200": 10_000.0}, "0701", "document"),
        ({"300": 10_000.0}, "0701", "forbidden"),
        ({"411": 9_000.0, "300": 1_000.0}, "0701", "forbidden"),
        ({"411": 9_000.0, "200": 1_000.0}, "0701", "document"),
        ({"411": 9_000.0, "610": 1_000.0}, "0701", "cannot_tell"),
        ({"411": 9_000.0, "": 1_000.0}, "0701", "cannot_tell"),
        ({"411": 9_000.0}, "0701", "cannot_tell"),
        ({"300": 9_000.0}, "0701", "forbidden"),
        ({"411": 10_000.0}, None, "cannot_tell"),
    ],
)
def test_admission_by_zone(zones: dict[str, float], use: str | None, status: str) -> None:
    judged = told(zoned("GHFQ", zones), "CR14", **({} if use is None else {"use": use}))
    assert judged.status == status
    if use is None:
        assert judged.why == ("review.fact_unknown", {"facts": "use"})


@pytest.mark.parametrize("layer", ["GHYDYH", "ZXCQGHYDYH"])
@pytest.mark.parametrize(
    ("planned", "use", "status"),
    [("0701", "0701", "allowed"), ("07", "070101", "allowed"), ("0701", "0901", "document"),
     ("0701", "1001", "forbidden"), ("1507", "0701", "forbidden"), ("99", "0701", "cannot_tell")],
)  # fmt: skip
def test_planned_use(layer: str, planned: str, use: str, status: str) -> None:
    ground = zoned(layer, {planned: 400.0})
    gone = {kind: area for kind, area in ground.covered_m2.items() if kind == layer or "GHYDYH" not in kind}
    judged = told(replace(ground, covered_m2=gone), "CR17", use=use)
    assert (judged.status, judged.area_m2) == (status, 400.0)
    assert [(each.code, each.area_m2) for each in judged.fittings] == [(planned, 400.0)]


def test_zones_within_the_boundary() -> None:
    flexible = zoned("CZKFBJ", {"420": 400.0, "410": 600.0})
    rural = told(flexible, "CR15", sector="rural")
    assert (rural.status, rural.area_m2) == ("document", 400.0)
    assert told(flexible, "CR16").status == "not_affected"
    special = zoned("CZKFBJ", {"430": 400.0})
    assert told(special, "CR16", sector="housing").status == "forbidden"
    assert told(special, "CR16", sector="public").status == "document"
    assert told(special, "CR15").status == "not_affected"


@pytest.mark.parametrize(
    ("code", "dlbm"),
    [("CR22", "0305"), ("CR22", "0301K"), ("CR23", "0404"), ("CR24", "1106"), ("CR24", "0402")],
)
def test_forest_grass_and_wetland(code: str, dlbm: str) -> None:
    assert told(surveyed({dlbm: 400.0, "1202": 9_600.0}), code).area_m2 == 400.0
    assert told(FREE, code).status == "not_affected"


def test_what_is_not_reached_in_time_cannot_be_told() -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    opinion = review(FREE, PROJECT, (), CONTROLS, BOOK, TABLE, TODAY, stop)
    assert [each.status for each in opinion.judged[3:]] == ["cannot_tell"] * (len(CONTROLS) - 3)
    assert opinion.judged[3].why == ("review.out_of_time", {})
    assert opinion.answer is Answer.CANNOT_TELL


def test_a_use_that_is_coarser_than_the_planned_one_fits_on_conditions() -> None:
    table = Compatibility(load())
    assert table.refines("070102", "0701").outcome == "condition"
    assert table.refines("0701", "070102").outcome == "allowed"
    assert table.refines("070102", "1001").outcome == "forbidden"
    assert table.in_zone("0701", "9999").outcome == "unknown"


@pytest.mark.parametrize(("slit", "status"), [(0.99, "forbidden"), (1.0, "cannot_tell")])
def test_a_slit_between_two_counties_is_not_looked_into(slit: float, status: str) -> None:
    site = replace(FREE, elsewhere_m2=slit)
    housing = PROJECT | {"sector": "housing"}
    found = told(site, "CR04", **housing)
    assert found.status == status
    if status == "forbidden":
        assert found.area_m2 == pytest.approx(10_000.0 - slit)

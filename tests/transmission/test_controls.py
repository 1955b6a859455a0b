"""Plots of detailed and special plans on the ground of the master plan, areas by hand."""

from __future__ import annotations

from typing import Any

import pytest

import world
from lantu.core.errors import LawbookError
from lantu.core.finding import Answer
from lantu.transmission import controls
from lantu.transmission.clauses import Judged, Sheet, Side
from lantu.transmission.control_rules import control_rules
from lantu.transmission.controls import judge_controls
from transmission.ground import BOOK, absent, by_id, patches, sheet
from world import rect

RULES = control_rules(BOOK)
PARK, HOMES, SHOPS, WATER = "1401", "0701", "0901", "1701"


def judged(clause: str, *layers: Sheet) -> Judged:
    """Judge all clauses and return one; layers that are not given are absent."""
    sides: dict[str, Side] = {kind: absent(kind) for kind in RULES.wanted()}
    return by_id(judge_controls(RULES, sides | {each.kind: each for each in layers}, world.PLANE, BOOK))[
        clause
    ]


def plots(*given: tuple[Any, str | None], **more: Any) -> Sheet:
    numbers = [f"D{n + 1}" for n in range(len(given))]
    return sheet(
        "DETAILED_PLOT",
        *(shape for shape, _ in given),
        DKBH=numbers,
        YDYHFLDM=[use for _, use in given],
        **more,
    )


def zones(*given: tuple[Any, str | None]) -> Sheet:
    return sheet("GHFQ", *(shape for shape, _ in given), GHFQDM=[code for _, code in given])


def planned(*given: tuple[Any, str | None], **more: Any) -> Sheet:
    return sheet("ZXCQGHYDYH", *(shape for shape, _ in given), YDYHFLDM=[code for _, code in given], **more)


TOWN, FARMLAND = (rect(0, 0, 500, 500), "410"), (rect(500, 0, 1000, 500), "300")


def test_uses_in_zones() -> None:
    # Homes over 100 × 200 m of town and 50 × 200 m of farmland zone; fields in the town need a decision.
    homes = plots((rect(400, 0, 550, 200), HOMES))
    found = judged("zone_use", homes, zones(TOWN, FARMLAND))
    assert found.finding.answer is Answer.FAIL
    assert patches(found) == [("forbidden", pytest.approx(10_000, abs=0.01))]
    assert found.patches[0].detail["plot"] == "D1"
    assert {(each.lower, each.upper, round(each.area_m2), each.outcome) for each in found.pairs} == {
        (HOMES, "410", 20_000, "allowed"), (HOMES, "300", 10_000, "forbidden"),
    }  # fmt: skip
    assert judged("zone_use", plots((rect(0, 0, 100, 100), HOMES)), zones(TOWN)).finding.answer is Answer.PASS
    found = judged("zone_use", plots((rect(0, 0, 100, 100), "0101")), zones(TOWN))
    assert (found.finding.answer, patches(found)) == (
        Answer.NEEDS_PERSON,
        [("condition", pytest.approx(10_000, abs=0.01))],
    )


def test_ground_of_plots_that_nothing_lies_on_or_whose_code_is_strange() -> None:
    # 20 × 200 m reach beyond the zones; a strange code is known to no table.
    found = judged("zone_use", plots((rect(400, 0, 520, 200), HOMES)), zones(TOWN))
    assert (found.finding.answer, patches(found)) == (
        Answer.CANNOT_TELL,
        [("unknown", pytest.approx(4_000, abs=0.01))],
    )
    assert (
        judged("zone_use", plots((rect(0, 0, 9, 9), "99")), zones(TOWN)).finding.answer is Answer.CANNOT_TELL
    )
    # Zones that lie over each other hide nothing: 20 × 200 m are as uncovered as before.
    twice = zones(TOWN, (rect(400, 0, 500, 500), "411"))
    assert patches(judged("zone_use", plots((rect(400, 0, 520, 200), HOMES)), twice)) == [
        ("unknown", pytest.approx(4_000, abs=0.01))
    ]
    # What is known to be wrong stays wrong.
    found = judged("zone_use", plots((rect(400, 0, 520, 200), "0101"), (rect(500, 0, 600, 10), HOMES)),
                   zones(TOWN, (rect(500, 0, 600, 10), "300")))  # fmt: skip
    assert found.finding.answer is Answer.FAIL


def test_a_use_refines_the_planned_use() -> None:
    park = (rect(0, 0, 300, 300), PARK)
    assert judged("planned_use", plots(park), planned(park)).finding.answer is Answer.PASS
    below = plots((rect(0, 0, 300, 300), "070102"))
    assert judged("planned_use", below, planned((rect(0, 0, 300, 300), "07"))).finding.answer is Answer.PASS
    found = judged("planned_use", plots((rect(0, 0, 300, 300), SHOPS)), planned(park))
    assert (found.finding.answer, patches(found)) == (
        Answer.FAIL,
        [("forbidden", pytest.approx(90_000, abs=0.01))],
    )


@pytest.mark.parametrize(
    ("clause", "kind", "use", "answer"),
    [
        ("plots_green", "ZXCQCSLVX", PARK, Answer.PASS),
        ("plots_green", "ZXCQCSLVX", SHOPS, Answer.FAIL),
        ("plots_green", "ZXCQCSLVX", "1207", Answer.NEEDS_PERSON),
        ("plots_blue", "ZXCQCSLX", WATER, Answer.PASS),
        ("plots_blue", "ZXCQCSLX", HOMES, Answer.FAIL),
        ("plots_yellow", "ZXCQCSHX", "1303", Answer.PASS),
        ("plots_yellow", "ZXCQCSHX", HOMES, Answer.FAIL),
        ("plots_purple", "ZXCQCSZX", HOMES, Answer.NEEDS_PERSON),
        ("plots_heritage", "LSWHBHX", PARK, Answer.NEEDS_PERSON),
        ("plots_flood", "HLFXKZX", PARK, Answer.PASS),
        ("plots_flood", "HLFXKZX", HOMES, Answer.NEEDS_PERSON),
        ("plots_red_line", "STBHHX", "0301", Answer.PASS),
        ("plots_red_line", "STBHHX", HOMES, Answer.FAIL),
        ("plots_red_line", "STBHHX", "1202", Answer.NEEDS_PERSON),
        ("plots_basic_farmland", "YJJBNT", "0101", Answer.PASS),
        ("plots_basic_farmland", "YJJBNT", "14", Answer.FAIL),
        ("plots_basic_farmland", "YJJBNT", "99", Answer.CANNOT_TELL),
        ("plots_basic_farmland", "YJJBNT", None, Answer.CANNOT_TELL),
    ],
)
def test_lines_kept_by_plots(clause: str, kind: str, use: str | None, answer: Answer) -> None:
    # The line reaches 40 × 100 m into the plot, in two polygons that lie over each other for 10 m.
    lines = sheet(kind, rect(80, 0, 110, 100), rect(100, 0, 120, 100), GHFQDM=["410", "410"])
    found = judged(clause, plots((rect(0, 0, 120, 100), use)), lines)
    assert found.finding.answer is answer
    if answer is not Answer.PASS:
        assert [area for _, area in patches(found)] == [pytest.approx(4_000, abs=0.01)]
    # Beside the line nothing is affected, and a touch of 8 m² is a sliver.
    assert judged(clause, plots((rect(200, 0, 300, 100), use)), lines).finding.answer is Answer.PASS
    touch = judged(clause, plots((rect(119, 0, 200, 8), use)), lines)
    assert touch.finding.answer is Answer.PASS
    assert touch.slivers.count == (answer is not Answer.PASS)
    assert judged(clause, plots((rect(0, 0, 120, 100), use))).finding.answer is Answer.CANNOT_TELL


def test_plots_outside_the_urban_boundary() -> None:
    boundary = sheet("CZKFBJ", rect(0, 0, 500, 500), rect(500, 0, 600, 100), GHFQDM=["410", "420"])
    out = rect(450, 50, 550, 150)
    for use, answer, what in (
        (HOMES, Answer.FAIL, "forbidden"), ("1302", Answer.NEEDS_PERSON, "condition"),
        ("0000", Answer.CANNOT_TELL, "unknown"),
    ):  # fmt: skip
        found = judged("plots_boundary", plots((out, use)), boundary)
        assert (found.finding.answer, patches(found)) == (answer, [(what, pytest.approx(2_500, abs=0.01))])
    inside = plots((rect(450, 0, 550, 100), HOMES))
    assert judged("plots_boundary", inside, boundary).finding.answer is Answer.PASS
    assert (
        judged("plots_boundary", plots((rect(700, 0, 800, 100), "0101")), boundary).finding.answer
        is Answer.PASS
    )


def test_corridors_and_special_plans() -> None:
    corridor = sheet(
        "SPECIAL_SITE", rect(100, 0, 120, 500), rect(300, 0, 400, 100), LX=["供水廊道", "医院"],
        MC=["虚构廊道", "虚构医院"],
    )  # fmt: skip
    found = judged("corridors", plots((rect(0, 0, 200, 100), HOMES)), corridor)
    assert (found.finding.answer, patches(found)) == (
        Answer.FAIL,
        [("forbidden", pytest.approx(2_000, abs=0.01))],
    )
    assert judged("corridors", plots((rect(0, 0, 200, 100), PARK)), corridor).finding.answer is Answer.PASS
    # On the hospital's site no corridor is to be left free.
    assert judged("corridors", plots((rect(300, 0, 400, 100), HOMES)), corridor).finding.answer is Answer.PASS
    red = sheet("STBHHX", rect(0, 200, 1000, 300))
    found = judged("special_red_line", corridor, red)
    assert found.finding.answer is Answer.NEEDS_PERSON
    assert (patches(found), found.patches[0].detail["plot"]) == (
        [("condition", pytest.approx(2_000, abs=0.01))],
        "虚构廊道",
    )
    # 20 × 40 of the corridor on basic farmland; the hospital beside it.
    farmland = sheet("YJJBNT", rect(0, 460, 1000, 600))
    found = judged("special_basic_farmland", corridor, farmland)
    assert (found.finding.answer, patches(found)) == (
        Answer.NEEDS_PERSON,
        [("condition", pytest.approx(800, abs=0.01))],
    )
    away = sheet("YJJBNT", rect(0, 600, 1000, 700))
    assert judged("special_basic_farmland", corridor, away).finding.answer is Answer.PASS
    assert judged("special_basic_farmland", corridor).finding.answer is Answer.CANNOT_TELL


@pytest.mark.parametrize(
    ("clause", "field", "own", "limit", "answer"),
    [
        ("floor_area_ratio", "RJL", 2.5, 2.5, Answer.PASS),
        ("floor_area_ratio", "RJL", 2.6, 2.5, Answer.FAIL),
        ("green_ratio", "LDL", 30, 35, Answer.FAIL),
        ("green_ratio", "LDL", 35, 35, Answer.PASS),
        ("height", "JZGD", 61, 60, Answer.FAIL),
        ("height", "JZGD", None, 60, Answer.CANNOT_TELL),
        ("height", "JZGD", 61, None, Answer.CANNOT_TELL),
    ],
)
def test_limits_where_the_upper_plan_sets_them(
    clause: str, field: str, own: float | None, limit: float | None, answer: Answer
) -> None:
    mine = plots((rect(0, 0, 100, 100), HOMES), **{field: [own]})
    found = judged(clause, mine, planned((rect(0, 0, 300, 300), HOMES), **{field: [limit]}))
    assert found.finding.answer is answer
    # A layer without the field leaves it to the next kind that has it.
    zone = sheet("GHFQ", rect(0, 0, 300, 300), GHFQDM=["410"], **{field: [limit]})
    assert judged(clause, mine, planned((rect(0, 0, 300, 300), HOMES)), zone).finding.answer is answer


def test_what_only_a_person_can_tell_and_what_is_not_there() -> None:
    found = by_id(judge_controls(RULES, {kind: absent(kind) for kind in RULES.wanted()}, world.PLANE, BOOK))
    of = {name: each.finding.answer for name, each in found.items()}
    assert of.pop("outside_system") is Answer.NEEDS_PERSON
    assert set(of.values()) == {Answer.CANNOT_TELL}


SITES = ("医院", "泵站", "供水廊道", "观景台")


def facilities(*kinds: str, use: str) -> Judged:
    """Judge facilities of 10 × 10 side by side, of which a plot of one use covers all but the last metre."""
    shapes = [rect(20 * n, 0, 20 * n + 10, 10) for n in range(len(kinds))]
    sites = sheet("SPECIAL_SITE", *shapes, LX=kinds, MC=[f"虚构{each}" for each in kinds])
    return judged("facilities", sites, plots((rect(0, 0, 200, 9), use)))


@pytest.mark.parametrize(
    ("kinds", "use", "answer", "told"),
    [
        # Each has 90 m² on the plot; the 10 m² beyond it have no plot at all.
        (("医院",), "0806", Answer.NEEDS_PERSON, {"condition": 10}),
        (("医院",), "1001", Answer.FAIL, {"forbidden": 90, "condition": 10}),
        (("泵站",), "0701", Answer.NEEDS_PERSON, {"condition": 100}),
        (("泵站",), "13", Answer.NEEDS_PERSON, {"condition": 10}),
        (("观景台",), "0806", Answer.CANNOT_TELL, {"unknown": 90, "condition": 10}),
        (("供水廊道",), "1001", Answer.PASS, {}),
        (SITES, "1001", Answer.FAIL, {"forbidden": 90, "unknown": 90, "condition": 120}),
    ],
)
def test_facilities_have_their_plot(
    kinds: tuple[str, ...], use: str, answer: Answer, told: dict[str, float]
) -> None:
    found = facilities(*kinds, use=use)
    assert found.finding.answer is answer
    areas = dict.fromkeys(told, 0.0)
    for what, area in patches(found):
        areas[what] += area
    assert areas == pytest.approx(told, abs=0.05)


def test_a_facility_wholly_on_its_plot_passes() -> None:
    sites = sheet("SPECIAL_SITE", rect(0, 0, 10, 10), LX=["医院"], MC=["虚构医院"])
    found = judged("facilities", sites, plots((rect(0, 0, 20, 20), "080601")))
    assert (found.finding.answer, found.finding.params["count"]) == (Answer.PASS, 1)
    nameless = sheet("SPECIAL_SITE", rect(0, 0, 10, 10))
    assert judged("facilities", nameless, plots((rect(0, 0, 9, 9), HOMES))).finding.answer is (
        Answer.CANNOT_TELL
    )


def test_a_clause_that_crashes_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> Any:
        raise RuntimeError("planted")

    monkeypatch.setattr(controls, "_less", crash)
    boundary = sheet("CZKFBJ", rect(0, 0, 500, 500), GHFQDM=["410"])
    green = sheet("ZXCQCSLVX", rect(0, 0, 50, 50))
    mine = plots((rect(450, 50, 550, 150), HOMES))
    assert judged("plots_boundary", mine, boundary, green).finding.params == {"why": "RuntimeError: planted"}
    assert judged("plots_green", mine, boundary, green).finding.answer is Answer.PASS


def test_a_line_of_which_no_table_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    page = BOOK.pages["transmission/controls"]
    monkeypatch.setitem(page["lines"][0], "side", "outside")
    with pytest.raises(LawbookError) as refused:
        control_rules(BOOK)
    assert refused.value.code == "lawbook.transmission_page"

"""Lines, zones and townships against those above, on a square kilometre with areas by hand."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import world
from lantu.core.finding import Answer
from lantu.transmission.clauses import Judged, Side
from lantu.transmission.space import judge_space, space_rules
from transmission.ground import BOOK, CITY, COUNTY, absent, by_id, patches, sheet
from world import rect

RULES = space_rules(BOOK)
OUTLINE = sheet("XZQX", rect(0, 0, 1000, 1000))
KINDS = {each.layer.kind for each in RULES.lines}


def judged(clause: str, lower: dict[str, Side], upper: dict[str, Side]) -> Judged:
    """Judge all clauses and return one; layers that are not given are absent."""
    own = {kind: absent(kind) for kind in (*KINDS, "XZQ")} | {"XZQX": OUTLINE} | lower
    above = {kind: absent(kind) for kind in KINDS} | upper
    return by_id(judge_space(RULES, own, above, world.PLANE, BOOK))[clause]


def line(clause: str, kind: str, lower: list[Any], upper: list[Any]) -> Judged:
    return judged(clause, {kind: sheet(kind, *lower)}, {kind: sheet(kind, *upper, of=CITY)})


def test_lines_that_agree_but_for_slivers() -> None:
    # Above: two neighbours, of which 100 m lie west of the county; below: one of 500 × 500 that is 5 × 10 m
    # too big at one place, and 0.5 × 400 m too small at another: 50 m² are too little, 200 too narrow.
    above = [rect(-100, 0, 200, 500), rect(200, 0, 500, 500)]
    own = [rect(0, 0, 500, 500).difference(shapely.box(50, 499.5, 450, 500)).union(rect(500, 100, 505, 110))]
    found = line("red_line", "STBHHX", own, above)
    assert (found.finding.answer, patches(found)) == (Answer.PASS, [])
    assert (found.slivers.count, found.slivers.area_m2) == (2, pytest.approx(250, abs=0.01))
    assert found.finding.params["upper_m2"] == pytest.approx(250_000, abs=0.01)


def test_what_is_missing_extra_and_outside() -> None:
    # Below 100 × 110 is missing at one corner, 50 × 200 stands apart, 20 × 30 lies beyond the county's east.
    own = [
        rect(0, 0, 500, 500).difference(rect(0, 0, 100, 110)),
        rect(600, 0, 650, 200),
        rect(990, 0, 1020, 30),
    ]
    found = line("red_line", "STBHHX", own, [rect(0, 0, 500, 500), rect(990, 0, 1000, 30)])
    assert found.finding.answer is Answer.FAIL
    assert patches(found) == [
        ("missing", pytest.approx(11_000, abs=0.01)),
        ("extra", pytest.approx(10_000, abs=0.01)),
        ("outside", pytest.approx(600, abs=0.01)),
    ]
    assert float(found.finding.measured or 0) == pytest.approx(21_600, abs=0.02)
    lon, lat = found.patches[-1].place
    west, south, east, north = found.patches[-1].box
    assert west < lon < east and south < lat < north
    corner = world.geographic([rect(1000, 0, 1020, 30)])[0].bounds
    assert found.patches[-1].box == pytest.approx(corner, abs=1e-7)


@pytest.mark.parametrize(
    ("clause", "kind", "less", "more"),
    [
        ("basic_farmland", "YJJBNT", Answer.FAIL, Answer.FAIL),
        ("urban_boundary", "CZKFBJ", Answer.PASS, Answer.FAIL),
        ("flood", "HLFXKZX", Answer.FAIL, Answer.PASS),
        ("heritage", "LSWHBHX", Answer.FAIL, Answer.PASS),
    ],
)
def test_relations(clause: str, kind: str, less: Answer, more: Answer) -> None:
    above = [rect(0, 0, 500, 500)]
    assert line(clause, kind, [rect(0, 0, 500, 500)], above).finding.answer is Answer.PASS
    assert line(clause, kind, [rect(0, 0, 500, 480)], above).finding.answer is less
    assert line(clause, kind, [rect(0, 0, 500, 520)], above).finding.answer is more


def test_a_patch_is_a_sliver_when_small_or_narrow() -> None:
    above = [rect(0, 0, 500, 500)]
    for extra, answer in (
        (rect(500, 0, 510, 10), Answer.FAIL),  # 100 m²: as much as counts
        (rect(500, 0, 509, 11), Answer.PASS),  # 99 m²
        (rect(500, 0, 501, 400).buffer(-0.05, join_style="mitre"), Answer.PASS),  # 0.9 m wide
    ):
        found = line("basic_farmland", "YJJBNT", [rect(0, 0, 500, 500), extra], above)
        assert found.finding.answer is answer, extra
        assert found.slivers.count == (answer is Answer.PASS)


@pytest.mark.parametrize("side", ["lower", "upper", "outline"])
def test_a_layer_that_is_missing_on_either_side(side: str) -> None:
    lower: dict[str, Side] = {"STBHHX": sheet("STBHHX", rect(0, 0, 500, 500))}
    upper: dict[str, Side] = {"STBHHX": sheet("STBHHX", rect(0, 0, 500, 500), of=CITY)}
    {"lower": lower, "upper": upper, "outline": lower}[side]["XZQX" if side == "outline" else "STBHHX"] = (
        absent("XZQX" if side == "outline" else "STBHHX")
    )
    found = judged("red_line", lower, upper)
    assert (found.finding.answer, found.finding.message) == (
        Answer.CANNOT_TELL,
        "transmission.absent_layer",
    )


BLOCKS = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1)


@settings(max_examples=25, deadline=None)
@given(lower=BLOCKS, upper=BLOCKS)
def test_every_square_metre_is_accounted_for(
    lower: set[tuple[int, int]], upper: set[tuple[int, int]]
) -> None:
    # Blocks of 100 × 100 m: what is missing is in the upper alone, what is extra in the lower alone.
    def shapes(blocks: set[tuple[int, int]]) -> list[Any]:
        return [rect(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for x, y in sorted(blocks)]

    found = line("red_line", "STBHHX", shapes(lower), shapes(upper))
    by_what = dict.fromkeys(("missing", "extra", "outside"), 0.0)
    for each in found.patches:
        by_what[each.what] += each.area_m2
    assert by_what == {
        "missing": pytest.approx(10_000 * len(upper - lower), abs=0.01),
        "extra": pytest.approx(10_000 * len(lower - upper), abs=0.01),
        "outside": 0.0,
    }
    assert (found.finding.answer is Answer.PASS) == (lower == upper)


def zones(lower: list[tuple[Any, Any]], upper: list[tuple[Any, Any]]) -> Judged:
    own = sheet("GHFQ", *(shape for shape, _ in lower), GHFQDM=[code for _, code in lower])
    above = sheet("GHFQ", *(shape for shape, _ in upper), of=CITY, GHFQDM=[code for _, code in upper])
    return judged("zones", {"GHFQ": own}, {"GHFQ": above})


def test_classes_are_those_above_or_below_them() -> None:
    # 400 above; 410 and 420 below it, and 530 over 100 × 200 of it; where nothing lies above, anything goes.
    above = [(rect(0, 0, 500, 500), "400")]
    own = [(rect(0, 0, 300, 500), "410"), (rect(300, 0, 500, 300), "420"), (rect(600, 0, 900, 500), "100")]
    assert zones(own, above).finding.answer is Answer.PASS
    found = zones([*own, (rect(300, 300, 400, 500), "530")], above)
    assert (found.finding.answer, patches(found)) == (
        Answer.FAIL,
        [("class", pytest.approx(20_000, abs=0.01))],
    )
    assert found.patches[0].detail == {"lower": "530", "upper": "400"}
    assert {(each.lower, each.upper, each.outcome) for each in found.pairs} == {
        ("410", "400", "allowed"), ("420", "400", "allowed"), ("530", "400", "class"),
    }  # fmt: skip
    # What is above may not stand below: 400 does not refine 410.
    assert (
        zones([(rect(0, 0, 300, 300), "400")], [(rect(0, 0, 300, 300), "410")]).finding.answer is Answer.FAIL
    )


def test_zones_within_the_urban_boundary() -> None:
    def boundary(*given: tuple[Any, str], of: tuple[str, str] = CITY) -> Side:
        return sheet("CZKFBJ", *(shape for shape, _ in given), of=of, GHFQDM=[code for _, code in given])

    above = boundary((rect(0, 0, 500, 500), "410"), (rect(500, 0, 600, 500), "420"))
    own = [(rect(0, 0, 500, 500), "410"), (rect(500, 0, 600, 300), "420")]
    same = judged("urban_boundary_zones", {"CZKFBJ": boundary(*own, of=COUNTY)}, {"CZKFBJ": above})
    assert same.finding.answer is Answer.PASS
    # 100 × 200 that are elastic above are to be built on below.
    more = boundary(*own, (rect(500, 300, 600, 500), "410"), of=COUNTY)
    found = judged("urban_boundary_zones", {"CZKFBJ": more}, {"CZKFBJ": above})
    assert (found.finding.answer, patches(found)) == (
        Answer.FAIL,
        [("class", pytest.approx(20_000, abs=0.01))],
    )
    assert judged("urban_boundary_zones", {"CZKFBJ": more}, {}).finding.answer is Answer.CANNOT_TELL


def test_classes_that_cannot_be_told() -> None:
    above = [(rect(0, 0, 500, 500), "400")]
    assert zones([(rect(0, 0, 300, 500), "999")], above).finding.answer is Answer.CANNOT_TELL
    assert zones([(rect(0, 0, 300, 500), None)], above).finding.answer is Answer.CANNOT_TELL
    found = zones([(rect(600, 0, 900, 500), "410")], above)
    assert (found.finding.answer, found.finding.message) == (
        Answer.CANNOT_TELL,
        "transmission.refines_apart",
    )
    own = sheet("GHFQ", rect(0, 0, 300, 500))
    found = judged("zones", {"GHFQ": own}, {"GHFQ": own})
    assert found.finding.message == "transmission.no_class_in_layer"
    towns = sheet("XZZTGNDW", rect(0, 0, 300, 500))
    found = judged("main_function", {"XZZTGNDW": towns}, {"XZZTGNDW": towns})
    assert (found.finding.answer, found.finding.message) == (
        Answer.CANNOT_TELL,
        "transmission.no_class_field",
    )


@pytest.mark.parametrize(
    ("towns", "answer", "fault"),
    [
        ([rect(0, 0, 400, 1000), rect(400, 0, 1000, 1000)], Answer.PASS, []),
        ([rect(0, 0, 390, 1000), rect(400, 0, 1000, 1000)], Answer.FAIL, [("gap", 10_000)]),
        ([rect(0, 0, 410, 1000), rect(400, 0, 1000, 1000)], Answer.FAIL, [("overlap", 10_000)]),
        ([rect(0, 0, 400, 1000), rect(400, 0, 1010, 1000)], Answer.FAIL, [("outside", 10_000)]),
    ],
)
def test_townships_fill_the_county(towns: list[Any], answer: Answer, fault: list[tuple[str, float]]) -> None:
    found = judged("townships", {"XZQ": sheet("XZQ", *towns)}, {})
    assert found.finding.answer is answer
    assert patches(found) == [(what, pytest.approx(area, abs=0.01)) for what, area in fault]
    assert judged("townships", {}, {}).finding.answer is Answer.CANNOT_TELL


def test_a_clause_that_crashes_cannot_be_told_and_the_others_are() -> None:
    square = rect(0, 0, 500, 500)
    own = {kind: absent(kind) for kind in (*KINDS, "XZQ")} | {
        "XZQX": OUTLINE, "STBHHX": sheet("STBHHX", square), "YJJBNT": sheet("YJJBNT", square),
    }  # fmt: skip
    above = {kind: absent(kind) for kind in KINDS} | {
        "STBHHX": sheet("STBHHX", square, of=CITY), "YJJBNT": sheet("YJJBNT", square, of=CITY),
    }  # fmt: skip
    from lantu.transmission import space

    real = space.patches_of

    def crash(*given: Any) -> Any:
        raise ZeroDivisionError("planted") if crashes.pop() else AssertionError

    crashes = [True]
    with patch.object(space, "patches_of", lambda *a: crash(*a) if crashes else real(*a)):
        found = by_id(judge_space(RULES, own, above, world.PLANE, BOOK))
    assert found["basic_farmland"].finding.answer is Answer.CANNOT_TELL
    assert found["basic_farmland"].finding.params["why"] == "ZeroDivisionError: planted"
    assert found["red_line"].finding.answer is Answer.PASS

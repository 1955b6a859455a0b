"""Scans of homes whose every conflict is known on paper: each pair fires, stays silent, cannot tell."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

import world
from cli.shell import start
from lantu.conflicts.rules import Pair, Side, pairs_of
from lantu.core.errors import NotFoundError
from lantu.core.finding import Answer
from lantu.lawbook import Compatibility, load
from lantu.runs import conflict_area, conflict_life
from lantu.runs.scan_conflicts import Scan, scan
from lantu.store import Home
from store.delivered import Delivery
from world import rect
from world_home import DOCUMENT, world_home

BOOK = load()
DAY = date(2025, 6, 30)
PAIRS = {each.code: each for each in pairs_of(BOOK) if each.relation != "coexists"}
CITY, NEXT, AROUND = "220800", "222401", "222402"
FIRST, MET, APART = rect(100, 100, 300, 300), rect(250, 100, 400, 300), rect(500, 500, 700, 700)
"""The first side; a second one that shares 50 × 200 with it; one that shares nothing."""


def put(
    home: Home, kind: str, shapes: Sequence[Any], *, area: str = world.AREA_CODE, year: int | None = None,
    **columns: Sequence[Any],
) -> str:  # fmt: skip
    table = pa.table(
        {"BSM": [f"{kind}{n}" for n in range(len(shapes))], **{k: list(v) for k, v in columns.items()}}
    )
    delivery = Delivery(table, world.geographic(list(shapes)), world.CRS_4490, "made.gpkg", kind)
    return home.layers.add(delivery, kind=kind, area_code=area, year=year, invented=True).digest


def classes(pair: Pair) -> tuple[str | None, str | None]:
    """Return classes of both sides that the pair is about."""
    if pair.matrix is None:
        return next(iter(sorted(pair.first.codes)), None), next(iter(sorted(pair.second.codes)), None)
    table = Compatibility(BOOK)
    if pair.matrix == "line":
        if BOOK.layer_kinds[pair.first.layer].classed is None:
            return None, None
        told = {"excludes": "forbidden", "condition": "condition"}[pair.relation]
        side: Any = "outside" if pair.test == "beyond" else "inside"
        uses = ("0701", "1207", "01")
        return next(u for u in uses if table.on_line(u, pair.second.layer, side).outcome == told), None
    if pair.matrix == "facility":
        assert table.sited("医院", "1001").outcome == "forbidden"
        return None, "1001"
    if pair.matrix == "zone":
        assert table.in_zone("0701", "100").outcome == "forbidden"
        return "0701", "100"
    assert table.refines("0701", "100102").outcome == "forbidden"
    return "100102", "0701"


def put_side(home: Home, side: Side, shape: Any, code: str | None) -> None:
    classed = BOOK.layer_kinds[side.layer].classed
    columns = {classed[0]: [code or ""]} if classed and side.layer != "XZQX" else {}
    for named, value in ((side.where, "供水廊道"), (side.unless, "医院")):
        columns |= {named.field: [value]} if named else {}
    if side.layer == "DLTB":
        columns |= {"TBMJ": [1.0], "TBDLMJ": [1.0]}
    put(
        home, side.layer, [shape], area=CITY if side.of == "above" else world.AREA_CODE,
        year=2025 if side.of == "survey" else None, **columns,
    )  # fmt: skip


def bare(path: Path) -> Home:
    home = Home.open(path)
    home.set_plane(world.PLANE)
    put(home, "XZQX", [rect(0, 0, 1000, 1000)], XZQDM=[world.AREA_CODE], XZQMC=[world.AREA_NAME])
    return home


def looked(found: Scan) -> dict[str, Any]:
    (each,) = found.result["pairs"]
    return dict(each)


def areas(found: Scan) -> list[float]:
    return [float(each["area_m2"]) for each in looked(found)["conflicts"]]


def made(home: Home, pair: Pair, *, conflicting: bool) -> float:
    """Register both sides of a pair; return the area at odds."""
    codes = classes(pair)
    if pair.test == "cover":
        # Zones that leave a slit of 10 × 1000, or none.
        put(
            home, pair.first.layer, [rect(0, 0, 490 if conflicting else 500, 1000), rect(500, 0, 1000, 1000)],
            GHFQDM=["500", "500"],
        )  # fmt: skip
        return 10_000
    if pair.test == "seam":
        # The neighbour takes 10 × 1000 m, or keeps to the border; both are surrounded by a third.
        rest = rect(-500, -500, 2500, 1500) - rect(0, 0, 2000, 1000)
        for area, shape in ((NEXT, rect(990 if conflicting else 1000, 0, 2000, 1000)), (AROUND, rest)):
            put(home, "XZQX", [shape], area=area, XZQDM=[area], XZQMC=["虚构"])
        return 10_000
    if pair.test == "once":
        put(
            home,
            pair.first.layer,
            [FIRST, MET if conflicting else APART],
            **_classed(pair.first, codes[0], 2),
        )
        return 10_000
    if pair.test == "differs":
        put_side(home, pair.first, FIRST, codes[0])
        put_side(home, pair.second, rect(100, 100, 250, 300) if conflicting else FIRST, codes[1])
        return 10_000
    put_side(home, pair.first, FIRST, codes[0])
    if pair.test == "beyond":
        put_side(home, pair.second, rect(100, 100, 250, 300) if conflicting else rect(0, 0, 400, 400), "410")
    else:
        put_side(home, pair.second, MET if conflicting else APART, codes[1])
    return 10_000


def _classed(side: Side, code: str | None, count: int) -> dict[str, list[str]]:
    classed = BOOK.layer_kinds[side.layer].classed
    return {classed[0]: [code or "0701"] * count} if classed else {}


ORDINARY = [code for code, each in PAIRS.items() if each.first.of != "newest"]


@pytest.mark.parametrize("code", ORDINARY)
def test_a_pair_fires(code: str, tmp_path: Path) -> None:
    home = bare(tmp_path)
    area = made(home, PAIRS[code], conflicting=True)
    found = scan(home, areas=[world.AREA_CODE], pairs=[code], day=DAY)
    assert areas(found) == pytest.approx([area], abs=0.05)
    assert found.answer is (Answer.FAIL if PAIRS[code].relation == "excludes" else Answer.NEEDS_PERSON)
    (conflict,) = home.conflicts.list()
    assert (conflict.number, conflict.state, conflict.present) == (
        f"{world.AREA_CODE}-MD-0001",
        "found",
        True,
    )
    assert conflict.area_m2 == pytest.approx(Decimal(area), abs=Decimal("0.05"))
    assert [each["kind"] for each in conflict.facts["sides"]] == [
        PAIRS[code].first.layer, PAIRS[code].second.layer,
    ]  # fmt: skip


@pytest.mark.parametrize("code", ORDINARY)
def test_a_pair_that_agrees_stays_silent(code: str, tmp_path: Path) -> None:
    home = bare(tmp_path)
    made(home, PAIRS[code], conflicting=False)
    found = scan(home, areas=[world.AREA_CODE], pairs=[code], day=DAY)
    assert (areas(found), found.answer) == ([], Answer.PASS)


@pytest.mark.parametrize("code", PAIRS)
def test_a_pair_without_its_layers_cannot_be_told(code: str, tmp_path: Path) -> None:
    found = scan(bare(tmp_path), pairs=[code], day=DAY)
    assert found.answer is Answer.CANNOT_TELL
    if PAIRS[code].test == "seam":
        assert [each["code"] for each in looked(found)["partly"]] == ["conflict.border_alone"]
    else:
        assert looked(found)["why"]["code"] == "conflict.no_layer"


@pytest.mark.parametrize("kind", ["YJJBNT", "STBHHX", "CZKFBJ"])
def test_a_line_that_came_after_the_plan_drifts(kind: str, tmp_path: Path) -> None:
    home = world_home(tmp_path, plan=False)
    code = next(
        name for name, each in PAIRS.items() if each.first.of == "newest" and each.first.layer == kind
    )
    assert scan(home, pairs=[code], day=DAY).answer is Answer.PASS
    extra = {"GHFQDM": ["410"]} if kind == "CZKFBJ" else {}
    # A year that is not come yet: not in force, and still the newest.
    put(home, kind, [rect(0, 0, 10, 10)], year=2030, **extra)
    found = scan(home, pairs=[code], day=DAY)
    assert found.answer is Answer.FAIL
    old = shapely.union_all([shape for shape, _ in _line(kind)])
    assert sum(areas(found)) == pytest.approx(old.symmetric_difference(rect(0, 0, 10, 10)).area, abs=0.1)


def _line(kind: str) -> list[tuple[Any, Any]]:
    lines = {"YJJBNT": world.BASIC_FARMLAND, "STBHHX": world.RED_LINE, "CZKFBJ": world.BOUNDARY}
    return list(lines[kind].values())


def test_land_by_class_and_names_of_features(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    put(home, "PERMIT", [rect(100, 150, 300, 350)], BH=["虚构1号"], YDYHFLDM=["1001"])
    scan(home, pairs=["CF40"], day=DAY)
    (conflict,) = home.conflicts.list()
    # Over the corner of A1 A2 (0103) B1 (0103) B2 (0102), of which the workshop N1 (0601) takes 100 × 100.
    assert {each["code"]: float(each["area_m2"]) for each in conflict.facts["classes"]} == {
        "0103": pytest.approx(20_000, abs=0.05), "0102": pytest.approx(10_000, abs=0.05),
        "0601": pytest.approx(10_000, abs=0.05),
    }  # fmt: skip
    permit, line = conflict.facts["sides"]
    assert (permit["features"], line["features"], conflict.facts["cause"]) == (
        ["PERMIT0"],
        ["P1", "P2"],
        "虚构1号",
    )
    # What the plan's reply says of the line stands with its side; a permit says what it is itself.
    assert (permit["clause"], permit["plan"]) == (None, None)
    assert permit["says"] == [
        [{"field": "BH", "value": "虚构1号", "name": None},
         {"field": "YDYHFLDM", "value": "1001", "name": "工业用地"}]
    ]  # fmt: skip
    assert line["clause"]["document"] == DOCUMENT and "永久基本农田" in line["clause"]["text"]
    assert (line["plan"], line["says"], line["says_count"]) == (None, [], 0)
    assert conflict.facts["relation"] == "excludes"
    (point,) = world.PLANE.project([shapely.Point(*conflict.place)], world.CRS_4490)
    assert conflict.shape.buffer(0.1).contains(point)


def test_other_conflicts_on_the_same_ground(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    put(home, "SPECIAL_SITE", [rect(100, 10, 160, 60), rect(300, 300, 350, 350)], GHMC=["甲", "乙"])
    put(home, "PERMIT", [rect(150, 10, 200, 60)], BH=["1"], YDYHFLDM=["1001"])
    scan(home, pairs=["CF20", "CF40"], day=DAY)
    by_pair = {each.pair: each.number for each in home.conflicts.list() if each.facts["cause"] != "乙"}
    assert [each.number for each in home.conflicts.over(by_pair["CF40"], 1.0)] == [by_pair["CF20"]]
    assert home.conflicts.over(by_pair["CF40"], 501.0) == []


def test_a_new_version_tells_fixed_remaining_changed_and_new(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    spots = [rect(10, 10, 60, 60), rect(110, 10, 160, 60), rect(210, 10, 260, 60)]
    put(home, "SPECIAL_SITE", spots, GHMC=["甲", "乙", "丙"])
    first = scan(home, pairs=["CF20"], day=DAY)
    numbers = [each["number"] for each in looked(first)["conflicts"]]
    assert [each["fate"] for each in looked(first)["conflicts"]] == ["new"] * 3
    shrunk, added = rect(110, 10, 150, 60), rect(310, 10, 360, 60)
    put(home, "SPECIAL_SITE", [spots[0], shrunk, added], GHMC=["甲", "乙", "丁"])
    second = looked(scan(home, pairs=["CF20"], day=DAY))
    by_fate = {each["fate"]: each["number"] for each in second["conflicts"]}
    assert set(by_fate) == {"remaining", "changed", "new"}
    assert by_fate["new"].endswith("0004")
    assert [*second["gone"], by_fate["remaining"], by_fate["changed"]] != numbers
    assert {*second["gone"], by_fate["remaining"], by_fate["changed"]} == set(numbers)
    assert home.conflicts.get(by_fate["changed"]).area_m2 == pytest.approx(Decimal(2000), abs=Decimal("0.05"))
    assert not home.conflicts.get(second["gone"][0]).present
    third = looked(scan(home, pairs=["CF20"], day=DAY))
    assert [each["fate"] for each in third["conflicts"]] == ["remaining"] * 3
    assert third["gone"] == second["gone"]


def test_a_layer_that_is_lost_does_not_make_a_conflict_gone(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    digest = put(home, "SPECIAL_SITE", [rect(10, 10, 60, 60)], GHMC=["甲"])
    scan(home, pairs=["CF20"], day=DAY)
    home.layers.get(digest).path.write_bytes(b"")
    for pack in (tmp_path / "packs").rglob("*"):
        if pack.is_file():
            pack.unlink()
    found = scan(home, pairs=["CF20"], day=DAY)
    assert found.answer is Answer.CANNOT_TELL
    assert looked(found)["gone"] == []
    assert home.conflicts.list()[0].present


def test_a_crash_in_one_pair_stops_no_other_and_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = world_home(tmp_path)
    put(home, "SPECIAL_SITE", [rect(10, 10, 60, 60)], GHMC=["甲"])

    def crash(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(conflict_area.tests, "once", crash)
    found = scan(home, pairs=["CF20", "CF61"], day=DAY)
    by_pair = {each["pair"]: each for each in found.result["pairs"]}
    assert (by_pair["CF20"]["answer"], len(by_pair["CF20"]["conflicts"])) == ("needs_person", 1)
    assert (by_pair["CF61"]["answer"], by_pair["CF61"]["why"]["code"]) == ("cannot_tell", "conflict.crashed")


def test_use_that_no_table_knows_is_no_pass(tmp_path: Path) -> None:
    home = bare(tmp_path)
    put(home, "DETAILED_PLOT", [FIRST], DYBH=["1"], YDYHFLDM=["9999"])
    put(home, "GHFQ", [rect(0, 0, 1000, 1000)], GHFQDM=["500"])
    found = scan(home, pairs=["CF13"], day=DAY)
    assert found.answer is Answer.CANNOT_TELL
    assert looked(found)["unknown"] == {"count": 1, "area_m2": "40000.00"}


def test_ground_that_fits_on_conditions_is_for_a_person(tmp_path: Path) -> None:
    home = bare(tmp_path)
    assert Compatibility(BOOK).in_zone("1202", "100").outcome == "condition"
    put(home, "DETAILED_PLOT", [FIRST], DYBH=["1"], YDYHFLDM=["1202"])
    put(home, "GHFQ", [rect(0, 0, 1000, 1000)], GHFQDM=["100"])
    found = scan(home, pairs=["CF13"], day=DAY)
    assert (found.answer, areas(found)) == (Answer.NEEDS_PERSON, [])
    assert looked(found)["conditional"]["count"] == 1


def test_a_use_that_needs_a_condition_on_a_line_is_numbered_for_a_person(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    # A road of 30 × 50 on basic farmland beside houses of 40 × 50, in one unit: two conflicts, not one.
    plots = [rect(10, 10, 40, 60), rect(40, 10, 80, 60), rect(210, 10, 260, 60), rect(310, 10, 330, 30)]
    uses = ["1207", "0701", "0101", "9999"]
    put(home, "DETAILED_PLOT", plots, DYBH=["甲"] * 4, DKBH=["1", "2", "3", "4"], YDYHFLDM=uses)
    found = scan(home, pairs=["CF10"], day=DAY)
    assert {(float(each.area_m2), each.facts["relation"]) for each in home.conflicts.list()} == {
        (2_000.0, "excludes"), (1_500.0, "condition"),
    }  # fmt: skip
    assert found.answer is Answer.FAIL
    assert looked(found)["unknown"] == {"count": 1, "area_m2": "400.00"}
    put(home, "DETAILED_PLOT", plots[:1], DYBH=["甲"], DKBH=["1"], YDYHFLDM=["1207"])
    again = scan(home, pairs=["CF10"], day=DAY)
    assert (again.answer, [each["fate"] for each in looked(again)["conflicts"]]) == (
        Answer.NEEDS_PERSON, ["remaining"],
    )  # fmt: skip


def test_the_city_is_held_against_the_county_within_its_outline(tmp_path: Path) -> None:
    home = bare(tmp_path)
    put(home, "STBHHX", [rect(800, 250, 1000, 750)])
    # The city's line goes on into the next county, which is no difference of this one.
    put(home, "STBHHX", [rect(800, 250, 1300, 750), rect(2000, 0, 2100, 100)], area=CITY)
    assert scan(home, pairs=["CF51"], day=DAY).answer is Answer.PASS


def test_what_was_decided_to_stay_is_not_found_anew_until_it_grows(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    put(home, "SPECIAL_SITE", [rect(10, 10, 60, 60)], GHMC=["甲"])
    scan(home, pairs=["CF20"], day=DAY)
    number = home.conflicts.list()[0].number
    conflict_life.propose(home, number, {"by": "甲", "text": "保留"}, None, day=DAY)
    conflict_life.take(home, number, "decide", {"by": "乙", "outcome": "tolerate", "reason": "过渡期"})
    again = scan(home, pairs=["CF20"], day=DAY)
    assert [each["fate"] for each in looked(again)["conflicts"]] == ["tolerated"]
    assert again.answer is Answer.NEEDS_PERSON
    put(home, "SPECIAL_SITE", [rect(10, 10, 80, 60)], GHMC=["甲"])
    grown = scan(home, pairs=["CF20"], day=DAY)
    assert [(each["number"], each["fate"]) for each in looked(grown)["conflicts"]] == [(number, "reopened")]
    assert home.conflicts.get(number).state == "found"


def test_what_is_asked_for_has_to_be_there(tmp_path: Path) -> None:
    home = bare(tmp_path)
    for words, code in (({"pairs": ["CF99"]}, "unknown_pair"), ({"areas": ["999999"]}, "unknown_area")):
        with pytest.raises(NotFoundError) as refused:
            scan(home, day=DAY, **words)
        assert refused.value.code == f"conflict.{code}"
    empty = Home.open(tmp_path / "empty")
    with pytest.raises(NotFoundError) as refused:
        scan(empty, day=DAY)
    assert refused.value.code == "conflict.no_area"
    assert home.runs.list("conflicts") == []


def test_a_scan_that_ends_early_leaves_nothing_but_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = world_home(tmp_path)
    put(home, "SPECIAL_SITE", [rect(10, 10, 60, 60)], GHMC=["甲"])

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(home.runs, "finish", stop)
    with pytest.raises(KeyboardInterrupt):
        scan(home, pairs=["CF20"], day=DAY)
    assert home.conflicts.list() == []
    assert [each.status for each in home.runs.list("conflicts")] == ["failed"]


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.8, 1.6, 2.0, 2.4])
def test_a_killed_scan_leaves_all_or_nothing(tmp_path: Path, after_s: float) -> None:
    home = world_home(tmp_path)
    put(home, "SPECIAL_SITE", [rect(10, 10, 60, 60), rect(210, 10, 260, 60)], GHMC=["甲", "乙"])
    killed = start("conflict", "scan", "--pair", "CF20", "--day", DAY, "--home", home.path)
    time.sleep(after_s)
    killed.kill()
    killed.communicate()
    left = [each.number for each in home.conflicts.list()]
    done = [each.status for each in home.runs.list("conflicts")]
    assert len(left) == (2 if "finished" in done else 0)
    found = looked(scan(home, pairs=["CF20"], day=DAY))
    assert [each["number"] for each in found["conflicts"]] == [
        f"{world.AREA_CODE}-MD-0001", f"{world.AREA_CODE}-MD-0002",
    ]  # fmt: skip
    assert {each["fate"] for each in found["conflicts"]} == {"remaining" if left else "new"}
    assert home.ledger.verify() == []

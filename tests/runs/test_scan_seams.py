"""Outlines of neighbours in homes whose every overlap and slit is known on paper. Invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

import world
from lantu.core.errors import ConflictError
from lantu.runs import conflict_life
from lantu.runs.conflict_proposal import Proposal
from lantu.runs.scan_conflicts import Scan, scan
from lantu.store import Home
from runs.test_scan_conflicts import CITY, DAY, put
from world import rect

A, B, C, FAR = "220821", "220822", "220881", "220882"
"""A, a square kilometre; B, east of it; C, south of both."""
WEST, EAST, SOUTH = rect(0, 0, 1000, 1000), rect(1000, 0, 2000, 1000), rect(0, -1000, 2000, 0)
BITE = rect(990, 400, 1000, 600)
"""10 × 200 m, out of A at its border with B."""
LAP = rect(500, -20, 600, 0)
"""20 × 100 m of C that A takes."""


def opened(path: Path) -> Home:
    home = Home.open(path)
    home.set_plane(world.PLANE)
    return home


def outline(home: Home, area: str, *shapes: Any, year: int | None = None) -> str:
    count = len(shapes)
    return put(home, "XZQX", list(shapes), area=area, year=year, XZQDM=[area] * count, XZQMC=["虚构"] * count)


def with_both(path: Path) -> Home:
    """A slit between A and B, an overlap of A and C."""
    home = opened(path)
    outline(home, A, (WEST - BITE).union(LAP))
    outline(home, B, EAST)
    outline(home, C, SOUTH)
    return home


def looked(found: Scan) -> dict[str, dict[str, Any]]:
    return {each["area_code"]: each for each in found.result["pairs"]}


def look(home: Home, *areas: str) -> dict[str, dict[str, Any]]:
    return looked(scan(home, areas=areas or None, pairs=["CF63"], day=DAY))


def areas(row: dict[str, Any]) -> list[float]:
    return [float(each["area_m2"]) for each in row["conflicts"]]


def by_neighbour(home: Home) -> dict[str, Any]:
    return {each.facts["cause"]: each for each in home.conflicts.list()}


def reasons(row: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {each["code"]: each for each in row["partly"]}


def test_an_overlap_and_a_slit_each_once_with_the_right_sides(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    found = look(home)
    assert areas(found[A]) == pytest.approx([2000, 2000], abs=0.05)
    assert (areas(found[B]), areas(found[C])) == ([], [])
    known = by_neighbour(home)
    assert {code: each.type for code, each in known.items()} == {B: "slit", C: "overlap"}
    current = {each.area_code: each.digest for each in home.layers.list()}
    for code, each in known.items():
        assert each.area_code == A
        assert [side["area_code"] for side in each.facts["sides"]] == [A, code]
        assert [side["layer"] for side in each.facts["sides"]] == [current[A], current[code]]
        assert [side["features"] for side in each.facts["sides"]] == [["XZQX0"], ["XZQX0"]]
    # Who looks at B or C alone is not told that all is well: it stands under A.
    assert (found[B]["elsewhere"], found[B]["answer"]) == ({A: "fail"}, "fail")
    assert (found[C]["elsewhere"], found[C]["answer"]) == ({A: "fail"}, "fail")
    assert look(home, B)[B]["elsewhere"] == {A: "fail"}
    assert {each["fate"] for each in look(home)[A]["conflicts"]} == {"remaining"}


def test_border_without_a_neighbour_is_no_pass(tmp_path: Path) -> None:
    home = opened(tmp_path)
    outline(home, A, WEST)
    alone = look(home)[A]
    assert alone["answer"] == "cannot_tell"
    assert reasons(alone)["conflict.border_alone"]["length"] == "4.000"
    # A city's outline, or a township's, is no neighbour.
    outline(home, CITY, rect(1000, 0, 2000, 1000))
    outline(home, f"{B}101", rect(1000, 0, 2000, 1000))
    assert reasons(look(home, A)[A])["conflict.border_alone"]["length"] == "4.000"
    outline(home, B, EAST)
    found = look(home, A, B)
    assert [reasons(found[code])["conflict.border_alone"]["length"] for code in (A, B)] == ["3.000"] * 2
    assert {each["answer"] for each in found.values()} == {"cannot_tell"}


def test_all_around_is_registered_and_agrees(tmp_path: Path) -> None:
    home = opened(tmp_path)
    outline(home, A, rect(-1000, -1000, 3000, 2000) - EAST)
    outline(home, B, EAST)
    found = look(home, B)[B]
    assert (found["answer"], found["partly"], found["conflicts"]) == ("pass", [], [])
    assert found["layers"].keys() == {"first", A}


def test_mending_one_leaves_the_number_of_the_other(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    look(home)
    before = {code: each.number for code, each in by_neighbour(home).items()}
    outline(home, A, WEST.union(LAP))  # the slit is closed
    found = look(home)[A]
    assert found["gone"] == [before[B]]
    assert [(each["number"], each["fate"]) for each in found["conflicts"]] == [(before[C], "remaining")]
    outline(home, C, SOUTH - LAP)  # and C gives way
    assert set(look(home)[A]["gone"]) == {before[B], before[C]}
    assert [each.present for each in home.conflicts.list()] == [False, False]


def test_a_new_version_of_either_outline_keeps_the_number(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    look(home)
    slit = by_neighbour(home)[B].number
    outline(home, B, EAST - rect(1000, 400, 1005, 600))  # the neighbour's version makes the slit wider
    (changed,) = [each for each in look(home)[A]["conflicts"] if each["number"] == slit]
    assert (changed["fate"], float(changed["area_m2"])) == ("changed", pytest.approx(3000, abs=0.05))
    outline(home, A, (WEST - rect(990, 500, 1000, 600)).union(LAP))  # half of its own part is mended
    (changed,) = [each for each in look(home)[A]["conflicts"] if each["number"] == slit]
    assert (changed["fate"], float(changed["area_m2"])) == ("changed", pytest.approx(2000, abs=0.05))


def test_a_slit_that_grew_too_wide_to_be_one_is_not_gone(tmp_path: Path) -> None:
    home = opened(tmp_path)
    outline(home, A, WEST)
    outline(home, B, rect(1010, 0, 2000, 1000))
    (number,) = [each["number"] for each in look(home)[A]["conflicts"]]
    outline(home, B, rect(1200, 0, 2000, 1000))
    found = look(home)[A]
    assert (found["conflicts"], found["gone"], found["answer"]) == ([], [], "cannot_tell")
    assert home.conflicts.get(number).present
    # Once the ground between is some third area's, it is.
    outline(home, C, rect(1000, 0, 1200, 1000))
    assert look(home)[A]["gone"] == [number]


def test_a_neighbour_that_cannot_be_read(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    look(home)
    known = by_neighbour(home)
    home = damaged(home, C)
    found = look(home)
    assert reasons(found[A])["conflict.beside_unread"]["areas"] == C
    assert (found[A]["unseen"], found[A]["gone"]) == ([C], [])
    # What was found with the other one stands, and its number.
    assert [each["number"] for each in found[A]["conflicts"]] == [known[B].number]
    assert home.conflicts.get(known[C].number).present
    assert (found[C]["answer"], found[C]["why"]["code"]) == ("cannot_tell", "layer.damaged")


def damaged(home: Home, area: str) -> Home:
    """Cut the file of an outline off; return the home as the next command opens it."""
    (layer,) = [each for each in home.layers.list() if each.area_code == area]
    layer.path.write_bytes(b"")
    return Home.open(home.path)


def test_an_outline_that_says_its_ground_twice(tmp_path: Path) -> None:
    home = opened(tmp_path)
    outline(home, A, WEST)
    outline(home, B, EAST, rect(1000, 0, 1500, 1000))
    assert areas(look(home, A)[A]) == []


def test_a_far_outline_that_cannot_be_read_is_nobodys_neighbour(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    outline(home, FAR, rect(50_000, 50_000, 51_000, 51_000))
    assert "conflict.beside_unread" not in reasons(look(damaged(home, FAR), A)[A])


def test_an_outline_of_another_day_is_none_today(tmp_path: Path) -> None:
    home = opened(tmp_path)
    outline(home, A, WEST)
    outline(home, B, EAST, year=2020)
    outline(home, B, rect(990, 0, 2000, 1000), year=2025)
    assert areas(look(home)[A]) == pytest.approx([10_000], abs=0.05)
    number = home.conflicts.list()[0].number
    outline(home, A, WEST - rect(990, 0, 1000, 1000))
    assert look(home)[A]["gone"] == [number]


def test_slivers_are_counted_from_one_side(tmp_path: Path) -> None:
    home = opened(tmp_path)
    outline(home, A, WEST - rect(998, 100, 1000, 101))
    wide, thin = 0.9, 0.03
    bump = shapely.box(1000 - thin, 300, 1000, 400).union(shapely.box(1000 - wide, 700, 1000, 701))
    outline(home, B, EAST.union(bump))
    found = look(home)
    # 2 × 1 m of slit are a conflict; 0.9 m² of overlap and a strip of 3 cm are not.
    assert areas(found[A]) == pytest.approx([2.0], abs=0.01)
    assert found[A]["slivers"]["count"] == 2
    assert float(found[A]["slivers"]["area_m2"]) == pytest.approx(3.9, abs=0.05)
    assert found[B]["slivers"]["count"] == 0


def test_what_was_decided_to_stay_is_for_a_person_on_both_sides(tmp_path: Path) -> None:
    home = opened(tmp_path)
    outline(home, A, rect(-1000, -1000, 3000, 2000) - EAST - BITE)
    outline(home, B, EAST)
    look(home)
    (conflict,) = home.conflicts.list()
    conflict_life.propose(home, conflict.number, {"by": "甲", "text": "保留"}, None, day=DAY)
    said = {"by": "乙", "outcome": "tolerate", "reason": "待联合勘界"}
    conflict_life.take(home, conflict.number, "decide", said)
    found = look(home)
    assert found[B]["elsewhere"] == {A: "needs_person"}
    assert found[B]["answer"] == "needs_person"
    assert [each["fate"] for each in found[A]["conflicts"]] == ["tolerated"]


def corrected(home: Home, number: str, digest: str) -> None:
    for deed, said in (
        ("assign", {"to": "某局", "deadline": "2026-12-31"}), ("propose", {"text": "接边"}),
        ("decide", {"outcome": "adopt", "reason": "勘界"}),
    ):  # fmt: skip
        if deed == "propose":
            conflict_life.propose(home, number, {"by": "甲", **said}, None, day=DAY)
        else:
            conflict_life.take(home, number, deed, {"by": "甲", **said})
    conflict_life.correct(home, number, {"by": "甲", "layer": digest})


def test_verified_though_the_border_elsewhere_faces_nothing(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    look(home)
    number = by_neighbour(home)[B].number
    corrected(home, number, outline(home, A, WEST.union(LAP)))
    assert conflict_life.verify(home, number, {"by": "乙"}, day=DAY).state == "verified"


def test_not_verified_where_the_neighbour_cannot_be_read(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    look(home)
    number = by_neighbour(home)[C].number
    corrected(home, number, outline(home, A, WEST - BITE))
    home = damaged(home, C)
    with pytest.raises(ConflictError) as refused:
        conflict_life.verify(home, number, {"by": "乙"}, day=DAY)
    assert refused.value.code == "conflict.untold"


def test_a_proposal_moves_the_outline(tmp_path: Path) -> None:
    home = with_both(tmp_path)
    look(home)
    number = by_neighbour(home)[B].number
    proposal = Proposal("XZQX", "put_in")
    _, effect = conflict_life.propose(home, number, {"by": "甲", "text": "划入"}, proposal, day=DAY)
    assert effect is not None
    assert float(effect["moved_m2"]) == pytest.approx(2000, abs=0.05)
    assert effect["conflicts"]["gone"] == [number]
    assert "CF63" in effect["conflicts"]["untold"]

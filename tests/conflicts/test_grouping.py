"""Patches of one cause are one conflict; slivers stand apart; identities last."""

from __future__ import annotations

import shapely
from hypothesis import given
from hypothesis import strategies as st

from lantu.conflicts.grouping import grouped
from lantu.conflicts.identity import Match, matched
from lantu.conflicts.patches import Patch


def patch(west: float, east: float, cause: str = "", row: int = 0, height: float = 10) -> Patch:
    return Patch(shapely.box(west, 0, east, height), "on", cause, (row,), (row + 100,))


def test_adjacent_patches_of_one_cause_are_one() -> None:
    found, slivers = grouped([patch(0, 10), patch(10.5, 20, row=1), patch(40, 50, row=2)], 1.0, 1.0, 0.05)
    assert [(each.first, each.second, each.patches) for each in found] == [
        ((0, 1), (100, 101), 2), ((2,), (102,), 1),
    ]  # fmt: skip
    assert [each.area_m2 for each in found] == [195.0, 100.0]
    assert slivers.count == 0


def test_other_causes_and_types_are_others() -> None:
    one, other = patch(0, 10, "甲"), patch(10, 20, "乙", row=1)
    assert len(grouped([one, other], 1.0, 1.0, 0.05)[0]) == 2
    crossing = Patch(other.shape, "crossing", "甲", (1,), ())
    assert len(grouped([one, crossing], 1.0, 1.0, 0.05)[0]) == 2


def test_ground_told_twice_counts_once() -> None:
    (found,), _ = grouped([patch(0, 10), patch(5, 15)], 1.0, 1.0, 0.05)
    assert found.area_m2 == 150.0


def test_parts_far_apart_are_two_conflicts() -> None:
    both = shapely.union(shapely.box(0, 0, 9, 9), shapely.box(50, 0, 59, 9))
    found, _ = grouped([Patch(both, "on", "", (0,), (1,))], 1.0, 1.0, 0.05)
    assert [each.area_m2 for each in found] == [81.0, 81.0]


def test_too_small_and_too_narrow_are_slivers() -> None:
    found, slivers = grouped([patch(0, 0.05), patch(20, 20.04, height=100), patch(40, 41)], 1.0, 1.0, 0.05)
    assert [each.area_m2 for each in found] == [10.0]
    assert slivers.count == 2
    assert abs(slivers.area_m2 - 4.5) < 1e-9


def box(west: float, east: float) -> shapely.Polygon:
    return shapely.box(west, 0, east, 10)


def test_fixed_remaining_changed_new() -> None:
    known = {"A": box(0, 10), "B": box(20, 30), "C": box(40, 50)}
    found, gone = matched(known, [box(0, 10), box(20, 28), box(90, 99)], 1.0)
    assert found == [Match("remaining", "A"), Match("changed", "B"), Match("new")]
    assert gone == ["C"]


def test_the_bigger_piece_of_a_split_keeps_the_number() -> None:
    found, gone = matched({"A": box(0, 30)}, [box(0, 10), box(12, 30)], 1.0)
    assert found == [Match("new", origin="A"), Match("changed", "A")]
    assert gone == []


def test_of_two_that_grew_together_one_is_gone() -> None:
    found, gone = matched({"A": box(0, 10), "B": box(12, 30)}, [box(0, 30)], 1.0)
    assert (found, gone) == ([Match("changed", "B")], ["A"])


def test_a_border_that_only_touches_is_no_identity() -> None:
    assert matched({"A": box(0, 10)}, [box(10, 20)], 1.0) == ([Match("new")], ["A"])


@given(st.lists(st.integers(0, 60), max_size=12, unique=True), st.lists(st.integers(0, 60), max_size=12))
def test_every_number_is_given_once_or_gone(old: list[int], new: list[int]) -> None:
    known = {f"{west:02}": box(west, west + 2.5) for west in old}
    found, gone = matched(known, [box(west, west + 2.5) for west in new], 1.0)
    given_ = [each.number for each in found if each.number]
    assert sorted([*given_, *gone]) == sorted(known)
    assert len(found) == len(new)

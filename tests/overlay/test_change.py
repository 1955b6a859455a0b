"""What became what between two vintages: by hand, and for any partition the rows add up to both totals."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.core.errors import IntegrityError
from lantu.overlay.change import (
    NOWHERE,
    Account,
    Fate,
    Flows,
    Sliver,
    Vintage,
    account,
    fates,
    fates_by_value,
    flows,
)
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import pack_shapes
from lantu.overlay.table import OverlayTable

ENGINE = KernelEngine()
SLIVER = Sliver(width_m=0.001, area_m2=1.0)
FAR = (4_900_000.0, 12_300_000.0)
"""Further from the origin than any place of the country in its statutory plane."""


def array(*shapes: object) -> np.ndarray:
    found = np.empty(len(shapes), object)
    found[:] = shapes
    return found


def compared(old: np.ndarray, new: np.ndarray) -> tuple[Vintage, Vintage, Flows]:
    packs = pack_shapes(old, "old"), pack_shapes(new, "new")
    before, after = (
        Vintage.of(name, pack, ENGINE.overlaps(pack))
        for name, pack in zip(("old", "new"), packs, strict=True)
    )
    return before, after, flows(before, after, ENGINE.overlay(*packs), SLIVER)


def by_feature(old: np.ndarray, new: np.ndarray) -> tuple[list[str], list[str], dict[tuple[int, int], float]]:
    """Return the fates of the features, and the m² of each flow."""
    before, after, found = compared(old, new)
    of_old, of_new, fate = fates(found, before, after)
    result = account(found, np.arange(len(old)), np.arange(len(new)), fate)
    return named(of_old), named(of_new), amounts(result)


def by_value(old: np.ndarray, new: np.ndarray, old_value: list[int], new_value: list[int]) -> Account:
    _, _, found = compared(old, new)
    values = np.array(old_value, np.int64), np.array(new_value, np.int64)
    return account(found, *values, fates_by_value(found, *values))


def named(of: np.ndarray) -> list[str]:
    return [Fate(each).name.lower() for each in of]


def amounts(of: Account) -> dict[tuple[int, int], float]:
    keys = zip(of.old.tolist(), of.new.tolist(), strict=True)
    return {key: float(units * of.unit_m2) for key, units in zip(keys, of.amount.tolist(), strict=True)}


def row(*sides: float) -> np.ndarray:
    """Return rectangles side by side, 10 m high, between these sides."""
    return shapely.box(np.array(sides[:-1]), 0.0, np.array(sides[1:]), 10.0)


def test_split_merged_reshaped_unchanged() -> None:
    old, new = row(0, 10, 20, 30, 40, 50, 60), row(0, 4, 10, 30, 42, 50, 60)
    of_old, of_new, found = by_feature(old, new)
    assert of_old == ["split", "merged", "merged", "reshaped", "reshaped", "unchanged"]
    assert of_new == ["split", "split", "merged", "reshaped", "reshaped", "unchanged"]
    assert found == {
        (0, 0): 40, (0, 1): 60, (1, 2): 100, (2, 2): 100, (3, 3): 100, (4, 3): 20, (4, 4): 80, (5, 5): 100,
    }  # fmt: skip


def test_gone_and_come() -> None:
    old, new = row(0, 10, 20, 30), row(15, 30, 40)
    of_old, of_new, found = by_feature(old, new)
    assert of_old == ["gone", "reshaped", "reshaped"]
    assert of_new == ["reshaped", "come"]
    assert found == {
        (0, NOWHERE): 100, (1, NOWHERE): 50, (1, 0): 50, (2, 0): 100, (NOWHERE, 1): 100,
    }  # fmt: skip


def test_a_feature_split_over_the_edge_of_the_new_extent_is_not_exactly_several() -> None:
    of_old, of_new, _ = by_feature(row(0, 10), row(0, 4, 8))
    assert (of_old, of_new) == (["reshaped"], ["reshaped", "reshaped"])


def test_by_value() -> None:
    """Of farms (0) 7 m became forest (1), which also grew by 5 m beyond the old extent."""
    result = by_value(row(0, 10, 20, 30), row(0, 13, 35), [0, 0, 1], [0, 1])
    assert amounts(result) == {(0, 0): 130, (0, 1): 70, (1, 1): 100, (NOWHERE, 1): 50}
    assert dict(zip(zip(result.old, result.new, strict=True), result.pairs, strict=True)) == {
        (0, 0): 2, (0, 1): 1, (1, 1): 1, (NOWHERE, 1): 1,
    }  # fmt: skip
    assert named(result.fate) == ["unchanged", "unchanged", "changed", "come"]
    had, kept, has = (each.tolist() for each in result.per_group(2))
    assert (had, kept, has) == ([2_000_000, 1_000_000], [1_300_000, 1_000_000], [1_300_000, 2_200_000])
    assert result.total(result.new != NOWHERE) == 3_500_000


def test_ground_without_any_counterpart() -> None:
    of_old, of_new, found = by_feature(row(0, 10), row(20, 30))
    assert (of_old, of_new) == (["gone"], ["come"])
    assert found == {(0, NOWHERE): 100, (NOWHERE, 0): 100}


@pytest.mark.parametrize(("off", "fate"), [(0.0005, "unchanged"), (0.05, "reshaped")])
def test_slivers_are_ground_but_do_not_tell_features_apart(off: float, fate: str) -> None:
    """A border that moved by half a millimetre, and one that moved by five centimetres."""
    old, new = row(0, 100, 200), row(0, 100 + off, 200)
    of_old, of_new, found = by_feature(old, new)
    assert of_old == of_new == [fate, fate]
    assert found == pytest.approx({(0, 0): 1000, (1, 0): 10 * off, (1, 1): 1000 - 10 * off}, abs=1e-9)


def test_a_square_metre_is_never_a_sliver() -> None:
    """A strip of half a millimetre along 3 km: less than the tolerance wide, but 1.5 m²."""
    old = array(shapely.box(0, 0, 3000, 3000), shapely.box(3000, 0, 6000, 3000))
    new = array(shapely.box(0, 0, 3000.0005, 3000), shapely.box(3000.0005, 0, 6000, 3000))
    assert by_feature(old, new)[0] == ["reshaped", "reshaped"]


def test_a_feature_that_is_no_more_than_a_sliver_has_a_fate_of_its_own() -> None:
    of_old, of_new, _ = by_feature(row(0, 10, 10.0005, 20), row(0, 10, 10.0005, 20))
    assert of_old == of_new == ["unchanged"] * 3
    assert by_feature(row(0, 10, 10.0005, 20), row(0, 10.0005, 20))[0] == ["merged", "merged", "unchanged"]


def test_overlaps_are_named_biggest_first_and_slivers_are_not() -> None:
    layer = row(0, 10, 20, 30, 40)
    layer[1] = shapely.box(9.9, 0, 21, 10)
    layer[3] = shapely.box(29.9999, 0, 40, 10)
    pack = pack_shapes(layer, "old")
    vintage = Vintage.of("old", pack, ENGINE.overlaps(pack))
    assert len(vintage.double.area_m2) == 3
    assert [(vintage.double.left_id[n], vintage.double.right_id[n]) for n in vintage.overlaps(SLIVER)] == [
        (1, 2),
        (0, 1),
    ]


def test_slivers_within_a_vintage_make_no_gaps_and_hide_none() -> None:
    """Two new features overlap by 0.1 mm, and one old one lies under both; elsewhere 1 m² is gone."""
    old, new = row(0, 10, 20), array(shapely.box(0, 0, 5.0001, 10), shapely.box(5, 0, 10, 10))
    new = np.append(new, shapely.box(10, 0, 19.9, 10))
    before, after, found = compared(old, new)
    assert after.overlaps(SLIVER).size == 0 and after.double.area_m2.tolist() == pytest.approx(
        [0.001], abs=1e-9
    )
    _, _, fate = fates(found, before, after)
    result = account(found, np.arange(2), np.arange(3), fate)
    assert amounts(result) == pytest.approx(
        {(0, 0): 50.001, (0, 1): 50, (1, 2): 99, (1, NOWHERE): 1}, abs=1e-9
    )


def test_what_contradicts_itself_is_never_an_answer() -> None:
    square = Vintage(
        "old.gpkg", np.array([100.0]), np.array([40.0]), OverlayTable(*[np.empty(0, np.int32)] * 3)
    )
    wrong = OverlayTable(np.array([0], np.int32), np.array([0], np.int32), np.array([100.5]))
    with pytest.raises(IntegrityError) as caught:
        flows(square, square, wrong, SLIVER)
    assert (caught.value.code, caught.value.params["where"]) == ("overlay.change_contradiction", "old.gpkg")


def test_outlines_count_every_ring() -> None:
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(2, 2), (2, 4), (4, 4), (4, 2)]])
    parts = shapely.MultiPolygon([hole, shapely.box(20, 0, 23, 1)])
    pack = pack_shapes(array(hole, parts, shapely.Polygon(), hole), "old")
    vintage = Vintage.of("old", pack, ENGINE.overlaps(pack))
    assert vintage.outline_m.tolist() == pytest.approx([44, 52, 0, 44])


def test_a_coarser_account_adds_up_again() -> None:
    sides = np.cumsum(np.r_[0, np.random.default_rng(4).uniform(0.01, 9, 60)])
    result = by_value(
        row(*sides), row(*(sides + 0.7)), [n % 7 for n in range(60)], [n % 5 for n in range(60)]
    )
    coarse = result.coarser(10_000)
    assert coarse.unit_m2 == 1
    assert (np.abs(coarse.amount - result.amount / 10_000) < 1).all()
    for side in ("old", "new"):
        for group in range(NOWHERE, 7):
            fine = result.total(getattr(result, side) == group)
            assert abs(coarse.total(getattr(result, side) == group) - fine / 10_000) < 1


@st.composite
def vintages(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the cells of an uneven grid, and for each which old and which new feature it belongs to; -1: none.

    New features come of old ones by splitting, merging and moving of single cells.
    """
    n = draw(st.integers(2, 7))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    x, y = (np.cumsum(np.r_[0, random.uniform(0.05, 300, n)]) for _ in range(2))
    cells = [shapely.box(w, s, e, t) for w, e in pairwise(x) for s, t in pairwise(y)]
    old = random.integers(draw(st.sampled_from([-1, 0])), draw(st.integers(1, n * n)), n * n)
    new = old.copy()
    for label in np.unique(old[old >= 0]):
        if random.random() < 0.3:  # split
            new[(old == label) & (random.random(n * n) < 0.5)] = new.max() + 1
    for label in np.unique(new[new >= 0]):
        if random.random() < 0.2:  # merge
            new[new == label] = random.choice(new)
    moved = random.random(n * n) < draw(st.sampled_from([0.0, 0.1, 1.0]))
    new[moved] = random.choice(new, int(moved.sum()))
    if not (old >= 0).any() or not (new >= 0).any():
        old[0] = new[0] = 0
    return (
        array(*cells),
        np.unique(old, return_inverse=True)[1] - (old.min() < 0),
        (np.unique(new, return_inverse=True)[1] - (new.min() < 0)),
    )


@given(vintages(), st.booleans(), st.integers(1, 5), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_any_two_vintages_add_up_to_both(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], far: bool, values: int, seed: int
) -> None:
    cells, old_of, new_of = drawn
    area = shapely.area(cells)
    if far:
        cells = shapely.transform(cells, lambda xy: xy + FAR)
        area = shapely.area(shapely.transform(cells, lambda xy: xy - FAR))
    old, new = (
        array(*(shapely.union_all(cells[of == n]) for n in range(of.max() + 1))) for of in (old_of, new_of)
    )
    before, after, found = compared(old, new)
    random = np.random.default_rng(seed)
    old_value, new_value = random.integers(0, values, len(old)), random.integers(0, values, len(new))
    of_old, _, fate = fates(found, before, after)
    for groups, of_flow in (
        ((np.arange(len(old)), np.arange(len(new))), fate),
        ((old_value, new_value), fates_by_value(found, old_value, new_value)),
    ):
        result = account(found, *groups, of_flow)
        # The truth: each cell's old group, new group and area.
        cell_old, cell_new = (np.r_[g, NOWHERE][of] for g, of in zip(groups, (old_of, new_of), strict=True))
        keys = set(zip(cell_old.tolist(), cell_new.tolist(), strict=True)) - {(NOWHERE, NOWHERE)}
        units = dict(
            zip(zip(result.old.tolist(), result.new.tolist(), strict=True), result.amount, strict=True)
        )
        assert set(units) <= keys
        for key in keys:
            truth = area[(cell_old == key[0]) & (cell_new == key[1])].sum() * 1e4
            assert abs(units.get(key, 0) - truth) < 1.01, key
        for side, cell in ((result.old, cell_old), (result.new, cell_new)):
            for group in {NOWHERE, *cell.tolist()}:
                other = cell_new if cell is cell_old else cell_old
                truth = area[(cell == group) & ((cell >= 0) | (other >= 0))].sum() * 1e4
                assert abs(result.total(side == group) - truth) < 1.01
            assert abs(result.total(side != NOWHERE) - area[cell >= 0].sum() * 1e4) < 1.01
    # And what the features became, from the cells.
    for n, told in enumerate(named(of_old)):
        into = set(new_of[old_of == n].tolist())
        back = set(old_of[np.isin(new_of, list(into - {NOWHERE}))].tolist())
        only = next(iter(into))
        expected = "reshaped"
        if into == {NOWHERE}:
            expected = "gone"
        elif NOWHERE not in into and back == {n}:
            expected = "unchanged" if len(into) == 1 else "split"
        elif len(into) == 1 and NOWHERE not in back:
            whole = set(new_of[np.isin(old_of, list(back))].tolist()) == {only}
            expected = "merged" if whole else "reshaped"
        assert told == expected, (n, into, back)


@given(vintages())
@settings(max_examples=20, deadline=None)
def test_the_same_vintage_twice_has_no_crumbs(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    cells, of, _ = drawn
    features = array(*(shapely.union_all(cells[of == n]) for n in range(of.max() + 1)))
    before, after, found = compared(features, features)
    assert np.array_equal(found.old, found.new)
    of_old, of_new, _ = fates(found, before, after)
    assert {*named(of_old), *named(of_new)} == {"unchanged"}


def test_the_rounding_of_many_slivers_does_not_move_the_sum_of_what_changed() -> None:
    """5,000 features whose borders moved by 0.02 mm: 2 cm² each, in the coarser unit a fiftieth of one."""
    sides = np.cumsum(np.random.default_rng(3).uniform(0.5, 1.5, 5001))
    _, _, found = compared(row(*sides), row(*(sides + 2e-5)))
    number = np.arange(5000)
    result = account(found, number, number, np.where(found.old == found.new, Fate.UNCHANGED, Fate.RESHAPED))
    moved = result.fate == Fate.RESHAPED
    assert result.total(moved) == pytest.approx(5000 * 2, abs=10)
    assert result.coarser(100).total(moved) == pytest.approx(100, abs=10)

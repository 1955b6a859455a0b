"""Rounded tables that add up: what is promised holds for any table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lantu.overlay.exact_sums import exact_sums

Cells = dict[tuple[int, int], int]

PLACES = st.integers(-1, 5)
TABLES = st.dictionaries(
    st.tuples(PLACES, PLACES),
    st.one_of(st.just(0), st.integers(0, 40).map(lambda n: 100 * n), st.integers(0, 10**16)),
    min_size=1,
)


def arrays(cells: Cells, kind: type = np.int64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    places = np.array(list(cells), np.int64).reshape(-1, 2)
    return places[:, 0], places[:, 1], np.array(list(cells.values()), kind)


def sums(cells: Cells) -> Iterator[tuple[object, int]]:
    """Yield every figure that somebody may add up: cells, rows and columns (-1: none), the three totals."""
    yield from cells.items()
    for axis, name in ((0, "row"), (1, "column")):
        for number in range(-1, 6):
            yield (name, number), sum(v for k, v in cells.items() if k[axis] == number)
        yield (name, "all"), sum(v for k, v in cells.items() if k[axis] >= 0)
    yield "everything", sum(cells.values())


@given(TABLES, st.sampled_from([1, 3, 100, 10_000]))
@example({(0, 0): 50, (0, 1): 50, (1, 0): 50, (1, 1): 50}, 100)
@example({(0, -1): 33, (1, -1): 33, (2, -1): 33, (-1, 0): 1, (-1, 1): 99}, 100)
def test_every_figure_is_its_own_rounded_down_or_up(cells: Cells, per: int) -> None:
    rounded = exact_sums(*arrays(cells), per)
    again = dict(zip(cells, rounded.tolist(), strict=True))
    measured = dict(sums(cells))
    for what, units in sums(again):
        assert -per < units * per - measured[what] < per, what
        assert measured[what] % per or units * per == measured[what], what
    assert np.array_equal(rounded, exact_sums(*arrays(cells), per))


@given(st.dictionaries(st.tuples(PLACES, PLACES), st.floats(0, 1e9), min_size=1))
def test_floats_are_taken_as_they_stand(amounts: dict[tuple[int, int], float]) -> None:
    rounded = exact_sums(*arrays(amounts, np.float64))  # type: ignore[arg-type]
    measured = dict(sums({k: Fraction(v) for k, v in amounts.items()}))  # type: ignore[misc]
    for what, units in sums(dict(zip(amounts, rounded.tolist(), strict=True))):
        assert abs(units - measured[what]) < 1 + Fraction(len(amounts), 10**6), what
    assert all(units == 0 for units, amount in zip(rounded, amounts.values(), strict=True) if amount == 0)


def test_by_hand() -> None:
    """Three thirds in a row and three in a column make one unit each; nearest rounding would make none."""
    row = np.array([0, 0, 0, 1, 2])
    column = np.array([0, 1, 2, 0, 0])
    units = exact_sums(row, column, np.full(5, 1 / 3))
    assert units[:3].sum() == 1
    assert units[[0, 3, 4]].sum() == 1
    assert exact_sums(row, column, np.full(5, 2.0)).tolist() == [2] * 5
    assert exact_sums(row[:0], column[:0], np.empty(0)).tolist() == []


def test_sums_of_many_small_rests_stay_whole() -> None:
    """A thousand tenths of a unit are a hundred units; as floats, which have no tenth, a bit more."""
    numbers = np.arange(1000)
    assert exact_sums(numbers, np.zeros(1000, np.int64), np.full(1000, 1000), 10_000).sum() == 100
    assert exact_sums(numbers, np.zeros(1000, np.int64), np.full(1000, 0.1)).sum() in (100, 101)


@pytest.mark.parametrize("moved", [0, 2])
def test_as_many_features_as_a_county_has(moved: int) -> None:
    """Half a million features, each sharing ground with up to three: in seconds."""
    n, side = 302_500, 550
    random = np.random.default_rng(1)
    steps = [0, 1, side][: moved + 1]
    row = np.concatenate([np.arange(n - step) for step in steps] + [np.full(1000, -1), np.arange(1000)])
    column = np.concatenate([np.arange(step, n) for step in steps] + [np.arange(1000), np.full(1000, -1)])
    amount = random.lognormal(8, 2, len(row)) * 1e4
    units = exact_sums(row, column, amount)
    assert np.abs(units - amount).max() < 1.000001
    for place in (row, column):
        for_each = np.zeros(n + 1), np.zeros(n + 1, np.int64)
        np.add.at(for_each[0], place, amount)
        np.add.at(for_each[1], place, units)
        assert np.abs(for_each[0] - for_each[1])[:n].max() < 1.000001
    assert abs(units.sum() - amount.sum()) < 1.1


def test_cells_that_stand_together_keep_about_their_sum() -> None:
    """A thousand features, each with a thin strip of 0.03 units in a neighbour: 30 units in all, not 0."""
    n = np.arange(1000)
    row, column = np.r_[n, n], np.r_[n, (n + 1) % 1000]
    amount = np.r_[np.random.default_rng(2).uniform(1, 9, 1000), np.full(1000, 0.03)]
    units = exact_sums(row, column, amount)
    assert abs(units[1000:].sum() - 30) <= 3
    assert abs(units[:1000].sum() - amount[:1000].sum()) <= 3

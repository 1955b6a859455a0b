"""Figures rounded so that they still add up: controlled rounding of a two-way table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

_PARTS = 1 << 20
"""Of a float, what is less than a unit is counted in so many parts: then sums are exact."""

_Ints = NDArray[np.int64]


def exact_sums(row: _Ints, column: _Ints, amount: NDArray[np.float64] | _Ints, per: int = 1) -> _Ints:
    """Round the cells of a table to whole units so that all sums stay right.

    Each of these is the measured figure rounded down or up to a whole unit, and each sum is exactly the sum
    of its rounded cells: every cell, every row, every column, the cells without a row, those without a
    column, all rows together, all columns together, everything. What is whole already stays, zero too. The
    same cells always give the same answer.

    Such a rounding always exists. Let an arc per cell lead from its row to its column, and arcs per sum from
    everything to the rows and from the columns back to everything: the measured figures are a flow that goes
    round, each between its floor and its ceiling. Where such bounds are whole numbers and some flow keeps
    them, a whole-numbered one does, too. It is found from a first rounding that carries each cell's rest on
    to the next, so that also cells that stand together keep about their sum: where that does not go round,
    a maximum flow says which figures to turn from floor to ceiling or back.

    Args:
        row, column: (c,) numbers of each cell's row and column, each cell once; -1 for none.
        amount: (c,) finite; floats count to a millionth of a unit, whole numbers exactly.
        per: how many of `amount` make a unit.

    Returns:
        (c,) whole units.
    """
    if len(amount) == 0:
        return np.empty(0, np.int64)
    whole, part, parts = _split(amount, per)
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    # Places: each row, and none; each column, and none; then these.
    all_rows, all_columns, back, forth = range(rows + columns + 2, rows + columns + 6)
    tail = np.where(row < 0, rows, row)
    head = rows + 1 + np.where(column < 0, columns, column)
    carried = (np.cumsum(part) + parts // 2) // parts
    first = whole + np.diff(carried, prepend=0)

    def sums(of: _Ints, count: int, cells: NDArray[np.bool_] | slice = slice(None)) -> tuple[_Ints, ...]:
        """Return floor and ceiling of the sums that cells count in, and the nearest to their first sum."""
        low, rest, start = np.zeros((3, count), np.int64)
        np.add.at(low, of[cells], whole[cells])
        np.add.at(rest, of[cells], part[cells])
        np.add.at(start, of[cells], first[cells])
        low, high = low + rest // parts, low - (-rest // parts)
        return low, high, start.clip(low, high)

    one = np.zeros(len(row), np.int64)
    arcs = [
        (tail, head, whole, whole + (part > 0), first),
        (np.r_[np.full(rows, all_rows), forth], np.arange(rows + 1), *sums(tail, rows + 1)),
        (
            rows + 1 + np.arange(columns + 1), np.r_[np.full(columns, all_columns), back],
            *sums(head - rows - 1, columns + 1),
        ),
        (np.array([forth]), np.array([all_rows]), *sums(one, 1, row >= 0)),
        (np.array([all_columns]), np.array([back]), *sums(one, 1, column >= 0)),
        (np.array([back]), np.array([forth]), *sums(one, 1)),
    ]  # fmt: skip
    begin, end, low, high, flow = (np.concatenate(each) for each in zip(*arcs, strict=True))
    nearly_whole = np.minimum(part, parts - part) * 20 < parts
    for last in (False, True):
        # A cell within a twentieth of a whole unit is turned away from it only where nothing else helps.
        free = np.r_[last | ~nearly_whole, np.ones(len(flow) - len(row), np.bool_)]
        if _gone_round(begin, end, low, high, flow, free):
            return flow[: len(row)]
    raise AssertionError("a rounding that adds up exists, and was not found")


def _gone_round(
    begin: _Ints, end: _Ints, low: _Ints, high: _Ints, flow: _Ints, free: NDArray[np.bool_]
) -> bool:
    """Bring a flow nearer to one that goes round: where as much comes to each place as leaves it.

    Args:
        begin, end: (a,) the places of each arc; no two arcs join the same two.
        low, high: (a,) bounds, one apart at most.
        flow: (a,) between the bounds; overwritten.
        free: (a,) which arcs may be turned from floor to ceiling or back.

    Returns:
        Whether it goes round now.
    """
    source = int(max(begin.max(), end.max())) + 1
    sink = source + 1
    surplus = np.zeros(sink + 1, np.int64)
    np.add.at(surplus, end, flow)
    np.subtract.at(surplus, begin, flow)
    gives, takes = np.flatnonzero(surplus > 0), np.flatnonzero(surplus < 0)
    if len(gives) == 0:
        return True
    turn = np.flatnonzero(free & (low < high))
    up = flow[turn] == low[turn]
    # To lower a flow by one is to send one back.
    start, stop = np.where(up, begin[turn], end[turn]), np.where(up, end[turn], begin[turn])
    # Surpluses are less than the number of arcs: they fit the 32 bits that the search counts in.
    capacity = np.concatenate([np.ones(len(turn)), surplus[gives], -surplus[takes]]).astype(np.int32)
    joined = (
        np.concatenate([start, np.full(len(gives), source), takes]),
        np.concatenate([stop, gives, np.full(len(takes), sink)]),
    )
    found = maximum_flow(csr_matrix((capacity, joined), shape=(sink + 1, sink + 1)), source, sink)
    turned = np.asarray(csr_matrix(found.flow)[start, stop], np.int64).ravel().clip(min=0)
    flow[turn] += np.where(up, turned, -turned)
    return bool(found.flow_value == surplus[gives].sum())


def _split(amount: NDArray[np.float64] | _Ints, per: int) -> tuple[_Ints, _Ints, int]:
    """Return whole units, the rest of each in parts of a unit, and how many parts a unit has."""
    if np.issubdtype(amount.dtype, np.integer):
        whole, part = np.divmod(amount.astype(np.int64), per)
        return whole, part, per
    units = amount / per
    floor = np.floor(units)
    part = np.rint((units - floor) * _PARTS).astype(np.int64)
    return floor.astype(np.int64) + part // _PARTS, part % _PARTS, _PARTS

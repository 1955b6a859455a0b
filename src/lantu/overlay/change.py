"""Between two vintages of a partition: what became what, in areas that add up to both.

A flow is ground by where it was and where it is: what an old feature and a new one share, or what of an old
one the new vintage does not have (gone), or of a new one the old vintage did not have (come). As the features
of a vintage share no ground with each other, the flows out of an old feature are all of it, and the flows
into a new one all of that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.core.errors import IntegrityError
from lantu.overlay.exact_sums import exact_sums
from lantu.overlay.pack import PackedLayer
from lantu.overlay.table import OverlayTable

UNIT_M2 = Decimal("0.0001")
"""Areas are counted in whole square centimetres."""
NOISE_M2, NOISE_RELATIVE = 1e-4, 1e-12
"""Rounding moves a feature's area and the sum of what it shares apart by less: a unit, and a share of it."""
NOWHERE = -1
"""The side of a flow where that vintage has no ground."""

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_Bools = NDArray[np.bool_]
_Fates = NDArray[np.int8]


class Fate(IntEnum):
    """What became of ground, or of a feature."""

    UNCHANGED = 0
    CHANGED = 1
    SPLIT = 2
    MERGED = 3
    RESHAPED = 4
    GONE = 5
    COME = 6


@dataclass(frozen=True, slots=True)
class Sliver:
    """What is a sliver: ground that is counted, but does not tell one feature from another.

    Attributes:
        width_m: along a whole outline it is no wider on average.
        area_m2: it is no bigger.
    """

    width_m: float
    area_m2: float

    def among(self, area_m2: _Floats, outline_m: _Floats) -> _Bools:
        """Return which pieces of ground are slivers, by the length of the shorter outline they lie along."""
        return np.asarray(area_m2 <= np.minimum(self.area_m2, self.width_m * outline_m))


@dataclass(frozen=True, slots=True)
class Vintage:
    """What is compared of n features.

    Attributes:
        name: what messages call it.
        area_m2, outline_m: (n,) statutory area; length of all rings.
        double: the pairs of these features that share ground.
    """

    name: str
    area_m2: _Floats
    outline_m: _Floats
    double: OverlayTable

    @classmethod
    def of(cls, name: str, layer: PackedLayer, double: OverlayTable) -> Vintage:
        return cls(name, layer.area_m2, _outlines(layer), double)

    def overlaps(self, sliver: Sliver) -> _Ints:
        """Return the rows of `double` that are more than slivers, biggest first: then it is no partition."""
        shorter = np.minimum(self.outline_m[self.double.left_id], self.outline_m[self.double.right_id])
        area = self.double.area_m2
        found = np.flatnonzero(~sliver.among(area, shorter))
        order: _Ints = found[np.argsort(-area[found], kind="stable")]
        return order


@dataclass(frozen=True, slots=True)
class Flows:
    """The f flows between the features of two vintages: pairs first, then what is gone, then what has come.

    Attributes:
        old, new: (f,) rows; `NOWHERE` where that vintage has no ground.
        area_m2: (f,) > 0.
        sliver: (f,) whether it is one.
    """

    old: _Ints
    new: _Ints
    area_m2: _Floats
    sliver: _Bools


@dataclass(frozen=True, slots=True)
class Account:
    """Flows between groups in whole units, none of them 0, biggest first.

    Each amount, what each group had and has, what is gone and what has come, both totals and all together
    are the measured figures rounded up or down, and add up exactly. All that did not change is a sum of such
    figures, which may be more than a unit off; their roundings mostly make up for each other.

    Attributes:
        old, new: (c,) numbers of groups; `NOWHERE` where that vintage has no ground.
        fate: (c,) of the ground, as `Fate`.
        pairs: (c,) over how many flows between features.
        amount: (c,) whole units of `unit_m2`.
    """

    old: _Ints
    new: _Ints
    fate: _Fates
    pairs: _Ints
    amount: _Ints
    unit_m2: Decimal = UNIT_M2

    def coarser(self, per: int) -> Account:
        """Return the account in units of `per` of these; flows may be 0 then."""
        amount = exact_sums(self.old, self.new, self.amount, per)
        return replace(self, amount=amount, unit_m2=self.unit_m2 * per)

    def only(self, rows: _Ints) -> Account:
        """Return some rows."""
        return replace(
            self, old=self.old[rows], new=self.new[rows], fate=self.fate[rows], pairs=self.pairs[rows],
            amount=self.amount[rows],
        )  # fmt: skip

    def total(self, rows: Any = slice(None)) -> int:
        """Return the units of some rows."""
        return int(self.amount[rows].sum())

    def per_group(self, groups: int) -> tuple[_Ints, _Ints, _Ints]:
        """Return what each group had, what of it did not change, and what it has now, in units."""
        same = self.fate == Fate.UNCHANGED
        had, kept, has = (np.zeros(groups, np.int64) for _ in range(3))
        np.add.at(had, self.old[self.old >= 0], self.amount[self.old >= 0])
        np.add.at(kept, self.old[same], self.amount[same])
        np.add.at(has, self.new[self.new >= 0], self.amount[self.new >= 0])
        return had, kept, has


def flows(old: Vintage, new: Vintage, shared: OverlayTable, sliver: Sliver) -> Flows:
    """Return where all ground of both vintages was and is.

    Args:
        shared: the areas that old (left) and new (right) features share.

    Raises:
        IntegrityError: `overlay.change_contradiction` where features share more ground than they have.
    """
    left, right = shared.left_id.astype(np.int64), shared.right_id.astype(np.int64)
    gone = _rest(old, left, right, shared.area_m2, new)
    come = _rest(new, right, left, shared.area_m2, old)
    gone_row, come_row = np.flatnonzero(gone), np.flatnonzero(come)
    of_old = np.r_[left, gone_row, np.full(len(come_row), NOWHERE)]
    of_new = np.r_[right, np.full(len(gone_row), NOWHERE), come_row]
    area = np.r_[shared.area_m2, gone[gone_row], come[come_row]]
    # A side without ground has no outline that could be the shorter one.
    shorter = np.minimum(np.r_[old.outline_m, np.inf][of_old], np.r_[new.outline_m, np.inf][of_new])
    return Flows(of_old, of_new, area, sliver.among(area, shorter))


def fates(found: Flows, old: Vintage, new: Vintage) -> tuple[_Fates, _Fates, _Fates]:
    """Return what became of each old feature, where each new one is from, and the fate of each flow.

    But for slivers: unchanged is the same ground, split an old feature that is exactly several new ones,
    merged several old ones that are exactly one, gone an old one that no new one has ground of, come a new
    one that no old one had ground of; everything else is reshaped.
    """
    n, m = len(old.area_m2), len(new.area_m2)
    smaller = np.minimum(np.r_[old.area_m2, np.inf][found.old], np.r_[new.area_m2, np.inf][found.new])
    # Of a feature that is no more than a sliver itself, half of it tells.
    tells = ~found.sliver | (2 * found.area_m2 >= smaller)
    link = tells & (found.old >= 0) & (found.new >= 0)
    i, j = found.old[link], found.new[link]
    outs, ins = np.bincount(i, minlength=n), np.bincount(j, minlength=m)
    whole_old, whole_new = np.ones(n, np.bool_), np.ones(m, np.bool_)
    whole_old[found.old[tells & (found.new < 0)]] = False
    whole_new[found.new[tells & (found.old < 0)]] = False
    whole = whole_old[i] & whole_new[j]
    # Old features all of whose flows are the only ones into new features; and the other way round.
    sole = np.bincount(i[whole & (ins[j] == 1)], minlength=n) == outs
    joint = np.bincount(j[whole & (outs[i] == 1)], minlength=m) == ins

    of_old, of_new = np.full(n, Fate.RESHAPED, np.int8), np.full(m, Fate.RESHAPED, np.int8)
    of_old[sole & (outs > 1)], of_old[sole & (outs == 1)] = Fate.SPLIT, Fate.UNCHANGED
    of_old[outs == 0], of_new[ins == 0] = Fate.GONE, Fate.COME
    of_new[joint & (ins > 1)], of_new[joint & (ins == 1)] = Fate.MERGED, Fate.UNCHANGED
    of_old[i[of_new[j] == Fate.MERGED]] = Fate.MERGED
    of_new[j[of_old[i] == Fate.SPLIT]] = Fate.SPLIT

    of_flow = np.full(len(found.old), Fate.RESHAPED, np.int8)
    of_flow[link] = np.where(
        np.isin(of_old[i], (Fate.UNCHANGED, Fate.SPLIT, Fate.MERGED)), of_old[i], Fate.RESHAPED
    )
    return of_old, of_new, _nowhere(found, of_flow)


def fates_by_value(found: Flows, old_value: _Ints, new_value: _Ints) -> _Fates:
    """Return the fate of each flow where features are told apart by a value only.

    Args:
        old_value, new_value: (n,), (m,) numbers of values; the same number on both sides is the same value.
    """
    same = old_value[found.old] == new_value[found.new]
    return _nowhere(found, np.where(same, Fate.UNCHANGED, Fate.CHANGED).astype(np.int8))


def account(found: Flows, old_group: _Ints, new_group: _Ints, fate: _Fates) -> Account:
    """Sum flows by group and count them in whole units that add up.

    Args:
        old_group, new_group: (n,), (m,) the group of each feature, from 0.
        fate: (f,) of each flow; a matter of its two groups.
    """
    before, after = np.r_[old_group, NOWHERE][found.old], np.r_[new_group, NOWHERE][found.new]
    width = int(after.max(initial=0)) + 2
    key = (before + 1) * width + after + 1
    keys, first, group, pairs = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    area = np.bincount(group, found.area_m2, minlength=len(keys))
    before, after, fate = before[first], after[first], fate[first]
    amount = exact_sums(before, after, area / float(UNIT_M2))
    order = np.argsort(-amount, kind="stable")
    order = order[amount[order] > 0]
    return Account(before[order], after[order], fate[order], pairs[order], amount[order])


def _nowhere(found: Flows, fate: _Fates) -> _Fates:
    fate[found.new < 0], fate[found.old < 0] = Fate.GONE, Fate.COME
    return fate


def _rest(mine: Vintage, row: _Ints, other: _Ints, area_m2: _Floats, others: Vintage) -> _Floats:
    """Return what of each feature the other vintage does not have; 0 where it cannot be told from nothing."""
    n = len(mine.area_m2)
    rest: _Floats = mine.area_m2 - np.bincount(row, area_m2, minlength=n)
    doubt = NOISE_M2 + NOISE_RELATIVE * mine.area_m2 + _twice(row, other, others, n)
    worst = int(np.argmin(rest + doubt)) if n else 0
    if n and rest[worst] < -doubt[worst]:
        raise IntegrityError(
            "overlay.change_contradiction", where=mine.name, row=worst + 1, area=f"{mine.area_m2[worst]:.4f}",
            shared=f"{mine.area_m2[worst] - rest[worst]:.4f}",
        )  # fmt: skip
    rest[rest <= doubt] = 0.0
    return rest


def _twice(row: _Ints, other: _Ints, others: Vintage, n: int) -> _Floats:
    """Return how much ground of each feature may be shared twice, as the others share slivers among them."""
    double, m = others.double, len(others.area_m2)
    known = np.sort(row * m + other)
    if len(double.area_m2) == 0 or len(known) == 0:
        return np.zeros(n)
    links = np.bincount(other, minlength=m)
    start = np.cumsum(links) - links
    row_of_link = row[np.argsort(other, kind="stable")]
    few, many = double.left_id.astype(np.int64), double.right_id.astype(np.int64)
    turn = links[many] < links[few]
    few, many = np.where(turn, many, few), np.where(turn, few, many)
    count = links[few]
    which = np.repeat(np.arange(len(few)), count)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    has_few = row_of_link[start[few][which] + nth]
    key = has_few * m + many[which]
    both = known[np.searchsorted(known, key).clip(max=len(known) - 1)] == key
    twice: _Floats = np.bincount(has_few[both], double.area_m2[which[both]], minlength=n).astype(np.float64)
    return twice


def _outlines(layer: PackedLayer) -> _Floats:
    """Return the length of all rings of each feature, metres of the plane."""
    if len(layer.xy) == 0:
        return np.zeros(len(layer))
    step = np.hypot(*np.diff(layer.xy, axis=0).T)
    step[layer.ring[1:-1] - 1] = 0.0  # from one ring to the next
    along = np.r_[0.0, np.cumsum(step)]
    vertex = layer.ring[layer.feature_ring]
    start, last = vertex[:-1], np.maximum(vertex[1:] - 1, vertex[:-1])
    return np.where(vertex[1:] > vertex[:-1], along[last] - along[start.clip(max=len(along) - 1)], 0.0)

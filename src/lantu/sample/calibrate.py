"""Choosing parcels so that sums come out at the approved figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.core.units import convert

Rows = NDArray[np.int64]

_TRIES, _NEAR_CENTS = 80, 40_000
"""Sums are tried until they are as near as 400 m², well below the last digit that is published."""

CENT = 100
"""Areas are added up in hundredths of a square metre, as whole numbers: exactly what is recorded."""
RIDGE_SHARE: Mapping[str, int] = {"1": 0, "2": 480}
"""Invented KCXS by slope class, in ten-thousandths; class 1 has no ridges taken off."""


def cents(area_m2: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return areas in hundredths of a square metre, half up, as TBMJ records them."""
    return np.asarray(np.floor(area_m2 * CENT + 0.5), np.int64)


def ridges(gross: NDArray[np.int64], slope: NDArray[Any]) -> NDArray[np.int64]:
    """Return KCMJ in cents: TBMJ × KCXS, half up; `slope` is the class, "" for land that is not farmland."""
    share = np.array([RIDGE_SHARE.get(str(each), 0) for each in slope], np.int64)
    return np.asarray((gross * share + 5_000) // 10_000)


def limit_cents(value: Decimal, unit: str) -> int:
    """Return an approved area in cents, rounded up."""
    return -int(-convert(value, unit, "平方米") * CENT // 1)


def take(size: NDArray[np.int64], order: Rows, wanted: int) -> Rows:
    """Take rows in order until they add up to at least `wanted`; all of them where they do not."""
    total = np.cumsum(size[order])
    return np.asarray(order[: int(np.searchsorted(total, wanted)) + 1])


def close_to(size: NDArray[np.int64], rows: Rows, wanted: int, rng: np.random.Generator) -> Rows:
    """Choose rows at random that add up as nearly to `wanted` as some tries allow."""
    best, found = wanted, np.empty(0, np.int64)
    for _ in range(_TRIES):
        if best <= _NEAR_CENTS or not len(rows):
            break
        chosen = _filled(size, rng.permutation(rows), wanted)
        gap = abs(wanted - int(size[chosen].sum()))
        if gap < best:
            best, found = gap, chosen
    return found


def _filled(size: NDArray[np.int64], order: Rows, wanted: int) -> Rows:
    """Take rows in order until little is missing, then the row or pair that comes nearest to that."""
    total = np.cumsum(size[order])
    head = int(np.searchsorted(total, max(0, wanted - 3 * int(np.median(size[order])))))
    chosen, rest = order[:head], order[head:]
    missing = wanted - (int(total[head - 1]) if head else 0)
    rest = rest[np.argsort(size[rest], kind="stable")]
    if len(rest) < 2:
        return chosen
    value = size[rest]
    alone = int(np.abs(missing - value).argmin())
    best, more = abs(missing - int(value[alone])), rest[[alone]]
    if abs(missing) < best:
        best, more = abs(missing), rest[:0]
    right = np.clip(np.searchsorted(value, missing - value), 0, len(rest) - 1)
    for partner in (right, np.clip(right - 1, 0, None)):
        gap = np.abs(missing - value - value[partner])
        gap[partner == np.arange(len(rest))] = np.iinfo(np.int64).max
        i = int(gap.argmin())
        if gap[i] < best:
            best, more = int(gap[i]), rest[[i, partner[i]]]
    return np.concatenate([chosen, more])

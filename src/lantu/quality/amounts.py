"""Columns of figures as whole numbers, and the features that have none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lantu.core.finding import Answer
from lantu.quality.findings import Defect
from lantu.quality.sheet import Sheet

FINE = 10_000
"""Figures are held in ten-thousandths of their unit: what is written with two decimals is exact."""

_SPLIT = 2**32

_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of figures.

    Attributes:
        fine: (rows,) in ten-thousandths; 0 where there is no figure.
        known: (rows,) where there is one.
        odd: (rows,) where something stands that is no finite number.
    """

    fine: _Ints
    known: _Bools
    odd: _Bools

    @property
    def null(self) -> _Bools:
        """(rows,) where nothing stands."""
        return ~self.known & ~self.odd

    def total(self, rows: _Bools | None = None) -> int:
        """Add up all figures, or those of some rows, exactly; in ten-thousandths."""
        return self.totals(np.zeros(len(self.fine), np.int64) if rows is None else np.where(rows, 0, 1), 1)[0]

    def totals(self, group: _Ints, groups: int) -> list[int]:
        """Add up the figures of each group, exactly; in ten-thousandths. Other groups are left out.

        Args:
            group: (rows,) number of each row's group.
        """
        chosen = (group >= 0) & (group < groups)
        high, low = np.divmod(self.fine[chosen], _SPLIT)  # sums of either stay exact in a double
        highs = np.bincount(group[chosen], high, minlength=groups)
        lows = np.bincount(group[chosen], low, minlength=groups)
        return [int(a) * _SPLIT + int(b) for a, b in zip(highs, lows, strict=True)]


def amounts(sheet: Sheet, field: str) -> Amounts:
    """Read a column of figures; beyond 9e14 a figure counts as none."""
    said = sheet.number(field)
    known = np.isfinite(said) & (np.abs(said) < 9e14)
    fine = np.zeros(len(said), np.int64)
    cents = np.rint(said[known] * 100)
    # What a double is off from two decimals is no further decimal.
    plain = np.abs(said[known] * 100 - cents) <= np.abs(cents) * 2.0**-51
    finer = np.rint(said[known] * FINE).astype(np.int64)
    fine[known] = np.where(plain, cents.astype(np.int64) * 100, finer)
    return Amounts(fine, known, _given(sheet, field) & ~known)


def _given(sheet: Sheet, field: str) -> _Bools:
    column = sheet.column(field)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        filled = pc.not_equal(pc.utf8_trim_whitespace(column), "")
    elif pa.types.is_floating(column.type):
        filled = pc.and_(pc.is_valid(column), pc.invert(pc.is_nan(column)))
    else:
        filled = pc.is_valid(column)
    return np.asarray(filled.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def not_given(sheet: Sheet, field: str, amount: Amounts) -> Iterator[Defect]:
    """Tell which features cannot be judged because nothing stands there.

    Where the profile wants the field filled in every feature, an empty one is QC1401's business; what stands
    there and is no number is always QC1403's or QC1421's.
    """
    spec = sheet.spec.fields.get(field)
    if amount.null.any() and (spec is None or spec.presence != "required"):
        yield Defect(
            sheet.kind, (field, "not given"), np.flatnonzero(amount.null).tolist(),
            params={"field": field}, answer=Answer.CANNOT_TELL, message="quality.value_not_given",
        )  # fmt: skip


def said(fine: int) -> Decimal:
    """Return ten-thousandths as a figure, with two decimals where they say it all."""
    exact = Decimal(fine) / FINE
    return exact.quantize(Decimal("0.01")) if fine % 100 == 0 else exact.quantize(Decimal("0.0001"))

"""The rows of an overlay, gathered piece by piece: sums by two fields, or one row per pair of features."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lantu.overlay.table import OverlayTable
from lantu.runs.polygon_files import Labels

HELD = 100_000
"""Where the rows go to a file, so many of the biggest are still at hand."""
BUCKET = 1 << 20
"""About so many rows are sorted at a time."""
_MOST_PARTS = 64
_ORDER = [("area_m2", "descending"), ("left", "ascending"), ("right", "ascending")]


def exact(values: Iterable[float]) -> list[float]:
    """Return a few floats whose sum is exactly that of many: the sum rounded, what that left, and so on."""
    values = list(values)
    parts: list[float] = []
    while rest := math.fsum(chain(values, (-part for part in parts))):
        parts.append(rest)
    return parts


class Rows(Protocol):
    """What an overlay adds up to."""

    schema: pa.Schema
    """Of the result: left, right, area_m2, pairs."""

    def of_piece(self, shared: OverlayTable, left: Labels, right: Labels) -> pa.Table:
        """Return what a piece contributes, in a form that can be kept."""

    def add(self, piece: pa.Table) -> None:
        """Take in what a piece contributes; pieces come in order."""

    def tables(self, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Yield all rows as they are written, from all that was added, which is handed in again."""

    def biggest(self) -> pa.Table:
        """Return the rows that are at hand, biggest first."""

    @property
    def count(self) -> int:
        """Return how many rows there are."""

    @property
    def nbytes(self) -> int:
        """Return the bytes that grow with the rows."""


class Sums:
    """One row per two values; only sums are held, and these exactly."""

    def __init__(self, left: pa.DataType, right: pa.DataType) -> None:
        self.schema = pa.schema(
            [("left", left), ("right", right), ("area_m2", pa.float64()), ("pairs", pa.int64())]
        )
        self._piece = self.schema.set(2, pa.field("area_m2", pa.list_(pa.float64())))
        self._sums: dict[tuple[Any, Any], tuple[list[float], int]] = {}

    def of_piece(self, shared: OverlayTable, left: Labels, right: Labels) -> pa.Table:
        key = left.number[shared.left_id] * len(right.value) + right.number[shared.right_id]
        order = np.argsort(key, kind="stable")
        key, area = key[order], shared.area_m2[order].tolist()
        ends = [*np.flatnonzero(np.diff(key)) + 1, len(key)] if len(key) else []
        groups = list(pairwise([0, *ends]))
        numbers = [divmod(int(key[begin]), len(right.value)) for begin, _ in groups]
        return pa.table(
            [
                pa.array([left.value[a] for a, _ in numbers], self.schema.field("left").type),
                pa.array([right.value[b] for _, b in numbers], self.schema.field("right").type),
                [exact(area[begin:end]) for begin, end in groups],
                [end - begin for begin, end in groups],
            ],
            schema=self._piece,
        )

    def add(self, piece: pa.Table) -> None:
        for left, right, parts, pairs in zip(*(column.to_pylist() for column in piece.columns), strict=True):
            before, count = self._sums.get((left, right), ([], 0))
            parts = before + parts
            self._sums[left, right] = (exact(parts) if len(parts) > _MOST_PARTS else parts, count + pairs)

    def tables(self, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
        yield self.biggest()

    def biggest(self) -> pa.Table:
        rows = [(*key, math.fsum(parts), pairs) for key, (parts, pairs) in self._sums.items()]
        rows.sort(key=lambda row: (-row[2], repr(row[:2])))
        columns = list(zip(*rows, strict=True)) or [()] * 4
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, self.schema, strict=True)], self.schema)

    @property
    def count(self) -> int:
        return len(self._sums)

    @property
    def nbytes(self) -> int:
        return 500 * len(self._sums)


class Pairs:
    """One row per pair of features, by their places in their files from 1.

    Args:
        by_left: whether pieces are of the left file, so that their rows follow each other.
        held: whether the rows are held in memory; else only the biggest are.
    """

    schema = pa.schema(
        [("left", pa.int64()), ("right", pa.int64()), ("area_m2", pa.float64()), ("pairs", pa.int64())]
    )

    def __init__(self, by_left: bool, held: bool) -> None:
        self._by_left = by_left
        self._limit = None if held else HELD
        self._tables: list[pa.Table] = []
        self._count = 0

    def of_piece(self, shared: OverlayTable, left: Labels, right: Labels) -> pa.Table:
        # A value is the place of its row, so the first one tells them all.
        return pa.table(
            {
                "left": shared.left_id.astype(np.int64) + left.value[0],
                "right": shared.right_id.astype(np.int64) + right.value[0],
                "area_m2": shared.area_m2,
            }
        )

    def add(self, piece: pa.Table) -> None:
        self._count += len(piece)
        self._tables.append(piece)
        if self._limit is not None:
            self._tables = [_sorted(pa.concat_tables(self._tables)).slice(0, self._limit).combine_chunks()]

    def tables(self, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
        if self._by_left:
            yield from map(self._whole, pieces)
            return
        every = list(pieces)
        places = [np.asarray(piece["left"]) for piece in every]  # each in order
        for low, high in _buckets(places):
            parts = [
                piece.slice(start, stop - start)
                for piece, left in zip(every, places, strict=True)
                for start, stop in [np.searchsorted(left, [low, high]).tolist()]
            ]
            bucket = pa.concat_tables(parts)
            yield self._whole(bucket.take(pc.sort_indices(bucket, _ORDER[1:])))

    def biggest(self) -> pa.Table:
        return self._whole(_sorted(pa.concat_tables(self._tables)))

    @property
    def count(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        return 0 if self._limit else 3 * sum(table.nbytes for table in self._tables)

    def _whole(self, rows: pa.Table) -> pa.Table:
        return rows.append_column("pairs", pa.array(np.ones(len(rows), np.int64))).cast(self.schema)


def _sorted(rows: pa.Table) -> pa.Table:
    return rows.take(pc.sort_indices(rows, _ORDER))


def _buckets(places: list[np.ndarray[Any, np.dtype[np.int64]]]) -> Iterator[tuple[int, int]]:
    """Yield ranges of places that hold about BUCKET rows each."""
    last = max((int(each[-1]) for each in places if len(each)), default=0)
    counts = np.zeros(last + 2, np.int64)
    for each in places:
        counts += np.bincount(each, minlength=last + 2)
    summed = np.cumsum(counts)
    low = 0
    while low <= last:
        before = int(summed[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(summed, before + BUCKET, side="right")))
        yield low, high
        low = high

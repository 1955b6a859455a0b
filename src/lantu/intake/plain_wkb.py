"""The shapes of a layer as every later step wants them: WKB, straight and in two dimensions, or null."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from lantu.intake.curves import BadWkb, Straightened
from lantu.intake.incidents import Log
from lantu.overlay import wkb as rings

_POINT, _LINE, _POLYGON, _MULTI_POLYGON = 1, 2, 3, 6
_POINT_BYTES, _HEAD_BYTES = 16, 5
_BAD = -1

_Rows = NDArray[np.int64]
_Bytes = NDArray[np.uint8]


@dataclass(slots=True)
class PlainShapes:
    """Makes the shapes of a layer plain, piece by piece, and remembers what it met.

    Attributes:
        straightened: turns curves into chords.
        checked: False where GDAL wrote the WKB from shapes of its own; else each is looked through.
        bad, curved: rows, from 1.
        with_z, with_m: how many shapes had heights, measures.
    """

    straightened: Straightened
    checked: bool
    bad: list[int] = field(default_factory=list)
    curved: list[int] = field(default_factory=list)
    with_z: int = 0
    with_m: int = 0
    _rows: int = 0

    def add(self, wkb: pa.Array) -> pa.Array:
        """Return the shapes of the next rows as large_binary; what cannot be read is null.

        Raises:
            TooMuch: where curves need more chords than allowed.
        """
        wkb = wkb.cast(pa.large_binary()) if wkb.type != pa.large_binary() else wkb
        begin, end, data = _parts(wkb)
        there = np.asarray(wkb.is_valid())
        kind, z, m = _heads(begin, end, data)
        z, m = z & there, m & there
        self.with_z, self.with_m = self.with_z + int(z.sum()), self.with_m + int(m.sum())
        plain = (kind >= _POINT) & (kind < 7)
        if self.checked:
            plain &= _whole(kind, begin, end, data) | z | m
        flat = np.flatnonzero(there & plain & (z | m))
        odd = np.flatnonzero(there & ~plain)
        made: dict[int, bytes | None] = {}
        if len(flat):
            shapes = shapely.from_wkb(_objects(wkb, flat), on_invalid="ignore")
            straight = shapely.to_wkb(shapely.force_2d(shapes), byte_order=1, output_dimension=2)
            made = dict(zip(flat.tolist(), straight.tolist(), strict=True))
            # GEOS refuses rings that are not closed; that is for a rule to find.
            odd = np.concatenate([odd, flat[shapely.is_missing(shapes)]])
        for row, each in zip(odd.tolist(), _objects(wkb, odd), strict=True):
            try:
                made[row], curved = self.straightened(each)
            except BadWkb:
                made[row], curved = None, False
                self.bad.append(self._rows + row + 1)
            if curved:
                self.curved.append(self._rows + row + 1)
        self._rows += len(wkb)
        return _replaced(wkb, made)

    def report(self, log: Log, where: str, layer: str) -> None:
        """Note down what was met."""
        if self.bad:
            log.add("bad_wkb", where, layer=layer, rows=tuple(sorted(self.bad)))
        if self.curved:
            done = self.straightened
            rows = tuple(sorted(self.curved))
            log.add("curves", where, layer=layer, rows=rows, points=done.added, sagitta=done.widest)
        if self.with_z:
            log.add("z_dropped", where, layer=layer, count=self.with_z)
        if self.with_m:
            log.add("m_dropped", where, layer=layer, count=self.with_m)


def _parts(wkb: pa.Array) -> tuple[_Rows, _Rows, _Bytes]:
    """Return where each row begins and ends, and the bytes."""
    _, offsets, data = wkb.buffers()
    at = (
        np.frombuffer(offsets, np.int64)[wkb.offset : wkb.offset + len(wkb) + 1]
        if len(wkb)
        else np.zeros(1, int)
    )
    return at[:-1], at[1:], np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)


def _heads(begin: _Rows, end: _Rows, data: _Bytes) -> tuple[_Rows, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the kind of each shape (_BAD where there is none), whether it has heights, and measures."""
    kind = np.full(len(begin), _BAD)
    z, m = np.zeros(len(begin), np.bool_), np.zeros(len(begin), np.bool_)
    rows = np.flatnonzero(end - begin >= _HEAD_BYTES)
    rows = rows[data[begin[rows]] <= 1]
    if len(rows):
        code = _u32(data, begin[rows] + 1, data[begin[rows]] == 0)
        family, low = np.divmod(code & 0x0FFFFFFF, 1000)
        known = family < 4
        # An SRID in the head moves all that follows: such rows are read one by one.
        kind[rows] = np.where(known & (code & 0x20000000 == 0), low, _BAD)
        z[rows] = known & ((family == 1) | (family == 3) | (code & 0x80000000 != 0))
        m[rows] = known & ((family == 2) | (family == 3) | (code & 0x40000000 != 0))
    return kind, z, m


def _whole(kind: _Rows, begin: _Rows, end: _Rows, data: _Bytes) -> NDArray[np.bool_]:
    """Say which points, lines and polygons hold all that their counts promise; others are not looked at."""
    good = np.zeros(len(kind), np.bool_)
    good[kind == _POINT] = (end - begin)[kind == _POINT] >= _HEAD_BYTES + _POINT_BYTES
    lines = np.flatnonzero((kind == _LINE) & (end - begin >= _HEAD_BYTES + 4))
    count = _u32(data, begin[lines] + _HEAD_BYTES, data[begin[lines]] == 0)
    good[lines] = (end - begin)[lines] >= _HEAD_BYTES + 4 + count * _POINT_BYTES
    if np.isin(kind, (_POLYGON, _MULTI_POLYGON)).any():
        n = len(kind)
        found, vertices, state = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int8)
        rings.count_rings(data, np.append(begin, end[-1]), found, vertices, state)
        good |= np.isin(kind, (_POLYGON, _MULTI_POLYGON)) & (state != rings.UNREADABLE)
    return good


def _u32(data: _Bytes, at: _Rows, big: NDArray[np.bool_]) -> _Rows:
    four = [data[at + n].astype(np.int64) for n in range(4)]
    high = four[0] << 24 | four[1] << 16 | four[2] << 8 | four[3]
    low = four[3] << 24 | four[2] << 16 | four[1] << 8 | four[0]
    return np.where(big, high, low)


def _objects(wkb: pa.Array, rows: _Rows) -> NDArray[Any]:
    return np.array(wkb.take(pa.array(rows)).to_pylist(), dtype=object)


def _replaced(wkb: pa.Array, made: dict[int, bytes | None]) -> pa.Array:
    if not made:
        return wkb
    rows = sorted(made)
    mask = np.zeros(len(wkb), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(wkb, pa.array(mask), pa.array([made[row] for row in rows], pa.large_binary()))

"""WKB of any kind, curves and heights among it, as WKB of straight lines in the plane. For odd rows only."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lantu.intake.limits import TooMuch

SAGITTA_M = 0.001
SAGITTA_DEGREES = 1e-8
"""No chord lies farther from its arc: a millimetre, or about that in degrees."""
_STRAIGHT_RADIUS = 1e10
_MOST_CHORDS = 20_000
"""… of half an arc; one that would need more (a circle wider than a county) gets no more."""
_DEEPEST = 16

_POINT, _LINE, _POLYGON, _COLLECTION, _ARCS, _COMPOUND, _CURVE_POLYGON, _TRIANGLE = 1, 2, 3, 7, 8, 9, 10, 17
_CURVES = (_LINE, _ARCS, _COMPOUND)
_STRAIGHT = {_ARCS: _LINE, _COMPOUND: _LINE, _CURVE_POLYGON: _POLYGON, _TRIANGLE: _POLYGON}
_MANY = {4: 4, 5: 5, 6: 6, 7: 7, 11: 5, 12: 6, 15: 6, 16: 6}
"""Kinds that hold others (surfaces of triangles and multi-curves, too), and what they become."""

_Points = NDArray[np.float64]


class BadWkb(ValueError):  # noqa: N818
    """Bytes that are no geometry."""


@dataclass(slots=True)
class Straightened:
    """What was done to the shapes of a layer so far.

    Attributes:
        sagitta: wanted, in units of the system.
        most_points: that chords may add to the layer.
        added: points that chords added.
        widest: the greatest distance between a chord and its arc.
    """

    sagitta: float
    most_points: int
    added: int = 0
    widest: float = 0.0

    def __call__(self, wkb: bytes) -> tuple[bytes, bool]:
        """Return a shape in straight lines and two dimensions, and whether it had curves.

        Raises:
            BadWkb: where the bytes are no geometry.
            TooMuch: where chords would add more points than allowed.
        """
        reader = _Reader(wkb, self)
        try:
            _, straight = reader.geometry(0)
        except struct.error:
            raise BadWkb from None
        return straight, reader.curved

    def arcs(self, points: _Points) -> _Points:
        """Return a string of arcs, three points each of which the last begins the next, as chords."""
        chords = [self._arc(*points[n : n + 3]) for n in range(0, len(points) - 2, 2)]
        return np.concatenate([points[:1], *chords])

    def _arc(self, begin: _Points, middle: _Points, end: _Points) -> _Points:
        """Return the points of an arc after its first.

        An arc and the same arc the other way round get the same points: neighbours stay neighbours.
        """
        if tuple(end) < tuple(begin):
            back = self._arc(end, middle, begin)
            return np.concatenate([back[-2::-1], [end]])
        (bx, by), (cx, cy) = (middle - begin).tolist(), (end - begin).tolist()
        cross, b, c = bx * cy - by * cx, bx * bx + by * by, cx * cx + cy * cy
        if c == 0:  # a whole circle: the middle is opposite
            centre, ahead = (begin + middle) / 2, True
        elif cross:
            centre = begin + np.array([cy * b - by * c, bx * c - cx * b]) / (2 * cross)
            ahead = cross > 0
        radius = math.dist(centre, begin) if cross or c == 0 else math.inf
        if not 0 < radius < _STRAIGHT_RADIUS:  # on a line, or of coordinates that are no numbers
            return np.array([middle, end])
        angles = [math.atan2(*(point - centre)[::-1]) for point in (begin, middle, end)]
        halves = [self._half(centre, radius, start, stop, ahead) for start, stop in pairwise(angles)]
        return np.concatenate([halves[0], [middle], halves[1], [end]])

    def _half(self, centre: _Points, radius: float, start: float, stop: float, ahead: bool) -> _Points:
        """Return the points strictly between two angles of a circle."""
        sweep = (stop - start) % (2 * math.pi)
        if not ahead:
            sweep -= 2 * math.pi
        step = 2 * math.acos(max(1 - self.sagitta / radius, 0.0))
        count = min(math.ceil(abs(sweep) / max(step, 1e-9)), _MOST_CHORDS)
        count = max(count, 1)
        self.added += count - 1
        if self.added > self.most_points:
            raise TooMuch("arc_points", self.most_points, self.added)
        self.widest = max(self.widest, radius * (1 - math.cos(sweep / (2 * count))))
        turn = start + sweep * np.arange(1, count) / count
        return centre + radius * np.column_stack([np.cos(turn), np.sin(turn)])


class _Reader:
    """Reads one WKB from the front."""

    def __init__(self, data: bytes, work: Straightened) -> None:
        self._data, self._work, self._at = data, work, 0
        self.curved = False

    def geometry(self, depth: int) -> tuple[int, bytes]:
        """Return the kind and the straight WKB of the next geometry."""
        kind, order, size = self._header()
        if kind in _CURVES:
            line = self._curve(kind, order, size, depth)
            return _LINE, _head(_LINE) + _counted(line)
        if kind == _POINT:
            return _POINT, _head(_POINT) + self._take(order, size, 1).tobytes()
        if kind in (_POLYGON, _TRIANGLE, _CURVE_POLYGON):
            rings = [
                self._next_curve(depth) if kind == _CURVE_POLYGON else self._points(order, size)
                for _ in range(self._count(order, 4))
            ]
            self.curved |= kind == _CURVE_POLYGON
            count = struct.pack("<I", len(rings))
            return _POLYGON, _head(_POLYGON) + count + b"".join(map(_counted, rings))
        if kind not in _MANY or depth >= _DEEPEST:
            raise BadWkb
        parts = [self.geometry(depth + 1) for _ in range(self._count(order, 5))]
        self.curved |= kind in (11, 12)
        into = _MANY[kind]
        if into != _COLLECTION and any(part != into - 3 for part, _ in parts):
            raise BadWkb
        return into, _head(into) + struct.pack("<I", len(parts)) + b"".join(part for _, part in parts)

    def _curve(self, kind: int, order: str, size: int, depth: int) -> _Points:
        if kind == _LINE:
            return self._points(order, size)
        self.curved = True
        if kind == _ARCS:
            points = self._points(order, size)
            if len(points) and (len(points) < 3 or len(points) % 2 == 0):
                raise BadWkb
            return self._work.arcs(points) if len(points) else points
        pieces = [self._next_curve(depth) for _ in range(self._count(order, 5))]
        # Each begins where the one before ends.
        return (
            np.concatenate([piece[n > 0 :] for n, piece in enumerate(pieces)]) if pieces else np.empty((0, 2))
        )

    def _next_curve(self, depth: int) -> _Points:
        kind, order, size = self._header()
        if kind not in _CURVES or depth >= _DEEPEST:
            raise BadWkb
        return self._curve(kind, order, size, depth + 1)

    def _header(self) -> tuple[int, str, int]:
        """Return kind, byte order and numbers per point."""
        if len(self._data) - self._at < 5 or self._data[self._at] > 1:
            raise BadWkb
        order = "<" if self._data[self._at] else ">"
        (code,) = struct.unpack_from(order + "I", self._data, self._at + 1)
        self._at += 5
        # ISO adds 1000 for Z, 2000 for M; EWKB sets the top bits.
        size = 2 + bool(code & 0x80000000) + bool(code & 0x40000000)
        if code & 0x20000000:
            self._at += 4
        kind = code & 0x0FFFFFFF
        if kind >= 4000:
            raise BadWkb
        if kind >= 1000:
            size += 2 if kind >= 3000 else 1
        return kind % 1000, order, size

    def _count(self, order: str, least: int) -> int:
        """Return how many parts of at least so many bytes follow."""
        (count,) = struct.unpack_from(order + "I", self._data, self._at)
        self._at += 4
        if count * least > len(self._data) - self._at:
            raise BadWkb
        return int(count)

    def _points(self, order: str, size: int) -> _Points:
        return self._take(order, size, self._count(order, 8 * size))

    def _take(self, order: str, size: int, count: int) -> _Points:
        if count * size * 8 > len(self._data) - self._at:
            raise BadWkb
        numbers = np.frombuffer(self._data, f"{order}f8", count * size, self._at).reshape(count, size)
        self._at += count * size * 8
        return numbers[:, :2].astype("<f8")


def _head(kind: int) -> bytes:
    return struct.pack("<BI", 1, kind)


def _counted(points: _Points) -> bytes:
    return struct.pack("<I", len(points)) + np.ascontiguousarray(points).tobytes()

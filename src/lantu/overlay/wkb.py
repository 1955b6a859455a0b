"""Rings out of WKB, compiled: the coordinates of a layer without an object per polygon."""

from __future__ import annotations

from typing import Any

import numpy as np

from lantu.overlay.compiled import compiled

# What a row may turn out to be.
SOUND, EMPTY, NOT_POLYGON, UNREADABLE, NOT_FINITE, UNCLOSED = range(6)


@compiled
def _u32(data: Any, at: int, big: bool) -> Any:
    a, b, c, d = np.int64(data[at]), np.int64(data[at + 1]), np.int64(data[at + 2]), np.int64(data[at + 3])
    return (a << 24 | b << 16 | c << 8 | d) if big else (d << 24 | c << 16 | b << 8 | a)


@compiled
def _u64(data: Any, at: int) -> Any:
    # Bytes put together so become one load, at any alignment.
    return (
        np.uint64(data[at])
        | (np.uint64(data[at + 1]) << np.uint64(8))
        | (np.uint64(data[at + 2]) << np.uint64(16))
        | (np.uint64(data[at + 3]) << np.uint64(24))
        | (np.uint64(data[at + 4]) << np.uint64(32))
        | (np.uint64(data[at + 5]) << np.uint64(40))
        | (np.uint64(data[at + 6]) << np.uint64(48))
        | (np.uint64(data[at + 7]) << np.uint64(56))
    )  # fmt: skip


@compiled
def _turned(bits: Any) -> Any:
    """Return eight bytes in the other order."""
    half, quarter, byte = np.uint64(32), np.uint64(16), np.uint64(8)
    bits = bits >> half | bits << half
    few, all_but = np.uint64(0x0000FFFF0000FFFF), np.uint64(0x00FF00FF00FF00FF)
    bits = bits >> quarter & few | (bits & few) << quarter
    return bits >> byte & all_but | (bits & all_but) << byte


@compiled
def _header(data: Any, at: int, end: int) -> Any:
    """Return kind, size of a point in bytes, where the counted content begins, and its order of bytes.

    The order is True for the high byte first; every part of a multi-polygon has its own. Kind -1 is
    unreadable.
    """
    if at + 5 > end or data[at] > 1:
        return -1, 0, 0, False
    big = data[at] == 0
    code = _u32(data, at + 1, big)
    # ISO adds 1000 for Z, 2000 for M; EWKB sets the top bits.
    extra = (code & 0x80000000 != 0) + (code & 0x40000000 != 0)
    at += 5
    if code & 0x20000000:
        at += 4
    code &= 0x0FFFFFFF
    if code >= 1000:
        extra += 2 if code >= 3000 else 1
        code %= 1000
    return code, 16 + 8 * extra, at, big


@compiled
def count_rings(data: Any, offsets: Any, rings: Any, vertices: Any, state: Any) -> None:
    """Count rings and vertices per row.

    Args:
        data: bytes of all rows; offsets: (n+1,) where each begins; an empty row has no bytes.
        rings, vertices, state: (n,), written.
    """
    for row in range(len(state)):
        rings[row] = 0
        vertices[row] = 0
        state[row] = EMPTY
        at, end = offsets[row], offsets[row + 1]
        if end == at:
            continue
        kind, point, at, big = _header(data, at, end)
        parts = 1
        if kind == 6:
            if at + 4 > end:
                state[row] = UNREADABLE
                continue
            parts = _u32(data, at, big)
            at += 4
        elif kind != 3:
            state[row] = UNREADABLE if kind < 0 else NOT_POLYGON
            continue
        state[row] = SOUND
        for _ in range(parts):
            if kind == 6:
                inner, point, at, big = _header(data, at, end)
                if inner != 3:
                    state[row] = UNREADABLE
                    break
            if at + 4 > end:
                state[row] = UNREADABLE
                break
            count = _u32(data, at, big)
            at += 4
            for _ in range(count):
                points = _u32(data, at, big) if at + 4 <= end else 0
                at += 4 + points * point
                if at > end:
                    state[row] = UNREADABLE
                    break
                if points == 0:
                    continue
                rings[row] += 1
                vertices[row] += points
            if state[row] != SOUND:
                break
        if state[row] == SOUND and vertices[row] == 0:
            state[row] = EMPTY
        if state[row] != SOUND:
            rings[row] = 0
            vertices[row] = 0


@compiled
def copy_rings(
    data: Any, offsets: Any, state: Any, ring_of_row: Any, vertex_of_row: Any,
    xy: Any, ring_start: Any, is_hole: Any,
) -> None:  # fmt: skip
    """Copy the coordinates of sound rows; Z and M are left behind.

    Args:
        ring_of_row, vertex_of_row: (n,) where each row's rings and vertices go.
        xy, ring_start, is_hole: written.
    """
    bits = xy.view(np.uint64)
    for row in range(len(state)):
        if state[row] != SOUND:
            continue
        kind, point, at, big = _header(data, offsets[row], offsets[row + 1])
        end = offsets[row + 1]
        parts = 1
        if kind == 6:
            parts = _u32(data, at, big)
            at += 4
        ring, vertex = ring_of_row[row], vertex_of_row[row]
        for _ in range(parts):
            if kind == 6:
                _, point, at, big = _header(data, at, end)
            count = _u32(data, at, big)
            at += 4
            for number in range(count):
                points = _u32(data, at, big)
                at += 4
                if points == 0:
                    continue
                ring_start[ring] = vertex
                is_hole[ring] = number > 0
                ring += 1
                begin = vertex
                for _ in range(points):
                    x, y = _u64(data, at), _u64(data, at + 8)
                    bits[vertex, 0], bits[vertex, 1] = (_turned(x), _turned(y)) if big else (x, y)
                    if not (np.isfinite(xy[vertex, 0]) and np.isfinite(xy[vertex, 1])):
                        state[row] = NOT_FINITE
                    vertex += 1
                    at += point
                shut = xy[begin, 0] == xy[vertex - 1, 0] and xy[begin, 1] == xy[vertex - 1, 1]
                if state[row] == SOUND and (points < 4 or not shut):
                    state[row] = UNCLOSED


@compiled
def weigh(
    xy: Any, ring: Any, feature_ring: Any, step: float, half_turn: float, vertices: Any, across: Any, box: Any
) -> None:
    """Look at the coordinates of rows before anything is made of them.

    Args:
        xy, ring, feature_ring: as in `PackedLayer`, in the system of delivery.
        vertices: (n,) float64, written: how many there are once no edge is longer than `step`; 0 where a
            coordinate is no number.
        across: (n,) bool, written: whether an edge spans half a turn of longitude.
        box: (4,) written: least x, least y, greatest x, greatest y.
    """
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for row in range(len(vertices)):
        total, far = 0.0, False
        for k in range(feature_ring[row], feature_ring[row + 1]):
            for v in range(ring[k], ring[k + 1]):
                x, y = xy[v, 0], xy[v, 1]
                west, south, east, north = min(west, x), min(south, y), max(east, x), max(north, y)
                if v + 1 < ring[k + 1]:
                    dx, dy = xy[v + 1, 0] - x, xy[v + 1, 1] - y
                    far = far or abs(dx) >= half_turn
                    total += max(1.0, np.ceil(np.hypot(dx, dy) / step))
            total += 1.0
        vertices[row] = total if total < np.inf else 0.0
        across[row] = far
    box[0], box[1], box[2], box[3] = west, south, east, north

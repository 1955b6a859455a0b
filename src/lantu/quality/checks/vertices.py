"""Vertices and rings by the million: doubled vertices, spikes, tiny holes, outlines. Whole arrays only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.overlay import wkb as reading
from lantu.overlay.pack import ranges
from lantu.overlay.packing import Rings
from lantu.overlay.threads import in_order
from lantu.quality.checks.rounding import metres, square_metres
from lantu.quality.findings import LISTED, Defect
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

BLOCK = 1_000_000
"""So many vertices are looked at at a time: their differences and products fit the memory."""
_FLAT_M = 1e-6
"""A spike that is thinner than this has no width: its outline runs back on itself."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rings of a sheet, whole.

    Attributes:
        before: number of the first vertex in the sheet.
        xy: (v, 2) about metres, from the first vertex.
        ring: (r+1,) where each ring begins in it; row: (r,) whose it is.
    """

    before: int
    xy: _Floats
    ring: _Ints
    row: _Ints

    @property
    def edges(self) -> tuple[_Floats, _Bools]:
        """Lengths of (v-1,) steps from vertex to vertex, and which of them are edges."""
        step = np.diff(self.xy, axis=0)
        within = np.ones(len(step), np.bool_)
        within[self.ring[1:-1] - 1] = False
        return np.hypot(step[:, 0], step[:, 1]), within


def close_vertices(sheet: Sheet, work: Workspace, *, upto: str, above: str | None = None) -> Iterator[Defect]:
    """No two vertices that follow each other are closer than some tolerance.

    Args:
        above, upto: parameters: what is further than the one and not further than the other is told.

    Yields:
        One defect per feature, at the vertices.
    """
    most = float(work.number(upto))
    least = float(work.number(above)) if above else -1.0

    def look(block: _Block) -> tuple[_Ints, _Floats]:
        length, within = block.edges
        near = np.flatnonzero(within & (length <= most) & (length > least))
        return block.before + near, length[near]

    found = list(in_order(look, _blocks(sheet)))
    vertex = np.concatenate([np.empty(0, np.int64), *(each for each, _ in found)])
    length = np.concatenate([np.empty(0), *(each for _, each in found)])
    row = _rows(sheet.rings)[np.searchsorted(sheet.rings.ring, vertex, side="right") - 1]
    for first, last, spot in _spotted(sheet, row, sheet.rings.xy[vertex]):
        yield Defect(
            sheet.kind, (sheet.keys[row[first]],), [int(row[first])],
            params={"vertices": last - first, "nearest": metres(length[first:last].min())},
            shape=spot, measured=metres(length[first:last].min()),
            required=Decimal(str(most)), unit="米",
        )  # fmt: skip


def spikes(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No outline runs out into a spike, or in: a sharp angle whose arms are close together where one ends.

    Spikes without any width make the polygon unsound, which is another rule's business.

    Yields:
        One defect per spike, at its tip.
    """
    degrees, width_m = (float(work.number(f"quality.spike_{each}")) for each in ("degrees", "m"))
    doubled = float(work.number("quality.same_vertex_m"))

    def look(block: _Block) -> tuple[_Ints, _Floats, _Floats]:
        vertex, angle, width = _sharp(block, doubled)
        narrow = (angle < degrees) & (width <= width_m)
        return block.before + vertex[narrow], angle[narrow], width[narrow]

    found = list(in_order(look, _blocks(sheet)))
    vertex = np.concatenate([np.empty(0, np.int64), *(each for each, _, _ in found)])
    angle, width = (np.concatenate([np.empty(0), *(each[nth] for each in found)]) for nth in (1, 2))
    row = _rows(sheet.rings)[np.searchsorted(sheet.rings.ring, vertex, side="right") - 1]
    real = sheet.valid[row] | (width > _FLAT_M)
    digits = 3 if sheet.metres == (1.0, 1.0) else 8
    shown = np.flatnonzero(real)
    spots = sheet.spots(sheet.rings.xy[vertex[shown]], np.arange(len(shown)))
    for nth, spot in zip(shown.tolist(), spots, strict=True):
        tip = sheet.rings.xy[vertex[nth]]
        place = f"{tip[0]:.{digits}f},{tip[1]:.{digits}f}"
        yield Defect(
            sheet.kind, (sheet.keys[row[nth]], place), [int(row[nth])],
            params={"angle": metres(angle[nth]), "width": metres(width[nth])},
            shape=spot, measured=metres(width[nth]), required=Decimal(str(width_m)),
            unit="米",
        )  # fmt: skip


def _sharp(block: _Block, doubled: float) -> tuple[_Ints, _Floats, _Floats]:
    """Return vertices with an angle under 90°, that angle in degrees, and how far apart the arms end, metres.

    Args:
        doubled: of vertices that are no further apart only the last counts.
    """
    length, within = block.edges
    kept = np.flatnonzero(within & (length > doubled))
    begin = np.searchsorted(kept, block.ring)
    first, last = begin[:-1], begin[1:]
    real = last > first
    before, after = np.arange(len(kept)) - 1, np.arange(len(kept)) + 1
    before[first[real]] = last[real] - 1
    after[last[real] - 1] = first[real]
    xy = block.xy[kept]
    back, on = xy[before] - xy, xy[after] - xy
    cross = np.abs(back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0])
    dot = (back * on).sum(axis=1)
    sharp = np.flatnonzero(dot > 0)
    longer = np.maximum(np.hypot(*back[sharp].T), np.hypot(*on[sharp].T))
    angle = np.degrees(np.arctan2(cross[sharp], dot[sharp]))
    return kept[sharp], angle, cross[sharp] / longer


def tiny_holes(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No hole is so small that it can only be a slip. Of an outline that crosses itself none is measured.

    Yields:
        One defect per feature, at the holes.
    """
    most = work.number("quality.tiny_hole_m2")
    rings = sheet.rings
    rows = _rows(rings)
    hole = np.flatnonzero(rings.is_hole & (rings.state[rows] == reading.SOUND) & sheet.valid[rows])
    count = rings.ring[hole + 1] - rings.ring[hole]
    begin = np.cumsum(count) - count
    xy = rings.xy[ranges(rings.ring[hole], count)]
    xy = (xy - np.repeat(xy[begin], count, axis=0)) * np.array(sheet.metres)
    turn = np.append(xy[:-1, 0] * xy[1:, 1] - xy[:-1, 1] * xy[1:, 0], 0.0)
    area = np.abs(np.add.reduceat(turn, begin)) / 2 if len(hole) else np.empty(0)
    tiny = np.flatnonzero(area <= float(most))
    row = rows[hole[tiny]]
    for first, last, spot in _spotted(sheet, row, rings.xy[rings.ring[hole[tiny]]]):
        some = tiny[first:last]
        yield Defect(
            sheet.kind, (sheet.keys[row[first]],), [int(row[first])],
            params={"holes": len(some), "smallest": square_metres(area[some].min())},
            shape=spot, measured=square_metres(area[some].min()), required=most, unit="平方米",
        )  # fmt: skip


def perimeters(sheet: Sheet) -> _Floats:
    """Return about how many metres each row's outline is long, holes with it."""

    def look(block: _Block) -> tuple[_Ints, _Floats]:
        length, within = block.edges
        total = np.concatenate([[0.0], np.cumsum(np.where(within, length, 0.0))])
        return block.row, total[block.ring[1:] - 1] - total[block.ring[:-1]]

    found = np.zeros(len(sheet))
    for row, length in in_order(look, _blocks(sheet)):
        found += np.bincount(row, length, minlength=len(sheet))
    return found


def _spotted(sheet: Sheet, row: _Ints, xy: _Floats) -> Iterator[tuple[int, int, Any]]:
    """Yield where each row's run of points begins and ends, and the first of them as a shape in the plane."""
    runs = list(_runs(row))
    begin, count = (np.array([each[nth] for each in runs], np.int64) for nth in (0, 1))
    owner = np.repeat(np.arange(len(runs)), count - begin)
    shown = np.arange(len(row)) - np.repeat(begin, count - begin) < LISTED
    spots = sheet.spots(xy[shown], owner[shown])
    for (first, last), spot in zip(runs, spots, strict=True):
        yield first, last, spot


def _runs(number: _Ints) -> Iterator[tuple[int, int]]:
    """Yield where each run of equal numbers begins and ends."""
    begin = np.flatnonzero(np.diff(number, prepend=-1)).tolist()
    return zip(begin, [*begin[1:], len(number)][: len(begin)], strict=True)


def _rows(rings: Rings) -> _Ints:
    """Return whose each ring is."""
    return np.repeat(np.arange(len(rings.state)), np.diff(rings.feature_ring))


def _blocks(sheet: Sheet) -> Iterator[_Block]:
    """Part the rings of a sheet; rows with a coordinate that is no number, or an open ring, are left out."""
    rings = sheet.rings
    sound = np.flatnonzero(np.isin(rings.state[_rows(rings)], (reading.SOUND, reading.EMPTY)))
    rows = _rows(rings)
    scale = np.array(sheet.metres)
    # Rows left out part the rings into runs; a run is cut into blocks.
    for start, stop in _runs(sound - np.arange(len(sound))):
        low, high = int(sound[start]), int(sound[stop - 1]) + 1
        cuts = np.arange(rings.ring[low], rings.ring[high], BLOCK)
        firsts = np.unique(np.searchsorted(rings.ring[low:high], cuts)) + low
        firsts = firsts[firsts < high]
        for first, last in zip(firsts.tolist(), [*firsts[1:].tolist(), high], strict=True):
            begin, end = int(rings.ring[first]), int(rings.ring[last])
            xy = (rings.xy[begin:end] - rings.xy[begin]) * scale
            yield _Block(begin, xy, rings.ring[first : last + 1] - begin, rows[first:last])

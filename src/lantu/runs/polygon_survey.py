"""A first look at every row of a file: what is no polygon, where it lies, how much it is when packed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from lantu.core.area import StatutoryPlane
from lantu.core.crs import Bounds, check_bounds, delivered_epsg
from lantu.core.errors import InputError
from lantu.core.foreign import FileSystem, check_any_bounds
from lantu.core.progress import Progress
from lantu.intake.pieces import Pieces
from lantu.overlay import wkb
from lantu.overlay.packing import rings_of
from lantu.overlay.threads import in_order
from lantu.runs.memory import Size
from lantu.store.layers import bounds_lonlat

NAME = "BSM"
"""The field that names a feature."""
PIECE_ROWS = 65_536
PIECE_VERTICES = 4_000_000
"""A piece of a layer has no more rows and, unless it is one row, no more vertices."""
SHOWN = 5

# What a row may turn out to be, beside what `wkb` tells apart.
_NULL, _CURVED, _ACROSS = 100, 101, 102
_FAULTS = {
    wkb.UNREADABLE: "intake.bad_wkb", _NULL: "intake.null_geometry", wkb.EMPTY: "intake.empty_geometry",
    wkb.NOT_FINITE: "intake.bad_coordinate", _CURVED: "intake.curved_rows",
    wkb.NOT_POLYGON: "intake.not_polygon", wkb.UNCLOSED: "intake.unclosed", _ACROSS: "crs.across",
}  # fmt: skip
_CURVES = (8, 9, 10, 11, 12)

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file holds, every row of it a polygon.

    Attributes:
        bounds, lonlat: where it lies, as delivered and in degrees.
        has_z: whether heights or measures are left behind.
        stops, sizes: of each piece the row before which it ends, and how big it is.
        heaviest: the features with most vertices, as messages have them.
    """

    bounds: Bounds
    lonlat: Bounds
    has_z: bool
    stops: list[int]
    sizes: list[Size]
    heaviest: str

    @property
    def size(self) -> Size:
        return sum(self.sizes, Size())


def survey(source: Pieces, system: FileSystem, progress: Progress) -> Survey:
    """Look at every row.

    Raises:
        InputError: `intake.null_geometry`, `.empty_geometry`, `.bad_wkb`, `.bad_coordinate`, `.curved_rows`,
            `.not_polygon`, `.unclosed`, `crs.across`: how many there are and which come first;
            `layer.no_rows`; `crs.*`: coordinates that cannot be in this system; as `Pieces.read`.
    """
    delivered = delivered_epsg(system.crs) is not None
    step = StatutoryPlane(0, 0).step(system.crs)
    half_turn = math.inf
    if system.crs.is_geographic and not delivered:
        half_turn = math.pi / system.crs.axis_info[0].unit_conversion_factor

    def look(piece: tuple[pa.Table, pa.Array | None]) -> _Look:
        table, column = piece
        assert column is not None  # whoever calls has seen to it
        return _look(table, column, step, half_turn)

    found = _Found()
    for each in in_order(look, source.read([NAME])):
        found.add(each)
        progress("progress.survey", found.rows, source.rows)
    found.refuse(source.where)
    if found.rows == 0:
        raise InputError("layer.no_rows", where=source.where)
    west, south, east, north = found.box.tolist()
    bounds = west, south, east, north
    if delivered:
        check_bounds(bounds, system.crs, source.where)
    lonlat = bounds_lonlat(np.array([shapely.box(*bounds)], object), system.crs)
    if not delivered:
        check_any_bounds(bounds, system.crs, lonlat, source.where)
    found.close()
    heaviest = "、".join(f"{name} ({vertices:,})" for vertices, name in found.heaviest)
    return Survey(bounds, lonlat, found.has_z, found.stops, found.sizes, heaviest)


def names_of(table: pa.Table, rows: NDArray[np.integer[Any]], first: int = 0) -> list[str]:
    """Return what messages call some rows of a piece: their BSM, else their place in the file from 1.

    Args:
        first: the place of the piece's first row in the file, from 0.
    """
    if NAME in table.column_names:
        return [f"{NAME} {table[NAME][int(row)].as_py()}" for row in rows]
    return [f"FID {first + int(row) + 1}" for row in rows]


@dataclass(frozen=True, slots=True)
class _Look:
    """Some rows: per row its state, rings and vertices; the box of all."""

    table: pa.Table
    state: NDArray[np.int8]
    rings: _Ints
    vertices: _Floats
    box: _Floats
    has_z: bool


@dataclass(slots=True)
class _Found:
    """What was found so far; the piece under way is not among `sizes` yet."""

    rows: int = 0
    box: _Floats = field(default_factory=lambda: np.array([np.inf, np.inf, -np.inf, -np.inf]))
    has_z: bool = False
    stops: list[int] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    heaviest: list[tuple[int, str]] = field(default_factory=list)
    under_way: Size = field(default_factory=Size)
    counts: dict[int, int] = field(default_factory=dict)
    named: dict[int, list[str]] = field(default_factory=dict)

    def add(self, seen: _Look) -> None:
        for state in np.unique(seen.state[seen.state != wkb.SOUND]).tolist():
            bad = np.flatnonzero(seen.state == state)
            names = self.named.setdefault(state, [])
            names += names_of(seen.table, bad[: SHOWN - len(names)], self.rows)
            self.counts[state] = self.counts.get(state, 0) + len(bad)
        self.box[:2] = np.minimum(self.box[:2], seen.box[:2])
        self.box[2:] = np.maximum(self.box[2:], seen.box[2:])
        self.has_z |= seen.has_z
        self._weigh(seen)
        self._cut(seen)
        self.rows += len(seen.state)

    def refuse(self, where: str) -> None:
        """Raise what is wrong with some rows, the worst first."""
        for state, code in _FAULTS.items():
            if state in self.counts:
                names = "、".join(self.named[state])
                raise InputError(code, where=where, count=self.counts[state], features=names)

    def close(self) -> None:
        """End the piece under way."""
        if self.under_way.rows:
            self.stops.append((self.stops[-1] if self.stops else 0) + self.under_way.rows)
            self.sizes.append(self.under_way)
            self.under_way = Size()

    def _weigh(self, seen: _Look) -> None:
        most = np.argsort(-seen.vertices, kind="stable")[:SHOWN]
        names = names_of(seen.table, most, self.rows)
        more = zip(seen.vertices[most].astype(np.int64).tolist(), names, strict=True)
        self.heaviest = sorted([*self.heaviest, *more], key=lambda each: -each[0])[:SHOWN]

    def _cut(self, seen: _Look) -> None:
        summed = np.cumsum(seen.vertices)
        begin, before = 0, 0.0
        while begin < len(summed):
            room = PIECE_VERTICES - self.under_way.vertices
            fits = int(np.searchsorted(summed, before + room, side="right")) - begin
            count = min(fits, PIECE_ROWS - self.under_way.rows)
            if count <= 0 and self.under_way.rows:
                self.close()
                continue
            stop = begin + max(count, 1)
            vertices = seen.vertices[begin:stop]
            rings, most = int(seen.rings[begin:stop].sum()), int(vertices.max())
            self.under_way += Size(stop - begin, rings, int(vertices.sum()), most)
            begin, before = stop, float(summed[stop - 1])


def _look(table: pa.Table, column: pa.Array, step: float, half_turn: float) -> _Look:
    rings = rings_of(column)
    state = rings.state.copy()
    has_z, curved = _kinds(column)
    state[(state == wkb.NOT_POLYGON) & curved] = _CURVED
    state[np.asarray(column.is_null())] = _NULL
    vertices, across, box = np.empty(len(state)), np.empty(len(state), np.bool_), np.empty(4)
    wkb.weigh(rings.xy, rings.ring, rings.feature_ring, step, half_turn, vertices, across, box)
    state[across & (state == wkb.SOUND)] = _ACROSS
    return _Look(table, state, np.diff(rings.feature_ring), vertices, box, has_z)


def _kinds(column: pa.Array) -> tuple[bool, NDArray[np.bool_]]:
    """Return whether any shape has heights or measures, and which rows are curves."""
    curved = np.zeros(len(column), np.bool_)
    long = np.flatnonzero(np.asarray(pc.fill_null(pc.binary_length(column), 0)) >= 5)
    if len(long) == 0:
        return False, curved
    heads = pc.binary_slice(column.take(pa.array(long)), 0, 5)
    head = np.array(heads.to_pylist(), "S5").view(np.uint8).reshape(-1, 5).astype(np.uint32)
    little, big = head[:, 4:0:-1], head[:, 1:]
    code = np.where(head[:, :1] == 1, little, big) @ np.array([1 << 24, 1 << 16, 1 << 8, 1], np.uint32)
    kind = code & 0x0FFFFFFF
    curved[long] = np.isin(kind % 1000, _CURVES)
    return bool(((code & 0xC0000000 != 0) | (kind >= 1000)).any()), curved

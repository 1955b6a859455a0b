"""Overlay any two files: how much of what lies on what, in statutory areas; no home is needed.

The smaller file is packed and kept, the bigger one comes in pieces. Every pair of features is measured alone,
and sums are exact until they are rounded once: figures do not depend on pieces, threads, or who is streamed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

import lantu
from lantu.core.crs import Bounds
from lantu.core.errors import InputError, StorageError
from lantu.core.progress import Progress, silent
from lantu.overlay.engine import KernelEngine, method, prepare
from lantu.overlay.pack import PackedLayer
from lantu.runs import memory
from lantu.runs.kept_pieces import KeptPieces, keeping
from lantu.runs.overlay_rows import Pairs, Rows, Sums, exact
from lantu.runs.polygon_files import (
    Labels,
    Piece,
    PolygonSource,
    UsedFile,
    check_memory,
    labels_of,
    open_polygons,
)
from lantu.runs.table_file import check_out

FORMAT = 1
"""Goes up with every change of what kept pieces mean."""
LEFT, RIGHT = 0, 1
_ROW_BYTES = 24


@dataclass(frozen=True, slots=True)
class Side(UsedFile):
    """One file of an overlay.

    Attributes:
        field: the field its features are summed by; None for each feature by itself.
        area_m2: the sum of its features' statutory areas.
        mended: names of the features that GEOS mended.
    """

    field: str | None
    area_m2: float
    mended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileOverlay:
    """The result.

    Attributes:
        method: engine, plane and the greatest edge.
        total_m2, pairs: what features share in all, and how many pairs of them do.
        rows: left, right, area_m2 and pairs, biggest first: all, or where one row per pair went to a file,
            the biggest.
        row_count: how many rows there are.
        apart: whether not even the extents of the files meet.
        resumed: features that an earlier, interrupted run had measured.
    """

    left: Side
    right: Side
    method: str
    total_m2: float
    pairs: int
    rows: pa.Table
    row_count: int
    apart: bool
    resumed: int


def overlay_files(
    left: Path,
    right: Path,
    by: tuple[str, str] | None = None,
    *,
    left_layer: str | None = None,
    right_layer: str | None = None,
    assume_cgcs2000: bool = False,
    mend: bool = False,
    out: Path | None = None,
    available: int | None = None,
    progress: Progress = silent,
) -> FileOverlay:
    """Measure what the polygons of two files share.

    Features of one file that overlap each other count each for itself.

    Args:
        by: a field of each file to sum by; None gives a row per pair of features, named by their place in
            the file, from 1.
        left_layer, right_layer: which layer of a file that has several.
        mend: whether polygons that cover ground twice are measured as GEOS's `make_valid` has them, and
            named; else they are refused.
        out: a Parquet file to write the rows to: sums biggest first, pairs by left and right. Finished pieces
            wait beside it, see `keeping`; it appears whole or not at all.
        available: bytes of memory there are; None asks the system.

    Raises:
        InputError: `intake.*`, `crs.*`, `layer.no_rows`, `overlay.*`: what is wrong, where, how to mend it.
        StorageError: the disk is full or refuses.
        BusyError: `overlay.busy`.
    """
    wanted = ((left, left_layer), (right, right_layer))
    if out:
        check_out(out, (left, right))
    with ExitStack() as stack:
        files = [
            stack.enter_context(open_polygons(path, layer, name, assume_cgcs2000, progress))
            for (path, layer), name in zip(wanted, by or (None, None), strict=True)
        ]
        sizes = [each.survey.size.packed for each in files]
        streamed = LEFT if sizes[LEFT] > sizes[RIGHT] else RIGHT
        work = _Work(files, streamed, out is None, mend, available, progress)
        work.check_memory()
        kept = None
        if out:
            rows = 1 if by else sum(each.rows.rows for each in files)
            kept = stack.enter_context(keeping(out, work.facts, _ROW_BYTES * rows))
        work.measure(kept)
        result = work.result()
        if kept:
            described = {
                "left": result.left.digest, "right": result.right.digest, "method": result.method,
                "by": [result.left.field, result.right.field],
                "mended": [list(result.left.mended), list(result.right.mended)],
            }  # fmt: skip
            kept.publish(work.rows.tables(work.again(kept)), work.rows.schema, described)
        return result


@dataclass(slots=True)
class _Work:
    """An overlay under way.

    Attributes:
        streamed: the side that comes in pieces.
        held: whether all rows are held in memory.
        mend: whether broken polygons are mended, and mended: which were, per side.
        area: per side, and total: floats whose sum is exact.
    """

    files: list[PolygonSource]
    streamed: int
    held: bool
    mend: bool
    available: int | None
    progress: Progress
    rows: Rows = field(init=False)
    area: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    total: list[float] = field(default_factory=list)
    mended: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    pairs: int = 0
    resumed: int = 0

    def __post_init__(self) -> None:
        left, right = self.files
        if left.field is not None and right.field is not None:
            self.rows = Sums(_type(left, left.field), _type(right, right.field))
        else:
            self.rows = Pairs(self.streamed == LEFT, self.held)

    @property
    def facts(self) -> dict[str, Any]:
        """Return all that the result depends on."""
        return {
            "format": FORMAT, "version": lantu.__version__, "method": self.method, "streamed": self.streamed,
            "stops": self.files[self.streamed].survey.stops, "mend": self.mend,
            "files": [[f.rows.digest, f.rows.layer, f.field, f.system.words] for f in self.files],
        }  # fmt: skip

    @property
    def method(self) -> str:
        return method(KernelEngine(), self.files[LEFT].plane)

    def check_memory(self) -> None:
        """Refuse what does not fit, before it is begun."""
        whole, pieces = self.files[1 - self.streamed], self.files[self.streamed].survey.sizes
        size = whole.survey.size
        check_memory(whole, size.packing, self.available)
        most = max(each.packing + each.overlaying(size) for each in pieces)
        check_memory(self.files[self.streamed], size.packed + most, self.available)

    def measure(self, kept: KeptPieces | None) -> None:
        """Overlay piece by piece; what is kept already is taken from there."""
        prepare(self.progress)
        other = self.files[1 - self.streamed]
        whole, labels = other.whole(self.files[LEFT].plane, self.progress)
        whole, names = self._sound(other, whole, 0, True)
        self.mended[1 - self.streamed].extend(names)
        self.area[1 - self.streamed].extend(exact(whole.area_m2.tolist()))
        source = self.files[self.streamed]
        for piece in source.pieces():
            found = kept.get(piece.number) if kept else None
            if found is None:
                found = self._measured(piece, whole, labels)
                if kept:
                    kept.put(piece.number, *found)
            else:
                self.resumed += piece.rows
            table, facts = found
            self.rows.add(table)
            self.area[self.streamed].extend(facts["area"])
            self.total.extend(facts["total"])
            self.pairs += facts["pairs"]
            self.mended[self.streamed].extend(facts["mended"])
            self._check_rows()
            self.progress("progress.overlay", piece.stop, source.rows.rows)

    def result(self) -> FileOverlay:
        left, right = (
            Side(**asdict(each.used), field=each.field, area_m2=math.fsum(area), mended=tuple(mended))
            for each, area, mended in zip(self.files, self.area, self.mended, strict=True)
        )
        return FileOverlay(
            left, right, self.method, math.fsum(self.total), self.pairs, self.rows.biggest(),
            self.rows.count, _apart(*(each.survey.lonlat for each in self.files)), self.resumed,
        )  # fmt: skip

    def again(self, kept: KeptPieces) -> Iterator[pa.Table]:
        """Yield what was kept of every piece."""
        for number in range(len(self.files[self.streamed].survey.stops)):
            found = kept.get(number)
            if found is None:
                raise StorageError("overlay.piece_gone", number=number + 1)
            yield found[0]

    def _measured(self, piece: Piece, whole: PackedLayer, labels: Labels) -> tuple[pa.Table, dict[str, Any]]:
        source = self.files[self.streamed]
        size = source.survey.sizes[piece.number]
        other = self.files[1 - self.streamed].survey.size
        check_memory(source, size.packing + size.overlaying(other), self.available)
        layer = source.packed(iter(piece.wkb), self.files[LEFT].plane, piece.first)
        layer, names = self._sound(source, layer, piece.first, len(source.survey.stops) == 1)
        own = labels_of(piece.table, source.field, len(layer), piece.first)

        def part(step: str, done: int, total: int | None = None) -> None:
            rows = len(layer) * done // (total or 1)
            self.progress("progress.overlay", piece.first + rows, source.rows.rows)

        if self.streamed == LEFT:
            shared = KernelEngine().overlay(layer, whole, part)
            table = self.rows.of_piece(shared, own, labels)
        else:
            shared = KernelEngine().overlay(whole, layer, part)
            table = self.rows.of_piece(shared, labels, own)
        facts = {
            "pairs": len(shared.area_m2), "total": exact(shared.area_m2.tolist()),
            "area": exact(layer.area_m2.tolist()), "mended": names,
        }  # fmt: skip
        return table, facts

    def _sound(
        self, source: PolygonSource, layer: PackedLayer, first: int, whole: bool
    ) -> tuple[PackedLayer, list[str]]:
        names: list[str] = []
        if self.mend:
            layer, names = source.mended(layer, first)
        source.refuse_broken(layer, first, whole)
        return layer, names

    def _check_rows(self) -> None:
        have = memory.available() if self.available is None else self.available
        if have is not None and self.rows.nbytes > have:
            raise InputError(
                "overlay.too_many_rows", rows=f"{self.rows.count:,}", need=memory.gib(self.rows.nbytes),
                have=memory.gib(have),
            )  # fmt: skip


def _apart(one: Bounds, other: Bounds) -> bool:
    west, south, east, north = one
    # Longitudes may be counted from 0 to 360 in one of them.
    meets = any(west + turn <= other[2] and other[0] <= east + turn for turn in (0, 360, -360))
    return not meets or north < other[1] or other[3] < south


def _type(source: PolygonSource, name: str) -> pa.DataType:
    found = source.rows.schema.field(name).type
    return found.value_type if pa.types.is_dictionary(found) else found

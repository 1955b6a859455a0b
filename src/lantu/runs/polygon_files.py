"""Files of polygons that a command was given, read in pieces and packed in one statutory plane."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from lantu.core.area import StatutoryPlane
from lantu.core.crs import delivered_epsg, show_bounds
from lantu.core.errors import InputError
from lantu.core.foreign import FileSystem, read_any_crs
from lantu.core.progress import Progress, silent
from lantu.intake.pieces import Pieces, open_pieces
from lantu.intake.reasons import first_words
from lantu.overlay.cutting import repaired
from lantu.overlay.engine import prepare
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack
from lantu.runs import memory
from lantu.runs.polygon_survey import NAME, SHOWN, Survey, names_of, survey

_STEEP = 75.0
_JUMP_M = 1e6
"""No edge of 70 m is so long in the plane, unless it crosses the plane's cut, 180° from its middle."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the features are summed by: `value[number[row]]` is a row's; None where it has none."""

    number: NDArray[np.int64]
    value: Sequence[Any]


@dataclass(frozen=True, slots=True)
class UsedFile:
    """What results say of a file, one layer of it.

    Attributes:
        system: its coordinate system, with the transformation where one was needed.
        notes: message codes of what was changed on the way in.
    """

    file: str
    layer: str
    digest: str
    system: str
    features: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolygonFile:
    """One file, packed.

    Attributes:
        labels: of the field asked for, else the places in the file, from 1.
    """

    used: UsedFile
    plane: StatutoryPlane
    pack: PackedLayer
    labels: Labels


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a file.

    Attributes:
        number, first: which piece it is, and its first row in the file, from 0.
        table: the field asked for, and no column where none was.
        wkb: in parts.
    """

    number: int
    first: int
    table: pa.Table
    wkb: list[pa.Array]

    @property
    def rows(self) -> int:
        return sum(map(len, self.wkb))  # a table without columns does not know

    @property
    def stop(self) -> int:
        return self.first + self.rows


@dataclass(frozen=True, slots=True)
class PolygonSource:
    """One file, one layer of it, every row of it looked at and none kept. Made by `open_polygons`.

    Attributes:
        field: the field asked for, as the file spells it.
    """

    rows: Pieces
    system: FileSystem
    field: str | None
    survey: Survey

    @property
    def used(self) -> UsedFile:
        rows = self.rows
        notes = rows.notes + ("intake.z_dropped",) * self.survey.has_z
        notes += (self.system.note,) * bool(self.system.note)
        return UsedFile(rows.path.name, rows.layer, rows.digest, self.system.words, rows.rows, notes)

    @property
    def plane(self) -> StatutoryPlane:
        """Return the plane for which this file is the first."""
        west, south, east, north = self.survey.lonlat
        # Nearer to a pole the plane is stretched so far that coordinates would round too coarsely.
        return StatutoryPlane.near((west + east) / 2, min(max((south + north) / 2, -_STEEP), _STEEP))

    def pieces(self) -> Iterator[Piece]:
        """Read the shapes, and the field asked for, as `survey.stops` cut the file.

        Raises:
            InputError: as `Pieces.read`.
        """
        tables: list[pa.Table] = []
        parts: list[pa.Array] = []
        number, first, at = 0, 0, 0
        for table, wkb in self.rows.read([] if self.field is None else [self.field]):
            assert wkb is not None  # open_polygons has seen to it
            begin = 0
            while begin < len(wkb):
                stop = min(self.survey.stops[number] - at, len(wkb))
                tables.append(table.slice(begin, stop - begin))
                parts.append(wkb.slice(begin, stop - begin))
                begin = stop
                if at + stop == self.survey.stops[number]:
                    yield Piece(number, first, pa.concat_tables(tables), parts)
                    number, first, tables, parts = number + 1, at + stop, [], []
            at += len(wkb)

    def whole(self, plane: StatutoryPlane, progress: Progress) -> tuple[PackedLayer, Labels]:
        """Pack the whole file; polygons that cover ground twice are among its `broken`.

        Raises:
            InputError: as `pieces` and `packed`; `overlay.field_kind`.
        """
        tables: list[pa.Table] = []

        def wkb() -> Iterator[pa.Array]:
            for piece in self.pieces():
                tables.append(piece.table)
                yield from piece.wkb
                progress("progress.project", piece.stop, self.rows.rows)

        layer = self.packed(wkb(), plane)
        return layer, labels_of(pa.concat_tables(tables), self.field, len(layer))

    def packed(self, wkb: Iterator[pa.Array], plane: StatutoryPlane, first: int = 0) -> PackedLayer:
        """Pack some rows.

        Args:
            first: the place of the first of them in the file, from 0.

        Raises:
            InputError: `crs.outside`, `crs.across`.
        """
        try:
            found = pack(wkb, self.rows.where, (plane, self.system.crs))
        except ProjError:
            bounds = show_bounds(self.survey.bounds)
            raise InputError(
                "crs.outside", where=self.rows.where, crs=self.system.crs.name, bounds=bounds
            ) from None
        if delivered_epsg(self.system.crs) is None:
            self._refuse_across(found, first)
        return found

    def mended(self, layer: PackedLayer, first: int = 0) -> tuple[PackedLayer, list[str]]:
        """Let GEOS mend the polygons that cover ground twice; return the names of those, too."""
        if not len(layer.broken):
            return layer, []
        names, _ = self._look_up(first + layer.broken)
        return repaired(layer, layer.broken), names

    def refuse_broken(self, layer: PackedLayer, first: int = 0, whole: bool = True) -> None:
        """Refuse polygons that cover ground twice.

        Args:
            first: the place of the pack's first row in the file, from 0.
            whole: whether the pack is the whole file: else there may be more of them.

        Raises:
            InputError: `intake.invalid_geometry`, `intake.invalid_at_least`.
        """
        if len(layer.broken):
            found, shape = self._look_up(first + layer.broken[:SHOWN])
            names = "、".join(found)
            raise InputError(
                "intake.invalid_geometry" if whole else "intake.invalid_at_least", where=self.rows.where,
                count=len(layer.broken), features=names, why=shapely.is_valid_reason(shape),
            )  # fmt: skip

    def _refuse_across(self, layer: PackedLayer, first: int) -> None:
        long = np.flatnonzero(np.abs(np.diff(layer.xy[:, 0])) > _JUMP_M)
        ring = np.searchsorted(layer.ring, long, side="right") - 1
        inner = long + 1 < layer.ring[ring + 1]
        rows = np.unique(np.searchsorted(layer.feature_ring, ring[inner], side="right") - 1)
        if len(rows):
            names = "、".join(self._look_up(first + rows[:SHOWN])[0])
            raise InputError("crs.across", where=self.rows.where, count=len(rows), features=names)

    def _look_up(self, wanted: NDArray[np.integer[Any]]) -> tuple[list[str], Any]:
        """Read the file again for the names of some rows, and the shape of the first."""
        names: list[str] = []
        shape, at = None, 0
        for table, wkb in self.rows.read([NAME]):
            assert wkb is not None
            here = wanted[(wanted >= at) & (wanted < at + len(wkb))] - at
            names += names_of(table, here, at)
            if shape is None and len(here):
                shape = shapely.from_wkb(wkb[int(here[0])].as_py())
            at += len(wkb)
        return names, shape


@contextmanager
def open_polygons(
    path: Path,
    layer: str | None,
    field: str | None = None,
    assume_cgcs2000: bool = False,
    progress: Progress = silent,
    crs: str | None = None,
) -> Iterator[PolygonSource]:
    """Open a file and look at every row of it.

    Args:
        layer: which one of a file that has several.
        field: a field that must be there; its case does not matter.
        crs: system of a file that names none.

    Raises:
        InputError: `intake.*`, `crs.*`, `layer.no_rows`, `overlay.no_shapes`, `.no_field`: what is wrong,
            where, how to mend it.
    """
    with open_pieces(path, layer) as rows:
        if not rows.has_shapes:
            raise InputError("overlay.no_shapes", where=rows.where)
        spelt = _spelt(rows, field)
        if crs and rows.crs:
            raise InputError("crs.has_own", where=rows.where, crs=crs)
        system = read_any_crs(rows.crs or crs, rows.where, assume_cgcs2000)
        yield PolygonSource(rows, system, spelt, survey(rows, system, progress))


def read_polygons(
    wanted: Sequence[tuple[Path, str | None]],
    *,
    fields: Sequence[str | None] | None = None,
    assume_cgcs2000: bool = False,
    broken: Collection[int] = (),
    plane: StatutoryPlane | None = None,
    crs: str | None = None,
    progress: Progress = silent,
) -> list[PolygonFile]:
    """Read and pack files.

    Args:
        wanted: files, each with the layer of it where it has several.
        fields: for each file the field its features are summed by.
        broken: places in `wanted` of the files whose polygons may cover ground twice: `PackedLayer.broken`
            has them; in any other file they are refused.
        plane: where the areas are measured; None lets the first file choose.
        crs: system of files that name none (WKT).

    Raises:
        InputError: `intake.*`, `crs.*`, `layer.no_rows`, `overlay.no_shapes`, `.no_field`, `.too_big`: what
            is wrong, where, how to mend it.
    """
    with ExitStack() as stack:
        sources = [
            stack.enter_context(open_polygons(path, layer, field, assume_cgcs2000, progress, crs))
            for (path, layer), field in zip(wanted, fields or [None] * len(wanted), strict=True)
        ]
        for nth, source in enumerate(sources):
            before = sum(each.survey.size.packed for each in sources[:nth])
            check_memory(source, before + source.survey.size.packing)
        prepare(progress)
        plane = plane or sources[0].plane
        files = []
        for nth, source in enumerate(sources):
            layer, labels = source.whole(plane, progress)
            if nth not in broken:
                source.refuse_broken(layer)
            files.append(PolygonFile(source.used, plane, layer, labels))
        return files


def check_memory(source: PolygonSource, need: int, available: int | None = None) -> None:
    """Refuse work on a file that needs more memory than there is.

    Raises:
        InputError: `overlay.too_big`.
    """
    have = memory.available() if available is None else available
    if have is not None and need > have:
        raise InputError(
            "overlay.too_big", where=source.rows.where, need=memory.gib(need), have=memory.gib(have),
            vertices=f"{source.survey.size.vertices:,}", heaviest=source.survey.heaviest,
        )  # fmt: skip


def labels_of(table: pa.Table, field: str | None, rows: int, first: int = 0) -> Labels:
    """Return the values of a field, or the places in the file from 1.

    What is no number (NaN) is no value.

    Args:
        rows, first: how many there are, and the place of the first in the file, from 0.

    Raises:
        InputError: `overlay.field_kind`: lists and the like are nothing to sum by.
    """
    if field is None:
        return Labels(np.arange(rows), range(first + 1, first + rows + 1))
    column = table[field].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    try:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        coded = column.dictionary_encode()
    except pa.ArrowException as error:
        raise InputError("overlay.field_kind", field=field, why=first_words(error)) from None
    value = [None if each != each else each for each in coded.dictionary.to_pylist()]
    number = np.asarray(coded.indices.fill_null(len(value)), np.int64)
    return Labels(number, [*value, None] if coded.null_count else value)


def _spelt(rows: Pieces, field: str | None) -> str | None:
    names: dict[str, str] = {name.upper(): name for name in reversed(rows.schema.names)}
    if field is None or field in rows.schema.names:
        return field
    if field.upper() not in names:
        found = "、".join(rows.schema.names[:30])
        raise InputError("overlay.no_field", where=rows.where, field=field, found=found)
    return names[field.upper()]

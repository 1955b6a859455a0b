"""One layer of a package as the rules look at it: rows in an order of their own, measured when asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import Geometries, StatutoryPlane
from lantu.core.crs import Bounds, extent
from lantu.core.digest import digest_bytes, short
from lantu.lawbook import FieldSpec, LayerSpec
from lantu.overlay import wkb as reading
from lantu.overlay.cutting import spread
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import Rings, pack, rings_of
from lantu.quality.column import Column, column_of
from lantu.quality.findings import CannotTell, NotApplicable
from lantu.quality.package import FieldInfo, PackageLayer

NUMBER_FIELD = "BSM"
"""标识码: what names a feature, where it is there and unique."""
_METRES_PER_DEGREE = 111_320.0
_NUMBER = re.compile(r"[ \t]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[ \t]*", re.ASCII)

_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Sheet:
    """A layer matched to its profile.

    Every array is in canonical order: by place, then by content. The same rows in another order give the same
    sheet, so findings do not hang on how a file was written.

    Attributes:
        crs: system the coordinates are taken in; None where nothing can be measured.
        find_plane: says which is the package's statutory plane; None where nothing has a place.
    """

    spec: LayerSpec
    source: PackageLayer
    crs: CRS | None
    find_plane: Callable[[], StatutoryPlane | None]

    def __len__(self) -> int:
        return self.source.rows

    @property
    def kind(self) -> str:
        return self.spec.kind

    # --- rows ------------------------------------------------------------------------------------------

    @cached_property
    def order(self) -> _Ints:
        """The rows of the file in canonical order, from 0."""
        boxes = shapely.bounds(self._delivered) if self.source.wkb is not None else np.empty((len(self), 0))
        keys = tuple(np.nan_to_num(boxes.T[::-1], nan=np.inf))
        order = np.lexsort(keys) if keys else np.arange(len(self))
        boxes = np.nan_to_num(boxes[order], nan=np.inf)
        same = (boxes[1:] == boxes[:-1]).all(axis=1)
        if same.any():
            start = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)) == 1)
            stop = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)) == -1) + 1
            for first, end in zip(start.tolist(), stop.tolist(), strict=True):
                rows = order[first:end].tolist()
                order[first:end] = sorted(rows, key=self._content)
        return np.asarray(order, np.int64)

    def _content(self, row: int) -> tuple[bytes, str]:
        wkb = self.source.wkb[row].as_py() if self.source.wkb is not None else b""
        values = {name: column[row].as_py() for name, column in self._named.items()}
        return wkb or b"", repr(sorted(values.items()))

    @cached_property
    def fid(self) -> _Ints:
        """The rows' numbers in the file, from 1."""
        return self.order + 1

    @cached_property
    def keys(self) -> NDArray[np.object_]:
        """What each feature is called in a finding's identity: its BSM where unique, else with its place."""
        name = self.text(NUMBER_FIELD) if self.has(NUMBER_FIELD) else np.full(len(self), None, object)
        said = np.array(["" if each is None else str(each).strip() for each in name], object)
        _, first, times = np.unique(said.astype(str), return_inverse=True, return_counts=True)
        doubtful = (times[first] > 1) | (said == "")
        for row in np.flatnonzero(doubtful).tolist():
            said[row] = f"{said[row]}@{self._where(row)}"
        seen: dict[str, int] = {}
        for row in np.flatnonzero(doubtful).tolist():
            number = seen[said[row]] = seen.get(said[row], 0) + 1
            if number > 1:
                said[row] = f"{said[row]}~{number}"
        return said

    def _where(self, row: int) -> str:
        box = shapely.bounds(self.shapes[row]) if self.source.wkb is not None else np.full(4, np.nan)
        if np.isnan(box).any():
            return short(digest_bytes(repr(self._content(int(self.order[row]))).encode()), 8)
        digits = 6 if np.abs(box).max() <= 360 else 1
        return f"{(box[0] + box[2]) / 2:.{digits}f},{(box[1] + box[3]) / 2:.{digits}f}"

    def names(self, rows: Sequence[int], most: int = 5) -> str:
        """Return how a sentence names some features."""
        said = "、".join(self.keys[row] for row in rows[:most])
        return said + (" …" if len(rows) > most else "")

    # --- attributes ------------------------------------------------------------------------------------

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {}

    @cached_property
    def _named(self) -> dict[str, pa.ChunkedArray]:
        names = self.source.table.column_names
        return {name.upper(): self.source.table.column(nth) for nth, name in enumerate(names)}

    def has(self, field: str) -> bool:
        return field.upper() in self._named

    def needs(self, *fields: str) -> None:
        """Refuse to judge without some columns.

        Raises:
            CannotTell: `quality.field_absent` for a column that the profile wants.
            NotApplicable: `quality.field_not_used` for any other.
        """
        for field in fields:
            if not self.has(field):
                spec = self.spec.fields.get(field)
                kind = NotApplicable if spec is None or spec.presence == "optional" else CannotTell
                code = "quality.field_not_used" if kind is NotApplicable else "quality.field_absent"
                raise kind(code, layer=self.kind, where=self.source.where, field=field)

    def column(self, field: str) -> pa.Array:
        """Return a column, in canonical order, as the file types it."""
        found = self._named[field.upper()].combine_chunks()
        if isinstance(found, pa.ChunkedArray):
            found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], found.type)
        return found.take(pa.array(self.order))

    def values(self, field: str) -> Column:
        """Return a column as text by its distinct values, made once."""
        field = field.upper()
        if field not in self._columns:
            self._columns[field] = column_of(self._named[field], self.order)
        return self._columns[field]

    def text(self, field: str) -> NDArray[np.object_]:
        """Return a column as text, None where null; a whole number has no decimals."""
        return self.values(field).per_row()

    def is_text(self, field: str) -> bool:
        """Say whether the file keeps a column as text."""
        kind = self._named[field.upper()].type
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))

    def null(self, field: str) -> _Bools:
        """Return which rows of a column are null; NaN is not."""
        null = pc.is_null(self._named[field.upper()]).to_numpy()
        return np.asarray(null, np.bool_)[self.order]

    def number(self, field: str) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where null or no number."""
        column = self.column(field)
        if self.is_text(field):
            said = self.values(field)
            return np.append([_number(each) for each in said.texts.tolist()], np.nan)[said.number]
        if pa.types.is_decimal(column.type):
            column = column.cast(pa.float64())
        return np.asarray(
            pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64
        )

    def field_info(self, field: str) -> FieldInfo | None:
        """Return how the file declares a column."""
        return next((each for each in self.source.fields if each.name.upper() == field.upper()), None)

    def field_specs(self) -> list[FieldSpec]:
        """Return what the profile wants of the columns that are there."""
        return [each for name, each in self.spec.fields.items() if self.has(name)]

    # --- shapes ----------------------------------------------------------------------------------------

    @cached_property
    def _delivered(self) -> Geometries:
        column = self.source.wkb
        assert column is not None  # of a table nobody asks for shapes
        # NaN coordinates are a rule's business, not a warning's.
        with np.errstate(invalid="ignore"):
            shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
        return np.asarray(shapes, object)

    @cached_property
    def shapes(self) -> Geometries:
        """Shapely shapes in the system of delivery; None where there is none or GEOS cannot hold it."""
        return self._delivered[self.order]

    @cached_property
    def wkb(self) -> pa.Array:
        """The geometries as WKB, in canonical order."""
        assert self.source.wkb is not None
        return self.source.wkb.take(pa.array(self.order))

    @cached_property
    def rings(self) -> Rings:
        """Rings of polygons, in the system of delivery; `state` says which rows could not be read."""
        return rings_of(self.wkb)

    @cached_property
    def missing(self) -> _Bools:
        """Which rows have no geometry at all."""
        return np.asarray(pc.is_null(self.wkb).to_numpy(zero_copy_only=False), np.bool_)

    @cached_property
    def valid(self) -> _Bools:
        """Which shapes are sound in OGC's sense; True where there is nothing to judge."""
        sound: _Bools = spread(shapely.is_valid, self.shapes) | shapely.is_missing(self.shapes)
        return sound

    @cached_property
    def placed(self) -> _Bools:
        """Which rows lie where coordinates of their system may; none where most lie elsewhere.

        One stray row does not make a layer unmeasurable; a layer in the wrong system has no row in place.
        """
        within = extent(self.crs.to_epsg()) if self.crs else None
        if within is None or self.source.wkb is None:
            return np.zeros(len(self), np.bool_)
        box = shapely.bounds(self.shapes)
        inside = (box[:, :2] >= within[:2]).all(axis=1) & (box[:, 2:] <= within[2:]).all(axis=1)
        return np.asarray(inside & (2 * inside.sum() > np.isfinite(box).all(axis=1).sum()), np.bool_)

    @cached_property
    def usable(self) -> _Ints:
        """Rows whose polygons can be measured."""
        return np.flatnonzero((self.rings.state == reading.SOUND) & self.placed)

    @cached_property
    def pack(self) -> PackedLayer:
        """The usable rows, packed in the statutory plane: row i of it is row `usable[i]` here.

        Raises:
            CannotTell: as `place`.
        """
        plane, crs = self.place()
        every = len(self.usable) == len(self)
        rows = self.wkb if every else self.wkb.take(pa.array(self.usable))
        return pack([rows], self.source.where, (plane, crs))

    @cached_property
    def area_m2(self) -> NDArray[np.float64]:
        """Statutory areas, NaN where a row cannot be measured.

        Raises:
            CannotTell: as `place`.
        """
        found = np.full(len(self), np.nan)
        found[self.usable] = self.pack.area_m2
        return found

    def place(self) -> tuple[StatutoryPlane, CRS]:
        """Return where areas are measured.

        Raises:
            CannotTell: `quality.no_system`.
        """
        crs = self.crs
        plane = self.find_plane() if crs and self.placed.any() else None
        if plane is None or crs is None:
            raise CannotTell("quality.no_system", layer=self.kind, where=self.source.where)
        return plane, crs

    @cached_property
    def bounds(self) -> Bounds | None:
        """West, south, east, north in the system of delivery; None where nothing has a place."""
        if self.source.wkb is None or not len(self):
            return None
        box = shapely.bounds(self._delivered)
        box = box[np.isfinite(box).all(axis=1)]
        if not len(box):
            return None
        low, high = box[:, :2].min(axis=0), box[:, 2:].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @cached_property
    def metres(self) -> tuple[float, float]:
        """About how many metres a unit of x and of y is: for tolerances, never for areas."""
        degrees = self.crs.is_geographic if self.crs else self.bounds and max(map(abs, self.bounds)) <= 360
        if not degrees or self.bounds is None:
            return 1.0, 1.0
        middle = np.radians((self.bounds[1] + self.bounds[3]) / 2)
        return _METRES_PER_DEGREE * float(np.cos(middle)), _METRES_PER_DEGREE

    def in_plane(self, rows: Sequence[int]) -> Geometries:
        """Return the shapes of some rows in the statutory plane; None where they have none.

        Raises:
            CannotTell: as `place`.
        """
        plane, crs = self.place()
        return plane.project(self.shapes[np.asarray(rows, np.intp)], crs)

    def spots(self, xy: NDArray[np.float64], owner: _Ints) -> Geometries:
        """Return points of the system of delivery in the statutory plane, a multipoint per owner.

        Args:
            xy: (n, 2); owner: (n,) from 0 on, rising.

        Returns:
            As many as there are owners; None each where there is no plane.
        """
        count = int(owner[-1]) + 1 if len(owner) else 0
        try:
            plane, crs = self.place()
        except CannotTell:
            return np.full(count, None, object)
        points = shapely.points(plane.forward(xy, crs)) if count else np.empty(0, object)
        return np.asarray(shapely.multipoints(points, indices=owner), object)


def _number(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text) else np.nan

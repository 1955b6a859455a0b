"""A layer read in pieces, as often as wanted: Arrow columns and WKB, nothing held, no shapes built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from lantu.core.errors import InputError
from lantu.intake.boundary_points import SUFFIX as BOUNDARY_POINTS
from lantu.intake.boundary_points import read_boundary_points
from lantu.intake.bytes_of import digest_path, parts_of, read_bytes
from lantu.intake.dxf import SUFFIX as DXF
from lantu.intake.dxf import read_dxf
from lantu.intake.encoding import shapefile_encoding
from lantu.intake.parquet import geometry_column
from lantu.intake.reasons import first_words
from lantu.intake.whole import check_whole
from lantu.intake.wkt import SUFFIX as WKT
from lantu.intake.wkt import read_wkt
from lantu.intake.zipped import unzipped

PARQUET = (".parquet", ".geoparquet")
MOST_ROWS = 65_536
PIECE_BYTES = 8 << 20
"""A piece holds about so many bytes of the file, or fewer rows than MOST_ROWS."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A layer of an open file; holds as long as `open_pieces` does.

    Attributes:
        where: how messages call it: the file, and the layer where its name differs.
        schema: of the attributes.
        has_shapes: False for a table.
        crs: definition of its system as the format has it, or None.
        rows: as the file says.
        encoding: attribute encoding that was used, where the file has one of its own.
        notes: message codes of what was let through as the file was opened.
    """

    path: Path
    layer: str
    digest: str
    schema: pa.Schema
    has_shapes: bool
    crs: object
    rows: int
    encoding: str | None
    _read: Callable[[list[str]], Iterator[tuple[pa.Table, pa.Array | None]]]
    _state: tuple[tuple[str, int, int], ...]
    notes: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return self.path.name if self.path.stem == self.layer else f"{self.path.name}:{self.layer}"

    def read(self, columns: Sequence[str] | None = None) -> Iterator[tuple[pa.Table, pa.Array | None]]:
        """Yield attributes and WKB (binary or large_binary; None for a table) of some rows, from the first.

        Args:
            columns: attributes wanted, None for all.

        Raises:
            InputError: `intake.unreadable`, `.rows_missing`, or `.changed` since it was opened: while pieces
                are read, the last one included.
        """
        wanted = self.schema.names if columns is None else [n for n in self.schema.names if n in columns]
        found = 0
        with sentences(self.path.name):
            for table, wkb in self._read(wanted):
                found += len(table) if wkb is None else len(wkb)
                yield table, wkb
            if _state(self.path) != self._state:
                raise InputError("intake.changed", where=self.where)
        if found != self.rows:
            raise InputError("intake.rows_missing", where=self.where, said=self.rows, found=found)


@contextmanager
def open_pieces(path: Path, layer: str | None = None) -> Iterator[Pieces]:
    """Open one layer of a FileGDB, GeoPackage, Shapefile (also zipped), GeoJSON, GeoParquet … file.

    A .txt is read as 界址点坐标, a .wkt as WKT, its system by SRID= alone; of a .dxf the closed lines.

    Args:
        layer: its name; may be left out where the file has only one.

    Raises:
        InputError: `intake.missing`, `.unreadable`, `.cut_off`, `.which_layer`, `.no_layer`, `.no_companion`,
            `.not_a_gdb`, `.which_file`, `.encoding`, `boundary.*`, `wkt.*`, `dxf.*`.
    """
    check_exists(path)
    state = _state(path)
    if path.suffix.lower() in PARQUET:
        with _parquet(path, layer, state) as found:
            yield found
        return
    if path.suffix.lower() == BOUNDARY_POINTS:
        yield _boundary_points(path, layer, state)
        return
    if path.suffix.lower() == WKT:
        yield _wkt(path, layer, state)
        return
    if path.suffix.lower() == DXF:
        yield _dxf(path, layer, state)
        return
    with unzipped(path) as inner:
        yield _by_gdal(inner, path, layer, state)


def list_gdal_layers(path: Path, file: str) -> list[tuple[str, str | None]]:
    """Return name and geometry type of each layer.

    Raises:
        InputError: `intake.unreadable`.
    """
    with sentences(file):
        return [(str(name), kind) for name, kind in pyogrio.list_layers(path)]


def check_exists(path: Path) -> None:
    """Raise `intake.missing` where there is no such file or folder."""
    if not path.exists():
        raise InputError("intake.missing", where=str(path))


@contextmanager
def sentences(file: str) -> Iterator[None]:
    """Turn what GDAL and Arrow raise into our own error, with their first line as the reason."""
    try:
        yield
    except (DataSourceError, DataLayerError, ValueError, OSError, pa.ArrowException) as error:
        raise InputError("intake.unreadable", where=file, why=first_words(error)) from None


@contextmanager
def _parquet(path: Path, layer: str | None, state: tuple[Any, ...]) -> Iterator[Pieces]:
    if path.is_dir():
        raise InputError("intake.unreadable", where=path.name, why="a folder")
    _only_layer(path, layer)
    with sentences(path.name):
        # Buffered: of a huge row group only the pages under way are held.
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20, page_checksum_verification=True)
    with file:
        described = geometry_column(file.schema_arrow, path.name)
        column, crs = described if described else (None, None)
        schema = _without(file.schema_arrow, column)
        meta = file.metadata
        size = sum(meta.row_group(n).total_byte_size for n in range(meta.num_row_groups))

        def read(columns: list[str]) -> Iterator[tuple[pa.Table, pa.Array | None]]:
            wanted = columns if column is None else [*columns, column]
            for batch in file.iter_batches(piece_rows(size, meta.num_rows), columns=wanted):
                yield _parted(batch, column)

        yield Pieces(
            path, path.stem, digest_path(path), schema, column is not None, crs, meta.num_rows, None, read,
            state,
        )  # fmt: skip


def _boundary_points(path: Path, layer: str | None, state: tuple[Any, ...]) -> Pieces:
    _only_layer(path, layer)
    found = read_boundary_points(read_bytes(path), path.name)
    wkb = pa.array(shapely.to_wkb(found.geometry), pa.large_binary())

    def read(columns: list[str]) -> Iterator[tuple[pa.Table, pa.Array | None]]:
        yield found.attributes.select(columns), wkb

    return Pieces(
        path, path.stem, digest_path(path), found.attributes.schema, True, f"EPSG:{found.epsg}", len(wkb),
        found.encoding, read, state, found.notes,
    )  # fmt: skip


def _wkt(path: Path, layer: str | None, state: tuple[Any, ...]) -> Pieces:
    _only_layer(path, layer)
    found = read_wkt(read_bytes(path), path.name)
    wkb = pa.array(shapely.to_wkb(found.geometry), pa.large_binary())
    crs = None if found.srid is None else f"EPSG:{found.srid}"

    def read(columns: list[str]) -> Iterator[tuple[pa.Table, pa.Array | None]]:
        yield pa.table({}), wkb

    return Pieces(path, path.stem, digest_path(path), pa.schema([]), True, crs, len(wkb), None, read, state)


def _dxf(path: Path, layer: str | None, state: tuple[Any, ...]) -> Pieces:
    with sentences(path.name):
        found = read_dxf(path, layer)
    wkb = pa.array(shapely.to_wkb(found.geometry), pa.large_binary())

    def read(columns: list[str]) -> Iterator[tuple[pa.Table, pa.Array | None]]:
        yield found.attributes.select(columns), wkb

    return Pieces(
        path, found.layer, digest_path(path), found.attributes.schema, True, None, len(wkb), None, read,
        state, found.notes,
    )  # fmt: skip


def _only_layer(path: Path, layer: str | None) -> None:
    """Refuse another layer of a file that has one, called as the file is."""
    if layer not in (None, path.stem):
        raise InputError("intake.no_layer", where=path.name, layer=layer, layers=path.stem)


def _by_gdal(path: Path, known_as: Path, layer: str | None, state: tuple[Any, ...]) -> Pieces:
    """Open by GDAL; `known_as` is the file that the user knows."""
    file = known_as.name
    check_whole(path, file)
    name = _one_layer(path, layer, file)
    encoding = shapefile_encoding(path, file)
    options: dict[str, Any] = {"layer": name} | ({"encoding": encoding} if encoding else {})
    with sentences(file):
        rows = pyogrio.read_info(path, force_feature_count=True, **options)["features"]
        with pyogrio.open_arrow(path, use_pyarrow=True, **options) as (meta, stream):
            schema = stream.schema
    column: str | None = meta.get("geometry_name") or "wkb_geometry"
    if column not in schema.names:
        column = None
    size = sum(part.stat().st_size for part in parts_of(path))

    def read(columns: list[str]) -> Iterator[tuple[pa.Table, pa.Array | None]]:
        wanted = {"columns": columns, "read_geometry": column is not None, **options}
        batch_size = piece_rows(size, rows)
        with pyogrio.open_arrow(path, use_pyarrow=True, batch_size=batch_size, **wanted) as (_, stream):
            for batch in stream:
                yield _parted(batch, column)

    return Pieces(
        known_as, name, digest_path(known_as), _without(schema, column), column is not None, meta.get("crs"),
        rows, encoding, read, state,
    )  # fmt: skip


def _one_layer(path: Path, layer: str | None, file: str) -> str:
    names = [name for name, _ in list_gdal_layers(path, file)]
    if layer is not None:
        if layer not in names:
            raise InputError("intake.no_layer", where=file, layer=layer, layers="、".join(names[:30]))
        return layer
    if len(names) != 1:
        raise InputError("intake.which_layer", where=file, layers="、".join(names[:30]))
    return names[0]


def _parted(batch: pa.RecordBatch, column: str | None) -> tuple[pa.Table, pa.Array | None]:
    table = pa.Table.from_batches([batch])
    if column is None:
        return table, None
    wkb = batch.column(column)
    if isinstance(wkb, pa.ExtensionArray):
        wkb = wkb.storage
    return table.drop_columns([column]), wkb


def _without(schema: pa.Schema, column: str | None) -> pa.Schema:
    return schema if column is None else schema.remove(schema.get_field_index(column))


def piece_rows(size: int, rows: int) -> int:
    """Return how many rows of a file of so many bytes and rows make a piece."""
    return max(1, min(MOST_ROWS, PIECE_BYTES * max(rows, 1) // max(size, 1)))


def _state(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, sizes and times of a file's parts: what changes when somebody writes to it."""
    found = ((part, part.stat()) for part in parts_of(path))
    return tuple((part.name, about.st_size, about.st_mtime_ns) for part, about in found)

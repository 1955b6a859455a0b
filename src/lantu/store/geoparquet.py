"""GeoParquet 1.1 files: WKB, CRS as PROJJSON, bounding box; the same content always gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.errors import InputError, IntegrityError
from lantu.store.files import storage_error, storage_faults

GEOMETRY = "geometry"
_GEO, _OWN = b"geo", b"lantu"
_ROW_GROUP = 65_536


def arrow_table(
    attributes: pa.Table, geometry: Geometries | None, crs: CRS | None, facts: Mapping[str, Any]
) -> pa.Table:
    """Return the table that is written: attributes, then geometry as WKB, facts in the file's metadata.

    Raises:
        InputError: `layer.geometry_named` where an attribute already has that name.
    """
    metadata = {_OWN: json.dumps(dict(facts), ensure_ascii=False, sort_keys=True).encode()}
    columns = {name: _canonical(attributes[name]) for name in attributes.column_names}
    if geometry is not None:
        assert crs is not None  # LayerStore.add has checked it
        if GEOMETRY in columns:
            raise InputError("layer.geometry_named", where=facts.get("source", ""))
        wkb = shapely.to_wkb(geometry, byte_order=1, output_dimension=2, flavor="iso")
        columns[GEOMETRY] = pa.array(wkb, pa.binary())
        metadata[_GEO] = json.dumps(_geo(geometry, crs), ensure_ascii=False, sort_keys=True).encode()
    # A fresh schema: what a driver noted in the source's metadata must not change the digest.
    schema = pa.schema([(name, column.type) for name, column in columns.items()], metadata=metadata)
    return pa.Table.from_arrays(list(columns.values()), schema=schema)


def _canonical(column: pa.ChunkedArray) -> pa.Array:
    narrow = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.type in narrow:
        column = column.cast(narrow[column.type])
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _geo(geometry: Geometries, crs: CRS) -> dict[str, Any]:
    placed = geometry[~shapely.is_empty(geometry)]
    bounded = {"bbox": [float(v) for v in shapely.total_bounds(placed)]} if len(placed) else {}
    return {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {
            GEOMETRY: {
                "encoding": "WKB",
                "geometry_types": sorted({str(shape) for shape in np.unique(shapely_type_names(geometry))}),
                "crs": crs.to_json_dict(),
                "edges": "planar",
                **bounded,
            }
        },
    }


def shapely_type_names(geometry: Geometries) -> Any:
    """Return each geometry's type as GeoParquet names it: Polygon, MultiPolygon …"""
    names = ["Point", "LineString", "LinearRing", "Polygon"]
    names += ["MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"]
    return np.array(names)[shapely.get_type_id(geometry)]


def write(table: pa.Table, path: Path) -> None:
    """Write a Parquet file; every page carries a checksum, so a changed byte is found when it is read.

    Raises:
        StorageError: the disk is full or refuses.
    """
    with storage_faults(path):
        pq.write_table(
            table, path, row_group_size=_ROW_GROUP, compression="zstd", compression_level=3,
            write_page_checksum=True, store_schema=True,
        )  # fmt: skip


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a Parquet file of ours, or those of `columns` that it has.

    Raises:
        IntegrityError: `store.file_missing`, `store.file_damaged`.
        StorageError: the disk refuses.
    """
    return _opened(path, lambda file: file.read(columns=None if columns is None else list(columns)))


def pieces(path: Path, column: str, rows: int = 8192) -> Iterator[pa.Array]:
    """Yield a column of a Parquet file in pieces of so many rows; raises as `read`."""
    with _opening(path) as file:
        for batch in file.iter_batches(rows, columns=[column]):
            yield batch.column(0)


def _opened(path: Path, look: Callable[[pq.ParquetFile], Any]) -> Any:
    with _opening(path) as file:
        return look(file)


@contextmanager
def _opening(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except FileNotFoundError:
        raise IntegrityError("store.file_missing", where=path) from None
    except PermissionError as error:
        raise storage_error(error, path) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        # Arrow says "OSError" of bytes that make no sense, too.
        why = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise IntegrityError("store.file_damaged", where=path, why=why) from None


def facts_of(table: pa.Table) -> dict[str, Any]:
    """Return the facts a file was written with."""
    return dict(json.loads((table.schema.metadata or {}).get(_OWN, b"{}")))


def geometry_of(table: pa.Table) -> Geometries:
    """Return the geometry column as shapely objects."""
    return np.asarray(shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False)), dtype=object)


def names(path: Path) -> list[str]:
    """Return the columns of a Parquet file; raises as `read`."""
    return list(_opened(path, lambda file: file.schema_arrow.names))

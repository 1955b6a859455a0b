"""GIS files and tables → Arrow columns and shapely geometry, checked at the door."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from lantu.core.crs import check_bounds, read_crs
from lantu.core.errors import InputError
from lantu.intake.bytes_of import digest_path, read_bytes
from lantu.intake.encoding import shapefile_encoding

Geometries = NDArray[Any]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LayerName:
    """A layer of a file: its name, geometry type (None for a table) and number of features (-1 unknown)."""

    name: str
    geometry_type: str | None
    features: int


@dataclass(frozen=True, slots=True)
class VectorTable:
    """A layer or table as read.

    Attributes:
        attributes: one column per field, as the file types them.
        geometry: shapely objects (2D), as many as rows; None for a table.
        crs: system of the coordinates; None for a table.
        encoding: attribute encoding that was used, where the file has one of its own.
        notes: message codes of what was changed on the way in (`intake.z_dropped` …).
    """

    attributes: pa.Table
    geometry: Geometries | None
    crs: CRS | None
    source_name: str
    source_layer: str
    source_digest: str
    encoding: str | None = None
    notes: tuple[str, ...] = ()


def list_layers(path: Path) -> list[LayerName]:
    """Return the layers of a GIS file.

    Raises:
        InputError: as `read_vector`.
    """
    _exists(path)
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return [LayerName(path.stem, "Polygon", -1)]
    try:
        return [LayerName(str(name), kind, -1) for name, kind in pyogrio.list_layers(_gdal_path(path))]
    except (DataSourceError, DataLayerError) as error:
        raise _unreadable(path, error) from None


def read_vector(
    path: Path, layer: str | None = None, *, check_crs: bool = True, assume_cgcs2000: bool = False
) -> VectorTable:
    """Read one layer of a FileGDB, GeoPackage, Shapefile (also zipped), GeoJSON or GeoParquet file.

    Args:
        layer: its name; may be left out where the file has only one.
        check_crs: False keeps a foreign system as it is (for data that is only overlaid, never measured).
        assume_cgcs2000: take WGS84 longitude/latitude (GeoJSON's own) as CGCS2000.

    Raises:
        InputError: `intake.missing`, `.unreadable`, `.which_layer`, `.no_layer`, `.no_shx`, `.no_dbf`,
            `.null_geometry`, `.empty_geometry`, `.invalid_geometry`, `.bad_coordinate`, `.wgs84`, `crs.*`.
    """
    _exists(path)
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return _parquet(path, check_crs)
    if path.suffix.lower() == ".shp":
        _companions(path)
    where = path.name
    name = _one_layer(path, layer)
    notes: list[str] = []
    encoding = shapefile_encoding(path)
    try:
        meta, table = pyogrio.read_arrow(_gdal_path(path), layer=name, **({"encoding": encoding} if encoding else {}))
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise _unreadable(path, error) from None
    column = meta.get("geometry_name") or "wkb_geometry"
    if column not in table.column_names:
        return VectorTable(table, None, None, path.name, name, digest_path(path), encoding)
    geometry = _geometry(table[column], where, table, notes)
    attributes = table.drop_columns([column])
    crs = _system(meta.get("crs"), f"{where}:{name}", check_crs, assume_cgcs2000, notes)
    _check(geometry, attributes, f"{where}:{name}", strict=check_crs)
    if check_crs and len(geometry):
        check_bounds(_bounds(geometry), crs, f"{where}:{name}")
    return VectorTable(attributes, geometry, crs, path.name, name, digest_path(path), encoding, tuple(notes))


def read_table(path: Path) -> VectorTable:
    """Read a CSV table (UTF-8 or GB18030, header line); every column as text.

    Raises:
        InputError: `intake.missing`, `intake.unreadable`, `document.empty`.
    """
    _exists(path)
    data = read_bytes(path)
    if not data.strip():
        raise InputError("document.empty", where=path.name)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError("document.not_text", where=path.name)
    header = text.partition("\n")[0].rstrip("\r").split(",")
    kept = pa.csv.ConvertOptions(column_types={name.strip('"'): pa.string() for name in header}, strings_can_be_null=True)
    try:
        table = pa.csv.read_csv(pa.BufferReader(text.encode()), convert_options=kept,
                                parse_options=pa.csv.ParseOptions(newlines_in_values=True))  # fmt: skip
    except pa.ArrowInvalid as error:
        raise InputError("intake.unreadable", where=path.name, why=str(error)[:160]) from None
    return VectorTable(table, None, None, path.name, path.stem, digest_path(path), encoding)


def _exists(path: Path) -> None:
    if not path.exists():
        raise InputError("intake.missing", where=str(path))


def _gdal_path(path: Path) -> str:
    if path.suffix.lower() != ".zip":
        return str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError("intake.unreadable", where=path.name, why=str(error)[:160]) from None
    shapes = [n for n in names if n.lower().endswith(".shp")]
    bases = sorted({n.split(".gdb/")[0] + ".gdb" for n in names if ".gdb/" in n})
    inner = bases[0] if bases else (shapes[0] if len(shapes) == 1 else "")
    return f"/vsizip/{path}/{inner}" if inner else f"/vsizip/{path}"


def _one_layer(path: Path, layer: str | None) -> str:
    names = [item.name for item in list_layers(path)]
    if layer is not None:
        if layer not in names:
            raise InputError("intake.no_layer", where=path.name, layer=layer, layers="、".join(names[:30]))
        return layer
    if len(names) != 1:
        raise InputError("intake.which_layer", where=path.name, layers="、".join(names[:30]))
    return names[0]


def _companions(path: Path) -> None:
    present = {p.suffix.lower() for p in path.parent.glob(f"{path.stem}.*")}
    for suffix in (".shx", ".dbf"):
        if suffix not in present:
            raise InputError("intake.no_companion", where=path.name, suffix=suffix)


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError("intake.unreadable", where=path.name, why=str(error).splitlines()[0][:160])


def _geometry(column: pa.ChunkedArray, where: str, table: pa.Table, notes: list[str]) -> Geometries:
    raw = column.to_numpy(zero_copy_only=False)
    try:
        geometry = shapely.from_wkb(raw)
    except shapely.errors.ShapelyError as error:
        raise InputError("intake.unreadable", where=where, why=str(error)[:160]) from None
    geometry = np.asarray(geometry, dtype=object)
    if shapely.has_z(geometry).any():
        notes.append("intake.z_dropped")
        geometry = shapely.force_2d(geometry)
    return geometry


def _system(found: object, where: str, check: bool, assume: bool, notes: list[str]) -> CRS:
    if not check:
        return CRS.from_user_input(found) if found else CRS.from_epsg(4490)
    if found and CRS.from_user_input(found).to_epsg() == 4326:
        if not assume:
            raise InputError("intake.wgs84", where=where)
        notes.append("intake.assumed_cgcs2000")
        return CRS.from_epsg(4490)
    return read_crs(found, where)


def _check(geometry: Geometries, attributes: pa.Table, where: str, *, strict: bool) -> None:
    """Refuse null, empty, invalid and non-finite geometry, naming how many and which come first."""
    null = shapely.is_missing(geometry)
    _refuse(null, "intake.null_geometry", geometry, attributes, where)
    _refuse(shapely.is_empty(geometry), "intake.empty_geometry", geometry, attributes, where)
    bounds = shapely.bounds(geometry)
    _refuse(~np.isfinite(bounds).all(axis=1), "intake.bad_coordinate", geometry, attributes, where)
    if strict:
        _refuse(~shapely.is_valid(geometry), "intake.invalid_geometry", geometry, attributes, where)


def _refuse(bad: NDArray[np.bool_], code: str, geometry: Geometries, attributes: pa.Table, where: str) -> None:
    if not bad.any():
        return
    first = np.flatnonzero(bad)[:_SHOWN]
    reason = ""
    if code == "intake.invalid_geometry":
        reason = str(shapely.is_valid_reason(geometry[first[0]]))
    raise InputError(code, where=where, count=int(bad.sum()), features=_names(attributes, first), why=reason)


def _names(attributes: pa.Table, rows: NDArray[np.intp]) -> str:
    if "BSM" in attributes.column_names:
        return "、".join(f"BSM {attributes['BSM'][int(i)].as_py()}" for i in rows)
    return "、".join(f"FID {int(i) + 1}" for i in rows)


def _bounds(geometry: Geometries) -> tuple[float, float, float, float]:
    west, south, east, north = (float(v) for v in shapely.total_bounds(geometry))
    return west, south, east, north


def _parquet(path: Path, check_crs: bool) -> VectorTable:
    import json

    try:
        table = pa.parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError("intake.unreadable", where=path.name, why=str(error)[:160]) from None
    geo = json.loads((table.schema.metadata or {}).get(b"geo", b"null"))
    if geo is None:
        return VectorTable(table, None, None, path.name, path.stem, digest_path(path))
    column = geo["primary_column"]
    notes: list[str] = []
    geometry = _geometry(table[column], path.name, table, notes)
    crs = _system(geo["columns"][column].get("crs"), path.name, check_crs, False, notes)
    attributes = table.drop_columns([column])
    _check(geometry, attributes, path.name, strict=check_crs)
    if check_crs and len(geometry):
        check_bounds(_bounds(geometry), crs, path.name)
    return VectorTable(attributes, geometry, crs, path.name, path.stem, digest_path(path), None, tuple(notes))

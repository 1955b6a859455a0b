"""GIS files and tables → Arrow columns and shapely geometry, checked at the door."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
from pyproj import CRS

from lantu.core.crs import check_bounds, is_wgs84, read_crs
from lantu.core.errors import InputError
from lantu.intake.boundary_points import SUFFIX as BOUNDARY_POINTS
from lantu.intake.bytes_of import digest_path, read_bytes
from lantu.intake.dxf import SUFFIX as DXF
from lantu.intake.dxf import drawing_layers
from lantu.intake.pieces import PARQUET, check_exists, list_gdal_layers, open_pieces, sentences
from lantu.intake.shapes import Geometries, bounds_of, check_shapes, from_wkb
from lantu.intake.wkt import SUFFIX as WKT
from lantu.intake.zipped import unzipped


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
        notes: message codes of what was changed or let through on the way in (`intake.z_dropped` …).
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
    check_exists(path)
    if path.suffix.lower() in (*PARQUET, BOUNDARY_POINTS, WKT):
        return [LayerName(path.stem, "Polygon", -1)]
    if path.suffix.lower() == DXF:
        return [LayerName(name, "Polygon", -1) for name in drawing_layers(path)]
    with unzipped(path) as inner:
        return [LayerName(name, kind, -1) for name, kind in list_gdal_layers(inner, path.name)]


def read_vector(
    path: Path, layer: str | None = None, *, check_crs: bool = True, assume_cgcs2000: bool = False
) -> VectorTable:
    """Read a layer of a FileGDB, GeoPackage, Shapefile (also zipped), GeoJSON, GeoParquet … file.

    Every row of the file comes along, or none: a file that was cut off is refused, though GDAL would read
    what is left of it.

    Args:
        layer: its name; may be left out where the file has only one.
        check_crs: False keeps a foreign system as it is (for data that is only overlaid, never measured).
        assume_cgcs2000: take WGS84 longitude/latitude (GeoJSON's own) as CGCS2000.

    Raises:
        InputError: `intake.missing`, `.unreadable`, `.cut_off`, `.rows_missing`, `.which_layer`, `.no_layer`,
            `.no_companion`, `.not_a_gdb`, `.which_file`, `.curved`, `.encoding`, `.null_geometry`,
            `.empty_geometry`, `.invalid_geometry`, `.bad_coordinate`, `.wgs84`, `crs.*`, `boundary.*`,
            `wkt.*`, `dxf.*`.
    """
    geometry, crs = None, None
    with open_pieces(path, layer) as source:
        notes = list(source.notes)
        pieces = list(source.read())
        attributes = pa.concat_tables([source.schema.empty_table(), *(table for table, _ in pieces)])
        if source.has_shapes:
            column = [wkb.cast(pa.large_binary()) for _, wkb in pieces if wkb is not None]
            geometry = from_wkb(pa.chunked_array(column, pa.large_binary()), source.where, notes)
            crs = _system(source.crs, source.where, check_crs, assume_cgcs2000, notes)
            check_shapes(geometry, attributes, source.where, strict=check_crs)
            if check_crs and len(geometry):
                check_bounds(bounds_of(geometry), crs, source.where)
    return VectorTable(
        attributes, geometry, crs, path.name, source.layer, source.digest, source.encoding, tuple(notes)
    )


def read_table(path: Path) -> VectorTable:
    """Read a CSV table (UTF-8 or GB18030, header line); every column as text.

    Raises:
        InputError: `intake.missing`, `.unreadable`, `.not_csv`, `.column_twice`, `document.empty`.
    """
    check_exists(path)
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
        raise InputError("intake.not_csv", where=path.name)
    header = text.partition("\n")[0].rstrip("\r").split(",")
    kept = pa.csv.ConvertOptions(
        column_types={name.strip('"'): pa.string() for name in header}, strings_can_be_null=True
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    with sentences(path.name):
        table = pa.csv.read_csv(pa.BufferReader(text.encode()), convert_options=kept, parse_options=parse)
    if twice := sorted({name for name in table.column_names if table.column_names.count(name) > 1}):
        raise InputError("intake.column_twice", where=path.name, columns="、".join(twice))
    return VectorTable(table, None, None, path.name, path.stem, digest_path(path), encoding)


def _system(found: object, where: str, check: bool, assume: bool, notes: list[str]) -> CRS:
    if not check:
        return CRS.from_user_input(found) if found else CRS.from_epsg(4490)
    if is_wgs84(found):
        if not assume:
            raise InputError("intake.wgs84", where=where)
        notes.append("intake.assumed_cgcs2000")
        return CRS.from_epsg(4490)
    return read_crs(found, where)

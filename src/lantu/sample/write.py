"""Layers and tables → the files planners use: GeoPackage, FileGDB, Shapefile with GBK attributes, CSV."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from lantu.core.area import Geometries
from lantu.core.errors import StorageError
from lantu.core.invented import INVENTED, INVENTED_EN
from lantu.sample.layers import SampleLayer

DATED = "2026-01-01T00:00:00Z"
"""Time stamp inside the files: the same sample is the same file whenever it is made."""
_WORDS = {"DESCRIPTION": f"{INVENTED} / {INVENTED_EN}"}
_DRIVERS = {".gpkg": "GPKG", ".gdb": "OpenFileGDB", ".shp": "ESRI Shapefile"}
_ROOM = 1 << 20
_TYPES = {
    0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
}  # fmt: skip


def write_layer(layer: SampleLayer, path: Path, epsg: int) -> None:
    """Write one layer or table; a file that is there already gets it as a further one, named after its kind.

    Raises:
        StorageError: `store.disk_full`, `store.disk_fault`.
    """
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DATED})
    columns, about = layer.columns, {}
    if layer.shapes is not None:
        shapes, kind = _of_one_type(layer.shapes)
        columns = columns.append_column(
            "geometry", pa.array(shapely.to_wkb(shapes, flavor="iso"), pa.binary())
        )
        about = {"geometry_name": "geometry", "geometry_type": kind, "crs": f"EPSG:{epsg}"}
    append, geopackage = path.exists(), path.suffix == ".gpkg"
    try:
        pyogrio.write_arrow(
            columns, path,
            layer=layer.kind if path.suffix != ".shp" else None, driver=_DRIVERS[path.suffix],
            append=append, **about,
            dataset_metadata=_WORDS if geopackage and not append else None,
            layer_metadata=_WORDS if geopackage else None,
            encoding="GBK" if path.suffix == ".shp" else None,
        )  # fmt: skip
    except (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError) as error:
        # GDAL names what failed in its file, not why: a disk without room is the usual reason.
        if shutil.disk_usage(path.parent).free < _ROOM:
            raise StorageError("store.disk_full", where=path) from error
        raise StorageError("store.disk_fault", where=path, why=str(error)) from error


def _of_one_type(shapes: Geometries) -> tuple[Geometries, str]:
    """Return shapes that a file's layer may hold together, and their type: all multipolygons where one is."""
    kinds = shapely.get_type_id(shapes)
    found = sorted({kind for kind in kinds.tolist() if kind >= 0})
    if found == [3, 6]:
        alone = kinds == 3
        shapes = shapes.copy()
        shapes[alone] = shapely.multipolygons(shapes[alone][:, None])
    return shapes, _TYPES[found[-1]] if found else "Unknown"


def write_table(layer: SampleLayer, path: Path) -> None:
    """Write a table as CSV, UTF-8 with a mark so that spreadsheets read its Chinese."""
    sink = pa.BufferOutputStream()
    pa.csv.write_csv(layer.columns, sink, pa.csv.WriteOptions(quoting_style="needed"))
    path.write_bytes(b"\xef\xbb\xbf" + sink.getvalue().to_pybytes())

"""An empty package: every layer and table of a profile with its fields, as GeoPackage or FileGDB."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from lantu.core.errors import StorageError
from lantu.lawbook import FieldSpec, LayerSpec, PackageProfile

SUFFIXES = (".gpkg", ".gdb")
_DRIVERS = {".gpkg": "GPKG", ".gdb": "OpenFileGDB"}
_GEOMETRY = {"polygon": "MultiPolygon", "line": "MultiLineString", "point": "Point"}
_TYPE = re.compile(r"([CDFI])(\d+)(?:\.\d+)?")
_LONG = 10
"""Whole numbers of so many digits and more take 64 bits."""
_FAULTS = (DataSourceError, DataLayerError, FieldError, GeometryError)


def write(profile: PackageProfile, path: Path, epsg: int) -> None:
    """Write a new file or folder; its ending says which form.

    Texts have the width of their type; decimals neither form keeps. A field without a type is a text, or a
    number where it has a unit.

    Raises:
        StorageError: the disk is full or refuses.
    """
    suffix = path.suffix.lower()
    try:
        for spec in profile.layers.values():
            _write_layer(spec, path, suffix, epsg)
    except _FAULTS as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise StorageError("store.disk_fault", where=path, why=why) from error


def _write_layer(spec: LayerSpec, path: Path, suffix: str, epsg: int) -> None:
    fields = [_field(each, suffix) for each in spec.fields.values()]
    shape = {}
    if spec.geometry != "none":
        fields.append(pa.field("geom", pa.binary()))
        kind = _GEOMETRY[spec.geometry]
        shape = {
            "geometry_name": "geom",
            "geometry_type": kind.removeprefix("Multi") if spec.single_part else kind,
            "crs": f"EPSG:{epsg}",
        }
    words = {"DESCRIPTION": spec.name.zh} if suffix == ".gpkg" else {"LAYER_ALIAS": spec.name.zh}
    pyogrio.write_arrow(
        pa.schema(fields).empty_table(), path, layer=spec.kind, driver=_DRIVERS[suffix], append=path.exists(),
        **shape, **words,
    )  # fmt: skip


def _field(spec: FieldSpec, suffix: str) -> pa.Field:
    known = {"GDAL:OGR:alternative_name": spec.title.zh}
    found = _TYPE.fullmatch(spec.type or "")
    if spec.type == "Date":
        # A FileGDB has days without a time of day only for the newest ArcGIS.
        kind = pa.date32() if suffix == ".gpkg" else pa.timestamp("ms")
    elif found is None:
        kind = pa.float64() if spec.unit else pa.string()
    elif found[1] == "C":
        kind = pa.string()
        known["GDAL:OGR:width"] = found[2]
    elif found[1] == "I":
        kind = pa.int32() if int(found[2]) < _LONG else pa.int64()
    else:
        kind = pa.float64()
    return pa.field(spec.name, kind, metadata=known)

"""GeoPackage files, as any GIS opens them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.errors import StorageError

_FAULTS = (DataSourceError, DataLayerError, FieldError, GeometryError, OSError)
TITLE = "title"
"""Metadata of a field: what a GIS shows as the column's name."""
_ALIAS = "GDAL:OGR:alternative_name"
_VERSION = "1.2"
"""Of the format: 1.4, which GDAL writes by itself, is refused by the GIS of many offices."""


@dataclass(frozen=True, slots=True)
class GeoPackageLayer:
    """A layer, or a table without shapes.

    Attributes:
        table: fields may carry TITLE in their metadata.
        shapes: as many as rows; None for a table.
        geometry_type: of all of them, e.g. `Point`, `MultiPolygon`.
        title: what a GIS shows as the layer's name.
    """

    name: str
    table: pa.Table
    shapes: Geometries | None = None
    geometry_type: str | None = None
    title: str | None = None


def write(
    attributes: pa.Table, shapes: Geometries, crs: CRS, facts: Mapping[str, Any], path: Path, layer: str
) -> None:
    """Write one layer of polygons into a new file.

    Args:
        shapes: polygons or multipolygons; empty ones have no place.
        facts: go into the layer's metadata.

    Raises:
        StorageError: the disk is full or refuses.
    """
    with _faults(path):
        _write(GeoPackageLayer(layer, attributes, as_multi(shapes), "MultiPolygon"), crs, facts, path)


def as_multi(shapes: Geometries) -> Geometries:
    """Return polygons as multipolygons: a layer is of one kind."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    whole = np.full(len(shapes), shapely.MultiPolygon(), object)
    rows, number = np.unique(owner, return_inverse=True)
    if len(rows):
        whole[rows] = shapely.multipolygons(parts, indices=number)
    return whole


def write_layers(
    layers: Sequence[GeoPackageLayer],
    crs: CRS,
    facts: Mapping[str, Any],
    path: Path,
    *,
    said_as: Path | None = None,
) -> None:
    """Write several layers into a new file, in the format's version 1.2.

    Args:
        facts: go into the metadata of each layer with shapes.
        said_as: what errors call the file; None for `path`.

    Raises:
        StorageError: the disk is full or refuses.
    """
    with _faults(said_as or path):
        for layer in layers:
            _write(layer, crs, facts, path, VERSION=_VERSION)


def _write(layer: GeoPackageLayer, crs: CRS, facts: Mapping[str, Any], path: Path, **options: str) -> None:
    table = layer.table.cast(_titled(layer.table.schema))
    if layer.title:
        options = options | {"IDENTIFIER": layer.title}
    if layer.shapes is None:
        pyogrio.write_arrow(table, path, layer=layer.name, driver="GPKG", **options)
        return
    wkb = pa.array(shapely.to_wkb(layer.shapes, flavor="iso"), pa.binary())
    pyogrio.write_arrow(
        table.append_column("geom", wkb), path, layer=layer.name, driver="GPKG", geometry_name="geom",
        geometry_type=layer.geometry_type, crs=crs.to_string(),
        layer_metadata={name: str(value) for name, value in facts.items() if value is not None}, **options,
    )  # fmt: skip


def _titled(schema: pa.Schema) -> pa.Schema:
    """Say the titles of fields as GDAL reads them."""
    fields = []
    for field in schema:
        title = (field.metadata or {}).get(TITLE.encode())
        fields.append(field.with_metadata({_ALIAS: title}) if title else field)
    return pa.schema(fields, schema.metadata)


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise StorageError("store.disk_fault", where=path, why=why) from error

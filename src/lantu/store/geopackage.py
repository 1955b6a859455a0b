"""GeoPackage files of polygons, as any GIS opens them."""

from __future__ import annotations

from collections.abc import Mapping
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
    parts, owner = shapely.get_parts(shapes, return_index=True)
    whole = np.full(len(shapes), shapely.MultiPolygon(), object)
    rows, number = np.unique(owner, return_inverse=True)
    if len(rows):
        whole[rows] = shapely.multipolygons(parts, indices=number)
    wkb = pa.array(shapely.to_wkb(whole, flavor="iso"), pa.binary())
    try:
        pyogrio.write_arrow(
            attributes.append_column("geom", wkb), path, layer=layer, driver="GPKG", geometry_name="geom",
            geometry_type="MultiPolygon", crs=crs.to_string(),
            layer_metadata={name: str(value) for name, value in facts.items() if value is not None},
        )  # fmt: skip
    except _FAULTS as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise StorageError("store.disk_fault", where=path, why=why) from error

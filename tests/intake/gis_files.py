"""Real GIS files, written by GDAL and GeoPandas, and ways to spoil them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from lantu.core.errors import InputError
from lantu.intake import read_vector

NAMES = ("旱地", "水浇地", "农村道路", "坑塘水面")
SUFFIX = {
    "OpenFileGDB": ".gdb",
    "GPKG": ".gpkg",
    "ESRI Shapefile": ".shp",
    "GeoJSON": ".geojson",
    "GeoParquet": ".parquet",
}


def squares(count: int = 4) -> Any:
    """Return a row of squares east of 123.2°E 45.5°N, 0.001° wide."""
    west = 123.2 + 0.001 * np.arange(count)
    return shapely.box(west, 45.5, west + 0.001, 45.501)


def moved(shapes: Any, epsg: int) -> Any:
    """Return shapes in another system."""
    into = Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(shapes, lambda xy: np.column_stack(into.transform(xy[:, 0], xy[:, 1])))


def attributes(count: int) -> pa.Table:
    """Return numbers, names in Chinese and areas."""
    return pa.table(
        {
            "BSM": pa.array([f"{n + 1:04d}" for n in range(count)], pa.string()),
            "DLMC": pa.array([NAMES[n % len(NAMES)] for n in range(count)], pa.string()),
            "TBMJ": pa.array([100.25 + n for n in range(count)], pa.float64()),
        }
    )


def write(
    folder: Path,
    driver: str = "GPKG",
    shapes: Any = None,
    *,
    name: str = "DLTB",
    crs: object = "EPSG:4490",
    table: pa.Table | None = None,
    **options: Any,
) -> Path:
    """Write a layer `DLTB` and return the file (or FileGDB folder); `crs=None` writes none."""
    shapes = squares() if shapes is None else np.asarray(shapes, dtype=object)
    table = attributes(len(shapes)) if table is None else table
    path = folder / f"{name}{SUFFIX[driver]}"
    if driver == "GeoParquet":
        import geopandas

        geopandas.GeoDataFrame(table.to_pandas(), geometry=shapes, crs=crs).to_parquet(path)
        return path
    flavour = "Polygon Z" if any(each is not None and each.has_z for each in shapes) else "Polygon"
    pyogrio.write_arrow(
        table.append_column("geom", [shapely.to_wkb(shapes, flavor="iso")]), path,
        layer=name if driver == "ESRI Shapefile" else "DLTB", geometry_name="geom",
        geometry_type=options.pop("geometry_type", flavour), crs=crs, driver=driver, **options,
    )  # fmt: skip
    return path


def rewrite(path: Path, **parts: Any) -> None:
    """Replace what the `geo` metadata of a GeoParquet file says of its column; `...` takes a fact out."""
    import json

    table = pa.parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    for key, value in parts.items():
        column.pop(key, None)
        if value is not ...:
            column[key] = value
    described = {**table.schema.metadata, b"geo": json.dumps(geo).encode()}
    pa.parquet.write_table(table.replace_schema_metadata(described), path)


def cut(path: Path, share: float) -> None:
    """Keep the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def refused(path: Path, layer: str | None = None, **options: Any) -> InputError:
    with pytest.raises(InputError) as error:
        read_vector(path, layer, **options)
    return error.value


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for each in sorted(folder.rglob("*")):
            archive.write(each, each.relative_to(folder))
    return target

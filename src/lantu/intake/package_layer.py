"""Every layer of a package's files, whatever their form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from lantu.intake.gdal_layer import Reading, faults
from lantu.intake.geodatabase import read_geodatabase
from lantu.intake.geopackage import read_geopackage
from lantu.intake.package_files import Source
from lantu.intake.shapefile import read_dbf, read_shapefile
from lantu.intake.single_files import read_csv, read_geojson, read_parquet
from lantu.quality.package import PackageLayer

_READERS: dict[str, Callable[[Source, Reading], list[PackageLayer]]] = {
    ".shp": read_shapefile, ".dbf": read_dbf, ".gdb": read_geodatabase, ".gpkg": read_geopackage,
    ".json": read_geojson, ".parquet": read_parquet, ".csv": read_csv,
}  # fmt: skip


def read_layers(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read the layers of a file, by name; what cannot be read is an incident."""
    found: list[PackageLayer] = []
    with faults(source.name, source.stem, reading.log):
        found = _READERS[source.form](source, reading)
    for layer in found:
        _check_names(layer, reading)
    return found


def _check_names(layer: PackageLayer, reading: Reading) -> None:
    counts = Counter(field.name.casefold() for field in layer.fields)
    twice = [field.name for field in layer.fields if counts[field.name.casefold()] > 1]
    if twice:
        reading.log.add("field_twice", layer.file, layer=layer.name, fields="、".join(twice))

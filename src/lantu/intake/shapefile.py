"""A Shapefile (or a .dbf alone) as it was delivered: parts missing, cut off, misnamed, in any encoding."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
from numpy.typing import NDArray

from lantu.intake.dbf_values import null_bad_values
from lantu.intake.field_types import DbfHeader, dbf_fields, dbf_header, ogr_fields
from lantu.intake.forms import form_fault
from lantu.intake.gdal_layer import GdalLayer, Reading, read_by_gdal
from lantu.intake.package_files import Entry, Source
from lantu.intake.texts import BYTE_FOR_BYTE, decode_dbf, said_encoding
from lantu.quality.package import FieldInfo, PackageLayer

_RESTORE = "SHAPE_RESTORE_SHX"
_HEAD, _RECORD_HEAD = 100, 8
_LONGEST_PRJ = 1 << 16


def read_shapefile(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read a Shapefile; an empty list where it cannot be, which is then an incident."""
    parts, log, name = dict(source.parts), reading.log, source.stem
    if form_fault(source.path, ".shp", source.name, name, log):
        return []
    for suffix in (".dbf", ".shx"):
        if suffix not in parts:
            log.add("no_companion", source.name, layer=name, suffix=suffix)
    if ".prj" not in parts:
        log.add("no_prj", source.name, layer=name)
    dbf = parts.get(".dbf")
    if dbf and form_fault(dbf.path, ".dbf", source.name, name, log):
        return []
    restore = ".shx" not in parts
    if not restore and form_fault(parts[".shx"].path, ".shx", source.name, name, log):
        del parts[".shx"]
        restore = True
    text = _text(parts[".prj"].path) if ".prj" in parts else None
    before = len(log.incidents)
    layer, offsets, bad = _read(source, parts, restore, reading)
    if layer is None and text is not None:
        # It may be for the sake of a .prj that is none.
        del log.incidents[before:], parts[".prj"]
        layer, offsets, bad = _read(source, parts, restore, reading)
    if layer is None:
        return []
    if bad:
        log.add("bad_wkb", source.name, layer=name, rows=bad)
    if dbf and (records := dbf_header(dbf.path).records) != len(offsets):
        # GDAL leaves out what is only in the .dbf, and calls null what is only in the .shp.
        counts = sorted((records, len(offsets)))
        log.add("rows_missing", source.name, layer=name, said=counts[1], found=counts[0])
    found = _whole_layer(source.name, layer, dbf, parts.get(".cpg"), text, reading)
    return [found] if found else []


def _read(
    source: Source, parts: dict[str, Entry], restore: bool, reading: Reading
) -> tuple[GdalLayer | None, NDArray[np.int64], tuple[int, ...]]:
    """Read the layer; where each shape begins in the .shp, and which rows (from 1) GDAL could not read."""
    with _laid_out(source, parts, restore, reading) as path:
        layer = read_by_gdal(path, None, source.name, source.stem, reading, encoding=BYTE_FOR_BYTE)
        if layer is None:
            return None, np.empty(0, np.int64), ()
        offsets = _offsets(path)
        return layer, offsets, _bad_records(path, offsets, layer)


def read_dbf(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read a .dbf that belongs to no Shapefile: a table."""
    if form_fault(source.path, ".dbf", source.name, source.stem, reading.log):
        return []
    layer = read_by_gdal(source.path, None, source.name, source.stem, reading, encoding=BYTE_FOR_BYTE)
    if layer is None:
        return []
    found = _whole_layer(source.name, layer, source.parts[".dbf"], None, None, reading)
    return [found] if found else []


def _whole_layer(
    file: str, layer: GdalLayer, dbf: Entry | None, cpg: Entry | None, prj: str | None, reading: Reading
) -> PackageLayer | None:
    log, name = reading.log, layer.name
    found = layer.table.num_rows if layer.wkb is None else len(layer.wkb)
    if found < layer.rows_said:
        log.add("rows_missing", file, layer=name, said=layer.rows_said, found=found)
    if dbf is None:
        return PackageLayer(
            name, file, (), layer.table, layer.wkb, layer.geometry_type, layer.crs, prj or layer.crs_text
        )
    header = dbf_header(dbf.path)
    if header.fields and not layer.table.num_columns:
        log.add("unreadable", file, layer=name, why=dbf.path.suffix)
        return None
    said = said_encoding(cpg.path if cpg else None, header.language)
    texts = decode_dbf(layer.table, _names(header, layer), said, file, name, log)
    fields = _fields(header, layer, texts.names)
    table = null_bad_values(dbf.path, header, texts.table.rename_columns(list(texts.names)), file, name, log)
    return PackageLayer(
        name,
        file,
        fields,
        table,
        layer.wkb,
        layer.geometry_type,
        layer.crs,
        prj or layer.crs_text,
        texts.encoding,
    )


def _text(prj: Path) -> str:
    with prj.open("rb") as stream:
        return stream.read(_LONGEST_PRJ).decode("utf-8", errors="replace").strip()


def _names(header: DbfHeader, layer: GdalLayer) -> list[bytes]:
    """Return the names of the columns, undecoded."""
    read: list[bytes] = [name.encode(BYTE_FOR_BYTE, errors="replace") for name in layer.table.column_names]
    return [field.name for field in header.fields] if len(header.fields) == len(read) else read


def _fields(header: DbfHeader, layer: GdalLayer, names: tuple[str, ...]) -> tuple[FieldInfo, ...]:
    if len(header.fields) == len(names):
        return dbf_fields(header, names)
    schema = pa.schema([field.with_name(name) for field, name in zip(layer.table.schema, names, strict=True)])
    return ogr_fields(layer.meta, schema)


@contextmanager
def _laid_out(source: Source, parts: dict[str, Entry], restore: bool, reading: Reading) -> Iterator[Path]:
    """Yield the .shp as GDAL can read it: itself, or in a copy where parts have odd names or are left out."""
    left_out = any(part.suffix not in parts for part in source.parts.values())
    if (
        not restore
        and not left_out
        and all(_found_by_gdal(source.path, part.path) for part in parts.values())
    ):
        yield source.path
        return
    folder = reading.temp / "shapefile"
    folder.mkdir()
    before = pyogrio.get_gdal_config_option(_RESTORE)
    pyogrio.set_gdal_config_options({_RESTORE: restore})
    try:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            if suffix in parts:
                shutil.copyfile(parts[suffix].path, folder / f"{source.stem}{suffix}")
        yield folder / f"{source.stem}.shp"
    finally:
        pyogrio.set_gdal_config_options({_RESTORE: before})
        shutil.rmtree(folder)


def _found_by_gdal(shp: Path, part: Path) -> bool:
    suffix = part.suffix.lower()
    return part in (shp, shp.with_suffix(suffix), shp.with_suffix(suffix.upper()))


def _offsets(path: Path) -> NDArray[np.int64]:
    """Return where each shape's content begins in a .shp, by its .shx."""
    index = next(each for suffix in (".shx", ".SHX") if (each := path.with_suffix(suffix)).exists())
    numbers = np.fromfile(index, ">i4", offset=_HEAD)
    return numbers[: len(numbers) // 2 * 2 : 2].astype(np.int64) * 2 + _RECORD_HEAD


def _bad_records(path: Path, offsets: NDArray[np.int64], layer: GdalLayer) -> tuple[int, ...]:
    """Return the rows (from 1) that have a shape of some type which GDAL could not read, and so left out."""
    if layer.wkb is None or len(offsets) != len(layer.wkb):
        return ()
    bad = []
    with path.open("rb") as stream:
        for row in np.flatnonzero(np.asarray(layer.wkb.is_null())).tolist():
            stream.seek(int(offsets[row]))
            if stream.read(4) != bytes(4):  # the type of a null shape
                bad.append(row + 1)
    return tuple(bad)

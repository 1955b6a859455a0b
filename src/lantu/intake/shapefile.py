"""A Shapefile (or a .dbf alone) as it was delivered: parts missing, cut off, misnamed, in any encoding."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio

from lantu.intake.dbf_values import null_bad_values
from lantu.intake.field_types import DbfHeader, dbf_fields, dbf_header, ogr_fields
from lantu.intake.forms import form_fault
from lantu.intake.gdal_layer import GdalLayer, Reading, read_by_gdal
from lantu.intake.package_files import Entry, Source
from lantu.intake.texts import BYTE_FOR_BYTE, decode_dbf, said_encoding
from lantu.quality.package import FieldInfo, PackageLayer

_RESTORE = "SHAPE_RESTORE_SHX"
_RECORD_HEAD = 8
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
    with _laid_out(source, parts, restore, reading) as path:
        layer = read_by_gdal(path, None, source.name, name, reading, encoding=BYTE_FOR_BYTE)
        if layer is None:
            return []
        shown = _bad_records(path, layer)
    if shown:
        log.add("bad_wkb", source.name, layer=name, rows=shown)
    found = _whole_layer(source.name, name, layer, dbf, parts.get(".cpg"), parts.get(".prj"), reading)
    return [found] if found else []


def read_dbf(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read a .dbf that belongs to no Shapefile: a table."""
    if form_fault(source.path, ".dbf", source.name, source.stem, reading.log):
        return []
    layer = read_by_gdal(source.path, None, source.name, source.stem, reading, encoding=BYTE_FOR_BYTE)
    if layer is None:
        return []
    found = _whole_layer(source.name, source.stem, layer, source.parts[".dbf"], None, None, reading)
    return [found] if found else []


def _whole_layer(
    file: str,
    name: str,
    layer: GdalLayer,
    dbf: Entry | None,
    cpg: Entry | None,
    prj: Entry | None,
    reading: Reading,
) -> PackageLayer | None:
    log = reading.log
    found = layer.table.num_rows if layer.wkb is None else len(layer.wkb)
    if found < layer.rows_said:
        log.add("rows_missing", file, layer=name, said=layer.rows_said, found=found)
    text = _text(prj.path) if prj else None
    if dbf is None:
        return PackageLayer(
            name, file, (), layer.table, layer.wkb, layer.geometry_type, layer.crs, text or layer.crs_text
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
        text or layer.crs_text,
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
    """Yield the .shp as GDAL can read it: itself, or in a copy where its parts are not named or not there."""
    if not restore and all(_found_by_gdal(source.path, part.path) for part in parts.values()):
        yield source.path
        return
    folder = reading.temp / "shapefile"
    folder.mkdir()
    try:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            if suffix in parts:
                shutil.copyfile(parts[suffix].path, folder / f"{source.stem}{suffix}")
        before = pyogrio.get_gdal_config_option(_RESTORE)
        pyogrio.set_gdal_config_options({_RESTORE: restore})
        try:
            yield folder / f"{source.stem}.shp"
        finally:
            pyogrio.set_gdal_config_options({_RESTORE: before})
    finally:
        shutil.rmtree(folder)


def _found_by_gdal(shp: Path, part: Path) -> bool:
    suffix = part.suffix.lower()
    return part in (shp, shp.with_suffix(suffix), shp.with_suffix(suffix.upper()))


def _bad_records(path: Path, layer: GdalLayer) -> tuple[int, ...]:
    """Return the rows (from 1) that have a shape of some type which GDAL could not read, and so left out."""
    if layer.wkb is None or not layer.wkb.null_count:
        return ()
    index = next((each for s in (".shx", ".SHX") if (each := path.with_suffix(s)).exists()), None)
    if index is None:
        return ()
    offsets = np.fromfile(index, ">i4", offset=100).reshape(-1, 2)[:, 0].astype(np.int64) * 2 + _RECORD_HEAD
    if len(offsets) != len(layer.wkb):
        return ()
    size = path.stat().st_size
    bad = []
    with path.open("rb") as stream:
        for row in np.flatnonzero(np.asarray(layer.wkb.is_null())).tolist():
            stream.seek(int(offsets[row]))
            head = stream.read(4)
            if offsets[row] + 4 > size or struct.unpack("<i", head)[0] != 0:
                bad.append(row + 1)
    return tuple(bad)

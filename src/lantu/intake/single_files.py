"""A layer or table in one plain file, as it was delivered: GeoJSON, GeoParquet, CSV."""

from __future__ import annotations

import csv
import io
import json
import re

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from lantu.core.errors import InputError
from lantu.intake.curves import Straightened
from lantu.intake.field_types import arrow_fields, ogr_fields
from lantu.intake.forms import form_fault
from lantu.intake.gdal_layer import (
    Reading,
    check_memory,
    faults,
    read_by_gdal,
    sagitta_of,
    system,
    too_many_columns,
    whole_column,
)
from lantu.intake.package_files import Source
from lantu.intake.parquet import geometry_column
from lantu.intake.pieces import piece_rows
from lantu.intake.plain_wkb import PlainShapes
from lantu.intake.texts import repair_utf8, utf8_copy
from lantu.quality.package import FieldInfo, PackageLayer

_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(Feature|FeatureCollection|(Multi)?(Point|LineString|Polygon)|Topology)"'
)
_LOOKED_AT = 1 << 16
_LARGEST_BLOCK = 1 << 30
_SURFACES = {"Polygon", "MultiPolygon"}


def read_geojson(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read a GeoJSON file; a .json of something else is a file of no known form."""
    log, file = reading.log, source.name
    if form_fault(source.path, ".json", file, source.stem, log):
        return []
    if source.path.suffix.lower() == ".json" and not _is_geojson(source):
        log.add("unknown_file", file)
        return []
    path = utf8_copy(source.path, file, source.stem, log, reading.temp / source.path.name)
    try:
        # JSON knows no dates: what looks like one is a text, lest GDAL makes 02-31 the second of March.
        layer = read_by_gdal(path, None, file, source.stem, reading, DATE_AS_STRING="YES")
    finally:
        if path != source.path:
            path.unlink()
    if layer is None:
        return []
    fields = ogr_fields(layer.meta, layer.table.schema)
    return [
        PackageLayer(
            layer.name, file, fields, layer.table, layer.wkb, layer.geometry_type, layer.crs, layer.crs_text
        )
    ]


def read_parquet(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read a GeoParquet file, or a Parquet file without shapes: a table."""
    log, file, name = reading.log, source.name, source.stem
    if form_fault(source.path, ".parquet", file, name, log):
        return []
    try:
        with faults(file, name, log), pq.ParquetFile(
            source.path, pre_buffer=False, buffer_size=1 << 20, page_checksum_verification=True
        ) as opened:  # fmt: skip
            if not too_many_columns(len(opened.schema_arrow), file, name, reading):
                return [_parquet(opened, source, reading)]
    except InputError as error:
        log.add("unreadable", file, layer=name, why=error.params["why"])
    return []


def read_csv(source: Source, reading: Reading) -> list[PackageLayer]:
    """Read a CSV table with a line of names: every column as text, nothing between commas as null."""
    log, file, name = reading.log, source.name, source.stem
    if form_fault(source.path, ".csv", file, name, log):
        return []
    with faults(file, name, log):
        # As bytes, as text, and as a table.
        check_memory(3 * source.path.stat().st_size, reading.limits)
        text, encoding = _text(source.path.read_bytes())
        if text is None:
            log.add("encoding_unknown", file, layer=name, fields="")
            return []
        names = next(csv.reader(io.StringIO(text)), [])
        if too_many_columns(len(names), file, name, reading):
            return []
        table = _rows(text, names)
        fields = tuple(FieldInfo(each, "text") for each in names)
        return [PackageLayer(name, file, fields, table, None, None, None, encoding=encoding)]
    return []


def _parquet(opened: pq.ParquetFile, source: Source, reading: Reading) -> PackageLayer:
    schema, about = opened.schema_arrow, opened.metadata
    size = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    check_memory(size, reading.limits)
    described = geometry_column(schema, source.path.name)
    column, definition = described if described else (None, None)
    crs, text = system(definition)
    shapes = PlainShapes(Straightened(sagitta_of(crs, {}), reading.limits.arc_points), checked=True)
    at = -1 if column is None else schema.get_field_index(column)
    kept = [n for n in range(len(schema)) if n != at]
    pieces, wkb, held = list[pa.RecordBatch](), list[pa.Array](), 0
    for batch in opened.iter_batches(piece_rows(size, about.num_rows)):
        held += batch.nbytes
        check_memory(held, reading.limits)
        if at >= 0:
            each = batch.column(at)
            wkb.append(shapes.add(each.storage if isinstance(each, pa.ExtensionArray) else each))
        pieces.append(batch.select(kept))
    table = pa.Table.from_batches(pieces, pa.schema([schema.field(n) for n in kept]))
    for n, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = field.with_type(field.type.value_type)
            table = table.set_column(n, plain, table.column(n).cast(plain.type))
    file, name = source.name, source.stem
    table = repair_utf8(table, file, name, reading.log)
    shapes.report(reading.log, file, name)
    kind = None if column is None else _declared_type(schema, column)
    shapes_of = None if column is None else whole_column(wkb)
    return PackageLayer(name, file, arrow_fields(table.schema), table, shapes_of, kind, crs, text)


def _declared_type(schema: pa.Schema, column: str) -> str:
    declared = json.loads(schema.metadata[b"geo"])["columns"][column].get("geometry_types") or []
    kinds = {str(each).removesuffix(" Z") for each in declared}
    if kinds == _SURFACES:
        return "MultiPolygon"
    return kinds.pop() if len(kinds) == 1 else "Unknown"


def _rows(text: str, names: list[str]) -> pa.Table:
    numbered = [str(n) for n in range(len(names))]  # a name may stand twice
    data = text.encode()
    found = pa.csv.read_csv(
        pa.BufferReader(data),
        # A field must fit into a block.
        read_options=pa.csv.ReadOptions(
            column_names=numbered, skip_rows=1, block_size=min(len(data) + 1, _LARGEST_BLOCK)
        ),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types={each: pa.string() for each in numbered}, null_values=[""],
            strings_can_be_null=True, quoted_strings_can_be_null=False,
        ),
    )  # fmt: skip
    return found.rename_columns(names)


def _text(data: bytes) -> tuple[str | None, str | None]:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), {"utf-8-sig": "UTF-8"}.get(encoding, encoding.upper())
        except UnicodeDecodeError:
            continue
    return None, None


def _is_geojson(source: Source) -> bool:
    with source.path.open("rb") as stream:
        return bool(_GEOJSON.search(stream.read(_LOOKED_AT)))

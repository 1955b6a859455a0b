"""One layer by GDAL: every row, shapes made plain, warnings heard, and no more of it than memory allows."""

from __future__ import annotations

import sqlite3
import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from lantu.intake.curves import SAGITTA_DEGREES, SAGITTA_M, Straightened
from lantu.intake.incidents import Log
from lantu.intake.limits import Limits, TooMuch
from lantu.intake.pieces import piece_rows
from lantu.intake.plain_wkb import PlainShapes
from lantu.intake.reasons import first_words

_FAULTS = (
    RuntimeError, ValueError, OSError, struct.error, sqlite3.Error, pa.ArrowException,
    UnboundLocalError,  # pyogrio, of a system that GDAL cannot write down again
)  # fmt: skip
"""What pyogrio (RuntimeError), SQLite and Arrow raise of a damaged file."""
_GEOMETRY = b"ARROW:extension:name"
_DIMENSIONS = ("2.5D ", "3D ", "Measured ", " ZM", " Z", " M")


@dataclass(frozen=True, slots=True)
class Reading:
    """What every reader of a package needs: limits, the log, and a folder for copies."""

    limits: Limits
    log: Log
    temp: Path


@dataclass(frozen=True, slots=True)
class GdalLayer:
    """A layer as GDAL read it.

    Attributes:
        name: as the file calls it.
        meta: of `pyogrio.open_arrow`.
        table: attributes, without the shapes.
        wkb: large_binary, plain (see `PlainShapes`); None for a table.
        fids: GDAL's numbers of the rows, where asked for.
        rows_said: as the file says.
    """

    name: str
    meta: Mapping[str, Any]
    table: pa.Table
    wkb: pa.Array | None
    fids: NDArray[np.int64] | None
    geometry_type: str | None
    rows_said: int
    crs: CRS | None
    crs_text: str | None


def read_by_gdal(
    path: Path, layer: str | None, file: str, name: str, reading: Reading, *,
    checked: bool = False, fids: bool = False, **options: Any,
) -> GdalLayer | None:  # fmt: skip
    """Read a layer; None where it cannot be, which is then an incident.

    Args:
        layer: as GDAL knows it; None for the only one.
        file, name: what messages call the file and the layer, until the file itself names it.
        checked: whether shapes come as the file has them and must be looked through (GeoPackage).
        fids: whether GDAL's numbers are wanted.
        options: of pyogrio and the driver.
    """
    with faults(file, name, reading.log), heard(file, name, reading.log):
        info = pyogrio.read_info(path, layer=layer, force_feature_count=True, **options)
        name = str(info["layer_name"]) if layer is None else layer
        if too_many_columns(len(info["fields"]), file, name, reading):
            return None
        crs, text = system(info["crs"])
        rows = int(info["features"])
        shapes = PlainShapes(Straightened(sagitta_of(crs, info), reading.limits.arc_points), checked)
        batch = piece_rows(_size(path), rows)
        with pyogrio.open_arrow(
            path, layer=layer, use_pyarrow=True, batch_size=batch, return_fids=fids, **options
        ) as (meta, stream):
            table, wkb, numbers = _gather(stream, meta, shapes, fids, reading.limits)
        shapes.report(reading.log, file, name)
        kind = None if wkb is None else flat_type(str(info["geometry_type"]))
        return GdalLayer(name, meta, table, wkb, numbers, kind, rows, crs, text)
    return None


@contextmanager
def faults(file: str, layer: str | None, log: Log) -> Iterator[None]:
    """Note down what a library raises, and go on after it."""
    try:
        yield
    except TooMuch as error:
        log.add("bomb", file, layer=layer, what=error.what, limit=error.limit, found=error.found)
    except _FAULTS as error:
        log.add("unreadable", file, layer=layer, why=first_words(error))


@contextmanager
def heard(file: str, layer: str | None, log: Log) -> Iterator[None]:
    """Note down what GDAL warns of, once."""
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        yield
    said = [each.message for each in met if issubclass(each.category, RuntimeWarning)]
    if said:
        first = said[0]
        why = first_words(first if isinstance(first, Exception) else RuntimeWarning(first))
        log.add("warned", file, layer=layer, why=why, count=len(said))


def too_many_columns(columns: int, file: str, layer: str, reading: Reading) -> bool:
    """Say whether a layer has more columns than are read, and note it down."""
    limit = reading.limits.columns
    if columns > limit:
        reading.log.add("many_columns", file, layer=layer, columns=columns, limit=limit)
    return columns > limit


def system(definition: object) -> tuple[CRS | None, str | None]:
    """Return a system and the text that names it; no system where it is none of the earth."""
    if not definition:
        return None, None
    text = definition if isinstance(definition, str) else str(definition)
    try:
        crs = CRS.from_user_input(definition)
    except CRSError:
        return None, text
    return (crs if crs.is_geographic or crs.is_projected else None), text


def sagitta_of(crs: CRS | None, info: Mapping[str, Any]) -> float:
    """Return how far chords may lie from their arcs, in units of the system."""
    if crs is not None:
        return SAGITTA_DEGREES if crs.is_geographic else SAGITTA_M / crs.axis_info[0].unit_conversion_factor
    bounds = info.get("total_bounds")
    degrees = bounds is not None and max(abs(each) for each in bounds) <= 360
    return SAGITTA_DEGREES if degrees else SAGITTA_M


def flat_type(kind: str) -> str:
    """Return a type of geometry without what it says of heights and measures."""
    for word in _DIMENSIONS:
        kind = kind.removeprefix(word) if word.endswith(" ") else kind.removesuffix(word)
    return kind


def check_memory(held: int, limits: Limits) -> None:
    """Raise TooMuch where a layer takes more memory than allowed."""
    if held > limits.layer_bytes:
        raise TooMuch("layer_bytes", limits.layer_bytes, held)


def whole_column(parts: list[pa.Array]) -> pa.Array:
    """Return the shapes of all pieces as one array."""
    return pa.concat_arrays(parts) if parts else pa.array([], pa.large_binary())


def _gather(
    stream: pa.RecordBatchReader, meta: Mapping[str, Any], shapes: PlainShapes, fids: bool, limits: Limits
) -> tuple[pa.Table, pa.Array | None, NDArray[np.int64] | None]:
    schema: pa.Schema = stream.schema
    at = _geometry_at(schema, meta)
    number = schema.get_field_index(meta["fid_column"] or "OGC_FID") if fids else -1
    kept = [n for n in range(len(schema)) if n not in (at, number)]
    pieces: list[pa.RecordBatch] = []
    wkb: list[pa.Array] = []
    numbers = [np.empty(0, np.int64)]
    held = 0
    for batch in stream:
        held += batch.nbytes
        check_memory(held, limits)
        if at is not None:
            column = batch.column(at)
            wkb.append(shapes.add(column.storage if isinstance(column, pa.ExtensionArray) else column))
        if number >= 0:
            numbers.append(np.asarray(batch.column(number)))
        pieces.append(batch.select(kept))
    table = pa.Table.from_batches(pieces, pa.schema([schema.field(n) for n in kept]))
    return table, None if at is None else whole_column(wkb), np.concatenate(numbers) if number >= 0 else None


def _geometry_at(schema: pa.Schema, meta: Mapping[str, Any]) -> int | None:
    """Return which column holds the shapes: by GDAL's mark, for a field may have the name, too."""
    if meta["geometry_type"] is None:
        return None
    marked = [
        n
        for n, field in enumerate(schema)
        if _GEOMETRY in (field.metadata or {}) or isinstance(field.type, pa.BaseExtensionType)
    ]
    name = meta["geometry_name"] or "wkb_geometry"
    return marked[-1] if marked else max(schema.get_all_field_indices(name), default=None)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(each.stat().st_size for each in path.iterdir() if each.is_file())
    return path.stat().st_size

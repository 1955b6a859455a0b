"""Overlay any two files: how much of what lies on what, in statutory areas; no home is needed."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import Geometries, StatutoryPlane
from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.intake import VectorTable, read_vector
from lantu.overlay.engine import OverlayTable, method
from lantu.overlay.kernel_engine import KernelEngine, pack_shapes
from lantu.store import geoparquet
from lantu.store.files import storage_faults
from lantu.store.layers import bounds_lonlat


@dataclass(frozen=True, slots=True)
class Side:
    """One file of an overlay.

    Attributes:
        field: the field its features are summed by; None for each feature by itself.
        area_m2: the sum of its features' statutory areas.
        notes: message codes of what was changed on the way in.
    """

    file: str
    layer: str
    digest: str
    features: int
    field: str | None
    area_m2: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What two values, or two features, share: area in m², and over how many pairs of features."""

    left: Any
    right: Any
    area_m2: float
    pairs: int


@dataclass(frozen=True, slots=True)
class FileOverlay:
    """The result; `rows` biggest first. `method` names engine, plane and the greatest edge."""

    left: Side
    right: Side
    method: str
    total_m2: float
    rows: list[Row]


def overlay_files(
    left: Path,
    right: Path,
    by: tuple[str, str] | None = None,
    *,
    left_layer: str | None = None,
    right_layer: str | None = None,
    assume_cgcs2000: bool = False,
    progress: Progress = silent,
) -> FileOverlay:
    """Measure what the polygons of two files share.

    Features of one file that overlap each other count each for itself.

    Args:
        by: a field of each file to sum by; None gives a row per pair of features, named by their place in
            the file, from 1.
        left_layer, right_layer: which layer of a file that has several.

    Raises:
        InputError: `intake.*`, `crs.*`, `layer.no_rows`, `overlay.no_shapes`, `.no_field`, `.not_polygon`,
            `.invalid`: what is wrong, where, how to mend it.
    """
    progress("progress.read_layer", 0, 2)
    tables = [_read(left, left_layer, assume_cgcs2000)]
    progress("progress.read_layer", 1, 2)
    tables.append(_read(right, right_layer, assume_cgcs2000))
    progress("progress.read_layer", 2, 2)
    labels = [_labels(table, by[nth] if by else None) for nth, table in enumerate(tables)]
    plane = _plane(tables[0])
    packs = []
    for nth, table in enumerate(tables):
        progress("progress.project", nth, 2)
        packs.append(pack_shapes(plane.project(*_shapes(table)), table.source_name))
    progress("progress.project", 2, 2)
    engine = KernelEngine()
    shared = engine.overlay(packs[0], packs[1], progress)
    sides = [
        Side(
            table.source_name, table.source_layer, table.source_digest, len(pack), by[nth] if by else None,
            math.fsum(pack.area_m2), table.notes,
        )
        for nth, (table, pack) in enumerate(zip(tables, packs, strict=True))
    ]  # fmt: skip
    rows = _rows(shared, labels[0], labels[1])
    return FileOverlay(sides[0], sides[1], method(engine, plane), math.fsum(shared.area_m2), rows)


def write_overlay(result: FileOverlay, path: Path) -> None:
    """Write the rows as Parquet: left, right, area_m2, pairs; the file appears whole or not at all.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    columns = {
        "left": pa.array([row.left for row in result.rows]),
        "right": pa.array([row.right for row in result.rows]),
        "area_m2": pa.array([row.area_m2 for row in result.rows], pa.float64()),
        "pairs": pa.array([row.pairs for row in result.rows], pa.int64()),
    }
    facts = {
        "left": result.left.digest, "right": result.right.digest, "method": result.method,
        "by": [result.left.field, result.right.field],
    }  # fmt: skip
    part = path.with_name(f".{path.name}.part")
    try:
        geoparquet.write(geoparquet.arrow_table(pa.table(columns), None, None, facts), part)
        with storage_faults(path):
            part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _read(path: Path, layer: str | None, assume_cgcs2000: bool) -> VectorTable:
    table = read_vector(path, layer, assume_cgcs2000=assume_cgcs2000)
    if table.geometry is None or table.crs is None:
        raise InputError("overlay.no_shapes", where=table.source_name)
    if len(table.geometry) == 0:
        raise InputError("layer.no_rows", where=table.source_name)
    return table


def _shapes(table: VectorTable) -> tuple[Geometries, CRS]:
    assert table.geometry is not None and table.crs is not None  # _read has seen to it
    return table.geometry, table.crs


def _plane(table: VectorTable) -> StatutoryPlane:
    west, south, east, north = bounds_lonlat(*_shapes(table))
    return StatutoryPlane.near((west + east) / 2, (south + north) / 2)


def _labels(table: VectorTable, field: str | None) -> tuple[NDArray[np.int64], list[Any]]:
    """Return for each feature the number of its value, and the values; None where a feature has none."""
    if field is None:
        return np.arange(table.attributes.num_rows), list(range(1, table.attributes.num_rows + 1))
    names = {name.upper(): name for name in reversed(table.attributes.column_names)}
    if field not in table.attributes.column_names and field.upper() not in names:
        found = "、".join(table.attributes.column_names[:30])
        raise InputError("overlay.no_field", where=table.source_name, field=field, found=found)
    column = table.attributes[field if field in table.attributes.column_names else names[field.upper()]]
    numbers: dict[Any, int] = {}
    number = [numbers.setdefault(value, len(numbers)) for value in column.to_pylist()]
    return np.array(number, np.int64), list(numbers)


def _rows(
    shared: OverlayTable,
    left: tuple[NDArray[np.int64], list[Any]],
    right: tuple[NDArray[np.int64], list[Any]],
) -> list[Row]:
    key = left[0][shared.left_id] * len(right[1]) + right[0][shared.right_id]
    keys, group, pairs = np.unique(key, return_inverse=True, return_counts=True)
    area = np.bincount(group, shared.area_m2, minlength=len(keys))
    order = np.argsort(-area, kind="stable")
    return [
        Row(left[1][k // len(right[1])], right[1][k % len(right[1])], float(area[n]), int(pairs[n]))
        for n, k in zip(order.tolist(), keys[order].tolist(), strict=True)
    ]

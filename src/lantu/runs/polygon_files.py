"""Files of polygons that a command was given, packed in one statutory plane; no home is needed."""

from __future__ import annotations

from collections.abc import Sequence
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
from lantu.overlay.kernel_engine import prepare
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes
from lantu.store.layers import bounds_lonlat


@dataclass(frozen=True, slots=True)
class Labels:
    """What the features are summed by: `value[number[row]]` is a row's; None where it has none."""

    number: NDArray[np.int64]
    value: list[Any]


@dataclass(frozen=True, slots=True)
class PolygonFile:
    """One file, one layer of it.

    Attributes:
        attributes: its fields, a row per feature.
        notes: message codes of what was changed on the way in.
        labels: of the field asked for, else the places in the file, from 1.
    """

    name: str
    layer: str
    digest: str
    attributes: pa.Table
    notes: tuple[str, ...]
    plane: StatutoryPlane
    pack: PackedLayer
    labels: Labels


def read_polygons(
    wanted: Sequence[tuple[Path, str | None]],
    *,
    fields: Sequence[str | None] | None = None,
    assume_cgcs2000: bool = False,
    progress: Progress = silent,
) -> list[PolygonFile]:
    """Read and pack files; the first one chooses the plane.

    Args:
        wanted: files, each with the layer of it where it has several.
        fields: for each file the field its features are summed by.

    Raises:
        InputError: `intake.*`, `crs.*`, `layer.no_rows`, `overlay.no_shapes`, `.no_field`, `.not_polygon`,
            `.invalid`: what is wrong, where, how to mend it.
    """
    tables = []
    for nth, (path, layer) in enumerate(wanted):
        progress("progress.read_layer", nth, len(wanted))
        tables.append(_read(path, layer, assume_cgcs2000))
    progress("progress.read_layer", len(wanted), len(wanted))
    asked = fields or [None] * len(tables)
    labels = [labels_of(table, field) for table, field in zip(tables, asked, strict=True)]
    plane = _plane(tables[0])
    prepare(progress)
    files = []
    for nth, (table, label) in enumerate(zip(tables, labels, strict=True)):
        progress("progress.project", nth, len(tables))
        shapes, crs = _shapes(table)
        pack = pack_shapes(shapes, table.source_name, (plane, crs))
        files.append(
            PolygonFile(
                table.source_name, table.source_layer, table.source_digest, table.attributes, table.notes,
                plane, pack, label,
            )
        )  # fmt: skip
    progress("progress.project", len(tables), len(tables))
    return files


def labels_of(table: VectorTable, field: str | None) -> Labels:
    """Return the values of a field, whose case does not matter, or the places in the file.

    Raises:
        InputError: `overlay.no_field`.
    """
    if field is None:
        return Labels(np.arange(table.attributes.num_rows), list(range(1, table.attributes.num_rows + 1)))
    names = {name.upper(): name for name in reversed(table.attributes.column_names)}
    if field not in table.attributes.column_names and field.upper() not in names:
        found = "、".join(table.attributes.column_names[:30])
        raise InputError("overlay.no_field", where=table.source_name, field=field, found=found)
    column = table.attributes[field if field in table.attributes.column_names else names[field.upper()]]
    numbers: dict[Any, int] = {}
    number = [numbers.setdefault(value, len(numbers)) for value in column.to_pylist()]
    return Labels(np.array(number, np.int64), list(numbers))


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

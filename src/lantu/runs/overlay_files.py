"""Overlay any two files: how much of what lies on what, in statutory areas; no home is needed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lantu.core.progress import Progress, silent
from lantu.overlay.engine import OverlayTable, method
from lantu.overlay.kernel_engine import KernelEngine
from lantu.runs.polygon_files import Labels, read_polygons
from lantu.runs.table_file import write_table


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
    files = read_polygons(
        [(left, left_layer), (right, right_layer)], fields=by, assume_cgcs2000=assume_cgcs2000,
        progress=progress,
    )  # fmt: skip
    engine = KernelEngine()
    shared = engine.overlay(files[0].pack, files[1].pack, progress)
    sides = [
        Side(
            file.name, file.layer, file.digest, len(file.pack), by[nth] if by else None,
            math.fsum(file.pack.area_m2), file.notes,
        )
        for nth, file in enumerate(files)
    ]  # fmt: skip
    rows = _rows(shared, files[0].labels, files[1].labels)
    return FileOverlay(sides[0], sides[1], method(engine, files[0].plane), math.fsum(shared.area_m2), rows)


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
    write_table(columns, facts, path)


def _rows(shared: OverlayTable, left: Labels, right: Labels) -> list[Row]:
    key = left.number[shared.left_id] * len(right.value) + right.number[shared.right_id]
    keys, group, pairs = np.unique(key, return_inverse=True, return_counts=True)
    area = np.bincount(group, shared.area_m2, minlength=len(keys))
    order = np.argsort(-area, kind="stable")
    return [
        Row(
            left.value[k // len(right.value)],
            right.value[k % len(right.value)],
            float(area[n]),
            int(pairs[n]),
        )
        for n, k in zip(order.tolist(), keys[order].tolist(), strict=True)
    ]

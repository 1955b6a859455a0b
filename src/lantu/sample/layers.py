"""A layer as it is delivered, and what all layers share: numbers, order of columns, the note of invention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lantu.core.area import Geometries
from lantu.core.invented import INVENTED
from lantu.lawbook import Lawbook

NOTE = f"{INVENTED} invented"
STATE, COLLECTIVE = "20", "30"
"""QSXZ: 国有土地使用权, 集体土地所有权."""


@dataclass(frozen=True)
class SampleLayer:
    """One layer or table.

    Attributes:
        kind: layer kind of the lawbook.
        year: None for what holds for the whole plan.
        shapes: (n,) in the system of delivery; None for a table.
    """

    kind: str
    year: int | None
    title: str
    columns: pa.Table
    shapes: Geometries | None


def bsm(county: str, serial: int) -> str:
    """Return an 18-digit BSM: county, four zeros, running number."""
    return f"{county}0000{serial:08d}"


def table_of(book: Lawbook, kind: str, columns: Mapping[str, Any]) -> pa.Table:
    """Return columns in the order of the kind's profile; BZ, which says that all is invented, always last."""
    fields = [name for name in book.layer_kinds[kind].fields if name in columns]
    order = [*fields, *(name for name in columns if name not in fields and name in ("BZ",))]
    return pa.table({name: columns[name] for name in order})


def text_column(values: Iterable[str]) -> pa.Array:
    """Return texts, NULL for an empty one."""
    return pa.array([str(value) if value else None for value in values], pa.string())


def empty_column(count: int) -> pa.Array:
    """Return a column of NULL."""
    return pa.nulls(count, pa.string())

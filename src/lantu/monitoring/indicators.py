"""An indicator measured: its SQL over tables in memory gives an exact figure, or the reason why none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa

from lantu.core.units import UNITS
from lantu.lawbook.models import Indicator, Part

ALWAYS = ("state", "land_class")
"""Views that every query may read beside its declared inputs."""

_SETTINGS: dict[str, Any] = {
    "threads": 1,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


@dataclass(frozen=True, slots=True)
class PartFigure:
    """A part beside the value: its definition and its exact figure in base units, None where unknown."""

    part: Part
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class Measured:
    """An exact figure in the indicator's base unit, and its parts."""

    value: Fraction
    parts: tuple[PartFigure, ...]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Why there is no figure: a message code and its parameters."""

    message: str
    params: Mapping[str, object] = field(default_factory=dict)


def evaluate(indicator: Indicator, views: Mapping[str, pa.Table]) -> Measured | Unmeasured:
    """Run an indicator's SQL over exactly the views it declares.

    The query gives one row: `value` in the indicator's base unit; where the value is a quotient, also
    `per`, and the figure is value ÷ per without rounding; `unusable`, the number of records it could not
    use (any makes the figure untold); and the declared parts, in base units.

    Returns:
        The figure; or why it cannot be told, a missing view, a NULL and a crashed query included.
    """
    missing = [name for name in indicator.inputs if name not in views]
    if missing:
        return Unmeasured("measure.no_view", {"kinds": ", ".join(missing)})
    try:
        row = _run(indicator, views)
    except duckdb.Error as error:
        return Unmeasured("measure.query_failed", {"why": str(error).strip().splitlines()[0]})
    except _OddAnswerError as error:
        return Unmeasured("measure.query_failed", {"why": str(error)})
    if row.get("unusable"):
        return Unmeasured("measure.unusable_records", {"count": row["unusable"]})
    try:
        value, per = _exact(row["value"], "value"), _exact(row.get("per", 1), "per")
        parts = tuple(
            PartFigure(part, _exact(row[part.column], part.column, True)) for part in indicator.parts
        )
    except _OddAnswerError as error:
        return Unmeasured("measure.query_failed", {"why": str(error)})
    if value is None or not per:
        return Unmeasured("measure.no_figure")
    return Measured(value / per, parts)


class _OddAnswerError(Exception):
    """The query ran, but its answer is not of the promised form."""


def _run(indicator: Indicator, views: Mapping[str, pa.Table]) -> dict[str, Any]:
    with duckdb.connect(":memory:", config=_SETTINGS) as connection:
        for name in (*indicator.inputs, *ALWAYS):
            if name in views:
                connection.register(name, views[name])
        relation = connection.execute(indicator.sql)
        names = [column[0] for column in relation.description or ()]
        rows = relation.fetchmany(2)
    if len(rows) != 1:
        raise _OddAnswerError(f"{len(rows)} rows, not 1")
    lacking = {"value", *(part.column for part in indicator.parts)} - set(names)
    if lacking:
        raise _OddAnswerError(f"no column {', '.join(sorted(lacking))}")
    return dict(zip(names, rows[0], strict=True))


def _exact(value: object, column: str, measured: bool = False) -> Fraction | None:
    """Take a cell as an exact number.

    A float is refused where a target hangs on it: its last digits depend on the order of summing, so
    the query must say what it rounds to (CAST … AS DECIMAL).
    """
    if value is None:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        raise _OddAnswerError(f"{column} is {value}")
    if isinstance(value, (int, Decimal)) or (measured and isinstance(value, float)):
        return Fraction(value)
    raise _OddAnswerError(f"{column} is {type(value).__name__}; cast it to DECIMAL")


def in_unit(value: Fraction, unit: str) -> Fraction:
    """Bring a figure from base units (m², m³, 1 …) into a unit, exactly."""
    return value / UNITS[unit].factor

"""What a layer must be before it is let in: its kind's geometry, sound shapes, a system of delivery."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.crs import Bounds, check_bounds, read_crs
from lantu.core.errors import InputError
from lantu.lawbook import Lawbook, LayerKind
from lantu.store.files import readable_name

_SHOWN = 5
_OWNER_FIELDS = {"XZQDM", "XJXZQDM", "ZLDWDM"}
"""Fields that say where a feature lies: a line's division, a red line's county, a parcel's village."""
_DIMENSION = {"point": 0, "line": 1, "polygon": 2}
_YEARS = range(1949, 2101)


class Delivered(Protocol):
    """A layer or table as it was read; `intake.VectorTable` is one.

    `geometry` has as many shapely objects as `attributes` has rows, or is None for a table.
    """

    @property
    def attributes(self) -> pa.Table: ...
    @property
    def geometry(self) -> Geometries | None: ...
    @property
    def crs(self) -> CRS | None: ...
    @property
    def source_name(self) -> str: ...
    @property
    def source_layer(self) -> str: ...
    @property
    def source_digest(self) -> str: ...


def name_of(table: Delivered) -> str:
    """Return how messages name a delivered layer: file, and layer where it is called otherwise."""
    file = readable_name(table.source_name)
    stem = file.rpartition(".")[0] or file
    return file if table.source_layer in ("", stem) else f"{file}:{table.source_layer}"


def check_kind(book: Lawbook, kind: str) -> LayerKind:
    """Return the kind of that name.

    Raises:
        InputError: `layer.unknown_kind`.
    """
    known = book.layer_kinds.get(kind)
    if known is None:
        raise InputError("layer.unknown_kind", kind=kind, known="、".join(book.layer_kinds))
    return known


def check_place(book: Lawbook, area_code: str, kind: LayerKind, year: int | None) -> None:
    """Refuse an area that is none, and a year that is missing or odd.

    Raises:
        InputError: `layer.bad_area`, `layer.no_year`, `layer.odd_year`.
    """
    well_formed = area_code.isascii() and area_code.isdigit() and len(area_code) in (6, 9, 12)
    if not well_formed or book.divisions.by_code(area_code) is None:
        raise InputError("layer.bad_area", area=area_code)
    if kind.yearly and year is None:
        raise InputError("layer.no_year", kind=kind.kind, name=kind.name.zh)
    if year is not None and year not in _YEARS:
        raise InputError("layer.odd_year", year=year)


def rows_elsewhere(table: Delivered, area_code: str) -> int:
    """Count the rows that say they lie in another area, as enclaves (飞入地) do.

    Raises:
        InputError: `layer.other_area` where every row that names its area names another one.
    """
    prefix = area_code.removesuffix("00").removesuffix("00") if len(area_code) == 6 else area_code
    column = next((name for name in table.attributes.column_names if name.upper() in _OWNER_FIELDS), None)
    if column is None:
        return 0
    said = [str(value).strip() for value in table.attributes[column].to_pylist() if value is not None]
    codes = [code for code in said if code.isascii() and code.isdigit() and len(code) >= 6]
    # A parcel names its village, a line its county, and either may be longer than the area's own code.
    others = [code for code in codes if not (code.startswith(prefix) or prefix.startswith(code))]
    if codes and len(others) == len(codes):
        found = "、".join(sorted({code[:6] for code in others})[:_SHOWN])
        raise InputError("layer.other_area", where=name_of(table), area=area_code, found=found, field=column)
    return len(others)


def check_content(table: Delivered, kind: LayerKind) -> CRS | None:
    """Refuse what cannot be measured.

    Returns:
        The system of delivery; None for a table.

    Raises:
        InputError: `layer.no_rows`, `.no_geometry`, `.needless_geometry`, `.rows_differ`, `.null_geometry`,
            `.empty_geometry`, `.bad_coordinate`, `.wrong_type`, `.invalid_geometry`, or `crs.*`.
    """
    where = name_of(table)
    if table.attributes.num_rows == 0:
        raise InputError("layer.no_rows", where=where)
    if table.geometry is None or kind.geometry == "none":
        if kind.geometry != "none":
            raise InputError("layer.no_geometry", where=where, kind=kind.kind, name=kind.name.zh)
        if table.geometry is not None:
            raise InputError("layer.needless_geometry", where=where, kind=kind.kind, name=kind.name.zh)
        return None
    crs = read_crs(table.crs, where)
    _check_shapes(table, table.geometry, kind, where)
    check_bounds(bounds_of(table.geometry), crs, where)
    return crs


def _check_shapes(table: Delivered, geometry: Geometries, kind: LayerKind, where: str) -> None:
    if len(geometry) != table.attributes.num_rows:
        raise InputError(
            "layer.rows_differ", where=where, rows=table.attributes.num_rows, shapes=len(geometry)
        )
    _refuse(shapely.is_missing(geometry), "layer.null_geometry", table, where)
    _refuse(shapely.is_empty(geometry), "layer.empty_geometry", table, where)
    _refuse(~np.isfinite(shapely.bounds(geometry)).all(axis=1), "layer.bad_coordinate", table, where)
    # A collection has its highest dimension but may hold others, so it is never taken.
    wrong = (shapely.get_dimensions(geometry) != _DIMENSION[kind.geometry]) | (
        shapely.get_type_id(geometry) == 7
    )
    _refuse(wrong, "layer.wrong_type", table, where, kind=kind.kind, name=kind.name.zh, wanted=kind.geometry)
    invalid = ~shapely.is_valid(geometry)
    if invalid.any():
        why = str(shapely.is_valid_reason(geometry[int(np.flatnonzero(invalid)[0])]))
        _refuse(invalid, "layer.invalid_geometry", table, where, why=why)


def _refuse(bad: NDArray[np.bool_], code: str, table: Delivered, where: str, **params: object) -> None:
    if bad.any():
        rows = np.flatnonzero(bad)
        raise InputError(
            code, where=where, count=len(rows), features=_named(table.attributes, rows), **params
        )


def _named(attributes: pa.Table, rows: NDArray[np.intp]) -> str:
    shown = [int(row) for row in rows[:_SHOWN]]
    if "BSM" in attributes.column_names:
        names = [f"BSM {attributes['BSM'][row].as_py()}" for row in shown]
    else:
        names = [f"#{row + 1}" for row in shown]
    return "、".join(names) + (" …" if len(rows) > _SHOWN else "")


def bounds_of(geometry: Geometries) -> Bounds:
    """Return west, south, east, north of all geometries together."""
    west, south, east, north = (float(value) for value in shapely.total_bounds(geometry))
    return west, south, east, north

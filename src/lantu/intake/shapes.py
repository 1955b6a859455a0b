"""WKB → shapely, and what every delivered shape must be: there, not empty, of numbers, valid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from lantu.core.crs import Bounds
from lantu.core.errors import InputError
from lantu.intake.reasons import first_words

Geometries = NDArray[Any]
_SHOWN = 5


def from_wkb(column: pa.ChunkedArray, where: str, notes: list[str]) -> Geometries:
    """Return 2D shapes; `notes` gains `intake.z_dropped` where heights or measures were taken off.

    Raises:
        InputError: `intake.unreadable`, or `intake.curved`: the standard knows no area of a curve.
    """
    try:
        geometry = np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), dtype=object)
    except NotImplementedError:  # shapely's word for curves
        raise InputError("intake.curved", where=where) from None
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise InputError("intake.unreadable", where=where, why=first_words(error)) from None
    if (shapely.has_z(geometry) | shapely.has_m(geometry)).any():
        notes.append("intake.z_dropped")
        geometry = np.asarray(shapely.force_2d(geometry), dtype=object)
    return geometry


def check_shapes(geometry: Geometries, attributes: pa.Table, where: str, *, strict: bool) -> None:
    """Refuse null, empty, non-finite and (where strict) invalid shapes, naming how many and the first.

    Raises:
        InputError: `intake.null_geometry`, `.empty_geometry`, `.bad_coordinate`, `.invalid_geometry`.
    """
    _refuse(shapely.is_missing(geometry), "intake.null_geometry", geometry, attributes, where)
    _refuse(shapely.is_empty(geometry), "intake.empty_geometry", geometry, attributes, where)
    # All coordinates, for bounds pass over a NaN among numbers.
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    odd = np.zeros(len(geometry), dtype=bool)
    odd[owner[~np.isfinite(xy).all(axis=1)]] = True
    _refuse(odd, "intake.bad_coordinate", geometry, attributes, where)
    if strict:
        _refuse(~shapely.is_valid(geometry), "intake.invalid_geometry", geometry, attributes, where)


def bounds_of(geometry: Geometries) -> Bounds:
    """Return west, south, east, north of all shapes together."""
    west, south, east, north = (float(v) for v in shapely.total_bounds(geometry))
    return west, south, east, north


def _refuse(
    bad: NDArray[np.bool_], code: str, geometry: Geometries, attributes: pa.Table, where: str
) -> None:
    if not bad.any():
        return
    first = np.flatnonzero(bad)[:_SHOWN]
    said = {"where": where, "count": int(bad.sum()), "features": _names(attributes, first)}
    if code == "intake.invalid_geometry":
        said["why"] = str(shapely.is_valid_reason(geometry[first[0]]))
    raise InputError(code, **said)


def _names(attributes: pa.Table, rows: NDArray[np.intp]) -> str:
    if "BSM" in attributes.column_names:
        return "、".join(f"BSM {attributes['BSM'][int(i)].as_py()}" for i in rows)
    return "、".join(f"FID {int(i) + 1}" for i in rows)

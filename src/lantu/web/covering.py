"""How much of one feature every control line in force covers. What is not registered is not zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import shapely

from lantu.core.area import StatutoryPlane
from lantu.core.errors import LantuError
from lantu.core.units import round_half_up
from lantu.lawbook import message
from lantu.overlay.doubles import covered_once
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import pack_shapes
from lantu.web.open_layers import Geometries, OpenLayer

ZONED = {"CZKFBJ": "GHFQDM"}
"""Kinds whose zones count apart, and the field that names the zone."""
M2_DECIMALS, SHARE_DECIMALS = 2, 6
_NEAR_DEGREES = 1e-4
"""Boxes in degrees are only a first sieve: edges bend a little between systems of delivery."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One control line (or one zone of it) over one feature.

    Attributes:
        zone: code of the zone, None for a kind without zones or where none is met.
        covered_m2: statutory area, exact as measured; None where it cannot be told.
        note: message code of why, and its parameters; one of our errors is put into words.
    """

    kind: str
    zone: str | None
    covered_m2: float | None
    share: Fraction | None
    note: str
    params: dict[str, object]

    def note_in(self, language: str) -> str:
        """Return the note as a sentence."""
        params = {
            name: message(value.code, language, **value.params) if isinstance(value, LantuError) else value
            for name, value in self.params.items()
        }
        return message(self.note, language, **params)


def cannot_tell(kind: str, note: str, **params: object) -> Covered:
    """Return the answer for a line that could not be looked at."""
    return Covered(kind, None, None, None, note, params)


def coverings(
    kind: str,
    feature: Any,
    feature_degrees: Any,
    lines: Sequence[OpenLayer],
    plane: StatutoryPlane,
    engine: KernelEngine,
) -> list[Covered]:
    """Measure what one kind of control line covers of a polygon.

    Args:
        feature: the polygon in the statutory plane.
        feature_degrees: the same in longitude/latitude.
        lines: all layers of that kind in force, at least one.

    Returns:
        One answer, or one per zone that is met; `cannot_tell` where measuring fails.
    """
    west, south, east, north = shapely.bounds(feature_degrees)
    near = (west - _NEAR_DEGREES, south - _NEAR_DEGREES, east + _NEAR_DEGREES, north + _NEAR_DEGREES)
    try:
        found: dict[str | None, list[Geometries]] = {}
        for layer in lines:
            rows = layer.within(near)
            shapes = plane.project(layer.delivered[rows], layer.crs)
            for zone, mine in _by_zone(kind, layer, rows):
                found.setdefault(zone, []).append(shapes[mine])
        answers = [
            _measure(kind, zone, feature, np.concatenate(g), engine)
            for zone, g in sorted(found.items(), key=lambda item: item[0] or "")
        ]
    except LantuError as error:
        return [cannot_tell(kind, "web.layer_unreadable", why=error)]
    except shapely.errors.GEOSException as error:
        return [cannot_tell(kind, "web.layer_unreadable", why=str(error))]
    met = [answer for answer in answers if answer.covered_m2]
    return met or [Covered(kind, None, 0.0, Fraction(0), "web.line_measured", {"decimals": M2_DECIMALS})]


def _by_zone(
    kind: str, layer: OpenLayer, rows: np.ndarray[Any, Any]
) -> Iterable[tuple[str | None, list[int]]]:
    field = ZONED.get(kind)
    if field is None or field not in layer.attributes.column_names:
        return [(None, list(range(len(rows))))]
    zones: dict[str | None, list[int]] = {}
    for place, zone in enumerate(layer.attributes.column(field).take(rows).to_pylist()):
        zones.setdefault(None if zone is None else str(zone), []).append(place)
    return zones.items()


def _measure(kind: str, zone: str | None, feature: Any, shapes: Geometries, engine: KernelEngine) -> Covered:
    site = pack_shapes(np.array([feature], dtype=object), kind)
    area, _ = covered_once(pack_shapes(shapes, kind), site, engine)
    whole = shapely.area(feature)
    share = Fraction(area) / Fraction(whole) if whole else None
    return Covered(kind, zone, area, share, "web.line_measured", {"decimals": M2_DECIMALS})


def square_metres(area: float | None) -> str | None:
    """Print an area, rounded half up."""
    return None if area is None else str(round_half_up(Fraction(area), M2_DECIMALS))


def ratio(share: Fraction | None) -> str | None:
    """Print a share of the whole."""
    return None if share is None else str(Decimal(round_half_up(share, SHARE_DECIMALS)))

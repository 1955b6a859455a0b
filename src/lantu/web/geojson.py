"""Geometries as GeoJSON, in degrees."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely

DECIMALS = 8
"""About a millimetre on the ground."""


def geometry_json(geometry: Any) -> dict[str, Any] | None:
    """Return a GeoJSON geometry, None for None."""
    if geometry is None:
        return None
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))
    return dict(json.loads(shapely.to_geojson(rounded)))

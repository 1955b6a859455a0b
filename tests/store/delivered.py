"""Small layers as intake would hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

CRS_4490 = CRS.from_epsg(4490)


@dataclass(frozen=True)
class Delivery:
    attributes: pa.Table
    geometry: Any
    crs: CRS | None
    source_name: str = "大安.gpkg"
    source_layer: str = "DLTB_2020"
    source_digest: str = "sha256:" + "5e" * 32


def squares(count: int = 3, step: float = 0.001, dlbm: str = "0101", **changes: Any) -> Delivery:
    """A row of squares east of 123.2°E 45.5°N, `step` degrees wide."""
    west = 123.2 + step * np.arange(count)
    attributes = pa.table(
        {
            "BSM": [f"{n + 1:04d}" for n in range(count)],
            "DLBM": [dlbm] * count,
            "TBMJ": pa.array([100.25 + n for n in range(count)], pa.float64()),
            "TBDLMJ": pa.array([100.25 + n for n in range(count)], pa.float64()),
            "SJNF": pa.array([2020] * count, pa.int32()),
        }
    )
    geometry = shapely.box(west, 45.5, west + step, 45.5 + step)
    return Delivery(**({"attributes": attributes, "geometry": geometry, "crs": CRS_4490} | changes))


def shaped(shapes: Sequence[Any]) -> Delivery:
    """A layer of these shapes, their BSM counting from 1."""
    geometry = np.empty(len(shapes), object)
    geometry[:] = shapes
    return Delivery(pa.table({"BSM": [str(n + 1) for n in range(len(shapes))]}), geometry, CRS_4490)


def water() -> Delivery:
    """A table of water use."""
    return Delivery(
        pa.table({"ND": [2020, 2021], "YSL": ["1.5", "1.6"]}), None, None, "water_use.csv", "water_use"
    )

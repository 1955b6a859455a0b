"""shapely's (GEOS's) own test of a coverage, and pairs of parcels that overlap: no gaps, no reports."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from bench.measure import MIN_OVERLAP_M2, Looked

LEAST_M2 = 0.01
"""Less is no overlap: `overlay.min_defect_m2` of the product."""


def parcels_of(data: Path, operation: str) -> gpd.GeoDataFrame:
    """Read the parcels of a package, moved to the statutory plane."""
    made = json.loads((data / f"{operation}.json").read_text(encoding="utf-8"))
    layer = gpd.read_file(data / f"{operation}.gpkg", layer="DLTB", columns=["BSM"], use_arrow=True)
    return layer.to_crs(made["plane"])


class Every:
    """Edges that do not match; pairs among all parcels whose boxes meet."""

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        self.data = data
        return f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}"

    def prepare(self, operation: str) -> None:
        self.shape: NDArray[Any] = parcels_of(self.data, operation).geometry.to_numpy()

    def planted(self) -> Looked:
        begin = time.perf_counter()
        edges = shapely.coverage_invalid_edges(self.shape)
        wrong = np.flatnonzero(~shapely.is_empty(edges))
        between = time.perf_counter()
        one, other = self._pairs(wrong)
        area = shapely.area(shapely.intersection(self.shape[one], self.shape[other]))
        real, big = area >= LEAST_M2, area > MIN_OVERLAP_M2
        parts = {"edges": between - begin, "pairs": time.perf_counter() - between}
        parcels = len(np.unique(np.concatenate([one[real], other[real]])))
        counts = {"parcels": parcels, "flagged": len(wrong)}
        return Looked(int(big.sum()), float(area[big].sum()), counts, parts)

    giant = planted

    def _pairs(self, wrong: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        one, other = shapely.STRtree(self.shape).query(self.shape)
        return one[one < other], other[one < other]

    def stop(self) -> None:
        pass


class Flagged(Every):
    """Edges that do not match; pairs only of parcels that have some. GEOS may name but one of the two."""

    def _pairs(self, wrong: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        nth, other = shapely.STRtree(self.shape).query(self.shape[wrong], predicate="intersects")
        one = wrong[nth]
        once = (one < other) | ((one > other) & ~np.isin(other, wrong))
        return one[once], other[once]

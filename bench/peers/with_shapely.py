"""shapely (GEOS): as it is first written, and as well as we know how."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from bench.measure import MIN_GAP_M2, MIN_OVERLAP_M2

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


class Plain:
    """Index, pairs that intersect, area of their intersections; one thread."""

    single_sites = 1000
    parallel = False

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        self.data, self.threads = data, threads if self.parallel else 1
        return f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}"

    def prepare(self, operation: str) -> None:
        dirty = operation in ("overlaps", "gaps")
        names = ("parcels_dirty",) if dirty else ("parcels", "control")
        if operation == "gaps":
            (self.boundary,) = self._read("boundary").geometry
        self.layer = {name: self._read(name) for name in (*names, *(["sites"] * (operation == "sites")))}
        self.shape = {name: each.geometry.to_numpy() for name, each in self.layer.items()}
        self.tree = {name: shapely.STRtree(self.shape[name]) for name in names}
        for tree in self.tree.values():
            tree.query(shapely.box(0, 0, 1, 1))  # builds it: two threads must not

    def _read(self, name: str) -> gpd.GeoDataFrame:
        return gpd.read_parquet(self.data / f"{name}.parquet")

    def overlay(self) -> dict[str, float]:
        c, p, area = self._spread(self._shared, "control", "parcels")
        by = self.layer["control"].ctype.to_numpy()[c] + " " + self.layer["parcels"].dlbm.to_numpy()[p]
        name, of = np.unique(by.astype(str), return_inverse=True)
        return dict(zip(name.tolist(), np.bincount(of, weights=area).tolist(), strict=True))

    def sites(self) -> float:
        return sum(float(self._spread(self._shared, "sites", name)[2].sum()) for name in self.tree)

    def site(self, row: int) -> float:
        site = self.shape["sites"][row]
        total = 0.0
        for name, tree in self.tree.items():
            near = self.shape[name][tree.query(site, predicate="intersects")]
            total += float(shapely.area(self._intersection(site, near)).sum())
        return total

    def _intersection(self, site: Any, near: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(shapely.intersection(site, near))

    def overlaps(self) -> tuple[int, float]:
        _, _, area = self._spread(self._doubled, "parcels_dirty", "parcels_dirty")
        area = area[area > MIN_OVERLAP_M2]
        return len(area), float(area.sum())

    def gaps(self) -> tuple[int, float]:
        return _over(shapely.difference(self.boundary, shapely.union_all(self.shape["parcels_dirty"])))

    def stop(self) -> None:
        pass

    def _spread(self, work: Callable[[NDArray[np.int64], str, str], Pairs], left: str, right: str) -> Pairs:
        """Share the rows of the left layer out to the threads, in random parts: their costs differ."""
        rows = np.arange(len(self.shape[left]))
        if self.threads == 1:
            return work(rows, left, right)
        parts = np.array_split(np.random.default_rng(0).permutation(rows), 16 * self.threads)
        with ThreadPoolExecutor(self.threads) as pool:
            done = list(pool.map(lambda part: work(part, left, right), parts))
        left_row, right_row, area = (np.concatenate(each) for each in zip(*done, strict=True))
        return left_row, right_row, area

    def _shared(self, rows: NDArray[np.int64], left: str, right: str) -> Pairs:
        nth, other = self.tree[right].query(self.shape[left][rows], predicate="intersects")
        row = rows[nth]
        return row, other, shapely.area(shapely.intersection(self.shape[left][row], self.shape[right][other]))

    def _doubled(self, rows: NDArray[np.int64], left: str, right: str) -> Pairs:
        row, other = self._boxes_meet(rows, left, right)
        return row, other, shapely.area(shapely.intersection(self.shape[left][row], self.shape[right][other]))

    def _boxes_meet(
        self, rows: NDArray[np.int64], left: str, right: str
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        nth, other = self.tree[right].query(self.shape[left][rows])
        row = rows[nth]
        once = row < other
        return row[once], other[once]


def _over(gaps: Any) -> tuple[int, float]:
    area = shapely.area(shapely.get_parts(gaps))
    area = area[area > MIN_GAP_M2]
    return len(area), float(area.sum())


class PlainThreads(Plain):
    """The same, in threads."""

    parallel = True


class Tuned(Plain):
    """Prepared tests find what lies inside; large polygons are clipped; DE-9IM before overlaps; threads."""

    parallel = True
    clip_from = 300
    tiles = 32

    def _shared(self, rows: NDArray[np.int64], left: str, right: str) -> Pairs:
        mine, others = self.shape[left][rows], self.shape[right]
        nth, other = self.tree[right].query(mine, predicate="intersects")
        whole_nth, whole = self.tree[right].query(mine, predicate="covers")
        inside = np.isin(nth * len(others) + other, whole_nth * len(others) + whole)
        area = np.empty(len(nth))
        area[inside] = shapely.area(others[other[inside]])
        cut = ~inside
        large = cut & (shapely.get_num_coordinates(mine)[nth] > self.clip_from)
        near = mine[nth]
        boxes = shapely.bounds(others[other[large]]) + np.array([-1.0, -1.0, 1.0, 1.0])
        near[large] = [shapely.clip_by_rect(s, *box) for s, box in zip(near[large], boxes, strict=True)]
        area[cut] = shapely.area(shapely.intersection(near[cut], others[other[cut]]))
        return rows[nth], other, area

    def _intersection(self, site: Any, near: NDArray[Any]) -> NDArray[Any]:
        west, south, east, north = shapely.bounds(site)
        clipped = shapely.clip_by_rect(near, west - 1, south - 1, east + 1, north + 1)
        return np.asarray(shapely.intersection(site, clipped))

    def _doubled(self, rows: NDArray[np.int64], left: str, right: str) -> Pairs:
        row, other = self._boxes_meet(rows, left, right)
        meet = shapely.relate_pattern(self.shape[left][row], self.shape[right][other], "T********")
        row, other = row[meet], other[meet]
        return row, other, shapely.area(shapely.intersection(self.shape[left][row], self.shape[right][other]))

    def gaps(self) -> tuple[int, float]:
        west, south, east, north = shapely.bounds(self.boundary)
        x, y = np.linspace(west, east, self.tiles + 1), np.linspace(south, north, self.tiles + 1)
        tiles = [(x[i], y[j], x[i + 1], y[j + 1]) for i in range(self.tiles) for j in range(self.tiles)]
        with ThreadPoolExecutor(self.threads) as pool:
            left = list(pool.map(self._left, tiles))
        return _over(shapely.union_all(left))

    def _left(self, tile: tuple[float, float, float, float]) -> Any:
        ground = shapely.clip_by_rect(self.boundary, *tile)
        parcels = self.shape["parcels_dirty"][self.tree["parcels_dirty"].query(ground)]
        parcels = shapely.clip_by_rect(parcels, *tile)
        return shapely.difference(ground, shapely.union_all(parcels))

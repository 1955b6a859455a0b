"""The workload of the benchmark is what it says: a partition, real shared borders, defects as listed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from bench.partition import NOTHING, partition
from bench.workload import PLANE, Size, make
from pyproj import CRS

TINY = Size(2_000, 120, 4.4, sites=12, defects=9)


def shapes(folder: Path, name: str) -> np.ndarray:
    return shapely.from_wkb(pq.read_table(folder / f"{name}.parquet")["geometry"].to_numpy())


def defects(folder: Path, kind: str) -> list[dict[str, Any]]:
    return [row for row in pq.read_table(folder / "defects.parquet").to_pylist() if row["kind"] == kind]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    make(folder, TINY, 7)
    return folder


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counties")
    make(folder, replace(TINY, cells=700, side_km=2.6, counties=2, sites=0, defects=0), 7)
    return folder


def test_parcels_cover_the_square_once(county: Path) -> None:
    parcels, outline = shapes(county, "parcels"), shapes(county, "boundary")
    assert shapely.coverage_is_valid(parcels)
    assert len(outline) == 1
    assert shapely.coverage_union_all(parcels).normalize().equals_exact(outline[0].normalize(), 0)
    assert shapely.area(outline[0]) == pytest.approx((TINY.side_km * 1000) ** 2, rel=1e-12)


def test_files_are_in_the_statutory_plane(county: Path) -> None:
    for name in ("parcels", "control", "sites", "parcels_dirty", "boundary"):
        geo = json.loads(pq.read_schema(county / f"{name}.parquet").metadata[b"geo"])
        assert CRS.from_json_dict(geo["columns"]["geometry"]["crs"]) == CRS(PLANE.definition)


def test_same_seed_same_bytes(county: Path, tmp_path: Path) -> None:
    make(tmp_path, TINY, 7)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in county.iterdir())
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (county / path.name).read_bytes(), path.name


def test_another_seed_is_another_county(county: Path, tmp_path: Path) -> None:
    make(tmp_path, TINY, 8)
    assert (tmp_path / "parcels.parquet").read_bytes() != (county / "parcels.parquet").read_bytes()


def test_overlaps_are_as_listed(county: Path) -> None:
    parcels = shapes(county, "parcels_dirty")
    ids = pq.read_table(county / "parcels_dirty.parquet")["id"].to_numpy()
    left, right = shapely.STRtree(parcels).query(parcels, predicate="intersects")
    left, right = left[left < right], right[left < right]
    area = shapely.area(shapely.intersection(parcels[left], parcels[right]))
    listed = [
        row for row in pq.read_table(county / "defects.parquet").to_pylist() if row["kind"] == "overlap"
    ]
    assert len(listed) == TINY.defects
    for row in listed:
        touched = (ids[left] == row["id"]) | (ids[right] == row["id"])
        assert area[touched].sum() == pytest.approx(row["area_m2"], abs=1e-6)
        at = shapely.points(row["x"], row["y"])
        assert (shapely.contains(parcels, at)).sum() >= 2
    assert area.sum() == pytest.approx(sum(row["area_m2"] for row in listed), abs=1e-6)


def test_gaps_are_as_listed_and_touch_nothing(county: Path) -> None:
    (outline,) = shapes(county, "boundary")
    parcels = shapes(county, "parcels_dirty")
    gaps = shapely.get_parts(shapely.difference(outline, shapely.union_all(parcels)))
    gaps = gaps[shapely.area(gaps) > 1e-3]
    listed = defects(county, "gap")
    assert len(gaps) == len(listed) == TINY.defects
    for row in listed:
        (gap,) = gaps[shapely.contains(gaps, shapely.points(row["x"], row["y"]))]
        assert shapely.area(gap) == pytest.approx(row["area_m2"], abs=1e-6)
    assert shapely.distance(gaps, shapely.boundary(outline)).min() == 0, "some open to the outside"
    near = shapely.STRtree(gaps).query(gaps, predicate="dwithin", distance=5.0)
    assert near.shape[1] == len(gaps)


def test_neighbouring_counties_share_their_border_vertex_for_vertex(counties: Path) -> None:
    parcels = [shapes(counties, f"parcels_{i}_{j}") for i in (0, 1) for j in (0, 1)]
    outlines = shapes(counties, "counties")
    for own, outline in zip(parcels, outlines, strict=True):
        assert shapely.coverage_union_all(own).normalize().equals_exact(outline.normalize(), 0)
    assert shapely.coverage_is_valid(np.concatenate(parcels))
    (whole,) = shapes(counties, "boundary")
    assert shapely.coverage_union_all(outlines).normalize().equals_exact(whole.normalize(), 0)
    ids = np.concatenate(
        [
            pq.read_table(counties / f"parcels_{i}_{j}.parquet")["id"].to_numpy()
            for i in (0, 1)
            for j in (0, 1)
        ]
    )
    assert len(np.unique(ids)) == len(ids)


def test_a_border_is_the_same_in_every_part() -> None:
    random = np.random.default_rng(3)
    cells = partition(random.uniform(0, 1000, (400, 2)), 1000.0, 40.0)
    left = cells.seed[:, 0] < 500
    part, number = cells.part(left)
    whole, _, _ = cells.regions(np.where(left, np.arange(400), NOTHING))
    again, first, cell = part.regions(np.where(left[number], np.arange(len(number)), NOTHING))
    assert [a.wkb for a in again] == [w.wkb for w in whole]
    assert np.array_equal(number[first], np.flatnonzero(left))
    assert np.array_equal(np.flatnonzero(cell >= 0), np.flatnonzero(left[number]))

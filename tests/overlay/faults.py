"""Layers to look for faults in, and what GEOS finds in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import shapely

from lantu.overlay.coverage import Coverage, coverage
from lantu.overlay.packing import pack_shapes

PLACE = (20_000.0, 6_300_000.0)
"""Where a county's coordinates are, in its statutory plane."""
LEAST_M2, CRACK_M = 0.01, 0.001
M2 = 1e-6
"""GEOS rounds its crossings out there to the nanometre."""


def array(shapes: Iterable[Any]) -> np.ndarray:
    shapes = list(shapes)
    found = np.empty(len(shapes), object)
    found[:] = shapes
    return found


def checked(shapes: Iterable[Any], boundary: Any = None, least_m2: float = LEAST_M2) -> Coverage:
    outline = None if boundary is None else pack_shapes(array([boundary]), "boundary")
    return coverage(pack_shapes(array(shapes), "layer"), outline, least_m2=least_m2, crack_m=CRACK_M)


def squares(columns: int, rows: int, side: float = 10.0) -> np.ndarray:
    """Return squares side by side, row by row from the south-west."""
    x, y = (each.ravel() * side for each in np.meshgrid(np.arange(columns), np.arange(rows)))
    return shapely.box(x, y, x + side, y + side)


def voronoi(random: np.random.Generator, count: int, side: float) -> np.ndarray:
    """Return parcels that cover a square once; neighbours have equal vertices."""
    whole = shapely.box(0, 0, side, side)
    points = shapely.multipoints(random.uniform(0, side, (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=whole))
    return shapely.intersection(cells, whole)


def without(shapes: np.ndarray, ground: Any) -> np.ndarray:
    left = shapely.difference(shapes, ground)
    return left[~shapely.is_empty(left)]


def areas(defects: Iterable[Any]) -> list[float]:
    return [each.area_m2 for each in defects]


def _free(shapes: np.ndarray, boundary: Any) -> np.ndarray:
    """Return what is uncovered, the outside with it where there is no boundary."""
    union = shapely.union_all(shapes)
    west, south, east, north = shapely.bounds(union)
    ground = shapely.box(west - 1, south - 1, east + 1, north + 1) if boundary is None else boundary
    return shapely.get_parts(ground - union)


def cracked(shapes: np.ndarray, boundary: Any) -> bool:
    """Say whether any uncovered ground hangs together by a crack only: one gap for GEOS, two by our rule."""
    cores = shapely.buffer(_free(shapes, boundary), -CRACK_M / 2 * 1.2, join_style="mitre")
    return bool((shapely.get_num_geometries(cores) > 1).any())


def by_geos(shapes: np.ndarray, boundary: Any) -> dict[str, np.ndarray]:
    """Do the same by one union of everything; sorted areas of the least that counts."""
    gaps = _free(shapes, boundary)
    if boundary is None:
        gaps = gaps[shapely.bounds(gaps)[:, 0] > shapely.total_bounds(shapes)[0] - 0.5]
        outside = np.empty(0)
    else:
        outside = shapely.area(shapely.difference(shapes, boundary))
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared_m2 = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    found = {"overlaps": shared_m2, "gaps": shapely.area(gaps), "outside": outside}
    return {name: np.sort(area[area >= LEAST_M2])[::-1] for name, area in found.items()}


def agree(found: Coverage, expected: dict[str, np.ndarray], within: float = M2) -> None:
    for name, area in expected.items():
        assert areas(getattr(found, name)) == pytest.approx(area, abs=within), name
    for each in (*found.overlaps, *found.gaps, *found.outside):
        assert each.shape.area == pytest.approx(each.area_m2, abs=within)
        assert shapely.dwithin(each.shape, shapely.Point(each.place), 1e-6)
        assert 0 < each.width_m <= 2 * np.sqrt(each.area_m2 / np.pi) * 1.02

"""Real layers as they are, moved to 大安市 in degrees, through the rules; GEOS counts the same by itself.

A move in degrees changes areas, not what touches, crosses or covers what.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from lantu.quality.findings import QualityFinding
from lantu.runs.check_package import check
from shared_files import shared

KIND, LEAST_M2 = "ZXCQGHYDYH", 0.01
RULES = ("QC1601", "QC1602", "QC1606", "QC1607", "QC1608", "QC1609", "QC1701", "QC1702", "QC1707")
PLACE = np.array([123.6, 45.3])
METRIC = Transformer.from_crs(4490, 4550, always_xy=False)


def _wkt(name: str) -> np.ndarray:
    return shapely.get_parts(shapely.from_wkt(shared(f"geodata/nl_plots/{name}.wkt").read_text()))


def _layer(file: str, layer: str | None = None) -> np.ndarray:
    path = shared(f"geodata/{file}")
    source = f"/vsizip/{path}" if path.suffix == ".zip" else path
    return shapely.from_wkb(pyogrio.raw.read(source, layer=layer, columns=[], force_2d=True)[2])


CAMBRIDGE = "us_cambridge/cambridge_planning.gpkg"
LAYERS = {
    "nl_plots": (lambda: _wkt("nl_plots"), {"QC1707": 11}),
    "nl_zones": (lambda: _wkt("nl_zones"), {"QC1606": 1, "QC1701": 39, "QC1707": 19}),
    "us_cambridge zoning": (lambda: _layer(CAMBRIDGE, "cdd_zoningdistricts"), {}),
    "us_cambridge parcels": (
        lambda: _layer(CAMBRIDGE, "parcels_fy2013"),
        {"QC1606": 6, "QC1607": 18, "QC1609": 1, "QC1701": 54, "QC1707": 28},
    ),
    "us_maup precincts": (lambda: _layer("us_maup/precincts.zip"), {"QC1701": 2, "QC1707": 3}),
    "us_maup new_precincts": (lambda: _layer("us_maup/new_precincts.zip"), {}),
}
"""Layer → how it is read, and how many findings of each rule it has."""


def _moved(shapes: np.ndarray) -> np.ndarray:
    west, south, east, north = shapely.total_bounds(shapes)
    by = PLACE - np.round([(west + east) / 2, (south + north) / 2], 6)
    return shapely.transform(shapes, lambda xy: xy + by)


def _in_metres(shapes: np.ndarray) -> np.ndarray:
    def project(xy: np.ndarray) -> np.ndarray:
        north, east = METRIC.transform(xy[:, 1], xy[:, 0])
        return np.column_stack([east, north])

    return shapely.transform(shapes, project)


def _checked(shapes: np.ndarray, folder: Path) -> list[QualityFinding]:
    folder.mkdir()
    kinds = "MultiPolygon"
    many = np.array([s if s is None or s.geom_type == kinds else shapely.MultiPolygon([s]) for s in shapes])
    numbers = np.array([f"{n:018d}" for n in range(len(many))], object)
    pyogrio.raw.write(
        folder / "real.gpkg", shapely.to_wkb(many), [numbers], ["BSM"], layer=KIND, geometry_type=kinds,
        crs="EPSG:4490",
    )  # fmt: skip
    checked, _ = check(folder, day=date(2026, 1, 1), only=RULES)
    return [each for each in checked.findings if each.layer == KIND]


def _unsound(shapes: np.ndarray) -> set[int]:
    """Return FIDs of what GEOS calls invalid."""
    return set((np.flatnonzero(~shapely.is_valid(shapes)) + 1).tolist())


def _mended(shapes: np.ndarray) -> np.ndarray:
    return shapely.make_valid(shapes, method="structure", keep_collapsed=False)


def _overlapping(shapes: np.ndarray) -> dict[frozenset[int], float]:
    """Return pairs of FIDs that share ground, and how many m² in the plane."""
    one, other = shapely.STRtree(shapes).query(shapes, "intersects")
    first = one < other
    one, other = one[first], other[first]
    area = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    return {
        frozenset((int(a) + 1, int(b) + 1)): float(m2)
        for a, b, m2 in zip(one, other, area, strict=True)
        if m2 > LEAST_M2
    }


def _holes(shapes: np.ndarray) -> list[float]:
    """Return the areas of the holes in the union, m² in the plane."""
    parts = shapely.get_parts(shapely.union_all(shapes))
    holes = [shapely.Polygon(ring).area for part in parts for ring in part.interiors]
    return sorted(area for area in holes if area > LEAST_M2)


def _twins(shapes: np.ndarray) -> set[frozenset[int]]:
    """Return groups of FIDs of one shape, wherever its rings begin."""
    groups: dict[bytes, set[int]] = {}
    for row, wkb in enumerate(shapely.to_wkb(shapely.normalize(shapes)).tolist()):
        groups.setdefault(wkb, set()).add(row + 1)
    return {frozenset(rows) for rows in groups.values() if len(rows) > 1}


@pytest.mark.parametrize("name", LAYERS)
def test_geos_counts_the_same(name: str, tmp_path: Path) -> None:
    read, counts = LAYERS[name]
    shapes = _moved(read())
    found = _checked(shapes, tmp_path / "package")
    said = {code: [each for each in found if each.rule.code == code] for code in RULES}

    invalid = {row for code in ("QC1606", "QC1607") for each in said[code] for row in each.rows}
    assert invalid == _unsound(shapes)
    assert {frozenset(each.rows) for each in said["QC1609"]} == _twins(shapes)

    metric = _mended(_in_metres(shapes))
    twin = {frozenset((a, b)) for rows in _twins(shapes) for a in rows for b in rows if a != b}
    pairs = {pair: m2 for pair, m2 in _overlapping(metric).items() if pair not in twin}
    overlaps = {
        frozenset(each.rows): float(each.params["area"])
        for code in ("QC1701", "QC1702")
        for each in said[code]
    }
    assert overlaps.keys() == pairs.keys()
    for pair, m2 in pairs.items():
        assert overlaps[pair] == pytest.approx(m2, rel=2e-3, abs=0.02)

    gaps = sorted(float(each.params["area"]) for each in said["QC1707"])
    assert gaps == pytest.approx(_holes(metric), rel=2e-3, abs=0.02)
    assert Counter(each.rule.code for each in found) == counts

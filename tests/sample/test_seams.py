"""Counties of the sample beside each other: borders that agree, and an outline moved by some metres."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

import world
from lantu.runs.add_layer import add_layer
from lantu.runs.scan_conflicts import scan
from lantu.store import OUTLINE, Home
from store.delivered import Delivery

pytestmark = pytest.mark.slow

DAY = date(2025, 6, 30)
MOVED, BESIDE = "220882", ("220821", "220822", "220881")
"""大安, whose code is the greatest, and the three that share borders with it."""
EAST_M = 12.0


def opened(sample, path: Path) -> Home:
    home = Home.open(path)
    for each in sample.manifest.layers:
        if each.kind == OUTLINE:
            file = sample.folder / each.file
            add_layer(home, file, kind=each.kind, area_code=each.area_code, layer=each.layer, invented=True)
    return home


def grounds(home: Home) -> dict:
    layers = {each.area_code: each for each in home.layers.list()}
    return {code: shapely.union_all(home.packs.get(each).geometries()) for code, each in layers.items()}


def look(home: Home) -> dict:
    found = scan(home, pairs=["CF63"], day=DAY).result["pairs"]
    return {each["area_code"]: each for each in found}


def test_borders_agree_but_for_slivers_and_what_faces_nobody_is_measured(sample, tmp_path):
    home = opened(sample, tmp_path)
    found, ground = look(home), grounds(home)
    assert not [each for row in found.values() for each in row["conflicts"]]
    assert sum(row["slivers"]["count"] for row in found.values()) > 100
    for code, row in found.items():
        others = shapely.union_all([each for other, each in ground.items() if other != code])
        alone = shapely.difference(shapely.boundary(ground[code]), shapely.buffer(others, 1.0)).length / 1000
        (why,) = row["partly"]
        assert float(why["length"]) == pytest.approx(alone, abs=0.02), code
        assert row["answer"] == "cannot_tell"


def test_an_outline_moved_by_twelve_metres(sample, tmp_path):
    home = opened(sample, tmp_path)
    before = grounds(home)
    moved = shapely.transform(before[MOVED], lambda xy: xy + np.array([EAST_M, 0.0]))
    table = pa.table({"BSM": ["1"], "XZQDM": [MOVED], "XZQMC": ["虚构"]})
    degrees = home.plane.to_geographic(np.array([moved], object))
    delivery = Delivery(table, degrees, world.CRS_4490, "moved.gpkg", OUTLINE)
    home.layers.add(delivery, kind=OUTLINE, area_code=MOVED, invented=True)
    found = look(home)
    conflicts = home.conflicts.list()
    assert {(each.area_code, each.facts["cause"]) for each in conflicts} == {(code, MOVED) for code in BESIDE}
    for code in BESIDE:
        mine = [each for each in conflicts if each.area_code == code]
        both = shapely.intersection(before[code], moved).area
        left = shapely.difference(before[MOVED], moved)
        free = shapely.intersection(left, shapely.buffer(before[code], EAST_M)).area
        sums = {
            kind: sum(float(each.area_m2) for each in mine if each.type == kind)
            for kind in ("overlap", "slit")
        }
        # What is told apart as slivers, and ends of borders, where a third county begins.
        assert sums["overlap"] == pytest.approx(both, rel=0.01, abs=300), code
        assert sums["slit"] == pytest.approx(free, rel=0.01, abs=300), code
    assert found[MOVED]["conflicts"] == []
    assert found[MOVED]["elsewhere"] == dict.fromkeys(BESIDE, "fail")
    assert {each["fate"] for row in look(home).values() for each in row["conflicts"]} == {"remaining"}

"""How much of a parcel a line covers, counted square metre by square metre."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

import world
from lantu.core.crs import transformer
from lantu.overlay.engine import KernelEngine
from lantu.web.covering import Covered, coverings
from lantu.web.open_layers import OpenLayer

SIDE = 40


def line(shapes: list[Any], zones: list[str | None] | None = None, crs: CRS = world.CRS_4490) -> OpenLayer:
    table = {"BSM": [str(n) for n in range(len(shapes))]} | ({"GHFQDM": zones} if zones else {})
    degrees = world.geographic(shapes)
    if not crs.is_geographic:
        there = transformer("EPSG:4490", crs.to_string())
        degrees = shapely.transform(degrees, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
    return OpenLayer.of("sha256:00", pa.table(table), degrees, crs)


def cover(kind: str, parcel: Any, lines: list[OpenLayer]) -> list[Covered]:
    (degrees,) = world.geographic([parcel])
    (shape,) = world.PLANE.project(np.array([degrees], dtype=object), world.CRS_4490)
    return coverings(kind, shape, degrees, lines, world.PLANE, KernelEngine())


@st.composite
def rectangles(draw: Any) -> tuple[int, int, int, int]:
    west, east = sorted(draw(st.lists(st.integers(0, SIDE), min_size=2, max_size=2, unique=True)))
    south, north = sorted(draw(st.lists(st.integers(0, SIDE), min_size=2, max_size=2, unique=True)))
    return west, south, east, north


@given(rectangles(), st.lists(rectangles(), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_ground_is_covered_once_however_many_polygons_lie_on_it(
    parcel: tuple[int, int, int, int], boxes: list[tuple[int, int, int, int]]
) -> None:
    ground = np.zeros((SIDE, SIDE), dtype=bool)
    for west, south, east, north in boxes:
        ground[west:east, south:north] = True
    west, south, east, north = parcel
    wanted = int(ground[west:east, south:north].sum())
    (found,) = cover("YJJBNT", world.rect(*parcel), [line([world.rect(*box) for box in boxes])])
    assert found.covered_m2 == pytest.approx(wanted, abs=1e-3)
    assert found.share is not None
    assert float(found.share) == pytest.approx(wanted / ((east - west) * (north - south)), abs=1e-4)


def test_several_layers_of_a_line_count_together() -> None:
    layers = [line([world.rect(0, 0, 10, 10)]), line([world.rect(5, 0, 20, 10)])]
    (found,) = cover("STBHHX", world.rect(0, 0, 40, 10), layers)
    assert found.covered_m2 == pytest.approx(200, abs=1e-3)


def test_a_line_delivered_in_metres_covers_the_same_ground() -> None:
    (found,) = cover(
        "STBHHX", world.rect(0, 0, 400, 100), [line([world.rect(100, 0, 200, 50)], crs=CRS.from_epsg(4549))]
    )
    assert found.covered_m2 == pytest.approx(5000, abs=0.01)


def test_zones_count_apart_and_only_those_met_are_named() -> None:
    boundary = line(
        [world.rect(0, 0, 10, 10), world.rect(10, 0, 20, 10), world.rect(900, 900, 910, 910)],
        ["410", "420", "430"],
    )
    found = {c.zone: c.covered_m2 for c in cover("CZKFBJ", world.rect(5, 0, 15, 10), [boundary])}
    assert found == {"410": pytest.approx(50, abs=1e-3), "420": pytest.approx(50, abs=1e-3)}


def test_a_line_that_only_touches_covers_nothing() -> None:
    (found,) = cover("YJJBNT", world.rect(0, 0, 10, 10), [line([world.rect(10, 0, 20, 10)])])
    assert found.covered_m2 == pytest.approx(0, abs=1e-6) and found.note == "web.line_measured"
    (found,) = cover("YJJBNT", world.rect(0, 0, 10, 10), [line([world.rect(500, 500, 600, 600)])])
    assert (found.covered_m2, found.share) == (0.0, Fraction(0))

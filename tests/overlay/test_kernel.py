"""The area kernel against GEOS: the same plane, pair by pair, on cases made to break such code."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import from_wkb, from_wkt
from shapely.affinity import affine_transform, rotate, translate

from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import SELF_COVERED_M2, pack, pack_shapes, rings_of
from lantu.overlay.wkb import EMPTY, NOT_FINITE, NOT_POLYGON, SOUND, UNCLOSED, UNREADABLE
from shared_files import shared as shared_file

ENGINE = KernelEngine()
CONTRACT_M2 = 1e-4
FAR = (4_900_000.0, 12_300_000.0)
"""Further from the origin than any place of the country in its statutory plane."""


def array(*shapes: object) -> np.ndarray:
    found = np.empty(len(shapes), object)
    found[:] = shapes
    return found


def shared(a: object, b: object) -> float:
    return float(ENGINE.areas(array(a), array(b)).area_m2.sum())


def star(random: np.random.Generator, points: int, radius: float) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = radius * random.uniform(0.05, 1.0, points)
    return shapely.Polygon(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]))


def river(random: np.random.Generator, points: int, width: float) -> shapely.Polygon:
    """A winding band of so many vertices, in a county of 60 km."""
    along = np.linspace(0, 60_000, points // 2)
    middle = 3000 * np.sin(along / 2500) + np.cumsum(random.normal(0, 3, len(along)))
    upper, lower = middle + width * random.uniform(0.3, 1, len(along)), middle - width
    return shapely.Polygon(np.r_[np.column_stack([along, upper]), np.column_stack([along, lower])[::-1]])


@given(st.integers(3, 400), st.integers(3, 400), st.integers(0, 10**6), st.booleans())
@settings(max_examples=150, deadline=None)
def test_ragged_polygons_with_spikes(m: int, n: int, seed: int, far: bool) -> None:
    random = np.random.default_rng(seed)
    a, b = star(random, m, 300), translate(star(random, n, 300), *random.uniform(-200, 200, 2))
    if far:
        a, b = translate(a, *FAR), translate(b, *FAR)
    assert shared(a, b) == pytest.approx(shapely.intersection(a, b).area, abs=CONTRACT_M2)


@given(st.integers(3, 80), st.integers(0, 10**6), st.floats(1e-9, 1e-3), st.floats(-90, 90))
@settings(max_examples=100, deadline=None)
def test_outlines_that_nearly_coincide(points: int, seed: int, off: float, turn: float) -> None:
    random = np.random.default_rng(seed)
    a = translate(star(random, points, 300), *FAR)
    moved = shapely.transform(a, lambda xy: xy + random.uniform(-off, off, xy.shape) * (xy != xy[0]))
    for b in (a, translate(a, off, 0), rotate(a, turn * 1e-9, origin="centroid"), moved):
        if b.is_valid:
            # Out there GEOS snaps by more than the contract; back near zero, which loses no bit, it need not.
            near = [translate(s, -FAR[0], -FAR[1]) for s in (a, b)]
            assert shared(a, b) == pytest.approx(shapely.intersection(*near).area, abs=CONTRACT_M2)


def test_a_river_of_20000_vertices_in_a_county_and_across_another_river() -> None:
    random = np.random.default_rng(5)
    one, other = river(random, 20_000, 80.0), river(random, 20_000, 200.0)
    county = translate(star(random, 5000, 30_000), 30_000, 0)
    for a, b in ((one, other), (one, county), (county, other)):
        a, b = translate(a, *FAR), translate(b, *FAR)
        assert a.is_valid and b.is_valid
        assert shared(a, b) == pytest.approx(shapely.intersection(a, b).area, abs=CONTRACT_M2)


@given(st.integers(0, 10**6), st.integers(3, 60), st.integers(2, 9))
@settings(max_examples=60, deadline=None)
def test_splitting_merging_and_more_vertices_change_nothing(seed: int, points: int, cuts: int) -> None:
    random = np.random.default_rng(seed)
    a, b = star(random, points, 400), translate(star(random, points + 1, 400), 90, -50)
    whole = shared(a, b)
    west, south, east, north = a.bounds
    sides = np.linspace(west, east, cuts + 1)
    strips = [shapely.intersection(a, shapely.box(w, south, e, north)) for w, e in pairwise(sides)]
    strips = [shapely.MultiPolygon([p for p in shapely.get_parts(s) if p.area > 0]) for s in strips]
    assert sum(shared(strip, b) for strip in strips) == pytest.approx(whole, abs=1e-6)
    assert shared(shapely.union_all(strips), b) == pytest.approx(whole, abs=1e-6)
    assert shared(shapely.segmentize(a, 3.0), b) == pytest.approx(whole, abs=1e-6)
    assert shared(b, shapely.reverse(a)) == pytest.approx(whole, abs=1e-9)


def test_a_partition_adds_up_to_each_control_polygon() -> None:
    random = np.random.default_rng(1)
    x, y = np.meshgrid(np.arange(40.0), np.arange(40.0))
    cells = shapely.box(x.ravel(), y.ravel(), x.ravel() + 1, y.ravel() + 1)
    turned = array(*(translate(affine_transform(c, [97, 31, -29, 101, 0, 0]), *FAR) for c in cells))
    controls = array(
        *(
            translate(star(random, int(n), r), FAR[0] + 2500, FAR[1] + 1500)
            for n, r in [(9, 40), (99, 900), (999, 1300), (5, 3)]
        )
    )
    table = ENGINE.areas(turned, controls)
    covered = np.bincount(table.right_id, table.area_m2, minlength=len(controls))
    assert covered == pytest.approx(shapely.area(controls), rel=1e-9)
    # GEOS puts its crossings on the grid of doubles, coarse out there: so the totals are compared near zero.
    near = [array(*(translate(s, -FAR[0], -FAR[1]) for s in side)) for side in (turned, controls)]
    total = shapely.area(shapely.intersection(near[0][:, None], near[1][None, :])).sum()
    assert ENGINE.areas(*near).area_m2.sum() == pytest.approx(total, rel=1e-12)


def test_the_same_bits_whatever_the_number_of_threads() -> None:
    random = np.random.default_rng(8)
    cells = array(*(translate(star(random, 40, 60), *random.uniform(0, 4000, 2)) for _ in range(6000)))
    lines = array(*(translate(star(random, 90, 500), *random.uniform(0, 4000, 2)) for _ in range(50)))
    left, right = pack_shapes(cells, "left"), pack_shapes(lines, "right")
    tables = [ENGINE.overlay(left, right, threads=n).area_m2 for n in (1, 2, 5)]
    assert len(tables[0]) > 6000
    assert all(table.tobytes() == tables[0].tobytes() for table in tables)


def test_overlaps_within_a_layer_each_once() -> None:
    squares = shapely.box([0, 10, 19.5, 40], 0, [10, 20, 30, 50], 10)
    table = ENGINE.overlaps(pack_shapes(squares, "left"))
    assert list(zip(table.left_id, table.right_id, table.area_m2, strict=True)) == [(1, 2, 5.0)]


@pytest.mark.parametrize(
    ("wkt", "twice_m2"),
    [
        ("POLYGON((0 0,10 10,10 0,0 10,0 0))", 50.0),  # a bow tie covers one half less than none: w² - w = 2
        ("MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((5 0,15 0,15 10,5 10,5 0)))", 100.0),
        ("POLYGON((0 0,10 0,10 10,0 10,0 0),(20 0,21 0,21 1,20 1,20 0))", 2.0),
        ("POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,5 1,5 5,1 5,1 1),(1 1,5 1,5 5,1 5,1 1))", 32.0),
    ],
)
def test_what_covers_ground_twice_is_measured_and_refused(wkt: str, twice_m2: float) -> None:
    layer = pack_shapes(array(shapely.box(0, 0, 1, 1), shapely.from_wkt(wkt)), "left")
    assert layer.self_covered_m2 == pytest.approx([0, twice_m2], abs=1e-9)
    with pytest.raises(InputError) as caught:
        ENGINE.overlay(pack_shapes(array(shapely.box(0, 0, 9, 9)), "left"), layer)
    assert (caught.value.code, caught.value.params["side"], caught.value.params["row"]) == (
        "overlay.invalid", "right", 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON((0 0,10 0,10 10,0 10,0 0),(0 0,5 2,2 5,0 0))",  # a hole that touches
        "POLYGON((0 0,10 0,10 10,5 10,5 20,5 10,0 10,0 0))",  # a spike without ground
        "POLYGON((0 0,0 0,10 0,10 10,10 10,0 10,0 0))",  # points twice
        "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((10 0,20 0,20 10,10 10,10 0)))",  # parts along an edge
    ],
)
def test_untidy_polygons_that_cover_no_ground_twice_are_measured(wkt: str) -> None:
    shape = shapely.from_wkt(wkt)
    assert shared(shape, shapely.box(-50, -50, 50, 50)) == pytest.approx(shape.area, abs=1e-9)


def test_rows_that_hold_no_polygon_are_told_apart() -> None:
    square = shapely.box(0, 0, 1, 1)
    rows = [
        shapely.to_wkb(square), shapely.to_wkb(shapely.Polygon()), None, shapely.to_wkb(shapely.Point(1, 2)),
        shapely.to_wkb(square)[:40], b"\x02" + shapely.to_wkb(square)[1:], b"\\x01",
        shapely.to_wkb(shapely.Polygon([(0, 0), (1, 0), (float("nan"), 1), (0, 0)])),
        shapely.to_wkb(square)[:-16] + np.array([7.0, 7.0]).tobytes(),
    ]  # fmt: skip
    rings = rings_of(pa.array(rows, pa.binary()))
    assert rings.state.tolist() == [
        SOUND, EMPTY, EMPTY, NOT_POLYGON, UNREADABLE, UNREADABLE, UNREADABLE, NOT_FINITE, UNCLOSED,
    ]  # fmt: skip
    codes = {3: "not_polygon", 4: "unreadable", 7: "not_finite", 8: "unclosed"}
    for row, code in codes.items():
        with pytest.raises(InputError) as caught:
            pack([pa.array(rows[:3], pa.binary()), pa.array(rows[row : row + 1], pa.binary())], "land")
        assert caught.value.code == f"overlay.{code}"
        assert caught.value.params == {"side": "land", "row": 3, "count": 1}
    assert rings_of(pa.array(rows, pa.binary())[1:]).state.tolist() == rings.state.tolist()[1:]


@pytest.mark.parametrize("flavor", ["extended", "iso"])
def test_z_and_srid_are_left_behind(flavor: str) -> None:
    flat = shapely.MultiPolygon([shapely.box(0, 0, 2, 3), shapely.box(5, 5, 6, 6)])
    solid = shapely.force_3d(flat, 7.0)
    if flavor == "extended":
        solid = shapely.set_srid(solid, 4490)
    wkb = shapely.to_wkb(solid, flavor=flavor, include_srid=flavor == "extended")
    layer = pack([pa.array([wkb])], "left")
    assert layer.area_m2.tolist() == [7.0]
    assert layer.geometries()[0].equals(flat)


def test_shapes_come_back_as_they_went_in() -> None:
    hole = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 4, 4))
    shapes = array(hole, shapely.Polygon(), shapely.MultiPolygon([hole, shapely.box(20, 0, 30, 5)]))
    back = pack_shapes(shapes, "left").geometries()
    assert back[1] is None
    assert shapely.equals(back[[0, 2]], shapes[[0, 2]]).all()
    assert shapely.equals(pack_shapes(shapes, "left").geometries(np.array([2]))[0], shapes[2])


def test_empty_layers_share_nothing() -> None:
    none, square = array(), array(shapely.box(0, 0, 1, 1))
    for left, right in ((none, square), (square, none), (none, none), (array(shapely.Polygon()), square)):
        assert len(ENGINE.areas(left, right).area_m2) == 0


# --- real shapes ---------------------------------------------------------------------------------------


def jts_sides(name: str) -> Iterator[tuple[str, list[shapely.Geometry]]]:
    """Yield file name and the polygons among `a` and `b` of every JTS case."""
    for file in sorted(shared_file("geodata/jts_cases").rglob(name)):
        for case in ElementTree.parse(file).getroot().iter("case"):
            texts = [" ".join(text.split()) for side in ("a", "b") if (text := case.findtext(side))]
            shapes = [
                shape
                for text in texts
                if (shape := (from_wkb if text[:2] in ("00", "01") else from_wkt)(text, on_invalid="ignore"))
                and shape.geom_type in ("Polygon", "MultiPolygon")
            ]
            if len(shapes) == len(texts):
                yield file.name, shapes


def test_the_jts_pairs() -> None:
    measured = 0
    for name, sides in jts_sides("*.xml"):
        if len(sides) == 2 and all(side.is_valid for side in sides):
            west, south, east, north = shapely.total_bounds(sides)
            tolerance = max(CONTRACT_M2, 1e-12 * max(east - west, north - south) ** 2)
            assert shared(*sides) == pytest.approx(shapely.intersection(*sides).area, abs=tolerance), name
            measured += 1
    assert measured > 300


def test_a_broken_jts_polygon_is_refused_or_covers_its_ground_once() -> None:
    refused = measured = 0
    for name, sides in jts_sides("*alid*.xml"):
        for side in sides:
            west, south, east, north = side.bounds
            if not np.isfinite(side.bounds).all() or max(east - west, north - south) > 1e6:
                continue
            try:
                found = shared(side, shapely.box(west - 1, south - 1, east + 1, north + 1))
            except InputError:
                assert not side.is_valid, name
                refused += 1
            else:
                assert found == pytest.approx(side.area, abs=CONTRACT_M2), name
                measured += 1
    assert refused > 10 and measured > 250


def compared(left: np.ndarray, right: np.ndarray) -> tuple[int, int]:
    """Hold all pairs of sound shapes against GEOS; return how many, and how many shapes are unsound."""
    packs = pack_shapes(left, "left"), pack_shapes(right, "right")
    sound = [np.abs(p.self_covered_m2) <= SELF_COVERED_M2 for p in packs]
    left, right = left[sound[0]], right[sound[1]]
    valid = shapely.is_valid(left), shapely.is_valid(right)
    table = ENGINE.areas(left, right)
    both = valid[0][table.left_id] & valid[1][table.right_id]
    i, j, area = table.left_id[both], table.right_id[both], table.area_m2[both]
    assert area == pytest.approx(shapely.area(shapely.intersection(left[i], right[j])), abs=CONTRACT_M2)
    # None is missing: GEOS finds no other pair that shares ground.
    tree = shapely.STRtree(right[valid[1]])
    a, b = tree.query(left[valid[0]], predicate="intersects")
    expected = shapely.area(shapely.intersection(left[valid[0]][a], right[valid[1]][b]))
    assert area.sum() == pytest.approx(expected.sum(), rel=1e-12, abs=CONTRACT_M2)
    return len(i), int((~sound[0]).sum() + (~sound[1]).sum())


def _projected(file: object, plane: StatutoryPlane, layer: str | None = None) -> np.ndarray:
    """Read a layer in degrees as it is, defects and all, into a plane."""
    _, _, wkb, _ = pyogrio.raw.read(file, layer=layer, columns=[], force_2d=True)
    return plane.project(shapely.from_wkb(wkb), CRS.from_epsg(4490))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("parcels_fy2013", "cdd_zoningdistricts"),
        ("parcels_fy2014", "fema_floodplains500year"),
        ("parcels_fy2013", "parcels_fy2014"),
        ("parcels_fy2014", "recreation_openspace"),
    ],
)
def test_cambridge_as_it_is(left: str, right: str) -> None:
    file, plane = shared_file("geodata/us_cambridge/cambridge_planning.gpkg"), StatutoryPlane(-71, 42)
    pairs, _ = compared(_projected(file, plane, left), _projected(file, plane, right))
    assert pairs > 50


def test_denver_precincts_against_blocks() -> None:
    old, new, blocks = (
        _projected(f"/vsizip/{shared_file(f'geodata/us_maup/{name}.zip')}", StatutoryPlane(-105, 40))
        for name in ("precincts", "new_precincts", "blocks")
    )
    assert compared(old, blocks)[0] > 2500
    assert compared(old, new)[0] > 50


def test_dutch_plots_against_zones() -> None:
    plane = StatutoryPlane(6, 52)
    plots, zones = (
        plane.project(
            shapely.get_parts(shapely.from_wkt(shared_file(f"geodata/nl_plots/{name}.wkt").read_text())),
            CRS.from_epsg(4490),
        )
        for name in ("nl_plots", "nl_zones")
    )
    assert compared(plots, zones)[0] > 50

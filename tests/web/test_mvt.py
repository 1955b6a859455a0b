"""Encoding whole geometry arrays: what comes back out of a tile is what went in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import wkt
from shapely.geometry import shape

from lantu.web import mvt
from lantu.web.grid import EXTENT, Tile, tile_at

TILE = tile_at(9, 861, 126)


def array(*geometries: Any) -> np.ndarray[Any, Any]:
    found = np.empty(len(geometries), dtype=object)
    found[:] = geometries
    return found


def on_tile(text: str, tile: Tile = TILE) -> Any:
    """Read WKT in tile units (y downward) and place it on the ground."""

    def place(xy: Any) -> Any:
        return xy * (tile.unit, -tile.unit) + (tile.west, tile.north)

    return shapely.transform(wkt.loads(text), place)


def decoded(body: bytes, name: str = "T") -> list[dict[str, Any]]:
    layer = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})[name]
    assert layer["extent"] == EXTENT and layer["version"] == 2
    return list(layer["features"])


def encode(*geometries: Any, **properties: list[object]) -> list[dict[str, Any]]:
    return decoded(
        mvt.encode("T", TILE, array(*geometries), properties or {"n": list(range(len(geometries)))})
    )


def raw_rings(body: bytes) -> list[float]:
    """Return the doubled signed areas of a one-feature tile's rings, straight from its commands."""
    from mapbox_vector_tile.Mapbox import vector_tile_pb2

    message = vector_tile_pb2.tile.FromString(body)
    stream, areas, x, y, ring = list(message.layers[0].features[0].geometry), [], 0, 0, []
    while stream:
        command = stream.pop(0)
        if command & 7 == 7:
            ring.append(ring[0])
            areas.append(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)))
            continue
        for _ in range(command >> 3):
            dx, dy = stream.pop(0), stream.pop(0)
            x, y = x + ((dx >> 1) ^ -(dx & 1)), y + ((dy >> 1) ^ -(dy & 1))
            ring = [(x, y)] if command & 7 == 1 else [*ring, (x, y)]
    return areas


def test_polygons_with_holes_and_many_parts_come_back_whole() -> None:
    texts = [
        "POLYGON ((10 10, 110 10, 110 60, 10 60, 10 10), (20 20, 30 20, 30 30, 20 30, 20 20))",
        "MULTIPOLYGON (((200 200, 260 200, 260 260, 200 200)), "
        "((300 300, 340 300, 340 340, 300 340, 300 300), (310 310, 320 310, 320 320, 310 310)))",
    ]
    features = encode(*(on_tile(text) for text in texts))
    for feature, text in zip(features, texts, strict=True):
        assert shape(feature["geometry"]).equals(wkt.loads(text))


def test_outer_rings_run_clockwise_on_the_screen_and_holes_against() -> None:
    polygon = on_tile("POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0), (10 10, 30 10, 30 30, 10 30, 10 10))")
    for turned in (polygon, shapely.reverse(polygon), shapely.orient_polygons(polygon)):
        areas = raw_rings(mvt.encode("T", TILE, array(turned), {}))
        assert areas == [20000, -800]


def test_lines_and_points_come_back_whole() -> None:
    texts = ["LINESTRING (0 0, 10 5, 4096 4096)", "MULTILINESTRING ((0 0, 5 5), (9 9, 9 20))"]
    texts += ["POINT (7 9)", "MULTIPOINT ((1 1), (5 5))"]
    features = encode(*(on_tile(text) for text in texts))
    for feature, text in zip(features, texts, strict=True):
        assert shape(feature["geometry"]).equals(wkt.loads(text))


def test_what_is_smaller_than_a_unit_is_left_out_and_the_rest_keeps_its_properties() -> None:
    speck = on_tile("POLYGON ((5.1 5.1, 5.2 5.1, 5.2 5.2, 5.1 5.1))")
    needle = on_tile("POLYGON ((0 5, 100 5.1, 100 5, 0 5))")
    square = on_tile("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))")
    features = encode(speck, None, square, needle, shapely.Polygon(), n=[0, 1, 2, 3, 4])
    assert [feature["properties"] for feature in features] == [{"n": 2}]


def test_a_hole_goes_with_its_collapsed_outer_ring() -> None:
    thin = on_tile("POLYGON ((0 0, 0.2 0, 0.2 900, 0 900, 0 0), (0.05 5, 0.1 5, 0.1 800, 0.05 5))")
    assert mvt.encode("T", TILE, array(thin), {}) == b""


def test_properties_keep_their_types_and_none_is_left_out() -> None:
    square = on_tile("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))")
    features = encode(square, square, text=["0101", "水田"], n=[1, -7], part=[0.5, None], yes=[True, False])
    assert features[0]["properties"] == {"text": "0101", "n": 1, "part": 0.5, "yes": True}
    assert features[1]["properties"] == {"text": "水田", "n": -7, "yes": False}
    assert [type(features[0]["properties"][k]) for k in ("n", "yes", "part")] == [int, bool, float]


def test_nothing_makes_an_empty_tile() -> None:
    assert mvt.encode("T", TILE, array(), {}) == b""


def test_a_cut_lies_in_the_tile_and_its_buffer() -> None:
    wide = on_tile("POLYGON ((-9000 -9000, 9000 -9000, 9000 9000, 0 3000, -9000 9000, -9000 -9000))")
    far = on_tile("POLYGON ((8000 8000, 9000 8000, 9000 9000, 8000 8000))")
    touching = on_tile(
        f"POLYGON (({EXTENT + mvt.BUFFER} 0, 9000 0, 9000 9, {EXTENT + mvt.BUFFER} 9, 4176 0))"
    )
    for coverage in (True, False):
        cut = mvt.cut(array(wide, far, touching), TILE, 4 * TILE.unit, coverage=coverage)
        features = decoded(mvt.encode("T", TILE, cut, {}))
        assert len(features) == 1
        low_x, low_y, high_x, high_y = shape(features[0]["geometry"]).bounds
        assert min(low_x, low_y) >= -mvt.BUFFER and max(high_x, high_y) <= EXTENT + mvt.BUFFER


def test_simplified_neighbours_keep_their_common_edge() -> None:
    x = np.linspace(0, 3000, 400)
    y = 1000 + 3 * np.sin(x / 20)
    border = ", ".join(f"{a} {b}" for a, b in zip(x, y, strict=True))
    back = ", ".join(f"{a} {b}" for a, b in zip(x[::-1], y[::-1], strict=True))
    upper = on_tile(f"POLYGON (({border}, 3000 0, 0 0, {x[0]} {y[0]}))")
    lower = on_tile(f"POLYGON (({back}, 0 2000, 3000 2000, {x[-1]} {y[-1]}))")
    cut = mvt.cut(array(upper, lower), TILE, 4 * TILE.unit, coverage=True)
    first, second = (shape(f["geometry"]) for f in decoded(mvt.encode("T", TILE, cut, {})))
    assert shapely.get_num_coordinates(first) < 150
    assert first.intersection(second).area == 0
    assert first.union(second).area == 3000 * 2000


@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_random_partitions_agree_with_the_librarys_own_encoder(seed: int, cells: int) -> None:
    points = np.random.default_rng(seed).integers(0, EXTENT, (cells, 2)).astype(float)
    polygons = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    polygons = shapely.intersection(polygons, shapely.box(0, 0, EXTENT, EXTENT))
    polygons = shapely.set_precision(polygons, 1.0)
    polygons = polygons[shapely.area(polygons) > 0]
    ours = encode(*(on_tile(polygon.wkt) for polygon in polygons), n=list(range(len(polygons))))
    theirs = mapbox_vector_tile.encode(
        [
            {
                "name": "T",
                "features": [{"geometry": p, "properties": {"n": i}} for i, p in enumerate(polygons)],
            }
        ],
        default_options={"y_coord_down": True},
    )
    expected = {f["properties"]["n"]: shape(f["geometry"]) for f in decoded(theirs)}
    assert {f["properties"]["n"] for f in ours} == set(expected)
    assert all(shape(f["geometry"]).equals(expected[f["properties"]["n"]]) for f in ours)

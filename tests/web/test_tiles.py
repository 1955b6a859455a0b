"""Tiles of the tiny world: what is drawn is what is registered, chosen as a measuring run chooses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely.geometry import shape

import world
from lantu.runs.measure_layers import shelves
from lantu.store import Home
from lantu.web.drawing import MIN_ZOOM
from lantu.web.grid import Tile, tile_of
from store.delivered import Delivery
from web.conftest import Client

CENTRE = world.geographic([world.rect(499, 499, 501, 501)])[0].centroid
CORNERS = shapely.get_coordinates(world.geographic([world.rect(200, 500, 800, 800)])[0])
ZOOM = 13  # a tile of 0.022°: the world's kilometre lies in few of them


def tile_here(z: int = ZOOM) -> Tile:
    return tile_of(CENTRE.x, CENTRE.y, z)


def address(kind: str, year: int | str, tile: Tile | None = None) -> str:
    tile = tile or tile_here()
    return f"/api/tiles/{kind}/{year}/{tile.z}/{tile.x}/{tile.y}.mvt"


def features(client: Client, kind: str, year: int | str, tile: Tile | None = None) -> list[dict[str, Any]]:
    tile = tile or tile_here()
    answer = client.get(address(kind, year, tile))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layers = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})
    assert list(layers) == [kind]
    return list(layers[kind]["features"])


def on_ground(feature: dict[str, Any], tile: Tile) -> Any:
    """Return a tile feature's shape in degrees."""
    return shapely.transform(
        shape(feature["geometry"]),
        lambda xy: np.column_stack([tile.west + xy[:, 0] * tile.unit, tile.north - xy[:, 1] * tile.unit]),
    )


@pytest.mark.parametrize("year", [2020, 2025])
def test_parcels_of_a_year(
    client: Client, world_layers: dict[tuple[str, int | None], str], year: int
) -> None:
    tile = tile_here()
    truth = {bsm: (fid, geometry) for fid, (bsm, geometry) in
             enumerate(zip(world.LAND[year], world.land_shapes(year), strict=True))}  # fmt: skip
    view = shapely.box(*tile.bounds())
    wanted = {bsm for bsm, (_, geometry) in truth.items() if geometry.intersection(view).area > 0}
    drawn = features(client, "DLTB", year)
    assert wanted <= {f["properties"]["BSM"] for f in drawn} <= set(truth)
    for feature in drawn:
        properties = feature["properties"]
        fid, geometry = truth[properties["BSM"]]
        assert properties["fid"] == fid
        assert properties["digest"] == world_layers["DLTB", year][:12]
        assert properties["DLBM"] == world.LAND[year][properties["BSM"]].dlbm
        seen = on_ground(feature, tile)
        # Below full zoom outlines are simplified by a few tile units at most.
        assert seen.hausdorff_distance(geometry.intersection(shapely.box(*tile.bounds(80)))) < 8 * tile.unit


def test_a_line_and_its_zones(client: Client) -> None:
    corners = {tile_of(p.x, p.y, ZOOM) for p in map(shapely.Point, CORNERS)}
    drawn = [f for tile in corners for f in features(client, "CZKFBJ", "_", tile)]
    assert {f["properties"]["GHFQDM"] for f in drawn} == {"410", "420", "430"}


def test_a_line_without_a_year_is_in_force_in_every_year(client: Client) -> None:
    always = client.get(address("STBHHX", "_")).content
    assert client.get(address("STBHHX", 2021)).content == always != b""


def test_an_empty_place_has_an_empty_answer(client: Client) -> None:
    far = tile_of(100.0, 30.0, ZOOM)
    answer = client.get(address("DLTB", 2020, far))
    assert (answer.status_code, answer.content) == (204, b"")
    again = client.get(address("DLTB", 2020, far), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_parcels_too_small_to_see_are_left_out(client: Client) -> None:
    assert client.get(address("DLTB", 2020, tile_here(MIN_ZOOM["DLTB"] - 1))).status_code == 204
    assert features(client, "YJJBNT", "_", tile_here(11))


def test_every_zoom_can_be_drawn(client: Client) -> None:
    for z in range(21):
        answer = client.get(address("XZQX", "_", tile_here(z)))
        assert answer.status_code in (200, 204)
        assert answer.status_code == 200 or z < 6  # a kilometre is a speck on a map of the world


def test_an_unchanged_tile_costs_nothing(client: Client) -> None:
    first = client.get(address("DLTB", 2020))
    assert client.get(address("DLTB", 2020)).content == first.content
    etag = first.headers["etag"]
    again = client.get(address("DLTB", 2020), headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get(address("DLTB", 2021)).headers["etag"] != etag


def one_square(kind: str, bsm: str, west: int) -> Delivery:
    table = pa.table({"BSM": [bsm], **({"DLBM": ["0101"], "TBMJ": [1.0]} if kind == "DLTB" else {})})
    shapes = world.geographic([world.rect(west, 0, west + 200, 200)])
    return Delivery(table, shapes, world.CRS_4490, "late.gpkg", kind)


def test_a_layer_added_while_the_server_runs_shows_at_once(
    client_of: Callable[[Path], Client], own_path: Path
) -> None:
    client = client_of(own_path)
    before = client.get(address("DLTB", 2025))
    assert client.get(address("DLTB", 2026)).status_code == 404
    home = Home.open(own_path, create=False)
    for bsm, year in (("NEW25", 2025), ("NEW26", 2026)):
        home.layers.add(one_square("DLTB", bsm, 400), kind="DLTB", area_code=world.AREA_CODE, year=year)
    home.close()
    assert [f["properties"]["BSM"] for f in features(client, "DLTB", 2026)] == ["NEW26"]
    # The new survey of 2025 stands in front of the old one, which the list says.
    assert [f["properties"]["BSM"] for f in features(client, "DLTB", 2025)] == ["NEW25"]
    again = client.get(address("DLTB", 2025), headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 200
    rows = [r for r in client.get("/api/layers").json()["rows"] if r["kind"] == "DLTB" and r["year"] == 2025]
    assert sorted(row["superseded"] for row in rows) == [False, True]
    assert all(row["invented"] is row["superseded"] for row in rows)


def test_lines_of_a_city_are_not_drawn_over_those_of_its_counties(
    client_of: Callable[[Path], Client], own_path: Path
) -> None:
    home = Home.open(own_path, create=False)
    for bsm, code in (("MINE", world.AREA_CODE), ("CITY", "220800")):
        home.layers.add(one_square("HLFXKZX", bsm, 0), kind="HLFXKZX", area_code=code)
    home.close()
    client = client_of(own_path)
    assert [each["properties"]["BSM"] for each in features(client, "HLFXKZX", "_")] == ["MINE"]
    rows = [r for r in client.get("/api/layers").json()["rows"] if r["kind"] == "HLFXKZX"]
    assert {row["area_code"] for row in rows} == {world.AREA_CODE, "220800"}


def test_of_dated_lines_the_map_shows_the_one_in_force(
    client_of: Callable[[Path], Client], own_path: Path
) -> None:
    home = Home.open(own_path, create=False)
    for bsm, year, west in (("L22", 2022, 0), ("L24", 2024, 200)):
        line = one_square("HLFXKZX", bsm, west)
        home.layers.add(line, kind="HLFXKZX", area_code=world.AREA_CODE, year=year)
    shelf = shelves(home)[world.AREA_CODE]
    client = client_of(own_path)
    for year in (2020, 2022, 2023, 2024, 2025):
        (drawn,) = features(client, "HLFXKZX", year)
        measured = shelf.line("HLFXKZX", year)
        assert measured and measured.digest.startswith(f"sha256:{drawn['properties']['digest']}")
        assert drawn["properties"]["BSM"] == ("L24" if year >= 2024 else "L22")
    assert features(client, "HLFXKZX", "_")[0]["properties"]["BSM"] == "L24"
    rows = [r for r in client.get("/api/layers").json()["rows"] if r["kind"] == "HLFXKZX"]
    assert {row["tiles"] for row in rows} == {"/api/tiles/HLFXKZX/{year}/{z}/{x}/{y}.mvt"}
    assert not any(row["superseded"] for row in rows)
    home.close()

"""The EPSG:4490 tile grid: two tiles by one at zoom 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.errors import NotFoundError
from lantu.web.grid import tile_at, tile_of


def test_zoom_0_is_two_halves_of_the_world() -> None:
    assert tile_at(0, 0, 0).bounds() == (-180, -90, 0, 90)
    assert tile_at(0, 1, 0).bounds() == (0, -90, 180, 90)


def test_a_tile_of_baicheng_by_hand() -> None:
    # 180/2^9 = 0.3515625°; (123+180)/0.3515625 = 861.87, (90−45.5)/0.3515625 = 126.58
    tile = tile_of(123.0, 45.5, 9)
    assert (tile.x, tile.y) == (861, 126)
    assert tile.bounds() == (122.6953125, 45.3515625, 123.046875, 45.703125)


def test_a_buffer_widens_by_tile_units() -> None:
    west, south, east, north = tile_at(0, 1, 0).bounds(buffer=4096)
    assert (west, south, east, north) == (-180, -270, 360, 270)


@given(st.floats(-180, 180), st.floats(-90, 90), st.integers(0, 20))
def test_every_place_lies_in_its_tile(lon: float, lat: float, z: int) -> None:
    tile = tile_of(lon, lat, z)
    assert tile == tile_at(z, tile.x, tile.y)
    west, south, east, north = tile.bounds()
    near = 1e-9  # (lon + 180) already loses the last bits
    assert west - near <= lon <= east + near and south - near <= lat <= north + near


@pytest.mark.parametrize(
    "address", [(-1, 0, 0), (21, 0, 0), (0, 2, 0), (0, 0, 1), (3, 16, 0), (3, 0, 8), (3, -1, 0)]
)
def test_an_address_outside_the_grid_is_refused(address: tuple[int, int, int]) -> None:
    with pytest.raises(NotFoundError, match=r"web\.no_such_tile"):
        tile_at(*address)

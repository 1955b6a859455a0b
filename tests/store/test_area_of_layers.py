"""A layer of another county is no layer of this one, whatever it is registered under."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from lantu.core.errors import InputError
from lantu.store import Home
from lantu.store.checks import rows_elsewhere
from store.delivered import Delivery, squares


def said_to_lie_in(field: str, *codes: str | None) -> Delivery:
    table = squares(len(codes))
    return squares(len(codes), attributes=table.attributes.append_column(field, pa.array(codes, pa.string())))


@pytest.mark.parametrize(
    ("area", "field", "codes", "elsewhere"),
    [
        ("220882", "XZQDM", ("220882", "220882"), 0),
        ("220882", "xzqdm", ("220882101", "220882102001"), 0),
        ("220882", "ZLDWDM", ("2208821010010000000", "2208811010010000000"), 1),  # an enclave
        ("220882", "XZQDM", (None, ""), 0),
        ("220882", "XZQDM", ("大安市", "?"), 0),
        ("220800", "XZQDM", ("220882", "220881"), 0),
        ("220000", "XZQDM", ("220882", "230102"), 1),
        ("220882101", "XZQDM", ("220882", "220882101"), 0),  # a township's layer may name its county only
        ("220882", "DLBM2", ("0101", "0102"), 0),
    ],
)
def test_rows_elsewhere(area: str, field: str, codes: tuple[str | None, ...], elsewhere: int) -> None:
    assert rows_elsewhere(said_to_lie_in(field, *codes), area) == elsewhere


def test_another_countys_layer_is_refused_and_nothing_kept(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    with pytest.raises(InputError) as caught:
        home.layers.add(said_to_lie_in("XJXZQDM", "220881", "220822"), kind="STBHHX", area_code="220882")
    assert caught.value.code == "layer.other_area"
    assert caught.value.params["found"] == "220822、220881"
    assert home.layers.list() == []


def test_a_layer_far_from_the_countys_outline_is_refused(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    home.layers.add(squares(3), kind="XZQX", area_code="220882")
    near, far = squares(2, 0.002), squares(2)
    moved = Delivery(far.attributes, shapely.transform(far.geometry, lambda xy: xy - [20, 10]), far.crs)
    assert home.layers.add(near, kind="STBHHX", area_code="220882").features == 2
    with pytest.raises(InputError) as caught:
        home.layers.add(moved, kind="STBHHX", area_code="220882")
    assert caught.value.code == "layer.far_away"
    assert len(home.layers.list()) == 2

"""WKB of either order of bytes, also where parts differ, with heights, measures and SRIDs."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.overlay.packing import pack, rings_of
from lantu.overlay.wkb import SOUND, UNREADABLE

RINGS = [
    [[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], [(2, 2), (2, 4), (4, 4), (4, 2), (2, 2)]],
    [[(20, -1), (30.5, -1), (30.5, 3), (20, -1)]],
    [[(1e7, 5e6), (1e7 + 0.1, 5e6), (1e7, 5e6 + 1 / 3), (1e7, 5e6)]],
]  # fmt: skip


def polygon(rings: Any, big: bool, code: int = 3, extra: tuple[float, ...] = ()) -> bytes:
    """Write a polygon byte by byte; `extra` are the ordinates after x and y."""
    order = ">" if big else "<"
    data = struct.pack(f"{order}BII", 0 if big else 1, code, len(rings))
    for ring in rings:
        data += struct.pack(f"{order}I", len(ring))
        for point in ring:
            data += struct.pack(f"{order}{2 + len(extra)}d", *point, *extra)
    return data


def multi(parts: list[bytes], big: bool, code: int = 6) -> bytes:
    return struct.pack(f"{'>' if big else '<'}BII", 0 if big else 1, code, len(parts)) + b"".join(parts)


@given(st.booleans(), st.lists(st.booleans(), min_size=3, max_size=3))
@settings(deadline=None)
def test_every_part_has_its_own_order_of_bytes(big: bool, bigs: list[bool]) -> None:
    parts = [polygon(rings, each) for rings, each in zip(RINGS, bigs, strict=True)]
    plain = multi([polygon(rings, False) for rings in RINGS], False)
    found = rings_of(pa.array([multi(parts, big), plain, parts[0]], pa.binary()))
    assert found.state.tolist() == [SOUND] * 3
    first, second = found.xy[: len(found.xy) // 2 - 5], found.xy[len(found.xy) // 2 - 5 : -10]
    assert (
        first.tolist() == second.tolist() == [list(map(float, p)) for r in RINGS for ring in r for p in ring]
    )
    assert found.xy[-10:].tolist() == first[:10].tolist()


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(
    ("code", "extra"),
    [
        (3, ()), (1003, (7.0,)), (2003, (8.0,)), (3003, (7.0, 8.0)), (0x80000003, (7.0,)),
        (0x40000003, (8.0,)), (0xC0000003, (7.0, 8.0)),
    ],
)  # fmt: skip
def test_heights_and_measures_in_either_order(big: bool, code: int, extra: tuple[float, ...]) -> None:
    single = polygon(RINGS[0], big, code, extra)
    several = multi([single, polygon(RINGS[1], not big, code, extra)], big, code + 3)
    layer = pack([pa.array([single, several], pa.binary())], "left")
    assert layer.area_m2.tolist() == [96.0, 96.0 + 21.0]


def test_what_shapely_writes_high_byte_first() -> None:
    random = np.random.default_rng(1)
    shapes = [shapely.Point(*random.normal(size=2)).buffer(random.uniform(1, 9)) for _ in range(50)]
    shapes[7] = shapely.MultiPolygon([shapes[7], shapely.box(50, 50, 51, 51)])
    one, other = (
        pack([pa.array(shapely.to_wkb(np.array(shapes, object), byte_order=order))], "left")
        for order in (0, 1)
    )
    assert all((one.arrays()[name] == array).all() for name, array in other.arrays().items())


@pytest.mark.parametrize("big", [False, True])
def test_every_cut_is_noticed(big: bool) -> None:
    whole = multi([polygon(RINGS[0], big), polygon(RINGS[1], not big)], big)
    cuts = pa.array([whole[:end] for end in range(1, len(whole))], pa.binary())
    assert (rings_of(cuts).state == UNREADABLE).all()

"""Packs of a home: made once, mapped afterwards, never torn, made again where they are damaged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS

from lantu.core.errors import IntegrityError
from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer
from lantu.store import Home, Layer
from lantu.store import packs as packs_module
from store.delivered import squares

TESTS = Path(__file__).parents[1]
COUNT = 40


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.open(tmp_path / "home")
    home.layers.add(squares(COUNT), kind="DLTB", area_code="220882", year=2020)
    return home


def land(home: Home) -> Layer:
    return home.layers.list()[0]


def folder(home: Home) -> Path:
    (found,) = [path for path in (home.path / "packs").iterdir() if not path.name.startswith(".")]
    return found


def again(home: Home) -> PackedLayer:
    """What a process that opens the home later gets."""
    return Home.open(home.path).packs.get(land(home))


def state(home: Home) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder(home).iterdir()}


def test_areas_are_those_of_the_plane_and_shapes_come_back(home: Home) -> None:
    packed = home.packs.get(land(home))
    data = home.layers.read(land(home))
    assert data.geometry is not None
    assert packed.area_m2 == pytest.approx(home.plane.area_m2(data.geometry, CRS.from_epsg(4490)), abs=1e-6)
    there = home.plane.project(data.geometry, CRS.from_epsg(4490))
    assert shapely.hausdorff_distance(packed.geometries(), there).max() < 1e-6


def test_a_pack_is_made_once_and_mapped_afterwards(home: Home) -> None:
    first = home.packs.get(land(home))
    before = state(home)
    later = again(home)
    assert state(home) == before
    for name, array in first.arrays().items():
        assert np.array_equal(array, getattr(later, name), equal_nan=array.dtype.kind == "f"), name
    assert isinstance(later.xy.base, np.memmap)
    assert len({id(array.base) for array in later.arrays().values()}) == 1  # one file, one descriptor
    table = KernelEngine().overlay(later, first)
    assert table.left_id.tolist() == table.right_id.tolist() == list(range(COUNT))


def _touch(path: Path, change: Callable[[bytearray], None]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def _flip(data: bytearray) -> None:
    data[-3] ^= 1


def _cut(data: bytearray) -> None:
    del data[-99:]


def _other_format(pack: Path) -> None:
    index = json.loads((pack / "pack.json").read_bytes())
    (pack / "pack.json").write_text(json.dumps(index | {"format": 0}))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "the arrays are gone": lambda pack: (pack / "arrays.bin").unlink(),
    "the arrays are cut off": lambda pack: _touch(pack / "arrays.bin", _cut),
    "a byte changed": lambda pack: _touch(pack / "arrays.bin", _flip),
    "no index": lambda pack: (pack / "pack.json").unlink(),
    "half an index": lambda pack: _touch(pack / "pack.json", lambda data: data.__delitem__(slice(90, None))),
    "another format": _other_format,
    "nothing in it": lambda pack: [path.unlink() for path in pack.iterdir()],
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_pack_is_made_again(home: Home, how: str) -> None:
    area = np.array(home.packs.get(land(home)).area_m2)
    before = state(home)
    DAMAGE[how](folder(home))
    assert again(home).area_m2.tolist() == area.tolist()
    assert set(state(home)) == set(before)
    assert again(home).area_m2.tolist() == area.tolist()
    assert [path.name for path in (home.path / "packs").iterdir()] == [folder(home).name]


def test_a_copied_home_keeps_its_packs(home: Home, tmp_path: Path) -> None:
    home.packs.get(land(home))
    shutil.copytree(home.path, tmp_path / "copy", copy_function=shutil.copy)  # times are not copied
    copy = Home.open(tmp_path / "copy")
    before = state(copy)
    assert len(copy.packs.get(land(copy))) == COUNT
    assert state(copy) == before


def test_no_pack_is_used_for_a_layer_whose_own_file_changed(home: Home) -> None:
    home.packs.get(land(home))
    _touch(land(home).path, _flip)
    with pytest.raises(IntegrityError, match=r"layer\.damaged"):
        again(home)


def test_where_nothing_can_be_stored_it_is_packed_in_memory(home: Home) -> None:
    (home.path / "packs").write_bytes(b"in the way")
    assert len(home.packs.get(land(home))) == COUNT
    assert (home.path / "packs").read_bytes() == b"in the way"


def test_the_index_says_what_the_pack_was_made_of(home: Home) -> None:
    home.packs.get(land(home))
    index = json.loads((folder(home) / "pack.json").read_bytes())
    assert (index["format"], index["layer"], index["max_edge_m"]) == (
        packs_module.FORMAT,
        land(home).digest,
        "70",
    )
    assert index["plane"] == home.plane.definition


_GET = """
import os, signal, sys
from pathlib import Path
from lantu.store import Home, packs
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
home = Home.open(Path(sys.argv[1]))
"""
_DEATHS = {
    "half of its arrays": "packs.sync_file = die",
    "before its index": "packs.write_whole = die",
    "before the rename": "packs._write = lambda *args, write=packs._write: (write(*args), die())",
}


def get_elsewhere(home: Home, script: str = "") -> subprocess.Popen[str]:
    path = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])
    ask = f"{_GET}{script}\nprint(len(home.packs.get(home.layers.list()[0])))"
    return subprocess.Popen(
        [sys.executable, "-c", ask, str(home.path)], env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("when", _DEATHS)
def test_killed_while_packing(home: Home, when: str) -> None:
    dying = get_elsewhere(home, _DEATHS[when])
    assert dying.wait(timeout=120) == -signal.SIGKILL
    assert all(path.name.startswith(".") for path in (home.path / "packs").iterdir())
    assert len(again(home)) == COUNT
    assert [path.name for path in (home.path / "packs").iterdir()] == [folder(home).name]


def test_two_processes_pack_at_once(home: Home) -> None:
    both = [get_elsewhere(home) for _ in range(2)]
    assert [process.communicate(timeout=120)[0].strip() for process in both] == [str(COUNT)] * 2
    before = state(home)
    assert len(again(home)) == COUNT
    assert state(home) == before

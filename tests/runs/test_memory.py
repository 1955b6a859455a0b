"""How much memory there is, as the system tells it, and how much a pack will need."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from intake.gis_files import write
from lantu.runs.memory import Size, available, gib
from lantu.runs.polygon_files import open_polygons

GIB = 1 << 30
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def put(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@linux
def test_what_the_system_has_left(tmp_path: Path) -> None:
    assert available(tmp_path / "nothing") is None or available(tmp_path / "nothing") > GIB // 4  # type: ignore[operator]
    put(tmp_path, proc__meminfo="MemTotal: 9000000 kB\nMemFree: 1 kB\nMemAvailable:   4194304 kB\n")
    assert available(tmp_path) == 4 * GIB
    real = available()
    assert real is not None and real > 0


@linux
@pytest.mark.parametrize("inside", ["", "jobs/one"])
def test_a_limit_of_the_container_counts(tmp_path: Path, inside: str) -> None:
    group = tmp_path / "sys/fs/cgroup" / inside
    put(tmp_path, proc__meminfo="MemAvailable: 4194304 kB\n", proc__self__cgroup=f"0::/{inside}\n")
    put(
        group, **{"memory.max": f"{2 * GIB}\n", "memory.current": f"{GIB}\n"},
        **{"memory.stat": f"anon 5\ninactive_file {GIB // 2}\n"},
    )  # fmt: skip
    assert available(tmp_path) == GIB + GIB // 2
    (group / "memory.max").write_text("max\n")
    assert available(tmp_path) == 4 * GIB


@linux
def test_a_limit_around_our_own_group_counts(tmp_path: Path) -> None:
    put(tmp_path, proc__meminfo="MemAvailable: 4194304 kB\n", proc__self__cgroup="0::/outer/inner\n")
    groups = tmp_path / "sys/fs/cgroup/outer"
    put(groups, **{"memory.max": f"{GIB}\n", "memory.current": f"{GIB // 4}\n"})
    put(groups / "inner", **{"memory.max": "max\n", "memory.current": "5\n"})
    assert available(tmp_path) == GIB * 3 // 4


@linux
def test_version_one_of_control_groups(tmp_path: Path) -> None:
    put(tmp_path, proc__meminfo="MemAvailable: 4194304 kB\n", proc__self__cgroup="5:cpu,memory:/docker/x\n")
    group = tmp_path / "sys/fs/cgroup/memory/docker/x"
    put(group, **{"memory.limit_in_bytes": f"{GIB}\n", "memory.usage_in_bytes": f"{GIB + 5}\n"})
    assert available(tmp_path) == 0


def test_sizes_add_up_and_are_readable() -> None:
    assert Size(1, 2, 30, 20) + Size(4, 5, 60, 15) == Size(5, 7, 90, 20)
    assert (gib(1.26 * GIB), gib(5 << 20), gib(0)) == ("1.3 GiB", "5 MiB", "0 MiB")


@pytest.mark.parametrize("width", [0.0002, 0.03])
def test_a_pack_is_as_big_as_was_said(tmp_path: Path, width: float) -> None:
    """Small squares, and squares of 3 km, whose edges are cut into pieces of 70 m."""
    x, y = np.random.default_rng(1).uniform((123.2, 45.2), (123.5, 45.5), (5000, 2)).T
    path = write(tmp_path, "GeoParquet", shapely.box(x, y, x + width, y + width))
    with open_polygons(path, None) as source:
        size = source.survey.size
        layer = source.packed((wkb for piece in source.pieces() for wkb in piece.wkb), source.plane)
    assert (size.rows, size.rings, size.vertices) == (5000, 5000, len(layer.xy))
    assert size.packed == pytest.approx(sum(each.nbytes for each in layer.arrays().values()), rel=0.15)

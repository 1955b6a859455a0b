"""界址点坐标 TXT files of invented plots in zone 41 (EPSG:4529), and ways to spoil them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lantu.core.errors import InputError
from lantu.intake.boundary_points import BoundaryPoints, read_boundary_points
from lantu.lawbook.messages import message

HEAD = """\
[属性描述]
格式版本号=1.01版本
数据产生单位=虚构测绘队
数据产生日期=2026-11-28
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=41
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
FIRST = 13
"""The line of the first plot below HEAD."""
NORTH, EAST = 5_040_000.0, 500_000.0
"""X and Y, without the zone's number, of the corner that plots are drawn from."""

Corners = Sequence[tuple[float, float]]


def square(north: float, east: float, size: float) -> Corners:
    """Return corners (metres north and east of NORTH, EAST)."""
    return [(north, east), (north + size, east), (north + size, east + size), (north, east + size)]


def plot(*rings: Corners, area: str = "", name: str = "甲", prefix: int = 41, number: str = "1") -> str:
    """Return the lines of a plot; the corners that close its rings are counted."""
    lines, nth = [], 1
    for ring, corners in enumerate(rings, 1):
        for each, (north, east) in enumerate([*corners, corners[0]]):
            label = nth + each if each < len(corners) else nth
            x, y = NORTH + north, prefix * 1e6 + EAST + east
            lines.append(f"J{label},{ring},{x:.3f},{y:.3f}")
        nth += len(corners)
    return "\n".join([f"{len(lines)},{area},{number},{name},面,,工业用地,0601,@", *lines, ""])


SQUARE = plot(square(0, 0, 100), area="1.0000")
"""Lines 13 to 18: one hectare."""


def read(text: str | bytes) -> BoundaryPoints:
    return read_boundary_points(text if isinstance(text, bytes) else text.encode(), "红线.txt")


def refused(text: str | bytes) -> InputError:
    """Return the error; both of its sentences are whole and name the file."""
    with pytest.raises(InputError) as caught:
        read(text)
    error = caught.value
    for lang in ("zh", "en"):
        said = message(error.code, lang, **error.params)
        assert "红线.txt" in said and "{" not in said and error.code not in said, said
    return error


def put(folder: Path, text: str, name: str = "红线.txt", encoding: str = "gb18030") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path

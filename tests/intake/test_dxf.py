"""DXF drawings as offices hand them in: GBK layer names, texts, open lines, holes, arcs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import shapely

import world
from lantu.core.crs import transformer
from lantu.core.errors import InputError
from lantu.intake import read_vector
from lantu.intake.dxf import drawing_layers, read_dxf
from lantu.runs.look_up_site import look_up_file
from world_home import world_home

X, Y = 41_531_200.0, 5_051_700.0
SQUARE = ((0, 0), (100, 0), (100, 100), (0, 100))
Points = Sequence[tuple[float, float]]


def line(
    points: Points, layer: str = "宗地", *, closed: bool = True, bulge: float = 0, old: bool = False
) -> list[str]:
    """One polyline, as AutoCAD 2000 writes it, or as R12 does."""
    at = [(f"{X + x:.3f}", f"{Y + y:.3f}") for x, y in points]
    bent = ["42", str(bulge)] if bulge else []
    flag = "1" if closed else "0"
    if old:
        found = ["0", "POLYLINE", "8", layer, "66", "1", "70", flag]
        for x, y in at:
            found += ["0", "VERTEX", "8", layer, "10", x, "20", y, *bent]
        return [*found, "0", "SEQEND"]
    found = ["0", "LWPOLYLINE", "8", layer, "90", str(len(at)), "70", flag]
    for x, y in at:
        found += ["10", x, "20", y, *bent]
    return found


def drawing(folder: Path, *entities: list[str], blocks: Sequence[str] = (), encoding: str = "gbk") -> Path:
    words = [
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1015",
        "9",
        "$DWGCODEPAGE",
        "3",
        "ANSI_936",
    ]
    words += ["0", "ENDSEC", "0", "SECTION", "2", "BLOCKS", *blocks, "0", "ENDSEC"]
    words += ["0", "SECTION", "2", "ENTITIES"]
    for each in entities:
        words += each
    path = folder / "宗地图.dxf"
    path.write_bytes("\r\n".join([*words, "0", "ENDSEC", "0", "EOF", ""]).encode(encoding))
    return path


def moved(points: Points, by: float, size: float = 1) -> list[tuple[float, float]]:
    return [(x * size + by, y * size + by) for x, y in points]


@pytest.mark.parametrize("old", [False, True])
def test_closed_lines_are_plots(tmp_path: Path, old: bool) -> None:
    text = ["0", "TEXT", "8", "注记", "10", str(X), "20", str(Y), "40", "2", "1", "甲地块"]
    file = drawing(tmp_path, line(SQUARE, old=old), line(moved(SQUARE, 200), old=old), text)
    found = read_dxf(file)
    assert (found.layer, found.notes) == ("宗地", ())
    assert shapely.area(found.geometry).tolist() == pytest.approx([10_000, 10_000])
    assert found.attributes["Layer"].to_pylist() == ["宗地", "宗地"]


def test_a_ring_in_a_ring_is_a_hole_and_one_in_that_a_plot(tmp_path: Path) -> None:
    hole, island = moved(SQUARE, 20, 0.5), moved(SQUARE, 30, 0.2)
    found = read_dxf(drawing(tmp_path, line(island), line(SQUARE), line(hole)))
    assert sorted(shapely.area(found.geometry).tolist()) == pytest.approx([400, 7_500])
    assert found.notes == ("dxf.holes",)


def test_neighbours_that_share_a_side_stay_two(tmp_path: Path) -> None:
    east = [(x + 100, y) for x, y in SQUARE]
    found = read_dxf(drawing(tmp_path, line(SQUARE), line(east)))
    assert shapely.area(found.geometry).tolist() == pytest.approx([10_000, 10_000])
    assert found.notes == ()


def test_open_lines_are_left_out_and_said(tmp_path: Path) -> None:
    found = read_dxf(drawing(tmp_path, line(SQUARE), line(SQUARE[:3], closed=False)))
    assert (len(found.geometry), found.notes) == (1, ("dxf.open_lines",))


def test_a_layer_has_to_be_named_where_several_have_plots(tmp_path: Path) -> None:
    file = drawing(
        tmp_path, line(SQUARE), line(moved(SQUARE, 300), "房屋"), line(SQUARE[:2], "道路", closed=False)
    )
    assert drawing_layers(file) == ["宗地", "房屋"]
    with pytest.raises(InputError) as refused:
        read_dxf(file)
    assert refused.value.code == "intake.which_layer"
    assert len(read_dxf(file, "房屋").geometry) == 1
    for layer, code in (("林地", "intake.no_layer"), ("道路", "dxf.no_rings")):
        with pytest.raises(InputError) as refused:
            read_dxf(file, layer)
        assert refused.value.code == code


def test_symbols_in_blocks_are_no_plots(tmp_path: Path) -> None:
    block = ["0", "BLOCK", "8", "0", "2", "界址点", "70", "0", "10", "0", "20", "0"]
    block += ["0", "CIRCLE", "8", "0", "10", "0", "20", "0", "40", "1", "0", "ENDBLK", "8", "0"]
    insert = ["0", "INSERT", "8", "宗地", "2", "界址点", "10", str(X), "20", str(Y)]
    found = read_dxf(drawing(tmp_path, line(SQUARE), insert, blocks=block))
    assert shapely.area(found.geometry).tolist() == pytest.approx([10_000])


@pytest.mark.parametrize(
    ("entity", "what"),
    [
        (line(SQUARE, bulge=0.5), "LWPOLYLINE"),
        (line(SQUARE, bulge=0.5, old=True), "POLYLINE"),
        (["0", "CIRCLE", "8", "宗地", "10", str(X), "20", str(Y), "40", "9"], "CIRCLE"),
    ],
)
def test_curves_are_never_approximated(tmp_path: Path, entity: list[str], what: str) -> None:
    with pytest.raises(InputError) as refused:
        read_dxf(drawing(tmp_path, line(moved(SQUARE, 400)), entity))
    assert refused.value.code == "dxf.curved"
    assert what in refused.value.params["kinds"]


def test_what_is_no_drawing_of_plots_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "b.dxf"
    binary.write_bytes(b"AutoCAD Binary DXF\r\n\x1a\0")
    garbage = tmp_path / "g.dxf"
    garbage.write_bytes(b"nothing at all")
    twice = drawing(tmp_path, line(SQUARE), line(SQUARE))
    for file, code in ((binary, "dxf.binary"), (garbage, "intake.unreadable"), (twice, "dxf.double")):
        with pytest.raises(InputError) as refused:
            read_vector(file)
        assert refused.value.code == code


def test_a_drawing_needs_a_system_and_is_then_measured(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    (shape,) = world.geographic([world.rect(100, 100, 200, 200)])
    to = transformer("EPSG:4490", "EPSG:4529")
    at = [to.transform(x, y) for x, y in shape.exterior.coords[:-1]]
    file = drawing(tmp_path, line([(x - X, y - Y) for x, y in at]))
    with pytest.raises(InputError) as refused:
        look_up_file(home, file, 2025)
    assert refused.value.code == "crs.missing"
    answer = look_up_file(home, file, 2025, crs="EPSG:4529").answers[0]
    assert answer.area_m2 == pytest.approx(10_000, abs=0.5)

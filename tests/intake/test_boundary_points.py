"""界址点坐标 TXT: plots as surveyors write them, in every encoding and zone; areas by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.boundary_files import EAST, HEAD, NORTH, SQUARE, plot, put, read, square
from lantu.core.errors import InputError
from lantu.intake import list_layers, read_vector
from lantu.intake.boundary_points import SCHEMA

TWO = HEAD + SQUARE + plot(square(0, 300, 50), area="0.25公顷", name="乙（二期）", number="2")


def test_plots_with_their_fields(tmp_path: Path) -> None:
    found = read_vector(put(tmp_path, TWO))
    assert found.attributes.schema == SCHEMA
    assert found.attributes.to_pylist() == [
        {"JZDS": 5, "DKMJ": 1.0, "MJDW": None, "DKBH": "1", "DKMC": "甲", "TFH": None, "DKYT": "工业用地",
         "DLBM": "0601"},
        {"JZDS": 5, "DKMJ": 0.25, "MJDW": "公顷", "DKBH": "2", "DKMC": "乙（二期）", "TFH": None,
         "DKYT": "工业用地", "DLBM": "0601"},
    ]  # fmt: skip
    assert found.crs is not None and found.geometry is not None
    assert found.crs.to_epsg() == 4529
    # X is the northing: the easting comes first in what is read.
    assert shapely.bounds(found.geometry[1]).tolist() == [
        41e6 + EAST + 300, NORTH, 41e6 + EAST + 350, NORTH + 50,
    ]  # fmt: skip
    assert shapely.area(found.geometry).tolist() == [10_000, 2_500]
    assert (found.encoding, found.notes, found.source_layer) == ("GB18030", (), "红线")
    assert found.source_digest.startswith("sha256:")
    assert [each.name for each in list_layers(tmp_path / "红线.txt")] == ["红线"]


def test_another_layer_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_vector(put(tmp_path, TWO), "蓝线")
    assert (caught.value.code, caught.value.params["layers"]) == ("intake.no_layer", "红线")


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_lines(encoding: str, end: str) -> None:
    found = read(TWO.replace("\n", end).encode(encoding))
    assert found.attributes["DKMC"].to_pylist() == ["甲", "乙（二期）"]


def test_a_hole_an_island_in_it_and_a_further_part() -> None:
    rings = [square(0, 0, 100), square(10, 10, 50), square(20, 20, 10), square(0, 200, 30)]
    expected = 100**2 - 50**2 + 10**2 + 30**2
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        (shape,) = read(HEAD + plot(*[rings[n] for n in order])).geometry
        assert (shape.area, len(shape.geoms)) == (expected, 3)


def test_a_hole_that_touches_the_outer_ring_in_a_point() -> None:
    (shape,) = read(HEAD + plot(square(0, 0, 100), [(0, 50), (40, 30), (40, 70)])).geometry
    assert shape.area == 100**2 - 40 * 40 / 2


def test_rings_of_one_number_are_told_apart_by_closing() -> None:
    text = plot(square(0, 0, 100), square(10, 10, 50)).replace(",2,", ",1,")
    (shape,) = read(HEAD + text).geometry
    assert shape.area == 100**2 - 50**2


def test_a_ring_may_close_under_a_number_of_its_own() -> None:
    lines = SQUARE.rstrip().splitlines()
    lines[-1] = lines[-1].replace("J1,", "J5,")
    assert read(HEAD + "\n".join(lines)).geometry[0].area == 10_000


def test_points_counted_with_and_without_those_that_close() -> None:
    rings = plot(square(0, 0, 100), square(10, 10, 50))
    for said in ("10", "8"):
        assert read(HEAD + rings.replace("10,,", f"{said},,", 1)).attributes["JZDS"].to_pylist() == [
            int(said)
        ]


@pytest.mark.parametrize(
    ("degrees", "zone", "prefix", "epsg"),
    [
        ("3", "41", 41, 4529), ("3", "41", 0, 4550), ("3度带", "", 41, 4529), ("3", "25", 25, 4513),
        ("3", "45", 0, 4554), ("6", "21", 21, 4499), ("6", "13", 0, 4502), ("6", "23", 0, 4512),
        ("6度", "", 23, 4501),
    ],
)  # fmt: skip
def test_zones_with_and_without_their_number(degrees: str, zone: str, prefix: int, epsg: int) -> None:
    head = HEAD.replace("分带=3", f"分带={degrees}").replace("带号=41", f"带号={zone}")
    found = read(head + plot(square(0, 0, 100), prefix=prefix))
    assert found.epsg == epsg
    assert shapely.bounds(found.geometry[0])[0] == prefix * 1e6 + EAST


@pytest.mark.parametrize("degrees", [3, 6])
@pytest.mark.parametrize("prefixed", [True, False])
def test_the_code_is_of_the_zone_whose_meridian_it_has(degrees: int, prefixed: bool) -> None:
    from pyproj import CRS

    for zone in range(25, 46) if degrees == 3 else range(13, 24):
        head = HEAD.replace("分带=3", f"分带={degrees}").replace("带号=41", f"带号={zone}")
        found = read(head + plot(square(0, 0, 100), prefix=zone * prefixed))
        operation = CRS.from_epsg(found.epsg).coordinate_operation
        assert operation is not None
        given = {each.name: each.value for each in operation.params}
        assert given["Longitude of natural origin"] == (zone * 3 if degrees == 3 else zone * 6 - 3)
        assert given["False easting"] == 500_000 + zone * 1e6 * prefixed


@pytest.mark.parametrize(
    "name",
    ["2000国家大地坐标系", "CGCS2000", "国家2000大地坐标系", "2000 国家大地坐标系", "国家大地坐标系2000",
     "China Geodetic Coordinate System 2000", "CGCS2000坐标系", "2000"],
)  # fmt: skip
def test_names_of_cgcs2000(name: str) -> None:
    assert read(HEAD.replace("2000国家大地坐标系", name) + SQUARE).epsg == 4529


def test_blanks_blank_lines_and_a_section_before() -> None:
    text = TWO.replace("=", " = ").replace(",", " , ").replace("\n", " \n\n")
    assert read("[扩展信息]\n项目=虚构\n" + text).attributes == read(TWO).attributes


def test_tabs_for_commas_are_said() -> None:
    head, _, plots = TWO.partition("[地块坐标]\n")
    found = read(f"{head}[地块坐标]\n{plots.replace(',', chr(9))}")
    assert found.notes == ("boundary.tabs",)
    assert found.attributes == read(TWO).attributes


def test_areas_in_other_units_and_none() -> None:
    text = HEAD + SQUARE.replace("1.0000", "15亩") + plot(square(200, 0, 10), number="2")
    assert read(text).attributes.select(["DKMJ", "MJDW"]).to_pylist() == [
        {"DKMJ": 15.0, "MJDW": "亩"}, {"DKMJ": None, "MJDW": None},
    ]  # fmt: skip


def test_full_width_characters_in_a_name_are_its_own() -> None:
    assert read(HEAD + SQUARE.replace("甲", "甲，一（２期）")).attributes["DKMC"].to_pylist() == [
        "甲，一（２期）"
    ]


def test_more_and_fewer_fields() -> None:
    more = read(HEAD + SQUARE.replace("0601,@", "0601,,1,备注,@"))
    assert (more.notes, more.attributes["DLBM"].to_pylist()) == (("boundary.more_fields",), ["0601"])
    fewer = read(HEAD + SQUARE.replace("面,,工业用地,0601,@", "面,@"))
    assert (fewer.notes, fewer.attributes["DLBM"].to_pylist()) == ((), [None])


def test_one_number_for_two_plots_is_said() -> None:
    assert read(HEAD + SQUARE + plot(square(200, 0, 10))).notes == ("boundary.number_twice",)


def test_fifty_thousand_points() -> None:
    angle = np.linspace(0, 2 * np.pi, 50_000, endpoint=False)
    circle = np.column_stack([5_000 * np.sin(angle), 5_000 * np.cos(angle)])
    (shape,) = read(HEAD + plot([tuple(each) for each in circle.tolist()])).geometry
    assert shapely.get_num_coordinates(shape) == 50_001
    # The regular polygon's area; millimetres of 50,000 points leave far less than a square metre.
    assert shape.area == pytest.approx(50_000 / 2 * 5_000**2 * np.sin(2 * np.pi / 50_000), abs=1)


@st.composite
def stars(draw: st.DrawFn, most: float = 400.0) -> list[tuple[float, float]]:
    """Return a star-shaped ring around its middle, millimetres."""
    count = draw(st.integers(3, 30))
    radii = draw(st.lists(st.integers(100_000, int(most * 1000)), min_size=count, max_size=count))
    angle = 2 * np.pi * np.arange(count) / count
    reach = np.array(radii) / 1000
    return [
        tuple(each) for each in np.round(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]), 3)
    ]


@given(
    st.lists(stars(), min_size=1, max_size=4), st.booleans(), st.sampled_from([0, 41]),
    st.sampled_from(["utf-8", "gbk", "utf-16"]), st.text("甲乙丙（），12ab", max_size=6),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(
    rings: list[list[tuple[float, float]]], hole: bool, prefix: int, encoding: str, name: str
) -> None:
    """Every plot has a star, and a hole of 20 m in it where asked; rows, shapes and fields come back."""
    texts, expected = [], []
    for n, ring in enumerate(rings):
        moved = [(north, east + 1_000 * n) for north, east in ring]
        # The nearest edge of a star of three points 100 m from its middle is 50 m from it.
        inner = [square(-10, 1_000 * n - 10, 20)] if hole else []
        texts.append(plot(moved, *inner, name=name, prefix=prefix, number=str(n)))
        outer, *cut = [[(e + prefix * 1e6 + EAST, x + NORTH) for x, e in each] for each in (moved, *inner)]
        expected.append(shapely.Polygon(outer, cut))
    found = read((HEAD + "".join(texts)).encode(encoding))
    assert shapely.equals_exact(
        shapely.normalize(found.geometry), shapely.normalize(np.array(expected, object)), 1e-6
    ).all()
    assert found.attributes["DKBH"].to_pylist() == [str(n) for n in range(len(rings))]
    assert found.attributes["DKMC"].to_pylist() == [name or None] * len(rings)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(HEAD.encode() + data)
    except InputError as error:
        assert error.code.startswith("boundary.")


@given(st.integers(0, len((HEAD + SQUARE).encode()) - 2))
@settings(max_examples=150, deadline=None)
def test_a_file_cut_off_within_its_plot_is_read_only_if_nothing_is_lost(at: int) -> None:
    """The last point repeats the first: it may lose the zeros after its point, and nothing else."""
    whole = (HEAD + SQUARE).encode()
    try:
        found = read(whole[:at])
    except InputError:
        return
    assert whole[at:].strip(b".0\n") == b""
    assert shapely.equals(found.geometry, read(whole).geometry).all()

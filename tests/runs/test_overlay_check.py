"""`lantu overlay check`: what is wrong with a layer, and where, from files to what a user reads."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from bench.workload import Size, make
from pyproj import CRS

from cli.shell import lantu
from intake.gis_files import moved, squares, write
from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError, StorageError
from lantu.core.finding import Answer
from lantu.runs.overlay_check import SUFFIXES, Fault, FileCheck, check_file, write_faults
from lantu.runs.table_file import check_out

PLANE = StatutoryPlane(123, 46)
WEST, SOUTH, STEP = 123.2, 45.5, 0.001


def of_square(count: float) -> float:
    return float(PLANE.area_m2(squares(1), CRS.from_epsg(4490))[0] * count)


def box(west: float, south: float, east: float, north: float) -> Any:
    """Return a box in steps from the first square's corner."""
    return shapely.box(WEST + west * STEP, SOUTH + south * STEP, WEST + east * STEP, SOUTH + north * STEP)


def at(fault: Fault) -> tuple[float, float]:
    assert fault.lon is not None and fault.lat is not None
    return (fault.lon - WEST) / STEP, (fault.lat - SOUTH) / STEP


def layer(
    folder: Path, *shapes: Any, name: str = "DLTB", driver: str = "GPKG", crs: object = "EPSG:4490"
) -> Path:
    return write(folder, driver, list(shapes), name=name, crs=crs)


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """Places in a row: a square, one with a hole, a bow tie, one half over the next, a gap, a duplicate."""
    bow = shapely.Polygon([(WEST + x * STEP, SOUTH + y * STEP) for x, y in ((2, 0), (3, 1), (3, 0), (2, 1))])
    return layer(
        tmp_path, box(0, 0, 1, 1), box(1, 0, 2, 1).difference(box(1.2, 0.2, 1.3, 0.3)), bow, box(3, 0, 4, 1),
        box(3.5, 0, 4.5, 1), box(5, 0, 6, 1), box(0, 0, 1, 1), box(-0.5, 0, 0, 0.5), name="dirty",
    )  # fmt: skip


@pytest.fixture
def edge(tmp_path: Path) -> Path:
    return layer(tmp_path, box(0, 0, 6, 1), name="edge")


def sizes(result: FileCheck, kind: str) -> list[float]:
    """Return areas in squares."""
    return [round(fault.area_m2 / of_square(1), 4) for fault in result.faults[kind]]


def test_every_kind_of_fault_with_its_place(dirty: Path, edge: Path) -> None:
    result = check_file(dirty, edge)
    assert result.answer is Answer.FAIL
    assert sizes(result, "overlaps") == [1.0, 0.5]
    assert [fault.features for fault in result.faults["overlaps"]] == [(1, 7), (4, 5)]
    assert [fault.what for fault in result.faults["overlaps"]] == ["duplicate", "part"]
    assert sizes(result, "gaps") == [0.5, 0.25, 0.25, 0.01]
    assert [fault.what for fault in result.faults["gaps"]] == ["border", "border", "border", "hole"]
    east, north = at(result.faults["gaps"][0])
    assert east == pytest.approx(4.75, abs=0.01) and 0.2 < north < 0.8
    assert at(result.faults["gaps"][3]) == pytest.approx((1.25, 0.25), abs=0.03)
    assert result.faults["gaps"][3].features == (2,)
    assert (sizes(result, "outside"), result.faults["outside"][0].features) == ([0.25], (8,))
    east, north = at(result.faults["outside"][0])
    assert -0.5 < east < 0 and 0 < north < 0.5
    assert (sizes(result, "broken"), result.faults["broken"][0].features) == ([0.25], (3,))
    assert at(result.faults["broken"][0]) == pytest.approx((2.5, 0.5), abs=1e-5)
    assert result.boundary_m2 == pytest.approx(of_square(6), rel=1e-10)
    assert result.covered_m2 == pytest.approx(of_square(4.99), rel=1e-8)
    # A tenth of a square is 7.8 m wide and 11 m high.
    assert result.faults["gaps"][3].width_m == pytest.approx(7.8, rel=0.03)


def test_without_a_boundary_only_holes_are_gaps(dirty: Path) -> None:
    result = check_file(dirty)
    assert (sizes(result, "gaps"), sizes(result, "outside")) == ([0.01], [])
    assert (result.boundary, result.boundary_m2, result.covered_m2) == (None, None, None)


def test_files_in_two_systems(tmp_path: Path) -> None:
    """The boundary follows the squares' own corners, in a zone; along its sides slivers are small."""
    corners = shapely.Polygon([*((WEST + n * STEP, SOUTH) for n in range(5)), *(
        (WEST + n * STEP, SOUTH + STEP) for n in range(4, -1, -1)
    )])  # fmt: skip
    edge = layer(
        tmp_path, *moved(np.array([corners]), 4529), name="edge", driver="ESRI Shapefile", crs="EPSG:4529"
    )
    whole = check_file(layer(tmp_path, *squares(4)), edge)
    assert whole.answer is Answer.PASS
    assert 0 < sum(each.area_m2 for each in whole.below.values()) < 0.05
    less = check_file(layer(tmp_path, *squares(4)[[0, 1, 3]], name="less"), edge)
    assert sizes(less, "gaps") == [1.0] and set(less.faults["gaps"][0].features) == {2, 3}


def test_neighbours_with_other_vertices_on_a_long_line_pass(tmp_path: Path) -> None:
    """A side of 1 km that is straight in its zone is bent in the plane; one neighbour has a corner on it."""
    x, y = 41_515_000.0, 5_040_000.0
    shapes = [
        shapely.box(x + a, y + b, x + c, y + d)
        for a, b, c, d in ((0, 0, 1000, 300), (0, 300, 333, 500), (333, 300, 1000, 500))
    ]
    result = check_file(layer(tmp_path, *shapes, crs="EPSG:4529"))
    assert result.answer is Answer.PASS
    small = [each for each in result.below.values() if each.count]
    assert small and sum(each.area_m2 for each in small) < 0.05


def test_the_least_area_is_the_lawbooks_unless_it_is_given(tmp_path: Path, edge: Path) -> None:
    # A slit of 0.1 mm over the square's height: 0.011 m².
    slit = layer(tmp_path, box(0, 0, 6, 1).difference(box(3, 0.1, 3 + 0.0001 / 78, 0.8)), name="slit")
    usual = check_file(slit, edge)
    assert (usual.least_m2, usual.verified, usual.answer) == (0.01, False, Answer.PASS)
    assert usual.below["gaps"].count == 1 and 0.007 < usual.below["gaps"].area_m2 < 0.009
    fine = check_file(slit, edge, 0.001)
    assert fine.answer is Answer.FAIL and fine.faults["gaps"][0].area_m2 == usual.below["gaps"].area_m2
    coarse = check_file(layer(tmp_path, box(0, 0, 5, 1), name="short"), edge, 1e6)
    assert coarse.answer is Answer.PASS and coarse.below["gaps"].area_m2 == pytest.approx(
        of_square(1), rel=1e-9
    )


def test_what_was_planted_in_a_county_is_found_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path, Size(3000, 20, 5.0, defects=12), seed=4)
    result = check_file(
        tmp_path / "parcels_dirty.parquet", tmp_path / "boundary.parquet", assume_cgcs2000=True
    )
    truth = pq.read_table(tmp_path / "defects.parquet").to_pylist()
    ids = pq.read_table(tmp_path / "parcels_dirty.parquet", columns=["id"])["id"].to_pylist()
    gaps = {round(each["area_m2"], 5) for each in truth if each["kind"] == "gap"}
    assert {round(fault.area_m2, 5) for fault in result.faults["gaps"]} == gaps and len(gaps) == 12
    grown = {each["id"]: each["area_m2"] for each in truth if each["kind"] == "overlap"}
    found = dict.fromkeys(grown, 0.0)
    for fault in result.faults["overlaps"]:
        (planted,) = {ids[number - 1] for number in fault.features} & set(grown)
        found[planted] += fault.area_m2
    assert found == pytest.approx(grown, abs=0.02)
    assert not result.faults["outside"] and not result.faults["broken"]


@pytest.mark.parametrize(
    ("shapes", "code"),
    [
        ([box(0, 0, 1, 1), None], "intake.null_geometry"),
        ([box(0, 0, 1, 1), shapely.Polygon()], "intake.empty_geometry"),
        ([shapely.LineString([(123.2, 45.5), (123.21, 45.5)])], "intake.not_polygon"),
    ],
)
def test_rows_without_a_polygon_are_named_not_passed_over(
    tmp_path: Path, shapes: list[Any], code: str
) -> None:
    path = write(tmp_path, "GeoParquet", shapes, table=pa.table({"n": list(range(len(shapes)))}))
    with pytest.raises(InputError) as caught:
        check_file(path)
    assert caught.value.code == code and f"FID {len(shapes)}" in str(caught.value.params)


def test_a_broken_boundary_is_refused_by_name(dirty: Path, edge: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_file(edge, dirty)
    assert caught.value.code == "intake.invalid_geometry"
    assert (caught.value.params["count"], caught.value.params["features"]) == (1, "BSM 0003")
    assert str(caught.value.params["where"]).startswith("dirty.gpkg")


@pytest.mark.parametrize("least", [-1.0, float("nan"), float("inf")])
def test_a_least_area_that_is_none(edge: Path, least: float) -> None:
    with pytest.raises(InputError) as caught:
        check_file(edge, least_m2=least)
    assert caught.value.code == "overlay_check.bad_min_area"


@pytest.mark.parametrize("name", ["faults.gpkg", "faults.parquet"])
def test_shapes_are_written_whole_or_not_at_all(dirty: Path, edge: Path, tmp_path: Path, name: str) -> None:
    result = check_file(dirty, edge)
    out = tmp_path / name
    write_faults(result, out)
    write_faults(result, out)  # once more over the first
    read = geopandas.read_file if out.suffix == ".gpkg" else geopandas.read_parquet
    table = read(out)
    assert table.crs.to_epsg() == 4490
    expected = [(kind, fault) for kind, faults in result.faults.items() for fault in faults]
    assert len(table) == len(expected) == 8
    for row, (kind, fault) in zip(table.itertuples(), expected, strict=True):
        assert kind.startswith(row.kind) and row.what == fault.what
        assert row.features == ", ".join(map(str, fault.features))
        assert row.area_m2 == fault.area_m2 and (row.lon, row.lat) == (fault.lon, fault.lat)
        if kind != "broken":
            area = PLANE.area_m2(np.array([row.geometry]), CRS.from_epsg(4490))[0]
            assert area == pytest.approx(fault.area_m2, rel=1e-5)
    with pytest.raises(StorageError):
        write_faults(result, tmp_path / "nowhere" / name)
    assert not [each.name for each in tmp_path.iterdir() if "part" in each.name]


def test_what_a_killed_writing_left_is_swept_and_no_other_writings(edge: Path, tmp_path: Path) -> None:
    dead, foreign = ".faults.999999999.0123abcd.part.gpkg", ".other.999999999.0123abcd.part.gpkg"
    own = f".faults.{os.getpid()}.0123abcd.part.gpkg"
    for name in (dead, foreign, own):
        (tmp_path / name).write_bytes(b"half")
    write_faults(check_file(edge), tmp_path / "faults.gpkg")
    left = {each.name for each in tmp_path.iterdir() if "part" in each.name}
    assert left == {foreign, own}


@pytest.mark.parametrize("name", ["none.gpkg", "none.parquet"])
def test_a_sound_layer_writes_no_shapes(edge: Path, tmp_path: Path, name: str) -> None:
    result = check_file(edge, edge)
    assert result.answer is Answer.PASS
    write_faults(result, tmp_path / name)
    read = geopandas.read_file if name.endswith("gpkg") else geopandas.read_parquet
    assert len(read(tmp_path / name)) == 0


def test_the_command(dirty: Path, edge: Path, tmp_path: Path) -> None:
    out = tmp_path / "faults.gpkg"
    done = lantu("overlay", "check", dirty, "--boundary", edge, "--out", out, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["answer"], said["min_area_m2"], said["features"]) == ("fail", 0.01, 8)
    assert "cea" in said["method"] and said["layer"]["digest"].startswith("sha256:")
    assert said["layer"]["system"] == said["boundary"]["system"] == "EPSG:4490"
    assert said["covered_m2"] < said["boundary_m2"] < said["area_m2"] * 2
    first = said["overlaps"][0]
    assert (first["left"], first["right"], first["duplicate"]) == (1, 7, True)
    assert said["gaps"][3]["kind"] == "hole" and said["gaps"][3]["beside"] == [2]
    assert {"area_m2", "width_m", "lon", "lat"} <= said["gaps"][0].keys() & said["outside"][0].keys()
    assert (said["broken"][0]["feature"], said["broken"][0]["why"]) == (3, "Self-intersection")
    assert said["below"]["gaps"]["count"] == 0
    assert len(geopandas.read_file(out)) == 8


def test_what_a_user_reads(dirty: Path, edge: Path, tmp_path: Path) -> None:
    shown = lantu("overlay", "check", dirty, "--boundary", edge)
    assert (shown.returncode, shown.stderr) == (0, "")
    first = shown.stdout.splitlines()[0]
    assert first == "发现问题：重叠 2 处、缝隙 4 处、界外 1 处（各达到 0.01 平方米），错误图形 1 个。"
    for words in ("同一块地", "沿界线", "图斑之间", "Self-intersection", "123.204750", "修复后", "自定"):
        assert words in shown.stdout, words
    assert "窄于 0.001 米" in shown.stdout
    # Nothing is cut off in a narrow terminal.
    narrow = lantu("overlay", "check", dirty, "--boundary", edge, COLUMNS="72").stdout
    assert "123.204750" in narrow and "45.500500" in narrow
    english = lantu("overlay", "check", edge, "--boundary", edge, "--min-area", "2", LANTU_LANG="en").stdout
    assert english.startswith("Nothing found") and "2 m²" in english and "own choice" not in english


def test_many_faults_are_shown_in_part(tmp_path: Path) -> None:
    path = layer(tmp_path, *[box(0, 0, 1, 1)] * 10)
    shown = lantu("overlay", "check", path).stdout
    assert shown.count("同一块地") == 40 and "另有 5 处未显示" in shown


@pytest.mark.parametrize(
    ("out", "code"),
    [
        ("nowhere/faults.gpkg", "overlay.no_folder"),
        ("faults.shp", "overlay.out_suffix"),
        ("folder.gpkg", "overlay.out_is_folder"),
        ("edge.gpkg", "overlay.out_is_input"),
    ],
)
def test_where_shapes_cannot_go(edge: Path, tmp_path: Path, out: str, code: str) -> None:
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(InputError) as caught:
        check_out(tmp_path / out, (tmp_path / "other.gpkg", edge), SUFFIXES)
    assert caught.value.code == code


def test_no_file_of_an_input_is_replaced(tmp_path: Path) -> None:
    shapes = layer(tmp_path, box(0, 0, 1, 1), name="land", driver="ESRI Shapefile")
    with pytest.raises(InputError) as caught:
        check_out(shapes.with_suffix(".dbf"), (shapes,))
    assert caught.value.code == "overlay.out_is_input"
    before = {each.name for each in tmp_path.iterdir()}
    check_out(tmp_path / "land.parquet", (shapes,))
    assert {each.name for each in tmp_path.iterdir()} == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that nobody can write into")
def test_a_folder_that_cannot_be_written(edge: Path) -> None:
    with pytest.raises(StorageError):
        check_out(Path("/proc/faults.gpkg"), (edge,), SUFFIXES)


def test_the_command_says_it_before_the_work(edge: Path) -> None:
    before = edge.read_bytes()
    refused = lantu("overlay", "check", edge, "--out", edge)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "覆盖" in refused.stderr and edge.read_bytes() == before

"""`lantu overlay`: any two files, statutory areas, sums by two fields."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from cli.shell import lantu
from intake.gis_files import moved, squares, write
from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError
from lantu.runs.overlay_files import overlay_files

PLANE = StatutoryPlane(123, 46)


@pytest.fixture
def land(tmp_path: Path) -> Path:
    """Four squares in a row, 0.001° wide: 旱地, 水浇地, 农村道路, 坑塘水面."""
    return write(tmp_path, "GPKG", name="land")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """In zone 41: over half of the first and of the second square, and six tenths of the third."""
    shapes = shapely.box([123.2005, 123.2022], 45.4, [123.2015, 123.2028], 45.6)
    table = pa.table({"kind": ["红线", None]})
    return write(tmp_path, "ESRI Shapefile", moved(shapes, 4529), name="lines", crs="EPSG:4529", table=table)


def of_square(count: float) -> float:
    area = PLANE.area_m2(squares(1), CRS.from_epsg(4490))[0]
    return float(area * count)


def test_areas_by_two_fields(land: Path, lines: Path) -> None:
    result = overlay_files(land, lines, ("dlmc", "kind"))
    found = {(row["left"], row["right"]): row["area_m2"] for row in result.rows.to_pylist()}
    # The sides of the lines are straight in their zone, not in degrees: over 22 km less than a metre off.
    half = of_square(0.5)
    expected = {("旱地", "红线"): half, ("水浇地", "红线"): half, ("农村道路", None): of_square(0.6)}
    assert found == pytest.approx(expected, rel=0.02)
    assert result.total_m2 == pytest.approx(sum(found.values()), rel=1e-15)
    assert result.left.area_m2 == pytest.approx(of_square(4), rel=1e-12)
    assert "cea" in result.method and "70 m" in result.method


def test_without_fields_each_pair_of_features_is_a_row(land: Path) -> None:
    result = overlay_files(land, land)
    rows = result.rows.to_pylist()
    assert sorted((row["left"], row["right"], row["pairs"]) for row in rows) == [
        (n, n, 1) for n in (1, 2, 3, 4)
    ]
    assert (result.row_count, result.pairs) == (4, 4)
    assert result.total_m2 == pytest.approx(of_square(4), rel=1e-12)


def test_the_written_table_has_the_rows_and_says_how(land: Path, lines: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    result = overlay_files(land, lines, ("DLMC", "kind"), out=out)
    table = pq.read_table(out)
    assert table.to_pylist() == result.rows.to_pylist()
    assert table["area_m2"].to_pylist() == sorted(table["area_m2"].to_pylist(), reverse=True)
    assert json.loads(table.schema.metadata[b"lantu"]) == {
        "left": result.left.digest, "right": result.right.digest, "method": result.method,
        "by": ["DLMC", "kind"], "mended": [[], []],
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_pairs_are_written_by_left_and_right(land: Path, lines: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    result = overlay_files(land, lines, out=out)
    table = pq.read_table(out)
    assert list(zip(*table.select(["left", "right", "pairs"]).to_pydict().values(), strict=True)) == [
        (1, 1, 1), (2, 1, 1), (3, 2, 1),
    ]  # fmt: skip
    assert sum(table["area_m2"].to_pylist()) == pytest.approx(result.total_m2, rel=1e-15)
    assert sorted(table.to_pylist(), key=lambda row: -row["area_m2"]) == result.rows.to_pylist()


def test_what_cannot_be_overlaid_is_said(land: Path, tmp_path: Path) -> None:
    for by, code in ((("nothing", "DLMC"), "overlay.no_field"), (None, "intake.not_polygon")):
        way = write(tmp_path, "GPKG", [shapely.LineString([(123.2, 45.5), (123.21, 45.5)])], name="way")
        with pytest.raises(InputError) as caught:
            overlay_files(land, land if by else way, by)
        assert caught.value.code == code


def test_the_command(land: Path, lines: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.parquet"
    done = lantu("overlay", land, lines, "--by", "DLMC，kind", "--out", out, "--json")
    said = json.loads(done.stdout)
    assert said["total_m2"] == pytest.approx(of_square(1.6), rel=0.02)
    assert (said["rows"][0]["left"], said["rows"][0]["right"]) == ("农村道路", None)
    assert pq.read_table(out).num_rows == 3
    shown = lantu("overlay", land, lines, "--by", "DLMC,kind").stdout
    assert "水浇地" in shown and "（空）" in shown and "椭球面积" in shown
    way = write(tmp_path, "GPKG", [shapely.LineString([(123.2, 45.5), (123.21, 45.5)])], name="way")
    refused = lantu("overlay", land, way)
    assert refused.returncode == 3 and "way.gpkg" in refused.stderr and "不是面" in refused.stderr
    wrong = lantu("overlay", land, lines, "--by", "DLMC")
    assert wrong.returncode == 3 and "左字段,右字段" in wrong.stderr


def test_broken_polygons_are_mended_where_asked_and_named(land: Path, tmp_path: Path) -> None:
    # A bow tie over the first square: the two halves of it that GEOS keeps are a quarter of the square each.
    bow = shapely.Polygon([(123.2, 45.5), (123.201, 45.501), (123.201, 45.5), (123.2, 45.501)])
    bad = write(tmp_path, "GPKG", [bow, squares(2)[1]], name="bad")
    with pytest.raises(InputError) as caught:
        overlay_files(land, bad)
    assert (caught.value.code, caught.value.params["features"]) == ("intake.invalid_geometry", "BSM 0001")
    for left, right in ((land, bad), (bad, land)):
        found = overlay_files(left, right, mend=True)
        assert found.total_m2 == pytest.approx(of_square(1.5), rel=1e-6)
        assert sorted([*found.left.mended, *found.right.mended]) == ["BSM 0001"]
    out = tmp_path / "out.parquet"
    shown = lantu("overlay", land, bad, "--mend", "--out", out)
    assert shown.returncode == 0 and "BSM 0001" in shown.stdout
    said = json.loads(pq.read_schema(out).metadata[b"lantu"])
    assert said["mended"] == [[], ["BSM 0001"]]

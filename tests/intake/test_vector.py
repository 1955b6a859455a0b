"""GIS files as offices deliver them: whole and right, or one clear error."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from intake.gis_files import NAMES, SUFFIX, attributes, moved, refused, rewrite, squares, write, zipped
from lantu.intake import list_layers, read_vector

DRIVERS = sorted(SUFFIX)


def coordinates(shapes: Any) -> Any:
    return shapely.get_coordinates(shapely.normalize(shapes))


# --- what is delivered well ---------------------------------------------------------------------------


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("epsg", [4490, 4529, 4550])
def test_every_format_in_every_kind_of_system(tmp_path: Path, driver: str, epsg: int) -> None:
    shapes = moved(squares(), epsg)
    path = write(tmp_path, driver, shapes, crs=f"EPSG:{epsg}")
    read = read_vector(path)
    assert read.crs is not None
    assert read.crs.to_epsg() == epsg
    assert read.attributes["DLMC"].to_pylist() == list(NAMES)
    assert read.attributes["BSM"].to_pylist() == ["0001", "0002", "0003", "0004"]
    assert read.attributes["TBMJ"].to_pylist() == [100.25, 101.25, 102.25, 103.25]
    # A FileGDB keeps coordinates on a grid (1e-9° or 0.1 mm), GeoJSON 7 decimals of a degree or of a metre.
    slack = {"OpenFileGDB": 1e-4 if epsg != 4490 else 1e-8, "GeoJSON": 1e-7}.get(driver, 0)
    assert coordinates(read.geometry) == pytest.approx(coordinates(shapes), abs=slack, rel=0)
    assert (read.source_name, read.source_layer) == (path.name, "DLTB")
    assert read.source_digest.startswith("sha256:")
    assert read.notes == ()


@pytest.mark.parametrize("driver", DRIVERS)
def test_layers_of_a_file(tmp_path: Path, driver: str) -> None:
    (layer,) = list_layers(write(tmp_path, driver))
    assert (layer.name, layer.geometry_type in ("Polygon", "MultiPolygon")) == ("DLTB", True)


def test_several_layers_need_a_name(tmp_path: Path) -> None:
    path = write(tmp_path)
    pyogrio.write_arrow(
        attributes(1).append_column("geom", [shapely.to_wkb(squares(1))]), path, layer="STBHHX",
        geometry_name="geom", geometry_type="Polygon", crs="EPSG:4490", driver="GPKG", append=True,
    )  # fmt: skip
    error = refused(path)
    assert (error.code, error.params["layers"]) == ("intake.which_layer", "DLTB、STBHHX")
    assert len(read_vector(path, "STBHHX").attributes) == 1
    missing = refused(path, "XZQ")
    assert (missing.code, missing.params["layer"]) == ("intake.no_layer", "XZQ")


def test_a_table_has_no_shapes(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pa.parquet.write_table(attributes(3), path)
    read = read_vector(path)
    assert (read.geometry, read.crs, read.attributes.num_rows) == (None, None, 3)


_PYOGRIO = {"Z": "Polygon Z", "M": "Measured Polygon", "ZM": "Measured 3D Polygon"}


@pytest.mark.parametrize("form", _PYOGRIO)
@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile", "OpenFileGDB"])
def test_heights_and_measures_are_taken_off_and_said(tmp_path: Path, driver: str, form: str) -> None:
    extra = {"Z": " 140", "M": " 7", "ZM": " 140 7"}[form]
    ring = ", ".join(f"{x} {y}{extra}" for x, y in squares(1)[0].exterior.coords)
    shape = shapely.from_wkt(f"POLYGON {form} (({ring}))")
    read = read_vector(write(tmp_path, driver, [shape], geometry_type=_PYOGRIO[form]))
    assert read.notes == ("intake.z_dropped",)
    assert not shapely.has_z(read.geometry).any()
    assert not shapely.has_m(read.geometry).any()
    assert coordinates(read.geometry) == pytest.approx(coordinates(squares(1)), abs=1e-8)


def test_the_digest_is_of_all_parts_and_of_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path, "ESRI Shapefile", encoding="GB18030")
    first = read_vector(path).source_digest
    (tmp_path / "DLTB.sbn").write_bytes(b"index")
    (tmp_path / "DLTB.shp.xml").write_text("<metadata/>")
    assert read_vector(path).source_digest == first
    (tmp_path / "DLTB.cpg").write_text("UTF-8")
    assert read_vector(path).source_digest != first


# --- attributes in GBK --------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", ["GB18030", "GBK", None, "UTF-8", "ISO-8859-1"])
def test_gbk_attributes_with_a_right_a_wrong_and_no_cpg(tmp_path: Path, declared: str | None) -> None:
    path = write(tmp_path, "ESRI Shapefile", encoding="GB18030")
    (tmp_path / "DLTB.cpg").unlink()
    if declared:
        (tmp_path / "DLTB.cpg").write_text(declared)
    read = read_vector(path)
    assert read.attributes["DLMC"].to_pylist() == list(NAMES)
    assert read.encoding == "GB18030"


@pytest.mark.parametrize("declared", [None, "GBK"])
def test_utf8_attributes_with_a_wrong_and_no_cpg(tmp_path: Path, declared: str | None) -> None:
    path = write(tmp_path, "ESRI Shapefile", encoding="UTF-8")
    (tmp_path / "DLTB.cpg").unlink()
    if declared:
        (tmp_path / "DLTB.cpg").write_text(declared)
    assert read_vector(path).attributes["DLMC"].to_pylist() == list(NAMES)


@pytest.mark.parametrize("word", ["旱", "田", "联通", "𠮷林", "大安市"])
@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_one_short_word_is_enough(tmp_path: Path, word: str, encoding: str) -> None:
    table = pa.table({"DLMC": [word]})
    path = write(tmp_path, "ESRI Shapefile", squares(1), table=table, encoding=encoding)
    (tmp_path / "DLTB.cpg").unlink()
    assert read_vector(path).attributes["DLMC"].to_pylist() == [word]


def test_field_names_in_chinese(tmp_path: Path) -> None:
    path = write(
        tmp_path, "ESRI Shapefile", squares(1), table=pa.table({"地类名称": ["旱地"]}), encoding="GB18030"
    )
    (tmp_path / "DLTB.cpg").unlink()
    assert read_vector(path).attributes.to_pylist() == [{"地类名称": "旱地"}]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = write(tmp_path, "ESRI Shapefile", encoding="UTF-8")
    dbf = tmp_path / "DLTB.dbf"
    dbf.write_bytes(
        dbf.read_bytes().replace("坑塘水面".encode(), b"\xff" * 12).replace("旱地".encode(), b"\xff" * 6)
    )
    assert refused(path).code == "intake.encoding"


def test_names_of_files_with_brackets_and_capitals(tmp_path: Path) -> None:
    path = write(tmp_path, "ESRI Shapefile", name="大安[2020]", encoding="GB18030")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    read = read_vector(path.with_suffix(".SHP"))
    assert read.attributes["DLMC"].to_pylist() == list(NAMES)


# --- zipped -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["ESRI Shapefile", "OpenFileGDB", "GPKG", "GeoJSON"])
def test_zipped(tmp_path: Path, driver: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    options = {"encoding": "GB18030"} if driver == "ESRI Shapefile" else {}
    write(folder, driver, **options)
    (folder / "DLTB.cpg").unlink(missing_ok=True)
    path = zipped(folder, tmp_path / "交付.zip")
    read = read_vector(path)
    assert read.attributes["DLMC"].to_pylist() == list(NAMES)
    assert (read.source_name, read.source_layer) == ("交付.zip", "DLTB")
    assert [layer.name for layer in list_layers(path)] == ["DLTB"]


def test_a_zip_with_two_files_or_none(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "readme.txt").write_text("x")
    assert refused(zipped(folder, tmp_path / "a.zip")).code == "intake.which_file"
    write(folder), write(folder, "GeoJSON")
    error = refused(zipped(folder, tmp_path / "b.zip"))
    assert (error.code, error.params["files"]) == ("intake.which_file", "DLTB.geojson、DLTB.gpkg")
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04 not a zip")
    assert refused(tmp_path / "c.zip").code == "intake.unreadable"


# --- systems ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["OpenFileGDB", "GPKG", "ESRI Shapefile", "GeoParquet"])
def test_no_system(tmp_path: Path, driver: str) -> None:
    error = refused(write(tmp_path, driver, crs=None))
    assert error.code == "crs.missing"
    assert str(error.params["where"]).startswith("DLTB")


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("epsg", [32651, 2383])
def test_a_foreign_system(tmp_path: Path, driver: str, epsg: int) -> None:
    error = refused(write(tmp_path, driver, moved(squares(), epsg), crs=f"EPSG:{epsg}"))
    assert error.code == "crs.unsupported"
    assert ("UTM" in str(error.params["crs"])) == (epsg == 32651)


@pytest.mark.parametrize("driver", DRIVERS)
def test_wgs84_is_taken_only_when_asked(tmp_path: Path, driver: str) -> None:
    path = write(tmp_path, driver, crs="EPSG:4326")
    assert refused(path).code == "intake.wgs84"
    read = read_vector(path, assume_cgcs2000=True)
    assert read.crs is not None
    assert (read.crs.to_epsg(), read.notes) == (4490, ("intake.assumed_cgcs2000",))


def test_wgs84_with_heights_is_wgs84(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoJSON", shapely.force_3d(squares(), 140.0), crs="EPSG:4326")
    assert refused(path).code == "intake.wgs84"


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile"])
def test_a_wrong_zone_names_the_likely_one(tmp_path: Path, driver: str) -> None:
    error = refused(write(tmp_path, driver, moved(squares(), 4529), crs="EPSG:4530"))
    assert (error.code, error.params["likely"]) == ("crs.wrong_zone", "4529")


def test_degrees_declared_as_metres_and_swapped_axes(tmp_path: Path) -> None:
    assert refused(write(tmp_path, crs="EPSG:4550")).params["likely"] == "4490"
    swapped = shapely.transform(squares(), lambda xy: xy[:, ::-1])
    assert refused(write(tmp_path, shapes=swapped, name="b")).code == "crs.swapped_axes"


def test_a_foreign_system_may_be_looked_at_but_not_measured(tmp_path: Path) -> None:
    read = read_vector(write(tmp_path, shapes=moved(squares(), 32651), crs="EPSG:32651"), check_crs=False)
    assert read.crs is not None
    assert read.crs.to_epsg() == 32651


# --- shapes -------------------------------------------------------------------------------------------

BOW_TIE = shapely.from_wkt("POLYGON ((123.2 45.5, 123.21 45.51, 123.21 45.5, 123.2 45.51, 123.2 45.5))")
FAR = shapely.Polygon([(123.2, 45.5), (123.21, 45.5), (float("inf"), 45.51)])
NAN = shapely.Polygon([(123.2, 45.5), (123.21, 45.5), (123.21, float("nan")), (123.2, 45.51)])


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "ESRI Shapefile", "GeoParquet"])
def test_null_shapes(tmp_path: Path, driver: str) -> None:
    error = refused(write(tmp_path, driver, [squares(1)[0], None, None]))
    assert (error.code, error.params["count"]) == ("intake.null_geometry", 2)
    assert error.params["features"] == "BSM 0002、BSM 0003"


@pytest.mark.parametrize("driver", ["GPKG", "GeoParquet"])
def test_empty_shapes(tmp_path: Path, driver: str) -> None:
    error = refused(write(tmp_path, driver, [squares(1)[0], shapely.Polygon()]))
    assert (error.code, error.params["features"]) == ("intake.empty_geometry", "BSM 0002")


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "ESRI Shapefile", "GeoJSON", "GeoParquet"])
def test_broken_shapes(tmp_path: Path, driver: str) -> None:
    error = refused(write(tmp_path, driver, [*squares(6), *[BOW_TIE] * 7]))
    assert (error.code, error.params["count"]) == ("intake.invalid_geometry", 7)
    assert error.params["features"] == "BSM 0007、BSM 0008、BSM 0009、BSM 0010、BSM 0011"
    assert "Self-intersection" in str(error.params["why"])


@pytest.mark.parametrize("shape", [FAR, NAN], ids=["infinite", "not a number"])
@pytest.mark.parametrize("driver", ["GPKG", "GeoParquet"])
def test_coordinates_that_are_no_numbers(tmp_path: Path, driver: str, shape: Any) -> None:
    error = refused(write(tmp_path, driver, [squares(1)[0], shape]))
    assert (error.code, error.params["features"]) == ("intake.bad_coordinate", "BSM 0002")


def test_rows_without_bsm_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, shapes=[squares(1)[0], BOW_TIE], table=pa.table({"N": [1, 2]}))
    assert refused(path).params["features"] == "FID 2"


def test_true_arcs_are_refused(tmp_path: Path) -> None:
    """A curve has no place in a delivery: reading its chord would change its area."""
    curve = bytes.fromhex("010a00000001000000010800000005000000")
    ring = np.array([(123.2, 45.5), (123.21, 45.51), (123.22, 45.5), (123.21, 45.49), (123.2, 45.5)])
    path = tmp_path / "arc.gpkg"
    pyogrio.write_arrow(
        attributes(1).append_column("geom", [pa.array([curve + ring.tobytes()])]), path, layer="DLTB",
        geometry_name="geom", geometry_type="Unknown", crs="EPSG:4490", driver="GPKG",
    )  # fmt: skip
    assert refused(path).code == "intake.curved"


# --- GeoParquet's own metadata ------------------------------------------------------------------------


def test_geoparquet_without_a_system_is_wgs84_by_its_own_rule(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet")
    rewrite(path, crs=...)
    assert refused(path).code == "intake.wgs84"
    rewrite(path, crs=None)
    assert refused(path).code == "crs.missing"


def test_geoparquet_in_another_encoding(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet")
    rewrite(path, encoding="polygon")
    error = refused(path)
    assert (error.code, "polygon" in str(error.params["why"])) == ("intake.unreadable", True)


@pytest.mark.parametrize("geo", [b"no json", b"{}", b"[]", b'{"primary_column": "x", "columns": {"x": {}}}'])
def test_geoparquet_with_broken_metadata(tmp_path: Path, geo: bytes) -> None:
    path = write(tmp_path, "GeoParquet")
    table = pa.parquet.read_table(path)
    pa.parquet.write_table(table.replace_schema_metadata({b"geo": geo}), path)
    assert refused(path).code == "intake.unreadable"


def test_geoparquet_with_broken_wkb(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet")
    table = pa.parquet.read_table(path)
    torn = pa.array([b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\x7f"] * table.num_rows)
    index = table.column_names.index("geometry")
    pa.parquet.write_table(table.set_column(index, "geometry", torn), path)
    assert refused(path).code == "intake.unreadable"


def test_a_copied_geodatabase_with_locks_reads_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "OpenFileGDB")
    copy = tmp_path / "copy.gdb"
    shutil.copytree(path, copy)
    (copy / "_gdb.HOST.1234.sr.lock").touch()
    assert read_vector(copy).source_digest == read_vector(path).source_digest

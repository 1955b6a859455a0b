"""Databases, JSON and Parquet that are damaged or odd: one clear incident each, and the rest is read."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from intake.gis_files import NAMES, attributes, cut, rewrite, squares, write
from intake.package_makers import kinds, layer_of, only, shapes_of
from lantu.intake.package import read_package


@pytest.fixture
def gdb(tmp_path: Path) -> Path:
    """A FileGDB of three: DLTB, 耕地 and a table."""
    path = write(tmp_path, "OpenFileGDB", squares(300))
    table = attributes(2)
    pyogrio.write_arrow(
        table.append_column("geom", [shapely.to_wkb(squares(2))]), path, layer="耕地", geometry_name="geom",
        geometry_type="MultiPolygon", crs="EPSG:4490", driver="OpenFileGDB", append=True,
    )  # fmt: skip
    pyogrio.write_arrow(table, path, layer="ZBB", driver="OpenFileGDB", append=True)
    return path


# --- FileGDB ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["gdbtable", "gdbtablx"])
@pytest.mark.parametrize(("number", "name"), [(9, "DLTB"), (10, "耕地"), (11, "ZBB")])
def test_a_table_that_is_missing(gdb: Path, number: int, name: str, suffix: str) -> None:
    part = f"a{number:08x}.{suffix}"
    (gdb / part).unlink()
    package = read_package(gdb)
    said = only(package, "gdb_table_missing")
    assert (said.layer, said.where, said.params) == (name, "DLTB.gdb", {"part": part})
    assert {layer.name for layer in package.layers} == {"DLTB", "耕地", "ZBB"} - {name}


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.99])
def test_a_table_cut_off_costs_one_layer(gdb: Path, share: float) -> None:
    cut(gdb / "a00000009.gdbtable", share)
    package = read_package(gdb)
    assert (only(package, "cut_off").layer, only(package, "cut_off").params["part"]) == (
        "DLTB",
        "a00000009.gdbtable",
    )
    assert [layer.name for layer in package.layers] == ["ZBB", "耕地"]


@pytest.mark.parametrize("part", ["a00000001", "a00000004"])
def test_without_its_catalogue_it_cannot_be_read(gdb: Path, part: str) -> None:
    (gdb / f"{part}.gdbtable").unlink()
    package = read_package(gdb)
    assert only(package, "gdb_table_missing").params == {"part": f"{part}.gdbtable"}
    assert package.layers == ()
    if part == "a00000004":  # the catalogue still tells what is lost
        assert [e.layer for e in package.incidents if e.kind == "unreadable"] == [None, "DLTB", "耕地", "ZBB"]


def test_folders_that_are_no_geodatabase(tmp_path: Path) -> None:
    (tmp_path / "空.gdb").mkdir()
    (tmp_path / "文.gdb").mkdir()
    (tmp_path / "文.gdb" / "readme").write_text("x")
    (tmp_path / "件.gdb").write_text("x")
    (tmp_path / "夹.shp").mkdir()
    (tmp_path / "夹.shp" / "DLTB.csv").write_text("A\n1\n")
    package = read_package(tmp_path)
    assert {each.where: each.params["found"] for each in package.incidents} == {
        "空.gdb": "empty", "文.gdb": "folder", "件.gdb": "file",
    }  # fmt: skip
    assert layer_of(package).file == "夹.shp/DLTB.csv"


@pytest.mark.parametrize(
    "part", ["a00000001.gdbtable", "a00000004.gdbtable", "a00000009.gdbtable", "a00000009.gdbtablx"]
)
def test_any_damage_to_a_geodatabase_is_said_or_harmless(gdb: Path, tmp_path: Path, part: str) -> None:
    """Zeros over a page of a file: whatever GDAL makes of it, nothing is raised."""
    good = (gdb / part).read_bytes()
    for at in range(0, len(good), max(1, len(good) // 12)):
        (gdb / part).write_bytes(good[:at] + bytes(min(64, len(good) - at)) + good[at + 64 :])
        package = read_package(gdb)
        assert {"DLTB", "耕地", "ZBB"} <= {layer.name for layer in package.layers} or package.incidents


# --- GeoPackage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0, 0.0005, 0.02, 0.3, 0.7, 0.99])
def test_a_geopackage_cut_off(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, shapes=squares(300))
    cut(path, share)
    package = read_package(path)
    assert kinds(package) == ["cut_off"]
    assert package.layers == ()


def test_any_damage_to_a_geopackage_is_said_or_harmless(tmp_path: Path) -> None:
    path = write(tmp_path, shapes=squares(300))
    good = path.read_bytes()
    for at in range(100, len(good), len(good) // 60):
        path.write_bytes(good[:at] + b"\xa5" * 64 + good[at + 64 :])
        package = read_package(path)
        assert package.layers or package.incidents


@pytest.fixture
def open_elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A GeoPackage in WAL mode whose last edit is in its journal only."""
    folder = tmp_path / "in"
    folder.mkdir()
    path = changed(write(folder))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("UPDATE DLTB SET DLMC = '改'")
        database.commit()
        copy = tmp_path / "copied"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*-shm"))
    yield copy / path.name


def test_a_journal_is_read_and_said_and_left_alone(open_elsewhere: Path) -> None:
    """GDAL would write the journal into the delivered file, and delete it."""
    before = {each.name: each.read_bytes() for each in open_elsewhere.parent.iterdir()}
    assert len(before) == 2
    for _ in range(2):
        package = read_package(open_elsewhere)
        assert only(package, "locked").where == "DLTB.gpkg-wal"
        assert layer_of(package).table["DLMC"].to_pylist() == ["改"] * 4
        assert {each.name: each.read_bytes() for each in open_elsewhere.parent.iterdir()} == before


def test_a_journal_to_be_rolled_back(tmp_path: Path) -> None:
    """An edit that a crash cut off: the pages in the journal are the truth."""
    path = changed(write(tmp_path))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = 1")
        database.execute("PRAGMA cache_spill = 1")
        database.execute("BEGIN")
        database.execute("UPDATE DLTB SET DLMC = '未提交'")
        database.execute("CREATE TABLE filler (t)")
        database.executemany("INSERT INTO filler VALUES (?)", [("x" * 100,)] * 5000)
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for each in tmp_path.glob("DLTB.gpkg*"):
            shutil.copy(each, crashed)
    assert (crashed / "DLTB.gpkg-journal").stat().st_size > 512
    before = {each.name: each.read_bytes() for each in crashed.iterdir()}
    package = read_package(crashed)
    assert kinds(package) == ["locked"]
    assert layer_of(package).table["DLMC"].to_pylist() == list(NAMES)
    assert {each.name: each.read_bytes() for each in crashed.iterdir()} == before


def changed(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def test_values_that_are_not_of_their_type(tmp_path: Path) -> None:
    """SQLite keeps any value in any column; GDAL reads 'abc' as 0 and 2020-02-31 as the second of March."""
    path = changed(
        write(tmp_path), "ALTER TABLE DLTB ADD COLUMN GXSJ DATE", "ALTER TABLE DLTB ADD COLUMN NF MEDIUMINT",
        "UPDATE DLTB SET GXSJ = '2020-02-29', NF = 2020", "UPDATE DLTB SET TBMJ = 'abc' WHERE fid = 3",
        "UPDATE DLTB SET GXSJ = '2020-02-31' WHERE fid = 2", "UPDATE DLTB SET GXSJ = '明天' WHERE fid = 4",
        "UPDATE DLTB SET NF = x'00' WHERE fid = 1", "UPDATE DLTB SET NF = NULL WHERE fid = 2",
        "DELETE FROM DLTB WHERE fid = 1", "UPDATE gpkg_ogr_contents SET feature_count = 3",
    )  # fmt: skip
    package = read_package(path)
    table = layer_of(package).table
    assert table["TBMJ"].to_pylist() == [101.25, None, 103.25]
    assert [str(each) for each in table["GXSJ"].to_pylist()] == ["None", "2020-02-29", "None"]
    assert table["NF"].to_pylist() == [None, 2020, 2020]
    said = {each.params["field"]: (each.rows, each.params["first"]) for each in package.incidents}
    assert said == {"TBMJ": ((2,), "abc"), "GXSJ": ((1, 3), "2020-02-31")}


def test_columns_of_types_that_gdal_leaves_out(tmp_path: Path) -> None:
    """VARCHAR and DECIMAL are no types of a GeoPackage, and other programs write them."""
    path = changed(
        write(tmp_path), 'ALTER TABLE DLTB ADD COLUMN "座落""名" VARCHAR(50)',
        "ALTER TABLE DLTB ADD COLUMN KCXS DECIMAL(6,4)", "UPDATE DLTB SET KCXS = '无' WHERE fid = 2",
        'UPDATE DLTB SET "座落""名" = \'村\' || fid, KCXS = fid / 8.0 WHERE fid <> 2',
    )  # fmt: skip
    package = read_package(path)
    layer = layer_of(package)
    assert layer.table.column_names == ["BSM", "DLMC", "TBMJ", '座落"名', "KCXS"]
    assert layer.table['座落"名'].to_pylist() == ["村1", None, "村3", "村4"]
    assert layer.table["KCXS"].to_pylist() == [0.125, None, 0.375, 0.5]
    assert [(f.name, f.type, f.width, f.decimals) for f in layer.fields][3:] == [
        ('座落"名', "text", 50, None), ("KCXS", "decimal", 6, 4),
    ]  # fmt: skip
    assert (only(package, "bad_value").rows, only(package, "bad_value").params["field"]) == ((2,), "KCXS")


def test_texts_in_gbk_within_a_geopackage(tmp_path: Path) -> None:
    path = changed(
        write(tmp_path), f"UPDATE DLTB SET DLMC = CAST(x'{'坑塘水面'.encode('gb18030').hex()}' AS TEXT)",
        f"UPDATE DLTB SET BSM = CAST(x'{'正常的'.encode().hex()}' AS TEXT)",
    )  # fmt: skip
    package = read_package(path)
    table = layer_of(package).table
    assert (table["DLMC"].to_pylist(), table["BSM"].to_pylist()) == (["坑塘水面"] * 4, ["正常的"] * 4)
    assert only(package, "encoding_wrong").params == {"said": "UTF-8", "used": "GB18030"}


def test_a_layer_that_its_contents_name_and_that_is_not_there(tmp_path: Path) -> None:
    path = changed(
        write(tmp_path),
        "INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('XZQ', 'features', 4490)",
    )
    package = read_package(path)
    assert only(package, "unreadable").layer == "XZQ"
    assert [layer.name for layer in package.layers] == ["DLTB"]


def test_a_view_is_a_layer_too(tmp_path: Path) -> None:
    path = changed(
        write(tmp_path), "CREATE VIEW 耕地 AS SELECT fid AS OGC_FID, geom, DLMC FROM DLTB WHERE fid < 3",
        "INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('耕地', 'features', 4490)",
        "INSERT INTO gpkg_geometry_columns VALUES ('耕地', 'geom', 'POLYGON', 4490, 0, 0)",
    )  # fmt: skip
    layer = layer_of(read_package(path), "耕地")
    assert (layer.rows, layer.table.column_names) == (2, ["DLMC"])


# --- JSON and Parquet ---------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0, 0.001, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("driver", ["GeoJSON", "GeoParquet"])
def test_json_and_parquet_cut_off(tmp_path: Path, driver: str, share: float) -> None:
    path = write(tmp_path, driver, squares(300))
    cut(path, share)
    package = read_package(path)
    assert kinds(package) in (["cut_off"], ["unreadable"])
    assert package.layers == ()


def test_json_in_gbk(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoJSON")
    path.write_bytes(path.read_bytes().decode().replace("DLMC", "地类名称").encode("gb18030"))
    package = read_package(path)
    assert layer_of(package).table["地类名称"].to_pylist() == list(NAMES)
    assert only(package, "encoding_wrong").params == {"said": "UTF-8", "used": "GB18030"}


def test_json_that_is_no_map(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"type": "module", "name": "x"}')
    (tmp_path / "图.json").write_bytes(write(tmp_path, "GeoJSON").read_bytes())
    package = read_package(tmp_path)
    assert only(package, "unknown_file").where == "settings.json"
    assert [layer.file for layer in package.layers] == ["DLTB.geojson", "图.json"]


def test_json_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": 7, "properties": 3}]}'
    )
    package = read_package(path)
    assert package.layers == () or package.layers[0].rows <= 1
    path.write_text("[" * 100_000 + "]" * 100_000)
    assert kinds(read_package(path)) == ["unreadable"]


@pytest.mark.parametrize("geo", [b"no json", b"{}", b'{"primary_column": "x", "columns": {"x": {}}}'])
def test_parquet_with_broken_metadata(tmp_path: Path, geo: bytes) -> None:
    path = write(tmp_path, "GeoParquet")
    table = pa.parquet.read_table(path)
    pa.parquet.write_table(table.replace_schema_metadata({b"geo": geo}), path)
    assert only(read_package(path), "unreadable").layer == "DLTB"


def test_parquet_of_native_shapes(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet")
    rewrite(path, encoding="polygon")
    assert "polygon" in str(only(read_package(path), "unreadable").params["why"])


def test_parquet_whose_texts_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table(
        {"DLMC": pa.array(["旱地", None, "旱地"]).dictionary_encode(), "MJ": pa.array([1, 2, 3], pa.int16())}
    )
    pa.parquet.write_table(table, path)
    layer = layer_of(read_package(path), "t")
    assert (layer.table["DLMC"].type, layer.table["DLMC"].to_pylist()) == (
        pa.string(),
        ["旱地", None, "旱地"],
    )
    assert [field.type for field in layer.fields] == ["text", "integer"]


# --- giants -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile", "OpenFileGDB", "GeoJSON", "GeoParquet"])
def test_a_million_vertices_and_a_hundred_thousand_holes(tmp_path: Path, driver: str) -> None:
    x, y = (each.ravel() * 1e-4 for each in np.meshgrid(np.arange(317), np.arange(317)))
    holes = shapely.box(120 + x + 1e-5, 40 + y + 1e-5, 120 + x + 5e-5, 40 + y + 5e-5)
    frame = shapely.box(120, 40, 120.0317, 40.0317).exterior
    sieve = shapely.polygons(frame, shapely.get_exterior_ring(holes))
    turn = np.linspace(0, 2 * np.pi, 1_000_001)
    turn[-1] = 0
    disc = shapely.polygons(np.column_stack([120 + np.cos(turn) / 10, 41 + np.sin(turn) / 10]))
    path = write(tmp_path, driver, [sieve, disc])
    start = time.process_time()
    package = read_package(path)
    assert time.process_time() - start < 15
    assert package.incidents == ()
    assert shapely.get_num_interior_rings(shapely.get_parts(shapes_of(layer_of(package)))).tolist() == [
        317 * 317,
        0,
    ]
    assert shapely.get_num_coordinates(shapes_of(layer_of(package))).tolist() == [
        5 * (317 * 317 + 1),
        1_000_001,
    ]

"""Shapes of a delivery: straight, in two dimensions, as many as rows; what was done to them is said."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from intake.gis_files import SUFFIX, attributes, moved, squares, write
from intake.package_makers import circle, kinds, layer_of, only, shapes_of, wkb
from lantu.intake.package import Limits, read_package


def write_raw(
    path: Path, driver: str, wkbs: list[bytes | None], kind: str = "Unknown", **options: Any
) -> Path:
    """Write shapes as bytes, which GDAL passes on as they are."""
    table = attributes(len(wkbs)).append_column("geom", [pa.array(wkbs, pa.binary())])
    pyogrio.write_arrow(
        table, path, layer="DLTB", geometry_name="geom", geometry_type=kind, driver=driver,
        crs=options.pop("crs", "EPSG:4549"), **options,
    )  # fmt: skip
    return path


_PYOGRIO = {"Z": "Polygon Z", "M": "Measured Polygon", "ZM": "Measured 3D Polygon"}


@pytest.mark.parametrize("form", _PYOGRIO)
@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile", "OpenFileGDB"])
def test_heights_and_measures_are_taken_off_and_said(tmp_path: Path, driver: str, form: str) -> None:
    extra = {"Z": " 140", "M": " 7", "ZM": " 140 7"}[form]
    ring = ", ".join(f"{x} {y}{extra}" for x, y in squares(1)[0].exterior.coords)
    shape = shapely.from_wkt(f"POLYGON {form} (({ring}))")
    path = write(tmp_path, driver, [shape, None, shape], geometry_type=_PYOGRIO[form])
    package = read_package(path)
    layer = layer_of(package)
    assert {kind: only(package, kind).params["count"] for kind in kinds(package)} == {
        f"{letter.lower()}_dropped": 2 for letter in form
    }
    assert layer.geometry_type in ("Polygon", "MultiPolygon")
    first, second, third = shapes_of(layer)
    assert second is None
    for each in (first, third):
        assert not each.has_z and not each.has_m
        assert shapely.get_coordinates(each.normalize()) == pytest.approx(
            shapely.get_coordinates(squares(1)[0].normalize()), abs=1e-8
        )


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "GeoParquet"])
def test_curves_become_chords_and_are_said(tmp_path: Path, driver: str) -> None:
    disc, square = circle(500_000, 5_000_000, 100), shapely.to_wkb(shapely.box(0, 0, 10, 10))
    if driver == "GeoParquet":
        path = write(tmp_path, driver, moved(squares(3), 4549), crs="EPSG:4549")
        table = pa.parquet.read_table(path)
        at = table.column_names.index("geometry")
        pa.parquet.write_table(table.set_column(at, "geometry", pa.array([square, disc, disc])), path)
    else:
        kind = "Unknown" if driver == "GPKG" else "MultiPolygon"
        path = write_raw(tmp_path / f"DLTB{SUFFIX[driver]}", driver, [square, disc, disc], kind)
    package = read_package(path)
    said = only(package, "curves")
    assert (said.layer, said.rows) == ("DLTB", (2, 3))
    assert 0 < float(str(said.params["sagitta"])) <= 0.001001
    assert int(str(said.params["points"])) > 1000
    areas = shapely.area(shapes_of(layer_of(package)))
    assert areas == pytest.approx([100, np.pi * 1e4, np.pi * 1e4], rel=2e-5)


def test_chords_in_degrees_are_as_close(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "a.gpkg", "GPKG", [circle(123, 45, 0.001)], crs="EPSG:4490")
    said = only(read_package(path), "curves").params
    assert 0 < float(str(said["sagitta"])) <= 1.001e-8


def test_curves_of_more_points_than_allowed(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "a.gpkg", "GPKG", [circle(0, 0, 1000)])
    package = read_package(path, limits=Limits(arc_points=100))
    assert only(package, "bomb").params["what"] == "arc_points"
    assert (package.layers, only(package, "bomb").layer) == ((), "DLTB")


def test_coordinates_that_are_no_numbers_and_null_shapes_stay_as_they_are(tmp_path: Path) -> None:
    odd = shapely.Polygon([(123.2, 45.5), (123.21, 45.5), (float("nan"), 45.51)])
    far = shapely.Polygon([(123.2, 45.5), (123.21, 45.5), (float("inf"), 45.51)])
    package = read_package(write(tmp_path, shapes=[odd, None, shapely.Polygon(), far]))
    layer = layer_of(package)
    assert package.incidents == ()
    assert layer.wkb is not None and layer.wkb.is_null().to_pylist() == [False, True, False, False]
    first, _, third, fourth = shapes_of(layer)
    assert np.isnan(shapely.get_coordinates(first)[2, 0]) and third.is_empty
    assert np.isinf(shapely.get_coordinates(fourth)[2, 0])


@pytest.mark.parametrize("driver", ["GPKG", "GeoParquet"])
def test_shapes_that_cannot_be_read(tmp_path: Path, driver: str) -> None:
    good = shapely.to_wkb(squares(1)[0])
    ring = wkb(3, wkb(2, points=[(0, 0), (1, 0), (1, 1), (0, 1)])[5:])  # not closed: for a rule to find
    with_z = wkb(1003, wkb(2, points=[(0, 0, 7), (1, 0, 7), (1, 1, 7), (0, 1, 7)])[5:])
    rows = [good, good[:-3], b"\x01\x63\x00\x00\x00", ring, wkb(2, points=[(0, 0)])[:-1], with_z, None]
    if driver == "GPKG":
        path = write_raw(tmp_path / "DLTB.gpkg", driver, [good] * 6 + [None])
        spoil(path, rows[:6])
    else:
        path = write(tmp_path, driver, [*squares(6), None])
        table = pa.parquet.read_table(path)
        at = table.column_names.index("geometry")
        pa.parquet.write_table(table.set_column(at, "geometry", pa.array(rows, pa.binary())), path)
    package = read_package(path)
    layer = layer_of(package)
    assert only(package, "bad_wkb").rows == (2, 3, 5)
    assert only(package, "z_dropped").params["count"] == 1
    assert layer.wkb is not None
    assert layer.wkb.to_pylist() == [good, None, None, ring, None, ring, None]


def spoil(path: Path, wkbs: list[bytes | None]) -> None:
    """Put other bytes in the place of the shapes of a GeoPackage."""
    database = sqlite3.connect(path)
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f'DROP TRIGGER "{name}"')
    for n, each in enumerate(wkbs):
        if each is not None:
            head = b"GP\0\1" + (4549).to_bytes(4, "little")
            database.execute("UPDATE DLTB SET geom = ? WHERE fid = ?", (head + each, n + 1))
    database.commit()
    database.close()


def test_a_geopackage_blob_without_a_head(tmp_path: Path) -> None:
    """GDAL calls it null; the database does not."""
    path = write_raw(tmp_path / "DLTB.gpkg", "GPKG", [shapely.to_wkb(squares(1)[0])] * 3 + [None])
    spoil(path, [])
    database = sqlite3.connect(path)
    database.execute("UPDATE DLTB SET geom = x'00' WHERE fid = 2")
    database.commit()
    database.close()
    package = read_package(path)
    assert only(package, "bad_wkb").rows == (2,)
    layer = layer_of(package)
    assert layer.wkb is not None and layer.wkb.is_null().to_pylist() == [False, True, False, True]


def test_rows_are_counted_over_all_pieces(tmp_path: Path) -> None:
    """More rows than are read at a time; the odd ones lie in the second piece."""
    square, disc = shapely.to_wkb(shapely.box(0, 0, 1, 1)), circle(0, 0, 1)
    rows: list[bytes | None] = [square] * 140_000
    rows[70_000], rows[70_001], rows[139_999] = disc, square[:-1], None
    path = tmp_path / "DLTB.parquet"
    geo = b'{"version": "1.0.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}'
    table = pa.table({"N": np.arange(140_000), "g": pa.array(rows, pa.binary())})
    pa.parquet.write_table(table.replace_schema_metadata({b"geo": geo}), path)
    package = read_package(path)
    layer = layer_of(package)
    assert (only(package, "curves").rows, only(package, "bad_wkb").rows) == ((70_001,), (70_002,))
    assert layer.wkb is not None and np.flatnonzero(layer.wkb.is_null()).tolist() == [70_001, 139_999]
    assert layer.table["N"].to_pylist() == list(range(140_000))
    assert layer.geometry_type == "Unknown"

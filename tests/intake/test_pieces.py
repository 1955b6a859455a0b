"""Layers read in pieces: all rows in their order, as often as wanted, or one clear error."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from intake.gis_files import SUFFIX, attributes, squares, write
from lantu.core.errors import InputError
from lantu.intake import pieces as module
from lantu.intake import read_vector
from lantu.intake.bytes_of import digest_path
from lantu.intake.pieces import open_pieces

DRIVERS = sorted(SUFFIX)


def grouped(path: Path, rows: list[int]) -> Path:
    """Write a GeoParquet file again, in row groups of so many rows."""
    table = pq.read_table(path)
    with pq.ParquetWriter(path, table.schema) as writer:
        start = 0
        for count in rows:
            writer.write_table(table.slice(start, count), row_group_size=max(count, 1))
            start += count
    assert start == table.num_rows
    return path


@pytest.mark.parametrize("driver", DRIVERS)
def test_all_rows_in_order_as_often_as_wanted(
    tmp_path: Path, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "piece_rows", lambda size, rows: 7)
    path = write(tmp_path, driver, squares(100))
    with open_pieces(path) as source:
        assert (source.rows, source.has_shapes, source.where) == (100, True, path.name)
        for _ in range(2):
            found = list(source.read(["BSM"]))
            assert max(len(wkb) for _, wkb in found) <= 7
            numbers = [n for table, _ in found for n in table["BSM"].to_pylist()]
            assert numbers == attributes(100)["BSM"].to_pylist()
            shapes = shapely.from_wkb([each for _, wkb in found for each in wkb.to_pylist()])
            assert shapely.get_coordinates(shapely.normalize(shapes)) == pytest.approx(
                shapely.get_coordinates(shapely.normalize(squares(100))), abs=1e-7
            )
    whole = read_vector(path, assume_cgcs2000=True)
    assert whole.attributes["DLMC"].to_pylist() == attributes(100)["DLMC"].to_pylist()
    assert whole.source_digest == source.digest


@pytest.mark.parametrize("rows", [[100], [1, 99], [50, 0, 50], [3, 60, 0, 0, 36, 1], [0, 100]])
def test_row_groups_of_any_size(tmp_path: Path, rows: list[int]) -> None:
    path = grouped(write(tmp_path, "GeoParquet", squares(100)), rows)
    with open_pieces(path) as source:
        found = [n for table, _ in source.read(["BSM"]) for n in table["BSM"].to_pylist()]
    assert found == attributes(100)["BSM"].to_pylist()


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile", "OpenFileGDB", "GeoParquet"])
def test_no_rows(tmp_path: Path, driver: str) -> None:
    path = write(tmp_path, driver, squares(1)[:0])
    with open_pieces(path) as source:
        assert source.rows == 0
        assert sum(len(table) for table, _ in source.read()) == 0
        assert "DLMC" in source.schema.names
    read = read_vector(path)
    assert (len(read.attributes), "DLMC" in read.attributes.column_names) == (0, True)
    assert read.geometry is not None and len(read.geometry) == 0


def test_pieces_are_small_where_polygons_are_big(tmp_path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 20_001)
    ring = np.column_stack([123.5 + 0.01 * np.cos(angle), 45.5 + 0.01 * np.sin(angle)])
    shapes = [shapely.Polygon(ring + np.array([0, 1e-7 * n])) for n in range(300)]
    with open_pieces(write(tmp_path, "GPKG", shapes)) as source:
        sizes = [wkb.nbytes for _, wkb in source.read([])]
    assert sum(sizes) > 90e6 and max(sizes) < 45e6


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet", squares(100))
    with open_pieces(path) as source:
        os.utime(path, ns=(1, 1))
        with pytest.raises(InputError) as error:
            list(source.read())
    assert error.value.code == "intake.changed"


def test_a_geopackage_that_another_program_writes_to(tmp_path: Path) -> None:
    # QGIS keeps its changes in a journal beside the file, which itself stays as it is.
    path = write(tmp_path, "GPKG", squares(3))
    before = digest_path(path)
    with open_pieces(path) as source, closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE note (said TEXT)")
        other.commit()
        assert digest_path(path) != before
        with pytest.raises(InputError) as error:
            list(source.read())
    assert error.value.code == "intake.changed"


def test_fewer_rows_than_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "GPKG", squares(100))

    def says(*args: Any, **options: Any) -> dict[str, int]:
        return {"features": 101}

    monkeypatch.setattr(module.pyogrio, "read_info", says)
    with open_pieces(path) as source, pytest.raises(InputError) as error:
        list(source.read())
    assert (error.value.code, error.value.params["said"], error.value.params["found"]) == (
        "intake.rows_missing", 101, 100,
    )  # fmt: skip


def test_a_page_of_a_geoparquet_file_that_changed(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet", squares(1000))
    pq.write_table(
        pq.read_table(path), path, write_page_checksum=True, compression="none", use_dictionary=False
    )
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with open_pieces(path) as source, pytest.raises(InputError) as error:
        list(source.read())
    assert error.value.code == "intake.unreadable"


def test_a_layer_that_geoparquet_has_not(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet")
    with pytest.raises(InputError) as error, open_pieces(path, "other"):
        pass
    assert error.value.code == "intake.no_layer"


def test_shapes_in_wide_binary(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoParquet", squares(5))
    table = pq.read_table(path)
    at = table.column_names.index("geometry")
    wide = table.set_column(at, "geometry", table["geometry"].cast(pa.large_binary()))
    pq.write_table(wide.replace_schema_metadata(table.schema.metadata), path)
    read = read_vector(path)
    assert read.geometry is not None and shapely.equals(read.geometry, squares(5)).all()

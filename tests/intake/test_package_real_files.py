"""Real files of other offices, read once each: every layer as another reader finds it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyogrio
import pytest
import shapely

from intake.package_makers import kinds, shapes_of
from lantu.intake.package import read_package
from shared_files import shared


@pytest.mark.parametrize("name", ["cambridge_planning.gpkg", "cambridge_network_poi.gpkg"])
def test_a_citys_planning_data(name: str) -> None:
    path = shared(f"geodata/us_cambridge/{name}")
    package = read_package(path)
    expected = {
        str(layer): pyogrio.read_dataframe(path, layer=layer) for layer, _ in pyogrio.list_layers(path)
    }
    assert [layer.name for layer in package.layers] == sorted(expected)
    for layer in package.layers:
        frame = expected[layer.name]
        assert layer.rows == len(frame)
        assert layer.table.column_names == [each for each in frame.columns if each != "geometry"]
        there = shapely.force_2d(frame.geometry.to_numpy())
        assert shapely.equals_exact(shapes_of(layer), there).sum() == len(frame) - frame.geometry.isna().sum()
        assert layer.crs == frame.crs
    assert set(kinds(package)) <= {"z_dropped", "m_dropped"}


def test_precincts_of_denver() -> None:
    """A folder of zipped Shapefiles, as an office would hand them over."""
    folder = shared("geodata/us_maup")
    package = read_package(folder)
    zips = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*.zip"))
    held = {
        f"{name}/{member}"
        for name in zips
        for member in zipfile.ZipFile(folder / name).namelist()
        if member.endswith(".shp") and "__MACOSX" not in member
    }
    assert {layer.file for layer in package.layers} == held
    for layer in package.layers:
        outer, _, inner = layer.file.partition(".zip/")
        frame = pyogrio.read_dataframe(f"/vsizip/{folder / outer}.zip/{inner}")
        assert (layer.rows, layer.table.column_names) == (
            len(frame),
            [n for n in frame.columns if n != "geometry"],
        )
        assert shapely.equals_exact(shapes_of(layer), frame.geometry.to_numpy()).all()
    assert set(kinds(package)) <= {"unknown_file", "no_prj", "stray", "encoding_wrong", "z_dropped"}


def test_counties_and_villages() -> None:
    package = read_package(shared("geodata/cn"))
    rows = {layer.file: layer.rows for layer in package.layers}
    assert rows["jilin_counties_wgs84.gpkg"] == 60
    assert rows["baicheng_counties_wgs84.geojson"] == 5
    assert rows["townships_baicheng.csv"] >= 98 and rows["villages_baicheng.csv"] >= 863
    assert all(
        layer.crs is not None and layer.crs.to_epsg() == 4326
        for layer in package.layers
        if layer.wkb is not None
    )
    assert set(kinds(package)) <= {"unknown_file"}


@pytest.mark.slow
def test_everything_there_is() -> None:
    """Files of every form, most of them no plan data: nothing raised, nothing read as what it is not."""
    folder = shared("geodata")
    package = read_package(folder)
    assert len(package.files) >= len([each for each in folder.rglob("*") if each.is_file()])
    assert not {"unreadable", "cut_off", "bad_wkb", "bomb", "rows_missing", "warned"} & set(kinds(package))
    assert all(
        Path(e.where).suffix in (".wkt", ".pbf", "", ".json")
        for e in package.incidents
        if e.kind == "unknown_file"
    )

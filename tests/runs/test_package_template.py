"""An empty package has every layer of its profile, as other programs read it; nothing is lost for it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely

from lantu.core.errors import InputError, StorageError
from lantu.lawbook import load
from lantu.runs.package_template import write_template
from lantu.store import template

PROFILES = load().profiles
KINDS = {"C": "OFTString", "D": "OFTReal", "F": "OFTReal", "I": "OFTInteger"}


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
@pytest.mark.parametrize("name", ["county-2023", "county-maintenance-2026", "land-survey-2020"])
def test_every_layer_and_field_is_there(tmp_path: Path, name: str, suffix: str) -> None:
    profile, out = PROFILES[name], tmp_path / f"空库{suffix}"
    made = write_template(profile, out)
    layers = pyogrio.list_layers(out)[:, 0].tolist()
    assert sorted(layers) == sorted(profile.layers)
    assert made.layers + made.tables == len(layers)
    for kind, spec in profile.layers.items():
        info = pyogrio.read_info(out, layer=kind)
        assert list(info["fields"]) == list(spec.fields)
        assert info["features"] == 0
        assert info["crs"] == (None if spec.geometry == "none" else "EPSG:4490")
        for field, found in zip(spec.fields.values(), info["ogr_types"], strict=True):
            wanted = KINDS[field.type[0]] if field.type else "OFTReal" if field.unit else "OFTString"
            assert found == wanted, (kind, field.name)
    assert [each.name for each in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
def test_widths_and_chinese_names(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"a{suffix}"
    write_template(PROFILES["county-2021"], out)
    for kind, spec in PROFILES["county-2021"].layers.items():
        with pyogrio.open_arrow(out, layer=kind, use_pyarrow=True) as (_, reader):
            told = {field.name: field.metadata or {} for field in reader.schema}
        for field in spec.fields.values():
            assert told[field.name][b"GDAL:OGR:alternative_name"].decode() == field.title.zh
            width = field.type[1:].encode() if (field.type or "").startswith("C") else None
            assert told[field.name].get(b"GDAL:OGR:width") == width, (kind, field.name)
    known = pyogrio.read_info(out, layer="CZKFBJ")["layer_metadata"]
    assert "城镇开发边界" in known.values()


def test_a_geopackage_declares_its_widths_in_sql(tmp_path: Path) -> None:
    out = tmp_path / "a.gpkg"
    write_template(PROFILES["county-2021"], out)
    with sqlite3.connect(out) as opened:
        columns = {row[1]: row[2] for row in opened.execute('PRAGMA table_info("STBHHX")')}
    opened.close()
    assert (columns["BSM"], columns["YSDM"], columns["MJ"], columns["geom"]) == (
        "TEXT(18)",
        "TEXT(10)",
        "REAL",
        "MULTIPOLYGON",
    )


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
def test_it_can_be_filled_in(tmp_path: Path, suffix: str) -> None:
    """What a planner puts in with another program stays what it was."""
    out = tmp_path / f"a{suffix}"
    write_template(PROFILES["county-2021"], out, epsg=4529)
    square = shapely.multipolygons([shapely.box(41_500_000, 5_000_000, 41_500_100, 5_000_100)])
    row = {"BSM": ["220882000000000001"], "XZQDM": ["220882"], "GHFQDM": ["410"], "MJ": [10000.25]}
    frame = geopandas.GeoDataFrame(row, geometry=[square], crs=4529)
    frame.to_file(out, layer="CZKFBJ", mode="a", engine="pyogrio")
    read = geopandas.read_file(out, layer="CZKFBJ")
    assert (read.crs.to_epsg(), len(read), read["MJ"][0], read["BSM"][0]) == (
        4529,
        1,
        10000.25,
        row["BSM"][0],
    )
    assert read["XZQMC"][0] is None
    table = geopandas.read_file(out, layer="GHZBB")
    assert len(table) == 0 and "ZBMC" in table.columns and "geometry" not in table.columns


def test_single_parts_are_declared(tmp_path: Path) -> None:
    out = tmp_path / "a.gpkg"
    write_template(PROFILES["land-survey-2020"], out)
    assert pyogrio.read_info(out, layer="DLTB")["geometry_type"] == "Polygon"


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
def test_nothing_is_replaced_unasked(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"a{suffix}"
    write_template(PROFILES["county-2021"], out)
    before = _bytes_of(out)
    with pytest.raises(InputError) as caught:
        write_template(PROFILES["township-2021"], out)
    assert caught.value.code == "profile.out_exists"
    assert _bytes_of(out) == before
    write_template(PROFILES["township-2021"], out, force=True)
    assert sorted(pyogrio.list_layers(out)[:, 0]) == sorted(PROFILES["township-2021"].layers)
    assert [each.name for each in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
def test_what_stood_there_stands_when_writing_fails(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / f"a{suffix}"
    write_template(PROFILES["county-2021"], out)
    before, write_layer, done = _bytes_of(out), template._write_layer, []

    def give_up(spec, *rest):
        done.append(spec.kind)
        if len(done) > 3:
            raise pyogrio.errors.DataSourceError("disk I/O error")
        write_layer(spec, *rest)

    monkeypatch.setattr(template, "_write_layer", give_up)
    for force, where in ((True, out), (False, tmp_path / f"b{suffix}")):
        done.clear()
        with pytest.raises(StorageError) as caught:
            write_template(PROFILES["county-2021"], where, force=force)
        assert (caught.value.code, caught.value.params["why"]) == ("store.disk_fault", "disk I/O error")
    assert _bytes_of(out) == before
    assert [each.name for each in tmp_path.iterdir()] == [out.name]


def test_a_folder_that_is_no_geodatabase_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "论文.gdb"
    out.mkdir()
    (out / "notes.txt").write_text("years of work")
    with pytest.raises(InputError) as caught:
        write_template(PROFILES["county-2021"], out, force=True)
    assert caught.value.code == "profile.not_geodatabase"
    assert (out / "notes.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("name", "epsg", "code"),
    [
        ("a.gpkg", 4326, "profile.bad_system"),
        ("a.shp", None, "overlay.out_suffix"),
        ("no/a.gpkg", None, "overlay.no_folder"),
    ],
)
def test_what_cannot_be_delivered_is_not_begun(
    tmp_path: Path, name: str, epsg: int | None, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        write_template(PROFILES["county-2021"], tmp_path / name, epsg=epsg)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def _bytes_of(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return {each.name: each.read_bytes() for each in files}

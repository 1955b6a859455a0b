"""Layers on their way in and out of a home."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.core.errors import ConflictError, InputError, IntegrityError, NotFoundError
from lantu.store import Home
from store.delivered import CRS_4490, Delivery, shaped, squares, water

LAND = {"kind": "DLTB", "area_code": "220882", "year": 2020}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def test_what_goes_in_comes_out(home: Home) -> None:
    table = squares(4)
    layer = home.layers.add(table, **LAND, title="大安市2020年地类图斑", invented=True)
    data = home.layers.read(layer)
    assert data.attributes.equals(table.attributes)
    assert shapely.equals_exact(data.geometry, table.geometry).all()
    assert data.crs == CRS_4490
    assert (layer.features, layer.year, layer.invented, layer.epsg) == (4, 2020, True, 4490)
    assert layer.bounds_lonlat == pytest.approx((123.2, 45.5, 123.204, 45.501))
    assert home.invented


def test_projection_of_columns_leaves_the_rest_on_disk(home: Home) -> None:
    layer = home.layers.add(squares(), **LAND)
    data = home.layers.read(layer, columns=["DLBM"], geometry=False)
    assert data.attributes.column_names == ["DLBM"]
    assert data.geometry is None
    assert home.layers.read(layer, columns=[]).geometry is not None
    assert "geometry" not in home.layers.read(layer, geometry=False).attributes.column_names
    with pytest.raises(InputError, match=r"layer\.no_column") as caught:
        home.layers.read(layer, columns=["DLBM", "NOSUCH"])
    assert caught.value.params["columns"] == "NOSUCH"


def test_same_content_twice_is_one_layer(home: Home) -> None:
    first = home.layers.add(squares(), **LAND)
    again = home.layers.add(squares(), **LAND)
    assert again == first
    assert again.already_there
    assert not first.already_there
    assert len(home.layers.list()) == 1
    assert len(home.ledger.entries()) == 1
    assert len(list((home.path / "layers").iterdir())) == 1


def test_the_digest_is_of_the_bytes_and_the_same_in_every_home(tmp_path: Path) -> None:
    one, other = Home.open(tmp_path / "1"), Home.open(tmp_path / "2")
    first, second = one.layers.add(squares(), **LAND), other.layers.add(squares(), **LAND)
    assert first.digest == second.digest
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.path.stem == first.digest.removeprefix("sha256:")


def test_the_digest_does_not_hang_on_how_arrow_holds_the_rows(home: Home) -> None:
    table = squares(6)
    pieces = pa.concat_tables([table.attributes.slice(0, 2), table.attributes.slice(2)])
    wide = pieces.cast(
        pa.schema([(f.name, pa.large_string() if f.type == pa.string() else f.type) for f in pieces.schema])
    )
    noted = wide.replace_schema_metadata({"driver": "GDAL 3.11"})
    assert home.layers.add(squares(6, attributes=noted), **LAND) == home.layers.add(table, **LAND)


@settings(max_examples=20, deadline=None)
@given(change=st.sampled_from(["year", "invented", "kind", "attribute", "shape"]))
def test_any_difference_is_another_layer(tmp_path_factory: pytest.TempPathFactory, change: str) -> None:
    home = Home.open(tmp_path_factory.mktemp("home"))
    first = home.layers.add(squares(), **LAND)
    table, said = squares(), dict(LAND)
    match change:
        case "year":
            said["year"] = 2021
        case "invented":
            said["invented"] = True
        case "kind":
            said |= {"kind": "STBHHX"}
        case "attribute":
            table = squares(dlbm="0102")
        case "shape":
            table = squares(step=0.0010000001)
    assert home.layers.add(table, **said).digest != first.digest


def test_the_file_is_geoparquet_that_others_can_read(home: Home) -> None:
    layer = home.layers.add(squares(), **LAND, invented=True)
    metadata = pq.read_schema(layer.path).metadata
    geo = json.loads(metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert (geo["version"], column["encoding"], column["geometry_types"]) == ("1.1.0", "WKB", ["Polygon"])
    assert CRS.from_json_dict(column["crs"]).to_epsg() == 4490
    assert column["bbox"] == pytest.approx([123.2, 45.5, 123.203, 45.501])
    own = json.loads(metadata[b"lantu"])
    assert own["invented"] is True
    assert own["source"] == "大安.gpkg:DLTB_2020"
    geopandas = pytest.importorskip("geopandas")
    assert geopandas.read_parquet(layer.path).crs.to_epsg() == 4490


def test_tables_have_no_shapes(home: Home) -> None:
    layer = home.layers.add(water(), kind="WATER_USE", area_code="220882")
    assert (layer.geometry_type, layer.bounds_lonlat, layer.epsg) == (None, None, None)
    assert home.layers.read(layer).attributes["YSL"].to_pylist() == ["1.5", "1.6"]
    with pytest.raises(NotFoundError, match=r"store\.no_plane"):
        _ = home.plane


def test_the_first_layer_fixes_the_plane(home: Home) -> None:
    home.layers.add(squares(), **LAND)
    far_away = shapely.transform(squares().geometry, lambda xy: xy - [15, 10])
    home.layers.add(squares(geometry=far_away), **LAND)
    assert home.plane == StatutoryPlane(123, 46)
    assert json.loads((home.path / "home.json").read_text())["plane"] == {"lon_0": 123, "lat_ts": 46}
    assert Home.open(home.path).plane == home.plane
    with pytest.raises(ConflictError, match=r"store\.plane_is_fixed"):
        home.set_plane(StatutoryPlane(120, 30))
    home.set_plane(StatutoryPlane(123, 46))


def test_gauss_kruger_layers_are_bounded_in_degrees(home: Home) -> None:
    crs = CRS.from_epsg(4529)  # zone 41, prefixed: 41 500 000 lies on 123°E
    square = shapely.box(41_500_000, 5_040_000, 41_510_000, 5_050_000)
    layer = home.layers.add(Delivery(pa.table({"BSM": ["1"]}), np.array([square]), crs), **LAND)
    west, south, east, north = layer.bounds_lonlat or (0, 0, 0, 0)
    assert west == pytest.approx(123.0, abs=1e-9)
    assert 45.4 < south < north < 45.7
    assert 0.12 < east - west < 0.14
    assert layer.epsg == 4529


_BOW = shapely.Polygon([(123.2, 45.5), (123.3, 45.6), (123.3, 45.5), (123.2, 45.6)])
_GOOD = shapely.box(123.2, 45.5, 123.21, 45.51)


@pytest.mark.parametrize(
    ("delivery", "code", "features"),
    [
        (shaped([_GOOD, None, None]), "layer.null_geometry", "BSM 2、BSM 3"),
        (shaped([shapely.Polygon(), _GOOD]), "layer.empty_geometry", "BSM 1"),
        (shaped([_GOOD, _BOW]), "layer.invalid_geometry", "BSM 2"),
        (shaped([_GOOD, shapely.LineString([(123.2, 45.5), (123.3, 45.6)])]), "layer.wrong_type", "BSM 2"),
        (shaped([shapely.GeometryCollection([_GOOD])]), "layer.wrong_type", "BSM 1"),
        (shaped([shapely.box(41_500_000, 5_040_000, 41_510_000, 5_050_000)]), "crs.wrong_zone", None),
        (squares(crs=None), "crs.missing", None),
        (squares(crs=CRS.from_epsg(3857)), "crs.unsupported", None),
        (squares(geometry=None), "layer.no_geometry", None),
        (squares(0), "layer.no_rows", None),
        (squares(3, geometry=squares(2).geometry), "layer.rows_differ", None),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused_and_leaves_nothing(
    home: Home, delivery: Delivery, code: str, features: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        home.layers.add(delivery, **LAND)
    assert caught.value.code == code
    assert caught.value.params.get("features") == features
    assert home.layers.list() == []
    assert home.ledger.entries() == []
    assert sorted(p.name for p in home.path.rglob("*.parquet")) == []


def test_what_is_said_of_a_layer_is_checked(home: Home) -> None:
    for said, code in [
        ({"kind": "NOPE", "area_code": "220882"}, "layer.unknown_kind"),
        ({"kind": "DLTB", "area_code": "220882"}, "layer.no_year"),
        ({"kind": "DLTB", "area_code": "229999", "year": 2020}, "layer.bad_area"),
        ({"kind": "DLTB", "area_code": "大安市", "year": 2020}, "layer.bad_area"),
        ({"kind": "DLTB", "area_code": "220882", "year": 20}, "layer.odd_year"),
        ({"kind": "WATER_USE", "area_code": "220882"}, "layer.needless_geometry"),
    ]:
        with pytest.raises(InputError, match=code):
            home.layers.add(squares(), **said)
    with pytest.raises(NotFoundError, match=r"layer\.no_version"):
        home.layers.add(squares(), **LAND, plan_version="sha256:" + "0" * 64)


def test_layers_are_found_by_kind_area_year_and_prefix(home: Home) -> None:
    land = home.layers.add(squares(), **LAND)
    later = home.layers.add(squares(), **LAND | {"year": 2021})
    line = home.layers.add(squares(), kind="STBHHX", area_code="220881")
    assert home.layers.list() == [line, land, later]
    assert home.layers.list(kind="DLTB", year=2021) == [later]
    assert home.layers.list(area_code="220881") == [line]
    assert home.layers.get(land.digest) == home.layers.get(land.digest[7:19]) == land
    with pytest.raises(NotFoundError, match=r"layer\.unknown"):
        home.layers.get("0" * 12)
    with pytest.raises(InputError, match=r"layer\.short_digest"):
        home.layers.get("%")


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_changed_byte_of_a_layer_file_is_found(
    tmp_path_factory: pytest.TempPathFactory, place: float, flip: int
) -> None:
    home = Home.open(tmp_path_factory.mktemp("home"))
    layer = home.layers.add(squares(), **LAND)
    home.layers.read(layer)
    data = bytearray(layer.path.read_bytes())
    data[int(place * len(data))] ^= flip
    layer.path.write_bytes(data)
    with pytest.raises(IntegrityError, match=r"layer\.damaged"):
        home.layers.read(layer)


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "gone"])
def test_a_damaged_file_is_named_and_adding_again_mends_it(home: Home, damage: str) -> None:
    layer = home.layers.add(squares(200), **LAND)
    data = layer.path.read_bytes()
    match damage:
        case "cut":
            layer.path.write_bytes(data[: len(data) // 2])
        case "empty":
            layer.path.write_bytes(b"")
        case "changed":
            layer.path.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
        case "gone":
            layer.path.unlink()
    with pytest.raises(IntegrityError) as caught:
        home.layers.read(layer)
    assert caught.value.code == ("layer.missing" if damage == "gone" else "layer.damaged")
    assert caught.value.params["where"] == layer.path
    assert caught.value.params["source"] == "大安.gpkg"
    mended = home.layers.add(squares(200), **LAND)
    assert mended.already_there
    assert len(home.layers.read(mended).geometry) == 200

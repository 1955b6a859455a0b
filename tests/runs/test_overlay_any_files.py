"""`lantu overlay` on whatever files people have: measured rightly, or refused with the place of the fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from cli.shell import lantu
from intake.gis_files import attributes, moved, rewrite, squares, write
from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError
from lantu.lawbook import message
from lantu.runs import polygon_survey
from lantu.runs.overlay_files import FileOverlay, overlay_files
from shared_files import shared

PLANE = StatutoryPlane(123, 46)
SQUARE_M2 = float(PLANE.area_m2(squares(1), CRS.from_epsg(4490))[0])


@pytest.fixture
def land(tmp_path: Path) -> Path:
    return write(tmp_path, "GPKG", squares(4), name="land")


def refused(left: Path, right: Path, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        overlay_files(left, right, **options)
    for language in ("zh", "en"):
        said = message(caught.value.code, language, **caught.value.params)
        assert "{" not in said and caught.value.code not in said
    return caught.value


def pairs(result: FileOverlay) -> dict[tuple[int, int], float]:
    return {(row["left"], row["right"]): row["area_m2"] for row in result.rows.to_pylist()}


# --- systems ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [(4490, 4529), (4529, 4550), (4550, 4549), (4499, 4490)])
def test_two_files_in_different_systems_of_cgcs2000(tmp_path: Path, one: int, other: int) -> None:
    """4549 is the neighbouring zone, 4499 one of 6°."""
    left = write(tmp_path, "GPKG", moved(squares(3), one), name="a", crs=f"EPSG:{one}")
    right = write(tmp_path, "GeoParquet", moved(squares(3), other), name="b", crs=f"EPSG:{other}")
    found = overlay_files(left, right)
    # Sides are straight in either system: between neighbours that leaves slivers.
    big = {pair: area for pair, area in pairs(found).items() if area > 0.01}
    assert big == pytest.approx({(n, n): SQUARE_M2 for n in (1, 2, 3)}, abs=0.1)
    assert found.left.notes == found.right.notes == ()
    assert not found.apart


@pytest.mark.parametrize("epsg", [4326, 3857, 32651])
def test_other_systems_are_taken_for_it_where_asked(tmp_path: Path, land: Path, epsg: int) -> None:
    there = Transformer.from_crs(4326, epsg, always_xy=True)
    shapes = shapely.transform(squares(4), lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
    path = write(tmp_path, "GPKG", shapes, name="foreign", crs=f"EPSG:{epsg}")
    error = refused(path, land)
    assert error.code == ("intake.wgs84" if epsg == 4326 else "crs.foreign")
    assert "--assume-cgcs2000" in message(error.code, **error.params)
    found = overlay_files(path, land, assume_cgcs2000=True)
    assert found.total_m2 == pytest.approx(4 * SQUARE_M2, rel=1e-5)
    note = "intake.assumed_cgcs2000" if epsg == 4326 else "crs.taken_as_cgcs2000"
    assert (found.left.notes, found.right.notes) == ((note,), ())


@pytest.mark.parametrize("epsg", [2383, 4610, 2412, 4214])
def test_xian_1980_and_beijing_1954_are_not_taken_for_it(tmp_path: Path, land: Path, epsg: int) -> None:
    path = write(tmp_path, "GPKG", moved(squares(1), epsg), name="old", crs=f"EPSG:{epsg}")
    for assume in (False, True):
        assert refused(path, land, assume_cgcs2000=assume).code == "crs.no_way"


def test_feet_are_densified_every_seventy_metres(tmp_path: Path) -> None:
    """A triangle of 7 km in Colorado; its straight sides are no straight lines in longitude and latitude."""
    ring = [(3_100_000.0, 1_700_000.0), (3_122_966.0, 1_700_000.0), (3_122_966.0, 1_722_966.0)]
    path = write(tmp_path, "GPKG", [shapely.Polygon(ring)], name="feet", crs="EPSG:2232")
    found = overlay_files(path, path, assume_cgcs2000=True)
    back = Transformer.from_crs(2232, 4269, always_xy=True)
    areas = []
    for step in (30, 1e9):
        dense = shapely.segmentize(shapely.Polygon(ring), step)
        lonlat = shapely.transform(dense, lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1])))
        areas.append(StatutoryPlane(-105, 40).area_m2(np.array([lonlat]), CRS.from_epsg(4490))[0])
    geodesic, _ = Geod(ellps="GRS80").geometry_area_perimeter(lonlat)
    assert found.total_m2 == pytest.approx(areas[0], rel=1e-7)
    assert abs(found.total_m2 - areas[1]) > 10  # so much would be wrong without
    assert abs(geodesic) == pytest.approx(areas[0], rel=1e-5)


@pytest.mark.parametrize(
    ("crs", "shapes", "code"),
    [
        ("EPSG:4490", moved(squares(2), 4550), "crs.out_of_range"),  # metres called degrees
        ("EPSG:4550", squares(2), "crs.wrong_zone"),  # degrees called metres
        ("EPSG:4530", moved(squares(2), 4529), "crs.wrong_zone"),
        ("EPSG:32651", squares(2), "crs.degrees_in_plane"),
        ("EPSG:4326", moved(squares(2), 4550), "crs.outside"),
        ("EPSG:4326", shapely.transform(squares(2), lambda xy: xy[:, ::-1]), "crs.swapped_axes"),
        ("EPSG:4490", shapely.transform(squares(2), lambda xy: xy[:, ::-1]), "crs.swapped_axes"),
    ],
)
def test_coordinates_of_another_system_than_is_said(
    tmp_path: Path, land: Path, crs: str, shapes: Any, code: str
) -> None:
    path = write(tmp_path, "GPKG", shapes, name="odd", crs=crs)
    assert refused(land, path, assume_cgcs2000=True).code == code


def test_one_feature_out_of_place_is_enough(tmp_path: Path, land: Path) -> None:
    shapes = [*squares(3), *moved(squares(1), 4550)]
    path = write(tmp_path, "GPKG", shapes, name="odd")
    assert refused(land, path).code == "crs.out_of_range"


def test_files_that_lie_apart_are_said_to(tmp_path: Path, land: Path) -> None:
    far = write(
        tmp_path, "GPKG", shapely.transform(squares(1), lambda xy: xy + np.array([1.0, 0.0])), name="far"
    )
    found = overlay_files(land, far)
    assert (found.apart, found.pairs, found.total_m2) == (True, 0, 0.0)
    assert "范围不相交" in lantu("overlay", land, far).stdout


# --- round the world --------------------------------------------------------------------------------------


def polar(epsg: int, ring: Any) -> Any:
    way = Transformer.from_crs(4326, epsg, always_xy=True)
    return shapely.Polygon(np.column_stack(way.transform(*np.array(ring, float).T)))


def test_across_the_180th_meridian_and_around_a_pole(tmp_path: Path) -> None:
    across = shapely.Polygon([(179.9, 50.0), (-179.9, 50.0), (-179.9, 50.1), (179.9, 50.1)])
    around = polar(3031, [(lon, -85.0) for lon in range(-180, 180, 10)])
    for name, crs, shape in (("across", "EPSG:4326", across), ("around", "EPSG:3031", around)):
        path = write(tmp_path, "GPKG", [shape], name=name, crs=crs)
        error = refused(path, path, assume_cgcs2000=True)
        assert (error.code, error.params["features"]) == ("crs.across", "BSM 0001")


def test_beside_the_180th_meridian_and_a_pole(tmp_path: Path) -> None:
    """Counted through 180°, or cut along it; and in a polar plane beside the pole."""
    through = shapely.box(179.9, 50.0, 180.1, 50.1)
    cut = [shapely.box(179.9, 50.0, 180.0, 50.1), shapely.box(-180.0, 50.0, -179.9, 50.1)]
    one = write(tmp_path, "GPKG", [through], name="one", crs="EPSG:4326")
    two = write(tmp_path, "GPKG", cut, name="two", crs="EPSG:4326")
    found = overlay_files(one, two, assume_cgcs2000=True)
    assert set(pairs(found)) == {(1, 1), (1, 2)}
    assert found.total_m2 == pytest.approx(found.left.area_m2, rel=1e-9)
    beside = polar(3031, [(10.0, -89.9), (50.0, -89.9), (50.0, -85.0), (10.0, -85.0)])
    path = write(tmp_path, "GPKG", [beside], name="beside", crs="EPSG:3031")
    lonlat = shapely.segmentize(beside, 50)
    back = Transformer.from_crs(3031, 4326, always_xy=True)
    lonlat = shapely.transform(lonlat, lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1])))
    area, _ = Geod(ellps="GRS80").geometry_area_perimeter(lonlat)
    assert overlay_files(path, path, assume_cgcs2000=True).total_m2 == pytest.approx(abs(area), rel=1e-7)


# --- shapes -----------------------------------------------------------------------------------------------

BOW_TIE = shapely.from_wkt("POLYGON ((123.2 45.5, 123.21 45.51, 123.21 45.5, 123.2 45.51, 123.2 45.5))")
NESTED = shapely.MultiPolygon(
    [shapely.box(123.2, 45.5, 123.21, 45.51), shapely.box(123.202, 45.502, 123.204, 45.504)]
)
UNCLOSED = shapely.to_wkb(squares(1)[0])[:-16] + np.array([123.25, 45.55]).tobytes()
NAN = shapely.Polygon([(123.2, 45.5), (123.21, 45.5), (123.21, float("nan")), (123.2, 45.51)])
CURVE = bytes.fromhex("010a00000001000000010800000005000000") + np.zeros(10).tobytes()


def parquet(folder: Path, wkb: list[bytes | None], name: str = "odd", bsm: bool = True) -> Path:
    """Write WKB as it is."""
    path = write(folder, "GeoParquet", squares(len(wkb)), name=name, table=attributes(len(wkb)))
    table = pq.read_table(path)
    at = table.column_names.index("geometry")
    table = table.set_column(at, "geometry", pa.array(wkb, pa.binary())).replace_schema_metadata(
        table.schema.metadata
    )
    pq.write_table(table if bsm else table.drop_columns(["BSM"]), path)
    return path


@pytest.mark.parametrize("rows", [1, 3, 65_536])
@pytest.mark.parametrize("bsm", [True, False])
@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "intake.null_geometry"), (shapely.Polygon(), "intake.empty_geometry"),
        (shapely.Point(123.2, 45.5), "intake.not_polygon"), (NAN, "intake.bad_coordinate"),
        (UNCLOSED, "intake.unclosed"), (b"\x01\x03\x00\x00\x00\x09", "intake.bad_wkb"),
        (CURVE, "intake.curved_rows"), (BOW_TIE, "intake.invalid_geometry"),
        (NESTED, "intake.invalid_geometry"),
    ],
)  # fmt: skip
def test_every_bad_shape_is_refused_by_name(
    tmp_path: Path, land: Path, monkeypatch: pytest.MonkeyPatch, shape: Any, code: str, bsm: bool, rows: int
) -> None:
    monkeypatch.setattr(polygon_survey, "PIECE_ROWS", rows)
    bad = shape if shape is None or isinstance(shape, bytes) else shapely.to_wkb(shape)
    wkb = [*shapely.to_wkb(squares(7)), *[bad] * 7]
    error = refused(land, parquet(tmp_path, wkb, bsm=bsm))
    assert error.params["where"] == "odd.parquet"
    if code == "intake.invalid_geometry":
        # Found piece by piece: of seven pieces of one row each, the first that has one.
        assert error.code == (code if rows > 14 else "intake.invalid_at_least")
        count = {1: 1, 3: 2}.get(rows, 7)
        assert error.params["why"] and str(error.params["why"]) != "Valid Geometry"
    else:
        assert error.code == code
        count = 7
    names = [f"BSM {n:04d}" if bsm else f"FID {n}" for n in range(8, 8 + min(count, 5))]
    assert (error.params["count"], error.params["features"]) == (count, "、".join(names))


def test_in_the_kept_file_all_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygon_survey, "PIECE_ROWS", 3)
    land = write(tmp_path, "GPKG", squares(40), name="land")
    error = refused(land, write(tmp_path, "GPKG", [*squares(6), *[BOW_TIE] * 7], name="odd"))
    assert (error.code, error.params["count"]) == ("intake.invalid_geometry", 7)
    assert error.params["features"] == "BSM 0007、BSM 0008、BSM 0009、BSM 0010、BSM 0011"


def test_a_file_without_rows_or_with_empty_shapes_only(tmp_path: Path, land: Path) -> None:
    for left, right in ((land, write(tmp_path, "GPKG", squares(1)[:0], name="none")),) * 2:
        assert refused(left, right).code == refused(right, left).code == "layer.no_rows"
    empty = write(tmp_path, "GeoParquet", [shapely.Polygon()] * 3, name="empty")
    assert (refused(land, empty).code, refused(land, empty).params["count"]) == ("intake.empty_geometry", 3)
    table = tmp_path / "table.parquet"
    pq.write_table(attributes(3), table)
    assert refused(land, table).code == "overlay.no_shapes"


def test_polygons_without_ground_share_none(tmp_path: Path, land: Path) -> None:
    flat = shapely.from_wkt("POLYGON ((123.2 45.5, 123.204 45.501, 123.2 45.5, 123.2 45.5))")
    path = write(tmp_path, "GeoParquet", [flat, squares(1)[0]], name="flat")
    found = overlay_files(land, path)
    assert pairs(found) == pytest.approx({(1, 2): SQUARE_M2})
    assert found.right.area_m2 == pytest.approx(SQUARE_M2)
    assert overlay_files(write(tmp_path, "GeoParquet", [flat], name="only"), land).pairs == 0


def test_either_order_of_bytes_with_heights_and_measures(tmp_path: Path, land: Path) -> None:
    solid = shapely.force_3d(squares(4), 140.0)
    wkb = [shapely.to_wkb(shape, byte_order=n % 2, flavor="iso") for n, shape in enumerate(solid)]
    found = overlay_files(land, parquet(tmp_path, wkb))
    plain = overlay_files(land, land)
    assert pairs(found) == pairs(plain)
    assert (found.right.notes, plain.right.notes) == (("intake.z_dropped",), ())


@pytest.mark.parametrize("rows", [[4], [1, 3], [2, 0, 2], [0, 0, 1, 1, 1, 1, 0]])
def test_row_groups_of_unequal_size(tmp_path: Path, land: Path, rows: list[int]) -> None:
    path = write(tmp_path, "GeoParquet", squares(4), name="grouped")
    table = pq.read_table(path)
    with pq.ParquetWriter(path, table.schema) as writer:
        for start, count in zip(np.cumsum([0, *rows[:-1]]).tolist(), rows, strict=True):
            writer.write_table(table.slice(start, count), row_group_size=max(count, 1))
    assert (
        pairs(overlay_files(path, land))
        == pairs(overlay_files(land, path))
        == pairs(overlay_files(land, land))
    )


# --- fields -----------------------------------------------------------------------------------------------


def test_values_that_are_none_or_no_number_are_one(tmp_path: Path, land: Path) -> None:
    table = pa.table({"v": pa.array([1.5, None, float("nan"), float("nan")], pa.float64())})
    path = write(tmp_path, "GeoParquet", squares(4), name="v", table=table)
    found = overlay_files(path, land, ("V", "BSM"))
    assert {(row["left"], row["right"]) for row in found.rows.to_pylist()} == {
        (1.5, "0001"), (None, "0002"), (None, "0003"), (None, "0004"),
    }  # fmt: skip
    assert overlay_files(path, path, ("v", "v")).row_count == 2


def test_coded_values_are_their_words_and_lists_are_refused(tmp_path: Path, land: Path) -> None:
    path = write(tmp_path, "GeoParquet", squares(4), name="coded")
    table = pq.read_table(path)
    coded = pa.array(["a", "b", None, "a"]).dictionary_encode()
    table = table.append_column("code", coded).append_column("list", pa.array([[1], [2], [3], [4]]))
    pq.write_table(table, path)
    found = overlay_files(path, land, ("code", "DLMC"), out=tmp_path / "t.parquet")
    assert {row["left"] for row in found.rows.to_pylist()} == {"a", "b", None}
    assert pq.read_table(tmp_path / "t.parquet")["left"].type == pa.string()
    assert refused(path, land, by=("list", "DLMC")).code == "overlay.field_kind"
    error = refused(path, land, by=("gone", "DLMC"))
    assert (error.code, error.params["field"]) == ("overlay.no_field", "gone")


# --- real files -------------------------------------------------------------------------------------------


def wkt_file(folder: Path, name: str, crs: str) -> Path:
    shapes = list(shapely.from_wkt(shared(f"geodata/nl_plots/{name}.wkt").read_text()).geoms)
    return write(folder, "GPKG", [s for s in shapes if s.is_valid], name=name, crs=crs)


def test_dutch_plots_in_their_own_grid_and_in_degrees(tmp_path: Path) -> None:
    """The same plots delivered twice: the transformation brings one onto the other, to its two metres."""
    grid = wkt_file(tmp_path, "nl_plots_epsg_28992", "EPSG:28992")
    degrees = wkt_file(tmp_path, "nl_plots", "EPSG:4326")
    found = overlay_files(grid, degrees, assume_cgcs2000=True)
    assert found.left.notes == ("crs.transformed",)
    assert "Amersfoort to WGS 84" in found.left.system
    own = [pairs(found)[n, n] for n in range(1, found.left.features + 1)]
    assert found.left.area_m2 == pytest.approx(found.right.area_m2, rel=1e-4)
    assert sum(own) > 0.97 * found.left.area_m2
    assert "约 2 米" in lantu("overlay", grid, degrees, "--assume-cgcs2000").stdout


def test_denver_in_feet_blocks_and_precincts_cover_each_other() -> None:
    folder = "geodata/us_maup/Shapefiles"
    precincts, blocks = (
        shared(f"{folder}/DenverCo_precincts2018_orig.zip"),
        shared(f"{folder}/DenverCo_blocks.zip"),
    )
    found = overlay_files(precincts, blocks, assume_cgcs2000=True)
    assert found.right.area_m2 == pytest.approx(400.7e6, rel=1e-3)  # the county has 401 km²
    assert found.total_m2 == pytest.approx(found.right.area_m2, rel=0.005)


def test_cambridge_names_what_has_to_be_mended() -> None:
    path = shared("geodata/us_cambridge/cambridge_planning.gpkg")
    options = {"left_layer": "parcels_fy2013", "right_layer": "cdd_zoningdistricts", "assume_cgcs2000": True}
    error = refused(path, path, **options)
    assert (error.code, error.params["count"]) == ("intake.invalid_geometry", 6)
    assert str(error.params["features"]).startswith("FID 4152、FID 5507")
    assert "Self-intersection[-71." in str(error.params["why"])
    options["left_layer"] = "cdd_zoningoverlaydistricts"
    found = overlay_files(path, path, **options)
    assert found.total_m2 > 0.9 * found.left.area_m2


def test_liechtenstein_from_openstreetmap() -> None:
    path = shared("geodata/osm/liechtenstein.osm.pbf")
    layers = {"left_layer": "multipolygons", "right_layer": "multipolygons"}
    found = overlay_files(path, path, assume_cgcs2000=True, **layers)
    assert found.left.features == 9902
    same = sum(area for (a, b), area in pairs(found).items() if a == b)
    assert same == pytest.approx(found.left.area_m2, rel=1e-12)


def test_the_command_says_what_was_assumed(tmp_path: Path, land: Path) -> None:
    path = write(tmp_path, "GPKG", moved(squares(4), 32651), name="utm", crs="EPSG:32651")
    done = lantu("overlay", path, land, "--assume-cgcs2000")
    assert done.returncode == 0 and "基准未作改正" in done.stdout
    said = json.loads(lantu("overlay", path, land, "--assume-cgcs2000", "--json").stdout)
    assert said["left"]["system"] == "WGS 84 / UTM zone 51N" and said["right"]["system"] == "EPSG:4490"
    refusal = lantu("overlay", path, land)
    assert refusal.returncode == 3 and "--assume-cgcs2000" in refusal.stderr


def test_geoparquet_of_nobody_knows_what_system(tmp_path: Path, land: Path) -> None:
    path = write(tmp_path, "GeoParquet", squares(4), name="odd")
    rewrite(path, crs=None)
    assert refused(path, land, assume_cgcs2000=True).code == "crs.missing"

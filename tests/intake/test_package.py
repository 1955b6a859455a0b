"""A delivery, opened: every form, every layer, what each format declares, and what lies beside the data."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyproj import CRS

from intake.gis_files import SUFFIX, attributes, moved, rewrite, squares, write
from intake.package_makers import kinds, layer_of, only, shapes_of
from lantu.intake.package import KINDS, Limits, read_package
from lantu.lawbook import load
from lantu.quality.package import PackageLayer
from lantu.store.template import write as write_template

DRIVERS = sorted(SUFFIX)


# --- every form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("epsg", [4490, 4529, 4326])
def test_every_format(tmp_path: Path, driver: str, epsg: int) -> None:
    shapes = moved(squares(), epsg)
    path = write(tmp_path, driver, shapes, crs=f"EPSG:{epsg}")
    package = read_package(path)
    assert package.incidents == ()
    assert package.name == path.name
    layer = layer_of(package)
    assert layer.table.to_pylist() == attributes(4).to_pylist()
    assert (layer.rows, layer.table.num_rows) == (4, 4)
    assert layer.wkb is not None and layer.wkb.type == pa.large_binary()
    slack = {"OpenFileGDB": 1e-4 if epsg == 4529 else 1e-8, "GeoJSON": 1e-7}.get(driver, 0)
    found = shapely.get_coordinates(shapely.normalize(shapes_of(layer)))
    assert found == pytest.approx(shapely.get_coordinates(shapely.normalize(shapes)), abs=slack, rel=0)
    assert layer.crs is not None and layer.crs.to_epsg() == epsg
    assert layer.geometry_type == ("MultiPolygon" if driver == "OpenFileGDB" else "Polygon")
    assert [(field.name, field.type) for field in layer.fields] == [
        ("BSM", "text"), ("DLMC", "text"), ("TBMJ", "decimal"),
    ]  # fmt: skip
    assert [file.size for file in package.files] == [
        each.stat().st_size for each in sorted(path.rglob("*") if path.is_dir() else tmp_path.glob("DLTB.*"))
    ]


def test_a_folder_of_everything_in_any_order(tmp_path: Path) -> None:
    """The result hangs on names alone, not on the order in which a folder lists them."""
    packages = []
    for n, order in enumerate((DRIVERS, DRIVERS[::-1])):
        folder = tmp_path / str(n)
        folder.mkdir()
        for driver in order:
            place = folder / "矢量" / driver
            place.mkdir(parents=True)
            write(place, driver)
        packages.append(read_package(folder))
    first, second = packages
    assert first.incidents == ()
    assert [layer.file for layer in first.layers] == [
        "矢量/ESRI Shapefile/DLTB.shp", "矢量/GPKG/DLTB.gpkg", "矢量/GeoJSON/DLTB.geojson",
        "矢量/GeoParquet/DLTB.parquet", "矢量/OpenFileGDB/DLTB.gdb",
    ]  # fmt: skip
    assert [(layer.file, layer.table) for layer in first.layers] == [
        (layer.file, layer.table) for layer in second.layers
    ]
    assert [file.name for file in first.files] == sorted(file.name for file in second.files)


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB"])
def test_every_layer_and_table_of_a_file(tmp_path: Path, driver: str) -> None:
    path = write(tmp_path, driver)
    for name, kind in (("永久基本农田🌾", "Polygon"), ("𠮷林_XZQ", None)):
        table = attributes(2)
        if kind:
            table = table.append_column("geom", [shapely.to_wkb(squares(2))])
        pyogrio.write_arrow(
            table, path, layer=name, driver=driver, append=True,
            **({"geometry_name": "geom", "geometry_type": kind, "crs": "EPSG:4490"} if kind else {}),
        )  # fmt: skip
    package = read_package(path)
    assert package.incidents == ()
    assert [(layer.name, layer.rows, layer.wkb is None) for layer in package.layers] == [
        ("DLTB", 4, False), ("永久基本农田🌾", 2, False), ("𠮷林_XZQ", 2, True),
    ]  # fmt: skip
    table = package.layers[2]
    assert (table.geometry_type, table.crs, table.where) == (None, None, f"{path.name}:𠮷林_XZQ")
    assert table.table.to_pylist() == attributes(2).to_pylist()


def test_what_programs_keep_in_a_geopackage_is_no_layer(tmp_path: Path) -> None:
    path = write(tmp_path)
    pyogrio.write_arrow(attributes(1), path, layer="layer_styles", driver="GPKG", append=True)
    assert [layer.name for layer in read_package(path).layers] == ["DLTB"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_empty_layer(tmp_path: Path, driver: str) -> None:
    path = write(tmp_path, driver, [], table=attributes(4).slice(0, 0), geometry_type="Polygon")
    package = read_package(path)
    layer = layer_of(package)
    assert (layer.rows, layer.table.num_rows, package.incidents) == (0, 0, ())
    names = [] if driver == "GeoJSON" else ["BSM", "DLMC", "TBMJ"]
    assert layer.table.column_names == [field.name for field in layer.fields] == names


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "GeoJSON", "GeoParquet"])
def test_null_and_nothing_are_kept_apart(tmp_path: Path, driver: str) -> None:
    table = pa.table({"A": pa.array(["", None, " "]), "N": pa.array([0.0, None, 1.0])})
    layer = layer_of(read_package(write(tmp_path, driver, squares(3), table=table)))
    assert layer.table["A"].to_pylist() == ["", None, " "]
    assert layer.table["N"].to_pylist() == [0.0, None, 1.0]


def test_a_csv_table(tmp_path: Path) -> None:
    path = tmp_path / "规划指标.csv"
    path.write_bytes('名称,"2020,年",空,备注\n耕地,1.50,,""\n"林\n地",2,,"x"\n'.encode("gb18030"))
    layer = layer_of(read_package(path), "规划指标")
    assert layer.table.to_pylist() == [
        {"名称": "耕地", "2020,年": "1.50", "空": None, "备注": ""},
        {"名称": "林\n地", "2020,年": "2", "空": None, "备注": "x"},
    ]
    assert (layer.wkb, layer.encoding, layer.rows) == (None, "GB18030", 2)
    path.write_bytes(b"A,B\n1\n")
    assert only(read_package(path), "unreadable").layer == "规划指标"


# --- what a format declares ---------------------------------------------------------------------------


def declared(layer: PackageLayer) -> list[tuple[str, str, int | None, int | None]]:
    return [(field.name, field.type, field.width, field.decimals) for field in layer.fields]


def typed() -> pa.Table:
    width = {"GDAL:OGR:width": "18"}
    schema = pa.schema([
        pa.field("BSM", pa.string(), metadata=width), pa.field("SL", pa.int32()),
        pa.field("MJ", pa.float64()), pa.field("GXSJ", pa.date32()),
    ])  # fmt: skip
    return pa.table([["a"], [1], [1.5], pa.array([18_000], pa.date32())], schema=schema)


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "ESRI Shapefile", "GeoParquet"])
def test_types_and_widths(tmp_path: Path, driver: str) -> None:
    layer = layer_of(read_package(write(tmp_path, driver, squares(1), table=typed())))
    wide = {
        "ESRI Shapefile": [(18, None), (9, None), (24, 15), (8, None)], "GeoParquet": [(None, None)] * 4,
    }.get(driver, [(18, None), *[(None, None)] * 3])  # fmt: skip
    types = ["text", "integer", "decimal", "date"]
    assert declared(layer) == [
        (name, kind, *width)
        for name, kind, width in zip(["BSM", "SL", "MJ", "GXSJ"], types, wide, strict=True)
    ]
    assert str(layer.table["GXSJ"].to_pylist()[0]).startswith("2019-04-14")


def test_json_has_texts_and_numbers_and_no_dates(tmp_path: Path) -> None:
    layer = layer_of(read_package(write(tmp_path, "GeoJSON", squares(1), table=typed())))
    assert [field.type for field in layer.fields] == ["text", "integer", "decimal", "text"]
    assert layer.table["GXSJ"].to_pylist() == ["2019-04-14"]


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "ESRI Shapefile", "GeoParquet"])
def test_no_system(tmp_path: Path, driver: str) -> None:
    package = read_package(write(tmp_path, driver, crs=None))
    assert layer_of(package).crs is None
    assert kinds(package) == (["no_prj"] if driver == "ESRI Shapefile" else [])


def test_geojson_is_wgs84_by_definition_and_geoparquet_by_default(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "FeatureCollection", "name": "村", "features": []}', encoding="utf-8")
    assert layer_of(read_package(path), "村").crs == CRS.from_epsg(4326)
    parquet = write(tmp_path, "GeoParquet")
    rewrite(parquet, crs=...)
    crs = layer_of(read_package(parquet)).crs
    assert crs is not None and crs.to_authority() == ("OGC", "CRS84")


def test_a_system_nobody_knows_is_kept_as_text(tmp_path: Path) -> None:
    path = write(tmp_path, "ESRI Shapefile")
    path.with_suffix(".prj").write_text('PROJCS["大安地方坐标系"', encoding="utf-8")
    package = read_package(path)
    layer = layer_of(package)
    assert (layer.crs, layer.crs_text) == (None, 'PROJCS["大安地方坐标系"')


# --- what lies beside ---------------------------------------------------------------------------------


def test_strays_locks_and_files_of_no_known_form(tmp_path: Path) -> None:
    write(tmp_path), write(tmp_path, "OpenFileGDB"), write(tmp_path, "ESRI Shapefile", name="XZQ")
    strays = ["Thumbs.db", ".DS_Store", "desktop.ini", "~$规划文本.docx", "x.tmp", "DLTB.gdb/Thumbs.db"]
    locks = ["DLTB.gdb/_gdb.HOST.1.2.sr.lock", "XZQ.shp.HOST.1.2.sr.lock"]
    unknown = ["数据.dwg", "无后缀"]
    known = ["a.doc", "b.xlsx", "元数据.xml", "XZQ.shp.xml", "XZQ.sbn", "XZQ.qix", "图件.jpg"]
    for name in (*strays, *locks, *unknown, *known):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "._DLTB.shp").write_bytes(b"x")
    package = read_package(tmp_path)
    by_kind = {kind: {e.where for e in package.incidents if e.kind == kind} for kind in kinds(package)}
    assert by_kind == {
        "stray": {*strays, "__MACOSX/._DLTB.shp"}, "locked": set(locks), "unknown_file": set(unknown),
    }  # fmt: skip
    assert len(package.layers) == 3


def test_texts_are_read_and_what_cannot_be_is_said(tmp_path: Path) -> None:
    from intake.made_documents import docx, pdf

    (tmp_path / "规划文本.docx").write_bytes(docx(["第一条 总则"]))
    (tmp_path / "批复.pdf").write_bytes(pdf([["Reply"]]))
    (tmp_path / "说明.txt").write_bytes("说明".encode("gb18030"))
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "假.pdf").write_bytes(b"no pdf at all, only a text that says so")
    (tmp_path / "密.docx").write_bytes(
        b"\xd0\xcf\x11\xe0" + bytes(508) + "EncryptedPackage".encode("utf-16-le")
    )
    (tmp_path / "空.txt").touch()
    package = read_package(tmp_path)
    found = {document.file: document.text.strip() for document in package.documents}
    assert found == {"规划文本.docx": "第一条 总则", "批复.pdf": "Reply", "说明.txt": "说明"}
    assert {(each.kind, each.where) for each in package.incidents} == {
        ("unreadable", "坏.docx"), ("not_what_it_says", "假.pdf"), ("encrypted", "密.docx"),
        ("unreadable", "空.txt"), ("empty_package", tmp_path.name),
    }  # fmt: skip
    small = read_package(tmp_path, limits=Limits(document_bytes=5))
    assert "bomb" in kinds(small)


def test_an_empty_folder(tmp_path: Path) -> None:
    package = read_package(tmp_path)
    assert kinds(package) == ["empty_package"]
    assert package.files == package.layers == ()


# --- while it is read ---------------------------------------------------------------------------------


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "gone.csv").write_text("A\n1\n")

    def write_to_it(step: str, done: int, total: int | None = None) -> None:
        if step == "progress.read_package" and done == 1:
            with path.open("ab") as stream:
                stream.write(b"\0")
            (tmp_path / "gone.csv").unlink(missing_ok=True)

    package = read_package(tmp_path, progress=write_to_it)
    changed = [each.where for each in package.incidents if each.kind == "changed"]
    assert changed == ["DLTB.gpkg", "gone.csv"]


def test_reading_writes_nothing_beside_the_data(tmp_path: Path) -> None:
    for driver in DRIVERS:
        write(tmp_path, driver, name=driver.replace(" ", ""))
    before = {each: (each.stat().st_mtime_ns, each.stat().st_size) for each in tmp_path.rglob("*")}
    assert read_package(tmp_path).incidents == ()
    assert {each: (each.stat().st_mtime_ns, each.stat().st_size) for each in tmp_path.rglob("*")} == before


def test_the_digest_is_of_names_and_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, "ESRI Shapefile")
    first = read_package(tmp_path).digest
    shutil.copytree(tmp_path, tmp_path.parent / "copy")
    assert read_package(tmp_path.parent / "copy").digest == first
    path.with_suffix(".cpg").rename(tmp_path / "X.cpg")
    assert read_package(tmp_path).digest != first


def test_shuffled_names_of_a_hundred_files(tmp_path: Path) -> None:
    names = [f"{n:03}" for n in range(100)]
    random.Random(7).shuffle(names)
    for name in names:
        (tmp_path / f"{name}.csv").write_text(f"A\n{name}\n")
    assert [layer.name for layer in read_package(tmp_path).layers] == sorted(names)


def test_columns_of_one_name(tmp_path: Path) -> None:
    table = pa.table({"BSM": ["1"], "bsm": ["2"], "DLMC": ["旱地"]})
    package = read_package(write(tmp_path, "GeoParquet", squares(1), table=table))
    assert only(package, "field_twice").params["fields"] == "BSM、bsm"
    assert layer_of(package).table.to_pylist() == table.to_pylist()
    path = tmp_path / "a.csv"
    path.write_text("A,A,B\n1,2,3\n")
    package = read_package(path)
    assert only(package, "field_twice").params["fields"] == "A、A"
    assert [column.to_pylist() for column in layer_of(package, "a").table.columns] == [["1"], ["2"], ["3"]]


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "GeoParquet", "GeoJSON"])
def test_a_thousand_columns(tmp_path: Path, driver: str) -> None:
    table = pa.table({f"C{n:04}": ["x"] for n in range(1000)})
    path = write(tmp_path, driver, squares(1), table=table)
    package = read_package(path)
    said = only(package, "many_columns")
    columns = 1001 if driver == "GeoParquet" else 1000
    assert (said.layer, said.params, package.layers) == ("DLTB", {"columns": columns, "limit": 500}, ())
    assert layer_of(read_package(path, limits=Limits(columns=2000))).table.num_columns == 1000


def test_a_layer_larger_than_memory_allows(tmp_path: Path) -> None:
    for driver in DRIVERS:
        write(tmp_path, driver, name=driver.replace(" ", ""))
    package = read_package(tmp_path, limits=Limits(layer_bytes=100))
    assert kinds(package) == ["bomb"] * 5
    assert package.layers == ()


def test_every_kind_has_its_sentence() -> None:
    assert all(KINDS.values())


@pytest.mark.parametrize("suffix", [".gdb", ".gpkg"])
def test_aliases_of_fields_are_read(tmp_path: Path, suffix: str) -> None:
    """As the empty package of a profile has them; a form without aliases has none."""
    path = tmp_path / f"空库{suffix}"
    profile = load().profiles["county-2021"]
    write_template(profile, path, 4490)
    for layer in read_package(path).layers:
        spec = profile.layers[layer.name]
        told = {field.name: field.alias for field in layer.fields if field.name in spec.fields}
        assert told == {name: each.title.zh for name, each in spec.fields.items()}
    shapefile = layer_of(read_package(write(tmp_path, "ESRI Shapefile")))
    assert {field.alias for field in shapefile.fields} == {None}

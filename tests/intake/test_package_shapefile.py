"""Shapefiles as they come: parts missing, misnamed and cut off; texts in any encoding; values of no type."""

from __future__ import annotations

import struct
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from intake.gis_files import NAMES, attributes, cut, squares, write
from intake.package_makers import dbf, kinds, layer_of, only, shapes_of
from lantu.intake.package import read_package


@pytest.fixture
def shp(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return write(folder, "ESRI Shapefile", encoding="GB18030")


# --- parts --------------------------------------------------------------------------------------------


def test_without_dbf_the_shapes_are_there(shp: Path) -> None:
    shp.with_suffix(".dbf").unlink()
    package = read_package(shp.parent)
    assert only(package, "no_companion").params == {"suffix": ".dbf"}
    layer = layer_of(package)
    assert (layer.rows, layer.fields, layer.table.num_columns) == (4, (), 0)
    assert shapely.equals(shapes_of(layer), squares()).all()


@pytest.mark.parametrize("damage", ["missing", "cut", "empty"])
def test_without_shx_it_is_made_anew_and_not_beside_the_data(shp: Path, damage: str) -> None:
    index = shp.with_suffix(".shx")
    if damage == "missing":
        index.unlink()
    else:
        cut(index, 0.7 if damage == "cut" else 0)
    before = sorted((each.name, each.stat().st_size) for each in shp.parent.iterdir())
    package = read_package(shp.parent)
    assert kinds(package) == ["no_companion" if damage == "missing" else "cut_off"]
    layer = layer_of(package)
    assert layer.table["DLMC"].to_pylist() == list(NAMES)
    assert shapely.equals(shapes_of(layer), squares()).all()
    assert sorted((each.name, each.stat().st_size) for each in shp.parent.iterdir()) == before


def test_without_prj_and_without_shp(shp: Path) -> None:
    shp.with_suffix(".prj").unlink()
    package = read_package(shp.parent)
    assert kinds(package) == ["no_prj"]
    assert layer_of(package).crs is None
    shp.unlink()
    package = read_package(shp.parent)
    assert (only(package, "no_companion").layer, only(package, "no_companion").params) == (
        "DLTB", {"suffix": ".shp"},
    )  # fmt: skip


@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("part", [".shp", ".dbf"])
def test_cut_off(tmp_path: Path, part: str, share: float) -> None:
    """GDAL would call the rest null: the layer is not read, and not missing either."""
    path = write(tmp_path, "ESRI Shapefile", squares(300), encoding="GB18030")
    cut(path.with_suffix(part), share)
    package = read_package(path)
    said = only(package, "cut_off")
    assert (said.layer, said.params["part"], package.layers) == ("DLTB", f"DLTB{part}", ())


@pytest.mark.parametrize("part", [".shp", ".dbf", ".shx"])
def test_another_file_under_its_name(shp: Path, part: str) -> None:
    shp.with_suffix(part).write_bytes(b"%PDF-1.7" + bytes(1000))
    said = only(read_package(shp.parent), "not_what_it_says")
    assert (said.layer, said.params) == ("DLTB", {"said": part, "found": "pdf"})


def test_capitals_and_mixed_names(tmp_path: Path) -> None:
    for n, rename in enumerate((
        lambda p: p.with_suffix(p.suffix.upper()), lambda p: p.with_suffix(p.suffix.title()),
        lambda p: p.with_name(p.name.lower()) if p.suffix != ".shp" else p,
    )):  # fmt: skip
        folder = tmp_path / str(n)
        folder.mkdir()
        write(folder, "ESRI Shapefile", name="大安[2020]DL", encoding="GB18030")
        for each in list(folder.iterdir()):
            each.rename(rename(each))
        package = read_package(folder)
        assert package.incidents == ()
        (layer,) = package.layers
        assert (layer.name, layer.table["DLMC"].to_pylist()) == ("大安[2020]DL", list(NAMES))
        assert layer.crs is not None and layer.crs.to_epsg() == 4490


def test_one_of_many_shapefiles_is_its_own_package(shp: Path) -> None:
    write(shp.parent, "ESRI Shapefile", name="XZQ")
    package = read_package(shp)
    assert [layer.name for layer in package.layers] == ["DLTB"]
    assert [file.name for file in package.files] == [
        f"DLTB.{end}" for end in ("cpg", "dbf", "prj", "shp", "shx")
    ]


def test_a_record_that_is_broken_is_not_null(shp: Path) -> None:
    """The third polygon claims a million parts; the second has none at all."""
    data, index = bytearray(shp.read_bytes()), shp.with_suffix(".shx").read_bytes()
    second, third = (struct.unpack_from(">i", index, 100 + 8 * n)[0] * 2 + 8 for n in (1, 2))
    struct.pack_into("<i", data, second, 0)
    struct.pack_into("<i", data, third + 36, 1_000_000)
    shp.write_bytes(data)
    package = read_package(shp)
    layer = layer_of(package)
    assert layer.wkb is not None and layer.wkb.is_null().to_pylist() == [False, True, True, False]
    assert only(package, "bad_wkb").rows == (3,)


def test_a_dbf_by_itself_is_a_table(tmp_path: Path) -> None:
    dbf(tmp_path / "指标.dbf", [(b"ZBMC", b"C", 20, 0)], [[("耕地" * 5).encode("gb18030")]])
    package = read_package(tmp_path)
    assert package.incidents == ()
    layer = layer_of(package, "指标")
    assert (layer.wkb, layer.rows, layer.table["ZBMC"].to_pylist()) == (None, 1, ["耕地" * 5])


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf", ".prj", ".cpg"])
def test_any_damage_is_said_or_harmless(shp: Path, part: str) -> None:
    """Wrong bytes anywhere: nothing is raised, and no row is lost unsaid."""
    path = shp.with_suffix(part)
    good = path.read_bytes()
    for at in range(0, len(good), max(1, len(good) // 80)):
        for wrong in (b"\0\0\0\0", b"\xff\xff\xff\xff"):
            path.write_bytes(good[:at] + wrong + good[at + 4 :])
            package = read_package(shp.parent)
            assert package.incidents or layer_of(package).rows == 4


# --- texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", ["GB18030", "GBK", "936", None, "UTF-8", "ISO-8859-1"])
def test_texts_in_gbk(shp: Path, declared: str | None) -> None:
    shp.with_suffix(".cpg").unlink()
    if declared:
        shp.with_suffix(".cpg").write_text(declared)
    package = read_package(shp)
    layer = layer_of(package)
    assert (layer.table["DLMC"].to_pylist(), layer.encoding) == (list(NAMES), "GB18030")
    if declared in ("UTF-8", "ISO-8859-1"):
        assert only(package, "encoding_wrong").params == {"said": declared, "used": "GB18030"}
    else:
        assert package.incidents == ()


@pytest.mark.parametrize(
    ("language", "encoding", "wrong"),
    [(0x4D, "gb18030", False), (0x4D, "utf-8", True), (0x57, "gb18030", False), (0x03, "gb18030", True),
     (0, "utf-8", False)],
)  # fmt: skip
def test_the_language_of_a_dbf(tmp_path: Path, language: int, encoding: str, wrong: bool) -> None:
    dbf(tmp_path / "a.dbf", [(b"DLMC", b"C", 30, 0)], [["旱地水浇地".encode(encoding)]], language)
    package = read_package(tmp_path)
    assert layer_of(package, "a").table["DLMC"].to_pylist() == ["旱地水浇地"]
    assert kinds(package) == (["encoding_wrong"] if wrong else [])


def test_names_and_texts_of_any_script(tmp_path: Path) -> None:
    table = pa.table({"地类🌾": ["𠮷林🌾", "𬭚", None]})
    layer = layer_of(
        read_package(write(tmp_path, "ESRI Shapefile", squares(3), table=table, encoding="UTF-8"))
    )
    assert layer.table.to_pylist() == table.to_pylist()
    assert [field.name for field in layer.fields] == ["地类🌾"]


def test_chinese_after_four_megabytes_of_ascii(tmp_path: Path) -> None:
    rows = [[b"x"]] * 60_000 + [["坑塘水面".encode("gb18030")]]
    dbf(tmp_path / "a.dbf", [(b"DLMC", b"C", 80, 0)], rows)
    assert layer_of(read_package(tmp_path), "a").table["DLMC"][60_000].as_py() == "坑塘水面"


def test_half_a_character_at_the_end_of_a_field(tmp_path: Path) -> None:
    """Seven bytes hold three characters and a half; the half is shown, not dropped."""
    text = "坑塘水面与沟渠"
    fields = [(b"A", b"C", 7, 0), (b"B", b"C", 40, 0)]
    dbf(tmp_path / "a.dbf", fields, [[text.encode("gb18030"), text.encode("gb18030")] for _ in range(3)])
    package = read_package(tmp_path)
    assert layer_of(package, "a").table["A"].to_pylist() == ["坑塘水\ufffd"] * 3
    assert (only(package, "encoding_unknown").rows, only(package, "encoding_unknown").params) == (
        (1, 2, 3), {"fields": "A"},
    )  # fmt: skip


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    dbf(tmp_path / "a.dbf", [(b"A\xff", b"C", 20, 0)], [[b"\xff" * 12], [b"\xfe\xff" * 9], [b"plain"]])
    package = read_package(tmp_path)
    said = only(package, "encoding_unknown")
    layer = layer_of(package, "a")
    assert (said.layer, said.rows, layer.encoding) == ("a", (1, 2), None)
    assert layer.table.column(0).to_pylist()[2] == "plain"
    assert layer.fields[0].name == layer.table.column_names[0] == "A\ufffd"


# --- values -------------------------------------------------------------------------------------------


def test_values_that_are_not_of_their_type(tmp_path: Path) -> None:
    """GDAL reads 2020-03-02, 1970-01-01, 0.0 and 1.0 here, and says nothing of the dates."""
    fields = [(b"BSM", b"C", 4, 0), (b"GXSJ", b"D", 8, 0), (b"TBMJ", b"N", 10, 2)]
    rows = [
        [b"1", b"20200229", b"    100.25"], [b"2", b"20200231", b"abc"], [b"3", b"20201301", b"1O.5"],
        [b"4", b"00000000", b"**********"], [b"5", b"        ", b""], [b"6", b"20190229", b"1 2"],
        [b"7", b"2020/1/1", b"-1.5e3"], [None, b"99999999", b"gone"], [b"9", b"", b"3,14"],
    ]  # fmt: skip
    dbf(tmp_path / "a.dbf", fields, rows)
    package = read_package(tmp_path)
    table = layer_of(package, "a").table
    assert table["GXSJ"].to_pylist() == [date(2020, 2, 29), *[None] * 7]
    assert table["TBMJ"].to_pylist() == [100.25, None, None, None, None, None, -1500.0, None]
    said = {
        each.params["field"]: (each.rows, each.params["first"])
        for each in package.incidents
        if each.kind == "bad_value"
    }
    assert said == {"GXSJ": ((2, 3, 6, 7), "20200231"), "TBMJ": ((2, 3, 4, 6, 8), "abc")}


def test_every_day_there_is_and_none_that_is_not(tmp_path: Path) -> None:
    days = np.arange("1899-12-01", "2101-01-01", dtype="M8[D]")
    rows = [[str(day).replace("-", "").encode()] for day in days]
    rows += [[b"19000229"], [b"21000229"], [b"20230431"], [b"20230100"], [b"20230001"]]
    dbf(tmp_path / "a.dbf", [(b"D", b"D", 8, 0)], rows)
    package = read_package(tmp_path)
    found = layer_of(package, "a").table["D"]
    assert found.slice(0, len(days)).to_pylist() == days.tolist()
    assert found.slice(len(days)).to_pylist() == [None] * 5
    assert only(package, "bad_value").rows == tuple(range(len(days) + 1, len(days) + 6))


def test_widths_and_decimals_of_a_dbf(tmp_path: Path) -> None:
    fields = [
        (b"BSM", b"C", 18, 0), (b"ZL", b"C", 254, 0), (b"TBMJ", b"N", 18, 2), (b"KCXS", b"F", 6, 4),
        (b"NF", b"N", 4, 0), (b"BIG", b"N", 20, 0), (b"SJ", b"D", 8, 0), (b"L", b"L", 1, 0),
    ]  # fmt: skip
    dbf(tmp_path / "a.dbf", fields, [[b"1"] * 6 + [b"20200101", b"T"]])
    layer = layer_of(read_package(tmp_path), "a")
    assert [(field.name, field.type, field.width, field.decimals) for field in layer.fields] == [
        ("BSM", "text", 18, None), ("ZL", "text", 254, None), ("TBMJ", "decimal", 18, 2),
        ("KCXS", "decimal", 6, 4), ("NF", "integer", 4, None), ("BIG", "integer", 20, None),
        ("SJ", "date", 8, None), ("L", "other", 1, None),
    ]  # fmt: skip


def test_two_fields_of_one_name(tmp_path: Path) -> None:
    dbf(
        tmp_path / "a.dbf",
        [(b"DLMC", b"C", 4, 0), (b"DLMC", b"C", 4, 0), (b"dlmc", b"C", 4, 0)],
        [[b"1", b"2", b"3"]],
    )
    package = read_package(tmp_path)
    assert only(package, "field_twice").params["fields"] == "DLMC、DLMC、dlmc"
    assert [each.to_pylist() for each in layer_of(package, "a").table.columns] == [["1"], ["2"], ["3"]]


def test_deleted_rows_are_gone(shp: Path) -> None:
    path = shp.with_suffix(".dbf")
    data = bytearray(path.read_bytes())
    begin, size = struct.unpack_from("<HH", data, 8)
    data[begin + size] = ord("*")
    path.write_bytes(data)
    layer = layer_of(read_package(shp))
    assert layer.table["BSM"].to_pylist() == ["0001", "0003", "0004"]
    assert layer.rows == 3


def test_attributes_of_other_rows_than_shapes(shp: Path) -> None:
    write(shp.parent, "ESRI Shapefile", squares(6), name="more", table=attributes(6), encoding="GB18030")
    shp.with_name("more.dbf").replace(shp.with_suffix(".dbf"))
    package = read_package(shp)
    assert kinds(package) == ["rows_missing"]
    assert only(package, "rows_missing").params == {"said": 6, "found": 4}

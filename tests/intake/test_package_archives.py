"""Zips as they are sent, and as they are sent by somebody who means harm."""

from __future__ import annotations

import os
import resource
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path
from random import Random

import pytest

from intake.gis_files import NAMES, attributes, cut, write
from intake.package_makers import kinds, layer_of, only, zip_of, zipped
from lantu.core.errors import InputError
from lantu.intake.package import Limits, read_package


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "成果"
    (inside / "矢量").mkdir(parents=True)
    write(inside / "矢量", "ESRI Shapefile", encoding="GB18030")
    write(inside, "GPKG", name="耕地🌾𠮷")
    (inside / "规划文本.txt").write_text("第一条 总则", encoding="utf-8")
    return inside


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    yield
    assert list(place.iterdir()) == []


def test_a_folder_and_its_zip_are_the_same_package(folder: Path, tmp_path: Path) -> None:
    plain, packed = read_package(folder), read_package(zipped(folder, tmp_path / "成果.zip"))
    assert plain.incidents == packed.incidents == ()
    assert packed.files == plain.files
    assert packed.digest == plain.digest
    assert [layer.where for layer in packed.layers] == [layer.where for layer in plain.layers]
    assert [layer.table for layer in packed.layers] == [layer.table for layer in plain.layers]
    assert packed.documents == plain.documents
    (folder / "规划文本.txt").write_text("第一条 总则。", encoding="utf-8")
    assert read_package(folder).digest != plain.digest


def test_a_zip_in_a_zip_in_a_zip(folder: Path, tmp_path: Path) -> None:
    path = zipped(folder, tmp_path / "3.zip")
    for name in ("2.zip", "1.zip"):
        path = zip_of(tmp_path / name, {path.name: path.read_bytes()})
    package = read_package(path)
    assert package.incidents == ()
    assert [layer.file for layer in package.layers] == [
        "2.zip/3.zip/矢量/DLTB.shp",
        "2.zip/3.zip/耕地🌾𠮷.gpkg",
    ]
    assert [layer.table["DLMC"].to_pylist() for layer in package.layers] == [list(NAMES)] * 2
    assert "2.zip/3.zip" in [file.name for file in package.files]
    deep = read_package(path, limits=Limits(deepest=2))
    assert only(deep, "too_deep").where == "2.zip/3.zip"
    assert deep.layers == ()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_the_flag(tmp_path: Path, encoding: str) -> None:
    """Windows writes GB18030, a Mac UTF-8, and neither says so."""
    names = {"大安市/说明.txt": b"x", "大安市/𠮷林.csv": "BSM,DLMC\n1,旱地\n".encode()}
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n, data in enumerate(names.values()):
            archive.writestr(f"{n:030}", data)
    data = path.read_bytes()
    for n, name in enumerate(names):
        raw = name.encode(encoding).ljust(30, b"_")
        assert len(raw) == 30
        data = data.replace(f"{n:030}".encode(), raw)
    path.write_bytes(data)
    found = [file.name.rstrip("_") for file in read_package(path).files]
    assert found == sorted(names)


def test_names_with_backslashes(folder: Path, tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"x\\y\\DLTB.csv": b"A\n1\n"})
    assert layer_of(read_package(path)).file == "x/y/DLTB.csv"


# --- members that lead out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../out.csv", "a/../../out.csv", "/etc/out.csv", "C:/out.csv", "c:out.csv", "..\\out.csv", "a/.."],
)
def test_members_that_lead_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    path = zip_of(tmp_path / "in" / "a.zip", {name: b"A\n1\n", "DLTB.csv": b"A\n1\n"})
    before = sorted(tmp_path.rglob("*"))
    package = read_package(path)
    assert only(package, "traversal").where == name.replace("\\", "/")
    assert kinds(package) == ["traversal"]
    assert [layer.name for layer in package.layers] == ["DLTB"]
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/etc/out.csv").exists()


def test_links_are_neither_made_nor_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("A\n1\n")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(secret))
        archive.writestr("DLTB.csv", "A\n1\n")
    assert only(read_package(path), "traversal").where == "link.csv"
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link.csv").symlink_to(secret)
    (inside / "loop").symlink_to(inside)
    package = read_package(inside)
    assert sorted(each.where for each in package.incidents) == ["in", "link.csv", "loop"]
    assert kinds(package) == ["empty_package", "traversal", "traversal"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    os.mkfifo(inside / "DLTB.csv")
    assert kinds(read_package(inside)) == ["empty_package", "unknown_file"]


# --- bombs --------------------------------------------------------------------------------------------


def zeros(target: Path, size: int) -> Path:
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.csv", "w") as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return target


def test_a_member_that_shrinks_too_well(tmp_path: Path) -> None:
    path = zeros(tmp_path / "a.zip", 64 << 20)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("DLTB.csv", "A\n1\n")
    package = read_package(path)
    assert only(package, "bomb").where == "zeros.csv"
    assert only(package, "bomb").params["what"] == "ratio"
    assert [layer.name for layer in package.layers] == ["DLTB"]


def test_a_table_of_blanks_is_no_bomb(tmp_path: Path) -> None:
    """A .dbf is mostly blanks; what counts is how much it is."""
    path = zip_of(tmp_path / "a.zip", {"DLTB.csv": b"A\n" + b"1" + b" " * (8 << 20) + b"\n"})
    assert read_package(path).incidents == ()


def test_more_bytes_than_allowed(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"A.csv": b"A\n" + bytes(range(48, 58)) * 100, "B.csv": b"B\n1\n"})
    package = read_package(path, limits=Limits(unpacked_bytes=1000))
    assert only(package, "bomb").params == {"what": "bytes", "limit": 1000, "found": 1006}
    assert package.layers == ()
    assert read_package(path, limits=Limits(unpacked_bytes=1006)).incidents == ()


def test_nested_archives_share_one_allowance(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "inner.zip", {"A.csv": b"A\n" + b"0123456789" * 100}).read_bytes()
    path = zip_of(tmp_path / "a.zip", {"1.zip": inner, "2.zip": inner})
    package = read_package(path, limits=Limits(unpacked_bytes=2 * len(inner) + 1500))
    assert only(package, "bomb").where == "2.zip"
    assert [layer.file for layer in package.layers] == ["1.zip/A.csv"]


def test_archives_in_archives_in_archives_without_end(tmp_path: Path) -> None:
    """As in 42.zip: each of many holds as many, the last ones hold zeros."""
    data = zeros(tmp_path / "zeros.zip", 64 << 20).read_bytes()
    for _ in range(5):
        data = zip_of(tmp_path / "layer.zip", {f"{n:02}.zip": data for n in range(8)}).read_bytes()
    start = time.process_time()
    package = read_package(tmp_path / "layer.zip")
    assert time.process_time() - start < 20
    assert set(kinds(package)) == {"too_deep", "empty_package"}
    assert kinds(package).count("too_deep") == 8**3


def lying(path: Path, member: str, size: int) -> Path:
    """Let both headers of a member say another size than it unpacks to."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(member)
        true, offset, directory = info.file_size, info.header_offset, archive.start_dir
    data = bytearray(path.read_bytes())
    at = directory
    while data[at + 46 : at + 46 + len(member)] != member.encode():
        at += 46 + sum(struct.unpack_from("<3H", data, at + 28))
    assert struct.unpack_from("<I", data, at + 24) == (true,)
    struct.pack_into("<I", data, at + 24, size)
    struct.pack_into("<I", data, offset + 22, size)
    path.write_bytes(data)
    return path


def test_a_header_that_lies(tmp_path: Path) -> None:
    """It says 1,000 bytes; out come 512 MiB, were they let out."""
    path = lying(zeros(tmp_path / "a.zip", 512 << 20), "zeros.csv", 1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    package = read_package(path)
    assert time.process_time() - start < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB
    assert only(package, "bomb").params == {"what": "said", "limit": 1000, "found": 1001}


def test_a_header_that_promises_too_much(tmp_path: Path) -> None:
    path = lying(zip_of(tmp_path / "a.zip", {"DLTB.csv": b"A\n1\n"}), "DLTB.csv", 5000)
    assert only(read_package(path), "unreadable").where == "DLTB.csv"


def test_a_directory_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(3000):
            archive.writestr(f"{n}.csv", b"A\n1\n")
    package = read_package(path, limits=Limits(members=2000))
    assert only(package, "bomb").params == {"what": "members", "limit": 2000, "found": 3000}
    assert only(read_package(path, limits=Limits(members=10)), "bomb").params["what"] == "members"


def test_methods_that_unpack_in_one_breath_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("DLTB.csv", "A\n1\n")
    assert only(read_package(path), "unreadable").params["why"] == "compression method 12"


# --- damaged ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.99])
def test_a_zip_cut_off(folder: Path, tmp_path: Path, share: float) -> None:
    path = zipped(folder, tmp_path / "a.zip")
    cut(path, share)
    package = read_package(path)
    assert kinds(package) == ["cut_off", "empty_package"]
    assert only(package, "cut_off").where == "a.zip"


def test_every_byte_of_a_zip_may_be_wrong(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"DLTB.csv": b"A,B\n" + b"1,2\n" * 20})
    good = path.read_bytes()
    for n in range(len(good)):
        path.write_bytes(good[:n] + bytes([good[n] ^ 0xFF]) + good[n + 1 :])
        package = read_package(path)
        # Dates and attributes may be wrong without harm; anything else is said, or the table is whole.
        assert package.incidents or layer_of(package).rows == 20 or package.files[0].name != "DLTB.csv"


def test_damage_within_costs_one_member_only(tmp_path: Path) -> None:
    path = zip_of(
        tmp_path / "a.zip",
        {"DLTB.csv": b"A\n" + Random(1).randbytes(3000).hex().encode(), "B.csv": b"B\n1\n"},
    )
    data = bytearray(path.read_bytes())
    data[400:420] = bytes(20)
    path.write_bytes(data)
    package = read_package(path)
    assert only(package, "unreadable").where == "DLTB.csv"
    assert [layer.name for layer in package.layers] == ["B"]


def test_a_zip_within_that_is_damaged(folder: Path, tmp_path: Path) -> None:
    path = zipped(folder, tmp_path / "矢量.zip")
    cut(path, 0.5)
    (folder / "矢量.zip").write_bytes(path.read_bytes())
    package = read_package(folder)
    assert only(package, "cut_off").where == "矢量.zip"
    assert len(package.layers) == 2


@pytest.mark.parametrize("method", ["empty", "no members"])
def test_an_empty_zip(tmp_path: Path, method: str) -> None:
    path = tmp_path / "a.zip"
    if method == "empty":
        path.touch()
    else:
        zip_of(path, {})
    assert kinds(read_package(path)) == (
        ["cut_off", "empty_package"] if method == "empty" else ["empty_package"]
    )


def test_two_members_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("DLTB.csv", "A\n1\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("DLTB.csv", "A\n2\n")
        archive.writestr("DLTB.csv/x", "file and folder")
    package = read_package(path)
    assert kinds(package) == ["unreadable", "unreadable"]
    assert layer_of(package).rows == 1


def test_encrypted_members(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"DLTB.csv": b"A\n1\n", "B.csv": b"A\n1\n"})
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    path.write_bytes(data)
    package = read_package(path)
    assert only(package, "encrypted").where == "DLTB.csv"
    assert [layer.name for layer in package.layers] == ["B"]


def test_a_name_too_long_for_the_disk(tmp_path: Path) -> None:
    """A hundred characters are 300 bytes: Windows takes them, Linux does not."""
    path = zip_of(tmp_path / "a.zip", {"字" * 100 + ".csv": b"A\n1\n", "B.csv": b"A\n1\n"})
    package = read_package(path)
    assert "too long" in str(only(package, "unreadable").params["why"])
    assert [layer.name for layer in package.layers] == ["B"]


def test_folders_without_bottom(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"a/" * 1900 + "A.csv": b"A\n1\n", "B.csv": b"A\n1\n"})
    package = read_package(path)
    assert kinds(package) == ["unreadable"]
    assert [layer.name for layer in package.layers] == ["B"]


@pytest.mark.parametrize("name", ["a.zip", "a.gpkg", "a.shp", "a.parquet", "a.geojson", "a.dbf", "a.ZIP"])
def test_a_text_under_another_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("说明：本成果……" * 20, encoding="gb18030")
    package = read_package(path)
    said = only(package, "not_what_it_says")
    assert (said.where, said.params["found"]) == (name, "text")
    assert package.layers == ()


def test_other_archives_are_said(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "DLTB.rar").write_bytes(b"Rar!\x1a\x07\x00" + bytes(100))
    write(inside)
    assert only(read_package(inside), "unreadable").where == "DLTB.rar"


def test_interrupted_while_unpacking(folder: Path, tmp_path: Path) -> None:
    """Nothing stays behind; see the fixture."""

    def stop(step: str, done: int, total: int | None = None) -> None:
        if step == "progress.read_package":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_package(zipped(folder, tmp_path / "a.zip"), progress=stop)


def test_no_such_path(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"intake\.missing"):
        read_package(tmp_path / "none.zip")


def test_checksums_are_ours_to_hold(tmp_path: Path) -> None:
    """A stored member whose bytes were changed without its checksum."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("DLTB.csv", "A\n1\n")
    path.write_bytes(path.read_bytes().replace(b"A\n1\n", b"A\n7\n"))
    assert zlib.crc32(b"A\n1\n") != zlib.crc32(b"A\n7\n")
    assert only(read_package(path), "unreadable").params["why"] == "wrong checksum"


def test_attributes_are_read_through_a_zip(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    write(inside, "OpenFileGDB")
    package = read_package(zipped(inside, tmp_path / "a.zip"))
    assert package.incidents == ()
    assert layer_of(package).table.equals(attributes(4))

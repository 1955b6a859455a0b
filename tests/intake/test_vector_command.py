"""Wrong files through `lantu layer add`: one clear sentence, exit code 3, the home as it was."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from intake.gis_files import cut, moved, squares, write
from store.command import lantu

ADD = ("--kind", "STBHHX", "--area", "220882", "--year", "2020")
BOW_TIE = shapely.from_wkt("POLYGON ((123.2 45.5, 123.21 45.51, 123.21 45.5, 123.2 45.51, 123.2 45.5))")


def part(path: Path, suffix: str) -> Path:
    """Cut one file of a Shapefile in half."""
    cut(path.with_suffix(suffix), 0.5)
    return path


def without(path: Path, suffix: str) -> Path:
    path.with_suffix(suffix).unlink()
    return path


def halved(path: Path) -> Path:
    inside = max(path.glob("*.gdbtable"), key=lambda each: each.stat().st_size) if path.is_dir() else path
    cut(inside, 0.5)
    return path


def nothing(path: Path) -> Path:
    path.touch()
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def two_layers(path: Path) -> Path:
    import pyogrio

    frame = pyogrio.read_arrow(path)[1]
    pyogrio.write_arrow(
        frame, path, layer="XZQ", geometry_name="geom", geometry_type="Polygon", crs="EPSG:4490",
        driver="GPKG", append=True,
    )  # fmt: skip
    return path


SHP = "ESRI Shapefile"
WRONG: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such file": (lambda at: at / "none.gpkg", "none.gpkg"),
    "no CRS": (lambda at: write(at, crs=None), "坐标系"),
    "another system": (lambda at: write(at, shapes=moved(squares(), 32651), crs="EPSG:32651"), "UTM"),
    "WGS84": (lambda at: write(at, "GeoJSON", crs="EPSG:4326"), "--assume-cgcs2000"),
    "wrong zone": (lambda at: write(at, shapes=moved(squares(), 4529), crs="EPSG:4530"), "EPSG:4529"),
    "degrees for metres": (lambda at: write(at, crs="EPSG:4529"), "EPSG:4490"),
    "null geometry": (lambda at: write(at, shapes=[squares(1)[0], None]), "BSM 0002"),
    "empty geometry": (lambda at: write(at, shapes=[squares(1)[0], shapely.Polygon()]), "BSM 0002"),
    "broken geometry": (lambda at: write(at, shapes=[squares(1)[0], BOW_TIE]), "BSM 0002"),
    "several layers": (lambda at: two_layers(write(at)), "--layer"),
    "Parquet cut off": (lambda at: halved(write(at, "GeoParquet", squares(50))), "DLTB.parquet"),
    "GeoPackage cut off": (lambda at: halved(write(at, "GPKG", squares(300))), "DLTB.gpkg"),
    "GeoJSON cut off": (lambda at: halved(write(at, "GeoJSON", squares(50))), "DLTB.geojson"),
    "FileGDB cut off": (lambda at: halved(write(at, "OpenFileGDB", squares(300))), "gdbtable"),
    ".dbf cut off": (lambda at: part(write(at, SHP, squares(50), encoding="GB18030"), ".dbf"), "DLTB.dbf"),
    ".shp cut off": (lambda at: part(write(at, SHP, squares(50), encoding="GB18030"), ".shp"), "DLTB.shp"),
    "no .shx": (lambda at: without(write(at, SHP, encoding="GB18030"), ".shx"), ".shx"),
    "no .dbf": (lambda at: without(write(at, SHP, encoding="GB18030"), ".dbf"), ".dbf"),
    "no .prj": (lambda at: without(write(at, SHP, encoding="GB18030"), ".prj"), ".prj"),
    "no bytes": (lambda at: nothing(at / "empty.gpkg"), "empty.gpkg"),
    "no bytes, Parquet": (lambda at: nothing(at / "empty.parquet"), "empty.parquet"),
    "a folder that is no gdb": (lambda at: folder(at / "大安市.gdb"), "大安市.gdb"),
    "no rows": (lambda at: write(at, shapes=[]), "没有要素"),
}


def fingerprint(home: Path) -> dict[str, str]:
    """Return every file of a home with its digest; the registry's rows are compared by what is listed.

    (SQLite moves bytes from its log into its file whenever it likes.)
    """
    files = (each for each in sorted(home.rglob("*")) if each.is_file() and not each.name.startswith(".lock"))
    return {
        str(each.relative_to(home)): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in files
        if not each.name.startswith("lantu.db")
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one layer."""
    at = tmp_path_factory.mktemp("good")
    added = lantu(at / "home", "layer", "add", write(at), *ADD)
    assert added.code == 0, added.err
    return at / "home"


@pytest.mark.parametrize("what", WRONG)
def test_one_sentence_code_3_and_the_home_as_it_was(home: Path, tmp_path: Path, what: str) -> None:
    make, said = WRONG[what]
    path = make(tmp_path)
    before, listed = fingerprint(home), lantu(home, "layer", "list", "--json").out
    outcome = lantu(home, "layer", "add", path, *ADD)
    assert (outcome.code, outcome.out) == (3, ""), outcome.err
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    assert said in outcome.err
    assert not re.search(r"Traceback|\{\w+\}|intake\.|crs\.", outcome.err), outcome.err
    assert fingerprint(home) == before
    assert lantu(home, "layer", "list", "--json").out == listed


def test_wgs84_taken_as_asked(tmp_path: Path) -> None:
    path = write(tmp_path, "GeoJSON", crs="EPSG:4326")
    added = lantu(tmp_path / "home", "layer", "add", path, *ADD, "--assume-cgcs2000", "--json")
    assert (added.code, added.json["epsg"]) == (0, 4490)

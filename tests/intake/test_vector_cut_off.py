"""Files that are cut off, lack a part or are not what they say: refused, never read in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.gis_files import cut, refused, squares, write, zipped
from lantu.core.errors import InputError
from lantu.intake import list_layers


@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON", "GeoParquet"])
def test_a_file_cut_off(tmp_path: Path, driver: str, share: float) -> None:
    path = write(tmp_path, driver, squares(300))
    cut(path, share)
    assert refused(path).code == "intake.unreadable"


@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
def test_a_shapefile_cut_off(tmp_path: Path, part: str, share: float) -> None:
    """GDAL would read what is left, and call the rest null, or leave it out."""
    path = write(tmp_path, "ESRI Shapefile", squares(300), encoding="GB18030")
    cut(path.with_suffix(part), share)
    error = refused(path)
    assert error.code == ("intake.unreadable" if part == ".shx" else "intake.cut_off")
    if error.code == "intake.cut_off":
        assert error.params["part"] == f"DLTB{part}"


@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("kind", ["gdbtable", "gdbtablx"])
def test_a_geodatabase_cut_off(tmp_path: Path, kind: str, share: float) -> None:
    """GDAL would read 996 of 2000 features here and report success."""
    path = write(tmp_path, "OpenFileGDB", squares(300))
    part = max(path.glob(f"*.{kind}"), key=lambda each: each.stat().st_size)
    cut(part, share)
    error = refused(path)
    assert (error.code, error.params["part"]) == ("intake.cut_off", part.name)


def test_a_zipped_shapefile_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    cut(write(folder, "ESRI Shapefile", squares(300), encoding="GB18030").with_suffix(".dbf"), 0.5)
    error = refused(zipped(folder, tmp_path / "a.zip"))
    assert (error.code, error.params["where"]) == ("intake.cut_off", "a.zip")


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_shapefile_without_a_part(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, "ESRI Shapefile", encoding="GB18030")
    path.with_suffix(suffix).unlink()
    error = refused(path)
    assert (error.code, error.params["suffix"]) == ("intake.no_companion", suffix)


def test_a_prj_torn_or_gone(tmp_path: Path) -> None:
    path = write(tmp_path, "ESRI Shapefile", encoding="GB18030")
    cut(path.with_suffix(".prj"), 0.5)
    assert refused(path).code in ("intake.unreadable", "crs.unsupported", "crs.missing")
    path.with_suffix(".prj").unlink()
    assert refused(path).code == "crs.missing"


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson", ".parquet", ".zip", ".gdb", ".xyz"])
def test_a_file_of_no_bytes(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"empty{suffix}"
    path.touch()
    error = refused(path)
    assert error.code in ("intake.unreadable", "intake.no_companion")
    assert error.params["where"] == path.name
    assert str(tmp_path) not in str(error.params.get("why"))


@pytest.mark.parametrize("name", ["folder", "empty.gdb", "a.gpkg", "a.shp", "a.parquet"])
def test_a_folder_that_is_no_geodatabase(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "readme.txt").write_text("x")
    assert refused(folder).code in ("intake.not_a_gdb", "intake.unreadable", "intake.no_companion")


def test_a_text_called_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_text("not a database at all " * 100)
    error = refused(path)
    assert (error.code, error.params["where"]) == ("intake.unreadable", "a.gpkg")


def test_no_such_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.gpkg").code == "intake.missing"
    with pytest.raises(InputError, match=r"intake\.missing"):
        list_layers(tmp_path / "none.gpkg")

"""WKT files: a site a line, its system by SRID or by `--crs`, never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

import world
from cli.shell import lantu
from lantu.core.errors import InputError
from lantu.intake import list_layers, read_vector
from lantu.lawbook.messages import message
from lantu.runs.look_up_site import look_up_file
from world import rect
from world_home import world_home

TWO = [shapely.to_wkt(each, rounding_precision=12) for each in world.geographic([rect(100, 150, 300, 350),
       rect(700, 200, 900, 300)])]  # fmt: skip


def put(folder: Path, text: str) -> Path:
    path = folder / "地块.wkt"
    path.write_bytes(text.encode())
    return path


def test_areas_known_on_paper_with_the_system_by_either_way(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    named = put(tmp_path, "".join(f"SRID=4490;{each}\r\n\n" for each in TWO))
    assert [each.area_m2 for each in look_up_file(home, named, 2025).answers] == pytest.approx(
        [40_000, 20_000], abs=0.01
    )
    pretty = put(tmp_path, "\n".join(TWO).replace(", ", ",\n  "))
    done = lantu("site", pretty, "--crs", "EPSG:4490", "--home", home.path, "--year", "2025", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [site["area_m2"] for site in found["sites"]] == pytest.approx([40_000, 20_000], abs=0.01)
    assert found["system"] == "EPSG:4490"


def test_no_system_two_systems_and_one_too_many(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    for text, crs, code in (
        (TWO[0], None, "crs.missing"),
        (f"SRID=4490;{TWO[0]}", "EPSG:4490", "crs.has_own"),
        (f"SRID=4490;{TWO[0]}\nSRID=4529;{TWO[1]}", None, "wkt.systems"),
        (f"SRID=4490;{TWO[0]}\n{TWO[1]}", None, "wkt.systems"),
        (TWO[0], "EPSG:4326", "intake.wgs84"),
        (TWO[0], "EPSG:4529", "crs.wrong_zone"),
        (TWO[0], "没有", "crs.unknown"),
    ):
        with pytest.raises(InputError) as caught:
            look_up_file(home, put(tmp_path, text), 2025, crs=crs)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "wkt.empty", None),
        (b"\xef\xbb\xbf\n ", "wkt.empty", None),
        (b"\xff\xfe\x00", "wkt.encoding", None),
        (b"((1 2))", "wkt.unreadable", 1),
        (TWO[0].encode() + b"\nPOLYGON ((1 2, 3 4", "wkt.unreadable", 2),
        (TWO[0].encode() + b"\n\nPOLYGON ((0 0, 1 1, 0 1))", "wkt.unreadable", 3),
        (b"CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 1 -1, 0 0))", "intake.curved", None),
    ],
)
def test_what_is_no_wkt(tmp_path: Path, data: bytes, code: str, line: int | None) -> None:
    path = tmp_path / "地块.wkt"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_vector(path)
    assert (caught.value.code, caught.value.params.get("line")) == (code, line)
    for lang in ("zh", "en"):
        said = message(code, lang, **caught.value.params)
        assert "地块.wkt" in said and "{" not in said


def test_what_is_no_polygon_and_what_crosses_itself(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2025])
    bow = "POLYGON ((123 45.5, 123.01 45.51, 123.01 45.5, 123 45.51, 123 45.5))"
    for text, code in (("POINT (123 45.5)", "intake.not_polygon"), (bow, "intake.invalid_geometry")):
        with pytest.raises(InputError) as caught:
            look_up_file(home, put(tmp_path, text), 2025, crs="EPSG:4490")
        assert caught.value.code == code


def test_as_a_layer(tmp_path: Path) -> None:
    path = put(tmp_path, f"SRID=4490;{TWO[0]}\n")
    found = read_vector(path)
    assert found.crs is not None and found.geometry is not None
    assert (found.crs.to_epsg(), len(found.geometry), found.attributes.column_names) == (4490, 1, [])
    assert [each.name for each in list_layers(path)] == ["地块"]

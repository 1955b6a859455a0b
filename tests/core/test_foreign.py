"""Systems that are none of delivery: taken for CGCS2000 where asked, transformed first, or refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer

from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError
from lantu.core.foreign import check_any_bounds, read_any_crs, to_wgs84

CEA = "+proj=cea +lat_ts=45 +lon_0=123 +ellps=GRS80 +units=m +no_defs"


def refused(definition: object, assume: bool = True) -> str:
    with pytest.raises(InputError) as error:
        read_any_crs(definition, "f", assume)
    return error.value.code


@pytest.mark.parametrize("assume", [False, True])
@pytest.mark.parametrize("definition", [4490, 4529, 4550, 4497])
def test_cgcs2000_in_any_projection_is_cgcs2000(definition: int, assume: bool) -> None:
    """4497 is a zone of 6°: not one of delivery, but nothing has to be assumed of it."""
    found = read_any_crs(definition, "f", assume)
    assert (found.crs.to_epsg(), found.note) == (definition, "")


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        (4326, "intake.wgs84"), ("OGC:CRS84", "intake.wgs84"), (4979, "intake.wgs84"), (3857, "crs.foreign"),
        (32651, "crs.foreign"), (2232, "crs.foreign"), (4269, "crs.foreign"), (28992, "crs.foreign"),
        (CEA, "crs.foreign"),
    ],
)  # fmt: skip
def test_what_may_be_taken_for_it_is_so_only_when_asked(definition: object, code: str) -> None:
    assert refused(definition, assume=False) == code
    notes = {"intake.wgs84": "intake.assumed_cgcs2000", "crs.foreign": "crs.taken_as_cgcs2000"}
    note = "crs.transformed" if definition == 28992 else notes[code]
    assert read_any_crs(definition, "f", True).note == note


@pytest.mark.parametrize("assume", [False, True])
@pytest.mark.parametrize(
    "definition", [2343, 2383, 4610, 2416, 2442, 4214, 4555, 4267, "+proj=longlat +R=6371000"]
)
def test_what_lies_tens_of_metres_off_is_refused_whatever_is_asked(definition: object, assume: bool) -> None:
    """Xian 1980, Beijing 1954 (for which PROJ has some basin's parameters), NAD27, a sphere."""
    assert refused(definition, assume) == "crs.no_way"


def test_what_is_no_system_of_places() -> None:
    assert refused(None) == "crs.missing"
    assert refused("nonsense") == "crs.unknown"
    assert refused('LOCAL_CS["site",UNIT["metre",1]]') == "crs.unknown"
    assert refused(4978) == "crs.unknown"  # geocentric


def test_longitude_and_latitude_go_over_unchanged_on_the_same_ellipsoid() -> None:
    plane = StatutoryPlane(5, 52)
    for definition, x, y in ((32631, 650_000, 5_770_000), (3857, 600_000, 6_800_000), (2154, 7e5, 6.9e6)):
        crs = CRS.from_user_input(definition)
        lonlat = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
        direct = plane.forward(np.array([[x, y]], float), crs)
        assert direct == pytest.approx(plane.forward(np.array([lonlat]), CRS.from_epsg(4490)), abs=1e-6)


def test_the_dutch_grid_is_transformed_not_just_unprojected() -> None:
    """The tower of Amersfoort, the grid's origin: 52°09′22.178″N 5°23′15.500″E on its own datum (RDNAPTRANS),
    some 100 m from its place on WGS84."""
    lon, lat = 5 + 23 / 60 + 15.5 / 3600, 52 + 9 / 60 + 22.178 / 3600
    way = to_wgs84("EPSG:28992")
    assert way is not None
    there = way.transform(155_000, 463_000)
    _, _, off = Geod(ellps="WGS84").inv(lon, lat, *there)
    assert 90 < off < 120
    plane = StatutoryPlane(5, 52)
    moved = plane.forward(np.array([[155_000.0, 463_000.0]]), CRS.from_epsg(28992))
    assert moved == pytest.approx(plane.forward(np.array([there]), CRS.from_epsg(4490)), abs=1e-6)


def test_seventy_metres_in_any_unit() -> None:
    plane = StatutoryPlane(123, 45)
    assert plane.step(CRS.from_epsg(4550)) == 70.0
    assert plane.step(CRS.from_epsg(2232)) == pytest.approx(70 / (1200 / 3937), rel=1e-12)
    assert plane.step(CRS.from_epsg(4490)) == 70 / 111_700
    assert plane.step(CRS.from_epsg(4807)) == pytest.approx(70 / 111_700 / 0.9, rel=1e-12)  # grads


@pytest.mark.parametrize(
    ("epsg", "bounds", "lonlat", "code"),
    [
        (32651, (123.2, 45.5, 123.3, 45.6), (118.5, 0.0, 118.5, 0.0), "crs.degrees_in_plane"),
        (4326, (5e5, 5e6, 6e5, 5.1e6), (5e5, 5e6, 6e5, 5.1e6), "crs.outside"),
        (4326, (45.5, 123.2, 45.6, 123.3), (45.5, 123.2, 45.6, 123.3), "crs.swapped_axes"),
        (32651, (5e5, 5e6, 6e5, 5.1e6), (100.0, 45.0, 101.0, 46.0), "crs.outside"),
        (32651, (5e5, 5e6, 6e5, 5.1e6), (float("inf"),) * 4, "crs.outside"),
        (28992, (1.5e5, 4.6e5, 1.6e5, 4.7e5), (15.0, 52.0, 15.1, 52.1), "crs.outside"),
    ],
)
def test_coordinates_that_cannot_lie_in_the_system(
    epsg: int, bounds: tuple[float, ...], lonlat: tuple[float, ...], code: str
) -> None:
    with pytest.raises(InputError) as error:
        check_any_bounds(bounds, CRS.from_epsg(epsg), lonlat, "f")  # type: ignore[arg-type]
    assert error.value.code == code


@pytest.mark.parametrize(
    ("epsg", "lonlat"),
    [
        (32651, (118.0, 40.0, 128.0, 50.0)), (4326, (-180.0, -90.0, 180.0, 90.0)),
        (4326, (170.0, 0.0, 190.0, 9.0)),
        (4269, (-75.0, 40.0, -74.0, 41.0)), (4269, (170.0, 52.0, 179.0, 53.0)),
    ],
)  # fmt: skip
def test_a_file_may_reach_a_little_beyond(epsg: int, lonlat: tuple[float, float, float, float]) -> None:
    bounds = lonlat if epsg != 32651 else (3e5, 4e6, 7e5, 5e6)
    check_any_bounds(bounds, CRS.from_epsg(epsg), lonlat, "f")


def test_transformations_are_the_same_from_many_threads() -> None:
    way = to_wgs84("EPSG:28992")
    assert way is not None
    random = np.random.default_rng(1)
    places = [random.uniform([1e5, 4e5], [2e5, 5e5], (20_000, 2)).T for _ in range(12)]
    alone = [way.transform(x, y) for x, y in places]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda place: way.transform(*place), places))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))

"""Systems of delivery: known by what they are, not by their name; coordinates that cannot lie in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from lantu.core.crs import Zone, check_bounds, likely_systems, read_crs, transformer, zone_of
from lantu.core.errors import InputError

ESRI = CRS.from_epsg(4550).to_wkt("WKT1_ESRI")
GDAL = CRS.from_epsg(4550).to_wkt("WKT1_GDAL")
HEIGHT = CRS.from_epsg(5737).to_wkt("WKT1_GDAL")
DAAN = (123.15, 45.1, 124.4, 46.0)  # 大安市, about
DAAN_PREFIXED = (41_511_000.0, 4_996_000.0, 41_609_000.0, 5_096_000.0)
DAAN_PLAIN = (511_000.0, 4_996_000.0, 609_000.0, 5_096_000.0)


def refused(definition: object) -> str:
    with pytest.raises(InputError) as error:
        read_crs(definition, "a.shp:DLTB")
    assert error.value.params["where"] == "a.shp:DLTB"
    return error.value.code


def misplaced(bounds: tuple[float, float, float, float], epsg: int) -> InputError:
    with pytest.raises(InputError) as error:
        check_bounds(bounds, CRS.from_epsg(epsg), "a.shp:DLTB")
    return error.value


# --- reading a system ---------------------------------------------------------------------------------


@pytest.mark.parametrize("epsg", [4490, *range(4513, 4555)])
def test_every_system_of_delivery_in_every_form(epsg: int) -> None:
    crs = CRS.from_epsg(epsg)
    for form in (
        epsg,
        f"EPSG:{epsg}",
        crs.to_wkt(),
        crs.to_wkt("WKT1_ESRI"),
        crs.to_wkt("WKT1_GDAL"),
        crs.to_json(),
    ):
        assert read_crs(form, "x").to_epsg() == epsg, form


@pytest.mark.parametrize(
    "wkt",
    [
        ESRI.replace("Gauss_Kruger", "Transverse_Mercator"),
        ESRI.replace("CGCS2000_3_Degree_GK_CM_123E", "国家2000_123"),
        ESRI.replace("D_China_2000", "D_CGCS2000"),
        ESRI.replace("298.257222101]],", "298.257222101],TOWGS84[0,0,0,0,0,0,0]],"),
        GDAL.replace('AXIS["X",NORTH],AXIS["Y",EAST]', 'AXIS["Easting",EAST],AXIS["Northing",NORTH]'),
        f'COMPD_CS["CM 123E + 1985",{GDAL},{HEIGHT}]',
    ],
    ids=["method", "chinese name", "datum name", "towgs84", "axes", "with height"],
)
def test_other_words_for_the_same_system(wkt: str) -> None:
    assert read_crs(wkt, "x").to_epsg() == 4550


@pytest.mark.parametrize(
    "wkt",
    [
        ESRI.replace("123.0", "123.5"),
        ESRI.replace("123.0", "123.5").replace("CGCS2000_3_Degree_GK_CM_123E", "Local"),
        ESRI.replace("500000.0", "600000.0"),
        ESRI.replace('"False_Northing",0.0', '"False_Northing",-4000000.0'),
        ESRI.replace('"Scale_Factor",1.0', '"Scale_Factor",0.9996'),
        ESRI.replace('UNIT["Meter",1.0]]', 'UNIT["Foot",0.3048]]'),
        ESRI.replace('"Central_Meridian",123.0', '"Central_Meridian",63.0'),
    ],
    ids=["meridian", "meridian, local name", "easting", "northing", "scale", "feet", "far meridian"],
)
def test_a_local_plane_is_not_the_zone_it_is_named_after(wkt: str) -> None:
    """PROJ offers 4550 (or even 4543, 21° away) for these; taken as such, every parcel would be misplaced."""
    assert refused(wkt) == "crs.unsupported"


@pytest.mark.parametrize("epsg", [4326, 32651, 3857, 4214, 4610, 2383, 2412, 4479, 4491])
def test_other_systems_are_refused(epsg: int) -> None:
    """WGS84, UTM, Web Mercator, Beijing 1954, Xian 1980 and its zones, geocentric, 6° zones with a prefix."""
    assert refused(epsg) == "crs.unsupported"


def test_an_unknown_datum_is_not_cgcs2000_though_its_ellipsoid_is() -> None:
    assert refused("+proj=tmerc +lon_0=123 +x_0=500000 +ellps=GRS80") == "crs.unsupported"
    assert refused("+proj=longlat +ellps=GRS80") == "crs.unsupported"


@pytest.mark.parametrize("definition", ["no system at all", "EPSG:999999", 'PROJCS["torn'])
def test_what_cannot_be_read_is_refused(definition: str) -> None:
    assert refused(definition) == "crs.unsupported"


@pytest.mark.parametrize("definition", [None, ""])
def test_no_system(definition: str | None) -> None:
    assert refused(definition) == "crs.missing"


# --- zones --------------------------------------------------------------------------------------------


@given(st.integers(25, 45))
def test_zones_have_two_codes_and_one_meridian(number: int) -> None:
    zone = Zone(number)
    assert zone_of(zone.epsg_prefixed) == zone_of(zone.epsg_plain) == zone
    for epsg, easting in ((zone.epsg_prefixed, number * 1e6 + 5e5), (zone.epsg_plain, 5e5)):
        x, y = transformer("EPSG:4490", f"EPSG:{epsg}").transform(zone.central_meridian, 45.0)
        assert x == pytest.approx(easting, abs=1e-6)
        assert y == pytest.approx(
            4_984_944.378, abs=1e-3
        )  # easting first, whatever the code's own axis order


def test_zones_of_baicheng() -> None:
    assert (Zone(41).central_meridian, Zone(41).epsg_prefixed, Zone(41).epsg_plain) == (123, 4529, 4550)


@pytest.mark.parametrize("epsg", [4490, 4512, 4555, 4326])
def test_other_codes_have_no_zone(epsg: int) -> None:
    assert zone_of(epsg) is None


# --- coordinates that fit -----------------------------------------------------------------------------


@pytest.mark.parametrize(("bounds", "epsg"), [(DAAN, 4490), (DAAN_PREFIXED, 4529), (DAAN_PLAIN, 4550)])
def test_coordinates_in_their_own_system_pass(bounds: tuple[float, float, float, float], epsg: int) -> None:
    check_bounds(bounds, CRS.from_epsg(epsg), "x")


def test_a_county_may_reach_past_its_zone() -> None:
    """大安 ends near 124.5°E; 235 km east of the meridian is 3°."""
    check_bounds((41_700_000.0, 5e6, 41_735_000.0, 5.1e6), CRS.from_epsg(4529), "x")


def test_a_prefix_names_the_zone_that_was_meant() -> None:
    error = misplaced(DAAN_PREFIXED, 4530)
    assert error.code == "crs.wrong_zone"
    assert (error.params["epsg"], error.params["likely"]) == (4530, "4529")


def test_a_prefix_where_none_should_be() -> None:
    assert misplaced(DAAN_PREFIXED, 4550).params["likely"] == "4529"


def test_degrees_where_metres_should_be() -> None:
    error = misplaced(DAAN, 4529)
    assert (error.code, error.params["likely"]) == ("crs.wrong_zone", "4490")


@pytest.mark.parametrize(("bounds", "epsg"), [(DAAN, 4490), (DAAN_PREFIXED, 4529), (DAAN_PLAIN, 4550)])
def test_swapped_axes(bounds: tuple[float, float, float, float], epsg: int) -> None:
    west, south, east, north = bounds
    assert misplaced((south, west, north, east), epsg).code == "crs.swapped_axes"


def test_metres_without_a_prefix_name_no_zone() -> None:
    """A bare easting fits every zone: say that it does not fit, and guess nothing."""
    assert likely_systems(DAAN_PLAIN) == []
    assert misplaced(DAAN_PLAIN, 4529).code == "crs.out_of_range"
    assert misplaced(DAAN_PLAIN, 4490).code == "crs.out_of_range"


@pytest.mark.parametrize(
    "bounds", [(0.0, 0.0, 0.0, 0.0), (-74.1, 40.6, -73.9, 40.8), (123.0, 45.0, 1e9, 46.0)]
)
def test_coordinates_outside_china(bounds: tuple[float, float, float, float]) -> None:
    assert misplaced(bounds, 4490).code == "crs.out_of_range"


@given(st.floats(75, 135), st.floats(18, 53), st.integers(25, 45))
def test_what_is_projected_rightly_passes_and_its_prefix_is_found(
    lon: float, lat: float, number: int
) -> None:
    zone = Zone(number)
    if abs(lon - zone.central_meridian) > 2.5:
        return
    x, y = transformer("EPSG:4490", f"EPSG:{zone.epsg_prefixed}").transform(lon, lat)
    check_bounds((x, y, x, y), CRS.from_epsg(zone.epsg_prefixed), "x")
    assert likely_systems((x, y, x, y)) == [zone.epsg_prefixed]

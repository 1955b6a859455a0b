"""Places by code and by name, with the ambiguities that real names have."""

from __future__ import annotations

import json

import pytest

from lantu.lawbook import load
from shared_files import shared


@pytest.fixture(scope="module")
def places():
    return load().divisions


def names(divisions):
    return [d.name for d in divisions]


@pytest.mark.parametrize(
    ("code", "name"), [("220882", "大安市"), ("220881", "洮南市"), ("220821", "镇赉县"), ("220822", "通榆县")]
)
def test_the_four_sample_counties(places, code, name):
    assert places.by_code(code).name == name
    assert [d.code for d in places.by_name(name)] == [code]
    assert names(places.parents(code)) == ["白城市", "吉林省"]


def test_a_township_code_leads_to_its_county(places):
    assert places.by_code("220882101000").name == "大安市"


def test_full_name_before_short_name(places):
    assert names(places.by_name("吉林市")) == ["吉林市"]
    assert names(places.by_name("吉林")) == ["吉林省", "吉林市"]
    assert places.level_of("吉林") is None  # a province and a city: cannot tell
    assert places.level_of("吉林", within="220200") == "city"


def test_ethnic_names_shorten(places):
    assert names(places.by_name("伊通")) == ["伊通满族自治县"]
    assert names(places.by_name("新疆")) == ["新疆维吾尔自治区"]
    assert names(places.by_name("黔东南")) == ["黔东南苗族侗族自治州"]
    assert names(places.by_name("神农架")) == ["神农架林区"]


def test_same_name_in_several_provinces(places):
    assert len(places.by_name("朝阳区")) == 2
    assert [d.code for d in places.by_name("朝阳区", within="吉林省")] == ["220104"]
    assert places.level_of("朝阳区") == "county"


def test_chained_names(places):
    assert [d.code for d in places.by_name("吉林省白城市大安市")] == ["220882"]
    assert [d.code for d in places.by_name("白城市通榆县")] == ["220822"]
    assert places.by_name("辽宁省大安市") == []


def test_municipality_and_province_ruled_counties(places):
    assert places.level_of("重庆市") == "province"
    assert names(places.parents(places.by_name("滨海新区")[0].code)) == ["天津市"]
    assert names(places.parents(places.by_name("济源市")[0].code)) == ["河南省"]
    assert names(places.by_name("东莞市")) == ["东莞市"]


def test_no_pseudo_city_and_a_known_total(places):
    assert places.by_name("市辖区") == []
    assert places.by_name("省直辖县级行政区划") == []
    assert len(places.children(None)) == 34
    assert len(places) == 3341


def test_statistical_zones_are_marked(places):
    (zone,) = places.by_name("吉林白城经济开发区")
    assert zone.statistical and zone.level == "county"


def test_unknown_and_empty(places):
    assert places.by_name("乌有乡") == [] and places.by_name("") == []
    assert places.by_code("999999") is None and places.level_of("乌有乡") is None


def test_every_parent_exists_and_is_above(places):
    order = {"province": 0, "city": 1, "county": 2}
    for province in places.children(None):
        for city in places.children(province.code):
            assert order[city.level] > order["province"] and city.code[:2] == province.code[:2]
            for county in places.children(city.code):
                assert (city.level, county.level) == ("city", "county") and county.code[:4] == city.code[:4]


def test_the_areas_of_real_replies_have_the_level_the_replies_give_them(places):
    listed = 0
    for reading in sorted(shared("approvals").glob("*.json")):
        for plan in json.loads(reading.read_text(encoding="utf-8"))["plans"]:
            level = places.level_of(plan["area"])
            assert level in (plan["level"], None), plan["area"]
            listed += level is not None
    assert listed >= 16  # all but 平潭综合实验区, which is no division of its own

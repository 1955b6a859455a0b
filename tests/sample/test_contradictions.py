"""Each planted contradiction is where the truth says, with the area it says, and nothing else contradicts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import shapely
from pyproj import CRS

from lantu.core.crs import GEOGRAPHIC
from lantu.lawbook import load
from lantu.runs.scan_conflicts import scan
from lantu.sample.city import CODE as CITY
from lantu.sample.city import KINDS
from lantu.sample.counties import COUNTIES

pytestmark = pytest.mark.slow

CODES = [county.code for county in COUNTIES]
TOLERANCE_M2 = 0.05
WIDTH_M = 0.05
"""Lines of both levels that are the same may differ by less than this where counties of two systems meet."""
ZONE = "GHFQ"


def planted(sample, code=None):
    parts = (sample.contradictions["contradictions"], sample.contradictions["below_tolerance"])
    return [each for part in parts for each in part if code in (None, each["county"])]


def sides(told, layers):
    return [layers(each["kind"], each["area_code"]).only(each["bsm"]) for each in told["sides"]]


def ground(told, layers):
    """Return the ground that a contradiction is about, as GEOS cuts it from the delivered layers."""
    first, second = sides(told, layers)
    if told["type"] == "错位":
        upper, lower = (layers(each["kind"], each["area_code"]) for each in told["sides"])
        if len(second.shapes):
            near = upper.shapes[upper.tree.query(second.whole)]
            apart = shapely.get_parts(shapely.difference(second.whole, shapely.union_all(near)))
            # Hairs along the patch's edge are what two systems make of one line.
            return shapely.union_all(apart[~shapely.is_empty(shapely.buffer(apart, -0.01))])
        assert lower.shared_m2(first.whole) < TOLERANCE_M2
        return first.whole
    if told["type"] == "缝隙":
        zones = layers(ZONE, told["county"])
        near = shapely.buffer(first.whole, 20.0)
        open_ = shapely.difference(
            shapely.intersection(near, layers("XZQX", told["county"]).whole),
            shapely.union_all(zones.shapes[zones.tree.query(near)]),
        )
        return shapely.union_all(
            [part for part in shapely.get_parts(open_) if part.distance(second.whole) < 0.01]
        )
    return shapely.intersection(first.whole, second.whole)


@pytest.mark.parametrize("code", CODES)
def test_every_planted_one_is_there_with_its_area(sample, layers, code):
    found = planted(sample, code)
    assert found
    for told in found:
        there = ground(told, layers)
        assert there.area == pytest.approx(float(told["area_m2"]), abs=TOLERANCE_M2), told["id"]
        (place,) = layers.plane.project(shapely.points([told["place"]]), CRS.from_epsg(GEOGRAPHIC))
        assert place.distance(there) < 0.5, told["id"]


@pytest.mark.parametrize("code", CODES)
def test_what_else_a_planted_feature_lies_in_is_said(sample, layers, code):
    told_of = [each for each in planted(sample, code) if each["sides"][0]["kind"] not in (*KINDS, ZONE)]
    assert told_of
    for told in told_of:
        shape = sides(told, layers)[0].whole
        for kind in layers.kinds(code):
            if kind in (told["sides"][0]["kind"], told["sides"][1]["kind"], "XZQX"):
                continue
            known = load().layer_kinds[kind]
            if not (known.control or known.reviewed or kind == "DLTB"):
                continue
            field = known.classed[0] if known.classed else None
            layer = layers(kind, code)
            m2 = layer.by_class(shape, field) if field else {"": layer.shared_m2(shape)}
            wanted = {name: float(area) for name, area in told["also"].get(kind, {}).items()}
            assert {k: v for k, v in m2.items() if v > TOLERANCE_M2} == pytest.approx(
                {k: v for k, v in wanted.items() if v > TOLERANCE_M2}, abs=TOLERANCE_M2
            ), (told["id"], kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_lines_of_city_and_counties_differ_only_where_planted(sample, layers, kind):
    counties = [layers(kind, code) for code in CODES]
    known = [
        shapely.buffer(ground(told, layers), WIDTH_M)
        for told in planted(sample)
        if told["sides"][0] and told["sides"][0]["area_code"] == CITY and told["sides"][0]["kind"] == kind
    ]
    lower = shapely.union_all([each.whole for each in counties])
    apart = shapely.symmetric_difference(layers(kind, CITY).whole, lower)
    rest = shapely.difference(apart, shapely.union_all(known))
    assert shapely.buffer(rest, -WIDTH_M / 2).area == 0
    assert bool(known) == (kind == "STBHHX")


@pytest.mark.parametrize("code", CODES)
def test_zones_overlap_and_gape_only_where_planted(sample, layers, code):
    zones, outline = layers(ZONE, code), layers("XZQX", code)
    told = [
        each for each in planted(sample, code) if each["sides"][1]["kind"] == each["sides"][0]["kind"] == ZONE
    ]
    slits = sum(float(each["area_m2"]) for each in told if each["type"] == "缝隙")
    double = sum(float(each["area_m2"]) for each in told if each["type"] == "重叠")
    assert slits and double
    assert outline.whole.area - zones.whole.area == pytest.approx(slits, abs=0.1)
    assert shapely.area(zones.shapes).sum() - zones.whole.area == pytest.approx(double, abs=0.1)


def test_every_county_has_nearly_all_of_them(sample):
    for part, count in (("contradictions", 12), ("below_tolerance", 3)):
        kinds = [each["what"]["zh"] for each in sample.contradictions[part]]
        assert len(set(kinds)) == count
        assert all(kinds.count(each) >= 3 for each in set(kinds))
    assert {each["type"] for each in planted(sample)} == {"重叠", "压占", "交叉", "错位", "缝隙"}
    for told in sample.contradictions["contradictions"]:
        assert Decimal(told["area_m2"]) > 100
    for told in sample.contradictions["below_tolerance"]:
        assert Decimal(told["area_m2"]) < 1


# Which pairs of the lawbook speak of what was planted; the first is its own, the others follow from it.
PAIRS = {
    "边界外的住宅地块压占永久基本农田": ("CF10", "CF12", "CF13"),
    "生态保护区内的住宅地块": ("CF11", "CF12", "CF13"),
    "商业地块压占城市绿线": ("CF15", "CF14"),
    "供水管廊穿入生态保护红线": ("CF21",),
    "已发许可压占永久基本农田": ("CF40",),
    "许可用途与详细规划不一致": ("CF42",),
    "市级生态保护红线多出一块": ("CF51",),
    "市级生态保护红线缺一块": ("CF51",),
    "相邻规划分区之间的缝隙": ("CF60",),
    "相邻规划分区重叠": ("CF60",),
    "道路地块压占永久基本农田": ("CF10", "CF12"),
    "特殊用地地块压占供水管廊": ("CF22", "CF12"),
}
OF_THE_LAND = ("CF04", "CF30", "CF31")
"""Pairs of lines with each other and with the land survey: `truth.json` and the lines tell of these."""


def test_a_scan_finds_every_planted_one_and_nothing_else(sample, home):
    found = scan(home, day=date(2025, 6, 30)).result["pairs"]
    said = sorted(
        (each["area_code"], each["pair"], float(one["area_m2"]))
        for each in found
        if each["pair"] not in OF_THE_LAND
        for one in each["conflicts"]
    )
    wanted = sorted(
        (told["county"], pair, float(told["area_m2"]))
        for told in sample.contradictions["contradictions"]
        for pair in PAIRS[told["what"]["zh"]]
    )
    assert [each[:2] for each in said] == [each[:2] for each in wanted]
    assert [each[2] for each in said] == pytest.approx([each[2] for each in wanted], abs=TOLERANCE_M2)
    assert not [each["why"] for each in found if (each["why"] or {}).get("code") == "conflict.crashed"]

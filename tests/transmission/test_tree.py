"""The tree by area: places without a plan are shown, none is invented."""

from __future__ import annotations

from lantu.plans import Plan, PlanKind, PlanLevel, plan_id
from lantu.transmission.tree import Branch, branches
from transmission.made import BOOK, plan


def outline(found: tuple[Branch, ...]) -> list[object]:
    return [(each.area_code, each.plan is not None, outline(each.below)) for each in found]


def test_missing_parents_have_their_place() -> None:
    found = branches([plan("220882").plan], BOOK.divisions)
    assert outline(found)[0] == (
        "220000", False, [("220800", False, [("220882", True, [])])]
    )  # fmt: skip
    city = found[0].below[0]
    assert (city.area_name, city.wanted) == ("白城市", 5)
    assert city.missing is not None
    assert [each.name for each in city.missing] == ["洮北区", "镇赉县", "通榆县", "洮南市"]
    assert city.below[0].missing is None  # townships are not listed


def test_municipalities_have_no_level_of_cities() -> None:
    assert outline(branches([plan("110101").plan], BOOK.divisions)) == [
        ("110000", False, [("110101", True, [])])
    ]


def test_the_nation_has_a_place_where_its_plan_is_registered() -> None:
    found = branches([plan("000000").plan, plan("220000").plan], BOOK.divisions)
    assert outline(found) == [("000000", True, [("220000", True, [])])]
    assert len(found[0].missing or ()) == found[0].wanted - 1 > 29


def test_other_plans_lie_at_their_area_and_regions_beside() -> None:
    special = Plan(
        plan_id("220882", PlanKind.SPECIAL, "水利"),
        "220882",
        "大安市",
        PlanLevel.COUNTY,
        PlanKind.SPECIAL,
        "水利",
    )
    region = Plan("r", "220000", "某经济带", PlanLevel.REGION, PlanKind.MASTER, "某经济带规划")
    top, beside = branches([special, region], BOOK.divisions)
    county = top.below[0].below[0]
    assert (county.plan, county.others) == (None, (special,))
    assert beside.plan == region

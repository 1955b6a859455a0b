"""Who stands above whom, in five levels and three kinds."""

from __future__ import annotations

import pytest

from lantu.plans import Node, Plan, PlanKind, PlanLevel, build, codes_above, level_of_code, plan_id


def plan(
    code: str, kind: PlanKind = PlanKind.MASTER, title: str = "规划", level: PlanLevel | None = None
) -> Plan:
    return Plan(plan_id(code, kind, title), code, code, level or level_of_code(code), kind, title)


def outline(nodes: tuple[Node, ...]) -> list[object]:
    return [(node.plan.id, outline(node.below)) if node.below else node.plan.id for node in nodes]


def test_codes_above() -> None:
    assert codes_above("220882101") == ["220882", "220800", "220000", "000000"]
    assert codes_above("220882101203") == ["220882101", "220882", "220800", "220000", "000000"]
    assert codes_above("220882") == ["220800", "220000", "000000"]
    assert codes_above("220800") == ["220000", "000000"]
    assert codes_above("220000") == ["000000"]
    assert codes_above("000000") == []


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("000000", "national"), ("220000", "province"), ("220800", "city"), ("220882", "county"),
        ("220882101", "township"),
    ],
)  # fmt: skip
def test_levels_of_codes(code: str, level: str) -> None:
    assert level_of_code(code) == level


def test_all_five_levels_make_one_tree_whatever_order_they_come_in() -> None:
    plans = [plan(code) for code in ("220882101", "220882", "220000", "000000", "220800", "220881")]
    assert outline(build(plans)) == [
        ("000000-master", [
            ("220000-master", [("220800-master", ["220881-master", ("220882-master", ["220882101-master"])])])
        ])
    ]  # fmt: skip
    assert build(plans) == build(plans[::-1])


def test_a_missing_level_is_bridged() -> None:
    assert outline(build([plan("220882"), plan("220000")])) == [("220000-master", ["220882-master"])]


def test_other_kinds_stand_below_the_master_plan_of_their_area_or_the_nearest_above() -> None:
    detailed = plan("220882", PlanKind.DETAILED, "嫩江湾单元")
    special = plan("220882", PlanKind.SPECIAL, "综合交通")
    township = plan("220882101", PlanKind.DETAILED, "村庄规划")
    (root,) = build([special, plan("220882"), detailed, township])
    assert {node.plan.id for node in root.below} == {detailed.id, special.id, township.id}
    assert detailed.id != special.id
    (alone,) = build([detailed])
    assert alone.plan.parent is None


def test_a_regional_plan_stands_beside_the_tree() -> None:
    region = plan("310000", title="长三角", level=PlanLevel.REGION)
    assert outline(build([region, plan("310000", PlanKind.SPECIAL, "x")]))
    assert build([region])[0].plan.parent is None

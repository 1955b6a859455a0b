"""Changed land: every planted event of the tiny world, none invented; and what cannot be compared is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
import shapely

import world
from lantu.core.finding import Answer
from lantu.core.progress import silent
from lantu.lawbook import load
from lantu.monitoring.changes import Changes, judge_changes
from lantu.monitoring.classes import LandClasses
from lantu.monitoring.comparison import Comparison, Thresholds
from lantu.monitoring.exchanges import Exchange, read_exchanges
from lantu.monitoring.land import LandYear, passages
from lantu.monitoring.patches import contiguous, polygonal, within
from lantu.monitoring.views import layer_view
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import pack_shapes
from world import Parcel, rect

BOOK = load()
LINES = {
    kind: world.PLANE.project(world.line_shapes(kind), world.CRS_4490)
    for kind in ("YJJBNT", "STBHHX", "CZKFBJ")
}
EXCHANGES = read_exchanges(layer_view("exchange", world.exchange_table()))
THRESHOLDS = Thresholds(patch_m2=100, piece_m2=1, reach_m=0.01)


def compare(
    before: list[Parcel],
    after: list[Parcel],
    *,
    year: int = 2021,
    lines: dict[str, np.ndarray] = LINES,
    exchanges: list[Exchange] | None = EXCHANGES,
) -> Changes:
    lands = []
    for when, parcels in ((year - 1, before), (year, after)):
        shapes = world.geographic([parcel.shape for parcel in parcels])
        lands.append(
            LandYear(
                when,
                [parcel.bsm for parcel in parcels],
                [parcel.dlbm for parcel in parcels],
                [parcel.czcsxm for parcel in parcels],
                np.array([1 - float(parcel.ridge) for parcel in parcels]),
                pack_shapes(shapes, "DLTB", (world.PLANE, world.CRS_4490)),
            )
        )
    passage = passages(*lands, KernelEngine(), silent)
    comparison = Comparison(*lands, passage, lines, exchanges, LandClasses(BOOK), THRESHOLDS)
    return judge_changes(comparison, BOOK.change_rules.values())


def of_year(
    year: int, edit: Callable[[dict[str, Parcel]], None] = lambda land: None, **more: object
) -> Changes:
    """Compare a year of the world with the year before, after an edit to both."""
    lands = [dict(world.LAND[year - 1]), dict(world.LAND[year])]
    for land in lands:
        edit(land)
    return compare(*(list(land.values()) for land in lands), year=year, **more)  # type: ignore[arg-type]


def said(changes: Changes) -> set[tuple[str, str, Decimal | None, tuple[str, ...]]]:
    return {(change.rule, change.answer.value, change.area_m2, change.after) for change in changes.found}


@pytest.mark.parametrize("year", world.YEARS[1:])
def test_exactly_the_planted_events(year: int) -> None:
    changes = of_year(year)
    assert said(changes) == {event[1:] for event in world.FINDINGS if event[0] == year}
    below = {(year, item.rule, item.count, item.area_m2) for item in changes.below}
    assert below == {item for item in world.BELOW if item[0] == year}


def test_a_year_against_itself_says_nothing() -> None:
    land = list(world.LAND[2020].values())
    changes = compare(land, [replace(parcel, bsm=f"new-{parcel.bsm}") for parcel in reversed(land)])
    assert (changes.found, changes.below) == ([], [])


def test_where_a_finding_lies_and_where_it_came_from() -> None:
    (found,) = [change for change in of_year(2023).found if change.rule == "MON02"]
    assert (found.before, found.from_codes, found.to_codes) == (("E2",), ("0404",), ("1003",))
    inside = shapely.transform(rect(800, 300, 850, 350), lambda xy: xy + world.CORNER)
    assert found.geometry is not None
    assert shapely.symmetric_difference(found.geometry, inside).area < 0.5  # 2 mm along its edge


def test_identities_survive_edits_elsewhere_and_a_new_order_of_rows() -> None:
    def elsewhere(land: dict[str, Parcel]) -> None:
        land["C2"] = replace(land["C2"], czcsxm="203")
        land["A3"] = land.pop("A3")  # to the end of the table

    keys = {(change.rule, change.key) for change in of_year(2022).found}
    assert {(change.rule, change.key) for change in of_year(2022, elsewhere).found} == keys
    assert len(keys) == 2


def test_pieces_that_touch_are_one_event_and_pieces_apart_are_two() -> None:
    field = Parcel("F", rect(0, 0, 400, 500), "0101")
    beside = [Parcel("W", rect(100, 100, 120, 120), "0702"), Parcel("X", rect(120, 100, 140, 120), "0601")]
    apart = [beside[0], Parcel("X", rect(125, 100, 145, 120), "0601")]
    for built, expected in ((beside, [("W", "X")]), (apart, [("W",), ("X",)])):
        rest = replace(field, shape=field.shape.difference(shapely.union_all([p.shape for p in built])))
        changes = compare([field], [rest, *built])
        assert [change.after for change in changes.found if change.rule == "MON01"] == expected


def test_one_parcel_crossing_a_line_twice_is_one_event() -> None:
    # A road of 400 × 10 m over two separate blocks of basic farmland of 100 m each, 100 m apart.
    line = world.PLANE.project(
        world.geographic([rect(0, 0, 100, 100), rect(200, 0, 300, 100)]), world.CRS_4490
    )
    field, road = Parcel("F", rect(0, 0, 400, 100), "0102"), Parcel("R", rect(0, 50, 400, 60), "1003")
    changes = compare([field], [field.without(road.shape), road], lines=LINES | {"YJJBNT": line})
    assert [(c.rule, c.area_m2) for c in changes.found] == [("MON01", Decimal("2000.00"))]


def test_what_was_built_before_does_not_enter_the_red_line_again() -> None:
    # Inside the red line a works becomes a road: construction before, construction after.
    works = Parcel("E3", rect(800, 500, 1000, 750), "0601", "203A")
    assert compare([works], [replace(works, dlbm="1003", czcsxm="")]).found == []


def test_a_village_that_becomes_town_land_outside_the_boundary_is_found() -> None:
    village = Parcel("A3", rect(0, 500, 200, 750), "0702", "203")
    (found,) = compare([village], [replace(village, dlbm="0701", czcsxm="202")]).found
    assert (found.rule, found.area_m2) == ("MON03", Decimal("50000.00"))


@pytest.mark.parametrize(
    ("kind", "rules"), [("YJJBNT", {"MON01", "MON05"}), ("STBHHX", {"MON02"}), ("CZKFBJ", {"MON03"})]
)
def test_without_a_line_its_rules_cannot_tell(kind: str, rules: set[str]) -> None:
    for year in (2021, 2022):
        changes = of_year(year, lines={k: shapes for k, shapes in LINES.items() if k != kind})
        untold = {change.rule for change in changes.found if change.answer is Answer.CANNOT_TELL}
        assert untold == rules
        assert {change.message for change in changes.found if change.rule in rules} == {
            "monitoring.line_missing"
        }


def test_without_a_table_of_exchanges_a_person_must_look() -> None:
    (found,) = [change for change in of_year(2022, exchanges=None).found if change.rule == "MON04"]
    assert (found.answer, found.message) == (Answer.NEEDS_PERSON, "monitoring.farmland_lost_no_table")


def test_an_exchange_of_another_year_excuses_nothing() -> None:
    changes = of_year(2024, exchanges=[replace(EXCHANGES[0], year=2023)])
    assert said(changes) == {("MON04", "fail", Decimal("25000.00"), ("D1N",))}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"approved_by": ""}, "monitoring.exchange_not_approved"),
        ({"into": frozenset({"E1", "Z9"})}, "monitoring.exchange_not_found"),
        ({"into": frozenset({"B4"})}, "monitoring.exchange_not_found"),  # B4 was farmland all along
        ({"into": frozenset()}, "monitoring.exchange_not_found"),
        ({}, "monitoring.legal_exchange"),
    ],
)
def test_an_exchange_is_legal_only_as_approved(edit: dict[str, object], message: str) -> None:
    (found,) = of_year(2024, exchanges=[replace(EXCHANGES[0], **edit)]).found
    assert (found.rule, found.message) == ("MON05", message)
    assert found.answer is (Answer.PASS if not edit else Answer.NEEDS_PERSON)


def test_basic_farmland_cannot_leave_by_exchange() -> None:
    # Farmland of 100 × 100 m inside the line is planted, as much comes in elsewhere, and all is approved.
    before = [Parcel("F", rect(0, 0, 100, 100), "0102"), Parcel("W", rect(600, 0, 800, 100), "0301")]
    after = [replace(before[0], dlbm="0301"), replace(before[1], dlbm="0102")]
    exchange = Exchange("1", 2021, "", frozenset({"F"}), frozenset({"W"}), "县政府")
    changes = {change.rule: change for change in compare(before, after, exchanges=[exchange]).found}
    assert changes["MON05"].message == "monitoring.exchange_in_line"
    assert (changes["MON04"].answer, changes["MON04"].area_m2) == (Answer.FAIL, Decimal("10000.00"))


def test_net_farmland_decides_an_exchange() -> None:
    # 10 000 m² without ridges leave, 11 000 m² with 10 % ridges (9 900 net) come in: short by 100 m².
    before = [Parcel("F", rect(600, 0, 700, 100), "0102"), Parcel("W", rect(700, 0, 810, 100), "0301")]
    after = [replace(before[0], dlbm="0301"), replace(before[1], dlbm="0103")]
    exchange = Exchange("1", 2021, "", frozenset({"F"}), frozenset({"W"}), "县政府")
    (found,) = compare(before, after, exchanges=[exchange]).found
    assert found.message == "monitoring.exchange_short"
    assert (found.params["out_m2"], found.params["in_m2"]) == (Decimal("10000.00"), Decimal("9900.00"))


def test_farmland_that_comes_in_makes_up_for_one_exchange_only() -> None:
    # Two fields of 10 000 m² leave; the 12 000 m² that come in would make up for either, not for both.
    before = [
        Parcel("F", rect(600, 0, 700, 100), "0102"),
        Parcel("G", rect(700, 0, 800, 100), "0102"),
        Parcel("W", rect(600, 200, 720, 300), "0301"),
    ]
    after = [
        replace(before[0], dlbm="0301"),
        replace(before[1], dlbm="0301"),
        replace(before[2], dlbm="0102"),
    ]
    exchanges = [
        Exchange(number, 2021, "", frozenset({out}), frozenset({"W"}), "县政府")
        for number, out in (("1", "F"), ("2", "G"))
    ]
    found = compare(before, after, exchanges=exchanges).found
    assert [(change.answer, change.message, change.params["twice"]) for change in found] == [
        (Answer.NEEDS_PERSON, "monitoring.exchange_named_twice", "W")
    ] * 2


def test_an_exchange_may_name_parcels_by_their_earlier_number() -> None:
    changes = of_year(2024, exchanges=[replace(EXCHANGES[0], out=frozenset({"D1"}))])
    assert [change.answer for change in changes.found] == [Answer.PASS]


def test_land_that_one_year_lacks_is_not_silently_uncompared() -> None:
    before, after = [list(world.LAND[year].values()) for year in (2021, 2022)]
    lost = [parcel for parcel in after if parcel.bsm != "A1"]  # its remainder, 45 000 m²
    (found,) = [change for change in compare(before, lost, year=2022).found if change.rule == "MON00"]
    assert (found.answer, found.area_m2) == (Answer.CANNOT_TELL, Decimal("45000.00"))
    assert (found.params["has"], found.params["lacks"]) == (2021, 2022)


def test_a_code_that_no_standard_has_is_said() -> None:
    before = Parcel("F", rect(0, 0, 100, 100), "0102")
    (found,) = compare([before], [replace(before, dlbm="601")]).found
    assert (found.rule, found.answer, found.params["codes"]) == ("MON00", Answer.CANNOT_TELL, "601")


def test_a_rule_that_crashes_is_a_finding_and_the_others_go_on() -> None:
    broken = np.array([object()], object)  # no geometry at all
    changes = of_year(2022, lines=LINES | {"YJJBNT": broken})
    crashed = {change.rule for change in changes.found if change.message == "monitoring.rule_failed"}
    assert "MON01" in crashed
    assert {"MON04"} == {change.rule for change in changes.found if change.answer is Answer.FAIL}


def test_contiguity_goes_on_through_chains() -> None:
    chain = np.array([shapely.box(i, 0, i + 1, 1) for i in (4, 0, 2, 1, 3, 7)])
    patch = contiguous(chain, 0.01)
    assert len(set(patch[:5])) == 1 and patch[5] != patch[0]


def test_clips_keep_polygons_only() -> None:
    corner = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)]), rect(0, 0, 1, 1)]
    )
    kept = polygonal(np.array([corner, shapely.Point(1, 1), rect(0, 0, 2, 2)], object))
    assert [shape.area for shape in kept] == [1.0, 0.0, 4.0]
    overlapping = np.array([rect(0, 0, 2, 2), rect(1, 0, 3, 2)], object)
    assert within(np.array([rect(0, 0, 9, 1)], object), overlapping)[0].area == 3.0

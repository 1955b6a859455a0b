"""The five indicators over tables in memory, against the tiny world; and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import world
from lantu.lawbook import load
from lantu.monitoring.classes import LandClasses
from lantu.monitoring.indicators import Measured, Unmeasured, evaluate
from lantu.monitoring.views import layer_view, overlay_view, rows_of_area, state_view
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import pack_shapes

BOOK = load()
LINES = {"pbf": "YJJBNT", "redline": "STBHHX", "boundary": "CZKFBJ"}


def views_of(year: int) -> dict[str, pa.Table]:
    """Everything the indicators read, built from the world the way the run builds it from layers."""
    place = (world.PLANE, world.CRS_4490)
    packs = {y: pack_shapes(world.land_shapes(y), "DLTB", place) for y in (2020, year)}
    land = {y: layer_view("land", world.land_table(y), pack.area_m2) for y, pack in packs.items()}
    views = {
        "state": state_view(year, 2020),
        "land_class": LandClasses(BOOK).table(),
        "land": land[year],
        "base_land": land[2020],
        "water_use": layer_view("water_use", world.water_table()),
    }
    for name, kind in LINES.items():
        pack = pack_shapes(world.line_shapes(kind), kind, place)
        views[name] = layer_view(name, world.line_table(kind), pack.area_m2)
        views[f"land_in_{name}"] = overlay_view(KernelEngine().overlay(packs[year], pack), name)
    return views


def measured(indicator: str, views: dict[str, pa.Table]) -> tuple[Fraction, dict[str, Fraction | None]]:
    got = evaluate(BOOK.indicators[indicator], views)
    assert isinstance(got, Measured), got
    return got.value, {figure.part.column.removeprefix("part_"): figure.value for figure in got.parts}


def reason(indicator: str, views: dict[str, pa.Table]) -> Unmeasured:
    got = evaluate(BOOK.indicators[indicator], views)
    assert isinstance(got, Unmeasured), got
    return got


def with_cell(table: pa.Table, column: str, bsm: str, value: object) -> pa.Table:
    cells = table.column(column).to_pylist()
    cells[table.column("bsm").to_pylist().index(bsm)] = value
    return table.set_column(table.column_names.index(column), column, pa.array(cells))


@pytest.mark.parametrize("year", world.YEARS)
def test_all_five_agree_with_the_arithmetic(year: int) -> None:
    views = views_of(year)

    value, parts = measured("farmland_retained", views)
    assert value == world.FARMLAND_M2[year]
    assert parts["adjustable_m2"] == (50_000 if year < 2023 else 44_000)  # C4, later without N3

    value, parts = measured("basic_farmland", views)
    assert value == world.BASIC_FARMLAND_M2[year]
    assert parts == {
        "declared_m2": 185_000,
        "geometric_m2": 200_000,
        "not_farmland_m2": world.NOT_FARMLAND_IN_LINE_M2[year],
        "not_surveyed_m2": 0,
    }

    value, parts = measured("ecological_redline", views)
    assert value == world.RED_LINE_M2
    assert parts == {"declared_m2": 150_000, "built_m2": world.BUILT_IN_RED_LINE_M2[year]}

    value, parts = measured("expansion_multiple", views)
    assert value == Fraction(world.TOWN_COUNTED_M2[year], world.TOWN_COUNTED_M2[2020])
    multiple = parts.pop("planned_multiple")
    assert multiple == pytest.approx(1.25)
    assert parts == {
        "base_m2": 100_000,
        "counted_m2": world.TOWN_COUNTED_M2[year],
        "excluded_elastic_m2": world.TOWN_IN_ELASTIC_ZONE_M2[year],
        "excluded_special_m2": 0,
        "excluded_other_m2": world.OTHER_SETTLEMENT_M2[year],
        "planned_m2": world.PLANNED_M2,
    }

    if year in world.WATER_USE:
        assert measured("water_use_total", views)[0] == world.WATER_USE[year]
    else:
        assert reason("water_use_total", views).message == "measure.no_figure"


def test_farmland_counts_net_parcels_and_ridges() -> None:
    value, parts = measured("farmland_retained", views_of(2020))
    # 11 parcels; ridges 4 × 5 000 m²
    assert (value, parts["parcels"], parts["ridges_m2"]) == (530_000, 11, 20_000)


def test_hundredths_of_a_square_metre_add_up_exactly() -> None:
    # 0.1 + 0.2 is not 0.3 in binary; as recorded areas it is.
    land = pa.table({"DLBM": ["0101"] * 10, "KCMJ": [0.0] * 10, "TBDLMJ": [0.1] * 10})
    views = {"land": layer_view("land", land), "land_class": LandClasses(BOOK).table()}
    assert measured("farmland_retained", views)[0] == Fraction(1)


@pytest.mark.parametrize("indicator", sorted(BOOK.indicators))
def test_a_missing_input_is_never_a_figure(indicator: str) -> None:
    views = views_of(2021)
    for name in BOOK.indicators[indicator].inputs:
        got = reason(indicator, {key: table for key, table in views.items() if key != name})
        assert (got.message, got.params["kinds"]) == ("measure.no_view", name)


def test_a_missing_column_is_never_a_figure() -> None:
    views = views_of(2021)
    for indicator, view, column in [
        ("farmland_retained", "land", "tbdlmj"),
        ("expansion_multiple", "land", "czcsxm"),
        ("expansion_multiple", "boundary", "ghfqdm"),
        ("water_use_total", "water_use", "volume_m3"),
    ]:
        got = reason(indicator, views | {view: views[view].drop_columns([column])})
        assert got.message == "measure.query_failed" and column in str(got.params["why"])


def test_a_missing_declared_area_only_costs_its_part() -> None:
    views = views_of(2021)
    value, parts = measured(
        "basic_farmland",
        views | {"pbf": layer_view("pbf", pa.table({"BSM": ["P1", "P2"]}), np.array([100_000.0, 100_000.0]))},
    )
    assert (value, parts["declared_m2"], parts["geometric_m2"]) == (185_000, None, 200_000)


@pytest.mark.parametrize(
    ("indicator", "column", "bsm", "value"),
    [
        ("farmland_retained", "tbdlmj", "A1", None),  # no area
        ("farmland_retained", "tbdlmj", "A1", -1.0),
        ("farmland_retained", "dlbm", "A1", "101"),  # a code that lost its zero is not "no farmland"
        ("farmland_retained", "dlbm", "A1", None),
        ("basic_farmland", "tbmj", "A1", 0.0),
        ("basic_farmland", "dlbm", "A1", "0109"),
        ("expansion_multiple", "tbdlmj", "B3", None),
    ],
)
def test_one_parcel_that_cannot_be_used_makes_the_figure_untold(
    indicator: str, column: str, bsm: str, value: object
) -> None:
    views = views_of(2021)
    got = reason(indicator, views | {"land": with_cell(views["land"], column, bsm, value)})
    assert (got.message, got.params) == ("measure.unusable_records", {"count": 1})


def test_a_line_that_covers_land_twice_is_not_added_up() -> None:
    views = views_of(2021)
    twice = pa.concat_tables([views["land_in_pbf"], views["land_in_pbf"]])
    assert reason("basic_farmland", views | {"land_in_pbf": twice}).message == "measure.unusable_records"


def test_an_unknown_zone_of_the_boundary_is_not_guessed() -> None:
    views = views_of(2021)
    odd = views | {"boundary": with_cell(views["boundary"], "ghfqdm", "G2", "")}
    assert reason("expansion_multiple", odd).message == "measure.unusable_records"


def test_land_without_marks_of_settlement_is_not_a_multiple_of_zero() -> None:
    views = views_of(2021)
    blank = pa.nulls(views["land"].num_rows, pa.string())
    land = views["land"].set_column(views["land"].column_names.index("czcsxm"), "czcsxm", blank)
    assert reason("expansion_multiple", views | {"land": land}).message == "measure.no_figure"


def test_a_mark_of_settlement_that_no_standard_has_is_not_left_out() -> None:
    views = views_of(2021)
    odd = views | {"land": with_cell(views["land"], "czcsxm", "B3", "2020")}
    assert reason("expansion_multiple", odd).message == "measure.unusable_records"


def test_zones_over_each_other_do_not_take_off_twice() -> None:
    views = views_of(2021)
    twice = pa.concat_tables([views["land_in_boundary"], views["land_in_boundary"]])
    got = reason("expansion_multiple", views | {"land_in_boundary": twice})
    assert got.message == "measure.unusable_records"


def test_a_base_of_nothing_gives_no_multiple() -> None:
    views = views_of(2021)
    none = pc.if_else(pc.equal(views["base_land"]["czcsxm"], "202"), "", views["base_land"]["czcsxm"])
    base = views["base_land"].set_column(views["base_land"].column_names.index("czcsxm"), "czcsxm", none)
    assert reason("expansion_multiple", views | {"base_land": base}).message == "measure.no_figure"


def test_two_rows_for_one_year_of_water_are_not_chosen_between() -> None:
    table = pa.concat_tables([world.water_table(), world.water_table()])
    views = views_of(2021) | {"water_use": layer_view("water_use", table)}
    assert reason("water_use_total", views).message == "measure.unusable_records"


def test_another_countys_row_is_never_this_ones() -> None:
    table = pa.table({"xzqdm": ["220881", "220882"], "year": ["2021", "2021"], "volume_m3": ["100", "200"]})
    assert rows_of_area(table, "220882")["volume_m3"].to_pylist() == ["200"]
    none = rows_of_area(table, "220821")
    assert reason("water_use_total", views_of(2021) | {"water_use": none}).message == "measure.no_figure"


@pytest.mark.parametrize("volume", [0, -1, "605,000,000", "约6亿", None])
def test_water_use_of_nothing_is_a_gap_and_no_saving(volume: object) -> None:
    table = layer_view("water_use", pa.table({"year": [2021], "volume_m3": [volume]}))
    assert (
        reason("water_use_total", views_of(2021) | {"water_use": table}).message == "measure.unusable_records"
    )


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT nonsense FROM water_use -- value", "nonsense"),
        ("SELECT 1.5::DOUBLE AS value FROM water_use LIMIT 1", "DECIMAL"),
        ("SELECT 1 AS value, 'nan'::DOUBLE AS per FROM water_use LIMIT 1", "nan"),
        ("SELECT volume_m3 AS value FROM water_use", "rows"),
        ("SELECT volume_m3 AS figure FROM water_use LIMIT 1", "value"),
        ("SELECT 1 AS value FROM land", "land"),  # reads a view that it does not declare
        ("SELECT count(*) AS value FROM read_csv('/etc/passwd')", ""),  # the file system is closed
    ],
)
def test_a_query_that_crashes_or_answers_oddly_is_a_reason_not_a_crash(sql: str, why: str) -> None:
    indicator = replace(BOOK.indicators["water_use_total"], sql=sql)
    got = evaluate(indicator, views_of(2021))
    assert isinstance(got, Unmeasured) and got.message == "measure.query_failed"
    assert why in str(got.params["why"])


def test_codes_in_any_dress_are_trimmed() -> None:
    land = pa.table({"DLBM": ["0101 ", " 0102"], "KCMJ": [0.0, 0.0], "TBDLMJ": [1.0, 2.0]})
    views = {"land": layer_view("land", land), "land_class": LandClasses(BOOK).table()}
    assert measured("farmland_retained", views)[0] == 3


def test_decimal_columns_are_taken_as_they_are() -> None:
    land = pa.table({"DLBM": ["0101"], "KCMJ": [Decimal("0.00")], "TBDLMJ": [Decimal("12345678.91")]})
    views = {"land": layer_view("land", land), "land_class": LandClasses(BOOK).table()}
    assert measured("farmland_retained", views)[0] == Fraction("12345678.91")

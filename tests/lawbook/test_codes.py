"""The packaged pages say what the standards' readings say."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lantu.core.units import UNITS
from lantu.lawbook import load


@pytest.fixture(scope="module")
def book():
    return load()


def test_land_use_2023_has_its_175_rows(book):
    rows = book.code_lists["landuse_2023"].rows
    assert Counter(row["level"] for row in rows.values()) == {"1": 24, "2": 111, "3": 40}
    assert all(row["parent"] == code[:-2] for code, row in rows.items())
    assert rows["060102"]["name"] == "田间道" and rows["2303"]["name"] == "田坎"


def test_same_code_other_meaning(book):
    rows = book.code_lists["landuse_2020_to_2023"].rows
    changed = {code for code, row in rows.items() if row["other_meaning"] == "true"}
    assert changed == {"0204", "0602", "060102", "1312", "2202", "2302", "2303"}
    assert rows["1313"]["code_2023"] == "1312" and rows["2303"]["code_2023"] == "060102"


def test_wetland_is_a_column_and_not_a_prefix(book):
    rows = book.code_lists["dltb_dlbm_2020"].rows
    wetland = {code for code, row in rows.items() if row["level1"] == "00"}
    assert wetland == {"0303", "0304", "0306", "0402", "0603", "1105", "1106", "1108"}
    assert rows["0603"]["three_class"] == "建" and rows["0402"]["three_class"] == "农"


@pytest.mark.parametrize(
    ("code", "name", "goes_to", "three"),
    [
        ("0103", "旱地", "0103", "农"),
        ("0305", "灌木林地", "0303", "农"),
        ("05H1", "商业服务业设施用地", "09", "建"),
        ("0602", "采矿用地", "1002", "建"),
        ("0810A", "广场用地", "1403", "建"),
        ("1006", "农村道路", "0601", "农"),
        ("1101", "河流水面", "1701", "未"),
        ("1104", "坑塘水面", "1704", "农"),
        ("1108", "沼泽地", "0504", "未"),
        ("1109", "水工建筑用地", "1311", "建"),
        ("1203", "田坎", "2303", "农"),
    ],
)
def test_survey_classes(book, code, name, goes_to, three):
    row = book.code_lists["dltb_dlbm_2020"].rows[code]
    assert (row["name"], row["yydyh"], row["three_class"]) == (name, goes_to, three)


def test_variants_and_what_is_unverified(book):
    codes = book.code_lists["dltb_dlbm_2020"]
    adjustable = {code for code in codes.rows if code.endswith("K")}
    assert adjustable == {
        f"{c}K" for c in ["0201", "0202", "0203", "0204", "0301", "0302", "0307", "0403", "1104"]
    }
    assert all(codes.rows[code]["variant_of"] == code[:-1] for code in adjustable)
    assert not codes.row_verified("0404") and codes.row_verified("0101")
    assert not book.code_lists["zzsx"].row_verified("LS")
    assert not book.code_lists["ghfq"].row_verified("700")


def test_options_of_a_split_lie_below_the_sure_class(book):
    for code, row in book.code_lists["dltb_dlbm_2020"].rows.items():
        for option in filter(None, row["yydyh_options"].split(";")):
            assert option.startswith(row["yydyh"]), code


def test_decimals_per_unit(book):
    assert book.unit_rules["平方米"].verified
    assert not any(rule.verified for unit, rule in book.unit_rules.items() if unit != "平方米")
    assert str(book.published(Decimal("327.4"), "万亩")) == "327.40"
    assert str(book.published(Decimal("1.175"), "倍")) == "1.18"  # half up, never banker's
    assert "%" not in book.unit_rules
    assert set(book.unit_rules) <= set(UNITS)


def test_layer_kinds_and_their_unverified_codes(book):
    kinds = book.layer_kinds
    assert kinds["ZXCQCSZX"].ysdm == "2090020233" and kinds["ZXCQCSZX"].ysdm_verified
    assert kinds["ZXCQCSLX"].ysdm == "2090020231" and not kinds["ZXCQCSLX"].ysdm_verified
    assert kinds["STBHHX"].ysdm is None
    assert {k for k, v in kinds.items() if v.geometry == "none"} == {
        "WATER_USE", "EXCHANGE", "GHZBB", "NAMED_LIST",
    }  # fmt: skip


def test_what_is_from_memory_is_not_called_verified(book):
    assert book.sources["吉政函〔2024〕47号"].verified
    for unseen in ("自然资发〔2023〕193号", "自然资办发〔2020〕51号", "土地管理法"):
        assert not book.sources[unseen].verified
    assert book.sources["自然资办发〔2020〕51号"].superseded_by == "自然资发〔2023〕234号"


def test_parameters_are_read_where_they_say():
    for name, parameter in load().parameters.items():
        if parameter.read_by is not None:
            module = files("lantu").joinpath(
                *parameter.read_by.split(".")[1:-1], parameter.read_by.split(".")[-1] + ".py"
            )
            assert name in module.read_text(encoding="utf-8"), f"{parameter.read_by} does not read {name}"


def test_the_schemas_are_schemas():
    folder = Path(str(files("lantu.lawbook"))) / "schemas"
    for file in folder.rglob("*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"].endswith("2020-12/schema"), file.name


def test_it_is_loaded_once(book):
    assert load() is book

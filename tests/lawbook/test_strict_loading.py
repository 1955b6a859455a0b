"""Each fault a page may have, alone in an otherwise sound lawbook, is refused with its file and line."""

from __future__ import annotations

import pytest

from lantu.core.errors import LawbookError
from lantu.lawbook import load, message

INDICATOR, RULE, PARAMETERS = "indicators/farmland.yaml", "rules/change/CH01.yaml", "parameters/watch.yaml"
SOURCE, UNITS, CODES, ROWS = "sources/law.yaml", "units/rounding.yaml", "codes/land.yaml", "codes/land.csv"
CLASSES, FIELDS, KINDS = "codes/land_classes.csv", "profiles/fields.yaml", "profiles/layer_kinds.yaml"
MESSAGES = "messages/change.yaml"

# (page, text to find, text to put there, code after "lawbook.", line)
FAULTS = [
    (SOURCE, "kind: statute", "kind: statute\ncolour: red", "unknown_key", 5),
    (SOURCE, "title: 某法\n", "", "missing_key", 1),
    (SOURCE, "verified: true", "verified: 是", "wrong_type", 7),
    (SOURCE, "kind: statute", "kind: novel", "not_one_of", 4),
    (SOURCE, "issued: 2020-01-02", "issued: 2020年1月", "bad_form", 6),
    (SOURCE, "issued: 2020-01-02", "issued: 2020-02-30", "not_a_day", 6),
    (SOURCE, "title: 某法", "title: 某法\ntitle: 又法", "duplicate_key", 4),
    (SOURCE, "title: 某法", "title: [某法", "not_yaml", 4),
    (SOURCE, "title: 某法", "title: 0101", "bare_code", 3),
    (SOURCE, "title: 某法", "title: !!binary aGk=", "odd_tag", 3),
    (SOURCE, "issuer: 某部", "superseded_by: 新法\nissuer: 某部", "unknown_source", 5),
    (UNITS, "立方米:", "立方:", "unknown_unit", 5),
    (UNITS, "half_up", "half_even", "not_one_of", 1),
    (UNITS, "decimals: 2", "decimals: -1", "bad_value", 3),
    (UNITS, "{id: 法}", "{id: 无此法}", "unknown_source", 3),
    (CODES, "source: {id: 法}", "source: {id: 无此法}", "unknown_source", 3),
    (CODES, "list: land,", "list: sea,", "unknown_code_list", 9),
    (ROWS, "0101,水田,01,农", "0101,水田,09,农", "unknown_code", 3),
    (ROWS, "0101,水田,01,农", "0101,水田,01;0102,农", "unknown_code", 3),
    (ROWS, "0101,水田,01,农,true", "0101,水田,01,农", "ragged_row", 3),
    (ROWS, "水田,01,农,true", '水"田,"x"y,农,true', "not_csv", 3),
    (ROWS, "0101,水田", "01,水田", "duplicate_id", 3),
    (ROWS, "0101,水田", "0101,", "blank_cell", 3),
    (ROWS, "0101,水田", "0101, 水田", "blank_cell", 3),
    (ROWS, "01,农", "01,未", "cell_not_one_of", 3),
    (ROWS, "建,false", "建,否", "cell_not_one_of", 4),
    (ROWS, "name", "code", "duplicate_key", 1),
    (CLASSES, "land,0101", "land,0109", "unknown_code", 2),
    (CLASSES, "farmland,land", "farmland,sea", "unknown_code_list", 2),
    (CLASSES, "0101,法", "0101,无此法", "unknown_source", 2),
    (CLASSES, "building,land,07,法,false", "farmland,land,0101,法,false", "duplicate_id", 3),
    (CLASSES, "法,false", "法,maybe", "cell_not_one_of", 3),
    (CLASSES, "code_list", "list", "columns_differ", 1),
    (PARAMETERS, "watch.smallest:", "other.smallest:", "wrong_prefix", 1),
    (PARAMETERS, "unit: 平方米", "unit: 平米", "unknown_unit", 3),
    (PARAMETERS, "until: 2022-12-31", "until: 2023-01-01", "overlapping_dates", 6),
    (PARAMETERS, ", until: 2022-12-31", "", "overlapping_dates", 6),
    (PARAMETERS, "until: 2022-12-31", "until: 2022-12-30", "gapped_dates", 6),
    (PARAMETERS, "until: 2022-12-31", "until: 2019-12-31", "date_order", 5),
    (PARAMETERS, "value: 400", "value: [400]", "wrong_type", 5),
    (PARAMETERS, "{id: 法, article", "{id: 无此法, article", "unknown_source", 6),
    (INDICATOR, "id: farmland", "id: arable", "stem_differs", 1),
    (INDICATOR, "unit: 万亩", "unit: 万畝", "unknown_unit", 5),
    (INDICATOR, "unit: 万亩", "unit: 亩", "no_unit_rule", 5),
    (INDICATOR, "base_unit: 平方米", "base_unit: 立方米", "unit_mismatch", 6),
    (INDICATOR, "base_unit: 平方米", "base_unit: 公顷", "unit_mismatch", 6),
    (INDICATOR, 'direction: ">="', 'direction: "≥"', "not_one_of", 7),
    (INDICATOR, "inputs: [land]", "inputs: [land, redline]", "not_in_sql", 9),
    (INDICATOR, "column: part_ridges", "column: part_walls", "not_in_sql", 15),
    (INDICATOR, "AS value", "AS total", "not_in_sql", 12),
    (INDICATOR, "unit: 公顷, name", "unit: 亩, name", "no_unit_rule", 15),
    (INDICATOR, "parameters: []", "parameters: [watch.largest]", "unknown_parameter", 10),
    (INDICATOR, "sources: [{id: 法, article", "sources: [{id: 无此法, article", "unknown_source", 16),
    (INDICATOR, "sources: [{id: 法, article: 第一条}]", "sources: []", "bad_value", 16),
    (RULE, "code: CH01", "code: CH02", "stem_differs", 1),
    (RULE, "from: [farmland]", "from: [forest]", "unknown_class", 4),
    (RULE, "inside: LINE", "inside: LINES", "unknown_layer_kind", 6),
    (RULE, "inside: LINE", "inside: PERMITS", "wrong_layer_kind", 6),
    (RULE, "exempt_by: PERMITS", "exempt_by: LINE", "wrong_layer_kind", 8),
    (RULE, "answer: fail", "answer: cannot_tell", "not_one_of", 9),
    (RULE, "message: change.farmland_built", "message: change.farmland_lost", "unknown_message", 11),
    (RULE, "parameters: [watch.smallest]", "parameters: []", "unused_parameter", None),
    (RULE, "parameters: [watch.smallest]", "parameters: [watch.largest]", "unused_parameter", None),
    (FIELDS, "list: land", "list: sea", "unknown_code_list", 2),
    (FIELDS, "unit: 平方米", "unit: m", "unknown_unit", 2),
    (KINDS, "fields: [BSM, MJ]", "fields: [BSM, MM]", "unknown_field", 1),
    (KINDS, "fields: [BSM, MJ]", "ages: watch.largest, fields: [BSM, MJ]", "unknown_parameter", 1),
    (KINDS, "LINE:", "Line:", "bad_form", 1),
    (KINDS, "geometry: polygon", 'geometry: polygon, ysdm: "2001010100"', "bad_value", 1),
    (MESSAGES, "{size} of farmland", "{sizes} of farmland", "placeholder_mismatch", 1),
    (MESSAGES, "{area} 占用耕地", "{} 占用耕地", "bad_placeholder", 2),
    (MESSAGES, "{area} 占用耕地", "{area 占用耕地", "bad_placeholder", 2),
    (MESSAGES, '  en: "{size} of farmland built over in {area}."\n', "", "missing_key", 1),
    (MESSAGES, "change.farmland_built:", "Change:", "bad_form", 1),
]

# (page, its whole text, code, line)
NEW_PAGES = [
    (
        "sources/twice.yaml",
        "id: 法\nnumber: null\ntitle: 同号\nkind: statute\nissuer: null\nverified: true\n",
        "duplicate_id",
        1,
    ),
    ("messages/twice.yaml", "# 同号\nchange.farmland_built:\n  zh: 一\n  en: one\n", "duplicate_id", 2),
    ("sources/empty.yaml", "# nothing\n", "empty", 1),
    ("sources/gbk.yaml", "id: 甲\nnumber: null\ntitle: 某法\n".encode("gbk"), "not_utf8", 1),
    ("source/typo.yaml", "id: 甲\n", "stray_page", 1),
    ("sources/deeper/law.yaml", "id: 甲\n", "stray_page", 1),
    ("rules.yaml", "a: 1\n", "stray_page", 1),
    ("sources/law.yml", "a: 1\n", "stray_page", 1),
    ("codes/orphan.csv", "code,name\n1,a\n", "stray_page", 1),
    ("codes/void.csv", "", "empty", 1),
    ("approvals/vocabulary.yaml", "indicators: []\noperators: []\n", "bad_value", 1),
]


@pytest.mark.parametrize(("name", "found", "put", "code", "line"), FAULTS)
def test_one_fault(write_book, pages, name, found, put, code, line):
    assert pages[name].count(found) >= 1
    root = write_book({name: pages[name].replace(found, put, 1)})
    with pytest.raises(LawbookError) as caught:
        load(root)
    error = caught.value
    assert error.code == f"lawbook.{code}"
    if line is not None:  # the fault of an unused parameter lies on the parameter's page
        assert (error.params["file"], error.params["line"]) == (name, line)
    else:
        assert (error.params["file"], error.params["line"]) == (PARAMETERS, 1)


@pytest.mark.parametrize(("name", "text", "code", "line"), NEW_PAGES)
def test_one_page_too_many(write_book, name, text, code, line):
    with pytest.raises(LawbookError) as caught:
        load(write_book({name: text}))
    assert (caught.value.code, caught.value.params["file"], caught.value.params["line"]) == (
        f"lawbook.{code}",
        name,
        line,
    )


def test_header_without_rows(write_book):
    with pytest.raises(LawbookError) as caught:
        load(write_book({ROWS: None}))
    assert caught.value.code == "lawbook.no_csv"


def test_two_indicators_of_one_name(write_book, pages):
    other = pages[INDICATOR].replace("id: farmland", "id: arable").replace("耕地保有量", "耕 地")
    root = write_book({"indicators/arable.yaml": other})
    with pytest.raises(LawbookError) as caught:
        load(root)
    assert caught.value.code == "lawbook.same_name"  # both answer to 耕地保有面积


def test_two_rules_of_one_order(write_book, pages):
    root = write_book({"rules/change/CH02.yaml": pages[RULE].replace("CH01", "CH02")})
    with pytest.raises(LawbookError) as caught:
        load(root)
    assert caught.value.code == "lawbook.same_order"


def test_column_that_only_the_header_knows(write_book, pages):
    with pytest.raises(LawbookError) as caught:
        load(write_book({CODES: pages[CODES].replace("  name: {zh: 名称, en: Name}\n", "")}))
    assert (caught.value.code, caught.value.params["file"]) == ("lawbook.columns_differ", ROWS)


def test_every_fault_has_its_sentence_in_both_languages(write_book, pages):
    """No fault may reach a planner as a bare code, or with a gap where file, line or cause should stand."""
    sentences = load().messages
    for name, found, put, *_ in FAULTS:
        with pytest.raises(LawbookError) as caught:
            load(write_book({name: pages[name].replace(found, put, 1)}))
        error = caught.value
        assert sentences[error.code].names <= error.params.keys(), error.code
        assert f"{error.params['file']} 第 {error.params['line']} 行" in message(error.code, **error.params)
        assert f", line {error.params['line']}" in message(error.code, "en", **error.params)


def test_the_sound_book_loads(write_book):
    book = load(write_book({}))
    assert book.indicator_named("耕地保有面积") is book.indicators["farmland"]
    assert book.land_class("farmland", "land") == {"0101"}
    assert book.code_lists["land"].row_verified("0101")
    assert not book.code_lists["land"].row_verified("07")
    assert book.change_rules["CH01"].answer == "fail"


def test_digest_hangs_on_every_page_but_not_on_line_ends(write_book, pages):
    digest = load(write_book({})).digest
    assert load(write_book({SOURCE: "\ufeff" + pages[SOURCE].replace("\n", "\r\n")})).digest == digest
    assert load(write_book({ROWS: pages[ROWS].replace("水田", "水浇地")})).digest != digest
    assert load(write_book({MESSAGES: pages[MESSAGES].replace("占用", "占")})).digest != digest


def test_bare_folders_are_no_fault(write_book):
    root = write_book({INDICATOR: None, RULE: None, PARAMETERS: None})
    (root / "__pycache__").mkdir()
    assert not load(root).indicators

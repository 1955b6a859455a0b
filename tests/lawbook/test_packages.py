"""Package profiles: put together, refused where they lead nowhere, true to what was seen."""

from __future__ import annotations

import re
from collections import Counter
from itertools import permutations

import pytest

from lantu.core.errors import LawbookError
from lantu.lawbook import load
from lantu.lawbook.packages import spans
from lantu.lawbook.profile_diff import diff

BASE, ABOVE = "profiles/packages/plan-2020.yaml", "profiles/packages/plan-2021.yaml"

# (page, text to find, text to put there, code after "lawbook.", line)
FAULTS = [
    (BASE, "id: plan-2020", "id: plan-2019", "stem_differs", 1),
    (ABOVE, "id: plan-2021", "id: plan-2022", "stem_differs", 1),
    (ABOVE, "id: plan-2021", "id: plan-2020", "duplicate_id", 1),
    (ABOVE, "extends: plan-2020", "extends: plan-2019", "unknown_profile", 3),
    (ABOVE, "extends: plan-2020", "extends: plan-2021", "extends_itself", 3),
    (BASE, "level: county", "level: county\nextends: plan-2021", "extends_itself", None),
    (BASE, "level: county\n", "", "missing_key", 1),
    (BASE, "level: county", "level: village", "not_one_of", 3),
    (BASE, "systems: [4490]", "systems: [4326]", "bad_value", 8),
    (BASE, "{id: 法}", "{id: 无此法}", "unknown_source", 5),
    (BASE, "land_use: land", "land_use: sea", "unknown_code_list", 6),
    (BASE, "zones: land\n", "zones: zones\n", "unknown_code_list", 7),
    (BASE, "{MJ: land_use}", "{MJ: sea}", "unknown_code_list", 10),
    (BASE, "{MJ: land_use}", "{MM: land_use}", "unknown_field", 10),
    (BASE, "types: {BSM: C20}", "types: {BSM: text}", "bad_form", 9),
    (BASE, "level: county", 'level: county\nprovince: "220000"', "unknown_code", 4),
    (BASE, "presence: required", "presence: perhaps", "not_one_of", 14),
    (BASE, "    presence: required\n", "", "missing_key", 13),
    (BASE, "  LINE:", "  CURVE:", "unknown_layer_kind", 13),
    (BASE, "required: [BSM]", "required: [BSN]", "unknown_field", 16),
    (BASE, "required: [BSM]", "required: [BSM]\n    optional: [BSM]", "duplicate_key", 17),
    (BASE, "required: [BSM]", "required: [BSM]\n    ysdm: null", "bad_value", 13),
    (BASE, "required: [BSM]", "required: [BSM]\n    like: LINE", "bad_value", 13),
    (BASE, "required: [BSM]", "without: [MJ]\n    types: {MJ: D9.2}", "field_not_in_layer", 17),
    (ABOVE, "until: 2022-01-02", "until: 2020-12-31", "ends_first", 5),
    (ABOVE, "until: 2022-01-02", "until: 2022-02-30", "not_a_day", 5),
    (ABOVE, '"[0-9]{6}.+"', '"[0-9{6}.+"', "bad_pattern", 7),
    (ABOVE, "verified: false", 'documents: {"(": {zh: 文本, en: Text}}\nverified: false', "bad_pattern", 8),
    (ABOVE, "verified: false", "without: [PERMITS]\nverified: false", "no_such_layer", 8),
    (ABOVE, "verified: false", "types: {MJ: D9.2}\nverified: false", "field_in_no_layer", 8),
    (ABOVE, "without: [MJ]", "without: [MM]", "field_not_in_layer", 10),
    (ABOVE, "optional: [BSM]", "lists: {MJ: zones}", "field_not_in_layer", 10),
    (ABOVE, "{without:", "{like: LINE, name: {zh: 线, en: Line}, without:", "like_again", 10),
    (ABOVE, "presence: optional", "presence: optional, aliases: [xian]", "duplicate_id", 11),
]  # fmt: skip


@pytest.fixture(scope="module")
def book():
    return load()


@pytest.mark.parametrize(("name", "found", "put", "code", "line"), FAULTS)
def test_one_fault(write_book, pages, name, found, put, code, line):
    assert pages[name].count(found) >= 1
    with pytest.raises(LawbookError) as caught:
        load(write_book({name: pages[name].replace(found, put, 1)}))
    error = caught.value
    assert error.code == f"lawbook.{code}"
    assert line is None or (error.params["file"], error.params["line"]) == (name, line)
    assert load().messages[error.code].names <= error.params.keys()


def test_a_longer_circle_is_named(write_book, pages):
    third = pages[ABOVE].replace("plan-2021", "plan-2022").replace("extends: plan-2020", "extends: plan-2021")
    closed = pages[ABOVE].replace("extends: plan-2020", "extends: plan-2022")
    with pytest.raises(LawbookError) as caught:
        load(write_book({"profiles/packages/plan-2022.yaml": third, ABOVE: closed}))
    assert caught.value.params["chain"] == "plan-2021 → plan-2022 → plan-2021"


def test_a_name_of_another_layer_is_no_name_of_this(write_book, pages):
    """Whichever page says it: case does not matter in names of layers."""
    put = pages[ABOVE].replace("optional: [BSM]", "optional: [BSM], aliases: [permits]")
    with pytest.raises(LawbookError) as caught:
        load(write_book({ABOVE: put}))
    assert (caught.value.code, caught.value.params["id"]) == ("lawbook.duplicate_id", "permits")


def test_what_is_extended_and_what_is_changed(write_book):
    base, above = load(write_book({})).profiles.values()
    line = base.layers["LINE"]
    assert {n: (f.presence, f.type, f.code_list) for n, f in line.fields.items()} == {
        "BSM": ("required", "C20", None),
        "MJ": ("expected", None, "land"),
    }
    assert (above.level, above.systems, above.extends) == ("county", (4490,), "plan-2020")
    assert (base.package_name, above.package_name) == (None, "[0-9]{6}.+")
    assert {n: (f.presence, f.type) for n, f in above.layers["LINE"].fields.items()} == {
        "BSM": ("optional", "C20")
    }
    assert above.layers["LINE"].aliases == ("XIAN",)
    assert list(above.layers) == ["LINE", "PERMITS"] and list(base.layers) == ["LINE"]
    assert above.layers["PERMITS"].geometry == "none"


def test_a_new_edition_of_a_list_changes_one_line(write_book, pages):
    """`land_use` in lists is the profile's own list: fields that a page below names follow it."""
    other = {
        "codes/land_2021.yaml": pages["codes/land.yaml"].replace("id: land\n", "id: land_2021\n"),
        "codes/land_2021.csv": pages["codes/land.csv"],
        ABOVE: pages[ABOVE]
        .replace("without: [MJ], ", "")
        .replace("verified:", "land_use: land_2021\nverified:", 1),
    }
    base, above = load(write_book(other)).profiles.values()
    assert base.layers["LINE"].fields["MJ"].code_list == "land"
    assert above.layers["LINE"].fields["MJ"].code_list == "land_2021"


def test_a_layer_says_more_than_the_page(write_book, pages):
    put = pages[BASE].replace("required: [BSM]", "required: [BSM]\n    types: {BSM: C9}")
    again = pages[ABOVE].replace("verified:", "types: {BSM: C30}\nverified:", 1)
    base, above = load(write_book({BASE: put, ABOVE: again})).profiles.values()
    assert base.layers["LINE"].fields["BSM"].type == "C9"
    assert above.layers["LINE"].fields["BSM"].type == "C9"
    assert above.layers["PERMITS"].fields["BSM"].type == "C30"


def test_a_layer_like_another(write_book, pages):
    put = pages[BASE] + "  BEFORE:\n    like: LINE\n    name: {zh: 前, en: Before}\n    presence: optional\n"
    layer = load(write_book({BASE: put})).profiles["plan-2020"].layers["BEFORE"]
    assert (layer.kind, layer.name.zh, layer.geometry, list(layer.fields)) == (
        "BEFORE",
        "前",
        "polygon",
        ["BSM", "MJ"],
    )


# --- the packaged profiles ----------------------------------------------------------------------------

THREE_LINES = {
    "YJJBNT": "BSM YSDM XZQDM XZQMC YJJBNTTBBH TBBH DLBM DLMC QSXZ QSDWDM QSDWMC ZLDWDM ZLDWMC YJJBNTTBMJ "
    "YJJBNTMJ SJNF BHKSSJ BHJSSJ WDGD",
    "STBHHX": "BSM YSDM XJXZQDM SJXZQMC SJXZQMC1 XJXZQMC LHLX MJ",
    "CZKFBJ": "BSM YSDM XZQDM XZQMC GHFQDM GHFQMC MJ",
}


def test_the_three_lines_have_the_fields_that_were_seen(book):
    layers = book.profiles["county-2021"].layers
    for kind, names in THREE_LINES.items():
        assert layers[kind].presence == "required"
        found = {name for name, field in layers[kind].fields.items() if field.presence == "required"}
        assert found == set(names.split()), kind
    assert {kind for kind, layer in layers.items() if layer.presence == "required"} == {
        *THREE_LINES,
        "XZQX",
        "XZQ",
    }


def test_the_land_survey_has_its_field_table(book):
    types = """BSM C18, YSDM C10, TBYBH C8, TBBH C8, DLBM C5, DLMC C60, QSXZ C2, QSDWDM C19, QSDWMC C60,
        ZLDWDM C19, ZLDWMC C60, TBMJ D18.2, KCDLBM C5, KCXS F6.4, KCMJ D18.2, TBDLMJ D18.2, GDLX C2,
        GDPDJB C2, XZDWKD F5.1, TBXHDM C4, TBXHMC C20, ZZSXDM C6, ZZSXMC C10, GDDB I2, FRDBS C1, CZCSXM C4,
        SJNF I4, MSSM C2, HDMC C100, BZ C254"""
    fields = book.profiles["land-survey-2020"].layers["DLTB"].fields
    assert [(name, field.type) for name, field in fields.items()] == [
        tuple(pair.split()) for pair in types.split(",")
    ]
    assert {name for name, field in fields.items() if not field.verified} == {"MSSM", "HDMC"}
    along = book.profiles["county-2021"].layers["DLTB"].fields
    assert {name: field.type for name, field in along.items()} == {n: f.type for n, f in fields.items()}


def test_editions_and_provinces_differ_by_their_lists_alone(book):
    of = book.profiles
    changed = diff(of["county-2021"], of["county-2023"], book.code_lists)
    assert {each.what for each in changed.facts} == {"since", "standard", "land_use"}
    assert list(changed.layers) == ["ZXCQGHYDYH"] and not changed.added and not changed.removed
    province = diff(of["county-2021"], of["zhejiang-county-2021"], book.code_lists)
    assert list(province.layers) == ["GHFQ", "YDYHGHFQ", "ZXCQGHFQ"]
    assert {each.code for each in province.lists[0].other_meaning} == {"530", "540", "700"}
    assert of["zhejiang-county-2021"].layers["CZKFBJ"].fields["GHFQDM"].code_list == "czkfbj"
    assert of["jilin-county-2023"].layers == of["county-2023"].layers


def test_maintenance_has_three_layers_of_each(book):
    profile = book.profiles["county-maintenance-2026"]
    before, changes, after = (
        {kind.removeprefix(side) for kind in profile.layers if kind.startswith(side)}
        for side in ("WHQ", "WHC", "WHH")
    )
    assert before == changes == after and len(profile.layers) == 30
    county = book.profiles["county-2023"].layers
    for kind in before:
        assert profile.layers[f"WHQ{kind}"].fields == county[kind].fields
        assert set(profile.layers[f"WHC{kind}"].fields) == {
            "BSM", "YSDM", "XZQDM", "XZQMC", "WHLX", "WHLY", "JDZBLY", "WHBH", "KZBSHSLX", "BZ",
        }  # fmt: skip
        assert profile.layers[f"WHH{kind}"].single_part
    assert profile.package_name is not None
    assert re.fullmatch(profile.package_name, "220882大安市2026年度县级国土空间总体规划动态维护.gdb")
    assert not re.fullmatch(profile.package_name, "大安市动态维护.gdb")


def test_every_code_fits_its_field(book):
    """A list whose codes are longer than the field that takes them could not be followed."""
    for profile in book.profiles.values():
        for layer in profile.layers.values():
            for field in layer.fields.values():
                width = re.fullmatch(r"C(\d+)", field.type or "")
                if width and field.code_list and not field.name.endswith("JLDM"):  # those hold one level each
                    longest = max(map(len, book.code_lists[field.code_list].rows))
                    assert longest <= int(width[1]), (profile.id, layer.kind, field.name)


def test_what_was_not_seen_says_so(book):
    for profile in book.profiles.values():
        assert profile.verified or profile.note, profile.id
        for layer in profile.layers.values():
            assert layer.verified or not any(field.verified for field in layer.fields.values())
    assert not book.profiles["county-2021"].layers["GHZBB"].verified


# --- land uses of 2020 --------------------------------------------------------------------------------


def test_the_trial_list_has_the_counts_that_were_published(book):
    rows = book.code_lists["landuse_2020"].rows
    assert Counter(row["level"] for row in rows.values()) == {"1": 24, "2": 106, "3": 39}
    sea = [
        code
        for code, row in rows.items()
        if row["level"] == "2" and row["parent"] in {"18", "19", "20", "21", "22"}
    ]
    assert len(sea) == 16  # said at the ministry's press conference of 2020-12-10
    assert all(row["parent"] == code[:-2] for code, row in rows.items())


def test_every_code_of_2020_leads_into_2023(book):
    old, new = book.code_lists["landuse_2020"], book.code_lists["landuse_2023"]
    moved = book.code_lists["landuse_2020_to_2023"].rows
    for code, row in old.rows.items():
        if code in moved:
            assert row["name"] == moved[code]["name_2020"] and not old.row_verified(code)
        else:
            assert code in new.rows
            assert row["name"] == new.name(code) or code == "0903"
    # What means something else now is in both; what got a new code is not in the list under its new one.
    assert all(code in new.rows for code, row in moved.items() if row["other_meaning"] == "true")
    assert not {"0205", "060201", "060202", "060203", "2206"} & old.rows.keys()


# --- comparing ----------------------------------------------------------------------------------------


def test_codes_that_mean_something_else(book):
    of = book.profiles
    there = diff(of["county-2021"], of["county-2023"], book.code_lists).lists[0]
    back = diff(of["county-2023"], of["county-2021"], book.code_lists).lists[0]
    assert {each.code for each in there.other_meaning} == {
        "0204",
        "0602",
        "060102",
        "1312",
        "2202",
        "2302",
        "2303",
    }
    assert [(each.before, each.after) for each in there.other_meaning if each.code == "2303"] == [
        ("田间道", "田坎")
    ]
    assert ("2303", "060102") in there.moves and ("060102", "1207") in there.moves
    assert sorted(there.moves) == sorted((a, b) for b, a in back.moves)
    assert {(e.code, e.before, e.after) for e in there.other_meaning} == {
        (e.code, e.after, e.before) for e in back.other_meaning
    }


def test_each_way_is_the_other_turned_round(book):
    for a, b in permutations(book.profiles.values(), 2):
        there, back = diff(a, b, book.code_lists), diff(b, a, book.code_lists)
        assert {each.kind for each in there.added} == {each.kind for each in back.removed}
        assert {(c.what, repr(c.before), repr(c.after)) for c in there.facts} == {
            (c.what, repr(c.after), repr(c.before)) for c in back.facts
        }
        assert there.layers.keys() == back.layers.keys()
        for kind, layer in there.layers.items():
            assert {f.name for f in layer.added} == {f.name for f in back.layers[kind].removed}
            assert layer.fields.keys() == back.layers[kind].fields.keys()
    assert all(diff(each, each, book.code_lists).same for each in book.profiles.values())


def test_runs_of_numbers():
    assert spans((4490,)) == "4490"
    assert spans((4550, 4490, 4513, 4514, 4515)) == "4490, 4513–4515, 4550"

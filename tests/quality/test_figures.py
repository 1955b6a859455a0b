"""The page of figures against the rest of the lawbook; cells; what stays when rows are shuffled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lantu.approvals.vocabulary import vocabulary
from lantu.lawbook import load
from lantu.quality.figures import cell_of, key_of, page_of
from quality.cases import run

BOOK = load()
WORDS = vocabulary(BOOK.pages["approvals/vocabulary"])
EMPTY = set(page_of(BOOK)["empty"])


def test_the_page_names_what_the_lawbook_has() -> None:
    page = page_of(BOOK)
    kind = BOOK.layer_kinds[page["table"]]
    assert set(page["columns"].values()) <= set(kind.fields)
    assert {*page["required"]["indicators"], *(each["indicator"] for each in page["layers"])} <= set(
        BOOK.indicators
    )
    for formula in page["layers"]:
        for part in (formula["sum"], formula.get("per", formula["sum"])):
            fields = BOOK.layer_kinds[part["layer"]].fields
            assert {part["field"], part.get("where", part["field"])} <= set(fields)
            if "class" in part:
                code_list = BOOK.fields[part["where"]].code_list
                assert code_list is not None
                assert BOOK.land_class(part["class"], code_list)
        assert set(formula.get("mistaken", ())) <= set(BOOK.layer_kinds[formula["sum"]["layer"]].fields)


def test_no_name_of_a_list_is_one_of_the_lawbook() -> None:
    names = [name for group in page_of(BOOK)["known"] for name in group["indicators"]]
    assert not [name for name in names if BOOK.indicator_named(name)]


@pytest.mark.parametrize(
    ("text", "kind", "value", "op"),
    [
        ("327.40", "number", "327.40", None),
        ("≥327.40", "number", "327.40", ">="),
        ("不低于327.40万亩", "number", "327.40", ">="),
        ("1.18以内", "number", "1.18", "<="),
        ("３２７．４０", "number", "327.40", None),
        ("1,316.46", "number", "1316.46", None),
        ("-3.5", "number", "-3.5", None),
        ("0", "number", "0", None),
        ("", "empty", None, None),
        (" — ", "empty", None, None),
        ("不超过上级下达指标", "upper", None, None),
        ("327\U001001b040", "odd", None, None),
        ("327。40", "odd", None, None),
        ("1316,46", "odd", None, None),
        ("007", "odd", None, None),
        ("327.40公顷", "odd", None, None),
        ("300-330", "odd", None, None),
        ("以国家下达为准吗", "odd", None, None),
        ("１²", "odd", None, None),
    ],
)
def test_cells_are_read_or_asked_about(text: str, kind: str, value: str | None, op: str | None) -> None:
    cell = cell_of(WORDS, text, "万亩", EMPTY)
    assert (cell.kind, cell.value, cell.op) == (kind, None if value is None else Decimal(value), op)


def test_an_indicator_is_one_under_all_its_names() -> None:
    assert key_of(BOOK, "永久基本农田") == key_of(BOOK, "basic_farmland") == "basic_farmland"
    assert key_of(BOOK, "湿地") == key_of(BOOK, "湿 地面积")
    assert key_of(BOOK, "湿地面积") != key_of(BOOK, "草地面积")


def test_a_difference_keeps_its_identity() -> None:
    rows = [
        {"XZQDM": "220882", "ZBMC": "耕地保有量", "ZBDW": "万亩", "MBNZ": "327.40"},
        {"XZQDM": "220882", "ZBMC": "永久基本农田", "ZBDW": "万亩", "MBNZ": "249.00"},
        {"XZQDM": "220882", "ZBMC": "湿地面积", "ZBDW": "公顷", "MBNZ": "10"},
    ]
    reply = [
        {"indicator": "永久基本农田", "op": ">=", "value": Decimal("249.12"), "unit": "万亩", "year": 2035}
    ]
    rule = BOOK.quality_rules["QC2011"]
    one = run(rule, {"layers": {"GHZBB": rows}, "reply": reply})
    other = run(rule, {"layers": {"GHZBB": rows[::-1]}, "reply": reply})
    worse = run(
        rule,
        {
            "layers": {"GHZBB": [rows[1] | {"MBNZ": "200"}, rows[0]]},
            "reply": [*reply, reply[0] | {"year": 2030}],
        },
    )
    assert len(one.findings) == 1
    assert [each.id for each in one.findings] == [each.id for each in other.findings]
    assert one.findings[0].id in {each.id for each in worse.findings}

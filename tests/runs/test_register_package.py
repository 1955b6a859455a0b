"""An accepted package becomes a draft: kept with its reasons, seen by nothing that measures or serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

import world
from lantu.core.errors import ConflictError, InputError
from lantu.core.finding import Answer
from lantu.quality.findings import Acceptance, RuleResult
from lantu.quality.workspace import Workspace
from lantu.runs.register_package import register
from lantu.store import Home
from runs.taken_package import (
    BOOK,
    BOUNDARY,
    RED_LINE,
    bench,
    checked,
    findings,
    polygons,
    rule,
    take_in,
    water,
    whole_package,
)
from world import rect


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


# --- what is taken in -----------------------------------------------------------------------------------


def test_layers_and_tables_come_in_as_delivered(home: Home) -> None:
    two = {"R2": rect(0, 0, 100, 100), "R1": rect(800, 250, 1000, 750)}
    work = bench([polygons("STBHHX", two), water()])
    package = take_in(home, work)
    assert (package.area_code, package.profile, package.verdict) == (world.AREA_CODE, "county-2021", "accept")
    layer, table = (home.layers.get(package.layers[kind], drafts=True) for kind in ("STBHHX", "WATER_USE"))
    data = home.layers.read(layer)
    # In the order of the file; the rules looked from west to east.
    assert work.sheets["STBHHX"].order.tolist() == [1, 0]
    assert data.attributes["BSM"].to_pylist() == ["R1", "R2"]
    assert shapely.equals_exact(data.geometry, world.geographic([two["R1"], two["R2"]])).all()
    assert (layer.source_name, layer.source_layer) == ("成果.gpkg", "STBHHX")
    assert layer.source_digest == "sha256:空间数据/成果.gpkg"
    assert home.layers.read(table).attributes.to_pylist() == water().table.to_pylist()
    assert home.packages.evidence(package) == b'{"findings": []}'
    assert data.crs == world.CRS_4490


def test_registered_twice_it_stands_once(home: Home) -> None:
    first, head = take_in(home), home.ledger.head
    again = take_in(home)
    assert again == first
    assert again.already_there
    assert home.ledger.head == head


def test_what_is_left_out_or_taken_otherwise_is_said(home: Home) -> None:
    rows = polygons("YJJBNT", RED_LINE)
    empty = replace(rows, table=rows.table.slice(0, 0), wkb=rows.wkb.slice(0, 0))
    wgs84 = polygons("STBHHX", RED_LINE, CRS.from_epsg(4326))
    work = bench([wgs84, polygons("GHFQ_OF_PROVINCE", BOUNDARY), polygons("DLTB", BOUNDARY), empty])
    stray = polygons("草图", BOUNDARY)
    work = replace(work, package=replace(work.package, layers=(*work.package.layers, stray)))
    package = take_in(home, work)
    assert {(note.code, note.layer) for note in package.notes} == {
        ("package.note_wgs84", "STBHHX"),
        ("package.note_unknown_kind", "GHFQ_OF_PROVINCE"),
        ("package.note_yearly", "DLTB"),
        ("package.note_no_rows", "YJJBNT"),
        ("package.note_not_in_profile", "草图"),
    }
    assert list(package.layers) == ["STBHHX"]
    assert home.layers.get(package.layers["STBHHX"], drafts=True).epsg == 4490
    for note in package.notes:
        for sentence in (BOOK.messages[note.code].zh, BOOK.messages[note.code].en):
            said = sentence.format(layer=note.layer, where=note.where)
            assert note.layer in said
            assert "成果.gpkg" in said


def test_accepted_deviations_are_kept_with_their_reasons(home: Home) -> None:
    work = whole_package()
    stands = Acceptance("f0", "飞地，批文〔2024〕7号", "甲", "2027-01-01", expired=False)
    past = replace(stands, id="f1", expired=True)
    results = (
        findings(rule(), 1, acceptance=stands),
        findings(rule("QX98", "warn"), 2, acceptance=past),
    )
    package = register(home, checked(work, *results), work, b"{}")
    assert package.acceptances == (
        {"id": "f0", "reason": "飞地，批文〔2024〕7号", "person": "甲", "until": "2027-01-01"},
    )


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("results", "code", "count", "verdict"),
    [
        ([findings(rule(), 3)], "package.not_accepted", 3, "退回 return"),
        ([findings(rule(), 2, Answer.CANNOT_TELL)], "package.not_accepted", 2, "需人工 a person decides"),
        ([RuleResult(rule(), Answer.CANNOT_TELL, why=("x", {}))], "package.not_accepted", 1, "需人工"),
        # Warnings hold nothing back, and are not counted.
        ([findings(rule(), 1), findings(rule("QX98", "warn"), 5)], "package.not_accepted", 1, "退回"),
        (
            [findings(rule(), 2, acceptance=Acceptance("f", "r", "p", "2020-01-01", expired=True))],
            "package.not_accepted", 2, "退回",
        ),
        (
            [RuleResult(each, None, why=("x", {})) for each in BOOK.quality_rules.values()],
            "package.nothing_judged", None, "需人工",
        ),
    ],
)  # fmt: skip
def test_what_was_not_accepted_stays_out_and_is_told_why(
    home: Home, results: list[RuleResult], code: str, count: int | None, verdict: str
) -> None:
    work = whole_package()
    with pytest.raises(ConflictError) as caught:
        register(home, checked(work, *results), work, b"{}")
    assert caught.value.code == code
    assert caught.value.params.get("count") == count
    assert str(caught.value.params["verdict"]).startswith(verdict)
    assert home.packages.list() == home.layers.list(drafts=True) == home.ledger.entries() == []
    assert not (home.path / "checks").exists()


def test_warnings_hold_nothing_back(home: Home) -> None:
    work = whole_package()
    register(home, checked(work, findings(rule("QX98", "warn"), 5)), work, b"{}")
    assert len(home.packages.list()) == 1


def test_a_check_by_some_rules_only_is_none(home: Home) -> None:
    work = whole_package()
    some = checked(work, RuleResult(rule(), Answer.PASS))
    lacking = next(iter(BOOK.quality_rules))
    results = tuple(each for each in some.results if each.rule.code != lacking)
    with pytest.raises(ConflictError, match=r"package\.rules_left_out") as caught:
        register(home, replace(some, results=results), work, b"{}")
    assert lacking in str(caught.value.params["rules"])


def _without_county() -> Workspace:
    layer = polygons("STBHHX", RED_LINE)
    return bench([replace(layer, table=layer.table.drop_columns(["XZQDM"]))])


def _twice() -> Workspace:
    return bench([polygons("STBHHX", RED_LINE), polygons("STBHHX", RED_LINE, file="备份/旧.gpkg")])


def _doubled_column() -> Workspace:
    layer = polygons("STBHHX", RED_LINE)
    return bench([replace(layer, table=layer.table.append_column("BSM", layer.table["BSM"]))])


def _no_shape() -> Workspace:
    return bench(
        [polygons("STBHHX", RED_LINE), polygons("CZKFBJ", BOUNDARY, wkb=pa.nulls(1, pa.large_binary()))]
    )


def _other_system() -> Workspace:
    return bench([polygons("STBHHX", RED_LINE, CRS.from_epsg(2343))])


def _yearly_only() -> Workspace:
    return bench([polygons("DLTB", BOUNDARY)])


@pytest.mark.parametrize(
    ("make", "kind", "code"),
    [
        (_without_county, ConflictError, "package.no_county"),
        (_twice, ConflictError, "package.layer_twice"),
        (_doubled_column, InputError, "package.column_twice"),
        (_no_shape, InputError, "layer.null_geometry"),
        (_other_system, InputError, "crs.unsupported"),
        (_yearly_only, ConflictError, "package.no_layers"),
    ],
)
def test_what_the_store_cannot_hold_is_refused_whole(
    home: Home, make: Callable[[], Workspace], kind: type[Exception], code: str
) -> None:
    with pytest.raises(kind, match=code.replace(".", r"\.")):
        take_in(home, make())
    assert home.packages.list() == home.layers.list(drafts=True) == home.ledger.entries() == []

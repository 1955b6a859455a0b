"""An accepted package becomes a draft: kept with its reasons, seen by nothing that measures or serves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyproj import CRS

import world
from lantu.core.errors import ConflictError, InputError, NotFoundError
from lantu.core.finding import Answer
from lantu.lawbook import LayerSpec, PackageProfile, QualityRule, load
from lantu.lawbook.models import Citation, FieldSpec, Words
from lantu.overlay.packing import pack_shapes
from lantu.quality.check import Checked
from lantu.quality.findings import Acceptance, QualityFinding, RuleResult
from lantu.quality.package import Package, PackageFile, PackageLayer
from lantu.quality.workspace import Workspace
from lantu.runs.add_layer import add_layer
from lantu.runs.control_index import InForce
from lantu.runs.look_up_site import look_up
from lantu.runs.measure import measure
from lantu.runs.register_package import register
from lantu.runs.write_report import write_report
from lantu.store import Home
from lantu.web.app import create_app
from lantu.web.site import Site
from store.delivered import Delivery
from web.conftest import Client, problem
from world import rect
from world_home import world_home

# The world's red line without R2; an urban boundary that covers everything; an outline twice as wide.
RED_LINE = {"R1": rect(800, 250, 1000, 750)}
BOUNDARY = {"G1": rect(0, 0, 1000, 1000)}
OUTLINE = {"X1": rect(0, 0, 2000, 1000)}
WORDS = Words("图层", "layer")
BOOK = load()


# --- packages and checks, by hand -----------------------------------------------------------------------


def polygons(
    kind: str, shapes: dict[str, shapely.Polygon], crs: CRS | None = world.CRS_4490, **changes: Any
) -> PackageLayer:
    """A layer of the package; of several rows the last stands first, so that order shows."""
    names = list(shapes)[::-1]
    places = world.geographic([shapes[name] for name in names])
    table = pa.table({"BSM": pa.array(names, pa.large_string()), "XZQDM": [world.AREA_CODE] * len(names)})
    layer = PackageLayer(
        kind, "空间数据/成果.gpkg", (), table, pa.array(shapely.to_wkb(places), pa.large_binary()),
        "MultiPolygon", crs,
    )  # fmt: skip
    return replace(layer, **changes)


def water(kind: str = "WATER_USE") -> PackageLayer:
    table = pa.table({"XZQDM": [world.AREA_CODE], "YEAR": [2021], "VOLUME_M3": [7]})
    return PackageLayer(kind, "表格/用水.csv", (), table, None, None, None)


def spec(kind: str) -> LayerSpec:
    known = BOOK.layer_kinds.get(kind)
    fields = {name: FieldSpec(name, WORDS, "optional", None, None, None, True) for name in ("BSM", "XZQDM")}
    return LayerSpec(
        kind, WORDS, known.geometry if known else "polygon", "optional", (), None, True, False, fields, None,
        True,
    )  # fmt: skip


def bench(layers: Iterable[PackageLayer], kinds: Iterable[str] = ()) -> Workspace:
    """Layers on the bench, under a profile of exactly their kinds and these."""
    layers = tuple(layers)
    names = dict.fromkeys([*kinds, *(layer.name for layer in layers)])
    profile = PackageProfile(
        "county-2021", WORDS, None, "county", None, date(2021, 1, 1), None, Citation("x"), "x", "x", (4490,),
        None, {kind: spec(kind) for kind in names}, {}, True,
    )  # fmt: skip
    files = tuple(PackageFile(name, 1, f"sha256:{name}") for name in {layer.file for layer in layers})
    package = Package("大安市成果", files, layers, digest="sha256:" + "ab" * 32)
    return Workspace(package, profile, BOOK, date(2026, 1, 1))


def checked(work: Workspace, *results: RuleResult, **changes: Any) -> Checked:
    """A check that every rule of the lawbook passed, but for these results."""
    said = {rule.code: RuleResult(rule, Answer.PASS, looked_at=1) for rule in BOOK.quality_rules.values()}
    said |= {result.rule.code: result for result in results}
    whole = Checked(
        work.package.name, work.package.digest, work.profile.id, work.day, work.county, BOOK.digest, None,
        work.package.files, (), tuple(said.values()), {},
    )  # fmt: skip
    return replace(whole, **changes)


def rule(code: str = "QX99", severity: str = "must") -> QualityRule:
    some = next(iter(BOOK.quality_rules.values()))
    return replace(some, code=code, name=f"quality.{code.lower()}", severity=severity)


def findings(of: QualityRule, count: int, answer: Answer = Answer.FAIL, **changes: Any) -> RuleResult:
    made = QualityFinding(
        "f0", of, answer, "STBHHX", "m", {}, (), (), 1, None, None, None, None, None
    )  # fmt: skip
    each = tuple(replace(made, id=f"f{number}", **changes) for number in range(count))
    return RuleResult(of, answer, each, looked_at=1)


def whole_package() -> Workspace:
    lines = [polygons("STBHHX", RED_LINE), polygons("CZKFBJ", BOUNDARY), polygons("XZQX", OUTLINE)]
    return bench([*lines, water()])


def take_in(home: Home, work: Workspace | None = None, **changes: Any) -> Any:
    work = work or whole_package()
    return register(home, checked(work), work, b'{"findings": []}', **changes)


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


# --- not in force ---------------------------------------------------------------------------------------


def figures(home: Home) -> dict[str, Any]:
    """What a measuring run says, but for its own name."""
    kept = home.runs.result(measure(home).run.id)
    return {name: value for name, value in kept.items() if name != "run_id"}


def test_a_draft_moves_no_figure_and_no_report_until_it_is_in_force(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    result, run = figures(home), home.runs.list("measure")[-1]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    report = write_report(home, made_at=moment).path.read_bytes()
    package = take_in(home)
    assert write_report(home, made_at=moment).path.read_bytes() == report
    assert figures(home) == result
    inputs = home.runs.list("measure")[-1].inputs
    assert inputs["layers"] == run.inputs["layers"]
    assert not set(package.layers.values()) & set(inputs["layers"])
    # The same red line added in earnest is one third smaller, so the draft was no bystander.
    lift(home, package.layers["STBHHX"])
    assert figures(home)["rows"] != result["rows"]


def lift(home: Home, digest: str) -> None:
    """Add a draft's own content in earnest."""
    draft = home.layers.get(digest, drafts=True)
    table = polygons("STBHHX", RED_LINE)
    places = np.array(shapely.from_wkb(table.wkb.to_numpy(zero_copy_only=False)), object)
    home.layers.add(
        Delivery(table.table, places, world.CRS_4490, "成果.gpkg", "STBHHX"), kind="STBHHX",
        area_code=world.AREA_CODE,
    )  # fmt: skip
    assert not home.layers.get(draft.digest).draft


def test_a_home_of_drafts_has_nothing_to_measure(home: Home) -> None:
    take_in(home)
    with pytest.raises(NotFoundError, match=r"measure\.no_land"):
        measure(home)


def test_sites_do_not_lie_in_drafts(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", without=["CZKFBJ"])
    index = InForce(home, BOOK, 2025)
    site = pack_shapes(world.geographic([rect(700, 800, 1100, 900)]), "sites", (world.PLANE, world.CRS_4490))
    before = look_up(site, index.now())
    take_in(home)
    after = look_up(site, index.now())
    assert after == before
    (answer,) = after
    # The draft boundary covers the site; the draft outline would take in the ground that lies beyond it.
    assert (world.AREA_CODE, "CZKFBJ") in answer.lacking
    assert answer.elsewhere_m2 == pytest.approx(10_000, abs=1e-3)
    assert {share.layer.kind: round(share.covered_m2) for share in answer.lines} == {
        "YJJBNT": 0, "STBHHX": 20_000,
    }  # fmt: skip


def test_the_server_shows_no_draft(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    measure(home)
    (tmp_path / "page").mkdir()
    (tmp_path / "page/index.html").write_text("<!DOCTYPE html>")
    client = Client(create_app(home.path, front_end=tmp_path / "page"))
    addresses = ["/api/meta", "/api/layers", "/api/areas", "/api/notes", "/api/findings"]
    before = {address: client.get(address).json() for address in addresses}
    package = take_in(home)
    assert {address: client.get(address).json() for address in addresses} == before
    assert all("error" not in answer for answer in before.values())
    hexes = {kind: digest.removeprefix("sha256:") for kind, digest in package.layers.items()}
    shown = {row["digest"] for row in before["/api/layers"]["rows"]}
    assert shown and not shown & set(package.layers.values())
    answer = client.get(f"/api/features/{hexes['STBHHX']}/0")
    assert answer.status_code == 404
    assert problem(answer)["code"] == "web.no_such_layer"


def test_a_home_of_drafts_is_not_served(home: Home) -> None:
    from lantu.core.errors import NotFoundError

    take_in(home, invented=True)
    with pytest.raises(NotFoundError, match=r"web\.no_data"):
        Site.at(home.path)
    assert not home.invented


# --- the same file, later -------------------------------------------------------------------------------


def test_the_package_s_own_file_added_later_is_the_same_layer(home: Home, tmp_path: Path) -> None:
    """As `lantu layer add` reads the file of a package, its layer is the draft, now in force."""
    layer = polygons("STBHHX", RED_LINE)
    table = layer.table.append_column("geom", layer.wkb)
    pyogrio.write_arrow(
        table, tmp_path / "成果.gpkg", layer="STBHHX", driver="GPKG", geometry_name="geom",
        geometry_type="Polygon", crs="EPSG:4490",
    )  # fmt: skip
    package = take_in(home)
    added = add_layer(
        home, tmp_path / "成果.gpkg", kind="STBHHX", area_code=world.AREA_CODE, layer="STBHHX"
    ).layer
    assert added.digest == package.layers["STBHHX"]
    assert home.layers.list() == [added]
    assert json.loads((home.path / "home.json").read_text())["plane"] == {"lon_0": 123, "lat_ts": 46}

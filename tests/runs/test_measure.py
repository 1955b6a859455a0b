"""The whole run over the tiny world: every figure, margin, answer and finding as worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from shapely.geometry import Point, box, shape

import world
from lantu.core.errors import NotFoundError
from lantu.lawbook import load
from lantu.overlay.engine import KernelEngine
from lantu.runs.measure import measure
from lantu.store import Home
from store.delivered import Delivery
from world_home import DOCUMENT, add, world_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return world_home(tmp_path_factory.mktemp("world") / "home")


@pytest.fixture(scope="module")
def result(home: Home) -> dict[str, Any]:
    return dict(measure(home).result)


def test_every_figure_margin_and_answer(result: dict[str, Any]) -> None:
    found = {
        (row["indicator_id"], row["target_year"], row["year"]): (row["value"], row["margin"], row["answer"])
        for row in result["rows"]
    }
    wanted = {(*key, year): truth for key, years in world.ROWS.items() for year, truth in years.items()}
    assert found == wanted


def test_every_finding_and_no_other(result: dict[str, Any]) -> None:
    found = {
        (f["year"], f["rule"], f["answer"], Decimal(f["area_m2"]), tuple(f["features"]))
        for f in result["findings"]
    }
    assert found == world.FINDINGS
    assert len(result["findings"]) == len(world.FINDINGS)
    below = {(b["year"], b["rule"], b["count"], Decimal(b["area_m2"])) for b in result["below"]}
    assert below == world.BELOW


def test_a_row_carries_what_it_rests_on(home: Home, result: dict[str, Any]) -> None:
    layers = {layer.digest: layer for layer in home.layers.list()}
    row = next(r for r in result["rows"] if r["indicator_id"] == "basic_farmland" and r["year"] == 2022)
    assert row["clause"]["document"] == DOCUMENT
    assert {name: layers[digest].kind for name, digest in row["inputs"].items()} == {
        "land": "DLTB",
        "pbf": "YJJBNT",
    }
    assert layers[row["inputs"]["land"]].year == 2022
    assert row["plan_version"] == home.registry.current("220882")[0].digest
    assert row["verified"] is False and row["sources"]
    assert result["lawbook_digest"] == load().digest


def test_a_finding_can_be_looked_at_and_cites_its_rule(result: dict[str, Any]) -> None:
    for finding in result["findings"]:
        assert shape(finding["geometry"]).buffer(1e-7).contains(Point(finding["place"]))
        assert finding["clause"]["document"] in load().sources
        for language in ("zh", "en"):
            assert finding["title"][language] and "{" not in finding["message"][language]
    one = next(f for f in result["findings"] if f["features"] == ["N1"])
    assert world.PLANE.area_m2([shape(one["geometry"])], world.CRS_4490)[0] == pytest.approx(10_000, abs=0.1)


def test_the_same_home_gives_the_same_answers(home: Home, result: dict[str, Any]) -> None:
    again = dict(measure(home).result)
    for key in ("rows", "findings", "below", "notes", "engine", "plane"):
        assert again[key] == result[key]
    assert home.runs.latest("measure").id == again["run_id"]  # type: ignore[union-attr]
    assert home.ledger.verify() == []


def test_one_year_of_one_area(home: Home) -> None:
    found = measure(home, areas=["220882"], years=[2023]).result
    assert {row["year"] for row in found["rows"]} == {2023}
    assert {(f["rule"], *f["features"]) for f in found["findings"]} == {("MON02", "N2"), ("MON03", "N3")}
    with pytest.raises(NotFoundError, match="unknown_year"):
        measure(home, years=[2031])
    with pytest.raises(NotFoundError, match="unknown_area"):
        measure(home, areas=["220881"])


@pytest.mark.parametrize(
    ("kind", "indicators", "rules"),
    [
        ("YJJBNT", {"basic_farmland"}, {"MON01", "MON05"}),
        ("STBHHX", {"ecological_redline"}, {"MON02"}),
        ("CZKFBJ", {"expansion_multiple"}, {"MON03"}),
        ("WATER_USE", {"water_use_total"}, set()),
    ],
)
def test_what_is_not_registered_cannot_be_told(
    tmp_path: Path, kind: str, indicators: set[str], rules: set[str]
) -> None:
    found = measure(world_home(tmp_path / "home", without={kind}), years=[2025]).result
    untold = {r["indicator_id"] for r in found["rows"] if r["answer"] == "cannot_tell" and r["required"]}
    assert untold == indicators | ({"water_use_total"})
    for row in found["rows"]:
        if row["indicator_id"] in indicators and row["required"]:
            assert kind in row["message"]["zh"] and kind in row["message"]["en"]
    assert {f["rule"] for f in found["findings"] if f["answer"] == "cannot_tell"} == rules


def test_without_the_table_of_exchanges_a_person_decides(tmp_path: Path) -> None:
    found = measure(world_home(tmp_path / "home", without={"EXCHANGE"})).result
    lost = {(f["year"], *f["features"]): f["answer"] for f in found["findings"] if f["rule"] == "MON04"}
    assert lost == {
        (2022, "C1S"): "needs_person",
        (2024, "D1N"): "needs_person",
        (2025, "C2W"): "needs_person",
    }


def test_a_year_that_is_missing_is_said(tmp_path: Path) -> None:
    found = measure(world_home(tmp_path / "home", years=(2020, 2021, 2023))).result
    untold = [(f["rule"], f["year"], f["answer"]) for f in found["findings"]]
    assert untold == [("MON00", 2023, "cannot_tell")]
    assert "2022" in found["findings"][0]["message"]["zh"]


def test_a_damaged_layer_spoils_only_what_hangs_on_it(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    layer = home.layers.list(kind="DLTB", year=2022)[0]
    layer.path.write_bytes(layer.path.read_bytes()[:-100])
    found = measure(Home.open(home.path)).result
    answers = {(r["indicator_id"], r["year"]): r["answer"] for r in found["rows"] if r["required"]}
    assert answers["farmland_retained", 2022] == answers["basic_farmland", 2022] == "cannot_tell"
    assert answers["farmland_retained", 2021] == "pass" and answers["farmland_retained", 2023] == "fail"
    assert {f["year"] for f in found["findings"] if f["answer"] == "cannot_tell"} == {2022, 2023}
    assert [n["message"]["code"] for n in found["notes"]] == ["layer.damaged"]


def test_a_line_whose_polygons_lie_over_each_other_is_not_added_up(tmp_path: Path) -> None:
    # A later red line: the first one, and half of its first polygon once more.
    home = world_home(tmp_path / "home", years=[2020, 2021])
    shapes, table = world.line_shapes("STBHHX"), world.line_table("STBHHX")
    west, south, east, north = shapes[0].bounds
    half = shapes[0].intersection(box(west, south, (west + east) / 2, north))
    doubled = Delivery(
        pa.concat_tables([table, table.slice(0, 1)]), np.array([*shapes, half], object), world.CRS_4490,
        "later.gpkg", "STBHHX",
    )  # fmt: skip
    add(home, doubled, "STBHHX")
    found = measure(home, years=[2021]).result
    (row,) = [row for row in found["rows"] if row["indicator_id"] == "ecological_redline"]
    assert (row["answer"], row["value"], row["message"]["code"]) == (
        "cannot_tell", None, "measure.layer_lies_double"
    )  # fmt: skip
    assert "2" in row["message"]["zh"]


def test_a_parcel_delivered_twice_is_not_added_up(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2020])
    table, shapes = world.land_table(2021), world.land_shapes(2021)
    twice = Delivery(
        pa.concat_tables([table, table.slice(0, 1)]), np.array([*shapes, shapes[0]], object), world.CRS_4490,
        "twice.gpkg", "DLTB",
    )  # fmt: skip
    add(home, twice, "DLTB", 2021)
    rows = {r["indicator_id"]: r for r in measure(home, years=[2021]).result["rows"] if r["required"]}
    assert (rows["farmland_retained"]["answer"], rows["farmland_retained"]["value"]) == ("cannot_tell", None)
    assert "2 个图斑相互重叠" in rows["farmland_retained"]["message"]["zh"]
    assert {id_ for id_, row in rows.items() if row["answer"] == "pass"} == {"water_use_total"}


def test_an_engine_that_crashes_leaves_no_pass(tmp_path: Path) -> None:
    class Broken(KernelEngine):
        def overlay(self, *_: object, **__: object) -> Any:
            raise RuntimeError("boom")

    found = measure(world_home(tmp_path / "home"), engine=Broken()).result
    overlaid = {"basic_farmland", "ecological_redline", "expansion_multiple"}
    assert {r["answer"] for r in found["rows"] if r["indicator_id"] in overlaid} == {"cannot_tell"}
    assert {f["answer"] for f in found["findings"]} == {"cannot_tell"}
    assert all("boom" in f["message"]["zh"] for f in found["findings"])


def test_land_without_a_plan_and_nothing_at_all(tmp_path: Path) -> None:
    found = measure(world_home(tmp_path / "home", plan=False)).result
    assert found["rows"] == [] and len(found["findings"]) == len(world.FINDINGS)
    assert [n["message"]["code"] for n in found["notes"]] == ["measure.note_no_targets"]
    with pytest.raises(NotFoundError, match="no_land"):
        measure(Home.open(tmp_path / "empty"))


def test_a_run_that_stops_is_written_down_as_failed(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")

    def stop(step: str, done: int, total: int | None = None) -> None:
        if step == "progress.changes":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(home, progress=stop)
    assert [run.status for run in home.runs.list("measure")] == ["failed"]
    assert home.runs.latest("measure") is None
    assert home.ledger.verify() == []

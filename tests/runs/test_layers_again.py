"""All who look at layers see the last delivery: scans, measuring, sites, the map; past days stay."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

import world
from lantu.lawbook import load
from lantu.runs.add_layer import add_layer
from lantu.runs.control_index import InForce
from lantu.runs.measure import measure
from lantu.runs.measure_layers import shelves
from lantu.runs.register_plan import register_approval
from lantu.runs.scan_conflicts import scan
from lantu.store import Home, access
from lantu.web.app import create_app
from lantu.web.site import Site
from runs.test_scan_conflicts import DAY, looked, put
from web.conftest import Client
from world import rect
from world_home import reading, world_home

AREA = world.AREA_CODE
RIGHT, MISTAKE = [rect(600, 600, 700, 700)], [rect(10, 10, 60, 60)]
"""A special plan's site on open land, and one that lies on basic farmland."""


def deliver(home: Home, shapes: list[Any]) -> str:
    return put(home, "SPECIAL_SITE", shapes, GHMC=["甲"])


def test_a_conflict_is_mended_by_going_back_and_keeps_its_number(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    deliver(home, RIGHT)
    assert looked(scan(home, pairs=["CF20"], day=DAY))["conflicts"] == []
    mistake = deliver(home, MISTAKE)
    (found,) = looked(scan(home, pairs=["CF20"], day=DAY))["conflicts"]
    deliver(home, RIGHT)
    fixed = looked(scan(home, pairs=["CF20"], day=DAY))
    assert (fixed["answer"], fixed["conflicts"], fixed["gone"]) == ("pass", [], [found["number"]])
    assert not home.conflicts.get(found["number"]).present
    assert deliver(home, MISTAKE) == mistake
    (back,) = looked(scan(home, pairs=["CF20"], day=DAY))["conflicts"]
    assert (back["number"], back["fate"]) == (found["number"], "back")
    assert home.ledger.verify() == []


def test_figures_sites_and_the_map_go_back(tmp_path: Path) -> None:
    home = world_home(tmp_path)
    site, index = Site(home, load()), InForce(home, load(), 2025)
    client = Client(create_app(tmp_path))
    lines = [shape for shape, _ in world.RED_LINE.values()]
    right = put(home, "STBHHX", lines)

    def seen() -> tuple[str, list[Any]]:
        """Return the red line in force, by all that choose one, and what measuring makes of it."""
        rows = client.get("/api/layers").json()["rows"]
        listed = [each["digest"] for each in rows if each["kind"] == "STBHHX" and not each["superseded"]]
        held = [each.digest for each in index.now().layers if each.kind == "STBHHX"]
        drawn = [each.digest for each in site.drawn("STBHHX", None)]
        assert listed == held == drawn
        figures = measure(home, years=[2025]).result["rows"]
        return held[0], [(each["indicator"], each["value"]) for each in figures]

    first = seen()
    assert first[0] == right and first[1]
    mistake = put(home, "STBHHX", [rect(0, 0, 10, 10)])
    assert seen()[0] == mistake
    assert seen()[1] != first[1]
    put(home, "STBHHX", lines)
    assert seen() == first


class Clock(datetime):
    """What the home takes for now."""

    day = date(2025, 1, 1)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime(cls.day.year, cls.day.month, cls.day.day, 12, tzinfo=UTC)


def test_past_days_are_seen_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "datetime", Clock)
    home = world_home(tmp_path)
    by_day = {}
    for day, shapes in ((date(2026, 3, 1), RIGHT), (date(2026, 3, 10), MISTAKE), (date(2026, 3, 20), RIGHT)):
        monkeypatch.setattr(Clock, "day", day)
        by_day[day] = deliver(home, shapes)
    right, mistake = by_day[date(2026, 3, 1)], by_day[date(2026, 3, 10)]

    def of_day(day: date | None) -> str:
        shelf = shelves(home, day)[AREA]
        held = next(
            each for each in InForce(home, load(), 2026, day).now().layers if each.kind == "SPECIAL_SITE"
        )
        assert held.digest == shelf.newest("SPECIAL_SITE").digest == shelf.line("SPECIAL_SITE", 2026).digest
        return held.digest

    for day, digest in (
        (date(2026, 3, 1), right), (date(2026, 3, 9), right), (date(2026, 3, 10), mistake),
        (date(2026, 3, 19), mistake), (date(2026, 3, 20), right), (date(2027, 1, 1), right), (None, right),
    ):  # fmt: skip
        assert of_day(day) == digest, day
    # Of days before any of it came in, all that is known now holds.
    assert of_day(date(2026, 2, 28)) == right
    assert len(looked(scan(home, pairs=["CF20"], day=date(2026, 3, 15)))["conflicts"]) == 1
    assert looked(scan(home, pairs=["CF20"], day=date(2026, 3, 5)))["conflicts"] == []


def test_a_later_year_takes_nothing_from_a_past_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A survey of 2025 that is delivered in 2026 describes 2025 all the same."""
    monkeypatch.setattr(access, "datetime", Clock)
    monkeypatch.setattr(Clock, "day", date(2026, 3, 1))
    home = world_home(tmp_path)
    before = shelves(home, date(2025, 12, 31))[AREA].latest_land(2025)
    assert before is not None and before.year == 2025


def test_a_line_that_is_not_the_plans_own_is_said_to_change_nothing(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", plan=False)
    mine = home.layers.list("STBHHX")[0]
    register_approval(home, *reading(), layers={AREA: {"STBHHX": mine.digest}})
    files = {}
    for name, shapes in (("a", [rect(0, 0, 10, 10)]), ("b", [rect(0, 0, 20, 20)])):
        files[name] = tmp_path / f"{name}.geojson"
        shape = shapely.geometry.mapping(world.geographic(shapes)[0])
        feature = {"type": "Feature", "properties": {"BSM": "1"}, "geometry": shape}
        files[name].write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    for name in ("a", "b", "a"):
        added = add_layer(home, files[name], kind="STBHHX", area_code=AREA, assume_cgcs2000=True)
        assert "layer.plan_names_another" in added.notes
        assert shelves(home)[AREA].line("STBHHX", 2025) == mine
    assert added.layer.again
    # A kind that no plan names is in force at once.
    site = add_layer(home, files["a"], kind="SPECIAL_SITE", area_code=AREA, assume_cgcs2000=True)
    assert "layer.plan_names_another" not in site.notes

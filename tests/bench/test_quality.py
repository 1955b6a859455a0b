"""The benchmark of the package check: its packages are what they say, its section stands by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from bench.measure import Looked, Measured, measure
from bench.package import comb, make_parcels
from bench.package_product import Lantu
from bench.quality import ENGINES, disagreements
from bench.quality_page import MARK, SAME, joined, kept, section
from bench.run import Listed, measured
from bench.workload import Size

TINY = Size(1_500, 0, 4.0, defects=8)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    for kind, along in (("planted", None), ("giant", comb(4))):
        made = make_parcels(folder / f"{kind}.gpkg", TINY, 5, along)
        (folder / f"{kind}.json").write_text(json.dumps(made), encoding="utf-8")
    return folder


def made(data: Path) -> dict[str, Any]:
    return {kind: json.loads((data / f"{kind}.json").read_text("utf-8")) for kind in ("planted", "giant")}


def run_of(engine: Any, operation: str, data: Path) -> Measured:
    return measure(engine, operation, data, data, 1, 1, 0.0)


def row(found: Measured, operation: str, engine: str, product: bool = False) -> dict[str, Any]:
    return {
        "engine": engine, "operation": operation, "product": product, "does": "what it does",
        "version": found.version, "prepare_s": found.prepare_s, "run_s": found.run_s, "count": found.count,
        "total_m2": found.total_m2, "counts": found.counts, "parts": found.parts, "peak_mb": found.peak_mb,
        "server_mb": 0.0, "failed": found.failed,
    }  # fmt: skip


def test_the_giant_is_one_road_across_the_county(data: Path) -> None:
    shapes = shapely.from_wkb(pyogrio.raw.read(data / "giant.gpkg", layer="DLTB")[2])
    giant = shapes[np.argmax(shapely.get_num_coordinates(shapes))]
    touches = int(shapely.intersects(giant, shapes).sum()) - 1
    said = made(data)["giant"]
    assert len(shapely.get_parts(giant)) == 1
    assert touches == pytest.approx(said["touched"], rel=0.02)  # digits of a degree are rounded
    assert touches > 0.15 * len(shapes)
    box, all_of = shapely.bounds(giant), shapely.total_bounds(shapes)
    assert (box[2:] - box[:2] > 0.9 * (all_of[2:] - all_of[:2])).all()
    assert said["largest"] > 10 * made(data)["planted"]["largest"]


@pytest.mark.parametrize("operation", ["planted", "giant"])
def test_the_rules_find_what_was_planted(data: Path, operation: str) -> None:
    found = run_of(Lantu(), operation, data)
    planted = made(data)[operation]
    assert found.failed == ""
    assert found.counts["gaps"] == planted["defects"]
    assert found.total_m2 == pytest.approx(planted["overlap_m2"], rel=1e-3)  # pairs under 1 m² are left out
    assert set(SAME) <= found.parts.keys()
    shapes = shapely.from_wkb(pyogrio.raw.read(data / f"{operation}.gpkg", layer="DLTB")[2])
    one, other = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    area_m2 = shapely.area(shapely.intersection(shapes[one], shapes[other])) * 1.11e5 * 7.9e4
    assert found.counts["parcels"] == len(np.unique(one[area_m2 > 0.01]))


def test_a_crash_of_a_rule_is_no_time(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Lantu()
    engine.start(data, data, 1)
    engine.prepare("planted")
    monkeypatch.setattr(type(engine.work), "coverage", lambda *_: 1 / 0)
    with pytest.raises(AssertionError, match="crashed"):
        engine.planted()


def test_engines_say_why_they_do_not_run(tmp_path: Path) -> None:
    class Old(Lantu):
        def start(self, data: Path, scratch: Path, threads: int) -> str:
            raise ImportError("no such function")

    assert run_of(Old(), "planted", tmp_path).failed == "not installed: no such function"
    refusing = Listed("Refusing", "bench.peers.refusing:Engine", "", product=True)
    assert "not installed" in measured(refusing, "planted", tmp_path, 1, 1, 0.0, 60.0).failed


class Fake:
    def __init__(self, seconds: float, count: int = 3, **counts: int) -> None:
        self.seconds, self.count, self.counts = seconds, count, {"parcels": 5, **counts}

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        return "fake 1"

    def prepare(self, operation: str) -> None:
        pass

    def planted(self) -> Looked:
        return Looked(self.count, 9.0, self.counts, dict.fromkeys(SAME, self.seconds / 4))

    giant = sound = planted

    def stop(self) -> None:
        pass


def fake_rows(folder: Path) -> list[dict[str, Any]]:
    rows = []
    for operation, seconds in (("sound", 30.0), ("planted", 4.0), ("giant", 10.0)):
        ours = run_of(Fake(seconds, rules=3, gaps=8, **{"cannot tell": 1}), operation, folder)
        ours.run_s, ours.prepare_s = [seconds], 1.0
        rows.append(row(ours, operation, "Lantu", product=True))
        if operation != "sound":
            other = run_of(Fake(40.0, flagged=4), operation, folder)
            other.run_s, other.prepare_s = [40.0], 1.0
            rows.append(row(other, operation, "shapely, every pair"))
            rows.append(row(Measured(failed="not installed: too old"), operation, "PostGIS"))
    return rows


def run(folder: Path, **more: Any) -> dict[str, Any]:
    size = {"rows": {"DLTB": 7, "XZQ": 2}, "vertices": 70, "defects": 8, "largest": 50, "touched": 6}
    return {
        "size": "county", "date": "2026-01-01", "threads": 2, "rows": fake_rows(folder), "disagreements": [],
        "machine": {"cpu": "a", "cores": 2, "memory_gib": 8, "system": "b", "python": "3"},
        "made": {"sound": size, "planted": size, "giant": size}, **more,
    }  # fmt: skip


def test_section_shows_goals_ratios_and_what_did_not_run(tmp_path: Path) -> None:
    text = section(run(tmp_path))
    assert "| all rules over a county, s | ≤ 90 | 30 | met |" in text
    assert "| all rules of topology: × with a giant | ≤ 2 | 2.5 | **missed** |" in text
    assert "| Lantu, same questions | 3.00 | 1.0 |" in text
    assert "| shapely, every pair | 40.0 | 13.3 |" in text
    assert text.count("not run: not installed: too old") == 2
    assert "too small" not in text and "too small" in section(run(tmp_path, size="smoke"))
    assert "- planted: X says so" in section(run(tmp_path, disagreements=["planted: X says so"]))
    only = [each for each in fake_rows(tmp_path) if each["operation"] == "giant"]
    assert "| all rules over a county, s | ≤ 90 | not run | – |" in section(run(tmp_path, rows=only))


def test_unequal_answers_are_noticed(tmp_path: Path) -> None:
    rows, sizes = fake_rows(tmp_path), run(tmp_path)["made"]
    assert disagreements(rows, sizes) == []
    for change in ({"count": 2}, {"total_m2": 9.1}, {"counts": {"parcels": 4}}):
        wrong = [{**each, **change} if each["engine"].startswith("shapely") else each for each in rows]
        assert disagreements(wrong, sizes)[0].startswith("planted: shapely, every pair says")
    sizes["giant"] = {**sizes["giant"], "defects": 9}
    assert disagreements(rows, sizes) == ["giant: Lantu finds 8 gaps, 9 were planted"]


def test_the_section_leaves_the_page_and_the_page_the_section() -> None:
    page = joined("# One\n\ntext\n", "# Two\n")
    assert page == f"# One\n\ntext\n\n{MARK}\n\n# Two\n"
    assert joined(page, "# Three\n") == f"# One\n\ntext\n\n{MARK}\n\n# Three\n"
    assert kept(page) == "# Two\n" and kept("# One\n") == ""


def test_engines_are_named_once() -> None:
    assert len({engine.name for engine in ENGINES}) == len(ENGINES)

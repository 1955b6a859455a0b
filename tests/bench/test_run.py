"""The benchmark shows what did not run, and notices answers that are not equal."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from bench.measure import CannotRunError, Measured, measure
from bench.page import chart, page
from bench.run import ENGINES, Listed, disagreements, measured


class Fake:
    """An engine that knows its answers."""

    single_sites = 3

    def __init__(self, refuses: str = "") -> None:
        self.refuses, self.stopped = refuses, False

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        if self.refuses:
            raise CannotRunError(self.refuses)
        return "fake 1"

    def prepare(self, operation: str) -> None:
        pass

    def overlay(self) -> dict[str, float]:
        return {"PBF 0101": 2.0, "ERL 0101": 3.0}

    def sites(self) -> float:
        return 6.0

    def site(self, row: int) -> float:
        return float(row + 1)

    def overlaps(self) -> tuple[int, float]:
        return 4, 9.0

    def gaps(self) -> tuple[int, float]:
        return 7, 12.0

    def stop(self) -> None:
        self.stopped = True


def run_of(operation: str, folder: Path, engine: Fake | None = None) -> Measured:
    (folder / "counts.json").write_text('{"files": {"sites": {"rows": 3}}}', encoding="utf-8")
    return measure(engine or Fake(), operation, folder, folder, 1, 2, 60.0)


def row(found: Measured, operation: str, engine: str, product: bool = False) -> dict[str, Any]:
    listed = Listed(engine, "nowhere:Nobody", "what it does", product=product)
    return {**asdict(listed), "operation": operation, **asdict(found), "engine": engine}


def test_measures(tmp_path: Path) -> None:
    engine = Fake()
    found = run_of("overlay", tmp_path, engine)
    assert (found.total_m2, len(found.run_s), found.version, engine.stopped) == (5.0, 2, "fake 1", True)
    sites = run_of("sites", tmp_path)
    assert (sites.total_m2, sites.site_m2, len(sites.site_ms)) == (6.0, 6.0, 3)
    assert run_of("overlaps", tmp_path).count == 4
    assert (run_of("gaps", tmp_path).count, run_of("gaps", tmp_path).total_m2) == (7, 12.0)


def test_what_is_slow_runs_once(tmp_path: Path) -> None:
    assert len(measure(Fake(), "overlay", tmp_path, tmp_path, 1, 5, 0.0).run_s) == 1


def test_what_is_not_installed_is_not_run(tmp_path: Path) -> None:
    assert run_of("overlay", tmp_path, Fake("no such server")).failed == "not installed: no such server"
    absent = Listed("Absent", "bench.no_such_module:Engine", "", product=True)
    assert "not installed" in measured(absent, "overlay", tmp_path, 1, 1, 1.0, 60.0).failed


def test_what_fails_says_how(tmp_path: Path) -> None:
    broken = Listed("Broken", "bench.measure:Measured", "", product=True)
    assert "AttributeError" in measured(broken, "overlay", tmp_path, 1, 1, 1.0, 60.0).failed


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    endless = Listed("Endless", "bench.measure:Measured", "", product=True)
    assert measured(endless, "overlay", tmp_path, 1, 1, 1.0, 0.0).failed == "took over 0 s"


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ("overlay", {"total_m2": 5.0 * (1 + 1e-8)}),
        ("overlay", {"by": {"PBF 0101": 2.02, "ERL 0101": 2.98}}),
        ("overlay", {"by": {"PBF 0101": 2.0, "ERL 0101": 3.0, "UDB 0101": 0.02}}),
        ("sites", {"site_m2": 6.1}),
        ("overlaps", {"count": 5}),
        ("gaps", {"count": 6}),
        ("overlay", {"total_m2": float("nan")}),
    ],
)
def test_unequal_answers_are_noticed(tmp_path: Path, operation: str, change: dict[str, Any]) -> None:
    oracle = row(run_of(operation, tmp_path), operation, "Oracle")
    same = row(run_of(operation, tmp_path), operation, "Same", product=True)
    assert disagreements([same, oracle]) == []
    (said, *_) = disagreements([{**same, **change}, oracle])
    assert said.startswith(f"{operation}: Same says")


def test_page_shows_ratios_failures_and_disagreement(tmp_path: Path) -> None:
    rows = []
    for operation in ("overlay", "sites", "overlaps"):
        ours, other = run_of(operation, tmp_path), run_of(operation, tmp_path)
        ours.run_s, other.run_s = [2.0], [30.0]
        rows += [row(ours, operation, "Lantu", product=True), row(other, operation, "Other")]
        rows.append(row(Measured(failed="took over 9 s"), operation, "Slow"))
    run = {
        "size": "smoke", "date": "2026-01-01", "threads": 2, "rows": rows, "disagreements": [],
        "machine": {"cpu": "a", "cores": 2, "memory_gib": 8, "system": "b", "python": "3"},
        "counts": {"seed": 1, "defects": 3, "files": {"parcels": {"rows": 1, "vertices": 5, "area_m2": 7.0}}},
    }  # fmt: skip
    text = page(run)
    assert text.count("not run: took over 9 s") == 3
    assert "| Other | 30.0 | 15.0 |" in text
    assert "too small to compare speeds by" in text
    assert "agree" in text and "not equal" not in text
    for operation in ("overlay", "sites", "overlaps"):
        words = "".join(ElementTree.fromstring(chart(run, operation)).itertext())
        assert "Other" in words and "not run" in words
    assert "- overlay: X says so" in page({**run, "disagreements": ["overlay: X says so"]})


def test_engines_are_named_once() -> None:
    assert len({engine.name for engine in ENGINES}) == len(ENGINES)

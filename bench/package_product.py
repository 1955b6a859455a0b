"""Lantu's package check, in the environment of the product."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np

import lantu
from bench.measure import MIN_GAP_M2, MIN_OVERLAP_M2, Looked
from lantu.core.finding import Answer
from lantu.intake.package import read_package
from lantu.lawbook import load
from lantu.overlay.engine import prepare
from lantu.quality.checks import CHECKS
from lantu.quality.runner import run_rule
from lantu.quality.workspace import Workspace
from lantu.runs.check_package import PROFILE, check, rules_of

DAY = date(2026, 1, 1)
PARCELS, OUTLINE = "DLTB", "XZQX"


class Lantu:
    """The rules themselves, as `lantu package check` holds a package against them."""

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        self.data = data
        prepare()
        return f"lantu {lantu.__version__}"

    def prepare(self, operation: str) -> None:
        """Read the file, project and pack its layers; of the whole check all of it is the answer."""
        if operation == "sound":
            return
        book = load()
        package = read_package(self.data / f"{operation}.gpkg")
        self.work = Workspace(package, book.profiles[PROFILE], book, DAY)
        for kind in self.work.sheets:
            self.work.ground(kind)

    def sound(self) -> Looked:
        """Check the package; parts are categories of rules."""
        marks = [time.perf_counter()]

        def progress(what: str, done: int, total: int) -> None:
            if what == "progress.rules":
                marks.append(time.perf_counter())

        checked, _ = check(self.data / "sound.gpkg", day=DAY, progress=progress)
        took: Counter[str] = Counter({"reading": marks[1] - marks[0]})
        for result, seconds in zip(checked.results, np.diff(marks[1:]).tolist(), strict=True):
            took[result.rule.category] += seconds
            _none_crashed([each.message for each in result.findings], result.rule.code)
        unsure = sum(each.answer is Answer.CANNOT_TELL for each in checked.results)
        counts = {"rules": len(checked.results), "cannot tell": unsure}
        return Looked(len(checked.findings), None, counts, dict(took))

    def planted(self) -> Looked:
        """Hold the package against all rules of topology; parts are rules."""
        took: dict[str, float] = {}
        unmatched = 0
        for rule in rules_of(self.work.book):
            if rule.category == "topology":
                begin = time.perf_counter()
                result = run_rule(self.work, rule, CHECKS)
                took[rule.code] = time.perf_counter() - begin
                _none_crashed([each.message for each in result.findings], rule.code)
                if rule.check == "unmatched_vertices":
                    unmatched = sum(each.layer == PARCELS for each in result.findings)
        # What the rules have found, once and for all.
        found = self.work.coverage(PARCELS, OUTLINE)
        overlap_m2 = [each.area_m2 for each in found.overlaps if each.area_m2 > MIN_OVERLAP_M2]
        gaps = sum(each.area_m2 > MIN_GAP_M2 for each in found.gaps)
        parcels = {row for each in found.overlaps for row in each.rows}
        counts = {"gaps": gaps, "parcels": len(parcels), "unmatched": unmatched}
        return Looked(len(overlap_m2), sum(overlap_m2), counts, took)

    giant = planted

    def stop(self) -> None:
        pass


def _none_crashed(messages: list[str], rule: str) -> None:
    if "quality.crashed" in messages:
        raise AssertionError(f"{rule} crashed")

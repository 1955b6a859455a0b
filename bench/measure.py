"""Measure one engine at one operation, in a process of its own: its peak of memory is then its own."""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

OPERATIONS = ("overlay", "sites", "overlaps", "gaps")
PACKAGE_OPERATIONS = ("sound", "planted", "giant")
"""Of the package check, by the package that is checked: see `bench/package.py`."""
MIN_OVERLAP_M2 = MIN_GAP_M2 = 1.0


class CannotRunError(Exception):
    """The engine is not there, or cannot do this: the sentence that says why."""


class Engine(Protocol):
    """What is measured. Areas are plane areas in the files' own coordinates, m².

    An engine is asked only for the operations that its line in `run.ENGINES` lists, and needs no others.
    """

    single_sites: int
    """How many single sites it is asked; fewer where each takes long."""

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        """Load and start what it needs, but none of the data; not timed. Return its name and version.

        Raises:
            CannotRunError, ImportError: it is not installed.
        """
        ...

    def prepare(self, operation: str) -> None:
        """From the GeoParquet files to where it can be asked: reading, cutting, indexing, packing."""
        ...

    def overlay(self) -> dict[str, float]:
        """Return the area shared by parcels and control, by `"ctype dlbm"`."""
        ...

    def sites(self) -> float:
        """Return the area that all sites share with parcels and with control, in one go."""
        ...

    def site(self, row: int) -> float:
        """Return the same for the site in that row of the file."""
        ...

    def overlaps(self) -> tuple[int, float]:
        """Return how many pairs of parcels_dirty share more than `MIN_OVERLAP_M2`, and how much together."""
        ...

    def gaps(self) -> tuple[int, float]:
        """Return how many gaps over `MIN_GAP_M2` parcels_dirty leaves in the boundary, and their area."""
        ...

    def sound(self) -> Looked:
        """Check the whole package, from its file on; count findings."""
        ...

    def planted(self) -> Looked:
        """Look for the faults of the parcels as a surface; count as `overlaps` does."""
        ...

    def giant(self) -> Looked:
        """The same, with the giant among the parcels."""
        ...

    def stop(self) -> None:
        """End what was started."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """What the check of a package found.

    Attributes:
        counts: what else was counted, by name; parts: seconds of each part of the work.
    """

    count: int
    total_m2: float | None
    counts: dict[str, int]
    parts: dict[str, float]


@dataclass(slots=True)
class Measured:
    """One engine at one operation.

    Attributes:
        prepare_s: files to ready; run_s: each run after that.
        total_m2: of the answer; count: number of overlapping pairs, or of gaps.
        site_ms: time of each single site; site_m2: their sum, where all were asked.
        counts, parts: of a package check, as in `Looked`.
        peak_mb: largest resident memory of the process, server_mb: of its largest child.
        failed: why there is no answer.
    """

    version: str = ""
    prepare_s: float | None = None
    run_s: list[float] = field(default_factory=list)
    total_m2: float | None = None
    by: dict[str, float] = field(default_factory=dict)
    count: int | None = None
    site_ms: list[float] = field(default_factory=list)
    site_m2: float | None = None
    counts: dict[str, int] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    peak_mb: float | None = None
    server_mb: float = 0.0
    failed: str = ""


def measure(
    engine: Engine, operation: str, data: Path, scratch: Path, threads: int, repeat: int, slow_s: float
) -> Measured:
    """Prepare once, run up to `repeat` times; a run slower than `slow_s` is not repeated."""
    found = Measured()
    try:
        found.version = engine.start(data, scratch, threads)
    except (CannotRunError, ImportError) as why:
        found.failed = f"not installed: {why}"
        return found
    try:
        begin = time.perf_counter()
        engine.prepare(operation)
        found.prepare_s = time.perf_counter() - begin
        while not found.run_s or (len(found.run_s) < repeat and max(found.run_s) < slow_s):
            begin = time.perf_counter()
            answer = getattr(engine, operation)()
            found.run_s.append(time.perf_counter() - begin)
        if operation == "overlay":
            found.by, found.total_m2 = answer, sum(answer.values())
        elif operation in ("overlaps", "gaps"):
            found.count, found.total_m2 = answer
        elif operation in PACKAGE_OPERATIONS:
            found.count, found.total_m2 = answer.count, answer.total_m2
            found.counts, found.parts = answer.counts, answer.parts
        else:
            found.total_m2 = answer
            _single_sites(engine, data, found)
        found.peak_mb = peak_mb()
    finally:
        engine.stop()
    found.server_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return found


def _single_sites(engine: Engine, data: Path, found: Measured) -> None:
    count = json.loads((data / "counts.json").read_text(encoding="utf-8"))["files"]["sites"]["rows"]
    rows = range(0, count, max(1, count // engine.single_sites))
    engine.site(0)
    total = 0.0
    for row in rows:
        begin = time.perf_counter()
        total += engine.site(row)
        found.site_ms.append((time.perf_counter() - begin) * 1e3)
    found.site_m2 = total if len(rows) == count else None


def peak_mb() -> float:
    """Return the largest resident memory so far. `getrusage` would count the parent's before `exec`."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", help="module:Class")
    parser.add_argument("operation", choices=(*OPERATIONS, *PACKAGE_OPERATIONS))
    for name in ("--data", "--scratch", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--repeat", type=int, required=True)
    parser.add_argument("--slow", type=float, required=True)
    given = parser.parse_args()
    module, name = given.engine.split(":")
    try:
        engine = getattr(importlib.import_module(module), name)()
    except ImportError as why:
        found = Measured(failed=f"not installed: {why}")
    else:
        found = measure(
            engine, given.operation, given.data, given.scratch, given.threads, given.repeat, given.slow
        )
    given.out.write_text(json.dumps(asdict(found)), encoding="utf-8")


if __name__ == "__main__":
    # Under its own name: the error that engines raise is then the one that is caught here.
    importlib.import_module("bench.measure").main()

"""The package check: all rules over a county, its topology beside GEOS and PostGIS, a giant among parcels.

    python -m bench.quality [--size smoke|county] [--only NAME ...] [--operations ...] [--timeout S]

Makes the packages (`bench/package.py`), measures every engine in a process of its own, as `bench/run.py`
does, and writes its section of docs/benchmarks.md; the rest of that page stays as it is.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.measure import PACKAGE_OPERATIONS, Measured
from bench.package import BLOCKS, KINDS
from bench.page import chart
from bench.quality_page import CHART, joined, section
from bench.run import DATA, ROOT, Listed, machine, measured

RELATIVE = 1e-6
"""How far areas may lie apart: here every engine projects the coordinates itself."""
SURFACE = ("planted", "giant")

ENGINES = (
    Listed(
        "Lantu",
        "bench.package_product:Lantu",
        "The rules of the package check: overlaps, gaps, ground outside, vertices that do not match, parcels "
        "in several townships; each fault with its area, width and place.",
        PACKAGE_OPERATIONS,
        product=True,
    ),
    Listed(
        "shapely, every pair",
        "bench.peers.with_coverage:Every",
        "`coverage_invalid_edges`; then STRtree, area of `intersection` where boxes meet; one thread.",
        SURFACE,
    ),
    Listed(
        "shapely, flagged pairs",
        "bench.peers.with_coverage:Flagged",
        "`coverage_invalid_edges`; pairs only of parcels that it flags, `intersects` first; one thread.",
        SURFACE,
    ),
    Listed(
        "PostGIS",
        "bench.peers.postgis_coverage:Coverage",
        "`ST_CoverageInvalidEdges`; then GiST, `ST_Relate`, area of `ST_Intersection`; parallel workers.",
        SURFACE,
    ),
)


def packages(size: str, seed: int, say: Callable[[str], None]) -> tuple[Path, dict[str, dict[str, Any]]]:
    """Return the folder of the packages and what is in them; made if not there, or by another generator."""
    data, source = DATA / f"{size}-package", sha256()
    for name in ("partition.py", "planting.py", "workload.py", "package.py"):
        source.update((Path(__file__).parent / name).read_bytes())
    wanted = {"generator": source.hexdigest(), "seed": seed, "size": size}
    done = data / "made.json"
    if not done.exists() or json.loads(done.read_text(encoding="utf-8")) != wanted:
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        for kind in KINDS:
            say(f"making a package: {size}, {kind}")
            command = [sys.executable, "-m", "bench.package", "--out", data / f"{kind}.gpkg"]
            options = ["--kind", kind, "--size", size, "--seed", str(seed)]
            subprocess.run([*command, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        done.write_text(json.dumps(wanted), encoding="utf-8")
    return data, {kind: json.loads((data / f"{kind}.json").read_text(encoding="utf-8")) for kind in KINDS}


def disagreements(rows: list[dict[str, Any]], made: dict[str, dict[str, Any]]) -> list[str]:
    """Hold all answers against each other, and gaps against what was planted.

    Returns:
        A sentence for each difference.
    """
    said = []
    for operation in SURFACE:
        answers = [row for row in rows if row["operation"] == operation and not row["failed"]]
        for row in answers:
            where, one = f"{operation}: {row['engine']}", answers[0]
            if not math.isclose(row["total_m2"], one["total_m2"], rel_tol=RELATIVE):
                said.append(f"{where} says {row['total_m2']!r} m², {one['engine']} {one['total_m2']!r} m²")
            for name, mine, other in (
                ("pairs", row["count"], one["count"]),
                ("parcels in them", row["counts"]["parcels"], one["counts"]["parcels"]),
            ):
                if mine != other:
                    said.append(f"{where} says {mine} {name}, {one['engine']} {other}")
            gaps = row["counts"].get("gaps")
            if gaps is not None and gaps != made[operation]["defects"]:
                said.append(f"{where} finds {gaps} gaps, {made[operation]['defects']} were planted")
    return said


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=list(BLOCKS), default="county")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--timeout", type=float, default=300.0, help="seconds for one engine at one operation"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="engines whose name starts so")
    parser.add_argument(
        "--operations", nargs="+", choices=PACKAGE_OPERATIONS, default=list(PACKAGE_OPERATIONS)
    )
    parser.add_argument("--no-page", action="store_true", help="leave docs/ alone")
    given = parser.parse_args()
    data, made = packages(given.size, given.seed, print)
    rows = []
    for operation in given.operations:
        for engine in ENGINES:
            chosen = not given.only or engine.name.startswith(tuple(given.only))
            if operation not in engine.operations or not chosen:
                continue
            found = measured(engine, operation, data, given.threads, 1, 0.0, given.timeout)
            rows.append({**asdict(engine), "operation": operation, **asdict(found)} | {"engine": engine.name})
            print(f"{operation:9} {engine.name:24} {_line(found)}", flush=True)
    run = {
        "size": given.size, "date": date.today().isoformat(), "threads": given.threads, "machine": machine(),
        "made": made, "rows": rows, "disagreements": disagreements(rows, made),
    }  # fmt: skip
    (data / "results.json").write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = section(run)
    print(text)
    if not given.no_page:
        docs = ROOT / "docs"
        page = (docs / "benchmarks.md").read_text(encoding="utf-8")
        (docs / "benchmarks.md").write_text(joined(page, text), encoding="utf-8")
        picture = chart(run, "planted", CHART)
        (docs / "pictures" / "bench-package.svg").write_text(picture, encoding="utf-8")
    return 1 if run["disagreements"] else 0


def _line(found: Measured) -> str:
    if found.failed:
        return f"not run: {found.failed}"
    ran = f"prepare {found.prepare_s:8.2f} s   run {found.run_s[0]:8.2f} s   {found.peak_mb:,.0f} MB"
    return f"{ran}   {found.count} {found.counts}"


if __name__ == "__main__":
    sys.exit(main())

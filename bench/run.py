"""Run every engine at every operation on the same files, check that their answers are equal, write the page.

    python -m bench.run [--size smoke|county] [--only NAME ...] [--operations ...] [--timeout S]

The county size also overlays a province of 16 counties (`bench/province.py`), unless `--no-province`.

Lantu runs in the environment of the product, its peers in one of their own, so that their pins do not bind
it. What is not installed, fails or takes too long is shown as such.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.measure import OPERATIONS, Measured
from bench.page import chart, page
from bench.quality_page import joined, kept
from bench.workload import SIZES

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".bench-data"
PEERS_PYTHON = ROOT / ".bench-venv" / "bin" / "python"
RELATIVE = 1e-9
"""How far answers may lie apart. All engines here compute exact areas, up to rounding."""
GAPS_M2 = 0.001
"""And for that of all gaps: each piece of geometry has its own rounding."""
CLASS_M2 = 0.01
"""And for the area of one pair of classes, which may be small."""


ASKED = ("overlay", "sites", "overlaps")
"""What most engines are asked; gaps only those that have a way of their own."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An engine of the benchmark: what it is called, where it is, and what it does, in a sentence."""

    name: str
    place: str
    does: str
    operations: tuple[str, ...] = OPERATIONS
    product: bool = False


ENGINES = (
    Listed(
        "Lantu",
        "bench.product:Lantu",
        "The area kernel on packed layers; gaps by balance over a grid, GEOS where it is off; all threads.",
        product=True,
    ),
    Listed("Lantu, one thread", "bench.product:OneThread", "The same, one thread.", ASKED, product=True),
    Listed(
        "shapely, tuned",
        "bench.peers.with_shapely:Tuned",
        "STRtree; prepared `covers` finds what lies inside; control over 300 vertices is clipped to each "
        "parcel's box; `relate_pattern` before overlaps; single sites against clipped control; threads.",
    ),
    Listed(
        "shapely, plain, threads",
        "bench.peers.with_shapely:PlainThreads",
        "STRtree, `intersects`, area of `intersection`; overlaps: `intersection` where boxes meet; threads.",
        ASKED,
    ),
    Listed(
        "shapely, plain",
        "bench.peers.with_shapely:Plain",
        "The same, one thread; gaps: `difference` from `union_all`.",
    ),
    Listed(
        "geopandas.overlay",
        "bench.peers.with_geopandas:Overlay",
        "One call, `how='intersection'`, then `groupby`; one thread.",
        ("overlay",),
    ),
    Listed(
        "DuckDB spatial, pieces",
        "bench.peers.with_duckdb:Pieces",
        "Spatial join; control cut to 256 vertices beforehand; R-tree index for single sites; threads.",
        ASKED,
    ),
    Listed(
        "DuckDB spatial",
        "bench.peers.with_duckdb:Plain",
        "Spatial join of the layers as they are; threads.",
        ("overlay",),
    ),
    Listed(
        "SedonaDB, pieces",
        "bench.peers.with_sedonadb:Pieces",
        "Spatial join over tables in memory; control cut to 256 vertices beforehand; single sites scan.",
        ASKED,
    ),
    Listed(
        "PostGIS, pieces",
        "bench.peers.with_postgis:Pieces",
        "GiST; `ST_Subdivide(256)`; `ST_Covers` before `ST_Intersection`; `ST_Relate` before overlaps; "
        "gaps: `ST_Difference` from `ST_Union`; parallel workers; a server of its own on loopback.",
    ),
)


def workload(size: str, seed: int, say: Callable[[str], None]) -> tuple[Path, dict[str, Any]]:
    """Return the folder of the workload and its counts; made if not there, or made by another generator."""
    data, source = DATA / size, sha256()
    for name in ("partition.py", "planting.py", "workload.py"):
        source.update((Path(__file__).parent / name).read_bytes())
    wanted = {"generator": source.hexdigest(), "seed": seed, "size": size}
    done = data / "made.json"
    if not done.exists() or json.loads(done.read_text(encoding="utf-8")) != wanted:
        say(f"making the workload: {size}")
        shutil.rmtree(data, ignore_errors=True)
        command = [sys.executable, "-m", "bench.workload", "--out", data, "--size", size, "--seed", str(seed)]
        subprocess.run(command, cwd=ROOT, check=True)
        done.write_text(json.dumps(wanted), encoding="utf-8")
    return data, json.loads((data / "counts.json").read_text(encoding="utf-8"))


def measured(
    engine: Listed, operation: str, data: Path, threads: int, repeat: int, slow_s: float, timeout_s: float
) -> Measured:
    """Measure in a process of its own, ended when it takes too long."""
    python = sys.executable if engine.product else str(PEERS_PYTHON)
    if not Path(python).exists():
        return Measured(failed="not installed: no environment for peers")
    with tempfile.TemporaryDirectory(prefix="lantu-bench-", ignore_cleanup_errors=True) as scratch:
        out = Path(scratch) / "measured.json"
        command = [python, "-m", "bench.measure", engine.place, operation]
        options = {
            "data": data,
            "scratch": scratch,
            "out": out,
            "threads": threads,
            "repeat": repeat,
            "slow": slow_s,
        }
        command += [f"--{name}={value}" for name, value in options.items()]
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _, errors = child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            _end(child)
            return Measured(failed=f"took over {timeout_s:g} s")
        except BaseException:
            _end(child)
            raise
        if not out.exists():
            said = errors.strip().splitlines()
            return Measured(failed=f"failed ({child.returncode}): {said[-1] if said else 'without a word'}")
        return Measured(**json.loads(out.read_text(encoding="utf-8")))


def province(seed: int, workers: int) -> dict[str, Any]:
    """Overlay 16 counties; see `bench/province.py`."""
    data, _ = workload("province", seed, print)
    out = data / "measured.json"
    command = [
        sys.executable,
        "-m",
        "bench.province",
        "--data",
        data,
        "--out",
        out,
        "--workers",
        str(workers),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return dict(json.loads(out.read_text(encoding="utf-8")))


def _end(child: subprocess.Popen[str]) -> None:
    """End the process and what it started: a server may still close its files."""
    for how in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, how)
        with suppress(subprocess.TimeoutExpired):
            child.communicate(timeout=15)


def disagreements(rows: list[dict[str, Any]]) -> list[str]:
    """Compare all answers to each operation with that of the first peer that answered.

    Returns:
        A sentence for each engine that says otherwise.
    """
    said = []
    for operation in OPERATIONS:
        answers = [row for row in rows if row["operation"] == operation and not row["failed"]]
        oracle = next((row for row in answers if not row["product"]), None)
        if oracle is None:
            continue
        near = GAPS_M2 if operation == "gaps" else 0.0
        for row in answers:
            where = f"{operation}: {row['engine']}"
            said += [
                f"{where} says {total!r} m², {oracle['engine']} {oracle['total_m2']!r} m²"
                for total in (row["total_m2"], row["site_m2"])
                if total is not None
                and not math.isclose(total, oracle["total_m2"], rel_tol=RELATIVE, abs_tol=near)
            ]
            if row["count"] != oracle["count"]:
                said.append(f"{where} says {row['count']}, {oracle['engine']} {oracle['count']}")
            for name in sorted(row["by"].keys() | oracle["by"].keys()):
                one, other = row["by"].get(name, 0.0), oracle["by"].get(name, 0.0)
                if not math.isclose(one, other, rel_tol=RELATIVE, abs_tol=CLASS_M2):
                    said.append(f"{where} says {one!r} m² of {name}, {oracle['engine']} {other!r} m²")
    return said


def machine() -> dict[str, Any]:
    """Say what this ran on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--size", choices=[name for name, size in SIZES.items() if size.sites], default="county"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--slow", type=float, default=45.0, help="seconds; a slower run is not repeated")
    parser.add_argument(
        "--timeout", type=float, default=900.0, help="seconds for one engine at one operation"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="engines whose name starts so")
    parser.add_argument("--operations", nargs="+", choices=OPERATIONS, default=list(OPERATIONS))
    parser.add_argument("--no-province", action="store_true", help="leave the 16 counties out")
    parser.add_argument("--no-page", action="store_true", help="leave docs/ alone")
    given = parser.parse_args()
    data, counts = workload(given.size, given.seed, print)
    rows = []
    for operation in given.operations:
        for engine in ENGINES:
            chosen = not given.only or engine.name.startswith(tuple(given.only))
            if operation not in engine.operations or not chosen:
                continue
            found = measured(engine, operation, data, given.threads, given.repeat, given.slow, given.timeout)
            rows.append({**asdict(engine), "operation": operation, **asdict(found)} | {"engine": engine.name})
            print(f"{operation:9} {engine.name:24} {_line(found)}", flush=True)
    several = given.size == "county" and not given.no_province
    run = {
        "size": given.size,
        "date": date.today().isoformat(),
        "threads": given.threads,
        "machine": machine(),
        "counts": counts,
        "rows": rows,
        "disagreements": disagreements(rows),
        "province": province(given.seed, given.threads) if several else None,
    }
    (data / "results.json").write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = page(run)
    print(text)
    if not given.no_page:
        written = ROOT / "docs" / "benchmarks.md"
        section = kept(written.read_text(encoding="utf-8")) if written.exists() else ""
        written.write_text(joined(text, section) if section else text, encoding="utf-8")
        for operation in given.operations:
            (ROOT / "docs" / "pictures" / f"bench-{operation}.svg").write_text(
                chart(run, operation), encoding="utf-8"
            )
    return 1 if run["disagreements"] else 0


def _line(found: Measured) -> str:
    if found.failed:
        return f"not run: {found.failed}"
    total = f"{found.total_m2:,.4f} m2" if found.total_m2 is not None else ""
    return f"prepare {found.prepare_s:8.2f} s   run {' '.join(f'{s:.3f}' for s in found.run_s)} s   {total}"


if __name__ == "__main__":
    sys.exit(main())

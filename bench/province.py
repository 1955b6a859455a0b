"""Overlay a province county by county, in as many processes as there are cores: time, memory, exactness.

    python -m bench.province --data DIR --out FILE [--workers N]

DIR is a workload of several counties (`python -m bench.workload --size province`): one partition cut along
parcel borders, so that neighbours share their outlines vertex for vertex. Of every county the parcels and
the control are read from their files, packed and overlaid. What the parcels share with a control polygon
must add up to what the county's outline shares with it, and all parcels to the whole square.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench.measure import peak_mb
from lantu.overlay.engine import KernelEngine, prepare
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import PIECE_ROWS, pack


@dataclass(frozen=True, slots=True)
class County:
    """What one county gave, in its worker.

    Attributes:
        shared_m2, outline_m2: what control shares with the parcels, and with the county's outline.
        worst: largest relative difference between the two for one control polygon.
        peak_mb: largest resident memory of the worker so far.
    """

    parcels: int
    vertices: int
    parcels_m2: float
    shared_m2: float
    outline_m2: float
    worst: float
    peak_mb: float


def overlay_county(data: Path, name: str) -> County:
    """Read, pack and overlay one county."""
    parcels, control = (_packed(data / f"{layer}_{name}.parquet") for layer in ("parcels", "control"))
    outlines = pq.read_table(data / "counties.parquet", columns=["id", "geometry"])
    row, column = map(int, name.split("_"))
    mine = row * math.isqrt(len(outlines)) + column
    outline = pack([outlines["geometry"].chunk(0)[mine : mine + 1]], "counties", threads=1)
    shared, whole = (
        np.bincount(found.left_id, found.area_m2, minlength=len(control))
        for found in (KernelEngine().overlay(control, each, threads=1) for each in (parcels, outline))
    )
    off = np.abs(shared - whole) / np.maximum(whole, 1.0)
    return County(
        len(parcels), len(parcels.xy), math.fsum(parcels.area_m2), math.fsum(shared), math.fsum(whole),
        float(off.max()), peak_mb(),
    )  # fmt: skip


def _packed(path: Path) -> PackedLayer:
    batches = pq.ParquetFile(path).iter_batches(PIECE_ROWS, columns=["geometry"])
    return pack((batch.column(0) for batch in batches), path.name, threads=1)


def province(data: Path, workers: int, say: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Overlay 1, 2, 4, … and all counties; each time anew from the files."""
    names = sorted(path.stem.removeprefix("parcels_") for path in data.glob("parcels_*_*.parquet"))
    many = [n for n in (1, 2, 4, 8, 16, 32) if n < len(names)] + [len(names)]
    rows = []
    for n in many:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, initializer=prepare) as pool:
            list(pool.map(time.sleep, [0.2] * workers))  # started, and compiled code loaded
            begin = time.perf_counter()
            found = list(pool.map(overlay_county, [data] * n, names[:n]))
            seconds = time.perf_counter() - begin
        row = {
            "counties": n,
            "seconds": seconds,
            "parcels": sum(each.parcels for each in found),
            "vertices": sum(each.vertices for each in found),
            "parcels_m2": math.fsum(each.parcels_m2 for each in found),
            "shared_m2": math.fsum(each.shared_m2 for each in found),
            "outline_m2": math.fsum(each.outline_m2 for each in found),
            "worst": max(each.worst for each in found),
            "peak_mb": max(each.peak_mb for each in found),
            "workers": min(workers, n),
        }
        say(f"{n:3} counties {row['parcels']:>11,} parcels {seconds:7.1f} s {row['peak_mb']:,.0f} MB")
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    rows = province(given.data, given.workers)
    counts = json.loads((given.data / "counts.json").read_text(encoding="utf-8"))
    whole_m2 = counts["files"]["boundary"]["area_m2"]
    given.out.write_text(json.dumps({"rows": rows, "whole_m2": whole_m2}), encoding="utf-8")


if __name__ == "__main__":
    main()

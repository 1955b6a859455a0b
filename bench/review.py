"""Reviews of sites: one after the other with geometry, and many at once, beside geopandas on the same layers.

    python -m bench.review [--scale 1] [--sites 10000] [--no-page]

Makes a home of the invented sample, draws sites around its parcels and writes docs/benchmarks-review.md.
geopandas answers only the first half of the question: which ground of each site lies in which layer and
class; what is allowed there, and which documents it takes, it leaves to its user.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from bench.run import DATA, ROOT, machine
from lantu.core.area import Geometries
from lantu.lawbook import load
from lantu.overlay.packing import pack_shapes
from lantu.runs.control_index import ENGINE, ControlIndex, InForce
from lantu.runs.demo import demonstrate
from lantu.runs.measure_layers import LAND
from lantu.runs.review_site import Project, Reviewer, SiteReview
from lantu.store import OUTLINE, Home

DAY = date(2025, 6, 30)
PAGE = ROOT / "docs" / "benchmarks-review.md"
PROJECT = Project(
    {"activity": "other", "level": "other", "sector": "rural", "avoidable": "yes", "use": "0601"}
)
SINGLE, PEER = 500, 1000
"""Sites reviewed one by one; sites that geopandas gets, of which the first are asked one by one."""
RELATIVE = 1e-6


def sites_of(index: ControlIndex, count: int, seed: int) -> Geometries:
    """Draw rectangles of 60–400 m around parcels, in the plane."""
    rng = np.random.default_rng(seed)
    boxes = np.concatenate([index.packs[n].box for n, layer in enumerate(index.layers) if layer.kind == LAND])
    chosen = boxes[rng.integers(0, len(boxes), count)]
    middle = (chosen[:, :2] + chosen[:, 2:]) / 2
    half = rng.uniform(30, 200, (count, 2))
    return np.asarray(shapely.box(*(middle - half).T, *(middle + half).T))


def by_geopandas(sites: Geometries, layers: list[tuple[str, Any]]) -> dict[str, float]:
    """Return kind of layer → ground that its polygons share with the sites."""
    frame = geopandas.GeoDataFrame({"site": range(len(sites))}, geometry=sites)
    found: dict[str, float] = {}
    for kind, layer in layers:
        shared = geopandas.overlay(frame, layer, how="intersection", keep_geom_type=True)
        shared["m2"] = shared.area
        by = shared.groupby(["site", "code"])["m2"].sum()
        found[kind] = found.get(kind, 0.0) + float(by.sum())
    return found


def by_lantu(found: tuple[SiteReview, ...]) -> dict[str, float]:
    shared: dict[str, float] = {}
    for each in found:
        for share in (*each.answer.lines, *each.answer.land):
            area = sum(m2 for _, m2 in share.features)
            shared[share.layer.kind] = shared.get(share.layer.kind, 0.0) + area
    return shared


def frames(index: ControlIndex) -> list[tuple[str, Any]]:
    found = []
    for n, layer in enumerate(index.layers):
        if layer.kind == OUTLINE:
            continue
        labels = index.classes[n]
        code = [""] * len(index.packs[n]) if labels is None else [str(labels.value[k]) for k in labels.number]
        shapes = index.packs[n].geometries()
        found.append((layer.kind, geopandas.GeoDataFrame({"code": code}, geometry=shapes)))
    return found


def timed(ask: Any, shapes: Geometries) -> list[float]:
    """Return milliseconds per site, asked one by one."""
    spent = []
    for n in range(len(shapes)):
        begin = time.perf_counter()
        ask(shapes[n : n + 1])
        spent.append((time.perf_counter() - begin) * 1e3)
    return spent


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of the sample")
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-page", action="store_true", help="leave docs/ alone")
    given = parser.parse_args()
    home = _home(DATA / f"review-{given.scale:g}", given.scale)
    index = InForce(home, load(), DAY.year).now()
    shapes, reviewer = sites_of(index, given.sites, given.seed), Reviewer(home, DAY)
    ENGINE.overlaps(index.packs[0])  # compiled once per installation: not counted
    reviewer.review(pack_shapes(shapes[:200], "sites"), PROJECT, shapes=False)

    begin = time.perf_counter()
    reviewer.review(pack_shapes(shapes, "sites"), PROJECT, shapes=False)
    batch = time.perf_counter() - begin
    one = timed(lambda s: reviewer.review(pack_shapes(s, "site"), PROJECT, shapes=True), shapes[:SINGLE])

    layers, some = frames(index), shapes[:PEER]
    begin = time.perf_counter()
    theirs = by_geopandas(some, layers)
    peer = time.perf_counter() - begin
    peer_one = timed(lambda s: by_geopandas(s, layers), shapes[:10])
    ours = by_lantu(reviewer.review(pack_shapes(some, "sites"), PROJECT, shapes=False))
    apart = {
        kind: (ours.get(kind, 0.0), area)
        for kind, area in theirs.items()
        if abs(ours.get(kind, 0.0) - area) > max(RELATIVE * area, 0.01)
    }
    text = _page(given, index, (batch, given.sites), one, (peer, len(some)), peer_one, apart)
    print(text)
    if not given.no_page:
        PAGE.write_text(text, "utf-8")
    return 1 if apart else 0


def _home(path: Path, scale: float) -> Home:
    home = Home.open(path)
    if not home.registry.plans():
        demonstrate(home, scale=scale, made_at=datetime.now(UTC))
    return home


def _page(
    given: Any,
    index: ControlIndex,
    batch: tuple[float, int],
    one: list[float],
    peer: tuple[float, int],
    peer_one: list[float],
    apart: dict[str, tuple[float, float]],
) -> str:
    host, rows = machine(), sum(len(pack) for pack in index.packs)
    rate, theirs = batch[1] / batch[0], peer[1] / peer[0]
    p50, p99 = np.percentile(one, 50), np.percentile(one, 99)
    agree = f"The areas of {peer[1]} sites by kind of layer agree within {RELATIVE:g}."
    if apart:
        agree = f"**They do not agree: {apart}**"
    slow, goals = np.percentile(peer_one, 50), (_met(rate >= 500), _met(p99 <= 50))
    return f"""# Benchmark of the review

Written by `bench/review.py` (`make bench-review`) on {date.today()}, not by hand. {host["cpu"]},
{host["cores"]} cores, {host["memory_gib"]} GiB, {host["system"]}, Python {host["python"]}. The invented
sample at scale {given.scale:g}: {len(index.layers)} layers of four counties, {rows:,} polygons; {batch[1]:,}
sites of 60–400 m. All in one process, layers ready in memory; compiling is not counted.

| | Lantu | geopandas `overlay` | × | goal |
|---|---:|---:|---:|---|
| many sites at once, sites/s | {rate:,.0f} | {theirs:,.0f} | {rate / theirs:.1f} | ≥ 500 {goals[0]} |
| one site, p50, ms | {p50:.1f} | {slow:.0f} | {slow / p50:.0f} | |
| one site, p99, ms | {p99:.1f} | – | | ≤ 50 {goals[1]} |

Lantu: areas by layer and class, every control judged, the opinion; for one site also the geometry of every
affected part. geopandas: areas by layer and class alone, of {peer[1]} sites; one by one it was asked
{len(peer_one)}. {agree}
"""


def _met(met: bool) -> str:
    return "met" if met else "**not met**"


if __name__ == "__main__":
    sys.exit(main())

"""The whole chain on the invented sample: layers in, plans registered, land measured, conflicts looked for,
report written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lantu.core.progress import Progress, silent
from lantu.lawbook import load
from lantu.plans import PlanKind
from lantu.runs.add_layer import add_layer
from lantu.runs.build_sample import SEED, SampleManifest, build_sample
from lantu.runs.measure import Measurement, measure
from lantu.runs.measure_layers import LAND
from lantu.runs.register_plan import read_replies, register
from lantu.runs.scan_conflicts import Scan, scan
from lantu.runs.transmit_ground import PLOTS
from lantu.runs.write_report import WrittenReport, write_report
from lantu.sample.further_plans import STARTS
from lantu.store import Home, Layer, Registered

FOLDER = "sample"


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """What came of it.

    Attributes:
        sample: folder of the sample's files.
        plans: one per plan that the sample's replies approve: of the counties, of the province above, and a
            detailed and a special plan below.
        layers: how many layers and tables were added or stood there before.
    """

    sample: Path
    plans: list[Registered]
    layers: int
    measurement: Measurement
    scan: Scan
    report: WrittenReport


def demonstrate(
    home: Home,
    *,
    scale: float = 1.0,
    seed: int = SEED,
    boundaries: Path | None = None,
    made_at: datetime,
    progress: Progress = silent,
) -> Demonstrated:
    """Run the chain; run again it adds nothing twice, and measures anew.

    Raises:
        InputError: `boundaries` cannot be read, or lacks a county.
        BusyError, StorageError, IntegrityError: as `Home.writing`; layers and plans are then added together
            or not at all.
    """
    out = home.path / FOLDER
    manifest = build_sample(out, scale=scale, boundaries=boundaries, seed=seed, progress=progress)
    names = (manifest.approval, manifest.upper_approval, manifest.lower_approval)
    replies = read_replies([out / name for name in names], progress=progress)
    with home.writing():
        layers = _add_layers(home, out, manifest, progress)
        plans = [
            plan
            for evidence, readings in replies
            for reading in readings
            for plan in register(home, evidence, [reading], layers=_plan_layers(layers, reading))
        ]
    # The province's plan stands above the counties': its own land is not in the sample.
    surveyed = sorted({layer.area_code for layer in home.layers.list() if layer.kind == LAND})
    measurement = measure(home, areas=surveyed, progress=progress)
    found = scan(home, day=made_at.date(), progress=progress)
    report = write_report(home, made_at=made_at, progress=progress)
    return Demonstrated(out, plans, len(layers), measurement, found, report)


def _add_layers(home: Home, out: Path, manifest: SampleManifest, progress: Progress) -> list[Layer]:
    book, added = load(), []
    for done, each in enumerate(manifest.layers):
        progress("progress.add_layers", done, len(manifest.layers))
        added.append(
            add_layer(
                home, out / each.file, kind=each.kind, area_code=each.area_code, year=each.year,
                layer=each.layer, title=each.title, invented=True, book=book,
            ).layer
        )  # fmt: skip
    progress("progress.add_layers", len(manifest.layers), len(manifest.layers))
    return added


def _plan_layers(layers: Iterable[Layer], reading: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Give the plans of a reply what they draw, by area.

    A master plan: the layers of its area that hold for no single year, but for what stands beside it:
    detailed and special plans, permits, reaches of hazards. A detailed or special plan: that of its kind.
    """
    (own,) = {PLOTS.get(PlanKind(plan["kind"])) for plan in reading["plans"]}
    found: dict[str, dict[str, str]] = {}
    for layer in layers:
        drawn = layer.kind == own if own else layer.kind not in STARTS
        if layer.year is None and layer.geometry_type == "polygon" and drawn:
            found.setdefault(layer.area_code, {})[layer.kind] = layer.digest
    return found

"""The whole chain on the invented sample: layers in, plans registered, land measured, conflicts looked for,
report written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lantu.core.progress import Progress, silent
from lantu.lawbook import load
from lantu.runs.add_layer import add_layer
from lantu.runs.build_sample import SEED, SampleManifest, build_sample
from lantu.runs.measure import Measurement, measure
from lantu.runs.measure_layers import LAND
from lantu.runs.register_plan import read_replies, register
from lantu.runs.scan_conflicts import Scan, scan
from lantu.runs.write_report import WrittenReport, write_report
from lantu.sample.further_plans import STARTS
from lantu.store import Home, Layer, Registered

FOLDER = "sample"


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """What came of it.

    Attributes:
        sample: folder of the sample's files.
        plans: one per plan that the sample's replies approve: of the counties, and of the province above.
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
    replies = read_replies([out / manifest.approval, out / manifest.upper_approval], progress=progress)
    with home.writing():
        layers = _add_layers(home, out, manifest, progress)
        plans = [
            plan
            for evidence, readings in replies
            for plan in register(home, evidence, readings, layers=_plan_layers(layers))
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


def _plan_layers(layers: Iterable[Layer]) -> Mapping[str, Mapping[str, str]]:
    """Give each master plan what it draws: the layers of its area that hold for no single year, but for what
    stands beside it: detailed and special plans, permits, reaches of hazards."""
    found: dict[str, dict[str, str]] = {}
    for layer in layers:
        if layer.year is None and layer.geometry_type == "polygon" and layer.kind not in STARTS:
            found.setdefault(layer.area_code, {})[layer.kind] = layer.digest
    return found

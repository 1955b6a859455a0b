"""Plant faults into a plan package: a package to test a check with, and the list of what it must find."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lantu.core.errors import InputError
from lantu.core.invented import INVENTED, INVENTED_EN
from lantu.core.progress import Progress, silent
from lantu.runs.check_package import check
from lantu.sample.package_faults.draft import draft_of, layers_of
from lantu.sample.package_faults.plant import Planted, plant
from lantu.sample.write import write_layer
from lantu.store.files import whole_folder

PACKAGE, PLANTED = "package", "planted.json"
_MARK = "lantu-planted/1"


@dataclass(frozen=True, slots=True)
class PlantedPackage:
    """What was written.

    Attributes:
        package: folder of the package with the faults.
        truth: file that lists them.
    """

    package: Path
    truth: Path
    faults: tuple[Planted, ...]


def plant_faults(
    path: Path,
    out: Path,
    *,
    each: int,
    seed: int,
    day: date,
    only: Collection[str] = (),
    progress: Progress = silent,
) -> PlantedPackage:
    """Write a package like another one, with `each` faults of every kind; it appears whole or not at all.

    Nothing is planted where the package has a fault of its own.

    Args:
        path: any package that can be read; its layers are those of a county's plan.
        out: a folder that is not there yet.
        only: names of faults; empty for all.

    Raises:
        InputError: `package.plant_out`, `.plant_unknown`, `.plant_room`, `.plant_layer`, `.plant_system`, or
            as `check`.
        StorageError: the disk is full or refuses.
    """
    if out.exists():
        raise InputError("package.plant_out", where=out)
    checked, work = check(path, day=day, progress=progress)
    speckled: defaultdict[str, set[int]] = defaultdict(set)
    for finding in checked.findings:
        if finding.rule.severity != "note":
            speckled[finding.layer].update(row - 1 for row in finding.rows)
    draft = draft_of(work.package, speckled)
    faults = plant(draft, each, seed, only)
    truth = {
        "format": _MARK,
        "invented": {"zh": INVENTED, "en": INVENTED_EN},
        "seed": seed,
        "each": each,
        "planted": [fault.to_json() for fault in faults],
    }
    with whole_folder(out) as part:
        folder = part / PACKAGE
        folder.mkdir(parents=True)
        layers = layers_of(draft)
        for done, layer in enumerate(layers):
            progress("progress.plant", done, len(layers))
            write_layer(layer, folder / f"{checked.county or 'package'}.gpkg", draft.layers[layer.kind].epsg)
        progress("progress.plant", len(layers), len(layers))
        for name, text in draft.words.items():
            (folder / Path(name).name).write_text(text, "utf-8")
        (part / PLANTED).write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return PlantedPackage(out / PACKAGE, out / PLANTED, tuple(faults))

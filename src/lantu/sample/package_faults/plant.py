"""Plant a chosen number of each fault and say what a check must find: that, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from lantu.core.errors import InputError
from lantu.sample.package_faults.draft import Draft
from lantu.sample.package_faults.fault import Fault, Spot
from lantu.sample.package_faults.shapes import SHAPES
from lantu.sample.package_faults.tables import TABLES
from lantu.sample.package_faults.values import VALUES

# What needs a place of its own goes first; faults in values fit nearly everywhere.
FAULTS = {each.name: each for each in (*TABLES, *SHAPES, *VALUES)}


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault that was planted.

    Attributes:
        finds: rule → FIDs (from 1) of the layer's features that it must name.
    """

    fault: Fault
    layer: str
    finds: dict[str, tuple[int, ...]]

    def to_json(self) -> dict[str, Any]:
        return {
            "fault": self.fault.name,
            "what": {"zh": self.fault.what[0], "en": self.fault.what[1]},
            "layer": self.layer,
            "may_speak_of_layer": list(self.fault.may),
            "finds": {rule: list(rows) for rule, rows in self.finds.items()},
        }


def plant(draft: Draft, each: int, seed: int, only: Collection[str] = ()) -> list[Planted]:
    """Plant `each` faults of every kind, or of some kinds, in rows that have none and lie beside none.

    Raises:
        InputError: `package.plant_unknown`, `package.plant_room`, `package.plant_layer`, `.plant_field`.
    """
    if strange := [name for name in only if name not in FAULTS]:
        raise InputError("package.plant_unknown", faults="、".join(strange), known="、".join(FAULTS))
    rng = np.random.default_rng(seed)
    return [
        _planted(draft, fault, rng)
        for fault in FAULTS.values()
        if not only or fault.name in only
        for _ in range(min(each, fault.most or each))
    ]


def _planted(draft: Draft, fault: Fault, rng: np.random.Generator) -> Planted:
    there = [name for name in fault.layers if name in draft.layers]
    if not there:
        raise InputError("package.plant_layer", layer="、".join(fault.layers), known="、".join(draft.layers))
    for name in rng.permutation(np.array(there, object)).tolist():
        layer = draft.layers[name]
        for row in layer.free(fault.able, rng):
            try:
                rows = fault.plant(Spot(draft, layer, row, rng))
            except KeyError as missing:
                raise InputError(
                    "package.plant_field", layer=name, field=missing.args[0], fault=fault.name
                ) from missing
            if rows is not None:
                usual = rows.get("*", (row,))
                if usual:
                    layer.take(row, around=fault in SHAPES)
                finds = {rule: tuple(n + 1 for n in rows.get(rule, usual)) for rule in fault.rules}
                return Planted(fault, name, finds)
    raise InputError("package.plant_room", fault=fault.name, layers="、".join(fault.layers))

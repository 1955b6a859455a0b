"""One county built and written: everything between an outline and its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lantu.lawbook import Lawbook
from lantu.sample.classes import class_land
from lantu.sample.counties import County
from lantu.sample.landmap import draw_land
from lantu.sample.layers import SampleLayer
from lantu.sample.package import TABLE, package_layers, plan_text
from lantu.sample.plan import plan_layers
from lantu.sample.planning import KINDS, planning_layers
from lantu.sample.story import tell
from lantu.sample.survey import land_layers
from lantu.sample.tables import exchanges, water_use
from lantu.sample.truth import truth_of
from lantu.sample.write import write_layer, write_table

PLAN_TEXT = "规划文本.txt"
_IN_FORCE = ("GHFQ", "ZXCQGHYDYH")
"""Layers of the plan package that are added, besides the lines: what sites are held against."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One layer or table of the sample, in the order in which it is to be added.

    Attributes:
        file: path below the sample's folder.
        layer: its name in the file; None where the file holds only one.
    """

    file: str
    layer: str | None
    kind: str
    area_code: str
    year: int | None
    title: str

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file, "layer": self.layer, "kind": self.kind, "area_code": self.area_code,
            "year": self.year, "title": self.title,
        }  # fmt: skip


def build_county(
    county: County, outline: shapely.Geometry, scale: float, seed: int, folder: Path, book: Lawbook
) -> tuple[list[Entry], dict[str, Any]]:
    """Build a county and write its files below a folder.

    Args:
        outline: in the drawing plane.

    Returns:
        Its layers in order, and its part of the truth.

    Raises:
        InputError: `sample.no_room`, `sample.out_of_reach`.
    """
    rng = np.random.default_rng([seed, int(county.code)])
    m = draw_land(county, outline, scale, rng)
    events = tell(m, class_land(m, rng), book, rng)
    layers = [*plan_layers(events, rng), *land_layers(events), water_use(events, rng), exchanges(events)]
    entries = [_write(county, layer, folder) for layer in (*layers, *planning_layers(events))]
    more = [_write(county, layer, folder) for layer in package_layers(events)]
    entries += [entry for entry in more if entry.kind in _IN_FORCE]
    (folder / _plan_folder(county) / PLAN_TEXT).write_text(plan_text(county), "utf-8")
    return entries, truth_of(events)


def _write(county: County, layer: SampleLayer, folder: Path) -> Entry:
    file, name = _file_of(county, layer)
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        write_table(layer, path)
    else:
        write_layer(layer, path, county.epsg)
    return Entry(file, name, layer.kind, county.code, layer.year, layer.title)


def _file_of(county: County, layer: SampleLayer) -> tuple[str, str | None]:
    """Return a layer's file and its name there: land by year, the plan in one file or a Shapefile each."""
    if layer.kind != TABLE and layer.shapes is None:
        return f"tables/{county.code}_{layer.kind}.csv", None
    if layer.kind in KINDS:
        return f"planning/{county.code}.gpkg", layer.kind
    if layer.year is not None:
        return f"land/{county.code}_{layer.year}.gpkg", layer.kind
    if county.plan_format != "shp":
        return f"{_plan_folder(county)}/{county.code}.{county.plan_format}", layer.kind
    return f"{_plan_folder(county)}/{layer.kind}.{'csv' if layer.shapes is None else 'shp'}", None


def _plan_folder(county: County) -> str:
    """Return where a county's plan package lies: its layers, its table of indicators, its text."""
    return f"plan/{county.code}"

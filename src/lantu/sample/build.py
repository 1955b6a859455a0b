"""One county built and written: everything between an outline and its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lantu.lawbook import Lawbook
from lantu.sample.beside import Beside, beside
from lantu.sample.classes import class_land
from lantu.sample.counties import County
from lantu.sample.landmap import draw_land
from lantu.sample.layers import SampleLayer
from lantu.sample.package import TABLE, package_layers, plan_text
from lantu.sample.plan import plan_layers
from lantu.sample.sites import Site
from lantu.sample.story import tell
from lantu.sample.survey import land_layers
from lantu.sample.tables import exchanges, water_use
from lantu.sample.truth import truth_of
from lantu.sample.write import write_layer, write_table

PLAN_TEXT = "规划文本.txt"
_REGISTERED = ("ZXCQGHYDYH", "XZZTGNDW")
"""Layers of the package that are registered too; its zones are registered as `zones.py` changes them."""


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


@dataclass(frozen=True)
class BuiltCounty:
    """A county as written.

    Attributes:
        entries: its layers in order.
        truth: what the monitoring must find in it.
        beside: what stands beside its master plan.
        further: layers of that, and of the package, that are registered after all counties' own.
    """

    entries: list[Entry]
    truth: dict[str, Any]
    beside: Beside
    further: list[Entry]


def build_county(
    county: County, outline: shapely.Geometry, scale: float, seed: int, folder: Path, book: Lawbook,
    shared_sites: Sequence[Site] = (),
) -> BuiltCounty:  # fmt: skip
    """Build a county and write its files below a folder.

    Args:
        outline: in the drawing plane.
        shared_sites: sites that touch more than one county.

    Raises:
        InputError: `sample.no_room`, `sample.out_of_reach`.
    """
    rng = np.random.default_rng([seed, int(county.code)])
    m = draw_land(county, outline, scale, rng)
    events = tell(m, class_land(m, rng), book, rng)
    layers = [*plan_layers(events, rng), *land_layers(events), water_use(events, rng), exchanges(events)]
    entries = [_write(county, layer, folder) for layer in layers]
    package = package_layers(events)
    packed = [_write(county, layer, folder) for layer in package]
    (folder / _plan_folder(county) / PLAN_TEXT).write_text(plan_text(county), "utf-8")
    besides = beside(events, [*layers, *package], seed, shared_sites)
    further = [each for each in packed if each.kind in _REGISTERED]
    further += [write_planning(county.code, layer, county.epsg, folder) for layer in besides.layers]
    return BuiltCounty(entries, truth_of(events), besides, further)


def write_planning(area_code: str, layer: SampleLayer, epsg: int, folder: Path) -> Entry:
    """Write a layer that stands beside the plan package: `planning/<code>.gpkg`."""
    return _written(area_code, layer, epsg, folder, f"planning/{area_code}.gpkg", layer.kind)


def write_list(area_code: str, layer: SampleLayer, folder: Path) -> Entry:
    """Write a table of an area: `tables/<code>_<kind>.csv`."""
    return _written(area_code, layer, 0, folder, f"tables/{area_code}_{layer.kind}.csv", None)


def _write(county: County, layer: SampleLayer, folder: Path) -> Entry:
    return _written(county.code, layer, county.epsg, folder, *_file_of(county, layer))


def _written(
    area_code: str, layer: SampleLayer, epsg: int, folder: Path, file: str, name: str | None
) -> Entry:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        write_table(layer, path)
    else:
        write_layer(layer, path, epsg)
    return Entry(file, name, layer.kind, area_code, layer.year, layer.title)


def _file_of(county: County, layer: SampleLayer) -> tuple[str, str | None]:
    """Return a layer's file and its name there: land by year, the plan in one file or a Shapefile each."""
    if layer.kind != TABLE and layer.shapes is None:
        return f"tables/{county.code}_{layer.kind}.csv", None
    if layer.year is not None:
        return f"land/{county.code}_{layer.year}.gpkg", layer.kind
    if county.plan_format != "shp":
        return f"{_plan_folder(county)}/{county.code}.{county.plan_format}", layer.kind
    return f"{_plan_folder(county)}/{layer.kind}.{'csv' if layer.shapes is None else 'shp'}", None


def _plan_folder(county: County) -> str:
    """Return where a county's plan package lies: its layers, its table of indicators, its text."""
    return f"plan/{county.code}"

"""What a proposal would do: the line redrawn as a draft, every target measured anew, conflicts looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.conflicts.rules import pairs_of
from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC, transformer
from lantu.core.digest import digest_json
from lantu.core.errors import InputError, NotFoundError
from lantu.core.progress import Progress, silent
from lantu.core.units import convert, round_half_up
from lantu.lawbook import Lawbook
from lantu.monitoring.indicators import Measured
from lantu.overlay.cutting import mended, polygons_of
from lantu.overlay.engine import prepare
from lantu.runs.conflict_area import AreaScan
from lantu.runs.conflict_looked import Looked
from lantu.runs.conflict_sides import Sides
from lantu.runs.control_index import ENGINE
from lantu.runs.measure_area import AreaRun
from lantu.runs.measure_layers import Shelf, shelves
from lantu.store import Home, Layer
from lantu.store.conflicts import Conflict

Way = Literal["take_out", "put_in"]
_NEW = "方案"
_LEAST_M2 = 1e-4
_SHOWN = ("indicator", "target_year", "op", "required", "unit")
_FIGURES = ("value", "margin", "answer")


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A line as a proposal would have it; a `Delivered` for the store."""

    attributes: pa.Table
    geometry: Geometries
    crs: CRS
    source_name: str
    source_layer: str
    source_digest: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a line is to be redrawn.

    Attributes:
        kind: of the layer; `way` whether the shape is taken out of it or put into it.
        shape: in the plane; None for the ground of the conflict.
        code: class of what is put in, where the kind has classes.
    """

    kind: str
    way: Way
    shape: Any = None
    code: str | None = None


def effect(
    home: Home, conflict: Conflict, proposal: Proposal, day: date, book: Lawbook, progress: Progress = silent
) -> dict[str, Any]:
    """Return what a proposal would do; only a draft layer is kept, which nothing else reads.

    Returns:
        Plain JSON: the change, the draft's digest, every target before and after, conflicts gone, changed
        and new.

    Raises:
        NotFoundError: `conflict.no_line` where the area has no such layer.
        InputError: `conflict.no_change` where the shape is out of, or in, the line already;
            `conflict.no_class`.
        BusyError, StorageError, IntegrityError: as `Home.writing`.
    """
    code, shelf = conflict.area_code, shelves(home, day)
    line = shelf[code].line(proposal.kind, day.year) if code in shelf else None
    if line is None:
        raise NotFoundError("conflict.no_line", area=code, layer=proposal.kind)
    draft, moved_m2 = _drafted(home, conflict, line, proposal, book)
    named = {**shelf[code].plan_layers, line.kind: draft.digest}
    # The draft takes the line's place, as if it had come in then: what is measured is the plan with it.
    there = replace(draft, year=line.year)
    layers = [each for each in shelf[code].layers if each.digest != line.digest]
    after = {**shelf, code: Shelf([*layers, there], named)}
    return {
        "kind": proposal.kind, "way": proposal.way, "code": proposal.code, "moved_m2": f"{moved_m2:.2f}",
        "line": line.digest, "draft": draft.digest, "day": day.isoformat(), "lawbook": book.digest,
        "indicators": _indicators(home, book, code, shelf[code], after[code], day, progress),
        "conflicts": _conflicts(home, book, code, shelf, after, day, proposal.kind),
    }  # fmt: skip


def _drafted(
    home: Home, conflict: Conflict, line: Layer, proposal: Proposal, book: Lawbook
) -> tuple[Layer, float]:
    """Keep the line redrawn as a draft; return it and the ground that moves."""
    data = home.layers.read(line)
    assert data.geometry is not None and data.crs is not None
    plane = mended(home.packs.get(line).geometries())
    shape = conflict.shape if proposal.shape is None else proposal.shape
    touched = np.flatnonzero(shapely.intersects(plane, shape))
    taken = proposal.way == "take_out"
    if taken:
        moved = float(shapely.area(shapely.union_all(shapely.intersection(plane[touched], shape))))
    else:
        shape = shapely.difference(shape, shapely.union_all(plane[touched]))
        shape = polygons_of(np.array([shape], object))[0]
        moved = float(shape.area)
    if moved < _LEAST_M2:
        raise InputError("conflict.no_change", number=conflict.number, layer=line.kind)
    (delivered,) = _delivered(home, np.array([shape], object), data.crs)
    if taken:
        attributes, geometry = _without(data.attributes, data.geometry, delivered)
    else:
        row = _new_row(data.attributes, line, conflict.number, proposal, moved, book)
        attributes = pa.concat_tables([data.attributes, row], promote_options="default")
        geometry = np.append(data.geometry, delivered)
    what = {"line": line.digest, "way": proposal.way, "shape": delivered.wkb_hex}
    redrawn = Redrawn(attributes, geometry, data.crs, f"{conflict.number}.gpkg", line.kind, digest_json(what))
    draft = home.layers.add(
        redrawn, kind=line.kind, area_code=line.area_code, year=line.year,
        title=f"{line.title}（{_NEW}{conflict.number}）", invented=line.invented, draft=True,
    )  # fmt: skip
    return draft, moved


def _delivered(home: Home, shapes: Geometries, crs: CRS) -> Geometries:
    degrees = home.plane.to_geographic(shapes)
    if crs.is_geographic:
        return np.asarray(degrees, object)
    to = transformer(f"EPSG:{GEOGRAPHIC}", crs.to_string())
    moved = shapely.transform(degrees, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1])))
    return np.asarray(moved, object)


def _without(attributes: pa.Table, geometry: Geometries, shape: Any) -> tuple[pa.Table, Geometries]:
    """Cut a shape out of features; their area fields shrink by the same share; what is left empty goes."""
    geometry = geometry.copy()
    touched = np.flatnonzero(shapely.intersects(geometry, shape))
    whole = shapely.area(geometry[touched])
    geometry[touched] = polygons_of(shapely.difference(mended(geometry[touched]), shape))
    share = np.ones(len(geometry))
    share[touched] = np.divide(
        shapely.area(geometry[touched]), whole, out=np.ones(len(whole)), where=whole > 0
    )
    for number, name in enumerate(attributes.column_names):
        column = attributes.column(number)
        if name.upper().endswith("MJ") and pa.types.is_floating(column.type):
            said = column.to_pylist()
            scaled = [v if v is None or s == 1 else round(v * s, 2) for v, s in zip(said, share, strict=True)]
            attributes = attributes.set_column(number, name, pa.array(scaled, column.type))
    kept = np.flatnonzero(~shapely.is_empty(geometry))
    return attributes.take(kept), geometry[kept]


def _new_row(
    attributes: pa.Table, line: Layer, number: str, proposal: Proposal, area_m2: float, book: Lawbook
) -> pa.Table:
    """Return the attributes of what is put in: its area, its class; nothing else is known of it."""
    classed = book.layer_kinds[line.kind].classed
    if classed is not None and not proposal.code:
        raise InputError("conflict.no_class", layer=line.kind, field=classed[0])
    row: dict[str, pa.Array] = {}
    for name, kind in zip(attributes.column_names, attributes.schema.types, strict=True):
        value: object = None
        if name == "BSM" and pa.types.is_string(kind):
            value = f"{_NEW}{number}"
        elif name == "XZQDM" and pa.types.is_string(kind):
            value = line.area_code
        elif classed is not None and name == classed[0]:
            value = proposal.code
        elif name.upper().endswith("MJ") and pa.types.is_floating(kind):
            value = round(area_m2, 2)
        row[name] = pa.array([value], kind)
    return pa.table(row)


def _indicators(
    home: Home, book: Lawbook, code: str, before: Shelf, after: Shelf, day: date, progress: Progress
) -> list[dict[str, Any]]:
    """Return every target of the area's plan for the latest surveyed year, with and without the change."""
    land = before.latest_land(day.year)
    if land is None or land.year is None:
        return []
    prepare(progress)
    year = land.year
    base = int(book.number("monitoring.expansion_base_year", date(year, 12, 31)))
    names = {area.code: area.name for area in home.registry.areas()}
    areas = []
    for shelf in (before, after):
        area = AreaRun(
            home, book, ENGINE, code, names.get(code, code), shelf, home.registry.targets(code), [year], year,
            base, progress,
        )  # fmt: skip
        area.read()
        area.overlay()
        areas.append(area)
    then, now = areas
    return [
        {"year": year, "change": _change(book, old, then, now, year)}
        | {name: old[name] for name in _SHOWN}
        | {"before": {name: old[name] for name in _FIGURES}, "after": {name: new[name] for name in _FIGURES}}
        for old, new in zip(then.rows(), now.rows(), strict=True)
    ]


def _change(book: Lawbook, row: Mapping[str, Any], then: AreaRun, now: AreaRun, year: int) -> str | None:
    """Return by how much an indicator changes, in the unit of its target, however little."""
    indicator = book.indicator_named(row["indicator"])
    if indicator is None or row["unit"] is None:
        return None
    old, new = then.figure(indicator, year)[0], now.figure(indicator, year)[0]
    if not isinstance(old, Measured) or not isinstance(new, Measured):
        return None
    change = convert(new.value - old.value, indicator.base_unit, row["unit"])
    return f"{round_half_up(change, 6).normalize():+f}"


def _conflicts(
    home: Home, book: Lawbook, code: str, before: Mapping[str, Shelf], after: Mapping[str, Shelf], day: date,
    kind: str,
) -> dict[str, Any]:  # fmt: skip
    """Return what becomes of the conflicts of all pairs that a kind of layer is a side of."""
    pairs = [
        each for each in pairs_of(book)
        if each.relation != "coexists" and kind in (each.first.layer, each.second.layer)
        and each.first.of != "newest"  # a draft is no version that drifts
    ]  # fmt: skip
    then, now = (
        AreaScan(home, book, Sides(home, book, shelf, code, day.year), day).look(pairs)
        for shelf in (before, after)
    )
    known = _found(then)
    later = _found(now)
    untold = [each.pair.code for each in now if each.why is not None or each.partly]
    return {
        "gone": sorted(number for number in known if number and number not in later),
        "changed": [
            {"number": number, "before_m2": known[number], "after_m2": area}
            for number, area in sorted(later.items())
            if number and number in known and known[number] != area
        ],
        "new": [
            {"pair": each.pair.code, "area_m2": str(seen.area_m2)}
            for each in now for seen in each.sightings if seen.number is None
        ],
        "untold": untold,
    }  # fmt: skip


def _found(looked: list[Looked]) -> dict[str, str]:
    return {seen.number: str(seen.area_m2) for each in looked for seen in each.sightings if seen.number}

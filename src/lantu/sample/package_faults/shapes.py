"""Faults in geometries: of one feature, between features of a layer, between layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from lantu.sample.package_faults.fault import Fault, Rows, Spot, has
from lantu.sample.package_faults.values import BASIC, REDLINE, ZONES

_RURAL = has("GHFQDM", "500")
_TOTALS = ("QC1907",)
_SURFACES = (ZONES, "YDYHGHFQ")


def _rectangle(spot: Spot, width: float, height: float, room: float = 3.0) -> Any:
    """Return a rectangle of so many metres inside the row's shape, with some room around, or None."""
    shape = spot.layer.drawn[spot.row]
    mx, my = spot.layer.metre(shape)
    parts = shapely.get_parts(shape)
    point = shapely.point_on_surface(parts[np.argmax(shapely.area(parts))])

    def around(more: float) -> Any:
        dx, dy = (width / 2 + more) * mx, (height / 2 + more) * my
        return shapely.box(point.x - dx, point.y - dy, point.x + dx, point.y + dy)

    return around(0) if shapely.contains_properly(shape, around(room)) else None


def _cut(width: float, height: float) -> Callable[[Spot], Rows | None]:
    """Cut a rectangle out of the shape."""

    def plant(spot: Spot) -> Rows | None:
        hole = _rectangle(spot, width, height)
        if hole is None:
            return None
        spot.layer.reshape(spot.row, shapely.difference(spot.layer.drawn[spot.row], hole))
        return {}

    return plant


def _replace(change: Callable[[Any], Any]) -> Callable[[Spot], Rows | None]:
    """Put another geometry in its place; what is declared stays."""

    def plant(spot: Spot) -> Rows | None:
        shape = change(spot.layer.drawn[spot.row])
        assert spot.layer.shapes is not None
        spot.layer.shapes[spot.row] = shape
        return {}

    return plant


def _bow_tie(spot: Spot) -> Rows | None:
    """Let the outline cross itself: two neighbouring vertices of a rectangular hole change places."""
    hole = _rectangle(spot, 20, 20)
    if hole is None:
        return None
    a, b, c, d, _ = shapely.get_coordinates(hole).tolist()
    shape = shapely.get_parts(spot.layer.drawn[spot.row])[0]
    holes = [*(shapely.get_coordinates(ring) for ring in shape.interiors), [a, c, b, d, a]]
    assert spot.layer.shapes is not None
    spot.layer.shapes[spot.row] = shapely.Polygon(shape.exterior, holes)
    return {}


def _not_finite(shape: Any) -> Any:
    xy = shapely.get_coordinates(shape)
    xy[1] = np.nan
    return shapely.set_coordinates(shape, xy)


def _further(spot: Spot, series: int) -> str:
    """Return an identifier that no other feature has."""
    number = str(spot.value("BSM"))
    return f"{number[:6]}{series:04d}{number[10:]}"


def _twice(spot: Spot) -> Rows:
    """Deliver a feature twice, under a number of its own."""
    number = _further(spot, 5)
    added = spot.layer.add(spot.row, spot.layer.drawn[spot.row], BSM=number)
    return {"QC1609": (spot.row, added)}


def _doubled_vertex(spot: Spot) -> Rows:
    """Repeat a vertex of the outline."""
    shape = shapely.get_parts(spot.layer.drawn[spot.row])[0]
    xy = shapely.get_coordinates(shape.exterior)
    assert spot.layer.shapes is not None
    spot.layer.shapes[spot.row] = shapely.Polygon(np.insert(xy, 1, xy[1], axis=0), shape.interiors)
    return {}


def _patch(width: float, height: float, series: int) -> Callable[[Spot], Rows | None]:
    """Deliver a further feature of so many metres within one that is there."""

    def plant(spot: Spot) -> Rows | None:
        patch = _rectangle(spot, width, height)
        if patch is None:
            return None
        added = spot.layer.add(spot.row, patch, BSM=_further(spot, series))
        spot.layer.reshape(added, patch)
        return {"*": (added,), **dict.fromkeys(("QC1701", "QC1702"), (spot.row, added))}

    return plant


def _spike(spot: Spot) -> Rows | None:
    """Draw a thorn of two metres, a centimetre wide, into the shape."""
    slot = _rectangle(spot, 8, 6)
    if slot is None:
        return None
    mx, my = spot.layer.metre(slot)
    west, south, east, north = slot.bounds
    middle = (west + east) / 2
    ring = [(west, south), (west, north), (east, north), (east, south), (middle + 0.05 * mx, south),
            (middle, south + 2 * my), (middle - 0.05 * mx, south), (west, south)]  # fmt: skip
    spot.layer.reshape(spot.row, shapely.difference(spot.layer.drawn[spot.row], shapely.Polygon(ring)))
    return {}


def _unmatched(spot: Spot) -> Rows | None:
    """Put a vertex on an edge shared with one neighbour that has none there."""
    parts = shapely.get_parts(spot.layer.drawn[spot.row])
    if len(parts) != 1:
        return None
    shape = parts[0]
    xy = shapely.get_coordinates(shape.exterior)
    mx, my = spot.layer.metre(shape)
    long = np.flatnonzero(np.hypot(*(np.diff(xy, axis=0) / (mx, my)).T) > 20)
    for nth in spot.rng.permutation(long).tolist():
        middle = (xy[nth] + xy[nth + 1]) / 2
        around = shapely.Point(*middle).buffer(2 * mx)
        beside = [
            row for row in spot.layer.beside(spot.row) if shapely.intersects(spot.layer.drawn[row], around)
        ]
        if len(beside) == 1:
            assert spot.layer.shapes is not None
            spot.layer.shapes[spot.row] = shapely.Polygon(
                np.insert(xy, nth + 1, middle, axis=0), shape.interiors
            )
            return {"*": (spot.row, beside[0])}
    return None


def _abroad(spot: Spot) -> Rows | None:
    """Deliver a further feature outside the county."""
    county = spot.draft.layer("XZQX").drawn[0]
    mx, my = spot.layer.metre(county)
    x, y = shapely.get_coordinates(county)[int(spot.rng.integers(shapely.get_num_coordinates(county)))]
    for _ in range(20):
        turn = spot.rng.uniform(0, 2 * np.pi)
        cx, cy = x + 300 * mx * np.cos(turn), y + 300 * my * np.sin(turn)
        patch = shapely.box(cx - 15 * mx, cy - 10 * my, cx + 15 * mx, cy + 10 * my)
        if not shapely.intersects(patch, county):
            added = spot.layer.add(spot.row, patch, BSM=_further(spot, 8))
            spot.layer.reshape(added, patch)
            return {"*": (added,)}
    return None


def _onto(other: str) -> Callable[[Spot], Rows | None]:
    """Let a new patch of the layer lie on a feature of another layer."""

    def plant(spot: Spot) -> Rows | None:
        there = spot.draft.layer(other)
        for row in there.free(None, spot.rng):
            patch = _rectangle(Spot(spot.draft, there, row, spot.rng), 30, 20)
            if patch is None:
                continue
            there.take(row, around=True)
            number = _further(spot, 7)
            added = spot.layer.add(spot.row, patch, BSM=number)
            spot.layer.reshape(added, patch)
            return {"*": (added,)}
        return None

    return plant


SHAPES = (
    Fault("no_geometry", ("没有图形", "no geometry"), (BASIC,), ("QC1601",), _replace(lambda shape: None)),
    Fault("empty_geometry", ("图形为空", "an empty geometry"), (BASIC,), ("QC1602",),
          _replace(lambda shape: shapely.Polygon())),
    Fault("not_finite", ("坐标不是数", "a coordinate that is no number"), (BASIC,), ("QC1605",),
          _replace(_not_finite)),
    Fault("crosses_itself", ("界线自相交", "an outline that crosses itself"),
          (BASIC,), ("QC1606",), _bow_tie),
    Fault("twice", ("要素重复", "a feature twice"), (BASIC,), ("QC1609",), _twice),
    Fault("doubled_vertex", ("节点重复", "a vertex twice"), _SURFACES, ("QC1611",), _doubled_vertex, _RURAL),
    Fault("tiny_hole", ("微小岛洞", "a tiny hole"), (BASIC,), ("QC1614",), _cut(0.8, 0.8)),
    Fault("gap", ("缝隙", "a gap"), _SURFACES, ("QC1703",), _cut(30, 20), _RURAL, _TOTALS),
    Fault("crack", ("细缝", "a crack"), _SURFACES, ("QC1612", "QC1705"), _cut(0.008, 200), _RURAL,
          _TOTALS),
    Fault("overlap", ("图层内重叠", "an overlap within a layer"), (ZONES, "YDYHGHFQ", BASIC), ("QC1701",),
          _patch(30, 20, 6), may=_TOTALS),
    Fault("thin_overlap", ("图层内细缝状重叠", "a sliver overlap within a layer"), (BASIC,),
          ("QC1612", "QC1615", "QC1702"), _patch(0.008, 200, 2)),
    Fault("spike", ("尖刺", "a spike"), (BASIC,), ("QC1613",), _spike),
    Fault("unmatched_vertex", ("公共边节点不一致", "a vertex on a shared edge of one side only"), _SURFACES,
          ("QC1708",), _unmatched, has("GHFQDM", "300", "500")),
    Fault("outside_county", ("图斑在县域外", "a feature outside the county"), ("LSWHBHX", BASIC), ("QC1710",),
          _abroad),
    Fault("basic_on_redline", ("永久基本农田压生态保护红线", "basic farmland on the red line"), (BASIC,),
          ("QC1801",), _onto(REDLINE)),
    Fault("basic_in_boundary", ("永久基本农田在城镇开发边界内", "basic farmland within the urban boundary"),
          (BASIC,), ("QC1802",), _onto("CZKFBJ")),
    Fault("redline_in_boundary", ("生态保护红线压城镇开发边界", "red line on the urban boundary"), (REDLINE,),
          ("QC1714", "QC1803"), _onto("CZKFBJ")),
)  # fmt: skip

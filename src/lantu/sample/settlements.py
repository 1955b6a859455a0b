"""Towns and villages as drawn plans: blocks between streets, room to grow, zones of the urban boundary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.sample.counties import County
from lantu.sample.drawing import Points, boxes, turned
from lantu.sample.places import COUNTY_TOWN, DISTRICT, TOWN, Places

# What stands on the blocks of a town: (DLBM, share).
_TOWN_USES = (("0701", 0.50), ("05H1", 0.13), ("0601", 0.12), ("08H1", 0.05), ("08H2", 0.08), ("0810", 0.06),
              ("0809", 0.03), ("0508", 0.03))  # fmt: skip
_CHUNK_M = 900.0
GROWTH, ELASTIC, SPECIAL = 410, 420, 430


@dataclass(frozen=True)
class Settlements:
    """All towns and villages of a county.

    Attributes:
        areas: (n,) whole built-up rectangle of each settlement.
        place: its row in Places.
        czcsxm: its 城镇村属性码.
        blocks: (m,) built-up blocks; `block_use` their DLBM, `block_of` their settlement.
        zones: (k,) plots in the zones beyond the built-up land; `zone_kind` 410, 420 or 430.
        zone_of: their settlement.
    """

    areas: Geometries
    place: NDArray[np.int32]
    czcsxm: list[str]
    blocks: Geometries
    block_use: list[str]
    block_of: NDArray[np.int32]
    zones: Geometries
    zone_kind: NDArray[np.int32]
    zone_of: NDArray[np.int32]
    centre: Points
    angle: NDArray[np.float64]

    def chunk(self, settlement: NDArray[np.int32], xy: Points) -> NDArray[np.int64]:
        """Return into which piece of a street net points fall, so that no net is one parcel."""
        found = np.zeros(len(xy), np.int64)
        for each in np.unique(settlement):
            mine = settlement == each
            u, v = ((xy[mine] - self.centre[each]) @ turned(-self.angle[each])).T
            found[mine] = (np.floor(u / _CHUNK_M) + 50) * 100 + np.floor(v / _CHUNK_M) + 50
        return found

    def street_cuts(self) -> Geometries:
        """Return the lines between those pieces."""
        found = []
        for area, centre, angle in zip(self.areas, self.centre, self.angle, strict=True):
            reach = np.abs((shapely.get_coordinates(area) - centre) @ turned(-angle)).max(axis=0)
            for axis in (0, 1):
                for at in _CHUNK_M * np.arange(-int(reach[axis] / _CHUNK_M), int(reach[axis] / _CHUNK_M) + 1):
                    ends = np.array(
                        [[at, -reach[1]], [at, reach[1]]] if axis == 0 else [[-reach[0], at], [reach[0], at]]
                    )
                    found.append(shapely.LineString(ends @ turned(angle) + centre))
        return np.array(found, object)


def plan_settlements(county: County, places: Places, scale: float, rng: np.random.Generator) -> Settlements:
    """Draw every settlement. 410 takes in the towns and, beside each, room for (multiple − 1) of it."""
    areas: list[Any] = []
    blocks: list[Any] = []
    zones: list[Any] = []
    place, codes, uses, block_of, kinds, zone_of = [], [], [], [], [], []
    block_m = 330 / np.sqrt(np.clip(scale, 0.15, 8))
    for row in np.flatnonzero(places.kind != DISTRICT):
        kind, centre, angle = places.kind[row], places.centre[row], places.angle[row]
        if kind == COUNTY_TOWN:
            km2, size, code = county.built_km2, block_m, county.urban_code
        elif kind == TOWN:
            km2, size, code = county.town_km2 * rng.uniform(0.75, 1.3), block_m * 0.85, "202"
        else:
            km2, size, code = (
                rng.uniform(0.18, 0.5) * (1.6 if places.seat_of[row] >= 0 else 1),
                block_m * 0.9,
                "203",
            )
        number = len(areas)
        width = 1000 * np.sqrt(km2 * rng.uniform(1.0, 1.6))
        height = 1e6 * km2 / width
        areas.append(
            boxes(np.array([[-width / 2, -height / 2]]), np.array([[width / 2, height / 2]]), centre, angle)[
                0
            ]
        )
        place.append(row)
        codes.append(code)
        low, high = _grid(width, height, max(size, 110.0), 16 if code != "203" else 8, rng)
        new = boxes(low, high, centre, angle)
        blocks.extend(new)
        uses.extend(_uses(code, low, high, width, height, rng))
        block_of.extend([number] * len(new))
        if code != "203":
            plots, kind_of = _zones(county, kind == COUNTY_TOWN, width, height, size)
            zones.extend(boxes(plots[:, :2], plots[:, 2:], centre, angle))
            kinds.extend(kind_of)
            zone_of.extend([number] * len(plots))
    rows = np.array(place, np.int32)
    return Settlements(
        np.array(areas, object), rows, codes, np.array(blocks, object), uses, np.array(block_of, np.int32),
        np.array(zones, object), np.array(kinds, np.int32), np.array(zone_of, np.int32),
        places.centre[rows], places.angle[rows],
    )  # fmt: skip


def _cuts(length: float, size: float, rng: np.random.Generator) -> Points:
    count = max(2, round(length / size))
    shares = rng.uniform(0.75, 1.25, count)
    return np.asarray(np.concatenate([[0], shares.cumsum() / shares.sum()]) * length - length / 2)


def _grid(
    width: float, height: float, size: float, street: float, rng: np.random.Generator
) -> tuple[Points, Points]:
    x, y = _cuts(width, size * 1.15, rng), _cuts(height, size * 0.85, rng)
    x0, y0 = np.meshgrid(x[:-1], y[:-1], indexing="ij")
    x1, y1 = np.meshgrid(x[1:], y[1:], indexing="ij")
    half = street / 2
    return np.column_stack([x0.ravel(), y0.ravel()]) + half, np.column_stack([x1.ravel(), y1.ravel()]) - half


def _uses(
    code: str, low: Points, high: Points, width: float, height: float, rng: np.random.Generator
) -> list[str]:
    middle = (low + high) / 2 / np.array([width, height])
    if code == "203":
        found = ["0702"] * len(low)
        if len(found) > 5:
            found[int(rng.integers(len(found)))] = "08H2"
        return found
    names = [name for name, _ in _TOWN_USES]
    found = list(rng.choice(names, len(low), p=[share for _, share in _TOWN_USES]))
    out = np.hypot(*middle.T)
    for i, away in enumerate(out):
        # Shops in the middle, works and stores at the rim.
        if found[i] in ("0601", "0508") and away < 0.25:
            found[i] = "05H1"
        elif found[i] == "05H1" and away > 0.45:
            found[i] = "0701"
    return [str(name) for name in found]


def _zones(county: County, main: bool, width: float, height: float, size: float) -> tuple[Points, list[int]]:
    """Return plots (x0, y0, x1, y1) and their zone: growth beside the town, the others farther out."""
    depth = width * (float(county.multiple) - 1)
    bands = [(width / 2, depth, GROWTH, max(1, round(depth / (size * 1.6))))]
    if main:
        bands += [
            (width / 2 + depth, width * 0.05, ELASTIC, 1),
            (-width / 2 - width * 0.06, width * 0.06, SPECIAL, 1),
        ]
    plots, kinds = [], []
    for start, deep, kind, columns in bands:
        x = start + deep * np.arange(columns + 1) / columns
        rows = max(3, round(height / (size * 1.3)))
        y = height * (np.arange(rows + 1) / rows - 0.5)
        for i in range(columns):
            plots += [(x[i], y[j], x[i + 1], y[j + 1]) for j in range(rows)]
            kinds += [kind] * rows
    return np.array(plots), kinds

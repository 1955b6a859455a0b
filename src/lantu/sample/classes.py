"""The land class of every parcel of the base year, and which land the lines protect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.sample import landmap as lm
from lantu.sample.calibrate import cents, close_to, limit_cents, ridges, take
from lantu.sample.counties import County
from lantu.sample.fields import TRACK
from lantu.sample.landmap import LandMap

FARMLAND = ("0101", "0102", "0103")
_SPARE_FARMLAND_CENTS = 900_000_000
"""Farmland and basic farmland beyond the limits that is chosen first; `story.py` trims it at the end."""
_RED_OVER_CENTS = 200_000
"""The red line is drawn this little larger: borders shift by less where changes are cut in."""
Mask = NDArray[np.bool_]


@dataclass
class BaseLand:
    """Classes and protection of the base year, one row per parcel of the LandMap.

    Attributes:
        dlbm, czcsxm, slope: DLBM, CZCSXM, GDPDJB; "" where it does not apply.
        basic: in 永久基本农田; red: in the ecological red line. No parcel is in both.
        spare: field parcels that are grassland: the reserve that trimming draws on.
    """

    dlbm: NDArray[Any]
    czcsxm: NDArray[Any]
    slope: NDArray[Any]
    basic: Mask
    red: Mask
    spare: Mask


def class_land(m: LandMap, rng: np.random.Generator) -> BaseLand:
    """Give each parcel its class, so that farmland and lines reach the approved figures."""
    count = len(m.shapes)
    dlbm, czcsxm = np.full(count, "0404", object), np.full(count, "", object)
    built = m.settlement >= 0
    czcsxm[built] = np.array(m.settlements.czcsxm, object)[m.settlement[built]]
    block = m.kind == lm.BLOCK
    dlbm[block] = np.array(m.settlements.block_use, object)[m.item[block]]
    fixed = {
        lm.STREET: "1004",
        lm.HIGHWAY: "1003",
        lm.RAILWAY: "1001",
        lm.RURAL: "1006",
        lm.RIVER: "1101",
        lm.LAKE: "1102",
    }
    for kind, code in fixed.items():
        dlbm[m.kind == kind] = code
    strip = m.kind == lm.STRIP
    dlbm[strip] = np.where(
        m.divisions.strip_kind[m.item[strip]] == TRACK,
        "1006",
        rng.choice(["0301", "0307"], strip.sum(), p=[0.8, 0.2]),
    )
    pond = m.kind == lm.POND
    dlbm[pond] = rng.choice(["1104", "1104A"], pond.sum(), p=[0.8, 0.2])
    soil, hills = m.land.soil.at(m.inner), m.land.hills.at(m.inner)
    wild = _wild_classes(m.county, soil, hills, rng)
    marsh = m.kind == lm.MARSH
    dlbm[marsh] = np.select([soil[marsh] > 0.9, soil[marsh] < -1.0], ["1106", "0402"], "1108")
    dlbm[m.kind == lm.WILD] = wild[m.kind == lm.WILD]

    slope = np.where(hills > (0.6 if m.county.name == "洮南市" else 1.5), "2", "1").astype(object)
    gross = cents(m.area_m2)
    net = gross - ridges(gross, slope)
    crops = np.select(
        [(m.wet > m.land.wild - 0.3) & (soil > 0.1), soil < -1.1], ["0101", "0102"], "0103"
    ).astype(object)
    field = m.kind == lm.FIELD
    plot = (m.kind == lm.ZONE) & (m.zone != 430)
    other = _other_field_use(m, field, rng)
    dlbm[field & (other != "")] = other[field & (other != "")]
    open_field = field & (other == "")
    sown = plot & (rng.random(count) < 0.62)
    order = np.flatnonzero(open_field)
    order = order[np.argsort(m.wet[order] + rng.normal(0, 0.13, len(order)), kind="stable")]
    wanted = limit_cents(m.county.farmland, "万亩") + _SPARE_FARMLAND_CENTS - int(net[sown].sum())
    farm = np.zeros(count, bool)
    farm[take(net, order, wanted)] = True
    farm |= sown
    dlbm[farm] = crops[farm]
    spare = open_field & ~farm
    dlbm[spare] = np.where(wild[spare] == "0401", "0404", wild[spare])
    dlbm[(m.kind == lm.ZONE) & (m.zone == 430)] = "0307"

    farmland = np.isin(dlbm, FARMLAND)
    slope[~farmland] = ""
    basic = _basic_farmland(m, farmland & field & (m.zone == 0), net, soil, rng)
    return BaseLand(
        dlbm, czcsxm, slope, basic, _red_line(m, gross, rng), spare & np.isin(dlbm, ["0404", "1204"])
    )


def _wild_classes(
    county: County, soil: NDArray[np.float64], hills: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[Any]:
    sandy = county.name == "通榆县"
    soil = soil + rng.normal(0, 0.15, len(soil))
    return np.select(
        [soil > 1.1, (soil > 0.85) & sandy, soil < -1.35, (soil < -1.0), soil < -0.1],
        ["1204", "1205", "0301", "0305", "0404"],
        "0401",
    ).astype(object)


def _other_field_use(m: LandMap, field: Mask, rng: np.random.Generator) -> NDArray[Any]:
    """Return what stands on fields instead of crops: woods, orchards, farm buildings; "" for none."""
    draw = rng.random(len(m.shapes))
    small = m.area_m2 < np.median(m.area_m2[field])
    return np.select(
        [field & (draw < 0.014), field & (draw < 0.019), field & small & (draw < 0.03)],
        ["0301", "0201", "1202"],
        "",
    ).astype(object)


def _basic_farmland(
    m: LandMap, able: Mask, net: NDArray[np.int64], soil: NDArray[np.float64], rng: np.random.Generator
) -> Mask:
    """Choose 永久基本农田: good land first, in the large, far from the towns."""
    town = np.array([code != "203" for code in m.settlements.czcsxm])
    away = shapely.distance(shapely.points(m.inner), shapely.multipoints(m.settlements.centre[town]))
    points = shapely.points(m.inner)
    near, gap = shapely.STRtree(m.settlements.areas).query_nearest(
        points, return_distance=True, all_matches=False
    )
    beside = np.full(len(points), np.inf)
    beside[near[0]] = gap
    score = (
        np.where(beside < 350, -1.0, 0)
        + np.minimum(away / 3_500, 1) * 1.2
        + 0.45 * np.abs(m.land.reserve.at(m.inner))
        - 0.25 * soil
        - 0.2 * m.wet
    )
    order = np.flatnonzero(able)
    order = order[np.argsort(-(score[order] + rng.normal(0, 0.06, len(order))), kind="stable")]
    chosen = np.zeros(len(able), bool)
    chosen[take(net, order, limit_cents(m.county.basic_farmland, "万亩") + _SPARE_FARMLAND_CENTS // 3)] = True
    return chosen


def _red_line(m: LandMap, gross: NDArray[np.int64], rng: np.random.Generator) -> Mask:
    """Choose wild land for the red line, wet and in the large, whose sum is the approved figure."""
    able = np.flatnonzero(np.isin(m.kind, [lm.LAKE, lm.MARSH, lm.WILD, lm.RIVER]) & (m.zone == 0))
    score = m.land.reserve.at(m.inner[able]) + 0.55 * m.wet[able]
    order = able[np.argsort(-score, kind="stable")]
    wanted = limit_cents(m.county.redline, "平方千米") + _RED_OVER_CENTS
    total = np.cumsum(gross[order])
    sure = order[: int(np.searchsorted(total, wanted * 0.98))]
    rest = order[len(sure) : len(sure) + 600]
    more = close_to(gross, rest, wanted - int(gross[sure].sum()), rng)
    chosen = np.zeros(len(m.shapes), bool)
    chosen[np.concatenate([sure, more])] = True
    return chosen

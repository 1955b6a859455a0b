"""The layers of the plan: outline, townships, three lines, other lines, roads, facilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.core.invented import INVENTED
from lantu.sample import landmap as lm
from lantu.sample.calibrate import CENT, cents, ridges
from lantu.sample.counties import CITY, PROVINCE, YEARS
from lantu.sample.drawing import areas_m2, delivered
from lantu.sample.events import Events
from lantu.sample.layers import COLLECTIVE, NOTE, SampleLayer, bsm, table_of
from lantu.sample.partition import gather, whole

Rows = NDArray[np.int64]
UNSEEN_YSDM = "2090020000"
"""YSDM of a kind whose code was not seen in any source: the group's, invented like the data."""


def plan_layers(events: Events, rng: np.random.Generator) -> list[SampleLayer]:
    """Return outline, townships, the three lines and the other lines of the plan, roads and facilities."""
    return [
        *_areas(events),
        *_three_lines(events),
        *_other_lines(events),
        _roads(events),
        _facilities(events, rng),
    ]


def base_shapes(events: Events) -> Geometries:
    """Return the parcels of the base year, in the drawing plane."""
    return np.array(events.history.shapes[: len(events.m.shapes)], object)


def plan_layer(
    events: Events, kind: str, shapes: Sequence[Any] | Geometries, start: int, more: Mapping[str, Any]
) -> SampleLayer:
    """Make a layer of the plan from shapes in the drawing plane; MJ is their statutory area."""
    county, known = events.m.county, events.book.layer_kinds[kind]
    drawn = np.array(list(shapes), object)
    count = len(drawn)
    columns: dict[str, Any] = {
        "BSM": [bsm(county.code, start + i) for i in range(count)],
        "XZQDM": [county.code] * count,
        "XZQMC": [county.name] * count,
    }
    if "YSDM" in known.fields:
        columns["YSDM"] = [known.ysdm or UNSEEN_YSDM] * count
    if known.geometry == "polygon":
        columns["MJ"] = cents(areas_m2(drawn, county.epsg)) / CENT
    columns |= dict(more)
    columns["BZ"] = [NOTE] * count
    title = f"{county.name}{known.name.zh}（{INVENTED}）"
    return SampleLayer(kind, None, title, table_of(events.book, kind, columns), delivered(drawn, county.epsg))


def _areas(events: Events) -> list[SampleLayer]:
    m, shapes = events.m, base_shapes(events)
    units = np.unique(m.township)
    towns = [whole(shapes[m.township == unit]) for unit in units]
    names = {
        "XZQDM": [m.places.townships[u].code for u in units],
        "XZQMC": [m.places.townships[u].name for u in units],
    }
    return [
        plan_layer(events, "XZQX", [whole(np.array(towns, object))], 90_000_001, {}),
        plan_layer(events, "XZQ", towns, 90_001_001, names),
    ]


def _three_lines(events: Events) -> list[SampleLayer]:
    m, base, county = events.m, events.base, events.m.county
    shapes = base_shapes(events)
    rows, patch = patches(events, base.red, m.township)
    red = [whole(shapes[rows[patch == i]]) for i in range(patch.max() + 1)]
    red_columns = {
        "XJXZQDM": [county.code] * len(red), "XJXZQMC": [county.name] * len(red),
        "SJXZQMC": [PROVINCE] * len(red), "SJXZQMC1": [CITY] * len(red), "LHLX": ["陆域"] * len(red),
    }  # fmt: skip
    rows, patch = patches(events, base.basic, m.owner)
    basic = [whole(shapes[rows[patch == i]]) for i in range(patch.max() + 1)]
    zones, kinds = [], []
    for zone in (410, 420, 430):
        for each in np.unique(m.zone_of[m.zone == zone]):
            zones.append(whole(shapes[(m.zone == zone) & (m.zone_of == each)]))
            kinds.append(str(zone))
    zone_names = events.book.code_lists["ghfq"]
    return [
        plan_layer(events, "YJJBNT", basic, 91_000_001, _basic_columns(events, rows, patch)),
        plan_layer(events, "STBHHX", red, 92_000_001, red_columns),
        plan_layer(
            events,
            "CZKFBJ",
            zones,
            93_000_001,
            {"GHFQDM": kinds, "GHFQMC": [zone_names.name(k) or "" for k in kinds]},
        ),
    ]


def patches(events: Events, chosen: NDArray[np.bool_], land_of: Rows) -> tuple[Rows, Rows]:
    """Gather chosen parcels of one unit that hang together: (their rows, number of the patch of each)."""
    label = np.where(chosen, land_of + 1, 0)
    group = gather(label, events.m.shared)
    rows = np.flatnonzero(chosen)
    return rows, np.unique(group[rows], return_inverse=True)[1]


def _basic_columns(events: Events, rows: Rows, patch: Rows) -> dict[str, Any]:
    m, history = events.m, events.history
    first = [history.parcels[history.standing(int(r), YEARS[0])] for r in rows]
    gross = cents(np.array([history.area_m2(p.shape) for p in first]))
    ridge = ridges(gross, np.array([p.slope for p in first], object))
    count = int(patch.max()) + 1
    total, ridges_ = (np.bincount(patch, v, count) / CENT for v in (gross, ridge))
    lead = np.zeros(count, np.int64)
    lead[patch[::-1]] = np.arange(len(rows))[::-1]
    unit = [m.places.townships[m.township[rows[i]]] for i in lead]
    place, place_name = [u.code + "0000000000" for u in unit], [u.name for u in unit]
    names = events.book.code_lists["dltb_dlbm_2020"]
    crops = [first[i].dlbm for i in lead]
    number = [f"{i + 1:08d}" for i in range(count)]
    return {
        "YJJBNTTBBH": number, "TBBH": number, "DLBM": crops, "DLMC": [names.name(c) or "" for c in crops],
        "QSXZ": [COLLECTIVE] * count, "QSDWDM": place, "QSDWMC": place_name,
        "ZLDWDM": place, "ZLDWMC": place_name,
        "YJJBNTTBMJ": total, "YJJBNTMJ": total - ridges_,
        "GDPDJB": np.where(ridges_ > 0, "2", "1").tolist(), "KCDLBM": _where(ridges_ > 0, "1203"),
        "KCXS": np.round(np.where(total > 0, ridges_ / total, 0), 4), "KCMJ": ridges_,
        "GDLX": _where(ridges_ > 0, "PD"), "SJNF": np.full(count, YEARS[0], np.int32),
        "BHKSSJ": ["20240611"] * count, "BHJSSJ": ["20351231"] * count, "WDGD": ["1"] * count,
    }  # fmt: skip


def _where(chosen: NDArray[np.bool_], value: str) -> pa.Array:
    """Return a column of one value, NULL where it does not apply."""
    return pa.array([value if each else None for each in chosen.tolist()], pa.string())


def _other_lines(events: Events) -> list[SampleLayer]:
    """Flood and heritage lines, and the four city lines of the county town."""
    m = events.m
    shapes = base_shapes(events)
    flood = shapely.intersection(
        shapely.buffer(shapely.simplify(m.rivers[0][0], 120), 750, quad_segs=3), whole(shapes)
    )
    flood_parts = [part for part in shapely.get_parts(flood) if part.geom_type == "Polygon"]
    centre = m.places.centre[m.places.county_town]
    heritage = [
        shapely.buffer(shapely.Point(*m.settlements.centre[i]), 90 + 30 * (i % 3), quad_segs=4)
        for i in np.flatnonzero(m.places.seat_of[m.settlements.place] >= 0)[:3]
    ]
    block = (m.kind == lm.BLOCK) & (
        m.settlement == int(np.flatnonzero(m.settlements.place == m.places.county_town)[0])
    )
    use = events.base.dlbm
    parks, works = np.flatnonzero(block & (use == "0810")), np.flatnonzero(block & (use == "0809"))
    homes = np.flatnonzero(block & (use == "0701"))
    old = homes[np.argsort(np.hypot(*(m.inner[homes] - centre).T))[:2]]
    # A basin drawn inside the largest park stands for the town's water.
    basin = [shapely.buffer(shapes[i], -45).simplify(5) for i in parks[np.argsort(-m.area_m2[parks])][:2]]
    basin = [each for each in basin if each.geom_type == "Polygon" and not each.is_empty]
    found = [
        plan_layer(events, "HLFXKZX", flood_parts, 94_000_001, {}),
        plan_layer(
            events,
            "LSWHBHX",
            heritage,
            95_000_001,
            {"JB": ["县级"] * len(heritage), "LB": ["文物保护单位"] * len(heritage)},
        ),
    ]
    for kind, drawn, start, more in (
        ("ZXCQCSLX", basin, 96_000_001, {}),
        ("ZXCQCSLVX", list(shapes[parks]), 97_000_001, {"LX": ["公园绿地"] * len(parks)}),
        ("ZXCQCSZX", list(shapes[old]), 98_000_001, {}),
        (
            "ZXCQCSHX",
            list(shapes[works]),
            99_000_001,
            {"SSLX": ["公用设施"] * len(works), "SSDJ": ["县级"] * len(works)},
        ),
    ):
        if drawn:
            found.append(plan_layer(events, kind, drawn, start, more))
    return found


def _roads(events: Events) -> SampleLayer:
    m = events.m
    lines, names = [], []
    for group, name in (
        (m.network.highways, "公路"),
        (m.network.rural, "农村道路"),
        (m.network.railway, "铁路"),
    ):
        for part in shapely.get_parts(shapely.intersection(group, m.outline)):
            if part.geom_type == "LineString" and part.length > 1:
                lines.append(part)
                names.append(name)
    named = [f"虚构{name}{i + 1}" for i, name in enumerate(names)]
    return plan_layer(events, "ROAD", lines, 89_000_001, {"LX": names, "MC": named})


_FACILITIES = (
    ("小学", "203"), ("卫生室", "203"), ("中学", "town"), ("卫生院", "town"), ("养老院", "town"),
    ("文化站", "town"), ("体育场", "county"), ("医院", "county"), ("消防站", "county"),
)  # fmt: skip


def _facilities(events: Events, rng: np.random.Generator) -> SampleLayer:
    m = events.m
    points, kinds = [], []
    county_town = m.places.county_town
    for row, place in enumerate(m.settlements.place):
        tier = "county" if place == county_town else "town" if m.settlements.czcsxm[row] != "203" else "203"
        inside = np.flatnonzero((m.kind == lm.BLOCK) & (m.settlement == row))
        for kind, level in _FACILITIES:
            many = 4 if tier == "county" else 1
            if len(inside) and (level == tier or (tier == "county" and level == "town")):
                for base in rng.choice(inside, many):
                    points.append(shapely.Point(*np.round(m.inner[base], 1)))
                    kinds.append(kind)
    named = [f"虚构{kind}{i + 1}" for i, kind in enumerate(kinds)]
    return plan_layer(events, "FACILITY", points, 88_000_001, {"LX": kinds, "MC": named})

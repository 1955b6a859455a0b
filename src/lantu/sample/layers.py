"""The layers of one county as they are delivered: columns named by the database standards, and shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from lantu.core.area import Geometries
from lantu.lawbook import Lawbook
from lantu.sample import landmap as lm
from lantu.sample.calibrate import CENT, RIDGE_SHARE, cents, ridges
from lantu.sample.classes import FARMLAND
from lantu.sample.counties import CITY, INVENTED, PROVINCE, YEARS, County
from lantu.sample.drawing import areas_m2, delivered
from lantu.sample.events import Events
from lantu.sample.network import HIGHWAY_M, RAILWAY_M, RURAL_M
from lantu.sample.partition import gather, whole

_NOTE = f"{INVENTED} invented"
_STATE, _COLLECTIVE = "20", "30"


@dataclass(frozen=True)
class SampleLayer:
    """One layer or table.

    Attributes:
        kind: layer kind of the lawbook.
        year: None for what holds for the whole plan.
        shapes: (n,) in the system of delivery; None for a table.
    """

    kind: str
    year: int | None
    title: str
    columns: pa.Table
    shapes: Geometries | None


def bsm(county: str, serial: int) -> str:
    """Return an 18-digit BSM: county, four zeros, running number."""
    return f"{county}0000{serial:08d}"


def _bsm_column(county: str, count: int, start: int) -> list[str]:
    return [bsm(county, start + i) for i in range(count)]


def land_layers(events: Events) -> list[SampleLayer]:
    """Return DLTB of every year. Parcels that did not change are the same in all of them, to the bit."""
    m, history, book, county = events.m, events.history, events.book, events.m.county
    shapes = delivered(np.array(history.shapes, object), county.epsg)
    names = {code: row["name"] for code, row in book.code_lists["dltb_dlbm_2020"].rows.items()}
    area = cents(history.areas())
    units = m.places.townships
    width = _widths(events)
    found = []
    for year in YEARS:
        parcels = [history.parcels[i] for i in history.rows(year)]
        shape = np.array([p.shape for p in parcels])
        gross = area[shape]
        slope = np.array([p.slope for p in parcels], object)
        ridge = ridges(gross, slope)
        unit = [units[m.township[p.base]] for p in parcels]
        farm = np.isin([p.dlbm for p in parcels], FARMLAND)
        state = [
            _STATE if p.dlbm[:2] in ("10", "11") or p.czcsxm[:3] in ("201", "202") else _COLLECTIVE
            for p in parcels
        ]
        number = [f"{p.serial:08d}" for p in parcels]
        place = [each.code + "0000000000" for each in unit]
        place_name = [each.name for each in unit]
        columns: dict[str, Any] = {
            "BSM": [bsm(county.code, p.serial) for p in parcels],
            "YSDM": [book.layer_kinds["DLTB"].ysdm] * len(parcels),
            "TBYBH": number,
            "TBBH": number,
            "DLBM": [p.dlbm for p in parcels],
            "DLMC": [names[p.dlbm] for p in parcels],
            "QSXZ": state,
            "QSDWDM": place,
            "QSDWMC": place_name,
            "ZLDWDM": place,
            "ZLDWMC": place_name,
            "TBMJ": gross / CENT,
            "KCDLBM": pa.array(["1203" if r else None for r in ridge], pa.string()),
            "KCXS": np.array([RIDGE_SHARE.get(s, 0) for s in slope]) / 10_000,
            "KCMJ": ridge / CENT,
            "TBDLMJ": (gross - ridge) / CENT,
            "GDLX": pa.array(["PD" if s == "2" else None for s in slope], pa.string()),
            "GDPDJB": _text(slope),
            "XZDWKD": pa.array([width.get(p.dlbm) for p in parcels], pa.float64()),
            "TBXHDM": _empty(len(parcels)),
            "TBXHMC": _empty(len(parcels)),
            "ZZSXDM": pa.array(["LS" if f else None for f in farm], pa.string()),
            "ZZSXMC": pa.array(["种植粮食作物" if f else None for f in farm], pa.string()),
            "GDDB": pa.array([10 if f else None for f in farm], pa.int32()),
            "FRDBS": ["0"] * len(parcels),
            "CZCSXM": _text([p.czcsxm for p in parcels]),
            "SJNF": np.full(len(parcels), year, np.int32),
            "MSSM": ["00"] * len(parcels),
            "HDMC": _empty(len(parcels)),
            "BZ": [_NOTE] * len(parcels),
        }
        title = f"{county.name}地类图斑{year}（{INVENTED}）"
        found.append(SampleLayer("DLTB", year, title, _table(book, "DLTB", columns), shapes[shape]))
    return found


def plan_layers(events: Events, rng: np.random.Generator) -> list[SampleLayer]:
    """Return outline, townships, the three lines and the other lines of the plan, roads and facilities."""
    return [
        *_areas(events),
        *_three_lines(events),
        *_other_lines(events),
        _roads(events),
        _facilities(events, rng),
    ]


def _widths(events: Events) -> dict[str, float]:
    return {"1003": HIGHWAY_M, "1006": RURAL_M, "1001": RAILWAY_M, "1101": events.m.rivers[0][1]}


def _base_shapes(events: Events) -> Geometries:
    return np.array(events.history.shapes[: len(events.m.shapes)], object)


def _layer(
    events: Events, kind: str, shapes: Sequence[Any] | Geometries, start: int, more: Mapping[str, Any]
) -> SampleLayer:
    """Make a layer of the plan from shapes in the drawing plane; MJ is their statutory area."""
    county, known = events.m.county, events.book.layer_kinds[kind]
    drawn = np.array(list(shapes), object)
    count = len(drawn)
    columns: dict[str, Any] = {
        "BSM": _bsm_column(county.code, count, start),
        "XZQDM": [county.code] * count,
        "XZQMC": [county.name] * count,
    }
    if known.ysdm:
        columns["YSDM"] = [known.ysdm] * count
    if known.geometry == "polygon":
        columns["MJ"] = cents(areas_m2(drawn, county.epsg)) / CENT
    columns |= dict(more)
    columns["BZ"] = [_NOTE] * count
    title = f"{county.name}{known.name.zh}（{INVENTED}）"
    return SampleLayer(kind, None, title, _table(events.book, kind, columns), delivered(drawn, county.epsg))


def _areas(events: Events) -> list[SampleLayer]:
    m, shapes = events.m, _base_shapes(events)
    units = np.unique(m.township)
    towns = [whole(shapes[m.township == unit]) for unit in units]
    names = {
        "XZQDM": [m.places.townships[u].code for u in units],
        "XZQMC": [m.places.townships[u].name for u in units],
    }
    return [
        _layer(events, "XZQX", [whole(np.array(towns, object))], 90_000_001, {}),
        _layer(events, "XZQ", towns, 90_001_001, names),
    ]


def _three_lines(events: Events) -> list[SampleLayer]:
    m, base, county = events.m, events.base, events.m.county
    shapes = _base_shapes(events)
    rows, patch = _patches(events, base.red, m.township)
    red = [whole(shapes[rows[patch == i]]) for i in range(patch.max() + 1)]
    red_columns = {
        "XJXZQDM": [county.code] * len(red), "XJXZQMC": [county.name] * len(red),
        "SJXZQMC": [PROVINCE] * len(red), "SJXZQMC1": [CITY] * len(red), "LHLX": ["陆域"] * len(red),
    }  # fmt: skip
    rows, patch = _patches(events, base.basic, m.owner)
    basic = [whole(shapes[rows[patch == i]]) for i in range(patch.max() + 1)]
    zones, kinds = [], []
    for zone in (410, 420, 430):
        for each in np.unique(m.zone_of[m.zone == zone]):
            zones.append(whole(shapes[(m.zone == zone) & (m.zone_of == each)]))
            kinds.append(str(zone))
    zone_names = events.book.code_lists["ghfq"]
    return [
        _layer(events, "YJJBNT", basic, 91_000_001, _basic_columns(events, rows, patch)),
        _layer(events, "STBHHX", red, 92_000_001, red_columns),
        _layer(
            events,
            "CZKFBJ",
            zones,
            93_000_001,
            {"GHFQDM": kinds, "GHFQMC": [zone_names.name(k) or "" for k in kinds]},
        ),
    ]


def _patches(events: Events, chosen: np.ndarray, land_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gather chosen parcels of one unit that hang together: (their rows, number of the patch of each)."""
    label = np.where(chosen, land_of + 1, 0)
    group = gather(label, events.m.shared)
    rows = np.flatnonzero(chosen)
    return rows, np.unique(group[rows], return_inverse=True)[1]


def _basic_columns(events: Events, rows: np.ndarray, patch: np.ndarray) -> dict[str, Any]:
    m, history = events.m, events.history
    first = [history.parcels[history.standing(int(r), YEARS[0])] for r in rows]
    gross = cents(np.array([history.area_m2(p.shape) for p in first]))
    ridge = ridges(gross, np.array([p.slope for p in first], object))
    count = int(patch.max()) + 1
    total, ridges_ = (np.bincount(patch, v, count) / CENT for v in (gross, ridge))
    lead = np.zeros(count, np.int64)
    lead[patch[::-1]] = np.arange(len(rows))[::-1]
    unit = [m.places.townships[m.township[rows[i]]] for i in lead]
    names = events.book.code_lists["dltb_dlbm_2020"]
    crops = [first[i].dlbm for i in lead]
    number = [f"{i + 1:08d}" for i in range(count)]
    return {
        "YJJBNTTBBH": number, "TBBH": number, "DLBM": crops, "DLMC": [names.name(c) or "" for c in crops],
        "QSXZ": [_COLLECTIVE] * count, "QSDWDM": [u.code + "0000000000" for u in unit], "QSDWMC": [u.name for u in unit],
        "ZLDWDM": [u.code + "0000000000" for u in unit], "ZLDWMC": [u.name for u in unit],
        "YJJBNTTBMJ": total, "YJJBNTMJ": total - ridges_, "GDPDJB": ["1"] * count, "KCDLBM": ["1203"] * count,
        "KCXS": np.round(np.where(total > 0, ridges_ / total, 0), 4), "KCMJ": ridges_, "GDLX": _empty(count),
        "SJNF": np.full(count, YEARS[0], np.int32), "BHKSSJ": ["20240611"] * count, "BHJSSJ": ["20351231"] * count,
        "WDGD": ["1"] * count,
    }  # fmt: skip


def _other_lines(events: Events) -> list[SampleLayer]:
    """Flood and heritage lines, and the four city lines of the county town."""
    m = events.m
    shapes = _base_shapes(events)
    flood = shapely.intersection(
        shapely.buffer(shapely.simplify(m.rivers[0][0], 120), 750, quad_segs=3), m.outline
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
        _layer(events, "HLFXKZX", flood_parts, 94_000_001, {}),
        _layer(
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
            found.append(_layer(events, kind, drawn, start, more))
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
    return _layer(events, "ROAD", lines, 89_000_001, {"LX": names, "MC": named})


_FACILITIES = (("小学", "203"), ("卫生室", "203"), ("中学", "town"), ("卫生院", "town"), ("养老院", "town"), ("文化站", "town"),
               ("体育场", "county"), ("医院", "county"), ("消防站", "county"))  # fmt: skip


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
    return _layer(events, "FACILITY", points, 88_000_001, {"LX": kinds, "MC": named})


def _table(book: Lawbook, kind: str, columns: Mapping[str, Any]) -> pa.Table:
    """Return the columns in the profile's order, then any others."""
    fields = [name for name in book.layer_kinds[kind].fields if name in columns]
    order = [*fields, *(name for name in columns if name not in fields and name in ("BZ",))]
    return pa.table({name: columns[name] for name in order})


def _text(values: Sequence[str] | np.ndarray) -> pa.Array:
    return pa.array([str(value) if value else None for value in values], pa.string())


def _empty(count: int) -> pa.Array:
    return pa.nulls(count, pa.string())

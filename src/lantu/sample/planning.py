"""What plans below the master plan say of ground, and permits: detailed and special plans, hazards."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.overlay.cutting import polygons_of
from lantu.sample import landmap as lm
from lantu.sample.events import Events
from lantu.sample.layers import SampleLayer
from lantu.sample.plan import base_shapes, plan_layer

KINDS = ("DETAILED_PLOT", "SPECIAL_SITE", "DZDYXFW", "PERMIT")
_FROM = 86_000_001
_CORRIDOR_M, _HAZARD_M = 40.0, 260.0
_PERMITS = 6
# (容积率, 建筑密度 %, 绿地率 %, 高度 米) by first-level use; invented.
_CONTROLS = {
    "07": (1.8, 28, 35, 54), "08": (1.5, 30, 35, 36), "09": (2.5, 45, 20, 60), "10": (1.2, 50, 15, 24),
    "11": (1.0, 50, 15, 24), "13": (0.8, 35, 20, 24), "14": (0.1, 5, 75, 9),
}  # fmt: skip


def planning_layers(events: Events) -> list[SampleLayer]:
    """Return the plots of the county town's detailed plan, a corridor, reaches of hazards, permits."""
    rows, uses = _central(events)
    return [_plots(events, rows, uses), *_corridor(events), *_hazards(events), _permits(events, rows, uses)]


def planned_uses(events: Events, rows: NDArray[np.int64]) -> list[str]:
    """Return the planned use, as the 2020 list has it, that the class of each parcel goes to."""
    book = events.book
    classes = book.code_lists["dltb_dlbm_2020"].rows
    older = {new["code_2023"]: code for code, new in book.code_lists["landuse_2020_to_2023"].rows.items()}
    new = [classes[code]["yydyh"] for code in events.base.dlbm[rows].tolist()]
    return [older.get(code, code) for code in new]


def central(events: Events) -> NDArray[np.bool_]:
    """Return which parcels lie within the urban boundary of the county town."""
    m = events.m
    town = np.flatnonzero(m.settlements.place == m.places.county_town)[0]
    return np.asarray((m.zone > 0) & (m.zone_of == town))


def _central(events: Events) -> tuple[NDArray[np.int64], list[str]]:
    """Return the built-up blocks of the county town that a detailed plan gives a use, and the use."""
    rows = np.flatnonzero(central(events) & (events.m.kind == lm.BLOCK))
    uses = planned_uses(events, rows)
    keep = [n for n, use in enumerate(uses) if _top(events, use) in _CONTROLS]
    return rows[keep], [uses[n] for n in keep]


def _top(events: Events, use: str) -> str:
    """Return the first-level use that a use is one of; none for a code of no list."""
    return next(reversed(events.book.code_lists["landuse_2020"].lineage(use)), "")


def _plots(events: Events, rows: NDArray[np.int64], uses: list[str]) -> SampleLayer:
    code = events.m.county.code
    limits = np.array([_CONTROLS[_top(events, use)] for use in uses], float)
    more = {
        **_uses(events, uses),
        "DYBH": [f"{code}-XX-01"] * len(rows),
        "DKBH": [f"XX-01-{n + 1:03d}" for n in range(len(rows))],
        "RJL": limits[:, 0], "JZMD": limits[:, 1], "LDL": limits[:, 2], "JZGD": limits[:, 3],
    }  # fmt: skip
    return plan_layer(events, "DETAILED_PLOT", base_shapes(events)[rows], _FROM, more)


def _uses(events: Events, uses: list[str]) -> dict[str, Any]:
    names = events.book.code_lists["landuse_2020"]
    return {"YDYHFLDM": uses, "YDYHFLMC": [names.name(use) or "" for use in uses]}


def _corridor(events: Events) -> list[SampleLayer]:
    """Return the ground that an invented water-supply plan keeps along the railway, off every line."""
    m, base = events.m, events.base
    shapes = base_shapes(events)
    kept = shapely.union_all(shapes[base.red | base.basic | (m.zone > 0)])
    along = shapely.buffer(shapely.union_all(m.network.railway), _CORRIDOR_M, quad_segs=2, cap_style="flat")
    free = _pieces(shapely.difference(shapely.intersection(along, m.outline), kept))
    if not len(free):
        return []
    more = {
        "GHMC": [f"{m.county.name}供水专项规划（虚构）"] * len(free),
        "LX": ["供水廊道"] * len(free),
        "MC": [f"虚构供水廊道{n + 1}" for n in range(len(free))],
    }
    return [plan_layer(events, "SPECIAL_SITE", free, _FROM + 100_000, more)]


def _hazards(events: Events) -> list[SampleLayer]:
    """Return reaches of hazards along the river, away from towns."""
    m = events.m
    river = shapely.intersection(m.rivers[0][0], m.outline)
    banks = shapely.line_interpolate_point(
        max(shapely.get_parts(river), key=shapely.length), np.linspace(0.1, 0.9, 6), normalized=True
    )
    around = shapely.buffer(banks, _HAZARD_M, quad_segs=4)
    off = shapely.difference(
        shapely.intersection(around, m.outline), shapely.union_all(base_shapes(events)[m.zone > 0])
    )
    found = _pieces(shapely.union_all(off))
    return [plan_layer(events, "DZDYXFW", found, _FROM + 200_000, {})] if len(found) else []


def _pieces(shape: shapely.Geometry, least_m2: float = 500.0) -> Geometries:
    parts = shapely.get_parts(polygons_of(np.array([shape], object)))
    return np.asarray(parts[shapely.area(parts) >= least_m2], object)


def _permits(events: Events, rows: NDArray[np.int64], uses: list[str]) -> SampleLayer:
    """Return some blocks that were permitted for what the detailed plan says."""
    chosen = np.linspace(0, len(rows) - 1, min(_PERMITS, len(rows))).astype(int)
    picked = [uses[n] for n in chosen]
    more = {
        **_uses(events, picked),
        "BH": [f"虚构地字第{events.m.county.code}{2021 + n}00{n}号" for n in range(len(chosen))],
        "XMMC": [f"虚构项目{n + 1}" for n in range(len(chosen))],
        "LX": ["建设用地规划许可"] * len(chosen),
        "PZRQ": [f"{2021 + n % 4}-06-0{n + 1}" for n in range(len(chosen))],
    }
    return plan_layer(events, "PERMIT", base_shapes(events)[rows[chosen]], _FROM + 300_000, more)

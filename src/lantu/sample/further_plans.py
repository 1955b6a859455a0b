"""What stands beside a county's master plan: detailed plans, a special plan, permits, reach of hazards.

All that is drawn here agrees with the master plan; `contradictions.py` adds what does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from lantu.core.invented import INVENTED
from lantu.sample import landmap as lm
from lantu.sample.drawing import LONGEST_EDGE_M, turned
from lantu.sample.ground import Ground
from lantu.sample.layers import SampleLayer
from lantu.sample.package import planned_uses
from lantu.sample.plan import plan_layer

STARTS = {
    "DETAILED_PLOT": 86_000_001,
    "SPECIAL_SITE": 85_000_001,
    "PERMIT": 84_000_001,
    "DZDYXFW": 83_000_001,
}
"""First BSM of each kind."""
_USES = {
    "0701": ("070102", 1.8, 28.0, 30.0, 54.0), "09": ("0901", 2.5, 45.0, 20.0, 60.0),
    "1001": ("100102", 1.2, 50.0, 10.0, 24.0), "0801": ("0801", 1.5, 30.0, 30.0, 36.0),
    "08": ("0804", 0.9, 25.0, 35.0, 24.0), "1401": ("1401", 0.1, 3.0, 65.0, 9.0),
    "13": ("1303", 0.8, 40.0, 20.0, 20.0), "1101": ("110101", 1.0, 50.0, 10.0, 20.0),
}  # fmt: skip
"""Planned use → the use a detailed plan refines it to, RJL, JZMD, LDL, JZGD. The figures are invented."""
PERMITTED = ("070102", "0901", "100102", "0801", "0804", "110101")
_PERMITS, _CORRIDORS, _HAZARDS = 9, 5, 3
_UNIT_M = 1_500.0


@dataclass(frozen=True, slots=True)
class Feature:
    """A shape in the drawing plane and the columns that are its own."""

    shape: Any
    columns: dict[str, Any]


Plans = dict[str, list[Feature]]
"""Kind of layer → its features, in the order of the layer."""


def further_plans(ground: Ground) -> Plans:
    """Draw all four kinds."""
    hazards = _hazards(ground)
    plots = _plots(ground)
    return {
        "DETAILED_PLOT": plots, "SPECIAL_SITE": _special_sites(ground), "PERMIT": _permits(ground, plots),
        "DZDYXFW": hazards,
    }  # fmt: skip


def layers_of(ground: Ground, plans: Plans) -> list[SampleLayer]:
    """Return the layers as they are delivered."""
    found = []
    for kind, features in plans.items():
        names = list(dict.fromkeys(name for each in features for name in each.columns))
        more = {name: [each.columns[name] for each in features] for name in names}
        shapes = shapely.segmentize(np.array([each.shape for each in features], object), LONGEST_EDGE_M)
        found.append(plan_layer(ground.events, kind, shapes, STARTS[kind], more))
    return found


def plot(ground: Ground, shape: Any, use: str, unit: str, number: str) -> Feature:
    """Return a plot of a detailed plan with the limits that are usual for its use; a road has none."""
    limits = next((row for row in _USES.values() if row[0] == use), (use, None, None, None, None))
    name = ground.events.book.code_lists["landuse_2020"].name(use) or ""
    columns = {"DYBH": unit, "DKBH": number, "YDYHFLDM": use, "YDYHFLMC": name}
    return Feature(shape, columns | dict(zip(("RJL", "JZMD", "LDL", "JZGD"), limits[1:], strict=True)))


def special_site(shape: Any, plan: str, kind: str, name: str) -> Feature:
    """Return a corridor or a site of a special plan."""
    return Feature(shape, {"GHMC": f"{plan}（{INVENTED}）", "LX": kind, "MC": name})


def permit(ground: Ground, shape: Any, use: str, number: int) -> Feature:
    """Return a permit of some day from 2021 to 2024."""
    year, month, day = (int(ground.rng.integers(*span)) for span in ((2021, 2025), (1, 13), (1, 29)))
    name = ground.events.book.code_lists["landuse_2020"].name(use) or ""
    return Feature(
        shape,
        {
            "BH": f"虚构地字〔{year}〕{number}号", "XMMC": f"虚构{name}项目{number}",
            "LX": "建设用地规划许可证", "YDYHFLDM": use, "YDYHFLMC": name,
            "PZRQ": f"{year}{month:02d}{day:02d}",
        },
    )  # fmt: skip


def _plots(ground: Ground) -> list[Feature]:
    """Return plots on the blocks of the county town: what is planned there, in finer classes.

    Blocks under the purple line stay without a plot, and so does the water inside parks.
    """
    m, town = ground.m, ground.town
    rows = np.flatnonzero(ground.blocks)
    kept_off = np.concatenate([ground.lines[kind] for kind in ("HLFXKZX", "LSWHBHX", "ZXCQCSZX")])
    basins = shapely.union_all(ground.lines["ZXCQCSLX"])
    inner = (m.inner - m.settlements.centre[town]) @ turned(-m.settlements.angle[town])
    count: dict[str, int] = {}
    found = []
    for row, use in zip(rows.tolist(), planned_uses(ground.events, rows), strict=True):
        shape = shapely.difference(ground.shapes[row], basins)
        if use not in _USES or (shapely.area(shapely.intersection(kept_off, shape)) > 1).any():
            continue
        east, north = np.floor(inner[row] / _UNIT_M).astype(int) + 20
        unit = f"{m.county.code}-{east:02d}{north:02d}"
        count[unit] = count.get(unit, 0) + 1
        found.append(plot(ground, shape, _USES[use][0], unit, f"{unit}-{count[unit]:02d}"))
    return found


def _special_sites(ground: Ground) -> list[Feature]:
    """Return a water corridor along highways, off all lines, and a substation on open land."""
    m = ground.m
    roads = np.flatnonzero((m.kind == lm.HIGHWAY) & (m.zone == 0))
    found: list[Feature] = []
    for row in roads[np.argsort(-m.area_m2[roads], kind="stable")].tolist():
        band = shapely.buffer(ground.shapes[row], -4.0, join_style="mitre")
        band = max(shapely.get_parts(band), key=lambda part: part.area, default=None)
        if band is None or band.area < 2_000 or not ground.clear(band) or not ground.apart(band):
            continue
        ground.place(band)
        found.append(special_site(band, "供水专项规划", "供水管廊", f"虚构供水管廊{len(found) + 1}段"))
        if len(found) == _CORRIDORS:
            break
    for _, box in ground.inside(ground.wild, 12_000):
        found.append(special_site(ground.place(box), "电力专项规划", "变电站", "虚构变电站"))
        break
    return found


def _permits(ground: Ground, plots: Sequence[Feature]) -> list[Feature]:
    """Return permits on whole plots, for the use of the detailed plan."""
    able = [each for each in plots if each.columns["YDYHFLDM"] in PERMITTED]
    chosen = ground.rng.permutation(len(able))[:_PERMITS]
    return [
        permit(ground, able[i].shape, able[i].columns["YDYHFLDM"], number)
        for number, i in enumerate(sorted(chosen.tolist()), 1)
    ]


def _hazards(ground: Ground) -> list[Feature]:
    """Return the reach of some hazards, on the hilliest open land away from towns and lines."""
    m, rng = ground.m, ground.rng
    rows = np.array(
        [row for row in np.flatnonzero(ground.wild) if not ground.events.history.is_cut(int(row))]
    )
    towns = shapely.union_all(m.settlements.areas)
    turn = np.linspace(0, 2 * np.pi, 19)[:-1]
    found: list[Feature] = []
    for row in rows[np.argsort(-m.land.hills.at(m.inner[rows]), kind="stable")].tolist():
        radius = float(rng.uniform(180, 420)) * (1 + 0.25 * np.cos(2 * turn + rng.uniform(0, 6)))
        ring = m.inner[row] + radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
        reach = shapely.Polygon(ring)
        away = shapely.distance(towns, reach) > 600 and ground.clear(reach) and ground.apart(reach)
        if away and shapely.contains(m.outline, reach):
            found.append(Feature(ground.place(reach), {}))
        if len(found) == _HAZARDS:
            break
    return found

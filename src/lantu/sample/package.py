"""What makes a plan package of a county's plan layers: planning zones, the table of indicators, the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lantu.core.invented import INVENTED
from lantu.core.units import convert, round_half_up
from lantu.sample.calibrate import CENT, cents
from lantu.sample.counties import County
from lantu.sample.drawing import areas_m2
from lantu.sample.events import Events, farmland_cents
from lantu.sample.layers import NOTE, SampleLayer
from lantu.sample.partition import whole
from lantu.sample.plan import base_shapes, patches, plan_layer
from lantu.sample.planning import central, planned_uses

ZONES_FROM = 87_000_001
_ECOLOGY, _FARMLAND, _RURAL = "100", "300", "500"
TABLE = "GHZBB"


def package_layers(events: Events) -> list[SampleLayer]:
    """Return planning zones, planned uses, main functions, and the table of indicators."""
    return [*_zones(events), _functions(events), _indicators(events)]


def plan_text(county: County) -> str:
    """Return the invented text of a plan (规划文本) that says its real approved figures."""
    return f"""{county.name}国土空间总体规划（2021—2035年）
规划文本（{INVENTED}；指标数字取自吉政函〔2024〕47号，其余文字为蓝图项目自拟）

第一条 规划期限为2021年至2035年，基期年为2020年，规划范围为{county.name}全域。

第二条 到2035年，{county.name}生态保护红线面积不少于{county.redline}平方千米；\
耕地保有量不少于{county.farmland}万亩，其中永久基本农田保护面积不少于{county.basic_farmland}万亩；以2020年城镇建设用地规模为基数，\
城镇开发边界扩展倍数不超过{county.multiple}倍；\
用水总量2025年不超过{county.water_2025}亿立方米，2035年不超过上级下达指标。

第三条 蓝线、绿线、黄线、紫线和历史文化保护线、洪涝风险控制线落到图上，一并管住。
"""


def _zones(events: Events) -> list[SampleLayer]:
    """Return the planning zones under both names, those of the central urban area, and planned uses there."""
    m = events.m
    zone = np.where(events.base.red, _ECOLOGY, np.where(events.base.basic, _FARMLAND, _RURAL)).astype("<U3")
    zone = np.where(m.zone > 0, m.zone.astype(str), zone)
    inner = central(events)
    everywhere = _dissolved(events, zone, np.ones(len(zone), np.bool_))
    return [
        _zone_layer(events, "GHFQ", *everywhere, ZONES_FROM),
        _zone_layer(events, "YDYHGHFQ", *everywhere, ZONES_FROM + 100_000),
        _zone_layer(events, "ZXCQGHFQ", *_dissolved(events, zone, inner), ZONES_FROM + 200_000),
        _planned_uses(events, np.flatnonzero(inner)),
    ]


def _dissolved(events: Events, zone: NDArray[Any], chosen: NDArray[np.bool_]) -> tuple[list[Any], list[str]]:
    """Return patches of one zone and township that hang together, and their codes."""
    shapes = base_shapes(events)
    drawn: list[Any] = []
    codes: list[str] = []
    for code in np.unique(zone[chosen]).tolist():
        rows, patch = patches(events, chosen & (zone == code), events.m.township)
        for number in range(int(patch.max()) + 1):
            drawn.append(whole(shapes[rows[patch == number]]))
            codes.append(code)
    return drawn, codes


def _zone_layer(events: Events, kind: str, drawn: list[Any], codes: list[str], start: int) -> SampleLayer:
    names = events.book.code_lists["ghfq"]
    return plan_layer(
        events, kind, drawn, start, {"GHFQDM": codes, "GHFQMC": [names.name(code) or "" for code in codes]}
    )


def _planned_uses(events: Events, rows: NDArray[np.int64]) -> SampleLayer:
    """Return the parcels of the central urban area with the planned use that their class goes to."""
    old, shapes = events.book.code_lists["landuse_2020"], base_shapes(events)[rows]
    codes = planned_uses(events, rows)
    area = cents(areas_m2(shapes, events.m.county.epsg)) / CENT
    more = {
        "YDYHFLDM": codes, "YDYHFLMC": [old.name(code) or "" for code in codes], "TBMJ": area, "TBDLMJ": area,
    }  # fmt: skip
    return plan_layer(events, "ZXCQGHYDYH", shapes, ZONES_FROM + 300_000, more)


def _functions(events: Events) -> SampleLayer:
    """Return the main function of each township, which here is its outline: the field's name is not known."""
    m, shapes = events.m, base_shapes(events)
    units = np.unique(m.township)
    towns = [whole(shapes[m.township == unit]) for unit in units]
    names = [m.places.townships[unit] for unit in units]
    more = {"XZQDM": [each.code for each in names], "XZQMC": [each.name for each in names]}
    return plan_layer(events, "XZZTGNDW", towns, ZONES_FROM + 400_000, more)


def _indicators(events: Events) -> SampleLayer:
    """Return the table of indicators: base-year values as surveyed, targets as approved."""
    county = events.m.county
    farm, basic = (cents[0] for cents in (farmland_cents(events.history), _basic(events)))
    rows: Iterable[tuple[str, str, str | None, str | None, str | None]] = (
        ("耕地保有量", "万亩", _mu(farm), None, f"{county.farmland}"),
        ("永久基本农田保护面积", "万亩", _mu(basic), None, f"{county.basic_farmland}"),
        ("生态保护红线面积", "平方千米", None, None, f"{county.redline}"),
        ("城镇开发边界扩展倍数", "倍", None, None, f"{county.multiple}"),
        ("用水总量", "亿立方米", None, f"{county.water_2025}", None),
    )
    name, unit, base, middle, end = zip(*rows, strict=True)
    count = len(name)
    table = pa.table(
        {
            "XZQDM": [county.code] * count,
            "ZBMC": list(name),
            "ZBDW": list(unit),
            "ZBSX": ["约束性"] * count,
            "JZNZ": pa.array(base, pa.string()),
            "JQMBZ": pa.array(middle, pa.string()),
            "MBNZ": pa.array(end, pa.string()),
            "BZ": [NOTE] * count,
        }
    )
    return SampleLayer(TABLE, None, f"{county.name}规划指标表（{INVENTED}）", table, None)


def _basic(events: Events) -> list[int]:
    return list(farmland_cents(events.history, events.base.basic))


def _mu(cents: int) -> str:
    """Return hundredths of square metres as 万亩."""
    return f"{round_half_up(convert(cents, '平方米', '万亩') / 100, 2)}"

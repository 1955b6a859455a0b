"""Lists of named items: the city's, and the counties' own, which lack some and write others otherwise."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from lantu.core.invented import INVENTED
from lantu.sample.city import CODE
from lantu.sample.counties import CITY, COUNTIES, County
from lantu.sample.layers import SampleLayer

KIND = "NAMED_LIST"
_FIELDS = ("XZQDM", "LX", "MC", "DM", "BM", "BZ")
_ITEMS = (
    ("自然保护区", "省级", "东湖湿地自然保护区", "01"),
    ("湿地公园", "省级", "西河湿地公园", "02"),
    ("文物保护单位", "县级", "北岗古城址", "03"),
    ("重点项目", "", "南渠引水工程", "04"),
    ("地质灾害易发区", "", "柳条沟崩塌易发区", "05"),
)
"""Kind, grade, name, end of the code: of every county alike, each under its county's name."""
_MISSING, _NEAR, _RENAMED, _ALIAS = 3, 2, 4, 1
"""Places in `_ITEMS` of what 大安 lacks, 洮南 misspells, 镇赉 calls otherwise under the same
code; and of what every county lists under an alias."""
_WRONG = "北冈古城址"


def named_lists() -> list[tuple[str, SampleLayer]]:
    """Return area code → list: the city's first."""
    upper = [_item(county, place) for county in COUNTIES for place in range(len(_ITEMS))]
    found = [(CODE, _table(CITY, upper))]
    found += [(county.code, _table(county.name, _own(county))) for county in COUNTIES]
    return found


def lists_truth() -> list[dict[str, Any]]:
    """Return what is planted: county, name in the city's list, what the county's does with it."""
    by_code = {county.code: county for county in COUNTIES}
    return [
        {"county": code, "name": _item(by_code[code], place)["MC"], "what": what}
        for code, place, what in (
            ("220882", _MISSING, "missing"), ("220881", _NEAR, "near"), ("220821", _RENAMED, "renamed"),
        )
    ]  # fmt: skip


def _item(county: County, place: int) -> dict[str, str]:
    kind, grade, name, number = _ITEMS[place]
    full = f"{county.name[:2]}{name}" + (f"（{grade}）" if grade else "")
    return dict(zip(_FIELDS, (county.code, kind, full, f"{county.code}{number}", "", INVENTED), strict=True))


def _own(county: County) -> list[dict[str, str]]:
    found = []
    for place in range(len(_ITEMS)):
        each = _item(county, place)
        if place == _ALIAS:
            each |= {"BM": each["MC"], "MC": f"{county.name[:2]}西河公园", "DM": ""}
        if (county.code, place) == ("220882", _MISSING):
            continue
        if (county.code, place) == ("220881", _NEAR):
            each |= {"MC": each["MC"].replace(_ITEMS[place][2], _WRONG), "DM": ""}
        if (county.code, place) == ("220821", _RENAMED):
            each |= {"MC": f"{county.name[:2]}红石沟滑坡易发区"}
        found.append(each)
    return found


def _table(name: str, rows: list[dict[str, str]]) -> SampleLayer:
    columns = {field: [row[field] for row in rows] for field in _FIELDS}
    return SampleLayer(KIND, None, f"{name}名录表（{INVENTED}）", pa.table(columns), None)

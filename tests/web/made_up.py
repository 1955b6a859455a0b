"""A measuring result made by hand, in the form of runs/measure.py: four counties, six targets, six years."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

YEARS = [2020, 2021, 2022, 2023, 2024, 2025]
SOURCE = "sha256:" + "ab" * 32
DOCUMENT = "吉政函〔2024〕47号"
_COUNTIES = {
    "220882": ("大安市", 124.0, 45.4, ["327.40", "249.12", "405.23", "1.18", "6.07"]),
    "220881": ("洮南市", 122.8, 45.3, ["514.05", "343.87", "107.89", "1.18", "3.37"]),
    "220821": ("镇赉县", 123.2, 45.9, ["311.33", "261.77", "1316.46", "1.18", "9.76"]),
    "220822": ("通榆县", 123.0, 44.8, ["621.03", "392.07", "1903.42", "1.20", "3.35"]),
}
_INDICATORS = [
    ("farmland_retained", "耕地保有量", "万亩", ">="),
    ("basic_farmland", "永久基本农田保护面积", "万亩", ">="),
    ("ecological_red_line", "生态保护红线", "平方千米", ">="),
    ("expansion_multiple", "城镇开发边界扩展倍数", "倍", "<="),
    ("water_use", "用水总量", "亿立方米", "<="),
]

_PARTS = [
    {"name": {"zh": "2020年基数", "en": "Base of 2020"}, "value": "2310.55", "unit": "公顷"},
    {"name": {"zh": "计入面积", "en": "Counted"}, "value": "2379.87", "unit": "公顷"},
    {"name": {"zh": "不计入：弹性发展区", "en": "Left out: elastic zone"}, "value": None, "unit": "公顷"},
]


def result() -> dict[str, Any]:
    """Return the result: 镇赉县's farmland fails from 2024, 2035 water cannot be told, three findings."""
    rows = [row for code in _COUNTIES for year in YEARS for row in _rows(code, year)]
    return {
        "run_id": "measure-20260101T000000-abcdef",
        "lawbook_digest": "sha256:" + "1b" * 32,
        "engine": "shapely 1 (GEOS 3.13.1)",
        "plane": "+proj=cea +lat_ts=45 +lon_0=123 +ellps=GRS80 +units=m +no_defs",
        "years": YEARS,
        "areas": [{"code": code, "name": name} for code, (name, *_) in _COUNTIES.items()],
        "rows": rows,
        "findings": _findings(),
    }


def _rows(code: str, year: int) -> list[dict[str, Any]]:
    name, _, _, figures = _COUNTIES[code]
    rows = []
    for (indicator, title, unit, op), figure in zip(_INDICATORS, figures, strict=True):
        required = Decimal(figure)
        step = Decimal("0.31") if code != "220821" or indicator != "farmland_retained" else Decimal("0.9")
        worse = step * (year - 2020) / (1 if unit != "倍" else 50)
        start = Decimal("3.50") if unit != "倍" else Decimal("0.18")
        value = required + start - worse if op == ">=" else required - start + worse
        value = value.quantize(Decimal("0.01"))
        margin = value - required if op == ">=" else required - value
        row = {
            "id": f"{code}-{indicator}-{year}",
            "area_code": code,
            "area_name": name,
            "year": year,
            "indicator_id": indicator,
            "indicator": title,
            "version": 1,
            "plan_version": "sha256:" + "cd" * 32,
            "op": op,
            "required": figure,
            "unit": unit,
            "target_year": 2025 if indicator == "water_use" else 2035,
            "note": None,
            "value": str(value),
            "margin": str(margin),
            "answer": "pass" if margin >= 0 else "fail",
            "message": {"code": "measure.compared", "zh": f"{value} {unit}", "en": f"{value} {unit}"},
            "verified": indicator not in ("expansion_multiple",),
            "formula": {"zh": f"Σ {title}", "en": f"Σ {indicator}"},
            "parts": _PARTS if indicator == "expansion_multiple" else [],
            "rounding": "half up, 2 decimals",
            "clause": {
                "document": DOCUMENT,
                "text": f"到2035年，{name}耕地保有量不低于{figures[0]}万亩，"
                f"其中永久基本农田不低于{figures[1]}万亩；生态保护红线面积不低于{figures[2]}平方千米；城镇开发边界扩展倍数控制在{figures[3]}倍以内；"
                f"用水总量2025年不超过{figures[4]}亿立方米，2035年不超过上级下达指标。",
                "span": [100, 120],
                "source": SOURCE,
            },
            "inputs": {"land": "sha256:" + f"{year:x}".rjust(64, "0")},
        }
        rows.append(row)
        if indicator == "water_use":
            rows.append(
                row
                | {
                    "id": f"{code}-{indicator}-2035-{year}",
                    "target_year": 2035,
                    "required": None,
                    "value": None,
                    "margin": None,
                    "answer": "cannot_tell",
                    "note": "不超过上级下达指标",
                    "message": {
                        "code": "measure.refers_up",
                        "zh": "批复要求参照上级下达指标，尚未登记该指标，无法判断。",
                        "en": "The approval refers to the upper level's allocation; none is registered.",
                    },
                }
            )
    return rows


def _findings() -> list[dict[str, Any]]:
    base = {
        "clause": None,
        "verified": True,
        "inputs": {"land": "sha256:" + "7".rjust(64, "0")},
    }
    planted = [
        (
            "CH01",
            "永久基本农田被建设占用",
            "Basic farmland built over",
            "220821",
            2023,
            "fail",
            "20345.67",
            123.21,
            45.93,
        ),
        (
            "CH01",
            "永久基本农田被建设占用",
            "Basic farmland built over",
            "220821",
            2024,
            "fail",
            "1500.00",
            123.32,
            45.80,
        ),
        ("CH07", "合法置换", "Approved exchange", "220882", 2025, "needs_person", "88000.10", 124.05, 45.37),
    ]
    found = []
    for n, (rule, zh, en, code, year, answer, area, lon, lat) in enumerate(planted):
        d = 0.002
        found.append(
            base
            | {
                "id": f"finding{n}",
                "rule": rule,
                "title": {"zh": zh, "en": en},
                "area_code": code,
                "year": year,
                "answer": answer,
                "message": {
                    "code": "change.basic_farmland_built",
                    "zh": f"{year}年永久基本农田内旱地变为公路用地 {area} 平方米。",
                    "en": f"In {year} dry land within basic farmland became a road, {area} m².",
                },
                "features": [f"{code}{year}0000000{i}" for i in range(1, 6)],
                "area_m2": area,
                "from": "0103",
                "to": "1003",
                "place": [lon, lat],
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [[lon, lat], [lon + d, lat], [lon + d, lat + d], [lon, lat + d], [lon, lat]]
                    ],
                },
            }
        )
    return found


def centre(code: str) -> tuple[float, float]:
    """Return a county's middle, degrees."""
    _, lon, lat, _ = _COUNTIES[code]
    return lon, lat

"""The tiny world as a home: its layers added, its plan registered from a reading, ready to be measured."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow as pa

import world
from lantu.core.digest import digest_bytes
from lantu.runs.register_plan import PublishedReading, register_approval
from lantu.store import Home
from store.delivered import Delivery

DOCUMENT = "示例函〔2024〕1号"
LINES = ("YJJBNT", "STBHHX", "CZKFBJ")
TABLES = {"WATER_USE": world.water_table, "EXCHANGE": world.exchange_table}
OUTLINE = world.rect(0, 0, 1000, 1000)


def world_home(
    path: Path, *, years: Collection[int] = world.YEARS, without: Collection[str] = (), plan: bool = True
) -> Home:
    """Make a home of the world.

    Args:
        without: layer kinds to leave out.
        plan: whether its plan is registered.
    """
    home = Home.open(path)
    home.set_plane(world.PLANE)
    with home.writing():
        for year in years:
            land = Delivery(world.land_table(year), world.land_shapes(year), world.CRS_4490, "world.gpkg",
                            f"DLTB_{year}")  # fmt: skip
            add(home, land, "DLTB", year)
        for kind in LINES:
            if kind not in without:
                line = Delivery(
                    world.line_table(kind), world.line_shapes(kind), world.CRS_4490, "world.gpkg", kind
                )
                add(home, line, kind)
        if "XZQX" not in without:
            name = pa.table({"XZQDM": [world.AREA_CODE], "XZQMC": [world.AREA_NAME]})
            add(
                home,
                Delivery(name, world.geographic([OUTLINE]), world.CRS_4490, "world.gpkg", "XZQX"),
                "XZQX",
            )
        for kind, table in TABLES.items():
            if kind not in without:
                add(home, Delivery(table(), None, None, f"{kind}.csv", kind), kind)
        if plan:
            register_approval(home, *reading())
    return home


def add(home: Home, delivery: Delivery, kind: str, year: int | None = None) -> None:
    home.layers.add(delivery, kind=kind, area_code=world.AREA_CODE, year=year, invented=True)


def reading(number: str = DOCUMENT, day: str = "2024-06-11") -> tuple[PublishedReading, list[dict[str, Any]]]:
    """The world's approval in the published form of the approval reader."""
    said = [
        f"{name}{op or '不超过上级下达指标'}{value or ''}{unit or ''}"
        for name, op, value, unit, *_ in world.TARGETS
    ]
    text = "示例：" + "，".join(said)
    targets = [
        {
            "indicator": name, "op": op, "value": None if value is None else float(value), "unit": unit,
            "year": year, "note": note, "sentence": text, "span": [0, len(text)],
        } | ({} if value is None else {"value_text": str(value)})
        for name, op, value, unit, year, note in world.TARGETS
    ]  # fmt: skip
    document = {
        "title": "示例批复", "issuer": "示例省人民政府", "document_number": number, "date": day,
        "plans": [
            {
                "area": world.AREA_NAME, "plan_title": f"{world.AREA_NAME}国土空间总体规划（2021—2035年）",
                "level": "county", "period": [2021, 2035], "targets": targets,
            }
        ],
        "duties": [], "questions": [],
    }  # fmt: skip
    data = json.dumps([document], ensure_ascii=False).encode()
    return PublishedReading("示例批复.json", digest_bytes(data), data, text=text), [document]

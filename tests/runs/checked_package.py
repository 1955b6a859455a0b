"""A checked package made by hand: overlapping squares in 大安市, rules of every answer and severity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.core.finding import Answer
from lantu.lawbook import Citation, FieldSpec, LayerSpec, PackageProfile, QualityRule, Words, load
from lantu.quality.check import Checked, summaries
from lantu.quality.checks import CHECKS
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.package import FieldInfo, Package, PackageFile, PackageLayer
from lantu.quality.runner import Check, run_rule
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

EPSG = 4550
ORIGIN = (580_000.0, 5_030_000.0)
WHEN = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
STEP, SIDE = 100.0, 104.0
"""Squares every 100 m, 104 m wide: each overlaps its right and its upper neighbour by 4 m."""


@dataclass(frozen=True)
class World:
    work: Workspace
    checked: Checked


def world(side: int = 3, *, bsm: str = "22088200000000{:04d}") -> World:
    """Return a package of `side` × `side` squares and what the rules below find in it.

    Args:
        bsm: what features are called; the first two share the first one's.
    """
    west, south = (axis.ravel() * STEP for axis in np.meshgrid(np.arange(side), np.arange(side)))
    squares = shapely.box(west, south, west + SIDE, south + SIDE)
    names = [bsm.format(max(n, 1)) for n in range(side * side)]
    edge = STEP * side
    package = Package(
        "大安市.gdb",
        (PackageFile("大安市.gdb/CZKFBJ", 1234, "sha256:" + "a" * 64),),
        (
            _layer("XZQ", [shapely.box(-50, -50, edge + 50, edge + 50)], XZQDM=["220882"]),
            _layer("CZKFBJ", squares, BSM=names, GHFQDM=["0410"] * len(squares)),
            _layer("STBHHX", [shapely.box(0, 0, edge / 2, edge / 3)], BSM=["红线1"]),
            _layer("SURPLUS", [shapely.box(0, 0, 1, 1)], BSM=["1"]),
            PackageLayer(
                "GHZBB", "GHZBB.dbf", (FieldInfo("ZB", "text", 20),), pa.table({"ZB": ["耕地"]}),
                None, None, None, encoding="gb18030",
            ),
        ),
        digest="sha256:" + "b" * 64,
    )  # fmt: skip
    work = Workspace(package, PROFILE, load(), date(2026, 1, 1))
    results = tuple(run_rule(work, rule, CHECKS | FAKES) for rule in RULES)
    used = ("overlay.min_defect_m2",)
    checked = Checked(
        name=package.name, digest=package.digest, profile=PROFILE.id, day=work.day, county=work.county,
        lawbook=work.book.digest, method="+proj=cea", files=package.files, layers=summaries(work),
        results=results, parameters={name: work.book.parameter(name, work.day) for name in used},
    )  # fmt: skip
    return World(work, checked)


def _layer(kind: str, shapes: Any, **columns: list[str]) -> PackageLayer:
    placed = shapely.transform(np.array(shapes, object), lambda xy: xy + np.array(ORIGIN))
    return PackageLayer(
        kind, f"{kind}.shp", tuple(FieldInfo(name, "text", 18) for name in columns), pa.table(columns),
        pa.array(shapely.to_wkb(placed), pa.large_binary()), "Polygon",
        CRS.from_epsg(EPSG), f"EPSG:{EPSG}", "gb18030",
    )  # fmt: skip


def _spec(kind: str, name: str, geometry: Any = "polygon", presence: Any = "expected") -> LayerSpec:
    fields = {
        "BSM": FieldSpec("BSM", Words("标识码", "Identifier"), "required", "C18", None, None, True),
    }
    return LayerSpec(kind, Words(name, kind), geometry, presence, (), None, False, False, fields, None, False)


PROFILE = PackageProfile(
    "made-by-hand", Words("县级（手工）", "County (by hand)"), None, "county", None, date(2021, 1, 1), None,
    Citation("蓝图"), "landuse_2023", "ghfq", (4490, EPSG), None,
    {
        each.kind: each
        for each in (
            _spec("XZQ", "行政区"), _spec("CZKFBJ", "城镇开发边界"), _spec("STBHHX", "生态保护红线"),
            _spec("YJJBNT", "永久基本农田", presence="required"), _spec("GHZBB", "规划指标表", "none"),
        )
    },
    {}, False,
)  # fmt: skip


def overlapping(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Neighbours of a grid that overlap."""
    shapes = sheet.in_plane(range(len(sheet)))
    left, right = shapely.STRtree(shapes).query(shapes)
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one < other:
            shared = shapely.intersection(shapes[one], shapes[other])
            if shapely.area(shared) > 100:  # corners of 4 m × 4 m are no business of this rule
                area = Decimal(f"{shapely.area(shared):.2f}")
                yield Defect(
                    sheet.kind, tuple(sorted((sheet.keys[one], sheet.keys[other]))), (one, other),
                    params={"field": "MJ", "value": "=1+1"}, shape=shared, measured=area,
                    required=Decimal("0.00"), unit="平方米",
                )  # fmt: skip


def crashing(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    raise ZeroDivisionError("planted")


def asking(work: Workspace) -> Iterator[Defect]:
    yield Defect(
        "GHZBB", ("asked",), params={"field": "ZB", "value": "+耕地保有量\x00"}, answer=Answer.NEEDS_PERSON
    )


def absent(work: Workspace) -> Iterator[Defect]:
    raise CannotTell("quality.layer_absent", layer="YJJBNT")
    yield


def idle(work: Workspace) -> Iterator[Defect]:
    raise NotApplicable("quality.nothing_to_check")
    yield


def sound(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    yield from ()


FAKES = {
    "fake_overlap": Check(overlapping, geometry=("polygon",)), "fake_crash": Check(crashing),
    "fake_ask": Check(asking, scope="package"), "fake_absent": Check(absent, scope="package"),
    "fake_idle": Check(idle, scope="package"), "fake_sound": Check(sound),
}  # fmt: skip


def rule(
    code: str,
    check: str,
    category: str,
    severity: Any,
    title: Words,
    *,
    verified: bool = False,
    **arguments: Any,
) -> QualityRule:
    return QualityRule(
        code, f"quality.{check}", title, category, severity, "full", check, arguments,
        ("overlay.min_defect_m2",) if check == "fake_overlap" else (), "quality.value_repeated",
        Words("用“拓扑检查”工具改正。", "Mend it with the topology tool."),
        (Citation("市级国土空间总体规划数据库规范", "拓扑"),), verified,
    )  # fmt: skip


RULES = (
    rule("QC1101", "fake_absent", "package", "must", Words("必备图层齐全", "Layers are all there")),
    rule("QC1201", "fake_sound", "system", "must", Words("坐标系正确", "The system is right"), verified=True),
    rule("QC1301", "fake_crash", "structure", "note", Words("字段齐全", "Fields"), layers=["GHZBB"]),
    rule(
        "QC1405", "unique", "values", "must", Words("标识码唯一", "Identifiers are unique"),
        field="BSM", layers=["CZKFBJ"],
    ),
    rule("QC1701", "fake_overlap", "topology", "must", Words("图斑不重叠", "No overlaps"), layers=["CZKFBJ"]),
    rule("QC2001", "fake_ask", "figures", "warn", Words("图数一致", "Maps and figures agree")),
    rule("QC2201", "fake_idle", "upper", "must", Words("不突破上级指标", "Within the plan above")),
)  # fmt: skip


def with_rules(found: World, *codes: str) -> Checked:
    """Return the check as it would be with these rules alone."""
    return replace(found.checked, results=tuple(r for r in found.checked.results if r.rule.code in codes))

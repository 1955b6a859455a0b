"""Packages and checks by hand, in the made world, to be taken into a home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import shapely
from pyproj import CRS

import world
from lantu.core.finding import Answer
from lantu.lawbook import LayerSpec, PackageProfile, QualityRule, load
from lantu.lawbook.models import Citation, FieldSpec, Words
from lantu.quality.check import Checked
from lantu.quality.findings import QualityFinding, RuleResult
from lantu.quality.package import Package, PackageFile, PackageLayer
from lantu.quality.workspace import Workspace
from lantu.runs.register_package import register
from lantu.store import Home
from world import rect

# The world's red line without R2; an urban boundary that covers everything; an outline twice as wide.
RED_LINE = {"R1": rect(800, 250, 1000, 750)}
BOUNDARY = {"G1": rect(0, 0, 1000, 1000)}
OUTLINE = {"X1": rect(0, 0, 2000, 1000)}
WORDS = Words("图层", "layer")
BOOK = load()


def polygons(
    kind: str, shapes: dict[str, shapely.Polygon], crs: CRS | None = world.CRS_4490, **changes: Any
) -> PackageLayer:
    """A layer of the package; of several rows the last stands first, so that order shows."""
    names = list(shapes)[::-1]
    places = world.geographic([shapes[name] for name in names])
    table = pa.table({"BSM": pa.array(names, pa.large_string()), "XZQDM": [world.AREA_CODE] * len(names)})
    layer = PackageLayer(
        kind, "空间数据/成果.gpkg", (), table, pa.array(shapely.to_wkb(places), pa.large_binary()),
        "MultiPolygon", crs,
    )  # fmt: skip
    return replace(layer, **changes)


def water(kind: str = "WATER_USE") -> PackageLayer:
    table = pa.table({"XZQDM": [world.AREA_CODE], "YEAR": [2021], "VOLUME_M3": [7]})
    return PackageLayer(kind, "表格/用水.csv", (), table, None, None, None)


def spec(kind: str) -> LayerSpec:
    known = BOOK.layer_kinds.get(kind)
    fields = {name: FieldSpec(name, WORDS, "optional", None, None, None, True) for name in ("BSM", "XZQDM")}
    return LayerSpec(
        kind, WORDS, known.geometry if known else "polygon", "optional", (), None, True, False, fields, None,
        True,
    )  # fmt: skip


def bench(layers: Iterable[PackageLayer], kinds: Iterable[str] = ()) -> Workspace:
    """Layers on the bench, under a profile of exactly their kinds and these."""
    layers = tuple(layers)
    names = dict.fromkeys([*kinds, *(layer.name for layer in layers)])
    profile = PackageProfile(
        "county-2021", WORDS, None, "county", None, date(2021, 1, 1), None, Citation("x"), "x", "x", (4490,),
        None, {kind: spec(kind) for kind in names}, {}, True,
    )  # fmt: skip
    files = tuple(PackageFile(name, 1, f"sha256:{name}") for name in {layer.file for layer in layers})
    package = Package("大安市成果", files, layers, digest="sha256:" + "ab" * 32)
    return Workspace(package, profile, BOOK, date(2026, 1, 1))


def checked(work: Workspace, *results: RuleResult, **changes: Any) -> Checked:
    """A check that every rule of the lawbook passed, but for these results."""
    said = {rule.code: RuleResult(rule, Answer.PASS, looked_at=1) for rule in BOOK.quality_rules.values()}
    said |= {result.rule.code: result for result in results}
    whole = Checked(
        work.package.name, work.package.digest, work.profile.id, work.day, work.county, BOOK.digest, None,
        work.package.files, (), tuple(said.values()), {},
    )  # fmt: skip
    return replace(whole, **changes)


def rule(code: str = "QX99", severity: str = "must") -> QualityRule:
    some = next(iter(BOOK.quality_rules.values()))
    return replace(some, code=code, name=f"quality.{code.lower()}", severity=severity)


def findings(of: QualityRule, count: int, answer: Answer = Answer.FAIL, **changes: Any) -> RuleResult:
    made = QualityFinding(
        "f0", of, answer, "STBHHX", "m", {}, (), (), 1, None, None, None, None, None
    )  # fmt: skip
    each = tuple(replace(made, id=f"f{number}", **changes) for number in range(count))
    return RuleResult(of, answer, each, looked_at=1)


def whole_package() -> Workspace:
    lines = [polygons("STBHHX", RED_LINE), polygons("CZKFBJ", BOUNDARY), polygons("XZQX", OUTLINE)]
    return bench([*lines, water()])


def take_in(home: Home, work: Workspace | None = None, **changes: Any) -> Any:
    work = work or whole_package()
    return register(home, checked(work), work, b'{"findings": []}', **changes)

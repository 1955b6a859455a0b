"""The cases that lie beside each quality rule: small packages written as YAML.

A case:
    name: what it shows
    expect: pass | fail | needs_person | cannot_tell | not_applicable
    profile: id (county-2021 where left out); day: ISO (2026-01-01)
    whole: false where layers of the profile that the case leaves out need not be there
    asks: {package_name, systems, documents: {pattern: 中文名}}: what the profile says instead
    package: its name (case)
    epsg: 4550 unless said; null: no system
    layers: {KIND: [row, …]} or
        {KIND: {name, file, epsg, crs_text, table, fields, aliases, geometry_type, rows: [row, …]}}
        table: true for no geometry at all
        row: {FIELD: value, …, one of those below}, in metres from a place in 大安市 (in degrees where `epsg`
            is geographic, as they stand); none: null geometry
            box: [west, south, east, north]; wkt; ring: [[x, y], …], open or not; wkb: hexadecimal, as is
            disc: [x, y, radius, vertices]; squares: how many, of 1 m, 2 m apart, as one feature
    files: [name, …]; incidents: [{kind, where, layer, rows, params}]; documents: {file: text}
    reply, upper: [{indicator, op, value, unit, year, plain}]
    upper_unread: [words, …]
    survey: {years: [year, …], rows: as of a layer}; a land survey beside the package
    findings: [{layer, count, rows (FIDs), answer, message, measured, required, place: [x, y] in metres, to
        5 cm}, …]: all of them, in any order; only what is written is compared
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS, Transformer

import lantu
from lantu.lawbook import QualityRule, Words, load
from lantu.lawbook.pages import read_yaml
from lantu.quality.checks import CHECKS
from lantu.quality.findings import RuleResult
from lantu.quality.package import Document, FieldInfo, Incident, Package, PackageFile, PackageLayer
from lantu.quality.reference import Figure, Reference, Survey
from lantu.quality.runner import run_rule
from lantu.quality.workspace import Workspace

FOLDER = Path(lantu.__file__).parent / "lawbook/rules/quality"
EPSG = 4550
ORIGIN = (580_000.0, 5_030_000.0)
"""A place in 大安市, in EPSG 4550."""
SHAPE = ("box", "wkt", "ring", "wkb", "disc", "squares")


@dataclass(frozen=True)
class Case:
    rule: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.data['name']}"


def all_cases() -> Iterator[Case]:
    for page in sorted(FOLDER.glob("*/cases.yaml")):
        for data in read_yaml(page.read_text("utf-8"), page.parent.name).data:
            yield Case(page.parent.name, data)


def work_of(data: dict[str, Any]) -> Workspace:
    epsg = data.get("epsg", EPSG)
    layers = tuple(_layer(kind, rows, epsg) for kind, rows in data.get("layers", {}).items())
    package = Package(
        data.get("package", "case"),
        tuple(PackageFile(name, 1, "sha256:0") for name in data.get("files", ())),
        layers,
        tuple(_incident(each) for each in data.get("incidents", ())),
        tuple(Document(file, text) for file, text in data.get("documents", {}).items()),
    )
    book = load()
    reference = Reference(
        _figures(data.get("reply")), _figures(data.get("upper")), tuple(data.get("upper_unread", ())),
        _survey(data.get("survey"), epsg),
    )  # fmt: skip
    day = date.fromisoformat(data.get("day", "2026-01-01"))
    profile = replace(book.profiles[data.get("profile", "county-2021")], **_asked(data.get("asks", {})))
    if data.get("whole") is False:
        named = {kind.upper() for kind in data.get("layers", {})}
        profile = replace(
            profile,
            layers={
                kind: spec if named & {kind, *spec.aliases} else replace(spec, presence="optional")
                for kind, spec in profile.layers.items()
            },
        )
    return Workspace(package, profile, book, day, reference)


def _survey(said: dict[str, Any] | None, epsg: int | None) -> Survey | None:
    if said is None:
        return None
    layer = _layer("DLTB", {"file": "调查.gpkg", "name": "DLTB_2020", "rows": said["rows"]}, epsg)
    return Survey(layer, "file", "调查.gpkg", "sha256:1", tuple(said.get("years", ())))


def _asked(said: dict[str, Any]) -> dict[str, Any]:
    documents = said.get("documents", {})
    return said | (
        {"documents": {name: Words(zh, zh) for name, zh in documents.items()}} if documents else {}
    )


def run(rule: QualityRule, data: dict[str, Any]) -> RuleResult:
    return run_rule(work_of(data), rule, CHECKS)


def _layer(kind: str, said: Any, epsg: int | None) -> PackageLayer:
    about = said if isinstance(said, dict) else {"rows": said}
    rows, epsg = about["rows"], about.get("epsg", epsg)
    names = list(dict.fromkeys(name for row in rows for name in row if name not in SHAPE))
    given = about.get("fields", {})
    table = pa.table({name: _column([row.get(name) for row in rows], given.get(name)) for name in names})
    aliases = about.get("aliases", {})
    fields = tuple(
        replace(_field(name, table.column(name).type, given.get(name)), alias=aliases.get(name))
        for name in names
    )
    spec = load().profiles["county-2021"].layers.get(kind)
    plain = spec is not None and spec.geometry == "none" and not any(set(SHAPE) & set(row) for row in rows)
    is_table = about.get("table", plain)
    shapes = [_wkb(row, epsg) for row in rows]
    return PackageLayer(
        name=about.get("name", kind),
        file=about.get("file", f"{kind}.gpkg"),
        fields=fields,
        table=table,
        wkb=None if is_table else pa.array(shapes, pa.large_binary()),
        geometry_type=None if is_table else about.get("geometry_type", "MultiPolygon"),
        crs=CRS.from_epsg(epsg) if epsg and not is_table else None,
        crs_text=about.get("crs_text", f"EPSG:{epsg}" if epsg and not is_table else None),
    )


def _column(values: list[Any], given: str | None) -> pa.Array:
    if given and given[0] in "DF":  # "nan" and "inf" can be said so, too
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    numbers = [each for each in values if each is not None]
    if numbers and all(isinstance(each, int | Decimal) for each in numbers):
        whole = all(isinstance(each, int) for each in numbers)
        kind = pa.int64() if whole else pa.float64()
        return pa.array([None if v is None else int(v) if whole else float(v) for v in values], kind)
    return pa.array([None if v is None else str(v) for v in values], pa.string())


def _field(name: str, kind: pa.DataType, given: str | None) -> FieldInfo:
    """`given`: C18, D18.2, I4 …; else what Arrow says."""
    if given:
        width, _, decimals = given[1:].partition(".")
        types = {"C": "text", "I": "integer", "D": "decimal", "F": "decimal"}
        return FieldInfo(
            name, types[given[0]], int(width) if width else None, int(decimals) if decimals else None
        )
    said = "text" if pa.types.is_string(kind) else "integer" if pa.types.is_integer(kind) else "decimal"
    return FieldInfo(name, said)


def _wkb(row: dict[str, Any], epsg: int | None) -> bytes | None:
    if "wkb" in row:
        return bytes.fromhex(row["wkb"])
    if "ring" in row:
        geographic = epsg is not None and CRS.from_epsg(epsg).is_geographic
        xy = np.array(row["ring"], np.float64) + (np.zeros(2) if geographic else np.array(ORIGIN))
        head = np.array([3, 1, len(xy)], "<u4").tobytes()
        return b"\x01" + head + xy.astype("<f8").tobytes()
    found: bytes | None = shapely.to_wkb(_shape(row, epsg))
    return found


def _shape(row: dict[str, Any], epsg: int | None) -> Any:
    if "box" in row:
        shape = shapely.box(*(float(each) for each in row["box"]))
    elif "disc" in row:
        x, y, radius, count = row["disc"]
        turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
        shape = shapely.polygons(float(radius) * np.column_stack([np.cos(turn), np.sin(turn)]) + [x, y])
    elif "squares" in row:
        west = 2.0 * np.arange(row["squares"])
        shape = shapely.multipolygons(shapely.box(west, 0, west + 1, 1))
    elif "wkt" in row:
        shape = shapely.from_wkt(row["wkt"], on_invalid="ignore")
    else:
        return None
    geographic = epsg is not None and CRS.from_epsg(epsg).is_geographic
    return shape if geographic else shapely.transform(shape, lambda xy: xy + np.array(ORIGIN))


def _incident(data: dict[str, Any]) -> Incident:
    return Incident(
        data["kind"], data["where"], data.get("layer"), tuple(data.get("rows", ())), data.get("params", {})
    )


def _figures(said: Any) -> tuple[Figure, ...] | None:
    if said is None:
        return None
    return tuple(
        Figure(
            d["indicator"],
            d["op"],
            Decimal(d["value"]),
            d["unit"],
            d.get("year"),
            d.get("source", "批复"),
            d.get("plain", True),
        )
        for d in said
    )


def metres(place: tuple[float, float]) -> tuple[float, float]:
    """Bring a finding's place back into the metres of a case."""
    x, y = Transformer.from_crs(4490, EPSG, always_xy=True).transform(*place)
    return x - ORIGIN[0], y - ORIGIN[1]

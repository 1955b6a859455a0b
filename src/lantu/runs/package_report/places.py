"""`findings.geojson` and `findings.gpkg`: every finding where it lies, for any GIS."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC
from lantu.lawbook import message
from lantu.overlay.cutting import polygons_of
from lantu.runs.package_report.arrange import Line, Report
from lantu.runs.package_report.sentences import word
from lantu.store.geopackage import TITLE, GeoPackageLayer, write_layers

GEOJSON, GEOPACKAGE = "findings.geojson", "findings.gpkg"
_DECIMALS = 9
"""Of degrees: a tenth of a millimetre."""

Column = tuple[str, pa.DataType, Callable[[Any], Any]]


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


COLUMNS: tuple[Column, ...] = (
    ("id", pa.string(), lambda line: line.finding.id),
    ("number", pa.int32(), lambda line: line.number),
    ("rule", pa.string(), lambda line: line.rule.code),
    ("rule_title", pa.string(), lambda line: line.rule.title.zh),
    ("severity", pa.string(), lambda line: word("severity", line.rule.severity).zh),
    ("category", pa.string(), lambda line: word("category", line.rule.category).zh),
    ("layer", pa.string(), lambda line: line.layer),
    ("answer", pa.string(), lambda line: word("answer", line.finding.answer).zh),
    ("message", pa.string(), lambda line: line.said.zh),
    ("message_en", pa.string(), lambda line: line.said.en),
    ("mend", pa.string(), lambda line: line.rule.mend.zh),
    ("features", pa.string(), lambda line: line.features),
    ("rows", pa.string(), lambda line: line.rows),
    ("count", pa.int32(), lambda line: line.finding.count),
    ("measured", pa.float64(), lambda line: _number(line.finding.measured)),
    ("required", pa.float64(), lambda line: _number(line.finding.required)),
    ("unit", pa.string(), lambda line: line.finding.unit),
    ("area_m2", pa.float64(), lambda line: _number(line.area_m2)),
    ("status", pa.string(), lambda line: line.finding.status and word("status", line.finding.status).zh),
    ("accepted", pa.string(), lambda line: line.acceptance and line.acceptance.zh),
)
"""Of findings, in both files: name, type, what it holds."""

RULE_COLUMNS: tuple[Column, ...] = (
    ("rule", pa.string(), lambda line: line.rule.code),
    ("rule_title", pa.string(), lambda line: line.rule.title.zh),
    ("title_en", pa.string(), lambda line: line.rule.title.en),
    ("severity", pa.string(), lambda line: word("severity", line.rule.severity).zh),
    ("category", pa.string(), lambda line: word("category", line.rule.category).zh),
    ("answer", pa.string(), lambda line: word("answer", line.answer).zh),
    ("why", pa.string(), lambda line: line.why and line.why.zh),
    ("looked_at", pa.int64(), lambda line: line.result.looked_at),
    ("findings", pa.int32(), lambda line: len(line.lines)),
    ("accepted_count", pa.int32(), lambda line: line.accepted),
    ("reach", pa.string(), lambda line: word("reach", line.rule.reach).zh),
    ("mend", pa.string(), lambda line: line.rule.mend.zh),
    ("sources", pa.string(), lambda line: line.cites),
    ("verified", pa.bool_(), lambda line: line.rule.verified),
)


def to_geojson(report: Report) -> bytes:
    """Return all findings as RFC 7946 has it; those without a place have no geometry."""
    features = [
        {
            "type": "Feature",
            "id": line.finding.id,
            "geometry": _geometry(line.finding.shape),
            "properties": {name: value(line) for name, _, value in COLUMNS},
        }
        for line in report.lines
    ]
    said = {"type": "FeatureCollection", "features": features}
    return (json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_geopackage(report: Report, path: Path, said_as: Path, made_at: datetime) -> None:
    """Write points, shapes, findings without a place, and all rules.

    Args:
        said_as: where the file will lie, for errors.

    Raises:
        StorageError: the disk is full or refuses.
    """
    placed = [line for line in report.lines if line.finding.place is not None]
    points = shapely.points([line.finding.place for line in placed]) if placed else np.empty(0, object)
    covering = [line for line in report.lines if line.area_m2 is not None]
    nowhere = [line for line in report.lines if line.finding.place is None]
    layers = [
        _layer("findings_place", _table(placed, COLUMNS), points, "Point"),
        _layer("findings_shape", _table(covering, COLUMNS), _areas(covering), "MultiPolygon"),
        _layer("findings_without_place", _table(nowhere, COLUMNS)),
        _layer("rules", _table(report.rules, RULE_COLUMNS)),
    ]
    facts = {
        "package": report.checked.name, "digest": report.checked.digest, "profile": report.checked.profile,
        "day": report.checked.day, "verdict": report.checked.verdict.value, "made_at": made_at.isoformat(),
    }  # fmt: skip
    write_layers(layers, CRS.from_epsg(GEOGRAPHIC), facts, path, said_as=said_as)


def _table(lines: Any, columns: tuple[Column, ...]) -> pa.Table:
    fields = [pa.field(name, kind, metadata={TITLE: _title(name)}) for name, kind, _ in columns]
    arrays = [pa.array([value(line) for line in lines], kind) for _, kind, value in columns]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _layer(
    name: str, table: pa.Table, shapes: Geometries | None = None, geometry_type: str | None = None
) -> GeoPackageLayer:
    return GeoPackageLayer(name, table, shapes, geometry_type, message(f"quality_report.layer_{name}"))


def _title(column: str) -> str:
    return message(f"quality_report.column_{column}")


def _areas(lines: list[Line]) -> Geometries:
    found = np.empty(len(lines), object)
    for nth, line in enumerate(lines):
        parts = shapely.get_parts(polygons_of(np.array([line.finding.shape], object)))
        found[nth] = shapely.multipolygons(parts)
    return found


def _geometry(shape: Any) -> Any:
    if shape is None or shapely.is_empty(shape):
        return None
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS))
    turned = shapely.orient_polygons(rounded)  # outer rings run counter-clockwise
    return json.loads(shapely.to_geojson(turned))

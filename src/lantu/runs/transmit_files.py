"""The result of a check as a file for a GIS: every clause as a row, every patch with its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyproj import CRS

from lantu.core.crs import GEOGRAPHIC
from lantu.lawbook import Lawbook, message
from lantu.runs.transmit import Transmitted
from lantu.runs.transmit_words import figure_sentence, in_words, sentence
from lantu.store import geopackage
from lantu.store.files import sweep_parts, whole_file
from lantu.store.geopackage import GeoPackageLayer

SUFFIXES = (".gpkg",)
_TEXT, _NUMBER = pa.string(), pa.float64()


def write_patches(
    checks: Sequence[Transmitted], book: Lawbook, facts: Mapping[str, Any], path: Path, language: str
) -> None:
    """Write a GeoPackage: `patches` in CGCS2000 degrees, and the table `clauses`.

    Args:
        facts: go into the file: what the results rest on.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    sweep_parts(path.parent, path)
    with whole_file(path) as part:
        layers = [*_patches(checks, language), _clauses(checks, book, language)]
        crs = CRS.from_epsg(GEOGRAPHIC)
        geopackage.write_layers(layers, crs, facts, part, said_as=path)


def _patches(checks: Sequence[Transmitted], language: str) -> list[GeoPackageLayer]:
    rows, shapes = [], []
    for found in checks:
        plane = found.ground.plane
        for judged in found.ground.judged:
            for each in judged.patches:
                assert plane is not None  # something was measured
                detail = each.detail
                rows.append(
                    {
                        "PLAN": found.lower.plan_id,
                        "CLAUSE": in_words(judged.rule.title, language),
                        "CLAUSE_ID": f"{judged.rule.section}.{judged.rule.id}",
                        "ANSWER": message(f"transmission.answer_{judged.finding.answer}", language),
                        "WHAT": message(f"transmission.what_{each.what}", language),
                        "DETAIL": "，".join(value for value in detail.values() if value),
                        "AREA_M2": round(each.area_m2, 2),
                        "WIDTH_M": round(each.width_m, 2),
                        "LOWER": judged.lower.digest if judged.lower else "",
                        "UPPER": judged.upper.digest if judged.upper else "",
                    }
                )
                shapes += list(plane.to_geographic(np.array([each.shape], object)))
    if not rows:
        return []
    types = dict.fromkeys(rows[0], _TEXT) | {"AREA_M2": _NUMBER, "WIDTH_M": _NUMBER}
    table = _table(rows, types, language)
    found_shapes = np.empty(len(shapes), object)
    found_shapes[:] = shapes
    return [GeoPackageLayer("patches", table, geopackage.as_multi(found_shapes), "MultiPolygon")]


def _clauses(checks: Sequence[Transmitted], book: Lawbook, language: str) -> GeoPackageLayer:
    rows: list[dict[str, Any]] = []
    for found in checks:
        for row in found.judgements:
            title = f"{message(f'transmission.compare_{row.comparison}', language)} {row.indicator}"
            rows.append(_row(found, "figures", title, row.finding, figure_sentence(row, language), language))
        for each in found.ground.judged:
            title = in_words(each.rule.title, language)
            rows.append(
                _row(found, each.rule.section, title, each.finding, sentence(each, book, language), language)
            )
    types = dict.fromkeys(rows[0], _TEXT) | {"MEASURED": _NUMBER, "REQUIRED": _NUMBER}
    return GeoPackageLayer("clauses", _table(rows, types, language))


def _row(
    found: Transmitted, section: str, title: str, finding: Any, says: str, language: str
) -> dict[str, Any]:
    return {
        "PLAN": found.lower.plan_id,
        "SECTION": message(f"transmission.section_{section}", language),
        "CLAUSE": title,
        "ANSWER": message(f"transmission.answer_{finding.answer}", language),
        "SAYS": says,
        "MEASURED": None if finding.measured is None else float(finding.measured),
        "REQUIRED": None if finding.required is None else float(finding.required),
        "UNIT": finding.unit,
    }


def _table(rows: list[dict[str, Any]], types: Mapping[str, pa.DataType], language: str) -> pa.Table:
    titles = {name: message(f"transmission.column_{name.lower()}", language) for name in types}
    fields = [pa.field(name, kind, metadata={geopackage.TITLE: titles[name]}) for name, kind in types.items()]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))

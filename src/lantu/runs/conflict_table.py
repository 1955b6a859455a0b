"""Conflicts as plain values, and as a file: a row each, with their ground in a GeoPackage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyproj import CRS

from lantu.conflicts.rules import pairs_of
from lantu.core.crs import GEOGRAPHIC
from lantu.lawbook import load, message
from lantu.runs.table_file import csv_bytes
from lantu.store import Home, geopackage
from lantu.store.conflicts import Conflict
from lantu.store.files import sweep_parts, whole_file

SUFFIXES = (".csv", ".gpkg")


def plain_conflict(conflict: Conflict) -> dict[str, Any]:
    """Return a conflict as JSON prints it, without its shape."""
    return {
        "number": conflict.number, "area_code": conflict.area_code, "pair": conflict.pair,
        "type": conflict.type, "severity": conflict.severity, "state": conflict.state,
        "present": conflict.present, "area_m2": conflict.area_m2, "place": list(conflict.place),
        **conflict.facts, "origin": conflict.origin, "assigned_to": conflict.assigned_to,
        "deadline": conflict.deadline, "outcome": conflict.outcome, "found_run": conflict.found_run,
        "seen_run": conflict.seen_run, "found_at": conflict.found_at,
    }  # fmt: skip


def write_conflicts(
    home: Home, conflicts: Sequence[Conflict], facts: Mapping[str, Any], path: Path, language: str
) -> None:
    """Write a table (.csv, for Excel), or a GeoPackage with the ground of each in CGCS2000 degrees.

    Args:
        facts: go into the file: what it rests on.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    columns = _columns(conflicts, language)
    sweep_parts(path.parent, path)
    with whole_file(path) as part:
        if path.suffix.lower() == ".csv":
            part.write_bytes(csv_bytes(columns, facts))
        else:
            shapes = np.array([each.shape for each in conflicts], object)
            table = pa.table({name: pa.array(values) for name, (_, values) in columns.items()})
            degrees = home.plane.to_geographic(shapes) if len(shapes) else shapes
            geopackage.write(table, degrees, CRS.from_epsg(GEOGRAPHIC), facts, part, "conflicts")


def _columns(conflicts: Sequence[Conflict], language: str) -> dict[str, tuple[str, list[Any]]]:
    """Return name → (title, values)."""
    pairs = {each.code: each for each in pairs_of(load())}

    def words(code: str) -> str:
        return message(code, language)

    def titled(pair: str) -> str:
        known = pairs.get(pair)
        if known is None:
            return pair
        return f"{pair} {known.title.en if language == 'en' else known.title.zh}"

    def relation(conflict: Conflict) -> str:
        known = pairs.get(conflict.pair)
        said: str = conflict.facts.get("relation") or (known.relation if known else "excludes")
        return said

    def features(conflict: Conflict, side: int) -> str:
        each = conflict.facts["sides"][side]
        return f"{each['kind']}: {'、'.join(each['features'])}"

    return {
        "NUMBER": (words("conflict.number"), [each.number for each in conflicts]),
        "AREA_CODE": (words("conflict.area_code"), [each.area_code for each in conflicts]),
        "PAIR": (words("conflict.pair"), [titled(each.pair) for each in conflicts]),
        "TYPE": (words("conflict.type"), [words(f"conflict.type_{each.type}") for each in conflicts]),
        "RELATION": (
            words("conflict.relation"), [words(f"conflict.relation_{relation(each)}") for each in conflicts]
        ),
        "SEVERITY": (
            words("conflict.severity"), [words(f"conflict.severity_{each.severity}") for each in conflicts]
        ),
        "STATE": (words("conflict.state"), [words(f"conflict.state_{each.state}") for each in conflicts]),
        "AREA_M2": (words("review.area_m2"), [float(each.area_m2) for each in conflicts]),
        "FIRST": (words("conflict.first"), [features(each, 0) for each in conflicts]),
        "SECOND": (words("conflict.second"), [features(each, 1) for each in conflicts]),
        "TO": (words("conflict.to"), [each.assigned_to or "" for each in conflicts]),
        "DEADLINE": (words("conflict.deadline"), [each.deadline or "" for each in conflicts]),
        "LON": ("LON", [each.place[0] for each in conflicts]),
        "LAT": ("LAT", [each.place[1] for each in conflicts]),
    }  # fmt: skip

"""The results of a review as a file: a row per site, and the ground that controls affect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyproj import CRS

from lantu.core.crs import GEOGRAPHIC
from lantu.lawbook import load, message
from lantu.runs.review_site import Reviewed, SiteReview
from lantu.runs.review_words import ReviewWords
from lantu.runs.table_file import csv_bytes
from lantu.store import geopackage
from lantu.store.files import sweep_parts, whole_file
from lantu.store.geopackage import GeoPackageLayer

SUFFIXES = (".csv", ".gpkg")


def write_results(found: Reviewed, facts: Mapping[str, Any], path: Path, language: str) -> None:
    """Write a table (.csv, for Excel), or a GeoPackage of sites and affected parts in CGCS2000 degrees.

    Args:
        facts: go into the file: what the results rest on.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    sweep_parts(path.parent, path)
    with whole_file(path) as part:
        if path.suffix.lower() == ".csv":
            part.write_bytes(csv_bytes(_columns(found, language), facts))
        else:
            layers = [_sites(found, language), _parts(found, language)]
            crs = CRS.from_epsg(GEOGRAPHIC)
            geopackage.write_layers([each for each in layers if each], crs, facts, part, said_as=path)


def _columns(found: Reviewed, language: str) -> dict[str, tuple[str, list[Any]]]:
    """Return name → (title, values); one column of words and one of areas per control."""

    def say(code: str) -> str:
        return message(code, language)

    sites, words = found.sites, ReviewWords(language, load())
    documents = {each.id: each for site in sites for judged in site.opinion.judged for each in judged.needed}
    names = {name: words.document(each, found.project.facts) for name, each in documents.items()}
    columns: dict[str, tuple[str, list[Any]]] = {
        "SITE": (say("review.site"), [each.answer.number for each in sites]),
        "AREA_M2": (say("review.area_m2"), [round(each.answer.area_m2, 2) for each in sites]),
        "OPINION": (say("review.opinion"), [say(f"review.answer_{each.opinion.answer}") for each in sites]),
        "DOCUMENTS": (say("review.documents"), [_documents(each, names) for each in sites]),
        "UNTOLD": (say("review.untold"), [_untold(each, words) for each in sites]),
    }
    for n, judged in enumerate(sites[0].opinion.judged if sites else ()):
        control, of = judged.control, [each.opinion.judged[n] for each in sites]
        title = f"{control.code} {control.title.en if language == 'en' else control.title.zh}"
        columns[control.code] = (title, [say(f"review.status_{each.status}") for each in of])
        areas = [None if each.area_m2 is None else round(each.area_m2, 2) for each in of]
        columns[f"{control.code}_M2"] = (f"{control.code} {say('review.affected_m2')}", areas)
    return columns


def _documents(site: SiteReview, names: Mapping[str, str]) -> str:
    needed = dict.fromkeys(each.id for judged in site.opinion.judged for each in judged.needed)
    return "；".join(names[each] for each in needed)


def _untold(site: SiteReview, words: ReviewWords) -> str:
    """Say why controls cannot be told, each reason once with the codes of its controls."""
    codes: dict[str, list[str]] = {}
    for judged in site.opinion.judged:
        if judged.why:
            codes.setdefault(words.missing(judged.why), []).append(judged.control.code)
    return "；".join(
        words.say("review.untold_why", controls=words.comma.join(of), why=why.rstrip("。."))
        for why, of in codes.items()
    )


def _sites(found: Reviewed, language: str) -> GeoPackageLayer:
    table = _table(_columns(found, language))
    shapes = np.array([each.shape for each in found.sites], object)
    return _layer("sites", table, shapes, found)


def _parts(found: Reviewed, language: str) -> GeoPackageLayer | None:
    rows = [
        (each.answer.number, judged, each.parts[judged.control.code])
        for each in found.sites
        for judged in each.opinion.judged
        if judged.control.code in each.parts and not each.parts[judged.control.code].is_empty
    ]
    if not rows:
        return None
    words = [f"review.status_{judged.status}" for _, judged, _ in rows]
    columns: dict[str, tuple[str, list[Any]]] = {
        "SITE": (message("review.site", language), [number for number, _, _ in rows]),
        "CONTROL": (message("review.control", language), [judged.control.code for _, judged, _ in rows]),
        "SAYS": (message("review.says", language), [message(each, language) for each in words]),
        "AREA_M2": (message("review.affected_m2", language), [judged.area_m2 for _, judged, _ in rows]),
    }
    return _layer("parts", _table(columns), np.array([shape for _, _, shape in rows], object), found)


def _table(columns: Mapping[str, tuple[str, list[Any]]]) -> pa.Table:
    arrays = {name: pa.array(values) for name, (_, values) in columns.items()}
    # A column of which nothing is known is one of areas.
    typed = {n: a.cast(pa.float64()) if pa.types.is_null(a.type) else a for n, a in arrays.items()}
    fields = [
        pa.field(name, array.type, metadata={geopackage.TITLE: columns[name][0]})
        for name, array in typed.items()
    ]
    return pa.Table.from_arrays(list(typed.values()), schema=pa.schema(fields))


def _layer(name: str, table: pa.Table, shapes: Any, found: Reviewed) -> GeoPackageLayer:
    return GeoPackageLayer(
        name, table, geopackage.as_multi(found.plane.to_geographic(shapes)), "MultiPolygon"
    )

"""What a site lies in: every control line in force, and the land survey, by how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.progress import Progress, silent
from lantu.lawbook import load
from lantu.overlay.doubles import covered_once
from lantu.overlay.engine import method
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes, take
from lantu.runs.control_index import ENGINE, ControlIndex, InForce
from lantu.runs.declared_area import Declared, declared_areas
from lantu.runs.likely_zone import LikelyZone, likely_zones
from lantu.runs.measure_layers import LAND
from lantu.runs.polygon_files import PolygonFile, UsedFile, read_polygons
from lantu.store import OUTLINE, Home, Layer

APART = "overlay.min_defect_m2"
"""The parameter from which on ground in no outline counts: outlines and sites are digitised to less."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one layer has in common with one site.

    Attributes:
        covered_m2: ground of the site that it covers; polygons that lie over each other cover it once.
        features: (row number in the layer, from 0; area in m² it shares with the site), biggest first.
        double: whether polygons of the layer lie over each other there.
        classes: ground by class (地类, 分区, 用地 code; "" where a feature has none), m², biggest first;
            empty where its kind has no classes. Where polygons lie over each other they add up to more.
    """

    layer: Layer
    covered_m2: float
    features: tuple[tuple[int, float], ...]
    double: bool
    classes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """One site.

    Attributes:
        number: place in its file, from 1.
        lines: every control line, layer of zones … registered in the areas it touches, also those that cover
            nothing of it.
        land: the land surveys it lies in.
        lacking: control lines (area code, kind) that are not registered, or damaged, in the areas it touches.
        elsewhere_m2: ground in no registered county outline: nothing can be told of it.
        likely: for a site outside all of them: another zone in which it would lie in one.
    """

    number: int
    area_m2: float
    lines: tuple[Share, ...]
    land: tuple[Share, ...]
    lacking: tuple[tuple[str, str], ...]
    elsewhere_m2: float
    likely: LikelyZone | None = None


@dataclass(frozen=True, slots=True)
class SiteFile:
    """The sites of a file, looked up.

    Attributes:
        year: control lines in force in this year.
        method: engine, plane and the greatest edge.
        answers: a site each, in the order of the file.
        declared: the area that the file declares for each site, None where it does not.
    """

    used: UsedFile
    year: int
    method: str
    answers: list[SiteAnswer]
    declared: list[Declared | None]


def look_up_file(
    home: Home,
    path: Path,
    year: int,
    *,
    layer: str | None = None,
    crs: str | None = None,
    assume_cgcs2000: bool = False,
    progress: Progress = silent,
) -> SiteFile:
    """Look up the polygons of a file, measured in the plane of a home.

    Args:
        layer: which one of a file that has several.
        crs: system of a file that names none (WKT).

    Raises:
        InputError: `intake.*`, `boundary.*`, `wkt.*`, `crs.*`, `layer.no_rows`, `overlay.no_shapes`,
            `.too_big`: what is wrong with the file, where, how to mend it.
        NotFoundError: `store.no_plane` before the home's first layer.
        IntegrityError: `layer.missing`, `layer.damaged`: of a land survey.
    """
    sites = read_sites(home, path, layer=layer, crs=crs, assume_cgcs2000=assume_cgcs2000, progress=progress)
    answers = look_up(sites.pack, InForce(home, load(), year).now(progress), date.today())
    declared = declared_areas(path, sites.used.digest, [answer.area_m2 for answer in answers])
    return SiteFile(sites.used, year, method(ENGINE, sites.plane), answers, declared)


def read_sites(
    home: Home,
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    assume_cgcs2000: bool = False,
    progress: Progress = silent,
) -> PolygonFile:
    """Read the polygons of a file into the plane of a home.

    Raises:
        InputError, NotFoundError: as `look_up_file`.
    """
    (sites,) = read_polygons(
        [(path, layer)], plane=home.plane, crs=crs, assume_cgcs2000=assume_cgcs2000, progress=progress
    )
    return sites


def look_up(sites: PackedLayer, control: ControlIndex, day: date) -> list[SiteAnswer]:
    """Measure sites against everything in force.

    Args:
        day: of the parameter from which on ground in no outline counts.

    Raises:
        InputError: `overlay.invalid` for a site that covers ground twice.
    """
    hits = control.index.query(sites, threads=1 if len(sites) == 1 else None)
    shares: dict[int, list[Share]] = defaultdict(list)
    changes = (np.diff(hits.layer) != 0) | (np.diff(hits.site) != 0)
    for rows in np.split(np.arange(len(hits.site)), np.flatnonzero(changes) + 1):
        if len(rows):
            site, number = int(hits.site[rows[0]]), int(hits.layer[rows[0]])
            shares[site].append(_share(control, number, sites, site, hits.feature[rows], hits.area_m2[rows]))
    apart = float(load().number(APART, day))
    answers = [_answer(sites, site, shares[site], control, apart) for site in range(len(sites))]
    astray = [site for site in range(len(sites)) if not shares[site] and answers[site].elsewhere_m2]
    for site, likely in likely_zones(sites, astray, control).items():
        answers[site] = replace(answers[site], likely=likely)
    return answers


def _share(
    control: ControlIndex,
    number: int,
    sites: PackedLayer,
    site: int,
    feature: NDArray[np.int32],
    area_m2: NDArray[np.float64],
) -> Share:
    covered, double = float(area_m2.sum()), False
    if len(feature) > 1 and len(control.double(number).query(shapely.box(*sites.box[site]))):
        covered, double = covered_once(
            take(control.packs[number], feature), take(sites, np.array([site])), ENGINE
        )
    order = np.argsort(-area_m2, kind="stable")
    features = tuple(zip(feature[order].tolist(), area_m2[order].tolist(), strict=True))
    classes: defaultdict[str, float] = defaultdict(float)
    labels = control.classes[number]
    if labels is not None:
        for row, area in features:
            value = labels.value[labels.number[row]]
            classes["" if value is None else str(value)] += area
    by_area = dict(sorted(classes.items(), key=lambda each: -each[1]))
    return Share(control.layers[number], covered, features, double, by_area)


def _answer(
    sites: PackedLayer, site: int, shares: list[Share], control: ControlIndex, apart: float
) -> SiteAnswer:
    outlines = [share for share in shares if share.layer.kind == OUTLINE]
    touched = {share.layer.area_code for share in shares}
    whole = float(sites.area_m2[site])
    elsewhere = whole - _in_outlines(outlines, control, sites, site)
    met = {share.layer.digest for share in shares}
    lines = [share for share in shares if share.layer.kind not in (LAND, OUTLINE)]
    lines += [
        Share(layer, 0.0, (), False)
        for layer in control.layers
        if layer.area_code in touched and layer.kind not in (LAND, OUTLINE) and layer.digest not in met
    ]
    damaged = [(layer.area_code, layer.kind) for layer in control.damaged]
    return SiteAnswer(
        number=site + 1,
        area_m2=whole,
        lines=tuple(sorted(lines, key=lambda share: (share.layer.area_code, -share.covered_m2))),
        land=tuple(share for share in shares if share.layer.kind == LAND),
        lacking=tuple(each for each in (*control.lacking, *damaged) if each[0] in touched),
        elsewhere_m2=elsewhere if elsewhere >= apart else 0.0,
    )


def _in_outlines(outlines: Sequence[Share], control: ControlIndex, sites: PackedLayer, site: int) -> float:
    """Return the ground of a site in any outline: those of neighbours may lie over each other."""
    if len(outlines) < 2:
        return sum(share.covered_m2 for share in outlines)
    shapes = []
    for share in outlines:
        pack = control.packs[control.layers.index(share.layer)]
        shapes.append(pack.geometries(np.array([feature for feature, _ in share.features])))
    together = pack_shapes(np.concatenate(shapes), OUTLINE)
    return covered_once(together, take(sites, np.array([site])), ENGINE)[0]

"""What must be found beside the master plan: contradictions with their areas, sites with what they lie in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from lantu.core.crs import GEOGRAPHIC
from lantu.lawbook import Compatibility
from lantu.sample.city import CityShare
from lantu.sample.contradictions import Contradictions
from lantu.sample.drawing import PLANE, degrees_of
from lantu.sample.held import OUTLINE, Held, covered, plane_area
from lantu.sample.layers import SampleLayer
from lantu.sample.planted import Planted
from lantu.sample.sites import PROJECTS, Site

Areas = dict[str, dict[str, float]]
"""Kind of layer → class of its rows ("" for a kind without classes) → ground, m²."""
_KEY = ("energy", "transport", "water", "military")
"""Sectors whose national key projects may take basic farmland."""
_CITY_LINES = {"CR07": "ZXCQCSLX", "CR08": "ZXCQCSLVX", "CR10": "ZXCQCSHX"}
_NOT_LINEAR = ("communication", "water")
"""Sectors whose works may lie in the red line though they are not linear."""
_TO_BE_APPROVED = ("conversion", "permission")
"""Stages at which ground must be building zone already."""


@dataclass(frozen=True, slots=True)
class Law:
    """What forbidding rests on: which use fits where, and from how much ground on it counts, m²."""

    compatibility: Compatibility
    least_m2: float
    slit_m2: float


@dataclass(frozen=True)
class SiteShare:
    """What a site has in common with one county.

    Attributes:
        inside: its ground in the outline, in the statutory plane.
        covered_m2, classes: by kind of layer, and by class for kinds that have classes.
    """

    inside: Any
    covered_m2: dict[str, float]
    classes: Areas


def contradictions_truth(
    found: Contradictions,
    layers: Mapping[str, SampleLayer],
    share: CityShare,
    held: Held,
    county: str,
    epsg: int,
) -> dict[str, list[dict[str, Any]]]:
    """Return what was planted in one county, measured.

    Args:
        layers: the county's layers by kind.
        share: its share of the city's lines.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    for part, letter, many in (
        ("contradictions", "C", found.planted),
        ("below_tolerance", "T", found.slivers),
    ):
        told[part] = [
            _contradiction(f"{letter}-{county}-{number:02d}", each, layers, share, held, county, epsg)
            for number, each in enumerate(many, 1)
        ]
    return told


def _contradiction(
    name: str,
    planted: Planted,
    layers: Mapping[str, SampleLayer],
    share: CityShare,
    held: Held,
    county: str,
    epsg: int,
) -> dict[str, Any]:
    kind, row = planted.first
    if planted.upper is not None:
        shape, system = share.shapes[kind][row], GEOGRAPHIC
    else:
        shapes = layers[kind].shapes
        assert shapes is not None
        shape, system = shapes[row], epsg
    area, also, numbers = planted.area_m2, {}, planted.bsm
    place = degrees_of(shapely.get_coordinates(shapely.point_on_surface(planted.place)))
    if numbers is None:
        own = held.bsm(kind, [row])[0]
        met = held.shared(shape, system, planted.second)
        met = {
            r: both
            for r, both in met.items()
            if not planted.classes or held.class_of(planted.second, r) in planted.classes
        }
        area = covered(met.values())
        inside = shapely.point_on_surface(shapely.union_all(list(met.values())))
        place = shapely.get_coordinates(PLANE.to_geographic(np.array([inside], object)))
        sides = [[own], held.bsm(planted.second, met)]
        also = _others(shape, system, held, kind, planted)
    else:
        sides = [[each] if each else [] for each in numbers]
    assert area is not None
    return {
        "id": name,
        "county": county,
        "type": planted.type,
        "what": {"zh": planted.what[0], "en": planted.what[1]},
        "says": {"zh": planted.says[0], "en": planted.says[1]},
        "area_m2": _m2(area),
        "place": [round(float(each), 7) for each in place[0]],
        "sides": [
            {"area_code": planted.upper or county, "kind": kind, "bsm": sides[0]},
            {"area_code": county, "kind": planted.second, "bsm": sides[1]},
        ],
        "also": also,
    }


def _others(shape: Any, system: int, held: Held, kind: str, planted: Planted) -> dict[str, dict[str, str]]:
    """Return the ground that a planted feature shares with every layer but the two that contradict."""
    found = {}
    for other in held.kinds():
        if other in (kind, OUTLINE):
            continue
        classes = held.by_class(other, held.shared(shape, system, other))
        if other == planted.second:
            classes = {
                code: area
                for code, area in classes.items()
                if planted.classes and code not in planted.classes
            }
        if classes:
            found[other] = {code: _m2(area) for code, area in classes.items()}
    return found


def site_share(site: Site, held: Held) -> SiteShare:
    """Measure what a site shares with one county's layers."""
    whole: dict[str, float] = {}
    classes: Areas = {}
    inside = shapely.union_all(list(held.shared(site.shape, site.epsg, OUTLINE).values()))
    for kind in held.kinds():
        if kind != OUTLINE:
            met = held.shared(site.shape, site.epsg, kind)
            whole[kind] = covered(met.values())
            by_class = held.by_class(kind, met)
            if by_class and "" not in by_class:
                classes[kind] = by_class
    return SiteShare(inside, whole, classes)


def site_truth(site: Site, shares: Sequence[SiteShare], law: Law) -> dict[str, Any]:
    """Return a site's truth over all counties that it touches."""
    shares = [each for each in shares if not each.inside.is_empty]
    area = plane_area(site.shape, site.epsg)
    whole = _summed(each.covered_m2 for each in shares)
    classes = {
        kind: _summed(each.classes[kind] for each in shares if kind in each.classes)
        for kind in sorted({kind for each in shares for kind in each.classes})
    }
    elsewhere = max(area - covered(each.inside for each in shares), 0.0)
    return {
        "id": site.id,
        "what": {"zh": site.what[0], "en": site.what[1]},
        "project": site.project,
        "area_m2": _m2(area),
        "elsewhere_m2": _m2(elsewhere),
        "covered_m2": {kind: _m2(value) for kind, value in whole.items()},
        "by_class_m2": {kind: {code: _m2(m2) for code, m2 in each.items()} for kind, each in classes.items()},
        "forbidden_by": _forbidden_by(PROJECTS[site.project], area, elsewhere, whole, classes, law),
    }


def _forbidden_by(
    project: Mapping[str, str],
    area_m2: float,
    elsewhere_m2: float,
    whole: Mapping[str, float],
    classes: Areas,
    law: Law,
) -> list[str]:
    """Return the controls that forbid a project there, by code: the rules told a second time.

    Outside every county nothing is known, so nothing there is outside the urban boundary.
    """
    least, table = law.least_m2, law.compatibility
    national = project["level"] == "national"
    needed = national and project["avoidable"] == "no"
    works = project["avoidable"] == "no" and (project["linear"] == "yes" or project["sector"] in _NOT_LINEAR)
    limited = works if project["activity"] == "infrastructure" else project["activity"] != "other"
    built = project["sector"] in ("housing", "industry")
    outside = area_m2 - elsewhere_m2 - whole.get("CZKFBJ", 0.0) if elsewhere_m2 < law.slit_m2 else 0.0

    def touches(kind: str, forbids: Callable[[str], bool]) -> bool:
        return any(m2 >= least and forbids(code) for code, m2 in classes.get(kind, {}).items())

    def unfit(code: str) -> bool:
        return table.refines(code, project["use"]).outcome == "forbidden"

    def off(line: str, side: Literal["inside", "outside"] = "inside") -> bool:
        return table.on_line(project["use"], line, side).outcome == "forbidden"

    told = {
        "CR01": whole.get("STBHHX", 0.0) >= least and not limited and not needed,
        "CR02": whole.get("YJJBNT", 0.0) >= least and not (needed and project["sector"] in _KEY),
        "CR04": outside >= least and not national and (built or off("CZKFBJ", "outside")),
        **{code: whole.get(kind, 0.0) >= least and off(kind) for code, kind in _CITY_LINES.items()},
        "CR14": touches("GHFQ", lambda code: table.in_zone(project["use"], code).outcome == "forbidden"),
        "CR15": built
        and project["stage"] in _TO_BE_APPROVED
        and touches("CZKFBJ", lambda code: code == "420"),
        "CR16": built and touches("CZKFBJ", lambda code: code == "430"),
        "CR17": touches("ZXCQGHYDYH", unfit),
        "CR18": touches("DETAILED_PLOT", unfit),
    }
    return sorted(code for code, forbids in told.items() if forbids)


def _m2(value: float) -> str:
    return f"{value:.2f}"


def _summed(many: Iterable[Mapping[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in many:
        for name, value in each.items():
            found[name] = found.get(name, 0.0) + value
    return dict(sorted(found.items()))

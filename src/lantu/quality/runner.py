"""A rule against a package: what its check tells becomes findings; whatever goes wrong, one rule's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import shapely

from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC, transformer
from lantu.core.finding import Answer, worst
from lantu.lawbook import QualityRule
from lantu.overlay.cutting import polygons_of
from lantu.quality.findings import (
    LISTED,
    CannotTell,
    Defect,
    NotApplicable,
    QualityFinding,
    RuleResult,
    identity,
)
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

MOST_SINGLE = 2000
"""Beyond so many findings of a rule in a layer the rest is one finding, which counts and shows them."""


@dataclass(frozen=True, slots=True)
class Check:
    """A function that rules can name.

    Attributes:
        run: of scope layer `run(sheet, work, **arguments)`, of scope package `run(work, **arguments)`: yields
            defects; may raise CannotTell or NotApplicable.
        geometry: kinds of geometry of the layers that it is held against; empty for all, tables too.
        rows: whether a layer without rows is nothing to it.
    """

    run: Callable[..., Iterator[Defect]]
    scope: Literal["layer", "package"] = "layer"
    geometry: tuple[str, ...] = ()
    rows: bool = True


def run_rule(work: Workspace, rule: QualityRule, checks: Mapping[str, Check]) -> RuleResult:
    """Hold a package against one rule. Never raises: what cannot be told is said so."""
    check = checks[rule.check]
    if check.scope == "package":
        return _result(work, rule, *_told(lambda: check.run(work, **rule.arguments), ""), looked_at=1)
    arguments = dict(rule.arguments)
    wanted: Sequence[str] = arguments.pop("layers", tuple(work.profile.layers))
    excepted: Sequence[str] = arguments.pop("excepted", ())
    defects: list[Defect] = []
    skipped: list[NotApplicable] = []
    held, looked_at = False, 0
    for kind in wanted:
        spec = work.profile.layers.get(kind)
        if spec is None or kind in excepted or (check.geometry and spec.geometry not in check.geometry):
            continue
        sheet = work.sheets.get(kind)
        if sheet is None:
            # A rule about all layers is about those that are there; that one is absent, another rule says.
            if "layers" in rule.arguments and (spec.presence == "required" or work.broken(kind)):
                defects.append(_cannot_tell(kind, CannotTell("quality.layer_absent", layer=kind)))
            continue
        if check.rows and not len(sheet):
            continue
        if sheet.source.wkb is None and check.geometry:
            defects.append(_cannot_tell(kind, CannotTell("quality.no_shapes", layer=kind)))
            continue
        told, skip = _told(lambda sheet=sheet: check.run(sheet, work, **arguments), kind)  # type: ignore[misc]
        if skip is None:
            held, looked_at = True, looked_at + len(sheet)
        else:
            skipped.append(skip)
        defects += told
    skip = skipped[0] if skipped else NotApplicable("quality.nothing_to_check")
    return _result(work, rule, defects, None if held or defects else skip, looked_at=looked_at)


def _told(run: Callable[[], Iterator[Defect]], layer: str) -> tuple[list[Defect], NotApplicable | None]:
    """Let a check speak; a crash half-way keeps what it had said."""
    told: list[Defect] = []
    try:
        told.extend(run())
    except NotApplicable as said:
        return told, said
    except CannotTell as said:
        told.append(_cannot_tell(layer, said))
    except Exception as error:  # one rule's crash is that rule's answer
        why = f"{type(error).__name__}: {error}"[:200]
        told.append(_cannot_tell(layer, CannotTell("quality.crashed", why=why)))
    return told, None


def _cannot_tell(layer: str, said: CannotTell) -> Defect:
    return Defect(
        layer, ("cannot_tell", said.code), params=said.params, answer=Answer.CANNOT_TELL, message=said.code
    )


def _result(
    work: Workspace, rule: QualityRule, defects: list[Defect], skip: NotApplicable | None, *, looked_at: int
) -> RuleResult:
    if skip is not None and not defects:
        return RuleResult(rule, None, why=(skip.code, skip.params))
    findings = _numbered([_finding(work, rule, each) for each in _folded(defects)])
    answer = worst(each.answer for each in findings) if findings else Answer.PASS
    return RuleResult(rule, answer, tuple(findings), looked_at=looked_at)


def _folded(defects: list[Defect]) -> list[Defect]:
    if len(defects) <= MOST_SINGLE:
        return defects
    rest = defects[MOST_SINGLE:]
    found = defects[:MOST_SINGLE]
    for layer in sorted({each.layer for each in rest}):
        here = [each for each in rest if each.layer == layer]
        rows = list(dict.fromkeys(row for each in here for row in each.index))
        answer = worst(each.answer for each in here)
        found.append(
            Defect(layer, ("more",), rows, params={"more": len(here)}, answer=answer, message="quality.more")
        )
    return found


def _numbered(findings: list[QualityFinding]) -> list[QualityFinding]:
    """Tell findings of one cause apart; say them in an order that does not hang on rows."""
    findings.sort(key=lambda each: (each.layer, each.place or (0.0, 0.0), each.features, each.id))
    seen: dict[str, int] = {}
    for nth, each in enumerate(findings):
        number = seen[each.id] = seen.get(each.id, 0) + 1
        if number > 1:
            findings[nth] = replace(each, id=f"{each.id}-{number}")
    return findings


def _finding(work: Workspace, rule: QualityRule, defect: Defect) -> QualityFinding:
    sheet = work.any_sheet(defect.layer)
    rows = list(defect.index)
    keys = [str(sheet.keys[row]) for row in rows[:LISTED]] if sheet is not None else []
    shape = _shape(sheet, defect, rows)
    params = {
        "layer": defect.layer,
        "where": sheet.source.where if sheet is not None else defect.layer,
        "count": max(len(rows), 1),
        "rows": "、".join(str(int(sheet.fid[row])) for row in rows[:5]) + (" …" if len(rows) > 5 else "")
        if sheet
        else "",
        "features": "、".join([*keys, *defect.features][:5]) + (" …" if len(rows) > 5 else ""),
    }
    return QualityFinding(
        id=identity(rule.code, defect.layer, defect.cause),
        rule=rule,
        answer=defect.answer,
        layer=defect.layer,
        message=defect.message or rule.message,
        params=params | dict(defect.params),
        features=(*keys, *defect.features),
        rows=tuple(int(sheet.fid[row]) for row in rows[:LISTED]) if sheet else (),
        count=max(len(rows), 1),
        shape=shape,
        place=_place(shape) if defect.place is None else _lonlat(work, defect.place),
        measured=defect.measured,
        required=defect.required,
        unit=defect.unit,
    )


def _shape(sheet: Sheet | None, defect: Defect, rows: list[int]) -> Any:
    """Return what is at fault, or points on the features at fault, in longitude and latitude."""
    if sheet is None or sheet.source.wkb is None:
        return None
    try:
        plane, crs = sheet.place()
    except CannotTell:
        return None
    if defect.shape is not None:
        return plane.to_geographic(np.array([defect.shape], object))[0]
    points = _points(sheet.shapes[np.asarray(rows[:LISTED], np.intp)])
    if not len(points):
        return None
    move = transformer(crs.to_string(), f"EPSG:{GEOGRAPHIC}")
    lonlat = np.column_stack(move.transform(*shapely.get_coordinates(points).T))
    return shapely.multipoints(lonlat) if len(lonlat) > 1 else shapely.points(lonlat[0])


def _points(shapes: Geometries) -> Geometries:
    """Return a point on each shape that has one; where GEOS cannot work with a shape, one of its vertices."""
    found = []
    for shape in shapes:
        box = shapely.bounds(shape)
        if not np.isfinite(box).all():
            continue
        try:
            found.append(shapely.point_on_surface(shape))
        except shapely.errors.GEOSException:
            found.append(shapely.points(shapely.get_coordinates(shape)[0]))
    return np.array([each for each in found if each is not None and not each.is_empty], object)


def _lonlat(work: Workspace, place: tuple[float, float]) -> tuple[float, float] | None:
    """Bring a place in the statutory plane to longitude and latitude."""
    if work.plane is None:
        return None
    point = work.plane.to_geographic(shapely.points([place]))[0]
    return float(point.x), float(point.y)


def _place(shape: Any) -> tuple[float, float] | None:
    if shape is None or shapely.is_empty(shape):
        return None
    if shapely.get_dimensions(shape) == 2:
        parts = shapely.get_parts(polygons_of(np.array([shape], object)))
        shape = parts[np.argmax(shapely.area(parts))]
    point = shapely.point_on_surface(shape)
    return (float(point.x), float(point.y)) if not point.is_empty else None

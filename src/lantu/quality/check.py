"""All rules over one package: the whole result, with its verdict and what it was held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
import shapely

from lantu.core.area import MAX_EDGE_M
from lantu.core.finding import Answer
from lantu.core.invented import INVENTED
from lantu.core.progress import Progress, silent
from lantu.lawbook import QualityRule
from lantu.quality.checks import CHECKS
from lantu.quality.findings import (
    Acceptance,
    CannotTell,
    QualityFinding,
    RuleResult,
    Status,
    Verdict,
    verdict_of,
)
from lantu.quality.package import PackageFile
from lantu.quality.reference import Survey
from lantu.quality.runner import run_rule
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

REMARK = "BZ"
"""备注."""


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """What a layer is made of, told before anything heavy is done with it.

    Attributes:
        kind: of the profile; None for a layer it does not know.
        system: of the coordinates, as results print it; None where there is none.
        points, rings, parts: of all its features; None for a table.
        heaviest: the feature with most points, and how many.
        area_m2: sum of statutory areas; None where it cannot be told.
    """

    kind: str | None
    name: str
    where: str
    features: int
    system: str | None
    encoding: str | None
    points: int | None = None
    rings: int | None = None
    parts: int | None = None
    heaviest: tuple[str, int] | None = None
    area_m2: float | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finding of an earlier check: identity, and what was said of it then."""

    id: str
    rule: str
    layer: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of one check.

    Attributes:
        gone: findings of the earlier check that are not there any more, each FIXED or NOT_LOOKED_AT.
        parameters: value of every parameter that a rule used, on the day.
        method: how areas were measured; None where none could be.
        invented: whether the package says of itself, in a remark or text, that its data are invented.
        survey: the land survey beside the package that rules could look at; None where there is none.
    """

    name: str
    digest: str
    profile: str
    day: date
    county: str | None
    lawbook: str
    method: str | None
    files: tuple[PackageFile, ...]
    layers: tuple[LayerSummary, ...]
    results: tuple[RuleResult, ...]
    parameters: Mapping[str, Decimal | str]
    gone: tuple[tuple[Earlier, Status], ...] = ()
    survey: Survey | None = None
    invented: bool = False

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.results)

    @property
    def findings(self) -> list[QualityFinding]:
        return [finding for result in self.results for finding in result.findings]

    def count(self, severity: str, answer: Answer) -> int:
        """Return how many findings are open: not accepted."""
        return sum(
            each.rule.severity == severity and each.answer is answer and not each.accepted
            for each in self.findings
        )


def check_package(work: Workspace, rules: Iterable[QualityRule], progress: Progress = silent) -> Checked:
    """Hold a package against rules, one after the other; none stops the others."""
    chosen = sorted(rules, key=lambda rule: rule.code)
    layers = summaries(work)
    results = []
    for done, rule in enumerate(chosen):
        progress("progress.rules", done, len(chosen))
        results.append(run_rule(work, rule, CHECKS))
    progress("progress.rules", len(chosen), len(chosen))
    used = sorted({name for rule in chosen for name in rule.parameters})
    plane = work.plane
    return Checked(
        name=work.package.name,
        digest=work.package.digest,
        profile=work.profile.id,
        day=work.day,
        county=work.county,
        lawbook=work.book.digest,
        method=None if plane is None else f"{plane.definition}; densified to {MAX_EDGE_M:g} m",
        files=work.package.files,
        layers=layers,
        results=tuple(results),
        parameters={name: work.book.parameter(name, work.day) for name in used},
        survey=work.reference.survey if work.beside else None,
        invented=_invented(work),
    )


def _invented(work: Workspace) -> bool:
    remarks = (
        text for sheet in work.sheets.values() if sheet.has(REMARK) for text in sheet.values(REMARK).texts
    )
    return any(INVENTED in text for text in remarks) or any(
        INVENTED in each.text for each in work.package.documents
    )


def summaries(work: Workspace) -> tuple[LayerSummary, ...]:
    """Count points, rings and parts of every layer, and name the heaviest feature of each."""
    known = tuple(_summary(sheet) for sheet in work.sheets.values())
    strange = tuple(
        LayerSummary(None, layer.name, layer.where, layer.rows, layer.crs_text, layer.encoding)
        for layer in work.unknown
    )
    return known + strange


def _summary(sheet: Sheet) -> LayerSummary:
    source = sheet.source
    plain = LayerSummary(
        sheet.kind, sheet.spec.name.zh, source.where, len(sheet),
        sheet.crs.name if sheet.crs else source.crs_text, source.encoding,
    )  # fmt: skip
    if source.wkb is None:
        return plain
    shapes = sheet.shapes
    points = shapely.get_num_coordinates(shapes)
    try:
        area: float | None = float(np.nansum(sheet.area_m2)) if sheet.spec.geometry == "polygon" else None
    except CannotTell:
        area = None
    most = int(np.argmax(points)) if len(points) else None
    return replace(
        plain,
        points=int(points.sum()),
        rings=int(sheet.rings.feature_ring[-1]) if sheet.spec.geometry == "polygon" else 0,
        parts=int(shapely.get_num_geometries(shapes).sum()),
        heaviest=None if most is None else (str(sheet.keys[most]), int(points[most])),
        area_m2=area,
    )


def compared(checked: Checked, earlier: Iterable[Earlier]) -> Checked:
    """Say of every finding what became of it since an earlier check.

    What is gone is fixed only where its rule could look this time, at its layer too.
    """
    before = {each.id: each for each in earlier}
    results = tuple(
        replace(
            result,
            findings=tuple(
                replace(each, status=Status.REMAINING if each.id in before else Status.NEW)
                for each in result.findings
            ),
        )
        for result in checked.results
    )
    now = {each.id for each in checked.findings}
    blind = {
        (each.rule.code, layer)
        for each in checked.findings
        if each.answer is Answer.CANNOT_TELL
        for layer in ([each.layer] if each.layer else [layer.kind or layer.name for layer in checked.layers])
    }
    looked = {result.rule.code for result in checked.results if result.answer is not None}
    gone = tuple(
        (
            each,
            Status.FIXED
            if each.rule in looked and (each.rule, each.layer) not in blind
            else Status.NOT_LOOKED_AT,
        )
        for each in before.values()
        if each.id not in now
    )
    return replace(checked, results=results, gone=gone)


def accepted(checked: Checked, acceptances: Mapping[str, Acceptance]) -> Checked:
    """Mark findings that somebody has accepted; what cannot be told cannot be accepted."""
    return replace(
        checked,
        results=tuple(
            replace(
                result,
                findings=tuple(
                    replace(each, acceptance=acceptances[each.id])
                    if each.id in acceptances and each.answer is not Answer.CANNOT_TELL
                    else each
                    for each in result.findings
                ),
            )
            for result in checked.results
        ),
    )

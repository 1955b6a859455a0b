"""A check arranged for print: findings numbered by what must be mended first, rules by category. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from lantu.core.area import StatutoryPlane
from lantu.core.crs import GEOGRAPHIC
from lantu.core.finding import Answer
from lantu.lawbook import Dated, Lawbook, Parameter, QualityRule, Words
from lantu.quality.check import Checked, LayerSummary
from lantu.quality.findings import QualityFinding, RuleResult, Status, Verdict
from lantu.runs.package_report.sentences import area_text, clean, listed, plain, sentence

CATEGORIES = (
    "package", "system", "structure", "values", "logic", "geometry", "topology", "areas", "lines", "figures",
    "base_year", "upper",
)  # fmt: skip
"""In the order of print: that of the lawbook's schema."""
SEVERITIES = ("must", "warn", "note")
_URGENT = (Answer.FAIL, Answer.CANNOT_TELL, Answer.NEEDS_PERSON, Answer.PASS)


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as every file of a report prints it.

    Attributes:
        number: from 1, what must be mended first is first; not the same in the next check (`finding.id` is).
        layer: kind and name.
        area_m2: statutory area of what is at fault; None where it is no area.
    """

    number: int
    finding: QualityFinding
    said: Words
    layer: str
    area_m2: Decimal | None

    @property
    def rule(self) -> QualityRule:
        return self.finding.rule

    @property
    def holds_back(self) -> bool:
        """Whether the package cannot be accepted while it stands."""
        return self.rule.severity == "must" and not self.finding.accepted

    @property
    def features(self) -> str:
        return listed(list(map(clean, self.finding.features)), self.finding.count)

    @property
    def rows(self) -> str:
        return listed(list(map(str, self.finding.rows)), self.finding.count)

    @property
    def lonlat(self) -> tuple[str, str] | None:
        """Longitude and latitude in degrees, to a centimetre."""
        place = self.finding.place
        return None if place is None else (f"{place[0]:.7f}", f"{place[1]:.7f}")

    @property
    def place(self) -> str:
        return "—" if self.lonlat is None else f"{self.lonlat[0]}, {self.lonlat[1]}"

    @property
    def area(self) -> str:
        return "—" if self.area_m2 is None else area_text(self.area_m2)

    @property
    def figures(self) -> Words | None:
        """Measured against required, None where there is neither."""
        measured, required, unit = self.finding.measured, self.finding.required, self.finding.unit or ""
        if measured is None and required is None:
            return None
        shown = {"measured": plain(measured), "required": plain(required), "unit": unit}
        return sentence("quality_report.figures" if required is not None else "quality_report.figure", shown)

    @property
    def acceptance(self) -> Words | None:
        """Who accepted it, why and until when; None where nobody did."""
        said = self.finding.acceptance
        if said is None:
            return None
        code = "quality_report.acceptance_expired" if said.expired else "quality_report.acceptance"
        return sentence(code, {"reason": said.reason, "person": said.person, "until": said.until})


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with its answer and its findings."""

    result: RuleResult
    why: Words | None
    lines: Sequence[Line]

    @property
    def rule(self) -> QualityRule:
        return self.result.rule

    @property
    def answer(self) -> str:
        """One of the four answers, or `not_applicable`."""
        return self.result.answer.value if self.result.answer else "not_applicable"

    def open(self, answer: Answer) -> int:
        """Return how many findings have this answer and are not accepted."""
        return sum(line.finding.answer is answer and not line.finding.accepted for line in self.lines)

    @property
    def accepted(self) -> int:
        return sum(line.finding.accepted for line in self.lines)

    @property
    def cites(self) -> str:
        return "；".join(f"{each.id} {each.article or ''}".strip() for each in self.rule.sources)


@dataclass(frozen=True, slots=True)
class Count:
    """What rules of one severity said: open findings by answer; rules that passed, or do not apply."""

    severity: str
    rules: int
    fail: int
    needs_person: int
    cannot_tell: int
    accepted: int
    passed: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Category:
    """The rules of one category."""

    name: str
    rules: Sequence[RuleLine]

    @property
    def counts(self) -> list[Count]:
        """Return the counts of each severity that has a rule."""
        found = []
        for severity in SEVERITIES:
            rules = [each for each in self.rules if each.rule.severity == severity]
            if rules:
                found.append(count_of(severity, rules))
        return found

    @property
    def lines(self) -> list[Line]:
        return [line for rule in self.rules for line in rule.lines]

    def silent(self, answer: str) -> int:
        """Return how many rules have this answer and found nothing."""
        return sum(each.answer == answer and not each.lines for each in self.rules)


@dataclass(frozen=True, slots=True)
class Used:
    """A parameter that rules used, as it stood on the day."""

    parameter: Parameter
    dated: Dated

    @property
    def value(self) -> str:
        value = self.dated.value
        return f"{value if isinstance(value, str) else plain(value)} {self.parameter.unit or ''}".strip()

    @property
    def source(self) -> str:
        return f"{self.dated.source.id} {self.dated.source.article or ''}".strip()


@dataclass(frozen=True, slots=True)
class Report:
    """All that the files of a report say.

    Attributes:
        profile, county: names; the code itself where the lawbook does not know it.
        lines: all findings by number.
        rules: all rules by code; `categories` has the same by category, without empty ones.
        reason: why the verdict is what it is, in one sentence.
    """

    checked: Checked
    profile: Words
    county: str | None
    lines: Sequence[Line]
    rules: Sequence[RuleLine]
    categories: Sequence[Category]
    reason: Words
    used: Sequence[Used]

    @property
    def holding(self) -> list[Line]:
        """Findings that hold the package back."""
        return [line for line in self.lines if line.holds_back]

    @property
    def holding_rules(self) -> list[tuple[RuleLine, list[Line]]]:
        """Return the rules that hold the package back with their findings, the most urgent first."""
        found = [(rule, [line for line in rule.lines if line.holds_back]) for rule in self.rules]
        return sorted((each for each in found if each[1]), key=lambda each: each[1][0].number)

    @property
    def accepted(self) -> list[Line]:
        """Findings that somebody accepted, those whose time is over too."""
        return [line for line in self.lines if line.finding.acceptance]

    @property
    def compared(self) -> bool:
        return bool(self.checked.gone) or any(line.finding.status for line in self.lines)

    def of_status(self, status: Status) -> int:
        """Return how many findings are new, remain, are fixed or were not looked at."""
        now = sum(line.finding.status is status for line in self.lines)
        return now + sum(gone is status for _, gone in self.checked.gone)

    def count(self, severity: str) -> Count:
        """Return the counts of one severity over all categories."""
        return count_of(severity, [each for each in self.rules if each.rule.severity == severity])

    @property
    def totals(self) -> list[Count]:
        """Return the counts of each severity that has a rule."""
        return [self.count(name) for name in SEVERITIES if any(r.rule.severity == name for r in self.rules)]

    @property
    def without_place(self) -> int:
        return sum(line.finding.place is None for line in self.lines)

    @property
    def unknown_layers(self) -> list[LayerSummary]:
        """Layers that the profile does not know, so that no rule looked at them."""
        return [layer for layer in self.checked.layers if layer.kind is None]

    def of_answer(self, answer: str) -> list[RuleLine]:
        """Return the rules with this answer (or `not_applicable`)."""
        return [rule for rule in self.rules if rule.answer == answer]


def arrange(checked: Checked, book: Lawbook) -> Report:
    """Arrange a check for print."""
    profile, division = book.profiles.get(checked.profile), book.divisions.by_code(checked.county or "")
    names = {layer.kind: layer.name for layer in checked.layers if layer.kind}
    if profile is not None:
        names = {kind: spec.name.zh for kind, spec in profile.layers.items()} | names
    ordered = sorted(checked.findings, key=_urgency)
    areas = _areas(ordered)
    lines = [
        Line(number, each, sentence(each.message, each.params), _layer(each.layer, names), area)
        for number, (each, area) in enumerate(zip(ordered, areas, strict=True), 1)
    ]
    by_rule: dict[str, list[Line]] = {}
    for line in lines:
        by_rule.setdefault(line.rule.code, []).append(line)
    rules = [
        RuleLine(each, sentence(*each.why) if each.why else None, by_rule.get(each.rule.code, ()))
        for each in sorted(checked.results, key=lambda each: each.rule.code)
    ]
    categories = [Category(name, [r for r in rules if r.rule.category == name]) for name in CATEGORIES]
    return Report(
        checked=checked,
        profile=profile.title if profile else Words(checked.profile, checked.profile),
        county=division.name if division else checked.county,
        lines=lines,
        rules=rules,
        categories=[each for each in categories if each.rules],
        reason=_reason(checked, lines),
        used=[Used(book.parameters[name], book.dated(name, checked.day)) for name in checked.parameters],
    )


def count_of(severity: str, rules: Sequence[RuleLine]) -> Count:
    """Count what some rules said."""
    return Count(
        severity,
        len(rules),
        fail=sum(each.open(Answer.FAIL) for each in rules),
        needs_person=sum(each.open(Answer.NEEDS_PERSON) for each in rules),
        cannot_tell=sum(each.open(Answer.CANNOT_TELL) for each in rules),
        accepted=sum(each.accepted for each in rules),
        passed=sum(each.answer == "pass" for each in rules),
        not_applicable=sum(each.answer == "not_applicable" for each in rules),
    )


def _urgency(each: QualityFinding) -> tuple[bool, int, int, int, str]:
    return (
        each.accepted,
        SEVERITIES.index(each.rule.severity),
        _URGENT.index(each.answer),
        CATEGORIES.index(each.rule.category),
        each.rule.code,
    )


def _layer(kind: str, names: Mapping[str, str]) -> str:
    return clean(f"{kind} {names[kind]}" if names.get(kind, kind) != kind else kind)


def _areas(findings: Sequence[QualityFinding]) -> list[Decimal | None]:
    """Measure what is at fault: the statutory area, to a square centimetre."""
    found: list[Decimal | None] = [None] * len(findings)
    nth = [
        n
        for n, each in enumerate(findings)
        if each.shape is not None and shapely.get_dimensions(each.shape) == 2
    ]
    if not nth:
        return found
    lon, lat = next((place for n in nth if (place := findings[n].place)), (0.0, 0.0))
    plane, crs = StatutoryPlane.near(lon, lat), CRS.from_epsg(GEOGRAPHIC)
    for n in nth:
        try:
            area = float(plane.area_m2(np.array([findings[n].shape], object), crs)[0])
        except ProjError:
            continue  # coordinates of no place on earth: the shape stays, its area cannot be told
        if np.isfinite(area):
            found[n] = Decimal(f"{area:.4f}")
    return found


def _reason(checked: Checked, lines: Sequence[Line]) -> Words:
    must = [each for each in checked.results if each.rule.severity == "must"]
    holding = [line for line in lines if line.holds_back]

    def count(answer: Answer) -> int:
        return sum(line.finding.answer is answer for line in holding)

    failing = [line for line in holding if line.finding.answer is Answer.FAIL]
    params = {
        "rules": len(must),
        "fail": len(failing),
        "failing": len({line.rule.code for line in failing}),
        "person": count(Answer.NEEDS_PERSON),
        "unknown": count(Answer.CANNOT_TELL),
        "accepted": sum(line.finding.accepted and line.rule.severity == "must" for line in lines),
        "applied": sum(each.answer is not None for each in must),
        "idle": sum(each.answer is None for each in must),
    }
    undecided = params["person"] or params["unknown"]
    if checked.verdict is Verdict.RETURN:
        code = "quality_report.reason_return" if undecided else "quality_report.reason_return_only"
    elif checked.verdict is Verdict.ACCEPT:
        deviating = params["accepted"]
        code = "quality_report.reason_accept_deviations" if deviating else "quality_report.reason_accept"
    else:
        code = "quality_report.reason_person" if undecided else "quality_report.reason_nothing"
    return sentence(code, params)

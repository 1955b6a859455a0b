"""What the report says: its lines, groups and counties. Pure: no disk, no clock, no HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lantu.core.finding import Answer, worst
from lantu.core.operators import sign
from lantu.core.units import convert, round_half_up
from lantu.runs.report.charts import Limit, Point

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target of one county in the latest year.

    Attributes:
        row: the row of the measuring result.
        clause: number of the sentence in the report's list, None where the row carries none.
    """

    row: Row
    name: Words
    clause: int | None

    @property
    def requirement(self) -> str:
        """`≥ 327.40`, or an em dash for a target without a figure of its own."""
        if self.row["required"] is None:
            return "—"
        return f"{sign(self.row['op'])} {self.row['required']}".strip()

    @property
    def value(self) -> str:
        """The published figure; with more decimals where only they show its side of the limit."""
        return str(self.row.get("exact") or self.row["value"] or "—")

    @property
    def margin(self) -> str:
        """The distance to the limit with its sign; positive is the right side."""
        margin = self.row["margin"]
        if margin is None:
            return "—"
        return f"{Decimal(margin):+}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding with its number on the county's map."""

    number: int
    row: Row

    @property
    def place(self) -> str:
        if not self.row.get("place"):
            return "—"
        lon, lat = self.row["place"]
        return f"{lon:.6f}°E {lat:.6f}°N"

    @property
    def mu(self) -> str:
        return "—" if self.row.get("area_m2") is None else in_unit(Decimal(self.row["area_m2"]), "亩")

    @property
    def features(self) -> str:
        """The first three features by BSM; more are counted."""
        names = [str(name) for name in self.row.get("features") or ()]
        return "、".join(names[:3]) + (f" … ({len(names)})" if len(names) > 3 else "")


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one rule in one county; `left_out` of them are not listed."""

    rule: str
    title: Words
    answer: Answer
    lines: Sequence[FindingLine]
    count: int
    mu: str

    @property
    def left_out(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class BelowThreshold:
    """What one rule left out of a county's findings in one year as too small: counted, not listed."""

    year: int
    rule: str
    title: Words
    count: int
    area_m2: str


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator of one county over the years."""

    name: Words
    unit: str
    points: Sequence[Point]
    limits: Sequence[Limit]


@dataclass(frozen=True, slots=True)
class County:
    """One county's part of the report; `compared`: whether any year was compared with the year before."""

    code: str
    name: str
    compared: bool
    targets: Sequence[TargetLine]
    series: Sequence[Series]
    groups: Sequence[Group]
    below: Sequence[BelowThreshold]
    notes: Sequence[Words]

    @property
    def counts(self) -> dict[str, int]:
        return count_answers(self.targets)

    @property
    def detailed(self) -> list[TargetLine]:
        """Return the targets whose figure has parts, one per indicator."""
        lines = {line.row["indicator_id"]: line for line in self.targets if line.row["parts"]}
        return list(lines.values())

    @property
    def findings(self) -> list[FindingLine]:
        return [line for group in self.groups for line in group.lines]

    @property
    def finding_count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def finding_answer(self) -> Answer:
        """What the findings alone deserve; none found is a pass of the rules that ran, if any ran."""
        return worst([group.answer for group in self.groups] or ([Answer.PASS] if self.compared else []))


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report, ready to be set.

    Attributes:
        columns: (indicator id, target year, name) of the summary's columns.
        clauses: the approval's sentences, numbered from 1 in this order.
        inputs: (what it was read as, digest), sorted, each once.
    """

    result: Row
    year: int
    counties: Sequence[County]
    columns: Sequence[tuple[str, int | None, Words]]
    clauses: Sequence[Row]
    inputs: Sequence[tuple[str, str]]

    @property
    def targets(self) -> list[TargetLine]:
        return [line for county in self.counties for line in county.targets]

    @property
    def counts(self) -> dict[str, int]:
        return count_answers(self.targets)

    @property
    def finding_count(self) -> int:
        return sum(county.finding_count for county in self.counties)

    def open_targets(self, answer: Answer) -> list[TargetLine]:
        """Return the targets of the latest year with this answer."""
        return [line for line in self.targets if line.row["answer"] == answer]

    def open_findings(self, answer: Answer) -> list[tuple[County, FindingLine]]:
        """Return (county, finding) of every finding with this answer."""
        return [(c, f) for c in self.counties for f in c.findings if f.row["answer"] == answer]

    @property
    def compared(self) -> bool:
        return any(county.compared for county in self.counties)

    @property
    def notes(self) -> list[tuple[County, Words]]:
        """Return (county, note) of everything to know beside the answers."""
        return [(c, note) for c in self.counties for note in c.notes]

    @property
    def failing_groups(self) -> list[tuple[County, Group]]:
        """Return (county, group) where at least one finding fails."""
        return [(c, g) for c in self.counties for g in c.groups if g.answer is Answer.FAIL]

    @property
    def unverified(self) -> list[Words]:
        """Names of the indicators and rules that rest on something not yet verified, each once."""
        lines = [(t.row["indicator_id"] or t.name.zh, t.name) for t in self.targets if not t.row["verified"]]
        lines += [
            (g.rule, g.title)
            for c in self.counties
            for g in c.groups
            if any(not f.row["verified"] for f in g.lines)
        ]
        return list(dict(lines).values())


def count_answers(lines: Sequence[TargetLine]) -> dict[str, int]:
    """Return how many targets have each of the four answers."""
    answers = [line.row["answer"] for line in lines]
    return {answer.value: answers.count(answer.value) for answer in Answer}


def in_unit(area_m2: Decimal, unit: str) -> str:
    """Print an area in m² in another unit with two decimals, rounded half up."""
    return str(round_half_up(convert(area_m2, "平方米", unit), 2))

"""What the report says, arranged from a measuring result. Pure: no disk, no clock, no HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from lantu.core.finding import Answer, worst
from lantu.core.units import convert, round_half_up
from lantu.lawbook import Lawbook
from lantu.runs.report.charts import Limit, Point

Row = Mapping[str, Any]
OPERATORS = {">=": "≥", "<=": "≤", "=": "="}
MOST_LISTED = 300
"""Findings of one rule printed per county; the rest is counted, and said to be."""


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
        return f"{OPERATORS.get(self.row['op'] or '', '')} {self.row['required']}".strip()

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
    """One county's part of the report."""

    code: str
    name: str
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
        """What the findings alone deserve; none found is a pass of the rules that ran."""
        return worst([group.answer for group in self.groups] or [Answer.PASS])


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


def arrange(result: Row, book: Lawbook) -> Report:
    """Arrange a measuring result for print.

    Args:
        result: the result of `runs/measure.py`.
        book: gives the indicators' English names and the rules' titles.
    """
    year = max(result["years"])
    latest = [row for row in result["rows"] if row["year"] == year]
    numbers: dict[tuple[str, str], int] = {}
    clauses: list[Row] = []
    for row in latest:
        clause = row.get("clause")
        if clause and (key := (clause["document"], clause["text"])) not in numbers:
            clauses.append(clause)
            numbers[key] = len(clauses)

    def line(row: Row) -> TargetLine:
        clause = row.get("clause")
        number = numbers.get((clause["document"], clause["text"])) if clause else None
        return TargetLine(row, _indicator_name(row, book), number)

    lines = [line(row) for row in latest]
    counties = [_county(area, result, lines, line, book) for area in result["areas"]]
    columns = {(t.row["indicator_id"] or t.row["indicator"], t.row["target_year"]): t.name for t in lines}
    inputs = {
        (name, digest)
        for row in [*latest, *result["findings"]]
        for name, digest in (row.get("inputs") or {}).items()
    }
    return Report(
        result,
        year,
        counties,
        [(indicator, target_year, name) for (indicator, target_year), name in columns.items()],
        clauses,
        sorted(inputs),
    )


def _county(
    area: Row, result: Row, lines: Iterable[TargetLine], line: Callable[[Row], TargetLine], book: Lawbook
) -> County:
    code = area["code"]
    mine = [row for row in result["rows"] if row["area_code"] == code]
    findings = sorted(
        (row for row in result["findings"] if row["area_code"] == code),
        key=lambda f: (f["rule"], f["year"], -Decimal(f.get("area_m2") or 0), f["id"]),
    )
    groups, number = [], 0
    for rule, members in groupby(findings, key=lambda f: str(f["rule"])):
        rows = list(members)
        listed = [FindingLine(number + i, row) for i, row in enumerate(rows[:MOST_LISTED], 1)]
        number += len(listed)
        total = sum((Decimal(row["area_m2"]) for row in rows if row.get("area_m2") is not None), Decimal(0))
        groups.append(
            Group(
                rule,
                _words(rows[0]["title"]),
                worst(Answer(row["answer"]) for row in rows),
                listed,
                len(rows),
                in_unit(total, "亩"),
            )
        )
    return County(
        code,
        area["name"],
        [t for t in lines if t.row["area_code"] == code],
        _series(mine, line),
        groups,
        [_below(row, book) for row in result["below"] if row["area_code"] == code],
        [_words(note["message"]) for note in result["notes"] if note["area_code"] == code],
    )


def _below(row: Row, book: Lawbook) -> BelowThreshold:
    rule = book.change_rules.get(row["rule"])
    title = _words(rule.title.to_json()) if rule else Words(row["rule"], row["rule"])
    return BelowThreshold(row["year"], row["rule"], title, row["count"], row["area_m2"])


def _words(said: Mapping[str, str]) -> Words:
    return Words(said["zh"], said["en"])


def _series(rows: Sequence[Row], line: Callable[[Row], TargetLine]) -> list[Series]:
    """Gather one county's rows by indicator; the worst answer among a year's targets colours its dot."""
    found = []
    by_indicator: dict[str, list[Row]] = {}
    for row in rows:
        by_indicator.setdefault(row["indicator_id"] or row["indicator"], []).append(row)
    for members in by_indicator.values():
        points = []
        for year in sorted({row["year"] for row in members}):
            of_year = [row for row in members if row["year"] == year]
            values = [
                Decimal(row.get("exact") or row["value"]) for row in of_year if row["value"] is not None
            ]
            # A target without a figure of its own does not colour the figure that another target judges.
            judging = [row for row in of_year if row["required"] is not None] or of_year
            answer = worst(Answer(row["answer"]) for row in judging)
            points.append(Point(year, values[0] if values else None, answer))
        limits = {
            (Decimal(row["required"]), row["target_year"]): line(row).requirement
            for row in members
            if row["required"] is not None
        }
        labels = [
            Limit(value, f"{text}（{year}）" if year else text) for (value, year), text in limits.items()
        ]
        found.append(Series(line(members[0]).name, members[0]["unit"], points, labels))
    return found


def _indicator_name(row: Row, book: Lawbook) -> Words:
    indicator = book.indicators.get(row["indicator_id"] or "")
    return Words(row["indicator"], indicator.name.en if indicator else row["indicator"])

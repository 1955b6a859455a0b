"""A measuring result, arranged for print: by county, numbered, counted. Pure as the model is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from lantu.core.finding import Answer, worst
from lantu.lawbook import Lawbook
from lantu.runs.report.charts import Limit, Point
from lantu.runs.report.model import (
    BelowThreshold,
    County,
    FindingLine,
    Group,
    Report,
    Row,
    Series,
    TargetLine,
    Words,
    in_unit,
)

MOST_LISTED = 300
"""Findings of one rule printed per county; the rest is counted, and said to be."""


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
        bool(result.get("compared")),
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

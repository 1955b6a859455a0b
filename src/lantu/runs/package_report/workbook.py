"""`findings.xlsx`: a row per finding, for those who mend; the rules; the layers; what was looked at and how.

All text is written as text: a code keeps its noughts, and what begins like a formula is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lantu import __version__
from lantu.lawbook import Words, message
from lantu.runs.package_report.arrange import Report
from lantu.runs.package_report.sentences import clean, survey_text, word

FILE = "findings.xlsx"
_LONGEST = 32_767
"""Characters that a cell of Excel holds."""
_MOST_ROWS = 1_048_575
_COLOURS = {
    "fail": "#F9DEDC", "cannot_tell": "#E5E7EB", "needs_person": "#FBE8CC", "pass": "#DDF0E5",
    "not_applicable": "#FFFFFF",
    "must": "#C62828", "warn": "#C77700", "note": "#5C6470",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its word in the lawbook, width in characters, and what a row says in it.

    Attributes:
        style: of a cell: `text`, `code` (no wrapping), `number`, `degrees`, `fill` (to be filled in).
        colour: which colour a cell has; None for none.
    """

    name: str
    width: float
    value: Callable[[Any], object]
    style: str = "text"
    colour: Callable[[Any], str] | None = None


def to_xlsx(report: Report, made_at: datetime, language: str) -> bytes:
    """Return the workbook."""
    out = BytesIO()
    book = _Book(Workbook(out, {"in_memory": True}), language)
    book.file.set_properties(
        {
            "title": book.say("quality_report.title"),
            "author": f"Lantu {__version__}",
            "created": made_at.replace(tzinfo=None),
        }
    )
    book.sheet("sheet_findings", _findings(language), report.lines, filled_in=True)
    book.sheet("sheet_rules", _rules(language), report.rules)
    book.sheet("sheet_layers", _layers(), report.checked.layers)
    book.pairs("sheet_about", _about(report, made_at, book))
    book.file.close()
    return out.getvalue()


def _findings(language: str) -> list[_Column]:
    def said(words: Words | None) -> str | None:
        return None if words is None else getattr(words, language)

    return [
        _Column("number", 6, lambda line: line.number, "number"),
        _Column(
            "severity", 7, lambda line: said(word("severity", line.rule.severity)), "code",
            lambda line: line.rule.severity,
        ),
        _Column(
            "answer", 11, lambda line: said(word("answer", line.finding.answer)), "code",
            lambda line: line.finding.answer.value,
        ),
        _Column("category", 11, lambda line: said(word("category", line.rule.category))),
        _Column("rule", 9, lambda line: line.rule.code, "code"),
        _Column("rule_title", 20, lambda line: said(line.rule.title)),
        _Column("layer", 18, lambda line: line.layer),
        _Column("message", 52, lambda line: said(line.said)),
        _Column("mend", 40, lambda line: said(line.rule.mend)),
        _Column("features", 24, lambda line: line.features),
        _Column("rows", 14, lambda line: line.rows),
        _Column("count", 8, lambda line: line.finding.count, "number"),
        _Column("measured", 13, lambda line: line.finding.measured, "number"),
        _Column("required", 13, lambda line: line.finding.required, "number"),
        _Column("unit", 8, lambda line: line.finding.unit, "code"),
        _Column("area_m2", 13, lambda line: line.area_m2, "number"),
        _Column("lon", 13, lambda line: line.finding.place and line.finding.place[0], "degrees"),
        _Column("lat", 12, lambda line: line.finding.place and line.finding.place[1], "degrees"),
        _Column(
            "status", 10,
            lambda line: line.finding.status and said(word("status", line.finding.status)), "code",
        ),
        _Column("accepted", 24, lambda line: said(line.acceptance)),
        _Column("progress", 11, lambda line: None, "fill"),
        _Column("remark", 28, lambda line: None, "fill"),
        _Column("id", 20, lambda line: line.finding.id, "code"),
    ]  # fmt: skip


def _rules(language: str) -> list[_Column]:
    def said(words: Words | None) -> str | None:
        return None if words is None else getattr(words, language)

    return [
        _Column("rule", 9, lambda line: line.rule.code, "code"),
        _Column("rule_title", 30, lambda line: said(line.rule.title)),
        _Column("category", 12, lambda line: said(word("category", line.rule.category))),
        _Column(
            "severity", 7, lambda line: said(word("severity", line.rule.severity)), "code",
            lambda line: line.rule.severity,
        ),
        _Column(
            "answer", 11, lambda line: said(word("answer", line.answer)), "code", lambda line: line.answer
        ),
        _Column("findings", 8, lambda line: len(line.lines), "number"),
        _Column("accepted_count", 8, lambda line: line.accepted, "number"),
        _Column("looked_at", 11, lambda line: line.result.looked_at, "number"),
        _Column("why", 44, lambda line: said(line.why)),
        _Column("reach", 14, lambda line: said(word("reach", line.rule.reach))),
        _Column("mend", 44, lambda line: said(line.rule.mend)),
        _Column("sources", 36, lambda line: line.cites),
        _Column(
            "verified", 9,
            lambda line: said(word("verified", "yes" if line.rule.verified else "no")), "code",
        ),
    ]  # fmt: skip


def _layers() -> list[_Column]:
    return [
        _Column("kind", 16, lambda layer: layer.kind, "code"),
        _Column("name", 22, lambda layer: layer.name),
        _Column("where", 34, lambda layer: layer.where),
        _Column("features_count", 11, lambda layer: layer.features, "number"),
        _Column("points", 13, lambda layer: layer.points, "number"),
        _Column("rings", 11, lambda layer: layer.rings, "number"),
        _Column("parts", 11, lambda layer: layer.parts, "number"),
        _Column("system", 34, lambda layer: layer.system),
        _Column("encoding", 10, lambda layer: layer.encoding, "code"),
        _Column("area_m2", 18, lambda layer: layer.area_m2, "number"),
        _Column("heaviest", 24, lambda layer: layer.heaviest and layer.heaviest[0]),
        _Column("heaviest_points", 13, lambda layer: layer.heaviest and layer.heaviest[1], "number"),
    ]


def _about(report: Report, made_at: datetime, book: _Book) -> list[tuple[str, object]]:
    checked, say = report.checked, book.say
    rows: list[tuple[str, object]] = [
        *([(say("package.invented"), "")] if checked.invented else []),
        (say("quality_report.verdict"), book.said(word("verdict", checked.verdict))),
        (say("quality_report.reason"), book.said(report.reason)),
        (say("quality_report.package"), checked.name),
        (say("quality_report.county"), f"{report.county or '—'} {checked.county or ''}".strip()),
        (say("quality_report.profile"), f"{book.said(report.profile)} ({checked.profile})"),
        (say("quality_report.day"), checked.day.isoformat()),
        (say("quality_report.made_at"), made_at.isoformat(sep=" ", timespec="minutes")),
        (say("quality_report.made_by"), f"Lantu {__version__}"),
        (say("quality_report.method"), checked.method or "—"),
        (say("quality_report.survey"), survey_text(checked.survey)),
        (say("quality_report.package_digest"), checked.digest),
        (say("quality_report.lawbook"), checked.lawbook),
        (say("quality_report.how_to_use"), say("quality_report.how_to_use_text")),
        (say("quality_report.h_parameters"), ""),
    ]
    for used in report.used:
        mark = "" if used.dated.verified else say("quality_report.unverified_mark")
        rows.append((book.said(used.parameter.title), f"{used.value}　{used.source}　{mark}".strip()))
    rows.append((say("quality_report.h_files"), ""))
    rows += [(each.name, f"{each.size} B　{each.digest}") for each in checked.files]
    return rows


class _Book:
    """A workbook with its styles."""

    def __init__(self, file: Workbook, language: str) -> None:
        self.file, self._language = file, language
        self._styles: dict[tuple[str, str | None], Any] = {}

    def say(self, code: str) -> str:
        return message(code, self._language)

    def said(self, words: Words) -> str:
        return str(getattr(words, self._language))

    def sheet(
        self, name: str, columns: Sequence[_Column], rows: Sequence[Any], *, filled_in: bool = False
    ) -> None:
        """Write a table: heading, filter, frozen heading, one row each."""
        sheet = self._new(name)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_row(0, 30)
        for nth, column in enumerate(columns):
            sheet.set_column(nth, nth, column.width)
            sheet.write_string(0, nth, self.say(f"quality_report.column_{column.name}"), self._style("head"))
        for row, each in enumerate(rows[:_MOST_ROWS], 1):
            for nth, column in enumerate(columns):
                colour = column.colour(each) if column.colour else None
                _cell(sheet, row, nth, column.value(each), self._style(column.style, colour))
        last = max(len(rows), 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        if filled_in:
            at = [column.name for column in columns].index("progress")
            states = [
                self.say(f"quality_report.progress_{n}") for n in ("open", "begun", "done", "exception")
            ]
            sheet.data_validation(1, at, last, at, {"validate": "list", "source": states})

    def pairs(self, name: str, rows: Sequence[tuple[str, object]]) -> None:
        """Write a sheet of names and values; a name without a value is a heading."""
        sheet = self._new(name)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 100)
        for row, (said, value) in enumerate(rows):
            heading = value == ""
            _cell(sheet, row, 0, said, self._style("head" if heading else "name"))
            _cell(sheet, row, 1, value, self._style("head" if heading else "text"))

    def _new(self, name: str) -> Worksheet:
        sheet = self.file.add_worksheet(self.say(f"quality_report.{name}"))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def _style(self, style: str, colour: str | None = None) -> Any:
        key = (style, colour)
        if key not in self._styles:
            self._styles[key] = self.file.add_format(_format(style, colour))
        return self._styles[key]


def _format(style: str, colour: str | None) -> dict[str, object]:
    made: dict[str, object] = {"border": 1, "border_color": "#C9CED6", "valign": "top", "font_size": 10}
    if style == "head":
        return made | {"bold": True, "bg_color": "#F1F4F8", "text_wrap": True, "valign": "vcenter"}
    if style == "number":
        return made | {"num_format": "General"}
    if style == "degrees":
        return made | {"num_format": "0.0000000"}
    made |= {"num_format": "@", "text_wrap": style != "code"}
    if style == "name":
        made["bold"] = True
    if style == "fill":
        made["bg_color"] = "#FFFDE7"
    if colour in ("must", "warn", "note"):
        return made | {"font_color": _COLOURS[colour], "bold": colour == "must"}
    return made | ({"bg_color": _COLOURS[colour]} if colour else {})


def _cell(sheet: Worksheet, row: int, column: int, value: object, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, float(value), style)
    else:
        text = clean(value)
        sheet.write_string(row, column, text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…", style)

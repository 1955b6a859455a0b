"""`report.pdf`: the check on paper, short; typeset by Typst from `report.typ`, which is fed as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lantu import __version__
from lantu.core.finding import Answer
from lantu.lawbook import Words, message
from lantu.quality.findings import Status
from lantu.runs.package_report import pictures
from lantu.runs.package_report.arrange import SEVERITIES, Category, Count, Line, Report, RuleLine
from lantu.runs.package_report.pictures import Pictures
from lantu.runs.package_report.sentences import clean, hectares, survey_text, system, word
from lantu.runs.pages.maps import COLOURS, standing_alone
from lantu.runs.pages.page import read
from lantu.runs.pages.typeset import Press

FILE = "report.pdf"
MOST_HOLDING, MOST_OF_RULE, MOST_DETAILS, MOST_LISTED = 80, 8, 12, 40
"""On paper: about so many findings that hold the package back, so many of one rule, so many pictures, so many
lines of any other list."""
_LONGEST = 320
WORDS = (

    "quality_report.h_summary", "quality_report.h_unchecked", "quality_report.h_changes",
    "quality_report.h_accepted", "quality_report.h_basis", "quality_report.h_parameters",
    "quality_report.h_layers", "quality_report.h_method", "quality_report.h_rules_cannot_tell",
    "quality_report.h_rules_idle", "quality_report.h_unknown_layers", "quality_report.h_details",
    "quality_report.none", "quality_report.not_compared", "quality_report.note_verdict",
    "quality_report.matrix_caption_short", "quality_report.rules_passed", "quality_report.rules_idle",
    "quality_report.accepted", "quality_report.category", "quality_report.severity",
    "quality_report.answer", "quality_report.status", "quality_report.number", "quality_report.rule",
    "quality_report.rule_code", "quality_report.what", "quality_report.where", "quality_report.why",
    "quality_report.mend", "quality_report.places_head", "quality_report.first_example",
    "quality_report.parameter", "quality_report.value", "quality_report.since", "quality_report.source",
    "quality_report.layer", "quality_report.file", "quality_report.features", "quality_report.points",
    "quality_report.system", "quality_report.encoding", "quality_report.area_ha",
    "quality_report.unverified_mark", "quality_report.unverified_note", "quality_report.no_map",
    "quality_report.digests_note", "quality_report.of_pages",

)  # fmt: skip
"""Every word that the template says by itself."""


def to_pdf(report: Report, drawn: Pictures, made_at: datetime, language: str) -> bytes:
    """Typeset the report.

    Raises:
        UnavailableError: `quality_report.no_chinese_font`, `quality_report.pdf_failed`.
    """
    press = Press.ready("quality_report.no_chinese_font", "quality_report.pdf_failed")
    data = _Data(report, drawn, made_at, language, press.family).all()
    return press.pdf(read("lantu.runs.package_report", "report.typ"), data, made_at)


class _Data:
    """What the template is fed with."""

    def __init__(
        self, report: Report, drawn: Pictures, made_at: datetime, language: str, family: str
    ) -> None:
        self._report, self._drawn, self._made_at, self._language = report, drawn, made_at, language
        self._family = family

    def all(self) -> dict[str, Any]:
        report, checked, say = self._report, self._report.checked, self._say
        holding = report.holding_rules
        # A rule with thousands of findings must not push the others off the list.
        most = max(1, min(MOST_OF_RULE, MOST_HOLDING // max(len(holding), 1)))
        return {
            "lang": self._language,
            "fonts": [self._family],
            "words": {code.partition(".")[2]: say(code) for code in WORDS} | {"of_pages": self._pages()},
            "severity_words": {name: self._said(word("severity", name)) for name in SEVERITIES},
            "answer_words": {
                name: self._said(word("answer", name))
                for name in (*(each.value for each in Answer), "not_applicable")
            },
            "title": say("quality_report.title"),
            "package": _fitted(checked.name, 60),
            "invented": say("package.invented") if checked.invented else None,
            "facts": self._facts(),
            "verdict": checked.verdict.value,
            "verdict_word": self._said(word("verdict", checked.verdict)),
            "reason": self._said(report.reason),
            "changes": self._changes(),
            "matrix": [
                *(
                    self._matrix(self._said(word("category", each.name)), each.counts)
                    for each in report.categories
                ),
                self._matrix(say("quality_report.total"), report.totals),
            ],
            "map": self._picture(self._drawn.county),
            "map_caption": self._map_caption(),
            "keys": [[say(f"quality_report.k_{kind.lower()}"), COLOURS[kind]] for kind in self._drawn.kinds],
            "h_holding": say("quality_report.h_holding", count=len(report.holding)),
            "holding": [self._holding(rule, lines, most) for rule, lines in holding],
            "holding_cut": self._cut(most) if any(len(lines) > most for _, lines in holding) else None,
            "details": self._details(),
            "detail_key": self._detail_key(),
            "h_findings": say("quality_report.h_findings", count=len(report.lines)),
            "categories": [self._category(each) for each in report.categories],
            "cannot_tell": [self._unchecked(each) for each in report.of_answer("cannot_tell")],
            "idle": [self._unchecked(each) for each in report.of_answer("not_applicable")],
            "unknown_layers": [_fitted(layer.where) for layer in report.unknown_layers],
            "gone": self._gone(),
            "gone_left_out": self._left_out(len(checked.gone) - MOST_LISTED, "quality_report.gone_left_out"),
            "accepted": [
                {
                    "number": line.number, "said": self._said(line.said),
                    "acceptance": self._said(line.acceptance),
                }
                for line in report.accepted[:MOST_LISTED]
            ],
            "accepted_left_out": self._left_out(len(report.accepted) - MOST_LISTED),
            "parameters": [
                {
                    "title": self._said(used.parameter.title), "verified": used.dated.verified,
                    "value": _fitted(used.value), "since": used.dated.since.isoformat(),
                    "source": _fitted(used.source),
                }
                for used in report.used
            ],
            "layers": self._layers(),
            "method": self._method(),
        }  # fmt: skip

    def _say(self, code: str, **params: object) -> str:
        return message(code, self._language, **params)

    def _said(self, words: Words | None) -> str:
        return "" if words is None else _fitted(getattr(words, self._language))

    def _joined(self, *sentences: str) -> str:
        return ("" if self._language == "zh" else " ").join(filter(None, sentences))

    def _pages(self) -> str:
        return self._say("quality_report.of_pages", page="{page}", pages="{pages}")

    def _facts(self) -> list[tuple[str, str]]:
        report, checked, say = self._report, self._report.checked, self._say
        return [
            (say("quality_report.county"), f"{report.county or '—'} {checked.county or ''}".strip()),
            (say("quality_report.made_at"), self._made_at.isoformat(sep=" ", timespec="minutes")[:16]),
            (say("quality_report.profile"), self._said(report.profile)),
            (say("quality_report.day"), checked.day.isoformat()),
        ]

    def _changes(self) -> str | None:
        report = self._report
        if not report.compared:
            return None
        return self._say(
            "quality_report.changes_summary", new=report.of_status(Status.NEW),
            remaining=report.of_status(Status.REMAINING), fixed=report.of_status(Status.FIXED),
            blind=report.of_status(Status.NOT_LOOKED_AT),
        )  # fmt: skip

    def _matrix(self, name: str, counts: Sequence[Count]) -> dict[str, Any]:
        must = {each.severity: each for each in counts}

        def open_(severity: str) -> int:
            each = must.get(severity)
            return 0 if each is None else each.fail + each.needs_person + each.cannot_tell

        found = must.get("must")
        return {
            "name": name,
            "fail": found.fail if found else 0,
            "needs_person": found.needs_person if found else 0,
            "cannot_tell": found.cannot_tell if found else 0,
            "warn": open_("warn"),
            "note": open_("note"),
            "accepted": sum(each.accepted for each in counts),
            "passed": sum(each.passed for each in counts),
            "not_applicable": sum(each.not_applicable for each in counts),
        }

    def _picture(self, svg: str | None) -> str | None:
        return None if svg is None else standing_alone(svg, self._family)

    def _map_caption(self) -> str:
        name = clean(self._report.county or self._report.checked.name)
        said = self._say("quality_report.map_caption", name=name, count=pictures.MOST_DETAILS)
        nowhere = self._report.without_place
        return self._joined(
            said, self._say("quality_report.map_without_place", count=nowhere) if nowhere else ""
        )

    def _holding(self, each: RuleLine, lines: Sequence[Line], most: int) -> dict[str, Any]:
        return {
            "title": self._said(each.rule.title), "code": each.rule.code,
            "answer": lines[0].finding.answer.value,
            "places": self._say("quality_report.places", count=len(lines)),
            "lines": [
                {
                    "number": line.number, "said": self._said(line.said), "layer": _fitted(line.layer, 60),
                    "place": line.place if line.lonlat else None,
                }
                for line in lines[:most]
            ],
            "more": self._left_out(len(lines) - most, "quality_report.more_of_rule"),
        }  # fmt: skip

    def _cut(self, most: int) -> str:
        return self._say("quality_report.lists_are_cut", most=most, count=len(self._report.holding))

    def _details(self) -> list[dict[str, Any]]:
        drawn = self._drawn.details
        shown = pictures.spread([line for line in self._report.lines if line.number in drawn], MOST_DETAILS)
        return [
            {
                "said": f"{line.number}　{self._said(line.rule.title)}　{line.area} m²",
                "svg": self._picture(drawn[line.number]),
            }
            for line in shown
        ]  # fmt: skip

    def _detail_key(self) -> str:
        said = self._say("quality_report.detail_key")
        shown = min(len(self._drawn.details), MOST_DETAILS)
        more = len(self._drawn.details) - shown + self._drawn.left_out
        return self._joined(
            said, self._say("quality_report.details_left_out", shown=shown, count=more) if more else ""
        )

    def _category(self, category: Category) -> dict[str, Any]:
        passed, idle = category.silent("pass"), category.silent("not_applicable")
        found = any(each.lines for each in category.rules)
        others = "quality_report.others_passed" if found else "quality_report.all_passed"
        quiet = [self._say(others, count=passed)] if passed else []
        quiet += [self._say("quality_report.others_idle", count=idle)] if idle else []
        return {
            "name": self._said(word("category", category.name)),
            "rules": [self._found(each) for each in category.rules if each.lines],
            "quiet": "　".join(quiet),
        }

    def _found(self, each: RuleLine) -> dict[str, Any]:
        rule = each.rule
        return {
            "title": self._said(rule.title), "code": rule.code, "severity": rule.severity,
            "verified": rule.verified, "answer": each.answer, "found": len(each.lines),
            "example": self._said(each.lines[0].said),
            "mend": self._said(rule.mend),
        }  # fmt: skip

    def _unchecked(self, each: RuleLine) -> dict[str, Any]:
        unknown = [self._said(line.said) for line in each.lines if line.finding.answer is Answer.CANNOT_TELL]
        why = self._said(each.why) or " ".join(unknown[:3]) + (" …" if len(unknown) > 3 else "")
        return {
            "code": each.rule.code, "title": self._said(each.rule.title), "severity": each.rule.severity,
            "why": _fitted(why),
        }  # fmt: skip

    def _gone(self) -> list[dict[str, str]]:
        return [
            {
                "status": self._said(word("status", status)), "rule": each.rule,
                "layer": _fitted(each.layer, 60),
                "said": _fitted(each.said[self._language]),
            }
            for each, status in self._report.checked.gone[:MOST_LISTED]
        ]  # fmt: skip

    def _layers(self) -> list[dict[str, str]]:
        return [
            {
                "name": _fitted(f"{layer.kind or '—'} {layer.name}", 60), "where": _fitted(layer.where, 80),
                "features": f"{layer.features:,}",
                "points": "—" if layer.points is None else f"{layer.points:,}",
                "system": _fitted(system(layer.system), 80), "encoding": _fitted(layer.encoding or "—", 20),
                "area": hectares(layer.area_m2),
            }
            for layer in self._report.checked.layers
        ]  # fmt: skip

    def _method(self) -> list[tuple[str, str]]:
        checked, say = self._report.checked, self._say
        return [
            (say("quality_report.method"), _fitted(checked.method or "—")),
            (say("quality_report.survey"), _fitted(survey_text(checked.survey))),
            (say("quality_report.package_digest"), _fitted(checked.digest or "—")),
            (say("quality_report.lawbook"), _fitted(checked.lawbook)),
            (say("quality_report.made_by"), f"Lantu {__version__}"),
        ]

    def _left_out(self, count: int, code: str = "quality_report.lines_left_out") -> str | None:
        return self._say(code, count=count) if count > 0 else None


def _fitted(text: object, longest: int = _LONGEST) -> str:
    """Return text that a cell of a page can hold, cut where it is too long for one."""
    said = clean(text)
    return said if len(said) <= longest else f"{said[: longest - 1]}…"

"""A reply as read: documents, plans, targets, duties, questions. Spans are offsets in the source text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lantu.approvals.source_text import Span


@dataclass(frozen=True, slots=True)
class ReadTarget:
    """One binding limit. `value` keeps the figure's own zeros; None where it is another authority's."""

    indicator: str
    op: str | None
    value: Decimal | None
    unit: str | None
    year: int | None
    of: str | None
    note: str | None
    op_text: str
    span: Span
    sentence: str
    sentence_span: Span

    def to_json(self) -> dict[str, Any]:
        """Return the published form; `value` is a JSON number, `value_text` has its zeros."""
        value = self.value
        number = (
            None if value is None else (int(value) if value == value.to_integral_value() else float(value))
        )
        found: dict[str, Any] = {
            "indicator": self.indicator, "op": self.op, "value": number, "unit": self.unit, "year": self.year,
        }  # fmt: skip
        if value is not None:
            found["value_text"] = str(value)
        if self.of:
            found["of"] = self.of
        if self.note:
            found["note"] = self.note
        return found | {
            "op_text": self.op_text, "span": list(self.span),
            "sentence": self.sentence, "sentence_span": list(self.sentence_span),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A plan that the reply approves, with its targets and 定位 phrases; `span` is where it is named."""

    area: str
    title: str
    level: str
    kind: str
    period: tuple[int, int] | None
    positioning: tuple[tuple[str, Span], ...]
    span: Span
    targets: tuple[ReadTarget, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "area": self.area,
            "plan_title": self.title,
            "level": self.level,
            "kind": self.kind,
            "period": list(self.period) if self.period else None,
            "positioning": [phrase for phrase, _ in self.positioning],
            "positioning_spans": [list(span) for _, span in self.positioning],
            "span": list(self.span),
            "targets": [target.to_json() for target in self.targets],
        }


@dataclass(frozen=True, slots=True)
class ReadDuty:
    """A duty the reply imposes, whom it obliges, and the clause that does."""

    id: str
    kind: str
    name: Mapping[str, str]
    obliged: Mapping[str, str]
    span: Span
    sentence: str

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "kind": self.kind, "name": dict(self.name), "obliged": dict(self.obliged),
            "span": list(self.span), "sentence": self.sentence,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person has to settle: message code, what stands there, where."""

    code: str
    text: str
    span: Span
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OtherPiece:
    """A stretch of the file that belongs to another document and was not read."""

    title: str | None
    document_number: str | None
    span: Span

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "document_number": self.document_number, "span": list(self.span)}


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a file."""

    source_file: str
    title: str | None
    issuer: str | None
    addressee: str | None
    document_number: str | None
    date: date | None
    plans: tuple[ReadPlan, ...]
    duties: tuple[ReadDuty, ...]
    questions: tuple[Question, ...]
    other_pieces: tuple[OtherPiece, ...]
    span: Span
    source_truncated: bool
    decimal_points: tuple[str, ...]

    def to_json(self, render: Any) -> dict[str, Any]:
        """Return the published form.

        Args:
            render: `(code, lang, **params) -> str`, the lawbook's message function.
        """
        return {
            "source_file": self.source_file,
            "title": self.title,
            "issuer": self.issuer,
            "addressee": self.addressee,
            "document_number": self.document_number,
            "date": self.date.isoformat() if self.date else None,
            "plans": [plan.to_json() for plan in self.plans],
            "duties": [duty.to_json() for duty in self.duties],
            "questions": [
                {
                    "code": q.code,
                    "text": q.text,
                    "span": list(q.span),
                    "message": {lang: render(q.code, lang, **q.params) for lang in ("zh", "en")},
                }
                for q in self.questions
            ],
            "other_pieces": [piece.to_json() for piece in self.other_pieces],
            "span": list(self.span),
            "source_truncated": self.source_truncated,
            "decimal_points": [f"U+{ord(c):04X}" for c in self.decimal_points],
        }

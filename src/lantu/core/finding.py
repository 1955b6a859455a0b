"""Four answers, never two, and the finding that carries one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from lantu.core.digest import digest_json, short


class Answer(StrEnum):
    """What a check may say. Missing data is never `PASS`."""

    PASS = "pass"
    FAIL = "fail"
    NEEDS_PERSON = "needs_person"
    CANNOT_TELL = "cannot_tell"


_BADNESS = [Answer.PASS, Answer.NEEDS_PERSON, Answer.CANNOT_TELL, Answer.FAIL]


def worst(answers: Iterable[Answer]) -> Answer:
    """Return the answer a whole deserves: fail > cannot tell > needs a person > pass.

    Of nothing at all one cannot tell.
    """
    return max(answers, key=_BADNESS.index, default=Answer.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class Clause:
    """The sentence behind a requirement.

    Attributes:
        document: document number, e.g. 吉政函〔2024〕47号, or a lawbook source id.
        text: the sentence as the source has it.
        span: [start, end) offsets of the figure's clause in the source text, where it is one.
        source: digest of the source file, or lawbook source id.
    """

    document: str
    text: str
    span: tuple[int, int] | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged statement: which rule, about what, measured how, required by whom.

    Attributes:
        rule: stable rule or indicator code.
        subject: what it is about: area code, feature ids, place key; part of the identity.
        answer: one of four.
        message: message code in the lawbook; `params` fill its sentence.
        measured, required, unit: the figures, in `unit`; None where there is none.
        place: (lon, lat) to look at, degrees CGCS2000.
        clause: the sentence that requires it.
        inputs: name → digest of everything looked at.
        verified: False where a figure, formula or rule it rests on is unverified.
    """

    rule: str
    subject: tuple[str, ...]
    answer: Answer
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    measured: Decimal | None = None
    required: Decimal | None = None
    unit: str | None = None
    place: tuple[float, float] | None = None
    clause: Clause | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    verified: bool = True

    @property
    def id(self) -> str:
        """Stable identity from rule and subject: a rerun can say fixed, remaining or new."""
        return short(digest_json([self.rule, list(self.subject)]), 16)

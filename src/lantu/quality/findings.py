"""What a check found: defects of one rule, findings with a stable identity, the verdict over all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lantu.core.digest import digest_json, short
from lantu.core.finding import Answer
from lantu.lawbook import QualityRule

LISTED = 200
"""A finding names at most so many features; it counts them all."""


class Said(Exception):  # noqa: N818  (no error: an answer)
    """What a rule says instead of findings: a message code and its params."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(code, params)


class CannotTell(Said):
    """Something that the rule needs is missing or unreadable."""


class NotApplicable(Said):
    """The package has nothing that the rule is about."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One fault as a check function tells it; one cause is one defect, however many features it hits.

    Attributes:
        layer: kind of the layer in the profile, else its name or file.
        cause: what makes it this fault and no other (field name, code, pair of keys …); with rule and layer
            its identity, so nothing in it may change when other features do.
        index: the features of `layer` at fault, in the order of the `Sheet`; most telling first.
        features: keys of features of other layers at fault.
        params: for the rule's sentence; `layer`, `where`, `count`, `features` are added.
        shape: what is at fault, in the statutory plane; None: the features themselves are.
        place: (x, y) in it to look at; None: anywhere in the shape.
        measured, required: the figures, in `unit`.
        answer: FAIL, NEEDS_PERSON, CANNOT_TELL.
        message: code of the sentence where it is not the rule's own.
    """

    layer: str
    cause: tuple[str, ...]
    index: Sequence[int] = ()
    features: tuple[str, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    shape: Any = None
    place: tuple[float, float] | None = None
    measured: Decimal | None = None
    required: Decimal | None = None
    unit: str | None = None
    answer: Answer = Answer.FAIL
    message: str | None = None


class Status(StrEnum):
    """What became of a finding since an earlier check."""

    NEW = "new"
    REMAINING = "remaining"
    FIXED = "fixed"
    NOT_LOOKED_AT = "not_looked_at"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted deviation: which finding, why, by whom, until when (ISO day), whether that is past."""

    id: str
    reason: str
    person: str
    until: str
    expired: bool


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """A defect with its rule and identity.

    Attributes:
        id: from rule, layer and cause: the same after edits elsewhere.
        shape: longitude/latitude CGCS2000; None where there is nothing to look at.
        place: (lon, lat) to look at, None likewise.
        count: of all features at fault; `features` names at most LISTED.
        status: None where there is no earlier check to compare with.
    """

    id: str
    rule: QualityRule
    answer: Answer
    layer: str
    message: str
    params: Mapping[str, object]
    features: tuple[str, ...]
    rows: tuple[int, ...]
    count: int
    shape: Any
    place: tuple[float, float] | None
    measured: Decimal | None
    required: Decimal | None
    unit: str | None
    status: Status | None = None
    acceptance: Acceptance | None = None

    @property
    def accepted(self) -> bool:
        return self.acceptance is not None and not self.acceptance.expired


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule said.

    Attributes:
        answer: None where the rule does not apply to this package.
        why: message and params of why it cannot tell, or does not apply.
        looked_at: features that it was held against; 1 for a rule about the whole package.
    """

    rule: QualityRule
    answer: Answer | None
    findings: tuple[QualityFinding, ...] = ()
    why: tuple[str, Mapping[str, object]] | None = None
    looked_at: int = 0


class Verdict(StrEnum):
    """What happens to the package: 接收, 退回, 需人工."""

    ACCEPT = "accept"
    RETURN = "return"
    PERSON = "person"


def verdict_of(results: Iterable[RuleResult]) -> Verdict:
    """Return 退回 where a mandatory rule fails; 需人工 where one cannot tell or a person must decide.

    Else 接收. Warnings and notes do not hold a package back. Accepted deviations count as mended.
    """
    open_ = [
        answer
        for result in results
        if result.rule.severity == "must"
        for answer in (
            [each.answer for each in result.findings if not each.accepted]
            if result.findings
            else [result.answer]
        )
    ]
    if Answer.FAIL in open_:
        return Verdict.RETURN
    if Answer.CANNOT_TELL in open_ or Answer.NEEDS_PERSON in open_ or not any(open_):
        return Verdict.PERSON
    return Verdict.ACCEPT


def identity(rule: str, layer: str, cause: tuple[str, ...]) -> str:
    """Return the stable id of a finding."""
    return short(digest_json([rule, layer, list(cause)]), 16)

"""Whose and which indicator a clause speaks of: the words before its operator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lantu.approvals.token_kinds import Kind, Token
from lantu.approvals.vocabulary import Term, Vocabulary
from lantu.core.units import Unit, spellings

_CONTENT = frozenset({Kind.TEXT, Kind.INDICATOR})
_SEPARATORS = frozenset(
    {
        Kind.AREA,
        Kind.YEAR,
        Kind.PERIOD,
        Kind.PART,
        Kind.BASELINE,
        Kind.CHANGE,
        Kind.DATE,
        Kind.OP,
        Kind.MARK,
        Kind.EACH,
        Kind.ALL,
        Kind.FOREIGN,
    }
)
_LONGEST_NAME = 24
_LABELS = frozenset({"要求", "指标", "目标", "控制数", "上限", "下限", "任务数", "目标值"})
_TOGETHER = frozenset({"和", "与", "及", "以及"})
_PLACE = re.compile(r"(?:省|市|县|区|旗|州|盟|镇|乡|街道|苏木)(?:的)?$")
_SCOPE = re.compile(r"(?:城区|坝区|山区|园区|启动区|建成区|牧区|林区|库区|灌区|集聚区|核心区|保护区)(?:的)?$")
_SPELLINGS = spellings()


@dataclass(frozen=True, slots=True)
class Subject:
    """An indicator in its clause.

    Attributes:
        name: as the text writes it, simplified.
        term: what the lawbook knows of it, None for an indicator it does not list.
        start: folded offset at which the clause's own words begin.
        year: a year said in the clause.
        base_year: the year whose stock a multiple refers to.
        changes: words that make it a change of the indicator (下降 …).
        part: the clause calls it a part of something.
        unlisted: the lawbook does not list the name, so it may be a damaged one.
        stray: words before the indicator that were not understood.
        adjacent: nothing but fillers stands behind the name.
        unit: a unit in brackets beside the name.
    """

    name: str
    term: Term | None
    start: int
    year: int | None = None
    base_year: int | None = None
    changes: tuple[Token, ...] = ()
    part: bool = False
    unlisted: bool = False
    stray: str | None = None
    adjacent: bool = True
    inherited: bool = False
    unit: Unit | None = None


def subject_of(
    text: str, run: Sequence[Token], words: Vocabulary, foreign: Sequence[str]
) -> Subject | str | None:
    """Find the indicator in the words of a clause before its operator or figure.

    A listed name with other words beside it (人均城镇建设用地面积) is another indicator: it keeps
    all its words and counts as unlisted.

    Returns:
        The subject; None where the clause names no indicator; or the code of the question that
        forbids reading it: `several_indicators`, `foreign_area`.
    """
    segments = _segments(run, words)
    if not segments:
        return None
    segment = segments[-1]
    named = [t for t in segment if t.kind is Kind.INDICATOR]
    start, end = segment[0].start, segment[-1].end
    name = text[start:end]
    if any(name.startswith(area) for area in foreign):
        return "foreign_area"
    if not named and is_place(name):
        return "foreign_area"
    if len(named) > 1 and _listed_together(text, named):
        return "several_indicators"
    stray: str | None = None
    if len(named) == 1:
        head, tail = text[start : named[0].start], text[named[0].end : end]
        if tail.strip("()/") in _SPELLINGS or tail in _LABELS:
            name = name[: len(name) - len(tail)]
        if head and is_place(head):
            stray = head
    if not 2 <= len(name) <= _LONGEST_NAME:
        return None
    term = words.terms.get(name)
    return Subject(
        name=name,
        term=term,
        start=min(t.start for t in run),
        year=next((t.year for t in reversed(run) if t.kind is Kind.YEAR), None),
        base_year=next((t.year for t in reversed(run) if t.kind is Kind.BASELINE), None),
        changes=tuple(t for t in run if t.kind is Kind.CHANGE),
        part=any(t.kind is Kind.PART for t in run),
        unlisted=term is None,
        stray=stray or _stray_lead(segments[:-1], run),
        unit=next((t.unit for t in reversed(run) if t.kind is Kind.UNIT), None),
        adjacent=not any(t.kind in (Kind.OP, Kind.QUANTITY, Kind.NUMBER) for t in run if t.start >= end),
    )


def is_place(text: str) -> bool:
    """Say whether words end like the name of an administrative area (白石县, but not 中心城区)."""
    return bool(_PLACE.search(text)) and not _SCOPE.search(text)


def _listed_together(text: str, named: Sequence[Token]) -> bool:
    """耕地和永久基本农田 are two indicators; 耕地划入永久基本农田比例 is one."""
    return any(
        (between := text[one.end : other.start]) in _TOGETHER or not between for one, other in pairwise(named)
    )


def _segments(run: Sequence[Token], words: Vocabulary) -> list[list[Token]]:
    """Cut a clause into stretches of content words; fillers at their ends fall away."""
    segments: list[list[Token]] = [[]]
    for token in run:
        if token.kind in _SEPARATORS or token.text in words.openers:
            segments.append([])
        elif token.kind in _CONTENT or (token.kind is Kind.FILLER and segments[-1]):
            segments[-1].append(token)
        elif token.kind is not Kind.FILLER:
            segments.append([])
    for segment in segments:
        while segment and segment[-1].kind is Kind.FILLER:
            segment.pop()
    return [s for s in segments if s]


def _stray_lead(segments: list[list[Token]], run: Sequence[Token]) -> str | None:
    """Words before the year or area that names the clause: harmless unless they could name somebody."""
    if any(t.kind is Kind.AREA for t in run):
        return None
    for segment in segments:
        text = "".join(t.text for t in segment)
        if (
            text.endswith(("市", "县", "区", "旗", "省", "州", "盟", "镇", "乡"))
            and len(text) > 2
            and text[0] not in "各该本全我你"
        ):
            return text
    return None

"""Whose and which indicator a clause speaks of: the words before its operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lantu.approvals.tokens import Kind, Token
from lantu.approvals.vocabulary import Term, Vocabulary
from lantu.core.units import Unit, spellings

_CONTENT = frozenset({Kind.TEXT, Kind.INDICATOR})
_SEPARATORS = frozenset({Kind.AREA, Kind.YEAR, Kind.PERIOD, Kind.PART, Kind.BASELINE, Kind.CHANGE, Kind.DATE, Kind.OP, Kind.MARK})
_LONGEST_NAME = 24
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


def subject_of(text: str, run: Sequence[Token], words: Vocabulary, foreign: Sequence[str]) -> Subject | str | None:
    """Find the indicator in the words of a clause before its operator or figure.

    Returns:
        The subject; None where the clause names no indicator; or the code of the question that
        forbids reading it: `several_indicators`, `foreign_area`, `long_name`.
    """
    segments = _segments(run)
    if not segments:
        return None
    segment = segments[-1]
    named = [t for t in segment if t.kind is Kind.INDICATOR]
    if len(named) > 1:
        return "several_indicators"
    start, end = segment[0].start, segment[-1].end
    name = text[start:end]
    stray: str | None = None
    if len(named) == 1 and name != named[0].text:
        head, tail = text[start : named[0].start], text[named[0].end : end]
        unit = _SPELLINGS.get(tail.strip("()/"))
        if any(head.startswith(area) for area in foreign):
            return "foreign_area"
        if unit is None and tail and not _is_label(tail):
            stray = name
        elif head:
            stray = head
            name = named[0].text
        else:
            name = named[0].text
    elif not named:
        if any(name.startswith(area) for area in foreign):
            return "foreign_area"
        if len(name) > _LONGEST_NAME:
            return None
        if len(name) < 2:
            return None
    lead = _stray_lead(segments[:-1], run)
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
        stray=stray or lead,
        unit=next((t.unit for t in reversed(run) if t.kind is Kind.UNIT), None),
        adjacent=not any(t.kind in (Kind.OP, Kind.QUANTITY) for t in run if t.start >= end),
    )


def _segments(run: Sequence[Token]) -> list[list[Token]]:
    """Cut a clause into stretches of content words; fillers at their ends fall away."""
    segments: list[list[Token]] = [[]]
    for token in run:
        if token.kind in _CONTENT or (token.kind is Kind.FILLER and segments[-1]):
            segments[-1].append(token)
        elif token.kind in _SEPARATORS or token.kind is not Kind.FILLER:
            segments.append([])
    for segment in segments:
        while segment and segment[-1].kind is Kind.FILLER:
            segment.pop()
    return [s for s in segments if s]


def _is_label(tail: str) -> bool:
    return tail in ("要求", "指标", "目标", "控制数", "上限", "下限", "规模", "面积", "总量")


def _stray_lead(segments: list[list[Token]], run: Sequence[Token]) -> str | None:
    """Words before the year or area that names the clause: harmless unless they could name somebody."""
    if any(t.kind is Kind.AREA for t in run):
        return None
    for segment in segments:
        text = "".join(t.text for t in segment)
        if text.endswith(("市", "县", "区", "旗", "省", "州", "盟", "镇", "乡")) and len(text) > 2 and text[0] not in "各该本全我你":
            return text
    return None

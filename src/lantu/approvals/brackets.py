"""What a bracket does to the clause around it: it dates, gives a unit, names a part, or limits by itself."""

from __future__ import annotations

from dataclasses import replace

from lantu.approvals.references import settle
from lantu.approvals.sentence import Outer, Sentence
from lantu.approvals.subjects import Subject, subject_of
from lantu.approvals.token_kinds import Kind, Token
from lantu.core.units import spellings

_SPELLINGS = spellings()
_FRAME = frozenset({Kind.AREA, Kind.YEAR, Kind.PART, Kind.BASELINE})


def open_bracket(s: Sentence, at: int) -> None:
    """Set the clause aside; an indicator right before the bracket is what it speaks of."""
    year, close = s.at(at + 1), s.at(at + 2)
    if (
        year
        and year.kind is Kind.YEAR
        and close
        and close.text == ")"
        and s.limits
        and s.limits[-1].end == s.tokens[at].start
    ):
        s.limits[-1] = replace(s.limits[-1], year=year.year)  # 不超过3.35亿立方米(2025年)
    s.outer.append(Outer(s.run, s.current, s.years.copy()))
    if s.run and s.run[-1].kind in (Kind.INDICATOR, Kind.TEXT):
        named = subject_of(s.text, s.run, s.words, s.foreign)
        if isinstance(named, Subject) and (named.term or any(t.kind is Kind.INDICATOR for t in s.run)):
            s.current = named  # 计入生态保护红线面积(不低于3.67万平方千米)
    s.run = []


def close_bracket(s: Sentence) -> None:
    """Take the clause up again, with what the bracket said for it."""
    settle(s)
    inner, named = s.run, s.current
    outer = s.outer.pop()
    if any(t.kind is Kind.UNKNOWN for t in outer.run):
        s.current = None
    limited = bool(s.limits and s.limits[-1].end > (outer.run[-1].end if outer.run else s.tokens[-1].end))
    s.run, s.years = outer.run, outer.years
    s.current = outer.current or s.current
    if [t.kind for t in inner] == [Kind.YEAR] and not _dated(s, inner[0]):
        s.years.clause = inner[0].year  # 用水总量(2025年)不超过
    if not s.run and not limited and named and inner and inner[-1].kind is Kind.INDICATOR:
        s.current = named
    if limited and s.run and s.run[-1].kind is Kind.INDICATOR:
        s.run = []  # what stood before the bracket was limited inside it
    elif [t.kind for t in inner] == [Kind.INDICATOR] and not any(t.kind is Kind.INDICATOR for t in s.run):
        s.run = [*(t for t in s.run if t.kind in _FRAME), *inner]  # 海洋部分(海洋生态保护红线面积)不低于
    _unit_beside(s, inner)


def _dated(s: Sentence, year: Token) -> bool:
    """The bracket stood behind a figure and has dated it."""
    return bool(s.limits) and s.limits[-1].end == year.start - 1


def _unit_beside(s: Sentence, inner: list[Token]) -> None:
    """耕地保有量(万亩): the bracket gives the unit of the figure to come."""
    text = "".join(t.text for t in inner).removeprefix("单位:")
    if inner and s.run and s.run[-1].kind is Kind.INDICATOR and (unit := _SPELLINGS.get(text)):
        s.run.append(Token(Kind.UNIT, inner[0].start, inner[-1].end, text, unit=unit))

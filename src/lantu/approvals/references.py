"""Limits whose figure is another authority's: 不超过上级下达指标, 以自治区核定数为准."""

from __future__ import annotations

from dataclasses import replace

from lantu.approvals.sentence import Sentence
from lantu.approvals.subjects import Subject, subject_of
from lantu.approvals.token_kinds import Kind, Token
from lantu.approvals.vocabulary import Op
from lantu.core.units import spellings

_SPELLINGS = spellings()
_ENDS = frozenset(",;:。、()[]|")


def referred(s: Sentence, at: int, end: int, ops: list[Token], op: Op, subject: Subject | None) -> int | None:
    """Read an operator without a figure: a reference, a question, or no operator at all (None)."""
    known = bool(subject and (subject.term or subject.inherited))
    first = next((t for t in s.tokens[at + 1 : end] if t.kind is not Kind.OP), None)
    following = s.at(end)
    begin = first.start if first else following.start if following else s.tokens[-1].end
    stop = begin
    for stop in _stops(s, begin):
        phrase = s.text[begin:stop]
        for word in s.words.ops_after:
            phrase = phrase.removesuffix(word)
        if subject and (match := s.words.reference.fullmatch(phrase.strip("\"“”'‘’的"))):
            if s.has_stray_mark():
                s.doubt("stray_words", subject.start, stop, text=s.text[subject.start : stop])
            if subject.unlisted:
                s.doubt("unlisted", subject.start, stop, indicator=subject.name)
            s.add(subject, op, "".join(t.text for t in ops), None, None, None, match.group(), stop)
            s.run = []
            return s.index_after(stop, at + 1)
    lost = is_bare_unit(s, s.text[begin : _stops(s, begin)[0]])
    if known and (lost or all(t.text not in s.words.weak_ops for t in ops)):
        end_of_it = max(stop, s.tokens[at].end)
        s.doubt("no_value", s.tokens[at].start, end_of_it, text=s.text[s.tokens[at].start : end_of_it])
        s.run, s.current = [], subject
        return s.index_after(stop, at + 1)
    return None


def _referred_for_a_year(s: Sentence) -> None:
    """2035年执行省下达指标, behind a limit for another year: that year's figure is somebody else's."""
    if not (s.current and s.limits and s.run and s.run[0].kind is Kind.YEAR):
        return
    last = s.limits[-1]
    first, end = s.run[0].end, s.run[-1].end
    match = s.words.settled.fullmatch(s.text[first:end])
    said_before = last.end <= s.run[0].start <= last.end + 1 and last.indicator == s.current.name
    if said_before and match and s.words.reference.search(match["what"]):
        subject = replace(s.current, year=s.run[0].year, start=s.run[0].start, part=False, stray=None)
        s.add(subject, None, match["by"], None, None, None, s.text[first:end], end)


def is_bare_unit(s: Sentence, words: str) -> bool:
    """Say whether the words are a unit (平方千米, 万亩以内) whose figure is missing."""
    for word in sorted(s.words.ops_after, key=len, reverse=True):
        words = words.removesuffix(word)
    return words in _SPELLINGS


def _stops(s: Sentence, begin: int) -> list[int]:
    """Where the words that begin at `begin` may end: at the next mark, or at a line's end (a table)."""
    stop = begin
    while stop < s.tokens[-1].end and s.text[stop] not in _ENDS:
        stop += 1
    lines = [at for at in range(begin + 2, stop) if at in s.folded.line_set]
    return [stop, *lines]


def settle(s: Sentence) -> None:
    """At the end of a clause: 用水总量依据天津市下达指标确定, a limit without any operator.

    An indicator that is only named becomes the one that the next clause may limit.
    """
    names = [i for i, t in enumerate(s.run) if t.kind is Kind.INDICATOR]
    if any(t.kind in (Kind.QUANTITY, Kind.OP) for t in s.run):
        return
    if not names:
        _referred_for_a_year(s)
        return
    subject = subject_of(s.text, s.run[: names[-1] + 1], s.words, s.foreign)
    if subject is None or isinstance(subject, str) or (s.current and s.current.start == subject.start):
        return
    s.current = None if s.has_stray_mark() else replace(subject, part=False)
    first, last = s.run[names[-1]].end, s.run[-1].end
    tail = s.text[first:last].lstrip(":")
    if is_bare_unit(s, tail):  # 生态保护红线面积平方千米: the figure was lost
        s.doubt("no_value", subject.start, last, text=s.text[subject.start : last])
        return
    if match := s.words.settled.fullmatch(tail):
        if s.words.reference.search(match["what"]) or match["as"]:
            s.add(subject, None, f"{match['by']}…{match['as'] or ''}", None, None, None, tail, last)
        return
    beyond = names[-1] + 1
    while beyond < len(s.run) and s.run[beyond].kind is Kind.TEXT:
        beyond += 1
    if beyond > names[-1] + 1:  # words behind the name belong to it: 城镇开发边界扩展倍 is not 城镇开发边界
        longer = subject_of(s.text, s.run[:beyond], s.words, s.foreign)
        s.current = replace(longer, part=False) if isinstance(longer, Subject) and s.current else None
    if s.words.reference.search(tail):
        s.doubt("not_understood", subject.start, last, text=s.text[subject.start : last])
        return
    around = s.words.reference.search(s.text, s.run[0].start, last)
    if around and around.start() < s.run[names[-1]].start and around.end() > first:
        s.add(subject, None, "", None, None, None, s.text[s.run[0].start : last], last)

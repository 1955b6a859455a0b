"""Figures without an operator before them: one behind, a plain statement, a list's item, else a question."""

from __future__ import annotations

from dataclasses import replace

from lantu.approvals.bounds import emit, said_again
from lantu.approvals.sentence import Sentence, Years
from lantu.approvals.subjects import Subject, subject_of
from lantu.approvals.token_kinds import Kind, Token
from lantu.approvals.tokens import is_multiple
from lantu.approvals.vocabulary import Op

_FROM = ("由", "从")


def figure(s: Sentence, at: int) -> int:
    """Read the figure at `at`; return the index behind it."""
    token = s.tokens[at]
    if token.kind is Kind.NUMBER:
        return _number(s, at)
    op, stop = s.operator_behind(token.end)
    op = op or s.operator_behind_bracket(token.end)
    behind = s.index_after(stop, at + 1)
    if _is_former_value(s, behind):
        return behind
    if (end := _name_behind(s, at, behind, op)) is not None:
        return end
    found, op, op_text = _subject(s, at, op)
    if found is None:
        if not (s.run and s.run[-1].kind is Kind.BASELINE and token.unit and not is_multiple(token.unit)):
            s.doubt("not_understood", token.start, token.end, text=token.text)
        s.run.append(token)
        return behind
    if op is None:
        s.doubt("no_operator", found.start, token.end, text=s.text[found.start : token.end])
    tail = s.text[token.end : stop]
    op_text = f"{op_text}…{tail}" if op_text and tail else op_text or tail
    emit(s, found, op or "=", op_text, token, stop)
    s.run = []
    return said_again(s, token, behind)


def _subject(s: Sentence, at: int, op: Op | None) -> tuple[Subject | None, Op | None, str]:
    """What a figure without operator speaks of, with the operator that its context lends."""
    found = subject_of(s.text, s.run, s.words, s.foreign)
    words = [t.text for t in s.run if t.kind in (Kind.CHANGE,)]
    if isinstance(found, Subject) and found.term is not None and found.adjacent:
        if found.stray and s.several:
            return s.subject(at, s.tokens[at]), op, ""
        return found, op or _lent(s, found), "".join(words) or (s.list_op[1] if s.list_op and not op else "")
    if found is None and s.current and s.list_op:
        return s.subject(at, s.tokens[at]), op or s.list_op[0], s.list_op[1]
    dated = any(t.kind is Kind.YEAR for t in s.run) and all(
        t.kind in (Kind.YEAR, Kind.PART, Kind.FILLER) for t in s.run
    )
    if found is None and s.limits and s.current and dated:
        return s.subject(at, s.tokens[at]), op or s.limits[-1].op, ""
    return None, op, ""


def _lent(s: Sentence, subject: Subject) -> Op | None:
    """The operator of the list's heading, of 确保 before the name, or of the whole in the same breath."""
    if s.list_op:
        return s.list_op[0]
    if any(t.text in s.words.keeping for t in s.run) and subject.term and subject.term.direction == ">=":
        return ">="
    last = s.limits[-1] if s.limits else None
    if last and subject.term and last.indicator in subject.term.of and last.sentence[0] == s.tokens[0].start:
        return last.op
    return None


def _is_former_value(s: Sentence, behind: int) -> bool:
    """由57220公顷调整为58733公顷: the first figure is history."""
    following = s.at(behind)
    changed = following is not None and following.kind is Kind.OP and following.text in s.words.changed_to
    return changed and any(t.text in _FROM for t in s.run)


def _name_behind(s: Sentence, at: int, index: int, op: Op | None) -> int | None:
    """守住36.5万亩耕地保有量: the indicator may stand behind its figure."""
    if any(t.kind is Kind.INDICATOR for t in s.run[-1:]):
        return None
    index = s.skip(index, Kind.FILLER)
    token, following = s.at(index), s.at(index + 1)
    if (
        not token
        or token.kind is not Kind.INDICATOR
        or (following and following.kind in (Kind.OP, Kind.CHANGE))
    ):
        return None
    subject = subject_of(s.text, [token], s.words, s.foreign)
    if not isinstance(subject, Subject):
        return None
    one_line = not any(s.tokens[at].start < start <= token.start for start in s.folded.line_starts)
    if op is None and one_line and any(t.text in s.words.keeping for t in s.run[-2:]):
        op, s.keep_on = ">=", True
    elif op is None and s.keep_on:
        op = ">="
    if op is None:
        s.doubt("no_operator", s.tokens[at].start, token.end, text=s.cut(at, index + 1))
    emit(s, replace(subject, start=s.tokens[at].start), op or "=", "", s.tokens[at], token.end)
    s.run = []
    return index + 1


def _number(s: Sentence, at: int) -> int:
    """A number without a known unit: a question where it could be a quantity, else a count or a label."""
    token = s.tokens[at]
    if s.run and s.run[-1].kind is Kind.UNIT:
        found, op, op_text = _subject(s, at, None)
        if found is not None:
            if op is None:
                s.doubt("no_operator", found.start, token.end, text=s.text[found.start : token.end])
            emit(s, found, op or "=", op_text, token, token.end)
            s.run = []
            return at + 1
    content = [t for t in s.run if t.kind is not Kind.FILLER]
    named = bool(content) and content[-1].kind in (Kind.INDICATOR, Kind.OP)
    marked = any(at in s.folded.marks for at in range(token.start, token.end + 2))
    odd = marked or (token.figure is not None and (token.figure.value is None or "." in token.text))
    s.run.append(token)
    lone_year = token.text.isdigit() and 1990 <= int(token.text) <= 2100
    if lone_year or s.text.startswith("年", token.end):
        s.years = Years(lost=True)  # a year without its 年, or what is left of a year
    marked_off = s.text[token.end : token.end + 1] in ("·", "?", "’")
    if named or odd or marked_off or s.words.measure.match(s.text, token.end):
        s.doubt("no_unit", token.start, token.end, text=s.text[token.start : token.end + 1])
    return at + 1


def all_open(s: Sentence, tokens: list[Token], code: str) -> None:
    """Ask about every quantity of a sentence that is not the reply's own."""
    for token in tokens:
        if token.kind is Kind.QUANTITY:
            s.doubt(code, token.start, token.end, text=token.text)

"""Clauses with a character that nobody can know, and brackets whose end was lost."""

from __future__ import annotations

from lantu.approvals.sentence import Sentence, Years
from lantu.approvals.token_kinds import Kind

_POISON_ENDS = frozenset(",;:。()")


def skip_poisoned(s: Sentence, at: int) -> int:
    """A clause with a character nobody can know is not read at all."""
    first = last = at
    while first > 0 and not (
        s.tokens[first - 1].kind is Kind.MARK and s.tokens[first - 1].text in _POISON_ENDS
    ):
        first -= 1
    while last < len(s.tokens) and not (
        s.tokens[last].kind is Kind.MARK and s.tokens[last].text in _POISON_ENDS
    ):
        last += 1
    clause = s.tokens[first:last]
    text = s.cut(first, last)
    s.doubt(
        "unknown_character",
        clause[0].start,
        clause[-1].end,
        character=f"U+{ord(s.tokens[at].text):04X}",
        text=text,
    )
    s.limits = [one for one in s.limits if one.end <= clause[0].start]
    if s.several:
        s.area = ()
    if any(name in text for name in s.foreign):
        s.area = ()
    give_up_brackets(s, last)
    if any(t.kind is Kind.YEAR for t in clause):
        s.years = Years(lost=True)
    s.years.lost = s.years.lost or "年" in text or any(c.isdigit() for c in text)
    s.run, s.current, s.list_op = [s.tokens[at]], None, None  # the clause may go on behind a bracket, unread
    return last


def give_up_brackets(s: Sentence, at: int) -> None:
    """Where a bracket's end was lost, what was said before it does not come back."""
    rest = [t.text for t in s.tokens[at:] if t.kind is Kind.MARK and t.text in "()"]
    if s.outer and rest[:1] != [")"]:
        s.outer.clear()
        s.years = Years(lost=True)

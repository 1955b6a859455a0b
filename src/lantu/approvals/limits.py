"""The limits that a stretch of reply text sets: indicator, operator, value, unit, year, whose.

One reader walks the tokens of a sentence. A figure becomes a limit only where every word around it is
understood; any other figure becomes a question with its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lantu.approvals.bounds import base_note, limit
from lantu.approvals.brackets import close_bracket, open_bracket
from lantu.approvals.handing_out import each
from lantu.approvals.limit import Doubt, Limit
from lantu.approvals.poison import give_up_brackets, skip_poisoned
from lantu.approvals.references import settle
from lantu.approvals.sentence import STRAY_MARKS, Sentence, Years
from lantu.approvals.source_text import Folded
from lantu.approvals.statements import all_open, figure
from lantu.approvals.subjects import is_place
from lantu.approvals.token_kinds import Kind, Token
from lantu.approvals.tokens import BULLETS, is_multiple
from lantu.approvals.vocabulary import Vocabulary

_CLAUSE_ENDS = frozenset(",;:。、—[]|" + BULLETS)
_STRETCH_BEGINS = frozenset(";:。(" + BULLETS)
_BEFORE_AN_AREA = frozenset({Kind.NUMBER_OF_DOCUMENT, Kind.LABEL, Kind.YEAR, Kind.MARK, Kind.FILLER})
_ALL_OF_THEM = frozenset({"均", "都", "各"})


def read_limits(
    text: str, tokens: Sequence[Token], words: Vocabulary, areas: Mapping[str, str], foreign: Sequence[str],
    since: int | None, folded: Folded,
) -> tuple[list[Limit], list[Doubt]]:  # fmt: skip
    """Read every limit in a document's body.

    Args:
        text: folded text with decimal points resolved.
        tokens: its tokens.
        areas: every name of an approved plan's area → the area (长春 → 长春市).
        foreign: names of other administrative areas, whose figures are not this reply's limits.
        since: first year of the plans' period; what a text says of earlier years is background.
        folded: the text's layout.
    """
    state = Sentence(text, words, areas, foreign, since, folded)
    for sentence in _sentences(tokens):
        _read(state, sentence)
    _empty_card(state)
    return [_with_base(state, i) for i in range(len(state.limits))], state.doubts


def _sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    sentences: list[list[Token]] = [[]]
    for token in tokens:
        sentences[-1].append(token)
        if token.kind is Kind.MARK and token.text in "。!":
            sentences.append([])
    return [s for s in sentences if s]


def _read(s: Sentence, tokens: list[Token]) -> None:
    s.begin(tokens)
    if tokens[0].kind is not Kind.LABEL:
        s.list_op = None
    elif tokens[0].text.endswith("、") and s.several:
        s.area = ()
    if s.words.editors_note.match(s.text, tokens[0].start):
        all_open(s, tokens, "editors_note")
        return
    at = 0
    while at < len(tokens):
        at = _step(s, at)
    settle(s)


def _step(s: Sentence, at: int) -> int:
    token = s.tokens[at]
    end: int | None = None
    match token.kind:
        case Kind.MARK:
            _mark(s, at)
            return at + 1
        case Kind.LABEL:
            settle(s)
            s.run, s.current = [], None
            return at + 1
        case Kind.UNKNOWN:
            return skip_poisoned(s, at)
        case Kind.QUANTITY | Kind.NUMBER:
            return figure(s, at)
        case Kind.AREA:
            _row(s, at)
            _area(s, at)
        case Kind.FOREIGN:
            s.area = ()
            s.claimed = _heads_its_item(s.tokens[:at])
        case Kind.ALL:
            s.area = s.everyone
        case Kind.INDICATOR:
            _row(s, at)
        case Kind.YEAR:
            _year(s, at)
        case Kind.OP:
            _share(s)
            end = limit(s, at)
        case Kind.EACH:
            end = each(s, at)
    if end is not None:
        return end
    s.run.append(token)
    return at + 1


def _heads_its_item(before: Sequence[Token]) -> bool:
    """Nothing that could name somebody stands between a label or the sentence's start and a name."""
    label = max((i for i, t in enumerate(before) if t.kind is Kind.LABEL), default=-1)
    return all(t.kind in _BEFORE_AN_AREA for t in before[label + 1 :])


def _row(s: Sentence, at: int) -> None:
    """A name at a line's beginning with a column's gap behind it opens a row of a table."""
    token = s.tokens[at]
    if token.start in s.folded.line_set and token.end in s.folded.gaps and s.run:
        settle(s)
        s.run = []


def _area(s: Sentence, at: int) -> None:
    """甲、乙 and 甲和乙 are spoken of together; any other name begins anew."""
    area = s.areas[s.tokens[at].text]
    between, before = s.at(at - 1), s.at(at - 2)
    joined = between and between.text in ("、", "和", "与", "及") and before and before.kind is Kind.AREA
    with_stranger = between and between.text in ("、", "和", "与", "及") and before and is_place(before.text)
    if with_stranger or _tail_of_another(between, before):
        s.area = ()
    else:
        s.area = tuple(dict.fromkeys((*s.area, area))) if joined else (area,)


def _tail_of_another(between: Token | None, before: Token | None) -> bool:
    """青岚县 where 岚县 is the plan: one lone character before a name makes it another's."""
    lone = between is not None and between.kind is Kind.TEXT and len(between.text) == 1
    return lone and (before is None or before.kind is not Kind.TEXT)


def _share(s: Sentence) -> None:
    """均控制在…: of everyone spoken of. Without 均 or 各, one figure for several areas is nobody's."""
    shared = any(t.text in _ALL_OF_THEM for t in s.run) or any(t.kind is Kind.EACH for t in s.run)
    if not s.several:
        return
    if shared and any(t.kind is Kind.ALL for t in s.run):
        s.area = s.everyone
    elif shared and not any(t.kind is Kind.AREA for t in s.run):
        spoken = {s.areas[t.text] for t in s.tokens if t.kind is Kind.AREA and t.start < s.run[0].start}
        s.area = tuple(a for a in s.everyone if a in spoken) if len(spoken) > 1 else s.everyone
    elif len(s.area) > 1 and not shared:
        s.area = ()


def _year(s: Sentence, at: int) -> None:
    """A year that heads a stretch governs it; one before a comma and an operator governs that clause only."""
    token, following = s.tokens[at], s.at(at + 1)
    before = s.at(at - 1)
    if following and following.text in (",", ":", "——", "—"):
        ahead = s.at(s.skip(at + 2, Kind.FILLER))
        if following.text in (",", ":") and ahead and ahead.kind in (Kind.OP, Kind.QUANTITY):
            s.years.clause = token.year
        else:
            s.years = Years(token.year, following.text)
    elif before is None or before.kind is Kind.LABEL or before.text in _STRETCH_BEGINS:
        s.years = Years(token.year, sure=False)


def _mark(s: Sentence, at: int) -> None:
    mark = s.tokens[at].text
    if mark == "(":
        open_bracket(s, at)
    elif mark == ")" and s.outer:
        close_bracket(s)
    elif mark in STRAY_MARKS:
        s.run.append(s.tokens[at])
    elif mark in _CLAUSE_ENDS or mark == "——":
        following = s.at(at + 1)
        if (
            mark == ":"
            and s.run
            and s.run[-1].kind in (Kind.INDICATOR, Kind.UNIT)
            and following
            and following.kind is not Kind.INDICATOR
        ):
            return
        _card(s, mark)
        settle(s)
        if mark in BULLETS or (mark == ":" and _new_topic(s)):
            s.current = None
        s.run = []
        s.years.first_clause = (
            False
            if mark == "," and s.limits and s.limits[-1].end > s.tokens[0].start
            else s.years.first_clause
        )
        if mark == ";":
            give_up_brackets(s, at)
        if mark == ";" and not s.outer:
            s.years = s.years.behind_semicolon()
            if not s.several and not s.claimed:
                s.area = s.everyone  # another area's share ends here


def _new_topic(s: Sentence) -> bool:
    """Words that name no known indicator stand before a colon: what follows speaks of them."""
    return any(t.kind is Kind.TEXT for t in s.run) and not any(t.kind is Kind.INDICATOR for t in s.run)


def _card(s: Sentence, mark: str) -> None:
    """【耕地保有量】 on its own opens a card; nothing said on the card before holds for it."""
    if mark == "[":
        _empty_card(s)
        s.years = s.years if s.years.lost else Years()
    elif mark == "]" and [t.kind for t in s.run] == [Kind.INDICATOR]:
        s.card = s.run[0]


def _empty_card(s: Sentence) -> None:
    if s.card:
        s.doubt("empty_card", s.card.start, s.card.end, indicator=s.card.text)
    s.card = None


def _with_base(s: Sentence, index: int) -> Limit:
    """A multiple's base year may stand before it, behind it or in a bracket: anywhere in its own stretch."""
    one = s.limits[index]
    if one.unit is None or not is_multiple(one.unit) or one.note:
        return one
    before = s.limits[index - 1].end if index else 0
    after = s.limits[index + 1].start if index + 1 < len(s.limits) else one.sentence[1]
    begin = max(one.sentence[0], before if before <= one.start else 0, s.text.rfind(";", 0, one.start) + 1)
    semicolon = s.text.find(";", one.end)
    stop = min(x for x in (one.sentence[1], max(after, one.end), semicolon) if x >= one.end)
    found = s.words.base.search(s.text, begin, stop)
    if not found:
        return one
    year = int(next(g for g in found.groups() if g))
    return replace(one, note=base_note(year), year=None if one.year == year else one.year)

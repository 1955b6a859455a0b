"""The limits that a stretch of reply text sets: indicator, operator, value, unit, year, whose.

One reader walks the tokens of a sentence. A figure becomes a limit only where every word around it is
understood; any other figure becomes a question with its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from lantu.approvals.figures import Figure
from lantu.approvals.subjects import Subject, subject_of
from lantu.approvals.tokens import Kind, Token, is_multiple
from lantu.approvals.vocabulary import Op, Vocabulary
from lantu.core.units import UNITS, Unit, spellings

_CLAUSE_ENDS = frozenset(",;:。、")
_GLUE = frozenset({Kind.FILLER, Kind.BASELINE, Kind.CHANGE, Kind.OP})
_LARGE = ("万", "亿", "千", "百")
_SPELLINGS = spellings()


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as read; offsets are folded ones.

    Attributes:
        area: name of the plan's area, None where the text does not say whose limit it is.
        value: None where the limit is somebody else's figure; `note` then says whose.
        part: the text calls it a part of something (其中, 内含 …); `whole` names of what, if that was just said.
    """

    area: str | None
    indicator: str
    op: Op | None
    op_text: str
    value: Figure | None
    unit: Unit | None
    year: int | None
    note: str | None
    part: bool
    whole: str | None
    start: int
    end: int
    sentence: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that looks like a quantity and was not understood; `code` is a message code below `approval.`."""

    code: str
    start: int
    end: int
    params: Mapping[str, object] = field(default_factory=dict)


def read_limits(
    text: str, tokens: Sequence[Token], words: Vocabulary, areas: Mapping[str, str], foreign: Sequence[str]
) -> tuple[list[Limit], list[Doubt]]:
    """Read every limit in a document's body.

    Args:
        text: folded text with decimal points resolved.
        tokens: its tokens.
        areas: every name of an approved plan's area → the area (长春 → 长春市).
        foreign: names of other administrative areas, whose figures are not this reply's limits.
    """
    reader = _Reader(text, words, areas, foreign)
    for sentence in _sentences(tokens):
        reader.read(sentence)
    return reader.limits, reader.doubts


def _sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    sentences: list[list[Token]] = [[]]
    for token in tokens:
        sentences[-1].append(token)
        if token.kind is Kind.MARK and token.text in "。!":
            sentences.append([])
    return [s for s in sentences if s]


class _Reader:
    """State that a reader of the text would hold in mind."""

    def __init__(self, text: str, words: Vocabulary, areas: Mapping[str, str], foreign: Sequence[str]) -> None:
        self.text, self.words, self.areas, self.foreign = text, words, areas, foreign
        self.limits: list[Limit] = []
        self.doubts: list[Doubt] = []
        only = set(areas.values())
        self.several = len(only) > 1
        self.area: str | None = None if self.several else next(iter(only), None)

    def read(self, tokens: list[Token]) -> None:
        """Read one sentence."""
        self.tokens = tokens
        if not self.several:
            self.area = next(iter(self.areas.values()), None)
        self.run: list[Token] = []
        self.outer: list[tuple[list[Token], Subject | None]] = []
        self.current: Subject | None = None
        self.head_year: int | None = None
        self.head_holds = ","
        self.keep_on = False
        if self.words.editors_note.match(self.text, tokens[0].start):
            self._doubt_all(tokens, "editors_note")
            return
        at = 0
        while at < len(tokens):
            at = self._step(at)
        self._settle()

    def _step(self, at: int) -> int:
        token = self.tokens[at]
        match token.kind:
            case Kind.MARK:
                self._mark(at)
            case Kind.UNKNOWN:
                return self._skip_poisoned(at)
            case Kind.AREA:
                self.area = self.areas[token.text]
                self.run.append(token)
            case Kind.YEAR:
                following = self._at(at + 1)
                if following and following.text in (",", ":", "——", "—"):
                    self.head_year, self.head_holds = token.year, following.text
                self.run.append(token)
            case Kind.OP:
                if (end := self._limit(at)) is not None:
                    return end
                self.run.append(token)
            case Kind.EACH:
                if (end := self._each(at)) is not None:
                    return end
                self.run.append(token)
            case Kind.QUANTITY | Kind.NUMBER:
                return self._loose(at)
            case _:
                self.run.append(token)
        return at + 1

    def _at(self, index: int) -> Token | None:
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def _mark(self, at: int) -> None:
        mark = self.tokens[at].text
        if mark == "(":
            self._year_behind(at)
            self.outer.append((self.run, self.current))
            self.run = []
        elif mark == ")" and self.outer:
            self._settle()
            inner = self.run
            self.run, whole = self.outer.pop()
            self.current = whole or self.current
            self._unit_beside(inner)
        elif mark in _CLAUSE_ENDS or mark == "—":
            named = bool(self.run) and self.run[-1].kind is Kind.INDICATOR
            if mark == ":" and named:
                return
            self._settle()
            self.run = []
            if mark == ";" and self.head_holds != ":" and not self.outer:
                self.head_year = None

    def _year_behind(self, at: int) -> None:
        """不超过3.35亿立方米(2025年): the bracket dates the limit before it."""
        year, close = self._at(at + 1), self._at(at + 2)
        if not (year and year.kind is Kind.YEAR and close and close.text == ")" and self.limits):
            return
        if self.limits[-1].end == self.tokens[at].start:
            self.limits[-1] = replace(self.limits[-1], year=year.year)

    def _unit_beside(self, inner: list[Token]) -> None:
        """耕地保有量(万亩): the bracket gives the unit of the figure to come."""
        text = "".join(t.text for t in inner).removeprefix("单位:")
        if inner and self.run and self.run[-1].kind is Kind.INDICATOR and (unit := _SPELLINGS.get(text)):
            self.run.append(Token(Kind.UNIT, inner[0].start, inner[-1].end, text, unit=unit))

    # -- one limit ---------------------------------------------------------------------------------

    def _limit(self, at: int) -> int | None:
        """Read operator and value at `at`; None where the word is no operator here."""
        end, ops, glue = at, [], []
        while (token := self._at(end)) and token.kind in _GLUE:
            (ops if token.kind is Kind.OP else glue).append(token)
            end += 1
        op = self._stronger(ops)
        value = self._at(end)
        base_year = next((t.year for t in glue if t.kind is Kind.BASELINE), None)
        if value and value.kind is Kind.YEAR and self._multiple_ahead(end + 1):
            base_year, end = value.year, end + 1
            while (value := self._at(end)) and value.kind is Kind.FILLER:
                end += 1
        if value and value.kind is Kind.QUANTITY and self._multiple_ahead(end + 1):
            end += 1  # 45.67平方千米的1.18倍: the first is the base
            while (value := self._at(end)) and value.kind is Kind.FILLER:
                end += 1
        subject = self._subject(at, value)
        if value is None or value.kind not in (Kind.QUANTITY, Kind.NUMBER):
            return self._referred(at, end, ops, op, subject)
        if subject is None:
            self._doubt("not_understood", self.tokens[at].start, value.end, text=self._cut(at, end + 1))
            return end + 1
        op_after, stop = self._after(value.end)
        op_text = "".join(t.text for t in (*subject.changes, *ops))
        if op_after:
            op_text, op = f"{op_text}…{self.text[value.end : stop]}", op_after
        op = self._after_bracket(value.end) or op
        subject = replace(subject, base_year=subject.base_year or base_year)
        self._emit(subject, op, op_text, value, stop)
        return self._index_after(stop, end + 1)

    def _stronger(self, ops: list[Token]) -> Op:
        firm = [t for t in ops if t.text not in self.words.weak_ops]
        return self.words.ops_before[(firm or ops)[-1].text]

    def _multiple_ahead(self, index: int) -> bool:
        """Say whether 的 … 倍 follows, so that what stands before it is only the base."""
        while (token := self._at(index)) and token.kind in (Kind.FILLER, Kind.BASELINE):
            index += 1
        return bool(token and token.kind is Kind.QUANTITY and token.unit and is_multiple(token.unit)) and bool(
            (before := self._at(index - 1)) and before.kind in (Kind.FILLER, Kind.BASELINE)
        )

    def _after(self, at: int) -> tuple[Op | None, int]:
        """Return the operator behind a figure (以内, 以上 …) and where it ends."""
        for word in sorted(self.words.ops_after, key=len, reverse=True):
            if self.text.startswith(word, at):
                return self.words.ops_after[word], at + len(word)
        return None, at

    def _after_bracket(self, at: int) -> Op | None:
        """1.3倍(以2020年规模为基数)以内: the operator may stand behind a bracket that follows the figure."""
        if not self.text.startswith("(", at):
            return None
        close = self.text.find(")", at, at + 60)
        return self._after(close + 1)[0] if close > 0 else None

    def _index_after(self, stop: int, at_least: int) -> int:
        index = at_least
        while (token := self._at(index)) and token.start < stop:
            index += 1
        return index

    def _subject(self, at: int, value: Token | None) -> Subject | None:
        found = subject_of(self.text, self.run, self.words, self.foreign)
        if isinstance(found, str):
            token = value or self.tokens[at]
            self._doubt(found, self.run[0].start if self.run else token.start, token.end)
            if found == "foreign_area":
                self.area = None  # what follows in this sentence is that area's too
            return None
        if found is None and self.current and all(
            t.kind in (Kind.YEAR, Kind.FILLER, Kind.PART, Kind.AREA, Kind.BASELINE, Kind.CHANGE) for t in self.run
        ):
            years = [t.year for t in self.run if t.kind is Kind.YEAR]
            bases = [t.year for t in self.run if t.kind is Kind.BASELINE]
            changes = [t for t in self.run if t.kind is Kind.CHANGE]
            found = replace(
                self.current,
                year=years[-1] if years else None,
                base_year=self.current.base_year or (bases[-1] if bases else None),
                changes=tuple(changes) or self.current.changes,
                start=self.run[0].start if self.run else self.tokens[at].start,
                part=False,
                stray=None,
            )
        if found and found.stray and self.several:
            # Whose limit this is hangs on words that were not understood: better nobody's.
            self._doubt("whose", found.start, (value or self.tokens[at]).end, text=found.stray)
            self.area = None
        return found

    def _emit(self, subject: Subject, op: Op | None, op_text: str, value: Token, stop: int) -> None:
        figure, unit = value.figure, value.unit
        where = (subject.start, stop)
        if figure is None or figure.value is None:
            self._doubt("figure", value.start, value.end, text=value.text, why=figure.doubt if figure else "")
            return
        unit = unit or self._unit_elsewhere(subject, value)
        if unit is None:
            self._doubt("no_unit", value.start, value.end, text=value.text)
            return
        term = subject.term
        if term and unit.dimension not in term.dimensions and not (subject.changes and unit.name == "%"):
            self._doubt("wrong_unit", *where, indicator=subject.name, unit=unit.name)
            return
        if term and term.units and unit.name not in term.units and not subject.changes:
            self._doubt("unusual_unit", *where, indicator=subject.name, unit=unit.name)
        if term and term.direction and op and op not in (term.direction, "=") and not subject.changes:
            self._doubt("odd_direction", *where, indicator=subject.name, op=op_text)
        if subject.stray:
            self._doubt("stray_words", *where, text=subject.stray)
        if subject.unlisted:
            self._doubt("unlisted", *where, indicator=subject.name)
        self._add(subject, op, op_text, figure, unit, _note(subject, unit), stop)

    def _unit_elsewhere(self, subject: Subject, value: Token) -> Unit | None:
        """耕地保有量(万亩)不低于327.40, 扩展倍数不超过1.18: the unit is said by or beside the name."""
        if subject.unit:
            return subject.unit
        following = self.text[value.end : value.end + 1]
        if subject.name.endswith("倍数") and following and not following.startswith(_LARGE) and following in ",;。()以之内":
            return UNITS["倍"]
        return None

    def _add(
        self, subject: Subject, op: Op | None, op_text: str, figure: Figure | None, unit: Unit | None,
        note: str | None, stop: int, area: str | None = None, year: int | None = None,
    ) -> None:  # fmt: skip
        self.limits.append(
            Limit(
                area or self.area, subject.name, op, op_text, figure, unit,
                year or subject.year or self.head_year, note, subject.part,
                self.current.name if subject.part and self.current else None,
                subject.start, stop, (self.tokens[0].start, self.tokens[-1].end),
            )
        )  # fmt: skip
        if not subject.part or not self.current:
            self.current = subject

    # -- limits without a figure -------------------------------------------------------------------

    def _referred(self, at: int, end: int, ops: list[Token], op: Op, subject: Subject | None) -> int | None:
        """不超过上级下达指标: the figure is another authority's."""
        known = bool(subject and (subject.term or subject.inherited))
        first = next((t for t in self.tokens[at + 1 : end] if t.kind is not Kind.OP), None)
        begin = first.start if first else (self.tokens[end].start if self._at(end) else self.tokens[-1].end)
        stop = begin
        while stop < self.tokens[-1].end and self.text[stop] not in ",;:。、()":
            stop += 1
        phrase = self.text[begin:stop]
        for word in self.words.ops_after:
            phrase = phrase.removesuffix(word)
        if subject and (match := self.words.reference.fullmatch(_bare(phrase))):
            op_text = "".join(t.text for t in ops)
            self._add(subject, op, op_text, None, None, match.group(), stop)
            return self._index_after(stop, at + 1)
        if known and all(t.text not in self.words.weak_ops for t in ops):
            self._doubt("no_value", self.tokens[at].start, max(stop, self.tokens[at].end), text=self.text[self.tokens[at].start : stop])
            return self._index_after(stop, at + 1)
        return None

    def _settle(self) -> None:
        """At the end of a clause: 用水总量依据天津市下达指标确定, a limit without any operator."""
        names = [i for i, t in enumerate(self.run) if t.kind is Kind.INDICATOR]
        if not names or any(t.kind in (Kind.QUANTITY, Kind.OP) for t in self.run):
            return
        subject = subject_of(self.text, self.run[: names[-1] + 1], self.words, self.foreign)
        if subject is None or isinstance(subject, str) or (self.current and self.current.start == subject.start):
            return
        self.current = replace(subject, part=False)  # named now, limited in the next clause
        first, last = self.run[names[-1]].end, self.run[-1].end
        tail = self.text[first:last]
        if not self.words.reference.search(tail):
            around = self.words.reference.search(self.text, self.run[0].start, last)
            if around and around.start() < self.run[names[-1]].start and around.end() > first:
                self._add(subject, None, "", None, None, self.text[self.run[0].start : last], last)
            return
        match = self.words.settled.fullmatch(tail)
        op_text = f"{match['by']}…{match['as'] or ''}" if match else tail
        self._add(subject, None, op_text, None, None, tail, last)

    # -- several at once ---------------------------------------------------------------------------

    def _each(self, at: int) -> int | None:
        """甲、乙耕地保有量分别不低于A、B: hand the values out to as many areas, indicators or years."""
        end, ops, values = at + 1, list[Token](), list[Token]()
        lead = [t for t in self.tokens[:at] if t.kind is Kind.OP and t.start >= (self.run[0].start if self.run else 0)]
        while token := self._at(end):
            if token.kind is Kind.OP:
                ops.append(token)
            elif token.kind is Kind.QUANTITY:
                values.append(token)
                _, stop = self._after(token.end)
                end = self._index_after(stop, end + 1) - 1
            elif not (token.kind in (Kind.FILLER, Kind.BASELINE) or (token.kind is Kind.MARK and token.text in "、,")):
                break
            end += 1
        while end > at + 1 and (last := self._at(end - 1)) and last.kind in (Kind.MARK, Kind.FILLER):
            end -= 1
        if len(values) < 2:
            return None
        ops = ops or lead
        op_after, _ = self._after(values[-1].end)
        op = op_after or (self._stronger(ops) if ops else "=")
        op_text = "".join(t.text for t in ops[:1]) or "分别为"
        subjects = self._listed(at, len(values))
        if subjects is None:
            self._doubt("not_handed_out", self.tokens[at].start, values[-1].end, text=self._cut(at, end))
            return end
        for (area, subject), value in zip(subjects, values, strict=True):
            before = self.area
            self.area = area or self.area
            self._emit(subject, op, op_text, value, value.end)
            self.area = before if not area else self.area
        return end

    def _listed(self, at: int, count: int) -> list[tuple[str | None, Subject]] | None:
        """Find the list of `count` areas, indicators or years that stands before 分别."""
        first = max((i for i, t in enumerate(self.tokens[:at]) if t.kind is Kind.MARK and t.text in ";。"), default=-1) + 1
        before = self.tokens[first:at]
        names = [t for t in before if t.kind is Kind.INDICATOR]
        areas = [t for t in before if t.kind is Kind.AREA]
        years = [t for t in before if t.kind is Kind.YEAR]
        if not names:
            return None
        if len(names) == count:
            found = [subject_of(self.text, [t], self.words, self.foreign) for t in names]
            return [(None, s) for s in found if isinstance(s, Subject)] if all(isinstance(s, Subject) for s in found) else None
        subject = subject_of(self.text, [names[-1]], self.words, self.foreign)
        if not isinstance(subject, Subject):
            return None
        if len(areas) == count:
            return [(self.areas[t.text], subject) for t in areas]
        if not areas and len(set(self.areas.values())) == count:
            return [(area, subject) for area in dict.fromkeys(self.areas.values())]
        if len(years) == count:
            return [(None, replace(subject, year=t.year)) for t in years]
        return None

    # -- what is left over -------------------------------------------------------------------------

    def _loose(self, at: int) -> int:
        """A figure without an operator before it: perhaps one behind it, else a plain statement, else a question."""
        token = self.tokens[at]
        if token.kind is Kind.NUMBER:
            self._loose_number(at)
            return at + 1
        op, stop = self._after(token.end)
        op = op or self._after_bracket(token.end)
        if (end := self._name_behind(at, self._index_after(stop, at + 1), op)) is not None:
            return end
        subject = subject_of(self.text, self.run, self.words, self.foreign)
        if isinstance(subject, Subject) and subject.term is not None and subject.adjacent:
            op = op or self._op_of_whole(subject)
        elif subject is None and self.limits and all(t.kind in (Kind.YEAR, Kind.PART, Kind.FILLER) for t in self.run):
            subject = self._subject(at, token)
            op = op or self.limits[-1].op
        else:
            subject = None
        if isinstance(subject, Subject):
            if op is None:
                self._doubt("no_operator", subject.start, token.end, text=self.text[subject.start : token.end])
            self._emit(subject, op or "=", self.text[token.end : stop] or "", token, stop)
        elif not (self.run and self.run[-1].kind is Kind.BASELINE):
            self._doubt("not_understood", token.start, token.end, text=token.text)
        self.run.append(token)
        return at + 1

    def _op_of_whole(self, subject: Subject) -> Op | None:
        """不低于A万亩(永久基本农田B万亩): a part shares the operator of its whole in the same bracket or breath."""
        last = self.limits[-1] if self.limits else None
        if last and subject.term and last.indicator in subject.term.of and last.sentence[0] == self.tokens[0].start:
            return last.op
        return None

    def _name_behind(self, at: int, index: int, op: Op | None) -> int | None:
        """守住36.5万亩耕地保有量: the indicator may stand behind its figure."""
        if any(t.kind is Kind.INDICATOR for t in self.run[-1:]):
            return None
        while (token := self._at(index)) and token.kind is Kind.FILLER:
            index += 1
        if not token or token.kind is not Kind.INDICATOR or (self._at(index + 1) and self.tokens[index + 1].kind in (Kind.OP, Kind.CHANGE)):
            return None
        subject = subject_of(self.text, [token], self.words, self.foreign)
        if not isinstance(subject, Subject):
            return None
        keeping = any(t.text in self.words.keeping for t in self.run[-2:])
        if op is None and keeping:
            op = ">="
            self.keep_on = True
        elif op is None and self.keep_on:
            op = ">="
        if op is None:
            self._doubt("no_operator", self.tokens[at].start, token.end, text=self._cut(at, index + 1))
        self._emit(replace(subject, start=self.tokens[at].start), op or "=", "", self.tokens[at], token.end)
        self.run = []
        return index + 1

    def _loose_number(self, at: int) -> None:
        token = self.tokens[at]
        named = bool(self.run) and self.run[-1].kind in (Kind.INDICATOR, Kind.OP)
        odd = token.figure is not None and (token.figure.value is None or "." in token.text)
        self.run.append(token)
        if named or odd or self.text.startswith(_LARGE, token.end):
            self._doubt("no_unit", token.start, token.end, text=self.text[token.start : token.end + 1])

    def _skip_poisoned(self, at: int) -> int:
        """A clause with a character nobody can know is not read at all."""
        first = at
        while first > 0 and not (self.tokens[first - 1].kind is Kind.MARK and self.tokens[first - 1].text in ",;:。()"):
            first -= 1
        last = at
        while last < len(self.tokens) and not (self.tokens[last].kind is Kind.MARK and self.tokens[last].text in ",;:。()"):
            last += 1
        clause = self.tokens[first:last]
        self._doubt("unknown_character", clause[0].start, clause[-1].end,
                    character=f"U+{ord(self.tokens[at].text):04X}", text=self._cut(first, last))  # fmt: skip
        self.limits = [limit for limit in self.limits if limit.start < clause[0].start]
        if self.several:
            self.area = None
        self.run = []
        return last

    def _doubt_all(self, tokens: list[Token], code: str) -> None:
        for token in tokens:
            if token.kind is Kind.QUANTITY:
                self._doubt(code, token.start, token.end, text=token.text)

    def _doubt(self, code: str, start: int, end: int, **params: object) -> None:
        self.doubts.append(Doubt(code, start, end, params))

    def _cut(self, first: int, last: int) -> str:
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]


def _bare(phrase: str) -> str:
    return phrase.strip("\"“”'的")


def _note(subject: Subject, unit: Unit) -> str | None:
    if subject.changes:
        falls = any("降" in t.text or "减" in t.text for t in subject.changes)
        return "下降幅度" if falls else "提高幅度"
    if is_multiple(unit) and subject.base_year:
        return f"以{subject.base_year}年城镇建设用地规模为基数"
    return None


def overlapping(doubts: Sequence[Doubt]) -> list[Doubt]:
    """Drop a question whose place another, wider one of the same kind already covers."""
    ordered = sorted(doubts, key=lambda d: (d.start, -d.end))
    kept: list[Doubt] = ordered[:1]
    for _, doubt in pairwise(ordered):
        if not (doubt.end <= kept[-1].end and doubt.code == kept[-1].code):
            kept.append(doubt)
    return kept

"""What a reader of one sentence holds in mind while walking its tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lantu.approvals.figures import Figure
from lantu.approvals.limit import Doubt, Limit
from lantu.approvals.source_text import Folded
from lantu.approvals.subjects import Subject, subject_of
from lantu.approvals.token_kinds import Kind, Token
from lantu.approvals.vocabulary import Op, Vocabulary
from lantu.core.units import Unit

STRAY_MARKS = frozenset("·?…’‘'")  # no clause of a limit has them
_CARRIES = frozenset({Kind.YEAR, Kind.FILLER, Kind.PART, Kind.AREA, Kind.BASELINE, Kind.CHANGE, Kind.ALL})


@dataclass(slots=True)
class Years:
    """Which year governs: one at the head of a stretch, one before a comma for the next clause only.

    `sure` is False for a year that heads its own clause and perhaps what follows; `lost` says that a year
    was spoken of which could not be read, or no longer governs for certain.
    """

    head: int | None = None
    holds: str = ","
    sure: bool = True
    first_clause: bool = True
    clause: int | None = None
    lost: bool = False

    def copy(self) -> Years:
        return replace(self)

    def behind_semicolon(self) -> Years:
        """What still governs: the year of 到2025年, though not for certain; one before a colon surely."""
        if self.holds == ":" or self.lost:
            return self
        return replace(self, sure=False, first_clause=False, clause=None) if self.sure else Years()


@dataclass(frozen=True, slots=True)
class Outer:
    """What was held in mind when a bracket opened."""

    run: list[Token]
    current: Subject | None
    years: Years


@dataclass(slots=True)
class Sentence:
    """State of reading, and the two ways out: a limit or a doubt.

    Attributes:
        text: folded text with decimal points resolved.
        areas: every name of an approved plan's area → the area.
        since: first year of the plans' period.
        folded: the text's layout: lines, gaps.
        area: whose limits are being read; empty where unknown, several for 甲、乙两县.
        run: tokens since the clause began.
        current: the indicator last named.
        claimed: another area heads the sentence, all of which is its own.
        card: 【indicator】 that no limit followed so far.
        list_op: operator of a list's heading (不得低于下列数值).
    """

    text: str
    words: Vocabulary
    areas: Mapping[str, str]
    foreign: Sequence[str]
    since: int | None
    folded: Folded
    limits: list[Limit] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    area: tuple[str, ...] = ()
    tokens: list[Token] = field(default_factory=list)
    run: list[Token] = field(default_factory=list)
    outer: list[Outer] = field(default_factory=list)
    current: Subject | None = None
    years: Years = field(default_factory=Years)
    list_op: tuple[Op, str] | None = None
    keep_on: bool = False
    claimed: bool = False
    card: Token | None = None

    @property
    def everyone(self) -> tuple[str, ...]:
        """All areas, in the order of the plans."""
        return tuple(dict.fromkeys(self.areas.values()))

    @property
    def several(self) -> bool:
        return len(self.everyone) > 1

    def begin(self, tokens: list[Token]) -> None:
        """Start a sentence: only the area lives on."""
        self.tokens, self.run, self.outer, self.current = tokens, [], [], None
        self.years, self.keep_on, self.claimed = Years(), False, False
        if not self.several:
            self.area = self.everyone

    def at(self, index: int) -> Token | None:
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def skip(self, index: int, *kinds: Kind) -> int:
        """Return the index of the next token that is none of `kinds`."""
        while (token := self.at(index)) and token.kind in kinds:
            index += 1
        return index

    def index_after(self, stop: int, at_least: int) -> int:
        """Return the index of the first token that begins at or after folded offset `stop`."""
        index = at_least
        while (token := self.at(index)) and token.start < stop:
            index += 1
        return index

    def has_stray_mark(self) -> bool:
        """A mark inside the clause that no clause has; a character may have been lost there."""
        return any(t.kind is Kind.MARK and t.text in STRAY_MARKS for t in self.run)

    def cut(self, first: int, last: int) -> str:
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    def doubt(self, code: str, start: int, end: int, **params: object) -> None:
        self.doubts.append(Doubt(code, start, end, params))

    def operator_behind(self, at: int) -> tuple[Op | None, int]:
        """Return the operator that follows a figure at `at` (以内, 以上 …) and where it ends."""
        for word in sorted(self.words.ops_after, key=len, reverse=True):
            if self.text.startswith(word, at):
                return self.words.ops_after[word], at + len(word)
        return None, at

    def operator_behind_bracket(self, at: int) -> Op | None:
        """1.3倍(以2020年规模为基数)以内: the operator may stand behind a bracket that follows the figure."""
        if not self.text.startswith("(", at):
            return None
        close = self.text.find(")", at, at + 60)
        return self.operator_behind(close + 1)[0] if close > 0 else None

    def subject(self, at: int, value: Token | None) -> Subject | None:
        """Whose and which indicator: named in this clause, else the one last named."""
        found = subject_of(self.text, self.run, self.words, self.foreign)
        if isinstance(found, str):
            token = value or self.tokens[at]
            self.doubt(found, self.run[0].start if self.run else token.start, token.end)
            if found == "foreign_area":
                self.area = ()  # what follows in this sentence is that area's too
            return None
        if found is None and self.current and all(t.kind in _CARRIES for t in self.run):
            found = self._carried(at)
        if found and found.stray and self.several:
            # Whose limit this is hangs on words that were not understood: better nobody's.
            self.doubt("whose", found.start, (value or self.tokens[at]).end, text=found.stray)
            self.area = ()
        return found

    def _carried(self, at: int) -> Subject:
        assert self.current
        years = [t.year for t in self.run if t.kind is Kind.YEAR]
        bases = [t.year for t in self.run if t.kind is Kind.BASELINE]
        changes = tuple(t for t in self.run if t.kind is Kind.CHANGE)
        return replace(
            self.current,
            year=years[-1] if years else None,
            base_year=self.current.base_year or (bases[-1] if bases else None),
            changes=changes or self.current.changes,
            start=self.run[0].start if self.run else self.tokens[at].start,
            part=False, stray=None, inherited=True,
        )  # fmt: skip

    def add(
        self, subject: Subject, op: Op | None, op_text: str, figure: Figure | None, unit: Unit | None,
        unit_text: str | None, note: str | None, stop: int, area: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        """Write a limit down, once per area it is said of; then its clause is done."""
        own = subject.year or self.years.clause
        year = own or self.years.head
        unsure = own is None and (
            self.years.lost
            or (self.years.head is not None and not self.years.sure and not self.years.first_clause)
        )
        whole = self.current.name if subject.part and self.current else None
        for name in (self.area if area is None else area) or (None,):
            self.limits.append(
                Limit(name, subject.name, op, op_text, figure, unit, unit_text, year, note, subject.part,
                      whole, subject.start, stop, (self.tokens[0].start, self.tokens[-1].end), unsure)
            )  # fmt: skip
        if not subject.part or not self.current:
            self.current = subject
        self.card = None
        self.years.clause = None
        self.years.first_clause = False

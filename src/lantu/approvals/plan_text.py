"""A plan's own text (规划文本) → what it says of indicators, place by place; nothing frames it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lantu.approvals.approved import names_of
from lantu.approvals.figures import read_points
from lantu.approvals.limit import Limit
from lantu.approvals.limits import read_limits
from lantu.approvals.read import KEEP, PAGES, Words, foreign_names
from lantu.approvals.reading import Question
from lantu.approvals.source import Source
from lantu.approvals.source_text import Span, fold
from lantu.approvals.tokens import horizons, tokenize
from lantu.approvals.vocabulary import vocabulary

_UNREAD = frozenset(
    {"approval.unknown_character", "approval.figure", "approval.range", "approval.several_indicators"}
)
"""What the reader says of a figure that it could not read; other doubts are of figures that it did."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One figure that the text gives for an indicator.

    Attributes:
        op: `=` also where no word says how the figure binds.
        value: None where it is another authority's.
        year: None where none is said.
        note: a baseline, or whose figure it is where `value` is None.
        plain: whether no doubt touches it; a figure without an operator is never plain.
    """

    indicator: str
    op: str | None
    value: Decimal | None
    unit: str | None
    year: int | None
    plain: bool
    span: Span
    sentence: str
    note: str | None = None


def read_plan_text(
    text: str, source_file: str, book: Words, area: str, since: int | None, above: Sequence[str] = ()
) -> tuple[list[Saying], list[Question]]:
    """Read every figure that a plan's text gives for its area.

    Args:
        area: whose figures are wanted, and whose plan it is but for `above`; other areas' are left out.
        since: first year of the plan's period; what the text says of earlier years is background.
        above: areas over `area` that the plan may be of. Then a figure is the area's only where its own
            sentence names the area in full: the plan's figures are its own area's.

    Returns:
        The figures in the order of the text, said twice or not; and what looks like one and was not read.
    """
    pages = {name: book.pages[f"approvals/{name}"] for name in PAGES}
    folded = fold(text, KEEP)
    source = Source(
        source_file, folded, read_points(folded.text), vocabulary(pages["vocabulary"]), pages, book.divisions
    )
    names = names_of(area, alone=not above)
    areas = dict.fromkeys(names, area) | {
        name: each for each in above for name in names_of(each, alone=False)
    }
    foreign = foreign_names(source, areas)
    end = len(source.text)
    tokens = tokenize(folded, source.text, 0, end, source.words, areas, horizons(source.text), foreign)
    limits, doubts = read_limits(source.text, tokens, source.words, areas, foreign, since, folded)
    doubtful = [(doubt.start, doubt.end) for doubt in doubts]

    def ours(start: int, end: int) -> bool:
        return not above or any(name in source.text[start:end] for name in names)

    def sentence(at: int) -> tuple[int, int]:
        end = source.text.find("。", at)
        return source.text.rfind("。", 0, at) + 1, end if end >= 0 else len(source.text)

    sayings = [_saying(source, one, doubtful) for one in limits if one.area == area and ours(*one.sentence)]
    return sayings, [source.question(doubt) for doubt in doubts if ours(*sentence(doubt.start))]


def _saying(source: Source, one: Limit, doubtful: list[tuple[int, int]]) -> Saying:
    touched = one.loose_year or any(start < one.end and one.start < end for start, end in doubtful)
    plain = bool(one.op_text) and not touched
    return Saying(
        one.indicator, one.op, one.value.value if one.value else None, one.unit_text, one.year, plain,
        source.folded.span(one.start, one.end), source.text[slice(*one.sentence)], one.note,
    )  # fmt: skip


def unread(questions: Sequence[Question]) -> list[Question]:
    """Return the questions about figures that could not be read, without those within a wider one."""
    found = [each for each in questions if each.code in _UNREAD]
    spans = {each.span for each in found}
    return [
        each
        for each in found
        if not any(s != each.span and s[0] <= each.span[0] and each.span[1] <= s[1] for s in spans)
    ]

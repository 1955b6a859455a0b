"""A plan's own text (规划文本) → what it says of indicators, place by place; nothing frames it."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Saying:
    """One figure that the text gives for an indicator.

    Attributes:
        op: `=` also where no word says how the figure binds.
        value: None where it is another authority's.
        year: None where none is said.
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


def read_plan_text(
    text: str, source_file: str, book: Words, area: str, since: int | None
) -> tuple[list[Saying], list[Question]]:
    """Read every figure that a plan's text gives for its area.

    Args:
        area: whose plan it is; figures of other areas are left out.
        since: first year of the plan's period; what the text says of earlier years is background.

    Returns:
        The figures in the order of the text, said twice or not; and what looks like one and was not read.
    """
    pages = {name: book.pages[f"approvals/{name}"] for name in PAGES}
    folded = fold(text, KEEP)
    source = Source(
        source_file, folded, read_points(folded.text), vocabulary(pages["vocabulary"]), pages, book.divisions
    )
    areas = dict.fromkeys(names_of(area, alone=True), area)
    foreign = foreign_names(source, areas)
    end = len(source.text)
    tokens = tokenize(folded, source.text, 0, end, source.words, areas, horizons(source.text), foreign)
    limits, doubts = read_limits(source.text, tokens, source.words, areas, foreign, since, folded)
    doubtful = [(doubt.start, doubt.end) for doubt in doubts]
    sayings = [_saying(source, one, doubtful) for one in limits if one.area == area]
    return sayings, [source.question(doubt) for doubt in doubts]


def _saying(source: Source, one: Limit, doubtful: list[tuple[int, int]]) -> Saying:
    touched = one.loose_year or any(start < one.end and one.start < end for start, end in doubtful)
    plain = bool(one.op_text) and not touched
    return Saying(
        one.indicator, one.op, one.value.value if one.value else None, one.unit_text, one.year, plain,
        source.folded.span(one.start, one.end), source.text[slice(*one.sentence)],
    )  # fmt: skip

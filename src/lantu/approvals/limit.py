"""What reading a sentence yields: limits, and doubts about what was not understood. Offsets are folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lantu.approvals.figures import Figure
from lantu.approvals.vocabulary import Op
from lantu.core.units import Unit


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as read.

    Attributes:
        area: name of the plan's area, None where the text does not say whose limit it is.
        value: None where the limit is somebody else's figure; `note` then says whose.
        unit_text: the unit as written (平方公里 stays 平方公里).
        part: the text calls it a part of something (其中, 内含 …); `whole` is of what, if just said.
        loose_year: no year stands in its own clause though another one was spoken of near by.
        clause: where its words begin, for a look at what stands around it.
    """

    area: str | None
    indicator: str
    op: Op | None
    op_text: str
    value: Figure | None
    unit: Unit | None
    unit_text: str | None
    year: int | None
    note: str | None
    part: bool
    whole: str | None
    start: int
    end: int
    sentence: tuple[int, int]
    loose_year: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """What looks like a quantity and was not understood; `code` is a message code below `approval.`."""

    code: str
    start: int
    end: int
    params: Mapping[str, object] = field(default_factory=dict)


def overlapping(doubts: Sequence[Doubt]) -> list[Doubt]:
    """Drop a question whose place another, wider one of the same kind already covers."""
    ordered = sorted(doubts, key=lambda d: (d.start, -d.end))
    kept: list[Doubt] = ordered[:1]
    for _, doubt in pairwise(ordered):
        if not (doubt.end <= kept[-1].end and doubt.code == kept[-1].code):
            kept.append(doubt)
    return kept

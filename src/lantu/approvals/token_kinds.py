"""Word classes of the grammar, and the token: a stretch of text with its class."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lantu.approvals.figures import Figure
from lantu.core.units import Unit


class Kind(StrEnum):
    """Word classes of the grammar."""

    AREA = "area"
    INDICATOR = "indicator"
    OP = "op"
    CHANGE = "change"
    PART = "part"
    FILLER = "filler"
    YEAR = "year"
    PERIOD = "period"
    DATE = "date"
    BASELINE = "baseline"
    QUANTITY = "quantity"
    NUMBER = "number"
    TITLE = "title"
    NUMBER_OF_DOCUMENT = "document_number"
    EACH = "each"
    LABEL = "label"
    ALL = "all"
    FOREIGN = "foreign"
    UNIT = "unit"
    MARK = "mark"
    UNKNOWN = "unknown"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch [start, end) of the folded text with its class; `spelled` is the unit as written."""

    kind: Kind
    start: int
    end: int
    text: str
    year: int | None = None
    figure: Figure | None = None
    unit: Unit | None = None
    spelled: str | None = None

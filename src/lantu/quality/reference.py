"""What is known beside a package: the reply that binds it, the plan above it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that binds: indicator of the lawbook, comparison, value, unit, year, and who says so.

    Attributes:
        plain: whether it was read without any doubt; what hangs on one that was not is for a person.
    """

    indicator: str
    op: str
    value: Decimal
    unit: str
    year: int | None
    source: str
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Reference:
    """Figures to hold the package against.

    Attributes:
        reply: of the approval reply of this very plan; None where none is registered.
        upper: of the plan above, for this county; None likewise.
        upper_unread: words of the plan above about this county with a figure that could not be read.
    """

    reply: tuple[Figure, ...] | None = None
    upper: tuple[Figure, ...] | None = None
    upper_unread: tuple[str, ...] = ()

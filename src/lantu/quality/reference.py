"""What is known beside a package: the reply that binds it, the plan above it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that binds: indicator of the lawbook, comparison, value, unit, year, and who says so."""

    indicator: str
    op: str
    value: Decimal
    unit: str
    year: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Figures to hold the package against.

    Attributes:
        reply: of the approval reply of this very plan; None where none is registered.
        upper: of the plan above, for this county; None likewise.
    """

    reply: tuple[Figure, ...] | None = None
    upper: tuple[Figure, ...] | None = None

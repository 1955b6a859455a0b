"""What is known beside a package: the reply that binds it, the plan above it, the land survey below it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lantu.quality.package import PackageLayer

SURVEY = "DLTB"
"""The kind of layer that a land survey is."""


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
class Survey:
    """A land survey that a package without one is held against.

    Attributes:
        origin: of a file that was named, or registered.
        name: of the file, or the registered layer's title.
        digest: of the file's content, or of the registered layer.
        years: that its rows, or the registry, say it is of; nothing where nothing does.
    """

    layer: PackageLayer
    origin: Literal["file", "registered"]
    name: str
    digest: str
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """What to hold the package against.

    Attributes:
        reply: of the approval reply of this very plan; None where none is registered.
        upper: of the plan above, for this county; None likewise.
        upper_unread: words of the plan above about this county with a figure that could not be read.
        survey: of the base year, for a package that has none itself.
    """

    reply: tuple[Figure, ...] | None = None
    upper: tuple[Figure, ...] | None = None
    upper_unread: tuple[str, ...] = ()
    survey: Survey | None = None

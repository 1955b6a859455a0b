"""The area that a file of boundary points declares for a plot, held against the statutory one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from lantu.core.errors import InputError
from lantu.core.units import convert
from lantu.intake.boundary_points import DECLARED, DECLARED_UNIT, SUFFIX, USUAL_UNIT
from lantu.intake.pieces import open_pieces

SLACK = Decimal("0.003")
"""Share by which a plane area, as surveyors declare it, may differ from the ellipsoid's: 334 km from the
meridian, the half width of a 6° zone at the equator, it is (334 / 6371)² = 0.0027."""
_UNITS = ("公顷", "平方米", "亩")


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared area.

    Attributes:
        unit: as the file names it, else 公顷, which it means by convention.
        agrees: with the statutory area, by SLACK and half its own last place (the first decimal at least).
        likely: units in which it would agree, where it does not and the file names none.
    """

    area: Decimal
    unit: str
    agrees: bool
    likely: tuple[str, ...] = ()


def declared_areas(path: Path, digest: str, areas_m2: list[float]) -> list[Declared | None]:
    """Return what a file declares, None for each plot without; only files of boundary points declare any.

    Args:
        digest: of the file that was measured.
        areas_m2: statutory, in the order of the file.

    Raises:
        InputError: `intake.changed` where it is another by now; as `open_pieces`.
    """
    if path.suffix.lower() != SUFFIX:
        return [None] * len(areas_m2)
    with open_pieces(path) as source:
        if source.digest != digest:
            raise InputError("intake.changed", where=source.where)
        rows = [row for table, _ in source.read([DECLARED, DECLARED_UNIT]) for row in table.to_pylist()]
    return [
        None if row[DECLARED] is None else _declared(Decimal(repr(row[DECLARED])), row[DECLARED_UNIT], area)
        for row, area in zip(rows, areas_m2, strict=True)
    ]


def _declared(area: Decimal, unit: str | None, statutory_m2: float) -> Declared:
    if _agree(area, unit or USUAL_UNIT, statutory_m2):
        return Declared(area, unit or USUAL_UNIT, True)
    likely = () if unit else tuple(each for each in _UNITS if _agree(area, each, statutory_m2))
    return Declared(area, unit or USUAL_UNIT, False, likely)


def _agree(area: Decimal, unit: str, statutory_m2: float) -> bool:
    exponent = area.as_tuple().exponent
    assert isinstance(exponent, int)  # a finite number
    rounding = convert(Decimal(5).scaleb(exponent - 1), unit, "平方米")
    statutory = Fraction(statutory_m2)
    return abs(convert(area, unit, "平方米") - statutory) <= rounding + Fraction(SLACK) * statutory

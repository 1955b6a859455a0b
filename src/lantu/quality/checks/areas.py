"""Declared areas: against the shape, and against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lantu.core.area import FLATTENING
from lantu.core.crs import GEOGRAPHIC, transformer, zone_of
from lantu.core.units import UNITS, Dimension, Unit, round_half_up
from lantu.quality.amounts import FINE, Amounts, amounts, not_given, said
from lantu.quality.findings import Defect, NotApplicable
from lantu.quality.runner import MOST_SINGLE
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

RELATIVE, ABSOLUTE = "quality.area_relative", "quality.area_absolute_m2"
ARITHMETIC = "quality.area_arithmetic_m2"
_SQUARE_METRES = "平方米"
_MOST = 0.9
"""A cause is named where it explains so large a share of the features that can tell it."""
_FEWEST = 3
"""A ratio that is no unit's is a common one from so many features on."""
_ROUNDED = 0.0051
"""Half of the last decimal of an area that was rounded to two."""

_Floats = NDArray[np.float64]
_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Declared:
    """A field of areas beside the shapes, in the field's unit; NaN where there is nothing to compare."""

    field: str
    unit: Unit
    amount: Amounts
    declared: _Floats
    statutory: _Floats
    relative: float
    absolute: float

    def beyond(self, than: _Floats) -> _Bools:
        """Say which figures are further from others than both tolerances allow."""
        return np.abs(self.declared - than) > np.maximum(self.relative * np.abs(than), self.absolute)

    @property
    def judged(self) -> _Bools:
        return ~np.isnan(self.declared - self.statutory)


@dataclass(frozen=True, slots=True)
class _Cause:
    """What the areas of a layer were measured by: its word, sentence and params, and those areas."""

    name: str
    message: str
    params: dict[str, object]
    areas: _Floats


def declared_area(sheet: Sheet, work: Workspace, *, fields: list[str]) -> Iterator[Defect]:
    """Declared areas are the statutory areas of their shapes, within a relative or an absolute tolerance.

    Where most areas that are wrong are wrong in one way (another unit, the plane's area, one ratio) that is
    one fault; what is wrong otherwise is a fault each. Features without a shape that can be measured are
    the geometry rules' business, areas that are not above zero QC1421's.

    Args:
        fields: the first of these that the layer has is held against the shape.

    Raises:
        CannotTell: where nothing can be measured; NotApplicable: where the layer has no such field.
    """
    areas = _declared(sheet, work, fields)
    yield from not_given(sheet, areas.field, areas.amount)
    wrong = areas.judged & areas.beyond(areas.statutory)
    cause = _cause(sheet, areas) if wrong.any() else None
    if cause is not None:
        alike = wrong & ~areas.beyond(cause.areas)
        wrong &= ~alike
        rows = _worst_first(np.flatnonzero(alike), areas)
        yield Defect(
            sheet.kind, (areas.field, cause.name), rows, params=_params(areas, rows[0]) | cause.params,
            measured=_figure(areas.declared[rows[0]]), required=_figure(areas.statutory[rows[0]]),
            unit=areas.unit.name, message=cause.message,
        )  # fmt: skip
    for nth, row in enumerate(_worst_first(np.flatnonzero(wrong), areas)):
        if nth >= MOST_SINGLE:  # the runner only counts these
            yield Defect(sheet.kind, (areas.field,), [row])
            continue
        yield Defect(
            sheet.kind, (areas.field, str(sheet.keys[row])), [row], params=_params(areas, row),
            measured=_figure(areas.declared[row]), required=_figure(areas.statutory[row]),
            unit=areas.unit.name,
        )  # fmt: skip


def area_plane(sheet: Sheet, work: Workspace, *, fields: list[str]) -> Iterator[Defect]:
    """Areas that are within tolerance are not those of the projection's plane all the same.

    Args:
        fields: as of `declared_area`, whose business the layer is where any area is beyond tolerance.
    """
    areas = _declared(sheet, work, fields)
    if (areas.judged & areas.beyond(areas.statutory)).any():
        raise NotApplicable("quality.areas_beyond", layer=sheet.kind, field=areas.field)
    for cause in _planes(sheet, areas):
        telling, right = _telling(areas, cause.areas, 2e-6)
        if telling.any() and right[telling].mean() >= _MOST:
            rows = _worst_first(np.flatnonzero(telling & right), areas)
            yield Defect(
                sheet.kind, (areas.field, cause.name), rows, params=_params(areas, rows[0]) | cause.params,
                measured=_figure(areas.declared[rows[0]]), required=_figure(areas.statutory[rows[0]]),
                unit=areas.unit.name,
            )  # fmt: skip
            return


def _declared(sheet: Sheet, work: Workspace, fields: list[str]) -> _Declared:
    wanted = [name for name in fields if name in sheet.spec.fields or sheet.has(name)]
    field = next((name for name in wanted if sheet.has(name)), wanted[0] if wanted else fields[0])
    sheet.needs(field)
    unit = _unit_of(sheet, work, field)
    amount = amounts(sheet, field)
    declared = np.where(amount.known & (amount.fine > 0), amount.fine / FINE, np.nan)
    statutory = sheet.area_m2 / float(unit.factor)
    relative, absolute = float(work.number(RELATIVE)), float(work.number(ABSOLUTE) / Decimal(1))
    return _Declared(field, unit, amount, declared, statutory, relative, absolute / float(unit.factor))


def _unit_of(sheet: Sheet, work: Workspace, field: str) -> Unit:
    spec = sheet.spec.fields.get(field)
    known = work.book.fields.get(field)
    name = (spec.unit if spec else None) or (known.unit if known else None)
    return UNITS[name or _SQUARE_METRES]


def _cause(sheet: Sheet, areas: _Declared) -> _Cause | None:
    """Find the one thing that most areas were measured by, other than the statutory plane."""
    for cause, loose in (*((e, 2e-6) for e in _planes(sheet, areas)), *((e, 2e-4) for e in _units(areas))):
        telling, right = _telling(areas, cause.areas, loose)
        if telling.any() and right[telling].mean() >= _MOST:
            return cause
    return _ratio(areas)


def _telling(areas: _Declared, others: _Floats, loose: float) -> tuple[_Bools, _Bools]:
    """Return which features can tell other areas from the statutory ones, and of which those are right."""
    room = _ROUNDED + loose * np.abs(others)
    telling = areas.judged & (np.abs(others - areas.statutory) > 5 * room) & (others > 100 * _ROUNDED)
    return telling, np.abs(areas.declared - others) <= room


def _planes(sheet: Sheet, areas: _Declared) -> Iterator[_Cause]:
    """The areas of the Gauss–Krüger planes that somebody may have measured in: the system's, 3° and 6°."""
    plane, crs = sheet.place()
    box = sheet.pack.box
    back = transformer(plane.definition, f"EPSG:{GEOGRAPHIC}")
    lon, lat = back.transform((box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2)
    own = zone_of(crs.to_epsg() or 0)
    middle = float(np.nanmedian(lon)) if len(lon) else 0.0
    meridians = [own.central_meridian] if own else []
    meridians += [round(middle / 3) * 3, int(middle // 6) * 6 + 3]
    for meridian in dict.fromkeys(meridians):
        scale = np.full(len(sheet), np.nan)
        scale[sheet.usable] = plane_scale(np.asarray(lon), np.asarray(lat), meridian)
        params: dict[str, object] = {"meridian": meridian}
        yield _Cause("plane", "quality.area_of_plane", params, areas.statutory * scale)


def plane_scale(lon: _Floats, lat: _Floats, meridian: float) -> _Floats:
    """Return by how much the Gauss–Krüger plane of a meridian enlarges areas at (lon, lat), degrees."""
    across, c = np.radians(lon - meridian), np.cos(np.radians(lat))
    e2 = FLATTENING * (2 - FLATTENING)
    eta2, t2 = e2 / (1 - e2) * c**2, np.tan(np.radians(lat)) ** 2
    scale = 1 + (across * c) ** 2 * (1 + eta2) / 2 + (across * c) ** 4 * (5 - 4 * t2) / 24
    found: _Floats = scale**2
    return found


def _units(areas: _Declared) -> Iterator[_Cause]:
    for unit in UNITS.values():
        if unit.dimension is Dimension.AREA and unit.name != areas.unit.name:
            factor = float(areas.unit.factor / unit.factor)
            params: dict[str, object] = {"other_unit": unit.name}
            yield _Cause(f"unit {unit.name}", "quality.area_in_unit", params, areas.statutory * factor)


def _ratio(areas: _Declared) -> _Cause | None:
    big = areas.judged & (areas.statutory * float(areas.unit.factor) >= 100)
    wrong = big & areas.beyond(areas.statutory)
    if wrong.sum() < _FEWEST:
        return None
    ratio = float(np.median(areas.declared[wrong] / areas.statutory[wrong]))
    alike = ~areas.beyond(areas.statutory * ratio)
    if abs(ratio - 1) <= areas.relative or not ratio > 0 or alike[wrong].mean() < _MOST:
        return None
    return _Cause("ratio", "quality.area_ratio", {"ratio": f"{ratio:.6g}"}, areas.statutory * ratio)


def _worst_first(rows: NDArray[np.int64], areas: _Declared) -> list[int]:
    off = np.abs(areas.declared - areas.statutory)[rows]
    found: list[int] = rows[np.argsort(-off, kind="stable")].tolist()
    return found


def _params(areas: _Declared, row: int) -> dict[str, object]:
    declared, statutory = areas.declared[row], areas.statutory[row]
    return {
        "field": areas.field,
        "declared": _figure(declared),
        "statutory": _figure(statutory),
        "difference": _figure(declared - statutory),
        "per_cent": f"{abs(declared / statutory - 1) * 100:.3g}" if statutory else "–",
        "unit": areas.unit.name,
        "relative": f"{areas.relative * 100:g}",
        "absolute": f"{areas.absolute:g}",
    }


def _figure(value: float) -> Decimal:
    return round_half_up(Fraction(float(value)), 2)


# --- arithmetic ----------------------------------------------------------------------------------------


def difference(sheet: Sheet, work: Workspace, *, whole: str, less: str, rest: str) -> Iterator[Defect]:
    """One area less another is the third, within 0.01 m².

    Nothing deducted (null, or no such column where the profile lets it be left out) is 0. Empty wholes and
    rests are told of as `not_given` does.
    """
    sheet.needs(whole, rest)
    spec = sheet.spec.fields.get(less)
    if spec is not None and spec.presence != "optional":
        sheet.needs(less)
    total, left = amounts(sheet, whole), amounts(sheet, rest)
    off = amounts(sheet, less) if sheet.has(less) else None
    for name, amount in ((whole, total), (rest, left)):
        yield from not_given(sheet, name, amount)
    known = total.known & left.known
    taken = np.zeros(len(sheet), np.int64)
    if off is not None:
        known &= ~off.odd
        taken = off.fine
    wrong = np.where(known, left.fine - (total.fine - taken), 0)
    rows = _beyond(wrong, work)
    if rows:
        worst = rows[0]
        yield Defect(
            sheet.kind, (rest,), rows, measured=said(int(left.fine[worst])),
            required=said(int(total.fine[worst] - taken[worst])), unit=_SQUARE_METRES,
            params={
                "whole": whole, "less": less, "rest": rest, "key": sheet.keys[worst],
                "whole_m2": said(int(total.fine[worst])), "less_m2": said(int(taken[worst])),
                "rest_m2": said(int(left.fine[worst])), "off_m2": said(int(wrong[worst])),
            },
        )  # fmt: skip


def product(sheet: Sheet, work: Workspace, *, whole: str, by: str, part: str) -> Iterator[Defect]:
    """A deducted area is the whole times a coefficient, rounded half up to two decimals, within 0.01 m².

    An area deducted without a coefficient, and a coefficient without an area, are faults. Where neither is
    given there is nothing to check. Empty wholes are `difference`'s business.
    """
    sheet.needs(whole, by, part)
    total, taken, coefficient = amounts(sheet, whole), amounts(sheet, part), amounts(sheet, by)
    known = total.known & ~coefficient.odd & ~taken.odd
    times = np.where(coefficient.known, sheet.number(by), 0.0)
    used = known & ((times != 0) | (taken.fine != 0))
    if not used.any():
        raise NotApplicable("quality.nothing_to_check")
    should = np.zeros(len(sheet), np.int64)
    should[used] = _half_up(total.fine[used], times[used])
    wrong = np.where(used, taken.fine - should, 0)
    rows = _beyond(wrong, work)
    if rows:
        worst = rows[0]
        yield Defect(
            sheet.kind, (part,), rows, measured=said(int(taken.fine[worst])),
            required=said(int(should[worst])), unit=_SQUARE_METRES,
            params={
                "whole": whole, "by": by, "part": part, "key": sheet.keys[worst],
                "whole_m2": said(int(total.fine[worst])), "times": f"{times[worst]:.10g}",
                "part_m2": said(int(taken.fine[worst])), "should_m2": said(int(should[worst])),
            },
        )  # fmt: skip


def _half_up(fine: NDArray[np.int64], times: _Floats) -> NDArray[np.int64]:
    """Multiply exactly and round half up to hundredths; all in ten-thousandths."""
    millionths = np.rint(times * 1e6)
    # Six decimals and products below 2**63 are exact in whole numbers; the few others take the long way.
    plain = (np.abs(millionths - times * 1e6) < 1e-4) & (np.abs(fine * np.abs(millionths)) < 9e18)
    ten_billionths = np.abs(fine) * np.where(plain, np.abs(millionths), 0).astype(np.int64)
    hundredths = ten_billionths // 10**8 + (ten_billionths % 10**8 >= 5 * 10**7)
    found = np.where((fine < 0) ^ (times < 0), -hundredths, hundredths) * 100
    for row in np.flatnonzero(~plain).tolist():
        exact = Fraction(int(fine[row]), FINE) * Fraction(repr(float(times[row])))
        found[row] = int(round_half_up(exact, 2) * FINE)
    return np.asarray(found, np.int64)


def _beyond(wrong: NDArray[np.int64], work: Workspace) -> list[int]:
    """Return the rows that are off by more than the tolerance, worst first."""
    rows = np.flatnonzero(np.abs(wrong) > int(work.number(ARITHMETIC) * FINE))
    found: list[int] = rows[np.argsort(-np.abs(wrong[rows]), kind="stable")].tolist()
    return found

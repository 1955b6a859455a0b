"""Totals of declared areas: a layer against the county, parcels against the unit they lie in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lantu.core.finding import Answer
from lantu.quality.amounts import FINE, Amounts, amounts, said
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

TOTAL = "quality.area_total_m2"
_SQUARE_METRES = "平方米"


def layer_total(
    sheet: Sheet, work: Workspace, *, fields: list[str], whole: str, area: str
) -> Iterator[Defect]:
    """The declared areas of a layer that covers the ground add up to that of the whole.

    Args:
        fields: the first of these that the layer has is added up.
        whole, area: the layer of the whole, and its field.

    Raises:
        CannotTell: `quality.no_total` where a figure is missing on either side; as `Workspace.sheet`.
    """
    field = next((name for name in fields if sheet.has(name)), fields[0])
    of = work.sheet(whole)
    part, total = _complete(sheet, field), _complete(of, area)
    have, should = part.total(), total.total()
    if abs(have - should) <= int(work.number(TOTAL) * FINE):
        return
    alone = _of_one(part, have - should, work)
    yield Defect(
        sheet.kind, (field, whole), [] if alone is None else [alone],
        measured=said(have), required=said(should), unit=_SQUARE_METRES,
        params={
            "field": field, "whole": whole, "area": area, "have_m2": said(have), "should_m2": said(should),
            "off_m2": said(have - should), "key": "" if alone is None else sheet.keys[alone],
            "features_added": len(sheet),
        },
        message=None if alone is None else "quality.total_off_by_one",
    )  # fmt: skip


def _complete(sheet: Sheet, field: str) -> Amounts:
    sheet.needs(field)
    amount = amounts(sheet, field)
    if not amount.known.all() or not len(sheet):
        raise CannotTell(
            "quality.no_total", layer=sheet.kind, field=field, missing=int((~amount.known).sum())
        )
    return amount


def _of_one(part: Amounts, off: int, work: Workspace) -> int | None:
    """Return the one feature whose area is what there is too much; None where none is, or several are."""
    rows = np.flatnonzero(np.abs(part.fine - off) <= int(work.number(TOTAL) * FINE))
    return int(rows[0]) if off > 0 and len(rows) == 1 else None


def unit_totals(
    work: Workspace, *, layer: str, field: str, by: str, digits: int, units: str, code: str, area: str
) -> Iterator[Defect]:
    """The declared areas of the parcels of each unit add up to the unit's own.

    Args:
        layer, field, by: the parcels, what is added up, and the code of the place a parcel lies in.
        digits: how many digits of that code name the unit.
        units, code, area: the layer of units, its code and its declared area.

    Raises:
        NotApplicable: without parcels, where the profile lets them be left out.
        CannotTell: `quality.no_total`, `quality.no_place` where parcels lack figure or code.
    """
    parcels, whole = parcels_of(work, layer), work.sheet(units)
    parcels.needs(by)
    whole.needs(code)
    part, total = _complete(parcels, field), _complete(whole, area)
    names, number = _places(parcels, by, digits)
    own, unit = _places(whole, code, digits)
    place = {name: nth for nth, name in enumerate(own)}
    group = np.array([*(place.get(name, -1) for name in names), -1], np.int64)[number]
    if (number < 0).any() or (unit < 0).any():
        lost = (parcels, by, number) if (number < 0).any() else (whole, code, unit)
        raise CannotTell(
            "quality.no_place", layer=lost[0].kind, field=lost[1], missing=int((lost[2] < 0).sum())
        )
    sums = part.totals(group, len(own))
    for nth, name in enumerate(own):
        rows = np.flatnonzero(unit == nth)
        should, have = total.total(unit == nth), sums[nth]
        if abs(have - should) > int(work.number(TOTAL) * FINE):
            yield Defect(
                units, (by, name), rows.tolist(), measured=said(have), required=said(should),
                unit=_SQUARE_METRES,
                params={
                    "code": name, "parcels": layer, "field": field, "area": area,
                    "have_m2": said(have), "should_m2": said(should), "off_m2": said(have - should),
                    "features_added": int((group == nth).sum()),
                },
            )  # fmt: skip
    for nth, name in enumerate(names):
        if name not in place:
            yield Defect(
                layer, (by, name), np.flatnonzero(number == nth).tolist(), answer=Answer.NEEDS_PERSON,
                params={"code": name, "by": by, "units": units}, message="quality.unit_unknown",
            )  # fmt: skip


def parcels_of(work: Workspace, kind: str) -> Sheet:
    """Return a layer that may be delivered along.

    Raises:
        NotApplicable: it is not there and need not be; CannotTell: it should be, or could not be read.
    """
    spec = work.profile.layers.get(kind)
    if kind not in work.sheets and (spec is None or (spec.presence != "required" and not work.broken(kind))):
        raise NotApplicable("quality.layer_not_given", layer=kind, name=work.layer_name(kind))
    return work.sheet(kind)


def _places(sheet: Sheet, field: str, digits: int) -> tuple[list[str], NDArray[np.int64]]:
    """Return the first digits of codes, and of each row the number of its own; -1 where it has too few."""
    column = sheet.column(field)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    cut = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(column), 0, digits)
    cut = pc.if_else(pc.equal(pc.utf8_length(cut), digits), cut, None)
    coded = pc.dictionary_encode(cut)
    number = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return coded.dictionary.to_pylist(), number

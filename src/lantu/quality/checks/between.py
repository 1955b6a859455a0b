"""One layer and the ground of another: lying within it, in one township, in the zones meant for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.overlay.coverage import Below, outside_of
from lantu.overlay.cutting import FEW, shared_by, widest
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import take
from lantu.quality.checks.rounding import square_metres
from lantu.quality.checks.topology import bounding, is_thin, rest, told
from lantu.quality.findings import Defect
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import MOST_SHAPED, Ground, Workspace

_Ints = NDArray[np.int64]


def within(
    sheet: Sheet,
    work: Workspace,
    *,
    outer: Sequence[str],
    field: str = "",
    zone: str | None = None,
    outer_zone: str | None = None,
) -> Iterator[Defect]:
    """Nothing of a layer lies off the ground of another, but for slivers thinner than `quality.sliver_m`.

    Features whose zone is empty or unknown are in no zone; rules about values report them.

    Args:
        outer: kinds of layers, of which the first that is there is the ground.
        field: holds the zones of either layer.
        zone, outer_zone: code of a zone: only its features, and those of zones under it, are looked at; only
            they are the ground.

    Yields:
        One defect per feature, the biggest part outside first.
    """
    kind = bounding(work, sheet.kind, outer)
    ground, around = work.ground(sheet.kind), work.ground(kind)
    boundary = around.layer if outer_zone else work.boundary(kind)
    if outer_zone:
        boundary = take(boundary, _of_zone(work, around, field, outer_zone))
    rows = _of_zone(work, ground, field, zone) if zone else np.arange(len(ground.rows))
    layer = take(ground.layer, rows) if zone else ground.layer
    least = float(work.number("overlay.min_defect_m2"))
    outside, more = outside_of(layer, boundary, least_m2=least, most=MOST_SHAPED)
    name = work.layer_name(kind)
    for each in outside:
        if not is_thin(work, each):
            at = ground.sheet_rows(rows[list(each.rows)].tolist())
            yield told(sheet, each, at, (kind, sheet.keys[at[0]]), outer=name, zone=outer_zone or "")
    more = Below(more.count, more.area_m2, tuple(rows[list(more.rows)].tolist()))
    yield from rest(ground, "outside", more)


def _of_zone(work: Workspace, ground: Ground, field: str, zone: str) -> _Ints:
    """Return the rows of a layer that are of a zone or one under it."""
    ground.sheet.needs(field)
    listed = work.book.code_lists[work.profile.zones].rows
    codes = {zone}
    while under := {code for code, row in listed.items() if row.get("parent") in codes} - codes:
        codes |= under
    said = ground.sheet.text(field)[ground.rows]
    return np.flatnonzero([str(each or "").strip() in codes for each in said])


def in_one(sheet: Sheet, work: Workspace, *, of: str, name: str) -> Iterator[Defect]:
    """No feature lies in several features of another layer, but for slivers and bits.

    What lies in none is another rule's business.

    Args:
        of: kind of the other layer, townships; name: its column of names.

    Yields:
        One defect per feature, the biggest part outside its main township first.
    """
    ground, others = work.ground(sheet.kind), work.ground(bounding(work, sheet.kind, [of]))
    least = float(work.number("quality.crossing_m2"))
    table = KernelEngine().overlay(ground.layer, others.layer)
    row, other, area = table.left_id.astype(np.int64), table.right_id.astype(np.int64), table.area_m2
    main = _largest(row, area, len(ground.rows))
    # Where townships overlap, a feature may lie in each of two with all its ground.
    whole = np.zeros(len(ground.rows), np.bool_)
    whole[row[main]] = area[main] >= ground.layer.area_m2[row[main]] - least
    rest_of = np.setdiff1d(np.flatnonzero((area >= least) & ~whole[row]), main)
    rest_of = rest_of[np.argsort(-area[rest_of], kind="stable")]
    shown, hidden = rest_of[:MOST_SHAPED], rest_of[MOST_SHAPED:]
    pieces = shared_by(ground.layer, others.layer, np.column_stack([row[shown], other[shown]]))
    wide = widest(pieces, FEW)[0] >= float(work.number("quality.sliver_m"))
    shown, pieces = shown[wide], pieces[wide]
    names = others.sheet.text(name) if others.sheet.has(name) else others.sheet.keys
    for feature in dict.fromkeys(row[shown].tolist()):
        here = np.flatnonzero(row[shown] == feature)
        parts = [main[np.searchsorted(row[main], feature)], *shown[here].tolist()]
        townships = others.rows[other[parts]].tolist()
        said = "、".join(
            f"{names[at]} {square_metres(area[part])}" for at, part in zip(townships, parts, strict=True)
        )
        beyond = square_metres(float(area[shown[here]].sum()))
        at = int(ground.rows[feature])
        yield Defect(
            sheet.kind, (of, sheet.keys[at]), [at], tuple(others.sheet.keys[townships]),
            params={"townships": said, "area": beyond}, shape=shapely.union_all(pieces[here]),
            measured=beyond, unit="平方米",
        )  # fmt: skip
    yield from rest(
        ground, "crossing", Below(len(hidden), float(area[hidden].sum()), tuple(row[hidden].tolist()))
    )


def _largest(row: _Ints, area: NDArray[np.float64], count: int) -> _Ints:
    """Return for each row, in their order, which of its pairs has most area."""
    order = np.lexsort((-area, row))
    return order[np.flatnonzero(np.diff(row[order], prepend=-1))]

"""Control lines that exclude each other: where they lie over each other, patch by patch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lantu.core.area import Geometries
from lantu.core.finding import Answer
from lantu.overlay.coverage import Below
from lantu.overlay.cutting import polygons_of, shared_by, widest
from lantu.overlay.engine import KernelEngine
from lantu.quality.checks.rounding import metres, square_metres
from lantu.quality.checks.topology import rest
from lantu.quality.findings import Defect, NotApplicable
from lantu.quality.workspace import MOST_SHAPED, Ground, Workspace

DUST_M2 = 1e-4
"""Pairs that share less only touch: edges that are cut differently before projection leave so much."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Patch:
    """Ground that hangs together and is under both lines.

    Attributes:
        one, other: rows of the two layers, those with most of it first.
        area_m2: statutory area; width_m: of the largest circle in it.
    """

    shape: Any
    one: list[int]
    other: list[int]
    area_m2: float
    width_m: float


def exclusive(
    work: Workspace, *, pairs: Sequence[Sequence[str]], thin: bool = False, person: bool = False
) -> Iterator[Defect]:
    """Control lines do not lie over each other.

    Args:
        pairs: kinds of layers, two and two.
        thin: whether patches are told that are nowhere as wide as `quality.sliver_m`, or all others.
        person: whether a person has to decide about each.

    Yields:
        One defect per patch of ground that hangs together, biggest first in each pair.
    """
    known = [pair for pair in pairs if all(kind in work.profile.layers for kind in pair)]
    held = False
    for one, other in known:
        absent = [kind for kind in (one, other) if kind not in work.sheets]
        wanted = [k for k in absent if work.profile.layers[k].presence == "required" or work.broken(k)]
        for kind in wanted:
            yield Defect(
                kind, ("cannot_tell", one, other), params={"name": work.layer_name(kind)},
                answer=Answer.CANNOT_TELL, message="quality.layer_absent",
            )  # fmt: skip
        held |= bool(wanted)
        # A layer without rows is a rule about layers' business.
        if not absent and len(work.polygons(one)) and len(work.polygons(other)):
            held = True
            yield from _overlaps(work, work.ground(one), work.ground(other), thin, person)
    if not held:
        raise NotApplicable("quality.no_two_lines")


def _overlaps(work: Workspace, one: Ground, other: Ground, thin: bool, person: bool) -> Iterator[Defect]:
    sliver = float(work.number("quality.sliver_m"))
    answer = Answer.NEEDS_PERSON if person else Answer.FAIL
    patches, more = _patches(work, one, other)
    for patch in patches:
        if (patch.width_m < sliver) != thin:
            continue
        rows, others = one.sheet_rows(patch.one), other.sheet_rows(patch.other)
        area = square_metres(patch.area_m2)
        yield Defect(
            one.sheet.kind, (other.sheet.kind, one.sheet.keys[rows[0]], other.sheet.keys[others[0]]), rows,
            tuple(other.sheet.keys[others]),
            params={
                "one_name": work.layer_name(one.sheet.kind), "other": other.sheet.kind,
                "other_name": work.layer_name(other.sheet.kind), "other_features": other.sheet.names(others),
                "area": area, "hectares": square_metres(patch.area_m2 / 1e4), "width": metres(patch.width_m),
            },
            shape=patch.shape, measured=area, unit="平方米", answer=answer,
        )  # fmt: skip
    if not thin:
        for defect in rest(one, f"overlaps {other.sheet.kind}", more):
            yield replace(defect, answer=answer)


def _patches(work: Workspace, one: Ground, other: Ground) -> tuple[list[_Patch], Below]:
    """Return the ground under both, biggest patch first, and what of it is too much to be listed."""
    table = KernelEngine().overlay(one.layer, other.layer)
    real = table.area_m2 >= DUST_M2
    pairs = np.column_stack([table.left_id, table.right_id]).astype(np.int64)[real]
    parts, pair = shapely.get_parts(shared_by(one.layer, other.layer, pairs), return_index=True)
    size = shapely.area(parts)
    parts, pair, size = parts[size > 0], pair[size > 0], size[size > 0]
    if not len(parts):
        return [], Below(0, 0.0)
    # The kernel measures a pair; how that is shared out among its parts, GEOS says.
    area = (
        size * (table.area_m2[real] / np.maximum(np.bincount(pair, size, minlength=len(pairs)), 1e-300))[pair]
    )
    patch = _together(parts, float(work.number("quality.crack_m")))
    total = np.bincount(patch, area)
    members = np.split(np.argsort(patch, kind="stable"), np.cumsum(np.bincount(patch))[:-1])
    order = np.argsort(-total, kind="stable")
    order = order[total[order] >= float(work.number("quality.min_defect_m2"))]
    listed, hidden = order[:MOST_SHAPED].tolist(), order[MOST_SHAPED:]
    shapes = polygons_of(np.array([None, *(shapely.union_all(parts[members[nth]]) for nth in listed)])[1:])
    found = []
    for nth, shape, width in zip(listed, shapes, widest(shapes)[0].tolist(), strict=True):
        some = members[nth]
        # Where features of one line overlap each other, the ground under them counts once.
        union = float(shapely.area(shape))
        once = float(total[nth]) if total[nth] < union + DUST_M2 else union
        rows, others = (_by_share(pairs[pair[some], side], area[some]) for side in (0, 1))
        found.append(_Patch(shape, rows, others, once, width))
    left = np.unique(pairs[pair[np.isin(patch, hidden)], 0])
    return found, Below(len(hidden), float(total[hidden].sum()), tuple(left.tolist()))


def _together(parts: Geometries, distance: float) -> _Ints:
    """Number parts by the patch they belong to: those that are no further apart are of one."""
    one, other = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=distance)
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(parts), len(parts)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _by_share(rows: _Ints, area: _Floats) -> list[int]:
    """Return each row once, those with most area first."""
    each, number = np.unique(rows, return_inverse=True)
    order = np.argsort(-np.bincount(number, area), kind="stable")
    return [int(row) for row in each[order]]

"""A layer as one surface: overlaps, gaps, ground outside; the thin ones apart from the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import shapely

from lantu.overlay import coverage as found
from lantu.quality.checks.rounding import metres, square_metres
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Ground, Workspace

MESSAGES = {
    ("gaps", "hole"): "quality.gap_inside",
    ("gaps", "border"): "quality.gap_border",
    ("outside", ""): "quality.ground_outside",
}


def overlaps(sheet: Sheet, work: Workspace, *, thin: bool = False) -> Iterator[Defect]:
    """No two features cover the same ground.

    Features with the very same shape are another rule's business.

    Args:
        thin: whether those are told that are nowhere as wide as `quality.sliver_m`, or all others.

    Yields:
        One defect per pair, biggest first.
    """
    ground, overlaps = work.ground(sheet.kind), work.overlaps(sheet.kind)
    for each in overlaps.listed:
        if is_thin(work, each) == thin:
            rows = ground.sheet_rows(each.rows)
            whole = "quality.overlap_whole" if each.what == "duplicate" and not thin else None
            yield told(sheet, each, rows, tuple(sorted(sheet.keys[rows])), message=whole)
    if not thin:
        yield from rest(ground, "overlaps", overlaps.more)


def surface(
    sheet: Sheet,
    work: Workspace,
    *,
    faults: Sequence[str],
    boundary: Sequence[str] = (),
    thin: bool | None = None,
    unless: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[Defect]:
    """A layer covers its ground: without gaps, and nothing of it outside.

    Args:
        faults: gaps, outside.
        boundary: kinds of layers one of which it should cover, the first that is there; none: then only holes
            are gaps.
        thin: whether those are told that are nowhere as wide as `quality.sliver_m`, or all others; None for
            both.
        unless: kinds of layers, by kind of this layer: where one is there, another rule looks for the same.

    Yields:
        One defect per gap, or feature that reaches outside, biggest first.
    """
    if any(kind in work.sheets for kind in (unless or {}).get(sheet.kind, ())):
        raise NotApplicable("quality.bounded_elsewhere", layer=sheet.kind)
    outline = bounding(work, sheet.kind, boundary) if boundary else None
    ground, coverage = work.ground(sheet.kind), work.coverage(sheet.kind, outline)
    name = "" if outline is None else work.layer_name(outline)
    for fault in faults:
        listed: list[found.Defect] = getattr(coverage, fault)
        for each in listed:
            if thin is None or is_thin(work, each) == thin:
                rows = ground.sheet_rows(each.rows)
                cause = tuple(sorted(sheet.keys[rows[:2]])) if rows else (_about(each),)
                message = MESSAGES[fault, each.what]
                defect = told(sheet, each, rows, (fault, *cause), message=message, boundary=name)
                yield defect
        if not thin:
            yield from rest(ground, fault, coverage.more[fault])


def bounding(work: Workspace, kind: str, wanted: Sequence[str]) -> str:
    """Return the first of some kinds of layers that is there.

    Raises:
        NotApplicable: `quality.no_such_boundary`: the profile has none of them, but this layer itself.
        CannotTell: `quality.layer_absent`.
    """
    known = [each for each in wanted if each in work.profile.layers and each != kind]
    there = [each for each in known if each in work.sheets]
    if there:
        return there[0]
    if not known:
        raise NotApplicable("quality.no_such_boundary", layer=kind)
    raise CannotTell("quality.layer_absent", layer=known[0], name=work.layer_name(known[0]))


def is_thin(work: Workspace, fault: found.Defect) -> bool:
    return (fault.width_m or 0.0) < float(work.number("quality.sliver_m"))


def told(
    sheet: Sheet,
    fault: found.Defect,
    rows: Sequence[int],
    cause: tuple[str, ...],
    *,
    message: str | None = None,
    **params: object,
) -> Defect:
    """Return a fault of the overlay as a defect of a layer."""
    area = square_metres(fault.area_m2)
    return Defect(
        sheet.kind, cause, rows, params={"area": area, "width": metres(fault.width_m or 0.0), **params},
        shape=fault.shape if not shapely.is_empty(fault.shape) else None, measured=area, unit="平方米",
        message=message,
    )  # fmt: skip


def rest(ground: Ground, fault: str, more: found.Below) -> Iterator[Defect]:
    """Tell of the faults that were too many to be listed, all together."""
    if more.count:
        area = square_metres(more.area_m2)
        yield Defect(
            ground.sheet.kind, ("rest", fault), ground.sheet_rows(more.rows),
            params={"more": more.count, "area": area}, measured=area, unit="平方米",
            message="quality.more_ground",
        )  # fmt: skip


def _about(fault: found.Defect) -> str:
    """Return about where a fault is that no feature lies along, to 10 m."""
    x, y = fault.place or (0.0, 0.0)
    return f"{round(x, -1):.0f},{round(y, -1):.0f}"

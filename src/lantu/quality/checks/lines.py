"""Control lines that exclude each other: where they lie over each other, patch by patch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lantu.core.finding import Answer
from lantu.quality.checks.rounding import metres, square_metres
from lantu.quality.checks.topology import rest
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.workspace import Workspace


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
    held = False
    for one, other in pairs:
        if not all(kind in work.profile.layers for kind in (one, other)):
            continue
        absent = [kind for kind in (one, other) if kind not in work.sheets]
        wanted = [k for k in absent if work.profile.layers[k].presence == "required" or work.broken(k)]
        if absent:
            said = [
                CannotTell("quality.layer_absent", layer=kind, name=work.layer_name(kind)) for kind in wanted
            ]
            yield from (_cannot_tell(each, one, other) for each in said)
            held |= bool(wanted)
            continue
        try:
            # That a layer has no rows is another rule's business.
            if len(work.polygons(one)) and len(work.polygons(other)):
                held = True
                yield from _overlaps(work, one, other, thin, person)
        except CannotTell as each:
            held = True
            yield _cannot_tell(each, one, other)
    if not held:
        raise NotApplicable("quality.no_two_lines")


def _cannot_tell(said: CannotTell, one: str, other: str) -> Defect:
    return Defect(
        str(said.params["layer"]), ("cannot_tell", said.code, one, other), params=said.params,
        answer=Answer.CANNOT_TELL, message=said.code,
    )  # fmt: skip


def _overlaps(work: Workspace, one: str, other: str, thin: bool, person: bool) -> Iterator[Defect]:
    sliver = float(work.number("quality.sliver_m"))
    answer = Answer.NEEDS_PERSON if person else Answer.FAIL
    left, right = work.ground(one), work.ground(other)
    listed, more = work.patches(one, other)
    for patch in listed:
        if (patch.width_m < sliver) != thin:
            continue
        rows, others = left.sheet_rows(patch.one), right.sheet_rows(patch.other)
        area = square_metres(patch.area_m2)
        yield Defect(
            one, (other, left.sheet.keys[rows[0]], right.sheet.keys[others[0]]), rows,
            tuple(right.sheet.keys[others]),
            params={
                "one_name": work.layer_name(one), "other": other, "other_name": work.layer_name(other),
                "other_features": right.sheet.names(others), "area": area,
                "hectares": square_metres(patch.area_m2 / 1e4), "width": metres(patch.width_m),
            },
            shape=patch.shape, place=patch.place, measured=area, unit="平方米", answer=answer,
        )  # fmt: skip
    if not thin:
        for defect in rest(left, f"overlaps {other}", more):
            yield replace(defect, answer=answer)

"""A clause judged on ground or by name: the answer, how much, where, by which layers, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import shapely

from lantu.core.area import Geometries, StatutoryPlane
from lantu.core.errors import LantuError, LawbookError
from lantu.core.finding import Answer, Clause, Finding
from lantu.core.units import round_half_up
from lantu.lawbook import Citation, Words
from lantu.overlay.cutting import mended, polygons_of, widest
from lantu.overlay.pack import PackedLayer

M2, PIECES = "平方米", "个"
NOTHING = shapely.Polygon()


class Section(StrEnum):
    """What transmission is about."""

    FIGURES = "figures"
    SPACE = "space"
    CONTROLS = "controls"
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A layer as clauses read it.

    Attributes:
        area_code, area_name: whose it is.
        pack: in the statutory plane; its polygons sound.
        columns: field → values by row; a field that the layer lacks is not there.
        parts: digests of several layers that were put together; then `digest` is that of them all.
    """

    kind: str
    area_code: str
    area_name: str
    digest: str
    pack: PackedLayer
    columns: Mapping[str, Sequence[object]] = field(default_factory=dict)
    parts: tuple[str, ...] = ()

    def shapes(self) -> Geometries:
        """Return the polygons, valid; empty where a row covers nothing."""
        return mended(self.pack.geometries())

    def values(self, name: str) -> list[str] | None:
        """Return a field as text, "" where a row has none; None where the layer lacks the field."""
        found = self.columns.get(name)
        return None if found is None else ["" if each is None else str(each).strip() for each in found]


@dataclass(frozen=True, slots=True)
class Absent:
    """A layer that cannot be judged by: message code of the reason, and what its sentence needs."""

    kind: str
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)


Side = Sheet | Absent


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Patches of less area, or narrower, are slivers: counted, not held against anybody."""

    least_m2: float
    least_width_m: float
    verified: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What every clause has: its name, what the lower authority is to do, what it rests on."""

    section: Section
    id: str
    title: Words
    do: Words
    sources: tuple[Citation, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Patch:
    """Ground at which something does not agree; `shape` in the plane, `place` a point in it in degrees.

    Attributes:
        what: missing, extra, outside, overlap, gap, class, forbidden, condition, unknown, limit.
        detail: whose ground it is: classes of both sides, number of the plot.
    """

    what: str
    area_m2: float
    width_m: float
    place: tuple[float, float]
    box: tuple[float, float, float, float]
    shape: Any
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slivers:
    """What is below the tolerance."""

    count: int = 0
    area_m2: float = 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """How much ground of one class lies on another, and what the lawbook says of that."""

    lower: str
    upper: str
    area_m2: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Missed:
    """An item of the upper list that is not there, or not beyond doubt.

    Attributes:
        what: missing, renamed, recoded, regraded, near, unplaced.
        name, code: as above; other, other_code: of the lower item it may be.
    """

    what: str
    name: str
    code: str = ""
    other: str = ""
    other_code: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One clause judged.

    Attributes:
        patches: biggest first; those that made the answer.
        lower, upper: the layers that were held against each other; None where one was not there.
    """

    rule: Rule
    finding: Finding
    patches: tuple[Patch, ...] = ()
    slivers: Slivers = Slivers()
    pairs: tuple[Pair, ...] = ()
    missed: tuple[Missed, ...] = ()
    lower: Sheet | None = None
    upper: Sheet | None = None


def rule_of(section: Section, d: Mapping[str, Any]) -> Rule:
    """Read what every entry of a page has."""
    return Rule(
        section, d["id"], Words(**d["title"]), Words(**d["do"]), citations(d["sources"]), d["verified"]
    )


def citations(d: Any) -> tuple[Citation, ...]:
    """Read the sources of an entry."""
    return tuple(Citation(each["id"], each.get("article")) for each in d)


def tolerance_of(d: Mapping[str, Any]) -> Tolerance:
    """Read the tolerance of a page."""
    return Tolerance(float(d["least_m2"]), float(d["least_width_m"]), d["verified"])


def refuse(page: str, name: str) -> LawbookError:
    """Return the error of a page that names what is not there."""
    return LawbookError("lawbook.transmission_page", page=page, name=name)


def guarded(rule: Rule, subject: Sequence[str], judge: Callable[[], Judged]) -> Judged:
    """Judge a clause; one that crashes cannot be told, and the others are judged all the same."""
    try:
        return judge()
    except LantuError as error:
        return untold(rule, subject, error.code, error.params)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"[:200]
        return untold(rule, subject, "transmission.crashed", {"why": why})


def untold(
    rule: Rule,
    subject: Sequence[str],
    code: str,
    params: Mapping[str, object],
    sides: Sequence[Side] = (),
    answer: Answer = Answer.CANNOT_TELL,
) -> Judged:
    """Return the answer about a clause of which nothing was measured."""
    there = [each for each in sides if isinstance(each, Sheet)]
    finding = found(rule, subject, answer, code, params, inputs=inputs_of(there))
    return Judged(rule, finding)


def found(
    rule: Rule,
    subject: Sequence[str],
    answer: Answer,
    code: str,
    params: Mapping[str, object],
    *,
    measured: Decimal | None = None,
    count: int | None = None,
    place: tuple[float, float] | None = None,
    inputs: Mapping[str, str] | None = None,
    verified: bool = True,
) -> Finding:
    """Return the finding of a clause: what is measured in m², or counted, must be nothing."""
    cited = rule.sources[0]
    unit = M2
    if count is not None:
        measured, unit = Decimal(count), PIECES
    return Finding(
        rule=f"transmission.{rule.section}.{rule.id}",
        subject=tuple(subject),
        answer=answer,
        message=code,
        params=dict(params),
        measured=measured,
        required=None if measured is None else Decimal(0),
        unit=None if measured is None else unit,
        place=place,
        clause=Clause(cited.id, cited.article or rule.title.zh, None, cited.id),
        inputs=inputs or {},
        verified=rule.verified and verified,
    )


def inputs_of(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Return name → digest of the layers looked at."""
    digests: dict[str, str] = {}
    for each in sheets:
        name = f"{each.area_code} {each.kind}"
        digests |= {f"{name} {n}": digest for n, digest in enumerate(each.parts, 1)} or {name: each.digest}
    return digests


def first_absent(sides: Sequence[Side]) -> Absent | None:
    """Return the first layer that is not there."""
    return next((each for each in sides if isinstance(each, Absent)), None)


def patches_of(
    what: str,
    shapes: Geometries,
    tolerance: Tolerance,
    plane: StatutoryPlane,
    details: Sequence[Mapping[str, str]] = (),
) -> tuple[list[Patch], Slivers]:
    """Part shapes of the plane into patches and slivers.

    Args:
        details: one per shape, or none at all.
    """
    parts, owner = shapely.get_parts(polygons_of(shapes), return_index=True)
    area = shapely.area(parts)
    solid = area > 0
    parts, owner, area = parts[solid], owner[solid], area[solid]
    big = np.flatnonzero(area >= tolerance.least_m2)
    width, place = widest(parts[big]) if len(big) else (np.empty(0), np.empty((0, 2)))
    kept = width >= tolerance.least_width_m
    listed, width, place = big[kept], width[kept], place[kept]
    if len(listed):
        seen = plane.to_geographic(parts[listed])
        points = shapely.get_coordinates(plane.to_geographic(shapely.points(place)))
        boxes = shapely.bounds(seen)
    patches = [
        Patch(
            what, float(area[row]), float(width[n]), (float(points[n][0]), float(points[n][1])),
            (float(boxes[n][0]), float(boxes[n][1]), float(boxes[n][2]), float(boxes[n][3])), parts[row],
            dict(details[owner[row]]) if len(details) else {},
        )
        for n, row in enumerate(listed.tolist())
    ]  # fmt: skip
    left = np.ones(len(parts), bool)
    left[listed] = False
    return patches, Slivers(int(left.sum()), float(area[left].sum()))


def together(parts: Sequence[Slivers]) -> Slivers:
    """Add up slivers."""
    return Slivers(sum(each.count for each in parts), sum(each.area_m2 for each in parts))


def m2(area: float) -> Decimal:
    """Round an area to hundredths of a square metre, half up."""
    return round_half_up(Decimal(area), 2)


def in_order(patches: Sequence[Patch]) -> tuple[Patch, ...]:
    """Return patches biggest first."""
    return tuple(sorted(patches, key=lambda each: (-each.area_m2, each.place)))

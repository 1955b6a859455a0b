"""Ground on which a pair contradicts itself, patch by patch, in the statutory plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.conflicts.rules import Kind, Relation
from lantu.overlay.coverage import coverage, overlaps_of
from lantu.overlay.cutting import mended, polygons_of, seen_in, shared_by
from lantu.overlay.doubles import lying_double
from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes, take

NOISE_M2 = 1e-4
"""Less than a square centimetre is what rounding leaves of lines that are the same."""
CRACK_M = 0.001
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Law:
    """What a table of compatibility says, class against class.

    Attributes:
        fit: (class of the first side, class of the second) → allowed, condition, forbidden or unknown.
        listed: outcome → what it makes of the ground; ground of other outcomes is counted, or agrees.
    """

    fit: Callable[[str, str], str]
    listed: Mapping[str, Relation]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """One side: polygons, and what is known of them.

    Attributes:
        pack: the polygons that are meant; `rows` their rows in the layer.
        codes: their classes, "" for one without; None where the kind has no classes.
        cause: what they come from; patches of one value may be one conflict.
    """

    pack: PackedLayer
    rows: Rows
    codes: Sequence[str] | None = None
    cause: Sequence[str] | None = None

    def cause_of(self, row: int) -> str:
        """Return what one of the polygons comes from."""
        return "" if self.cause is None else self.cause[row]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One piece of ground: rows of the layers on both sides, where there are some.

    Attributes:
        relation: whether it is excluded or for a person; None where it is as the pair says.
    """

    shape: Any
    type: Kind
    cause: str
    first: tuple[int, ...]
    second: tuple[int, ...]
    relation: Relation | None = None


@dataclass(slots=True)
class Small:
    """What is counted and not listed."""

    count: int = 0
    area_m2: float = 0.0

    def add(self, areas: NDArray[np.float64]) -> None:
        """Add pieces by their areas."""
        self.count += len(areas)
        self.area_m2 += float(areas.sum())


@dataclass(slots=True)
class Found:
    """What a test found.

    Attributes:
        slivers: pieces below the tolerance.
        conditional, unknown: ground whose classes fit on conditions, or of which no table knows.
        broken: polygons that cover ground twice and could not be looked at as they are.
    """

    patches: list[Patch] = field(default_factory=list)
    slivers: Small = field(default_factory=Small)
    conditional: Small = field(default_factory=Small)
    unknown: Small = field(default_factory=Small)
    broken: int = 0


def shared(
    first: Ground, second: Ground, kind: Kind, least_m2: float, engine: KernelEngine, law: Law | None = None
) -> Found:
    """Return the ground that both sides cover; with a law, where it lists what their classes come to.

    Raises:
        InputError: `overlay.invalid` for a polygon that covers ground twice.
    """
    found = Found()
    table = engine.overlay(first.pack, second.pack)
    pairs = np.column_stack([table.left_id, table.right_id]).astype(np.int64)
    area = np.asarray(table.area_m2, np.float64)
    fits = None if law is None else _fits(first, second, pairs, law)
    if law is not None and fits is not None:
        _count(found, fits, area, least_m2, law)
        meant = np.isin(fits, list(law.listed))
        pairs, area, fits = pairs[meant], area[meant], fits[meant]
    small = area < least_m2
    found.slivers.add(area[small & (area > NOISE_M2)])
    pairs, fits = pairs[~small], None if fits is None else fits[~small]
    for place, ((a, b), shape) in enumerate(
        zip(pairs.tolist(), shared_by(first.pack, second.pack, pairs), strict=True)
    ):
        relation = None if law is None or fits is None else law.listed[str(fits[place])]
        found.patches.append(
            Patch(shape, kind, first.cause_of(a), (int(first.rows[a]),), (int(second.rows[b]),), relation)
        )
    return found


def _count(
    found: Found, fits: NDArray[np.str_], area: NDArray[np.float64], least_m2: float, law: Law
) -> None:
    """Count the ground of classes that is neither listed nor agrees."""
    for name, into in (("condition", found.conditional), ("unknown", found.unknown)):
        if name not in law.listed:
            into.add(area[(fits == name) & (area >= least_m2)])


def _fits(first: Ground, second: Ground, pairs: Rows, law: Law) -> NDArray[np.str_]:
    known: dict[tuple[str, str], str] = {}
    found = []
    for a, b in pairs.tolist():
        codes = _class_of(first, a), _class_of(second, b)
        if codes not in known:
            known[codes] = law.fit(*codes)
        found.append(known[codes])
    return np.array(found, "<U9")


def _class_of(side: Ground, row: int) -> str:
    return "" if side.codes is None else side.codes[row]


def beyond(
    first: Ground, second: Ground, kind: Kind, least_m2: float, engine: KernelEngine, law: Law | None = None,
    *, turned: bool = False,
) -> Found:  # fmt: skip
    """Return the ground of the first side that the second does not cover.

    Args:
        law: is asked of the class of the first side alone.
        turned: the first side of the patches is the second here.

    Raises:
        InputError: as `shared`.
    """
    found = Found()
    table = engine.overlay(first.pack, second.pack)
    a, b = table.left_id.astype(np.int64), table.right_id.astype(np.int64)
    left = first.pack.area_m2 - np.bincount(a, table.area_m2, len(first.pack))
    # Where polygons of the second side lie over each other, sums hide what is uncovered.
    doubtful = np.zeros(len(first.pack), np.bool_)
    doubtful[a[lying_double(second.pack, engine)[b]]] = True
    rough = (left >= least_m2) | doubtful
    fits = np.array(
        ["" if law is None else law.fit(_class_of(first, row), "") for row in range(len(first.pack))], "<U9"
    )
    meant = np.ones(len(rough), np.bool_) if law is None else np.isin(fits, list(law.listed))
    found.slivers.add(left[meant & ~rough & (left > NOISE_M2)])
    order = np.argsort(a, kind="stable")
    a, b = a[order], b[order]
    for row in np.flatnonzero(rough & (fits != "allowed")).tolist():
        met = b[np.searchsorted(a, row) : np.searchsorted(a, row, "right")]
        shape = mended(first.pack.geometries(np.array([row])))[0]
        cover = seen_in(second.pack, met, np.repeat(first.pack.box[[row]], len(met), axis=0))
        shape = polygons_of(np.array([shapely.difference(shape, shapely.union_all(cover))], object))[0]
        area = np.array([shape.area])
        if law is not None and not meant[row]:
            _count(found, fits[[row]], area, least_m2, law)
            continue
        if shape.area < least_m2:
            found.slivers.add(area[area > NOISE_M2])
            continue
        near = tuple(second.rows[met].tolist())
        own: tuple[int, ...] = (int(first.rows[row]),)
        sides = (near, own) if turned else (own, near)
        relation = None if law is None else law.listed[str(fits[row])]
        cause = "" if turned else first.cause_of(row)
        found.patches.append(Patch(shape, kind, cause, sides[0], sides[1], relation))
    return found


def differs(first: Ground, second: Ground, kind: Kind, least_m2: float, engine: KernelEngine) -> Found:
    """Return the ground that one side covers and the other does not.

    Raises:
        InputError: as `shared`.
    """
    one = beyond(first, second, kind, least_m2, engine)
    other = beyond(second, first, kind, least_m2, engine, turned=True)
    one.patches += other.patches
    one.slivers.count += other.slivers.count
    one.slivers.area_m2 += other.slivers.area_m2
    return one


def cover(layer: Ground, outline: Ground, least_m2: float) -> Found:
    """Return where a layer that should cover the outline once does not: overlaps, slits, ground outside.

    Raises:
        InputError: `overlay.invalid` for an outline that covers ground twice.
    """
    faults = coverage(layer.pack, outline.pack, least_m2=least_m2, crack_m=CRACK_M)
    found = Found(broken=len(faults.broken))
    kinds: tuple[tuple[Kind, Any], ...] = (
        ("overlap", faults.overlaps), ("slit", faults.gaps), ("shift", faults.outside),
    )  # fmt: skip
    for kind, defects in kinds:
        for each in defects:
            rows = tuple(int(layer.rows[row]) for row in each.rows)
            found.patches.append(Patch(each.shape, kind, "", rows, ()))
    for below in faults.below.values():
        found.slivers.count += below.count
        found.slivers.area_m2 += below.area_m2
    return found


def once(layer: Ground, least_m2: float) -> Found:
    """Return where polygons of one layer lie over each other.

    Raises:
        InputError: as `shared`.
    """
    faults = overlaps_of(layer.pack, least_m2=least_m2)
    found = Found(slivers=Small(faults.below.count, faults.below.area_m2))
    for each in faults.listed:
        first, second = (int(layer.rows[row]) for row in each.rows[:2])
        found.patches.append(Patch(each.shape, "overlap", "", (first,), (second,)))
    return found


def within(ground: Ground, outline: PackedLayer, engine: KernelEngine) -> Ground:
    """Return what of a side lies in an outline: polygons that reach out of it are cut."""
    table = engine.overlay(ground.pack, outline)
    inside = np.bincount(table.left_id, table.area_m2, len(ground.pack))
    met = np.flatnonzero(inside > NOISE_M2)
    out = met[ground.pack.area_m2[met] - inside[met] > NOISE_M2]
    if not len(out):
        return _some(ground, met, take(ground.pack, met))
    shapes = ground.pack.geometries(met)
    edge = shapely.union_all(mended(outline.geometries()))
    cut = np.isin(met, out)
    shapes[cut] = polygons_of(shapely.intersection(mended(shapes[cut]), edge))
    return _some(ground, met, pack_shapes(shapes, "left"))


def _some(ground: Ground, rows: Rows, pack: PackedLayer) -> Ground:
    def chosen(values: Sequence[str] | None) -> Sequence[str] | None:
        return None if values is None else [values[row] for row in rows.tolist()]

    return Ground(pack, ground.rows[rows], chosen(ground.codes), chosen(ground.cause))

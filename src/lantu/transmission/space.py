"""A lower plan's lines, zones and townships against those above: what is missing, extra, of another class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import shapely

from lantu.core.area import StatutoryPlane
from lantu.core.finding import Answer
from lantu.lawbook import Lawbook, LayerKind
from lantu.overlay.coverage import coverage
from lantu.overlay.cutting import polygons_of, shared_by
from lantu.overlay.engine import KernelEngine
from lantu.transmission.clauses import (
    Absent,
    Judged,
    Pair,
    Patch,
    Rule,
    Section,
    Sheet,
    Side,
    Slivers,
    Tolerance,
    first_absent,
    found,
    guarded,
    in_order,
    inputs_of,
    m2,
    patches_of,
    refuse,
    rule_of,
    together,
    tolerance_of,
    untold,
)

PAGE = "transmission/space"
OUTLINE = "XZQX"
Relation = Literal["equal", "within", "contains", "refines"]
FAULTS: Mapping[str, tuple[str, ...]] = {
    "equal": ("missing", "extra", "outside"),
    "within": ("extra", "outside"),
    "contains": ("missing", "outside"),
}
_CRACK_M = 0.001
"""Coordinates are kept to the millimetre: narrower openings are rounding."""
ENGINE = KernelEngine()


@dataclass(frozen=True, slots=True)
class Line:
    """What a kind of layer is to the one above."""

    rule: Rule
    layer: LayerKind
    relation: Relation


@dataclass(frozen=True, slots=True)
class Nesting:
    """Polygons of one kind that fill those of another, in the same plan."""

    rule: Rule
    parts: LayerKind
    whole: LayerKind


@dataclass(frozen=True, slots=True)
class SpaceRules:
    """The page."""

    tolerance: Tolerance
    lines: tuple[Line, ...]
    nesting: tuple[Nesting, ...]


def space_rules(book: Lawbook) -> SpaceRules:
    """Read the page.

    Raises:
        LawbookError: `lawbook.transmission_page` for a kind of layer that is not there.
    """
    d = book.pages[PAGE]

    def kind(name: str) -> LayerKind:
        if name not in book.layer_kinds:
            raise refuse(PAGE, name)
        return book.layer_kinds[name]

    return SpaceRules(
        tolerance_of(d["tolerance"]),
        tuple(
            Line(rule_of(Section.SPACE, each), kind(each["layer"]), each["relation"]) for each in d["lines"]
        ),
        tuple(
            Nesting(rule_of(Section.SPACE, each), kind(each["parts"]), kind(each["whole"]))
            for each in d["nesting"]
        ),
    )


def judge_space(
    rules: SpaceRules,
    lower: Mapping[str, Side],
    upper: Mapping[str, Side],
    plane: StatutoryPlane,
    book: Lawbook,
) -> tuple[Judged, ...]:
    """Judge every line and every nesting.

    Args:
        lower, upper: kind → layer; the lower plan's outline is among its layers.
    """
    court = _Court(rules.tolerance, lower, upper, plane, book)
    return (
        *(guarded(each.rule, (each.layer.kind,), partial(court.line, each)) for each in rules.lines),
        *(guarded(each.rule, (each.parts.kind,), partial(court.nests, each)) for each in rules.nesting),
    )


@dataclass(frozen=True, slots=True)
class _Court:
    tolerance: Tolerance
    lower: Mapping[str, Side]
    upper: Mapping[str, Side]
    plane: StatutoryPlane
    book: Lawbook

    def line(self, line: Line) -> Judged:
        kind = line.layer.kind
        mine, theirs, outline = self.lower[kind], self.upper[kind], self.lower[OUTLINE]
        sides = [mine, theirs] if line.relation == "refines" else [mine, theirs, outline]
        if (absent := first_absent(sides)) is not None:
            return self._absent(line.rule, kind, absent, sides)
        assert isinstance(mine, Sheet) and isinstance(theirs, Sheet)
        if line.relation == "refines":
            return self._refines(line, mine, theirs)
        assert isinstance(outline, Sheet)
        return self._extent(line, mine, theirs, outline)

    def _absent(self, rule: Rule, kind: str, absent: Absent, sides: Sequence[Side]) -> Judged:
        return untold(rule, (kind,), absent.reason, absent.params, sides)

    def _extent(self, line: Line, mine: Sheet, theirs: Sheet, outline: Sheet) -> Judged:
        ground = shapely.union_all(outline.shapes())
        own = shapely.union_all(mine.shapes())
        above = shapely.intersection(shapely.union_all(theirs.shapes()), ground)
        inside = shapely.intersection(own, ground)
        apart = {
            "missing": shapely.difference(above, own),
            "extra": shapely.difference(inside, above),
            "outside": shapely.difference(own, ground),
        }
        faults: list[Patch] = []
        slivers: list[Slivers] = []
        for what in FAULTS[line.relation]:
            patches, small = patches_of(what, np.array([apart[what]], object), self.tolerance, self.plane)
            faults += patches
            slivers.append(small)
        areas = {f"{what}_m2": _total(faults, what) for what in ("missing", "extra", "outside")}
        # What the relation lets be is told all the same.
        areas |= {
            f"{what}_m2": float(shapely.area(shape))
            for what, shape in apart.items()
            if what not in FAULTS[line.relation]
        }
        return self._judged(
            line.rule, line.relation, mine, theirs, faults, together(slivers),
            {**areas, "lower_m2": float(shapely.area(own)), "upper_m2": float(shapely.area(above))},
            [mine, theirs, outline],
        )  # fmt: skip

    def _refines(self, line: Line, mine: Sheet, theirs: Sheet) -> Judged:
        classed, kind = line.layer.classed, line.layer.kind
        if classed is None:
            return untold(line.rule, (kind,), "transmission.no_class_field", {"layer": kind}, [mine, theirs])
        for sheet in (mine, theirs):
            if sheet.values(classed[0]) is None:
                params = {"area": sheet.area_name, "layer": kind, "field": classed[0]}
                return untold(line.rule, (kind,), "transmission.no_class_in_layer", params, [mine, theirs])
        lower, upper = mine.values(classed[0]) or [], theirs.values(classed[0]) or []
        shared = ENGINE.overlay(mine.pack, theirs.pack)
        outcomes = {
            pair: self._class_outcome(*pair, classed[1])
            for pair in {(lower[a], upper[b]) for a, b in zip(shared.left_id, shared.right_id, strict=True)}
        }
        pairs: dict[tuple[str, str], float] = {}
        wrong: list[tuple[int, int]] = []
        for a, b, area in zip(
            shared.left_id.tolist(), shared.right_id.tolist(), shared.area_m2.tolist(), strict=True
        ):
            pair = lower[a], upper[b]
            pairs[pair] = pairs.get(pair, 0.0) + area
            if outcomes[pair] != "allowed":
                wrong.append((a, b))
        faults, slivers = self._class_faults(mine, theirs, wrong, lower, upper, outcomes)
        said = tuple(
            Pair(a, b, area, outcomes[a, b]) for (a, b), area in sorted(pairs.items(), key=lambda e: -e[1])
        )
        areas = {
            "shared_m2": float(shared.area_m2.sum()),
            "class_m2": _total(faults, "class"), "unknown_m2": _total(faults, "unknown"),
        }  # fmt: skip
        return self._judged(line.rule, "refines", mine, theirs, faults, slivers, areas, [mine, theirs], said)

    def _class_outcome(self, lower: str, upper: str, lists: Sequence[str]) -> str:
        """Tell whether a class is the one above or below it in a list that has both."""
        known = [self.book.code_lists[name] for name in lists]
        for each in known:
            if lower in each.rows and upper in each.rows:
                return "allowed" if upper in each.lineage(lower) else "class"
        return "unknown"

    def _class_faults(
        self,
        mine: Sheet,
        theirs: Sheet,
        wrong: Sequence[tuple[int, int]],
        lower: Sequence[str],
        upper: Sequence[str],
        outcomes: Mapping[tuple[str, str], str],
    ) -> tuple[list[Patch], Slivers]:
        """Make one shape of all ground that has the same two classes."""
        if not wrong:
            return [], Slivers()
        shapes = shared_by(mine.pack, theirs.pack, np.array(wrong, np.int64))
        of = [(lower[a], upper[b]) for a, b in wrong]
        faults: list[Patch] = []
        slivers: list[Slivers] = []
        for pair in sorted(set(of)):
            whole = shapely.union_all(shapes[[each == pair for each in of]])
            detail = {"lower": pair[0], "upper": pair[1]}
            patches, small = patches_of(
                outcomes[pair], polygons_of(np.array([whole], object)), self.tolerance, self.plane, [detail]
            )
            faults += patches
            slivers.append(small)
        return faults, together(slivers)

    def nests(self, nesting: Nesting) -> Judged:
        """Look for gaps, overlaps and ground outside among polygons that should fill a whole."""
        parts, whole = self.lower[nesting.parts.kind], self.lower[nesting.whole.kind]
        if (absent := first_absent([parts, whole])) is not None:
            return self._absent(nesting.rule, nesting.parts.kind, absent, [parts, whole])
        assert isinstance(parts, Sheet) and isinstance(whole, Sheet)
        seen = coverage(parts.pack, whole.pack, least_m2=self.tolerance.least_m2, crack_m=_CRACK_M)
        faults: list[Patch] = []
        slivers = [Slivers(each.count, each.area_m2) for each in seen.below.values()]
        for what, defects in (("gap", seen.gaps), ("overlap", seen.overlaps), ("outside", seen.outside)):
            shapes = np.empty(len(defects), object)
            shapes[:] = [each.shape for each in defects]
            patches, small = patches_of(what, shapes, self.tolerance, self.plane)
            faults += patches
            slivers.append(small)
        areas = {f"{what}_m2": _total(faults, what) for what in ("gap", "overlap", "outside")}
        return self._judged(
            nesting.rule, "nests", parts, whole, faults, together(slivers), areas, [parts, whole]
        )

    def _judged(
        self,
        rule: Rule,
        relation: str,
        mine: Sheet,
        theirs: Sheet,
        faults: Sequence[Patch],
        slivers: Slivers,
        areas: Mapping[str, float],
        looked_at: Sequence[Sheet],
        pairs: tuple[Pair, ...] = (),
    ) -> Judged:
        unknown = [each for each in faults if each.what == "unknown"]
        failing = [each for each in faults if each.what != "unknown"]
        answer, ending = Answer.PASS, "pass"
        if failing:
            answer, ending = Answer.FAIL, "fail"
        elif unknown:
            answer, ending = Answer.CANNOT_TELL, "open"
        elif relation == "refines" and not areas["shared_m2"]:
            answer, ending = Answer.CANNOT_TELL, "apart"
        listed = in_order(faults)
        params = {
            **{name: m2(value) for name, value in areas.items()}, "count": len(mine.pack),
            "layer": mine.kind, "lower": mine.area_name, "upper": theirs.area_name, "patches": len(listed),
        }  # fmt: skip
        finding = found(
            rule, (mine.area_code, theirs.area_code, mine.kind), answer,
            f"transmission.{relation}_{ending}", params,
            measured=m2(sum(each.area_m2 for each in failing)),
            place=listed[0].place if listed else None, inputs=inputs_of(looked_at),
            verified=self.tolerance.verified,
        )  # fmt: skip
        return Judged(rule, finding, listed, slivers, pairs, (), mine, theirs)


def _total(patches: Sequence[Patch], what: str) -> float:
    return sum(each.area_m2 for each in patches if each.what == what)

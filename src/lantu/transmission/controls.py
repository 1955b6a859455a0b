"""Detailed and special plans against the master plan of their area: uses, lines they keep, figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries, StatutoryPlane
from lantu.core.finding import Answer
from lantu.lawbook import Compatibility, Lawbook, LayerKind
from lantu.overlay.cutting import polygons_of, shared_by
from lantu.overlay.doubles import lying_double
from lantu.overlay.engine import KernelEngine
from lantu.overlay.packing import take
from lantu.overlay.table import OverlayTable
from lantu.transmission.clauses import (
    Absent,
    Judged,
    Pair,
    Patch,
    Rule,
    Sheet,
    Side,
    Slivers,
    found,
    guarded,
    in_order,
    inputs_of,
    m2,
    patches_of,
    together,
    untold,
)
from lantu.transmission.control_rules import (
    NUMBERS,
    ControlRules,
    FacilityRule,
    LimitRule,
    LineRule,
    OpenRule,
    UseRule,
)

ENGINE = KernelEngine()
_ANSWERS = {
    "forbidden": (Answer.FAIL, "fail"), "limit": (Answer.FAIL, "fail"),
    "unknown": (Answer.CANNOT_TELL, "open"), "condition": (Answer.NEEDS_PERSON, "person"),
}  # fmt: skip
"""The worst first."""


def judge_controls(
    rules: ControlRules, layers: Mapping[str, Side], plane: StatutoryPlane, book: Lawbook
) -> tuple[Judged, ...]:
    """Judge every clause about detailed and special plans.

    Args:
        layers: kind → layer of the area, every kind that the rules name.
    """
    court = _Court(rules, layers, plane, book, Compatibility(book))
    return (
        *(guarded(each.rule, (each.lower.kind,), partial(court.uses, each)) for each in rules.uses),
        *(guarded(each.rule, (each.lower.kind,), partial(court.line, each)) for each in rules.lines),
        *(guarded(each.rule, (each.lower.kind,), partial(court.facility, each)) for each in rules.facilities),
        *(guarded(each.rule, (each.lower.kind,), partial(court.limit, each)) for each in rules.limits),
        *(guarded(each.rule, (), partial(court.open, each)) for each in rules.open),
    )


@dataclass
class _Ground:
    """Ground of plots by what it is told; shapes in the plane."""

    shapes: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    details: defaultdict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    pairs: defaultdict[tuple[str, str, str], float] = field(default_factory=lambda: defaultdict(float))

    def add(self, outcome: str, shape: Any, **detail: str) -> None:
        """Add ground that a patch may come of."""
        if outcome != "allowed":
            self.shapes[outcome].append(shape)
            self.details[outcome].append({name: value for name, value in detail.items() if value})


@dataclass(frozen=True, slots=True)
class _Court:
    rules: ControlRules
    layers: Mapping[str, Side]
    plane: StatutoryPlane
    book: Lawbook
    table: Compatibility

    # --- uses ---------------------------------------------------------------------------------------------

    def uses(self, rule: UseRule) -> Judged:
        plots, zones = self._both(rule.lower, rule.upper)
        if isinstance(plots, Absent) or isinstance(zones, Absent):
            return self._absent(rule.rule, plots, zones)
        use, zone = self._classes(plots), self._classes(zones)
        if use is None or zone is None:
            return self._no_class(rule.rule, plots, zones, plots if use is None else zones)
        shared = ENGINE.overlay(plots.pack, zones.pack)
        told = {
            (u, z): self.table.in_zone(u, z).outcome
            if rule.by == "zone"
            else self.table.refines(z, u).outcome
            for u, z in {(use[a], zone[b]) for a, b in _rows(shared)}
        }
        ground = _Ground()
        for (a, b), area in zip(_rows(shared), shared.area_m2.tolist(), strict=True):
            ground.pairs[use[a], zone[b], told[use[a], zone[b]]] += area
        wrong = [(a, b) for a, b in _rows(shared) if told[use[a], zone[b]] != "allowed"]
        of: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
        for (a, b), shape in zip(wrong, _shapes(plots, zones, wrong), strict=True):
            of[a, zone[b]].append(shape)
        for (a, z), shapes in of.items():
            ground.add(
                told[use[a], z], shapely.union_all(shapes), plot=_number(plots, a),
                use=self._named(plots, use[a]), planned=self._named(zones, z),
            )  # fmt: skip
        for a, shape in self._uncovered(plots, zones, shared):
            ground.add("unknown", shape, plot=_number(plots, a), use=self._named(plots, use[a]))
        return self._judged(rule.rule, "uses", plots, zones, ground)

    def _uncovered(self, plots: Sheet, zones: Sheet, shared: OverlayTable) -> list[tuple[int, Any]]:
        """Return the ground of plots that nothing above lies on, of those where there may be any."""
        left = plots.pack.area_m2 - _summed(shared, len(plots.pack))
        met = np.unique(shared.right_id)
        double = met[lying_double(take(zones.pack, met), ENGINE)] if len(met) else met
        doubtful = np.unique(shared.left_id[np.isin(shared.right_id, double)])
        rows = np.union1d(np.flatnonzero(left >= self.rules.tolerance.least_m2), doubtful)
        return list(zip(rows.tolist(), _less(plots, zones, shared, rows), strict=True))

    # --- lines --------------------------------------------------------------------------------------------

    def line(self, rule: LineRule) -> Judged:
        plots, lines = self._both(rule.lower, (rule.upper,))
        if isinstance(plots, Absent) or isinstance(lines, Absent):
            return self._absent(rule.rule, plots, lines)
        use: list[str] = [""] * len(plots.pack)
        if rule.lower.classed is not None:
            classes = self._classes(plots)
            if classes is None:
                return self._no_class(rule.rule, plots, lines, plots)
            use = classes
        meant = np.ones(len(lines.pack), np.bool_)
        if rule.where is not None:
            said = lines.values(rule.where[0])
            if said is None:
                params = {"area": lines.area_name, "layer": lines.kind, "field": rule.where[0]}
                return untold(
                    rule.rule, (plots.kind,), "transmission.no_class_in_layer", params, [plots, lines]
                )
            meant = np.array([any(word in each for word in rule.where[1]) for each in said], np.bool_)
        told = {code: self._line_outcome(rule, code) for code in set(use)}
        shared = _only(ENGINE.overlay(plots.pack, lines.pack), meant)
        ground = _Ground()
        for a, shape in self._on_side(rule, plots, lines, shared):
            ground.pairs[use[a], lines.kind, told[use[a]]] += float(shapely.area(shape))
            ground.add(
                told[use[a]], shape, plot=_number(plots, a),
                use=self._named(plots, use[a]) if rule.lower.classed else "",
            )  # fmt: skip
        return self._judged(rule.rule, f"line_{rule.side}", plots, lines, ground)

    def _line_outcome(self, rule: LineRule, code: str) -> str:
        use = None if rule.lower.classed is None else code
        return self.table.on_line(use, rule.upper.kind, rule.side).outcome

    def _on_side(
        self, rule: LineRule, plots: Sheet, lines: Sheet, shared: OverlayTable
    ) -> list[tuple[int, Any]]:
        """Return each plot's ground on the side of the line that is meant; once, however many lie on it."""
        if rule.side == "outside":
            left = plots.pack.area_m2 - _summed(shared, len(plots.pack))
            rows = np.flatnonzero(left > 0)
            return list(zip(rows.tolist(), _less(plots, lines, shared, rows), strict=True))
        pairs = _rows(shared)
        of: defaultdict[int, list[Any]] = defaultdict(list)
        for (a, _), shape in zip(pairs, _shapes(plots, lines, pairs), strict=True):
            of[a].append(shape)
        return [(a, shapely.union_all(shapes)) for a, shapes in of.items()]

    # --- facilities ---------------------------------------------------------------------------------------

    def facility(self, rule: FacilityRule) -> Judged:
        """Hold each facility against the plots under it; one without a plot has no ground in the plan."""
        all_sites, plots = self._both(rule.lower, rule.upper)
        if isinstance(all_sites, Absent) or isinstance(plots, Absent):
            return self._absent(rule.rule, all_sites, plots)
        planned, kinds = self._classes(plots), all_sites.values(rule.field)
        if planned is None:
            return self._no_class(rule.rule, all_sites, plots, plots)
        if kinds is None:
            params = {"area": all_sites.area_name, "layer": all_sites.kind, "field": rule.field}
            return untold(
                rule.rule, (rule.lower.kind,), "transmission.no_class_in_layer", params, [all_sites, plots]
            )
        corridor = [self.table.facilities.is_corridor(kind) for kind in kinds]
        sites = _some(all_sites, np.flatnonzero(~np.array(corridor, np.bool_)))
        kind = sites.values(rule.field) or []
        shared = ENGINE.overlay(sites.pack, plots.pack)
        pairs, ground = _rows(shared), _Ground()
        for (a, b), shape, area in zip(
            pairs, _shapes(sites, plots, pairs), shared.area_m2.tolist(), strict=True
        ):
            outcome = self.table.sited(kind[a], planned[b]).outcome
            ground.pairs[kind[a], planned[b], outcome] += area
            ground.add(
                outcome, shape, plot=_number(sites, a), use=kind[a], planned=self._named(plots, planned[b])
            )
        for a, shape in self._uncovered(sites, plots, shared):
            ground.add("condition", shape, plot=_number(sites, a), use=kind[a])
        return self._judged(rule.rule, "facility", sites, plots, ground)

    # --- figures of plots ---------------------------------------------------------------------------------

    def limit(self, rule: LimitRule) -> Judged:
        plots, zones = self._both(rule.lower, rule.upper)
        if isinstance(plots, Absent) or isinstance(zones, Absent):
            return self._absent(rule.rule, plots, zones)
        limits: list[Decimal | None] = []
        for kind in rule.upper:  # the first layer that sets any limit does
            each = self.layers[kind.kind]
            if isinstance(each, Sheet):
                limits = [_figure(said) for said in each.values(rule.field) or ()]
                if any(limit is not None for limit in limits):
                    zones = each
                    break
        else:
            params = {"area": zones.area_name, "layer": zones.kind, "field": rule.field}
            return untold(
                rule.rule, (plots.kind, rule.field), "transmission.limit_not_set", params, [plots, zones]
            )
        mine = [_figure(each) for each in plots.values(rule.field) or [""] * len(plots.pack)]
        shared = ENGINE.overlay(plots.pack, zones.pack)
        ground = _Ground()
        pairs = [(a, b) for a, b in _rows(shared) if limits[b] is not None]
        for (a, b), shape in zip(pairs, _shapes(plots, zones, pairs), strict=True):
            own, limit = mine[a], limits[b]
            assert limit is not None
            outcome = "allowed"
            if own is None:
                outcome = "unknown"
            elif own > limit if rule.bound == "at_most" else own < limit:
                outcome = "limit"
            ground.pairs["" if own is None else f"{own:f}", f"{limit:f}", outcome] += float(
                shapely.area(shape)
            )
            ground.add(
                outcome, shape, plot=_number(plots, a),
                figure=f"{rule.field} {'–' if own is None else f'{own:f}'} / {limit:f}",
            )  # fmt: skip
        return self._judged(rule.rule, "limit", plots, zones, ground)

    # --- what only a person can tell ----------------------------------------------------------------------

    def open(self, rule: OpenRule) -> Judged:
        return untold(
            rule.rule, (), "transmission.open_question", {"why": rule.why}, answer=Answer.NEEDS_PERSON
        )

    # --- shared -------------------------------------------------------------------------------------------

    def _both(self, lower: LayerKind, upper: Sequence[LayerKind]) -> tuple[Side, Side]:
        above = [self.layers[each.kind] for each in upper]
        return self.layers[lower.kind], next((each for each in above if isinstance(each, Sheet)), above[0])

    def _absent(self, rule: Rule, lower: Side, upper: Side) -> Judged:
        absent = lower if isinstance(lower, Absent) else upper
        assert isinstance(absent, Absent)
        return untold(rule, (lower.kind, upper.kind), absent.reason, absent.params, [lower, upper])

    def _no_class(self, rule: Rule, lower: Sheet, upper: Sheet, without: Sheet) -> Judged:
        classed = self.book.layer_kinds[without.kind].classed
        params = {"area": without.area_name, "layer": without.kind, "field": classed[0] if classed else "–"}
        return untold(
            rule, (lower.kind, upper.kind), "transmission.no_class_in_layer", params, [lower, upper]
        )

    def _classes(self, sheet: Sheet) -> list[str] | None:
        classed = self.book.layer_kinds[sheet.kind].classed
        return None if classed is None else sheet.values(classed[0])

    def _named(self, sheet: Sheet, code: str) -> str:
        """Return a code with its name, by the first list that has it."""
        classed = self.book.layer_kinds[sheet.kind].classed
        names = (self.book.code_lists[name].name(code) for name in (classed[1] if classed else ()))
        return f"{code} {next((name for name in names if name), '')}".strip() or "–"

    def _judged(self, rule: Rule, about: str, lower: Sheet, upper: Sheet, ground: _Ground) -> Judged:
        faults: list[Patch] = []
        slivers: list[Slivers] = []
        for outcome in ("forbidden", "limit", "unknown", "condition"):
            shapes = np.empty(len(ground.shapes[outcome]), object)
            shapes[:] = ground.shapes[outcome]
            patches, small = patches_of(
                outcome, polygons_of(shapes), self.rules.tolerance, self.plane, ground.details[outcome]
            )
            faults += in_order(patches)
            slivers.append(small)
        whats = {each.what for each in faults}
        answer, ending = next((_ANSWERS[what] for what in _ANSWERS if what in whats), (Answer.PASS, "pass"))
        small = together(slivers)
        areas = {what: sum(each.area_m2 for each in faults if each.what == what) for what in _ANSWERS}
        params = {
            "layer": upper.kind, "count": len(lower.pack), "lower": lower.area_name,
            "fail_m2": m2(areas["forbidden"] + areas["limit"]), "condition_m2": m2(areas["condition"]),
            "unknown_m2": m2(areas["unknown"]), "patches": len(faults),
        }  # fmt: skip
        finding = found(
            rule, (lower.area_code, lower.kind, upper.kind), answer, f"transmission.{about}_{ending}", params,
            measured=m2(areas["forbidden"] + areas["limit"]), place=faults[0].place if faults else None,
            inputs=inputs_of([lower, upper]), verified=self.rules.tolerance.verified,
        )  # fmt: skip
        pairs = tuple(
            Pair(a, b, area, outcome)
            for (a, b, outcome), area in sorted(ground.pairs.items(), key=lambda each: -each[1])
        )
        return Judged(rule, finding, tuple(faults), small, pairs, (), lower, upper)


def _some(sheet: Sheet, rows: NDArray[np.int64]) -> Sheet:
    """Return some rows of a layer."""
    columns = {name: [values[row] for row in rows.tolist()] for name, values in sheet.columns.items()}
    return replace(sheet, pack=take(sheet.pack, rows), columns=columns)


def _rows(shared: OverlayTable) -> list[tuple[int, int]]:
    return list(zip(shared.left_id.tolist(), shared.right_id.tolist(), strict=True))


def _only(shared: OverlayTable, meant: NDArray[np.bool_]) -> OverlayTable:
    kept = meant[shared.right_id]
    return OverlayTable(shared.left_id[kept], shared.right_id[kept], shared.area_m2[kept])


def _summed(shared: OverlayTable, rows: int) -> NDArray[np.float64]:
    return np.bincount(shared.left_id, shared.area_m2, minlength=rows).astype(np.float64)


def _shapes(lower: Sheet, upper: Sheet, pairs: Sequence[tuple[int, int]]) -> Geometries:
    """Return the ground that pairs share."""
    if not pairs:
        return np.empty(0, object)
    return shared_by(lower.pack, upper.pack, np.array(pairs, np.int64))


def _less(lower: Sheet, upper: Sheet, shared: OverlayTable, rows: NDArray[np.int64]) -> list[Any]:
    """Return what is left of some rows where nothing above lies on them."""
    if not len(rows):
        return []
    mine, theirs = lower.shapes(), upper.shapes()
    on: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in _rows(shared):
        on[a].append(b)
    return [shapely.difference(mine[row], shapely.union_all(theirs[on[row]])) for row in rows.tolist()]


def _figure(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _number(sheet: Sheet, row: int) -> str:
    """Return what a plot goes by; its place in the layer, from 1, where it has no number."""
    named = (values[row] for name in NUMBERS if (values := sheet.values(name)) is not None)
    return next((each for each in named if each), f"#{row + 1}")

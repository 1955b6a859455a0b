"""Transmission besides figures: layers and lists against those above, and layers against each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError, NotFoundError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook
from lantu.overlay.engine import method
from lantu.plans import Plan, PlanKind, codes_above
from lantu.runs.control_index import ENGINE
from lantu.runs.transmit_layers import LayersOf
from lantu.store import Home
from lantu.transmission.clauses import Judged, Section, Side, Tolerance
from lantu.transmission.control_rules import control_rules
from lantu.transmission.controls import judge_controls
from lantu.transmission.names import judge_names, name_rules
from lantu.transmission.space import OUTLINE, SpaceRules, judge_space, space_rules

PLOTS = {PlanKind.DETAILED: "DETAILED_PLOT", PlanKind.SPECIAL: "SPECIAL_SITE"}
"""Kind of plan → kind of layer that says what it gives to which ground."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Clauses about layers and lists.

    Attributes:
        plane: None in a home without a layer.
        method: what measured; "" where nothing did.
        tolerances: by section; below it a patch is a sliver.
    """

    judged: tuple[Judged, ...]
    plane: StatutoryPlane | None
    method: str
    tolerances: Mapping[Section, Tolerance]


def layers_of(
    home: Home, book: Lawbook, low: Plan, named: Mapping[str, str], year: int, only: str | None
) -> LayersOf:
    """Return what finds the layers of a plan's area and above it.

    Raises:
        InputError: `transmission.not_area_above`.
    """
    if only is not None and only not in codes_above(low.area_code):
        above = "、".join(codes_above(low.area_code))
        raise InputError("transmission.not_area_above", area=only, lower=low.area_code, above=above)
    return LayersOf(home, book, low.area_code, year, only, named)


def judged_ground(layers: LayersOf, plots: str | None = None, progress: Progress = silent) -> Ground:
    """Judge all clauses about layers and lists.

    Args:
        plots: kind of layer of a detailed or special plan: then only what that has to keep.
    """
    book = layers.book
    try:
        plane = layers.home.plane
    except NotFoundError:
        plane = None
    # Without a layer there is nothing to measure, and any plane will do.
    on = plane or StatutoryPlane(0, 0)
    kept = control_rules(book)
    tolerances = {Section.CONTROLS: kept.tolerance}
    others: tuple[Judged, ...] = ()
    progress("progress.transmit_layers", 0, 2)
    if plots is not None:
        kept = kept.of(plots)
    else:
        rules = space_rules(book)
        tolerances = {Section.SPACE: rules.tolerance, **tolerances}
        others = (
            *judge_space(rules, *_space_layers(rules, layers), on, book),
            *judge_names(name_rules(book), layers.area_code, *layers.rolls(), layers.names()),
        )
    progress("progress.transmit_layers", 1, 2)
    controls = judge_controls(kept, layers.own(kept.wanted()), on, book)
    progress("progress.transmit_layers", 2, 2)
    return Ground((*others, *controls), plane, method(ENGINE, plane) if plane else "", tolerances)


def _space_layers(rules: SpaceRules, layers: LayersOf) -> tuple[dict[str, Side], dict[str, Side]]:
    """Return the layers of the area and of those above it."""
    kinds: dict[str, Collection[str]] = {
        each.layer.kind: (each.layer.classed[0],) if each.layer.classed else () for each in rules.lines
    }
    nested = {kind: () for each in rules.nesting for kind in (each.parts.kind, each.whole.kind)}
    return layers.own({**nested, OUTLINE: (), **kinds}), layers.above(kinds)

"""Transmission besides figures: layers and lists against those above, and layers against each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError, NotFoundError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook
from lantu.overlay.engine import method
from lantu.plans import Plan, codes_above
from lantu.runs.control_index import ENGINE
from lantu.runs.transmit_layers import LayersOf
from lantu.store import Home
from lantu.transmission.clauses import Judged, Section, Tolerance
from lantu.transmission.control_rules import control_rules
from lantu.transmission.controls import judge_controls
from lantu.transmission.names import judge_names, name_rules
from lantu.transmission.space import OUTLINE, judge_space, space_rules


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


def layers_of(home: Home, book: Lawbook, low: Plan, year: int, only: str | None) -> LayersOf:
    """Return what finds the layers of a plan's area and above it.

    Raises:
        InputError: `transmission.not_area_above`.
    """
    if only is not None and only not in codes_above(low.area_code):
        above = "、".join(codes_above(low.area_code))
        raise InputError("transmission.not_area_above", area=only, lower=low.area_code, above=above)
    return LayersOf(home, book, low.area_code, year, only)


def judged_ground(layers: LayersOf, progress: Progress = silent) -> Ground:
    """Judge all clauses about layers and lists."""
    book = layers.book
    rules = space_rules(book)
    try:
        plane = layers.home.plane
    except NotFoundError:
        plane = None
    progress("progress.transmit_layers", 0, 3)
    kinds: dict[str, Collection[str]] = {
        each.layer.kind: (each.layer.classed[0],) if each.layer.classed else () for each in rules.lines
    }
    above = layers.above(kinds)
    nested = {kind: () for each in rules.nesting for kind in (each.parts.kind, each.whole.kind)}
    own = layers.own({**nested, OUTLINE: (), **kinds})
    progress("progress.transmit_layers", 1, 3)
    # Without a layer there is nothing to measure, and any plane will do.
    on = plane or StatutoryPlane(0, 0)
    space = judge_space(rules, own, above, on, book)
    progress("progress.transmit_layers", 2, 3)
    kept = control_rules(book)
    controls = judge_controls(kept, layers.own(kept.wanted()), on, book)
    progress("progress.transmit_layers", 3, 3)
    names = judge_names(name_rules(book), layers.area_code, *layers.rolls(), layers.names())
    return Ground(
        (*space, *controls, *names), plane, method(ENGINE, plane) if plane else "",
        {Section.SPACE: rules.tolerance, Section.CONTROLS: kept.tolerance},
    )  # fmt: skip

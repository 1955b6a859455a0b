"""One area looked at for conflicts, pair by pair, against what is known of it; keeps nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from lantu.conflicts import patches as tests
from lantu.conflicts.grouping import Group, grouped
from lantu.conflicts.identity import Match, matched
from lantu.conflicts.life import FOUND, life_of
from lantu.conflicts.patches import Found, Law
from lantu.conflicts.rules import (
    ADJACENT,
    ALONE,
    LEAST_M2,
    LEAST_WIDTH,
    LISTED,
    MOUTH,
    PLACES,
    SEAM,
    Pair,
    Relation,
    severity_of,
)
from lantu.conflicts.seams import open_ground, seams
from lantu.core.errors import InputError, IntegrityError
from lantu.core.finding import Answer
from lantu.core.units import round_half_up
from lantu.lawbook import Compatibility, Lawbook
from lantu.overlay.packing import pack_shapes
from lantu.runs.conflict_clauses import Clauses
from lantu.runs.conflict_looked import Looked
from lantu.runs.conflict_outlines import Outlines, outlines_around
from lantu.runs.conflict_sides import Sides, lacking
from lantu.runs.control_index import ENGINE
from lantu.store import OUTLINE, Home, Layer
from lantu.store.conflicts import Conflict, Sighting

CRASHED = "conflict.crashed"
EXCLUDED: dict[str, Relation] = {"forbidden": "excludes"}
"""Of zones and planned uses: one that needs a condition is ordinary admission, counted and not numbered."""
TOLERATED, VERIFIED = "tolerate", "verified"


class AreaScan:
    """One area looked at, pair by pair; none stops another."""

    def __init__(self, home: Home, book: Lawbook, sides: Sides, day: date) -> None:
        self._home, self._book, self._sides = home, book, sides
        self._severity, self._table = severity_of(book), Compatibility(book)
        self._open, self._clauses = life_of(book).open, Clauses(home, book, day)
        self._least = float(book.number(LEAST_M2, day))
        self._width = float(book.number(LEAST_WIDTH, day))
        self._reach = float(book.number(ADJACENT, day))
        self._seam, self._mouth = float(book.number(SEAM, day)), float(book.number(MOUTH, day))
        self._alone = float(book.number(ALONE, day))

    def look(self, pairs: Sequence[Pair]) -> list[Looked]:
        """Look at the pairs."""
        found = []
        for pair in pairs:
            looked = Looked(self._sides.code, pair)
            try:
                self._look(pair, looked)
            except (InputError, IntegrityError) as error:
                looked = Looked(
                    self._sides.code, pair, (error.code, dict(error.params)), layers=looked.layers
                )
            except Exception as error:  # a crash must not read as agreement, nor end the scan
                why: dict[str, object] = {"why": f"{type(error).__name__}: {error}"}
                looked = Looked(self._sides.code, pair, (CRASHED, why), layers=looked.layers)
            found.append(looked)
        return found

    def _look(self, pair: Pair, looked: Looked) -> None:
        sides = self._sides
        if missing := lacking(pair, sides):
            looked.why = ("conflict.no_layer", {"layer": "、".join(missing)})
            return
        if pair.test == "seam":
            self._look_around(pair, looked)
            return
        first, second = sides.layer(pair.first), sides.layer(pair.second)
        assert first is not None and second is not None
        looked.layers = {"first": first.digest, "second": second.digest}
        found = self._found(pair, first, second)
        if found.broken:
            looked.why = ("conflict.broken", {"count": found.broken, "title": first.title})
            return
        groups, small = grouped(found.patches, self._reach, self._least, self._width)
        looked.slivers, looked.conditional, looked.unknown = found.slivers, found.conditional, found.unknown
        looked.slivers.count += small.count
        looked.slivers.area_m2 += small.area_m2
        known = self._home.conflicts.list(areas=[sides.code], pairs=[pair.code])
        looked.gone = self._tell(pair, looked, (first, second), groups, known)

    def _tell(
        self, pair: Pair, looked: Looked, layers: tuple[Layer, Layer], groups: Sequence[Group],
        known: Sequence[Conflict],
    ) -> list[str]:  # fmt: skip
        """Say what conflicts between two layers are; return the numbers of those that are gone."""
        matches, gone = matched(
            {each.number: each.shape for each in known}, [each.shape for each in groups], self._least
        )
        by_number = {each.number: each for each in known}
        classes = self._classes(groups)
        for group, match, by_class in zip(groups, matches, classes, strict=True):
            before = by_number.get(match.number or "")
            sighting, fate = self._sighting(pair, layers, group, match, before, by_class)
            looked.sightings.append(sighting)
            looked.fates.append(fate)
            looked.tolerated += fate == "tolerated"
        return gone

    def _look_around(self, pair: Pair, looked: Looked) -> None:
        """Look along the outline, neighbour by neighbour; each is only known by what lies along it."""
        own, outline = self._sides.code, self._sides.layer(pair.first)
        assert outline is not None
        around = outlines_around(self._home, self._sides, outline, self._seam)
        along = seams(own, around.near, self._seam, self._mouth, self._width)
        looked.layers = {
            "first": outline.digest,
            **{code: around.layers[code].digest for code in along.beside},
        }
        looked.slivers = along.found.slivers
        known = self._home.conflicts.list(areas=[own], pairs=[pair.code])
        others = {*along.beside, *(each.facts["cause"] for each in known)}
        looked.unseen = sorted({*around.unread, *(others - around.layers.keys())})
        for code in sorted(others & around.layers.keys()):
            mine = [each for each in along.found.patches if each.cause == code]
            groups, small = grouped(mine, self._reach, self._least, self._width)
            if code < own:
                if groups:
                    looked.elsewhere[code] = self._elsewhere(looked, code, groups)
                continue
            looked.slivers.count += small.count
            looked.slivers.area_m2 += small.area_m2
            before = {each.number: each for each in known if each.facts["cause"] == code}
            layers = (outline, around.layers[code])
            for number in self._tell(pair, looked, layers, groups, list(before.values())):
                # A slit that became wider than is looked for is not mended by that.
                if before[number].type != "slit" or self._covered(before[number].shape, around, along.found):
                    looked.gone.append(number)
        if looked.unseen:
            looked.partly.append(("conflict.beside_unread", {"areas": "、".join(looked.unseen)}))
        if along.alone_m >= self._alone:
            length = round_half_up(Decimal(along.alone_m) / 1000, 3)
            looked.partly.append(("conflict.border_alone", {"length": length}))

    def _covered(self, slit: Any, around: Outlines, found: Found) -> bool:
        shapes = [each.shape for each in found.patches]
        return open_ground(slit, list(around.near.values()), shapes) < self._least

    def _elsewhere(self, looked: Looked, code: str, groups: Sequence[Group]) -> Answer:
        """Return the answer that conflicts deserve which are listed under a neighbour's code."""
        known = {
            each.number: each for each in self._home.conflicts.list(areas=[code], pairs=[looked.pair.code])
            if each.facts["cause"] == looked.area
        }  # fmt: skip
        matches, _ = matched(
            {n: each.shape for n, each in known.items()}, [x.shape for x in groups], self._least
        )
        fates = {
            _fate(match, known.get(match.number or ""), group, self._least, self._open)[0]
            for match, group in zip(matches, groups, strict=True)
        }
        return Answer.NEEDS_PERSON if fates == {"tolerated"} else looked.if_found

    def _found(self, pair: Pair, first: Layer, second: Layer) -> Found:
        if pair.test == "differs" and first.digest == second.digest:
            return Found()
        kind = self._table.facilities.field if pair.matrix == "facility" else None
        one = self._sides.ground(first, pair.first, pair.cause, kind)
        other = self._sides.ground(second, pair.second)
        assert pair.type is not None
        if pair.first.of == "above":
            one = tests.within(one, self._outline(), ENGINE)
        match pair.test:
            case "shared":
                return tests.shared(one, other, pair.type, self._least, ENGINE, self._law(pair))
            case "beyond":
                return tests.beyond(one, other, pair.type, self._least, ENGINE, self._law(pair))
            case "differs":
                return tests.differs(one, other, pair.type, self._least, ENGINE)
            case "cover":
                return tests.cover(one, other, self._least)
            case _:
                return tests.once(one, self._least)

    def _outline(self) -> Any:
        outline = self._sides.shelves[self._sides.code].line(OUTLINE, self._sides.year)
        if outline is None:
            raise InputError("conflict.no_layer", layer=OUTLINE)
        return self._home.packs.get(outline)

    def _law(self, pair: Pair) -> Law | None:
        """Return what a table says of the two; on a line a use that needs a condition is a conflict, too."""
        classed = self._book.layer_kinds[pair.first.layer].classed is not None
        match pair.matrix:
            case "zone":
                return Law(lambda use, zone: self._table.in_zone(use, zone).outcome, EXCLUDED)
            case "use":
                return Law(lambda use, planned: self._table.refines(planned, use).outcome, EXCLUDED)
            case "facility":
                return Law(lambda kind, planned: self._table.sited(kind, planned).outcome, EXCLUDED)
            case "line":
                assert pair.test is not None
                line, side = pair.second.layer, PLACES[pair.test]
                return Law(
                    lambda use, _: self._table.on_line(use if classed else None, line, side).outcome, LISTED
                )
            case _:
                return None

    def _classes(self, groups: Sequence[Group]) -> list[list[dict[str, str]] | None]:
        """Return the land under each conflict by class; None without a survey."""
        land = self._sides.land()
        if land is None or not groups:
            return [None] * len(groups)
        codes = self._sides.codes(land) or []
        shapes = pack_shapes(np.array([each.shape for each in groups], object), "left")
        table = ENGINE.overlay(shapes, self._home.packs.get(land))
        sums: list[dict[str, float]] = [{} for _ in groups]
        for group, row, area in zip(
            table.left_id.tolist(), table.right_id.tolist(), table.area_m2.tolist(), strict=True
        ):
            sums[group][codes[row]] = sums[group].get(codes[row], 0.0) + area
        return [
            [
                {"code": code, "area_m2": str(two_decimals(area))}
                for code, area in sorted(each.items(), key=_biggest)
            ]
            for each in sums
        ]

    def _sighting(
        self, pair: Pair, layers: tuple[Layer, Layer], group: Group, match: Match, before: Conflict | None,
        by_class: list[dict[str, str]] | None,
    ) -> tuple[Sighting, str]:  # fmt: skip
        kinds = (pair.first.layer, pair.second.layer)
        (point,) = self._home.plane.to_geographic(np.array([shapely.point_on_surface(group.shape)], object))
        facts = {
            "sides": [
                {"area_code": layer.area_code, "kind": layer.kind, "layer": layer.digest,
                 "title": layer.title, "features": self._sides.names(layer, rows),
                 **self._clauses.of(layer, self._sides, rows)}
                for layer, rows in zip(layers, (group.first, group.second), strict=True)
            ],
            "relation": group.relation or pair.relation, "cause": group.cause,
            "width_m": f"{group.width_m:.2f}", "patches": group.patches,
            "classes": by_class, "land": land.digest if (land := self._sides.land()) else None,
        }  # fmt: skip
        fate, deed, state = _fate(match, before, group, self._least, self._open)
        sighting = Sighting(
            match.number, self._sides.code, pair.code, group.type, self._severity.of(kinds, group.area_m2),
            two_decimals(group.area_m2), group.shape, (round(point.x, 7), round(point.y, 7)), facts,
            match.origin, deed, state,
        )  # fmt: skip
        return sighting, fate


def _fate(
    match: Match, before: Conflict | None, group: Group, least_m2: float, open_: Collection[str]
) -> tuple[str, str | None, str | None]:
    """Return what became of a conflict, what is noted of it, and the state it comes to by that."""
    if before is None:
        return match.fate, "found", FOUND
    if before.state not in open_ and before.outcome == TOLERATED:
        grown = shapely.area(shapely.difference(group.shape, before.shape))
        return ("reopened", "reopen", FOUND) if grown >= least_m2 else ("tolerated", None, None)
    if before.state == VERIFIED or before.state not in open_:
        return "reopened", "reopen", FOUND
    if not before.present:
        return "back", "back", None
    return (match.fate, "changed", None) if match.fate == "changed" else (match.fate, None, None)


def two_decimals(value: float) -> Decimal:
    """Return an area as it is printed."""
    return round_half_up(Decimal(value), 2)


def _biggest(each: tuple[str, float]) -> tuple[float, str]:
    return -each[1], each[0]

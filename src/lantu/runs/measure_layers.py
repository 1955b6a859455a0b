"""Which of the registered layers a measuring run reads, for which county and year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from lantu.plans import PlanKind, codes_above
from lantu.store import OUTLINE, Home, Layer, Registered

LAND, WATER_USE, EXCHANGE = "DLTB", "WATER_USE", "EXCHANGE"
LINE_VIEWS = {"pbf": "YJJBNT", "redline": "STBHHX", "boundary": "CZKFBJ"}
"""Name of a view in the SQL of indicators → kind of the layer behind it."""


@dataclass
class Shelf:
    """The layers of one county, newest last.

    A layer added later, or again, supersedes one of the same kind and year: nothing is ever deleted, and the
    digests of what was read stand in every result.
    """

    layers: Sequence[Layer]
    plan_layers: dict[str, str] = field(default_factory=dict)

    def land(self, year: int) -> Layer | None:
        """Return the land survey of a year."""
        return self.of_year(LAND, year)

    def latest_land(self, year: int) -> Layer | None:
        """Return the latest land survey not after a year."""
        years = [each.year for each in self.layers if each.kind == LAND and each.year and each.year <= year]
        return self.land(max(years)) if years else None

    def of_year(self, kind: str, year: int) -> Layer | None:
        """Return the latest layer of a yearly kind for that very year."""
        return self._last(layer for layer in self.layers if layer.kind == kind and layer.year == year)

    def line(self, kind: str, year: int) -> Layer | None:
        """Return a control line as in force in a year.

        The layer that the plan itself names goes first. Else, of the layers with a year, the latest one not
        after `year` (a line without a year has always been in force); a line that only came later is still
        the one the plan holds the land against, so before its year the earliest is taken.
        """
        mine = [layer for layer in self.layers if layer.kind == kind]
        named = [layer for layer in mine if layer.digest == self.plan_layers.get(kind)]
        in_force = [layer for layer in mine if layer.year is None or layer.year <= year]
        if named or in_force:
            return self._last(named) or max(
                in_force, key=lambda layer: (layer.year or 0, layer.added_at, layer.digest)
            )
        return min(mine, key=lambda layer: (layer.year or 0, layer.added_at, layer.digest), default=None)

    def newest(self, kind: str) -> Layer | None:
        """Return the layer of a kind that came in last, whether the plan names it or not."""
        return self._last(layer for layer in self.layers if layer.kind == kind)

    def table(self, kind: str) -> Layer | None:
        """Return the latest table of a kind; a table holds all years."""
        return self.newest(kind)

    @staticmethod
    def _last(layers: Iterable[Layer]) -> Layer | None:
        return max(layers, key=lambda layer: (layer.added_at, layer.digest), default=None)


def shelves(home: Home, day: date | None = None) -> dict[str, Shelf]:
    """Return the shelf of every area that has a layer, by area code.

    Args:
        day: None for now; else plans name the layers of their versions of that day, what only a later
            version names is not there yet, and of one kind and year that layer is in force which had come in
            last by then. A kind and year of which nothing had come in is taken as it is known now: what is
            delivered later describes that day, too.
    """
    named = plan_layers(home.registry.current(day=day))
    later = home.registry.layers_of_later(day) if day else frozenset()
    found: dict[str, Shelf] = {}
    for layer in home.layers.list():
        shelf = found.setdefault(layer.area_code, Shelf([], named.get(layer.area_code, {})))
        if layer.digest not in later:
            shelf.layers = [*shelf.layers, layer]
    if day is not None:
        came = home.layers.deliveries()
        for shelf in found.values():
            shelf.layers = _as_of(shelf, came, day)
    return found


def _as_of(shelf: Shelf, came: Mapping[str, Sequence[datetime]], day: date) -> list[Layer]:
    """Return the layers of a shelf as they had come in by the end of a day, local time."""
    by_then = {
        layer.digest: max((at for at in came[layer.digest] if at.astimezone().date() <= day), default=None)
        for layer in shelf.layers
    }
    known = {(each.kind, each.year) for each in shelf.layers if by_then[each.digest]}
    found = []
    for layer in shelf.layers:
        at = by_then[layer.digest]
        if at is not None:
            found.append(replace(layer, added_at=at))
        elif (layer.kind, layer.year) not in known or layer.digest == shelf.plan_layers.get(layer.kind):
            found.append(layer)
    return found


def held(shelf_of: Mapping[str, Shelf]) -> dict[str, Shelf]:
    """Return the shelves that ground is held against.

    The plans of counties say the lines of the city and the province again: those above have no say, lest
    ground count twice, once a county below them has registered its outline.
    """
    above = {
        code
        for area, shelf in shelf_of.items()
        if len(area) == 6 and any(layer.kind == OUTLINE for layer in shelf.layers)
        for code in codes_above(area)
    }
    return {code: shelf for code, shelf in shelf_of.items() if code not in above}


def plan_layers(versions: Iterable[Registered]) -> dict[str, dict[str, str]]:
    """Return the layers that plans name, area code → kind → digest; a master plan's word goes first."""
    found: dict[str, dict[str, str]] = {}
    for each in sorted(versions, key=lambda each: each.version.kind is PlanKind.MASTER):
        found.setdefault(each.version.area_code, {}).update(each.version.layers)
    return found

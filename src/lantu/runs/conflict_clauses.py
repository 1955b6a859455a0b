"""What each side of a conflict rests on: the reply's sentence, the plan, what the features say themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lantu.conflicts.rules import indicators_of, said_of
from lantu.lawbook import Lawbook
from lantu.runs.conflict_sides import Sides
from lantu.store import Home, Layer
from lantu.store.plan_rows import Registered

MOST = 8
"""So many different features of one side are told; the others are counted."""


@dataclass
class Clauses:
    """The clauses of layers as of a day; each plan is looked up once."""

    home: Home
    book: Lawbook
    day: date
    _plans: dict[str, Sequence[Registered]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._indicators, self._said = indicators_of(self.book), said_of(self.book)

    def of(self, layer: Layer, sides: Sides, rows: Sequence[int]) -> dict[str, Any]:
        """Return what stands behind some rows of a layer, as plain JSON.

        Returns:
            `clause`: document and sentence of the reply that speaks of this kind of layer, or None;
            `plan`: title and document number of the plan that was approved with this layer, or None;
            `says`: what the features say, field by field, each different saying once, `MOST` at most;
            `says_count`: how many different sayings there are.
        """
        says = self._says(layer, sides, rows)
        return {
            "clause": self._clause(layer), "plan": self._plan(layer), "says": says[:MOST],
            "says_count": len(says),
        }  # fmt: skip

    def _clause(self, layer: Layer) -> dict[str, str] | None:
        indicator = self._indicators.get(layer.kind)
        if indicator is None:
            return None
        said = (
            target.clause
            for plan in self._current(layer.area_code)
            for target in plan.version.targets
            if target.indicator_id == indicator
        )
        clause = next(said, None)
        return None if clause is None else {"document": clause.document, "text": clause.text}

    def _plan(self, layer: Layer) -> dict[str, str | None] | None:
        for plan in self._current(layer.area_code):
            if plan.version.layers.get(layer.kind) == layer.digest:
                return {"title": plan.version.title, "document": plan.version.approval.document_number}
        return None

    def _says(self, layer: Layer, sides: Sides, rows: Sequence[int]) -> list[list[dict[str, str | None]]]:
        columns: list[tuple[str, Mapping[int, str]]] = [
            (name, sides.values(layer, name, rows)) for name in self._said.get(layer.kind, ())
        ]
        found: dict[tuple[str, ...], list[dict[str, str | None]]] = {}
        for row in rows:
            said = [(name, values[row]) for name, values in columns if values.get(row)]
            if said:
                found.setdefault(
                    tuple(value for pair in said for value in pair),
                    [
                        {"field": name, "value": value, "name": self._named(layer, name, value)}
                        for name, value in said
                    ],
                )
        return list(found.values())

    def _named(self, layer: Layer, name: str, value: str) -> str | None:
        """Return the name of a class; None for other fields, and for a code of no list."""
        classed = self.book.layer_kinds[layer.kind].classed
        if classed is None or classed[0] != name:
            return None
        return next((said for each in classed[1] if (said := self.book.code_lists[each].name(value))), None)

    def _current(self, area: str) -> Sequence[Registered]:
        if area not in self._plans:
            self._plans[area] = self.home.registry.current(area, self.day)
        return self._plans[area]

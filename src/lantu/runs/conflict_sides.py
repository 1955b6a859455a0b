"""The two sides of a pair in one area: which layers they are, packed, with classes and names of features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from lantu.conflicts.patches import Ground
from lantu.conflicts.rules import Pair, Side
from lantu.lawbook import Lawbook
from lantu.overlay.packing import take
from lantu.plans import codes_above
from lantu.runs.measure_layers import LAND, Shelf
from lantu.store import Home, Layer


@dataclass
class Sides:
    """The layers of one area, each read once.

    Attributes:
        shelves: of all areas, by code.
        year: lines in force in this year, and the latest survey not after it.
    """

    home: Home
    book: Lawbook
    shelves: Mapping[str, Shelf]
    code: str
    year: int
    _tables: dict[str, pa.Table] = field(default_factory=dict)

    def layer(self, side: Side) -> Layer | None:
        """Return the layer of a side; None where none is registered, or it is not one of its own."""
        shelf = self.shelves[self.code]
        match side.of:
            case "survey":
                return shelf.latest_land(self.year)
            case "beside":
                return None
            case "newest":
                return shelf.newest(side.layer)
            case "above":
                above = (self.shelves[code] for code in codes_above(self.code) if code in self.shelves)
                lines = (each.line(side.layer, self.year) for each in above)
                return next((line for line in lines if line is not None), None)
            case _:
                return shelf.line(side.layer, self.year)

    def land(self) -> Layer | None:
        """Return the land survey that conflicts are told by class of."""
        return self.shelves[self.code].latest_land(self.year)

    def ground(
        self, layer: Layer, side: Side, cause: str | None = None, classed: str | None = None
    ) -> Ground:
        """Return the polygons that a side means.

        Args:
            classed: field that has their classes; None for that of their kind.

        Raises:
            IntegrityError: `layer.missing`, `layer.damaged`.
        """
        pack = self.home.packs.get(layer)
        codes = self._texts(layer, classed) if classed else self.codes(layer)
        causes = self._texts(layer, cause) if cause else None
        meant = np.ones(len(pack), np.bool_)
        if side.codes:
            meant &= np.isin(codes if codes is not None else [""] * len(pack), list(side.codes))
        for named, has in ((side.where, True), (side.unless, False)):
            if named is not None:
                meant &= np.array([named.has(each) is has for each in self._texts(layer, named.field)], bool)
        rows = np.flatnonzero(meant)
        if len(rows) < len(pack):
            pack, codes, causes = take(pack, rows), _chosen(codes, rows), _chosen(causes, rows)
        return Ground(pack, rows, codes, causes)

    def codes(self, layer: Layer) -> list[str] | None:
        """Return the classes of a layer's features, "" for none; None where its kind has no classes."""
        classed = self.book.layer_kinds[layer.kind].classed
        return None if classed is None else self._texts(layer, classed[0])

    def names(self, layer: Layer, rows: Sequence[int]) -> list[str]:
        """Return the BSM of features, or their number in the layer where they have none."""
        column = self._table(layer)
        named = column["BSM"].to_pylist() if "BSM" in column.column_names else None
        return [str(named[row]) if named and named[row] else str(row + 1) for row in rows]

    def values(self, layer: Layer, name: str, rows: Sequence[int]) -> dict[int, str]:
        """Return a field of some features, row → text, "" for none; empty where the layer lacks the field."""
        table = self._table(layer)
        if name not in table.column_names or not rows:
            return {}
        said = table[name].take(pa.array(list(rows), pa.int64())).to_pylist()
        return {row: "" if each is None else str(each).strip() for row, each in zip(rows, said, strict=True)}

    def _texts(self, layer: Layer, name: str) -> list[str]:
        table = self._table(layer)
        if name not in table.column_names:
            return [""] * layer.features
        return ["" if each is None else str(each) for each in table[name].to_pylist()]

    def _table(self, layer: Layer) -> pa.Table:
        if layer.digest not in self._tables:
            self._tables[layer.digest] = self.home.layers.read(layer, geometry=False).attributes
        return self._tables[layer.digest]


def lacking(pair: Pair, sides: Sides) -> list[str]:
    """Return the kinds of layer that a pair needs and nobody registered."""
    return [
        LAND if each.of == "survey" else each.layer
        for each in (pair.first, pair.second)
        if each.of != "beside" and sides.layer(each) is None
    ]


def _chosen(values: Sequence[str] | None, rows: np.ndarray) -> list[str] | None:
    return None if values is None else [values[row] for row in rows.tolist()]

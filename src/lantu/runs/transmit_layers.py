"""The layers by which transmission is judged: the lower area's own, and the nearest above that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from lantu.core.digest import digest_json
from lantu.core.errors import InputError, LantuError
from lantu.lawbook import Lawbook
from lantu.overlay.packing import pack_shapes
from lantu.plans import codes_above
from lantu.runs.measure_layers import Shelf, shelves
from lantu.store import Home, Layer
from lantu.transmission.clauses import Absent, Sheet, Side, first_absent
from lantu.transmission.names import FIELDS, KIND, Roll, item_of
from lantu.transmission.tree import NATION

Wanted = Mapping[str, Collection[str]]
"""Kind of layer → the fields that clauses read of it."""


@dataclass
class LayersOf:
    """Finds layers of an area and of those above it, as in force in a year.

    Attributes:
        only: take those above from this area alone; None for the nearest area above that has the kind.
        named: kind → digest of the layers that the plan itself names: they go first.
    """

    home: Home
    book: Lawbook
    area_code: str
    year: int
    only: str | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    _shelves: Mapping[str, Shelf] = field(init=False)

    def __post_init__(self) -> None:
        self._shelves = shelves(self.home)

    @property
    def there(self) -> bool:
        """Whether the area has any layer of its own."""
        return self.area_code in self._shelves

    def own(self, wanted: Wanted) -> dict[str, Side]:
        """Return kind → the area's layer, or why there is none; what several plans name is one layer."""
        found = {}
        for kind, fields in wanted.items():
            several = [] if kind in self.named else self._named_by_plans(kind)
            if len(several) > 1:
                found[kind] = _together([self._sheet(each, fields) for each in several])
            else:
                found[kind] = self._first(kind, [self.area_code], fields)
        return found

    def _named_by_plans(self, kind: str) -> list[Layer]:
        """Return the layers of a kind that the area's plans in force name: each detailed plan has its own."""
        versions = self.home.registry.current(self.area_code)
        named = {each.version.layers[kind] for each in versions if kind in each.version.layers}
        shelf = self._shelves.get(self.area_code)
        return [each for each in shelf.layers if each.digest in named] if shelf else []

    def above(self, wanted: Wanted) -> dict[str, Side]:
        """Return kind → the layer of the nearest area above that has one, or why there is none."""
        codes = [self.only] if self.only else codes_above(self.area_code)
        return {kind: self._first(kind, codes, fields) for kind, fields in wanted.items()}

    def rolls(self) -> tuple[Roll | Absent, Roll | Absent]:
        """Return the area's list of names, and that of the nearest area above that has one."""
        codes = [self.only] if self.only else codes_above(self.area_code)
        return self._roll([self.area_code]), self._roll(codes)

    def names(self) -> list[str]:
        """Return the names of the area and of those above it."""
        return [self._name(code) for code in (self.area_code, *codes_above(self.area_code))]

    def _roll(self, codes: list[str]) -> Roll | Absent:
        for code in codes:
            shelf = self._shelves.get(code)
            layer = shelf.table(KIND) if shelf else None
            if layer is not None:
                return self._read_roll(layer)
        return self._absent(KIND, codes)

    def _read_roll(self, layer: Layer) -> Roll | Absent:
        try:
            table = self.home.layers.read(layer, geometry=False).attributes
        except LantuError as error:
            return Absent(layer.kind, error.code, error.params)
        there = {name.upper(): name for name in table.column_names}
        blank = [None] * table.num_rows
        columns = [table[there[name]].to_pylist() if name in there else blank for name in FIELDS]
        items = tuple(item_of(*cells) for cells in zip(*columns, strict=True))
        return Roll(layer.area_code, self._name(layer.area_code), layer.digest, items)

    def _absent(self, kind: str, codes: Iterable[str]) -> Absent:
        areas = "、".join(self._name(code) for code in codes if code != NATION)
        return Absent(kind, "transmission.absent_layer", {"areas": areas, "layer": kind})

    def _first(self, kind: str, codes: Iterable[str], fields: Collection[str]) -> Side:
        codes = list(codes)
        for code in codes:
            shelf = self._shelves.get(code)
            layer = self._named(kind, shelf, code) or shelf.line(kind, self.year) if shelf else None
            if layer is not None:
                return self._sheet(layer, fields)
        return self._absent(kind, codes)

    def _named(self, kind: str, shelf: Shelf, code: str) -> Layer | None:
        digest = self.named.get(kind) if code == self.area_code else None
        return next((each for each in shelf.layers if each.digest == digest), None)

    def _sheet(self, layer: Layer, fields: Collection[str]) -> Side:
        area = self._name(layer.area_code)
        try:
            pack = self.home.packs.get(layer)
            columns = {name: values for name in fields if (values := self._column(layer, name)) is not None}
        except LantuError as error:
            return Absent(layer.kind, error.code, error.params)
        if len(pack.broken):
            params = {"areas": area, "layer": layer.kind, "count": len(pack.broken)}
            return Absent(layer.kind, "transmission.broken_layer", params)
        return Sheet(layer.kind, layer.area_code, area, layer.digest, pack, columns)

    def _column(self, layer: Layer, name: str) -> list[object] | None:
        try:
            table = self.home.layers.read(layer, [name], geometry=False).attributes
        except InputError:  # a layer without that field
            return None
        return list(table[name].to_pylist())

    def _name(self, code: str) -> str:
        division = self.book.divisions.by_code(code)
        return division.name if division else code


def _together(sides: Sequence[Side]) -> Side:
    """Put the rows of several layers of one kind one after the other; one that is not there spoils all."""
    sheets = [each for each in sides if isinstance(each, Sheet)]
    absent = first_absent(sides)
    if absent is not None:
        return absent
    shapes = np.concatenate([each.pack.geometries() for each in sheets])
    there = shapes[~shapely.is_missing(shapes)]
    kept = np.flatnonzero(~shapely.is_missing(shapes)).tolist()
    columns = {}
    for name in {name for each in sheets for name in each.columns}:
        values = [v for each in sheets for v in each.columns.get(name, [None] * len(each.pack))]
        columns[name] = [values[row] for row in kept]
    first = sheets[0]
    parts = tuple(sorted(each.digest for each in sheets))
    return Sheet(
        first.kind, first.area_code, first.area_name, digest_json(list(parts)),
        pack_shapes(there, first.kind), columns, parts,
    )  # fmt: skip

"""The control index: what sites are held against in every area, in force and packed: lines, zones, land."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lantu.core.errors import InputError, IntegrityError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook
from lantu.ledger import Head
from lantu.overlay.doubles import lying_double
from lantu.overlay.engine import KernelEngine
from lantu.overlay.index import LayerIndex
from lantu.overlay.pack import PackedLayer
from lantu.runs.measure_layers import LAND, Shelf, shelves
from lantu.runs.polygon_files import Labels, labels_of
from lantu.store import OUTLINE, Home, Layer

ENGINE = KernelEngine()


@dataclass(frozen=True, slots=True)
class ControlIndex:
    """The layers in force at one state of the ledger.

    Attributes:
        layers, packs: those with a place in the index: control lines, zones …, land surveys, outlines.
        classes: of each layer the class of its features, None where its kind has none.
        lacking: (area code, layer kind) of those that nobody registered.
        damaged: layers in force whose file cannot be read.
    """

    head: Head
    year: int
    layers: tuple[Layer, ...]
    packs: tuple[PackedLayer, ...]
    classes: tuple[Labels | None, ...]
    index: LayerIndex
    lacking: tuple[tuple[str, str], ...]
    damaged: tuple[Layer, ...]
    _double: dict[int, NDArray[np.bool_]] = field(default_factory=dict)

    def double(self, number: int) -> NDArray[np.bool_]:
        """Return which features of a layer lie over others of it; looked for once."""
        if number not in self._double:
            self._double[number] = lying_double(self.packs[number], ENGINE)
        return self._double[number]


class InForce:
    """The control index of a home, made anew once the ledger says that the home changed.

    Whoever holds an index sees it whole: a version that is approved meanwhile is in the next one.
    """

    def __init__(self, home: Home, book: Lawbook, year: int) -> None:
        self._home, self._book, self._year = home, book, year
        self._lock = threading.Lock()
        self._index: ControlIndex | None = None

    def now(self, progress: Progress = silent) -> ControlIndex:
        """Return the index of what is in force now."""
        with self._lock:
            # The head goes first: what comes in while the layers are listed is seen as a change next time.
            head = self._home.ledger.head
            if self._index is None or self._index.head != head:
                self._index = self._made(head, progress)
            return self._index

    def _made(self, head: Head, progress: Progress) -> ControlIndex:
        kinds = [kind for kind, known in self._book.layer_kinds.items() if known.control or known.reviewed]
        layers: list[Layer] = []
        lacking: list[tuple[str, str]] = []
        for code, shelf in sorted(shelves(self._home).items()):
            for kind in kinds:
                line = shelf.line(kind, self._year)
                if line is None:
                    lacking.append((code, kind))
                else:
                    layers.append(line)
            land, outline = _latest_land(shelf, self._year), shelf.line(OUTLINE, self._year)
            if land is None:
                lacking.append((code, LAND))
            layers += [layer for layer in (land, outline) if layer is not None]
        packs, classes, damaged = [], [], []
        for done, layer in enumerate(layers):
            progress("progress.project", done, len(layers))
            try:
                pack, labels = self._home.packs.get(layer), self._classes(layer)
            except IntegrityError:
                damaged.append(layer)
            else:
                packs.append(pack)
                classes.append(labels)
        progress("progress.project", len(layers), len(layers))
        layers = [layer for layer in layers if layer not in damaged]
        index = LayerIndex(packs, ENGINE)
        return ControlIndex(
            head, self._year, tuple(layers), tuple(packs), tuple(classes), index, tuple(lacking),
            tuple(damaged),
        )  # fmt: skip

    def _classes(self, layer: Layer) -> Labels | None:
        classed = self._book.layer_kinds[layer.kind].classed
        if classed is None:
            return None
        try:
            table = self._home.layers.read(layer, [classed[0]], geometry=False).attributes
        except InputError:  # a layer without that field: the class of none of its features is known
            return Labels(np.zeros(layer.features, np.int64), [None])
        return labels_of(table, classed[0], layer.features)


def _latest_land(shelf: Shelf, year: int) -> Layer | None:
    years = [each.year for each in shelf.layers if each.kind == LAND and each.year and each.year <= year]
    return shelf.land(max(years)) if years else None

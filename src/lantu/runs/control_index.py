"""The control index: what sites are held against in every area, in force and packed: lines, zones, land."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.core.crs import GEOGRAPHIC
from lantu.core.errors import InputError, IntegrityError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook
from lantu.ledger import Head
from lantu.overlay.cutting import shared_by
from lantu.overlay.engine import KernelEngine
from lantu.overlay.index import LayerIndex
from lantu.overlay.pack import PackedLayer
from lantu.runs.measure_layers import LAND, held, shelves
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
        degree_m: metres of a degree of longitude in the plane.
    """

    head: Head
    year: int
    layers: tuple[Layer, ...]
    packs: tuple[PackedLayer, ...]
    classes: tuple[Labels | None, ...]
    index: LayerIndex
    lacking: tuple[tuple[str, str], ...]
    damaged: tuple[Layer, ...]
    degree_m: float
    _double: dict[int, shapely.STRtree] = field(default_factory=dict)

    def double(self, number: int) -> shapely.STRtree:
        """Return the boxes of ground that features of a layer cover twice; looked for once."""
        if number not in self._double:
            pack = self.packs[number]
            table = ENGINE.overlaps(pack)
            pairs = np.column_stack([table.left_id, table.right_id]).astype(np.int64)
            bounds = shapely.bounds(shared_by(pack, pack, pairs)) if len(pairs) else np.empty((0, 4))
            self._double[number] = shapely.STRtree(shapely.box(*bounds[~np.isnan(bounds[:, 0])].T))
        return self._double[number]


class InForce:
    """The control index of a home, made anew once the ledger says that the home changed.

    Whoever holds an index sees it whole: a version that is approved meanwhile is in the next one.
    """

    def __init__(self, home: Home, book: Lawbook, year: int, day: date | None = None) -> None:
        """Look at a home.

        Args:
            year: control lines in force in it, and the latest land survey not after it.
            day: None for the plan versions that stand now; else those of that day.
        """
        self._home, self._book, self._year, self._day = home, book, year, day
        self._lock = threading.Lock()
        self._index: ControlIndex | None = None

    def now(self, progress: Progress = silent) -> ControlIndex:
        """Return the index of what is in force now."""
        with self._lock:
            # The head goes first: what comes in while the layers are listed is seen as a change next time.
            head, old = self._home.ledger.head, self._index
            if old is None or old.head != head:
                layers, lacking = self._chosen()
                # Most of what the ledger notes (opinions, conflicts, runs) changes no layer.
                same = old is not None and not old.damaged and (old.layers, old.lacking) == (layers, lacking)
                if old is not None and same:
                    self._index = replace(old, head=head)
                else:
                    self._index = self._made(head, layers, lacking, progress)
            assert self._index is not None
            return self._index

    def _chosen(self) -> tuple[tuple[Layer, ...], tuple[tuple[str, str], ...]]:
        """Return the layers in force, and (area code, kind) of those that nobody registered."""
        kinds = [kind for kind, known in self._book.layer_kinds.items() if known.control or known.reviewed]
        layers: list[Layer] = []
        lacking: list[tuple[str, str]] = []
        for code, shelf in sorted(held(shelves(self._home, self._day)).items()):
            for kind in kinds:
                line = shelf.line(kind, self._year)
                if line is None:
                    lacking.append((code, kind))
                else:
                    layers.append(line)
            land, outline = shelf.latest_land(self._year), shelf.line(OUTLINE, self._year)
            if land is None:
                lacking.append((code, LAND))
            layers += [layer for layer in (land, outline) if layer is not None]
        return tuple(layers), tuple(lacking)

    def _made(
        self, head: Head, layers: Sequence[Layer], lacking: Sequence[tuple[str, str]], progress: Progress
    ) -> ControlIndex:
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
            tuple(damaged), _degree(self._home.plane),
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


def _degree(plane: StatutoryPlane) -> float:
    west, east = shapely.points([[plane.lon_0, 0.0], [plane.lon_0 + 1, 0.0]])
    one, other = plane.project(np.array([west, east], object), CRS.from_epsg(GEOGRAPHIC))
    return float(other.x - one.x)

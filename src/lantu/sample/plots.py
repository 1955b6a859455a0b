"""Where a change can take place: boxes inside a parcel, or across the border of two."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.sample.drawing import boxes
from lantu.sample.history import History
from lantu.sample.partition import Borders

_CLEAR_M = 6.0
"""A box stays this far from the border of the parcel it lies in."""


class Plots:
    """Finds room for changes on parcels that were not changed before."""

    def __init__(self, history: History, shared: Borders, rng: np.random.Generator) -> None:
        self._history = history
        self._rng = rng
        long = shared.length > 60
        pair = np.stack([shared.left[long], shared.right[long]], 1)
        both = np.concatenate([pair, pair[:, ::-1]])
        order = np.argsort(both[:, 0], kind="stable")
        self._first, self._second = both[order].T

    def shuffled(self, able: NDArray[np.bool_]) -> Iterator[int]:
        """Yield parcels that are able and untouched, in random order."""
        rows = np.flatnonzero(able)
        for base in self._rng.permutation(rows):
            if not self._history.is_cut(int(base)):
                yield int(base)

    def neighbours(self, base: int, able: NDArray[np.bool_]) -> list[int]:
        """Return untouched neighbours with a long common border that are able."""
        low, high = np.searchsorted(self._first, [base, base + 1])
        return [int(i) for i in self._second[low:high] if able[i] and not self._history.is_cut(int(i))]

    def shape(self, base: int) -> shapely.Geometry:
        return self._history.shapes[base]

    def inside(
        self, base: int, size_m2: float, slim: float = 1.6, shrink: bool = True
    ) -> shapely.Geometry | None:
        """Return a box of that size (or half) in a parcel, along its longer side; None where none fits."""
        shape = self.shape(base)
        frame = shapely.get_coordinates(shapely.oriented_envelope(shape))
        sides = np.diff(frame[:3], axis=0)
        longer = sides[np.hypot(*sides.T).argmax()]
        angle = float(np.arctan2(longer[1], longer[0]))
        room = shapely.buffer(shape, -_CLEAR_M)
        for find in (shapely.point_on_surface, shapely.maximum_inscribed_circle):
            centre = shapely.get_coordinates(find(shape))[0]
            for share in (1.0, 0.75, 0.5) if shrink else (1.0,):
                half = np.sqrt(size_m2 * share * np.array([slim, 1 / slim])) / 2
                box = boxes(-half[None], half[None], centre, angle)[0]
                if shapely.contains(room, box):
                    return box
        return None

    def across(
        self,
        first: int,
        second: int,
        along_m: float,
        into_first_m: float,
        into_second_m: float,
        clear_m: float = 3.0,
    ) -> shapely.Geometry | None:
        """Return a box across the border of two parcels, reaching into each; None where no room is."""
        border = shapely.line_merge(shapely.intersection(self.shape(first), self.shape(second)))
        line = max(shapely.get_parts(border), key=lambda part: part.length)
        if line.geom_type != "LineString" or line.length < along_m * 1.15:
            return None
        middle = line.length / 2
        a, b, centre = (
            shapely.get_coordinates(line.interpolate(at))[0] for at in (middle - 5, middle + 5, middle)
        )
        angle = float(np.arctan2(*(b - a)[::-1]))
        normal = np.array([-np.sin(angle), np.cos(angle)])
        if not shapely.contains(self.shape(first), shapely.Point(centre + normal * 1.0)):
            into_first_m, into_second_m = into_second_m, into_first_m
        low, high = np.array([[-along_m / 2, -into_second_m]]), np.array([[along_m / 2, into_first_m]])
        box = boxes(low, high, centre, angle)[0]
        both = shapely.union_all([self.shape(first), self.shape(second)])
        return box if shapely.contains(shapely.buffer(both, -clear_m), box) else None

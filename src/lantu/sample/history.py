"""Parcels through the years: each version of a parcel is a row with the years it stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from lantu.core.area import Geometries
from lantu.sample.counties import YEARS
from lantu.sample.drawing import GRID_M, areas_m2
from lantu.sample.partition import whole


@dataclass(frozen=True, slots=True)
class Parcel:
    """One version of a parcel.

    Attributes:
        shape: number of its shape; versions that differ in class only share one.
        base: row of the LandMap that the land was in 2020.
        serial: running number, the last eight digits of BSM; kept as long as the parcel lives on.
        since, until: first and last year it stands in the survey.
    """

    shape: int
    base: int
    serial: int
    dlbm: str
    czcsxm: str
    slope: str
    since: int = YEARS[0]
    until: int = YEARS[-1]


@dataclass(frozen=True, slots=True)
class _Cutting:
    """What a box makes of the parcels under it: the piece cut out, whole and by parcel, what is left of the
    parcels that give it, and every touched parcel as it was, with the new vertices on its border."""

    touched: list[int]
    cut_out: shapely.Geometry
    shares: list[shapely.Geometry]
    left: list[shapely.Geometry]
    again: list[shapely.Geometry]


class History:
    """All versions of all parcels of a county, in the drawing plane."""

    def __init__(self, shapes: Geometries, parcels: list[Parcel], epsg: int, area_m2: np.ndarray) -> None:
        self.shapes = list(shapes)
        self.parcels = parcels
        self._area = list(area_m2)
        self._epsg = epsg
        self._tree = shapely.STRtree(shapes)
        self._cut: set[int] = set()
        self._rows_of: dict[int, list[int]] = {}
        for i, parcel in enumerate(parcels):
            self._rows_of.setdefault(parcel.base, []).append(i)
        self._serial = max(parcel.serial for parcel in parcels)

    def area_m2(self, shape: int) -> float:
        """Return the statutory area of a shape as delivered."""
        return float(self._area[shape])

    def areas(self) -> np.ndarray:
        return np.array(self._area)

    def standing(self, base: int, year: int) -> int:
        """Return the row of a base parcel that stands in a year and was never cut."""
        return next(i for i in self._rows_of[base] if self.parcels[i].since <= year <= self.parcels[i].until)

    def _add(self, parcel: Parcel) -> int:
        self._rows_of[parcel.base].append(len(self.parcels))
        self.parcels.append(parcel)
        return len(self.parcels) - 1

    def is_cut(self, base: int) -> bool:
        return base in self._cut

    def under(self, shape: shapely.Geometry) -> list[int]:
        """Return the base parcels that a shape overlaps."""
        near = self._tree.query(shape, predicate="intersects")
        return [int(i) for i in near if self._tree.geometries[i].intersection(shape).area > 1e-6]

    def become(self, base: int, year: int, dlbm: str, czcsxm: str = "", slope: str = "") -> int:
        """Let a whole parcel change its class in a year; it keeps its number."""
        row = self.standing(base, year)
        old = self.parcels[row]
        self.parcels[row] = replace(old, until=year - 1)
        self._cut.add(base)
        return self._add(replace(old, dlbm=dlbm, czcsxm=czcsxm, slope=slope, since=year))

    def reclass(self, base: int, dlbm: str) -> None:
        """Give an untouched parcel another class in all years."""
        for row in self._rows_of[base]:
            self.parcels[row] = replace(self.parcels[row], dlbm=dlbm, slope="")

    def can_split(self, bases: list[int], box: shapely.Geometry) -> bool:
        """Return whether `split` can cut a box out of some parcels."""
        return self._cutting(bases, box) is not None

    def split(
        self, bases: list[int], box: shapely.Geometry, year: int, dlbm: str, czcsxm: str = "", slope: str = ""
    ) -> tuple[int, list[float]]:
        """Cut a box out of some parcels in a year; what is cut out becomes one new parcel.

        Every parcel under the box gets the new border's vertices in all years, so that years fit exactly.

        Returns:
            Row of the new parcel, and the statutory area of its land in each of `bases`.

        Raises:
            ValueError: the box would cut a parcel into several, or one that was cut before.
        """
        cutting = self._cutting(bases, box)
        if cutting is None:
            raise ValueError("cannot be cut")
        for base, shape in zip(cutting.touched, cutting.again, strict=True):
            self._set(self.parcels[self.standing(base, year)].shape, shape)
            self._cut.add(base)
        first = self.parcels[self.standing(bases[0], YEARS[0])]
        for base, shape in zip(bases, cutting.left, strict=True):
            row = self.standing(base, year)
            old = self.parcels[row]
            self.parcels[row] = replace(old, until=year - 1)
            self._add(replace(old, shape=self._new(shape), since=year))
        self._serial += 1
        made = replace(
            first, shape=self._new(cutting.cut_out), serial=self._serial, dlbm=dlbm, czcsxm=czcsxm,
            slope=slope, since=year, until=YEARS[-1],
        )  # fmt: skip
        self.parcels.append(made)
        return len(self.parcels) - 1, [
            float(area) for area in areas_m2(np.array(cutting.shares, object), self._epsg)
        ]

    def _cutting(self, bases: list[int], box: shapely.Geometry) -> _Cutting | None:
        touched = self.under(box)
        if any(self.is_cut(base) for base in touched) or not set(bases) <= set(touched):
            return None
        pieces = _noded([self.shapes[self.parcels[self.standing(b, YEARS[0])].shape] for b in touched], box)
        if any(not len(pieces[touched.index(base)][side]) for base in bases for side in (0, 1)):
            return None
        shares = [whole(pieces[touched.index(base)][0]) for base in bases]
        left = [whole(pieces[touched.index(base)][1]) for base in bases]
        again = [whole(np.concatenate(parts)) for parts in pieces]
        cut_out = whole(np.concatenate([pieces[touched.index(base)][0] for base in bases]))
        sound = all(shape.geom_type == "Polygon" for shape in (cut_out, *left, *again))
        return _Cutting(touched, cut_out, shares, left, again) if sound else None

    def _new(self, shape: shapely.Geometry) -> int:
        self.shapes.append(shape)
        self._area.append(float(areas_m2(np.array([shape], object), self._epsg)[0]))
        return len(self.shapes) - 1

    def _set(self, number: int, shape: shapely.Geometry) -> None:
        self.shapes[number] = shape
        self._area[number] = float(areas_m2(np.array([shape], object), self._epsg)[0])

    def rows(self, year: int) -> list[int]:
        """Return the rows that stand in a year, by running number."""
        standing = [i for i, p in enumerate(self.parcels) if p.since <= year <= p.until]
        return sorted(standing, key=lambda i: self.parcels[i].serial)


def _noded(shapes: list[shapely.Geometry], box: shapely.Geometry) -> list[tuple[Geometries, Geometries]]:
    """Cut shapes along the border of a box, on the grid: for each its faces inside and outside the box."""
    lines = shapely.union_all([shapely.boundary(s) for s in (*shapes, box)], grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inner = shapely.point_on_surface(faces)
    in_box = shapely.contains(box, inner)
    found = []
    for shape in shapes:
        mine = shapely.contains(shape, inner)
        found.append((faces[mine & in_box], faces[mine & ~in_box]))
    return found

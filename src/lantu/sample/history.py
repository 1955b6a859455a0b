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

    def split(self, bases: list[int], box: shapely.Geometry, year: int, dlbm: str, czcsxm: str = "", slope: str = "") -> tuple[int, list[float]]:
        """Cut a box out of some parcels in a year; what is cut out becomes one new parcel.

        Every parcel under the box gets the new border's vertices in all years, so that years fit exactly.

        Returns:
            Row of the new parcel, and the statutory area of its land in each of `bases`.

        Raises:
            ValueError: the box cuts a parcel into several, or leaves slivers; nothing is then changed.
        """
        touched = self.under(box)
        if any(self.is_cut(base) for base in touched) or not set(bases) <= set(touched):
            raise ValueError("cut before")
        pieces = _noded([self.shapes[self.parcels[self.standing(b, year)].shape] for b in touched], box)
        new = [pieces[touched.index(base)][0] for base in bases]
        rest = [pieces[touched.index(base)][1] for base in bases]
        cut_out = whole(np.concatenate(new))
        left = [whole(faces) for faces in rest]
        again = [whole(np.concatenate(parts)) for parts in pieces]
        if any(shape.geom_type != "Polygon" or shape.is_empty for shape in (cut_out, *left, *again)):
            raise ValueError("several parts")
        for base, shape in zip(touched, again, strict=True):
            self._set(self.parcels[self.standing(base, year)].shape, shape)
            self._cut.add(base)
        for base, shape in zip(bases, left, strict=True):
            row = self.standing(base, year)
            old = self.parcels[row]
            self.parcels[row] = replace(old, until=year - 1)
            self._add(replace(old, shape=self._new(shape), since=year))
        self._serial += 1
        first = self.parcels[self.standing(bases[0], YEARS[0])]
        made = replace(first, shape=self._new(cut_out), serial=self._serial, dlbm=dlbm, czcsxm=czcsxm, slope=slope, since=year)
        self.parcels.append(made)
        shares = [float(areas_m2(np.array([whole(faces)], object), self._epsg)[0]) for faces in new]
        return len(self.parcels) - 1, shares

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

"""Check a file of polygons: does it cover its ground once? No home is needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.core.crs import GEOGRAPHIC
from lantu.core.errors import InputError
from lantu.core.finding import Answer
from lantu.core.progress import Progress, silent
from lantu.lawbook import load
from lantu.overlay.coverage import Below, Defect, coverage
from lantu.overlay.engine import KernelEngine, method
from lantu.overlay.uncovered import NOISE_M2
from lantu.runs.polygon_files import UsedFile, read_polygons
from lantu.runs.table_file import write_shapes

LEAST, CRACK = "overlay.min_defect_m2", "overlay.min_width_m"
KINDS = ("overlaps", "gaps", "outside", "broken")
SUFFIXES = (".gpkg", ".parquet", ".geoparquet")
"""Of the files that faults can be written to."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One defect as people look for it.

    Attributes:
        features: by their place in the file, from 1; of a gap some of those along it.
        area_m2, width_m, what: as in `Defect`.
        lon, lat: degrees CGCS2000; None where it has no place.
        shape: longitude/latitude.
    """

    features: tuple[int, ...]
    area_m2: float
    width_m: float | None
    lon: float | None
    lat: float | None
    what: str
    shape: Any


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The result; faults biggest first.

    Attributes:
        answer: `pass` where nothing is listed, else `fail`.
        method: engine, plane, greatest edge; within how much cells are even, what is a crack.
        least_m2: smaller faults are not listed.
        verified: False where that figure is the lawbook's and no source has it.
        crack_m: narrower openings do not make one gap of two.
        area_m2: the sum of the features' statutory areas.
        boundary_m2, covered_m2: the ground, and what of it is covered; None without a boundary.
        faults: by KINDS.
        below: what was not listed, by the first three of them.
    """

    answer: Answer
    layer: UsedFile
    boundary: UsedFile | None
    method: str
    least_m2: float
    verified: bool
    crack_m: float
    area_m2: float
    boundary_m2: float | None
    covered_m2: float | None
    faults: dict[str, list[Fault]]
    below: dict[str, Below]


def check_file(
    path: Path,
    boundary: Path | None = None,
    least_m2: float | None = None,
    *,
    layer: str | None = None,
    boundary_layer: str | None = None,
    assume_cgcs2000: bool = False,
    progress: Progress = silent,
) -> FileCheck:
    """Look for overlaps, gaps, ground outside the boundary and broken polygons.

    Args:
        boundary: the ground the layer should cover; None: then a gap is a hole among features.
        least_m2: the smallest fault that is listed; None takes the lawbook's.
        layer, boundary_layer: which layer of a file that has several.

    Raises:
        InputError: `overlay_check.bad_min_area`; `intake.*`, `crs.*`, `overlay.*`, `layer.no_rows`: rows
            without a polygon, and a boundary that is broken itself.
    """
    least = load().dated(LEAST, date.today())
    crack_m = float(load().number(CRACK, date.today()))
    if least_m2 is not None and not 0 <= least_m2 < math.inf:
        raise InputError("overlay_check.bad_min_area", given=least_m2)
    wanted = [(path, layer), *([(boundary, boundary_layer)] if boundary else [])]
    files = read_polygons(wanted, broken=[0], assume_cgcs2000=assume_cgcs2000, progress=progress)
    outline = files[1] if boundary else None
    smallest = float(least.value) if least_m2 is None else least_m2
    found = coverage(
        files[0].pack,
        outline.pack if outline else None,
        least_m2=smallest,
        crack_m=crack_m,
        progress=progress,
    )
    plane = files[0].plane
    return FileCheck(
        Answer.PASS if found.whole else Answer.FAIL,
        files[0].used,
        outline.used if outline else None,
        f"{method(KernelEngine(), plane)}; cells even within {NOISE_M2:g} m2; cracks under {crack_m:g} m",
        smallest,
        least.verified or least_m2 is not None,
        crack_m,
        found.area_m2,
        found.boundary_m2,
        found.covered_m2,
        {kind: _faults(getattr(found, kind), plane) for kind in KINDS},
        found.below,
    )


def write_faults(result: FileCheck, out: Path) -> None:
    """Write the faults as GeoPackage or GeoParquet in CGCS2000; the file appears whole or not at all.

    Columns: kind, what, features, area_m2, width_m, lon, lat.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    rows = [(kind.removesuffix("s"), fault) for kind in KINDS for fault in result.faults[kind]]
    faults = [fault for _, fault in rows]
    numbers = ("area_m2", "width_m", "lon", "lat")
    columns = {
        "kind": pa.array([kind for kind, _ in rows], pa.string()),
        "what": pa.array([fault.what for fault in faults], pa.string()),
        "features": pa.array([", ".join(map(str, fault.features)) for fault in faults], pa.string()),
        **{name: pa.array([getattr(fault, name) for fault in faults], pa.float64()) for name in numbers},
    }
    facts = {
        "answer": result.answer.value, "layer": result.layer.digest, "min_area_m2": result.least_m2,
        "boundary": result.boundary.digest if result.boundary else None, "method": result.method,
    }  # fmt: skip
    shapes = np.empty(len(faults), object)
    shapes[:] = [fault.shape for fault in faults]
    write_shapes(columns, shapes, CRS.from_epsg(GEOGRAPHIC), facts, out)


def _faults(defects: Sequence[Defect], plane: StatutoryPlane) -> list[Fault]:
    shapes, places = np.empty((2, len(defects)), object)
    shapes[:] = [each.shape for each in defects]
    places[:] = [shapely.Point(each.place) if each.place else shapely.Point() for each in defects]
    shapes, places = plane.to_geographic(shapes), plane.to_geographic(places)
    return [
        Fault(
            tuple(row + 1 for row in each.rows), each.area_m2, each.width_m,
            None if place.is_empty else place.x, None if place.is_empty else place.y, each.what, shape,
        )
        for each, place, shape in zip(defects, places, shapes, strict=True)
    ]  # fmt: skip

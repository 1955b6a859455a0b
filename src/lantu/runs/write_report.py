"""Write the monitoring report of the latest measuring run: result → report model → one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from lantu import __version__
from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC
from lantu.core.errors import IntegrityError, NotFoundError, StorageError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook, load
from lantu.runs.measure import KIND
from lantu.runs.measure_layers import Shelf, shelves
from lantu.runs.pages.maps import MapData
from lantu.runs.report.arrange import arrange
from lantu.runs.report.model import County
from lantu.runs.report.page import Setting, render
from lantu.store import OUTLINE, Home, Layer

FILE = "report.html"
AREAS = ("YJJBNT", "STBHHX", "CZKFBJ")
LINES = ("HLFXKZX",)


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """Where the report lies, whose run it reports, and its digest."""

    path: Path
    run_id: str
    digest: str


def write_report(
    home: Home, *, book: Lawbook | None = None, made_at: datetime, progress: Progress = silent
) -> WrittenReport:
    """Write the report of the latest run into the run's folder; the ledger keeps its digest.

    Args:
        made_at: what the report prints as its time.

    Raises:
        NotFoundError: `report.no_run`.
        BusyError, StorageError, IntegrityError: as `Home.writing`, or the result is damaged.
    """
    book = book or load()
    run = home.runs.latest(KIND)
    if run is None:
        raise NotFoundError("report.no_run", home=home.path)
    report = arrange(home.runs.result(run.id), book)
    shelf_of = shelves(home)
    maps: dict[str, MapData] = {}
    for done, county in enumerate(report.counties):
        progress("progress.report", done, len(report.counties))
        if county.code in shelf_of:
            maps[county.code] = _map(home, shelf_of[county.code], county, report.year)
    setting = Setting(
        made_at=made_at.isoformat(timespec="minutes"),
        version=__version__,
        invented=home.invented,
        layers=tuple(_layer(book, layer) for layer in home.layers.list()),
    )
    data = render(report, setting, maps).encode()
    path, digest = home.runs.attach(run.id, FILE, data)
    progress("progress.report", len(report.counties), len(report.counties))
    return WrittenReport(path, run.id, digest)


def copy_report(report: WrittenReport, out: Path) -> None:
    """Put a copy of a report where the user wants it.

    Raises:
        StorageError: `report.cannot_write`.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(report.path.read_bytes())
        part.replace(out)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageError("report.cannot_write", path=out, why=error.strerror or str(error)) from None


def _map(home: Home, shelf: Shelf, county: County, year: int) -> MapData:
    def shapes(kind: str) -> Geometries:
        layer = shelf.line(kind, year)
        return np.empty(0, object) if layer is None else _in_plane(home, layer)

    places = [f for f in county.findings if f.row["place"]]
    points = np.array([shapely.Point(f.row["place"]) for f in places], object)
    xy = shapely.get_coordinates(home.plane.project(points, CRS.from_epsg(GEOGRAPHIC))) if len(points) else []
    return MapData(
        outline=shapes(OUTLINE),
        areas={kind: shapes(kind) for kind in AREAS},
        lines={kind: shapes(kind) for kind in LINES},
        marks=[(float(x), float(y), f.number, f.row["answer"]) for (x, y), f in zip(xy, places, strict=True)],
    )


def _in_plane(home: Home, layer: Layer) -> Geometries:
    try:
        data = home.layers.read(layer, columns=())
    except IntegrityError:
        # The run said so already; a map with a gap is better than no report.
        return np.empty(0, object)
    assert data.geometry is not None and data.crs is not None  # a kind with shapes
    return home.plane.project(data.geometry, data.crs)


def _layer(book: Lawbook, layer: Layer) -> Mapping[str, Any]:
    return {
        "kind": layer.kind, "name": book.layer_kinds[layer.kind].name, "area_code": layer.area_code,
        "year": layer.year, "title": layer.title, "source_name": layer.source_name,
        "features": layer.features, "digest": layer.digest,
    }  # fmt: skip

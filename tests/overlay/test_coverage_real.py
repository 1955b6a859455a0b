"""Faults of real layers as they are, each against one union of everything by GEOS."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane
from lantu.overlay.coverage import Coverage
from overlay.faults import (
    agree,
    by_geos,
    checked,
)
from shared_files import shared


def _projected(file: object, plane: StatutoryPlane, layer: str | None = None) -> np.ndarray:
    """Read a layer in degrees as it is into a plane; what has no ground there is left out."""
    _, _, wkb, _ = pyogrio.raw.read(file, layer=layer, columns=[], force_2d=True)
    shapes = plane.project(shapely.from_wkb(wkb), CRS.from_epsg(4490))
    return shapes[shapely.area(shapes) > 1e-6]


def _sound(shapes: np.ndarray) -> np.ndarray:
    return shapely.make_valid(shapes, method="structure", keep_collapsed=False)


def _compared(shapes: np.ndarray, outline: np.ndarray | None = None) -> Coverage:
    boundary = None if outline is None else shapely.union_all(_sound(outline))
    found = checked(shapes, boundary)
    agree(found, by_geos(_sound(shapes), boundary), 1e-5)
    return found


@pytest.mark.parametrize(
    ("layer", "gaps", "overlaps"),
    [("parcels_fy2013", 28, 48), ("parcels_fy2014", 37, 65), ("recreation_openspace", 15, 8)],
)
def test_cambridge_as_it_is(layer: str, gaps: int, overlaps: int) -> None:
    file = shared("geodata/us_cambridge/cambridge_planning.gpkg")
    found = _compared(_projected(file, StatutoryPlane(-71, 42), layer))
    assert (len(found.gaps), len(found.overlaps)) == (gaps, overlaps)


def test_cambridge_parcels_in_the_zoning_map() -> None:
    file, plane = shared("geodata/us_cambridge/cambridge_planning.gpkg"), StatutoryPlane(-71, 42)
    zoning = _projected(file, plane, "cdd_zoningdistricts")
    found = _compared(_projected(file, plane, "parcels_fy2013"), zoning)
    streets = found.gaps[0]
    assert shapely.get_num_coordinates(streets.shape) > 50_000 and len(streets.rows) == 8


def test_denver_before_and_after_it_was_repaired() -> None:
    before, after, blocks = (
        _projected(f"/vsizip/{shared(f'geodata/us_maup/{name}.zip')}", StatutoryPlane(-105, 40))
        for name in ("precincts", "new_precincts", "blocks")
    )
    assert (len(_compared(before).gaps), len(_compared(before).overlaps)) == (3, 2)
    assert _compared(after).whole
    assert len(_compared(blocks, after).outside) > 1000


def test_dutch_plots_in_their_zones() -> None:
    plane = StatutoryPlane(6, 52)
    plots, zones = (
        plane.project(
            shapely.get_parts(shapely.from_wkt(shared(f"geodata/nl_plots/{name}.wkt").read_text())),
            CRS.from_epsg(4490),
        )
        for name in ("nl_plots", "nl_zones")
    )
    assert len(_compared(plots, zones).gaps) > 10
    assert len(_compared(zones).overlaps) == 39

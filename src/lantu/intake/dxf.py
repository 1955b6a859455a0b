"""DXF drawings: closed polylines of one CAD layer → polygons. A drawing names no coordinate system."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from lantu.core.errors import InputError
from lantu.intake.bytes_of import read_bytes
from lantu.intake.shapes import Geometries

SUFFIX = ".dxf"
MOST_BYTES = 256 << 20
_BINARY = b"AutoCAD Binary DXF"
_CURVES = ("ARC", "CIRCLE", "ELLIPSE", "SPLINE")
_BULGED = {"LWPOLYLINE": "LWPOLYLINE", "VERTEX": "POLYLINE"}
_LINES = 1, 5
"""Line strings and multi line strings, as shapely numbers types."""
# Symbols drawn in blocks (rings around boundary points …) are no plots.
pyogrio.set_gdal_config_options({"DXF_INLINE_BLOCKS": "NO"})


@dataclass(frozen=True, slots=True)
class Drawing:
    """The closed lines of a drawing as polygons; rings within rings are holes.

    Attributes:
        attributes: Layer and EntityHandle of each outer line.
        layer: the CAD layer.
        notes: `dxf.open_lines` where lines that are not closed were left out, `dxf.holes` where rings lie
            within others.
    """

    attributes: pa.Table
    geometry: Geometries
    layer: str
    notes: tuple[str, ...]


def drawing_layers(path: Path) -> list[str]:
    """Return the CAD layers with closed lines.

    Raises:
        InputError: as `read_dxf`.
    """
    table, shapes = _lines(path)
    return sorted(
        {name for name, ring in zip(table["Layer"].to_pylist(), _closed(shapes), strict=True) if ring}
    )


def read_dxf(path: Path, layer: str | None = None) -> Drawing:
    """Read the closed lines of a CAD layer.

    Args:
        layer: may be left out where only one has closed lines.

    Raises:
        InputError: `dxf.binary`, `.too_big`, `.curved`, `.no_rings`, `.double`; `intake.which_layer`,
            `.no_layer`, `.unreadable`.
    """
    table, shapes = _lines(path)
    names, closed = np.array(table["Layer"].to_pylist(), object), _closed(shapes)
    found = sorted(set(names[closed].tolist()))
    if layer is not None and layer not in set(names.tolist()):
        raise InputError("intake.no_layer", where=path.name, layer=layer, layers="、".join(found) or "–")
    if layer is None and len(found) > 1:
        raise InputError("intake.which_layer", where=path.name, layers="、".join(found[:30]))
    chosen = layer or (found[0] if found else "")
    mine = names == chosen if chosen else np.ones(len(names), np.bool_)
    rings = np.flatnonzero(closed & mine)
    left_open = int((~closed & mine).sum())
    if not len(rings):
        raise InputError("dxf.no_rings", where=path.name, layer=chosen or "–", count=left_open)
    rows, polygons, holes = _nested(shapes[rings], path.name)
    notes = (("dxf.open_lines",) if left_open else ()) + (("dxf.holes",) if holes else ())
    attributes = table.select(["Layer", "EntityHandle"]).take(rings[rows])
    return Drawing(attributes, polygons, chosen, notes)


def _lines(path: Path) -> tuple[pa.Table, Geometries]:
    """Return the lines of a drawing, after it was looked through for what no polygon can be made of."""
    data = read_bytes(path)
    if data.startswith(_BINARY):
        raise InputError("dxf.binary", where=path.name)
    if len(data) > MOST_BYTES:
        raise InputError("dxf.too_big", where=path.name, found=len(data) >> 20, most=MOST_BYTES >> 20)
    if curves := _curves(data):
        said = "、".join(f"{name} {count}" for name, count in sorted(curves.items()))
        raise InputError("dxf.curved", where=path.name, kinds=said)
    with pyogrio.open_arrow(path, layer="entities", use_pyarrow=True) as (meta, stream):
        table = stream.read_all()
    wkb = table.column(meta.get("geometry_name") or "wkb_geometry").combine_chunks()
    wkb = wkb.storage if isinstance(wkb, pa.ExtensionArray) else wkb
    shapes = shapely.from_wkb(np.array(wkb.to_pylist(), object))
    rows = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _LINES))
    return table.take(rows), np.asarray(shapely.force_2d(shapes[rows]), object)


def _curves(data: bytes) -> Counter[str]:
    """Count what is curved among the drawing's own entities: lines are group codes and values in turn."""
    lines = [line.strip() for line in data.decode("latin-1").splitlines()]
    found: Counter[str] = Counter()
    section = entity = ""
    for code, value in zip(
        (each.strip() for each in lines[::2]), (each.strip() for each in lines[1::2]), strict=False
    ):
        if code == "0":
            entity = value
            if section == "ENTITIES" and value in _CURVES:
                found[value] += 1
        elif code == "2" and entity == "SECTION":
            section = value
        elif code == "42" and section == "ENTITIES" and entity in _BULGED and _number(value) != 0:
            found[f"{_BULGED[entity]}（42）"] += 1
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _closed(shapes: Geometries) -> np.ndarray:
    return np.asarray(shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) >= 4), np.bool_)


def _nested(rings: Geometries, where: str) -> tuple[np.ndarray, Geometries, int]:
    """Return the numbers of the outer rings, their polygons, and how many rings are holes.

    A ring within an odd number of others is a hole of the smallest of them.
    """
    solid = shapely.polygons(shapely.linearrings([shapely.get_coordinates(each) for each in rings]))
    order = np.argsort(shapely.area(solid), kind="stable")
    tree, within = shapely.STRtree(solid), shapely.point_on_surface(solid)
    inner, outer = tree.query(within, predicate="within")
    around: list[list[int]] = [[] for _ in rings]
    rank = np.empty(len(rings), np.int64)
    rank[order] = np.arange(len(rings))
    for one, other in zip(inner.tolist(), outer.tolist(), strict=True):
        if one != other and solid[one].equals(solid[other]):
            raise InputError("dxf.double", where=where)
        # A point of the bigger may lie in the smaller: only what is smaller is within.
        if rank[one] < rank[other] and shapely.covers(solid[other], solid[one]):
            around[one].append(other)
    depth = np.array([len(each) for each in around])
    holes: dict[int, list[int]] = {}
    for one in np.flatnonzero(depth % 2 == 1).tolist():
        parent = min(around[one], key=lambda other: rank[other])
        holes.setdefault(parent, []).append(one)
    outer_rows = np.flatnonzero(depth % 2 == 0)
    polygons = [
        shapely.Polygon(rings[row], [rings[hole] for hole in holes.get(row, [])])
        for row in outer_rows.tolist()
    ]
    return outer_rows, np.array(polygons, object), int((depth % 2 == 1).sum())

"""Every check that a quality rule can name."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.quality.checks import between, edges, lines, shapes, topology, values, vertices
from lantu.quality.runner import Check

POLYGON = ("polygon",)
SHAPES = ("polygon", "line", "point")

CHECKS: Mapping[str, Check] = {
    "in_one": Check(between.in_one, geometry=POLYGON),
    "within": Check(between.within, geometry=POLYGON),
    "unmatched_vertices": Check(edges.unmatched_vertices, geometry=POLYGON),
    "exclusive": Check(lines.exclusive, scope="package"),
    "complexity": Check(shapes.complexity, geometry=POLYGON),
    "doubles": Check(shapes.doubles, geometry=SHAPES),
    "flat": Check(shapes.flat, geometry=POLYGON),
    "invalid": Check(shapes.invalid, geometry=POLYGON),
    "multipart": Check(shapes.multipart, geometry=SHAPES),
    "slivers": Check(shapes.slivers, geometry=POLYGON),
    "unusable": Check(shapes.unusable, geometry=SHAPES),
    "overlaps": Check(topology.overlaps, geometry=POLYGON),
    "surface": Check(topology.surface, geometry=POLYGON),
    "unique": Check(values.unique),
    "close_vertices": Check(vertices.close_vertices, geometry=POLYGON),
    "spikes": Check(vertices.spikes, geometry=POLYGON),
    "tiny_holes": Check(vertices.tiny_holes, geometry=POLYGON),
}

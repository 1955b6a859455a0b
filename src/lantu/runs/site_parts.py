"""The ground of a site that controls affect, as shapes in the statutory plane."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import shapely

from lantu.compliance.review import Judged, Opinion
from lantu.compliance.rules import Control
from lantu.core.area import Geometries
from lantu.core.crs import Bounds
from lantu.overlay.cutting import mended, polygons_of
from lantu.runs.control_index import ControlIndex
from lantu.runs.look_up_site import SiteAnswer

NOTHING = shapely.Polygon()


def parts_of(site: Any, answer: SiteAnswer, opinion: Opinion, index: ControlIndex) -> dict[str, Any]:
    """Return code of a control → the ground of a site it affects, of those that are known to affect some.

    Args:
        site: polygon in the plane.

    Areas of results are the kernel's; these shapes are cut by GEOS and agree with them to rounding.
    """
    rows = {share.layer.digest: share.features for share in (*answer.lines, *answer.land)}
    found = {}
    for each in opinion.judged:
        if each.affected:
            found[each.control.code] = _part(site, each.control, rows, index)
    return found


def _part(site: Any, control: Control, rows: dict[str, Any], index: ControlIndex) -> Any:
    if control.side == "whole":
        return site
    shapes = []
    for number, layer in enumerate(index.layers):
        if layer.kind == kind_of(control, index):
            features = np.array([row for row, _ in rows.get(layer.digest, ())], np.int64)
            shapes.append(_meant(number, features, control, index))
    return _cut(site, np.concatenate([np.empty(0, object), *shapes]), control.side)


def _cut(site: Any, shapes: Geometries, side: str) -> Any:
    lines = shapely.union_all(shapes) if len(shapes) else NOTHING
    cut = shapely.difference if side == "outside" else shapely.intersection
    return polygons_of(np.array([cut(site, lines)], object))[0]


def kind_of(control: Control, index: ControlIndex) -> str:
    """Return the kind of layer that says where a control is: of several the first that is registered."""
    there = {layer.kind for layer in index.layers}
    return next((kind for kind in control.layers if kind in there), control.layers[0])


def _meant(number: int, features: Any, control: Control, index: ControlIndex) -> Geometries:
    """Return the shapes of those features of a layer that a control means."""
    labels = index.classes[number]
    if control.codes and labels is not None:
        codes = [str(labels.value[labels.number[row]]) for row in features.tolist()]
        features = features[[code in control.codes for code in codes]]
    return mended(index.packs[number].geometries(features))


def barriers(
    box: Bounds, judged: Iterable[Judged], index: ControlIndex
) -> tuple[Geometries, list[Geometries]]:
    """Return what a site must keep off, and what it must lie in, within a box of the plane.

    Args:
        judged: controls that forbid the site where it lies.

    Returns:
        Shapes to keep off; for each control that forbids the ground outside its layer, the layer's shapes.
    """
    off: list[Geometries] = [np.empty(0, object)]
    within = []
    for each in judged:
        unfit = {fitting.code for fitting in each.fittings if fitting.fit == "forbidden"}
        shapes = shapes_near(box, each.control, index, unfit)
        if each.control.side == "outside":
            within.append(shapes)
        else:
            off.append(shapes)
    return np.concatenate(off), within


def shapes_near(
    box: Bounds, control: Control, index: ControlIndex, classes: Collection[str] = ()
) -> Geometries:
    """Return the shapes that a control means and whose boxes meet a box of the plane.

    Args:
        classes: only features of these; none for all.
    """
    shapes: list[Geometries] = [np.empty(0, object)]
    for number, layer in enumerate(index.layers):
        if layer.kind != kind_of(control, index):
            continue
        boxes = index.packs[number].box
        near = (
            (boxes[:, 0] < box[2]) & (boxes[:, 2] > box[0]) & (boxes[:, 1] < box[3]) & (boxes[:, 3] > box[1])
        )
        features = np.flatnonzero(near)
        labels = index.classes[number]
        if classes and labels is not None:
            codes = [str(labels.value[labels.number[row]]) for row in features.tolist()]
            features = features[[code in classes for code in codes]]
        shapes.append(_meant(number, features, control, index))
    return np.concatenate(shapes)

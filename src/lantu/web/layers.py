"""`/api/layers`: the registered layers and where their tiles are."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from lantu.lawbook.models import LayerKind
from lantu.store import Layer
from lantu.web.answers import json_answer
from lantu.web.drawing import MIN_ZOOM
from lantu.web.models import Layers
from lantu.web.site import TheSite
from lantu.web.tiles import NO_YEAR

router = APIRouter(prefix="/api", tags=["layers"])


@router.get("/layers", summary="图层 / layers", response_model=Layers)
def layers(request: Request, site: TheSite) -> Response:
    """Return all registered layers; of those with the same kind, area and year all but one are superseded."""
    shelf_of = site.shelves()
    found = [layer for _, shelf in sorted(shelf_of.items()) for layer in shelf.layers]
    dated = {layer.kind for layer in found if layer.year is not None}
    rows = [
        _row(layer, site.book.layer_kinds[layer.kind], layer.kind in dated)
        | {"superseded": site.chosen(shelf_of[layer.area_code], layer.kind, layer.year or 0) != layer}
        for layer in found
    ]
    return json_answer(request, {"rows": rows})


def _row(layer: Layer, kind: LayerKind, dated: bool) -> dict[str, Any]:
    year: int | str | None = layer.year
    if not kind.yearly:
        year = "{year}" if dated else NO_YEAR
    return {
        "digest": layer.digest,
        "kind": layer.kind,
        "name": kind.name.to_json(),
        "title": layer.title,
        "area_code": layer.area_code,
        "year": layer.year,
        "features": layer.features,
        "geometry_type": layer.geometry_type,
        "invented": layer.invented,
        "tiles": None if layer.epsg is None else f"/api/tiles/{layer.kind}/{year}/{{z}}/{{x}}/{{y}}.mvt",
        "min_zoom": MIN_ZOOM.get(layer.kind, 0),
    }

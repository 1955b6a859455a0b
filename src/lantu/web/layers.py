"""`/api/layers`: the registered layers and where their tiles are."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from lantu.lawbook.models import LayerKind, Words
from lantu.store import Layer
from lantu.web.answers import json_answer
from lantu.web.drawing import MIN_ZOOM
from lantu.web.models import Layers
from lantu.web.site import TheSite
from lantu.web.tiles import NO_YEAR

router = APIRouter(prefix="/api", tags=["layers"])


@router.get("/layers", summary="图层 / layers", response_model=Layers)
def layers(request: Request, site: TheSite) -> Response:
    """Return all registered layers, superseded ones included."""
    rows = [_row(layer, site.book.layer_kinds.get(layer.kind)) for layer in site.home.layers.list()]
    return json_answer(request, {"rows": rows})


def _row(layer: Layer, kind: LayerKind | None) -> dict[str, Any]:
    name = kind.name if kind else Words(layer.kind, layer.kind)
    year = layer.year if layer.year is not None else NO_YEAR
    return {
        "digest": layer.digest,
        "kind": layer.kind,
        "name": name.to_json(),
        "title": layer.title,
        "area_code": layer.area_code,
        "year": layer.year,
        "features": layer.features,
        "geometry_type": layer.geometry_type,
        "invented": layer.invented,
        "tiles": None if layer.epsg is None else f"/api/tiles/{layer.kind}/{year}/{{z}}/{{x}}/{{y}}.mvt",
        "min_zoom": MIN_ZOOM.get(layer.kind, 0),
    }

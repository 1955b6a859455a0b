"""`/api/meta`: what this server shows."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from lantu import __version__
from lantu.lawbook import message
from lantu.store import OUTLINE, Layer
from lantu.web.answers import json_answer
from lantu.web.models import Meta
from lantu.web.site import TheSite

router = APIRouter(prefix="/api", tags=["meta"])

_LAND = "DLTB"


@router.get("/meta", summary="本服务展示什么 / what this server shows", response_model=Meta)
def meta(request: Request, site: TheSite) -> Response:
    """Return version, years, counties and extent.

    `years` are those of the latest measuring run; before the first run, those of the land surveys.
    """
    result, layers = site.result(), site.home.layers.list()
    years = sorted(
        result["years"]
        if result
        else {layer.year for layer in layers if layer.kind == _LAND and layer.year is not None}
    )
    invented = any(layer.invented for layer in layers)
    notice = {lang: message("web.invented_notice", lang) for lang in ("zh", "en")}
    return json_answer(
        request,
        {
            "version": __version__,
            "invented": invented,
            "invented_notice": notice if invented else None,
            "lawbook_digest": site.book.digest,
            "run_id": result["run_id"] if result else None,
            "years": years,
            "latest_year": max(years, default=None),
            "bounds": _bounds(layers),
            "areas": [{"code": code, "name": name} for code, name in site.areas().items()],
        },
    )


def _bounds(layers: Sequence[Layer]) -> list[float] | None:
    """Return the box of the counties' outlines; where there is none, of everything."""
    outlines = [layer for layer in layers if layer.kind == OUTLINE]
    boxes = [layer.bounds_lonlat for layer in outlines or layers if layer.bounds_lonlat]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]

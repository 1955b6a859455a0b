"""`/api/tiles`: vector tiles of one kind of layer, merged over the counties."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from lantu.core.errors import NotFoundError
from lantu.store import Layer
from lantu.web.answers import REVALIDATE, bytes_answer, etag_of, knows
from lantu.web.drawing import draw, shows
from lantu.web.grid import MAX_ZOOM, Tile, tile_at
from lantu.web.mvt import BUFFER
from lantu.web.site import TheSite

router = APIRouter(prefix="/api", tags=["tiles"])

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
NO_YEAR = "_"
_SCHEME = "1"
"""Part of every ETag: raise it when the same layers are drawn differently."""


@router.get(
    "/tiles/{kind}/{year}/{z}/{x}/{y}.mvt",
    summary="矢量瓦片 / vector tile",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {}}, "description": "Mapbox Vector Tile 2.1, one layer named by kind"},
        204: {"description": "这里没有要素 / nothing here"},
        304: {"description": "未变 / unchanged"},
    },
)
def tile(
    request: Request,
    site: TheSite,
    kind: Annotated[str, Path(description="图层种类 / layer kind, e.g. DLTB", max_length=40)],
    year: Annotated[
        str, Path(description="年份，无年份写 _ / year, _ where the kind has none", pattern=r"^(\d{4}|_)$")
    ],
    z: Annotated[int, Path(description=f"0–{MAX_ZOOM}")],
    x: int,
    y: int,
) -> Response:
    """Return a tile of the EPSG:4490 grid.

    Two tiles by one at zoom 0; x = ⌊(lon+180)/180·2^z⌋, y = ⌊(90−lat)/180·2^z⌋.

    Features carry `digest` (12 hex characters), `fid` (row number) and a few attributes to style by.
    """
    address = tile_at(z, x, y)
    layers = site.drawn(kind, None if year == NO_YEAR else int(year))
    if not layers:
        raise NotFoundError("web.no_such_tiles", kind=kind, year=year)
    digests = tuple(layer.digest for layer in layers)
    etag = etag_of(_SCHEME, kind, str(address), *digests)
    if knows(request, etag):
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": REVALIDATE})
    key = (kind, address, digests)
    body = site.tiles.get(key)
    if body is None:
        near = [layer for layer in layers if shows(kind, address) and _meets(layer, address)]
        body = draw(kind, [site.opened.get(layer.digest) for layer in near], address)
        site.tiles.put(key, body)
    return bytes_answer(request, body, MEDIA_TYPE, etag)


_NEAR_DEGREES = 1e-3
"""The registry's boxes of layers delivered in metres are a little rough."""


def _meets(layer: Layer, tile: Tile) -> bool:
    """Return whether a layer may have something in a tile; one that has not need not be opened."""
    if layer.bounds_lonlat is None:
        return False
    west, south, east, north = layer.bounds_lonlat
    left, low, right, high = tile.bounds(BUFFER)
    return (
        west - _NEAR_DEGREES <= right
        and left <= east + _NEAR_DEGREES
        and south - _NEAR_DEGREES <= high
        and low <= north + _NEAR_DEGREES
    )

"""`/api/features`: one parcel or line with everything known of it."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Path, Request, Response

from lantu.core.errors import IntegrityError, NotFoundError
from lantu.core.units import round_half_up
from lantu.lawbook import Lawbook
from lantu.overlay.engine import KernelEngine
from lantu.runs.measure_layers import Shelf
from lantu.store import Layer
from lantu.web.answers import json_answer
from lantu.web.covering import Covered, cannot_tell, coverings, ratio, square_metres
from lantu.web.geojson import geometry_json
from lantu.web.models import Feature
from lantu.web.open_layers import OpenLayer
from lantu.web.site import Site, TheSite

router = APIRouter(prefix="/api", tags=["features"])

DECLARED = ("TBMJ", "YJJBNTTBMJ", "MJ")
"""Fields with the area that the delivery itself declares, the first that a layer has."""
_ZONE_LIST = "ghfq"
_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@router.get("/features/{digest}/{fid}", summary="图斑详情 / one feature", response_model=Feature)
def feature(
    request: Request,
    site: TheSite,
    digest: Annotated[
        str,
        Path(
            description="图层摘要的前几位（瓦片要素的 digest）/ first hex characters of the layer's digest",
            pattern=r"^(sha256:)?[0-9a-f]{4,64}$",
        ),
    ],
    fid: Annotated[int, Path(description="行号，从 0 起 / row number from 0")],
) -> Response:
    """Return a feature: attributes with their names and meanings, areas, and what covers it by how much."""
    layer = site.layer(digest)
    opened = site.opened.get(layer.digest) if layer.epsg is not None else None
    if opened is None or not 0 <= fid < len(opened.degrees):
        raise NotFoundError("web.no_such_feature", digest=digest, features=layer.features, fid=fid)
    (row,) = opened.attributes.slice(fid, 1).to_pylist()
    attributes = {name: _plain(value) for name, value in row.items()}
    shape = site.home.plane.project(opened.delivered[[fid]], opened.crs)[0]
    areal = shapely.get_type_id(shape) in _AREAL
    lines = _lines(site, layer, opened, fid, shape if areal else None)
    return json_answer(
        request,
        {
            "kind": layer.kind,
            "kind_name": site.book.layer_kinds[layer.kind].name.to_json(),
            "year": layer.year,
            "area_code": layer.area_code,
            "digest": layer.digest,
            "fid": fid,
            "attributes": attributes,
            "attribute_names": _names(site.book, attributes),
            "attribute_meanings": _meanings(site.book, attributes),
            "statutory_area_m2": square_metres(float(shapely.area(shape))) if areal else None,
            "declared_area_m2": _declared(attributes),
            "lines": [_line(site.book, line) for line in lines],
            "geometry": geometry_json(opened.degrees[fid]),
            "invented": layer.invented,
        },
    )


def _lines(site: Site, layer: Layer, opened: OpenLayer, fid: int, shape: Any) -> list[Covered]:
    """Measure every control line in force in the feature's area and year, but for the feature's own kind.

    Args:
        shape: the feature in the statutory plane, None where it is no polygon.
    """
    shelf = site.shelves().get(layer.area_code, Shelf([]))
    found: list[Covered] = []
    for kind, known in site.book.layer_kinds.items():
        if not known.control or kind == layer.kind:
            continue
        line = site.chosen(shelf, kind, layer.year)
        if shape is None:
            found.append(cannot_tell(kind, "web.no_area_here"))
        elif line is None:
            found.append(cannot_tell(kind, "web.layer_missing"))
        else:
            try:
                lines = [site.opened.get(line.digest)]
            except IntegrityError as error:
                found.append(cannot_tell(kind, "web.layer_unreadable", why=error))
                continue
            found += coverings(kind, shape, opened.degrees[fid], lines, site.home.plane, KernelEngine())
    return found


def _line(book: Lawbook, line: Covered) -> dict[str, Any]:
    name = book.layer_kinds[line.kind].name.to_json()
    if line.zone is not None:
        zone = book.code_lists[_ZONE_LIST].name(line.zone)
        name = {
            "zh": f"{name['zh']} · {line.zone} {zone or ''}".strip(),
            "en": f"{name['en']} · zone {line.zone}",
        }
    return {
        "kind": line.kind,
        "zone": line.zone,
        "name": name,
        "covered_m2": square_metres(line.covered_m2),
        "share": ratio(line.share),
        "answer_note": {lang: line.note_in(lang) for lang in ("zh", "en")},
    }


def _names(book: Lawbook, attributes: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {name: book.fields[name].title.to_json() for name in attributes if name in book.fields}


def _meanings(book: Lawbook, attributes: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return what codes stand for. The lists name them in Chinese only, which both languages then show."""
    found = {}
    for name, value in attributes.items():
        field = book.fields.get(name)
        codes = book.code_lists.get(field.code_list or "") if field else None
        meaning = codes.name(str(value)) if codes and value is not None else None
        if meaning:
            found[name] = {"zh": meaning, "en": meaning}
    return found


def _declared(attributes: dict[str, Any]) -> str | None:
    """Return the declared area in m² as declared, with at least two decimals."""
    value = next((attributes[name] for name in DECLARED if attributes.get(name) is not None), None)
    if value is None or isinstance(value, bool):
        return None
    try:
        area = Decimal(str(value))
    except ArithmeticError:
        return None
    return f"{round_half_up(area, 2) if area == round_half_up(area, 2) else area:f}"


def _plain(value: object) -> str | int | float | bool | None:
    """Return an attribute as JSON can carry it."""
    match value:
        case float() if not math.isfinite(value):
            return None
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.hex()
    return str(value)

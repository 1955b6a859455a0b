"""`/api/areas`: the counties as GeoJSON, each with how it stands in the latest year."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import shapely
from fastapi import APIRouter, Request, Response

from lantu.core.finding import Answer, worst
from lantu.store import OUTLINE
from lantu.web.answers import json_answer
from lantu.web.geojson import geometry_json
from lantu.web.models import Areas
from lantu.web.site import Site, TheSite

router = APIRouter(prefix="/api", tags=["areas"])

_CODE = "XZQDM"


@router.get("/areas", summary="县级行政区 / counties", response_model=Areas)
def areas(request: Request, site: TheSite) -> Response:
    """Return every county with its outline and the worst answer of the latest year's targets."""
    outlines = _outlines(site)
    answers = _answers(site)
    features = [
        {
            "type": "Feature",
            "id": code,
            "properties": {
                "code": code,
                "name": name,
                "worst": worst(answers.get(code, ())).value,
                "counts": Counter(answer.value for answer in answers.get(code, ())),
            },
            "geometry": geometry_json(outlines.get(code)),
        }
        for code, name in site.areas().items()
    ]
    return json_answer(request, {"type": "FeatureCollection", "features": features})


def _answers(site: Site) -> dict[str, list[Answer]]:
    result = site.result()
    found: dict[str, list[Answer]] = {}
    if result is None:
        return found
    latest = max(result["years"], default=None)
    for row in result["rows"]:
        if row["year"] == latest:
            found.setdefault(row["area_code"], []).append(Answer(row["answer"]))
    return found


def _outlines(site: Site) -> dict[str, Any]:
    """Return area code → outline in degrees.

    A layer of one county's own is its outline, whatever its rows are called; the rows of a layer of the
    city or province above are outlines of the counties they name.
    """
    found: dict[str, Any] = {}
    for layer in sorted(site.drawn(OUTLINE, None), key=lambda layer: layer.area_code):
        opened = site.opened.get(layer.digest)
        found[layer.area_code] = shapely.union_all(opened.degrees)
        if _CODE in opened.attributes.column_names:
            codes = np.array(opened.attributes.column(_CODE).to_pylist(), dtype=object)
            for code in {str(code)[:6] for code in codes if code} - {layer.area_code}:
                mine = [str(each)[:6] == code for each in codes]
                found.setdefault(code, shapely.union_all(opened.degrees[mine]))
    return found

"""`/api/conflicts`: numbered conflicts with their ground; who deals with them stays in the office."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from lantu.conflicts.rules import pairs_of
from lantu.store.conflicts import Conflict
from lantu.web import models
from lantu.web.answers import json_answer
from lantu.web.geojson import geometry_json
from lantu.web.site import Site, TheSite

router = APIRouter(prefix="/api", tags=["conflicts"])

AreaQuery = Annotated[str | None, Query(description="缺省为全部 / all where absent", max_length=12)]


@router.get("/conflicts", summary="规划矛盾 / conflicts", response_model=models.Conflicts)
def conflicts(request: Request, site: TheSite, area: AreaQuery = None) -> Response:
    """Return the conflicts of one county, or of all; none of an area that has none."""
    found = site.home.conflicts.list(areas=None if area is None else [area])
    titles = {each.code: each.title.to_json() for each in pairs_of(site.book)}
    return json_answer(request, {"rows": [_plain(site, each, titles) for each in found]})


def _plain(site: Site, conflict: Conflict, titles: dict[str, dict[str, str]]) -> dict[str, Any]:
    (shape,) = site.home.plane.to_geographic(np.array([conflict.shape], object))
    return {
        "number": conflict.number, "area_code": conflict.area_code, "pair": conflict.pair,
        "title": titles.get(conflict.pair, {"zh": conflict.pair, "en": conflict.pair}),
        "type": conflict.type, "severity": conflict.severity, "state": conflict.state,
        "present": conflict.present, "area_m2": str(conflict.area_m2), "place": list(conflict.place),
        "sides": conflict.facts["sides"], "classes": conflict.facts["classes"],
        "deadline": conflict.deadline, "outcome": conflict.outcome, "geometry": geometry_json(shape),
    }  # fmt: skip

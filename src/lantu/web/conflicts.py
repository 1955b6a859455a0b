"""`/api/conflicts`: numbered conflicts with their ground; who deals with them stays in the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from lantu.conflicts.rules import Pair, pairs_of
from lantu.lawbook import Lawbook
from lantu.store.conflicts import Conflict
from lantu.web import judged_models as models
from lantu.web.answers import json_answer
from lantu.web.geojson import geometry_json
from lantu.web.site import Site, TheSite

router = APIRouter(prefix="/api", tags=["conflicts"])

LAND = "dltb_dlbm_2020"
"""The code list that a conflict's land is told by."""

AreaQuery = Annotated[str | None, Query(description="缺省为全部 / all where absent", max_length=12)]


@router.get("/conflicts", summary="规划矛盾 / conflicts", response_model=models.Conflicts)
def conflicts(request: Request, site: TheSite, area: AreaQuery = None) -> Response:
    """Return the conflicts of one county, or of all; none of an area that has none."""
    found = site.home.conflicts.list(areas=None if area is None else [area])
    pairs = {each.code: each for each in pairs_of(site.book)}
    return json_answer(request, {"rows": [_plain(site, each, pairs.get(each.pair)) for each in found]})


def _plain(site: Site, conflict: Conflict, pair: Pair | None) -> dict[str, Any]:
    """Return a conflict as the service tells it; `pair` is None for one that the lawbook has no longer."""
    (shape,) = site.home.plane.to_geographic(np.array([conflict.shape], object))
    facts, same = conflict.facts, {"zh": conflict.pair, "en": conflict.pair}
    return {
        "number": conflict.number, "area_code": conflict.area_code, "pair": conflict.pair,
        "title": pair.title.to_json() if pair else same,
        "relation": facts.get("relation", pair.relation if pair else None),
        "sources": [f"{each.id} {each.article or ''}".rstrip() for each in pair.sources] if pair else [],
        "verified": pair is not None and pair.verified,
        "type": conflict.type, "severity": conflict.severity, "state": conflict.state,
        "present": conflict.present, "area_m2": str(conflict.area_m2), "place": list(conflict.place),
        "sides": [_side(site.book, each) for each in facts["sides"]],
        "classes": None if facts["classes"] is None else [
            each | {"name": site.book.code_lists[LAND].name(each["code"])} for each in facts["classes"]
        ],
        "deadline": conflict.deadline, "outcome": conflict.outcome, "geometry": geometry_json(shape),
    }  # fmt: skip


def _side(book: Lawbook, side: Mapping[str, Any]) -> dict[str, Any]:
    """Return a side with the names of its kind and of its fields."""
    says = [
        [
            {"title": _field(book, each["field"]), "value": each["value"], "name": each["name"]}
            for each in saying
        ]
        for saying in side.get("says", ())
    ]
    told = {"plan": side.get("plan"), "says": says, "says_count": side.get("says_count", len(says))}
    return {**side, **told, "name": _kind(book, side["kind"])}


def _field(book: Lawbook, name: str) -> dict[str, str]:
    known = book.fields.get(name)
    return known.title.to_json() if known else {"zh": name, "en": name}


def _kind(book: Lawbook, kind: str) -> dict[str, str]:
    known = book.layer_kinds.get(kind)
    return known.name.to_json() if known else {"zh": kind, "en": kind}

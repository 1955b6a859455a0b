"""`/api/notes`: what one should know beside the answers: a damaged layer, a county without targets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lantu.web.answers import json_answer
from lantu.web.models import Notes
from lantu.web.site import TheSite, check_area

router = APIRouter(prefix="/api", tags=["notes"])


@router.get("/notes", summary="监测说明 / notes", response_model=Notes)
def notes(
    request: Request,
    site: TheSite,
    area: Annotated[str | None, Query(description="缺省为全部 / all where absent", max_length=12)] = None,
) -> Response:
    """Return the latest run's notes: what hampered it, said once and not with every answer."""
    result = site.measured()
    if area is not None:
        check_area(result, area)
    return json_answer(request, {"rows": [n for n in result["notes"] if area in (None, n["area_code"])]})

"""`/api/findings`: patches of change that a rule has something to say about."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lantu.web.answers import json_answer
from lantu.web.models import Findings
from lantu.web.site import TheSite, check_area

router = APIRouter(prefix="/api", tags=["findings"])


@router.get("/findings", summary="变化图斑 / findings", response_model=Findings)
def findings(
    request: Request,
    site: TheSite,
    area: Annotated[str | None, Query(description="缺省为全部 / all where absent", max_length=12)] = None,
) -> Response:
    """Return the latest run's findings with place, geometry, clause and inputs."""
    result = site.measured()
    if area is not None:
        check_area(result, area)
    return json_answer(request, {"rows": [f for f in result["findings"] if area in (None, f["area_code"])]})

"""`/api/findings`: patches of change that a rule has something to say about, and those too small to list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from lantu.web.answers import json_answer
from lantu.web.models import BelowThresholds, Findings
from lantu.web.site import Site, TheSite, check_area

router = APIRouter(prefix="/api", tags=["findings"])

AreaQuery = Annotated[str | None, Query(description="缺省为全部 / all where absent", max_length=12)]


@router.get("/findings", summary="变化图斑 / findings", response_model=Findings)
def findings(request: Request, site: TheSite, area: AreaQuery = None) -> Response:
    """Return the latest run's findings with place, geometry, clause and inputs."""
    return json_answer(request, {"rows": _of(site.measured(), "findings", area)})


@router.get(
    "/findings/below", summary="小于阈值的图斑 / patches below the threshold", response_model=BelowThresholds
)
def below(request: Request, site: TheSite, area: AreaQuery = None) -> Response:
    """Return how many patches of each year each rule left out as too small, and how much land they are."""
    rows = [{"title": _title(site, each["rule"]), **each} for each in _of(site.measured(), "below", area)]
    return json_answer(request, {"rows": rows})


def _of(result: Mapping[str, Any], part: str, area: str | None) -> list[dict[str, Any]]:
    if area is not None:
        check_area(result, area)
    return [row for row in result[part] if area in (None, row["area_code"])]


def _title(site: Site, code: str) -> dict[str, str]:
    """Return a rule's title; its code where the lawbook of now has it no more."""
    rule = site.book.change_rules.get(code)
    return rule.title.to_json() if rule else {"zh": code, "en": code}

"""`/api/targets`, `/api/series`: the approved targets against the state of a year, and over the years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from lantu.core.errors import NotFoundError
from lantu.web.answers import json_answer
from lantu.web.models import Series, Targets
from lantu.web.site import TheSite, check_area

router = APIRouter(prefix="/api", tags=["targets"])

AreaQuery = Annotated[str, Query(description="行政区代码 / area code, e.g. 220882", max_length=12)]


@router.get("/targets", summary="批复指标与现状 / targets against state", response_model=Targets)
def targets(
    request: Request,
    site: TheSite,
    area: Annotated[str | None, Query(description="缺省为全部 / all where absent", max_length=12)] = None,
    year: Annotated[int | None, Query(description="缺省为最近一年 / the latest where absent")] = None,
) -> Response:
    """Return the rows of one year, of one county or of all."""
    result = site.measured()
    if area is not None:
        check_area(result, area)
    if year is not None and year not in result["years"]:
        known = ", ".join(map(str, result["years"]))
        raise NotFoundError("web.no_such_year", year=year, known=known)
    chosen = max(result["years"]) if year is None else year
    rows = [r for r in result["rows"] if r["year"] == chosen and area in (None, r["area_code"])]
    return json_answer(request, {"rows": rows})


@router.get("/series", summary="指标历年值 / an indicator over the years", response_model=Series)
def series(
    request: Request,
    site: TheSite,
    area: AreaQuery,
    indicator: Annotated[str, Query(description="指标标识 / indicator id", max_length=80)],
) -> Response:
    """Return one indicator of one county over the years.

    An indicator with a target per year (water use) has one point per year: the target nearest ahead
    of that year that carries a figure speaks for it.
    """
    result = site.measured()
    check_area(result, area)
    mine = [r for r in result["rows"] if r["area_code"] == area and r["indicator_id"]]
    rows = [r for r in mine if r["indicator_id"] == indicator]
    if not rows:
        known = ", ".join(sorted({r["indicator_id"] for r in mine}))
        raise NotFoundError("web.no_such_indicator", area=area, indicator=indicator, known=known)
    points = [_point([r for r in rows if r["year"] == year]) for year in sorted({r["year"] for r in rows})]
    last = _speaks([r for r in rows if r["year"] == max(r["year"] for r in rows)])
    return json_answer(
        request, {"unit": last["unit"], "required": last["required"], "op": last["op"], "points": points}
    )


def _point(rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    row = _speaks(rows)
    return {"year": row["year"], "value": row["value"], "answer": row["answer"]}


def _speaks(rows: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return min(rows, key=lambda r: (r["required"] is None, r["value"] is None, r["target_year"] or 9999))

"""`/api/plans`: the plan tree with the version of each plan that stands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from lantu.plans import Plan
from lantu.store import Registered
from lantu.web.answers import json_answer
from lantu.web.models import Plans
from lantu.web.site import TheSite

router = APIRouter(prefix="/api", tags=["plans"])


@router.get("/plans", summary="规划 / plans", response_model=Plans)
def plans(request: Request, site: TheSite) -> Response:
    """Return all plans, upper levels first, each with its version in force and the approval of that."""
    current = {each.plan_id: each for each in site.home.registry.current()}
    rows = [_row(plan, current[plan.id]) for plan in site.home.registry.plans() if plan.id in current]
    return json_answer(request, {"rows": rows})


def _row(plan: Plan, standing: Registered) -> dict[str, Any]:
    version, approval = standing.version, standing.version.approval
    return {
        "id": plan.id,
        "area_code": plan.area_code,
        "area_name": version.area_name,
        "title": version.title,
        "level": version.level.value,
        "kind": version.kind.value,
        "period": list(version.period) if version.period else None,
        "version": standing.digest,
        "approval": {
            "document_number": approval.document_number,
            "date": approval.date.isoformat() if approval.date else None,
            "issuer": approval.issuer,
            "source": approval.source,
        },
        "target_count": len(version.targets),
        "parent": plan.parent,
    }

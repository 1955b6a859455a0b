"""A review as plain values: what `lantu review --json` prints and the service answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lantu.compliance.review import Judged
from lantu.runs.review_site import Reviewed, SiteReview


def plain_review(found: Reviewed, invented: bool) -> dict[str, Any]:
    """Return a review, without the shapes of affected parts."""
    return {
        "file": found.used.file,
        "digest": found.used.digest,
        "system": found.used.system,
        "notes": list(found.used.notes),
        "method": found.method,
        "lawbook": found.lawbook,
        "invented": invented,
        "project": {**found.project.about, **found.project.facts, "documents": list(found.project.documents)},
        "overlapping": [
            {"first": first, "second": second, "area_m2": area} for first, second, area in found.overlapping
        ],
        "sites": [_site(each, found.project.facts) for each in found.sites],
    }


def _site(site: SiteReview, project: Mapping[str, str]) -> dict[str, Any]:
    answer, found = site.answer, site.suggestion
    return {
        "site": answer.number,
        "area_m2": answer.area_m2,
        "day": site.opinion.day.isoformat(),
        "opinion": site.opinion.answer,
        "likely_zone": answer.likely
        and {"degrees": answer.likely.degrees, "area_code": answer.likely.area_code},
        "layers": sorted({each.layer.digest for each in (*answer.lines, *answer.land)}),
        "controls": [_judged(each, project) for each in site.opinion.judged],
        "suggestion": found
        and {
            "kept_m2": found.kept_m2,
            "shift": found.shift
            and {"east_m": found.shift.east_m, "north_m": found.shift.north_m, "opinion": found.answer},
            "reach_m": found.reach_m,
        },
    }


def _judged(judged: Judged, project: Mapping[str, str]) -> dict[str, Any]:
    branch = judged.branch
    return {
        "control": judged.control.code,
        "title": judged.control.title.to_json(),
        "layers": list(judged.control.layers),
        "status": judged.status,
        "answer": judged.answer,
        "affected_m2": judged.area_m2,
        "outcome": branch and branch.id,
        "why": branch and branch.why.to_json(),
        "fittings": [
            {"class": each.code, "area_m2": each.area_m2, "fit": each.fit} for each in judged.fittings
        ],
        "missing": None if judged.why is None else {"code": judged.why[0], **judged.why[1]},
        "documents": [
            {"id": each.id, "name": each.name.to_json(), "by": each.by.to_json(),
             "named_by_project": each in judged.at_hand,
             "asked_if": {name: sorted(values) for name, values in each.hangs_on(project).items()}}
            for each in judged.needed
        ],
        "sources": [{"id": each.id, "article": each.article} for each in branch.sources] if branch else [],
        "verified": branch.verified if branch else None,
    }  # fmt: skip

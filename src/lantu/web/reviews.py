"""`/api/review`: sites of a request against the controls. Nothing of the request is kept."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Response

from lantu.core.errors import InputError
from lantu.runs.review_site import Reviewed, project_of, review_file
from lantu.runs.review_values import plain_review
from lantu.web import judged_models as models
from lantu.web.geojson import geometry_json
from lantu.web.site import Site, TheSite

MOST_SITES, MOST_BYTES = 200, 16 * 1024 * 1024

router = APIRouter(prefix="/api", tags=["review"])


@router.post("/review", summary="合规审查 / review sites", response_model=models.Review)
def review(site: TheSite, asked: models.ReviewRequest) -> Response:
    """Review the sites; at most 200 of them at once."""
    name, text = _sites(asked)
    day = asked.day or datetime.now().astimezone().date()
    project = project_of(asked.project, "project", site.book)
    with tempfile.TemporaryDirectory(prefix="lantu-review-") as folder:
        file = Path(folder) / name
        file.write_text(text, "utf-8")
        found = review_file(
            site.home, file, day=day, project=project, crs=asked.crs, shapes=True, suggest=asked.suggest,
            most=MOST_SITES, reviewer=site.reviewer(day), book=site.book,
        )  # fmt: skip
    body = json.dumps(_plain(site, found), ensure_ascii=False, allow_nan=False, default=str).encode()
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _sites(asked: models.ReviewRequest) -> tuple[str, str]:
    """Return the name and text of the file that the request stands for."""
    given = [
        (name, text)
        for name, text in (
            ("sites.geojson", None if asked.geojson is None else json.dumps(asked.geojson)),
            ("sites.txt", asked.points), ("sites.wkt", asked.wkt),
        )
        if text is not None
    ]  # fmt: skip
    if len(given) != 1:
        raise InputError("web.which_sites")
    if len(given[0][1].encode()) > MOST_BYTES:
        raise InputError("web.sites_too_big", most=MOST_BYTES // 1024 // 1024)
    return given[0]


def _plain(site: Site, found: Reviewed) -> dict[str, Any]:
    value = plain_review(found, site.home.invented)
    for told, each in zip(value["sites"], found.sites, strict=True):
        for control in told["controls"]:
            part = each.parts.get(control["control"])
            if part is not None and not part.is_empty:
                (shape,) = site.home.plane.to_geographic(np.array([part], object))
                control["geometry"] = geometry_json(shape)
    return value

"""`/report`: the latest monitoring report as a page of its own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from lantu.core.digest import digest_bytes
from lantu.core.errors import NotFoundError
from lantu.web.answers import bytes_answer, etag_of
from lantu.web.site import TheSite

router = APIRouter(tags=["report"])


@router.get(
    "/report",
    summary="监测报告 / monitoring report",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
)
def report(request: Request, site: TheSite) -> Response:
    """Return the report of the latest run, one self-contained HTML page."""
    page = site.report()
    if page is None:
        raise NotFoundError("web.no_report")
    body = page.read_bytes()
    return bytes_answer(request, body, "text/html; charset=utf-8", etag_of(digest_bytes(body)))

"""`/api/approvals/{source}`: an approval's text with the duties read out of it and the questions left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from lantu.core.errors import NotFoundError
from lantu.web.answers import json_answer
from lantu.web.models import ApprovalText
from lantu.web.site import TheSite

router = APIRouter(prefix="/api", tags=["approvals"])


@router.get("/approvals/{source}", summary="批复原文 / an approval", response_model=ApprovalText)
def approval(
    request: Request,
    site: TheSite,
    source: Annotated[
        str,
        Path(
            description="批复文件摘要的十六进制部分 / hexadecimal digest of the file, of a target's clause",
            pattern=r"^(sha256:)?[0-9a-f]{64}$",
        ),
    ],
) -> Response:
    """Return an approval as it was read; spans count Unicode code points of `text`.

    A file that holds several documents gives the duties and questions of all of them.
    """
    try:
        found = site.home.registry.approval(source)
    except NotFoundError:
        raise NotFoundError("web.no_such_approval", source=source) from None
    readings = _latest(found.readings)
    return json_answer(
        request,
        {
            "text": found.text,
            "document_number": _joined(reading.get("document_number") for reading in readings),
            "title": _joined(reading.get("title") for reading in readings),
            "date": _joined(reading.get("date") for reading in readings),
            "duties": [duty for reading in readings for duty in reading.get("duties", ())],
            "questions": [question for reading in readings for question in reading.get("questions", ())],
        },
    )


def _latest(readings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the latest reading of each document: a better reader may have read the file again."""
    return list({(r.get("title"), r.get("document_number")): r for r in readings}.values())


def _joined(values: Iterable[Any]) -> str | None:
    return "；".join(dict.fromkeys(str(value) for value in values if value)) or None

"""`/api/approvals/{source}`: the text of a file of replies, with what was read out of each reply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """Return a file of replies as it was read; spans count Unicode code points of `text`.

    A file may hold several replies: each has the areas whose plans it approves, and its own duties and
    questions.
    """
    try:
        found = site.home.registry.approval(source)
    except NotFoundError:
        raise NotFoundError("web.no_such_approval", source=source) from None
    replies = [_reply(reading) for reading in _latest(found.readings)]
    return json_answer(request, {"text": found.text, "replies": replies})


def _reply(reading: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": reading.get("title"),
        "document_number": reading.get("document_number"),
        "date": reading.get("date"),
        "areas": list(dict.fromkeys(plan["area"] for plan in reading.get("plans", ()))),
        "duties": list(reading.get("duties", ())),
        "questions": list(reading.get("questions", ())),
    }


def _latest(readings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the latest reading of each reply: a better reader may have read the file again.

    A reply without title and number is known by its place in the file.
    """
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for reading in readings:
        name = (reading.get("title"), reading.get("document_number"))
        found[name if any(name) else ("at", *(reading.get("span") or ()))] = reading
    return list(found.values())

"""How an answer leaves: JSON or bytes with an ETag, so that an unchanged one costs a client nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lantu.core.digest import digest_bytes, digest_json, short

HEADERS: Mapping[str, str] = {
    # Nothing from outside; styles that the widgets set on elements are the one thing inline.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REVALIDATE = "no-cache"
"""Kept by the client, asked for again each time: data may change under the same address."""


def json_answer(request: Request, value: Any) -> Response:
    """Answer with JSON, or 304 where the client has it already. Decimals must be text by now."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return bytes_answer(request, body, "application/json", etag_of(digest_bytes(body)))


def bytes_answer(request: Request, body: bytes, media_type: str, etag: str) -> Response:
    """Answer with bytes; 304 where the client has them, 204 where there are none."""
    headers = {"ETag": etag, "Cache-Control": REVALIDATE}
    if knows(request, etag):
        return Response(status_code=304, headers=headers)
    if not body:
        return Response(status_code=204, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def etag_of(*parts: str) -> str:
    """Return a weak ETag over digests: compression on the way may change the bytes, not what they say."""
    return f'W/"{short(parts[0] if len(parts) == 1 else digest_json(list(parts)), 32)}"'


def knows(request: Request, etag: str) -> bool:
    """Return whether `If-None-Match` names this ETag."""
    named = request.headers.get("if-none-match", "")
    mine = etag.removeprefix("W/")
    return named.strip() == "*" or any(tag.strip().removeprefix("W/") == mine for tag in named.split(","))


class FixedHeaders:
    """Puts the fixed headers on every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (n.encode(), v.encode())
                        for n, v in HEADERS.items()
                        if n.lower().encode() not in present
                    ),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)

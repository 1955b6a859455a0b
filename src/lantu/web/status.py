"""The one table of HTTP statuses, and the form in which every error leaves the server."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lantu.core.errors import (
    BusyError,
    ConflictError,
    InputError,
    IntegrityError,
    LantuError,
    LawbookError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from lantu.lawbook import message
from lantu.web.answers import HEADERS

STATUSES: dict[type[LantuError], int] = {
    InputError: 400,
    NotFoundError: 404,
    ConflictError: 409,
    BusyError: 503,
    StorageError: 500,
    IntegrityError: 500,
    LawbookError: 500,
    UnavailableError: 503,
}

_SHOWN = 80
"""Characters of a request that are said back."""

_log = logging.getLogger("lantu.web")


def status_of(error: LantuError) -> int:
    """Return the HTTP status of one of our errors."""
    return next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)


def error_body(code: str, **params: object) -> dict[str, Any]:
    """Return `{"error": {"code", "zh", "en"}}` of a message code."""
    return {"error": {"code": code, "zh": message(code, "zh", **params), "en": message(code, "en", **params)}}


def add_error_handlers(app: FastAPI) -> None:
    """Let every fault, ours or the framework's, leave in the one form; never a traceback."""

    @app.exception_handler(LantuError)
    def ours(request: Request, error: LantuError) -> JSONResponse:
        return JSONResponse(error_body(error.code, **error.params), status_of(error))

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "web.no_such_page", 405: "web.read_only"}.get(error.status_code, "web.bad_request")
        return JSONResponse(
            error_body(code, path=request.url.path, detail=str(error.detail)),
            error.status_code,
            headers=dict(error.headers or {}),
        )

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0] if error.errors() else {}
        name = ".".join(str(part) for part in first.get("loc", ())[1:])
        code = "web.missing_parameter" if first.get("type") == "missing" else "web.bad_parameter"
        value = str(first.get("input"))[:_SHOWN]
        return JSONResponse(error_body(code, path=request.url.path[:_SHOWN], name=name, value=value), 400)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        # The traceback follows in the server's own log; this answer leaves outside of all middleware.
        _log.error("%s %s: %s", request.method, request.url.path, type(error).__name__)
        return JSONResponse(error_body("web.unexpected", path=request.url.path), 500, headers=dict(HEADERS))

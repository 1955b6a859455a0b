"""The web application: resources, error form, headers, front end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from lantu import __version__
from lantu.web import (
    approvals,
    areas,
    conflicts,
    features,
    findings,
    layers,
    meta,
    notes,
    plans,
    report,
    reviews,
    targets,
    tiles,
)
from lantu.web.answers import FixedHeaders
from lantu.web.front_end import FOLDER, add_front_end
from lantu.web.models import Problem
from lantu.web.site import Site
from lantu.web.status import add_error_handlers

RESOURCES = (
    meta, areas, targets, findings, notes, plans, approvals, layers, tiles, features, conflicts, reviews,
    report,
)  # fmt: skip


def create_app(home_path: Path, *, front_end: Path = FOLDER) -> FastAPI:
    """Put the application together over one home, which it only ever reads.

    Args:
        home_path: the home folder.
        front_end: folder of the built map page.

    Raises:
        NotFoundError: `web.no_data` where the home has nothing to show.
    """
    app = FastAPI(
        title="Lantu 蓝图",
        version=__version__,
        description="国土空间规划实施监督：批复指标、现状、变化与控制线。"
        " What was approved, how the land stands, and why.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # the stock pages load their scripts from another host
        redoc_url=None,
        responses={
            304: {"description": "未变：If-None-Match 与 ETag 相符 / unchanged"},
            400: {"model": Problem, "description": "请求有误 / malformed"},
            404: {"model": Problem, "description": "没有 / not found"},
            500: {"model": Problem, "description": "数据损坏或服务器出错 / damaged data or a fault"},
        },
    )
    app.state.site = Site.at(home_path)
    for resource in RESOURCES:
        app.include_router(resource.router)
    add_front_end(app, front_end)
    add_error_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)
    app.add_middleware(FixedHeaders)
    _drop_default_problem(app.openapi())
    return app


def _drop_default_problem(document: dict[str, Any]) -> None:
    """Take the framework's own form of a malformed request out of the document: ours is 400."""
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)

"""The built map page, or a plain page that says how to build it."""

from __future__ import annotations

from html import escape
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from lantu.lawbook import message
from lantu.web.answers import REVALIDATE

FOLDER = Path(__file__).parent / "static"
_INDEX = "index.html"
_HASHED = "assets"
_LINKS = ("/report", "/api/meta", "/api/targets", "/api/layers", "/api/openapi.json")


class _FrontEnd(StaticFiles):
    """The built files; looks at the disk at each request, so a page built later is found."""

    async def check_config(self) -> None:
        """Let the folder be absent: `/` then says how to build it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        inner = _INDEX if path in ("", ".") else path
        try:
            response = await super().get_response(inner, scope)
        except HTTPException as error:
            if inner == _INDEX and error.status_code == 404:
                return HTMLResponse(_how_to_build(), 503, {"Cache-Control": "no-store"})
            raise
        # A file with its content's hash in its name never changes; the page that names them does.
        kept = Path(inner).parts[:1] == (_HASHED,)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else REVALIDATE
        return response


def add_front_end(app: FastAPI, folder: Path = FOLDER) -> None:
    """Serve the page at `/` and its files beside it; add it last, it answers every address left."""
    app.mount("/", _FrontEnd(directory=folder, check_dir=False), name="front_end")


def _how_to_build() -> str:
    rows = "".join(
        f"<p lang='{lang}'>{escape(message('web.front_end_missing', lang))}</p>" for lang in ("zh", "en")
    )
    links = "".join(f"<li><a href='{path}'>{path}</a></li>" for path in _LINKS)
    title = escape(message("web.page_title"))
    return (
        f"<!DOCTYPE html><html lang='zh-CN'><meta charset='utf-8'><title>{title}</title>"
        "<style>body{font:16px/1.8 sans-serif;max-width:44em;margin:4em auto;padding:0 1em}</style>"
        f"<h1>{title}</h1>{rows}<ul>{links}</ul></html>"
    )

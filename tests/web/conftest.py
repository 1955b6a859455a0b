"""The tiny world and a second county with a plan and no layer, measured and reported, behind the real app."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI

from lantu.runs.measure import measure
from lantu.runs.register_plan import read_replies, register_approval
from lantu.runs.write_report import write_report
from lantu.store import Home
from lantu.web.app import create_app
from world_home import world_home

Answer = TypeVar("Answer")
PAGE = b"<!DOCTYPE html><title>page</title>"
SCRIPT = b"export const answer = 42\n" * 100
# U+1001B0 stands for a decimal point, as in many published replies; like 𬇹 it lies beyond U+FFFF.
REPLY = """示例省人民政府关于镇赉县国土空间总体规划（2021—2035年）的批复
示例函〔2024〕2号
镇赉县人民政府：
\N{CJK UNIFIED IDEOGRAPH-2C1F9}水之滨的镇赉县，你县上报的规划收悉。现批复如下：
一、原则同意《镇赉县国土空间总体规划（2021—2035年）》。
二、到2035年，镇赉县耕地保有量不低于311\U001001b033万亩，其中永久基本农田保护面积不低于261\U001001b077万亩；生态保护红线面积不低于1316\U001001b046平方千米。
三、规划一经批准，不得随意修改。建立规划全生命周期管理，健全社会监督。
示例省人民政府
2024年6月11日
"""


def _finished(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end in a thread of its own: the page tests keep a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Client:
    """Asks an app as over a wire: a fault inside it comes as an answer."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, address: str, **more: Any) -> httpx.Response:
        return self.ask("GET", address, **more)

    def ask(
        self,
        method: str,
        address: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://lantu.test") as client:
                return await client.request(method, address, params=params, headers=headers, json=json)

        return _finished(once())

    def get_raw(self, target: str) -> httpx.Response:
        """Ask for a path exactly as written: clients tidy `..` away, attackers do not."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": unquote(target), "raw_path": target.encode(), "root_path": "",
            "query_string": b"", "headers": [], "server": ("lantu.test", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        _finished(self.app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent)
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)


@pytest.fixture(scope="session")
def world_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home; nobody changes it."""
    folder = tmp_path_factory.mktemp("web")
    home = world_home(folder / "home")
    reply = folder / "reply.txt"
    reply.write_text(REPLY, encoding="utf-8")
    for document, readings in read_replies([reply]):
        register_approval(home, document, readings)
    measure(home)
    write_report(home, made_at=datetime(2026, 1, 1, tzinfo=UTC))
    home.close()
    return folder / "home"


@pytest.fixture
def own_path(world_path: Path, tmp_path: Path) -> Path:
    """A copy of the home to spoil or add to."""
    return Path(shutil.copytree(world_path, tmp_path / "home"))


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the front end's build leaves it."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "assets").mkdir()
    (folder / "index.html").write_bytes(PAGE)
    (folder / "assets/index-abc123.js").write_bytes(SCRIPT)
    (folder.parent / "secret.txt").write_text("not for you")
    return folder


@pytest.fixture(scope="session")
def client_of(page: Path) -> Callable[[Path], Client]:
    """Open a client of the app over any home."""
    return lambda home: Client(create_app(home, front_end=page))


@pytest.fixture(scope="session")
def client(client_of: Callable[[Path], Client], world_path: Path) -> Client:
    return client_of(world_path)


@pytest.fixture(scope="session")
def world_layers(world_path: Path) -> dict[tuple[str, int | None], str]:
    """(kind, year) → digest, hex only."""
    home = Home.open(world_path, create=False)
    found = {(layer.kind, layer.year): layer.digest.removeprefix("sha256:") for layer in home.layers.list()}
    home.close()
    return found


def problem(answer: Any) -> dict[str, Any]:
    """Return the one error form, checked: a code and a sentence in each language, filled in, no traceback."""
    body = answer.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "zh", "en"}
    for sentence in (body["error"]["zh"], body["error"]["en"]):
        assert sentence and not re.search(r"\{\w+\}", sentence) and "Traceback" not in sentence
        assert body["error"]["code"] not in sentence  # an unknown code would show itself
    return dict(body["error"])

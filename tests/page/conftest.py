"""A small real home, the real server over it, and Debian's Chromium in front: everything as a user has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

CHROMIUM = Path(os.environ.get("LANTU_CHROMIUM", "/usr/bin/chromium"))
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "src/lantu/web/static/index.html"
PICTURES = ROOT / "test-output"
LANTU = [sys.executable, "-c", "from lantu.cli.main import main; main()"]
SCALE = "0.1"
LATE, TOLERATED = "220882-MD-0001", "220882-MD-0002"
"""A conflict with a deadline long past, and one that was closed."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say why nothing here runs on a machine without a browser or without the built page."""
    why = None
    if not CHROMIUM.exists():
        why = f"no Chromium at {CHROMIUM}: apt-get install chromium, or name one in LANTU_CHROMIUM"
    elif not PAGE.exists():
        why = "the map page is not built: run npm ci and npm run build in frontend/"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if why:
                item.add_marker(pytest.mark.skip(reason=why))


def lantu(*words: object) -> None:
    """Run a command as a shell would."""
    done = subprocess.run(
        [*LANTU, *map(str, words)], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, f"lantu {' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample at a small scale, registered and measured, its conflicts numbered."""
    folder = tmp_path_factory.mktemp("page") / "home"
    lantu("demo", "--no-serve", "--scale", SCALE, "--home", folder)
    for deed in (
        ("assign", LATE, "--to", "甲", "--deadline", "2025-01-31"),
        ("propose", TOLERATED, "--text", "另行选址"),
        ("decide", TOLERATED, "--outcome", "tolerate", "--reason", "试验"),
    ):
        lantu("conflict", *deed, "--by", "乙", "--home", folder)
    return folder


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """`lantu serve` on a free port."""
    server = subprocess.Popen(
        [*LANTU, "serve", "--home", str(home), "--port", "0", "--json"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stdout
        yield json.loads(server.stdout.readline())["address"].rstrip("/")
    finally:
        server.terminate()
        server.wait(120)


@pytest.fixture(scope="session")
def ask(address: str) -> Iterator[httpx.Client]:
    """The API, to know what the page should show."""
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium; root may not use its sandbox."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="the Python package playwright is not installed"
    )
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Window:
    """A browser window that writes down what goes wrong and whom it asks."""

    page: Any
    address: str
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, hash_: str = "") -> Any:
        """Open the page anew and wait for the counties."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}/{hash_}")
        self.page.get_by_test_id("county").first.wait_for(state="attached")
        return self.page

    def picture(self, name: str) -> None:
        """Save what is seen now, once everything asked for is here."""
        PICTURES.mkdir(exist_ok=True)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(700)
        self.page.screenshot(path=str(PICTURES / f"{name}.png"))

    def outside(self) -> list[str]:
        """Return every request that left for another host."""
        here = urlsplit(self.address).netloc
        return [
            url
            for url in self.asked
            if urlsplit(url).netloc != here and not url.startswith(("data:", "blob:", "about:"))
        ]


@pytest.fixture
def open_window(browser: Any, address: str) -> Iterator[Any]:
    """Open windows of any size; all are closed after the test."""
    contexts = []

    def new(width: int = 1280, height: int = 720) -> Window:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce"
        )
        contexts.append(context)
        window = Window(context.new_page(), address)
        window.page.on("request", lambda request: window.asked.append(request.url))
        window.page.on("pageerror", lambda error: window.errors.append(str(error)))
        window.page.on(
            "console", lambda line: window.errors.append(line.text) if line.type == "error" else None
        )
        return window

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def window(open_window: Any) -> Iterator[Window]:
    """A window of the smallest desk size; the test fails on anything the browser complains of."""
    window = open_window()
    yield window
    assert window.errors == []
    assert window.outside() == []

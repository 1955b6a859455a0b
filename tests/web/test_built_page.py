"""The built page asks nobody but its own server."""

from __future__ import annotations

import json
import re

import pytest

from lantu.web.front_end import FOLDER

# Names of XML namespaces and coordinate systems, and where a library's own warnings send a programmer.
NAMES = {"www.w3.org", "www.opengis.net", "vuejs.org", "element-plus.org"}
LOCK = FOLDER.parents[3] / "frontend/package-lock.json"

built = pytest.mark.skipif(
    not (FOLDER / "index.html").exists(), reason="the map page is not built: npm run build in frontend/"
)


@built
def test_no_file_names_an_outside_host() -> None:
    hosts = set()
    files = [file for file in FOLDER.rglob("*") if file.suffix in {".html", ".js", ".css", ".svg", ".json"}]
    assert len(files) > 4
    for file in files:
        text = file.read_text(encoding="utf-8")
        hosts |= set(re.findall(r"(?:https?:|wss?:)//([\w.-]+\.[a-z]{2,})", text))
        loaded = re.findall(r"""(?:src|href|url\(|@import)\s*[=(]?\s*["']?(//[^"')\s]+)""", text)
        assert loaded == [], file.name
    assert hosts <= NAMES


@built
def test_the_page_loads_only_its_own_files() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    loaded = re.findall(r"<(?:script|link)[^>]* (?:src|href)=\"([^\"]+)\"", page)
    assert loaded
    for path in loaded:
        assert path.startswith("/") and (FOLDER / path.lstrip("/")).is_file(), path
    assert "<script>" not in page  # the content policy would refuse it


@pytest.mark.skipif(not LOCK.exists(), reason="installed without the source tree")
def test_the_lock_file_carries_no_addresses() -> None:
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 100
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all(
        "integrity" in package for name, package in packages.items() if name and not package.get("link")
    )

"""What the pages say can be followed: links lead somewhere, commands exist, terms have their folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from lantu.cli.main import COMMANDS, command

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "frontend/*.md", "tests/**/*.md")
    for page in ROOT.glob(pattern)
    if "node_modules" not in page.parts
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    inside = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lines = [
        line.partition(" #")[0]
        for block in re.findall(r"```sh\n(.*?)```", text, re.S)
        for line in block.splitlines()
    ]
    for line in (line for line in lines if line.startswith("lantu ")):
        words = shlex.split(line)[1:]
        assert words[0] in COMMANDS, line
        found: Any = command(words.pop(0))
        while hasattr(found, "commands"):
            # `lantu overlay LEFT RIGHT` leaves its first command unsaid.
            inner = words.pop(0) if words[0] in found.commands else "areas"
            found = found.commands[inner]
        options = {name for option in found.params for name in (*option.opts, *option.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_the_glossary_points_into_the_tree() -> None:
    rows = re.findall(
        r"^\|[^|]+\|[^|]+\| (`[^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.M
    )
    places = [place for row in rows for place in re.findall(r"`([^`]+)`", row)]
    assert places
    gone = [p for p in places if not ((ROOT / "src/lantu" / p).exists() or (ROOT / p).exists())]
    assert gone == []

"""docs/rules is made from the rules: `make rule-pages`."""

from __future__ import annotations

from pathlib import Path

from lantu.lawbook import load
from lantu.runs.rule_pages import pages

FOLDER = Path(__file__).parents[2] / "docs/rules"


def test_every_rule_has_its_page_as_it_stands() -> None:
    made = pages(load())
    assert sorted(made) == sorted(each.name for each in FOLDER.glob("*.md"))
    stale = [name for name, text in made.items() if (FOLDER / name).read_text("utf-8") != text]
    assert stale == [], "run `make rule-pages`"

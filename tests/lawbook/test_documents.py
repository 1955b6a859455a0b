"""The documents about the lawbook cannot drift from it."""

from __future__ import annotations

import re
from pathlib import Path

import lantu
from lantu.lawbook import load
from lantu.lawbook.kinds import KINDS

REPOSITORY = Path(__file__).parents[2]
GUIDE = (REPOSITORY / "docs/formats/lawbook.md").read_text(encoding="utf-8")
GLOSSARY = (REPOSITORY / "docs/glossary.md").read_text(encoding="utf-8")


def test_the_examples_of_the_guide_are_a_sound_lawbook(tmp_path):
    pages = re.findall(r"^```(?:yaml|csv) (\S+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    for name, text in pages:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    book = load(tmp_path)
    assert book.indicators and book.change_rules and book.parameters and book.layer_kinds and book.messages
    assert all(any(Path(name).match(kind.pattern) for name, _ in pages) for kind in KINDS)


def test_the_glossary_leads_to_places_that_exist():
    rows = re.findall(r"^\| (?!English|---)(.+?) \| (.+?) \| `(.+?)` \| (.+?) \|$", GLOSSARY, re.MULTILINE)
    assert len(rows) >= 60
    assert len({english for english, *_ in rows}) == len(rows)
    source = Path(lantu.__file__).parent
    absent = [place for _, _, place, _ in rows if not (source / place).exists()]
    assert absent == []

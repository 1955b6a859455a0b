"""The files of a package report as tests look into them."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

OVERLAP_M2 = 415.93
"""4 m × 104 m in the zone, 80 km from its meridian: 416 / 1.0000788² = 415.93."""


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(path: Path | BytesIO, number: int) -> tuple[ElementTree.Element, list[list[tuple[str, str]]]]:
    """Return a sheet's XML and its cells as (type, text)."""
    with zipfile.ZipFile(path) as book:
        strings = [
            "".join(text.itertext())
            for text in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{MAIN}si")
        ]
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    rows = []
    for row in root.iter(f"{MAIN}row"):
        cells = []
        for cell in row.iter(f"{MAIN}c"):
            kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v") or ""
            cells.append((kind, strings[int(value)] if kind == "s" else value))
        rows.append(cells)
    return root, rows


class Outline(HTMLParser):
    """Checks that tags pair, and collects what is read and whom it asks."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.asks: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.asks += [str(found[name]) for name in ("src", "href", "action", "xlink:href") if name in found]
        self.ids += [str(found["id"])] if "id" in found else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline_of(path: Path) -> Outline:
    outline = Outline()
    outline.feed(path.read_text(encoding="utf-8"))
    assert outline.open == []
    return outline


def plain_text(path: Path) -> str:
    return re.sub(r"\s+", " ", " ".join(outline_of(path).text))

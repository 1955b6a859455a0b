"""Reports as a browser prints them: nothing that heads stands alone, no page is left half empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdfium2 import raw

from lantu.runs.measure import measure
from lantu.runs.package_report.write import write
from lantu.runs.write_report import write_report
from runs.checked_package import WHEN, world
from world_home import world_home

MM = 72 / 25.4
PAPER, FOOT, HEAD = 297 * MM, 20 * MM, 22 * MM
"""A4 and the margins of the page's style, in points."""

HEADING = (255, 0, 255)
MARKED = """
svg { visibility: hidden; }
h2, h2 *, h3, h3 *, h4, h4 *, caption, caption *, thead th, thead th *, dt, dt *, .county-head * {
  color: #f0f !important; }
"""


@dataclass(frozen=True)
class Sheet:
    """A printed page: its words, where the lowest lies (points above the foot of the text), what it is."""

    text: str
    left: float
    heads: bool


def printed(browser: Any, report: Path, language: str, lower_mm: int) -> list[Sheet]:
    """Print a report whose first words stand a little lower, with all that heads in a colour of its own."""
    page = browser.new_page()
    try:
        page.goto(report.as_uri())
        page.locator(f"#{language}").check()
        page.add_style_tag(content=f"{MARKED} .title {{ padding-top: {lower_mm}mm; }}")
        data = page.pdf(prefer_css_page_size=True, print_background=True)
    finally:
        page.close()
    with pypdfium2.PdfDocument(data) as document:
        return [sheet(page.get_textpage()) for page in document]


def sheet(words: Any) -> Sheet:
    lowest, at, seen = PAPER, -1, []
    for index in range(words.count_chars()):
        _, bottom, _, top = words.get_charbox(index)
        letter = words.get_text_range(index, 1)
        if letter.strip() and bottom >= FOOT - 1 and top <= PAPER - HEAD + 1:
            seen.append(letter)
            if bottom < lowest:
                lowest, at = bottom, index
    return Sheet("".join(seen), lowest - FOOT, at >= 0 and colour(words, at) == HEADING)


def colour(words: Any, index: int) -> tuple[int, ...]:
    red, green, blue, alpha = (raw.c_uint() for _ in range(4))
    assert raw.FPDFText_GetFillColor(words, index, red, green, blue, alpha)
    return red.value, green.value, blue.value


@pytest.fixture(scope="module")
def many(home: Path) -> Path:
    """Four counties with some twenty patches each."""
    return next(home.glob("runs/measure-*/report.html"))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One county with a handful."""
    home = world_home(tmp_path_factory.mktemp("few") / "home")
    measure(home)
    return write_report(home, made_at=datetime(2026, 1, 31, tzinfo=UTC)).path


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The check of a package, each rule with its own head."""
    found, folder = world(), tmp_path_factory.mktemp("package")
    write(found.checked, found.work, folder, made_at=WHEN)
    return folder / "report.html"


@pytest.mark.parametrize(
    ("which", "language", "lower_mm"),
    [
        ("many", "zh", 0), ("many", "zh", 33), ("many", "zh", 71), ("many", "en", 0), ("many", "en", 52),
        *((which, language, lower) for which in ("few", "package") for language in ("zh", "en")
          for lower in (0, 45, 90, 135)),
    ],
)  # fmt: skip
def test_headings_stay_with_what_they_head_and_pages_are_filled(
    browser: Any, which: str, language: str, lower_mm: int, request: pytest.FixtureRequest
) -> None:
    sheets = printed(browser, request.getfixturevalue(which), language, lower_mm)
    assert len(sheets) >= (20 if which == "many" else 4)
    assert all(each.text for each in sheets)
    assert [(n, each.text[-40:]) for n, each in enumerate(sheets, 1) if each.heads] == []
    # A map with its head is about half a page high and is never cut: so much may be left, no more.
    room = PAPER - HEAD - FOOT
    assert [(n, round(each.left)) for n, each in enumerate(sheets[:-1], 1) if each.left > room * 0.55] == []


def test_a_long_list_is_followed_at_once_by_the_next_section(browser: Any, many: Path) -> None:
    second = printed(browser, many, "zh", 0)[1].text
    assert "合计" in second and "二、批复指标与现状对照" in second

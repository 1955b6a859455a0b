"""`report.html`: the check as one page that asks nothing from outside, in Chinese and English."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from jinja2 import Environment
from markupsafe import Markup

from lantu import __version__
from lantu.lawbook import Words
from lantu.quality.findings import Status
from lantu.runs.package_report.arrange import Report
from lantu.runs.package_report.pictures import MOST_DETAILS, Pictures
from lantu.runs.package_report.sentences import clean, hectares, survey_text, system, word
from lantu.runs.pages.page import both, environment

FILE = "report.html"
MOST_LISTED = 200
"""Findings of one rule that the page lists; the rest is counted, and said to be."""
MOST_HOLDING = 10
"""Findings of one rule in the section of those that hold the package back; more are in their category."""


def render(report: Report, drawn: Pictures, made_at: datetime) -> str:
    """Set the page."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            checked=report.checked,
            county=Markup(drawn.county) if drawn.county else None,
            kinds=drawn.kinds,
            details={number: Markup(svg) for number, svg in drawn.details.items()},
            left_out=drawn.left_out,
            made_at=made_at.isoformat(sep=" ", timespec="minutes")[:16],
            version=__version__,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment("lantu.runs.package_report", "report.css")
    made.globals |= {
        "word": lambda group, name: _both(word(group, name)),
        "words": _both,
        "clean": clean,
        "hectares": hectares,
        "survey_text": survey_text,
        "system": system,
        "MOST_DETAILS": MOST_DETAILS,
        "MOST_LISTED": MOST_LISTED,
        "MOST_HOLDING": MOST_HOLDING,
        "Status": Status,
    }
    return made


def _both(said: Words) -> Markup:
    return both(said.zh, said.en)

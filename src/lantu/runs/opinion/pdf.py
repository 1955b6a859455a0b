"""The opinion on paper, typeset by Typst from `opinion.typ`."""

from __future__ import annotations

from dataclasses import asdict

from lantu.runs.opinion.model import Issue, Page
from lantu.runs.pages.maps import standing_alone
from lantu.runs.pages.page import read
from lantu.runs.pages.typeset import Press

BODY = ("FangSong", "STFangsong", "FangSong_GB2312", "Source Han Serif SC", "Noto Serif CJK SC", "SimSun")
"""What bureaus set their text in, and what comes nearest."""

CENTRED = "WenQuanYi"
"""Fonts whose brackets leave no half of their square free, which is taken away between two marks."""


def to_pdf(page: Page, issue: Issue, press: Press) -> bytes:
    """Typeset an opinion: the same bytes for the same page and issue.

    Raises:
        UnavailableError: as `Press.pdf`.
    """
    data = asdict(page)
    for picture in filter(None, (data["overview"], *data["maps"])):
        picture["svg"] = standing_alone(picture["svg"], press.family)
    fonts = {
        "body": press.best(*BODY), "head": press.family, "centred": press.family.startswith(CENTRED),
    }  # fmt: skip
    data |= {"fonts": fonts, "issue": issue.said(page)}
    return press.pdf(read("lantu.runs.opinion", "opinion.typ"), data, issue.made_at)

"""What the files of a package report say and how they print it: sentences, words, figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from lantu.core.units import convert, round_half_up
from lantu.lawbook import Words, message
from lantu.quality.reference import Survey
from lantu.runs.pages.page import LANGUAGES

_WORDS: Mapping[str, Callable[[str], str]] = {
    "severity": lambda name: f"quality.severity_{name}",
    "answer": lambda name: f"quality.answer_{name}",
    "category": lambda name: f"quality.category_{name}",
    "status": lambda name: f"quality.status_{name}",
    "verdict": lambda name: f"quality.verdict_{name}",
    "reach": lambda name: f"quality.reach_{name}",
    "verified": lambda name: f"quality_report.verified_{name}",
}
# What no file of a report can hold, or what would turn its text around.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean(text: object) -> str:
    """Return text from a package with the characters that no report can hold shown as �."""
    return _UNPRINTABLE.sub("\ufffd", str(text))


def sentence(code: str, params: Mapping[str, object]) -> Words:
    """Return a sentence in both languages; a parameter with `.zh` and `.en` speaks each."""
    zh, en = (
        clean(message(code, language, **{name: getattr(v, language, v) for name, v in params.items()}))
        for language in LANGUAGES
    )
    return Words(zh, en)


def word(group: str, name: str) -> Words:
    """Return the lawbook's word, as it begins a line.

    Args:
        group: severity, answer, category, status, verdict, reach or verified.
    """
    said = sentence(_WORDS[group](name), {})
    return Words(said.zh, said.en[:1].upper() + said.en[1:])


def area_text(area_m2: Decimal) -> str:
    """Print an area in m² with two decimals; one that would be nought shows its first figure."""
    return str(round_half_up(area_m2, 2)) if area_m2 >= Decimal("0.005") else plain(area_m2.normalize())


def hectares(area_m2: float | None) -> str:
    """Print an area in m² as hectares with two decimals."""
    if area_m2 is None:
        return "—"
    return f"{round_half_up(convert(Decimal(repr(area_m2)), '平方米', '公顷'), 2):,}"


def system(name: str | None) -> str:
    """Return the name of a coordinate system, short enough for a table."""
    return clean(name or "—").replace("China Geodetic Coordinate System 2000", "CGCS2000")


def plain(value: Decimal | None) -> str:
    """Print a number without an exponent."""
    return "—" if value is None else f"{value:f}"


def listed(names: Sequence[str], count: int) -> str:
    return "、".join(names) + (f" …（{count}）" if names and count > len(names) else "")


def survey_text(survey: Survey | None) -> str:
    """Name the land survey that a package was held against: where from, years, digest."""
    if survey is None:
        return "—"
    origin = sentence(f"quality_report.survey_{survey.origin}", {})
    years = "、".join(map(str, survey.years)) or "—"
    return f"{origin.zh} {origin.en}　{clean(survey.name)}　{years}　{survey.layer.rows:,}　{survey.digest}"

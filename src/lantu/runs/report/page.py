"""The report as HTML: a template, a style sheet and the lawbook's sentences, nothing from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from lantu.lawbook import message
from lantu.runs.report.charts import series_chart
from lantu.runs.report.maps import MapData, county_map
from lantu.runs.report.model import Report

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the report says of itself beside the result.

    Attributes:
        made_at: ISO time the report was written.
        version: version of Lantu.
        invented: whether any layer is invented sample data.
        layers: the registered layers: kind, name, area_code, year, title, source_name, features, digest.
    """

    made_at: str
    version: str
    invented: bool
    layers: tuple[Mapping[str, Any], ...] = ()


def render(report: Report, setting: Setting, maps: Mapping[str, MapData]) -> str:
    """Set the report.

    Args:
        maps: area code → what its map shows.

    Returns:
        One HTML document that asks nothing from outside.
    """
    svg = {
        county.code: county_map(maps[county.code], county.name) if county.code in maps else None
        for county in report.counties
    }
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            setting=setting,
            maps={code: Markup(s) if s else None for code, s in svg.items()},
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = say
    environment.globals["both"] = both
    environment.globals["numeral"] = numeral
    environment.globals["chart"] = lambda series: Markup(
        series_chart(series.points, series.limits, f"{series.name.zh} {series.unit}")
    )
    environment.globals["style"] = Markup(_read("report.css"))
    return environment


def _read(name: str) -> str:
    return files("lantu.runs.report").joinpath(name).read_text(encoding="utf-8")


def numeral(number: int) -> str:
    """Write 1–99 as headings do: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    return (("" if tens == 1 else digits[tens]) + "十" if tens else "") + (
        digits[ones] if ones or not tens else ""
    )


def both(zh: object, en: object) -> Markup:
    """Return words in both languages; the style sheet shows the one that is chosen."""
    if str(zh) == str(en):
        return escape(zh)
    return Markup('<span class="zh" lang="zh">{}</span><span class="en" lang="en">{}</span>').format(zh, en)


def say(code: str, **params: object) -> Markup:
    """Return a lawbook sentence in both languages; a parameter with `.zh` and `.en` speaks each."""
    zh, en = (
        message(code, language, **{k: getattr(v, language, v) for k, v in params.items()})
        for language in LANGUAGES
    )
    return both(zh, en)

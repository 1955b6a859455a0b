"""The report as HTML: a template, a style sheet and the lawbook's sentences, nothing from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from lantu.runs.pages.maps import MapData, county_map
from lantu.runs.pages.page import environment
from lantu.runs.report.charts import series_chart
from lantu.runs.report.model import Report


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
    made = environment("lantu.runs.report", "report.css")
    made.globals["chart"] = lambda series: Markup(
        series_chart(series.points, series.limits, f"{series.name.zh} {series.unit}")
    )
    return made

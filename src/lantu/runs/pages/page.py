"""A self-contained page: templates, the shared style, the lawbook's sentences in both languages."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from lantu.lawbook import message

LANGUAGES = ("zh", "en")
_HOME = "lantu.runs.pages"


def environment(package: str, style: str) -> Environment:
    """Return where the templates of a report are set.

    Args:
        package: whose files the templates are, e.g. `lantu.runs.report`.
        style: the report's own style sheet in it, said after the shared ones.

    Returns:
        With `say`, `both`, `numeral` and `style` for all templates.
    """
    made = Environment(
        loader=FunctionLoader(lambda name: read(package, name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["say"] = say
    made.globals["both"] = both
    made.globals["numeral"] = numeral
    sheets = (read(_HOME, "page.css"), read(_HOME, "maps.css"), read(package, style))
    made.globals["style"] = Markup("\n".join(sheets))
    return made


def read(package: str, name: str) -> str:
    """Return a text that is part of the program."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def map_style() -> str:
    """Return the style of maps by itself, for SVG readers that know no variables."""
    values = dict(re.findall(r"--([\w-]+): ([^;]+);", read(_HOME, "page.css")))
    return re.sub(r"var\(--([\w-]+)\)", lambda found: values[found[1]], read(_HOME, "maps.css"))


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

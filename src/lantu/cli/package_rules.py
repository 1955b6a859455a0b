"""`lantu package rules`: the rules that a package is held against, or one of them whole."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import JsonOption, console, emit, language, line, say
from lantu.lawbook import QualityRule, load
from lantu.runs.check_package import rules_of
from lantu.runs.rule_pages import page


def run(
    code: Annotated[
        str | None, typer.Argument(help="代码或名称 / code or name of one rule", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List all rules, or show one with its sources, tolerances, cases and how to mend."""
    book = load()
    rules = sorted(rules_of(book, [code] if code else ()), key=lambda rule: rule.code)
    if code and not as_json:
        line(page(rules[0], book))
        return
    emit([_plain(rule) for rule in rules], as_json, lambda: show(rules))


def show(rules: list[QualityRule]) -> None:
    """Print the list."""
    table = Table()
    for head in ("code", "category", "severity", "title"):
        table.add_column(say(f"package.{head}"))
    for rule in rules:
        title = rule.title.en if language() == "en" else rule.title.zh
        words = (say(f"quality.category_{rule.category}"), say(f"quality.severity_{rule.severity}"))
        table.add_row(*(Text(cell) for cell in (rule.code, *words, title)))
    console.print(table)


def _plain(rule: QualityRule) -> dict[str, object]:
    return {
        "code": rule.code, "name": rule.name, "title": rule.title, "category": rule.category,
        "severity": rule.severity, "reach": rule.reach, "mend": rule.mend, "verified": rule.verified,
        "sources": [{"id": each.id, "article": each.article} for each in rule.sources],
    }  # fmt: skip

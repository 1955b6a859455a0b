"""A page per quality rule, and their index: made from the rules, never typed."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from lantu.lawbook import Lawbook, QualityRule, load, message
from lantu.lawbook.pages import read_yaml
from lantu.lawbook.quality_rules import CASES
from lantu.quality.checks import CHECKS


def pages(book: Lawbook) -> dict[str, str]:
    """Return file name → Markdown: one page per rule and README.md, the index."""
    rules = sorted(book.quality_rules.values(), key=lambda rule: rule.code)
    return {f"{rule.code}.md": page(rule, book) for rule in rules} | {"README.md": index(rules)}


def index(rules: Sequence[QualityRule]) -> str:
    """Return the list of all rules, by category."""
    lines = [
        f"# 质检规则 · Quality rules\n\n{_GENERATED}",
        f"{len(rules)} 条规则。怎么新增、修改一条规则：[规则书](../formats/lawbook.md)。 · "
        f"{len(rules)} rules; to add or change one, see [the lawbook](../formats/lawbook.md).\n",
    ]
    for category in dict.fromkeys(rule.category for rule in rules):
        zh, en = _both(f"quality.category_{category}")
        lines += [
            f"\n## {zh} · {en}\n",
            "| 代码 | 规则 | Rule | 级别 | 判定范围 | 核实 |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| [{rule.code}]({rule.code}.md) | {rule.title.zh} | {rule.title.en} "
            f"| {_say(f'quality.severity_{rule.severity}')} | {_say(f'quality.reach_{rule.reach}')} "
            f"| {'是' if rule.verified else '否'} |"
            for rule in rules
            if rule.category == category
        ]
    return "\n".join(lines) + "\n"


def page(rule: QualityRule, book: Lawbook) -> str:
    """Return one rule's page: what it asks, why, how it looks, how to mend, and its cases."""
    severity, reach = (
        " · ".join(_both(f"quality.{kind}_{value}"))
        for kind, value in (("severity", rule.severity), ("reach", rule.reach))
    )
    said = book.messages[rule.message]
    sections = [
        f"# {rule.code} {rule.title.zh} · {rule.title.en}\n\n{_GENERATED}",
        f"| | |\n|---|---|\n| 名称 name | `{rule.name}` |\n| 类别 category | "
        f"{' · '.join(_both(f'quality.category_{rule.category}'))} |\n| 级别 severity | {severity} |\n"
        f"| 判定范围 reach | {reach} |\n| 核实 verified | {_TRUTH[rule.verified]} |"
        + (f"\n| 旧代码 retired codes | {', '.join(rule.aliases)} |" if rule.aliases else ""),
        f"## 怎么说 · What it says\n\n> {said.zh}\n>\n> {said.en}",
        f"## 怎么改 · How to mend\n\n{rule.mend.zh}\n\n{rule.mend.en}",
        f"## 依据 · Sources\n\n{_sources(rule, book)}",
        f"## 怎么查 · How it looks\n\n`{rule.check}`: {_docstring(rule)}{_arguments(rule)}",
    ]
    if rule.parameters:
        sections.append(f"## 容差和阈值 · Tolerances\n\n{_parameters(rule, book)}")
    if rule.note:
        sections.append(f"## 说明 · Note\n\n{rule.note.zh}\n\n{rule.note.en}")
    sections.append(f"## 用例 · Cases\n\n{_cases(rule)}")
    return "\n\n".join(sections) + "\n"


def write_pages(folder: Path) -> None:
    """Write all pages into a folder, and remove those of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(load())
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


def cases_of(code: str) -> list[dict[str, Any]]:
    """Return the cases that lie beside a rule."""
    text = files("lantu.lawbook").joinpath("rules", "quality", code, CASES).read_text(encoding="utf-8")
    found: list[dict[str, Any]] = read_yaml(text, f"{code}/{CASES}").data
    return found


_GENERATED = "<!-- 由规则生成，勿手改：make rule-pages · made from the rule: make rule-pages -->\n"
_TRUTH = {True: "是 yes", False: "否 no"}


def _both(code: str) -> tuple[str, str]:
    return message(code, "zh"), message(code, "en")


def _say(code: str) -> str:
    return message(code, "zh")


def _docstring(rule: QualityRule) -> str:
    text = inspect.getdoc(CHECKS[rule.check].run) or ""
    return text.partition("\n\nArgs:")[0].partition("\n\nYields:")[0].partition("\n\nRaises:")[0].strip()


def _arguments(rule: QualityRule) -> str:
    if not rule.arguments:
        return ""
    rows = "\n".join(f"| `{name}` | {_plain(value)} |" for name, value in rule.arguments.items())
    return f"\n\n| | |\n|---|---|\n{rows}"


def _plain(value: Any) -> str:
    match value:
        case dict():
            return "<br>".join(f"`{name}`: {_plain(each)}" for name, each in value.items())
        case list() | tuple():
            return "、".join(_plain(each) for each in value)
        case _:
            return str(value).replace("|", "\\|").replace("\n", " ")


def _sources(rule: QualityRule, book: Lawbook) -> str:
    lines = []
    for each in rule.sources:
        source = book.sources[each.id]
        number = f"{source.number} " if source.number else ""
        article = f"，{each.article}" if each.article else ""
        lines.append(f"- {number}《{source.title}》{article}")
    return "\n".join(lines)


def _parameters(rule: QualityRule, book: Lawbook) -> str:
    lines = ["| 参数 | 名称 | 值 | 依据 | 核实 |", "|---|---|---|---|---|"]
    for name in rule.parameters:
        parameter = book.parameters[name]
        dated = parameter.values[-1]  # the newest: a page does not change by itself
        unit = f" {parameter.unit}" if parameter.unit else ""
        lines.append(
            f"| `{name}` | {parameter.title.zh} | {dated.value}{unit} | {dated.source.id} "
            f"| {'是' if dated.verified else '否'} |"
        )
    return "\n".join(lines)


def _cases(rule: QualityRule) -> str:
    rows = [
        (case["name"], " · ".join(_both(f"quality.answer_{case['expect']}"))) for case in cases_of(rule.code)
    ]
    head = ["| 用例 case | 结果 answer |", "|---|---|"]
    return "\n".join([*head, *(f"| {name} | {answer} |" for name, answer in rows)])


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))

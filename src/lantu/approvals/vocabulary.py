"""The words of approval replies, from the lawbook, in the form that the tokenizer wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lantu.core.units import Dimension

Op = Literal[">=", "<=", "="]


@dataclass(frozen=True, slots=True)
class Term:
    """An indicator's name as replies write it, and what is known of it."""

    name: str
    dimensions: tuple[Dimension, ...]
    direction: Op | None
    of: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word class of the grammar; `words` maps each word to its class for longest-match lookup."""

    terms: Mapping[str, Term]
    ops_before: Mapping[str, Op]
    ops_after: Mapping[str, Op]
    weak_ops: frozenset[str]
    falls: frozenset[str]
    changed_to: frozenset[str]
    parts: frozenset[str]
    fillers: frozenset[str]
    keeping: frozenset[str]
    openers: frozenset[str]
    measure: re.Pattern[str]
    base: re.Pattern[str]
    reference: re.Pattern[str]
    settled: re.Pattern[str]
    baseline: re.Pattern[str]
    editors_note: re.Pattern[str]
    words: Mapping[str, str]
    longest: int


def vocabulary(page: Mapping[str, Any]) -> Vocabulary:
    """Compile the lawbook page `approvals/vocabulary.yaml`."""
    terms = {
        item["name"]: Term(
            item["name"],
            tuple(Dimension(d) for d in _list(item["dimension"])),
            item.get("direction"),
            tuple(item.get("of", ())),
            tuple(item.get("units", ())),
        )
        for item in page["indicators"]
    }
    ops_before = {word: rule["op"] for rule in page["operators"] for word in rule["before"]}
    ops_after = {word: rule["op"] for rule in page["operators"] for word in rule["after"]}
    changes = page["changes"]
    classes: list[tuple[str, Any]] = [  # later classes win a word that stands in two
        ("text", page["compounds"]),
        ("filler", [*page["fillers"], *page["openers"], *page["keeping"]]),
        ("part", page["parts"]),
        ("change", [*changes["fall"], *changes["rise"]]),
        ("op", ops_before),
        ("indicator", terms),
    ]
    words = {word: kind for kind, members in classes for word in members}
    reference, baseline = page["reference"], page["baseline"]
    return Vocabulary(
        terms,
        ops_before,
        ops_after,
        frozenset(word for rule in page["operators"] for word in rule["weak"]),
        frozenset(changes["fall"]),
        frozenset(changes["to"]),
        frozenset(page["parts"]),
        frozenset(page["fillers"]),
        frozenset(page["keeping"]),
        frozenset((*page["openers"], *page["keeping"])),
        re.compile(_any(page["measures"])),
        _base(baseline),
        _reference(reference),
        _settled(reference),
        _baseline(baseline),
        re.compile(rf"[(\[]?(?:{_any(page['notes_of_editors'])})[:)\]]"),
        words,
        max(map(len, words)),
    )


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _reference(rules: Mapping[str, Any]) -> re.Pattern[str]:
    """上级下达指标, 省级下达的控制数, 国家核定的用水总量指标: who gives, what he does, what it is."""
    giver, act, thing = rules["giver"], _any(rules["act"]), _any(rules["thing"])
    noun = r"[\u4e00-\u9fff]{0,12}?"
    return re.compile(
        rf"(?:{giver}){{1,3}}(?:给|对)?{noun}(?:(?:{act})的?)+{noun}(?:{thing})+(?:数|值|要求)?"
    )


def _settled(rules: Mapping[str, Any]) -> re.Pattern[str]:
    """依据天津市下达指标确定: a limit that is wholly somebody else's."""
    by, settle = _any(rules["settle_by"]), _any(rules["settle_as"])
    return re.compile(rf"(?P<by>{by})(?P<what>[\u4e00-\u9fff]{{2,30}}?)(?P<as>(?:{settle})+)?")


def _base(rules: Mapping[str, Any]) -> re.Pattern[str]:
    """2020年城镇建设用地规模, 基数:2020年, 2020年为基期: the year of a multiple's base."""
    return re.compile(
        rf"(\d{{4}})年(?:底|末|度)?(?:的)?{rules['noun']}"
        r"|基(?:数|期|准)年?[^,;。\d]{0,8}(\d{4})年|(\d{4})年(?:现状)?(?:为|作为|作)基(?:数|期|准)"
    )


def _baseline(rules: Mapping[str, Any]) -> re.Pattern[str]:
    before, after = _any(rules["before"]), _any(rules["after"])
    return re.compile(
        rf"(?:{before})?(?P<year>\d{{4}})年(?:底|末|度)?(?:的)?{rules['noun']}(?:的)?(?:{after})*(?:的)?"
        rf"|(?:{_any(rules['compared'])})(?P<than>\d{{4}})年(?:底|末|度)?(?:水平)?(?:相比|相较)?"
    )

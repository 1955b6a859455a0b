"""The lawbook as one frozen value, and how it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from lantu.core.digest import digest_bytes, digest_json
from lantu.core.errors import LawbookError
from lantu.lawbook import models as m
from lantu.lawbook.checking import check_citations, normal_name
from lantu.lawbook.code_lists import divisions_of, read_land_classes
from lantu.lawbook.divisions import Divisions
from lantu.lawbook.kinds import kind_of
from lantu.lawbook.messages import Message
from lantu.lawbook.pages import Page, read_csv, read_yaml, text_of, walk
from lantu.lawbook.quality_rules import CASES
from lantu.lawbook.reading import Draft
from lantu.lawbook.schema import check


@dataclass(frozen=True)
class Lawbook:
    """All pages, checked against their schemas and each other.

    Attributes:
        digest: over the bytes of all pages; results print it.
        pages: plain pages without a model, by name: `pages["approvals/duties"]`.
    """

    digest: str
    sources: Mapping[str, m.Source]
    code_lists: Mapping[str, m.CodeList]
    land_classes: tuple[m.LandClass, ...]
    unit_rules: Mapping[str, m.UnitRule]
    parameters: Mapping[str, m.Parameter]
    indicators: Mapping[str, m.Indicator]
    change_rules: Mapping[str, m.ChangeRule]
    fields: Mapping[str, m.Field]
    layer_kinds: Mapping[str, m.LayerKind]
    profiles: Mapping[str, m.PackageProfile]
    quality_rules: Mapping[str, m.QualityRule]
    messages: Mapping[str, Message]
    divisions: Divisions
    pages: Mapping[str, Any]

    def indicator_named(self, name: str) -> m.Indicator | None:
        """Return the indicator of that Chinese name or alias, None where there is none."""
        return self._indicator_names.get(normal_name(name))

    @cached_property
    def _indicator_names(self) -> dict[str, m.Indicator]:
        return {normal_name(n): i for i in self.indicators.values() for n in (i.name.zh, *i.aliases)}

    def dated(self, name: str, on: date) -> m.Dated:
        """Return a parameter as it stood on a day, with its source.

        Raises:
            LawbookError: `lawbook.no_parameter`, or `lawbook.no_value_on` outside its dates.
        """
        parameter = self.parameters.get(name)
        if parameter is None:
            raise LawbookError("lawbook.no_parameter", id=name)
        dated = parameter.on(on)
        if dated is None:
            raise LawbookError("lawbook.no_value_on", id=name, day=on)
        return dated

    def parameter(self, name: str, on: date) -> Decimal | str:
        """Return a parameter's value on a day; raises as `dated`."""
        return self.dated(name, on).value

    def number(self, name: str, on: date) -> Decimal:
        """Return a numeric parameter's value on a day; raises as `dated`, or `lawbook.not_a_number`."""
        value = self.parameter(name, on)
        if isinstance(value, str):
            raise LawbookError("lawbook.not_a_number", id=name, value=value)
        return value

    def land_class(self, name: str, code_list: str) -> frozenset[str]:
        """Return the codes of a land class in one code list; empty where it has none there."""
        return frozenset(c.code for c in self.land_classes if (c.name, c.code_list) == (name, code_list))

    def published(self, value: Decimal | Fraction | int, unit: str) -> Decimal:
        """Round a figure to the decimals that its unit is published with.

        Raises:
            LawbookError: `lawbook.no_unit_rule_for`.
        """
        rule = self.unit_rules.get(unit)
        if rule is None:
            raise LawbookError("lawbook.no_unit_rule_for", unit=unit)
        return rule.round(value)


def load(root: Traversable | None = None) -> Lawbook:
    """Load and check the lawbook.

    Args:
        root: folder of the pages; None for the packaged one, which is then kept.

    Raises:
        LawbookError: the first fault found, naming file and line.
    """
    return _packaged() if root is None else _load(root)


@lru_cache(maxsize=1)
def _packaged() -> Lawbook:
    return _load(files("lantu.lawbook"))


def _load(root: Traversable) -> Lawbook:
    texts = {
        name: text_of(file.read_bytes(), name)
        for name, file in walk(root)
        if not name.startswith("schemas/") and not name.endswith(f"/{CASES}")
    }
    draft = Draft({name: read_csv(text, name) for name, text in texts.items() if name.endswith(".csv")})
    pages = []
    for name, text in texts.items():
        if not name.endswith(".csv"):
            pages.append(_read_page(name, text, draft))
    read_land_classes(draft)
    for page in pages:
        check_citations(page, draft)
        kind = kind_of(page.name)
        assert kind is not None  # _read_page refused strays
        kind.check(page, draft)
    for name, table in draft.tables.items():
        if name not in draft.used_tables:
            raise table.error("stray_page", 1)
    return Lawbook(
        digest=digest_json({name: digest_bytes(_one_form(text)) for name, text in texts.items()}),
        sources=draft.sources,
        code_lists=draft.code_lists,
        land_classes=tuple(draft.land_classes),
        unit_rules=draft.unit_rules,
        parameters=draft.parameters,
        indicators=draft.indicators,
        change_rules=draft.change_rules,
        fields=draft.fields,
        layer_kinds=draft.layer_kinds,
        profiles=draft.profiles,
        quality_rules=draft.quality_rules,
        messages=draft.messages,
        divisions=divisions_of(draft),
        pages=draft.plain,
    )


def _read_page(name: str, text: str, draft: Draft) -> Page:
    kind = kind_of(name)
    if kind is None:
        raise LawbookError("lawbook.stray_page", file=name, line=1)
    page = read_yaml(text, name)
    check(page, kind.schema)
    kind.read(page, draft)
    return page


def _one_form(text: str) -> bytes:
    """Let a checkout with Windows line ends have the same digest."""
    return text.replace("\r\n", "\n").encode()

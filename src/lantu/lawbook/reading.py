"""From a page that its schema has passed to what it says. One function per kind of page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from lantu.core.finding import Answer
from lantu.lawbook import models as m
from lantu.lawbook.messages import Message, read_messages
from lantu.lawbook.pages import Page, Table

V = TypeVar("V")


@dataclass
class Draft:
    """The lawbook while its pages are being read: what is known so far, and which page said it."""

    tables: dict[str, Table]
    sources: dict[str, m.Source] = field(default_factory=dict)
    code_lists: dict[str, m.CodeList] = field(default_factory=dict)
    land_classes: list[m.LandClass] = field(default_factory=list)
    unit_rules: dict[str, m.UnitRule] = field(default_factory=dict)
    parameters: dict[str, m.Parameter] = field(default_factory=dict)
    indicators: dict[str, m.Indicator] = field(default_factory=dict)
    change_rules: dict[str, m.ChangeRule] = field(default_factory=dict)
    fields: dict[str, m.Field] = field(default_factory=dict)
    layer_kinds: dict[str, m.LayerKind] = field(default_factory=dict)
    profile_pages: dict[str, Page] = field(default_factory=dict)
    profiles: dict[str, m.PackageProfile] = field(default_factory=dict)
    quality_rules: dict[str, m.QualityRule] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    plain: dict[str, Any] = field(default_factory=dict)
    used_tables: set[str] = field(default_factory=set)
    said_by: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, book: dict[str, V], group: str, key: str, value: V, page: Page, *path: str) -> None:
        """Put one thing into its book.

        Raises:
            LawbookError: `lawbook.duplicate_id`, naming the page that said it first.
        """
        if key in book:
            raise page.error("duplicate_id", *path, id=key, other=self.said_by[group, key])
        book[key] = value
        self.said_by[group, key] = page.name


def read_source(page: Page, draft: Draft) -> None:
    d = page.data
    source = m.Source(
        id=d["id"],
        number=d["number"],
        title=d["title"],
        title_en=d.get("title_en"),
        kind=d["kind"],
        issuer=d["issuer"],
        issued=day(page, d.get("issued"), "issued"),
        in_force=day(page, d.get("in_force"), "in_force"),
        verified=d["verified"],
        superseded_by=d.get("superseded_by"),
        note=d.get("note"),
    )
    draft.add(draft.sources, "source", source.id, source, page, "id")


def read_unit_rules(page: Page, draft: Draft) -> None:
    for unit, d in page.data["units"].items():
        rule = m.UnitRule(unit, d["decimals"], citation(d["source"]), d["verified"], d.get("note"))
        draft.add(draft.unit_rules, "unit", unit, rule, page, "units", unit)


def read_parameters(page: Page, draft: Draft) -> None:
    for name, d in page.data.items():
        values = []
        for i, dated in enumerate(d["values"]):
            since = day(page, dated["since"], name, "values", i, "since")
            until = day(page, dated.get("until"), name, "values", i, "until")
            value = dated["value"]
            assert since is not None  # the schema requires it
            values.append(
                m.Dated(
                    since,
                    until,
                    value if isinstance(value, str) else Decimal(value),
                    citation(dated["source"]),
                    dated["verified"],
                    dated.get("note"),
                )
            )
        parameter = m.Parameter(name, words(d["title"]), d.get("unit"), d.get("read_by"), tuple(values))
        draft.add(draft.parameters, "parameter", name, parameter, page, name)


def read_indicator(page: Page, draft: Draft) -> None:
    d = page.data
    indicator = m.Indicator(
        id=d["id"],
        version=d["version"],
        name=words(d["name"]),
        aliases=tuple(d.get("aliases", ())),
        unit=d["unit"],
        base_unit=d["base_unit"],
        direction=d["direction"],
        attribute=d["attribute"],
        inputs=tuple(d["inputs"]),
        parameters=tuple(d.get("parameters", ())),
        formula=words(d["formula"]),
        sql=d["sql"],
        parts=tuple(m.Part(p["column"], p["unit"], words(p["name"])) for p in d.get("parts", ())),
        sources=tuple(map(citation, d["sources"])),
        verified=d["verified"],
        note=words(d["note"]) if "note" in d else None,
    )
    draft.add(draft.indicators, "indicator", indicator.id, indicator, page, "id")


def read_change_rule(page: Page, draft: Draft) -> None:
    d = page.data
    rule = m.ChangeRule(
        code=d["code"],
        name=d["name"],
        title=words(d["title"]),
        from_classes=tuple(d["from"]),
        to_classes=tuple(d["to"]),
        inside=d["inside"],
        outside=d["outside"],
        exempt_by=d["exempt_by"],
        answer=Answer(d["answer"]),
        order=d["order"],
        message=d["message"],
        parameters=tuple(d.get("parameters", ())),
        sources=tuple(map(citation, d["sources"])),
        verified=d["verified"],
        note=words(d["note"]) if "note" in d else None,
    )
    draft.add(draft.change_rules, "change rule", rule.code, rule, page, "code")


def read_fields(page: Page, draft: Draft) -> None:
    for name, d in page.data.items():
        read = m.Field(
            name,
            m.Words(d["zh"], d["en"]),
            d.get("type"),
            d.get("unit"),
            d.get("list"),
            citation(d["source"]) if "source" in d else None,
            d["verified"],
        )
        draft.add(draft.fields, "field", name, read, page, name)


def read_layer_kinds(page: Page, draft: Draft) -> None:
    for kind, d in page.data.items():
        read = m.LayerKind(
            kind=kind,
            name=words(d["name"]),
            geometry=d["geometry"],
            yearly=d.get("yearly", False),
            ysdm=d.get("ysdm"),
            ysdm_verified=d.get("ysdm_verified", False),
            fields=tuple(d["fields"]),
            source=citation(d["source"]) if "source" in d else None,
            verified=d["verified"],
            note=d.get("note"),
            required=tuple(d.get("required", ())),
            control=d.get("control", False),
            reviewed=d.get("reviewed", False),
            classed=(d["classed"]["field"], tuple(d["classed"]["lists"])) if "classed" in d else None,
            ages=d.get("ages"),
        )
        draft.add(draft.layer_kinds, "layer kind", kind, read, page, kind)


def read_sentences(page: Page, draft: Draft) -> None:
    for code, sentence in read_messages(page).items():
        draft.add(draft.messages, "message", code, sentence, page, code)


def read_plain(page: Page, draft: Draft) -> None:
    draft.plain[page.name.rsplit(".", 1)[0]] = page.data


def words(value: Mapping[str, str]) -> m.Words:
    """Return words in both languages."""
    return m.Words(value["zh"], value["en"])


def citation(value: Mapping[str, str]) -> m.Citation:
    """Return a place in a source."""
    return m.Citation(value["id"], value.get("article"))


def day(page: Page, text: str | None, *path: str | int) -> date | None:
    """Return a day, None for none.

    Raises:
        LawbookError: `lawbook.not_a_day`.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise page.error("not_a_day", *path, value=text) from None

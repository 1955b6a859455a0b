"""What one page says against what the others say: every name must lead somewhere, nothing may lie idle."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Any

from lantu.core.units import UNITS
from lantu.lawbook.models import Dated
from lantu.lawbook.pages import Page
from lantu.lawbook.reading import Draft


def normal_name(name: str) -> str:
    """Bring a name into the form in which names are compared: NFKC, no white space."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def check_citations(page: Page, draft: Draft) -> None:
    """Every `source: {id}`, `source: id` and `sources: [{id}]`, in any page, must name a page of sources/.

    Raises:
        LawbookError: `lawbook.unknown_source`.
    """
    for path, cited in _citations(page.data, ()):
        if cited not in draft.sources:
            raise page.error("unknown_source", *path, id=cited)


def _citations(value: Any, path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], str]]:
    found = []
    if isinstance(value, dict):
        for key, inner in value.items():
            here = (*path, key)
            if key == "source" and isinstance(inner, str):
                found.append((here, inner))
            elif key == "source" and isinstance(inner, dict) and "id" in inner:
                found.append(((*here, "id"), inner["id"]))
            elif key == "sources" and isinstance(inner, list):
                found += [
                    ((*here, i, "id"), c["id"])
                    for i, c in enumerate(inner)
                    if isinstance(c, dict) and "id" in c
                ]
            else:
                found += _citations(inner, here)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            found += _citations(inner, (*path, i))
    return found


def check_source(page: Page, draft: Draft) -> None:
    """A source that was replaced must name its successor's page."""
    later = page.data.get("superseded_by")
    if later is not None and later not in draft.sources:
        raise page.error("unknown_source", "superseded_by", id=later)


def check_unit_rules(page: Page, draft: Draft) -> None:
    for unit in page.data["units"]:
        _known_unit(page, unit, "units", unit)


def check_parameters(page: Page, draft: Draft) -> None:
    """Units known, dates neither gapped nor overlapping, no parameter that nothing reads.

    Raises:
        LawbookError: `lawbook.unknown_unit`, `.wrong_prefix`, `.date_order`, `.overlapping_dates`,
            `.gapped_dates`, `.unused_parameter`.
    """
    named = {p for i in draft.indicators.values() for p in i.parameters}
    named |= {p for r in draft.change_rules.values() for p in r.parameters}
    named |= {p for r in draft.quality_rules.values() for p in r.parameters}
    named |= {d["over"] for name, d in draft.plain.items() if name.startswith("compliance/") and "over" in d}
    named |= {kind.ages for kind in draft.layer_kinds.values() if kind.ages}
    for name, d in page.data.items():
        if not name.startswith(f"{page.stem}."):
            raise page.error("wrong_prefix", name, id=name, prefix=page.stem)
        if d.get("unit") is not None:
            _known_unit(page, d["unit"], name, "unit")
        _check_dates(page, name, draft.parameters[name].values)
        if name not in named and "read_by" not in d:
            raise page.error("unused_parameter", name, id=name)


def _check_dates(page: Page, name: str, values: tuple[Dated, ...]) -> None:
    for i, here in enumerate(values):
        at = (name, "values", i)
        if here.until is not None and here.until < here.since:
            raise page.error("date_order", *at, id=name, since=here.since, until=here.until)
        if i == 0:
            continue
        before = values[i - 1]
        if before.until is None or before.until >= here.since:
            raise page.error("overlapping_dates", *at, id=name, since=here.since, until=before.until or "…")
        if before.until + timedelta(days=1) < here.since:
            raise page.error("gapped_dates", *at, id=name, since=here.since, until=before.until)


def check_indicator(page: Page, draft: Draft) -> None:
    """Units, decimals, parameters and names of an indicator, and that its SQL gives what it promises.

    Raises:
        LawbookError: `lawbook.stem_differs`, `.unknown_unit`, `.no_unit_rule`, `.unit_mismatch`,
            `.unknown_parameter`, `.not_in_sql`, `.same_name`.
    """
    d = page.data
    check_stem(page, d["id"], "id")
    for unit, path in [(d["unit"], ("unit",)), (d["base_unit"], ("base_unit",))]:
        _known_unit(page, unit, *path)
    if UNITS[d["base_unit"]].dimension is not UNITS[d["unit"]].dimension or UNITS[d["base_unit"]].factor != 1:
        raise page.error("unit_mismatch", "base_unit", unit=d["unit"], base_unit=d["base_unit"])
    _published(page, draft, d["unit"], "unit")
    _in_sql(page, "value", "sql")
    for i, name in enumerate(d["inputs"]):
        _in_sql(page, name, "inputs", i)
    for i, part in enumerate(d.get("parts", ())):
        _known_unit(page, part["unit"], "parts", i, "unit")
        _published(page, draft, part["unit"], "parts", i, "unit")
        _in_sql(page, part["column"], "parts", i, "column")
    check_parameter_names(page, draft)
    own = {normal_name(name) for name in (d["name"]["zh"], *d.get("aliases", ()))}
    for other in draft.indicators.values():
        shared = own & {normal_name(name) for name in (other.name.zh, *other.aliases)}
        if other.id != d["id"] and shared:
            raise page.error("same_name", "name", name=", ".join(sorted(shared)), other=other.id)


def check_change_rule(page: Page, draft: Draft) -> None:
    """Classes, layer kinds, message and parameters of a change rule, and a place in the order of its own.

    Raises:
        LawbookError: `lawbook.stem_differs`, `.unknown_class`, `.unknown_layer_kind`,
            `.wrong_layer_kind`, `.unknown_message`, `.unknown_parameter`, `.same_order`.
    """
    d = page.data
    check_stem(page, d["code"], "code")
    classes = {member.name for member in draft.land_classes}
    for side in ("from", "to"):
        for i, name in enumerate(d[side]):
            if name not in classes:
                raise page.error("unknown_class", side, i, name=name)
    for key, table in (("inside", False), ("outside", False), ("exempt_by", True)):
        if d[key] is None:
            continue
        kind = draft.layer_kinds.get(d[key])
        if kind is None:
            raise page.error("unknown_layer_kind", key, kind=d[key])
        if (kind.geometry == "none") is not table:
            raise page.error("wrong_layer_kind", key, kind=d[key], geometry=kind.geometry)
    if d["message"] not in draft.messages:
        raise page.error("unknown_message", "message", code=d["message"])
    check_parameter_names(page, draft)
    for other in draft.change_rules.values():
        if other.order == d["order"] and other.code != d["code"]:
            raise page.error("same_order", "order", order=d["order"], other=other.code)


def check_fields(page: Page, draft: Draft) -> None:
    for name, d in page.data.items():
        if "unit" in d:
            _known_unit(page, d["unit"], name, "unit")
        if "list" in d and d["list"] not in draft.code_lists:
            raise page.error("unknown_code_list", name, "list", id=d["list"])


def check_layer_kinds(page: Page, draft: Draft) -> None:
    for kind, d in page.data.items():
        for i, name in enumerate(d["fields"]):
            if name not in draft.fields:
                raise page.error("unknown_field", kind, "fields", i, field=name)
        for i, name in enumerate(d.get("required", ())):
            if name not in d["fields"]:
                raise page.error("unknown_field", kind, "required", i, field=name)
        classed = d.get("classed", {"field": d["fields"][0], "lists": []})
        if classed["field"] not in d["fields"]:
            raise page.error("unknown_field", kind, "classed", field=classed["field"])
        for i, name in enumerate(classed["lists"]):
            if name not in draft.code_lists:
                raise page.error("unknown_code_list", kind, "classed", "lists", i, id=name)
        if "ages" in d and d["ages"] not in draft.parameters:
            raise page.error("unknown_parameter", kind, "ages", id=d["ages"])


def check_nothing(page: Page, draft: Draft) -> None:
    """For kinds whose schema says everything."""


def check_stem(page: Page, name: str, *path: str, stem: str | None = None) -> None:
    """Hold a page's id against the name of its file, or of its folder.

    Raises:
        LawbookError: `lawbook.stem_differs`.
    """
    if (stem or page.stem) != name:
        raise page.error("stem_differs", *path, id=name, stem=stem or page.stem)


def _known_unit(page: Page, unit: str, *path: str | int) -> None:
    # Canonical names only: a page that wrote km² here and 平方千米 there would print both.
    if unit not in UNITS:
        raise page.error("unknown_unit", *path, unit=unit, known=", ".join(UNITS))


def _published(page: Page, draft: Draft, unit: str, *path: str | int) -> None:
    if unit not in draft.unit_rules:
        raise page.error("no_unit_rule", *path, unit=unit)


def check_parameter_names(page: Page, draft: Draft) -> None:
    """Every parameter that a page names must be there.

    Raises:
        LawbookError: `lawbook.unknown_parameter`.
    """
    for i, name in enumerate(page.data.get("parameters", ())):
        if name not in draft.parameters:
            raise page.error("unknown_parameter", "parameters", i, id=name)


def _in_sql(page: Page, word: str, *path: str | int) -> None:
    if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", page.data["sql"], re.IGNORECASE):
        raise page.error("not_in_sql", *path, word=word)

"""The kinds of page: where they lie, which schema holds them, who reads and who checks them.

To add a kind without a model of its own, add no code. Put `schemas/pages/<folder>.json` (one schema for
the folder) or `schemas/pages/<folder>/<page>.json` (one per page), and pages `<folder>/<page>.yaml`: they
are held to the schema, their citations are checked, and `Lawbook.pages["<folder>/<page>"]` gives them out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lantu.lawbook import checking as c
from lantu.lawbook import reading as r
from lantu.lawbook.code_lists import check_code_list, read_code_list
from lantu.lawbook.packages import check_profile, read_profile
from lantu.lawbook.pages import Page
from lantu.lawbook.quality_rules import check_quality_rule, read_quality_rule
from lantu.lawbook.reading import Draft
from lantu.lawbook.schema import has_schema


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: the pattern of its names, its schema, its reader, its check against the rest."""

    pattern: str
    schema: str
    read: Callable[[Page, Draft], None]
    check: Callable[[Page, Draft], None]


KINDS = (
    Kind("sources/*.yaml", "source", r.read_source, c.check_source),
    Kind("codes/*.yaml", "code_list", read_code_list, check_code_list),
    Kind("units/*.yaml", "unit_rules", r.read_unit_rules, c.check_unit_rules),
    Kind("parameters/*.yaml", "parameters", r.read_parameters, c.check_parameters),
    Kind("indicators/*.yaml", "indicator", r.read_indicator, c.check_indicator),
    Kind("rules/change/*.yaml", "change_rule", r.read_change_rule, c.check_change_rule),
    Kind("rules/quality/*/rule.yaml", "quality_rule", read_quality_rule, check_quality_rule),
    Kind("profiles/fields.yaml", "fields", r.read_fields, c.check_fields),
    Kind("profiles/layer_kinds.yaml", "layer_kinds", r.read_layer_kinds, c.check_layer_kinds),
    Kind("profiles/packages/*.yaml", "package_profile", read_profile, check_profile),
    Kind("messages/*.yaml", "messages", r.read_sentences, c.check_nothing),
)


def kind_of(name: str) -> Kind | None:
    """Return the kind of a page by its name below the lawbook root, None for a stray page."""
    for kind in KINDS:
        # fnmatch lets * cross a slash; a page one folder too deep is a stray page.
        if fnmatchcase(name, kind.pattern) and name.count("/") == kind.pattern.count("/"):
            return kind
    folder, slash, _ = name.partition("/")
    for schema in (f"pages/{name.removesuffix('.yaml')}", f"pages/{folder}"):
        if slash and name.endswith(".yaml") and has_schema(schema):
            return Kind(name, schema, r.read_plain, c.check_nothing)
    return None

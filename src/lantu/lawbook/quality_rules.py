"""Quality rules: `rules/quality/<CODE>/rule.yaml`. Their cases lie beside them and are for tests alone."""

from __future__ import annotations

from lantu.lawbook import models as m
from lantu.lawbook.checking import check_parameter_names, check_stem
from lantu.lawbook.pages import Page
from lantu.lawbook.reading import Draft, citation, words

CASES = "cases.yaml"


def read_quality_rule(page: Page, draft: Draft) -> None:
    d = page.data
    rule = m.QualityRule(
        code=d["code"],
        name=d["name"],
        title=words(d["title"]),
        category=d["category"],
        severity=d["severity"],
        reach=d["reach"],
        check=d["check"],
        arguments=d.get("with", {}),
        parameters=tuple(d.get("parameters", ())),
        message=d["message"],
        mend=words(d["mend"]),
        sources=tuple(map(citation, d["sources"])),
        verified=d["verified"],
        aliases=tuple(d.get("aliases", ())),
        note=words(d["note"]) if "note" in d else None,
    )
    draft.add(draft.quality_rules, "quality rule", rule.code, rule, page, "code")


def check_quality_rule(page: Page, draft: Draft) -> None:
    """Folder, message, parameters, layer kinds and fields of a rule, and a name and aliases of its own.

    Raises:
        LawbookError: `lawbook.stem_differs`, `.unknown_message`, `.unknown_parameter`, `.duplicate_id`.
    """
    d = page.data
    check_stem(page, d["code"], "code", stem=page.name.split("/")[-2])
    if d["message"] not in draft.messages:
        raise page.error("unknown_message", "message", code=d["message"])
    check_parameter_names(page, draft)
    for other in draft.quality_rules.values():
        if other.code == d["code"]:
            continue
        if other.name == d["name"]:
            raise page.error("duplicate_id", "name", id=d["name"], other=other.code)
        for alias in d.get("aliases", ()):
            if alias == other.code or alias in other.aliases:
                raise page.error("duplicate_id", "aliases", id=alias, other=other.code)

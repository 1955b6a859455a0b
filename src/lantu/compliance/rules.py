"""The controls of a review as the lawbook has them: `compliance/CR*.yaml`, `compliance/facts.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from lantu.core.errors import LawbookError
from lantu.lawbook import Citation, Lawbook, Words

FOLDER = "compliance/"
FACTS = f"{FOLDER}facts"


class Outcome(StrEnum):
    """What a site that touches a control may be told."""

    ALLOWED = "allowed"
    DOCUMENT = "document"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that a review may ask for, and who issues it."""

    id: str
    name: Words
    by: Words
    sources: tuple[Citation, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """What holds for some projects.

    Attributes:
        when: fact → the values it may have; all must hold; empty for every project.
        since, until: days between which it is law; `until` None while it is.
    """

    id: str
    when: Mapping[str, frozenset[str]]
    outcome: Outcome
    documents: tuple[Document, ...]
    why: Words
    since: date
    until: date | None
    sources: tuple[Citation, ...]
    verified: bool
    note: Words | None


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that a site is held against.

    Attributes:
        layer: kind of the layer that says where it is.
        side: whether ground inside the layer, outside it, or the whole site is affected.
        land_classes: of a land survey, the classes that are meant; empty for all.
        over: parameter of the area in hectares from which on it is affected; None for any area.
        branches: the first one that applies decides.
    """

    code: str
    title: Words
    layer: str
    side: Literal["inside", "outside", "whole"]
    land_classes: tuple[str, ...]
    over: str | None
    branches: tuple[Branch, ...]

    def on(self, day: date) -> tuple[Branch, ...]:
        """Return the branches that are law on a day."""
        return tuple(
            each for each in self.branches if each.since <= day and (each.until is None or day <= each.until)
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a review asks of a project, and the answers it knows."""

    name: str
    title: Words
    values: Mapping[str, Words]


def facts_of(book: Lawbook) -> Mapping[str, Fact]:
    """Return what may be asked of a project."""
    return {
        name: Fact(name, _words(d["title"]), {value: _words(said) for value, said in d["values"].items()})
        for name, d in book.pages[FACTS]["facts"].items()
    }


def controls_of(book: Lawbook) -> tuple[Control, ...]:
    """Return the controls in the order of their codes.

    Raises:
        LawbookError: `lawbook.review_page` for a name that leads nowhere.
    """
    facts = facts_of(book)
    documents = {name: _document(name, d) for name, d in book.pages[FACTS]["documents"].items()}
    pages = [book.pages[name] for name in sorted(book.pages) if name.startswith(f"{FOLDER}CR")]
    return tuple(_control(page, book, facts, documents) for page in pages)


def _control(
    d: Mapping[str, Any], book: Lawbook, facts: Mapping[str, Fact], documents: Mapping[str, Document]
) -> Control:
    over = d.get("over")
    if d["layer"] not in book.layer_kinds:
        raise LawbookError("lawbook.review_page", code=d["code"], name=d["layer"])
    if over is not None and over not in book.parameters:
        raise LawbookError("lawbook.review_page", code=d["code"], name=over)
    return Control(
        code=d["code"],
        title=_words(d["title"]),
        layer=d["layer"],
        side=d["side"],
        land_classes=tuple(d.get("land_class", ())),
        over=over,
        branches=tuple(_branch(each, d["code"], facts, documents) for each in d["outcomes"]),
    )


def _branch(
    d: Mapping[str, Any], code: str, facts: Mapping[str, Fact], documents: Mapping[str, Document]
) -> Branch:
    when = {name: frozenset(values) for name, values in d.get("when", {}).items()}
    for name, values in when.items():
        known = facts[name].values if name in facts else ()
        for strange in sorted(values.difference(known)):
            raise LawbookError("lawbook.review_page", code=code, name=f"{name}: {strange}")
    needs = d.get("documents", ())
    for strange in needs:
        if strange not in documents:
            raise LawbookError("lawbook.review_page", code=code, name=strange)
    until = d.get("until")
    return Branch(
        id=d["id"],
        when=when,
        outcome=Outcome(d["answer"]),
        documents=tuple(documents[name] for name in needs),
        why=_words(d["why"]),
        since=date.fromisoformat(str(d["since"])),
        until=date.fromisoformat(str(until)) if until else None,
        sources=_citations(d["sources"]),
        verified=d["verified"],
        note=_words(d["note"]) if "note" in d else None,
    )


def _document(name: str, d: Mapping[str, Any]) -> Document:
    return Document(name, _words(d["name"]), _words(d["by"]), _citations(d["sources"]), d["verified"])


def _citations(d: Any) -> tuple[Citation, ...]:
    return tuple(Citation(each["id"], each.get("article")) for each in d)


def _words(d: Mapping[str, str]) -> Words:
    return Words(d["zh"], d["en"])

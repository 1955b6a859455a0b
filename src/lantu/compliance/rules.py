"""The controls of a review as the lawbook has them: `compliance/CR*.yaml`, `compliance/facts.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Any, Literal

from lantu.core.errors import LawbookError
from lantu.lawbook import Citation, Lawbook, Words

FOLDER = "compliance/"
FACTS = f"{FOLDER}facts"


USE, FIT = "use", "fit"
"""The fact that a project's use is; the fact that comes of it, by compatibility."""

Matrix = Literal["zone", "use", "line"]


class Outcome(StrEnum):
    """What a site that touches a control may be told."""

    ALLOWED = "allowed"
    DOCUMENT = "document"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that a review may ask for, and who issues it.

    Attributes:
        when: fact → the values of projects that are asked for it; empty for every project.
    """

    id: str
    name: Words
    by: Words
    when: Mapping[str, frozenset[str]]
    sources: tuple[Citation, ...]
    verified: bool

    def asked_of(self, project: Mapping[str, str]) -> bool:
        """Say whether a project is asked for it; where a fact is not known, it is."""
        return all(name not in project or project[name] in values for name, values in self.when.items())

    def hangs_on(self, project: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
        """Return what it is asked for by, as far as it is not known of a project."""
        return {name: values for name, values in self.when.items() if name not in project}


@dataclass(frozen=True, slots=True)
class Branch:
    """What holds for some projects.

    Attributes:
        when: fact → the values it may have; all must hold; empty for every project.
        documents: those that it asks for, each of the projects that the document says.
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
        layers: kinds of layer that say where it is; the first one that is registered does.
        side: whether ground inside the layer, outside it, or the whole site is affected.
        codes: the classes of the layer that are meant; empty for all.
        covering: whether the layer covers all ground, so that ground it does not cover is of no known class.
        over: parameter of the area in hectares from which on it is affected; None for any area.
        matrix: which table of compatibility the project's use is held against, class by class, or
            against the line itself; its answer is the fact `fit`.
        branches: the first one that applies decides.
    """

    code: str
    title: Words
    layers: tuple[str, ...]
    side: Literal["inside", "outside", "whole"]
    codes: frozenset[str]
    covering: bool
    over: str | None
    matrix: Matrix | None
    branches: tuple[Branch, ...]

    def on(self, day: date) -> tuple[Branch, ...]:
        """Return the branches that are law on a day."""
        return tuple(
            each for each in self.branches if each.since <= day and (each.until is None or day <= each.until)
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a review asks of a project, and the answers it knows.

    Attributes:
        code_list: whose codes the answers are; None where they are the page's own words.
    """

    name: str
    title: Words
    values: Mapping[str, Words]
    code_list: str | None = None


FITS = Fact(
    FIT,
    Words("拟建用途与规划是否相容", "whether the project's use fits the plan"),
    {
        "allowed": Words("相容", "it fits"),
        "condition": Words("有条件相容", "it fits on conditions"),
        "forbidden": Words("不相容", "it does not fit"),
    },
)
"""What compatibility says: no project says it of itself."""


def facts_of(book: Lawbook) -> Mapping[str, Fact]:
    """Return what may be asked of a project.

    Raises:
        LawbookError: `lawbook.review_page` for a code list that is not there.
    """
    return {name: _fact(name, d, book) for name, d in book.pages[FACTS]["facts"].items()}


def _fact(name: str, d: Mapping[str, Any], book: Lawbook) -> Fact:
    code_list = d.get("list")
    if code_list is None:
        return Fact(name, _words(d["title"]), {value: _words(said) for value, said in d["values"].items()})
    if code_list not in book.code_lists:
        raise LawbookError("lawbook.review_page", code=name, name=code_list)
    rows = book.code_lists[code_list].rows
    return Fact(
        name, _words(d["title"]), {code: Words(row["name"], row["name"]) for code, row in rows.items()},
        code_list,
    )  # fmt: skip


def controls_of(book: Lawbook) -> tuple[Control, ...]:
    """Return the controls in the order of their codes.

    Raises:
        LawbookError: `lawbook.review_page` for a name that leads nowhere.
    """
    facts = facts_of(book)
    documents = {name: _document(name, d, facts) for name, d in book.pages[FACTS]["documents"].items()}
    pages = [book.pages[name] for name in sorted(book.pages) if name.startswith(f"{FOLDER}CR")]
    return tuple(_control(page, book, facts, documents) for page in pages)


def _control(
    d: Mapping[str, Any], book: Lawbook, facts: Mapping[str, Fact], documents: Mapping[str, Document]
) -> Control:
    over, layers = d.get("over"), (d["layer"],) if isinstance(d["layer"], str) else tuple(d["layer"])
    for strange in (each for each in layers if each not in book.layer_kinds):
        raise LawbookError("lawbook.review_page", code=d["code"], name=strange)
    if over is not None and over not in book.parameters:
        raise LawbookError("lawbook.review_page", code=d["code"], name=over)
    matrix = d.get("matrix")
    known = {**facts, FIT: FITS} if matrix else facts
    return Control(
        code=d["code"],
        title=_words(d["title"]),
        layers=layers,
        side=d["side"],
        codes=_codes(d, layers, book),
        covering=d.get("covering", False),
        over=over,
        matrix=matrix,
        branches=tuple(_branch(each, d["code"], known, documents) for each in d["outcomes"]),
    )


def _codes(d: Mapping[str, Any], layers: Iterable[str], book: Lawbook) -> frozenset[str]:
    """Return the codes that a page means: its named classes, its codes and all codes below them."""
    wanted = frozenset(d.get("codes", ()))
    found: set[str] = set()
    for layer in layers:
        classed = book.layer_kinds[layer].classed
        for name in classed[1] if classed else ():
            listed = book.code_lists[name]
            found |= {code for code in listed.rows if wanted.intersection(listed.lineage(code))}
            for named in d.get("land_class", ()):
                found |= book.land_class(named, name)
    if (wanted or "land_class" in d) and not (found and wanted <= found):
        raise LawbookError(
            "lawbook.review_page", code=d["code"], name="、".join(sorted(wanted - found)) or "–"
        )
    return frozenset(found)


def _branch(
    d: Mapping[str, Any], code: str, facts: Mapping[str, Fact], documents: Mapping[str, Document]
) -> Branch:
    when = _when(d, code, facts)
    needs = d.get("documents", ())
    for strange in needs:
        if strange not in documents:
            raise LawbookError("lawbook.review_page", code=code, name=strange)
    needed = tuple(documents[name] for name in needs)
    # Whatever the project, who is told that a document is needed must be told which.
    if needed and (of_none := _asked_for_none(needed, facts)):
        raise LawbookError("lawbook.review_page", code=code, name=of_none)
    until = d.get("until")
    return Branch(
        id=d["id"],
        when=when,
        outcome=Outcome(d["answer"]),
        documents=needed,
        why=_words(d["why"]),
        since=date.fromisoformat(str(d["since"])),
        until=date.fromisoformat(str(until)) if until else None,
        sources=_citations(d["sources"]),
        verified=d["verified"],
        note=_words(d["note"]) if "note" in d else None,
    )


def _when(d: Mapping[str, Any], code: str, facts: Mapping[str, Fact]) -> Mapping[str, frozenset[str]]:
    when = {name: frozenset(values) for name, values in d.get("when", {}).items()}
    for name, values in when.items():
        known = facts[name].values if name in facts else ()
        for strange in sorted(values.difference(known)):
            raise LawbookError("lawbook.review_page", code=code, name=f"{name}: {strange}")
    return when


def _asked_for_none(documents: Iterable[Document], facts: Mapping[str, Fact]) -> str:
    """Name a project that none of the documents is asked of; empty where there is none."""
    documents = tuple(documents)
    asked = sorted({name for each in documents for name in each.when})
    for values in product(*(facts[name].values for name in asked)):
        project = dict(zip(asked, values, strict=True))
        if not any(each.asked_of(project) for each in documents):
            return "、".join(f"{name}: {value}" for name, value in project.items())
    return ""


def _document(name: str, d: Mapping[str, Any], facts: Mapping[str, Fact]) -> Document:
    return Document(
        name, _words(d["name"]), _words(d["by"]), _when(d, name, facts), _citations(d["sources"]),
        d["verified"],
    )  # fmt: skip


def _citations(d: Any) -> tuple[Citation, ...]:
    return tuple(Citation(each["id"], each.get("article")) for each in d)


def _words(d: Mapping[str, str]) -> Words:
    return Words(d["zh"], d["en"])

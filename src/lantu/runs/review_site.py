"""Review the sites of a file: what they lie in, held against the controls of the lawbook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lantu.compliance.review import Ground, Opinion, review
from lantu.compliance.rules import FACTS, controls_of, facts_of
from lantu.core.errors import InputError, LawbookError
from lantu.core.progress import Progress, silent
from lantu.intake.bytes_of import read_bytes
from lantu.lawbook import Lawbook, load
from lantu.lawbook.pages import read_yaml, text_of
from lantu.runs.look_up_site import SiteAnswer, SiteFile, look_up_file
from lantu.runs.measure_layers import LAND
from lantu.store import Home

_TEXTS = ("name", "applicant")
"""What a project says of itself that no rule asks for."""


@dataclass(frozen=True, slots=True)
class Project:
    """What is known of a project.

    Attributes:
        facts: fact → value, as `compliance/facts.yaml` names them.
        documents: ids of the documents that it says it has; nobody has read them here.
        about: name and applicant, where given.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The sites of a file with an opinion each, in the order of the file."""

    project: Project
    looked_up: SiteFile
    opinions: tuple[Opinion, ...]
    lawbook: str


def review_file(
    home: Home,
    path: Path,
    *,
    day: date,
    project: Project | None = None,
    layer: str | None = None,
    assume_cgcs2000: bool = False,
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> Reviewed:
    """Review every site of a file as of a day: its law, and the lines in force in its year.

    Raises:
        as `look_up_file`; LawbookError: `lawbook.review_page`.
    """
    book = book or load()
    project = project or Project()
    controls = controls_of(book)
    found = look_up_file(
        home, path, day.year, layer=layer, assume_cgcs2000=assume_cgcs2000, progress=progress
    )
    grounds = [ground_of(answer, land) for answer, land in zip(found.answers, found.land, strict=True)]
    opinions = tuple(
        review(ground, project.facts, project.documents, controls, book, day) for ground in grounds
    )
    return Reviewed(project, found, opinions, book.digest)


def ground_of(answer: SiteAnswer, land: Mapping[str, Mapping[str, float]]) -> Ground:
    """Return a site as the controls look at it: all areas it touches together."""
    covered: defaultdict[str, float] = defaultdict(float)
    for share in (*answer.lines, *answer.land):
        covered[share.layer.kind] += share.covered_m2
    classes: defaultdict[str, float] = defaultdict(float)
    for by_code in land.values():
        for code, area in by_code.items():
            classes[code] += area
    return Ground(
        area_m2=answer.area_m2,
        covered_m2=dict(covered),
        land_m2=dict(classes),
        absent=frozenset(kind for _, kind in answer.lacking),
        elsewhere_m2=answer.elsewhere_m2,
        doubtful=frozenset([LAND]) if any(share.double for share in answer.land) else frozenset(),
    )


def read_project(path: Path, book: Lawbook) -> Project:
    """Read a project file: YAML of facts, `documents: [id, …]`, `name`, `applicant`.

    Raises:
        InputError: `review.bad_project`, `.unknown_fact`, `.unknown_value`, `.unknown_document`,
            `document.*`.
    """
    try:
        page = read_yaml(text_of(read_bytes(path), path.name), path.name)
    except LawbookError as error:
        raise InputError(
            "review.bad_project", where=path.name, line=error.params.get("line", 1),
            why=error.params.get("why", error.code),
        ) from None  # fmt: skip
    if not isinstance(page.data, dict):
        raise InputError("review.bad_project", where=path.name, line=1, why="{fact: value}")
    return _project(page.data, path.name, book)


def _project(data: Mapping[str, Any], where: str, book: Lawbook) -> Project:
    facts, known = facts_of(book), book.pages[FACTS]["documents"]
    given: dict[str, str] = {}
    for name, value in data.items():
        if name in (*_TEXTS, "documents"):
            continue
        if name not in facts:
            raise InputError("review.unknown_fact", where=where, fact=name, known="、".join(facts))
        # YAML reads a bare yes or no as a truth value.
        said = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        if said not in facts[name].values:
            raise InputError(
                "review.unknown_value", where=where, fact=name, value=said,
                known="、".join(facts[name].values),
            )  # fmt: skip
        given[name] = said
    documents = data.get("documents") or []
    if not isinstance(documents, list) or (strange := [each for each in documents if each not in known]):
        said = "、".join(map(str, strange)) if isinstance(documents, list) else str(documents)
        raise InputError("review.unknown_document", where=where, documents=said, known="、".join(known))
    about = {name: str(data[name]) for name in _TEXTS if data.get(name)}
    return Project(given, tuple(documents), about)

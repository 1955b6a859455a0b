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
from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Compatibility, Lawbook, load
from lantu.runs.look_up_site import SiteAnswer, SiteFile, look_up_file
from lantu.runs.yaml_file import read_user_yaml
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
    controls, table = controls_of(book), Compatibility(book)
    found = look_up_file(
        home, path, day.year, layer=layer, assume_cgcs2000=assume_cgcs2000, progress=progress
    )
    grounds = [ground_of(answer) for answer in found.answers]
    opinions = tuple(
        review(ground, project.facts, project.documents, controls, book, table, day) for ground in grounds
    )
    return Reviewed(project, found, opinions, book.digest)


def ground_of(answer: SiteAnswer) -> Ground:
    """Return a site as the controls look at it: all areas it touches together."""
    covered: defaultdict[str, float] = defaultdict(float)
    classes: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for share in (*answer.lines, *answer.land):
        covered[share.layer.kind] += share.covered_m2
        for code, area in share.classes.items():
            classes[share.layer.kind][code] += area
    return Ground(
        area_m2=answer.area_m2,
        covered_m2=dict(covered),
        classes_m2=classes,
        absent=frozenset(kind for _, kind in answer.lacking),
        elsewhere_m2=answer.elsewhere_m2,
        doubtful=frozenset(share.layer.kind for share in (*answer.lines, *answer.land) if share.double),
    )


def read_project(path: Path, book: Lawbook) -> Project:
    """Read a project file: YAML of facts, `documents: [id, …]`, `name`, `applicant`.

    Raises:
        InputError: `review.bad_project`, `.unknown_fact`, `.unknown_value`, `.unknown_document`,
            `document.*`.
    """
    return _project(read_user_yaml(path, "review.bad_project", dict, "{fact: value}"), path.name, book)


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

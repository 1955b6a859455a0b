"""Review the sites of a file: what they lie in, held against the controls of the lawbook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import shapely

from lantu.compliance.review import LEAST, Ground, Opinion, review
from lantu.compliance.rules import FACTS, controls_of, facts_of
from lantu.compliance.suggest import Shift, shifts
from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError
from lantu.core.finding import Answer
from lantu.core.progress import Progress, silent
from lantu.lawbook import Compatibility, Lawbook, load
from lantu.overlay.cutting import polygons_of
from lantu.overlay.engine import method
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes, take
from lantu.runs.control_index import ENGINE, ControlIndex, InForce
from lantu.runs.declared_area import Declared, declared_areas
from lantu.runs.look_up_site import SiteAnswer, look_up, read_sites
from lantu.runs.polygon_files import UsedFile
from lantu.runs.site_parts import barriers, parts_of
from lantu.runs.yaml_file import read_user_yaml
from lantu.store import Home

_TEXTS = ("name", "applicant")
"""What a project says of itself that no rule asks for."""
TRIES = 12
"""So many ways to move a site are judged anew: the nearest may meet another control."""
REPORT_EVERY = 200


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
class Suggestion:
    """What would pass.

    Attributes:
        kept: the part of the site that no control forbids, in the plane; None where nothing of it is left.
        shift: the nearest way found to move the whole site to where nothing forbids it; None where none was
            found within the reach.
        answer: the opinion that the site would have there.
    """

    kept: Any | None
    kept_m2: float
    shift: Shift | None
    answer: Answer | None
    reach_m: float


@dataclass(frozen=True, slots=True)
class SiteReview:
    """One site reviewed.

    Attributes:
        shape: in the plane; None where shapes were not asked for.
        parts: code of a control → the ground it affects, in the plane.
        suggestion: None where it was not asked for, or nothing forbids the site.
    """

    answer: SiteAnswer
    opinion: Opinion
    shape: Any | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The sites of a file with an opinion each, in the order of the file.

    Attributes:
        index: what they were held against.
        overlapping: pairs of sites of the file that share ground: numbers from 1, m².
    """

    project: Project
    used: UsedFile
    sites: tuple[SiteReview, ...]
    declared: tuple[Declared | None, ...]
    plane: StatutoryPlane
    method: str
    lawbook: str
    index: ControlIndex
    overlapping: tuple[tuple[int, int, float], ...]


class Reviewer:
    """Reviews sites as of a day against a home, whose layers in force it keeps ready.

    Args:
        limit_s: seconds that one site may take; what is not reached by then cannot be told.
    """

    def __init__(
        self, home: Home, day: date, book: Lawbook | None = None, *, limit_s: float | None = None
    ) -> None:
        """Read the controls.

        Raises:
            LawbookError: `lawbook.review_page`, `lawbook.compatibility`.
        """
        self.book, self.day = book or load(), day
        self._in_force = InForce(home, self.book, day.year, day)
        self._controls, self._table = controls_of(self.book), Compatibility(self.book)
        self._limit_s = limit_s

    def index(self, progress: Progress = silent) -> ControlIndex:
        """Return what sites are held against now."""
        return self._in_force.now(progress)

    def review(
        self,
        sites: PackedLayer,
        project: Project,
        *,
        shapes: bool = True,
        suggest: bool = False,
        index: ControlIndex | None = None,
        progress: Progress = silent,
    ) -> tuple[SiteReview, ...]:
        """Review sites, which lie packed in the home's plane.

        Args:
            shapes: whether to cut out the ground that each control affects.
            suggest: whether to look for what would pass where something forbids a site.
            index: what to hold them against; None for what is in force now.

        Raises:
            InputError: `overlay.invalid` for a site that covers ground twice.
        """
        index = index or self.index(progress)
        answers = look_up(sites, index, self.day)
        found = []
        for done, answer in enumerate(answers):
            if not done % REPORT_EVERY:
                progress("progress.review", done, len(answers))
            opinion = self._opinion(answer, project)
            shape, parts, suggestion = None, {}, None
            if shapes or suggest:
                shape = sites.geometries(np.array([answer.number - 1]))[0]
                parts = parts_of(shape, answer, opinion, index)
                if suggest and opinion.answer is Answer.FAIL:
                    suggestion = self._suggestion(shape, parts, opinion, index, project)
            found.append(SiteReview(answer, opinion, shape, parts, suggestion))
        progress("progress.review", len(answers), len(answers))
        return tuple(found)

    def _opinion(self, answer: SiteAnswer, project: Project) -> Opinion:
        end = None if self._limit_s is None else monotonic() + self._limit_s
        return review(
            ground_of(answer), project.facts, project.documents, self._controls, self.book, self._table,
            self.day, lambda: end is not None and monotonic() > end,
        )  # fmt: skip

    def _suggestion(
        self, shape: Any, parts: Mapping[str, Any], opinion: Opinion, index: ControlIndex, project: Project
    ) -> Suggestion:
        forbidding = [each for each in opinion.judged if each.answer is Answer.FAIL]
        lost = shapely.union_all([parts[each.control.code] for each in forbidding])
        kept = polygons_of(np.array([shapely.difference(shape, lost)], object))[0]
        reach, step, least = (
            float(self.book.number(name, self.day))
            for name in ("compliance.shift_reach_m", "compliance.shift_step_m", "compliance.kept_least_m2")
        )
        west, south, east, north = shape.bounds
        box = (west - reach, south - reach, east + reach, north + reach)
        # A class that the project's use does not fit may be met anew where the site goes: so it is tried.
        ways = shifts(shape, *barriers(box, forbidding, index), reach, step)
        shift, answer = None, None
        for way in islice(ways, TRIES):
            moved = np.array([way.moved(shape)], object)
            there = look_up(pack_shapes(moved, "site"), index, self.day)[0]
            answer = self._opinion(there, project).answer
            # Ground of which nothing is known is no better place.
            if answer is not Answer.FAIL and not there.elsewhere_m2:
                shift = way
                break
        area = float(kept.area)
        return Suggestion(
            kept if area >= least else None, area if area >= least else 0.0, shift, answer if shift else None,
            reach,
        )  # fmt: skip


def review_file(
    home: Home,
    path: Path,
    *,
    day: date,
    project: Project | None = None,
    layer: str | None = None,
    crs: str | None = None,
    assume_cgcs2000: bool = False,
    shapes: bool = False,
    suggest: bool = False,
    limit_s: float | None = None,
    site: int | None = None,
    most: int | None = None,
    reviewer: Reviewer | None = None,
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> Reviewed:
    """Review every site of a file as of a day: its law, and the lines in force in its year.

    Args:
        crs: system of a file that names none.
        shapes, suggest, limit_s: as `Reviewer`.
        site: the place in the file, from 1, of the only one to review; None for all.
        most: so many sites are reviewed at once; None for any number.
        reviewer: one of that day that stands ready; None to make one.

    Raises:
        InputError: as `read_sites`; `opinion.no_site`, `opinion.too_many`.
        NotFoundError: as `read_sites`.
        LawbookError: `lawbook.review_page`, `lawbook.compatibility`.
    """
    book, project = book or load(), project or Project()
    reviewer = reviewer or Reviewer(home, day, book, limit_s=limit_s)
    sites = read_sites(home, path, layer=layer, crs=crs, assume_cgcs2000=assume_cgcs2000, progress=progress)
    count = len(sites.pack)
    if site is not None and not 1 <= site <= count:
        raise InputError("opinion.no_site", site=site, count=count)
    if site is None and most is not None and count > most:
        raise InputError("opinion.too_many", count=count, most=most)
    rows = slice(None) if site is None else slice(site - 1, site)
    wanted = sites.pack if site is None else take(sites.pack, np.array([site - 1]))
    index = reviewer.index(progress)
    least = float(book.number(LEAST, day))
    found = reviewer.review(wanted, project, shapes=shapes, suggest=suggest, index=index, progress=progress)
    if site is not None:
        found = tuple(replace(each, answer=replace(each.answer, number=site)) for each in found)
    declared = declared_areas(path, sites.used.digest, sites.pack.area_m2.tolist())[rows]
    return Reviewed(
        project, sites.used, found, tuple(declared), sites.plane, method(ENGINE, sites.plane), book.digest,
        index, _overlapping(sites.pack, least),
    )  # fmt: skip


def _overlapping(sites: PackedLayer, least_m2: float) -> tuple[tuple[int, int, float], ...]:
    table = ENGINE.overlaps(sites)
    pairs = zip(table.left_id.tolist(), table.right_id.tolist(), table.area_m2.tolist(), strict=True)
    return tuple(sorted((a + 1, b + 1, area) for a, b, area in pairs if area >= least_m2))


def ground_of(answer: SiteAnswer) -> Ground:
    """Return a site as the controls look at it: all areas it touches together."""
    covered: defaultdict[str, float] = defaultdict(float)
    classes: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    years: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for share in (*answer.lines, *answer.land):
        covered[share.layer.kind] += share.covered_m2
        for code, area in share.classes.items():
            classes[share.layer.kind][code] += area
        if share.layer.year is not None:
            years[share.layer.kind][share.layer.year] += share.covered_m2
    return Ground(
        area_m2=answer.area_m2,
        covered_m2=dict(covered),
        classes_m2=classes,
        absent=frozenset(kind for _, kind in answer.lacking),
        elsewhere_m2=answer.elsewhere_m2,
        doubtful=frozenset(share.layer.kind for share in (*answer.lines, *answer.land) if share.double),
        years_m2=years,
    )


def read_project(path: Path, book: Lawbook) -> Project:
    """Read a project file: YAML of facts, `documents: [id, …]`, `name`, `applicant`.

    Raises:
        InputError: `review.bad_project`, `.unknown_fact`, `.unknown_value`, `.unknown_document`,
            `.unquoted`, `document.*`.
    """
    return project_of(read_user_yaml(path, "review.bad_project", dict, "{fact: value}"), path.name, book)


def project_of(data: Mapping[str, Any], where: str, book: Lawbook) -> Project:
    """Return the project that plain values describe, as in a project file; `where` is what errors call them.

    Raises:
        InputError: as `read_project`.
    """
    facts, known = facts_of(book), book.pages[FACTS]["documents"]
    given: dict[str, str] = {}
    for name, value in data.items():
        if name in (*_TEXTS, "documents"):
            continue
        if name not in facts:
            raise InputError("review.unknown_fact", where=where, fact=name, known="、".join(facts))
        if facts[name].code_list and not isinstance(value, str):
            # YAML reads a bare 0701 as an octal number.
            raise InputError("review.unquoted", where=where, fact=name)
        # YAML reads a bare yes or no as a truth value.
        said = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        if said not in facts[name].values:
            known_values = facts[name].code_list or "、".join(facts[name].values)
            raise InputError("review.unknown_value", where=where, fact=name, value=said, known=known_values)
        given[name] = said
    documents = data.get("documents") or []
    if not isinstance(documents, list) or (strange := [each for each in documents if each not in known]):
        said = "、".join(map(str, strange)) if isinstance(documents, list) else str(documents)
        raise InputError("review.unknown_document", where=where, documents=said, known="、".join(known))
    about = {name: str(data[name]) for name in _TEXTS if data.get(name)}
    return Project(given, tuple(documents), about)

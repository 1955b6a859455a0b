"""A site and what is known of its project against the controls: an answer each, and the opinion over all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from lantu.compliance.rules import FIT, USE, Branch, Control, Document, Outcome
from lantu.core.finding import Answer, worst
from lantu.core.units import convert, round_half_up
from lantu.lawbook import Compatibility, Lawbook

LEAST = "overlay.min_defect_m2"
"""The parameter from which on ground counts as affected: sites and lines are digitised to less."""

SLIT = "compliance.slit_m2"
"""The parameter below which ground in no outline, or no zone, is a slit between two that were drawn apart."""

Why = tuple[str, Mapping[str, object]]
"""Message code of what is missing, with its params."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a site lies in, m².

    Attributes:
        covered_m2: kind of layer → ground of the site it covers, of all areas together; a kind is there also
            where it covers nothing.
        classes_m2: kind of layer → code of a class of its features → ground; "" for features without one.
        absent: kinds that are not registered, or damaged, somewhere under the site.
        elsewhere_m2: ground in no registered county, of which nothing can be told.
        doubtful: kinds of which polygons lie over each other there, so that their classes overlap.
        years_m2: kind of layer → year of its layers → ground of the site that those of that year cover.
    """

    area_m2: float
    covered_m2: Mapping[str, float]
    classes_m2: Mapping[str, Mapping[str, float]]
    absent: frozenset[str]
    elsewhere_m2: float
    doubtful: frozenset[str] = frozenset()
    years_m2: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fitting:
    """The project's use against the class of some of its ground.

    Attributes:
        fit: allowed, condition, forbidden; None where no table of compatibility knows the pair.
    """

    code: str
    area_m2: float
    fit: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What one control says.

    Attributes:
        answer: pass where it is not affected or allows it.
        status: not_affected, allowed, document, forbidden or cannot_tell.
        area_m2: affected ground; None where it cannot be measured.
        branch: which outcome decided; None where none did.
        needed, at_hand: documents asked for; those of them that the project names. They are not read here.
        why: what is missing, where it cannot be told.
        fittings: class by class, where compatibility decides; the biggest first.
    """

    control: Control
    status: str
    answer: Answer
    area_m2: float | None
    branch: Branch | None = None
    needed: tuple[Document, ...] = ()
    at_hand: tuple[Document, ...] = ()
    why: Why | None = None
    fittings: tuple[Fitting, ...] = ()

    @property
    def affected(self) -> bool:
        """Whether it is known to take ground of the site."""
        return self.status != "not_affected" and bool(self.area_m2)


@dataclass(frozen=True, slots=True)
class Opinion:
    """All controls over one site; never better than its worst part."""

    judged: tuple[Judged, ...]
    day: date

    @property
    def answer(self) -> Answer:
        return worst(each.answer for each in self.judged)


_ANSWERS = {
    Outcome.ALLOWED: Answer.PASS,
    Outcome.DOCUMENT: Answer.NEEDS_PERSON,
    Outcome.FORBIDDEN: Answer.FAIL,
}


def review(
    ground: Ground,
    project: Mapping[str, str],
    documents: Iterable[str],
    controls: Iterable[Control],
    book: Lawbook,
    table: Compatibility,
    day: date,
    stop: Callable[[], bool] = lambda: False,
) -> Opinion:
    """Hold a site against controls as they are law on a day.

    Args:
        project: fact → value; a fact that is not there is not known.
        documents: ids of those that the project has.
        table: of the book.
        stop: asked before each control; once true, the rest cannot be told.
    """
    court = _Court(ground, project, frozenset(documents), book, table, day)
    return Opinion(tuple(court.judged(each, stop) for each in controls), day)


@dataclass(frozen=True, slots=True)
class _Court:
    """What one site is judged by."""

    ground: Ground
    project: Mapping[str, str]
    documents: frozenset[str]
    book: Lawbook
    table: Compatibility
    day: date

    def judged(self, control: Control, stop: Callable[[], bool]) -> Judged:
        try:
            if stop():
                return _untold(control, None, ("review.out_of_time", {}))
            return self._judge(control)
        except Exception as error:  # one control's crash is that control's answer
            why = f"{type(error).__name__}: {error}"[:200]
            return _untold(control, None, ("review.crashed", {"why": why}))

    def _judge(self, control: Control) -> Judged:
        least = counts = float(self.book.number(LEAST, self.day))
        if self.ground.area_m2 < least:
            return _untold(control, None, ("review.no_ground", {"least": least}))
        area, whole = affected_m2(control, self.ground, self.book, float(self.book.number(SLIT, self.day)))
        if control.over is not None:
            least = float(convert(self.book.number(control.over, self.day), "公顷", "平方米"))
        lack = self._out_of_date(control, counts) if whole else _missing(control, self.ground)
        # What is known to be affected is judged, though more of it may lie where nothing is known.
        if area is None or (lack is not None and area < least):
            return _untold(control, area, lack or _missing(control, self.ground))
        if area < least or (control.over is not None and area <= least):
            if lack is not None:
                return _untold(control, area, lack)
            return Judged(control, "not_affected", Answer.PASS, area)
        branches = control.on(self.day)
        if not branches:
            return _untold(control, area, ("review.no_law", {"day": self.day}))
        facts, fittings, unfit = self._fitted(control, counts)
        branch, unknown = _chosen(branches, facts)
        if branch is None:
            why: Why = ("review.fact_unknown", {"facts": unknown})
            return replace(_untold(control, area, unfit or why), fittings=fittings)
        needed = tuple(each for each in branch.documents if each.asked_of(self.project))
        at_hand = tuple(each for each in needed if each.id in self.documents)
        found = Judged(
            control, str(branch.outcome), _ANSWERS[branch.outcome], area, branch, needed, at_hand,
            fittings=fittings,
        )  # fmt: skip
        # A use that is not said is no lack where the branch was chosen without it.
        lack = (unfit if USE in self.project else None) or lack
        if found.answer is Answer.FAIL or lack is None:
            return found
        return replace(found, status="cannot_tell", answer=Answer.CANNOT_TELL, why=lack)

    def _out_of_date(self, control: Control, least: float) -> Why | None:
        """Return what to say where the state that a control's layer observed is too old for the day.

        Args:
            least: so little ground of an old layer is a border drawn twice, m².
        """
        kind = layer_of(control, self.ground)
        ages = self.book.layer_kinds[kind].ages
        if ages is None or control.side == "whole":
            return None
        limit = int(self.book.number(ages, self.day))
        since, years = self.day.year - limit, self.ground.years_m2.get(kind, {})
        old = [year for year, area in years.items() if year < since and area >= least]
        undated = self.ground.covered_m2[kind] - sum(years.values()) >= least
        if not old and not undated:
            return None
        year = min(old) if old else "–"
        return "review.out_of_date", {
            "layer": kind, "year": year, "limit": limit, "since": since, "day": self.day,
        }  # fmt: skip

    def _fitted(
        self, control: Control, least: float
    ) -> tuple[Mapping[str, str], tuple[Fitting, ...], Why | None]:
        """Return the facts with what compatibility says; class by class; and what it cannot say.

        Args:
            least: of so little ground the class has no say, m², as no line has: a border drawn twice.
        """
        if control.matrix is None:
            return self.project, (), None
        use = self.project.get(USE)
        if use is None:
            return self.project, (), ("review.fact_unknown", {"facts": USE})
        kind = layer_of(control, self.ground)
        if control.matrix == "line":
            if (fit := _on_line(control, self.table, use, kind)) is None:
                return self.project, (), ("review.no_compatibility", {"use": use, "classes": kind})
            return {**self.project, FIT: fit}, (), None
        areas = self.ground.classes_m2.get(kind, {})
        meant = {code: area for code, area in areas.items() if not control.codes or code in control.codes}
        wanted = {code: area for code, area in meant.items() if area >= least} or meant
        fittings = tuple(
            Fitting(code, area, _fit(control, self.table, use, code))
            for code, area in sorted(wanted.items(), key=lambda each: -each[1])
        )
        fits = {each.fit for each in fittings}
        lost = "、".join(each.code or "–" for each in fittings if each.fit is None)
        unfit: Why | None = ("review.no_compatibility", {"use": use, "classes": lost}) if lost else None
        worst_fit = next((fit for fit in ("forbidden", "condition", "allowed") if fit in fits), None)
        facts = self.project if worst_fit is None else {**self.project, FIT: worst_fit}
        return facts, fittings, unfit


def _fit(control: Control, table: Compatibility, use: str, code: str) -> str | None:
    verdict = table.in_zone(use, code) if control.matrix == "zone" else table.refines(code, use)
    return None if verdict.outcome == "unknown" else verdict.outcome


def _on_line(control: Control, table: Compatibility, use: str, kind: str) -> str | None:
    outcome = table.on_line(use, kind, "outside" if control.side == "outside" else "inside").outcome
    return None if outcome == "unknown" else outcome


def layer_of(control: Control, ground: Ground) -> str:
    """Return the kind of layer that says where a control is: of several the first that is registered."""
    return next((each for each in control.layers if each in ground.covered_m2), control.layers[0])


def affected_m2(control: Control, ground: Ground, book: Lawbook, slit: float) -> tuple[float | None, bool]:
    """Return how much of a site a control affects, and whether that is all of it.

    Args:
        slit: so little ground in no outline, or that the layer leaves uncovered, is not looked into, m².

    Returns:
        None where nothing can be measured; False where more may be affected than is known.
    """
    if control.side == "whole":
        return ground.area_m2, True
    kind = layer_of(control, ground)
    if kind not in ground.covered_m2:
        return None, False
    whole = kind not in ground.absent and ground.elsewhere_m2 < slit
    if control.side == "outside":
        if not whole:
            # Where no line is known, ground is neither inside nor outside.
            return None, False
        return max(ground.area_m2 - ground.elsewhere_m2 - ground.covered_m2[kind], 0.0), True
    if control.covering:
        whole = whole and ground.area_m2 - ground.covered_m2[kind] < slit
    if not control.codes:
        return ground.covered_m2[kind], whole
    classes = ground.classes_m2.get(kind, {})
    classed = book.layer_kinds[kind].classed
    lists = [book.code_lists[name].rows for name in classed[1]] if classed else []
    known = kind not in ground.doubtful and all(any(code in rows for rows in lists) for code in classes)
    return sum(area for code, area in classes.items() if code in control.codes), whole and known


def _chosen(branches: Iterable[Branch], project: Mapping[str, str]) -> tuple[Branch | None, str]:
    """Return the first branch that applies; none where a fact that decides is not known, and which.

    A fact decides nothing where all branches that may apply say the same.
    """
    unknown: set[str] = set()
    maybe: list[Branch] = []
    for branch in branches:
        open_ = {name for name in branch.when if name not in project}
        if any(project[name] not in values for name, values in branch.when.items() if name in project):
            continue
        if not open_:
            if all((each.outcome, each.documents) == (branch.outcome, branch.documents) for each in maybe):
                return branch, ""
            break
        unknown |= open_
        maybe.append(branch)
    return None, "、".join(sorted(unknown))


def _missing(control: Control, ground: Ground) -> Why:
    kind = layer_of(control, ground)
    if kind in ground.absent or kind not in ground.covered_m2:
        return "review.layer_absent", {"layer": "、".join(control.layers)}
    if ground.elsewhere_m2:
        return "review.elsewhere", {"area": round_half_up(Decimal(ground.elsewhere_m2), 2)}
    return "review.class_unknown", {"layer": kind}


def _untold(control: Control, area: float | None, why: Why) -> Judged:
    return Judged(control, "cannot_tell", Answer.CANNOT_TELL, area, why=why)

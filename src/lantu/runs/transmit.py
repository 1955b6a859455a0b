"""Hold a registered plan against the plan above it; show the tree of registered plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from lantu.core.errors import InputError, LantuError, NotFoundError
from lantu.core.finding import Answer, Clause, worst
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook, load
from lantu.plans import Plan, PlanKind, PlanLevel, PlanVersion, Target, codes_above
from lantu.runs.binding_figures import Known
from lantu.runs.transmit_ground import PLOTS, Ground, judged_ground, layers_of
from lantu.store import Home, Registered
from lantu.transmission.clauses import Judged, Section
from lantu.transmission.figures import InForce
from lantu.transmission.judgement import Judgement
from lantu.transmission.numbers import judge
from lantu.transmission.rules import Rules, rules_of
from lantu.transmission.tree import Branch, branches, chain

Status = Literal["in_force", "ended", "undated"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reply among those that were looked at whose targets may be incomplete."""

    plan: str
    source: str
    questions: int
    cut_off: bool


@dataclass(frozen=True, slots=True)
class Transmitted:
    """What came of the check.

    Attributes:
        upper: None where no plan above is registered: its figures cannot be told.
        sections: what is judged: a detailed or special plan has nothing but controls to keep.
        crashed: why the figures could not be judged.
        ground: clauses about layers, and what they were measured by.
        invented: whether anything in the home is.
        lawbook: digest of the rules it was made by.
    """

    lower: Registered
    upper: Registered | None
    sections: tuple[Section, ...]
    judgements: tuple[Judgement, ...]
    crashed: str | None
    ground: Ground
    doubts: tuple[Doubt, ...]
    invented: bool
    lawbook: str

    def clauses(self, section: Section) -> tuple[Judged, ...]:
        """Return the clauses of a section other than figures."""
        return tuple(each for each in self.ground.judged if each.rule.section is section)

    def answer_of(self, section: Section) -> Answer:
        """Return the answer that a section deserves; of nothing one cannot tell."""
        if section is Section.FIGURES:
            return worst(each.finding.answer for each in self.judgements)
        return worst(each.finding.answer for each in self.clauses(section))

    @property
    def answer(self) -> Answer:
        """The answer that the sections deserve together, also those that nothing was found about."""
        return worst(self.answer_of(each) for each in self.sections)


def check(
    home: Home,
    lower: str,
    upper: str | None = None,
    *,
    upper_layers: str | None = None,
    book: Lawbook | None = None,
    day: date | None = None,
    progress: Progress = silent,
) -> Transmitted:
    """Judge a plan against a plan above it.

    A master plan: its figures, layers and lists; and its area's detailed and special plans against it. A
    detailed or special plan: its own plots against the master plan of its area.

    Args:
        lower, upper: id of a plan, or area code for its master plan; `upper` None for the nearest above.
        upper_layers: code of the area whose layers stand above; None for the nearest above that has them.
        day: layers in force in its year; None for today.

    Raises:
        NotFoundError: `plan.unknown`; `transmission.no_upper` where no layer could be judged either.
        InputError, ConflictError: as `numbers.judge`; `transmission.not_area_above`.
    """
    book = book or load()
    low = home.registry.plan(lower)
    current = {each.plan_id: each for each in home.registry.current()}
    high = _above(home, low, upper)
    named = current[low.id].version.layers
    layers = layers_of(home, book, low, named, (day or date.today()).year, upper_layers)
    if high is None and not layers.there:
        wanted = [d.name for d in book.divisions.parents(low.area_code)] or codes_above(low.area_code)
        raise NotFoundError("transmission.no_upper", lower=low.id, above="、".join(wanted) or "–")
    judgements: tuple[Judgement, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    crashed = None
    if high is not None and low.kind is PlanKind.MASTER:
        try:
            judgements, doubts = _figures(home, low, high, current, book)
        except LantuError:
            raise
        except Exception as error:  # figures that crash cannot be told; the rest is judged all the same
            crashed = f"{type(error).__name__}: {error}"[:200]
    sections = tuple(Section) if low.kind is PlanKind.MASTER else (Section.CONTROLS,)
    return Transmitted(
        current[low.id], current[high.id] if high else None, sections, judgements, crashed,
        judged_ground(layers, PLOTS.get(low.kind), progress), doubts, home.invented, book.digest,
    )  # fmt: skip


def _above(home: Home, low: Plan, upper: str | None) -> Plan | None:
    """Return the plan that a plan is held against; None where none is registered."""
    plans = {each.id: each for each in home.registry.plans()}
    above = chain(plans, low.id)
    high = home.registry.plan(upper) if upper else above[0] if above else None
    if low.kind is PlanKind.MASTER or high is None or high.id in {each.id for each in above}:
        return high  # of master plans the figures' own judge says what stands above
    names = "、".join(each.id for each in above)
    raise InputError("transmission.not_above", lower=low.id, upper=high.id, above=names or "–")


def _figures(
    home: Home, low: Plan, high: Plan, current: Mapping[str, Registered], book: Lawbook
) -> tuple[tuple[Judgement, ...], tuple[Doubt, ...]]:
    rules = rules_of(book)
    masters = [
        InForce(each, current[each.id].digest, current[each.id].version.targets)
        for each in home.registry.plans()
        if each.kind is PlanKind.MASTER and each.level is not PlanLevel.REGION
    ]
    below = {each.plan.id for each in masters if high.area_code in codes_above(each.plan.area_code)}
    masters = [
        _with_allocations(home, each, rules, book, always=each.plan.id == low.id)
        if each.plan.id in {*below, high.id}
        else each
        for each in masters
    ]
    by_id = {each.plan.id: each for each in masters}
    judgements = judge(
        by_id.get(low.id) or InForce(low, current[low.id].digest, ()),
        by_id.get(high.id) or InForce(high, current[high.id].digest, ()),
        masters, rules, book.divisions,
    )  # fmt: skip
    looked_at = [current[each.plan.id] for each in masters if each.plan.id in {*below, high.id}]
    return judgements, tuple(_doubts(home, looked_at))


def _with_allocations(home: Home, plan: InForce, rules: Rules, book: Lawbook, *, always: bool) -> InForce:
    """Add what the replies to the plans above say of a plan's area by name.

    Reading replies takes time: it is done where a target hangs on it, or always for the plan that is judged.
    """
    if len(plan.plan.area_code) != 6:
        return plan  # the reader knows no townships by name
    if not always and all(each.value is not None for each in plan.targets):
        return plan
    known = Known(home, plan.plan.area_code, book)
    allocated: list[Target] = []
    unread: list[str] = []
    for code in codes_above(plan.plan.area_code):
        for above in home.registry.current(code):
            if above.version.kind is not PlanKind.MASTER:
                continue
            told, lost = known.told_by(above)
            version = above.version
            source = version.approval.source
            document = version.approval.document_number or version.title
            for each in told:
                if not each.plain or each.op is None or each.value is None:
                    unread.append(each.sentence)
                    continue
                indicator = book.indicator_named(each.indicator)
                clause = Clause(document, each.sentence, each.span, source)
                allocated.append(
                    Target(each.indicator, indicator.id if indicator else None, each.op, each.value,
                           each.unit, each.year, None, each.note, clause)
                )  # fmt: skip
            unread += lost
        if allocated:
            break  # the nearest plan that hands something down speaks for those above it
    return replace(plan, allocated=tuple(allocated), unread=tuple(dict.fromkeys(unread)))


def _doubts(home: Home, plans: Iterable[Registered]) -> list[Doubt]:
    found = []
    for each in plans:
        reply = home.registry.approval(each.version.approval.source)
        mine = [r for r in reply.readings if each.version.title in [p.get("plan_title") for p in r["plans"]]]
        questions = max((len(reading.get("questions", ())) for reading in mine), default=0)
        cut_off = any(reading.get("source_truncated") for reading in mine)
        if questions or cut_off:
            found.append(Doubt(each.plan_id, reply.source_name, questions, cut_off))
    return found


def tree(home: Home, *, book: Lawbook | None = None) -> tuple[tuple[Branch, ...], dict[str, Registered]]:
    """Return the plans by area, with places that lack one, and the version of each that stands."""
    book = book or load()
    found = branches(home.registry.plans(), book.divisions)
    return found, {each.plan_id: each for each in home.registry.current()}


def status(version: PlanVersion, day: date) -> Status:
    """Return whether a version stands on a day: its period may be over, or its reply without a date."""
    if version.period is not None and version.period[1] < day.year:
        return "ended"
    return "in_force" if version.approval.date is not None else "undated"

"""A site and what is known of its project against the controls: an answer each, and the opinion over all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lantu.compliance.rules import Branch, Control, Document, Outcome
from lantu.core.errors import LawbookError
from lantu.core.finding import Answer, worst
from lantu.core.units import convert
from lantu.lawbook import Lawbook

LEAST = "overlay.min_defect_m2"
"""The parameter from which on ground counts as affected: sites and lines are digitised to less."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a site lies in, m².

    Attributes:
        covered_m2: kind of layer → ground of the site it covers, of all areas together; a kind is there also
            where it covers nothing.
        land_m2: 地类编码 → ground of that class; empty without a land survey.
        absent: kinds that are not registered, or damaged, somewhere under the site.
        elsewhere_m2: ground in no registered county, of which nothing can be told.
        doubtful: kinds of which polygons lie over each other there, so that their classes overlap.
    """

    area_m2: float
    covered_m2: Mapping[str, float]
    land_m2: Mapping[str, float]
    absent: frozenset[str]
    elsewhere_m2: float
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """What one control says.

    Attributes:
        answer: pass where it is not affected or allows it.
        status: not_affected, allowed, document, forbidden or cannot_tell.
        area_m2: affected ground; None where it cannot be measured.
        branch: which outcome decided; None where none did.
        needed, at_hand: documents asked for; those of them that the project names. They are not read here.
        why: message code of what is missing, with its params.
    """

    control: Control
    status: str
    answer: Answer
    area_m2: float | None
    branch: Branch | None = None
    needed: tuple[Document, ...] = ()
    at_hand: tuple[Document, ...] = ()
    why: tuple[str, Mapping[str, object]] | None = None


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
    day: date,
) -> Opinion:
    """Hold a site against controls as they are law on a day.

    Args:
        project: fact → value; a fact that is not there is not known.
        documents: ids of those that the project has.
    """
    known = frozenset(documents)
    return Opinion(tuple(_judged(each, ground, project, known, book, day) for each in controls), day)


def _judged(
    control: Control,
    ground: Ground,
    project: Mapping[str, str],
    documents: frozenset[str],
    book: Lawbook,
    day: date,
) -> Judged:
    try:
        return _judge(control, ground, project, documents, book, day)
    except Exception as error:  # one control's crash is that control's answer
        return _untold(control, None, "review.crashed", why=f"{type(error).__name__}: {error}"[:200])


def _judge(
    control: Control,
    ground: Ground,
    project: Mapping[str, str],
    documents: frozenset[str],
    book: Lawbook,
    day: date,
) -> Judged:
    area, whole = affected_m2(control, ground, book)
    least = float(book.number(LEAST, day))
    if control.over is not None:
        least = float(convert(book.number(control.over, day), "公顷", "平方米"))
    # What is known to be affected is judged, though more of it may lie where nothing is known.
    if area is None or (area < least and not whole):
        return _untold(control, area, *_missing(control, ground))
    if area < least or (control.over is not None and area <= least):
        return Judged(control, "not_affected", Answer.PASS, area)
    branches = control.on(day)
    if not branches:
        return _untold(control, area, "review.no_law", day=day)
    branch, unknown = _chosen(branches, project)
    if branch is None:
        return _untold(control, area, "review.fact_unknown", facts=unknown)
    needed = branch.documents
    at_hand = tuple(each for each in needed if each.id in documents)
    answer = _ANSWERS[branch.outcome]
    if not whole and answer is not Answer.FAIL:
        code, params = _missing(control, ground)
        return Judged(
            control, "cannot_tell", Answer.CANNOT_TELL, area, branch, needed, at_hand, (code, params)
        )
    return Judged(control, str(branch.outcome), answer, area, branch, needed, at_hand)


def affected_m2(control: Control, ground: Ground, book: Lawbook) -> tuple[float | None, bool]:
    """Return how much of a site a control affects, and whether that is all of it.

    Returns:
        None where nothing can be measured; False where more may be affected than is known.
    """
    if control.side == "whole":
        return ground.area_m2, True
    if control.layer not in ground.covered_m2:
        return None, False
    whole = control.layer not in ground.absent and ground.elsewhere_m2 == 0
    if control.side == "outside":
        if not whole:
            # Where no line is known, ground is neither inside nor outside.
            return None, False
        return max(ground.area_m2 - ground.covered_m2[control.layer], 0.0), True
    if not control.land_classes:
        return ground.covered_m2[control.layer], whole
    from_list = book.code_lists["dltb_dlbm_2020"].rows
    wanted = frozenset().union(*(book.land_class(name, "dltb_dlbm_2020") for name in control.land_classes))
    if not wanted:
        raise LawbookError("lawbook.review_page", code=control.code, name="、".join(control.land_classes))
    known = all(code in from_list for code in ground.land_m2) and control.layer not in ground.doubtful
    area = sum(area for code, area in ground.land_m2.items() if code in wanted)
    # Ground of the site that no parcel covers is of no known class.
    gap = ground.area_m2 - ground.covered_m2[control.layer]
    return area, whole and known and gap < max(1e-6 * ground.area_m2, 0.01)


def _chosen(branches: Iterable[Branch], project: Mapping[str, str]) -> tuple[Branch | None, str]:
    """Return the first branch that applies; none where a fact that decides is not known, and which."""
    unknown: set[str] = set()
    for branch in branches:
        open_ = {name for name in branch.when if name not in project}
        if any(project[name] not in values for name, values in branch.when.items() if name in project):
            continue
        if not open_:
            if not unknown:
                return branch, ""
            break
        unknown |= open_
    return None, "、".join(sorted(unknown))


def _missing(control: Control, ground: Ground) -> tuple[str, Mapping[str, object]]:
    if control.layer in ground.absent or control.layer not in ground.covered_m2:
        return "review.layer_absent", {"layer": control.layer}
    if ground.elsewhere_m2:
        elsewhere = Decimal(round(ground.elsewhere_m2 * 100)) / 100
        return "review.elsewhere", {"area": elsewhere}
    return "review.land_unknown", {"layer": control.layer}


def _untold(control: Control, area: float | None, code: str, /, *more: object, **params: object) -> Judged:
    given = more[0] if more else params
    assert isinstance(given, Mapping)
    return Judged(control, "cannot_tell", Answer.CANNOT_TELL, area, why=(code, given))

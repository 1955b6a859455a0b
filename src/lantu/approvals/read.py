"""Source text → documents. The only place where the steps of reading meet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from lantu.approvals.approved import ApprovedPlan, approved_plans, names_of
from lantu.approvals.checks import cut_off, document_doubts, limits_elsewhere, silent_plans
from lantu.approvals.duties import find_duties
from lantu.approvals.figures import read_points
from lantu.approvals.heading import show_number, surroundings
from lantu.approvals.limit import Doubt, Limit, overlapping
from lantu.approvals.limits import read_limits
from lantu.approvals.news import news_issuer, title_of
from lantu.approvals.pieces import APPROVES, DOCUMENT_NUMBER, Piece, is_signed, pieces
from lantu.approvals.places import Places
from lantu.approvals.positioning import positioning
from lantu.approvals.reading import OtherPiece, Question, ReadDuty, Reading, ReadPlan, ReadTarget
from lantu.approvals.source import Source
from lantu.approvals.source_text import fold
from lantu.approvals.targets import targets_of
from lantu.approvals.tokens import horizons, tokenize
from lantu.approvals.vocabulary import Vocabulary, vocabulary
from lantu.core.errors import InputError

KEEP = ("乾安", "乾县", "乾縣", "乾州")
PAGES = ("vocabulary", "positioning", "duties")


class Words(Protocol):
    """What the reader asks of the lawbook."""

    @property
    def pages(self) -> Mapping[str, Any]: ...

    @property
    def divisions(self) -> Places: ...


def read(text: str, source_file: str, book: Words, *, unread_pages: Sequence[int] = ()) -> list[Reading]:
    """Read every approval reply of a text.

    Args:
        text: as the file gave it; all spans are offsets in it (code points).
        source_file: its name, for the record.
        book: the lawbook.
        unread_pages: pages (from 1) of which no text could be had; each becomes a question.

    Raises:
        InputError: `document.empty`, or `approval.no_reply` where the text is no reply to a plan.
    """
    if not text.strip():
        raise InputError("document.empty", where=source_file)
    pages = {name: book.pages[f"approvals/{name}"] for name in PAGES}
    words = vocabulary(pages["vocabulary"])
    folded = fold(text, KEEP)
    source = Source(source_file, folded, read_points(folded.text), words, pages, book.divisions)
    replies, others = pieces(folded, _limit_signs(words), book.divisions)
    stray = any(
        piece.heading is None
        and limits_elsewhere(source, piece, set())
        and not is_signed(source.text[piece.start : piece.end])
        for piece in others
    )
    readings = [
        _document(source, piece, stray)
        for piece in replies
        if piece.heading or APPROVES.search(source.text, piece.start, piece.end)
    ]
    readings = [r for r in readings if r.plans or any(p.targets for p in r.plans) or r.questions]
    if not readings or not any(r.plans or _has_limit_question(r) for r in readings):
        raise InputError("approval.no_reply", where=source_file)
    rest = tuple(_other(source, piece) for piece in others)
    areas = {plan.area for reading in readings for plan in reading.plans}
    apart = tuple(source.question(d) for piece in others if (d := limits_elsewhere(source, piece, areas)))
    unread = tuple(Question("approval.unread_page", str(n), (0, 0), {"page": n}) for n in unread_pages)
    return [
        _with(r, rest if i == 0 else (), (*apart, *unread) if i == 0 else ()) for i, r in enumerate(readings)
    ]


def _has_limit_question(reading: Reading) -> bool:
    return any(q.code != "approval.no_plan" for q in reading.questions)


def _with(reading: Reading, others: tuple[OtherPiece, ...], questions: tuple[Question, ...]) -> Reading:
    return replace(reading, other_pieces=others, questions=(*reading.questions, *questions))


def _limit_signs(words: Vocabulary) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(words.terms, key=len, reverse=True)))
    ops = "|".join(map(re.escape, sorted(words.ops_before, key=len, reverse=True)))
    return re.compile(rf"(?:{names})[^。;]{{0,40}}?(?:{ops})[^。;]{{0,30}}?\d")


def _document(source: Source, piece: Piece, stray_pages: bool) -> Reading:
    frame = surroundings(source.folded, source.text, piece)
    plans = approved_plans(source.text, piece, frame.body, source.places, frame.issuer, frame.addressee)
    if piece.heading is None and frame.issuer and any(frame.issuer.startswith(p.area) for p in plans):
        frame = replace(frame, issuer=None)  # it makes its own plan known; it did not approve it
    issuer = frame.issuer or news_issuer(source.text, piece, source.places)
    areas = {name: plan.area for plan in plans for name in names_of(plan.area, alone=len(plans) == 1)}
    stretches = [*piece.displaced, (frame.body, piece.end)]
    limits: list[Limit] = []
    doubts: list[Doubt] = []
    foreign = foreign_names(source, areas)
    spans_of_time = horizons(source.text[piece.start : piece.end])
    since = min((plan.period[0] for plan in plans if plan.period), default=None)
    for start, end in stretches:
        tokens = tokenize(source.folded, source.text, start, end, source.words, areas, spans_of_time, foreign)
        some, open_ = read_limits(source.text, tokens, source.words, areas, foreign, since, source.folded)
        limits += some
        doubts += open_
        places: list[Limit | Doubt] = [*some, *open_]
        if places and not plans:
            doubts.append(Doubt("no_plan", min(p.start for p in places), max(p.end for p in places)))
    doubts += document_doubts(source, piece, frame, plans, limits, doubts, stray_pages)
    cut = cut_off(source, piece, frame)
    doubts += [cut] if cut else []
    targets, clashes = targets_of(source, plans, limits)
    doubts += clashes
    doubts += silent_plans(plans, targets)
    phrases = positioning(source.text, frame.body, piece.end, areas, source.pages["positioning"])
    return Reading(
        source_file=source.name,
        title=title_of(source.text, piece, issuer, plans),
        issuer=issuer,
        addressee=frame.addressee,
        document_number=frame.number,
        date=frame.date,
        plans=tuple(_plan(source, plan, targets.get(plan.area, []), phrases) for plan in plans),
        duties=tuple(
            ReadDuty(
                d.id,
                d.kind,
                d.name,
                d.obliged,
                source.folded.span(d.start, d.end),
                source.text[slice(*d.sentence)],
            )
            for d in find_duties(source.text, frame.body, piece.end, source.pages["duties"])
        ),
        questions=tuple(source.question(d) for d in overlapping(doubts)),
        other_pieces=(),
        span=source.folded.span(piece.start, piece.end),
        source_truncated=cut is not None and cut.code == "cut_off",
        decimal_points=tuple(sorted(source.points.resolved)),
    )


def _plan(
    source: Source,
    plan: ApprovedPlan,
    targets: list[ReadTarget],
    phrases: Mapping[str, list[tuple[str, int, int]]],
) -> ReadPlan:
    spoken = tuple((phrase, source.folded.span(a, b)) for phrase, a, b in phrases.get(plan.area, []))
    return ReadPlan(
        plan.area,
        plan.title,
        plan.level,
        plan.kind,
        plan.period,
        spoken,
        source.folded.span(plan.start, plan.end),
        tuple(targets),
    )


def foreign_names(source: Source, areas: Mapping[str, str]) -> list[str]:
    """Names of other areas that the text speaks of, longest first."""
    spoken = set(re.findall(r"[\u4e00-\u9fff]{2,8}?(?:省|市|自治区|自治州|县|区|旗|州|盟)", source.text))
    own = set(areas) | set(areas.values())
    known = {"兵团"} if not any("兵团" in mine for mine in own) else set[str]()
    for name in spoken:
        for cut in range(len(name) - 1):
            if source.places.level_of(name[cut:]) and not any(name[cut:] in mine for mine in own):
                known.add(name[cut:])
                break
    known |= {short for name in known if name.endswith("自治区") for short in names_of(name, alone=True)}
    return sorted(known - own, key=len, reverse=True)


def _other(source: Source, piece: Piece) -> OtherPiece:
    heading = piece.heading
    title = source.text[slice(*heading.title)] if heading else None
    number = DOCUMENT_NUMBER.search(source.text, heading.end if heading else piece.start, piece.end)
    sign = show_number(source.folded, number) if number else None
    return OtherPiece(title, sign, source.folded.span(piece.start, piece.end))

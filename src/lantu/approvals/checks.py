"""Questions about a document as a whole: odd characters, order of pages, missing plan, period or end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from lantu.approvals.approved import ApprovedPlan
from lantu.approvals.figures import is_blot, is_unknown
from lantu.approvals.heading import Surroundings
from lantu.approvals.limit import Doubt, Limit
from lantu.approvals.news import news_issuer
from lantu.approvals.pieces import ISSUER, Piece
from lantu.approvals.reading import ReadTarget
from lantu.approvals.source import Source
from lantu.approvals.tokens import QUANTITY

_ZONE = re.compile(r"(?:开发|示范|实验|试验|新|园|高新|管理|合作|保税|风景名胜|林|矿|农场|垦)区$")
_ORDINAL = re.compile(r"([一二三四五六七八九十]{1,3})、")
_ORDINALS = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
]
_AT_A_FIGURE = re.compile(rf"[^,;。()]*{QUANTITY.pattern}$")
_ANNEX = re.compile(r"附|表|注|抄送")


def document_doubts(
    source: Source, piece: Piece, frame: Surroundings, plans: Sequence[ApprovedPlan], limits: Sequence[Limit],
    doubts: Sequence[Doubt], stray_pages: bool,
) -> Iterable[Doubt]:  # fmt: skip
    """Collect what is doubtful about the frame of a document and the order of its pages.

    Args:
        doubts: what reading the limits left open.
        stray_pages: the file holds quantities in a stretch that belongs to no document with a title.
    """
    yield from _odd_characters(source, piece, frame, plans)
    breaks = list(_breaks_of_order(source, piece, frame, limits))
    yield from breaks
    if (breaks or stray_pages or any(d.code == "empty_card" for d in doubts)) and limits:
        begin, end = min(one.start for one in limits), max(one.end for one in limits)
        yield Doubt("disorder", begin, end, {})
    if piece.heading is None and frame.issuer is None and not news_issuer(source.text, piece, source.places):
        yield Doubt("no_title", piece.start, min(piece.end, piece.start + 30), {})
    for plan in plans:
        if _odd_name(source, piece, plan) and not source.places.level_of(plan.area):
            yield Doubt("unknown_area", plan.start, plan.end, {"area": plan.area})
        if plan.period is None:
            yield Doubt("no_period", plan.start, plan.end, {"plan": plan.title})


def _odd_name(source: Source, piece: Piece, plan: ApprovedPlan) -> bool:
    """A name that the divisions should know, or that begins like another name's end."""
    return bool(
        plan.area[0] in "省市县区州盟旗"
        or (re.search(r"[省市县区州盟旗]$", plan.area) and not _ZONE.search(plan.area))
        or not re.fullmatch(r"[\u4e00-\u9fff]+", plan.area)
        or (piece.heading is None and plan.start == piece.start)
    )


def _odd_characters(
    source: Source, piece: Piece, frame: Surroundings, plans: Sequence[ApprovedPlan]
) -> Iterable[Doubt]:
    for char in sorted(source.points.uneven):
        for match in re.finditer(re.escape(char), source.folded.text):
            yield Doubt("uneven_points", *match.span(), {"character": f"U+{ord(char):04X}"})
    text = source.text
    damaged = [at for at in range(piece.start, frame.body) if is_unknown(text[at])]
    for at in damaged:
        yield Doubt(
            "unknown_character", at, at + 1, {"character": f"U+{ord(text[at]):04X}", "text": text[at]}
        )
    lost = source.folded.marks | {at for at, char in enumerate(text) if is_blot(char)}
    for plan in plans:
        if damaged or any(plan.start - 2 <= at <= plan.end + 2 for at in lost):
            yield Doubt("damaged_heading", plan.start, plan.end, {"plan": plan.title})


def _breaks_of_order(
    source: Source, piece: Piece, frame: Surroundings, limits: Sequence[Limit]
) -> Iterable[Doubt]:
    """Displaced stretches, numbered sections out of order, limits behind the signature, half brackets."""
    text = source.text
    for start, end in piece.displaced:
        if not _all_said_again(limits, start, end):
            yield Doubt("order", start, end, {})
    sections = [
        (_ORDINALS.index(m[1]), m.start())
        for m in _ORDINAL.finditer(text, frame.body, piece.end)
        if m[1] in _ORDINALS and (m.start() in source.folded.line_set or text[m.start() - 1] in "。:.")
    ]
    for (before, _), (after, at) in pairwise(sections):
        if after != before + 1 and not (after == 0 and before > 0):
            yield Doubt("order", at, at + 2, {})
    signed = min(frame.signatures, default=piece.end)
    late = [one for one in limits if one.start > signed and not _ANNEX.search(text, signed, one.start)]
    for one in late[:1]:
        yield Doubt("order", one.start, one.end, {})
    for at in source.folded.line_starts:
        if frame.body < at < piece.end and text[at] in ",;、。)" and text[at - 1] in ",;。:府院":
            yield Doubt("order", at, at + 1, {})  # a sentence's end without its beginning
    lines = [at for at in source.folded.line_starts if frame.body < at < piece.end]
    for at, after in pairwise(lines):
        addressee = text[at:after] != frame.issuer and "。" not in text[frame.body : at]
        if (
            not addressee
            and re.fullmatch(ISSUER, text[at:after])
            and not re.match(r"[\d二(]|[\u4e00-\u9fff]{2,16}$", text[after : after + 17])
        ):
            yield Doubt("order", at, after, {})  # a signature in the middle
    for begin, stop in {one.sentence for one in limits}:
        if text.count("(", begin, stop) != text.count(")", begin, stop):
            yield Doubt("order", begin, stop, {})


def _all_said_again(limits: Sequence[Limit], start: int, end: int) -> bool:
    """A lead that only tells what the reply itself says is no lost page."""

    def said(one: Limit) -> tuple[object, ...]:
        return one.area, one.indicator, one.op, one.value and one.value.value, one.unit, one.year

    lead = {said(one) for one in limits if start <= one.start < end}
    return bool(lead) and lead <= {said(one) for one in limits if not start <= one.start < end}


def silent_plans(plans: Sequence[ApprovedPlan], targets: Mapping[str, list[ReadTarget]]) -> Iterable[Doubt]:
    """Plans of which no target was read, most of all where others of the same reply have some."""
    told = [plan for plan in plans if targets.get(plan.area)]
    for plan in plans:
        if not targets.get(plan.area):
            code = "no_targets_for_plan" if told else "no_targets"
            yield Doubt(code, plan.start, plan.end, {"plan": plan.title})


def cut_off(source: Source, piece: Piece, frame: Surroundings) -> Doubt | None:
    """The last clause, where an unsigned text ends within a limit: at a name, an operator, or a bare figure.

    Behind a figure with its unit the text may be complete, or 以内, 左右 may be missing: `ends_at_figure`.
    """
    if frame.signed_at is not None:
        return None
    words = source.words
    names = "|".join(map(re.escape, [*words.terms, *words.ops_before]))
    last = re.compile(
        rf"[^,;。()]*(?:(?:{names})[^,;。()\d]{{0,6}}(?:[\d.]+[万亿]?(?:平方|立方)?)?|(?:其中|到|至)\d{{0,4}}年?|[,;、(])$"
    )
    tail = source.text[max(frame.body, piece.end - 60) : piece.end]
    for code, pattern in (("cut_off", last), ("ends_at_figure", _AT_A_FIGURE)):
        if match := pattern.search(tail):
            return Doubt(code, piece.end - len(match.group()), piece.end, {"text": match.group()})
    return None


def limits_elsewhere(source: Source, piece: Piece, areas: set[str]) -> Doubt | None:
    """Quantities in a stretch that was taken for another document, though it may be a page of this one."""
    text = source.text[piece.start : piece.end]
    ours = piece.heading is None or any(area in text for area in areas) or re.search(r"批复|同意《", text)
    found = [m.span() for m in QUANTITY.finditer(text) if not m.group().endswith("个")] if ours else []
    if not found:
        return None
    return Doubt(
        "other_piece", piece.start + found[0][0], piece.start + found[-1][1], {"text": text[slice(*found[0])]}
    )

"""Source text → documents. The only place where the steps of reading meet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from lantu.approvals.approved import ApprovedPlan, approved_plans, names_of
from lantu.approvals.duties import find_duties
from lantu.approvals.figures import PointReading, is_unknown, read_points
from lantu.approvals.heading import Surroundings, surroundings
from lantu.approvals.limit import Doubt, Limit, overlapping
from lantu.approvals.limits import read_limits
from lantu.approvals.pieces import APPROVES, DOCUMENT_NUMBER, Piece, pieces
from lantu.approvals.places import Places
from lantu.approvals.positioning import positioning
from lantu.approvals.reading import OtherPiece, Question, ReadDuty, Reading, ReadPlan, ReadTarget
from lantu.approvals.source_text import Folded, fold
from lantu.approvals.tokens import QUANTITY, Kind, horizons, tokenize
from lantu.approvals.vocabulary import Vocabulary, vocabulary
from lantu.core.errors import InputError

_KEEP = ("乾安", "乾县", "乾縣", "乾州")
_ZONE = re.compile(r"(?:开发|示范|实验|试验|新|园|高新|管理|合作|保税|风景名胜|林|矿|农场|垦)区$")
_ORDINAL = re.compile(r"[一二三四五六七八九十]{1,3}、")
_ORDINALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"]


class Words(Protocol):
    """What the reader asks of the lawbook."""

    @property
    def pages(self) -> Mapping[str, Any]: ...

    @property
    def divisions(self) -> Places: ...


@dataclass(frozen=True, slots=True)
class _Source:
    """What every step needs: the folded text, its resolved form, the words, the pages."""

    name: str
    folded: Folded
    points: PointReading
    words: Vocabulary
    pages: Mapping[str, Mapping[str, Any]]
    places: Places

    @property
    def text(self) -> str:
        return self.points.text

    def question(self, doubt: Doubt) -> Question:
        span = self.folded.span(doubt.start, doubt.end)
        return Question(f"approval.{doubt.code}", self.text[doubt.start : doubt.end], span, doubt.params)


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
    pages = {name: book.pages[f"approvals/{name}"] for name in ("vocabulary", "positioning", "duties")}
    words = vocabulary(pages["vocabulary"])
    folded = fold(text, _KEEP)
    source = _Source(source_file, folded, read_points(folded.text), words, pages, book.divisions)
    replies, others = pieces(folded, _limit_signs(words), book.divisions)
    readings = [
        _document(source, piece) for piece in replies if piece.heading or APPROVES.search(source.text, piece.start, piece.end)
    ]
    readings = [r for r in readings if r.plans or any(p.targets for p in r.plans) or r.questions]
    if not readings or not any(r.plans or _has_limit_question(r) for r in readings):
        raise InputError("approval.no_reply", where=source_file)
    rest = tuple(_other(source, piece) for piece in others)
    areas = {plan.area for reading in readings for plan in reading.plans}
    apart = tuple(source.question(d) for piece in others if (d := _limits_elsewhere(source, piece, areas)))
    unread = tuple(Question("approval.unread_page", str(n), (0, 0), {"page": n}) for n in unread_pages)
    return [
        _with(r, rest if i == 0 else (), (*apart, *unread) if i == 0 else ()) for i, r in enumerate(readings)
    ]


def _limits_elsewhere(source: _Source, piece: Piece, areas: set[str]) -> Doubt | None:
    """Quantities in a stretch that was taken for another document, though it may be a page of this one."""
    text = source.text[piece.start : piece.end]
    ours = piece.heading is None or piece.heading.type == "批复" or any(area in text for area in areas)
    found = [m.span() for m in QUANTITY.finditer(text)] if ours else []
    if not found:
        return None
    return Doubt("other_piece", piece.start + found[0][0], piece.start + found[-1][1], {"text": text[slice(*found[0])]})


def _has_limit_question(reading: Reading) -> bool:
    return any(q.code != "approval.no_plan" for q in reading.questions)


def _with(reading: Reading, others: tuple[OtherPiece, ...], questions: tuple[Question, ...]) -> Reading:
    return replace(reading, other_pieces=others, questions=(*reading.questions, *questions))


def _limit_signs(words: Vocabulary) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(words.terms, key=len, reverse=True)))
    ops = "|".join(map(re.escape, sorted(words.ops_before, key=len, reverse=True)))
    return re.compile(rf"(?:{names})[^。;]{{0,40}}?(?:{ops})[^。;]{{0,30}}?\d")


def _document(source: _Source, piece: Piece) -> Reading:
    frame = surroundings(source.folded, source.text, piece)
    plans = approved_plans(source.text, piece, frame.body, source.places, frame.issuer, frame.addressee)
    issuer = frame.issuer or _news_issuer(source.text, piece, plans, source.places)
    areas = {name: plan.area for plan in plans for name in names_of(plan.area, alone=len(plans) == 1)}
    stretches = [*piece.displaced, (frame.body, piece.end)]
    limits: list[Limit] = []
    doubts: list[Doubt] = []
    foreign = _foreign(source, areas)
    spans_of_time = horizons(source.text[piece.start : piece.end])
    since = min((plan.period[0] for plan in plans if plan.period), default=None)
    for start, end in stretches:
        tokens = tokenize(source.folded, source.text, start, end, source.words, areas, spans_of_time)
        some, open_ = read_limits(source.text, tokens, source.words, areas, foreign, since, source.folded)
        limits += some
        doubts += open_
        places = [(one.start, one.end) for one in (*some, *open_)]
        if places and not plans:
            doubts.append(Doubt("no_plan", min(a for a, _ in places), max(b for _, b in places)))
    doubts += _document_doubts(source, piece, frame, plans, limits)
    cut = _cut_off(source, piece, frame)
    doubts += [cut] if cut else []
    targets, clashes = _targets(source, plans, limits)
    doubts += clashes
    doubts += _silent_plans(plans, targets, frame, piece)
    phrases = positioning(source.text, frame.body, piece.end, areas, source.pages["positioning"])
    return Reading(
        source_file=source.name,
        title=_title(source.text, piece, issuer, plans),
        issuer=issuer,
        addressee=frame.addressee,
        document_number=frame.number,
        date=frame.date,
        plans=tuple(_plan(source, plan, targets.get(plan.area, []), phrases) for plan in plans),
        duties=tuple(
            ReadDuty(d.id, d.kind, d.name, d.obliged, source.folded.span(d.start, d.end), source.text[slice(*d.sentence)])
            for d in find_duties(source.text, frame.body, piece.end, source.pages["duties"])
        ),
        questions=tuple(source.question(d) for d in overlapping(doubts)),
        other_pieces=(),
        span=source.folded.span(piece.start, piece.end),
        source_truncated=cut is not None,
        decimal_points=tuple(sorted(source.points.resolved)),
    )


def _plan(
    source: _Source, plan: ApprovedPlan, targets: list[ReadTarget], phrases: Mapping[str, list[tuple[str, int, int]]]
) -> ReadPlan:
    spoken = tuple((phrase, source.folded.span(a, b)) for phrase, a, b in phrases.get(plan.area, []))
    return ReadPlan(plan.area, plan.title, plan.level, plan.kind, plan.period, spoken, source.folded.span(plan.start, plan.end), tuple(targets))


def _targets(
    source: _Source, plans: list[ApprovedPlan], limits: list[Limit]
) -> tuple[dict[str, list[ReadTarget]], list[Doubt]]:
    """Give each limit to its plan; the same limit said twice is one, said differently it is a question."""
    doubts: list[Doubt] = []
    by_plan: dict[str, list[ReadTarget]] = {}
    for plan in plans:
        own = [limit for limit in limits if limit.area == plan.area]
        horizon = plan.period[1] if plan.period else None
        for limit in own:
            if limit.loose_year and (limit.year is None or limit.year != horizon):
                doubts.append(Doubt("which_year", limit.start, limit.end, {"indicator": limit.indicator}))
            if limit.year is None and horizon is None:
                doubts.append(Doubt("no_year", limit.start, limit.end, {"indicator": limit.indicator}))
            if limit.year and plan.period and not plan.period[0] - 6 <= limit.year <= plan.period[1] + 15:
                doubts.append(Doubt("odd_year", limit.start, limit.end, {"year": limit.year, "indicator": limit.indicator}))
        kept: dict[tuple[str, int | None, bool], Limit] = {}
        clashing: set[tuple[str, int | None, bool]] = set()
        for limit in own:
            key = (_canonical(limit.indicator), limit.year or horizon, limit.value is None)
            first = kept.setdefault(key, limit)
            if first is not limit and not _agree(first, limit):
                clashing.add(key)
                said = {"indicator": limit.indicator, "first": source.text[first.start : first.end],
                        "second": source.text[limit.start : limit.end]}  # fmt: skip
                doubts += [Doubt("contradiction", one.start, one.end, said) for one in (first, limit)]
        chosen = [limit for key, limit in kept.items() if key not in clashing]
        names = [limit.indicator for limit in chosen]
        by_plan[plan.area] = [_target(source, limit, horizon, names) for limit in chosen]
        doubts += _part_above_whole(by_plan[plan.area], chosen)
    for limit in limits:
        if limit.area is None and plans:
            doubts.append(Doubt("whose", limit.start, limit.end, {"text": source.text[limit.start : limit.end]}))
    return by_plan, doubts


def _canonical(indicator: str) -> str:
    return indicator.removesuffix("面积").removesuffix("保护").replace("地区生产总值", "国内生产总值")


def _agree(one: Limit, other: Limit) -> bool:
    a, b = one.value, other.value
    return one.op == other.op and one.unit == other.unit and (a and a.value) == (b and b.value)


def _target(source: _Source, limit: Limit, horizon: int | None, names: Sequence[str]) -> ReadTarget:
    term = source.words.terms.get(limit.indicator)
    of = next((name for name in (term.of if term else ()) if name in names), None)
    if of is None and limit.part and not (term and term.of) and limit.whole != limit.indicator and limit.whole in names:
        of = limit.whole
    figure: Decimal | None = limit.value.value if limit.value else None
    folded = source.folded
    return ReadTarget(
        limit.indicator, limit.op, figure, limit.unit_text, limit.year or horizon,
        of, limit.note, limit.op_text, folded.span(limit.start, limit.end),
        source.text[slice(*limit.sentence)], folded.span(*limit.sentence),
    )  # fmt: skip


def _part_above_whole(targets: list[ReadTarget], limits: list[Limit]) -> list[Doubt]:
    by_name = {t.indicator: t for t in targets}
    return [
        Doubt("part_above_whole", limit.start, limit.end, {"indicator": target.indicator, "whole": target.of})
        for target, limit in zip(targets, limits, strict=True)
        if target.of and (whole := by_name.get(target.of)) and target.value is not None and whole.value is not None
        and target.unit == whole.unit and target.year == whole.year and target.value > whole.value
    ]  # fmt: skip


def _document_doubts(
    source: _Source, piece: Piece, frame: Surroundings, plans: list[ApprovedPlan], limits: list[Limit]
) -> Iterable[Doubt]:
    """Questions about the document as a whole: odd characters, order of pages, missing plan or period."""
    text = source.text
    for char in sorted(source.points.uneven):
        at = source.folded.text.find(char)
        yield Doubt("uneven_points", at, at + 1, {"character": f"U+{ord(char):04X}"})
    damaged = [at for at in range(piece.start, frame.body) if is_unknown(text[at])]
    for at in damaged:
        yield Doubt("unknown_character", at, at + 1, {"character": f"U+{ord(text[at]):04X}", "text": text[at]})
    for plan in plans if damaged else ():
        yield Doubt("damaged_heading", plan.start, plan.end, {"plan": plan.title})
    for start, end in piece.displaced:
        yield Doubt("order", start, end, {})
    ordinals = [
        (_ORDINALS.index(m.group()[:-1]), m.start())
        for m in _ORDINAL.finditer(text, frame.body, piece.end)
        if m.group()[:-1] in _ORDINALS and (m.start() in source.folded.line_starts or text[m.start() - 1] in "。:.")
    ]
    for (before, _), (after, at) in zip(ordinals, ordinals[1:], strict=False):
        if after != before + 1 and not (after == 0 and before > 0):
            yield Doubt("order", at, at + 2, {})
    if piece.heading is None and frame.issuer is None and not _news_issuer(text, piece, plans, source.places):
        yield Doubt("no_title", piece.start, min(piece.end, piece.start + 30), {})
    for plan in plans:
        odd = plan.area[0] in "省市县区州盟旗" or re.search(r"[省市县区州盟旗]$", plan.area) and not _ZONE.search(plan.area)
        if odd and not source.places.level_of(plan.area):
            yield Doubt("unknown_area", plan.start, plan.end, {"area": plan.area})
        if plan.period is None:
            yield Doubt("no_period", plan.start, plan.end, {"plan": plan.title})


def _silent_plans(
    plans: list[ApprovedPlan], targets: Mapping[str, list[ReadTarget]], frame: Surroundings, piece: Piece
) -> Iterable[Doubt]:
    told = [plan for plan in plans if targets.get(plan.area)]
    for plan in plans:
        if not targets.get(plan.area):
            code = "no_targets_for_plan" if told else "no_targets"
            yield Doubt(code, plan.start, plan.end, {"plan": plan.title})


def _foreign(source: _Source, areas: Mapping[str, str]) -> list[str]:
    """Names of other areas that the text speaks of, longest first."""
    spoken = set(re.findall(r"[\u4e00-\u9fff]{2,8}?(?:省|市|自治区|自治州|县|区|旗|州|盟)", source.text))
    own = set(areas) | set(areas.values())
    known: set[str] = set()
    for name in spoken:
        for cut in range(len(name) - 1):
            if source.places.level_of(name[cut:]) and not any(name[cut:] in mine for mine in own):
                known.add(name[cut:])
                break
    return sorted(known, key=len, reverse=True)


def _news_issuer(text: str, piece: Piece, plans: list[ApprovedPlan], places: Places) -> str | None:
    """获国务院批复, 福建省政府批复《…》: who approved, where only a news text says so."""
    seat, told = "省|市|县|区|旗|州|盟", text[piece.start : piece.end]
    for match in re.finditer(
        rf"(?P<who>国务院|(?P<area>[\u4e00-\u9fff]{{2,10}}(?:{seat}))(?:人民)?政府)(?:正式|原则|已|日前|近日|依法)*(?:批复|批准|同意)",
        told,
    ):
        if match["who"] == "国务院":
            return "国务院"
        area = match["area"]
        if area in ("省", "市"):
            break
        for cut in range(len(area) - 1):
            if places.level_of(area[cut:]):
                return f"{area[cut:]}人民政府"
    if re.search(r"国务院(?:正式|原则|已)*(?:批复|批准|同意)", told):
        return "国务院"
    if re.search(r"省(?:人民)?政府(?:正式|原则|已|近日|日前)*(?:批复|批准|同意)", told):
        named = {m for m in re.findall(r"(?=([\u4e00-\u9fff]{2,3}省)人民政府)", told) if places.level_of(m) == "province"}
        return f"{named.pop()}人民政府" if len(named) == 1 else None
    return None


def _title(text: str, piece: Piece, issuer: str | None, plans: list[ApprovedPlan]) -> str | None:
    if piece.heading:
        return text[slice(*piece.heading.title)]
    if issuer and plans:
        return f"{issuer}关于{''.join(f'《{plan.title}》' for plan in plans)}的批复"
    return None


def _cut_off(source: _Source, piece: Piece, frame: Surroundings) -> Doubt | None:
    """The last clause, where an unsigned text ends within a limit: at a name, an operator, or a bare figure."""
    if frame.signed_at is not None:
        return None
    words = source.words
    names = "|".join(map(re.escape, [*words.terms, *words.ops_before]))
    last = re.compile(rf"[^,;。()]*(?:(?:{names})[^,;。()\d]{{0,6}}(?:[\d.]+[万亿]?(?:平方|立方)?)?|[,;、(])$")
    tail = source.text[max(frame.body, piece.end - 60) : piece.end]
    match = last.search(tail)
    return Doubt("cut_off", piece.end - len(match.group()), piece.end, {"text": match.group()}) if match else None


def _other(source: _Source, piece: Piece) -> OtherPiece:
    title = source.text[slice(*piece.heading.title)] if piece.heading else None
    number = DOCUMENT_NUMBER.search(source.text, piece.start, piece.end)
    return OtherPiece(title, number.group() if number else None, source.folded.span(piece.start, piece.end))

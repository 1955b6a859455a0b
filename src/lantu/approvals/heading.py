"""What stands around a reply's body: number, addressee, date, issuer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lantu.approvals.pieces import DOCUMENT_NUMBER, ISSUER, OPENING, Piece
from lantu.approvals.source_text import Folded, simple
from lantu.core.dates import parse_date

_DATE = (
    r"(?<!\d)\d{4}年\d{1,2}月\d{1,2}日"
    r"|[〇零○O一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
)
_DOTTED = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
_SIGNED = re.compile(rf"(?P<issuer>{ISSUER})(?:\(?(?:盖章|公章|印章|章|印)\)?)?(?P<date>{_DATE}|{_DOTTED})")
_DATED_LINE = re.compile(rf"\(?(?P<date>{_DATE})\)?")
_LABELLED_DATE = re.compile(
    rf"(?:成文日期|发文日期|签发日期|成文时间|(?<![\u4e00-\u9fff])日期|(?<=号)日期)[:\]】]?(?P<date>{_DATE}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}})"
)
_LABELLED_NUMBER = re.compile(r"(?:发文字号|发文文号|文号|字号)[:\]】]?")
_ADDRESSEE = re.compile(
    r"(?P<to>[\u4e00-\u9fff、,()]{3,80}?(?:人民政府|自然资源部|自然资源厅|管委会|管理委员会|委员会|厅|局|办|公署|政府|部))(?:、[\u4e00-\u9fff]{2,20})*:"
)
_ANY_GOVERNMENT = re.compile(r"[省市县区州盟旗](?:人民)?政府")  # 省政府关于…: the signature says which
_GOES_ON = re.compile(r"批[复准]|印发|发布|见报|公布|施行|起|同意|上报|报来|前|至|召开|讯|电|\(记者")
_PUBLISHED = re.compile(
    r"(?:发布|颁发|公布|更新|公开|印发|发文|见报|刊登|上传|来源)[\u4e00-\u9fff]{0,4}[:\]]?$"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Number, date, issuer and addressee; None where the text does not say.

    `body` is where the body begins, `signatures` all places where an issuer
    signs with a day, `signed_at` the last.
    """

    number: str | None
    date: date | None
    issuer: str | None
    addressee: str | None
    body: int
    signed_at: int | None
    signatures: tuple[int, ...] = ()


def surroundings(folded: Folded, text: str, piece: Piece) -> Surroundings:
    """Read what frames the body of one document."""
    heading = piece.heading
    head_end = heading.end if heading else piece.start
    addressed = heading or OPENING.match(text, piece.start, piece.end)
    addressee, body = _addressee(text, head_end, piece.end) if addressed else (None, piece.start)
    number = _number(folded, text, piece, head_end, body)
    signed = _signature(folded, text, piece, body)
    issuer = heading.issuer if heading else None
    if signed and signed.issuer and (issuer is None or _ANY_GOVERNMENT.fullmatch(issuer)):
        issuer = signed.issuer
    day = (
        _labelled(text, piece)
        or (signed.day if signed else None)
        or _under_title(folded, text, head_end, body)
    )
    return Surroundings(
        number,
        day,
        issuer,
        addressee,
        body,
        signed.at if signed else None,
        _signatures(folded, text, piece, body),
    )


def show_number(folded: Folded, match: re.Match[str]) -> str:
    """Write a document number in simplified script and with the brackets that the standard asks for.

    What stands on the line above is not part of its sign (自由的图书馆 国函).
    """
    lines = [at - match.start() for at in folded.line_starts if match.start() < at < match.end("sign") - 1]
    sign = match["sign"][lines[-1] :] if lines else match["sign"]
    sign = "".join(map(simple, re.sub(r"^.*?(?:字号|文号|批复|的函)", "", sign) or sign))
    return f"{sign}〔{match['year']}〕{match['no']}号"


def _addressee(text: str, start: int, end: int) -> tuple[str | None, int]:
    window_end = min(end, start + 160)
    stop = text.find("。", start, window_end)
    match = _ADDRESSEE.search(text, start, stop if stop > 0 else window_end)
    if not match:
        return None, start
    to = match.group()[:-1]
    number = list(DOCUMENT_NUMBER.finditer(to))
    if number:
        to = to[number[-1].end() :]
    return to.lstrip("号").strip(",、()") or None, match.end()


def _number(folded: Folded, text: str, piece: Piece, head_end: int, body: int) -> str | None:
    label = _LABELLED_NUMBER.search(text, piece.start, min(piece.end, max(body, head_end) + 200))
    if label and (match := DOCUMENT_NUMBER.match(text, label.end(), piece.end)):
        return show_number(folded, match)
    if piece.heading is None:
        return None
    reach = max(body, min(piece.end, head_end + 40))
    stop = text.find("。", head_end, reach)
    for match in DOCUMENT_NUMBER.finditer(text, head_end, stop if 0 < stop < body else reach):
        if not re.match(r"请示|文件?收悉|收悉|来文|文\)", text[match.end() : match.end() + 6]):
            return show_number(folded, match)
    for match in DOCUMENT_NUMBER.finditer(text, piece.start, piece.heading.start):
        return show_number(folded, match)
    return None


@dataclass(frozen=True, slots=True)
class _Signature:
    issuer: str | None
    day: date | None
    at: int


def _signature(folded: Folded, text: str, piece: Piece, body: int) -> _Signature | None:
    """The issuer's name with the day below the body; the last one counts."""
    found: _Signature | None = None
    for match in _SIGNED.finditer(text, body, piece.end):
        if not _GOES_ON.match(text, match.end()):
            found = _Signature(_shortest_issuer(match["issuer"]), parse_date(match["date"]), match.start())
    if found is None and (bare := _bare_signature(folded, text, piece, body)):
        return bare
    if found or piece.heading is None:
        return found
    starts = [s for s in folded.line_starts if body <= s < piece.end]
    for start, after in zip(starts, [*starts[1:], piece.end], strict=False):
        line = _DATED_LINE.fullmatch(text[start:after])
        if line and (text[max(0, start - 1)] in "。)" or (start > body and after == piece.end)):
            found = _Signature(None, parse_date(line["date"]), start)
    return found


def _signatures(folded: Folded, text: str, piece: Piece, body: int) -> tuple[int, ...]:
    found = _SIGNED.finditer(text, body, piece.end)
    return tuple(m.start() for m in found if m.end() in folded.line_set or not _GOES_ON.match(text, m.end()))


def _bare_signature(folded: Folded, text: str, piece: Piece, body: int) -> _Signature | None:
    """The issuer's name alone on the last line, without a day."""
    last = max((at for at in folded.line_starts if body < at < piece.end), default=piece.end)
    match = re.fullmatch(ISSUER, text[last : piece.end])
    return _Signature(match.group(), None, last) if match and text[last - 1] in "。)" else None


def _shortest_issuer(text: str) -> str:
    """人民政府 may follow other words on the line above: keep the name only."""
    match = re.search(r"(国务院|[\u4e00-\u9fff]{2,12}(?:人民政府|委员会|管委会|[厅局部]))$", text)
    return match.group(1) if match else text


def _labelled(text: str, piece: Piece) -> date | None:
    match = _LABELLED_DATE.search(text, piece.start, piece.end)
    return parse_date(match["date"]) if match else None


def _under_title(folded: Folded, text: str, head_end: int, body: int) -> date | None:
    for match in _DATED_LINE.finditer(text, head_end, body):
        if (
            match.group().startswith("(")
            and match.start() in folded.line_starts
            and not _PUBLISHED.search(text[: match.start()])
        ):
            return parse_date(match["date"])
    return None

"""Cut a file into documents: a gazette page holds tails, heads and several replies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lantu.approvals.source_text import Folded

ISSUER = (
    r"(?:国务院(?:办公厅)?|[\u4e00-\u9fff]{2,16}?(?:人民政府(?:办公厅|办公室)?|管理委员会|管委会|行政公署|委员会|自然资源(?:和规划)?[厅局部]))"
)
TITLE = re.compile(
    rf"(?P<issuer>{ISSUER})(?:印发)?关于(?P<about>[^。;]{{4,400}}?)的(?P<type>批复(?!意见)|批复意见|复函|通知|决定|意见|公告|通告|报告|请示|规定|办法|函)(?P<note>\((?:摘要|节选|摘录|全文|试行)\))?"
)
DOCUMENT_NUMBER = re.compile(r"(?P<sign>[\u4e00-\u9fff]{1,12})[(\[〔〈【](?P<year>\d{4})[)\]〕〉】](?:第)?(?P<no>\d{1,5})号")
LABELS = re.compile(
    r"索引号|发文机关|发文机构|制发机关|发布机构|成文日期|发文日期|签发日期|发布日期|公布日期|生成日期|发文字号|文号|主题分类|主题词|分类|标题|名称|信息来源|来源|有效性|效力级别|颁发时间|公开日期|时效性"
)
_REPLY = ("批复", "批复意见", "复函")


@dataclass(frozen=True, slots=True)
class Heading:
    """A title found in the text: folded [start, end), who issues, about what, which type of document."""

    start: int
    end: int
    issuer: str
    about: str
    type: str

    @property
    def is_plan_reply(self) -> bool:
        return self.type in _REPLY and "规划" in self.about


@dataclass(frozen=True, slots=True)
class Piece:
    """Folded [start, end) of one document; `heading` is None for a text without a title (news, fragments)."""

    start: int
    end: int
    heading: Heading | None
    displaced: tuple[tuple[int, int], ...] = ()


def headings(folded: Folded) -> list[Heading]:
    """Find the titles: they stand at a line's beginning, behind a label, or behind a finished document."""
    text = folded.text
    found: list[Heading] = []
    for start in _places(folded):
        match = TITLE.match(text, start)
        if not match or _inside_sentence(text, match):
            continue
        if found and start < found[-1].end:
            continue
        found.append(Heading(start, match.end(), match["issuer"], match["about"], match["type"]))
    return found


def _places(folded: Folded) -> list[int]:
    text = folded.text
    behind = [m.end() for m in re.finditer(r"标题:|名称:|(?<=\d)日(?=[\u4e00-\u9fff])|。|\)|\|", text)]
    return sorted({0, *folded.line_starts, *behind})


def _inside_sentence(text: str, match: re.Match[str]) -> bool:
    """现将…关于…的批复转发: a title quoted in running text goes on."""
    following = text[match.end() : match.end() + 2]
    return following[:1] in "》”\"精要规" or following in ("转发", "要求", "已经", "印发", "有关", "中明", "全文", "》的")


def pieces(folded: Folded, has_limits: re.Pattern[str]) -> tuple[list[Piece], list[Piece]]:
    """Cut the folded text.

    Args:
        has_limits: matches text that sets a limit; a stretch before the first title that does so is a
            displaced page of that document, not the tail of another.

    Returns:
        Replies to plans, in order; and the other pieces, which belong to other documents.
    """
    text = folded.text
    found = headings(folded)
    if not found:
        return [Piece(0, len(text), None)], []
    starts = [_with_block_above(folded, h.start) for h in found]
    ends = [*starts[1:], len(text)]
    cut = [Piece(s, e, h) for s, e, h in zip(starts, ends, found, strict=True)]
    cut = _merge_repeated(cut)
    replies = [p for p in cut if p.heading and p.heading.is_plan_reply]
    others = [p for p in cut if not (p.heading and p.heading.is_plan_reply)]
    head = starts[0]
    if head > 0:
        lead = text[:head]
        if LABELS.search(lead) and len(lead) < 300 and replies and replies[0].start == head:
            replies[0] = Piece(0, replies[0].end, replies[0].heading)
        elif has_limits.search(lead) and replies:
            replies[0] = Piece(replies[0].start, replies[0].end, replies[0].heading, ((0, head),))
        elif len(lead) > 40 or not replies:
            others.insert(0, Piece(0, head, None))
    if not replies:
        if any(has_limits.search(text, p.start, p.end) for p in others):
            return [Piece(0, len(text), None)], []
        return [], others
    return replies, others


def _with_block_above(folded: Folded, start: int) -> int:
    """Take the number line or the block of labels that stands above a title along with it."""
    begin = start
    for line in reversed([s for s in folded.line_starts if s < start]):
        content = folded.text[line:begin]
        if DOCUMENT_NUMBER.fullmatch(content.strip("()")) or (LABELS.match(content) and len(content) < 80):
            begin = line
        else:
            break
    return begin


def _merge_repeated(cut: list[Piece]) -> list[Piece]:
    """A title that a page prints twice (list and document, label and document) opens one document."""
    merged: list[Piece] = []
    for piece in cut:
        last = merged[-1] if merged else None
        if (
            last
            and last.heading
            and piece.heading
            and _same(last.heading, piece.heading)
            and last.end - last.heading.end < 200
        ):
            merged[-1] = Piece(last.start, piece.end, piece.heading)
        else:
            merged.append(piece)
    return merged


def _same(one: Heading, other: Heading) -> bool:
    def plain(h: Heading) -> str:
        return re.sub(r"[^\u4e00-\u9fff]", "", h.issuer + h.about)

    return plain(one) == plain(other)

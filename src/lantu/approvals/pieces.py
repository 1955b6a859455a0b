"""Cut a file into documents: a gazette page holds tails, heads and several replies."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from lantu.approvals.places import Places
from lantu.approvals.source_text import Folded

ISSUER = (
    r"(?:国务院(?:办公厅)?|自然资源部|新疆生产建设兵团|[\u4e00-\u9fff]{0,10}?[省市县区州盟旗]政府|[省市县区州盟旗]人民政府"
    r"|[\u4e00-\u9fff]{2,16}?(?:人民政府(?:办公厅|办公室)?|管理委员会|管委会|行政公署|委员会|自然资源(?:和规划)?[厅局部]))"
)
TITLE = re.compile(
    rf"(?P<issuer>{ISSUER}(?:、?{ISSUER})?)(?:印发)?关于(?P<about>[^。;]{{4,400}}?)的(?P<type>批复(?!意见)|批复意见|复函|通知|通报|决定|意见|公告|通告|报告|请示|规定|办法|函)(?P<note>\((?:摘要|节选|摘录|全文|试行)\))?"
)
DOCUMENT_NUMBER = re.compile(
    r"(?P<sign>[\u4e00-\u9fff]{1,12})[(\[〔〈【](?P<year>\d{4})[)\]〕〉】](?:第)?(?P<no>\d{1,5})[号號]"
)
_GENERIC = re.compile(r"(?:自治区|自治州|自治县|省|市|县|区|州|盟)?(?:人民政府|委员会|管委会)")
# Words by which an authority approves a plan; a request or a draft on display has none of them.
APPROVES = re.compile(
    r"(?<!报请)(?<!请求)(?<!申请)(?<!提请)(?:批复|批准|同意|核准|审批同意)(?:了|实施|修订后的)?[《〈]|获[\u4e00-\u9fff]{0,8}?批[复准]|批复如下|(?:政府|国务院)(?:(?!请|报|关于)[\u4e00-\u9fff]){0,6}?(?:批复|批准|同意)"
    r"|(?:现|原则|经研究,?|特此|予以|准予)(?:同意|批准|批复)|准予[\u4e00-\u9fff]{0,2}?(?:实施|施行)|同意(?:该)?(?:规划|方案)|(?:规划|方案)同意|经[\u4e00-\u9fff]{2,10}批[复准]"
    r"|同意[\u4e00-\u9fff、]{2,40}规划|近日(?:获|得到)?(?:同意|批准|批复)|拿到[\u4e00-\u9fff]{0,8}批复|(?:发布|公布)[^。;]{0,12}关于[^。;]{4,60}的批复|作出批复|批复(?:函)?(?:称|指出|明确|强调|要求)"
)
LABELS = re.compile(
    r"索引号|发文机关|发文机构|制发机关|发布机构|成文日期|发文日期|签发日期|发布日期|公布日期|生成日期|发文字号|文号|主题分类|主题词|分类|标题|名称|信息来源|来源|有效性|效力级别|颁发时间|公开日期|时效性"
)
_REPLY = ("批复", "批复意见", "复函")


OPENING = re.compile(
    r"[\u4e00-\u9fff、,()]{2,80}(?:人民政府|委员会|管委会|公署|政府|[厅局部]):"
    r"(?=.{0,160}?(?:收悉|报来|呈报)[^:]{0,60}?(?:批复|函复|答复)如下)"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A title found in the text: folded [start, end), who issues, about what, which type of document."""

    start: int
    end: int
    issuer: str
    about: str
    type: str
    shown: tuple[int, int] | None = None

    @property
    def title(self) -> tuple[int, int]:
        """Where the title stands in its best form."""
        return self.shown or (self.start, self.end)

    @property
    def is_plan_reply(self) -> bool:
        if self.type in ("函", "通知"):
            return "规划" in self.about and self.about.startswith(("批准", "同意", "核准"))
        return self.type in _REPLY and "规划" in self.about


@dataclass(frozen=True, slots=True)
class Piece:
    """Folded [start, end) of one document; `heading` is None for a text without a title (news, fragments)."""

    start: int
    end: int
    heading: Heading | None
    displaced: tuple[tuple[int, int], ...] = ()


def headings(folded: Folded, places: Places) -> list[Heading]:
    """Find the titles: they stand at a line's beginning, behind a label, or behind a finished document."""
    text = folded.text
    found: list[Heading] = []
    for start in _places(folded):
        match = TITLE.match(text, start)
        if not match or _inside_sentence(text, match):
            continue
        stray = _words_before(match["issuer"], places)
        start, issuer = start + stray, match["issuer"][stray:]
        heading = Heading(start, match.end(), issuer, match["about"], match["type"])
        if found and start < found[-1].end:
            # The same title begins later than it seemed: words of the line before belong to nobody.
            if match.end() == found[-1].end and _better_start(folded, heading, found[-1], places):
                found[-1] = heading
            continue
        found.append(heading)
    return found


def _better_start(folded: Folded, later: Heading, earlier: Heading, places: Places) -> bool:
    """内容发送至邮箱福建省人民政府: the issuer is the authority that exists.

    Of two unknown ones it is the one behind a blank, unless both begin a line.
    """
    if _GENERIC.match(later.issuer):
        return False
    known = [h.issuer == "国务院" or places.level_of(_seat(h.issuer)) is not None for h in (later, earlier)]
    return known[0] > known[1] or (
        known[0] == known[1] and not (later.start in folded.line_set and earlier.start in folded.line_set)
    )


def _words_before(issuer: str, places: Places) -> int:
    """津云天津市人民政府: how many characters before an authority that exists belong to nobody.

    A lone one may be the beginning of another name (青岚县).
    """
    seat = _seat(issuer)
    if places.level_of(seat) is not None:
        return 0
    for cut in range(2, len(seat) - 1):
        if places.level_of(seat[cut:]):
            head = seat[:cut]
            return 0 if places.level_of(head) or head[-1] in "省市区州盟" else cut
    return 0


def _seat(issuer: str) -> str:
    return re.sub(r"(?:人民政府|管理委员会|管委会|行政公署|委员会).*$", "", issuer)


def _places(folded: Folded) -> list[int]:
    text = folded.text
    behind = [
        m.end()
        for m in re.finditer(
            r"标题:|名称:|作者:|(?<=\d)日(?=[\u4e00-\u9fff])|[。)|\]>/]|[A-Za-z\d](?=[\u4e00-\u9fff])(?![年月日次个号条])",
            text,
        )
    ]
    blanks = [
        at for at in folded.breaks
        if at
        and text[at - 1] not in ",、;:(《“\"于"
        and not {at - 1, at + 1} & folded.breaks  # s p a c e d  text
    ]  # fmt: skip
    return sorted({0, *folded.line_starts, *behind, *blanks})


def _inside_sentence(text: str, match: re.Match[str]) -> bool:
    """现将…关于…的批复转发: a title quoted in running text goes on."""
    following = text[match.end() : match.end() + 2]
    return (following != "" and following[0] in '》”"精要规') or following in (
        "转发",
        "要求",
        "已经",
        "印发",
        "有关",
        "中明",
        "全文",
        "》的",
    )


def pieces(folded: Folded, has_limits: re.Pattern[str], places: Places) -> tuple[list[Piece], list[Piece]]:
    """Cut the folded text.

    Args:
        has_limits: matches text that sets a limit; a stretch before the first title that does so is a
            displaced page of that document, not the tail of another.
        places: the lawbook's administrative divisions.

    Returns:
        Replies to plans, in order; and the other pieces, which belong to other documents.
    """
    text = folded.text
    found = headings(folded, places)
    if not found:
        parts = _parted(folded, Piece(0, len(text), None))
        replies = [p for p in parts if len(parts) == 1 or _letters(folded, p)]
        return replies, [p for p in parts if p not in replies]
    starts = [_with_block_above(folded, h.start) for h in found]
    ends = [*starts[1:], len(text)]
    cut = [Piece(s, e, h) for s, e, h in zip(starts, ends, found, strict=True)]
    cut = [part for piece in _merge_repeated(folded, cut) for part in _parted(folded, piece)]
    replies = [p for p in cut if (p.heading.is_plan_reply if p.heading else bool(_letters(folded, p)))]
    others = [p for p in cut if p not in replies]
    head = starts[0]
    if head > 0:
        lead = text[:head]
        measured = bool(_MEASURED.search(lead))
        if LABELS.search(lead) and len(lead) < 300 and not measured and replies and replies[0].start == head:
            replies[0] = Piece(0, replies[0].end, replies[0].heading)
        elif (
            has_limits.search(lead) and replies and not _is_finished_tail(lead, text, replies[0], has_limits)
        ):
            replies[0] = Piece(replies[0].start, replies[0].end, replies[0].heading, ((0, head),))
        elif len(lead) > 40 or measured or not replies:
            others.insert(0, Piece(0, head, None))
    if not replies:
        if any(
            has_limits.search(text, p.start, p.end) and APPROVES.search(text, p.start, p.end) for p in others
        ):
            return [Piece(0, len(text), None)], []
        return [], others
    return replies, others


def _letters(folded: Folded, piece: Piece) -> list[int]:
    """Where letters begin: an addressee at a line's beginning, then 收悉 and 批复如下."""
    begins = [at for at in folded.line_starts if piece.start <= at < piece.end]
    return [at for at in begins if OPENING.match(folded.text, at, piece.end)]


def _parted(folded: Folded, piece: Piece) -> list[Piece]:
    """Part a stretch where a second letter begins without a title of its own.

    What a news text says before the first of several letters is a part too.
    """
    letters = _letters(folded, piece)
    if len(letters) < 2:
        return [piece]
    cuts = [_with_block_above(folded, at) for at in (letters[1:] if piece.heading else letters)]
    edges = [piece.start, *(at for at in cuts if at > piece.start), piece.end]
    titles = [piece.heading, *(None for _ in edges[2:])]
    return [Piece(a, b, title) for (a, b), title in zip(pairwise(edges), titles, strict=True)]


_MEASURED = re.compile(r"\d(?:[万亿]?(?:亩|公顷|平方|立方)|倍|%)")
_SIGNED_DAY = re.compile(rf"{ISSUER}\d{{4}}年\d{{1,2}}月\d{{1,2}}日")


def _is_finished_tail(lead: str, text: str, reply: Piece, has_limits: re.Pattern[str]) -> bool:
    """A signed stretch before a reply that is signed too ends another document; else it is a lost page."""
    own = text[reply.start : reply.end]
    return is_signed(lead) and bool(_SIGNED_DAY.search(own) and has_limits.search(own))


def is_signed(text: str) -> bool:
    """Say whether a stretch ends with an authority's name and a day."""
    return bool(_SIGNED_DAY.search(text[-40:]))


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


def _merge_repeated(folded: Folded, cut: list[Piece]) -> list[Piece]:
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
            shown = (
                last.heading.title
                if _uneven(folded, piece.heading) and not _uneven(folded, last.heading)
                else None
            )
            merged[-1] = Piece(last.start, piece.end, replace(piece.heading, shown=shown))
        else:
            merged.append(piece)
    return merged


def _uneven(folded: Folded, heading: Heading) -> bool:
    """A bracket of the title was lost."""
    title = folded.text[slice(*heading.title)]
    return any(title.count(a) != title.count(b) for a, b in ("()", "《》"))


def _same(one: Heading, other: Heading) -> bool:
    def plain(h: Heading) -> str:
        return re.sub(r"[^\u4e00-\u9fff]", "", h.issuer + h.about)

    return plain(one) == plain(other)

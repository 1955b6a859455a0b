"""A source text and its folded form, with the way back from every folded character to the source.

Folding undoes what layout does to a sentence: width variants (NFKC), traditional script, spaces, line
and page breaks, page furniture. It never drops a character that could belong to a figure; where it
joined something suspicious, it says so in `doubts`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby

from opencc import OpenCC

Span = tuple[int, int]

# Variants of one mark that NFKC leaves apart; each is one character on both sides.
_SAME_MARK = str.maketrans(
    {
        "«": "《", "»": "》", "≪": "《", "≫": "》", "〈": "〈", "〉": "〉",
        "【": "[", "】": "]", "﹙": "(", "﹚": ")", "｡": "。",
        "−": "-", "﹣": "-", "‐": "-", "‑": "-", "‒": "-",
        "–": "—", "―": "—", "─": "—", "━": "—", "～": "~", "〜": "~",
        "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤",
    }
)  # fmt: skip
_FURNITURE = re.compile(
    r"[-—·•~\s]*第?\s*\d{1,4}\s*页?\s*[/,，共]*\s*(?:共?\s*\d{1,4}\s*页?)?[-—·•~\s]*|page\s*\d+(\s*(of|/)\s*\d+)?",
    re.I,
)
_BARE_NUMBER = re.compile(r"\s*\d{1,3}\s*")
_RUNNING_HEAD = re.compile(r".{0,30}(公报|政报|公告栏|第\d+期|ISSN|https?://|www\.).{0,30}", re.I)
# Lines that may rightly stand twice: signatures, dates, headings, list items.
_OWN_LINE = re.compile(
    r"[。;:,]|(?<!\d)\.(?!\d)|政府|国务院|委员会|[年月]\d{1,2}[月日]|[日年月][)]?$|^[一二三四五六七八九十(（]"
)
_HEAD_LINES = 2
_HEADS_A_DOCUMENT = re.compile(r"批[复復覆]$|\d[号號]$")
_CONVERTER_SIGNS = "国规划复亩达标线态区发开控"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_SPACES = (
    " \u00a0\u2002\u2003\u2009\u202f"  # a single one may stand inside a figure; anything wider parts columns
)
_TYPED_TITLE = re.compile(r"<<(?=[^<>]{2,80}>>)|(?<=[^<>])>>")
# 一 typed for a dash between years; one character for one, like every spelling that is mended here.
_ONE_FOR_DASH = re.compile(
    r"(?<=\d{4})一(?=\d{4})|(?<=\d{4}年)一(?=\d{4})|(?<=[〇○零一二三四五六七八九]{3}[〇○零一二三四五六七八九])-(?=[二])"
)
_PINYIN = re.compile(
    r"(?:(?<=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]\([a-z]\))|(?<=[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]\)))\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)"
)


@dataclass(frozen=True)
class Folded:
    """Folded text; `starts[i]`, `ends[i]` bound the source characters behind folded character i.

    Attributes:
        line_starts: folded offsets at which a source line begins.
        breaks: folded offsets before which white space, a line end or a page end was folded away.
        doubts: folded offsets next to which a number-like line was left standing inside a sentence.
        gaps: folded offsets before which a gap as wide as between columns was folded away.
        marks: folded offsets before which a footnote mark (①, ²) or an invisible character was folded away.
    """

    source: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    line_starts: tuple[int, ...]
    breaks: frozenset[int]
    doubts: frozenset[int]
    gaps: frozenset[int] = frozenset()
    marks: frozenset[int] = frozenset()

    @cached_property
    def line_set(self) -> frozenset[int]:
        """`line_starts` for asking whether an offset is one."""
        return frozenset(self.line_starts)

    def span(self, start: int, end: int) -> Span:
        """Return the source span behind folded [start, end)."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.source)
            return at, at
        return self.starts[start], self.ends[end - 1]


def fold(source: str, keep_names: Iterable[str] = ()) -> Folded:
    """Fold a source text.

    Args:
        source: text as the file gave it.
        keep_names: names whose characters must not be simplified (乾安 is a county, not 干安).
    """
    lines = source.splitlines(keepends=True)
    simplify = _simplifier(source)
    kept = _kept_offsets(source, keep_names) if simplify else frozenset[int]()
    page = _Page(simplify, kept, _pinyin(source), _typed_titles(source))
    offset = 0
    for line, role in zip(lines, _furniture_lines(lines), strict=True):
        page.add(line, offset, role)
        offset += len(line)
    text = "".join(page.chars).replace("批覆", "批复")
    return Folded(
        source, _ONE_FOR_DASH.sub("—", text), tuple(page.starts), tuple(page.ends),
        tuple(page.line_starts or [0]),
        frozenset(page.breaks), frozenset(page.doubts), frozenset(page.gaps), frozenset(page.marks),
    )  # fmt: skip


class _Page:
    """What folding has collected so far."""

    def __init__(
        self, simplify: dict[str, str], kept: frozenset[int], dropped: frozenset[int], typed: dict[int, str]
    ) -> None:
        self.simplify, self.kept, self.dropped, self.typed = simplify, kept, dropped, typed
        self.chars: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.line_starts: list[int] = []
        self.breaks: set[int] = set()
        self.doubts: set[int] = set()
        self.gaps: set[int] = set()
        self.marks: set[int] = set()

    def add(self, line: str, offset: int, role: bool | None) -> None:
        """Fold one source line; page furniture leaves only a break behind."""
        before = len(self.chars)
        if role is not True:
            blanks = 0
            for i, char in enumerate(line):
                if char.isspace():
                    blanks += 1 if char in _SPACES else 2
                    if blanks > 1 and char != "\n":
                        self.gaps.add(len(self.chars))
                else:
                    blanks = 0
                self._char(char, offset + i, line[i - 1] if i else "", line[i + 1 : i + 2])
        if len(self.chars) > before:
            self.line_starts.append(before)
            if role is None:
                self.doubts.update((before, len(self.chars)))
        self.breaks.add(len(self.chars))

    def _char(self, char: str, at: int, previous: str, following: str) -> None:
        char = self.typed.get(at, char)
        if at in self.dropped or not char:
            self.breaks.add(len(self.chars))
            return
        if _is_note_mark(char, previous):
            behind_figure = previous.isdigit() and not following.isdigit()
            if behind_figure or not (previous.isdigit() or previous in ".．" or _may_measure(following)):
                self.breaks.add(len(self.chars))
                self._mark()
                return
            self._put(char, at)  # it may be a digit of a figure: it stays, and the figure is asked about
            return
        for folded in unicodedata.normalize("NFKC", char).translate(_SAME_MARK):
            if folded.isspace() or folded in _INVISIBLE:
                self.breaks.add(len(self.chars))
                if folded in _INVISIBLE:
                    self._mark()
            else:
                self._put(self.simplify.get(folded, folded) if at not in self.kept else folded, at)

    def _mark(self) -> None:
        """Remember the place; a figure that it touches is worth a look."""
        self.marks.add(len(self.chars))

    def _put(self, char: str, at: int) -> None:
        self.chars.append(char)
        self.starts.append(at)
        self.ends.append(at + 1)


def _may_measure(following: str) -> bool:
    """提高①个百分点: a unit behind the mark makes a figure of it."""
    return following.isdigit() or following in tuple("万亿亩公平立倍个%％人米千百")


def _is_note_mark(char: str, previous: str) -> bool:
    """①, ❷ and raised digits point to a footnote; NFKC would make digits of them. km² is no such mark."""
    if not char.isdigit() or unicodedata.category(char) != "No":
        return False
    return not (char in "²³" and previous in ("m", "M", "ｍ"))


def _typed_titles(source: str) -> dict[int, str]:
    """<<临江县规划>> stands for 《临江县规划》; a lone >> (网站首页 >> 正文) is left alone."""
    found: dict[int, str] = {}
    depth = 0
    for match in _TYPED_TITLE.finditer(source):
        at = match.start()
        if match.group() == "<<":
            depth += 1
            found |= {at: "《", at + 1: ""}
        elif depth:
            depth -= 1
            found |= {at: "》", at + 1: ""}
    return found


def _pinyin(source: str) -> frozenset[int]:
    """Offsets of reading aids as in 划(huà), where the text has several and so plainly is such a page."""
    found = [
        m
        for m in _PINYIN.finditer(source.replace("（", "(").replace("）", ")"))
        if m.group() not in ("(ha)", "(km)", "(m)", "(mu)")
    ]
    telling = len(found) > 8 or (len(found) > 2 and any(not c.isascii() for m in found for c in m.group()))
    return frozenset(i for m in found for i in range(*m.span())) if telling else frozenset()


def _furniture_lines(lines: list[str]) -> list[bool | None]:
    """Say per line: True = page furniture, None = a bare number that may be either, False = text."""
    plain = [unicodedata.normalize("NFKC", line).translate(_SAME_MARK).strip() for line in lines]
    repeated = _repeated_heads(plain)
    roles: list[bool | None] = []
    for i, line in enumerate(plain):
        if not line:
            roles.append(False)
        elif _BARE_NUMBER.fullmatch(line):
            alone = _sentence_ends(plain[:i]) or _sentence_begins(plain[i + 1 :])
            roles.append(True if alone else None)
        elif _FURNITURE.fullmatch(line):
            roles.append(True)
        elif _RUNNING_HEAD.fullmatch(line) or line in repeated:
            # Only inside a sentence: elsewhere it may be the file's own heading.
            first = line not in plain[:i] and bool(_HEADS_A_DOCUMENT.search(line))
            roles.append(
                not first and not _sentence_ends(plain[:i]) and any(plain[:i]) and line not in plain[:1]
            )
        else:
            roles.append(False)
    return roles


def _repeated_heads(plain: list[str]) -> set[str]:
    """Return the short lines that stand again and again, alone or in pairs, as the heads of pages do.

    Two replies in one file may share whole paragraphs word for word: those are text.
    """
    often = {
        line
        for line, n in Counter(plain).items()
        if n > 1 and 3 < len(line) < 40 and not _OWN_LINE.search(line)
    }
    again = {line for line, n in Counter(plain).items() if n > 1}
    for same, run in groupby((line for line in plain if line), key=again.__contains__):
        block = list(run)
        if same and len(block) > _HEAD_LINES:
            often.difference_update(block)
    return often


def _sentence_ends(lines: list[str]) -> bool:
    last = next((line for line in reversed(lines) if line), "。")
    return last[-1] in "。.;:!?" and not last[-2:-1].isdigit()


def _sentence_begins(lines: list[str]) -> bool:
    first = next((line for line in lines if line), "")
    return bool(re.match(r"[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)", first))


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=8192)
def simple(char: str) -> str:
    """Return the simplified form of one character."""
    simple = _converter().convert(char)
    return simple if len(simple) == 1 else char


def _simplifier(source: str) -> dict[str, str]:
    """Return the map traditional → simplified, empty for a text that is in simplified script already.

    A simplified text may hold characters that only look traditional (乾安, 於 in names): it is left alone.
    """
    counts = Counter(c for c in source if "\u4e00" <= c <= "\u9fff")
    changed = {c: s for c in counts if (s := simple(c)) != c}
    weight = sum(counts[c] for c in changed)
    telling = any(s in _CONVERTER_SIGNS for s in changed.values())
    return changed if telling and weight > 0.04 * max(1, counts.total()) else {}


def _kept_offsets(source: str, names: Iterable[str]) -> frozenset[int]:
    kept: set[int] = set()
    for name in names:
        for match in re.finditer(re.escape(name), source):
            kept.update(range(*match.span()))
    return frozenset(kept)

"""A source text and its folded form, with the way back from every folded character to the source.

Folding undoes what layout does to a sentence: width variants (NFKC), traditional script, spaces, line
and page breaks, page furniture. It never drops a character that could belong to a figure; where it
joined something suspicious, it says so in `doubts`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

Span = tuple[int, int]

# Variants of one mark that NFKC leaves apart; each is one character on both sides.
_SAME_MARK = str.maketrans(
    {
        "«": "《", "»": "》", "≪": "《", "≫": "》", "〈": "〈", "〉": "〉",
        "【": "(", "】": ")", "﹙": "(", "﹚": ")", "｡": "。",
        "−": "-", "﹣": "-", "‐": "-", "‑": "-", "‒": "-", "–": "—", "―": "—", "─": "—", "━": "—", "～": "~", "〜": "~",
        "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤",
    }
)  # fmt: skip
_FURNITURE = re.compile(
    r"[-—·•~\s]*第?\s*\d{1,4}\s*页?\s*[/,，共]*\s*(?:共?\s*\d{1,4}\s*页?)?[-—·•~\s]*|page\s*\d+(\s*(of|/)\s*\d+)?", re.I
)
_BARE_NUMBER = re.compile(r"\s*\d{1,3}\s*")
_RUNNING_HEAD = re.compile(r".{0,30}(公报|政报|公告栏|第\d+期|ISSN|https?://|www\.).{0,30}", re.I)
# Lines that may rightly stand twice: signatures, dates, headings, list items.
_OWN_LINE = re.compile(r"[。;:]|政府|国务院|委员会|[年月]\d{1,2}[月日]|[日年月][)]?$|^[一二三四五六七八九十(（]")
_CONVERTER_SIGNS = "国规划复亩达标线态区发开控"


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `starts[i]`, `ends[i]` bound the source characters behind folded character i.

    Attributes:
        line_starts: folded offsets at which a source line begins.
        breaks: folded offsets before which white space, a line end or a page end was folded away.
        doubts: folded offsets next to which a number-like line was left standing inside a sentence.
    """

    source: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    line_starts: tuple[int, ...]
    breaks: frozenset[int]
    doubts: frozenset[int]

    def span(self, start: int, end: int) -> Span:
        """Return the source span behind folded [start, end)."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.source)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def line_of(self, offset: int) -> int:
        """Return the folded offset at which the line of `offset` begins."""
        return self.line_starts[bisect_right(self.line_starts, offset) - 1]


def fold(source: str, keep_names: Iterable[str] = ()) -> Folded:
    """Fold a source text.

    Args:
        source: text as the file gave it.
        keep_names: names whose characters must not be simplified (乾安 is a county, not 干安).
    """
    lines = source.splitlines(keepends=True)
    furniture = _furniture_lines(lines)
    simplify = _simplifier(source)
    kept = _kept_offsets(source, keep_names) if simplify else frozenset[int]()

    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    line_starts: list[int] = []
    breaks: set[int] = set()
    doubts: set[int] = set()
    offset = 0
    for line, role in zip(lines, furniture, strict=True):
        before = len(chars)
        if role is not True:
            for i, char in enumerate(line, offset):
                for folded in unicodedata.normalize("NFKC", char).translate(_SAME_MARK):
                    if folded.isspace() or folded in "\u200b\u200c\u200d\u2060\ufeff\u00ad":
                        breaks.add(len(chars))
                        continue
                    chars.append(simplify.get(folded, folded) if simplify and i not in kept else folded)
                    starts.append(i)
                    ends.append(i + 1)
        if len(chars) > before:
            line_starts.append(before)
            if role is None:
                doubts.update((before, len(chars)))
        breaks.add(len(chars))
        offset += len(line)
    return Folded(
        source, "".join(chars), tuple(starts), tuple(ends), tuple(line_starts or [0]), frozenset(breaks), frozenset(doubts)
    )


def _furniture_lines(lines: list[str]) -> list[bool | None]:
    """Say per line: True = page furniture, None = a bare number that may be either, False = text."""
    plain = [unicodedata.normalize("NFKC", line).translate(_SAME_MARK).strip() for line in lines]
    repeated = {line for line, n in Counter(plain).items() if n > 1 and 3 < len(line) < 40 and not _OWN_LINE.search(line)}
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
            roles.append(not _sentence_ends(plain[:i]) and any(plain[:i]) and line not in plain[:1])
        else:
            roles.append(False)
    return roles


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
def _simple(char: str) -> str:
    simple = _converter().convert(char)
    return simple if len(simple) == 1 else char


def _simplifier(source: str) -> dict[str, str]:
    """Return the map traditional → simplified, empty for a text that is in simplified script already.

    A simplified text may hold characters that only look traditional (乾安, 於 in names): it is left alone.
    """
    counts = Counter(c for c in source if "\u4e00" <= c <= "\u9fff")
    changed = {c: s for c in counts if (s := _simple(c)) != c}
    weight = sum(counts[c] for c in changed)
    telling = any(s in _CONVERTER_SIGNS for s in changed.values())
    return changed if telling and weight > 0.04 * max(1, counts.total()) else {}


def _kept_offsets(source: str, names: Iterable[str]) -> frozenset[int]:
    kept: set[int] = set()
    for name in names:
        for match in re.finditer(re.escape(name), source):
            kept.update(range(*match.span()))
    return frozenset(kept)

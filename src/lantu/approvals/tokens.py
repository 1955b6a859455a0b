"""Folded text → tokens. One pass, longest word first; what is no word of a limit stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from lantu.approvals.figures import Figure, is_blot, read_chinese_figure, read_figure
from lantu.approvals.source_text import Folded
from lantu.approvals.token_kinds import Kind, Token
from lantu.approvals.vocabulary import Vocabulary
from lantu.core.units import Dimension, Unit, spellings

_SPELLINGS = spellings()
_UNITS = re.compile("|".join(re.escape(s) for s in sorted(_SPELLINGS, key=len, reverse=True)))
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
QUANTITY = re.compile(rf"\d[\d.,]*(?:{_UNITS.pattern})")
_CLOCK = r"(?:\d{1,2}:\d{2}(?::\d{2})?)?"  # of a web page's stamp, its blank folded away
_DATE = re.compile(
    r"[二一][〇零○O一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?"
    rf"|\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}日{_CLOCK})?|\d{{1,2}}月\d{{1,2}}日"
    rf"|(?:19|20)\d{{2}}([-/])[01]\d\1[0-3]\d{_CLOCK}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d)"
)
_PERIOD = re.compile(r"(?P<from>\d{4})年?(?:—|-|~|至|到|——)(?P<year>\d{4})年?(?!\d)")
_YEAR = re.compile(
    r"(?:到|至|截至|截止|截止到|以|近期|远期|中期|规划至|展望至?)?(?P<year>\d{4}|[二][〇零○O0][一二三四五六七八九〇零○][一二三四五六七八九〇零○])年(?:度|底|末)?(?:为期|时|前|这一年|当年|目标年)?"
)
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[(\[〔]\d{4}[)\]〕]第?\d+号")
_PER_CENT = re.compile(r"百分之(?P<figure>[\d.]+|[零〇一二两三四五六七八九十百点]+)")
_CHINESE = re.compile(
    r"(?P<figure>[零〇一二两三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?)(?P<unit>万亩|亿亩|亩|万公顷|公顷|万?平方千米|万?平方公里|亿立方米|万立方米|倍)"
)
_YEAR_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "O": 0, "0": 0}
_EACH = re.compile(r"分别|依次|各自|各(?=不|控制|达|为|在)")
_FRACTION = re.compile(
    r"[一二两三四五六七八九\d][\d.]*成(?:半|[一二三四五六七八九])?(?=[,;。)]|以|左右|的|$)|[一二三四五六七八九十百\d]+分之[一二三四五六七八九十\d]+"
)
_LABEL = re.compile(
    r"\d{1,2}[.、)](?!\d)|\(\d{1,2}\)|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)"
)
_PAGE = re.compile(r"[-—*]{2,}")
_ALL = re.compile(
    r"(?:[两二三四五六七八九十]|各)个?(?:县|市|区|旗|镇|乡|乡镇|街道)(?=[^\u4e00-\u9fff]|耕|永|生|城|用|均|各|森|湿|常|新|建|农|单|大|海|都)"
)
_BODIES = re.compile(
    r"人民政府|政府|委|自然资源|水利|和|及|与|、|各|有关|发展|[\u4e00-\u9fff]{2,6}[市县区旗镇乡]"
)
_BEGINS = re.compile(r"\d{4}(?:年|[—~-])|\d{1,2}(?:[.、月)])")
_LATIN = re.compile(r"[A-Za-z]+(?:\d{1,3}(?!\d))?")
BULLETS = "●○▲△◆◇►▶▪★☆※•◎►‣"
MARKS = frozenset(",;。:、()!?\"“”'‘’…—[]〔〕|·" + BULLETS)
_BLOTS_AS_BULLETS = "□■▢"


def tokenize(
    folded: Folded, text: str, start: int, end: int, words: Vocabulary, areas: Iterable[str],
    horizons: Mapping[str, int] = MappingProxyType({}), foreign: Iterable[str] = (),
) -> list[Token]:  # fmt: skip
    """Cut folded [start, end) of `text` (decimal points resolved) into tokens that cover it without gaps.

    Args:
        areas: names to be found as areas.
        foreign: names of other areas, found where they head a clause.
        horizons: 近期, 目标年 … → the year they stand for; read where they head a clause.
    """
    names = sorted(set(areas), key=len, reverse=True)
    tokens: list[Token] = []
    at = start
    while at < end:
        token = (
            _heading_year(text, at, end, horizons)
            or (not text.startswith(tuple(names), at, end) and _other_area(text, at, end, foreign))
            or _next(folded, text, at, end, words, names)
        )
        if token.kind is Kind.TEXT and tokens and tokens[-1].kind is Kind.TEXT:
            last = tokens.pop()
            token = Token(Kind.TEXT, last.start, token.end, last.text + token.text)
        tokens.append(token)
        at = token.end
    return tokens


def _heading_year(text: str, at: int, end: int, horizons: Mapping[str, int]) -> Token | None:
    """近期:…; 目标年,…: a horizon's name that heads a clause is its year."""
    heads = not at or text[at - 1] in "。;:,(" or text[at - 2 : at] == "其中"
    for name, year in horizons.items():
        following = text[at + len(name) : at + len(name) + 1]
        if text.startswith(name, at, end) and (following == "(" or (heads and following in (":", ","))):
            return Token(Kind.YEAR, at, at + len(name), name, year=year)
    return None


def _other_area(text: str, at: int, end: int, foreign: Iterable[str]) -> Token | None:
    """苏州市2035年…, 苏州市耕地…: another area's name that heads a clause claims what follows."""
    if at and text[at - 1] not in "。;:,()、年":
        return None
    for name in foreign:
        if text.startswith(name, at, end) and not _BODIES.match(text, at + len(name)):
            return Token(Kind.FOREIGN, at, at + len(name), name)
    return None


def horizons(text: str) -> dict[str, int]:
    """Find what a text says its horizons are: 近期至2025年, 目标年2035年, 远景展望至2050年."""
    found = re.finditer(
        r"(近期|中期|远期|远景|目标年|规划期末)(?:目标年|规划|展望)?(?:至|到|为|:|是|\()?(\d{4})年", text
    )
    return {match[1]: int(match[2]) for match in found}


def _number_end(folded: Folded, text: str, start: int, stop: int, end: int) -> int:
    """Where a run of digits ends: at a column's gap, and at a line's end unless the figure plainly goes on.

    It goes on where the line breaks at its point, or where the digits on the next line run into their unit;
    a row number at the beginning of the next line does neither.
    """
    for at in range(start + 1, stop):
        if at in folded.gaps:
            return at
        if at in folded.breaks and "\n" in folded.source[folded.ends[at - 1] : folded.starts[at]]:
            at_point = "." in (text[at - 1], text[at])
            if not at_point and not (_UNITS.match(text, stop, end) and stop not in folded.breaks):
                return at
    return stop


def _next(folded: Folded, text: str, at: int, end: int, words: Vocabulary, names: list[str]) -> Token:
    char = text[at]
    if (
        char in "-—*"
        and at in folded.line_set
        and not text[at + 1 : at + 2].isdigit()
        and not _PAGE.match(text, at)
    ):
        return Token(Kind.LABEL, at, at + 1, char)
    if char in _BLOTS_AS_BULLETS and at in folded.line_set and not text[at + 1 : at + 2].isdigit():
        return Token(Kind.MARK, at, at + 1, "•")
    if is_blot(char):
        return Token(Kind.UNKNOWN, at, at + 1, char)
    if char == "《" and (close := text.find("》", at, min(end, at + 120))) > 0:
        close = _matching(text, at, end) or close
        return Token(Kind.TITLE, at, close + 1, text[at : close + 1])
    if (at in folded.line_set or text[at - 1 : at] in (";", "。", ":")) and (
        match := _LABEL.match(text, at, end)
    ):
        return Token(Kind.LABEL, at, match.end(), match.group())
    if match := _DOCUMENT_NUMBER.match(text, at, end):
        return Token(Kind.NUMBER_OF_DOCUMENT, at, match.end(), match.group())
    if (match := words.baseline.match(text, at, end)) and not _heads_its_limit(match, text, words):
        return Token(Kind.BASELINE, at, match.end(), match.group(), year=int(match["year"] or match["than"]))
    for kind, pattern in ((Kind.DATE, _DATE), (Kind.PERIOD, _PERIOD), (Kind.YEAR, _YEAR)):
        if (match := pattern.match(text, at, end)) and _free(text, at, match.group()):
            year = _year(match["year"]) if kind is not Kind.DATE else None
            return Token(kind, at, match.end(), match.group(), year=year)
    if char.isascii() and char.isdigit():
        return _number(folded, text, at, end)
    match = _FRACTION.match(text, at, end)
    if match and not match.group().startswith("百分之"):
        return Token(
            Kind.NUMBER, at, match.end(), match.group(), figure=Figure(None, match.group(), "fraction")
        )
    if match := _PER_CENT.match(text, at, end):
        return _spelled(text, at, match, _SPELLINGS["%"])
    if match := _CHINESE.match(text, at, end):
        return _spelled(text, at, match, _SPELLINGS[match["unit"]])
    if match := _ALL.match(text, at, end):
        return Token(Kind.ALL, at, match.end(), match.group())
    if match := _EACH.match(text, at, end):
        return Token(Kind.EACH, at, match.end(), match.group())
    for name in names:
        if text.startswith(name, at, end):
            return Token(Kind.AREA, at, at + len(name), name)
    for length in range(min(words.longest, end - at), 0, -1):
        if kind_name := words.words.get(text[at : at + length]):
            return Token(Kind(kind_name), at, at + length, text[at : at + length])
    if match := _LATIN.match(text, at, end):
        return Token(Kind.TEXT, at, match.end(), match.group())
    beside = (text[at - 1 : at], text[at + 1 : at + 2]) if char == "." and at else ("", "")
    if any(map(is_blot, filter(None, beside))) or (beside[1].isdigit() and not _BEGINS.match(text, at + 1)):
        return Token(Kind.UNKNOWN, at, at + 1, char)  # a figure's point without its beginning
    if char == "." or char in MARKS:
        return Token(Kind.MARK, at, at + 1, "。" if char == "." else char)
    return Token(Kind.TEXT, at, at + 1, char)


def _heads_its_limit(match: re.Match[str], text: str, words: Vocabulary) -> bool:
    """2020年建设用地总规模控制在210.20万公顷: no base of a multiple, but a year and what is limited."""
    whole = match.group()
    stock = whole[whole.find("年") + 1 :]
    return (
        whole[0].isdigit()
        and words.words.get(stock) == "indicator"
        and any(text.startswith(op, match.end()) for op in words.ops_before)
        and not text.startswith("为", match.end())
    )


def _year(text: str) -> int:
    return int(text) if text.isascii() else int("".join(str(_YEAR_DIGITS[c]) for c in text))


def _free(text: str, at: int, matched: str) -> bool:
    """A year or date must not be the tail of a longer run of digits."""
    before = text[max(0, at - 2) : at]
    return not (
        matched[0].isdigit()
        and (before[-1:].isdigit() or (before[-1:] in (".", ",") and before[:1].isdigit()))
    )


def _matching(text: str, at: int, end: int) -> int | None:
    depth = 0
    for i in range(at, min(end, at + 200)):
        depth += {"《": 1, "》": -1}.get(text[i], 0)
        if depth == 0:
            return i
    return None


def _number(folded: Folded, text: str, at: int, end: int) -> Token:
    match = _NUMBER.match(text, at, end)
    assert match
    stop = _number_end(folded, text, at, match.end(), end)
    if text[stop - 1] in ".,":
        stop -= 1
    figure = read_figure(folded, text, at, stop)
    before = text[max(0, at - 2) : at]
    if before and (
        is_blot(before[-1]) or before[-1] in "-~+·’" or (before[:1].isdigit() and before[-1] in "·。—'’:")
    ):
        figure = Figure(None, figure.text, "attached")
    behind = text[stop : stop + 2]
    if behind and (
        is_blot(behind[0])
        or (behind[0] in ".,·" and (is_blot(behind[1:] or " ") or behind[1:] in ("·", "’")))
    ):
        figure = Figure(None, figure.text, "attached")
    unit = _UNITS.match(text, stop, end)
    if unit and not _goes_on(text, unit):
        spelled = text[stop : unit.end()]
        return Token(
            Kind.QUANTITY,
            at,
            unit.end(),
            text[at : unit.end()],
            figure=figure,
            unit=_SPELLINGS[spelled],
            spelled=spelled,
        )
    return Token(Kind.NUMBER, at, stop, text[at:stop], figure=figure)


def _goes_on(text: str, unit: re.Match[str]) -> bool:
    """A unit in letters must not be the beginning of a longer word (5 mm is no 5 m)."""
    last, following = unit.group()[-1], text[unit.end() : unit.end() + 1]
    return last.isascii() and last.isalpha() and following.isascii() and following.isalpha()


def _spelled(text: str, at: int, match: re.Match[str], unit: Unit) -> Token:
    words = match["figure"]
    value = Decimal(words) if words[0].isdigit() and words.count(".") < 2 and words[-1] != "." else None
    if not words[0].isdigit():
        value = read_chinese_figure(words)
    if text[match.end() : match.end() + 1] in ("·", ".", "点"):
        value = None  # it seems to go on
    figure = Figure(
        value, str(value) if value is not None else words, None if value is not None else "malformed"
    )
    spelled = match.groupdict().get("unit") or "%"
    return Token(
        Kind.QUANTITY, at, match.end(), text[at : match.end()], figure=figure, unit=unit, spelled=spelled
    )


def is_multiple(unit: Unit) -> bool:
    """Say whether a unit is 倍."""
    return unit.dimension is Dimension.MULTIPLE

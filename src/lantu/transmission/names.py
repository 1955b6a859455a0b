"""Lists of the plan above against the lower plan's: every item that lies there must reappear."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from lantu.core.finding import Answer
from lantu.lawbook import Lawbook
from lantu.plans import codes_above
from lantu.transmission.clauses import Absent, Judged, Missed, Rule, Section, found, guarded, rule_of, untold

PAGE = "transmission/names"
KIND = "NAMED_LIST"
FIELDS = ("XZQDM", "LX", "MC", "DM", "BM")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|〔[^〔〕]*〕|【[^【】]*】|《|》")
_MARKS = re.compile(r"[\s()\[\]〔〕【】《》“”\"'‘’·•,，、。.:：_—–-]+")
_SPLIT = re.compile(r"[;；、|]+")
_SHORTENED = re.compile(r"(省|市|县|区|旗|自治县|自治州|满族自治县|地区)$")
_Match = Literal["listed", "renamed", "recoded", "regraded", "near", "missing"]


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a list; `area_code` "" where the list does not say in which area it lies."""

    area_code: str
    kind: str
    name: str
    code: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roll:
    """The list of an area."""

    area_code: str
    area_name: str
    digest: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ListRule:
    """A list by words of its kinds; without words it takes what no other list does."""

    rule: Rule
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameRules:
    """The page.

    Attributes:
        grades: words of a name that say its grade.
        least: so many characters are left of a name without the area's own name.
    """

    grades: tuple[str, ...]
    least: int
    lists: tuple[ListRule, ...]


def name_rules(book: Lawbook) -> NameRules:
    """Read the page."""
    d = book.pages[PAGE]
    lists = tuple(ListRule(rule_of(Section.NAMES, each), tuple(each["kinds"])) for each in d["lists"])
    return NameRules(tuple(sorted(d["grades"], key=len, reverse=True)), d["least"], lists)


def item_of(area_code: object, kind: object, name: object, code: object, aliases: object) -> Item:
    """Make an item of a table's cells; aliases are parted by ; or 、."""
    said = [_text(each) for each in _SPLIT.split(_text(aliases))]
    return Item(_text(area_code), _text(kind), _text(name), _text(code), tuple(a for a in said if a))


def judge_names(
    rules: NameRules,
    lower_code: str,
    lower: Roll | Absent,
    upper: Roll | Absent,
    areas: Collection[str],
) -> tuple[Judged, ...]:
    """Judge every list.

    Args:
        lower_code: code of the lower area.
        areas: names of the lower area and of those above, which a name may begin with.
    """
    court = _Court(rules, lower_code, lower, upper, _openings(areas))
    return tuple(guarded(each.rule, (lower_code,), partial(court.listed, each)) for each in rules.lists)


@dataclass(frozen=True, slots=True)
class _Court:
    rules: NameRules
    lower_code: str
    lower: Roll | Absent
    upper: Roll | Absent
    openings: tuple[str, ...]

    def listed(self, rule: ListRule) -> Judged:
        lower, upper = self.lower, self.upper
        for side in (lower, upper):
            if isinstance(side, Absent):
                return untold(rule.rule, (self.lower_code,), side.reason, side.params)
        assert isinstance(lower, Roll) and isinstance(upper, Roll)
        inputs = {f"{each.area_code} {KIND}": each.digest for each in (lower, upper)}
        mine = [each for each in upper.items if self._of(each) is rule]
        here = [each for each in mine if self._lies(each) != "elsewhere"]
        names = {"lower": lower.area_name, "upper": upper.area_name}
        if not mine:
            finding = found(
                rule.rule, (self.lower_code,), Answer.CANNOT_TELL, "transmission.names_none", names,
                inputs=inputs,
            )  # fmt: skip
            return Judged(rule.rule, finding)
        matches = self._matches(here, lower.items)
        missed: list[Missed] = []
        for item, (what, other) in zip(here, matches, strict=True):
            if what == "missing" and self._lies(item) == "unplaced":
                missed.append(Missed("unplaced", item.name, item.code))
            elif what != "listed":
                missed.append(
                    Missed(
                        what, item.name, item.code, other.name if other else "", other.code if other else ""
                    )
                )
        gone = sum(each.what == "missing" for each in missed)
        answer = Answer.FAIL if gone else Answer.NEEDS_PERSON if missed else Answer.PASS
        ending = {Answer.FAIL: "fail", Answer.NEEDS_PERSON: "person", Answer.PASS: "pass"}[answer]
        params = {**names, "count": len(here), "missing": gone, "asked": len(missed) - gone}
        finding = found(
            rule.rule, (self.lower_code, upper.area_code), answer, f"transmission.names_{ending}", params,
            count=gone, inputs=inputs,
        )  # fmt: skip
        missed.sort(key=lambda each: each.what != "missing")
        return Judged(rule.rule, finding, missed=tuple(missed))

    def _of(self, item: Item) -> ListRule | None:
        kind = _normal(item.kind)
        named = (each for each in self.rules.lists if any(word in kind for word in each.kinds))
        rest = (each for each in self.rules.lists if not each.kinds)
        return next(named, None) or next(rest, None)

    def _lies(self, item: Item) -> Literal["here", "elsewhere", "unplaced"]:
        """Tell whether an item lies in the lower area; one that is only said to lie above may."""
        code = item.area_code
        if not code or code in codes_above(self.lower_code):
            return "unplaced"
        return "here" if self.lower_code in (code, *codes_above(code)) else "elsewhere"

    def _matches(self, items: Sequence[Item], others: Sequence[Item]) -> list[tuple[_Match, Item | None]]:
        """Match every item with one of the others; one of them stands for one item only."""
        by_name = [self._by_name(item, others) for item in items]
        taken = Counter(other for _, other in by_name if other is not None)
        free = [each for each in others if each not in taken]
        found: list[tuple[_Match, Item | None]] = []
        for item, (what, other) in zip(items, by_name, strict=True):
            if other is None:
                found.append(self._by_code(item, free))
            elif taken[other] > 1 and what == "listed" and _normal(item.name) != _normal(other.name):
                found.append(("near", other))
            else:
                found.append((what, other))
        return found

    def _by_name(self, item: Item, others: Sequence[Item]) -> tuple[_Match, Item | None]:
        mine, bare = self._keys(item), self._keys(item, bare=True)
        whole = [each for each in others if mine & self._keys(each)]
        # Two that differ in their brackets, （一期） and （二期）, are two.
        part = [each for each in others if bare & self._keys(each) or mine & self._keys(each, bare=True)]
        for other in (*whole, *part):
            if item.code and other.code and item.code != other.code:
                return "recoded", other
            grades = self._grades(item), self._grades(other)
            return ("regraded" if all(grades) and grades[0] != grades[1] else "listed"), other
        return "missing", None

    def _by_code(self, item: Item, others: Sequence[Item]) -> tuple[_Match, Item | None]:
        for other in others:
            if item.code and other.code == item.code:
                return "renamed", other
        for other in others:
            if any(_near(a, b) for a in self._keys(item) for b in self._keys(other)):
                return "near", other
        return "missing", None

    def _keys(self, item: Item, *, bare: bool = False) -> frozenset[str]:
        """Return the forms under which an item is known: without grade, with and without its own area.

        Args:
            bare: without what stands in brackets, too.
        """
        found: set[str] = set()
        for name in (item.name, *item.aliases):
            normal = unicodedata.normalize("NFKC", name)
            plain = _normal(_BRACKETS.sub("", normal) if bare else normal)
            for grade in self.rules.grades:
                plain = plain.replace(grade, "")
            found |= {plain, self._without_area(plain)}
        return frozenset(each for each in found if each)

    def _without_area(self, name: str) -> str:
        for opening in self.openings:
            if name.startswith(opening) and len(name) - len(opening) >= self.rules.least:
                return self._without_area(name[len(opening) :])
        return name

    def _grades(self, item: Item) -> frozenset[str]:
        name = _normal(item.name)
        return frozenset(grade for grade in self.rules.grades if grade in name)


def _openings(areas: Collection[str]) -> tuple[str, ...]:
    names = {_normal(each) for each in areas}
    names |= {_SHORTENED.sub("", each) for each in names if len(_SHORTENED.sub("", each)) > 1}
    return tuple(sorted((each for each in names if each), key=len, reverse=True))


def _normal(name: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).lower()


def _text(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell).strip()


def _near(one: str, other: str) -> bool:
    """Tell whether two names differ by one character; short ones are too alike."""
    if one == other or abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 3:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:]

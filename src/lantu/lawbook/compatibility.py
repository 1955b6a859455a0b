"""Which use fits which zone, planned use or line: the pages of `compatibility/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from lantu.core.errors import LawbookError
from lantu.lawbook.book import Lawbook
from lantu.lawbook.models import Citation, CodeList

FOLDER = "compatibility/"
Fit = Literal["allowed", "condition", "forbidden", "unknown"]
Place = Literal["inside", "outside"]
_SAID: tuple[Fit, ...] = ("allowed", "condition", "forbidden")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a table says of a pair; where it says nothing, the outcome is unknown."""

    outcome: Fit
    sources: tuple[Citation, ...]
    verified: bool


class Compatibility:
    """The tables. Codes are those of the lists that a table names; what holds for a code holds for all
    below it, but for what a table says of one of those itself."""

    def __init__(self, book: Lawbook) -> None:
        """Read the tables.

        Raises:
            LawbookError: `lawbook.compatibility` for a code of no list, a kind of layer that there is not,
                or a pair with two answers.
        """
        self._zones = _Table(f"{FOLDER}zones", book)
        self._uses = _Table(f"{FOLDER}uses", book)
        self._lines = _lines_of(f"{FOLDER}lines", book)
        self.facilities = _facilities_of(f"{FOLDER}facilities", book)

    def in_zone(self, use: str, zone: str) -> Verdict:
        """Return whether a use may stand in a planning zone (规划分区)."""
        return self._zones.verdict(zone, use)

    def refines(self, planned: str, use: str) -> Verdict:
        """Return whether a use may stand on, or a detailed plan may refine, a planned use (规划用途)."""
        return self._uses.verdict(planned, use)

    def sited(self, kind: str, planned: str) -> Verdict:
        """Return whether a special plan's facility (设施) may stand on a planned use.

        Args:
            kind: what the plan calls the facility.
        """
        use = self.facilities.use(kind)
        own = Verdict("unknown", self.facilities.sources, self.facilities.verified)
        if use is None:
            return own
        if use in self._uses.lineage(planned):
            return Verdict("allowed", own.sources, own.verified)
        found = self.refines(planned, use)
        return Verdict(found.outcome, (*own.sources, *found.sources), own.verified and found.verified)

    def on_line(self, use: str | None, line: str, side: Place) -> Verdict:
        """Return whether a use may stand inside a line, or outside it.

        Args:
            use: None for what has no use by its kind, as a special plan's corridor.
            line: kind of layer.
        """
        found = self._lines.get((line, side))
        return found.verdict(use) if found else Verdict("unknown", (), False)

    def worst_on_line(self, line: str, side: Place, *, classed: bool) -> Fit:
        """Return the worst that the table says of any use, or of what has none by its kind."""
        found = self._lines.get((line, side))
        if found is None:
            return "unknown"
        return found.worst if classed else found.verdict(None).outcome


@dataclass(frozen=True, slots=True)
class Facilities:
    """Facilities of special plans by what they are called.

    Attributes:
        field: of the layer that has their kind.
    """

    field: str
    corridors: tuple[str, ...]
    kinds: tuple[tuple[tuple[str, ...], str], ...]
    sources: tuple[Citation, ...]
    verified: bool

    def use(self, kind: str) -> str | None:
        """Return the use that a facility stands for; None for a kind that the table does not know."""
        return next((use for words, use in self.kinds if any(word in kind for word in words)), None)

    def is_corridor(self, kind: str) -> bool:
        """Return whether it is a corridor (廊道) and no facility."""
        return any(word in kind for word in self.corridors)


def _facilities_of(name: str, book: Lawbook) -> Facilities:
    d: Mapping[str, Any] = book.pages[name]
    if d["field"] not in book.fields:
        raise LawbookError("lawbook.compatibility", page=name, codes=d["field"])
    _check(name, (each["use"] for each in d["kinds"]), _lists(d["uses"], book))
    kinds = tuple((tuple(each["words"]), each["use"]) for each in d["kinds"])
    return Facilities(d["field"], tuple(d["corridors"]), kinds, _citations(d["sources"]), d["verified"])


@dataclass(frozen=True, slots=True)
class _Line:
    lists: tuple[CodeList, ...]
    said: Mapping[str, Fit]
    otherwise: Fit
    without_use: Fit
    sources: tuple[Citation, ...]
    verified: bool

    def verdict(self, use: str | None) -> Verdict:
        if use is None:
            return Verdict(self.without_use, self.sources, self.verified)
        lineage = _lineage(use, self.lists)
        found = next((self.said[code] for code in lineage if code in self.said), self.otherwise)
        return Verdict(found if lineage else "unknown", self.sources, self.verified)

    @property
    def worst(self) -> Fit:
        return max((self.otherwise, *self.said.values()), key=_SAID.index)


def _lines_of(name: str, book: Lawbook) -> dict[tuple[str, str], _Line]:
    d: Mapping[str, Any] = book.pages[name]
    lists = _lists(d["uses"], book)
    found: dict[tuple[str, str], _Line] = {}
    for each in d["lines"]:
        key, said = (each["line"], each["side"]), dict[str, Fit]()
        if key in found or each["line"] not in book.layer_kinds:
            raise LawbookError("lawbook.compatibility", page=name, codes="、".join(key))
        for fit in _SAID:
            _check(name, each.get(fit, ()), lists)
            for use in each.get(fit, ()):
                if said.setdefault(use, fit) != fit:
                    raise LawbookError("lawbook.compatibility", page=name, codes=f"{each['line']}、{use}")
        found[key] = _Line(
            lists, said, each["otherwise"], each.get("without_use", "unknown"),
            _citations(each["sources"]), each["verified"],
        )  # fmt: skip
    return found


class _Table:
    def __init__(self, name: str, book: Lawbook) -> None:
        d: Mapping[str, Any] = book.pages[name]
        self._classes, self._uses = (_lists(d[key], book) for key in ("classes", "uses"))
        self._same: Fit | None = d.get("same")
        self._coarser: Fit | None = d.get("coarser")
        self._sources = _citations(d["sources"])
        self._verified: bool = d["verified"]
        self._said: dict[tuple[str, str], Fit] = {}
        for code, said in d["entries"].items():
            _check(name, [code], self._classes)
            for fit in _SAID:
                _check(name, said.get(fit, ()), self._uses)
                for use in said.get(fit, ()):
                    if self._said.setdefault((code, use), fit) != fit:
                        raise LawbookError("lawbook.compatibility", page=name, codes=f"{code}、{use}")

    def lineage(self, code: str) -> list[str]:
        return _lineage(code, self._classes)

    def verdict(self, code: str, use: str) -> Verdict:
        codes, uses = _lineage(code, self._classes), _lineage(use, self._uses)
        found: Fit = "unknown"
        if self._same and codes and codes[0] in uses:
            found = self._same
        elif pair := next((p for p in product(codes, uses) if p in self._said), None):
            found = self._said[pair]
        elif self._coarser and uses and uses[0] in codes:
            found = self._coarser
        return Verdict(found, self._sources, self._verified)


def _citations(d: Iterable[Mapping[str, Any]]) -> tuple[Citation, ...]:
    return tuple(Citation(each["id"], each.get("article")) for each in d)


def _lists(names: Iterable[str], book: Lawbook) -> tuple[CodeList, ...]:
    for name in names:
        if name not in book.code_lists:
            raise LawbookError("lawbook.compatibility", page=FOLDER, codes=name)
    return tuple(book.code_lists[name] for name in names)


def _check(page: str, codes: Iterable[str], lists: Iterable[CodeList]) -> None:
    for code in codes:
        if not any(code in each.rows for each in lists):
            raise LawbookError("lawbook.compatibility", page=page, codes=code)


def _lineage(code: str, lists: Iterable[CodeList]) -> list[str]:
    """Return a code and those above it, in the first list that has it; none for a code of no list."""
    found = next((each for each in lists if code in each.rows), None)
    return found.lineage(code) if found else []

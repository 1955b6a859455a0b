"""Which use fits which zone or planned use: `compatibility/zones.yaml`, `compatibility/uses.yaml`."""

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
_SAID: tuple[Fit, ...] = ("allowed", "condition", "forbidden")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a table says of a pair; where it says nothing, the outcome is unknown."""

    outcome: Fit
    sources: tuple[Citation, ...]
    verified: bool


class Compatibility:
    """The two tables. Codes are those of the lists that a table names; what holds for a code holds for all
    below it, but for what a table says of one of those itself."""

    def __init__(self, book: Lawbook) -> None:
        """Read the tables.

        Raises:
            LawbookError: `lawbook.compatibility` for a code of no list, or a pair with two answers.
        """
        self._zones = _Table(f"{FOLDER}zones", book)
        self._uses = _Table(f"{FOLDER}uses", book)

    def in_zone(self, use: str, zone: str) -> Verdict:
        """Return whether a use may stand in a planning zone (规划分区)."""
        return self._zones.verdict(zone, use)

    def refines(self, planned: str, use: str) -> Verdict:
        """Return whether a use may stand on, or a detailed plan may refine, a planned use (规划用途)."""
        return self._uses.verdict(planned, use)


class _Table:
    def __init__(self, name: str, book: Lawbook) -> None:
        d: Mapping[str, Any] = book.pages[name]
        self._classes, self._uses = (_lists(d[key], book) for key in ("classes", "uses"))
        self._same: Fit | None = d.get("same")
        self._sources = tuple(Citation(each["id"], each.get("article")) for each in d["sources"])
        self._verified: bool = d["verified"]
        self._said: dict[tuple[str, str], Fit] = {}
        for code, said in d["entries"].items():
            _check(name, [code], self._classes)
            for fit in _SAID:
                _check(name, said.get(fit, ()), self._uses)
                for use in said.get(fit, ()):
                    if self._said.setdefault((code, use), fit) != fit:
                        raise LawbookError("lawbook.compatibility", page=name, codes=f"{code}、{use}")

    def verdict(self, code: str, use: str) -> Verdict:
        codes, uses = _lineage(code, self._classes), _lineage(use, self._uses)
        found: Fit = "unknown"
        if self._same and codes and codes[0] in uses:
            found = self._same
        elif pair := next((p for p in product(codes, uses) if p in self._said), None):
            found = self._said[pair]
        return Verdict(found, self._sources, self._verified)


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

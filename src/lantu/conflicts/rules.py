"""Conflicts as the lawbook has them: `conflicts/pairs.yaml`, `severity.yaml`, `life.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lantu.core.errors import LawbookError
from lantu.lawbook import Citation, Compatibility, Lawbook, Words

FOLDER = "conflicts/"
LEAST_M2, LEAST_WIDTH, ADJACENT, SEAM, MOUTH, ALONE = (
    "conflicts.least_m2", "conflicts.least_width_m", "conflicts.adjacent_m", "conflicts.seam_m",
    "conflicts.seam_mouth", "conflicts.border_alone_m",
)  # fmt: skip

Relation = Literal["excludes", "condition", "coexists"]
Test = Literal["shared", "beyond", "differs", "cover", "once", "seam"]
Kind = Literal["overlap", "on", "crossing", "shift", "slit"]
"""重叠, 压占, 交叉, 错位, 缝隙."""
Matrix = Literal["zone", "use", "facility", "line"]
Of = Literal["same", "survey", "above", "newest", "beside"]


LISTED: Mapping[str, Relation] = {"forbidden": "excludes", "condition": "condition"}
"""What a use on a line comes to, by the outcome of the table of lines."""
PLACES: Mapping[str, Literal["inside", "outside"]] = {"shared": "inside", "beyond": "outside"}
"""Test → the side of the line that it looks at."""


@dataclass(frozen=True, slots=True)
class Named:
    """Features by words in one of their fields."""

    field: str
    words: tuple[str, ...]

    def has(self, value: str) -> bool:
        """Return whether a value has one of the words."""
        return any(word in value for word in self.words)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair.

    Attributes:
        of: whose layer: the area's own in force, its latest survey, that of the nearest area above, the
            area's newest, those of the areas beside it.
        codes: the classes of the layer that are meant; empty for all.
        where: only features one of whose words stands in the field; None for all.
        unless: the others; a feature without a value is one of them.
    """

    layer: str
    of: Of
    codes: frozenset[str]
    where: Named | None = None
    unless: Named | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things of which the lawbook says whether they may lie on the same ground.

    Attributes:
        type, test: None where the two may coexist: then nothing is looked for.
        matrix: which table of compatibility decides: class against class, facility against use, use against
            line; None: any shared ground counts.
        cause: field of the first side; adjacent patches of one value are one conflict.
    """

    code: str
    title: Words
    relation: Relation
    type: Kind | None
    test: Test | None
    matrix: Matrix | None
    first: Side
    second: Side
    cause: str | None
    sources: tuple[Citation, ...]
    verified: bool
    note: Words | None


@dataclass(frozen=True, slots=True)
class Severity:
    """How serious a conflict is: by the rank of its lines and by its area."""

    ranks: Mapping[str, int]
    other: int
    levels: tuple[tuple[str, int, float], ...]

    def of(self, kinds: tuple[str, str], area_m2: float) -> str:
        """Return serious, medium or minor: the first level whose rank and area are met.

        Args:
            kinds: kinds of layer of both sides; the higher rank counts.
        """
        rank = min(self.ranks.get(kind, self.other) for kind in kinds)
        found = (level for level, most, least in self.levels if rank <= most and area_m2 >= least)
        return next(found, self.levels[-1][0])


def pairs_of(book: Lawbook) -> tuple[Pair, ...]:
    """Return the pairs in the order of the page.

    Raises:
        LawbookError: `lawbook.review_page` for a name that leads nowhere, a code that stands there twice, a
            relation that is not the worst of what the table of lines says.
    """
    table = Compatibility(book)
    found = tuple(_pair(each, book, table) for each in book.pages[f"{FOLDER}pairs"]["pairs"])
    for number, each in enumerate(found):
        if any(each.code == other.code for other in found[:number]):
            raise LawbookError("lawbook.review_page", code=each.code, name=each.code)
    return found


def indicators_of(book: Lawbook) -> Mapping[str, str]:
    """Return kind of layer → the indicator in whose targets a plan's reply speaks of it.

    Raises:
        LawbookError: `lawbook.review_page` for a name that leads nowhere.
    """
    found: Mapping[str, str] = book.pages[f"{FOLDER}pairs"]["indicators"]
    for kind, indicator in found.items():
        if kind not in book.layer_kinds or indicator not in book.indicators:
            raise LawbookError("lawbook.review_page", code=kind, name=indicator)
    return found


def said_of(book: Lawbook) -> Mapping[str, Sequence[str]]:
    """Return kind of layer → the fields by which its features say what was decided of their ground.

    Raises:
        LawbookError: `lawbook.review_page` for a name that leads nowhere.
    """
    found: Mapping[str, Sequence[str]] = book.pages[f"{FOLDER}pairs"]["said"]
    for kind, fields in found.items():
        for name in (kind,) if kind not in book.layer_kinds else fields:
            if name not in book.fields:
                raise LawbookError("lawbook.review_page", code=kind, name=name)
    return found


def severity_of(book: Lawbook) -> Severity:
    """Return how the lawbook weighs conflicts."""
    d = book.pages[f"{FOLDER}severity"]
    levels = tuple((each["level"], each["rank"], float(each["least_m2"])) for each in d["levels"])
    return Severity(dict(d["ranks"]), d["other"], levels)


def _pair(d: Mapping[str, Any], book: Lawbook, table: Compatibility) -> Pair:
    note, code = d.get("note"), d["code"]
    first, second = (_side(d[name], code, book) for name in ("first", "second"))
    matrix = d.get("matrix")
    unclassed = [each.layer for each in (first, second) if book.layer_kinds[each.layer].classed is None]
    if (matrix in ("zone", "use") and unclassed) or (matrix == "facility" and second.layer in unclassed):
        raise LawbookError("lawbook.review_page", code=code, name=unclassed[-1])
    if (d.get("test") == "seam") != (second.of == "beside") or first.of == "beside":
        raise LawbookError("lawbook.review_page", code=code, name="beside")
    if matrix == "line":
        worst = table.worst_on_line(second.layer, PLACES[d["test"]], classed=first.layer not in unclassed)
        if d["relation"] != LISTED.get(worst):
            raise LawbookError("lawbook.review_page", code=code, name=f"{second.layer} {worst}")
    for source in d["sources"]:
        if source["id"] not in book.sources:
            raise LawbookError("lawbook.review_page", code=code, name=source["id"])
    return Pair(
        code, _words(d["title"]), d["relation"], d.get("type"), d.get("test"), matrix, first, second,
        d.get("cause"), tuple(Citation(each["id"], each.get("article")) for each in d["sources"]),
        d["verified"], _words(note) if note else None,
    )  # fmt: skip


def _side(d: Mapping[str, Any], code: str, book: Lawbook) -> Side:
    layer = d["layer"]
    if layer not in book.layer_kinds:
        raise LawbookError("lawbook.review_page", code=code, name=layer)
    wanted, named = frozenset(d.get("codes", ())), d.get("land_class", ())
    where, unless = (_named(d.get(name), code, book) for name in ("where", "unless"))
    classed = book.layer_kinds[layer].classed
    found: set[str] = set()
    known: set[str] = set()
    for name in classed[1] if classed else ():
        listed = book.code_lists[name]
        known |= wanted.intersection(listed.rows)
        found |= {each for each in listed.rows if wanted.intersection(listed.lineage(each))}
        for one in named:
            found |= book.land_class(one, name)
    if known != wanted or (named and not found):
        raise LawbookError("lawbook.review_page", code=code, name="、".join(sorted(wanted - known)) or "–")
    return Side(layer, d.get("of", "same"), frozenset(found), where, unless)


def _named(d: Mapping[str, Any] | None, code: str, book: Lawbook) -> Named | None:
    if d is None:
        return None
    if d["field"] not in book.fields:
        raise LawbookError("lawbook.review_page", code=code, name=d["field"])
    return Named(d["field"], tuple(d["words"]))


def _words(d: Mapping[str, str]) -> Words:
    return Words(d["zh"], d["en"])

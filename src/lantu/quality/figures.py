"""What a plan says in figures: in its table of indicators, its text, the reply, the plan above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from lantu.approvals.figures import is_unknown
from lantu.approvals.plan_text import Saying, read_plan_text
from lantu.approvals.reading import Question
from lantu.approvals.vocabulary import Term, Vocabulary, vocabulary
from lantu.core.operators import EQUAL
from lantu.core.units import Dimension, spellings, unit
from lantu.lawbook import Lawbook
from lantu.lawbook.models import Indicator
from lantu.quality.findings import CannotTell, NotApplicable
from lantu.quality.package import Document
from lantu.quality.reference import Figure
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import BROKEN, Workspace

PAGE = "figures/plan"
Side = Literal["table", "layers", "text", "reply", "upper"]
Column = Literal["base", "near", "target"]
COLUMNS: tuple[Column, ...] = ("base", "near", "target")
_TEXTS = (".docx", ".doc", ".wps", ".pdf", ".txt")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?")
_QUOTED = 30
_NAMES = re.compile(r"(?:总?面积|总?规模|保护面积)$")


@dataclass(frozen=True, slots=True)
class Told:
    """One figure that one side gives for an indicator.

    Attributes:
        key: what makes the indicator the same under its other names; `name` is how it is called here.
        op: how the figure binds, `=` where it states what is.
        decimals: as written; None where it was added up.
        where: how sentences name the source; `layer` is what a finding is filed under, `rows` of its sheet.
        plain: whether the figure was read without any doubt.
        dated: whether its year is said, and not taken for the plan's last one.
        verified: whether the way it was added up was seen in a published source.
    """

    key: str
    name: str
    op: str
    value: Fraction
    unit: str
    year: int
    side: Side
    where: str
    layer: str
    rows: tuple[int, ...] = ()
    decimals: int | None = None
    plain: bool = True
    verified: bool = True
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell of the table of indicators.

    Attributes:
        kind: number; empty; upper for a figure that another authority hands down; odd for all else.
        value, op, decimals: of a number; `op` is None where none is written.
    """

    text: str
    kind: Literal["number", "empty", "upper", "odd"]
    value: Decimal | None = None
    op: str | None = None
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of indicators; `ours` says whether it is of the plan's whole area."""

    row: int
    name: str
    key: str
    unit: str
    attribute: str
    area: str
    ours: bool
    cells: Mapping[Column, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextRead:
    """What the plan's texts say, and the figures of known indicators in them that could not be read."""

    told: tuple[Told, ...]
    questions: tuple[tuple[str, Question], ...]


def _plain(text: str) -> str:
    """Bring words into the form in which they are compared: NFKC, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def page_of(book: Lawbook) -> Mapping[str, Any]:
    found: Mapping[str, Any] = book.pages[PAGE]
    return found


def indicator_of(book: Lawbook, name: str) -> Indicator | None:
    """Return the lawbook's indicator of an id, a name or an alias."""
    return book.indicators.get(name) or book.indicator_named(name)


def key_of(book: Lawbook, name: str) -> str:
    """Return what makes an indicator the same: its id in the lawbook, else its name without 面积, 规模."""
    known = indicator_of(book, name)
    plain = _plain(name)
    return known.id if known else _NAMES.sub("", plain) or plain


def words_of(work: Workspace) -> Vocabulary:
    return work.once("vocabulary", lambda: vocabulary(work.book.pages["approvals/vocabulary"]))


def term_of(work: Workspace, name: str) -> Term | None:
    """Return what the vocabulary of replies knows of an indicator."""
    return words_of(work).terms.get(_plain(name))


def dimensions_of(work: Workspace, name: str) -> tuple[Dimension, ...]:
    """Return what an indicator may be measured in; nothing where that is not known."""
    known = indicator_of(work.book, name)
    if known is not None:
        return (unit(known.unit).dimension,)
    term = term_of(work, name)
    return term.dimensions if term else ()


def direction_of(work: Workspace, name: str) -> str | None:
    """Return the side on which an indicator binds; None where that is not known."""
    known = indicator_of(work.book, name)
    if known is not None:
        return known.direction
    term = term_of(work, name)
    return term.direction if term else None


# --- the table of indicators ---------------------------------------------------------------------------


def table_rows(work: Workspace) -> tuple[Sheet, tuple[Row, ...]]:
    """Read the table of indicators.

    Raises:
        CannotTell: it should be there and is not, or lacks a column; NotApplicable: it need not be there.
    """
    page = page_of(work.book)
    kind, columns = page["table"], page["columns"]
    spec = work.profile.layers.get(kind)
    if spec is None:
        raise NotApplicable("quality.layer_not_given", layer=kind, name=kind)
    if kind not in work.sheets and spec.presence != "required" and not work.broken(kind):
        raise NotApplicable("quality.layer_not_given", layer=kind, name=work.layer_name(kind))
    sheet = work.sheet(kind)
    sheet.needs(columns["name"], columns["unit"], columns["target"])
    return sheet, work.once("indicator table", lambda: _rows(work, sheet, columns, set(page["empty"])))


def _rows(work: Workspace, sheet: Sheet, columns: Mapping[str, str], empty: set[str]) -> tuple[Row, ...]:
    def text(column: str) -> list[str]:
        name = columns[column]
        if not sheet.has(name):
            return [""] * len(sheet)
        return ["" if each is None else str(each).strip() for each in sheet.text(name)]

    said = {column: text(column) for column in columns}
    found = []
    for row in range(len(sheet)):
        name, area = said["name"][row], said["area"][row]
        cells = {
            column: cell_of(words_of(work), said[column][row], said["unit"][row], empty) for column in COLUMNS
        }
        found.append(
            Row(
                row, name, key_of(work.book, name), said["unit"][row], said["attribute"][row], area,
                _whole(work, area), cells,
            )
        )  # fmt: skip
    return tuple(found)


def _whole(work: Workspace, area: str) -> bool:
    """Say whether a code is the plan's own area: a county's code, with or without zeros behind it."""
    code = area.rstrip("0")
    return not area or (work.county is None and len(code) <= 6) or (work.county or "").rstrip("0") == code


def cell_of(words: Vocabulary, text: str, unit_text: str, empty: set[str]) -> Cell:
    """Read a cell: a number, with a word for its limit or its own unit beside it; nothing; or a reference.

    A character that nobody could know is never guessed: the cell is odd.
    """
    plain = _plain(text)
    if not plain or plain in empty:
        return Cell(text, "empty")
    if any(map(is_unknown, text.strip())):  # a footnote's ² would become a digit
        return Cell(text, "odd")
    op, rest = None, plain
    for word in sorted(words.ops_before, key=len, reverse=True):
        if rest.startswith(word):
            op, rest = words.ops_before[word], rest[len(word) :]
            break
    for word in sorted(words.ops_after, key=len, reverse=True):
        if rest.endswith(word):
            op, rest = op or words.ops_after[word], rest[: -len(word)]
            break
    rest = rest.removesuffix(_plain(unit_text))
    if _NUMBER.fullmatch(rest):
        digits = rest.replace(",", "")
        return Cell(text, "number", Decimal(digits), op, len(digits.partition(".")[2]))
    return Cell(text, "upper" if words.reference.search(plain) else "odd")


def told_by_table(work: Workspace) -> tuple[Told, ...]:
    """Return the table's figures of the plan's own area, in units that are known; raises as `table_rows`."""
    sheet, rows = table_rows(work)
    years = page_of(work.book)["years"]
    found = []
    for row in rows:
        measured = unit_named(row.unit)
        if not row.ours or not row.name or measured is None:
            continue
        for column, cell in row.cells.items():
            if cell.value is None:
                continue
            binds = cell.op or direction_of(work, row.name) or EQUAL
            found.append(
                Told(
                    row.key, row.name, EQUAL if column == "base" else binds, Fraction(cell.value), measured,
                    years[column], "table", sheet.source.where, sheet.kind, (row.row,), cell.decimals,
                )
            )  # fmt: skip
    return tuple(found)


def unit_named(text: str) -> str | None:
    """Return the unit of that name, alias or width variant; None where there is none."""
    known = spellings()
    found = known.get(text.strip()) or known.get(_plain(text))
    return found.name if found else None


# --- text, reply, plan above -----------------------------------------------------------------------------


def text_read(work: Workspace) -> TextRead:
    """Read the plan's texts.

    Raises:
        CannotTell: `quality.text_of_nobody`; `quality.no_plan_text` where there should be a text, or one
            that is there could not be read. NotApplicable: there is none, and need not be.
    """
    lost = [each for each in work.incidents(*BROKEN) if each.where.lower().endswith(_TEXTS)]
    if not work.package.documents:
        kind = CannotTell if lost or work.profile.documents else NotApplicable
        raise kind("quality.no_plan_text", where=lost[0].where if lost else work.package.name)
    division = work.book.divisions.by_code(work.county) if work.county else None
    if division is None:
        raise CannotTell("quality.text_of_nobody")
    return work.once("plan text", lambda: _text_read(work, division.name))


def _text_read(work: Workspace, area: str) -> TextRead:
    years = page_of(work.book)["years"]
    told: list[Told] = []
    questions: list[tuple[str, Question]] = []
    for document in work.package.documents:
        if not document.text.strip():
            continue
        sayings, open_ = read_plan_text(document.text, document.file, work.book, area, years["base"] + 1)
        told += [one for each in sayings if (one := _told_by_text(work, document, each, years["target"]))]
        questions += [(document.file, each) for each in open_]
    return TextRead(tuple(told), tuple(questions))


def _told_by_text(work: Workspace, document: Document, one: Saying, target: int) -> Told | None:
    measured = unit_named(one.unit or "")
    if one.value is None or measured is None or one.op is None:
        return None
    exponent = one.value.as_tuple().exponent
    words = "".join(document.text[slice(*one.span)].split())[-_QUOTED:]
    return Told(
        key_of(work.book, one.indicator), one.indicator, one.op, Fraction(one.value), measured,
        one.year or target, "text", f"{document.file}“{words}”", document.file, (),
        max(0, -int(exponent)), one.plain, True, one.year is not None,
    )  # fmt: skip


def told_by_reference(work: Workspace, side: Literal["reply", "upper"]) -> tuple[Told, ...]:
    """Return the figures of the reply, or of the plan above.

    Raises:
        NotApplicable: `quality.no_reply`; CannotTell: `quality.no_upper`, `quality.upper_of_nobody`.
    """
    figures = work.reference.reply if side == "reply" else work.reference.upper
    if figures is None and side == "reply":
        raise NotApplicable("quality.no_reply")
    if figures is None:
        raise CannotTell("quality.no_upper" if work.county else "quality.upper_of_nobody")
    return tuple(_told_by_figure(work, side, each) for each in figures)


def _told_by_figure(work: Workspace, side: Literal["reply", "upper"], each: Figure) -> Told:
    measured = unit_named(each.unit) or each.unit
    known = indicator_of(work.book, each.indicator)
    year = each.year or page_of(work.book)["years"]["target"]
    # Handed down without a word for how it binds, a figure binds as its indicator does.
    said = each.plain or each.op != EQUAL
    op = each.op if said else direction_of(work, each.indicator) or EQUAL
    return Told(
        key_of(work.book, each.indicator), known.name.zh if known else each.indicator, op,
        Fraction(each.value), measured, year, side, each.source, each.source, (),
        max(0, -int(each.value.as_tuple().exponent)), each.plain,
    )  # fmt: skip

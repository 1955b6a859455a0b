"""The lines of a 界址点坐标 TXT: header, plots, closed rings, each with the line it stands in.

Nothing is mended: a line that does not read as the format has it is refused by its number. Only blanks around
values, tabs in place of commas, and either way of counting points are let through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from lantu.core.errors import InputError

HEADER, PLOTS = "属性描述", "地块坐标"
_ENCODINGS = ("utf-8", "gb18030")
_BLANKS = " \t"  # not U+3000: a full-width blank is asked about, as full-width digits are
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
_COUNT = re.compile(r"[0-9]{1,9}")
_SECTION = re.compile(r"\[(.*)\]")
_BEFORE_NAMES = 5
"""Fields of a plot's line up to 记录图形属性; the map sheet, the use and the class may be left out."""
_SHOWN = 40
_WIDE = "０１２３４５６７８９，．＝＠［］＋－　【】、。"
_NARROW = str.maketrans(_WIDE, "0123456789,.=@[]+- [],.")


@dataclass(frozen=True, slots=True)
class Ring:
    """A closed ring as written.

    Attributes:
        xy: (n, 2) northing X and easting Y, the last point equal to the first.
        line: (n) number of each point's line, from 1.
    """

    xy: NDArray[np.float64]
    line: NDArray[np.int64]


@dataclass(slots=True)
class Plot:
    """A plot: the fields of its own line, without the @, and its rings."""

    line: int
    fields: list[str]
    rings: list[Ring] = field(default_factory=list)

    @property
    def points(self) -> int:
        return int(self.fields[0])


@dataclass(slots=True)
class Sheet:
    """A file as written.

    Attributes:
        header: key → (value, its line); None where there is no [属性描述].
        encoding: the encoding it is in.
        tabs: whether tabs stand for commas anywhere.
    """

    encoding: str
    header: dict[str, tuple[str, int]] | None = None
    plots: list[Plot] = field(default_factory=list)
    tabs: bool = False


def read_sheet(data: bytes, where: str) -> Sheet:
    """Read the lines of a file.

    Raises:
        InputError: `boundary.empty`, `.encoding`, `.no_section`, `.section_twice`, `.key_twice`,
            `.full_width`, `.bad_line`, `.bad_header`, `.bad_plot`, `.not_polygon`, `.bad_point`,
            `.point_without_plot`, `.no_points`, `.no_plots`, `.few_points`, `.unclosed`, `.closing_differs`,
            `.point_count`, `.cut_off`.
    """
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise InputError("boundary.empty", where=where)
    encoding, text = _decoded(data, where)
    reader = _Reader(where, Sheet(encoding))
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line.strip(_BLANKS):
            reader.read(number, line.strip(_BLANKS))
    return reader.end()


def refuse_value(code: str, where: str, line: int, text: str, **params: object) -> NoReturn:
    """Refuse what stands in a line: for its full-width characters, where it would read without them.

    Raises:
        InputError: `boundary.full_width`, else `code`.
    """
    odd = "".join(dict.fromkeys(each for each in text if each in _WIDE))
    if odd:
        raise InputError(
            "boundary.full_width", where=where, line=line, found=odd, text=_cut(text),
            likely=_cut(text.translate(_NARROW)),
        )  # fmt: skip
    raise InputError(code, where=where, line=line, text=_cut(text), **params)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _decoded(data: bytes, where: str) -> tuple[str, str]:
    """Return encoding and text: the encoding is the one in which the file names its own section."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = tuple(each for each in _ENCODINGS if PLOTS.encode(each) in data) or _ENCODINGS
    first_bad = 0
    for encoding in candidates:
        try:
            text = data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            first_bad = first_bad or data.count(b"\n", 0, error.start) + 1
            continue
        if "\0" not in text:
            return encoding.upper(), text
        first_bad = first_bad or text.count("\n", 0, text.index("\0")) + 1
    raise InputError("boundary.encoding", where=where, line=first_bad)


class _Reader:
    """Lines one by one: which section, which plot, which ring is under way."""

    def __init__(self, where: str, sheet: Sheet) -> None:
        self.where = where
        self.sheet = sheet
        self.section: str | None = None
        self.seen: dict[str, int] = {}
        self.ring_number = ""
        self.xy: list[tuple[float, float]] = []
        self.ids: list[str] = []
        self.lines: list[int] = []
        self.last = 0

    def read(self, number: int, line: str) -> None:
        self.last = number
        if found := _SECTION.fullmatch(line):
            self._begin(number, found[1].strip(_BLANKS))
        elif self.section is None:
            refuse_value("boundary.no_section", self.where, number, line)
        elif self.section == HEADER:
            self._header(number, line)
        elif self.section == PLOTS:
            self._plot_or_point(number, line)

    def end(self) -> Sheet:
        self._end_plot(at_end=True)
        if not self.sheet.plots:
            raise InputError("boundary.no_plots", where=self.where, line=self.seen.get(PLOTS, self.last))
        return self.sheet

    def _begin(self, number: int, name: str) -> None:
        if name in self.seen:
            first = self.seen[name]
            raise InputError("boundary.section_twice", where=self.where, line=number, name=name, first=first)
        if PLOTS in self.seen:  # nothing may follow the plots
            refuse_value("boundary.bad_line", self.where, number, f"[{name}]")
        self.seen[name], self.section = number, name
        if name == HEADER:
            self.sheet.header = {}

    def _header(self, number: int, line: str) -> None:
        key, equals, value = (each.strip(_BLANKS) for each in line.partition("="))
        if not equals or not key:
            refuse_value("boundary.bad_header", self.where, number, line)
        assert self.sheet.header is not None  # made with the section
        before = self.sheet.header.setdefault(key, (value, number))
        if before[0] != value:
            raise InputError(
                "boundary.key_twice", where=self.where, line=number, key=key, first=before[1],
                values=f"{before[0]} / {value}",
            )  # fmt: skip

    def _plot_or_point(self, number: int, line: str) -> None:
        comma = "," if "," in line else "\t"
        fields = [each.strip(_BLANKS) for each in line.split(comma)]
        self.sheet.tabs |= comma == "\t" and len(fields) > 1
        while len(fields) > 1 and not fields[-1]:
            fields.pop()
        if fields[-1] == "@":
            self._end_plot()
            self._begin_plot(number, line, fields[:-1])
        elif len(fields) >= _BEFORE_NAMES or "@" in line:
            refuse_value(
                "boundary.bad_plot" if "面" in line else "boundary.bad_line", self.where, number, line
            )
        else:
            self._point(number, line, fields)

    def _begin_plot(self, number: int, line: str, fields: list[str]) -> None:
        if len(fields) < _BEFORE_NAMES or not _COUNT.fullmatch(fields[0]):
            refuse_value("boundary.bad_plot", self.where, number, line)
        if fields[4] in ("点", "线"):
            raise InputError("boundary.not_polygon", where=self.where, line=number, found=fields[4])
        if fields[4] != "面":
            refuse_value("boundary.bad_plot", self.where, number, line)
        self.sheet.plots.append(Plot(number, fields))

    def _point(self, number: int, line: str, fields: list[str]) -> None:
        if len(fields) != 4 or not fields[0] or not _COUNT.fullmatch(fields[1]):
            refuse_value("boundary.bad_point", self.where, number, line)
        if not (_NUMBER.fullmatch(fields[2]) and _NUMBER.fullmatch(fields[3])):
            refuse_value("boundary.bad_point", self.where, number, line)
        if not self.sheet.plots:
            raise InputError("boundary.point_without_plot", where=self.where, line=number)
        if self.xy and fields[1] != self.ring_number:
            self._unclosed()
        here = float(fields[2]), float(fields[3])
        if self.xy and fields[0] == self.ids[0] and here != self.xy[0]:
            apart = float(np.hypot(here[0] - self.xy[0][0], here[1] - self.xy[0][1]))
            raise InputError(
                "boundary.closing_differs", where=self.where, line=number, point=fields[0],
                first=self.lines[0], apart=f"{apart:.3f}",
            )  # fmt: skip
        self.ring_number = fields[1]
        self.xy.append(here)
        self.ids.append(fields[0])
        self.lines.append(number)
        # The first point again ends a ring: the next point begins another, whatever its ring number.
        if len(self.xy) > 1 and here == self.xy[0] and not self._same_place():
            self._end_ring()

    def _same_place(self) -> bool:
        """Say whether the first point was only written several times so far."""
        return len(set(self.xy)) == 1 and self.ids[-1] != self.ids[0]

    def _end_ring(self) -> None:
        if len(set(self.xy)) < 3:
            raise InputError(
                "boundary.few_points", where=self.where, line=self.lines[0], found=len(set(self.xy))
            )
        ring = Ring(np.array(self.xy, np.float64), np.array(self.lines, np.int64))
        self.sheet.plots[-1].rings.append(ring)
        self.xy, self.ids, self.lines = [], [], []

    def _unclosed(self) -> NoReturn:
        raise InputError(
            "boundary.unclosed", where=self.where, line=self.lines[-1], first=self.lines[0],
            point=self.ids[0], ring=self.ring_number,
        )  # fmt: skip

    def _end_plot(self, at_end: bool = False) -> None:
        if not self.sheet.plots:
            return
        plot = self.sheet.plots[-1]
        said, found = plot.points, sum(len(ring.xy) for ring in plot.rings) + len(self.xy)
        if at_end and self.xy and found < said:
            raise InputError("boundary.cut_off", where=self.where, line=plot.line, said=said, found=found)
        if self.xy:
            self._unclosed()
        if not plot.rings:
            raise InputError("boundary.no_points", where=self.where, line=plot.line, said=said)
        # Offices count the closing points, or leave them out.
        if said not in (found, found - len(plot.rings)):
            raise InputError(
                "boundary.point_count", where=self.where, line=plot.line, said=said, found=found,
                open=found - len(plot.rings),
            )  # fmt: skip

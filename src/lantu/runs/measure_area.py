"""One county measured: its layers brought into one plane, its targets judged, its years compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from lantu.core.errors import IntegrityError
from lantu.core.finding import Answer
from lantu.core.progress import Progress
from lantu.lawbook import Lawbook
from lantu.lawbook.models import Indicator
from lantu.monitoring.changes import UNCOMPARED, Changes, judge_changes
from lantu.monitoring.classes import LandClasses
from lantu.monitoring.comparison import Change, Comparison, Thresholds
from lantu.monitoring.exchanges import Exchange, read_exchanges
from lantu.monitoring.indicators import ALWAYS, Measured, Unmeasured, evaluate
from lantu.monitoring.land import LandYear, passages
from lantu.monitoring.targets import Asked, Target, applies, judged_row
from lantu.monitoring.views import layer_view, overlay_view, rows_of_area, state_view
from lantu.overlay.doubles import delivered_twice, lying_double
from lantu.overlay.engine import KernelEngine, method
from lantu.overlay.pack import PackedLayer
from lantu.overlay.table import OverlayTable
from lantu.runs.measure_layers import EXCHANGE, LAND, LINE_VIEWS, WATER_USE, Shelf
from lantu.store import Home, Layer


@dataclass(frozen=True, slots=True)
class Shapes:
    """A layer with shapes as the run holds it.

    Attributes:
        double: how many of its polygons lie over another one, which no sum of areas may count twice; of a
            land survey those delivered more than once: partly overlapping parcels are not looked for here.
    """

    layer: Layer
    view: pa.Table
    pack: PackedLayer
    double: int


@dataclass
class AreaRun:
    """Everything a run knows of one county; reads each layer once.

    Attributes:
        years: the years asked about, ascending.
        first_year: the earliest land survey of the home: it has no year before to be compared with.
        notes: (message code, parameters) of what the user should know beside the answers.
    """

    home: Home
    book: Lawbook
    engine: KernelEngine
    code: str
    name: str
    shelf: Shelf
    targets: Sequence[tuple[str, Target]]
    years: Sequence[int]
    first_year: int
    base_year: int
    progress: Progress
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._classes = LandClasses(self.book)
        self._land: dict[int, Shapes] = {}
        self._lines: dict[str, Shapes] = {}
        self._tables: dict[str, pa.Table] = {}
        self._overlays: dict[tuple[str, str], OverlayTable | Unmeasured] = {}
        self._damaged: dict[str, Unmeasured] = {}

    # --- reading ---------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read the county's land surveys and lines, each distinct layer once.

        A damaged stored file does not end the run: what hangs on it cannot be told, and that is noted.
        """
        wanted = sorted({*self.years, *(year - 1 for year in self.years), self.base_year})
        for done, year in enumerate(wanted):
            self.progress("progress.project", done, len(wanted))
            layer = self.shelf.land(year)
            if layer is not None and (read := self._read("land", layer)):
                view, pack = read
                self._land[year] = Shapes(layer, view, pack, delivered_twice(pack))
        self.progress("progress.project", len(wanted), len(wanted))
        for view_name, kind in LINE_VIEWS.items():
            for year in self.years:
                layer = self.shelf.line(kind, year)
                if layer is None or layer.digest in self._lines or layer.digest in self._damaged:
                    continue
                if read := self._read(view_name, layer):
                    view, pack = read
                    try:
                        double = lying_double(pack, self.engine, self.thresholds(year).piece_m2)
                    except Exception as error:  # as with overlays below: what hangs on it cannot be told
                        why = {"why": f"{type(error).__name__}: {error}"}
                        self._damaged[layer.digest] = Unmeasured("measure.overlay_failed", why)
                        continue
                    self._lines[layer.digest] = Shapes(layer, view, pack, int(double.sum()))

    def _read(self, view_name: str, layer: Layer) -> tuple[pa.Table, PackedLayer] | None:
        try:
            pack = self.home.packs.get(layer)
            attributes = self.home.layers.read(layer, geometry=False).attributes
        except IntegrityError as error:
            self.notes.append((error.code, dict(error.params)))
            self._damaged[layer.digest] = Unmeasured("measure.layer_damaged", {"title": layer.title})
            return None
        return layer_view(view_name, attributes, pack.area_m2), pack

    def _line(self, kind: str, year: int) -> Shapes | None:
        layer = self.shelf.line(kind, year)
        return self._lines.get(layer.digest) if layer else None

    def _table(self, kind: str) -> tuple[Layer, pa.Table] | None:
        layer = self.shelf.table(kind)
        if layer is None:
            return None
        if layer.digest in self._damaged:
            return None
        if kind not in self._tables:
            try:
                attributes = self.home.layers.read(layer, geometry=False).attributes
            except IntegrityError as error:
                self.notes.append((error.code, dict(error.params)))
                self._damaged[layer.digest] = Unmeasured("measure.layer_damaged", {"title": layer.title})
                return None
            self._tables[kind] = rows_of_area(layer_view(kind.lower(), attributes), self.code)
        return layer, self._tables[kind]

    # --- overlays --------------------------------------------------------------------------------------

    def overlay(self) -> None:
        """Make or fetch the overlay of every year's land with the lines of that year.

        What is stored already is not measured again; a damaged file is, and that is noted. An engine that
        crashes leaves the reason.
        """
        words = method(self.engine, self.home.plane)
        for digest, line in self._lines.items():
            for year, land in self._land.items():
                key = (land.layer.digest, digest)
                if self._needs(year, digest) and key not in self._overlays:
                    self._overlays[key] = self._stored(*key, words) or self._measured(land, line, words)

    def _needs(self, year: int, line_digest: str) -> bool:
        lines = [self.shelf.line(kind, year) for kind in LINE_VIEWS.values()]
        return year in self.years and any(line is not None and line.digest == line_digest for line in lines)

    def _stored(self, land: str, line: str, words: str) -> OverlayTable | None:
        try:
            table = self.home.overlays.get(land, line, words)
            return None if table is None else OverlayTable.from_arrow(table)
        except IntegrityError as error:
            self.notes.append(
                ("measure.note_overlay_rebuilt", {"file": str(error.params.get("where", land))})
            )
            return None

    def _measured(self, land: Shapes, line: Shapes, words: str) -> OverlayTable | Unmeasured:
        try:
            table = self.engine.overlay(land.pack, line.pack, self.progress)
        except Exception as error:
            # A crash of the engine must not end the run, nor read as compliance.
            return Unmeasured("measure.overlay_failed", {"why": f"{type(error).__name__}: {error}"})
        self.home.overlays.put(land.layer.digest, line.layer.digest, words, table.to_arrow())
        return table

    # --- targets ---------------------------------------------------------------------------------------

    def rows(self) -> list[dict[str, Any]]:
        """Judge every target for every year it applies to."""
        found = []
        measured: dict[tuple[str, int], tuple[Measured | Unmeasured, dict[str, str]]] = {}
        for done, year in enumerate(self.years):
            self.progress("progress.measure", done, len(self.years))
            for version, target in self.targets:
                if not applies(target, year):
                    continue
                indicator = self.book.indicator_named(target.indicator)
                figure: Measured | Unmeasured = Unmeasured("measure.no_indicator")
                inputs: dict[str, str] = {}
                if indicator:
                    key = (indicator.id, year)
                    if key not in measured:
                        measured[key] = self.figure(indicator, year)
                    figure, inputs = measured[key]
                asked = Asked(self.code, self.name, year, version, inputs)
                found.append(judged_row(self.book, asked, target, figure))
        self.progress("progress.measure", len(self.years), len(self.years))
        return found

    def figure(self, indicator: Indicator, year: int) -> tuple[Measured | Unmeasured, dict[str, str]]:
        """Return an indicator of a year, and the digests behind it; after `read` and `overlay`."""
        views: dict[str, pa.Table] = {
            "state": state_view(year, self.base_year),
            "land_class": self._classes.table(),
        }
        inputs: dict[str, str] = {}
        lacking: list[str] = []
        for name in indicator.inputs:
            if name in ALWAYS:
                continue
            view = self._view(name, year)
            if isinstance(view, Unmeasured):
                return view, inputs
            if isinstance(view, str):
                lacking.append(view)
                continue
            layers, views[name] = view
            inputs |= layers
        if lacking:
            return Unmeasured("measure.no_view", {"kinds": "、".join(dict.fromkeys(lacking))}), inputs
        return evaluate(indicator, views), inputs

    def _view(self, name: str, year: int) -> tuple[dict[str, str], pa.Table] | Unmeasured | str:
        """Return a view with the digests behind it; or why there is none; or what is not registered."""
        if name in ("land", "base_land"):
            when = year if name == "land" else self.base_year
            land = self._land.get(when)
            if land is None:
                return self._lacking(self.shelf.land(when), LAND, when)
            if land.double:
                return Unmeasured(
                    "measure.layer_lies_double", {"title": land.layer.title, "count": land.double}
                )
            return {name: land.layer.digest}, land.view
        if name == "water_use":
            table = self._table(WATER_USE)
            if table is None:
                return self._lacking(self.shelf.table(WATER_USE), WATER_USE)
            return {name: table[0].digest}, table[1]
        line_name = name.removeprefix("land_in_")
        if line_name not in LINE_VIEWS:
            return Unmeasured("measure.query_failed", {"why": f"unknown view {name}"})
        line, land = self._line(LINE_VIEWS[line_name], year), self._land.get(year)
        if line is None:
            return self._lacking(self.shelf.line(LINE_VIEWS[line_name], year), LINE_VIEWS[line_name])
        if line.double:
            return Unmeasured("measure.layer_lies_double", {"title": line.layer.title, "count": line.double})
        if name == line_name:
            return {name: line.layer.digest}, line.view
        if land is None:
            return self._lacking(self.shelf.land(year), LAND, year)
        overlay = self._overlays[land.layer.digest, line.layer.digest]
        if isinstance(overlay, Unmeasured):
            return overlay
        return {"land": land.layer.digest, line_name: line.layer.digest}, overlay_view(overlay, line_name)

    def _lacking(self, layer: Layer | None, kind: str, year: int | None = None) -> Unmeasured | str:
        """Say why there is no view: a damaged file, or nothing registered."""
        if layer is not None and layer.digest in self._damaged:
            return self._damaged[layer.digest]
        return self._called(kind, year)

    def _called(self, kind: str, year: int | None = None) -> str:
        known = self.book.layer_kinds.get(kind)
        return f"{year or ''}{'年' if year else ''}{known.name.zh if known else ''}（{kind}）"

    # --- changes ---------------------------------------------------------------------------------------

    def changes(self) -> Iterable[tuple[int, Changes, dict[str, str]]]:
        """Compare every year with the year before; yields (year, what was found, digests looked at)."""
        for done, year in enumerate(self.years):
            self.progress("progress.changes", done, len(self.years))
            if year > self.first_year:
                yield year, *self._changes(year)
        self.progress("progress.changes", len(self.years), len(self.years))

    def _changes(self, year: int) -> tuple[Changes, dict[str, str]]:
        before, after = self._land.get(year - 1), self._land.get(year)
        inputs = {
            name: land.layer.digest for name, land in (("land_before", before), ("land", after)) if land
        }
        if damaged := self._damaged_titles(year):
            return Changes([_uncompared(year, "monitoring.layer_damaged", title=damaged)]), inputs
        if before is None or after is None:
            missing = "、".join(str(y) for y, land in ((year - 1, before), (year, after)) if land is None)
            return Changes([_uncompared(year, "monitoring.year_missing", missing=missing)]), inputs
        try:
            lands = [
                LandYear.from_view(y, land.view, land.pack) for y, land in ((year - 1, before), (year, after))
            ]
            passage = passages(lands[0], lands[1], self.engine, self.progress)
        except Exception as error:
            # As above: a crash is an answer about this year, not the end of the run.
            why = f"{type(error).__name__}: {error}"
            return Changes([_uncompared(year, "monitoring.comparison_failed", why=why)]), inputs
        lines = {kind: line for kind in LINE_VIEWS.values() if (line := self._line(kind, year))}
        inputs |= {kind: line.layer.digest for kind, line in lines.items()}
        exchanges, fault = self._exchanges(inputs)
        comparison = Comparison(
            before=lands[0],
            after=lands[1],
            passage=passage,
            lines={kind: line.pack.geometries() for kind, line in lines.items()},
            exchanges=exchanges,
            classes=self._classes,
            thresholds=self.thresholds(year),
        )
        found = judge_changes(comparison, self.book.change_rules.values())
        if fault:
            found.found.append(_uncompared(year, "monitoring.exchanges_unreadable", why=fault))
        return found, inputs

    def _damaged_titles(self, year: int) -> str:
        self._table(EXCHANGE)
        needed = [self.shelf.land(year - 1), self.shelf.land(year), self.shelf.table(EXCHANGE)]
        needed += [self.shelf.line(kind, year) for kind in LINE_VIEWS.values()]
        return "、".join(layer.title for layer in needed if layer and layer.digest in self._damaged)

    def _exchanges(self, inputs: dict[str, str]) -> tuple[list[Exchange] | None, str | None]:
        table = self._table(EXCHANGE)
        if table is None:
            return None, None
        inputs[EXCHANGE] = table[0].digest
        try:
            return read_exchanges(table[1]), None
        except (KeyError, ValueError, TypeError) as error:
            return None, f"{type(error).__name__}: {error}"

    def thresholds(self, year: int) -> Thresholds:
        """Return the sizes from which on things count, as they stood at the end of a year."""
        day = date(year, 12, 31)
        return Thresholds(
            patch_m2=float(self.book.number("monitoring.min_patch_m2", day)),
            piece_m2=float(self.book.number("monitoring.min_piece_m2", day)),
            reach_m=float(self.book.number("monitoring.contiguity_m", day)),
        )


def _uncompared(year: int, code: str, **params: object) -> Change:
    return Change(UNCOMPARED, (code,), Answer.CANNOT_TELL, code, {"year": year, **params})

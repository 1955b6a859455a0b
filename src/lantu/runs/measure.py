"""Measure a home: every county's targets against the state of every year, and what changed on the land."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lantu.core.area import StatutoryPlane
from lantu.core.errors import LantuError, NotFoundError
from lantu.core.finding import Clause, Finding
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook, load
from lantu.monitoring.comparison import Change
from lantu.monitoring.targets import clause_json, spoken
from lantu.overlay.engine import KernelEngine, prepare
from lantu.runs.measure_area import AreaRun
from lantu.runs.measure_layers import LAND, Shelf, plan_layers
from lantu.runs.side_by_side import side_by_side
from lantu.store import Home, Run

KIND = "measure"
CRASHED = "measure.crashed"
_WORTH_PROCESSES = 20_000
"""From so many features on, processes of their own for the counties pay for being started."""
_DEGREE_DECIMALS = 8
"""About a millimetre: places and outlines in results are for looking at, not for measuring."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A finished run and its result, as `runs/<id>/result.json` has it."""

    run: Run
    result: Mapping[str, Any]


def measure(
    home: Home,
    *,
    areas: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    book: Lawbook | None = None,
    engine: KernelEngine | None = None,
    progress: Progress = silent,
) -> Measurement:
    """Measure and keep the result.

    Args:
        areas: area codes; None for every area with land or a plan.
        years: None for every year with a land survey.
        engine: None for the packaged one.

    Raises:
        NotFoundError: `measure.no_land`, `measure.unknown_area`, `measure.unknown_year`.
        BusyError, StorageError, IntegrityError: as `Home.writing`; the run then stands as failed.
    """
    book, engine = book or load(), engine or KernelEngine()
    work = _Work.of(home, book, areas, years)
    run_id = home.runs.create(
        KIND,
        {
            "areas": [code for code, _ in work.areas], "years": list(work.years), "lawbook": book.digest,
            "engine": engine.name, "plane": home.plane.definition,
            "layers": sorted(layer.digest for shelf in work.shelves.values() for layer in shelf.layers),
            "plans": sorted({version for found in work.targets.values() for version, _ in found}),
        },
    )  # fmt: skip
    try:
        result = _result(home, book, engine, work, run_id, progress)
        return Measurement(home.runs.finish(run_id, result), result)
    except BaseException as error:
        # The ledger says how every run ended; what stopped this one matters more than a failure to say so.
        with suppress(LantuError):
            home.runs.fail(run_id, error.code if isinstance(error, LantuError) else CRASHED)
        raise


@dataclass(frozen=True, slots=True)
class _Work:
    """What a run is asked: areas (code, name) and years, with the layers and targets behind them."""

    areas: Sequence[tuple[str, str]]
    years: Sequence[int]
    first_year: int
    base_year: int
    shelves: Mapping[str, Shelf]
    targets: Mapping[str, Sequence[tuple[str, Any]]]

    @classmethod
    def of(cls, home: Home, book: Lawbook, areas: Sequence[str] | None, years: Sequence[int] | None) -> _Work:
        layers = home.layers.list()
        surveyed = sorted({layer.year for layer in layers if layer.kind == LAND and layer.year is not None})
        if not surveyed:
            raise NotFoundError("measure.no_land", home=home.path)
        if odd := set(years or ()) - set(surveyed):
            known = "、".join(map(str, surveyed))
            raise NotFoundError("measure.unknown_year", year="、".join(map(str, sorted(odd))), known=known)
        names = {area.code: area.name for area in home.registry.areas()}
        for layer in layers:
            if layer.kind == LAND:
                division = book.divisions.by_code(layer.area_code)
                names.setdefault(layer.area_code, division.name if division else layer.area_code)
        if unknown := set(areas or ()) - set(names):
            raise NotFoundError(
                "measure.unknown_area", area="、".join(sorted(unknown)), known="、".join(sorted(names))
            )
        codes = sorted(set(areas) if areas else names)
        named = plan_layers(home.registry.current())
        wanted = sorted(set(years)) if years else surveyed
        return cls(
            areas=[(code, names[code]) for code in codes],
            years=wanted,
            first_year=surveyed[0],
            base_year=int(book.number("monitoring.expansion_base_year", date(wanted[-1], 12, 31))),
            shelves={
                code: Shelf([each for each in layers if each.area_code == code], named.get(code, {}))
                for code in codes
            },
            targets={code: home.registry.targets(code) for code in codes},
        )


@dataclass(frozen=True, slots=True)
class _AreaResult:
    """What one county adds to the result."""

    rows: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    below: list[dict[str, Any]]
    notes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _AreaJob:
    """What a process of its own needs to measure one county."""

    home: Path
    engine: KernelEngine
    work: _Work
    code: str
    name: str


def _result(
    home: Home, book: Lawbook, engine: KernelEngine, work: _Work, run_id: str, progress: Progress
) -> dict[str, Any]:
    found: list[_AreaResult] = []
    progress("progress.areas", 0, len(work.areas))
    for done, area in enumerate(_each_area(home, book, engine, work, progress), 1):
        found.append(area)
        progress("progress.areas", done, len(work.areas))
    return {
        "run_id": run_id,
        "lawbook_digest": book.digest,
        "engine": engine.name,
        "plane": home.plane.definition,
        "years": list(work.years),
        "compared": [year for year in work.years if year > work.first_year],
        "areas": [{"code": code, "name": name} for code, name in work.areas],
        "rows": [row for area in found for row in area.rows],
        "findings": [finding for area in found for finding in area.findings],
        "below": [below for area in found for below in area.below],
        "notes": [note for area in found for note in area.notes],
    }


def _each_area(
    home: Home, book: Lawbook, engine: KernelEngine, work: _Work, progress: Progress
) -> Iterator[_AreaResult]:
    """Measure the counties in order: side by side where that pays and the lawbook is the packaged one."""
    prepare(progress)
    features = sum(layer.features for shelf in work.shelves.values() for layer in shelf.layers)
    if features >= _WORTH_PROCESSES and book is load():
        jobs = [_AreaJob(home.path, engine, work, code, name) for code, name in work.areas]
        yield from side_by_side(_measure_elsewhere, jobs)
        return
    for code, name in work.areas:
        yield _measure_area(home, book, engine, work, code, name, progress)


def _measure_elsewhere(job: _AreaJob) -> _AreaResult:
    home = Home.open(job.home, create=False)
    try:
        return _measure_area(home, load(), job.engine, job.work, job.code, job.name, silent)
    finally:
        home.close()


def _measure_area(
    home: Home, book: Lawbook, engine: KernelEngine, work: _Work, code: str, name: str, progress: Progress
) -> _AreaResult:
    area = AreaRun(
        home, book, engine, code, name, work.shelves[code], work.targets[code], work.years,
        work.first_year, work.base_year, progress,
    )  # fmt: skip
    area.read()
    area.overlay()
    result = _AreaResult(area.rows(), [], [], [])
    for year, changes, inputs in area.changes():
        found = [_finding(book, home.plane, code, year, change, inputs) for change in changes.found]
        result.findings.extend(sorted(found, key=lambda f: (f["rule"], f["id"])))
        result.below.extend(
            {"area_code": code, "year": year, "rule": b.rule, "count": b.count, "area_m2": str(b.area_m2)}
            for b in changes.below
        )
    if not work.targets[code] and any(layer.kind == LAND for layer in work.shelves[code].layers):
        area.notes.append(("measure.note_no_targets", {"area": name}))
    result.notes.extend(_notes(code, area.notes))
    return result


def _notes(code: str, notes: Iterable[tuple[str, dict[str, object]]]) -> list[dict[str, Any]]:
    return [{"area_code": code, "message": spoken(note, params)} for note, params in notes]


def _finding(
    book: Lawbook, plane: StatutoryPlane, code: str, year: int, change: Change, inputs: Mapping[str, str]
) -> dict[str, Any]:
    rule = book.change_rules.get(change.rule)
    clause = None
    if rule and rule.sources:
        cited = rule.sources[0]
        clause = Clause(cited.id, " ".join(filter(None, (book.sources[cited.id].title, cited.article))))
    identity = Finding(change.rule, (code, str(year), *change.key), change.answer, change.message)
    place, geometry = _on_the_map(plane, change)
    return {
        "id": identity.id,
        "rule": change.rule,
        "title": rule.title.to_json() if rule else _title(),
        "area_code": code,
        "year": year,
        "answer": change.answer.value,
        "message": spoken(change.message, change.params),
        "features": list(change.after),
        "features_before": list(change.before),
        "area_m2": None if change.area_m2 is None else str(change.area_m2),
        "from": list(change.from_codes),
        "to": list(change.to_codes),
        "place": place,
        "geometry": geometry,
        "clause": clause_json(clause),
        "note": rule.note.to_json() if rule and rule.note else None,
        "verified": rule.verified if rule else True,
        "inputs": dict(sorted(inputs.items())),
    }


def _title() -> dict[str, str]:
    words = spoken("monitoring.title_uncompared", {})
    return {"zh": words["zh"], "en": words["en"]}


def _on_the_map(plane: StatutoryPlane, change: Change) -> tuple[list[float] | None, dict[str, Any] | None]:
    """Return a point inside the land and its outline as GeoJSON, degrees CGCS2000."""
    if change.geometry is None or change.geometry.is_empty:
        return None, None
    both = np.array([change.geometry.representative_point(), change.geometry], object)
    point, shape = shapely.transform(plane.to_geographic(both), lambda xy: np.round(xy, _DEGREE_DECIMALS))
    return [point.x, point.y], shapely.geometry.mapping(shape)

"""Write the opinions on the sites of a file, numbered and kept in the home, as PDF and DOCX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lantu.compliance.review import LEAST
from lantu.core.errors import ConflictError, InputError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook, load
from lantu.overlay.cutting import mended
from lantu.runs.control_index import ControlIndex
from lantu.runs.opinion.arrange import Drawn, arrange, square_metres
from lantu.runs.opinion.docx import to_docx
from lantu.runs.opinion.maps import Drawing
from lantu.runs.opinion.model import Issue, Page
from lantu.runs.opinion.pdf import to_pdf
from lantu.runs.opinion.points import points_of
from lantu.runs.pages.typeset import Press
from lantu.runs.polygon_files import open_polygons
from lantu.runs.review_site import Project, Reviewed, SiteReview, review_file
from lantu.runs.review_words import ReviewWords
from lantu.store import OUTLINE, Home
from lantu.store.files import storage_faults
from lantu.store.together import written_together

KIND = "opinion"
MOST = 50
"""So many opinions are made at once: each is a document that somebody signs."""
NOWHERE = "000000"
"""Stands for the county in the number of a site that lies in none."""


@dataclass(frozen=True, slots=True)
class WrittenOpinion:
    """An opinion that was made.

    Attributes:
        site: its place in the file, from 1.
        files: where it lies; the run's folder has the same.
    """

    site: int
    issue: Issue
    page: Page
    files: tuple[Path, ...]


def write_opinions(
    home: Home,
    path: Path,
    folder: Path,
    *,
    day: date,
    made_at: datetime,
    project: Project | None = None,
    layer: str | None = None,
    crs: str | None = None,
    assume_cgcs2000: bool = False,
    site: int | None = None,
    limit_s: float | None = None,
    language: str = "zh",
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> tuple[Reviewed, tuple[WrittenOpinion, ...]]:
    """Review the sites of a file and write an opinion on each: all of them are made, or none.

    Args:
        folder: made where there is none; no file in it is replaced.
        made_at: what the opinions print as their time, aware; its year is in their numbers.
        site: as `review_file`.

    Raises:
        as `review_file`; InputError: `opinion.too_many`, `intake.changed`.
        UnavailableError: `opinion.no_chinese_font`, `opinion.pdf_failed`.
        ConflictError: `opinion.file_there`.
        BusyError, StorageError, IntegrityError: as `Home.writing`.
    """
    book = book or load()
    press = Press.ready("opinion.no_chinese_font", "opinion.pdf_failed")
    with storage_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
    found = review_file(
        home, path, day=day, project=project, layer=layer, crs=crs, assume_cgcs2000=assume_cgcs2000,
        shapes=True, suggest=True, limit_s=limit_s, site=site, most=MOST, book=book, progress=progress,
    )  # fmt: skip
    words = ReviewWords(language, book)
    delivered = _Delivered.read(path, found, layer, crs, assume_cgcs2000)
    drawing = Drawing(found.index, words)
    invented = home.invented
    prepared = [_prepared(each, found, delivered, drawing, invented) for each in found.sites]
    made: list[_Made] = []
    # One writing: numbers, runs, statements and documents stand together, and nobody else takes a number.
    with home.writing():
        for done, (each, code, page) in enumerate(prepared):
            progress("progress.opinion", done, len(prepared))
            made.append(_made(home, found, each, code, page, made_at, press))
        for name in (name for one in made for name in one.files):
            if (folder / name).exists():
                raise ConflictError("opinion.file_there", where=folder / name)
    names = [name for one in made for name in one.files]
    with written_together(folder, names) as part:
        for one in made:
            for name, data in one.files.items():
                with storage_faults(folder / name):
                    (part / name).write_bytes(data)
    progress("progress.opinion", len(prepared), len(prepared))
    return found, tuple(
        WrittenOpinion(one.site, one.issue, one.page, tuple(folder / name for name in one.files))
        for one in made
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """An opinion whose writing has not ended yet: file name → bytes."""

    site: int
    issue: Issue
    page: Page
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Delivered:
    """The sites as the file has them: packs have points of their own on long edges."""

    shapes: Sequence[Any]
    crs: Any

    @classmethod
    def read(
        cls, path: Path, found: Reviewed, layer: str | None, crs: str | None, assume_cgcs2000: bool
    ) -> _Delivered:
        wanted = {each.answer.number for each in found.sites}
        with open_polygons(path, layer, None, assume_cgcs2000, crs=crs) as source:
            if source.used.digest != found.used.digest:
                raise InputError("intake.changed", where=path.name)
            at, shapes = 0, []
            for piece in source.pieces():
                for part in piece.wkb:
                    for wkb in part:
                        at += 1
                        if at in wanted:
                            shapes.append(shapely.force_2d(shapely.from_wkb(wkb.as_py())))
            return cls(shapes, source.system.crs)


def _prepared(
    site: SiteReview, found: Reviewed, delivered: _Delivered, drawing: Drawing, invented: bool
) -> tuple[SiteReview, str, Page]:
    words = drawing.words
    codes = _counties(site, found.index, float(words.book.number(LEAST, site.opinion.day)))
    divisions = [words.book.divisions.by_code(code) for code in codes]
    names = [each.name if each else code for code, each in zip(codes, divisions, strict=True)]
    shape = delivered.shapes[found.sites.index(site)]
    drawn = Drawn(
        drawing.overview(site, codes[0], names[0], words.say("opinion.title")) if codes else None,
        drawing.controls(site),
        points_of(shape, delivered.crs, found.plane, words),
    )
    return site, codes[0] if codes else NOWHERE, arrange(site, found, names, drawn, words, invented)


def _counties(site: SiteReview, index: ControlIndex, least_m2: float) -> list[str]:
    """Return the codes of the counties that have some of a site, the most first.

    A city's outline lies over those of its counties: it counts where there are none.
    """
    shares: list[tuple[float, str]] = []
    for layer, pack in zip(index.layers, index.packs, strict=True):
        if layer.kind == OUTLINE:
            outline = mended(pack.geometries(np.arange(len(pack))))
            share = float(shapely.area(shapely.intersection(outline, site.shape)).sum())
            if share >= least_m2:
                shares.append((-share, layer.area_code))
    counties = [each for each in shares if not each[1].endswith("00")] or shares
    return [code for _, code in sorted(counties)]


def _made(
    home: Home, found: Reviewed, site: SiteReview, code: str, page: Page, made_at: datetime, press: Press
) -> _Made:
    """Number an opinion, keep it as a run, set it; within a writing of the home."""
    number = _number(home, code, made_at.year)
    layers = sorted({each.layer.digest for each in (*site.answer.lines, *site.answer.land)})
    run = home.runs.create(
        KIND,
        {
            "number": number, "file": found.used.file, "digest": found.used.digest,
            "site": site.answer.number, "day": site.opinion.day.isoformat(), "language": page.language,
            "facts": dict(found.project.facts), "documents": list(found.project.documents),
            "lawbook": found.lawbook, "method": found.method, "layers": layers,
        },
    )  # fmt: skip
    home.runs.finish(
        run,
        {
            "run_id": run, "number": number, "content": page.content(), "opinion": site.opinion.answer.value,
            "area_m2": square_metres(site.answer.area_m2).replace(",", ""),
            "controls": [
                {
                    "control": each.control.code, "status": each.status,
                    "area_m2": None if each.area_m2 is None
                    else square_metres(each.area_m2).replace(",", ""),
                    "outcome": each.branch and each.branch.id,
                    "documents": [needed.id for needed in each.needed],
                }
                for each in site.opinion.judged
            ],
        },
    )  # fmt: skip
    head = home.ledger.head
    issue = Issue(number, made_at, run, head.seq, head.digest)
    files = {f"{number}.pdf": to_pdf(page, issue, press), f"{number}.docx": to_docx(page, issue, press)}
    for name, data in files.items():
        home.runs.attach(run, name, data)
    return _Made(site.answer.number, issue, page, files)


def _number(home: Home, code: str, year: int) -> str:
    """Return the next number of a county and year; the home must be held."""
    start = f"{code}-SC-{year}-"
    taken = [str(each.inputs["number"]) for each in home.runs.list(KIND)]
    last = max((int(each.removeprefix(start)) for each in taken if each.startswith(start)), default=0)
    return f"{start}{last + 1:04}"

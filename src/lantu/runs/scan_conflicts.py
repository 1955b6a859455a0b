"""Scan areas for conflicts: every pair of the lawbook, patch by patch, each with an identity that lasts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantu.conflicts.patches import Small
from lantu.conflicts.rules import Pair, pairs_of
from lantu.core.errors import LantuError, NotFoundError
from lantu.core.finding import Answer, worst
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook, load
from lantu.overlay.engine import method
from lantu.runs.conflict_area import CRASHED, AreaScan, two_decimals
from lantu.runs.conflict_looked import Looked, Reason
from lantu.runs.conflict_sides import Sides
from lantu.runs.control_index import ENGINE
from lantu.runs.measure_layers import shelves
from lantu.store import OUTLINE, Home, Run

KIND = "conflicts"


@dataclass(frozen=True, slots=True)
class Scan:
    """A finished scan and its result, as `runs/<id>/result.json` has it."""

    run: Run
    result: Mapping[str, Any]

    @property
    def answer(self) -> Answer:
        """The answer that all pairs deserve together."""
        return worst(Answer(each["answer"]) for each in self.result["pairs"])


def scan(
    home: Home,
    *,
    areas: Collection[str] | None = None,
    pairs: Collection[str] | None = None,
    day: date,
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> Scan:
    """Scan, number what is new, and keep the result.

    Args:
        areas: area codes; None for every area with an outline.
        pairs: codes of pairs; None for all that exclude each other or need a condition.
        day: lines in force in its year, the latest survey not after it, tolerances of that day.

    Raises:
        NotFoundError: `conflict.unknown_area`, `conflict.unknown_pair`, `conflict.no_area`, `store.no_plane`.
        BusyError, StorageError, IntegrityError: as `Home.writing`; nothing of the scan is then kept.
    """
    book = book or load()
    wanted = _wanted(book, pairs)
    shelf = shelves(home, day)
    codes = _areas(shelf, areas)
    run = home.runs.create(
        KIND,
        {
            "areas": codes, "pairs": [each.code for each in wanted], "day": day.isoformat(),
            "lawbook": book.digest, "engine": ENGINE.name, "plane": home.plane.definition,
        },
    )  # fmt: skip
    try:
        looked: list[Looked] = []
        for done, code in enumerate(codes):
            progress("progress.conflicts", done, len(codes))
            looked += AreaScan(home, book, Sides(home, book, shelf, code, day.year), day).look(wanted)
        progress("progress.conflicts", len(codes), len(codes))
        with home.writing():
            numbers = [home.conflicts.saw(run, each.sightings, each.gone) for each in looked]
            result = _result(home, book, run, day, codes, looked, numbers)
            return Scan(home.runs.finish(run, result), result)
    except BaseException as error:
        with suppress(LantuError):
            home.runs.fail(run, error.code if isinstance(error, LantuError) else CRASHED)
        raise


def _wanted(book: Lawbook, codes: Collection[str] | None) -> list[Pair]:
    known = [each for each in pairs_of(book) if each.relation != "coexists"]
    names = {each.code for each in known}
    if unknown := set(codes or ()) - names:
        raise NotFoundError(
            "conflict.unknown_pair", pair="、".join(sorted(unknown)), known="、".join(sorted(names))
        )
    return [each for each in known if codes is None or each.code in codes]


def _areas(shelf: Mapping[str, Any], codes: Collection[str] | None) -> list[str]:
    outlined = {code for code, each in shelf.items() if any(x.kind == OUTLINE for x in each.layers)}
    if unknown := set(codes or ()) - set(shelf):
        raise NotFoundError(
            "conflict.unknown_area", area="、".join(sorted(unknown)), known="、".join(sorted(shelf))
        )
    found = sorted(set(codes) if codes else outlined)
    if not found:
        raise NotFoundError("conflict.no_area")
    return found


def _result(
    home: Home, book: Lawbook, run: str, day: date, codes: Sequence[str], looked: Sequence[Looked],
    numbers: Sequence[Sequence[str]],
) -> dict[str, Any]:  # fmt: skip
    return {
        "run_id": run,
        "day": day.isoformat(),
        "areas": list(codes),
        "lawbook": book.digest,
        "method": method(ENGINE, home.plane),
        "tolerance": {
            name: str(book.number(f"conflicts.{name}", day))
            for name in ("least_m2", "least_width_m", "adjacent_m", "seam_m", "seam_mouth")
        },
        "pairs": [
            {
                "area_code": each.area, "pair": each.pair.code, "answer": each.answer.value,
                "why": each.why and _reason(each.why),
                "partly": [_reason(reason) for reason in each.partly],
                "unseen": each.unseen,
                "elsewhere": {code: answer.value for code, answer in each.elsewhere.items()},
                "layers": each.layers,
                "conflicts": [
                    {"number": number, "fate": fate, "area_m2": str(seen.area_m2), "severity": seen.severity}
                    for number, fate, seen in zip(got, each.fates, each.sightings, strict=True)
                ],
                "gone": each.gone,
                "slivers": _small(each.slivers), "conditional": _small(each.conditional),
                "unknown": _small(each.unknown),
            }
            for each, got in zip(looked, numbers, strict=True)
        ],
    }  # fmt: skip


def _reason(reason: Reason) -> dict[str, str]:
    return {"code": reason[0], **{name: str(value) for name, value in reason[1].items()}}


def _small(small: Small) -> dict[str, Any]:
    return {"count": small.count, "area_m2": str(two_decimals(small.area_m2))}

"""Conflicts of a home: what was found where, and every step of what was done about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lantu.core.errors import NotFoundError
from lantu.store.access import Access, Writing
from lantu.store.tables import ConflictEventRow, ConflictRow

MARK = "MD"
"""矛盾: a number is <area code>-MD-<four digits>."""
_SAID = ("assigned_to", "deadline", "outcome")


@dataclass(frozen=True, slots=True)
class Conflict:
    """One conflict.

    Attributes:
        pair, type, severity: as the lawbook names them.
        state: where its life stands.
        present: whether the last scan that could tell found it.
        area_m2: statutory, two decimals; shape in the plane of the home; place in degrees CGCS2000.
        facts: sides, land by class, digests of what was looked at, as the scan wrote them.
        origin: number of the conflict that it is a piece of.
        found_run, seen_run: runs that found it first and last.
    """

    number: str
    area_code: str
    pair: str
    type: str
    severity: str
    state: str
    present: bool
    area_m2: Decimal
    shape: Any
    place: tuple[float, float]
    facts: Mapping[str, Any]
    origin: str | None
    assigned_to: str | None
    deadline: str | None
    outcome: str | None
    found_run: str
    seen_run: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a conflict: a deed, the state after it, by whom, and what was said."""

    at: datetime
    deed: str
    state: str
    by: str | None
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A conflict as a scan saw it.

    Attributes:
        number: None for a new one.
        deed, state: what the scan says happened to it and the state after it; None for nothing.
    """

    number: str | None
    area_code: str
    pair: str
    type: str
    severity: str
    area_m2: Decimal
    shape: Any
    place: tuple[float, float]
    facts: Mapping[str, Any]
    origin: str | None = None
    deed: str | None = None
    state: str | None = None


class ConflictStore:
    """The conflicts of a home."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def list(
        self, *, areas: Collection[str] | None = None, states: Collection[str] | None = None,
        pairs: Collection[str] | None = None,
    ) -> list[Conflict]:  # fmt: skip
        """Return the conflicts that match, by area and number."""
        query = select(ConflictRow).order_by(ConflictRow.area_code, ConflictRow.place)
        for column, wanted in (
            (ConflictRow.area_code, areas), (ConflictRow.state, states), (ConflictRow.pair, pairs),
        ):  # fmt: skip
            if wanted is not None:
                query = query.where(column.in_(list(wanted)))
        with self._access.reading() as session:
            return [_value(row) for row in session.scalars(query)]

    def get(self, number: str) -> Conflict:
        """Return a conflict.

        Raises:
            NotFoundError: `conflict.unknown`.
        """
        with self._access.reading() as session:
            return _value(_row(session, number))

    def over(self, number: str, least_m2: float) -> Sequence[Conflict]:
        """Return the other conflicts that are there on the same ground, so much of it at least.

        Raises:
            NotFoundError: `conflict.unknown`.
        """
        mine = self.get(number)
        others = [
            each for each in self.list(areas=[mine.area_code]) if each.present and each.number != mine.number
        ]
        shapes = np.array([each.shape for each in others], object)
        met = shapely.STRtree(shapes).query(mine.shape, predicate="intersects")
        common = shapely.area(shapely.intersection(shapes[met], mine.shape))
        return [others[place] for place in sorted(met[common >= least_m2].tolist())]

    def history(self, number: str) -> Sequence[Event]:
        """Return what happened to a conflict, first to last.

        Raises:
            NotFoundError: `conflict.unknown`.
        """
        with self._access.reading() as session:
            events = _row(session, number).events
            return [Event(each.at, each.deed, each.state, each.by, each.said) for each in events]

    def saw(self, run: str, sightings: Sequence[Sighting], gone: Iterable[str]) -> tuple[str, ...]:
        """Keep what a scan saw; whole or not at all.

        Args:
            gone: numbers of those that it looked for and did not find any more.

        Returns:
            The number of each sighting.

        Raises:
            BusyError, StorageError, IntegrityError: as `Home.writing`.
        """
        with self._access.writing() as writing:
            numbers = [_see(writing, run, each) for each in sightings]
            for number in gone:
                row = _row(writing.session, number)
                if row.present:
                    row.present = False
                    _event(writing, row, "gone", None, {"run": run})
            writing.session.flush()
            return tuple(numbers)

    def step(self, number: str, deed: str, state: str, by: str, said: Mapping[str, Any]) -> Conflict:
        """Keep a step of a conflict's life, and state it in the ledger.

        Args:
            said: plain JSON; `assigned_to`, `deadline` and `outcome` also become the conflict's own.

        Raises:
            NotFoundError: `conflict.unknown`.
            BusyError, StorageError, IntegrityError: as `Home.writing`.
        """
        with self._access.writing() as writing:
            row = _row(writing.session, number)
            before, row.state = row.state, state
            for name in _SAID:
                if name in said:
                    setattr(row, name, said[name])
            _event(writing, row, deed, by, said)
            writing.attest(
                f"conflict.{deed}",
                {"conflict": number, "from": before, "to": state, "by": by, "said": dict(said)},
            )
            return _value(row)


def _see(writing: Writing, run: str, seen: Sighting) -> str:
    session = writing.session
    if seen.number is None:
        query = select(func.max(ConflictRow.place)).where(ConflictRow.area_code == seen.area_code)
        place = (session.scalar(query) or 0) + 1
        row = ConflictRow(
            number=f"{seen.area_code}-{MARK}-{place:04}", area_code=seen.area_code, place=place,
            pair=seen.pair, origin=seen.origin, found_run=run, found_at=writing.at,
        )  # fmt: skip
        session.add(row)
    else:
        row = _row(session, seen.number)
    row.type, row.severity, row.present, row.seen_run = seen.type, seen.severity, True, run
    row.area_m2, row.shape, row.facts = str(seen.area_m2), shapely.to_wkb(seen.shape), dict(seen.facts)
    row.lon, row.lat = seen.place
    if seen.state is not None:
        row.state = seen.state
    session.flush()
    if seen.deed is not None:
        _event(writing, row, seen.deed, None, {"run": run, "area_m2": row.area_m2})
    return row.number


def _event(writing: Writing, row: ConflictRow, deed: str, by: str | None, said: Mapping[str, Any]) -> None:
    writing.session.add(
        ConflictEventRow(
            conflict=row.number, at=writing.at, deed=deed, state=row.state, by=by, said=dict(said)
        )
    )
    writing.session.flush()


def _row(session: Session, number: str) -> ConflictRow:
    row = session.get(ConflictRow, number.strip().upper())
    if row is None:
        raise NotFoundError("conflict.unknown", number=number)
    return row


def _value(row: ConflictRow) -> Conflict:
    return Conflict(
        row.number, row.area_code, row.pair, row.type, row.severity, row.state, row.present,
        Decimal(row.area_m2), shapely.from_wkb(row.shape), (row.lon, row.lat), row.facts, row.origin,
        row.assigned_to, row.deadline, row.outcome, row.found_run, row.seen_run, row.found_at,
    )  # fmt: skip

"""How the parts of a home read and write: sessions, and the one all-or-nothing writing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lantu.core.errors import BusyError, IntegrityError, StorageError
from lantu.ledger import Head, link
from lantu.store import log
from lantu.store.database import database_faults
from lantu.store.files import Staging
from lantu.store.lock import exclusive
from lantu.store.tables import StatementRow

STAGING = ".staging"


class Writing:
    """One writing: its session, its files, and what the ledger will say of it.

    Attributes:
        at: when it began, UTC; every row and statement of one writing carries this time.
    """

    def __init__(self, session: Session, staging: Staging, at: datetime) -> None:
        self.session = session
        self.staging = staging
        self.at = at
        self._afterwards: list[Callable[[], None]] = []

    def attest(self, kind: str, body: Mapping[str, Any]) -> StatementRow:
        """Add a statement to the ledger; it takes effect with the rest of the writing."""
        last = last_statement(self.session)
        before = Head(last.seq, last.digest) if last else Head()
        entry = link(before, self.at.isoformat(timespec="seconds"), kind, body)
        line = entry.line()
        row = StatementRow(
            seq=entry.seq,
            digest=entry.digest,
            ends_at=(last.ends_at if last else 0) + len(line),
            line=line.decode(),
        )
        self.session.add(row)
        self.session.flush()
        return row

    def afterwards(self, deed: Callable[[], None]) -> None:
        """Have something done once the writing stands; it must be something that can be done again."""
        self._afterwards.append(deed)

    def finish(self) -> None:
        """Do what was to be done afterwards."""
        for deed in self._afterwards:
            deed()


def last_statement(session: Session) -> StatementRow | None:
    """Return the last statement the registry knows."""
    return session.scalars(select(StatementRow).order_by(StatementRow.seq.desc()).limit(1)).first()


class Access:
    """The database and folder of a home, shared by its parts; safe to use from several threads."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self.engine = engine
        self._own = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for looking; within a writing of this thread it sees what was written so far."""
        current = self._current
        if current is not None:
            yield current.session
            return
        with database_faults(self.path), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Hold the home alone and change it; all of it takes effect, or nothing.

        A writing inside another of the same thread joins it: it fails alone, and counts once the
        outer one ends.

        Raises:
            BusyError: `store.busy`, at once, where another process or thread is writing.
            StorageError, IntegrityError: `store.*`, `ledger.*`; the home is then as it was.
        """
        current = self._current
        if current is None:
            with self._outer() as writing:
                yield writing
            return
        mark = current.staging.mark()
        try:
            with current.session.begin_nested():
                yield current
        except BaseException:
            current.staging.take_back(mark)
            raise

    @contextmanager
    def _outer(self) -> Iterator[Writing]:
        now = datetime.now(UTC)
        with exclusive(self.path, now):
            self._recover()
            with database_faults(self.path), Session(self.engine, expire_on_commit=False) as session:
                log.forget_settled(session)
                last = last_statement(session)
                staging = Staging(
                    self.path / STAGING / f"{last.seq if last else 0}-{uuid4().hex[:8]}", self.path
                )
                writing = Writing(session, staging, now)
                self._own.writing = writing
                try:
                    yield writing
                    session.commit()
                except BaseException:
                    session.rollback()
                    staging.take_back()
                    staging.clear()
                    raise
                finally:
                    self._own.writing = None
            staging.clear()
            # The writing stands. A log that takes no line now (full disk) gets it next time: ADR 0003.
            with suppress(StorageError, IntegrityError):
                self._settle()
                writing.finish()

    @property
    def _current(self) -> Writing | None:
        return getattr(self._own, "writing", None)

    def recover(self) -> None:
        """Put right what a killed process left, unless somebody is writing just now.

        Never raises for what a reader can live with: a full disk, a log that was tampered with.
        """
        with suppress(BusyError, StorageError, IntegrityError):
            if self._leftovers() or self._unsettled():
                with exclusive(self.path, datetime.now(UTC)):
                    self._recover()

    def _recover(self) -> None:
        self._settle()
        leftovers = self._leftovers()
        if not leftovers:
            return
        with database_faults(self.path), Session(self.engine) as session:
            last = last_statement(session)
        for folder in leftovers:
            staging = Staging(folder, self.path)
            # Every writing that leaves files also leaves a statement: the ledger says whether it stands.
            if folder.name.partition("-")[0] == str(last.seq if last else 0):
                staging.take_back_journal()
            staging.clear()

    def _leftovers(self) -> list[Path]:
        folder = self.path / STAGING
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def _settle(self) -> None:
        with database_faults(self.path), Session(self.engine) as session:
            log.settle(self.path, session)

    def _unsettled(self) -> bool:
        with database_faults(self.path), Session(self.engine) as session:
            last = last_statement(session)
        return log.size(self.path) < (last.ends_at if last else 0)

"""The ledger's file: `ledger/log.jsonl`, only ever appended to, fed from the registry (ADR 0003)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lantu.core.errors import IntegrityError
from lantu.core.finding import Finding
from lantu.ledger import Entry, Head, entries, parse, verify
from lantu.store.files import storage_faults, sync_folder
from lantu.store.tables import StatementRow

if TYPE_CHECKING:
    from lantu.store.access import Access

FILE = Path("ledger") / "log.jsonl"


def size(home: Path) -> int:
    """Return how many bytes the log has."""
    try:
        return (home / FILE).stat().st_size
    except FileNotFoundError:
        return 0


def settle(home: Path, session: Session) -> None:
    """Append the statements that the registry holds and the log does not have yet; the home must be held.

    A line torn by a crash is completed, never taken back.

    Raises:
        IntegrityError: `ledger.log_changed` where the log is not what was written to it.
        StorageError: the disk takes no more; the statements stay in the registry.
    """
    last = session.scalars(select(StatementRow).order_by(StatementRow.seq.desc()).limit(1)).first()
    have, end = size(home), last.ends_at if last else 0
    if have == end:
        return
    tail = "".join(_pending(session)).encode()
    start = end - len(tail)
    path = home / FILE
    if not start <= have < end:
        raise IntegrityError("ledger.log_changed", file=path, size=have, expected=end)
    with storage_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as log:
            log.seek(start)
            if not tail.startswith(log.read()):
                raise IntegrityError("ledger.log_changed", file=path, size=have, expected=end)
            log.write(tail[have - start :])
            log.flush()
            os.fsync(log.fileno())
        sync_folder(path.parent)


def forget_settled(session: Session) -> None:
    """Let go of the lines that the log has; called once `settle` has returned."""
    session.execute(update(StatementRow).where(StatementRow.line.is_not(None)).values(line=None))


def _pending(session: Session) -> list[str]:
    rows = select(StatementRow.line).where(StatementRow.line.is_not(None)).order_by(StatementRow.seq)
    return [line for line in session.scalars(rows) if line is not None]


class LedgerLog:
    """The ledger of a home."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def append(self, kind: str, body: Mapping[str, Any]) -> Entry:
        """Add a statement; inside `home.writing()` it takes effect with the rest.

        Raises:
            TypeError: the body holds something without a canonical form, e.g. a float.
            BusyError, StorageError, IntegrityError: as `home.writing`.
        """
        with self._access.writing() as writing:
            row = writing.attest(kind, body)
        entry = parse((row.line or "").rstrip("\n").encode())
        assert entry is not None
        return entry

    def entries(self) -> list[Entry]:
        """Return all statements that can be read, first to last; `verify` says whether they are true."""
        return list(entries(self._read()[0]))

    def verify(self) -> list[Finding]:
        """Check the whole log against itself and against where the registry says it ends.

        Returns:
            One finding per fault, each with `line` in its parameters; empty where the log is whole.
        """
        data, head = self._read()
        return verify(data, head)

    @property
    def head(self) -> Head:
        """Where the ledger stands; as long as it does, nothing in the home has changed."""
        with self._access.reading() as session:
            last = session.scalars(select(StatementRow).order_by(StatementRow.seq.desc()).limit(1)).first()
            return Head(last.seq, last.digest) if last else Head()

    def _read(self) -> tuple[bytes, Head]:
        # File before registry: a statement that comes in between is then pending, not surplus.
        path = self._access.path / FILE
        with storage_faults(path):
            data = path.read_bytes() if path.exists() else b""
        with self._access.reading() as session:
            last = session.scalars(select(StatementRow).order_by(StatementRow.seq.desc()).limit(1)).first()
            if last is None:
                return data, Head()
            tail = "".join(_pending(session)).encode()
        start = last.ends_at - len(tail)
        if start <= len(data) < last.ends_at and tail.startswith(data[start:]):
            data = data[:start] + tail
        return data, Head(last.seq, last.digest)

"""Runs: what was asked, and the result as a file whose digest the registry and the ledger keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from lantu.core.digest import canonical_json, digest_bytes, digest_json
from lantu.core.errors import ConflictError, IntegrityError, NotFoundError
from lantu.store.access import Access
from lantu.store.files import storage_faults
from lantu.store.tables import RunRow

FOLDER, RESULT = "runs", "result.json"
RUNNING, FINISHED, FAILED = "running", "finished", "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A run: `status` is running, finished or failed; a killed one stays running."""

    id: str
    kind: str
    status: str
    inputs: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None
    result_digest: str | None
    folder: Path


class RunStore:
    """The runs of a home."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def create(self, kind: str, inputs: Mapping[str, Any]) -> str:
        """Register a run that begins, and return its id.

        Args:
            kind: e.g. `measure`.
            inputs: what it looks at, in plain JSON values without floats.

        Raises:
            BusyError, StorageError, IntegrityError: as `Home.writing`.
        """
        plain = json.loads(canonical_json(dict(inputs)))
        with self._access.writing() as writing:
            run_id = f"{kind}-{writing.at:%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
            writing.session.add(
                RunRow(id=run_id, kind=kind, status=RUNNING, inputs=plain, started_at=writing.at)
            )
            writing.session.flush()
            writing.attest("run.started", {"run": run_id, "kind": kind, "inputs": digest_json(plain)})
        return run_id

    def finish(self, run_id: str, result: Mapping[str, Any]) -> Run:
        """Keep a run's result.

        Raises:
            NotFoundError: `store.no_run`.
            ConflictError: `store.run_is_over`.
            BusyError, StorageError, IntegrityError: as `Home.writing`; the run then stays unfinished.
        """
        data = (json.dumps(result, ensure_ascii=False, allow_nan=False, default=_plain) + "\n").encode()
        with self._access.writing() as writing:
            row = self._open_row(run_id)
            digest = digest_bytes(data)
            writing.staging.write(self._folder(run_id) / RESULT, data)
            row.status, row.finished_at, row.result_digest = FINISHED, writing.at, digest
            writing.attest("run.finished", {"run": run_id, "kind": row.kind, "result": digest})
            writing.session.flush()
            return self._run(row)

    def attach(self, run_id: str, name: str, data: bytes) -> tuple[Path, str]:
        """Put a file beside a finished run's result, in the place of an earlier one of that name.

        Returns:
            Its path, and its digest, which the ledger keeps.

        Raises:
            NotFoundError: `store.no_run`.
            BusyError, StorageError, IntegrityError: as `Home.writing`.
        """
        path, digest = self.get(run_id).folder / name, digest_bytes(data)
        with self._access.writing() as writing:
            temporary = writing.staging.temporary(path.suffix)
            with storage_faults(temporary):
                temporary.write_bytes(data)
            writing.staging.publish(temporary, path, replace=True)
            writing.attest("run.attached", {"run": run_id, "name": name, "digest": digest})
        return path, digest

    def fail(self, run_id: str, code: str) -> None:
        """Note that a run ended without a result; `code` is the message code of why."""
        with self._access.writing() as writing:
            row = self._open_row(run_id)
            row.status, row.finished_at = FAILED, writing.at
            writing.attest("run.failed", {"run": run_id, "kind": row.kind, "code": code})

    def latest(self, kind: str) -> Run | None:
        """Return the last finished run of a kind."""
        query = select(RunRow).where(RunRow.kind == kind, RunRow.status == FINISHED)
        with self._access.reading() as session:
            row = session.scalars(query.order_by(RunRow.number.desc()).limit(1)).first()
            return None if row is None else self._run(row)

    def list(self, kind: str | None = None) -> list[Run]:
        """Return all runs, first to last."""
        query = select(RunRow).order_by(RunRow.number)
        with self._access.reading() as session:
            return [self._run(row) for row in session.scalars(query) if kind in (None, row.kind)]

    def get(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            NotFoundError: `store.no_run`.
        """
        with self._access.reading() as session:
            row = session.scalars(select(RunRow).where(RunRow.id == run_id)).first()
            if row is None:
                raise NotFoundError("store.no_run", run=run_id)
            return self._run(row)

    def result(self, run_id: str) -> dict[str, Any]:
        """Return a run's result as it was kept.

        Raises:
            NotFoundError: `store.no_run`, `store.no_result`.
            IntegrityError: `store.result_damaged`.
        """
        run = self.get(run_id)
        if run.result_digest is None:
            raise NotFoundError("store.no_result", run=run_id, status=run.status)
        path = run.folder / RESULT
        with storage_faults(path):
            data = path.read_bytes() if path.exists() else b""
        if digest_bytes(data) != run.result_digest:
            raise IntegrityError("store.result_damaged", where=path, run=run_id)
        return dict(json.loads(data))

    def _open_row(self, run_id: str) -> RunRow:
        with self._access.reading() as session:
            row = session.scalars(select(RunRow).where(RunRow.id == run_id)).first()
        if row is None:
            raise NotFoundError("store.no_run", run=run_id)
        if row.status != RUNNING:
            raise ConflictError("store.run_is_over", run=run_id, status=row.status)
        return row

    def _folder(self, run_id: str) -> Path:
        return self._access.path / FOLDER / run_id

    def _run(self, row: RunRow) -> Run:
        return Run(
            row.id, row.kind, row.status, row.inputs, row.started_at, row.finished_at, row.result_digest,
            self._folder(row.id),
        )  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, Decimal | Path):
        return str(value)
    raise TypeError(f"not JSON: {type(value).__name__}")

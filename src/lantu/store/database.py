"""The SQL database of a home: engine, its pragmas, its errors, its migrations."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from lantu.core.errors import (
    BusyError,
    ConflictError,
    IntegrityError,
    LantuError,
    StorageError,
    UnavailableError,
)

FILE = "lantu.db"
HEAD = "0004"
"""The newest revision this program knows; a test compares it with the migrations folder."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_WAIT_MS = 5000


def open_engine(home: Path) -> Engine:
    """Return the engine of a home; the file is made on first connection.

    Raises:
        UnavailableError: `store.database_url` where `LANTU_DATABASE_URL` names a server.
    """
    if os.environ.get("LANTU_DATABASE_URL"):
        raise UnavailableError("store.database_url")
    engine = create_engine(f"sqlite:///{(home / FILE).as_posix()}")
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver must not begin or commit by itself: it would commit half a migration.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_WAIT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def database_faults(home: Path) -> Iterator[None]:
    """Turn what the database says into our own errors; a fault of the program passes through.

    Raises:
        StorageError, BusyError, IntegrityError: `store.*`.
    """
    try:
        yield
    except DBAPIError as error:
        own = _own_error(error, home / FILE)
        if own is None:
            raise
        raise own from error


def _own_error(error: DBAPIError, where: Path) -> LantuError | None:
    # The primary result code is the low byte of the extended one.
    match getattr(error.orig, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return StorageError("store.disk_full", where=where)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StorageError("store.refused", where=where)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return BusyError("store.busy_unknown", home=where.parent)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return IntegrityError("store.database_damaged", file=where)
    return None


def revision(connection: Connection) -> str | None:
    """Return the revision a database stands at, None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check_known(found: str | None, home: Path) -> bool:
    """Return whether the database stands at `HEAD`.

    Raises:
        ConflictError: `store.home_is_newer`; revisions are numbered, so a later one is a larger one.
    """
    if found is not None and found > HEAD:
        raise ConflictError("store.home_is_newer", home=home, found=found, known=HEAD)
    return found == HEAD


def migrate(engine: Engine, target: str = HEAD) -> None:
    """Bring a database to a revision, in one transaction: killed half-way, it stands where it stood."""
    # Alembic is slow to import and seldom needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)

"""A home: one folder with everything Lantu keeps. The shape of the folder is in docs/formats/home.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from lantu.core.area import StatutoryPlane
from lantu.core.errors import ConflictError, NotFoundError
from lantu.lawbook import Lawbook, load
from lantu.store import database
from lantu.store.access import Access, Writing
from lantu.store.conflicts import ConflictStore
from lantu.store.facts import FILE, plane_of, read_facts, write_facts
from lantu.store.files import storage_faults
from lantu.store.layers import LayerStore
from lantu.store.lock import exclusive
from lantu.store.log import LedgerLog
from lantu.store.overlays import OverlayStore
from lantu.store.packages import PackageStore
from lantu.store.packs import PackStore
from lantu.store.registry import Registry
from lantu.store.runs import RunStore
from lantu.store.tables import LayerRow


class Home:
    """An open home. Reading is always possible; changing it goes through `writing`, one process at a time."""

    def __init__(self, access: Access, book: Lawbook) -> None:
        self.path = access.path
        self._access = access
        self.conflicts = ConflictStore(access)
        self.layers = LayerStore(access, book)
        self.registry = Registry(access)
        self.ledger = LedgerLog(access)
        self.overlays = OverlayStore(access)
        self.packages = PackageStore(access, self.layers)
        self.packs = PackStore(access, self.layers)
        self.runs = RunStore(access)

    @classmethod
    def open(cls, path: Path, create: bool = True, *, book: Lawbook | None = None) -> Home:
        """Open a home; bring an older one up to date and put right what a killed process left.

        Args:
            create: make the folder and an empty home where there is none.
            book: None for the packaged lawbook.

        Raises:
            NotFoundError: `store.no_home` where there is none and it is not to be made.
            ConflictError: `store.home_is_newer` where a later Lantu has worked on it.
            BusyError: `store.busy` where it has to be made or updated and another process holds it.
            StorageError: the disk is full or refuses.
            IntegrityError: `store.database_damaged`, `store.facts_damaged`.
        """
        path = path.expanduser().resolve()
        exists = (path / database.FILE).is_file()
        if not exists and not create:
            raise NotFoundError("store.no_home", home=path)
        with storage_faults(path):
            path.mkdir(parents=True, exist_ok=True)
        read_facts(path)
        access = Access(path, database.open_engine(path))
        try:
            with database.database_faults(path):
                if not _is_current(access):
                    with exclusive(path, datetime.now(UTC)):
                        if not _is_current(access):
                            database.migrate(access.engine)
                        if not (path / FILE).exists():
                            write_facts(path)
            access.recover()
        except BaseException:
            access.engine.dispose()
            raise
        return cls(access, book or load())

    def close(self) -> None:
        """Let go of the database."""
        self._access.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Change the home: registry, files and ledger together, or not at all.

        Raises:
            BusyError: `store.busy`, at once, naming who holds it.
            StorageError, IntegrityError: the home is then as it was.
        """
        with self._access.writing() as writing:
            yield writing

    @property
    def plane(self) -> StatutoryPlane:
        """The statutory plane of this home, fixed when its first layer comes in that is no draft.

        Raises:
            NotFoundError: `store.no_plane` before that.
        """
        return plane_of(self._access)

    def set_plane(self, plane: StatutoryPlane) -> None:
        """Choose the plane before the first layer chooses it.

        Raises:
            ConflictError: `store.plane_is_fixed` where there is another one.
        """
        with self.writing():
            try:
                held = self.plane
            except NotFoundError:
                write_facts(self.path, plane)
                return
        if held != plane:
            raise ConflictError("store.plane_is_fixed", held=held.definition)

    @property
    def invented(self) -> bool:
        """Whether any layer here is invented sample data; drafts do not count, as no figure rests on them."""
        query = select(LayerRow.id).where(LayerRow.invented, LayerRow.draft.is_(False))
        with self._access.reading() as session:
            return session.scalar(query.limit(1)) is not None


def _is_current(access: Access) -> bool:
    with access.engine.connect() as connection:
        return database.check_known(database.revision(connection), access.path)

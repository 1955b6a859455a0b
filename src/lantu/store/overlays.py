"""Overlay tables, kept under the digests of what they were made of. They can always be made again."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from lantu.core.digest import PREFIX, digest_json
from lantu.core.errors import IntegrityError
from lantu.store import geoparquet
from lantu.store.access import Access
from lantu.store.files import storage_faults, sweep_parts, whole_file

FOLDER = "overlays"


class OverlayStore:
    """The overlay tables of a home.

    Putting one takes no lock: a table appears whole by a rename, and two processes that make the same one
    make the same bytes.
    """

    def __init__(self, access: Access) -> None:
        self._folder = access.path / FOLDER

    def get(self, left: str, right: str, method: str) -> pa.Table | None:
        """Return the overlay of two layers, None where it has not been made.

        Args:
            left, right: digests of the layers.
            method: engine and plane, in words; another method is another table.

        Raises:
            IntegrityError: `store.file_damaged`; measure again and `put` replaces it.
        """
        path = self._path(left, right, method)
        if not path.exists():
            return None
        table = geoparquet.read(path)
        if geoparquet.facts_of(table) != _facts(left, right, method):
            raise IntegrityError("store.file_damaged", where=path, why="facts")
        return table.replace_schema_metadata(None)

    def put(self, left: str, right: str, method: str, table: pa.Table) -> None:
        """Keep an overlay table, in the place of a damaged one too.

        Raises:
            StorageError: the disk is full or refuses; nothing is left behind.
        """
        path = self._path(left, right, method)
        with storage_faults(path):
            self._folder.mkdir(parents=True, exist_ok=True)
        sweep_parts(self._folder)
        with whole_file(path) as part:
            geoparquet.write(geoparquet.arrow_table(table, None, None, _facts(left, right, method)), part)

    def _path(self, left: str, right: str, method: str) -> Path:
        return self._folder / f"{digest_json(_facts(left, right, method)).removeprefix(PREFIX)}.parquet"


def _facts(left: str, right: str, method: str) -> dict[str, str]:
    return {"left": left, "right": right, "method": method}

"""A delivered plan package, opened: everything in it that can be read, and what was odd about the rest.

`KINDS` lists the incidents. Nothing is written but in a folder for temporary files, which is gone afterwards,
whatever happens.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from lantu.core.digest import digest_json
from lantu.core.errors import InputError, LantuError
from lantu.core.progress import Progress, silent
from lantu.intake.archive import Budget
from lantu.intake.document import read_document
from lantu.intake.forms import form_fault, holds_encrypted
from lantu.intake.gdal_layer import Reading
from lantu.intake.incidents import KINDS, Log
from lantu.intake.limits import Limits
from lantu.intake.package_files import Entry, Scan, digests, sort_out
from lantu.intake.package_layer import read_layers
from lantu.quality.package import Document, Package, PackageLayer

__all__ = ["KINDS", "Limits", "read_package"]

_CHECKED_DOCUMENTS = (".docx", ".pdf")


def read_package(path: Path, *, limits: Limits = Limits(), progress: Progress = silent) -> Package:  # noqa: B008
    """Open a FileGDB, GeoPackage, Shapefile, GeoJSON, GeoParquet or CSV file, or a folder or .zip of them.

    Files come in the order of their names, the layers of a file in the order of theirs: the result does not
    hang on the order of a folder.

    Args:
        limits: what is beyond is not opened, and an incident.

    Raises:
        InputError: `intake.missing`; everything else is an incident.
        StorageError: `store.disk_full`: no room to unpack.
    """
    path = Path(path)
    if not path.exists():
        raise InputError("intake.missing", where=str(path))
    path = path.resolve() if path.name in ("", "..") else path.absolute()
    log = Log()
    with tempfile.TemporaryDirectory(prefix="lantu-", ignore_cleanup_errors=True) as folder:
        temp = Path(folder)
        (temp / "unpacked").mkdir()
        budget = Budget.of(limits)
        scan = Scan(temp / "unpacked", budget, log, progress)
        entries = scan.run(path)
        files = tuple(digests(entries, log, progress))
        found = sort_out(entries, log)
        reading = Reading(limits, log, temp)
        layers: list[PackageLayer] = []
        steps = len(found.sources) + len(found.documents)
        for n, source in enumerate(found.sources):
            progress("progress.read_package", n, steps)
            layers += read_layers(source, reading)
        documents: list[Document] = []
        for n, entry in enumerate(found.documents, len(found.sources)):
            progress("progress.read_package", n, steps)
            documents += _document(entry, limits, log)
        progress("progress.read_package", steps, steps)
        for entry in scan.changed():
            log.add("changed", entry.name)
    if not found.sources:
        log.add("empty_package", path.name)
    digest = digest_json({file.name: file.digest for file in files})
    return Package(path.name, files, tuple(layers), tuple(log.incidents), tuple(documents), digest)


def _document(entry: Entry, limits: Limits, log: Log) -> list[Document]:
    size = entry.state[0]
    if size > limits.document_bytes:
        log.add("bomb", entry.name, what="document_bytes", limit=limits.document_bytes, found=size)
        return []
    if holds_encrypted(entry.path):
        log.add("encrypted", entry.name)
        return []
    if entry.suffix in _CHECKED_DOCUMENTS and form_fault(entry.path, entry.suffix, entry.name, None, log):
        return []
    try:
        read = read_document(entry.path)
    except LantuError as error:
        kind = "encrypted" if error.code == "document.encrypted" else "unreadable"
        log.add(kind, entry.name, why=error.params.get("why", error.code))
        return []
    if read.unread_pages:
        log.add("unreadable", entry.name, why=f"pages {', '.join(map(str, read.unread_pages))}")
    return [Document(entry.name, read.text)]

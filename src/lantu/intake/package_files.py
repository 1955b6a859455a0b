"""The files of a delivered package: found, archives unpacked, digested, sorted by what they are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lantu.core.digest import digest_stream
from lantu.core.progress import Progress
from lantu.intake.archive import Budget, unpack
from lantu.intake.forms import form_fault
from lantu.intake.incidents import Log
from lantu.quality.package import PackageFile

SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
DOCUMENTS = (".txt", ".md", ".docx", ".pdf")

_WITH_SHAPEFILE = (
    *SHAPEFILE, ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".fbn", ".fbx", ".ain", ".aih", ".atx", ".ixs",
    ".mxs",
)  # fmt: skip
_BY_ITSELF = (".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".csv")
_ATTACHED = (
    ".doc", ".xls", ".xlsx", ".ppt", ".pptx", ".rtf", ".wps", ".xml", ".html", ".htm", ".jpg", ".jpeg",
    ".png", ".tif", ".tiff", ".tfw", ".mxd", ".aprx", ".lyr", ".lyrx", ".style", ".qgs", ".qgz", ".qml",
    ".sld",
)  # fmt: skip
"""What travels with a delivery and is not looked into."""
_SHUT = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".mdb")
"""What may hold layers and cannot be opened here."""
_STRAY = {"thumbs.db", "ehthumbs.db", "desktop.ini", ".ds_store"}
_STRAY_STARTS, _STRAY_ENDS = ("~$", "._"), (".tmp", ".temp", "~")
_SQLITE_ENDS = ("-wal", "-journal", "-shm")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its name in the package, where it lies, and its size and time when it was found."""

    name: str
    path: Path
    state: tuple[int, int]

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()

    @property
    def stem(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Source:
    """What holds one or more layers.

    Attributes:
        form: its suffix: .shp, .gdb, .gpkg, .json, .parquet, .csv, or .dbf for a table alone.
        name: in the package.
        path: the file; of a FileGDB the folder.
        parts: of a Shapefile, by suffix; of a GeoPackage its journals; of a FileGDB all files, by name.
    """

    form: str
    name: str
    path: Path
    parts: dict[str, Entry]

    @property
    def stem(self) -> str:
        return self.path.stem


@dataclass(slots=True)
class Found:
    """The files of a package, and what they are."""

    entries: list[Entry] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    documents: list[Entry] = field(default_factory=list)


class Scan:
    """One look through a package.

    Args:
        temp: an empty folder for what archives hold.
    """

    def __init__(self, temp: Path, budget: Budget, log: Log, progress: Progress) -> None:
        self._temp, self._budget, self._log, self._progress = temp, budget, log, progress
        self._unpacked = 0
        self.watched: list[Entry] = []
        """The user's own files: what they were like when found."""

    def run(self, path: Path) -> list[Entry]:
        """Return all files of the package at `path`, archives' members included, by name."""
        if path.is_dir():
            entries = self._folder(path, f"{path.name}/" if is_gdb(path.name) else "")
            if entries is None:
                limit = self._budget.limits.members
                self._log.add("bomb", path.name, what="members", limit=limit, found=limit + 1)
                return []
        else:
            entries = [_entry(each, each.name) for each in _together(path)]
        self.watched = list(entries)
        if path.suffix.lower() == ".zip" and path.is_file():
            entries = self._open(entries[0], "", 1)
        else:
            entries = [*entries, *self._inside(entries, 1)]
        return sorted(entries, key=lambda entry: entry.name)

    def changed(self) -> list[Entry]:
        """Return the files that are not any more as they were found."""
        return [entry for entry in self.watched if _state(entry.path) != entry.state]

    def _inside(self, entries: list[Entry], depth: int) -> list[Entry]:
        archives = [entry for entry in entries if entry.suffix == ".zip" and not is_stray(entry.name)]
        found: list[Entry] = []
        for entry in archives:
            found += self._open(entry, entry.name, depth)
        return found

    def _open(self, archive: Entry, name: str, depth: int) -> list[Entry]:
        where = name or archive.name
        if depth > self._budget.limits.deepest:
            self._log.add("too_deep", where, deepest=self._budget.limits.deepest)
            return []
        if form_fault(archive.path, ".zip", where, None, self._log):
            return []
        into = self._temp / f"{self._unpacked:06d}"
        self._unpacked += 1
        into.mkdir()
        unpack(archive.path, name, into, self._budget, self._log, self._progress)
        entries = self._folder(into, f"{name}/" if name else "", counted=False) or []
        return [*entries, *self._inside(entries, depth + 1)]

    def _folder(self, root: Path, prefix: str, *, counted: bool = True) -> list[Entry] | None:
        """Return the files below a folder; None where there are more than the limits allow."""
        found: list[Entry] = []
        folders = [(root, prefix)]
        while folders:
            folder, name = folders.pop()
            try:
                inside = sorted(os.scandir(folder), key=lambda each: each.name)
            except OSError as error:
                self._log.add("unreadable", name.rstrip("/") or root.name, why=error.strerror or "")
                continue
            if not inside and is_gdb(name.rstrip("/")):
                self._log.add("not_what_it_says", name.rstrip("/"), said=".gdb", found="empty")
            for each in inside:
                where = name + _readable(each.name)
                if each.is_symlink():
                    self._log.add("traversal", where)
                elif each.is_dir(follow_symlinks=False):
                    folders.append((Path(each.path), f"{where}/"))
                elif not stat.S_ISREG(each.stat(follow_symlinks=False).st_mode):
                    self._log.add("unknown_file", where)  # a pipe would be waited for
                else:
                    found.append(_entry(Path(each.path), where))
                    self._budget.members_left -= counted
                    if self._budget.members_left < 0:
                        return None
        return found


def digests(entries: Iterable[Entry], log: Log, progress: Progress) -> Iterator[PackageFile]:
    """Yield each file with its digest."""
    entries = list(entries)
    for n, entry in enumerate(entries):
        progress("progress.digest_files", n, len(entries))
        try:
            with entry.path.open("rb") as stream:
                yield PackageFile(entry.name, entry.state[0], digest_stream(stream))
        except OSError as error:
            log.add("unreadable", entry.name, why=error.strerror or "")
    progress("progress.digest_files", len(entries), len(entries))


def is_gdb(name: str) -> bool:
    return name.lower().endswith(".gdb")


def is_stray(name: str) -> bool:
    """Say whether a program left this file behind."""
    base = name.rpartition("/")[2].lower()
    within = "__MACOSX" in name.split("/")
    return within or base in _STRAY or base.startswith(_STRAY_STARTS) or base.endswith(_STRAY_ENDS)


def is_lock(name: str) -> bool:
    base = name.rpartition("/")[2].lower()
    return base.endswith(".lock") or base.startswith(".~lock.")


def sort_out(entries: list[Entry], log: Log) -> Found:
    """Sort the files by what they are; what is none of a package's is an incident."""
    found = Found(entries)
    geodatabases: dict[str, dict[str, Entry]] = {}
    folders: dict[str, list[Entry]] = {}
    for entry in entries:
        folder, _, base = entry.name.rpartition("/")
        inside = _gdb_of(folder)
        if is_lock(entry.name):
            log.add("locked", entry.name)
        elif is_stray(entry.name):
            log.add("stray", entry.name)
        elif inside is not None:
            geodatabases.setdefault(inside, {})[base] = entry
        elif entry.suffix != ".zip":
            folders.setdefault(folder, []).append(entry)
    for name, parts in geodatabases.items():
        first = next(iter(parts.values()))
        path = first.path.parents[first.name.count("/") - name.count("/") - 1]
        found.sources.append(Source(".gdb", name, path, parts))
    for beside in folders.values():
        _sort_folder(beside, found, log)
    found.sources.sort(key=lambda source: source.name)
    found.documents.sort(key=lambda entry: entry.name)
    return found


def _sort_folder(beside: list[Entry], found: Found, log: Log) -> None:
    taken: set[str] = set()
    for entry in beside:
        if entry.suffix == ".shp":
            parts = _parts(entry, beside)
            found.sources.append(Source(".shp", entry.name, entry.path, parts))
            taken.update(part.name for part in parts.values())
        elif entry.suffix in _BY_ITSELF:
            form = {".geojson": ".json", ".geoparquet": ".parquet"}.get(entry.suffix, entry.suffix)
            journals = {e: each for each in beside for e in _SQLITE_ENDS if each.name == entry.name + e}
            found.sources.append(Source(form, entry.name, entry.path, journals))
            taken.update((entry.name, *(each.name for each in journals.values())))
        elif entry.suffix in DOCUMENTS:
            found.documents.append(entry)
            taken.add(entry.name)
    for entry in beside:
        if entry.name not in taken and entry.suffix not in _ATTACHED:
            _sort_rest(entry, beside, found, log)


def _sort_rest(entry: Entry, beside: list[Entry], found: Found, log: Log) -> None:
    alike = {each.suffix for each in beside if each.stem.casefold() == entry.stem.casefold()}
    if entry.suffix == ".shx" and ".shp" not in alike:
        log.add("no_companion", entry.name, layer=entry.stem, suffix=".shp")
    elif entry.suffix == ".dbf" and not alike & {".shp", ".shx"}:
        found.sources.append(Source(".dbf", entry.name, entry.path, {".dbf": entry}))
    elif entry.suffix == ".gdb":
        log.add("not_what_it_says", entry.name, said=".gdb", found="file")
    elif entry.suffix in _SHUT:
        log.add("unreadable", entry.name, why=f"{entry.suffix} cannot be opened")
    elif entry.suffix not in _WITH_SHAPEFILE:
        log.add("unknown_file", entry.name)


def _parts(shp: Entry, beside: list[Entry]) -> dict[str, Entry]:
    """Return the parts of a Shapefile: of the same name, or of one that is equal but for case."""
    near = [
        each for each in beside if each.suffix in SHAPEFILE and each.stem.casefold() == shp.stem.casefold()
    ]
    near.sort(key=lambda each: each.stem == shp.stem)  # the exact name counts
    return {each.suffix: each for each in near} | {".shp": shp}


def _together(path: Path) -> list[Path]:
    """Return a single file and what belongs to it, as it lies beside it."""
    kind = path.suffix.lower()
    found = [path]
    if kind == ".shp":
        alike = (each for each in path.parent.iterdir() if each.stem.casefold() == path.stem.casefold())
        found += [each for each in alike if each.suffix.lower() in _WITH_SHAPEFILE and each != path]
    elif kind == ".gpkg":
        found += [each for end in _SQLITE_ENDS if (each := path.with_name(path.name + end)).is_file()]
    return found


def _gdb_of(folder: str) -> str | None:
    """Return the outermost FileGDB that a folder is, or lies in."""
    parts = folder.split("/")
    inside = next((n for n, part in enumerate(parts) if is_gdb(part)), None)
    return None if inside is None else "/".join(parts[: inside + 1])


def _entry(path: Path, name: str) -> Entry:
    return Entry(name, path, _state(path) or (0, 0))


def _state(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def _readable(name: str) -> str:
    """Return a file's name; one that is not in the file system's own encoding is taken as GB18030."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", errors="replace")
    return name

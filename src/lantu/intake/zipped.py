"""A zipped Shapefile, FileGDB or other GIS file, unpacked for as long as it is read."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lantu.core.errors import InputError
from lantu.intake.reasons import first_words

_FILES = (".shp", ".gpkg", ".geojson", ".json")


@contextmanager
def unzipped(path: Path) -> Iterator[Path]:
    """Yield the GIS file itself: `path`, or the only one inside where `path` is a .zip.

    Raises:
        InputError: `intake.unreadable`, or `intake.which_file` where a .zip holds none or several.
    """
    if path.suffix.lower() != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="lantu-") as folder:
        _unpack(path, Path(folder))
        inside = sorted(Path(folder).rglob("*"))
        found = [each for each in inside if each.is_dir() and each.suffix.lower() == ".gdb"]
        found += [each for each in inside if each.is_file() and each.suffix.lower() in _FILES]
        found = [each for each in found if not any(outer in each.parents for outer in found)]
        if len(found) != 1:
            names = "、".join(each.name for each in found[:30]) or "–"
            raise InputError("intake.which_file", where=path.name, files=names)
        yield found[0]


def _unpack(path: Path, folder: Path) -> None:
    """Unpack; names without the UTF-8 flag are GB18030, as Chinese Windows writes them."""
    for encoding in ("gb18030", "cp437"):
        try:
            with zipfile.ZipFile(path, metadata_encoding=encoding) as archive:
                archive.extractall(folder)
            return
        except UnicodeDecodeError:
            continue
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise InputError("intake.unreadable", where=path.name, why=first_words(error)) from None

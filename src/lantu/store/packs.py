"""Packed layers, kept beside the layers they were made of. They can always be made again.

The shape of a pack's folder is in docs/formats/packed-layer.md.
"""

from __future__ import annotations

import json
import shutil
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.core.area import MAX_EDGE_M
from lantu.core.digest import PREFIX, digest_json
from lantu.core.errors import StorageError
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack
from lantu.store.access import Access
from lantu.store.facts import plane_of
from lantu.store.files import part_of, storage_faults, sweep_parts, sync_file, sync_folder, write_whole
from lantu.store.layers import Layer, LayerStore

FOLDER = "packs"
FORMAT = 1
"""Goes up with every change of what `PackedLayer` or its arrays mean."""
_INDEX, _ARRAYS = "pack.json", "arrays.bin"
_ALIGNED = 64


class PackStore:
    """The packed layers of a home, each one file that is mapped into memory, with an index.

    Making one takes no lock: a pack appears whole by a rename, and two processes that make the same one make
    the same arrays; the first to finish is kept. What cannot be stored is packed in memory all the same.
    """

    def __init__(self, access: Access, layers: LayerStore) -> None:
        self._access = access
        self._layers = layers
        self._folder = access.path / FOLDER
        self._open: dict[str, PackedLayer] = {}

    def get(self, layer: Layer) -> PackedLayer:
        """Return a layer with shapes, packed in the home's plane; pack it where that has not been done.

        Raises:
            IntegrityError: `layer.missing`, `layer.damaged`: the layer's own file.
            StorageError: the disk or the system refuses (too many open files).
            InputError: `overlay.not_polygon`: it has no polygons.
        """
        facts = {
            "format": FORMAT, "layer": layer.digest, "plane": plane_of(self._access).definition,
            "max_edge_m": f"{MAX_EDGE_M:g}",
        }  # fmt: skip
        name = digest_json(facts).removeprefix(PREFIX)
        if name not in self._open:
            # A pack of a layer whose own file is damaged is not used: nobody could tell what it was made of.
            self._layers.check_whole(layer)
            with storage_faults(self._folder / name):
                found = _mapped(self._folder / name, facts)
            self._open[name] = found or self._make(layer, name, facts)
        return self._open[name]

    def _make(self, layer: Layer, name: str, facts: dict[str, Any]) -> PackedLayer:
        crs, columns = self._layers.geometry_pieces(layer)
        packed = pack(columns, layer.title, (plane_of(self._access), crs))
        target = self._folder / name
        part, damaged = part_of(target), part_of(target)
        try:
            with storage_faults(part):
                self._folder.mkdir(parents=True, exist_ok=True)
                sweep_parts(self._folder)
                part.mkdir()
            _write(packed, part, facts)
            with storage_faults(target):
                if target.exists() and _mapped(target, facts) is None:
                    # Torn or of bytes that changed: out of the way, under a name that is swept.
                    target.rename(damaged)
                if not target.exists():
                    with suppress(FileExistsError):  # another process was first
                        part.rename(target)
                sync_folder(self._folder)
                return _mapped(target, facts) or packed
        except StorageError:
            return packed  # a full or read-only disk: slower next time, not wrong
        finally:
            for each in (part, damaged):
                shutil.rmtree(each, ignore_errors=True)


def _write(packed: PackedLayer, folder: Path, facts: dict[str, Any]) -> None:
    arrays, at, crc = {}, 0, 0
    path = folder / _ARRAYS
    with storage_faults(folder):
        with path.open("wb") as file:
            for name, array in packed.arrays().items():
                gap = bytes(-at % _ALIGNED)
                data = array.reshape(-1).view(np.uint8).data
                file.write(gap)
                file.write(data)
                crc = zlib.crc32(data, zlib.crc32(gap, crc))
                at += len(gap)
                arrays[name] = {"dtype": array.dtype.str, "shape": list(array.shape), "at": at}
                at += array.nbytes
        sync_file(path)
        modified = path.stat().st_mtime_ns
    index = {**facts, "bytes": at, "modified_ns": modified, "crc32": crc, "arrays": arrays}
    write_whole(folder / _INDEX, json.dumps(index, indent=1).encode())


def _mapped(folder: Path, facts: dict[str, Any]) -> PackedLayer | None:
    """Map a pack into memory; None where there is none, or one that is torn, changed or of another kind.

    A file whose size and time are as they were written is trusted, any other is held against its checksum:
    a copied home is read once.

    Raises:
        OSError: it cannot be looked at: too many open files, no permission.
    """
    path = folder / _ARRAYS
    try:
        index = json.loads((folder / _INDEX).read_bytes())
        size, modified, crc, described = (index.pop(k) for k in ("bytes", "modified_ns", "crc32", "arrays"))
        state = path.stat()
        if index != facts or set(described) != set(PackedLayer.names()) or state.st_size != size:
            return None
        # Copy on write: nobody writes, and compiled code knows one kind of array only.
        whole = np.memmap(path, np.uint8, "c")
        if state.st_mtime_ns != modified and zlib.crc32(whole.data) != crc:
            return None
        return PackedLayer(**{name: _array(whole, about) for name, about in described.items()})
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _array(whole: NDArray[np.uint8], about: dict[str, Any]) -> NDArray[Any]:
    dtype, shape, at = np.dtype(about["dtype"]), tuple(about["shape"]), about["at"]
    if any(length < 0 for length in shape) or at < 0:
        raise ValueError("no such array")
    return np.ndarray(shape, dtype, whole, at)

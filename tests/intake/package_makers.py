"""Deliveries as they come: zips, .dbf files by hand, curves in WKB; and how to ask for incidents."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lantu.quality.package import Incident, Package, PackageLayer


def kinds(package: Package) -> list[str]:
    return sorted(incident.kind for incident in package.incidents)


def only(package: Package, kind: str) -> Incident:
    """Return the one incident of a kind."""
    (found,) = [incident for incident in package.incidents if incident.kind == kind]
    return found


def layer_of(package: Package, name: str = "DLTB") -> PackageLayer:
    (found,) = [layer for layer in package.layers if layer.name == name]
    return found


def shapes_of(layer: PackageLayer) -> Any:
    assert layer.wkb is not None
    return shapely.from_wkb(layer.wkb.to_numpy(zero_copy_only=False))


def zipped(folder: Path, target: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Zip what lies in a folder, in no particular order."""
    with zipfile.ZipFile(target, "w", method) as archive:
        for each in sorted(folder.rglob("*"), reverse=True):
            archive.write(each, each.relative_to(folder))
    return target


def zip_of(target: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def dbf(
    path: Path,
    fields: Sequence[tuple[bytes, bytes, int, int]],
    rows: Iterable[Sequence[bytes]],
    language: int = 0,
) -> Path:
    """Write a .dbf byte by byte; a row whose first value is None is a deleted one."""
    records = [(b" " if row[0] is not None else b"*", [value or b"" for value in row]) for row in rows]
    size = 1 + sum(width for _, _, width, _ in fields)
    data = struct.pack("<BBBBIHH", 3, 120, 1, 1, len(records), 33 + 32 * len(fields), size)
    data += bytes(17) + bytes([language, 0, 0])
    for name, letter, width, decimals in fields:
        data += name.ljust(11, b"\0") + letter + bytes(4) + bytes([width, decimals]) + bytes(14)
    lines = [
        mark + b"".join(v.ljust(w)[:w] for v, (_, _, w, _) in zip(values, fields, strict=True))
        for mark, values in records
    ]
    path.write_bytes(data + b"\r" + b"".join(lines) + b"\x1a")
    return path


def wkb(kind: int, *parts: bytes, points: Any = None, order: str = "<") -> bytes:
    """Return a WKB of parts, or of points with as many numbers as the kind wants."""
    head = struct.pack(f"{order}BI" if order == "<" else ">BI", int(order == "<"), kind)
    if points is not None:
        numbers = np.asarray(points, f"{order}f8")
        return head + struct.pack(f"{order}I", len(numbers)) + numbers.tobytes()
    return head + struct.pack(f"{order}I", len(parts)) + b"".join(parts)


def circle(x: float, y: float, radius: float) -> bytes:
    """Return the curve polygon of a whole circle, as one arc string of two halves."""
    points = [(x - radius, y), (x, y + radius), (x + radius, y), (x, y - radius), (x - radius, y)]
    return wkb(10, wkb(8, points=points))

"""How much memory there is, and how much packed layers need: said before the work, not after a crash."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numba import get_num_threads

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Size:
    """How big some polygons are.

    Attributes:
        vertices: once no edge is longer than the standard allows.
        most: vertices of the biggest of them.
    """

    rows: int = 0
    rings: int = 0
    vertices: int = 0
    most: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(
            self.rows + other.rows, self.rings + other.rings, self.vertices + other.vertices,
            max(self.most, other.most),
        )  # fmt: skip

    @property
    def packed(self) -> int:
        """Return the bytes of their pack: coordinates, nodes of edge trees, and what there is per row."""
        nodes = (self.vertices // 16 + self.rings) * 8 // 7
        return 16 * self.vertices + 56 * nodes + 9 * self.rings + 144 * self.rows

    @property
    def packing(self) -> int:
        """Return the bytes in use at most while they are packed, WKB and the parts of the pack included.

        Measured: 1.5 million squares take 787 MiB for 896 said, three polygons of 2 million vertices 314 for
        950, 20,000 squares of 5 km 256 for 440.
        """
        most = get_num_threads() * (_WORK + 40) * self.most
        return self.packed * 5 // 4 + 44 * self.vertices + most

    def overlaying(self, other: Size) -> int:
        """Return the bytes that are in use beside both packs while they are overlaid."""
        return get_num_threads() * _WORK * (self.most + other.most)


_WORK = 96
"""Bytes per edge of the biggest polygon that a thread works in, as far as they are touched."""


def gib(size: float) -> str:
    """Return bytes as a sentence has them."""
    return f"{size / _GIB:.1f} GiB" if size >= _GIB / 10 else f"{size / (1 << 20):.0f} MiB"


def available(root: Path = Path("/")) -> int | None:
    """Return the bytes that this process may still use: the least that any limit leaves; None if unknown.

    Args:
        root: where /proc and /sys are.
    """
    if sys.platform == "win32":
        return _windows()
    left = [*_system(root), *_cgroups(root), *_address_space(root)]
    if not left:
        with suppress(OSError, ValueError):  # macOS says how much there is, not how much is free
            left.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(left)) if left else None


def _system(root: Path) -> Iterator[int]:
    with suppress(OSError, ValueError, IndexError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                yield int(line.split()[1]) * 1024


def _cgroups(root: Path) -> Iterator[int]:
    """Yield what the limits of the control groups leave, ours and those around it, of both versions."""
    groups = root / "sys/fs/cgroup"
    names = {"memory.max": "memory.current", "memory/memory.limit_in_bytes": "memory/memory.usage_in_bytes"}
    inside = [Path()]
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            number, kinds, path = line.split(":", 2)
            if number == "0" or "memory" in kinds.split(","):
                own = Path(path.lstrip("/"))
                inside += [own, *own.parents]
    for folder in dict.fromkeys(inside):
        for limit, usage in names.items():
            at = groups / Path(limit).parent / folder
            with suppress(OSError, ValueError):  # "max": no limit
                most = int((at / Path(limit).name).read_text())
                yield most - int((at / Path(usage).name).read_text()) + _reclaimable(at)


def _reclaimable(group: Path) -> int:
    """Return the bytes of files in memory, which go when they are needed."""
    with suppress(OSError, ValueError):
        for line in (group / "memory.stat").read_text().splitlines():
            if line.startswith("inactive_file "):
                return int(line.split()[1])
    return 0


def _address_space(root: Path) -> Iterator[int]:
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            pages = int((root / "proc/self/statm").read_text().split()[0])
            yield limit - pages * os.sysconf("SC_PAGE_SIZE")


def _windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            *((name, ctypes.c_ulong) for name in ("length", "load")),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "total_page", "free_page")),
            *((name, ctypes.c_ulonglong) for name in ("total_virtual", "free_virtual", "extended")),
        )

    status = Status()
    status.length = ctypes.sizeof(Status)
    system: Any = getattr(ctypes, "windll")  # noqa: B009  (only there on Windows)
    done = system.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.free) if done else None

"""How much of a package is opened at most: what is beyond is an incident, not a crash."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of `read_package`. They protect the machine; no law says anything of them.

    Attributes:
        unpacked_bytes: of all archives together.
        ratio: unpacked / packed bytes of one member of an archive, from `ratio_from_bytes` on (tables of
            blanks shrink a hundredfold; DEFLATE at most a thousandfold).
        members: files of the package, those in its archives included.
        deepest: archives within each other; 1 is the package's own.
        columns: of one layer.
        layer_bytes: of one layer in memory.
        arc_points: points of all chords that stand for the curves of one layer.
        document_bytes: of one text; larger ones (an atlas) are not read.
    """

    unpacked_bytes: int = 16 << 30
    ratio: int = 500
    ratio_from_bytes: int = 16 << 20
    members: int = 50_000
    deepest: int = 3
    columns: int = 500
    layer_bytes: int = 4 << 30
    arc_points: int = 20_000_000
    document_bytes: int = 64 << 20


class TooMuch(Exception):  # noqa: N818
    """A limit was passed: what of, the limit, and what was found. Never leaves `lantu.intake`."""

    def __init__(self, what: str, limit: int, found: int) -> None:
        super().__init__(what, limit, found)
        self.what, self.limit, self.found = what, limit, found

"""WKT files: a geometry begins with every line that begins with a word, `SRID=…;` before it or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import shapely

from lantu.core.errors import InputError
from lantu.intake.reasons import first_words
from lantu.intake.shapes import Geometries

SUFFIX = ".wkt"
MOST_BYTES = 64 << 20
_BEGIN = re.compile(r"^[ \t]*(?=[A-Za-z])", re.MULTILINE)
_SRID = re.compile(r"\s*SRID\s*=\s*([0-9]{1,6})\s*;", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WktShapes:
    """Shapes as written, and the EPSG code that they name; None where none does."""

    geometry: Geometries
    srid: int | None


def read_wkt(data: bytes, where: str) -> WktShapes:
    """Read the bytes of a file.

    Raises:
        InputError: `wkt.empty`, `.too_big`, `.encoding`, `.unreadable`, `.systems`, `intake.curved`.
    """
    if len(data) > MOST_BYTES:
        raise InputError("wkt.too_big", where=where, found=len(data) >> 20, most=MOST_BYTES >> 20)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("wkt.encoding", where=where) from None
    if not text.strip():
        raise InputError("wkt.empty", where=where)
    begins = [found.start() for found in _BEGIN.finditer(text)]
    if not begins or text[: begins[0]].strip():
        begins.insert(0, 0)
    shapes: list[shapely.Geometry] = []
    srids: dict[int | None, int] = {}
    for begin, end in zip(begins, [*begins[1:], len(text)], strict=True):
        line = text.count("\n", 0, begin) + 1
        srid = _SRID.match(text, begin, end)
        srids.setdefault(int(srid[1]) if srid else None, line)
        try:
            shapes.append(shapely.from_wkt(text[srid.end() if srid else begin : end].strip()))
        except NotImplementedError:  # shapely's word for curves
            raise InputError("intake.curved", where=f"{where}:{line}") from None
        except shapely.errors.ShapelyError as error:
            raise InputError("wkt.unreadable", where=where, line=line, why=first_words(error)) from None
    if len(srids) > 1:
        said = "、".join(f"{'–' if srid is None else srid} ({line})" for srid, line in srids.items())
        raise InputError("wkt.systems", where=where, systems=said)
    return WktShapes(np.array(shapes, object), next(iter(srids)))

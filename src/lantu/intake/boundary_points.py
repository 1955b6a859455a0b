"""勘测定界界址点坐标 TXT → plots with their fields and a system of CGCS2000.

The format: docs/formats/boundary-points.md. In the file X is the northing and Y the easting, with the zone's
number before it or not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lantu.core.crs import ZONES, Zone, extent, show_bounds
from lantu.core.errors import InputError
from lantu.core.units import Dimension, spellings
from lantu.intake.boundary_lines import HEADER, Plot, Sheet, read_sheet, refuse_value
from lantu.intake.boundary_shapes import refuse_twice, shape_of
from lantu.intake.shapes import Geometries

SUFFIX = ".txt"
MOST_BYTES = 64 << 20
"""Over a million points; what is bigger is hardly a file of plots."""
DECLARED, DECLARED_UNIT, USUAL_UNIT = "DKMJ", "MJDW", "公顷"
"""Fields of the declared area and of its unit, and what it is in where the file does not say."""
SCHEMA = pa.schema(
    [("JZDS", pa.int32()), (DECLARED, pa.float64()), (DECLARED_UNIT, pa.string())]
    + [(name, pa.string()) for name in ("DKBH", "DKMC", "TFH", "DKYT", "DLBM")]
)
_SIX_DEGREES = range(13, 24)
_SIX_PREFIXED, _SIX_PLAIN = 4491, 4502  # of zone 13
_PREFIX_M = 1_000_000
_TEXTS = ((2, "DKBH"), (3, "DKMC"), (5, "TFH"), (6, "DKYT"), (7, "DLBM"))
_AREA = re.compile(r"([0-9]+(?:\.[0-9]*)?)\s*(\S*)")
_CGCS2000 = re.compile(
    r"(中国|国家)?大地(坐标系?)?2000|cgcs2000(国家)?(大地)?(坐标系?)?|(中国|国家)?2000(中国|国家)?(大地)?(坐标系?)?"
    r"|2000(国家|中国)?大地坐标系\(?cgcs2000\)?|chinageodeticcoordinatesystem2000"
)
_OTHER = (
    (re.compile(r"西安|xi.?an|1980|80"), "西安80 / Xian 1980"),
    (re.compile(r"北京|beijing|1954|54"), "北京54 / Beijing 1954"),
    (re.compile(r"wgs"), "WGS84"),
)
_PROJECTIONS = (
    "高斯克吕格",
    "高斯克里格",
    "高斯",
    "gausskruger",
    "gausskrüger",
    "高斯克吕格投影",
    "高斯投影",
)
_METRES = ("米", "m", "公尺", "metre", "meter")


@dataclass(frozen=True, slots=True)
class BoundaryPoints:
    """Plots as read.

    Attributes:
        attributes: of SCHEMA, a row each; JZDS as the file says it, DKMJ as a number in the unit of MJDW,
            which is null where the file names none (USUAL_UNIT).
        geometry: (easting, northing), with the zone's number where the file has it.
        epsg: 4513–4554, or 4491–4512 for zones of 6°.
        notes: message codes of what was let through (`boundary.tabs`, `.more_fields`, `.number_twice`).
    """

    attributes: pa.Table
    geometry: Geometries
    epsg: int
    encoding: str
    notes: tuple[str, ...]


def read_boundary_points(data: bytes, where: str) -> BoundaryPoints:
    """Read the bytes of a file.

    Args:
        where: its name, for the errors: each names the line.

    Raises:
        InputError: `boundary.*`: whatever is not as the format has it; nothing is mended.
    """
    if len(data) > MOST_BYTES:
        raise InputError("boundary.too_big", where=where, found=len(data) >> 20, most=MOST_BYTES >> 20)
    sheet = read_sheet(data, where)
    epsg = _epsg(sheet, where)
    shapes = np.array([None] * len(sheet.plots), object)
    shapes[:] = [shape_of(plot, where) for plot in sheet.plots]
    refuse_twice(shapes, sheet.plots, where)
    rows = [_row(plot, where) for plot in sheet.plots]
    numbers = [row["DKBH"] for row in rows if row["DKBH"]]
    notes = {
        "boundary.tabs": sheet.tabs,
        "boundary.more_fields": any(any(plot.fields[8:]) for plot in sheet.plots),
        "boundary.number_twice": len(numbers) != len(set(numbers)),
    }
    table = pa.Table.from_pylist(rows, SCHEMA)
    return BoundaryPoints(table, shapes, epsg, sheet.encoding, tuple(n for n, so in notes.items() if so))


def _row(plot: Plot, where: str) -> dict[str, object]:
    row: dict[str, object] = {"JZDS": plot.points}
    row |= {name: plot.fields[n] or None for n, name in _TEXTS if n < len(plot.fields)}
    if plot.fields[1]:
        found = _AREA.fullmatch(plot.fields[1])
        unit = spellings().get(found[2]) if found else None
        if not found or (found[2] and (unit is None or unit.dimension is not Dimension.AREA)):
            refuse_value("boundary.bad_area", where, plot.line, plot.fields[1])
        row[DECLARED] = float(found[1])
        row[DECLARED_UNIT] = unit.name if unit else None
    return row


def _epsg(sheet: Sheet, where: str) -> int:
    """Return the system that header and coordinates agree on."""
    xy = np.concatenate([ring.xy for plot in sheet.plots for ring in plot.rings])
    line = np.concatenate([ring.line for plot in sheet.plots for ring in plot.rings])
    if sheet.header is None:
        known = np.unique(xy[_fits(*xy.T), 1] // _PREFIX_M).astype(int)
        shown = "、".join(map(str, known[known > 0])) or "–"
        raise InputError("boundary.no_header", where=where, section=HEADER, zones=shown)
    header = _Header(sheet.header, where)
    header.check_datum()
    degrees = header.degrees()
    said = header.zone(degrees)
    prefix = _prefix(xy, line, where)
    if prefix and said and prefix != said[0]:
        raise InputError(
            "boundary.zone_contradicts", where=where, line=said[1], said=said[0], point=int(line[0]),
            found=prefix, meridian=_meridian(prefix, degrees),
        )  # fmt: skip
    if prefix and prefix not in _zones(degrees):
        header.refuse_band(degrees, prefix, int(line[0]))
    if not prefix and not said:
        raise InputError("boundary.no_zone", where=where, line=int(line[0]), y=f"{xy[0, 1]:.3f}")
    zone = prefix or (said[0] if said else 0)
    if degrees == 3:
        return Zone(zone).epsg_prefixed if prefix else Zone(zone).epsg_plain
    return (_SIX_PREFIXED if prefix else _SIX_PLAIN) + zone - _SIX_DEGREES.start


class _Header:
    """What the header says of the system; every value is held against what the format knows."""

    def __init__(self, values: dict[str, tuple[str, int]], where: str) -> None:
        self.values = values
        self.where = where

    def check_datum(self) -> None:
        value, line = self._needed("坐标系")
        plain = re.sub(r"[\s_-]", "", value.casefold())
        if _CGCS2000.fullmatch(plain) is None:
            for pattern, name in _OTHER:
                if pattern.search(plain):
                    raise InputError(
                        "boundary.other_system", where=self.where, line=line, crs=value, name=name
                    )
            refuse_value("boundary.unknown_system", self.where, line, value)
        self._known("投影类型", _PROJECTIONS)
        self._known("计量单位", _METRES)

    def degrees(self) -> int:
        """Return the width of the zones, 3 or 6."""
        value, line = self._needed("几度分带")
        found = re.fullmatch(r"([36])\s*(°|度|度带|度分带)?", value)
        if not found:
            refuse_value("boundary.bad_value", self.where, line, value, key="几度分带", known="3、6")
        return int(found[1])

    def zone(self, degrees: int) -> tuple[int, int] | None:
        """Return the zone's number and its line; None where the header leaves it out."""
        value, line = self.values.get("带号", ("", 0))
        if not value:
            return None
        known = _zones(degrees)
        if not re.fullmatch(r"[0-9]{1,3}", value) or int(value) not in known:
            refuse_value(
                "boundary.bad_value", self.where, line, value, key="带号", known=f"{known[0]}–{known[-1]}"
            )
        return int(value), line

    def refuse_band(self, degrees: int, prefix: int, point: int) -> NoReturn:
        other = 9 - degrees
        _, line = self.values["几度分带"]
        raise InputError(
            "boundary.band_contradicts", where=self.where, line=line, said=degrees, found=prefix, point=point,
            likely=other,
        )  # fmt: skip

    def _needed(self, key: str) -> tuple[str, int]:
        value, line = self.values.get(key, ("", 0))
        if not value:
            raise InputError("boundary.no_key", where=self.where, key=key, line=line or "–")
        return value, line

    def _known(self, key: str, known: tuple[str, ...]) -> None:
        """Refuse another value; a header that leaves it out has the coordinates to tell."""
        value, line = self.values.get(key, ("", 0))
        if value and re.sub(r"[\s·.-]", "", value.casefold()) not in known:
            refuse_value("boundary.bad_value", self.where, line, value, key=key, known=known[0])


def _zones(degrees: int) -> list[int]:
    return [zone.number for zone in ZONES] if degrees == 3 else list(_SIX_DEGREES)


def _meridian(zone: int, degrees: int) -> int:
    return Zone(zone).central_meridian if degrees == 3 else zone * 6 - 3


def _fits(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which points may be northing X and easting Y of a zone, its number before Y or not."""
    bounds = extent(ZONES[0].epsg_plain)
    assert bounds is not None  # of a system of delivery
    west, south, east, north = bounds
    prefix, easting = np.divmod(y, _PREFIX_M)
    known = np.isin(prefix, [0, *_SIX_DEGREES, *_zones(3)])
    return known & (west <= easting) & (easting <= east) & (south <= x) & (x <= north)


def _prefix(xy: NDArray[np.float64], line: NDArray[np.int64], where: str) -> int:
    """Return the zone's number before every easting, 0 where there is none."""
    x, y = xy.T
    good = _fits(x, y)
    if not good.all():
        _refuse_places(xy, line, good, where)
    prefix = (y // _PREFIX_M).astype(np.int64)
    other = np.flatnonzero(prefix != prefix[0])
    if len(other):
        n = int(other[0])
        raise InputError(
            "boundary.two_zones", where=where, line=int(line[n]), found=int(prefix[n]) or "–",
            first=int(line[0]), before=int(prefix[0]) or "–",
        )  # fmt: skip
    return int(prefix[0])


def _refuse_places(
    xy: NDArray[np.float64], line: NDArray[np.int64], good: NDArray[np.bool_], where: str
) -> NoReturn:
    x, y = xy.T
    bad = np.flatnonzero(~good)
    n = int(bad[0])
    at = {"where": where, "line": int(line[n]), "x": f"{x[n]:.12g}", "y": f"{y[n]:.12g}"}
    at |= {"count": len(bad), "total": len(xy)}
    if _fits(y[bad], x[bad]).all():
        raise InputError("boundary.swapped", **at)
    if (np.abs(x[bad]) <= 180).all() and (np.abs(y[bad]) <= 180).all():
        raise InputError("boundary.degrees", **at)
    bounds = extent(ZONES[0].epsg_plain)
    assert bounds is not None
    raise InputError("boundary.out_of_range", **at, bounds=show_bounds(bounds))

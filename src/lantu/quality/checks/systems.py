"""Coordinate systems: named, of delivery, the same throughout, and fit for the coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from lantu.core.crs import (
    GEOGRAPHIC,
    ZONES,
    Bounds,
    Zone,
    delivered_epsg,
    extent,
    fits,
    is_wgs84,
    likely_systems,
    show_bounds,
    transformer,
    zone_of,
)
from lantu.core.finding import Answer
from lantu.core.units import round_half_up
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

PROVINCES = "province_extent"

_SWAPPED = -1
_NAMELESS = ("", "unknown", "undefined", "unnamed")
"""What PROJ calls a system without a name."""

_Boxes = NDArray[np.float64]


def system_named(sheet: Sheet, work: Workspace, *, kinds: Sequence[str], margin: str) -> Iterator[Defect]:
    """The layer says which coordinate system it is in; where it does not, the likely ones are named.

    They are those of layers it would lie upon, those that its coordinates tell, or those whose central
    meridian puts it into the province of the division code, whichever can be told first.

    Args:
        kinds: of the incidents that say why there is none.
        margin: parameter, degrees that a province's extent may be wrong by.
    """
    source = sheet.source
    if source.crs is not None:
        return
    why = next((e.kind for e in work.incidents(*kinds) if e.where in (source.file, source.where)), None)
    says = source.crs_text or ("–" if why is None else ".prj: –")
    found, how = _likely(sheet, work, margin)
    bounds = "–" if sheet.bounds is None else show_bounds(sheet.bounds)
    yield Defect(
        sheet.kind, ("no_system",), message=f"quality.no_system_{how}",
        params={"says": says[:80], "bounds": bounds, "likely": _codes(found), "count": len(sheet)},
    )  # fmt: skip


def system_delivered(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """The system is CGCS2000: longitude/latitude or a 3° zone. WGS84 longitude/latitude is `system_wgs84`'s.

    Raises:
        CannotTell: `quality.no_system`.
    """
    crs = _named(sheet)
    if delivered_epsg(crs) is None and not is_wgs84(crs):
        yield Defect(sheet.kind, ("foreign",), params={"crs": _name(crs), "count": len(sheet)})


def system_wgs84(sheet: Sheet, work: Workspace, *, never_says: Sequence[str]) -> Iterator[Defect]:
    """The system is not WGS84, which is taken as CGCS2000; of a form that knows no other, a person says so.

    Args:
        never_says: suffixes of files that are WGS84 by definition.

    Raises:
        CannotTell: `quality.no_system`.
    """
    if not is_wgs84(_named(sheet)):
        return
    if sheet.source.file.lower().endswith(tuple(never_says)):
        yield Defect(
            sheet.kind, ("wgs84", "form"), answer=Answer.NEEDS_PERSON, message="quality.wgs84_by_form",
            params={"count": len(sheet)},
        )  # fmt: skip
    else:
        yield Defect(sheet.kind, ("wgs84",), params={"count": len(sheet)})


def system_of_profile(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """The system is one that the profile takes. One that is not CGCS2000 is `system_delivered`'s.

    Raises:
        CannotTell: `quality.no_system`.
        NotApplicable: `quality.system_judged_elsewhere`.
    """
    epsg = delivered_epsg(_named(sheet))
    if epsg is None:
        raise NotApplicable("quality.system_judged_elsewhere", layer=sheet.kind, where=sheet.source.where)
    if epsg not in work.profile.systems:
        params = {"epsg": epsg, "systems": _codes(work.profile.systems), "count": len(sheet)}
        yield Defect(sheet.kind, ("epsg", str(epsg)), params=params)


def one_system(work: Workspace) -> Iterator[Defect]:
    """All layers with shapes are in one system; a layer without one is `system_named`'s.

    Raises:
        NotApplicable: `quality.fewer_than_two`.
    """
    name = {
        kind: _name(sheet.source.crs)
        for kind, sheet in work.sheets.items()
        if sheet.source.wkb is not None and sheet.source.crs is not None
    }
    if len(name) < 2:
        raise NotApplicable("quality.fewer_than_two")
    said = list(name.values())
    # Of several that are as common the one that comes first by name, however the layers are ordered.
    usual = max(sorted(set(said)), key=said.count)
    for kind, system in name.items():
        if system != usual:
            params = {
                "system": system,
                "usual": usual,
                "layers": said.count(usual),
                "count": len(work.sheets[kind]),
            }
            yield Defect(kind, ("system", system), params=params)


def coordinates_fit(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Coordinates can lie in their system; shapes that GEOS cannot hold, or without finite ones, are left.

    Yields:
        One defect for the features with swapped axes, one for those of another system, one for the rest.

    Raises:
        CannotTell: `quality.no_system`.
    """
    epsg = None if sheet.crs is None else sheet.crs.to_epsg()
    within = extent(epsg)
    if within is None:
        raise CannotTell("quality.no_system", layer=sheet.kind, where=sheet.source.where)
    boxes = shapely.bounds(sheet.shapes)
    odd = np.flatnonzero(np.isfinite(boxes).all(axis=1) & ~_inside(boxes, within))
    likely = np.zeros(len(odd), np.int64)
    for code in (*_bare(epsg), *(zone.epsg_prefixed for zone in ZONES), GEOGRAPHIC):
        likely[_inside(boxes[odd], extent(code))] = code
    likely[_inside(boxes[odd][:, [1, 0, 3, 2]], within)] = _SWAPPED
    for code in np.unique(likely).tolist():
        rows = odd[likely == code]
        how = {_SWAPPED: "swapped", 0: "nowhere"}.get(code, "other")
        yield Defect(
            sheet.kind, (how, str(code)), rows.tolist(), message=f"quality.coordinates_{how}",
            params={"epsg": epsg, "likely": code, "bounds": show_bounds(_union(boxes[rows]))},
        )  # fmt: skip


def zone_fits(sheet: Sheet, work: Workspace, *, half_width: str, margin: str) -> Iterator[Defect]:
    """The zone is that of the place: its central meridian is not farther off than half a zone and a margin.

    Raises:
        CannotTell: `quality.no_system`.
        NotApplicable: `quality.not_projected`.
    """
    _, crs = sheet.place()
    zone = zone_of(crs.to_epsg() or 0)
    if zone is None:
        raise NotApplicable("quality.not_projected", layer=sheet.kind, where=sheet.source.where)
    west, _, east, _ = _lonlat(sheet, crs)
    middle = (west + east) / 2
    most = work.number(half_width) + work.number(margin)
    off = Decimal(str(abs(middle - zone.central_meridian)))
    if off > most:
        better = Zone(round(middle / 3))
        yield Defect(
            sheet.kind, ("zone", str(zone.number)), measured=round_half_up(off, 2), required=most, unit="°",
            params={
                "meridian": zone.central_meridian, "longitude": f"{middle:.2f}",
                "likely": _codes([better.epsg_prefixed, better.epsg_plain]), "count": len(sheet),
                "better": better.central_meridian,
            },
        )  # fmt: skip


def in_province(work: Workspace, *, margin: str) -> Iterator[Defect]:
    """Layers lie in the province of the division code; a layer without a usable system is another rule's.

    Raises:
        CannotTell: `quality.no_county`, `quality.nothing_has_a_place`.
        NotApplicable: `quality.no_extent`.
    """
    county = work.county
    if county is None:
        raise CannotTell("quality.no_county")
    within = _province(work, margin)
    if within is None:
        raise NotApplicable("quality.no_extent", county=county)
    placed = [(sheet, crs) for sheet in work.sheets.values() if (crs := _placed(sheet)) is not None]
    if not placed:
        raise CannotTell("quality.nothing_has_a_place")
    for sheet, crs in placed:
        here = _lonlat(sheet, crs)
        if _meets(here, within):
            continue
        zone = zone_of(crs.to_epsg() or 0)
        likely = _plain_zones(sheet, within) if zone is not None and crs.to_epsg() == zone.epsg_plain else []
        yield Defect(
            sheet.kind, ("province",), answer=Answer.NEEDS_PERSON,
            message="quality.outside_province_zone" if likely else "quality.outside_province",
            params={
                "county": county, "province": _province_name(work, county), "bounds": show_bounds(here),
                "likely": _codes(likely), "epsg": crs.to_epsg(), "count": len(sheet),
            },
        )  # fmt: skip


def near_outline(work: Workspace, *, outline: Sequence[str], far: str) -> Iterator[Defect]:
    """No feature reaches far beyond the box around the county.

    Args:
        outline: kinds of layers that say where the county is; the first that is there and has a place.
        far: parameter, metres.

    Raises:
        CannotTell: `quality.no_outline`.
    """
    about = next((s for kind in outline if (s := work.sheets.get(kind)) and _placed(s) is not None), None)
    if about is None:
        raise CannotTell("quality.no_outline", layers="、".join(outline))
    assert about.crs is not None and about.bounds is not None  # `_placed` says so
    most = float(work.number(far))
    for kind, sheet in work.sheets.items():
        if kind == about.kind or (crs := _placed(sheet)) is None:
            continue
        west, south, east, north = transformer(about.crs.to_string(), crs.to_string()).transform_bounds(
            *about.bounds
        )
        boxes = shapely.bounds(sheet.shapes)
        x, y = sheet.metres
        beyond = np.max(
            [
                (west - boxes[:, 0]) * x,
                (south - boxes[:, 1]) * y,
                (boxes[:, 2] - east) * x,
                (boxes[:, 3] - north) * y,
            ],
            axis=0,
        )
        beyond[~np.isfinite(beyond)] = -np.inf  # nothing there: a rule about shapes says so
        rows = np.flatnonzero(beyond > most)
        if len(rows):
            rows = rows[np.argsort(-beyond[rows], kind="stable")]
            yield Defect(
                kind, ("far",), rows.tolist(), params={"outline": about.kind}, required=work.number(far),
                measured=round_half_up(Decimal(str(beyond[rows[0]])), 0), unit="米",
            )  # fmt: skip


def _named(sheet: Sheet) -> CRS:
    if sheet.source.crs is None:
        raise CannotTell("quality.no_system", layer=sheet.kind, where=sheet.source.where)
    return sheet.source.crs


def _placed(sheet: Sheet) -> CRS | None:
    """Return the system of a layer whose coordinates can lie in it; None for any other."""
    crs, bounds = sheet.crs, sheet.bounds
    return crs if crs is not None and bounds is not None and fits(bounds, crs.to_epsg()) else None


def _name(crs: CRS) -> str:
    epsg = delivered_epsg(crs)
    if epsg is not None:
        return f"EPSG:{epsg}"
    return str(crs.to_string())[:80] if crs.name.lower() in _NAMELESS else crs.name


def _codes(codes: Sequence[int]) -> str:
    return "、".join(f"EPSG:{code}" for code in codes[:6]) + (" …" if len(codes) > 6 else "")


def _likely(sheet: Sheet, work: Workspace, margin: str) -> tuple[list[int], str]:
    """Return the systems that a layer without one may be in, and how that was told."""
    bounds = sheet.bounds
    if bounds is None:
        return [], "unknown"
    beside = {
        epsg
        for other in work.sheets.values()
        if (crs := _placed(other)) is not None and other.bounds is not None and (epsg := crs.to_epsg())
        if fits(bounds, epsg) and _meets(bounds, other.bounds)
    }
    if beside:
        return sorted(beside), "beside"
    if found := likely_systems(bounds):
        return found, "told"
    within = _province(work, margin)
    if within is not None and (found := _plain_zones(sheet, within)):
        return found, "province"
    return [], "unknown"


def _plain_zones(sheet: Sheet, within: Bounds) -> list[int]:
    """Return the zones without prefix that would put a layer into some ground, in degrees."""
    return [
        epsg
        for epsg in (zone.epsg_plain for zone in ZONES)
        if sheet.bounds is not None and fits(sheet.bounds, epsg)
        if _meets(transformer(f"EPSG:{epsg}", f"EPSG:{GEOGRAPHIC}").transform_bounds(*sheet.bounds), within)
    ]


def _province(work: Workspace, margin: str) -> Bounds | None:
    """Return the extent of the province of the package's county, in degrees, with its margin."""
    row = work.book.code_lists[PROVINCES].rows.get(f"{work.county[:2]}0000") if work.county else None
    if row is None:
        return None
    wide = float(work.number(margin))
    west, south, east, north = (float(row[side]) for side in ("west", "south", "east", "north"))
    return west - wide, south - wide, east + wide, north + wide


def _province_name(work: Workspace, county: str) -> str:
    division = work.book.divisions.by_code(f"{county[:2]}0000")
    return division.name if division else county[:2]


def _lonlat(sheet: Sheet, crs: CRS) -> Bounds:
    assert sheet.bounds is not None  # a layer that has a place
    move = transformer(crs.to_string(), f"EPSG:{GEOGRAPHIC}")
    west, south, east, north = move.transform_bounds(*sheet.bounds)
    return float(west), float(south), float(east), float(north)


def _meets(here: Bounds, there: Bounds) -> bool:
    return here[0] <= there[2] and there[0] <= here[2] and here[1] <= there[3] and there[1] <= here[3]


def _bare(epsg: int | None) -> list[int]:
    """Return the same zone without prefix, for a zone with one."""
    zone = zone_of(epsg or 0)
    return [] if zone is None or epsg == zone.epsg_plain else [zone.epsg_plain]


def _inside(boxes: _Boxes, within: Bounds | None) -> NDArray[np.bool_]:
    if within is None:
        return np.zeros(len(boxes), np.bool_)
    low = (boxes[:, 0] >= within[0]) & (boxes[:, 1] >= within[1])
    inside: NDArray[np.bool_] = low & (boxes[:, 2] <= within[2]) & (boxes[:, 3] <= within[3])
    return inside


def _bounds(box: _Boxes) -> Bounds:
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


def _union(boxes: _Boxes) -> Bounds:
    return _bounds(np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]))

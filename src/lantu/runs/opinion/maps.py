"""The maps of an opinion as SVG: where the site lies in its county, and what each control takes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.errors import GEOSException

from lantu.compliance.review import Judged
from lantu.core.area import Geometries
from lantu.overlay.cutting import mended
from lantu.runs.control_index import ControlIndex
from lantu.runs.opinion.model import Key, Picture
from lantu.runs.pages.maps import COLOURS, MapData, View, around, county_map, grown
from lantu.runs.review_site import SiteReview
from lantu.runs.review_words import ReviewWords
from lantu.runs.site_parts import kind_of, shapes_near
from lantu.store import OUTLINE

WIDTH, MAX_HEIGHT = 320, 240
AREAS = ("YJJBNT", "STBHHX", "CZKFBJ")
_SMALLEST_FRAME_M = 40.0
_SMALLEST_RING_PX2 = 0.2
_HATCH_PX = 6.0
_SITE, _LAYER = "#c62828", "#8ea6c8"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws what sites were held against; a county is made ready to be drawn once."""

    index: ControlIndex
    words: ReviewWords
    _counties: dict[str, dict[str, Geometries]] = field(default_factory=dict)

    def overview(self, site: SiteReview, code: str, name: str, title: str) -> Picture | None:
        """Draw a county with its lines and where a site lies; None where that cannot be drawn."""
        if site.shape is None:
            return None
        try:
            county = self._county(code)
            areas = {kind: shapes for kind, shapes in county.items() if kind != OUTLINE and len(shapes)}
            data = MapData(county[OUTLINE], areas, ringed=np.array([site.shape], object))
            svg = county_map(data, title)
        except GEOSException:
            return None  # lines too broken to draw; the areas are the kernel's, which needs no sound ones
        if svg is None:
            return None
        kinds = self.words.book.layer_kinds
        keys = (
            Key("□", _SITE, self.words.say("opinion.k_site")),
            *(Key("■", COLOURS[kind], self.words.of(kinds[kind].name)) for kind in areas),
        )
        return Picture(svg, self.words.say("opinion.overview_caption", county=name), keys)

    def controls(self, site: SiteReview) -> tuple[Picture, ...]:
        """Draw each control that takes some of a site, but those that any site of its size meets."""
        drawn = [
            each
            for each in site.opinion.judged
            if each.affected and each.control.side != "whole" and site.shape is not None
        ]
        return tuple(self._control(nth, each, site) for nth, each in enumerate(drawn, 2))

    def _control(self, number: int, judged: Judged, site: SiteReview) -> Picture:
        say, control = self.words.say, judged.control
        kind = self.words.book.layer_kinds[kind_of(control, self.index)]
        title, part = self.words.of(control.title), site.parts.get(control.code)
        caption = say("opinion.map_caption", number=number, title=title, code=control.code,
                      area=self.words.affected(judged))  # fmt: skip
        frame = around(shapely.bounds(site.shape), _SMALLEST_FRAME_M)
        view = View.fit(frame, WIDTH, MAX_HEIGHT)
        body, box = [], grown(frame)
        try:
            near = shapely.clip_by_rect(shapes_near(box, control, self.index), *box)
            body += [f'<path class="m-layer" d="{view.path(_polygons(near), _SMALLEST_RING_PX2)}"/>']
            if part is None or part.is_empty:
                caption += say("opinion.map_no_part")
            else:
                shapes = np.array([part], object)
                body += [f'<path class="m-part" d="{view.path(shapes, 0)}"/>', _hatch(view, part)]
        except GEOSException:
            caption += say("opinion.map_no_part")
        ring = view.ring(np.array([part], object)) if part is not None and not part.is_empty else ""
        body += [f'<path class="m-site" d="{view.path(np.array([site.shape], object), 0)}"/>', ring]
        body += [view.scale_bar(), view.north_arrow()]
        keys = (
            Key("□", _SITE, say("opinion.k_site")),
            Key("■", _SITE, say("opinion.k_part")),
            Key(
                "■", _LAYER, say("opinion.k_line", title=title if control.codes else self.words.of(kind.name))
            ),
        )
        return Picture(view.svg(body, title), caption, keys)

    def _county(self, code: str) -> dict[str, Geometries]:
        if code not in self._counties:
            found = {kind: np.empty(0, object) for kind in (*AREAS, OUTLINE)}
            for layer, pack in zip(self.index.layers, self.index.packs, strict=True):
                if layer.area_code == code and layer.kind in found:
                    found[layer.kind] = mended(pack.geometries(np.arange(len(pack))))
            self._counties[code] = found
        return self._counties[code]


def _polygons(shapes: Geometries) -> Geometries:
    parts = shapely.get_parts(shapes)
    return np.asarray(parts[shapely.get_dimensions(parts) == 2], object)


def _hatch(view: View, part: Any) -> str:
    """Hatch polygons of the plane with slanting lines: a pattern fill would look different in each reader."""
    west, south, east, north = shapely.bounds(part).tolist()
    step, rise = _HATCH_PX / view.scale * 2**0.5, north - south
    # On a grid of their own, so that the hatches of neighbours meet.
    first = np.floor((west - north) / step) * step
    starts = np.arange(first, east - south + step, step)  # of x - y along each line
    ends = np.stack([np.stack([starts + south, np.full_like(starts, south)], -1),
                     np.stack([starts + north, np.full_like(starts, north)], -1)], 1)  # fmt: skip
    if not rise > 0 or not len(ends):
        return ""
    coarse = shapely.simplify(part, 0.3 / view.scale)
    lines = shapely.get_parts(shapely.intersection(shapely.linestrings(ends), coarse))
    lines = lines[(shapely.get_dimensions(lines) == 1) & ~shapely.is_empty(lines)]
    found = []
    for each in lines:
        x, y = view.xy(*shapely.get_coordinates(each).T)
        found.append("M" + " ".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    return f'<path class="m-hatch" d="{"".join(found)}"/>'

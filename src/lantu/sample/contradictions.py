"""Contradictions planted beside the master plan, each in a new layer: today's lines stay as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from lantu.core.area import Geometries
from lantu.sample.city import City
from lantu.sample.further_plans import Feature, Plans, permit, plot, special_site
from lantu.sample.ground import Ground
from lantu.sample.planted import CROSSING, ON, OVER, Planted
from lantu.sample.zones import Zones

_HOMES, _SHOPS, _WORKS, _PARK, _ROAD = "070102", "0901", "100102", "1401", "1207"
_SPECIAL = "1507"
_ECOLOGY = "100"
_RIM = (6.0, 38.0)
"""Parks are built over at their rim: farther in lies their water."""


@dataclass(frozen=True, slots=True)
class Contradictions:
    """What was planted: contradictions, and slivers that are only to be counted."""

    planted: tuple[Planted, ...]
    slivers: tuple[Planted, ...]


def plant(ground: Ground, plans: Plans, city: City, zones: Zones) -> Contradictions:
    """Plant one contradiction of every kind for which the county has room, and some slivers.

    `plans`, `city` and `zones` are changed.
    """
    planted = (
        _plot_on_basic_farmland(ground, plans),
        _plot_in_ecological_zone(ground, plans),
        _plot_over_green_line(ground, plans),
        _corridor_through_red_line(ground, plans),
        _permit_on_basic_farmland(ground, plans),
        _permit_of_another_use(ground, plans),
        _more_red_in_city(ground, city),
        _less_red_in_city(ground, city, 24_000.0),
        zones.slit(ground, 2.0, 200.0),
        zones.overlap(ground, 3.0, 160.0),
        _road_on_basic_farmland(ground, plans),
        _plot_in_corridor(ground, plans),
    )
    slivers = (
        _site_touching_basic_farmland(ground, plans),
        _less_red_in_city(ground, city, 0.4),
        zones.overlap(ground, 0.01, 40.0),
    )
    return Contradictions(
        tuple(each for each in planted if each is not None),
        tuple(each for each in slivers if each is not None),
    )


def _added(plans: Plans, kind: str, feature: Feature) -> tuple[str, int]:
    plans[kind].append(feature)
    return kind, len(plans[kind]) - 1


def _plot_on_basic_farmland(ground: Ground, plans: Plans) -> Planted | None:
    centre = ground.m.settlements.centre[ground.town]
    for _, box in ground.inside(ground.basic, 15_000, near=centre):
        unit = f"{ground.m.county.code}-9001"
        first = _added(plans, "DETAILED_PLOT", plot(ground, ground.place(box), _HOMES, unit, f"{unit}-01"))
        return Planted(
            ON, first, "YJJBNT",
            ("边界外的住宅地块压占永久基本农田", "a residential plot outside the boundary on basic farmland"),
            ("详细规划地块压占永久基本农田，又在城镇开发边界外",
             "the plot of a detailed plan lies on basic farmland, and outside the urban boundary"), box,
        )  # fmt: skip
    return None


def _plot_in_ecological_zone(ground: Ground, plans: Plans) -> Planted | None:
    for _, box in ground.inside(ground.red, 12_000):
        unit = f"{ground.m.county.code}-9002"
        first = _added(plans, "DETAILED_PLOT", plot(ground, ground.place(box), _HOMES, unit, f"{unit}-01"))
        return Planted(
            ON, first, "GHFQ",
            ("生态保护区内的住宅地块", "a residential plot in an ecological zone"),
            ("详细规划用途与规划分区不相容，又压占生态保护红线",
             "the detailed plan's use does not go with the planning zone, and lies in the red line"), box,
            classes=(_ECOLOGY,),
        )  # fmt: skip
    return None


def _road_on_basic_farmland(ground: Ground, plans: Plans) -> Planted | None:
    for _, box in ground.inside(ground.basic, 6_000):
        unit = f"{ground.m.county.code}-9003"
        first = _added(plans, "DETAILED_PLOT", plot(ground, ground.place(box), _ROAD, unit, f"{unit}-01"))
        return Planted(
            ON, first, "YJJBNT",
            ("道路地块压占永久基本农田", "a plot for a road on basic farmland"),
            ("详细规划的道路地块压占永久基本农田，又在城镇开发边界外：须由人认定",
             "a plot for a road, on basic farmland and outside the urban boundary: for a person to say"), box,
        )  # fmt: skip
    return None


def _plot_in_corridor(ground: Ground, plans: Plans) -> Planted | None:
    """Return a plot on ground that a special plan keeps for a water corridor."""
    for _, box in ground.inside(ground.open, 9_000):
        part = shapely.buffer(box, -12, join_style="mitre")
        if part.area < 2_000:
            continue
        plans["SPECIAL_SITE"].append(
            special_site(ground.place(box), "供水专项规划", "供水管廊", "虚构供水管廊备用段")
        )
        unit = f"{ground.m.county.code}-9004"
        first = _added(plans, "DETAILED_PLOT", plot(ground, part, _SPECIAL, unit, f"{unit}-01"))
        return Planted(
            CROSSING, first, "SPECIAL_SITE",
            ("特殊用地地块压占供水管廊", "a plot for special uses in a water corridor"),
            ("详细规划地块压占专项规划预留的廊道；又在城镇开发边界外，须由人认定",
             "a plot in a corridor that a special plan keeps; outside the boundary, for a person to say"),
            part,
        )  # fmt: skip
    return None


def _plot_over_green_line(ground: Ground, plans: Plans) -> Planted | None:
    plots = plans["DETAILED_PLOT"]
    parks = np.flatnonzero(ground.blocks & (ground.events.base.dlbm == "0810"))
    for park in ground.rng.permutation(parks).tolist():
        box = _rim_box(ground.shapes[park], ground.lines["ZXCQCSLX"])
        mine = [i for i, each in enumerate(plots) if box is not None and each.shape.intersects(box)]
        if len(mine) != 1 or plots[mine[0]].columns["YDYHFLDM"] != _PARK:
            continue
        plots[mine[0]] = replace(plots[mine[0]], shape=shapely.difference(plots[mine[0]].shape, box))
        unit = plots[mine[0]].columns["DYBH"]
        first = _added(plans, "DETAILED_PLOT", plot(ground, ground.place(box), _SHOPS, unit, f"{unit}-91"))
        return Planted(
            ON, first, "ZXCQCSLVX",
            ("商业地块压占城市绿线", "a commercial plot over the city's green line"),
            ("详细规划地块压占城市绿线，与规划用途（公园绿地）不符",
             "the plot lies over the green line and is not the park that is planned"), box,
        )  # fmt: skip
    return None


def _rim_box(park: Any, water: Geometries) -> Any:
    """Return a box along the longest side of a park, off its water; None where it does not fit."""
    ring = shapely.get_coordinates(shapely.get_exterior_ring(park))
    sides = np.diff(ring, axis=0)
    length = np.hypot(*sides.T)
    side = int(length.argmax())
    along = sides[side] / length[side]
    middle, half = ring[side] + sides[side] / 2, min(45.0, 0.3 * length[side])
    inward = np.array([-along[1], along[0]])
    if not park.contains(shapely.Point(middle + inward)):
        inward = -inward
    corners = [
        middle + s * half * along + deep * inward
        for s, deep in zip((-1, 1, 1, -1), _RIM[:1] * 2 + _RIM[1:] * 2, strict=True)
    ]
    box = shapely.Polygon(corners)
    dry = (shapely.distance(water, box) > 1).all()
    return box if dry and shapely.contains(shapely.buffer(park, -3), box) else None


def _corridor_through_red_line(ground: Ground, plans: Plans) -> Planted | None:
    for length in (300.0, 150.0, 80.0, 40.0):
        for _, _, box in ground.across(ground.red, ground.open, 24.0, length, 0.7 * length):
            site = special_site(ground.place(box), "供水专项规划", "供水管廊", "虚构供水管廊支线")
            return Planted(
                CROSSING, _added(plans, "SPECIAL_SITE", site), "STBHHX",
                ("供水管廊穿入生态保护红线", "a water corridor that crosses the red line"),
                ("专项规划廊道与生态保护红线交叉，须论证无法避让",
                 "a special plan's corridor crosses the red line; why it cannot avoid it must be shown"), box,
            )  # fmt: skip
    return None


def _permit_on_basic_farmland(ground: Ground, plans: Plans) -> Planted | None:
    for _, box in ground.inside(ground.basic, 9_000):
        number = len(plans["PERMIT"]) + 1
        first = _added(plans, "PERMIT", permit(ground, ground.place(box), _WORKS, number))
        return Planted(
            ON, first, "YJJBNT",
            ("已发许可压占永久基本农田", "a permit on basic farmland"),
            ("已批准的用地压占永久基本农田", "land that was approved lies on basic farmland"), box,
        )  # fmt: skip
    return None


def _permit_of_another_use(ground: Ground, plans: Plans) -> Planted | None:
    granted = [each.shape for each in plans["PERMIT"]]
    plots = plans["DETAILED_PLOT"]
    for i in ground.rng.permutation(len(plots)).tolist():
        shape = shapely.buffer(plots[i].shape, -8, join_style="mitre")
        homes = (
            plots[i].columns["YDYHFLDM"] == _HOMES
            and shapely.intersects(ground.shapes[ground.blocks], shape).any()
        )
        if (
            not homes
            or shape.geom_type != "Polygon"
            or shape.area < 4_000
            or any(shape.intersects(each) for each in granted)
        ):
            continue
        number = len(plans["PERMIT"]) + 1
        first = _added(plans, "PERMIT", permit(ground, ground.place(shape), _WORKS, number))
        return Planted(
            OVER, first, "DETAILED_PLOT",
            ("许可用途与详细规划不一致", "a permit for another use than the detailed plan's"),
            ("许可为工业用地，详细规划为住宅用地", "permitted for industry, residential in the plan"), shape,
        )  # fmt: skip
    return None


def _more_red_in_city(ground: Ground, city: City) -> Planted | None:
    for _, box in ground.inside(ground.open, 30_000):
        return city.add_red(ground.place(box))
    return None


def _less_red_in_city(ground: Ground, city: City, size_m2: float) -> Planted | None:
    for _, box in ground.inside(ground.red, size_m2):
        if (found := city.cut_red(box)) is not None:
            ground.place(box)
            return found
    return None


def _site_touching_basic_farmland(ground: Ground, plans: Plans) -> Planted | None:
    """Return a site that reaches three centimetres over the border of basic farmland."""
    for row, _, box in ground.across(ground.basic, ground.open, 20.0, 0.03, 30.0):
        if 0.3 < shapely.intersection(ground.shapes[row], box).area < 0.95:
            site = special_site(ground.place(box), "供水专项规划", "泵站", "虚构泵站")
            return Planted(
                ON, _added(plans, "SPECIAL_SITE", site), "YJJBNT",
                ("泵站压占永久基本农田不足一平方米", "a pumping station over a sliver of basic farmland"),
                ("小于容差，只计数", "below the tolerance: only counted"), box,
            )  # fmt: skip
    return None

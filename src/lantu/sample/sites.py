"""Sites to be reviewed: legal and illegal ones, in one county or across its border."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from lantu.core.crs import GEOGRAPHIC
from lantu.sample import landmap as lm
from lantu.sample.counties import YEARS
from lantu.sample.drawing import boxes, delivered, from_degrees
from lantu.sample.further_plans import Plans
from lantu.sample.ground import Ground

_FACTS = ("name", "activity", "level", "sector", "avoidable", "use", "linear", "stage")
PROJECTS: Mapping[str, Mapping[str, str]] = {
    name: dict(zip(_FACTS, facts, strict=True))
    for name, *facts in (
        ("housing", "虚构住宅项目", "other", "other", "housing", "yes", "070102", "no", "siting"),
        ("industry", "虚构工业项目", "other", "other", "industry", "yes", "100102", "no", "siting"),
        ("public", "虚构学校项目", "other", "other", "public", "yes", "0804", "no", "permission"),
        ("utility", "虚构供电设施项目", "other", "other", "energy", "yes", "1303", "no", "acceptance"),
        ("rural", "虚构村庄项目", "other", "other", "rural", "yes", "0703", "no", "siting"),
        ("tourism", "虚构生态步道项目", "tourism", "other", "other", "no", "1209", "yes", "conversion"),
        ("highway", "虚构国家高速公路项目", "infrastructure", "national", "transport", "no", "1202", "yes",
         "conversion"),
        ("road", "虚构住宅区道路项目", "other", "other", "housing", "yes", "1207", "yes", "siting"),
        ("road_to_permit", "虚构住宅区道路项目", "other", "other", "housing", "yes", "1207", "yes",
         "permission"),
        ("power_line", "虚构输电线路项目", "infrastructure", "other", "energy", "no", "1303", "yes",
         "conversion"),
        ("substation", "虚构变电站项目", "infrastructure", "other", "energy", "no", "1303", "no",
         "conversion"),
    )
}  # fmt: skip
"""Project file → what it says, as `compliance/facts.yaml` names it; `use` is a code of `landuse_2023`.

Two pairs differ in one fact: road and road_to_permit in the stage, power_line and substation in being linear.
"""
_FARM_SIDE_M, _FARM_M2 = 760.0, 380_000.0
_LONG_M = 2_000.0
ZONE_41 = 4529
SURVEYED = "220882"
"""The county of which some sites also come as surveyors deliver them."""
_HOUSING = ("边界内住宅地块", "housing on a residential plot")
_ACROSS_RED = ("跨生态保护红线", "across the red line")


@dataclass(frozen=True, slots=True)
class Site:
    """One site.

    Attributes:
        project: name of its project in `PROJECTS`.
        shape: as delivered, in `epsg`.
    """

    id: str
    what: tuple[str, str]
    project: str
    shape: Any
    epsg: int = GEOGRAPHIC

    def as_points(self) -> Site:
        """Return the site as a surveyor delivers it: in zone 41, to the millimetre."""
        (moved,) = delivered(from_degrees(np.array([self.shape], object)), ZONE_41)
        shape = shapely.transform(moved, lambda xy: np.round(xy, 3))
        return replace(self, id=f"{self.id}-TXT", shape=shape, epsg=ZONE_41)


@dataclass(frozen=True, slots=True)
class _Sketch:
    """A site before it is numbered; the shape is in the drawing plane."""

    what: tuple[str, str]
    project: str
    shape: Any


def sites_of(ground: Ground, plans: Plans) -> list[Site]:
    """Return the sites of one county; some of one county also as a surveyor delivers them."""
    code = ground.m.county.code
    # What came later stands last: the others keep their numbers and their places.
    found = _numbered([*_in_town(ground, plans), *_in_the_open(ground, plans), *_by_project(ground)], code)
    if code == SURVEYED:
        found += [each.as_points() for each in found if each.what in (_HOUSING, _ACROSS_RED)]
    return found


def _numbered(sketches: Iterable[_Sketch], code: str) -> list[Site]:
    found = []
    for number, each in enumerate(sketches, 1):
        (given,) = delivered(np.array([each.shape], object), GEOGRAPHIC)
        found.append(Site(f"S-{code}-{number:02d}", each.what, each.project, given))
    return found


def _in_town(ground: Ground, plans: Plans) -> Iterator[_Sketch]:
    m, rng = ground.m, ground.rng
    plots = [each for each in plans["DETAILED_PLOT"] if "-900" not in each.columns["DYBH"]]
    permits = plans["PERMIT"]
    free = [each for each in plots if not any(each.shape.intersects(other.shape) for other in permits)]
    for use, project, what in (
        ("070102", "housing", _HOUSING),
        ("0804", "public", ("边界内教育地块", "a school on its plot")),
        ("100102", "industry", ("边界内工业地块", "industry on an industrial plot")),
        ("070102", "industry", ("住宅地块上的工业项目", "industry on a residential plot")),
    ):
        chosen = [each for each in free if each.columns["YDYHFLDM"] == use]
        if chosen:
            each = chosen[int(rng.integers(len(chosen)))]
            free.remove(each)
            yield _Sketch(what, project, _middle(each.shape, 60.0))
    for each in permits:
        if each.columns["YDYHFLDM"] == "070102":
            yield _Sketch(("已有许可的地块", "on an earlier permit"), "housing", _middle(each.shape, 50.0))
            break
    growth = (m.kind == lm.ZONE) & (m.zone == 410) & (m.zone_of == ground.town) & (m.area_m2 > 6_000)
    for row in ground.plots.shuffled(growth):
        what = ("边界内、规划用途不是建设用地", "inside the boundary, planned for no building")
        yield _Sketch(what, "housing", _middle(ground.shapes[row], 50.0))
        break
    for kind, project, what in (
        ("ZXCQCSLVX", "public", ("城市绿线内", "on the green line")),
        ("ZXCQCSHX", "utility", ("城市黄线内", "on the yellow line")),
        ("ZXCQCSZX", "public", ("城市紫线内", "on the purple line")),
        ("ZXCQCSLX", "public", ("城市蓝线内", "on the blue line")),
    ):
        if len(lines := ground.lines[kind]):
            yield _Sketch(what, project, _middle(lines[-1], 40.0))
    edge = shapely.boundary(shapely.union_all(ground.shapes[(m.zone > 0) & (m.zone_of == ground.town)]))
    at = shapely.get_coordinates(shapely.get_parts(edge)[0].interpolate(0.37, normalized=True))[0]
    yield _Sketch(("跨城镇开发边界", "across the urban boundary"), "housing", _square(at, 120.0, 0.3))


def _in_the_open(ground: Ground, plans: Plans) -> Iterator[_Sketch]:
    for able, size, project, what in (
        (ground.basic, 8_000, "industry", ("永久基本农田上的工业项目", "industry on basic farmland")),
        (
            ground.basic,
            8_000,
            "highway",
            ("永久基本农田上的国家公路", "a national highway on basic farmland"),
        ),
        (ground.red, 8_000, "tourism", ("红线内的有限人为活动", "a limited activity in the red line")),
        (ground.red, 8_000, "industry", ("红线内的工业项目", "industry in the red line")),
        (ground.wild, 5_000, "rural", ("边界外草地上的村庄项目", "a village project on grassland")),
    ):
        for _, box in ground.inside(able, size):
            yield _Sketch(what, project, ground.place(box))
            break
    for _, _, box in ground.across(ground.red, ground.open, 40.0, 60.0, 50.0):
        yield _Sketch(_ACROSS_RED, "rural", ground.place(box))
        break
    for row, _, box in ground.across(ground.basic, ground.open, 20.0, 0.03, 30.0):
        if 0.3 < shapely.intersection(ground.shapes[row], box).area < 0.95:
            what = ("压永久基本农田不足一平方米", "over less than a square metre of basic farmland")
            yield _Sketch(what, "rural", ground.place(box))
            break
    for _, box in ground.inside(ground.open, 5_000, keep_off=()):
        if any(shapely.contains(line, box) for line in ground.lines["HLFXKZX"]):
            yield _Sketch(("洪涝风险控制线内", "in the flood-risk line"), "rural", ground.place(box))
            break
    for line in ground.lines["LSWHBHX"][:1]:
        yield _Sketch(("历史文化保护线内", "in the heritage line"), "rural", _middle(line, 50.0))
    for reach in plans["DZDYXFW"][:1]:
        what = ("地质灾害影响范围内", "in the reach of a geological hazard")
        yield _Sketch(what, "rural", _middle(reach.shape, 60.0))
    farm = ground.farmland(YEARS[-1])
    for row in ground.plots.shuffled(farm):
        box = _square(ground.m.inner[row], _FARM_SIDE_M, 0.0)
        rows = [each for each in ground.events.history.under(box) if farm[each]]
        if (
            ground.apart(box)
            and shapely.contains(ground.m.outline, box)
            and shapely.area(shapely.intersection(ground.shapes[rows], box)).sum() > _FARM_M2
        ):
            what = ("国家公路占用耕地超过35公顷", "a national highway on more than 35 ha of farmland")
            yield _Sketch(what, "highway", ground.place(box))
            break


def _by_project(ground: Ground) -> Iterator[_Sketch]:
    """Yield pairs of sites in one kind of place whose projects differ in one fact, which decides."""
    m = ground.m
    flexible = (m.kind == lm.ZONE) & (m.zone == 420) & (m.zone_of == ground.town)
    if flexible.any():
        circle = shapely.maximum_inscribed_circle(shapely.union_all(ground.shapes[flexible]))
        for east, project, what in (
            (-30.0, "road", ("弹性发展区内的道路，选址", "a road in the flexible zone, to be sited")),
            (30.0, "road_to_permit", ("弹性发展区内的道路，报许可", "a road there, to be permitted")),
        ):  # fmt: skip
            yield _Sketch(what, project, _square(shapely.get_coordinates(circle)[0] + [east, 0], 40.0, 0.0))
    linear = [
        ("power_line", ("红线内无法避让的输电线路", "a power line that cannot avoid the red line")),
        ("substation", ("红线内的变电站，不是线性工程", "a substation, not linear, in the red line")),
    ]
    for (project, what), (_, box) in zip(linear, ground.inside(ground.red, 6_000), strict=False):
        yield _Sketch(what, project, ground.place(box))


def _middle(shape: Any, side_m: float) -> Any:
    """Return a square at a point well inside a shape."""
    circle = shapely.maximum_inscribed_circle(shape)
    return _square(shapely.get_coordinates(circle)[0], side_m, 0.2)


def _square(centre: Any, side_m: float, angle: float) -> Any:
    half = np.full((1, 2), side_m / 2)
    return boxes(-half, half, np.asarray(centre), angle)[0]


def shared_sites(outlines: Mapping[str, Any], city: str) -> list[Site]:
    """Return sites across the border of two counties, and partly or wholly outside every county."""
    found: list[_Sketch] = []
    codes = list(outlines)
    for i, one in enumerate(codes):
        for other in codes[i + 1 :]:
            at = _on_border(outlines[one], outlines[other])
            if at is not None:
                found.append(_Sketch(("跨两县", "across two counties"), "highway", _square(at, 300.0, 0.1)))
    for code in codes[:2]:
        others = [shapely.buffer(outlines[each], 500.0, quad_segs=2) for each in codes if each != code]
        outer = shapely.difference(shapely.boundary(outlines[code]), shapely.union_all(others))
        line = max(shapely.get_parts(outer), key=lambda part: part.length, default=None)
        if line is not None and line.length > _LONG_M:
            at = shapely.get_coordinates(line.interpolate(0.5, normalized=True))[0]
            what = ("部分在所有规划之外", "partly outside every plan")
            found.append(_Sketch(what, "rural", _square(at, 200.0, 0.1)))
    corner = np.array(shapely.total_bounds(list(outlines.values()))[:2]) - 5_000.0
    found.append(_Sketch(("在所有规划之外", "outside every plan"), "rural", _square(corner, 200.0, 0.0)))
    return _numbered(found, city)


def _on_border(one: Any, other: Any) -> Any:
    """Return the middle of the longest common border; None where there is no long one."""
    common = shapely.line_merge(shapely.intersection(shapely.boundary(one), shapely.boundary(other)))
    lines = [part for part in shapely.get_parts(common) if part.geom_type == "LineString"]
    line = max(lines, key=lambda part: part.length, default=None)
    if line is None or line.length < _LONG_M:
        return None
    return shapely.get_coordinates(line.interpolate(0.5, normalized=True))[0]

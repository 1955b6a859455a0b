"""What lies below the master plan agrees with it; and sites on it are told what GEOS measures there."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from lantu.compliance.review import Judged
from lantu.core.finding import Answer
from lantu.intake import read_vector
from lantu.lawbook import Compatibility, load
from lantu.overlay.packing import pack_shapes
from lantu.runs.review_site import Project, Reviewer, SiteReview
from lantu.sample.planning import KINDS
from lantu.store import Home

pytestmark = pytest.mark.slow

DAY = date(2025, 6, 30)
COUNTIES = ("220882", "220881", "220821", "220822")


def layers(sample, kind, code):
    wanted = [e for e in sample.manifest.layers if (e.kind, e.area_code) == (kind, code)]
    return [read_vector(sample.folder / e.file, layer=e.layer) for e in wanted]


def drawn(sample, kind, code):
    (table,) = layers(sample, kind, code)
    return table


@pytest.mark.parametrize("code", COUNTIES)
def test_plots_corridors_hazards_and_permits_agree_with_the_plan(sample, code):
    of = {kind: drawn(sample, kind, code) for kind in (*KINDS, "CZKFBJ", "YJJBNT", "STBHHX", "ZXCQGHYDYH")}
    shape = {kind: shapely.union_all(table.geometry) for kind, table in of.items()}
    area = {kind: shapely.area(table.geometry).sum() for kind, table in of.items()}
    assert area["DETAILED_PLOT"] == pytest.approx(shapely.area(shape["DETAILED_PLOT"]), rel=1e-9)
    for inner, outer in (("DETAILED_PLOT", "CZKFBJ"), ("PERMIT", "DETAILED_PLOT")):
        assert shapely.area(shapely.difference(shape[inner], shape[outer])) < 1e-6 * area[inner]
    for kind, line in (("SPECIAL_SITE", "YJJBNT"), ("SPECIAL_SITE", "STBHHX"), ("DZDYXFW", "CZKFBJ")):
        assert shapely.area(shapely.intersection(shape[kind], shape[line])) < 1e-6 * area[kind]
    table, planned = Compatibility(load()), of["ZXCQGHYDYH"]
    uses = of["DETAILED_PLOT"].attributes["YDYHFLDM"].to_pylist()
    plot, use = shapely.STRtree(planned.geometry).query(
        shapely.point_on_surface(of["DETAILED_PLOT"].geometry), predicate="within"
    )
    assert sorted(plot.tolist()) == list(range(len(uses)))
    codes = planned.attributes["YDYHFLDM"].to_pylist()
    assert {table.refines(codes[b], uses[a]).outcome for a, b in zip(plot, use, strict=True)} == {"allowed"}


@pytest.mark.parametrize("code", COUNTIES)
def test_zones_cover_the_county_once(sample, code):
    zones, outline = drawn(sample, "GHFQ", code), drawn(sample, "XZQX", code)
    whole = shapely.area(outline.geometry).sum()
    assert shapely.area(zones.geometry).sum() == pytest.approx(whole, rel=1e-9)
    assert shapely.area(shapely.union_all(zones.geometry)) == pytest.approx(whole, rel=1e-9)


def reviewed(home: Home, shapes: list[shapely.Geometry], use: str, **more: str) -> tuple[SiteReview, ...]:
    facts = {"activity": "other", "level": "other", "sector": "public", "avoidable": "yes", "use": use}
    sites = pack_shapes(np.array(shapes, object), "sites")
    return Reviewer(home, DAY).review(sites, Project(facts | more))


def untold(site: SiteReview) -> list[Judged]:
    return [each for each in site.opinion.judged if each.status == "cannot_tell"]


def missing(site: SiteReview) -> set[str]:
    """Return the controls whose layer a small county has no room for."""
    lacking = {kind for _, kind in site.answer.lacking}
    return {each.control.code for each in site.opinion.judged if set(each.control.layers) <= lacking}


CONTROL_OF = {
    "YJJBNT": "CR02", "STBHHX": "CR01", "HLFXKZX": "CR05", "LSWHBHX": "CR06", "ZXCQCSLVX": "CR08",
    "DETAILED_PLOT": "CR18", "SPECIAL_SITE": "CR19", "DZDYXFW": "CR20", "PERMIT": "CR21",
}  # fmt: skip


@pytest.mark.parametrize("kind", CONTROL_OF)
def test_a_site_is_told_what_it_takes(home, sample, kind):
    plane, sites, truth = home.plane, [], []
    for code in COUNTIES:
        shapes = [plane.project(each.geometry, each.crs) for each in layers(sample, kind, code)]
        layer = np.concatenate([np.empty(0, object), *shapes])
        for shape in layer[:3]:
            middle = shapely.point_on_surface(shape)
            box = shapely.box(middle.x - 70, middle.y - 40, middle.x + 70, middle.y + 40)
            sites.append(box)
            truth.append(shapely.area(shapely.intersection(box, shapely.union_all(layer))))
    for site, area in zip(reviewed(home, sites, "1001"), truth, strict=True):
        judged = next(each for each in site.opinion.judged if each.control.code == CONTROL_OF[kind])
        assert judged.area_m2 == pytest.approx(area, abs=0.01)
        assert judged.status in ("document", "forbidden")
        assert site.parts[judged.control.code].area == pytest.approx(area, abs=0.01)
        assert {each.control.code for each in untold(site)} == missing(site)


def test_a_project_of_the_planned_use_on_its_plot_needs_permission_only(home, sample):
    table = drawn(sample, "DETAILED_PLOT", "220882")
    plots = home.plane.project(table.geometry, table.crs)
    uses = table.attributes["YDYHFLDM"].to_pylist()
    lines = [
        home.plane.project(each.geometry, each.crs)
        for kind in ("ZXCQCSLX", "ZXCQCSLVX", "ZXCQCSZX", "ZXCQCSHX", "LSWHBHX", "HLFXKZX", "PERMIT")
        for each in layers(sample, kind, "220882")
    ]
    taken = shapely.union_all(np.concatenate(lines))
    homes = [n for n, use in enumerate(uses) if use.startswith("07")]
    free = [n for n in homes if not shapely.intersects(plots[n], taken)]
    assert free
    sites = reviewed(home, [shapely.buffer(plots[n], -5) for n in free[:4]], "0701")
    for site in sites:
        open_ = {each.control.code for each in site.opinion.judged if each.answer is not Answer.PASS}
        large = {"CR13"} if site.answer.area_m2 > 700_000 else set()
        assert open_ == {"CR03", "CR18"} | large | missing(site)

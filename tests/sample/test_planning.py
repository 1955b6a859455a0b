"""What stands beside the master plan agrees with it, but for what was planted; reviews say what GEOS says."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from lantu.compliance.review import Judged
from lantu.core.finding import Answer
from lantu.lawbook import Compatibility, load
from lantu.overlay.packing import pack_shapes
from lantu.runs.review_site import Project, Reviewer, SiteReview
from lantu.sample.counties import COUNTIES as ALL
from lantu.sample.further_plans import STARTS
from lantu.store import Home
from sample.drawn_layers import slack_m2

pytestmark = pytest.mark.slow

DAY = date(2025, 6, 30)
COUNTIES = tuple(county.code for county in ALL)
NO_PLOT = ("YJJBNT", "STBHHX", "HLFXKZX", "LSWHBHX", "ZXCQCSZX", "ZXCQCSLX")
ONLY = {"ZXCQCSLVX": "14", "ZXCQCSHX": "13"}
"""Line → the use that its ground is planned for."""


@pytest.fixture
def agreeing(sample, layers):
    """Return a county's layer without the features that were planted to contradict."""

    def without(kind, code):
        told = [*sample.contradictions["contradictions"], *sample.contradictions["below_tolerance"]]
        return layers(kind, code).only(
            [bsm for each in told for bsm in each["sides"][0]["bsm"]], without=True
        )

    return without


@pytest.mark.parametrize("code", COUNTIES)
def test_plots_agree_with_lines_zones_and_planned_uses(agreeing, layers, code):
    plots, table = agreeing("DETAILED_PLOT", code), Compatibility(load())
    uses = plots.column("YDYHFLDM")
    assert len(uses) >= 5
    assert shapely.area(plots.shapes).sum() == pytest.approx(plots.whole.area, rel=1e-9)
    assert shapely.difference(plots.whole, layers("CZKFBJ", code).whole).area < 0.1
    planned, zones = layers("ZXCQGHYDYH", code), layers("GHFQ", code)
    for shape, use in zip(plots.shapes, uses, strict=True):
        for kind in (*NO_PLOT, *(line for line, only in ONLY.items() if not use.startswith(only))):
            line = layers.get(kind, code)
            assert line is None or line.shared_m2(shape) < slack_m2(shape), kind
        below = planned.by_class(shape, "YDYHFLDM")
        assert sum(below.values()) == pytest.approx(shape.area, abs=0.1)
        assert {table.refines(each, use).outcome for each in below} == {"allowed"}, (below, use)
        assert {table.in_zone(use, each).outcome for each in zones.by_class(shape, "GHFQDM")} == {"allowed"}


@pytest.mark.parametrize("code", COUNTIES)
def test_permits_are_for_whole_plots_and_their_use(agreeing, code):
    plots, permits = agreeing("DETAILED_PLOT", code), agreeing("PERMIT", code)
    of_plot = dict(
        zip(shapely.to_wkb(shapely.normalize(plots.shapes)), plots.column("YDYHFLDM"), strict=True)
    )
    uses = [of_plot[each] for each in shapely.to_wkb(shapely.normalize(permits.shapes))]
    assert permits.column("YDYHFLDM") == uses and uses


@pytest.mark.parametrize("code", COUNTIES)
@pytest.mark.parametrize("kind", ["SPECIAL_SITE", "DZDYXFW"])
def test_corridors_and_hazards_keep_off_lines_plots_and_each_other(agreeing, layers, code, kind):
    mine = agreeing(kind, code)
    assert len(mine.shapes)
    for other in ("YJJBNT", "STBHHX", "CZKFBJ", *NO_PLOT, *ONLY):
        if kind == "DZDYXFW" and other in ("YJJBNT", "STBHHX"):
            continue  # ground is no safer for being farmed or protected
        assert (line := layers.get(other, code)) is None or line.shared_m2(mine.whole) < slack_m2(
            mine.whole
        ), other
    for other in STARTS:
        if other != kind:
            assert agreeing(other, code).shared_m2(mine.whole) == 0, other


@pytest.mark.parametrize("code", COUNTIES)
def test_the_zones_of_the_package_cover_the_county_once(sample, layers, code):
    zones, outline = layers.of_package("GHFQ", code), layers("XZQX", code)
    whole = outline.whole.area
    assert shapely.area(zones.shapes).sum() == pytest.approx(whole, abs=0.1)
    assert zones.whole.area == pytest.approx(whole, abs=0.1)


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
def test_a_site_is_told_what_it_takes(home, layers, kind):
    sites, truth = [], []
    for layer in (layers.get(kind, code) for code in COUNTIES):
        for shape in () if layer is None else layer.shapes[:3]:
            middle = shapely.point_on_surface(shape)
            box = shapely.box(middle.x - 70, middle.y - 40, middle.x + 70, middle.y + 40)
            sites.append(box)
            truth.append(layer.shared_m2(box))
    for site, area in zip(reviewed(home, sites, "1001"), truth, strict=True):
        judged = next(each for each in site.opinion.judged if each.control.code == CONTROL_OF[kind])
        assert judged.area_m2 == pytest.approx(area, abs=0.01)
        assert judged.status in ("document", "forbidden")
        assert site.parts[judged.control.code].area == pytest.approx(area, abs=0.01)
        assert {each.control.code for each in untold(site)} == missing(site)


def test_a_project_of_the_planned_use_on_its_plot_needs_permission_only(home, layers):
    plots = layers("DETAILED_PLOT", "220882").only(
        bsm
        for bsm, unit in zip(*map(layers("DETAILED_PLOT", "220882").column, ("BSM", "DYBH")), strict=True)
        if "-900" not in unit
    )
    lines = [layers.get(kind, "220882") for kind in ("LSWHBHX", "HLFXKZX", "PERMIT", *NO_PLOT, *ONLY)]
    homes = [n for n, use in enumerate(plots.column("YDYHFLDM")) if use == "070102"]
    free = [n for n in homes if not any(each and each.shared_m2(plots.shapes[n]) for each in lines)]
    assert free
    sites = reviewed(home, [shapely.buffer(plots.shapes[n], -5) for n in free[:4]], "070102")
    for site in sites:
        open_ = {each.control.code for each in site.opinion.judged if each.answer is not Answer.PASS}
        large = {"CR13"} if site.answer.area_m2 > 700_000 else set()
        assert open_ == {"CR03", "CR18"} | large | missing(site)

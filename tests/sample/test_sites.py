"""The sample's sites reviewed: their ground and what forbids them, as its truth says; bad files refused."""

from __future__ import annotations

from datetime import date

import pytest

from lantu.core.errors import InputError
from lantu.core.finding import Answer
from lantu.lawbook import load
from lantu.runs.look_up_site import read_sites
from lantu.runs.review_site import Reviewer, ground_of, read_project, review_file
from lantu.sample.counties import COUNTIES
from lantu.sample.sites import PROJECTS
from lantu.store import OUTLINE

pytestmark = pytest.mark.slow

DAY = date(2025, 6, 30)
CODES = [county.code for county in COUNTIES]
TOLERANCE_M2 = 0.05

# What a site is drawn to show → the controls that forbid its project; what is not here, nothing forbids.
FORBIDDEN = {
    "住宅地块上的工业项目": {"CR17", "CR18"},
    "边界内、规划用途不是建设用地": {"CR17"},
    "永久基本农田上的工业项目": {"CR02", "CR04", "CR14"},
    "红线内的工业项目": {"CR01", "CR04", "CR14"},
    "跨生态保护红线": {"CR01", "CR14"},
    "压永久基本农田不足一平方米": {"CR02", "CR14"},
    "弹性发展区内的道路，报许可": {"CR15"},
    "红线内的变电站，不是线性工程": {"CR01"},
}
BY_PLACE = {"跨城镇开发边界": "CR04", "城市绿线内": "CR08", "城市蓝线内": "CR07", "部分在所有规划之外": None}
"""What else forbids these hangs on where they come to lie: lakes lie in parks."""


@pytest.fixture(scope="module")
def reviewed(home, sample):
    """Return each site's truth with its review."""
    book, reviewer = load(), Reviewer(home, DAY)
    folder, told = sample.folder, sample.sites["sites"]
    projects = {name: read_project(folder / "sites" / "projects" / f"{name}.yaml", book) for name in PROJECTS}
    packs = {name: read_sites(home, folder / name).pack for name in {each["file"] for each in told}}
    found = {
        (file, project): reviewer.review(packs[file], projects[project], shapes=False)
        for file, project in {(each["file"], each["project"]) for each in told}
    }
    return [(each, found[each["file"], each["project"]][each["number"] - 1]) for each in told]


def areas(said):
    return {key: value for key, value in said.items() if abs(value) > TOLERANCE_M2}


def test_every_site_lies_in_what_the_truth_says(reviewed):
    assert len(reviewed) > 70
    for told, site in reviewed:
        ground = ground_of(site.answer)
        assert ground.area_m2 == pytest.approx(float(told["area_m2"]), abs=TOLERANCE_M2), told["id"]
        assert ground.elsewhere_m2 == pytest.approx(float(told["elsewhere_m2"]), abs=TOLERANCE_M2), told["id"]
        covered = {kind: float(area) for kind, area in told["covered_m2"].items() if kind != OUTLINE}
        assert areas(ground.covered_m2) == pytest.approx(areas(covered), abs=TOLERANCE_M2), told["id"]
        said = {(kind, code): m2 for kind, each in ground.classes_m2.items() for code, m2 in each.items()}
        wanted = {
            (kind, code): float(m2) for kind, each in told["by_class_m2"].items() for code, m2 in each.items()
        }
        assert areas(said) == pytest.approx(areas(wanted), abs=TOLERANCE_M2), told["id"]


def test_illegal_sites_are_forbidden_by_what_the_truth_says_and_no_other_is(reviewed):
    for told, site in reviewed:
        forbidding = {each.control.code for each in site.opinion.judged if each.status == "forbidden"}
        assert forbidding == set(told["forbidden_by"]), told["id"]
        assert (site.opinion.answer is Answer.FAIL) == bool(forbidding)
        if told["what"]["zh"] not in BY_PLACE:
            assert forbidding == FORBIDDEN.get(told["what"]["zh"], set()), told["id"]
        elif (code := BY_PLACE[told["what"]["zh"]]) is not None:
            assert code in forbidding, told["id"]


@pytest.mark.parametrize(
    ("one", "other", "fact", "control"),
    [
        ("弹性发展区内的道路，选址", "弹性发展区内的道路，报许可", "stage", "CR15"),
        ("红线内无法避让的输电线路", "红线内的变电站，不是线性工程", "linear", "CR01"),
    ],
)
def test_one_fact_turns_the_opinion(reviewed, one, other, fact, control):
    """In every county a pair of sites in one kind of place: documents needed, and forbidden."""
    found = {one: [], other: []}
    for told, site in reviewed:
        if told["what"]["zh"] in found:
            found[told["what"]["zh"]].append((told["project"], site.opinion))
    assert len(found[one]) == len(found[other]) == len(COUNTIES)
    for (project, allows), (changed, forbids) in zip(found[one], found[other], strict=True):
        differ = {name for name, value in PROJECTS[project].items() if PROJECTS[changed][name] != value}
        assert differ - {"name"} == {fact}
        at = [next(each for each in of.judged if each.control.code == control) for of in (allows, forbids)]
        assert [each.status for each in at] == ["document", "forbidden"]
        # A small sample has no line of every kind: of such a one, nothing can be told anywhere.
        assert allows.answer is not Answer.FAIL and forbids.answer is Answer.FAIL
        untold = [each.why[0] for each in allows.judged if each.why]
        assert set(untold) <= {"review.layer_absent"}


def test_the_samples_survey_is_too_old_two_years_after_it(home, sample):
    """It ends with 2025: honest until the end of 2027, cannot tell from then on."""
    (file,) = {each["file"] for each in sample.sites["sites"] if each["file"].endswith(".txt")}
    land = ("CR11", "CR12", "CR22", "CR23", "CR24")
    for day, told in ((date(2027, 12, 31), False), (date(2028, 1, 1), True)):
        for site in review_file(home, sample.folder / file, day=day).sites:
            stale = {
                each.control.code
                for each in site.opinion.judged
                if each.why and each.why[0] == "review.out_of_date"
            }
            assert stale == (set(land) if told else set())


def test_a_site_outside_every_plan_is_never_told_to_conform(reviewed):
    outside = [(told, site) for told, site in reviewed if float(told["elsewhere_m2"]) >= 1]
    assert len(outside) >= 3
    for told, site in outside:
        assert site.opinion.answer in (Answer.CANNOT_TELL, Answer.FAIL), told["id"]


def test_legal_sites_need_what_their_place_asks_for(reviewed):
    wanted = {
        "边界内住宅地块": {"CR03", "CR18"},
        "红线内的有限人为活动": {"CR01", "CR04", "CR14"},
        "永久基本农田上的国家公路": {"CR02", "CR04", "CR11", "CR14"},
        "地质灾害影响范围内": {"CR04", "CR14", "CR20"},
    }
    seen = set()
    for told, site in reviewed:
        asked = {each.control.code for each in site.opinion.judged if each.status == "document"}
        if (what := told["what"]["zh"]) in wanted:
            seen.add(what)
            of_land = {"CR11", "CR22", "CR23", "CR24"}  # whatever grows there
            assert asked - of_land == wanted[what] - of_land, told["id"]
    assert seen == set(wanted)


def test_a_surveyors_file_says_the_same_as_the_geojson(reviewed):
    by_id = {told["id"]: (told, site) for told, site in reviewed}
    twins = [name for name in by_id if name.endswith("-TXT")]
    assert len(twins) == 2
    for name in twins:
        (told, mine), (_, other) = by_id[name], by_id[name.removesuffix("-TXT")]
        assert told["file"].endswith(".txt")
        assert [(j.control.code, j.status) for j in mine.opinion.judged] == [
            (j.control.code, j.status) for j in other.opinion.judged
        ]
        # A surveyor writes millimetres: along some hundred metres that is a tenth of a square metre.
        for one, two in zip(mine.opinion.judged, other.opinion.judged, strict=True):
            assert (one.area_m2 or 0) == pytest.approx(two.area_m2 or 0, abs=0.2)


@pytest.mark.parametrize(
    ("name", "code", "params"),
    [
        ("self_crossing", "intake.invalid_geometry", {"features": "FID 1"}),
        ("swapped_axes", "crs.swapped_axes", {"epsg": 4490}),
        ("wrong_zone", "crs.wrong_zone", {"epsg": 4530, "likely": "4529"}),
    ],
)
def test_bad_files_are_refused_and_say_why(sample, home, name, code, params):
    assert f"sites/{name}.geojson" in {each["file"] for each in sample.sites["refused"]}
    with pytest.raises(InputError) as refused:
        review_file(home, sample.folder / "sites" / f"{name}.geojson", day=DAY)
    assert refused.value.code == code
    assert params.items() <= refused.value.params.items()


def test_the_citys_lines_count_once_with_those_of_its_counties(home, reviewed):
    """The city's lines are registered too: they are what the counties' plans are held against, not sites."""
    assert {each.kind for each in home.layers.list() if each.area_code == "220800"} == {
        "YJJBNT",
        "STBHHX",
        "CZKFBJ",
        "NAMED_LIST",
    }
    for told, site in reviewed:
        shares = (*site.answer.lines, *site.answer.land)
        assert {each.layer.area_code for each in shares} <= set(CODES), told["id"]
        assert not {code for code, _ in site.answer.lacking} - set(CODES)

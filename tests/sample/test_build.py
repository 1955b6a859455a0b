"""Building the sample: determinism, what it refuses, nothing half-written, the words of its approval."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pytest
import shapely

from lantu.core.area import StatutoryPlane
from lantu.core.digest import digest_bytes
from lantu.core.errors import ConflictError, InputError
from lantu.intake import read_vector
from lantu.intake.vector import list_layers
from lantu.lawbook import load
from lantu.runs import build_sample as job
from lantu.runs.build_sample import build_sample, read_boundaries
from lantu.runs.read_approval import read_files
from lantu.sample.build import build_county
from lantu.sample.counties import COUNTIES, townships
from lantu.sample.outlines import drawn_outlines
from shared_files import shared


def digests(folder):
    """Digest of every layer's content: attributes and coordinates, not the file around them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".gpkg":
            for name in [layer.name for layer in list_layers(path)]:
                table = read_vector(path, name)
                shapes = b"" if table.geometry is None else b"".join(shapely.to_wkb(table.geometry))
                data = shapes + repr(table.attributes.to_pydict()).encode()
                found[path.name, name] = digest_bytes(data)
        elif path.suffix == ".csv":
            found[path.name, ""] = digest_bytes(path.read_bytes())
    return found


@pytest.mark.slow
def test_the_same_seed_gives_the_same_county_and_another_seed_another(tmp_path):
    county = COUNTIES[0]
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder, seed in zip(folders, (47, 47, 48), strict=True):
        build_county(county, drawn_outlines(seed)[county.code], 0.05, seed, folder, load())
    first, again, other = map(digests, folders)
    assert first == again
    assert len(first) > 12
    assert all(first[key] != other.get(key) for key in first if key[1] in ("DLTB", "XZQX", "STBHHX"))


def test_outlines_have_the_true_areas_and_share_their_borders():
    outlines = drawn_outlines(47)
    for code, outline in outlines.items():
        assert outline.is_valid and outline.geom_type == "Polygon", code
    for a, b in (("220882", "220881"), ("220882", "220821"), ("220882", "220822"), ("220881", "220822")):
        assert shapely.intersection(outlines[a], outlines[b]).area == 0
        assert shapely.intersection(outlines[a], outlines[b]).length > 15_000


def test_townships_are_those_of_the_published_list():
    path = shared("geodata/cn/townships_baicheng.csv")
    listed = {tuple(line.split(",")[:2]) for line in path.read_text("utf-8").splitlines()[1:]}
    ours = {(unit.code, unit.name) for county in COUNTIES for unit in townships(county.code)}
    assert len(ours) == 98
    assert ours <= listed


def test_figures_are_the_published_ones():
    path = shared("geodata/cn/published_numbers.json")
    published = json.loads(path.read_text("utf-8"), parse_float=Decimal)["counties"]
    for county in COUNTIES:
        facts = published[county.code]
        targets = facts["targets2035"]
        assert (county.name, county.area_km2) == (facts["name"], facts["area_geod_km2"])
        assert [
            county.farmland,
            county.basic_farmland,
            county.redline,
            county.multiple,
            county.water_2025,
        ] == [
            targets[key]
            for key in (
                "耕地保有量_万亩",
                "永久基本农田_万亩",
                "生态保护红线_km2",
                "城镇开发边界扩展倍数",
                "用水总量2025_亿m3",
            )
        ]


def test_the_approval_reads_without_a_question(tmp_path):
    text = tmp_path / "approval.txt"
    text.write_bytes(job.files("lantu.sample").joinpath("approval.txt").read_bytes())
    [(_, [reading])] = read_files([text])
    assert not reading.questions
    assert reading.document_number == "吉政函〔2024〕47号"
    assert (str(reading.date), reading.issuer, reading.addressee) == (
        "2024-06-11",
        "吉林省人民政府",
        "白城市人民政府",
    )
    assert [plan.area for plan in reading.plans] == [county.name for county in COUNTIES]
    for plan, county in zip(reading.plans, COUNTIES, strict=True):
        assert {(t.indicator, t.year, t.value) for t in plan.targets} == {
            ("耕地保有量", 2035, county.farmland),
            ("永久基本农田保护面积", 2035, county.basic_farmland),
            ("生态保护红线面积", 2035, county.redline),
            ("城镇开发边界扩展倍数", 2035, county.multiple),
            ("用水总量", 2025, county.water_2025),
            ("用水总量", 2035, None),
        }


def test_the_approval_is_in_words_of_its_own():
    """Beside names, titles and figures no run of fourteen characters is the published text's."""
    path = shared("approvals/seed.txt")
    own, published = (
        "".join(text.split())
        for text in (
            job.files("lantu.sample").joinpath("approval.txt").read_text("utf-8"),
            path.read_text("utf-8"),
        )
    )
    for name in (
        *(county.name for county in COUNTIES),
        "国土空间总体规划",
        "吉林省人民政府",
        "白城市人民政府",
    ):
        own, published = own.replace(name, ""), published.replace(name, "")
    runs = {own[i : i + 14] for i in range(len(own) - 13)}
    assert [run for run in sorted(runs) if run in published] == []


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ConflictError, match=r"sample\.not_empty"):
        build_sample(tmp_path / "out", scale=0.05)
    assert [p.name for p in tmp_path.rglob("*")] == ["out", "mine.txt"]


@pytest.mark.parametrize("scale", [0, -1, 1e6, float("nan")])
def test_an_odd_scale_is_refused(tmp_path, scale):
    with pytest.raises(InputError, match=r"sample\.bad_scale"):
        build_sample(tmp_path / "out", scale=scale)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_nothing_and_keeps_the_earlier_sample(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text('{"format": "lantu-sample/1"}')

    def full(folder, *_):
        (folder / "half.gpkg").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(job, "_counties", full)
    with pytest.raises(Exception, match=r"store\.disk_full"):
        build_sample(out, scale=0.05)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["manifest.json", "out"]


def test_boundaries_without_a_county_are_refused(tmp_path):
    path = tmp_path / "some.geojson"
    square = {"type": "Polygon", "coordinates": [[[123, 45], [124, 45], [124, 46], [123, 46], [123, 45]]]}
    features = [{"type": "Feature", "properties": {"XZQDM": "220882"}, "geometry": square}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(InputError) as told:
        read_boundaries(path)
    assert told.value.code == "sample.boundary_missing"
    assert told.value.params["counties"] == "洮南市、镇赉县、通榆县"


@pytest.mark.slow
def test_real_outlines_can_be_given(tmp_path):
    path = shared("geodata/cn/baicheng_counties_wgs84.geojson")
    outlines = read_boundaries(path)
    county = COUNTIES[2]
    built = build_county(county, outlines[county.code], 0.05, 47, tmp_path, load())
    land = next(read_vector(tmp_path / e.file, e.layer) for e in built.entries if e.kind == "DLTB")
    assert shapely.coverage_is_valid(land.geometry)
    assert land.crs.to_epsg() == county.epsg
    total = StatutoryPlane(123, 45).area_m2(land.geometry, land.crs).sum() / 1e6
    assert np.round(total, 1) == 4723.1
    assert len(built.truth["findings"]) > 15
    assert len(built.beside.truth["contradictions"]) > 7 and len(built.beside.sites) > 10

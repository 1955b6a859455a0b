"""`lantu transmit` on the tiny world: the county's layers against a city's, files, letter, picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

import world
from lantu.core.digest import digest_bytes
from lantu.core.errors import ConflictError, InputError, NotFoundError
from lantu.core.finding import Answer
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import pack_shapes
from lantu.plans import Approval, PlanKind, PlanLevel, PlanVersion
from lantu.runs import transmit
from lantu.runs.plan_picture import picture
from lantu.runs.register_plan import PublishedReading, register_approval
from lantu.runs.transmit import Transmitted, check, tree
from lantu.store import Home, Layer
from lantu.transmission import space
from lantu.transmission.clauses import Judged, Section
from store.command import lantu
from store.delivered import Delivery
from world import rect
from world_home import reading, world_home

CITY = "220800"


def add(home: Home, kind: str, area: str, shapes: Sequence[Any], **columns: list[Any]) -> None:
    table = pa.table({"BSM": [f"{n + 1}" for n in range(len(shapes))], **columns})
    place = world.geographic(list(shapes))
    home.layers.add(
        Delivery(table, place, world.CRS_4490, "made.gpkg", kind), kind=kind, area_code=area, year=None,
        invented=True,
    )  # fmt: skip


def add_list(home: Home, area: str, *rows: tuple[str, str, str]) -> None:
    columns = dict(zip(("XZQDM", "LX", "MC"), map(list, zip(*rows, strict=True)), strict=True))
    home.layers.add(
        Delivery(pa.table(columns), None, None, "list.csv", "list"), kind="NAMED_LIST", area_code=area,
        year=None, invented=True,
    )  # fmt: skip


def red_line(*, more: bool = False) -> list[Any]:
    """Return the county's own; with 50 × 100 m more, where asked."""
    shapes = [shape for shape, _ in world.RED_LINE.values()]
    return [*shapes, rect(700, 0, 750, 100)] if more else shapes


def of(found: Transmitted) -> dict[str, Judged]:
    return {each.rule.id: each for each in found.ground.judged}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return world_home(tmp_path / "home", years=[2025])


def test_the_nearest_area_above_that_has_the_layer(home: Home) -> None:
    # The province's line has 50 × 100 m that the county lacks; once the city has one, that is what counts.
    add(home, "STBHHX", "220000", red_line(more=True))
    found = of(check(home, "220882"))["red_line"]
    assert (found.finding.answer, found.upper and found.upper.area_code) == (Answer.FAIL, "220000")
    assert [(p.what, round(p.area_m2)) for p in found.patches] == [("missing", 5_000)]
    add(home, "STBHHX", CITY, red_line())
    found = of(check(home, "220882"))["red_line"]
    assert (found.finding.answer, found.upper and found.upper.area_name) == (Answer.PASS, "白城市")
    found = of(check(home, "220882", upper_layers="220000"))["red_line"]
    assert (found.finding.answer, found.upper and found.upper.area_code) == (Answer.FAIL, "220000")
    with pytest.raises(InputError, match=r"transmission\.not_area_above"):
        check(home, "220882", upper_layers="220881")


def test_an_upper_plan_that_is_missing(home: Home, tmp_path: Path) -> None:
    # Figures cannot be told then; layers can. With neither there is nothing to judge.
    found = check(home, "220882")
    assert found.upper is None
    assert found.answer_of(Section.FIGURES) is Answer.CANNOT_TELL
    assert found.answer is Answer.CANNOT_TELL
    shown = lantu(home.path, "transmit", "check", "220882")
    assert (shown.code, "之上没有登记规划" in shown.out) == (0, True)
    bare = world_home(tmp_path / "bare", years=[], without=["YJJBNT", "STBHHX", "CZKFBJ", "XZQX", "WATER_USE",
                                                            "EXCHANGE"])  # fmt: skip
    with pytest.raises(NotFoundError, match=r"transmission\.no_upper"):
        check(bare, "220882")


def test_a_layer_that_is_damaged_cannot_be_told(home: Home) -> None:
    add(home, "STBHHX", CITY, red_line())
    (layer,) = home.layers.list("STBHHX", CITY)
    layer.path.write_bytes(b"torn")
    found = of(check(Home.open(home.path), "220882"))
    assert (found["red_line"].finding.answer, found["red_line"].finding.message) == (
        Answer.CANNOT_TELL,
        "layer.damaged",
    )


def test_a_layer_whose_polygons_cross_themselves_cannot_be_told(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(home, "STBHHX", CITY, red_line())
    bow = np.array([shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])], object)
    packed = type(home.packs).get

    def get(store: Any, layer: Layer) -> PackedLayer:
        return pack_shapes(bow, "bow") if layer.area_code == CITY else packed(store, layer)

    monkeypatch.setattr(type(home.packs), "get", get)
    found = of(check(home, "220882"))["red_line"]
    assert (found.finding.answer, found.finding.message) == (
        Answer.CANNOT_TELL,
        "transmission.broken_layer",
    )


def test_what_crashes_cannot_be_told_and_so_the_whole(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> Any:
        raise RuntimeError("planted")

    add(home, "XZQ", "220882", [rect(0, 0, 400, 1000), rect(400, 0, 1000, 1000)])
    assert of(check(home, "220882"))["townships"].finding.answer is Answer.PASS
    monkeypatch.setattr(space, "coverage", crash)
    monkeypatch.setattr(transmit, "judge", crash)
    found = check(home, "220882")
    assert of(found)["townships"].finding.params == {"why": "RuntimeError: planted"}
    assert (found.answer_of(Section.SPACE), found.answer) == (Answer.CANNOT_TELL, Answer.CANNOT_TELL)


def test_figures_that_crash_leave_the_rest(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evidence, documents = reading()
    upper = json.loads(json.dumps(documents))
    upper[0]["plans"][0] |= {"area": "吉林省", "level": "province", "plan_title": "吉林省国土空间规划"}
    data = json.dumps(upper, ensure_ascii=False).encode()
    register_approval(home, PublishedReading("省.json", digest_bytes(data), data, text=evidence.text), upper)
    found = check(home, "220882")
    assert found.upper is not None and found.judgements and found.crashed is None

    def crash(*_: Any, **__: Any) -> Any:
        raise RuntimeError("planted")

    monkeypatch.setattr(transmit, "judge", crash)
    found = check(home, "220882")
    assert (found.crashed, found.answer_of(Section.FIGURES)) == ("RuntimeError: planted", Answer.CANNOT_TELL)
    assert found.ground.judged
    monkeypatch.undo()
    shown = lantu(home.path, "transmit", "check", "220882", "220000")
    assert (shown.code, "大安市" in shown.out and "吉林省" in shown.out) == (4, False)


def test_plans_in_a_ring_are_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = home.registry.plans()
    monkeypatch.setattr(type(home.registry), "plans", lambda _: [replace(p, parent=p.id) for p in plans])
    with pytest.raises(ConflictError, match=r"transmission\.circular"):
        check(home, "220882")


def test_lists_end_to_end(home: Home) -> None:
    add_list(home, CITY, ("220882", "自然保护区", "甲甲甲保护区"), ("220881", "自然保护区", "乙乙乙保护区"))
    add_list(home, "220882", ("220882", "自然保护区", "大安甲甲甲保护区"))
    found = of(check(home, "220882"))
    assert found["protected_areas"].finding.answer is Answer.PASS
    add_list(home, CITY, ("220882", "自然保护区", "丁丁丁保护区"))  # the newest list counts
    found = check(home, "220882")
    assert of(found)["protected_areas"].finding.answer is Answer.FAIL
    shown = lantu(home.path, "transmit", "check", "220882")
    assert "缺：丁丁丁保护区" in shown.out


def test_json_with_shapes_and_several_plans(home: Home) -> None:
    add(home, "STBHHX", CITY, [*red_line(), rect(700, 0, 750, 100)])
    value = lantu(home.path, "transmit", "check", "220882", "--shapes", "--json").json
    (row,) = [each for each in value["space"]["rows"] if each["clause"] == "red_line"]
    assert (row["answer"], row["measured"], row["required"], row["unit"]) == (
        "fail",
        "5000.00",
        "0",
        "平方米",
    )
    (patch,) = row["patches"]
    shape = shapely.geometry.shape(patch["geometry"])
    expected = world.geographic([rect(700, 0, 750, 100)])[0]
    assert shapely.hausdorff_distance(shape, expected) < 1e-7
    assert shape.contains(shapely.Point(patch["place"]))
    assert patch["bbox"] == pytest.approx(shape.bounds, abs=1e-9)
    assert row["inputs"].keys() == {"220800 STBHHX", "220882 STBHHX", "220882 XZQX"}
    plain = lantu(home.path, "transmit", "check", "220882", "--json").json
    assert "geometry" not in plain["space"]["rows"][1]["patches"][0]
    red = {"plan": "220882-master", "section": "space", "clause": "生态保护红线与上级一致", "answer": "fail"}
    assert red in plain["matrix"]
    both = lantu(home.path, "transmit", "check", "220882", "220882", "--json").json
    assert len(both["checks"]) == 2 and len(both["matrix"]) == 2 * len(plain["matrix"])


def test_patches_as_a_geopackage(home: Home, tmp_path: Path) -> None:
    add(home, "STBHHX", CITY, red_line(more=True))
    out = tmp_path / "差异.gpkg"
    shown = lantu(home.path, "transmit", "check", "220882", "--out", out)
    assert shown.code == 0, shown.err
    meta, _, geometry, fields = pyogrio.raw.read(out, layer="patches")
    row = dict(zip(meta["fields"], (column[0] for column in fields), strict=True))
    assert (len(geometry), row["AREA_M2"], row["WHAT"], row["ANSWER"]) == (1, 5000.0, "缺", "不通过")
    shape = shapely.from_wkb(geometry)[0]
    moved = world.PLANE.project(np.array([shape], object), world.CRS_4490)
    assert shapely.area(moved)[0] == pytest.approx(5_000, abs=0.01)
    meta, _, _, fields = pyogrio.raw.read(out, layer="clauses", read_geometry=False)
    assert len(fields[0]) == len(check(home, "220882").ground.judged)
    # Nothing at fault, nothing to draw: the clauses are there all the same.
    add(home, "STBHHX", CITY, red_line())
    assert lantu(home.path, "transmit", "check", "220882", "--out", out).code == 0
    assert pyogrio.list_layers(out)[:, 0].tolist() == ["clauses"]
    assert lantu(home.path, "transmit", "check", "220882", "--out", tmp_path / "x.shp").code == 3


def test_a_letter(home: Home, tmp_path: Path) -> None:
    add(home, "STBHHX", CITY, red_line(more=True))
    for name in ("函.md", "函.txt"):
        out = tmp_path / name
        assert lantu(home.path, "transmit", "check", "220882", "--letter", out).code == 0
        text = out.read_text("utf-8")
        assert text.startswith("# 关于《" if name.endswith(".md") else "关于《")
        for words in (
            "大安市自然资源主管部门：",
            "1. 空间　生态保护红线与上级一致",
            "位置：（1）缺：0.5000 公顷",
            "依据：《关于在国土空间规划中统筹划定落实三条控制线的指导意见》（厅字〔2019〕48号）",
            "请办理：按上级划定成果改正生态保护红线图层",
            "虚构示例数据",
        ):
            assert words in text, words
        assert "lantu layer" not in text
        numbers = [line.split(".")[0] for line in text.splitlines() if line[:1].isdigit()]
        assert numbers == [str(n + 1) for n in range(len(numbers))]
        judged = check(home, "220882").ground.judged
        asked = [each for each in judged if each.finding.answer is not Answer.PASS]
        assert len(numbers) == len(asked) + 1  # and the figures, of which nothing can be told
    assert lantu(home.path, "transmit", "check", "220882", "220882", "--letter", out).code == 3


def test_the_tree_as_a_picture(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "树.svg"
    assert lantu(home.path, "transmit", "tree", "--svg", out).code == 0
    root = ElementTree.fromstring(out.read_text("utf-8"))
    said = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"大安市　220882", "白城市　220800", "吉林省　220000", "未登记"} <= set(said)
    assert ElementTree.fromstring(picture((), {}, date(2026, 1, 1), "en")) is not None
    branches, current = tree(home)
    title = "甲<乙>&丙"
    (found,) = current.values()
    approval = replace(found.version.approval, document_number=title)
    current = {found.plan_id: replace(found, version=replace(found.version, approval=approval))}
    assert title in "".join(
        ElementTree.fromstring(picture(branches, current, date(2026, 1, 1), "zh")).itertext()
    )


def test_what_stands_below_a_county_is_in_its_box_by_id(home: Home) -> None:
    title = "大安市国土空间中心城区很长很长很长的详细规划(2021—2035年)"
    registered(home, world.AREA_CODE, "county", title, "detailed")
    branches, current = tree(home)
    root = ElementTree.fromstring(picture(branches, current, date(2026, 1, 1), "zh"))
    said = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]
    (plan,) = (each for each in current if "detailed" in each)
    at = said.index(f"详细规划　{plan}")
    first, second = said[at + 1 : at + 3]
    assert first + second == title and len(first) < 20
    assert plan in lantu(home.path, "transmit", "tree").out


def registered(home: Home, area: str, level: str, title: str, kind: str = "master", **layers: str) -> None:
    """Register a plan of a reply that says nothing of figures."""
    evidence, _ = reading()
    reply = {"title": title, "issuer": None, "document_number": f"示例〔2025〕{len(title)}号", "date": None}
    version = PlanVersion(
        area, world.AREA_NAME, title, PlanLevel(level), PlanKind(kind), (2021, 2035), (),
        Approval(title, None, reply["document_number"], None, evidence.source_digest), layers,
    )  # fmt: skip
    home.registry.register(evidence, reply, [version])


def test_a_detailed_plan_by_its_own_plots(home: Home) -> None:
    # Of two layers of plots the plan's own counts, though the other one is newer.
    shops = {"YDYHFLDM": ["0901"], "DKBH": ["甲"]}
    add(home, "DETAILED_PLOT", "220882", [rect(800, 250, 900, 350)], **shops)
    (own,) = home.layers.list("DETAILED_PLOT", "220882")
    before = own.digest
    add(home, "DETAILED_PLOT", "220882", [rect(200, 500, 300, 600)], **shops)
    registered(home, "220882", "county", "示例片区详细规划", "detailed", DETAILED_PLOT=own.digest)
    (plan,) = [each.id for each in home.registry.plans() if each.kind is PlanKind.DETAILED]
    found = check(home, plan)
    assert found.sections == (Section.CONTROLS,)
    assert found.upper is not None and found.upper.plan_id == "220882-master"
    red = of(found)["plots_red_line"]
    assert (red.finding.answer, [(p.what, round(p.area_m2)) for p in red.patches]) == (
        Answer.FAIL,
        [("forbidden", 10_000)],
    )
    assert {each.rule.section for each in found.ground.judged} == {Section.CONTROLS}
    assert "special_red_line" not in of(found)
    # The master plan's check sees the plots of every detailed plan.
    (other,) = [each for each in home.layers.list("DETAILED_PLOT", "220882") if each.digest != before]
    registered(home, "220882", "county", "示例另一片区详细规划", "detailed", DETAILED_PLOT=other.digest)
    both = of(check(home, "220882"))["plots_red_line"]
    assert (both.lower and len(both.lower.pack), len(both.patches)) == (2, 1)
    assert {before, other.digest} <= set(both.finding.inputs.values())
    alone = [each.id for each in home.registry.plans() if each.kind is PlanKind.DETAILED and each.id != plan]
    assert of(check(home, alone[0]))["plots_red_line"].finding.answer is Answer.PASS
    shown = lantu(home.path, "transmit", "check", plan)
    assert (shown.code, "数字" in shown.out, "不通过" in shown.out) == (0, False, True)
    value = lantu(home.path, "transmit", "check", plan, "220882", "--json").json
    assert "numbers" not in value["checks"][0]
    assert lantu(home.path, "transmit", "check", plan, "--upper", plan).code == 3

"""Every resource over the tiny world: what it says, against figures worked out by hand."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point, shape

import world
from lantu.lawbook import load
from lantu.runs.measure import measure
from lantu.runs.register_plan import read_replies, register_approval
from lantu.store import Home
from web.conftest import REPLY, Client, problem

DAAN, ZHENLAI = "220882", "220821"
# The second speaks of a quantity that nobody can take for a target.
TWO_REPLIES = """示例省人民政府关于洮南市国土空间总体规划（2021—2035年）的批复
示例函〔2024〕3号
洮南市人民政府：
你市上报的规划收悉。现批复如下：
一、原则同意《洮南市国土空间总体规划（2021—2035年）》。
二、到2035年，洮南市耕地保有量不低于514.05万亩。
三、规划一经批准，不得随意修改。
示例省人民政府
2024年6月11日

示例省人民政府关于通榆县国土空间总体规划（2021—2035年）的批复
示例函〔2024〕4号
通榆县人民政府：
你县上报的规划收悉。现批复如下：
一、原则同意《通榆县国土空间总体规划（2021—2035年）》。
二、到2035年，通榆县耕地保有量不低于621.03万亩，另安排37.5万亩。
三、建立规划全生命周期管理，健全社会监督。
示例省人民政府
2024年6月11日
"""


def get(client: Client, address: str, **params: Any) -> Any:
    answer = client.get(address, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- meta, areas ---------------------------------------------------------------------------------------


def test_meta(client: Client) -> None:
    meta = get(client, "/api/meta")
    assert meta["years"] == list(world.YEARS) and meta["latest_year"] == 2025
    assert meta["areas"] == [{"code": ZHENLAI, "name": "镇赉县"}, {"code": DAAN, "name": "大安市"}]
    assert meta["invented"] is True and "虚构" in meta["invented_notice"]["zh"]
    assert meta["lawbook_digest"] == load().digest
    west, south, east, north = meta["bounds"]
    assert (west, south) == pytest.approx((123.0, 45.5), abs=1e-6)
    assert 0.012 < east - west < 0.0135 and 0.0085 < north - south < 0.0095  # one kilometre


def test_an_area_has_its_outline_and_how_it_stands(client: Client) -> None:
    features = {f["id"]: f for f in get(client, "/api/areas")["features"]}
    daan = features[DAAN]
    outline = world.PLANE.area_m2([shape(daan["geometry"])], world.CRS_4490)[0]
    assert outline == pytest.approx(1_000_000, abs=1)
    # In 2025 farmland, basic farmland and the multiple fail, the red line passes, water cannot be told twice.
    assert daan["properties"]["counts"] == {"fail": 3, "pass": 1, "cannot_tell": 2}
    assert daan["properties"]["worst"] == "fail"


def test_an_area_without_layers_is_not_green_and_has_no_outline(client: Client) -> None:
    (zhenlai,) = [f for f in get(client, "/api/areas")["features"] if f["id"] == ZHENLAI]
    assert zhenlai["geometry"] is None
    assert zhenlai["properties"]["counts"] == {"cannot_tell": 3}
    assert zhenlai["properties"]["worst"] == "cannot_tell"


# --- targets, series, findings -------------------------------------------------------------------------


@pytest.mark.parametrize("year", [None, *world.YEARS])
def test_targets_of_a_year(client: Client, year: int | None) -> None:
    rows = get(client, "/api/targets", area=DAAN, **({"year": year} if year else {}))["rows"]
    shown = year or 2025
    wanted = {key: truth[shown] for key, truth in world.ROWS.items() if shown in truth}
    found = {(r["indicator_id"], r["target_year"]): (r["value"], r["margin"], r["answer"]) for r in rows}
    assert found == wanted
    assert {row["year"] for row in rows} == {shown}


def test_targets_of_all_areas(client: Client) -> None:
    assert {row["area_code"] for row in get(client, "/api/targets")["rows"]} == {DAAN, ZHENLAI}


def test_a_series_over_the_years(client: Client) -> None:
    series = get(client, "/api/series", area=DAAN, indicator="basic_farmland")
    assert (series["unit"], series["op"], series["required"]) == ("公顷", ">=", "17.60")
    truth = world.ROWS["basic_farmland", 2035]
    points = [(p["year"], p["value"], p["answer"]) for p in series["points"]]
    assert points == [(year, truth[year][0], truth[year][2]) for year in world.YEARS]


def test_a_series_with_a_target_per_year_takes_the_one_with_a_figure(client: Client) -> None:
    series = get(client, "/api/series", area=DAAN, indicator="water_use_total")
    assert series["required"] == "0.012"
    assert [p["answer"] for p in series["points"]] == [
        world.ROWS["water_use_total", 2025][year][2] for year in world.YEARS
    ]


def test_findings(client: Client) -> None:
    rows = get(client, "/api/findings", area=DAAN)["rows"]
    found = {(f["year"], f["rule"], f["answer"], Decimal(f["area_m2"]), tuple(f["features"])) for f in rows}
    assert found == world.FINDINGS
    for row in rows:
        assert shape(row["geometry"]).buffer(1e-7).contains(Point(row["place"]))
    # A county without surveys is not a county without changes.
    others = get(client, "/api/findings", area=ZHENLAI)["rows"]
    assert {row["answer"] for row in others} == {"cannot_tell"}
    assert all(row["geometry"] is None for row in others)
    assert len(get(client, "/api/findings")["rows"]) == len(rows) + len(others)


def test_patches_below_the_threshold_are_counted(client: Client) -> None:
    rows = get(client, "/api/findings/below", area=DAAN)["rows"]
    assert {(b["year"], b["rule"], b["count"], Decimal(b["area_m2"])) for b in rows} == world.BELOW
    assert [(b["area_code"], b["title"]) for b in rows] == [
        (DAAN, load().change_rules["MON04"].title.to_json())
    ]
    assert get(client, "/api/findings/below", area=ZHENLAI)["rows"] == []
    assert get(client, "/api/findings/below")["rows"] == rows


def test_notes_of_a_run_over_a_damaged_layer(
    client: Client, client_of: Callable[[Path], Client], own_path: Path
) -> None:
    assert get(client, "/api/notes") == {"rows": []}
    home = Home.open(own_path, create=False)
    layer = home.layers.list(kind="DLTB", year=2022)[0]
    layer.path.write_bytes(layer.path.read_bytes()[:-100])
    measure(Home.open(own_path, create=False))
    home.close()
    client = client_of(own_path)
    (note,) = get(client, "/api/notes", area=DAAN)["rows"]
    assert (note["area_code"], note["message"]["code"]) == (DAAN, "layer.damaged")
    assert layer.title in note["message"]["zh"] and layer.title in note["message"]["en"]
    assert get(client, "/api/notes", area=ZHENLAI)["rows"] == []


def test_rounding_is_said_in_both_languages(client: Client) -> None:
    for row in get(client, "/api/targets", area=DAAN)["rows"]:
        if row["margin"] is None:
            assert row["rounding"] is None
        else:
            assert set(row["rounding"]) == {"zh", "en"} and " / " not in row["rounding"]["zh"]


# --- plans, approvals ----------------------------------------------------------------------------------


def test_plans(client: Client) -> None:
    rows = {row["area_code"]: row for row in get(client, "/api/plans")["rows"]}
    assert set(rows) == {DAAN, ZHENLAI}
    daan = rows[DAAN]
    assert daan["title"] == "大安市国土空间总体规划（2021—2035年）"
    assert (daan["level"], daan["kind"], daan["period"]) == ("county", "master", [2021, 2035])
    assert daan["target_count"] == len(world.TARGETS)
    assert daan["approval"]["document_number"] == "示例函〔2024〕1号"
    assert daan["approval"]["date"] == "2024-06-11"
    versions = {row["plan_version"] for row in get(client, "/api/targets", area=DAAN)["rows"]}
    assert versions == {daan["version"]}


def test_an_approval_and_the_sentence_behind_each_target(client: Client) -> None:
    rows = get(client, "/api/targets", area=ZHENLAI)["rows"]
    (source,) = {row["clause"]["source"] for row in rows}
    approval = get(client, f"/api/approvals/{source.removeprefix('sha256:')}")
    assert get(client, f"/api/approvals/{source}") == approval
    assert approval["text"] == REPLY
    (reply,) = approval["replies"]
    assert reply["document_number"] == "示例函〔2024〕2号" and reply["date"] == "2024-06-11"
    assert reply["areas"] == ["镇赉县"]
    for row in rows:
        # Spans count code points: characters beyond U+FFFF stand before and inside every figure.
        start, end = row["clause"]["span"]
        assert row["required"].replace(".", "\U001001b0") in approval["text"][start:end]
        folded = unicodedata.normalize("NFKC", approval["text"].replace("\U001001b0", "."))
        assert row["clause"]["text"] in folded
    duties = {duty["id"]: duty for duty in reply["duties"]}
    assert {"not_changed_at_will", "life_cycle", "public_supervision"} <= set(duties)
    start, end = duties["life_cycle"]["span"]
    assert "全生命周期管理" in approval["text"][start:end]


def test_each_county_has_the_duties_of_its_own_reply(
    client_of: Callable[[Path], Client], own_path: Path, tmp_path: Path
) -> None:
    file = tmp_path / "two.txt"
    file.write_text(TWO_REPLIES, encoding="utf-8")
    home = Home.open(own_path, create=False)
    for document, readings in read_replies([file]):
        register_approval(home, document, readings)
    home.close()
    client = client_of(own_path)
    plans = {row["area_name"]: row for row in get(client, "/api/plans")["rows"]}
    source = plans["洮南市"]["approval"]["source"]
    assert plans["通榆县"]["approval"]["source"] == source
    approval = get(client, f"/api/approvals/{source}")
    assert approval["text"] == TWO_REPLIES
    taonan, tongyu = approval["replies"]
    assert (taonan["areas"], taonan["document_number"]) == (["洮南市"], "示例函〔2024〕3号")
    assert (tongyu["areas"], tongyu["document_number"]) == (["通榆县"], "示例函〔2024〕4号")
    taonan_duties, tongyu_duties = ({duty["id"] for duty in each["duties"]} for each in (taonan, tongyu))
    assert "not_changed_at_will" in taonan_duties - tongyu_duties
    assert {"life_cycle", "public_supervision"} <= tongyu_duties - taonan_duties
    # What the second is unsure of is not asked about the first; its places count from the start of the file.
    assert taonan["questions"] == []
    second = TWO_REPLIES.index("示例函〔2024〕4号")
    assert tongyu["questions"] and all(q["span"][0] > second for q in tongyu["questions"])
    for duty in tongyu["duties"]:
        start, end = duty["span"]
        assert second < start < end <= len(TWO_REPLIES)
        assert unicodedata.normalize("NFKC", TWO_REPLIES[start:end]) in duty["sentence"]


# --- layers, features ----------------------------------------------------------------------------------


def test_layers(client: Client) -> None:
    rows = get(client, "/api/layers")["rows"]
    kinds = sorted(row["kind"] for row in rows)
    assert kinds == sorted(["DLTB"] * 6 + ["YJJBNT", "STBHHX", "CZKFBJ", "XZQX", "WATER_USE", "EXCHANGE"])
    land = next(row for row in rows if row["kind"] == "DLTB" and row["year"] == 2022)
    assert land["tiles"] == "/api/tiles/DLTB/2022/{z}/{x}/{y}.mvt" and land["min_zoom"] > 0
    assert land["features"] == len(world.LAND[2022]) and land["geometry_type"] == "polygon"
    line = next(row for row in rows if row["kind"] == "STBHHX")
    assert line["tiles"] == "/api/tiles/STBHHX/_/{z}/{x}/{y}.mvt" and line["min_zoom"] == 0
    table = next(row for row in rows if row["kind"] == "WATER_USE")
    assert table["tiles"] is None and table["geometry_type"] is None
    assert all(row["invented"] and not row["superseded"] for row in rows)


def parcel(client: Client, digest: str, year: int, bsm: str) -> Any:
    return get(client, f"/api/features/{digest[:12]}/{list(world.LAND[year]).index(bsm)}")


# (year, parcel, line and zone, m² by hand, share)
COVERED = [
    (2020, "A1", "YJJBNT", None, "50000.00", "1.000000"),
    (2020, "A1", "STBHHX", None, "0.00", "0.000000"),
    (2020, "A1", "CZKFBJ", None, "0.00", "0.000000"),
    (2020, "D3", "CZKFBJ", "410", "25000.00", "0.500000"),
    (2020, "D3", "CZKFBJ", "420", "25000.00", "0.500000"),
    (2020, "B4", "CZKFBJ", "430", "10000.00", "0.200000"),
    (2023, "N2", "STBHHX", None, "2500.00", "0.500000"),
    (2022, "N1", "YJJBNT", None, "10000.00", "1.000000"),
]


@pytest.mark.parametrize(("year", "bsm", "kind", "zone", "covered", "share"), COVERED)
def test_what_covers_a_parcel_and_by_how_much(
    client: Client, world_layers: dict[tuple[str, int | None], str],
    year: int, bsm: str, kind: str, zone: str | None, covered: str, share: str,
) -> None:  # fmt: skip
    feature = parcel(client, world_layers["DLTB", year], year, bsm)
    assert feature["attributes"]["BSM"] == bsm
    (line,) = [each for each in feature["lines"] if (each["kind"], each["zone"]) == (kind, zone)]
    assert Decimal(line["covered_m2"]) == pytest.approx(Decimal(covered), abs=Decimal("0.01"))
    assert line["share"] == share


def test_a_line_without_a_layer_cannot_be_told_and_is_not_zero(
    client: Client, world_layers: dict[tuple[str, int | None], str]
) -> None:
    lines = parcel(client, world_layers["DLTB", 2020], 2020, "A1")["lines"]
    unknown = [line for line in lines if line["covered_m2"] is None]
    assert {line["kind"] for line in unknown} == {
        "HLFXKZX", "LSWHBHX", "ZXCQCSLX", "ZXCQCSLVX", "ZXCQCSZX", "ZXCQCSHX",
    }  # fmt: skip
    for line in unknown:
        assert line["share"] is None and "未登记" in line["answer_note"]["zh"]
        assert "registered" in line["answer_note"]["en"]


def test_a_parcel_with_its_names_meanings_and_areas(
    client: Client, world_layers: dict[tuple[str, int | None], str]
) -> None:
    feature = parcel(client, world_layers["DLTB", 2020], 2020, "B3")
    assert feature["kind"] == "DLTB" and feature["kind_name"]["zh"] == "地类图斑"
    assert (feature["year"], feature["area_code"], feature["invented"]) == (2020, DAAN, True)
    assert feature["attribute_names"]["TBDLMJ"]["zh"] == "图斑地类面积"
    assert feature["attribute_meanings"]["DLBM"]["zh"] == "城镇住宅用地"
    assert feature["attribute_meanings"]["CZCSXM"]["zh"] == "建制镇"
    assert "TBMJ" not in feature["attribute_meanings"]
    assert Decimal(feature["statutory_area_m2"]) == pytest.approx(Decimal(50_000), abs=Decimal("0.01"))
    assert feature["declared_area_m2"] == "50000.00"
    x, y = 300, 625  # the middle of B3, metres in the world
    (middle,) = world.geographic([world.rect(x - 1, y - 1, x + 1, y + 1)])
    assert shape(feature["geometry"]).contains(middle)


def test_a_line_itself_can_be_asked_about(
    client: Client, world_layers: dict[tuple[str, int | None], str]
) -> None:
    feature = get(client, f"/api/features/{world_layers['CZKFBJ', None][:12]}/0")
    assert feature["attribute_meanings"]["GHFQDM"]["zh"] == "城镇集中建设区"
    assert Decimal(feature["statutory_area_m2"]) == pytest.approx(Decimal(125_000), abs=Decimal("0.01"))
    assert "CZKFBJ" not in {line["kind"] for line in feature["lines"]}
    (basic,) = [line for line in feature["lines"] if line["kind"] == "YJJBNT"]
    assert basic["covered_m2"] == "0.00"


# --- what is not there ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "code", "named"),
    [
        ("/api/targets?area=110000", "web.no_such_area", "220821"),
        ("/api/targets?year=1999", "web.no_such_year", "2025"),
        ("/api/findings?area=110000", "web.no_such_area", "220882"),
        ("/api/series?area=220882&indicator=none", "web.no_such_indicator", "basic_farmland"),
        (f"/api/approvals/{'0' * 64}", "web.no_such_approval", "0000"),
        ("/api/features/00000000/0", "web.no_such_layer", "00000000"),
        ("/api/tiles/DLTB/1999/9/861/126.mvt", "web.no_such_tiles", "1999"),
        ("/api/tiles/HLFXKZX/_/9/861/126.mvt", "web.no_such_tiles", "HLFXKZX"),
        ("/api/tiles/WATER_USE/_/9/861/126.mvt", "web.no_such_tiles", "WATER_USE"),
        ("/api/tiles/NONE/_/9/861/126.mvt", "web.no_such_tiles", "NONE"),
        ("/api/tiles/DLTB/2020/2/8/0.mvt", "web.no_such_tile", "2/8/0"),
        ("/api/tiles/DLTB/2020/-1/0/0.mvt", "web.no_such_tile", "-1/0/0"),
        ("/api/nothing", "web.no_such_page", "/api/nothing"),
        ("/nothing.html", "web.no_such_page", "/nothing.html"),
    ],
)
def test_unknown(client: Client, address: str, code: str, named: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    said = problem(answer)
    assert said["code"] == code and named in said["zh"] and named in said["en"]


@pytest.mark.parametrize("fid", [-1, 20, 10**30])
def test_unknown_feature(client: Client, world_layers: dict[tuple[str, int | None], str], fid: int) -> None:
    answer = client.get(f"/api/features/{world_layers['DLTB', 2020][:12]}/{fid}")
    assert answer.status_code == 404 and problem(answer)["code"] == "web.no_such_feature"


def test_a_table_has_no_features_to_look_at(
    client: Client, world_layers: dict[tuple[str, int | None], str]
) -> None:
    answer = client.get(f"/api/features/{world_layers['WATER_USE', None]}/0")
    assert answer.status_code == 404 and problem(answer)["code"] == "web.no_such_feature"


@pytest.mark.parametrize(
    ("address", "code", "named"),
    [
        ("/api/targets?year=soon", "web.bad_parameter", "soon"),
        ("/api/targets?area=" + "2" * 500, "web.bad_parameter", "area"),
        ("/api/series?area=220882", "web.missing_parameter", "indicator"),
        ("/api/series?indicator=basic_farmland", "web.missing_parameter", "area"),
        ("/api/features/abc/0", "web.bad_parameter", "digest"),
        ("/api/features/zzzzzzzz/0", "web.bad_parameter", "zzzzzzzz"),
        ("/api/features/00000000/first", "web.bad_parameter", "first"),
        ("/api/tiles/DLTB/20x5/9/861/126.mvt", "web.bad_parameter", "20x5"),
        ("/api/tiles/DLTB/2020/nine/861/126.mvt", "web.bad_parameter", "nine"),
        ("/api/approvals/xyz", "web.bad_parameter", "xyz"),
        ("/api/approvals/%25", "web.bad_parameter", "%"),
    ],
)
def test_malformed(client: Client, address: str, code: str, named: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    said = problem(answer)
    assert said["code"] == code and named in said["zh"] and named in said["en"] and len(said["zh"]) < 400

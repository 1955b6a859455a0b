"""What a planner does with the page, from the first look to the sentence behind a figure."""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import Decimal
from typing import Any

import httpx
import pytest
from shapely.geometry import Point, shape

COUNTIES = ["镇赉县", "通榆县", "洮南市", "大安市"]  # by code
DAAN = "220882"


def plain(text: str) -> str:
    """Return text with full-width figures as plain ones."""
    return unicodedata.normalize("NFKC", text)


def quiet_place(ask: httpx.Client, code: str) -> tuple[float, float]:
    """Return a place well inside a county, away from all findings and conflicts."""
    county = next(f for f in ask.get("/api/areas").json()["features"] if f["id"] == code)
    inside = shape(county["geometry"])
    findings = [Point(f["place"]) for f in ask.get("/api/findings").json()["rows"] if f["place"]]
    findings += [shape(c["geometry"]) for c in ask.get("/api/conflicts").json()["rows"]]
    west, south, east, north = inside.bounds
    grid = [
        Point(west + (east - west) * i / 12, south + (north - south) * j / 12)
        for i in range(3, 10) for j in range(3, 10)
    ]  # fmt: skip
    best = max(
        (p for p in grid if inside.buffer(-0.05).contains(p)),
        key=lambda p: min((p.distance(f) for f in findings), default=1.0),
    )
    return best.x, best.y


def click_middle(page: Any, until: str) -> None:
    """Click the middle of the map until something shows: tiles come when they come."""
    box = page.get_by_test_id("map").bounding_box()
    for _ in range(40):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(600)
        if page.get_by_test_id(until).count():
            return
    raise AssertionError(f"nothing like {until} after many clicks")


def test_first_look(window: Any) -> None:
    page = window.open()
    assert [row.inner_text().split()[0] for row in page.get_by_test_id("county").all()] == COUNTIES
    assert page.get_by_test_id("invented").inner_text() == "虚构示例数据"
    page.get_by_test_id("overview").get_by_role("row").nth(6).wait_for()  # more than six, once they are here
    window.picture("page-1-overview")
    assert any("/api/tiles/STBHHX/" in url for url in window.asked)


def test_county_shows_its_six_targets(window: Any, ask: httpx.Client) -> None:
    page = window.open()
    page.get_by_test_id("county").filter(has_text="大安市").click()
    rows = page.get_by_test_id("target")
    rows.nth(5).wait_for()
    wanted = ask.get("/api/targets", params={"area": DAAN, "year": 2025}).json()["rows"]
    assert rows.count() == len(wanted) == 6
    words = {"pass": "符合", "fail": "不符合", "needs_person": "须人工核实", "cannot_tell": "无法判定"}
    for row, target in zip(rows.all(), wanted, strict=True):
        shown = row.inner_text()
        assert target["indicator"] in shown
        assert words[target["answer"]] in shown
        assert ("未核实" in shown) is not target["verified"]
        for figure in (target["required"], target["value"]):
            assert figure is None or figure in shown.replace(",", "")
    window.picture("page-2-county")


def test_what_cannot_be_told_is_grey_with_its_reason(window: Any) -> None:
    page = window.open(f"#area={DAAN}")
    row = page.get_by_test_id("target").filter(has_text="无法判定").last
    colour = row.locator(".answer").evaluate("node => getComputedStyle(node).color")
    assert colour == "rgb(107, 114, 128)"
    row.get_by_role("button").first.click()
    assert "上级" in row.locator(".why").inner_text()


def test_sentence_of_the_approval_behind_a_target(window: Any, ask: httpx.Client) -> None:
    page = window.open(f"#area={DAAN}")
    for n, target in enumerate(ask.get("/api/targets", params={"area": DAAN, "year": 2025}).json()["rows"]):
        if target["required"] is None:
            continue
        row = page.get_by_test_id("target").nth(n)
        row.get_by_role("button").first.click()
        marked = row.locator("mark")
        marked.first.wait_for()
        digits = re.sub(r"\D", "", target["required"])
        assert digits in re.sub(r"\D", "", plain("".join(marked.all_inner_texts())))
        assert target["clause"]["document"] in row.locator("figcaption").inner_text()
        if n == 0:
            row.locator(".chart svg").wait_for()
            window.picture("page-3-target")
    row.get_by_role("button", name="批复全文").click()
    page.get_by_role("dialog").locator("mark").first.wait_for()
    window.picture("page-4-approval")


def test_parcel_shows_areas_and_the_lines_that_cover_it(window: Any, ask: httpx.Client) -> None:
    lon, lat = quiet_place(ask, DAAN)
    page = window.open(f"#area={DAAN}&at={lon:.5f},{lat:.5f},13")
    click_middle(page, "cover")
    panel = page.get_by_test_id("feature")
    match = re.search(r"feature=([0-9a-f]+)/(\d+)", page.url)
    assert match
    feature = ask.get(f"/api/features/{match[1]}/{match[2]}").json()
    shown = panel.inner_text().replace(",", "")
    assert feature["kind"] == "DLTB"
    assert feature["statutory_area_m2"] in shown
    assert feature["declared_area_m2"] in shown
    assert "图斑面积" in shown and feature["attributes"]["BSM"] in shown
    assert shape(feature["geometry"]).buffer(1e-6).contains(Point(lon, lat))
    rows = page.get_by_test_id("cover").locator("tbody tr")
    assert rows.count() == len(feature["lines"])
    for row, line in zip(rows.all(), feature["lines"], strict=True):
        text = row.inner_text().replace(",", "")
        assert line["name"]["zh"] in text
        covered = line["covered_m2"]
        wanted = "无法判定" if covered is None else covered if float(covered) else "不涉及"
        assert wanted in text
    window.picture("page-5-parcel")


def test_finding_brings_the_map_there(window: Any, ask: httpx.Client) -> None:
    finding = next(
        f for f in ask.get("/api/findings").json()["rows"] if f["geometry"] and f["answer"] == "fail"
    )
    page = window.open(f"#area={finding['area_code']}&tab=findings&year={finding['year']}")
    item = page.get_by_test_id("finding").filter(has_text=finding["title"]["zh"]).first
    item.get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"finding=.*at=.*"))
    page.wait_for_timeout(600)
    chosen = re.search(r"finding=([^&]+)", page.url)[1]
    place = next(f for f in ask.get("/api/findings").json()["rows"] if f["id"] == chosen)["place"]
    lon, lat, zoom = map(float, re.search(r"at=([^&]+)", page.url)[1].split(","))
    assert abs(lon - place[0]) < 0.1 and abs(lat - place[1]) < 0.1
    assert zoom > 9
    window.picture("page-6-finding")


def test_patches_too_small_to_list_are_counted(window: Any, ask: httpx.Client) -> None:
    rows = ask.get("/api/findings/below", params={"area": DAAN}).json()["rows"]
    assert rows
    page = window.open(f"#area={DAAN}&tab=findings")
    sentences = page.get_by_test_id("below").get_by_role("listitem")
    sentences.first.wait_for()
    for sentence, rule in zip(sentences.all(), sorted({row["rule"] for row in rows}), strict=True):
        mine = [row for row in rows if row["rule"] == rule]
        shown = sentence.inner_text().replace(",", "")
        assert mine[0]["title"]["zh"] in shown
        assert f"另有 {sum(row['count'] for row in mine)} 处" in shown
        assert f"合计 {sum(Decimal(row['area_m2']) for row in mine)} 平方米" in shown
    sentences.last.scroll_into_view_if_needed()
    window.picture("page-9-below")


def test_notes_stand_above_the_targets_of_their_county(open_window: Any) -> None:
    window = open_window()
    note = {
        "code": "layer.damaged",
        "zh": "试验：图层“地类图斑”已损坏。",
        "en": "A test: a layer is damaged.",
    }
    answer = json.dumps({"rows": [{"area_code": DAAN, "message": note}]})
    window.page.route(
        re.compile(r"/api/notes"), lambda route: route.fulfill(content_type="application/json", body=answer)
    )
    page = window.open()
    page.get_by_test_id("notes").wait_for()
    assert page.get_by_test_id("notes").inner_text() == f"大安市：{note['zh']}"
    page = window.open(f"#area={DAAN}")
    targets = page.get_by_test_id("target").first
    targets.wait_for()
    assert page.get_by_test_id("notes").inner_text() == note["zh"]
    assert page.get_by_test_id("notes").bounding_box()["y"] < targets.bounding_box()["y"]
    window.picture("page-10-note")
    page = window.open("#area=220881")
    page.get_by_test_id("target").first.wait_for()
    assert page.get_by_test_id("notes").count() == 0


def test_a_county_shows_the_duties_of_its_own_reply(open_window: Any, ask: httpx.Client) -> None:
    window = open_window()
    source = ask.get("/api/plans").json()["rows"][0]["approval"]["source"]
    approval = ask.get(f"/api/approvals/{source}").json()
    (real,) = approval["replies"]
    first, second = real["duties"][:1], real["duties"][1:]
    approval["replies"] = [
        real | {"title": "甲批复", "areas": ["洮南市"], "duties": first},
        real | {"title": "乙批复", "areas": ["大安市", "通榆县"], "duties": second},
    ]
    answer = json.dumps(approval)
    window.page.route(
        re.compile(r"/api/approvals/"),
        lambda route: route.fulfill(content_type="application/json", body=answer),
    )
    for area, duties in (("220881", first), (DAAN, second)):
        page = window.open(f"#area={area}&tab=approval")
        shown = page.locator(".duties b")
        shown.first.wait_for()
        assert shown.all_inner_texts() == [duty["name"]["zh"] for duty in duties]
    page = window.open("#area=220821&tab=approval")  # named by none of them
    page.get_by_text("文件中没有一份批复点名镇赉县").wait_for()
    assert page.locator(".duties b").count() == len(real["duties"])


def test_english(window: Any) -> None:
    page = window.open(f"#area={DAAN}")
    page.get_by_role("button", name="English").click()
    page.get_by_role("tab", name="Targets").wait_for()
    assert page.get_by_test_id("invented").inner_text() == "Invented sample data"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "lang=en" in page.url and f"area={DAAN}" in page.url
    # A sentence without a translation would show its key.
    assert (
        re.findall(
            r"\b(?:areas|target|feature|conflict|layers|map|panel|answer)\.\w+", page.inner_text("body")
        )
        == []
    )
    window.picture("page-7-english")


def test_year_and_address_bar(window: Any, ask: httpx.Client) -> None:
    page = window.open(f"#area={DAAN}")
    page.get_by_test_id("target").first.wait_for()
    page.get_by_role("button", name="2022").click()
    page.get_by_role("columnheader", name="2022年现状").wait_for()
    value = ask.get("/api/targets", params={"area": DAAN, "year": 2022}).json()["rows"][0]["value"]
    assert value in page.get_by_test_id("target").first.inner_text().replace(",", "")
    again = page.url
    page.go_back()
    page.get_by_role("columnheader", name="2025年现状").wait_for()
    window.open("#" + again.partition("#")[2])
    page.get_by_role("columnheader", name="2022年现状").wait_for()


def test_keyboard_alone(window: Any, ask: httpx.Client) -> None:
    lon, lat = quiet_place(ask, DAAN)
    page = window.open(f"#at={lon:.5f},{lat:.5f},13")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.testid") == "county":
            break
    page.keyboard.press("Enter")
    page.get_by_test_id("target").first.wait_for()
    page.get_by_test_id("map").focus()
    page.wait_for_load_state("networkidle")
    page.evaluate(f"location.hash = '#area={DAAN}&at={lon:.5f},{lat:.5f},13'")
    for _ in range(20):
        page.wait_for_timeout(500)
        page.keyboard.press("Enter")
        if page.get_by_test_id("cover").count():
            return
    raise AssertionError("Enter on the map asked about nothing")


@pytest.mark.parametrize(
    ("path", "would_be_a_lie"),
    [
        ("findings", "没有变化图斑"),
        ("targets", "符合"),
        ("layers", "未登记"),
        ("areas", "没有登记行政区"),
        ("meta", "没有数据"),
        ("findings/below", "只计数"),
        ("conflicts", "尚无已编号的"),
        ("notes", None),
    ],
)
def test_failure_is_said_and_never_looks_like_nothing_found(
    open_window: Any, path: str, would_be_a_lie: str | None
) -> None:
    window = open_window()
    answer = '{"error": {"code": "test.broken", "zh": "试验性故障。", "en": "A fault for the test."}}'
    window.page.route(
        re.compile(rf"/api/{path}(\?|$)"),
        lambda route: route.fulfill(status=500, content_type="application/json", body=answer),
    )
    tab = path.partition("/")[0] if path.startswith(("findings", "conflicts")) else "targets"
    window.page.goto(f"{window.address}/#area={DAAN}&tab={tab}")
    window.page.get_by_text("试验性故障。").first.wait_for()
    window.page.wait_for_load_state("networkidle")
    shown = window.page.locator("body").inner_text()
    if path == "targets":  # the map's legend of findings explains the four words
        shown = shown.replace(window.page.locator("fieldset").first.inner_text(), "")
    assert would_be_a_lie is None or would_be_a_lie not in shown
    assert window.outside() == []


def test_lost_tiles_are_said(open_window: Any) -> None:
    window = open_window()
    window.page.route(re.compile("/api/tiles/STBHHX/"), lambda route: route.abort())
    page = window.open()
    page.get_by_text(re.compile(r"\d+ 块瓦片读取失败，图上缺图不等于没有")).wait_for()


def test_phone(open_window: Any) -> None:
    window = open_window(390, 800)
    page = window.open()
    page.get_by_role("button", name="县（市）").click()
    page.get_by_test_id("county").nth(1).click()
    page.get_by_test_id("target").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    window.picture("page-8-phone")
    assert window.errors == []

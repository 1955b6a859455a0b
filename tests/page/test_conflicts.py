"""Conflicts on the page: counted, chosen, shown in both languages, closed ones only when asked for."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest
from shapely.geometry import Point, shape

from page.conftest import LATE, TOLERATED
from page.test_page import DAAN, click_middle, plain

SEVERITY = {"serious": "重", "medium": "中", "minor": "轻"}
TYPE = {"overlap": "重叠", "on": "压占", "crossing": "交叉", "shift": "错位", "slit": "缝隙"}


def chosen_in_the_middle(page: Any) -> set[str]:
    """Click the middle of the map again and again: of what lies over each other, each has its turn."""
    box = page.get_by_test_id("map").bounding_box()
    found = set()
    page.wait_for_load_state("networkidle")
    for _ in range(6):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(600)
        found |= set(re.findall(r"conflict=([^&]+)", page.url))
    return found


def conflicts(ask: httpx.Client, **asked: str) -> list[dict[str, Any]]:
    """Return the conflicts of the service."""
    return list(ask.get("/api/conflicts", params=asked).json()["rows"])


def hectares(m2: str) -> str:
    """Return m² as the page writes hectares, without its thousands."""
    return str((Decimal(m2) / 10000).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def test_conflicts_are_counted_by_county_and_severity(window: Any, ask: httpx.Client) -> None:
    rows = conflicts(ask)
    codes = sorted(f["id"] for f in ask.get("/api/areas").json()["features"])
    page = window.open()
    table = page.get_by_test_id("conflict-counts")
    lines = table.locator("tbody tr")
    lines.first.wait_for()
    for line, severity in zip(lines.all(), SEVERITY, strict=False):
        assert SEVERITY[severity] in line.locator("th").inner_text()
        for cell, code in zip(line.locator("td").all(), codes, strict=True):
            mine = [
                c for c in rows
                if (c["severity"], c["area_code"]) == (severity, code) and c["state"] != "closed"
            ]  # fmt: skip
            late = sum(c["deadline"] is not None for c in mine)
            assert re.findall(r"\d+", cell.inner_text()) == [str(len(mine)), *([str(late)] if late else [])]
    assert "已销号" in lines.nth(3).inner_text()
    table.scroll_into_view_if_needed()
    window.picture("page-11-conflict-counts")
    lines.first.get_by_role("button").last.click()
    page.get_by_test_id("conflict").first.wait_for()
    assert "tab=conflicts" in page.url and "area=" in page.url


@pytest.mark.parametrize("number", [LATE, None])
def test_a_conflict_brings_the_map_there_and_says_all_of_itself(
    window: Any, ask: httpx.Client, number: str | None
) -> None:
    rows = [c for c in conflicts(ask, area=DAAN) if c["state"] != "closed"]
    wanted = next(c for c in rows if c["number"] == number or (number is None and c["type"] == "slit"))
    page = window.open(f"#area={DAAN}&tab=conflicts")
    items = page.get_by_test_id("conflict")
    items.first.wait_for()
    assert items.count() == len(rows)
    order = [plain(item.locator(".severity").inner_text()) for item in items.all()]
    assert order == sorted(order, key=list(SEVERITY.values()).index)
    items.filter(has_text=wanted["number"]).get_by_role("button").first.click()
    page.wait_for_url(re.compile(rf"conflict={wanted['number']}.*at="))
    detail = page.get_by_test_id("conflict-detail")
    shown = detail.inner_text().replace(",", "")
    for word in (
        wanted["number"], wanted["pair"], TYPE[wanted["type"]], SEVERITY[wanted["severity"]], "未核实",
        f"{hectares(wanted['area_m2'])} 公顷", *wanted["sources"],
    ):  # fmt: skip
        assert word in shown
    for told, side in zip(page.get_by_test_id("conflict-side").all(), wanted["sides"], strict=True):
        text = told.inner_text()
        assert side["name"]["zh"] in text and side["title"] in text
        assert side["layer"].removeprefix("sha256:")[:12] in text
        assert all(feature in text for feature in side["features"][:6])
    for each in wanted["classes"]:
        assert f"{each['code']} {each['name']}" in shown and hectares(each["area_m2"]) in shown
    assert ("逾期" in shown) is (wanted["number"] == LATE)
    assert ("2025-01-31" if wanted["number"] == LATE else "没有定期限") in shown
    page.wait_for_timeout(600)
    lon, lat, zoom = map(float, re.search(r"at=([^&]+)", page.url)[1].split(","))
    assert shape(wanted["geometry"]).distance(Point(lon, lat)) < 0.05 and zoom > 9
    window.picture(f"page-12-conflict-{wanted['type']}")


def test_a_conflict_is_chosen_on_the_map_and_not_when_its_layer_is_off(
    window: Any, ask: httpx.Client
) -> None:
    wanted = max(conflicts(ask, area=DAAN), key=lambda c: Decimal(c["area_m2"]))
    lon, lat = wanted["place"]
    page = window.open(f"#at={lon:.5f},{lat:.5f},15")
    click_middle(page, "conflict-detail")
    assert f"area={DAAN}" in page.url
    assert wanted["number"] in chosen_in_the_middle(page)
    page = window.open(f"#at={lon:.5f},{lat:.5f},15")
    page.locator(".layers").get_by_text("规划矛盾", exact=True).click()
    click_middle(page, "feature")
    assert "conflict=" not in page.url


def test_a_closed_conflict_is_drawn_and_listed_only_when_asked_for(window: Any, ask: httpx.Client) -> None:
    (closed,) = (c for c in conflicts(ask) if c["state"] == "closed")
    assert closed["number"] == TOLERATED
    lon, lat = closed["place"]
    page = window.open(f"#area={DAAN}&tab=conflicts&at={lon:.5f},{lat:.5f},16")
    page.get_by_test_id("conflict").first.wait_for()
    assert page.get_by_test_id("conflict").filter(has_text=TOLERATED).count() == 0
    assert TOLERATED not in chosen_in_the_middle(page)
    page.get_by_test_id("conflict-legend").get_by_text("含已销号").click()
    assert TOLERATED in chosen_in_the_middle(page)
    page = window.open(f"#area={DAAN}&tab=conflicts&conflict={TOLERATED}&at={lon:.5f},{lat:.5f},15")
    page.get_by_test_id("conflict-detail").wait_for()
    assert "已销号 · 暂予保留" in page.get_by_test_id("conflict-detail").inner_text()
    window.picture("page-13-conflict-closed")


def test_no_numbered_conflict_is_no_claim_that_there_are_none(open_window: Any) -> None:
    window = open_window()
    window.page.route(
        re.compile(r"/api/conflicts"),
        lambda route: route.fulfill(content_type="application/json", body='{"rows": []}'),
    )
    sentence = "尚无已编号的矛盾。没有扫描过也是如此，不表示没有矛盾"
    page = window.open()
    page.get_by_test_id("overview").get_by_text(sentence).wait_for()
    assert page.get_by_test_id("conflict-counts").count() == 0
    assert page.get_by_test_id("conflict-legend").count() == 0
    page = window.open(f"#area={DAAN}&tab=conflicts")
    page.get_by_test_id("area").get_by_text(sentence).wait_for()
    assert page.get_by_role("tab", name="规划矛盾").inner_text().strip() == "规划矛盾"  # no "0"


def test_a_conflict_in_english(window: Any, ask: httpx.Client) -> None:
    wanted = next(c for c in conflicts(ask) if c["number"] == LATE)
    page = window.open(f"#area={DAAN}&tab=conflicts&conflict={LATE}&lang=en")
    detail = page.get_by_test_id("conflict-detail")
    detail.wait_for()
    shown = detail.inner_text()
    for word in (
        wanted["severity"],
        "assigned",
        "overdue",
        "unverified",
        wanted["sides"][0]["name"]["en"],
        " ha",
    ):
        assert word in shown
    assert wanted["title"]["en"] in page.get_by_test_id("conflict").filter(has_text=LATE).inner_text()
    assert re.findall(r"\bconflict\.\w+", page.inner_text("body")) == []
    assert page.locator(".el-tabs__nav-prev").count() == 0  # all tabs are seen
    window.picture("page-14-conflict-english")

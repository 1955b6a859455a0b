"""From a reply to the registry: what is registered, what is not, and what happens the second time."""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lantu.core.digest import digest_bytes
from lantu.core.errors import ConflictError, InputError, NotFoundError
from lantu.runs.measure_layers import shelves
from lantu.runs.register_plan import (
    PublishedReading,
    read_replies,
    register,
    register_approval,
    versions_of,
)
from lantu.store import Home
from shared_files import shared
from store.delivered import squares

SENTENCE = "到2035年，大安市耕地保有量不低于327.40万亩，用水总量不超过上级下达指标。"
READING: dict[str, Any] = {
    "source_file": "reply.txt", "title": "关于大安市国土空间总体规划的批复", "issuer": "吉林省人民政府",
    "document_number": "吉政函〔2024〕47号", "date": "2024-06-11", "source_truncated": False,
    "plans": [
        {
            "area": "大安市", "plan_title": "大安市国土空间总体规划（2021—2035年）", "level": "county",
            "kind": "master", "period": [2021, 2035], "positioning": [],
            "targets": [
                {
                    "indicator": "耕地保有量", "op": ">=", "value": 327.4, "value_text": "327.40",
                    "unit": "万亩",
                    "year": 2035, "op_text": "不低于", "span": [7, 24], "sentence": SENTENCE,
                    "sentence_span": [0, 40],
                },
                {
                    "indicator": "用水总量", "op": None, "value": None, "unit": None, "year": 2035,
                    "note": "上级下达指标", "op_text": "不超过", "span": [25, 37], "sentence": SENTENCE,
                    "sentence_span": [0, 40],
                },
            ],
        }
    ],
    "duties": [], "questions": [], "other_pieces": [],
}  # fmt: skip


def reply(text: str = SENTENCE) -> PublishedReading:
    return PublishedReading("reply.txt", digest_bytes(text.encode()), text.encode(), "txt", text=text)


def changed(**plan: Any) -> dict[str, Any]:
    reading = copy.deepcopy(READING)
    reading["plans"][0] |= plan
    return reading


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def test_a_reply_becomes_a_plan_with_targets_and_their_sentences(home: Home) -> None:
    (version,) = register_approval(home, reply(), [READING])
    (stored,) = home.registry.current()
    assert stored.version == version
    assert (stored.plan_id, stored.number, stored.digest) == ("220882-master", 1, version.digest)
    farmland, water = stored.version.targets
    assert (farmland.value, str(farmland.value), farmland.unit) == (Decimal("327.40"), "327.40", "万亩")
    assert (farmland.indicator_id, water.indicator_id) == ("farmland_retained", "water_use_total")
    assert (water.op, water.value, water.note) == (None, None, "上级下达指标")
    assert farmland.clause.text == SENTENCE
    assert farmland.clause.span == (7, 24)
    assert farmland.clause.document == "吉政函〔2024〕47号"
    approval = home.registry.approval(farmland.clause.source or "")
    assert approval.text == SENTENCE
    assert approval.readings == (READING,)
    (source,) = (home.path / "sources").iterdir()
    assert source.read_text() == SENTENCE
    assert [(area.code, area.name) for area in home.registry.areas()] == [("220882", "大安市")]
    assert [target.indicator for _, target in home.registry.targets("220882")] == ["耕地保有量", "用水总量"]


def test_the_same_reply_twice_changes_nothing(home: Home) -> None:
    (first,) = register(home, reply(), [READING])
    statements = len(home.ledger.entries())
    (second,) = register(home, reply(), [READING])
    assert second == first
    assert second.already_there
    assert not first.already_there
    assert len(home.ledger.entries()) == statements == 2


def test_a_changed_reply_makes_a_new_version_and_the_old_one_stays(home: Home) -> None:
    (first,) = register(home, reply(), [READING])
    later = copy.deepcopy(READING)
    later["plans"][0]["targets"][0] |= {"value": 327.5, "value_text": "327.50"}
    (second,) = register(home, reply("later"), [later])
    assert (first.number, second.number) == (1, 2)
    assert home.registry.versions("220882-master") == [first, second]
    assert home.registry.current() == [second]
    assert home.registry.version(first.digest[7:19]) == first


def test_an_old_version_registered_again_stands_again(home: Home) -> None:
    (first,) = register(home, reply(), [READING])
    mistaken = copy.deepcopy(READING)
    mistaken["plans"][0]["targets"][0] |= {"value": 3.2, "value_text": "3.2"}
    (second,) = register(home, reply("mistaken"), [mistaken])
    (again,) = register(home, reply(), [READING])
    assert (again.number, again.digest, again.already_there, again.again) == (3, first.digest, True, True)
    assert [each.digest for each in home.registry.current("220882")] == [first.digest]
    versions = home.registry.versions("220882-master")
    assert [(each.number, each.digest) for each in versions] == [
        (1, first.digest), (2, second.digest), (3, first.digest)
    ]  # fmt: skip
    assert versions[0].added_at == first.added_at < second.added_at < versions[2].added_at
    # Handed in once more, it stands already.
    (still,) = register(home, reply(), [READING])
    assert (still.number, still.already_there, still.again, still.standing) == (3, True, False, 3)
    said = [
        (each.kind, each.body["number"], each.body["version"])
        for each in home.ledger.entries()
        if each.kind.startswith("plan.")
    ]
    assert said == [
        ("plan.version_registered", 1, first.digest), ("plan.version_registered", 2, second.digest),
        ("plan.version_again", 3, first.digest),
    ]  # fmt: skip
    assert home.ledger.verify() == []
    (forth,) = register(home, reply("mistaken"), [mistaken])
    assert (forth.number, forth.again) == (4, True)


def test_an_old_reply_does_not_undo_a_later_one(home: Home) -> None:
    (first,) = register(home, reply(), [READING])
    amended = copy.deepcopy(READING) | {"document_number": "吉政函〔2025〕9号", "date": "2025-09-01"}
    (second,) = register(home, reply("amended"), [amended])
    statements = len(home.ledger.entries())
    (back,) = register(home, reply(), [READING])
    assert (back.number, back.already_there, back.again, back.standing) == (1, True, False, 2)
    assert home.registry.current() == [second]
    assert home.registry.current(day=date(2025, 8, 31)) == [first]
    assert len(home.ledger.entries()) == statements


def test_a_plan_goes_back_to_the_layer_it_named(home: Home) -> None:
    one = home.layers.add(squares(3), kind="STBHHX", area_code="220882")
    other = home.layers.add(squares(4), kind="STBHHX", area_code="220882")
    for layer in (one, other, one):
        register(home, reply(), [READING], layers={"220882": {"STBHHX": layer.digest}})
        assert shelves(home)["220882"].line("STBHHX", 2025).digest == layer.digest


def test_plans_are_registered_with_their_layers(home: Home) -> None:
    line = home.layers.add(squares(), kind="STBHHX", area_code="220882")
    layers = {"220882": {"STBHHX": line.digest}}
    (bare,) = register(home, reply(), [READING])
    (whole,) = register(home, reply(), [READING], layers=layers)
    assert whole.version.layers == {"STBHHX": line.digest}
    assert (bare.number, whole.number) == (1, 2)
    other = home.layers.add(squares(), kind="STBHHX", area_code="220881")
    with pytest.raises(ConflictError, match=r"plan\.layer_mismatch"):
        register(home, reply(), [READING], layers={"220882": {"STBHHX": other.digest}})
    with pytest.raises(NotFoundError, match=r"plan\.no_layer"):
        register(home, reply(), [READING], layers={"220882": {"STBHHX": "sha256:" + "0" * 64}})
    assert len(home.registry.versions("220882-master")) == 2


def test_what_fails_in_the_second_plan_registers_nothing_of_the_first(home: Home) -> None:
    reading = copy.deepcopy(READING)
    reading["plans"].append({**READING["plans"][0], "area": "乌有县"})
    with pytest.raises(InputError, match=r"plan\.unknown_area"):
        register(home, reply(), [reading])
    assert home.registry.plans() == []
    assert not (home.path / "sources").exists()


def test_areas_are_found_by_name_level_and_who_replied(home: Home) -> None:
    def code(**plan: Any) -> str:
        return versions_of(reply(), changed(**plan), {}, {}, home.layers._book)[0].area_code

    assert code(area="吉林省", level="province") == "220000"
    assert code(area="吉林", level="city") == "220200"
    assert code(area="伊通满族自治县") == "220323"
    # 朝阳区 stands in 北京 and in 长春; the reply came from 吉林省.
    assert code(area="朝阳区") == "220104"


def test_an_ambiguous_area_asks_which(home: Home) -> None:
    reading = changed(area="朝阳区")
    reading["issuer"] = "国务院"
    with pytest.raises(InputError, match=r"plan\.ambiguous_area") as caught:
        register(home, reply(), [reading])
    assert "110105 北京市朝阳区" in str(caught.value.params["choices"])
    (found,) = register(home, reply(), [reading], areas={"朝阳区": "110105"})
    assert found.plan_id == "110105-master"
    with pytest.raises(InputError, match=r"plan\.bad_area_code"):
        register(home, reply(), [reading], areas={"朝阳区": "11"})


def test_a_township_has_to_be_named_by_code(home: Home) -> None:
    reading = changed(area="月亮泡镇", level="township")
    with pytest.raises(InputError, match=r"plan\.unknown_area"):
        register(home, reply(), [reading])
    register(home, reply(), [READING])
    (town,) = register(home, reply(), [reading], areas={"月亮泡镇": "220882105"})
    assert home.registry.plan(town.plan_id).parent == "220882-master"
    assert [plan.id for plan in home.registry.plans()] == ["220882-master", "220882105-master"]


@pytest.mark.parametrize(
    "reading",
    [
        {"plans": [{}]},
        changed(targets=[{"indicator": "耕地保有量"}]),
        changed(targets=[{**READING["plans"][0]["targets"][0], "value_text": "三百"}]),
        changed(targets=[{**READING["plans"][0]["targets"][0], "value_text": "NaN"}]),
        changed(targets=[{**READING["plans"][0]["targets"][0], "op": "~"}]),
        changed(level="galaxy"),
        changed(period=[2021]),
        {**READING, "date": "11.6.2024"},
    ],
)  # fmt: skip
def test_a_reading_of_another_form_is_refused(home: Home, reading: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        register(home, reply(), [reading])
    assert caught.value.code in ("plan.bad_reading", "plan.unknown_area")
    assert home.ledger.entries() == []


def test_a_file_that_approves_nothing_is_refused(home: Home) -> None:
    with pytest.raises(InputError, match=r"plan\.nothing_approved"):
        register(home, reply(), [{**READING, "plans": []}])


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json"])
def test_a_json_that_is_no_reading(tmp_path: Path, text: str) -> None:
    path = tmp_path / "reading.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"plan\.bad_reading"):
        read_replies([path])


def test_published_readings_register_like_the_reply_itself(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reading.json"
    path.write_text(json.dumps([READING], ensure_ascii=False))
    ((evidence, readings),) = read_replies([path])
    (one,) = register(home, evidence, readings)
    (two,) = register(home, reply(), [READING])
    assert one.digest == two.digest
    assert two.already_there


def test_the_four_counties(home: Home) -> None:
    ((document, readings),) = read_replies([shared("approvals/seed.txt")])
    found = register(home, document, readings)
    assert [each.plan_id for each in found] == [f"{code}-master" for code in (220882, 220881, 220821, 220822)]
    assert sum(len(each.version.targets) for each in found) == 24
    assert all(target.indicator_id for each in found for target in each.version.targets)
    farmland = [each.version.targets[0].value for each in home.registry.current()]
    assert [str(value) for value in farmland] == ["311.33", "621.03", "514.05", "327.40"]
    for each in found:
        for target in each.version.targets:
            start, end = target.clause.span or (0, 0)
            assert 0 < start < end <= len(document.text)

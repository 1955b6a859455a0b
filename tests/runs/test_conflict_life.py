"""From found to closed on the tiny world; a proposal's effect is arithmetic."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import world
from cli.shell import lantu
from intake.gis_files import write
from lantu.core.errors import ConflictError, InputError, NotFoundError
from lantu.runs import conflict_life as life
from lantu.runs.conflict_proposal import Proposal
from lantu.runs.scan_conflicts import scan
from lantu.store import Home
from runs.test_scan_conflicts import put
from world import rect
from world_home import world_home

DAY = date(2025, 6, 30)
BY = {"by": "某人"}


def with_conflict(path: Path) -> tuple[Home, str]:
    """A site of 50 × 60 m of a special plan on B2 (0102), inside basic farmland P2."""
    home = world_home(path)
    put(home, "SPECIAL_SITE", [rect(300, 300, 350, 360)], GHMC=["供水"])
    scan(home, pairs=["CF20"], day=DAY)
    return home, home.conflicts.list()[0].number


def row(effect: dict, indicator: str) -> dict:
    return next(each for each in effect["indicators"] if each["indicator"] == indicator)


def test_taking_ground_out_of_basic_farmland(tmp_path: Path) -> None:
    home, number = with_conflict(tmp_path)
    before = [each.digest for each in home.layers.list()]
    _, effect = life.propose(home, number, BY | {"text": "调出"}, Proposal("YJJBNT", "take_out"), day=DAY)
    assert float(effect["moved_m2"]) == pytest.approx(3000, abs=0.05)
    # 173 500 m² of farmland in the line; 3 000 of 0102, of which no ridges are taken off, leave it.
    farmland = row(effect, "永久基本农田")
    assert (farmland["before"]["value"], farmland["after"]["value"]) == ("17.35", "17.05")
    assert Decimal(farmland["change"]) == pytest.approx(Decimal("-0.3"), abs=Decimal("0.0001"))
    assert row(effect, "耕地保有量")["change"] == "+0"
    assert effect["conflicts"]["gone"] == [number]
    # Nothing in force moved: the line drawn anew is a draft.
    assert [each.digest for each in home.layers.list()] == before
    assert effect["draft"] not in before
    assert home.layers.get(effect["draft"], drafts=True).features == 2


def test_area_fields_shrink_with_their_feature(tmp_path: Path) -> None:
    home, number = with_conflict(tmp_path)
    _, effect = life.propose(home, number, BY | {"text": "调出"}, Proposal("YJJBNT", "take_out"), day=DAY)
    draft = home.layers.read(home.layers.get(effect["draft"], drafts=True), geometry=False).attributes
    # P2: 100 000 m² of which 95 000 are declared; 3 % go.
    said = dict(zip(draft["BSM"].to_pylist(), draft["YJJBNTMJ"].to_pylist(), strict=True))
    assert said == {"P1": 90_000, "P2": pytest.approx(92_150, abs=0.1)}


def test_putting_ground_into_the_red_line_makes_new_conflicts(tmp_path: Path) -> None:
    home, number = with_conflict(tmp_path)
    file = write(tmp_path, shapes=world.geographic([rect(300, 400, 400, 500)]))
    _, effect = life.propose(
        home, number, BY | {"text": "划入红线"}, Proposal("STBHHX", "put_in"), file=file, day=DAY
    )
    assert float(effect["moved_m2"]) == pytest.approx(10_000, abs=0.05)
    assert row(effect, "生态保护红线")["change"] == "+0.01"
    # It lies on basic farmland (CF01): 100 × 100.
    new = {each["pair"]: float(each["area_m2"]) for each in effect["conflicts"]["new"]}
    assert new["CF01"] == pytest.approx(10_000, abs=0.05)


def test_a_proposal_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    home, number = with_conflict(tmp_path)
    for proposal, code in (
        (Proposal("STBHHX", "take_out"), "no_change"), (Proposal("YJJBNT", "put_in"), "no_change"),
        (Proposal("CZKFBJ", "put_in"), "no_class"),
    ):  # fmt: skip
        with pytest.raises(InputError) as refused:
            life.propose(home, number, BY | {"text": "改"}, proposal, day=DAY)
        assert refused.value.code == f"conflict.{code}"
    with pytest.raises(NotFoundError) as missing:
        life.propose(home, number, BY | {"text": "改"}, Proposal("GHFQ", "take_out"), day=DAY)
    assert missing.value.code == "conflict.no_line"
    assert home.conflicts.get(number).state == "found"


def test_from_found_to_closed(tmp_path: Path) -> None:
    home, number = with_conflict(tmp_path)
    life.take(home, number, "assign", BY | {"to": "水利局", "deadline": "2026-12-31"})
    life.propose(home, number, BY | {"text": "改线"}, None, day=DAY)
    life.take(home, number, "decide", BY | {"outcome": "adopt", "reason": "同意", "document": "某函1号"})
    with pytest.raises(ConflictError) as refused:
        life.verify(home, number, BY, day=DAY)
    assert refused.value.code == "conflict.still_there"
    moved = put(home, "SPECIAL_SITE", [rect(600, 300, 650, 360)], GHMC=["供水"])
    other = home.layers.list("CZKFBJ")[0].digest
    with pytest.raises(ConflictError) as refused:
        life.correct(home, number, BY | {"layer": other})
    assert refused.value.code == "conflict.other_layer"
    life.correct(home, number, BY | {"layer": moved})
    life.verify(home, number, BY, day=DAY)
    closed = life.take(home, number, "close", BY | {"reason": "已改"})
    assert (closed.state, closed.present, closed.assigned_to, closed.deadline, closed.outcome) == (
        "closed", False, "水利局", "2026-12-31", "adopt",
    )  # fmt: skip
    history = [(each.deed, each.state) for each in home.conflicts.history(number)]
    assert history == [
        ("found", "found"), ("assign", "assigned"), ("propose", "proposed"), ("decide", "decided"),
        ("correct", "corrected"), ("gone", "corrected"), ("verify", "verified"), ("close", "closed"),
    ]  # fmt: skip
    kinds = [each.kind for each in home.ledger.entries() if each.kind.startswith("conflict.")]
    assert kinds == [
        f"conflict.{each}" for each in ("assign", "propose", "decide", "correct", "verify", "close")
    ]
    # What was closed and comes back is the same conflict.
    put(home, "SPECIAL_SITE", [rect(300, 300, 350, 360)], GHMC=["供水二"])
    scan(home, pairs=["CF20"], day=DAY)
    assert home.conflicts.get(number).state == "found"


def test_without_the_layer_nothing_is_verified(tmp_path: Path) -> None:
    home, number = with_conflict(tmp_path)
    home.layers.get(home.layers.list("SPECIAL_SITE")[0].digest).path.unlink()
    for pack in (tmp_path / "packs").rglob("*"):
        if pack.is_file():
            pack.unlink()
    with pytest.raises(ConflictError) as refused:
        life.verify(home, number, BY, day=DAY)
    assert refused.value.code == "conflict.untold"
    assert home.conflicts.get(number).state == "found"


def test_the_commands(tmp_path: Path) -> None:
    home, number = with_conflict(tmp_path / "home")
    at = ("--home", home.path)
    shown = lantu("conflict", "scan", *at, "--day", "2025-06-30", "--out", tmp_path / "c.gpkg")
    assert shown.returncode == 0, shown.stderr
    assert number in shown.stdout and "仍在" in shown.stdout and "不能判定" in shown.stdout
    assert (tmp_path / "c.gpkg").stat().st_size > 0
    listed = json.loads(lantu("conflict", "list", *at, "--pair", "CF20", "--json").stdout)
    assert [each["number"] for each in listed] == [number]
    csv = tmp_path / "c.csv"
    assert lantu("conflict", "list", *at, "--pair", "CF20", "--out", csv).returncode == 0
    assert number in csv.read_text("utf-8-sig")
    told = lantu("conflict", "propose", number, *at, "--text", "调出", "--take-out", "YJJBNT", "--by", "某人",
                 "--day", "2025-06-30")  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "17.35" in told.stdout and "17.05" in told.stdout
    shown = lantu("conflict", "show", number, *at, LANTU_LANG="en")
    assert "proposed" in shown.stdout and "0102" in shown.stdout and "Takes 0.3000 ha" in shown.stdout
    told = json.loads(lantu("conflict", "show", number, *at, "--json").stdout)
    assert told["over"] == []
    refused = lantu("conflict", "close", number, *at, "--by", "某人", "--reason", "因")
    assert refused.returncode != 0 and "decide" in refused.stderr
    assert lantu("conflict", "show", "220882-MD-9999", *at).returncode != 0
    assert "CF01" in lantu("conflict", "pairs").stdout

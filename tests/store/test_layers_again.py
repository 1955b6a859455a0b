"""Going back: content that was superseded comes in again and is in force again, with the ledger's word."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lantu.core.errors import BusyError, InputError
from lantu.runs.measure_layers import Shelf
from lantu.store import Home, Layer, access
from store import test_crash
from store.brought import away
from store.delivered import squares, water

LINE = {"kind": "STBHHX", "area_code": "220882"}
LAND = {"kind": "DLTB", "area_code": "220882", "year": 2020}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def in_force(home: Home) -> Layer:
    found = Shelf(home.layers.list("STBHHX")).line("STBHHX", 2025)
    assert found is not None
    assert found == Shelf(home.layers.list()).newest("STBHHX") == home.layers.list("STBHHX")[-1]
    return found


def said(home: Home) -> list[tuple[str, str]]:
    return [(each.kind, each.body["digest"]) for each in home.ledger.entries()]


def test_the_last_delivery_is_in_force(home: Home) -> None:
    right = home.layers.add(squares(4), **LINE)
    mistake = home.layers.add(squares(2), **LINE)
    assert in_force(home).digest == mistake.digest
    back = home.layers.add(squares(4), **LINE)
    assert (back.digest, back.already_there, back.again) == (right.digest, True, True)
    assert in_force(home).digest == right.digest
    assert right.added_at < mistake.added_at < back.added_at
    # One file of each; when each came in is told by the deliveries and, provably, by the ledger.
    assert len(list((home.path / "layers").iterdir())) == len(home.layers.list()) == 2
    assert home.layers.deliveries() == {
        right.digest: (right.added_at, back.added_at), mistake.digest: (mistake.added_at,)
    }  # fmt: skip
    assert said(home) == [
        ("layer.added", right.digest), ("layer.added", mistake.digest), ("layer.added_again", right.digest)
    ]  # fmt: skip
    assert home.ledger.entries()[-1].body["supersedes"] == mistake.digest
    assert home.ledger.verify() == []
    assert Home.open(home.path).layers.list() == home.layers.list()


def test_what_is_in_force_stays_so_without_a_word(home: Home) -> None:
    home.layers.add(squares(4), **LINE)
    last = home.layers.add(squares(2), **LINE)
    same = home.layers.add(squares(2), **LINE)
    assert same == last and same.already_there and not same.again
    back = home.layers.add(squares(4), **LINE)
    twice = home.layers.add(squares(4), **LINE)
    assert twice == back and twice.already_there and not twice.again
    assert len(said(home)) == 3


def test_back_and_forth(home: Home) -> None:
    for count, again in ((4, False), (2, False), (4, True), (2, True), (4, True)):
        layer = home.layers.add(squares(count), **LINE)
        assert (layer.features, layer.again) == (count, again)
        assert in_force(home).digest == layer.digest
    assert len(said(home)) == 5


def test_layers_of_another_kind_area_or_year_supersede_nothing(home: Home) -> None:
    first = home.layers.add(squares(4), **LAND)
    home.layers.add(squares(3), **LAND | {"year": 2021})
    home.layers.add(squares(3), **LAND | {"area_code": "220881"})
    home.layers.add(squares(3), **LINE)
    same = home.layers.add(squares(4), **LAND)
    assert same == first and not same.again


def test_a_table_comes_back(home: Home) -> None:
    said_first = home.layers.add(water(), kind="WATER_USE", area_code="220882")
    other = water()
    home.layers.add(
        type(other)(other.attributes.slice(0, 1), None, None), kind="WATER_USE", area_code="220882"
    )
    assert home.layers.add(water(), kind="WATER_USE", area_code="220882").again
    assert Shelf(home.layers.list()).table("WATER_USE") is not None
    assert Shelf(home.layers.list()).table("WATER_USE").digest == said_first.digest  # type: ignore[union-attr]


def test_a_draft_neither_goes_back_nor_is_gone_back_to(home: Home) -> None:
    old = home.layers.add(squares(4), **LINE)
    home.layers.add(squares(2), **LINE)
    draft = home.layers.add(squares(4), **LINE, draft=True)
    assert draft.already_there and not draft.again
    assert in_force(home).features == 2
    # A draft that comes in earnest is in force as any new layer: nothing was superseded.
    home.layers.add(squares(3), **LINE, draft=True)
    new = home.layers.add(squares(3), **LINE)
    assert not new.again and not new.already_there
    assert in_force(home).features == 3
    assert home.layers.add(squares(4), **LINE).again
    assert [len(each) for each in home.layers.deliveries().values()] == [2, 1, 1]
    assert in_force(home).digest == old.digest


def test_a_clock_that_went_back_changes_no_order(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.layers.add(squares(4), **LINE)
    mistake = home.layers.add(squares(2), **LINE)

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) - timedelta(days=3)

    monkeypatch.setattr(access, "datetime", Earlier)
    back = home.layers.add(squares(4), **LINE)
    assert back.added_at == mistake.added_at + timedelta(microseconds=1)
    assert in_force(home).digest == back.digest
    assert in_force(home).digest != home.layers.add(squares(7), **LINE).digest
    assert in_force(home).features == 7


def test_within_one_writing_the_last_word_counts_too(home: Home) -> None:
    with home.writing():
        for count in (4, 2, 4):
            home.layers.add(squares(count), **LINE)
    assert in_force(home).features == 4
    with pytest.raises(RuntimeError), home.writing():
        assert home.layers.add(squares(2), **LINE).again
        raise RuntimeError
    assert in_force(home).features == 4
    assert len(said(home)) == 3


def test_the_outline_that_layers_must_come_near_goes_back(home: Home) -> None:
    outline = {"kind": "XZQX", "area_code": "220882"}
    home.layers.add(squares(4), **outline)
    plane = home.plane
    home.layers.add(away(squares(4), 0.003), **outline)
    eastern, western = away(squares(1), -0.003), away(squares(2), 0.0035)
    for count in (western, squares(2)):
        home.layers.add(count, **LINE)
    with pytest.raises(InputError, match=r"layer\.far_away"):
        home.layers.add(eastern, **LINE)
    home.layers.add(squares(4), **outline)
    assert home.layers.add(eastern, **LINE).features == 1
    with pytest.raises(InputError, match=r"layer\.far_away"):
        home.layers.add(western, **LINE)
    assert in_force(home).features == 1
    (home.path / "home.json").unlink()
    assert Home.open(home.path).plane == plane  # by the layer that came in first of all


_AGAIN = """
def back():
    home.layers.add(squares(4), kind="STBHHX", area_code="220882")
"""


@pytest.mark.parametrize("death", test_crash._DEATHS)
def test_killed_on_the_way_back(tmp_path: Path, death: str) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    right, mistake = home.layers.add(squares(4), **LINE), home.layers.add(squares(2), **LINE)
    with home.writing():
        pass
    home.close()
    killed = test_crash.run(f"{_AGAIN}{test_crash._DEATHS[death]}\nback()", path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    home = test_crash.check_whole(path)
    committed = death in test_crash._COMMITTED
    assert in_force(home).digest == (right if committed else mistake).digest
    assert [kind for kind, _ in said(home)] == ["layer.added"] * 2 + ["layer.added_again"] * committed
    assert len(home.layers.deliveries()[right.digest]) == 1 + committed
    assert home.layers.add(squares(4), **LINE).again is not committed
    assert in_force(test_crash.check_whole(path)).digest == right.digest


def test_a_second_writer_waits_for_nothing_and_sees_what_stands(tmp_path: Path) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    home.layers.add(squares(4), **LINE)
    mistake = home.layers.add(squares(2), **LINE)
    script = f"{_AGAIN}\nwith home.writing():\n    back(); print('holding', flush=True); sys.stdin.readline()"
    holder = subprocess.Popen(
        [sys.executable, "-c", test_crash._START + script, str(path)], cwd=test_crash.TESTS,
        env=test_crash._environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdin and holder.stdout
    assert holder.stdout.readline() == "holding\n"
    with pytest.raises(BusyError):
        home.layers.add(squares(4), **LINE)
    assert in_force(home) == mistake
    holder.communicate("\n", timeout=20)
    assert in_force(home).features == 4
    assert not home.layers.add(squares(4), **LINE).again
    test_crash.check_whole(path)

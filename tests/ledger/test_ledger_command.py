"""`lantu ledger`: list, verify, and what a tampered log gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from lantu.store import Home
from store.command import lantu
from store.delivered import squares

OK, INTEGRITY = 0, 8


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = Home.open(tmp_path / "home")
    for year in range(2020, 2025):
        home.layers.add(squares(), kind="DLTB", area_code="220882", year=year)
    home.close()
    return home.path


def test_a_whole_ledger(home: Path) -> None:
    outcome = lantu(home, "ledger", "verify")
    assert outcome.code == OK, outcome.err
    assert "5 条" in outcome.out
    assert lantu(home, "ledger", "verify", "--json").json["whole"] is True
    last = lantu(home, "ledger", "list", "--last", "2", "--json").json
    assert [entry["body"]["year"] for entry in last] == [2023, 2024]
    assert "图层入库" in lantu(home, "ledger", "list").out


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b"2022", b"2032"), *lines[3:]], 3),
        (lambda lines: [*lines[:1], *lines[2:]], 2),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines, lines[-1]], 6),
        (lambda lines: lines[:-2], 4),
        (lambda lines: [], 1),
    ],
    ids=["changed", "dropped", "swapped", "doubled", "cut off", "emptied"],
)
def test_a_tampered_ledger_names_the_first_bad_line(home: Path, tamper: object, line: int) -> None:
    log = home / "ledger" / "log.jsonl"
    log.write_bytes(b"".join(tamper(log.read_bytes().splitlines(keepends=True))))  # type: ignore[operator]
    outcome = lantu(home, "ledger", "verify", "--json")
    assert outcome.code == INTEGRITY
    assert outcome.json["faults"][0]["line"] == line
    assert f"第 {line} 行" in outcome.err
    # The rest of the home can still be read; only writing stops.
    assert len(lantu(home, "layer", "list", "--json").json) == 5


def test_a_log_cut_off_within_what_the_registry_still_holds_is_completed(home: Path) -> None:
    """The last statement stays in the registry until the next writing: losing its line loses nothing."""
    log = home / "ledger" / "log.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole[:-30])
    assert lantu(home, "ledger", "verify").code == OK
    assert log.read_bytes() == whole

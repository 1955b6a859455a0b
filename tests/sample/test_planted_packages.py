"""Faults planted into the sample's packages: every one found, at its features, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cli.shell import lantu
from lantu.core.errors import InputError
from lantu.quality.check import Checked
from lantu.runs.check_package import check
from lantu.runs.plant_faults import plant_faults
from lantu.sample.package_faults.plant import FAULTS

DAY = date(2026, 1, 1)
SEEDS = {1: "220882", 2: "220821", 3: "220822", 4: "220881", 5: "220882"}
"""Seed → county."""

Said = set[tuple[str, str, int]]
"""Rule, layer, FID; 0 for a layer as a whole."""


def rows_said(checked: Checked, besides: set[str]) -> Said:
    return {
        (each.rule.code, each.layer, row)
        for each in checked.findings
        if each.id not in besides
        for row in (each.rows or (0,))
    }


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "county"), SEEDS.items())
def test_every_planted_fault_is_found_and_nothing_else(
    sample, tmp_path: Path, seed: int, county: str
) -> None:
    source, reply = sample.folder / "plan" / county, sample.folder / sample.manifest.approval
    made = plant_faults(source, tmp_path / "planted", each=2, seed=seed, day=DAY)
    truth = json.loads(made.truth.read_text("utf-8"))["planted"]
    assert {each["fault"] for each in truth} == set(FAULTS)

    before, _ = check(source, day=DAY, reply=reply, upper=reply)
    after, _ = check(made.package, day=DAY, reply=reply, upper=reply)
    planted = {
        (rule, each["layer"], row)
        for each in truth
        for rule, rows in each["finds"].items()
        for row in (rows or [0])
    }
    sums = {(rule, each["layer"]) for each in truth for rule in each["may_speak_of_layer"]}
    new = rows_said(after, {each.id for each in before.findings})
    assert planted - new == set()
    new -= rows_said(before, set())
    assert {each for each in new - planted if each[:2] not in sums} == set()


@pytest.mark.slow
@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_a_package_full_of_faults_is_sent_back_with_its_report(sample, tmp_path: Path, tongue: str) -> None:
    source, reply = sample.folder / "plan" / "220882", sample.folder / sample.manifest.approval
    made = plant_faults(source, tmp_path / "planted", each=1, seed=6, day=DAY)
    report = tmp_path / "report"
    told = lantu("package", "check", made.package, "--reply", reply, "--upper", reply, "--report", report,
                 LANTU_LANG=tongue)  # fmt: skip
    assert told.returncode == 20, told.stderr
    assert told.stderr.strip() == ""
    assert len(list(report.iterdir())) == 6


@pytest.mark.slow
def test_any_number_of_threads_gives_the_same_findings(sample, tmp_path: Path) -> None:
    source, reply = sample.folder / "plan" / "220882", sample.folder / sample.manifest.approval
    made = plant_faults(source, tmp_path / "planted", each=2, seed=7, day=DAY)
    words = ("package", "check", made.package, "--reply", reply, "--upper", reply, "--day", DAY, "--json")
    one, many = (json.loads(lantu(*words, NUMBA_NUM_THREADS=count).stdout) for count in ("1", "4"))
    assert one.pop("made_at") and many.pop("made_at")
    assert len(one["findings"]) > 100
    assert one == many


def test_a_chosen_number_of_chosen_kinds(sample, tmp_path: Path) -> None:
    source = sample.folder / "plan" / "220882"
    made = plant_faults(
        source, tmp_path / "planted", each=4, seed=9, day=DAY, only=["gap", "garbled", "lost_field"]
    )
    assert Counter(each.fault.name for each in made.faults) == {"gap": 4, "garbled": 4, "lost_field": 2}


def test_the_same_seed_plants_the_same(sample, tmp_path: Path) -> None:
    source = sample.folder / "plan" / "220882"
    made = [plant_faults(source, tmp_path / name, each=1, seed=3, day=DAY) for name in ("a", "b")]
    one, other = ({path.name: path.read_bytes() for path in each.package.iterdir()} for each in made)
    assert one == other
    assert made[0].truth.read_bytes() == made[1].truth.read_bytes()


def test_what_cannot_be_planted_is_said_and_nothing_is_written(sample, tmp_path: Path) -> None:
    source, out = sample.folder / "plan" / "220882", tmp_path / "planted"
    with pytest.raises(InputError, match="plant_unknown"):
        plant_faults(source, out, each=1, seed=1, day=DAY, only=["no_such"])
    with pytest.raises(InputError, match="plant_room"):
        plant_faults(source, out, each=500, seed=1, day=DAY, only=["zone_name_differs"])
    assert list(tmp_path.iterdir()) == []


def test_the_command(sample, tmp_path: Path) -> None:
    out = tmp_path / "planted"
    words = ("package", "plant", sample.folder / "plan" / "220882", "--out", out, "--each", "1")
    told = lantu(*words, "--fault", "gap")
    assert told.returncode == 0, told.stderr
    assert "QC1703" in told.stdout and "planted.json" in told.stdout
    again = lantu(*words)
    assert again.returncode != 0 and "--out" in again.stderr

"""A province overlaid county by county: linear work, whole totals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.province import province
from bench.workload import Size, make


@pytest.mark.slow
def test_counties_add_up_to_the_square(tmp_path: Path) -> None:
    make(tmp_path, Size(1_500, 120, 4.0, counties=2), 1)
    rows = province(tmp_path, 2, lambda _: None)
    assert [row["counties"] for row in rows] == [1, 2, 4]
    last = rows[-1]
    assert last["parcels_m2"] == pytest.approx(8_000.0**2, rel=1e-12)
    assert last["shared_m2"] == pytest.approx(last["outline_m2"], rel=1e-12)
    assert 0 <= last["worst"] < 1e-9
    files = json.loads((tmp_path / "counts.json").read_text(encoding="utf-8"))["files"]
    assert last["parcels"] == sum(each["rows"] for name, each in files.items() if name.startswith("parcels_"))

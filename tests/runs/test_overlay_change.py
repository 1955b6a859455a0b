"""`lantu overlay change`: two vintages as files; what is printed adds up, what cannot add up is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyproj import CRS, Transformer

from cli.shell import lantu
from intake.gis_files import moved, squares, write
from lantu.core.area import StatutoryPlane
from lantu.core.errors import InputError, StorageError
from lantu.overlay.change import Fate
from lantu.runs.overlay_change import FileChange, change_files, write_change
from shared_files import shared

PLANE = StatutoryPlane(123, 46)


def classes(*values: str | None, field: str = "DLMC") -> pa.Table:
    return pa.table({field: pa.array(values, pa.string())})


def strips(*sides: float) -> np.ndarray:
    """Return rectangles side by side, between these sides in thousandths of a degree east of 123.2°."""
    west, east = (123.2 + 0.001 * np.array(each) for each in (sides[:-1], sides[1:]))
    return shapely.box(west, 45.5, east, 45.501)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Four squares: 旱地, 水浇地, none, 旱地."""
    return write(tmp_path, name="2023", table=classes("旱地", "水浇地", None, "旱地"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The first square is split, its east is 林地; the second is none; the third as before; half the fourth
    is missing; and there is half a square of 旱地 west of the old land."""
    shapes = strips(-0.5, 0, 0.6, 1, 2, 3, 3.5)
    table = classes("旱地", "旱地", "林地", None, None, "旱地")
    return write(tmp_path, name="2024", shapes=shapes, table=table)


def of_square(count: float) -> float:
    return float(PLANE.area_m2(squares(1), CRS.from_epsg(4490))[0] * count)


def rows(result: FileChange) -> dict[tuple[Any, Any, str], float]:
    return {
        (old, new, fate.name.lower()): float(units * result.account.unit_m2)
        for old, new, fate, units, _ in result.rows(result.account)
    }


def test_by_a_field(old: Path, new: Path) -> None:
    result = change_files(old, new, ("DLMC", "dlmc"))
    assert rows(result) == pytest.approx(
        {
            ("旱地", "旱地", "unchanged"): of_square(1.1), ("旱地", "林地", "changed"): of_square(0.4),
            ("水浇地", None, "changed"): of_square(1), (None, None, "unchanged"): of_square(1),
            ("旱地", None, "gone"): of_square(0.5), (None, "旱地", "come"): of_square(0.5),
        },
        abs=2e-4,
    )  # fmt: skip
    found = {
        fate.name.lower(): (each.old, each.new) for fate, each in result.features(result.account).items()
    }
    assert found == {"unchanged": (2, 2), "split": (1, 2), "reshaped": (1, 1), "come": (0, 1)}
    assert result.slivers.count == 0
    assert "cea" in result.method and "0.001 m wide" in result.method


def test_by_feature(old: Path, new: Path) -> None:
    result = change_files(old, new)
    assert rows(result) == pytest.approx(
        {
            (1, 2, "split"): of_square(0.6), (1, 3, "split"): of_square(0.4),
            (2, 4, "unchanged"): of_square(1), (3, 5, "unchanged"): of_square(1),
            (4, 6, "reshaped"): of_square(0.5), (4, None, "gone"): of_square(0.5),
            (None, 1, "come"): of_square(0.5),
        },
        abs=2e-4,
    )  # fmt: skip
    features = result.features(result.account)
    assert sum(each.old_units or 0 for each in features.values()) == result.account.total(
        result.account.old >= 0
    )
    assert sum(each.new_units or 0 for each in features.values()) == result.account.total(
        result.account.new >= 0
    )
    assert features[Fate.SPLIT].old_units == features[Fate.SPLIT].new_units


def test_the_same_file_twice(old: Path) -> None:
    for by in (None, ("DLMC", "DLMC")):
        result = change_files(old, old, by)
        assert {fate for _, _, fate in rows(result)} == {"unchanged"}
        assert result.old.area_m2 == pytest.approx(result.account.total() * 1e-4, abs=1e-4)


def test_degrees_and_zone_metres_are_the_same_land(old: Path, tmp_path: Path) -> None:
    """Sides of 80 m and more: straight in degrees is not straight in the zone, but within a millimetre."""
    other = write(
        tmp_path, "ESRI Shapefile", moved(shapely.segmentize(squares(), 0.0002), 4529), name="2024",
        crs="EPSG:4529", table=classes("旱地", "水浇地", None, "旱地", field="dl"),
    )  # fmt: skip
    result = change_files(old, other, ("DLMC", "dl"))
    assert {fate: each.new for fate, each in result.features(result.account).items()} == {Fate.UNCHANGED: 4}
    changed = result.account.total(result.account.fate != Fate.UNCHANGED) * 1e-4
    assert changed < 0.2
    assert result.slivers.area_m2 == pytest.approx(changed, abs=1e-3)


def test_slivers_are_told_with_what_counts_as_one(old: Path, tmp_path: Path) -> None:
    """A border between two classes moved by half a millimetre, over the 111 m of a square's side."""
    table = classes("旱地", "水浇地", None, "旱地")
    new = write(tmp_path, name="2024", shapes=strips(0, 1 + 6.4e-6, 2, 3, 4), table=table)
    assert change_files(old, new, ("DLMC", "DLMC")).slivers.area_m2 == pytest.approx(0.0555, abs=5e-4)
    said = lantu("overlay", "change", old, new, "--by", "DLMC").stdout
    assert "有 1 处细缝（沿整条边界宽不超过 0.001 米，每处不超过 1 平方米" in said


def test_values_are_the_same_only_where_they_are_written_alike(tmp_path: Path) -> None:
    table = classes("Dry", "dry", "dry ", "")
    other = classes("dry", "dry", "dry", None)
    result = change_files(
        write(tmp_path, name="a", table=table), write(tmp_path, name="b", table=other), ("DLMC",) * 2
    )
    assert {(old, new, fate) for old, new, fate in rows(result)} == {
        ("Dry", "dry", "changed"), ("dry", "dry", "unchanged"), ("dry ", "dry", "changed"),
        ("", None, "changed"),
    }  # fmt: skip


def test_numbers_of_any_type_are_one_value_and_nan_is_none(tmp_path: Path) -> None:
    table = pa.table({"k": pa.array([1.0, 2.5, float("nan"), float("nan")])})
    other = pa.table({"k": pa.array([1, 2, None, 4], pa.int32())})
    files = [write(tmp_path, "GeoParquet", name=n, table=t) for n, t in (("a", table), ("b", other))]
    result = change_files(files[0], files[1], ("k", "k"))
    assert set(rows(result)) == {
        (1.0, 1, "unchanged"), (2.5, 2, "changed"), (None, None, "unchanged"), (None, 4, "changed"),
    }  # fmt: skip
    write_change(result, tmp_path / "t.parquet")
    assert set(pq.read_table(tmp_path / "t.parquet")["old"].to_pylist()) == {1.0, 2.5, None}


def test_what_has_no_answer_is_refused(old: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        change_files(old, old, ("DLMC", "nothing"))
    assert caught.value.code == "overlay.no_field"
    codes = write(tmp_path, name="codes", table=pa.table({"DLMC": [103, 102, 301, 103]}))
    with pytest.raises(InputError) as caught:
        change_files(old, codes, ("DLMC", "DLMC"))
    assert caught.value.code == "overlay.change_kinds"
    assert caught.value.params["old_value"] == "'旱地'" and caught.value.params["new_value"] == "103"


def test_overlapping_features_are_refused_by_file_and_place(old: Path, tmp_path: Path) -> None:
    """A square lies a tenth over the next, another one wholly over it: ground in two features."""
    double = np.append(strips(0, 1, 2.1), strips(2, 3, 4))
    double = np.append(double, strips(0.2, 0.4))
    file = write(tmp_path, name="double", shapes=double)
    for pair in ((old, file), (file, old)):
        with pytest.raises(InputError) as caught:
            change_files(*pair)
        assert caught.value.code == "overlay.change_double"
        told = caught.value.params["found"]
        assert told.startswith("double.gpkg: 2, ") and told.endswith("m² (1–5, 2–3)")
    refused = lantu("overlay", "change", old, file)
    assert refused.returncode == 3 and refused.stdout == ""
    assert "lantu overlay check" in refused.stderr and "1–5" in refused.stderr


def test_the_written_table_adds_up_exactly(old: Path, new: Path, tmp_path: Path) -> None:
    result = change_files(old, new, ("DLMC", "DLMC"))
    write_change(result, tmp_path / "t.parquet")
    table = pq.read_table(tmp_path / "t.parquet")
    read = table.to_pylist()
    assert [(each["old"], each["new"], each["fate"]) for each in read] == list(rows(result))
    total = sum(each["area_m2"] for each in read if each["fate"] != "come")
    assert total == result.account.total(result.account.old >= 0) * Decimal("0.0001")
    assert json.loads(table.schema.metadata[b"lantu"])["by"] == ["DLMC", "DLMC"]
    with pytest.raises(StorageError):
        write_change(result, tmp_path / "nowhere" / "t.parquet")


def test_json_adds_up_as_it_is_printed(old: Path, new: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.parquet"
    done = lantu("overlay", "change", old, new, "--by", "DLMC", "--out", out, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout, parse_float=Decimal)
    fates = {
        fate: sum(Decimal(row["area_m2"]) for row in said["rows"] if row["fate"] == fate)
        for fate in ("unchanged", "changed", "gone", "come")
    }
    assert all(Decimal(said[f"{fate}_m2"]) == area for fate, area in fates.items())
    assert Decimal(said["old"]["total_m2"]) == sum(fates.values()) - fates["come"]
    assert Decimal(said["new"]["total_m2"]) == sum(fates.values()) - fates["gone"]
    assert all(
        row["area_units"] * Decimal(said["unit_m2"]) == Decimal(row["area_m2"]) for row in said["rows"]
    )
    assert [each["value"] for each in said["classes"]] == ["旱地", "林地", "水浇地", None]
    for each in said["classes"]:
        figures = {name: Decimal(value) for name, value in each.items() if name != "value"}
        assert figures["old_m2"] == figures["kept_m2"] + figures["lost_m2"]
        assert figures["new_m2"] == figures["kept_m2"] + figures["gained_m2"]
        assert figures["net_m2"] == figures["new_m2"] - figures["old_m2"]
    for side, key in (("old", "old_m2"), ("new", "new_m2")):
        assert sum(Decimal(each[key]) for each in said["classes"]) == Decimal(said[side]["total_m2"])
        assert abs(said[side]["measured_m2"] - Decimal(said[side]["total_m2"])) <= Decimal("0.0002")
    assert said["old"]["system"] == said["new"]["system"] == "EPSG:4490"
    assert said["features"]["split"] == {"old": 1, "new": 2}
    assert out.exists()


def test_what_the_terminal_shows(old: Path, new: Path) -> None:
    shown = lantu("overlay", "change", old, new, "--by", "DLMC").stdout
    # The matrix: 旱地 became 林地 by four tenths of a square, 0.3475 ha.
    line = next(line for line in shown.splitlines() if line.startswith("│ 旱地"))
    assert f"{of_square(0.4) / 1e4:.3f}" in line
    assert all(
        word in shown for word in ("（空）", "旧有新无", "新有旧无", "合计", "椭球面积", "分割", "净增减")
    )
    narrow = lantu("overlay", "change", old, new, "--by", "DLMC", COLUMNS="40").stdout
    assert "变化，大者在前" in narrow and "变化，大者在前" not in shown
    assert "…" not in narrow
    features = lantu("overlay", "change", old, new, LANTU_LANG="en").stdout
    assert "in the old one only" in features and "m²" in features and "Old feature" in features


def test_options_that_cannot_be_met_are_said_at_once(old: Path, tmp_path: Path) -> None:
    wrong = lantu("overlay", "change", old, old, "--by", "A,B,C")
    assert wrong.returncode == 3 and "旧字段,新字段" in wrong.stderr
    nowhere = lantu("overlay", "change", tmp_path / "none.gpkg", old, "--out", tmp_path / "no" / "t.parquet")
    assert nowhere.returncode == 3 and "t.parquet" in nowhere.stderr and "none.gpkg" not in nowhere.stderr
    before = old.read_bytes()
    for pair in ((old, tmp_path / "none.gpkg"), (tmp_path / "none.gpkg", old)):
        over = lantu("overlay", "change", *pair, "--out", old)
        assert over.returncode == 3 and "覆盖" in over.stderr and old.read_bytes() == before
    missing = lantu("overlay", "change", tmp_path / "none.gpkg", old)
    assert missing.returncode == 3 and "none.gpkg" in missing.stderr


def eastward(shapes: np.ndarray, degrees: float) -> np.ndarray:
    """Bring land elsewhere into the country: the areas stay."""
    return np.asarray(shapely.transform(shapes, lambda xy: xy + np.array([degrees, 0])))


def denver(year: int, folder: Path) -> Path:
    """Write the precincts of a year, whose system no office delivers, in degrees."""
    name = f"DenverCo_precincts{year}_repaired"
    info, _, wkb, fields = pyogrio.raw.read(f"/vsizip/{shared(f'geodata/us_maup/Shapefiles/{name}.zip')}")
    into = Transformer.from_crs(info["crs"], 4269, always_xy=True)
    shapes = shapely.transform(shapely.from_wkb(wkb), lambda xy: np.column_stack(into.transform(*xy.T)))
    shapes = eastward(shapes, 228)
    field = "CD116FP" if year == 2018 else "NAMELSAD"
    table = pa.table({field: [str(each) for each in fields[list(info["fields"]).index(field)]]})
    return write(folder, "GeoParquet", shapes, name=str(year), table=table)


def test_real_precincts_of_two_years(tmp_path: Path) -> None:
    """Drawn anew in another file, so that every border is a sliver; ten precincts really changed."""
    result = change_files(denver(2016, tmp_path), denver(2018, tmp_path))
    counted = {
        fate.name.lower(): (each.old, each.new) for fate, each in result.features(result.account).items()
    }
    assert counted == {"unchanged": (327, 327), "split": (9, 19), "reshaped": (10, 10)}
    found = result.account
    for side, of in ((result.old, found.old), (result.new, found.new)):
        assert abs(side.area_m2 - found.total(of >= 0) * 1e-4) < 0.01
    unchanged = result.features(found)[Fate.UNCHANGED].old_units
    assert unchanged is not None and result.slivers.count > 1500
    assert 0 < unchanged - found.total(found.fate == Fate.UNCHANGED) < result.slivers.area_m2 * 1e4


def test_real_parcels_that_overlap_are_refused(tmp_path: Path) -> None:
    file = shared("geodata/us_cambridge/cambridge_planning.gpkg")
    files = []
    for year in (2013, 2014):
        _, _, wkb, _ = pyogrio.raw.read(file, layer=f"parcels_fy{year}")
        shapes = eastward(shapely.from_wkb(wkb), 190)
        sound = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
        files.append(write(tmp_path, "GeoParquet", shapes[sound], name=str(year)))
    with pytest.raises(InputError) as caught:
        change_files(*files)
    assert caught.value.code == "overlay.change_double"
    told = caught.value.params["found"]
    assert "2013.parquet: 44, " in told and "; 2014.parquet: 23, " in told


def test_real_plots_merged_in_pairs(tmp_path: Path) -> None:
    """Dutch plots, some of them joined with the neighbour they share most border with."""
    plots = shapely.get_parts(shapely.from_wkt(shared("geodata/nl_plots/nl_plots.wkt").read_text()))
    plots = eastward(plots, 118)
    near, far = shapely.STRtree(plots).query(plots, predicate="intersects")
    joined, used = [], set()
    for a, b in zip(near.tolist(), far.tolist(), strict=True):
        whole = shapely.union(plots[a], plots[b])
        if a < b and not {a, b} & used and whole.geom_type == "Polygon" and len(joined) < 40:
            joined.append(whole)
            used |= {a, b}
    rest = [plot for n, plot in enumerate(plots) if n not in used]
    before, after = (
        write(tmp_path, "GeoParquet", shapes, name=name)
        for name, shapes in (("old", plots), ("new", np.array([*joined, *rest])))
    )
    result = change_files(before, after)
    counted = {
        fate.name.lower(): (each.old, each.new) for fate, each in result.features(result.account).items()
    }
    assert counted == {"unchanged": (len(rest), len(rest)), "merged": (80, 40)}
    back = change_files(after, before)
    assert {f: each.old for f, each in back.features(back.account).items()} == {
        Fate.UNCHANGED: len(rest), Fate.SPLIT: 40,
    }  # fmt: skip

"""Opening homes: new, old, newer, damaged, not one at all; runs and overlay tables in them."""

from __future__ import annotations

import os
import threading
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from lantu.core.errors import (
    BusyError,
    ConflictError,
    IntegrityError,
    LantuError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from lantu.store import Home, database
from lantu.store.tables import Base
from store.delivered import squares

LAND = {"kind": "DLTB", "area_code": "220882", "year": 2020}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


# --- opening --------------------------------------------------------------------------------------------


def test_no_home_is_made_where_none_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"store\.no_home"):
        Home.open(tmp_path / "none", create=False)
    assert list(tmp_path.iterdir()) == []


def test_migrations_make_exactly_the_tables_of_the_models(home: Home) -> None:
    with home._access.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert database.revision(connection) == database.HEAD
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_head_is_the_last_migration() -> None:
    files = sorted((Path(database.__file__).parent / "migrations" / "versions").glob("r*.py"))
    assert files[-1].name.startswith(f"r{database.HEAD}_")


def test_migrating_does_not_hang_on_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere 100%"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    Home.open(Path("a home"))
    assert (elsewhere / "a home" / "lantu.db").is_file()


def test_a_newer_home_is_refused_and_left_alone(home: Home) -> None:
    with home._access.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    home.close()
    with pytest.raises(ConflictError, match=r"store\.home_is_newer") as caught:
        Home.open(home.path)
    assert caught.value.params["found"] == "0999"


def test_a_newer_format_is_refused(home: Home) -> None:
    (home.path / "home.json").write_text('{"format": 2}')
    with pytest.raises(ConflictError, match=r"store\.home_is_newer"):
        Home.open(home.path)


@pytest.mark.parametrize("text_", ["", "[]", "{", '{"plane": {}}', '{"plane": {"lon_0": "x", "lat_ts": 1}}'])
def test_damaged_facts_are_named(home: Home, text_: str) -> None:
    (home.path / "home.json").write_text(text_)
    with pytest.raises(IntegrityError, match=r"store\.facts_damaged"):
        Home.open(home.path)


def test_facts_that_were_lost_are_made_again_from_the_first_layer(home: Home) -> None:
    home.layers.add(squares(), **LAND)
    plane = home.plane
    (home.path / "home.json").unlink()
    assert Home.open(home.path).plane == plane


def test_a_damaged_registry_is_named(home: Home) -> None:
    home.close()
    for side in ("-wal", "-shm"):
        (home.path / f"lantu.db{side}").unlink(missing_ok=True)
    (home.path / "lantu.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(IntegrityError, match=r"store\.database_damaged"):
        Home.open(home.path)


def test_a_server_database_is_refused_loudly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANTU_DATABASE_URL", "postgresql://host/db")
    with pytest.raises(UnavailableError, match=r"store\.database_url"):
        Home.open(tmp_path / "home")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(StorageError, match=r"store\.refused"):
        Home.open(tmp_path / "locked" / "home")


def test_a_file_in_the_place_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError):
        Home.open(tmp_path / "file")


# --- writing --------------------------------------------------------------------------------------------


def test_a_writing_that_fails_leaves_nothing(home: Home) -> None:
    with pytest.raises(RuntimeError), home.writing():
        home.layers.add(squares(), **LAND)
        home.runs.create("measure", {})
        assert len(home.layers.list()) == 1
        raise RuntimeError
    assert home.layers.list() == []
    assert home.runs.list() == []
    assert home.ledger.entries() == []
    assert list(home.path.rglob("*.parquet")) == []


def test_an_inner_writing_fails_alone(home: Home) -> None:
    with home.writing():
        home.layers.add(squares(), **LAND)
        with pytest.raises(RuntimeError), home.writing():
            home.layers.add(squares(), **LAND | {"year": 2021})
            raise RuntimeError
        home.layers.add(squares(), **LAND | {"year": 2022})
    assert [layer.year for layer in home.layers.list()] == [2020, 2022]
    assert [entry.body["year"] for entry in home.ledger.entries()] == [2020, 2022]
    assert home.ledger.verify() == []
    assert len(list(home.path.rglob("*.parquet"))) == 2


def test_two_threads_shut_each_other_out(home: Home) -> None:
    raised: list[LantuError] = []

    def second() -> None:
        try:
            home.runs.create("measure", {})
        except LantuError as error:
            raised.append(error)

    with home.writing():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert [type(error) for error in raised] == [BusyError]


def test_a_log_that_was_changed_stops_further_writing(home: Home) -> None:
    home.layers.add(squares(), **LAND)
    log = home.path / "ledger" / "log.jsonl"
    log.write_bytes(log.read_bytes() + b"{}\n")
    with pytest.raises(IntegrityError, match=r"ledger\.log_changed"):
        home.layers.add(squares(), **LAND | {"year": 2021})
    again = Home.open(home.path)
    assert [layer.year for layer in again.layers.list()] == [2020]
    assert [fault.params["line"] for fault in again.ledger.verify()] == [2]


# --- runs and overlay tables ----------------------------------------------------------------------------


def test_a_run_from_begin_to_end(home: Home) -> None:
    assert home.runs.latest("measure") is None
    run = home.runs.create("measure", {"years": [2020]})
    assert home.runs.latest("measure") is None
    with pytest.raises(NotFoundError, match=r"store\.no_result"):
        home.runs.result(run)
    home.runs.finish(run, {"rows": [{"value": Decimal("327.40"), "lon": 123.25}]})
    latest = home.runs.latest("measure")
    assert latest is not None
    assert (latest.id, latest.status, latest.inputs) == (run, "finished", {"years": [2020]})
    assert home.runs.result(run) == {"rows": [{"value": "327.40", "lon": 123.25}]}
    with pytest.raises(ConflictError, match=r"store\.run_is_over"):
        home.runs.finish(run, {})
    assert [entry.kind for entry in home.ledger.entries()] == ["run.started", "run.finished"]


def test_a_failed_run_is_not_the_latest(home: Home) -> None:
    first = home.runs.create("measure", {})
    home.runs.finish(first, {})
    home.runs.fail(home.runs.create("measure", {}), "store.disk_full")
    latest = home.runs.latest("measure")
    assert latest is not None
    assert latest.id == first
    assert [run.status for run in home.runs.list("measure")] == ["finished", "failed"]


def test_a_changed_result_is_found(home: Home) -> None:
    run = home.runs.create("measure", {})
    finished = home.runs.finish(run, {"value": "1.18"})
    file = finished.folder / "result.json"
    file.write_text(file.read_text().replace("1.18", "1.17"))
    with pytest.raises(IntegrityError, match=r"store\.result_damaged"):
        home.runs.result(run)


def test_overlay_tables_are_kept_under_what_they_are_made_of(home: Home) -> None:
    table = pa.table({"left_id": pa.array([0, 1], pa.int32()), "area_m2": [1.5, 2.5]})
    home.overlays.put("sha256:a", "sha256:b", "shapely", table)
    kept = home.overlays.get("sha256:a", "sha256:b", "shapely")
    assert kept is not None
    assert kept.equals(table)
    assert home.overlays.get("sha256:b", "sha256:a", "shapely") is None
    assert home.overlays.get("sha256:a", "sha256:b", "other") is None


def test_a_truncated_overlay_table_is_named_and_can_be_put_again(home: Home) -> None:
    table = pa.table({"left_id": list(range(1000))})
    home.overlays.put("a", "b", "m", table)
    (file,) = (home.path / "overlays").iterdir()
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(IntegrityError, match=r"store\.file_damaged") as caught:
        home.overlays.get("a", "b", "m")
    assert caught.value.params["where"] == file
    (home.path / "overlays" / ".left.999999999.0123abcd.part.parquet").write_bytes(b"killed")
    home.overlays.put("a", "b", "m", table)
    assert home.overlays.get("a", "b", "m") is not None
    assert list((home.path / "overlays").iterdir()) == [file]

"""Packages and what goes wrong: a killed process, a full disk, a home of before."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from sqlalchemy import inspect

from lantu.core.area import StatutoryPlane
from lantu.core.errors import StorageError
from lantu.store import Home, RegisteredPackage, database
from lantu.store.facts import write_facts
from store.brought import LAND, register
from store.delivered import squares
from store.test_crash import check_whole, run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


# --- killed, full, read-only ----------------------------------------------------------------------------

_PACKAGE = """
def package():
    return home.packages.register(
        {"STBHHX": squares(500), "YJJBNT": squares(400)}, b"{}", digest="sha256:" + "ab" * 32, name="x",
        profile="county-2021", area_code="220882", verdict="accept",
    )
"""
# Each kills the process at one step; "committed" ones after the moment at which the deed is done.
_DEATHS = {
    "after the first layer": """
attest = access.Writing.attest
def after_first(self, kind, body):
    attest(self, kind, body); die()
access.Writing.attest = after_first
""",
    "layers in place, no evidence": """
from lantu.store import packages
packages.PackageStore._keep = die
""",
    "everything but the statement": """
attest = access.Writing.attest
def but_last(self, kind, body):
    die() if kind == "package.registered" else attest(self, kind, body)
access.Writing.attest = but_last
""",
    "everything but the commit": """
from sqlalchemy.orm import Session
Session.commit = die
""",
    "committed, not yet in the log": """
settle = log.settle
log.settle = lambda path, session: die() if log._pending(session) else settle(path, session)
""",
}


@pytest.mark.parametrize("death", _DEATHS)
def test_a_killed_registration_is_whole_or_none(tmp_path: Path, death: str) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    home.layers.add(squares(), **LAND, year=2020)
    with home.writing():
        pass
    home.close()
    killed = run(f"{_PACKAGE}{_DEATHS[death]}\npackage()", path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    stands = death.startswith("committed")
    home = check_whole(path)
    assert len(home.packages.list()) == stands
    assert len(home.layers.list(drafts=True)) == 1 + 2 * stands
    assert len(home.layers.list()) == 1
    home.close()
    again = run(f"{_PACKAGE}\nprint(package().already_there)", path)
    assert again.stdout.split() == [str(stands)], again.stderr
    assert len(check_whole(path).packages.list()) == 1


@pytest.mark.parametrize("limit", [600, 9_000, 140_000])
def test_a_full_disk_leaves_no_package(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "home"
    home = Home.open(path)
    home.layers.add(squares(500), **LAND, year=2020)
    home.close()
    before = files_of(path)
    full = run(
        f"""
import resource
from lantu.core.errors import StorageError
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    home.packages.register(
        {{"STBHHX": squares(500), "YJJBNT": squares(2000)}}, b"x" * 200_000, digest="sha256:" + "ab" * 32,
        name="x", profile="county-2021", area_code="220882", verdict="accept",
    )
except StorageError as error:
    print(error.code)
""",
        path,
    )
    assert full.stdout.split() == ["store.disk_full"], full.stderr
    assert files_of(path) == before
    assert check_whole(path).packages.list() == []


def files_of(path: Path) -> dict[Path, bytes]:
    return {
        file: file.read_bytes() for file in path.rglob("*") if file.is_file() and "lantu.db" not in file.name
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_takes_no_package(home: Home) -> None:
    (home.path / "checks").mkdir(mode=0o500)
    with pytest.raises(StorageError, match=r"store\.refused"):
        register(home)
    assert home.packages.list() == home.layers.list(drafts=True) == []


def test_findings_that_find_no_place_leave_no_package(home: Home) -> None:
    (home.path / "checks").write_text("a file in the place of the folder")
    with pytest.raises(StorageError):
        register(home)
    assert home.packages.list() == home.layers.list(drafts=True) == home.ledger.entries() == []
    assert list(home.path.rglob("*.parquet")) == []


# --- homes of before ------------------------------------------------------------------------------------


def older_home(tmp_path: Path) -> Path:
    """A home as revision 0001 left it: its own tables, one layer, one statement."""
    newer = Home.open(tmp_path / "newer")
    newer.layers.add(squares(), **LAND, year=2020, invented=True)
    newer.close()
    path = tmp_path / "older"
    path.mkdir()
    engine = database.open_engine(path)
    database.migrate(engine, "0001")
    engine.dispose()
    for name in ("layers", "ledger"):
        shutil.copytree(newer.path / name, path / name)
    write_facts(path)
    with sqlite3.connect(path / "lantu.db") as old:
        old.execute("ATTACH ? AS newer", (str(newer.path / "lantu.db"),))
        for table in ("layer", "statement"):
            columns = ", ".join(row[1] for row in old.execute(f"PRAGMA main.table_info({table})"))
            old.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}")
    old.close()
    return path


def test_an_older_home_is_brought_up_and_takes_packages(tmp_path: Path) -> None:
    path = older_home(tmp_path)
    engine = database.open_engine(path)
    assert "draft" not in {column["name"] for column in inspect(engine).get_columns("layer")}
    engine.dispose()
    home = Home.open(path)
    (layer,) = home.layers.list()
    assert not layer.draft
    assert home.invented
    assert home.plane == StatutoryPlane(123, 46)
    assert len(home.layers.read(layer).geometry) == 3
    assert home.layers.deliveries() == {layer.digest: (layer.added_at,)}
    package = register(home)
    assert home.layers.list() == [layer]
    home.close()
    assert check_drafts(Home.open(path)) == package


def check_drafts(home: Home) -> RegisteredPackage:
    (package,) = home.packages.list()
    assert {each.digest for each in home.layers.list(drafts=True) if each.draft} == set(
        package.layers.values()
    )
    return package


def test_a_migration_that_fails_leaves_the_older_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = older_home(tmp_path)
    made = op.create_table

    def second_fails(name: str, *columns: Any) -> Any:
        if name == "package_layer":
            raise RuntimeError
        return made(name, *columns)

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", second_fails)
        with pytest.raises(RuntimeError):
            Home.open(path)
    engine = database.open_engine(path)
    with engine.connect() as connection:
        assert database.revision(connection) == "0001"
    assert not inspect(engine).has_table("package")
    assert "draft" not in {column["name"] for column in inspect(engine).get_columns("layer")}
    engine.dispose()
    assert len(Home.open(path).layers.list()) == 1

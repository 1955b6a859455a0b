"""A package taken in is a draft: seen by nothing that measures, reports, looks up or serves."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

import world
from lantu.core.errors import NotFoundError
from lantu.overlay.packing import pack_shapes
from lantu.runs.add_layer import add_layer
from lantu.runs.control_index import InForce
from lantu.runs.look_up_site import look_up
from lantu.runs.measure import measure
from lantu.runs.write_report import write_report
from lantu.store import Home
from lantu.web.app import create_app
from lantu.web.site import Site
from runs.taken_package import (
    BOOK,
    RED_LINE,
    polygons,
    take_in,
)
from store.delivered import Delivery
from web.conftest import Client, problem
from world import rect
from world_home import world_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def figures(home: Home) -> dict[str, Any]:
    """What a measuring run says, but for its own name."""
    kept = home.runs.result(measure(home).run.id)
    return {name: value for name, value in kept.items() if name != "run_id"}


def test_a_draft_moves_no_figure_and_no_report_until_it_is_in_force(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    result, run = figures(home), home.runs.list("measure")[-1]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    report = write_report(home, made_at=moment).path.read_bytes()
    package = take_in(home)
    assert write_report(home, made_at=moment).path.read_bytes() == report
    assert figures(home) == result
    inputs = home.runs.list("measure")[-1].inputs
    assert inputs["layers"] == run.inputs["layers"]
    assert not set(package.layers.values()) & set(inputs["layers"])
    # The same red line added in earnest is one third smaller, so the draft was no bystander.
    lift(home, package.layers["STBHHX"])
    assert figures(home)["rows"] != result["rows"]


def lift(home: Home, digest: str) -> None:
    """Add a draft's own content in earnest."""
    draft = home.layers.get(digest, drafts=True)
    table = polygons("STBHHX", RED_LINE)
    places = np.array(shapely.from_wkb(table.wkb.to_numpy(zero_copy_only=False)), object)
    home.layers.add(
        Delivery(table.table, places, world.CRS_4490, "成果.gpkg", "STBHHX"), kind="STBHHX",
        area_code=world.AREA_CODE,
    )  # fmt: skip
    assert not home.layers.get(draft.digest).draft


def test_a_home_of_drafts_has_nothing_to_measure(home: Home) -> None:
    take_in(home)
    with pytest.raises(NotFoundError, match=r"measure\.no_land"):
        measure(home)


def test_sites_do_not_lie_in_drafts(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", without=["CZKFBJ"])
    index = InForce(home, BOOK, 2025)
    site = pack_shapes(world.geographic([rect(700, 800, 1100, 900)]), "sites", (world.PLANE, world.CRS_4490))
    before = look_up(site, index.now(), date(2025, 6, 30))
    take_in(home)
    after = look_up(site, index.now(), date(2025, 6, 30))
    assert after == before
    (answer,) = after
    # The draft boundary covers the site; the draft outline would take in the ground that lies beyond it.
    assert (world.AREA_CODE, "CZKFBJ") in answer.lacking
    assert answer.elsewhere_m2 == pytest.approx(10_000, abs=1e-3)
    assert {share.layer.kind: round(share.covered_m2) for share in answer.lines} == {
        "YJJBNT": 0, "STBHHX": 20_000,
    }  # fmt: skip


def test_the_server_shows_no_draft(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    measure(home)
    (tmp_path / "page").mkdir()
    (tmp_path / "page/index.html").write_text("<!DOCTYPE html>")
    client = Client(create_app(home.path, front_end=tmp_path / "page"))
    addresses = ["/api/meta", "/api/layers", "/api/areas", "/api/notes", "/api/findings"]
    before = {address: client.get(address).json() for address in addresses}
    package = take_in(home)
    assert {address: client.get(address).json() for address in addresses} == before
    assert all("error" not in answer for answer in before.values())
    hexes = {kind: digest.removeprefix("sha256:") for kind, digest in package.layers.items()}
    shown = {row["digest"] for row in before["/api/layers"]["rows"]}
    assert shown and not shown & set(package.layers.values())
    answer = client.get(f"/api/features/{hexes['STBHHX']}/0")
    assert answer.status_code == 404
    assert problem(answer)["code"] == "web.no_such_layer"


def test_a_home_of_drafts_is_not_served(home: Home) -> None:
    from lantu.core.errors import NotFoundError

    take_in(home, invented=True)
    with pytest.raises(NotFoundError, match=r"web\.no_data"):
        Site.at(home.path)
    assert not home.invented


# --- the same file, later -------------------------------------------------------------------------------


def test_the_package_s_own_file_added_later_is_the_same_layer(home: Home, tmp_path: Path) -> None:
    """As `lantu layer add` reads the file of a package, its layer is the draft, now in force."""
    layer = polygons("STBHHX", RED_LINE)
    table = layer.table.append_column("geom", layer.wkb)
    pyogrio.write_arrow(
        table, tmp_path / "成果.gpkg", layer="STBHHX", driver="GPKG", geometry_name="geom",
        geometry_type="Polygon", crs="EPSG:4490",
    )  # fmt: skip
    package = take_in(home)
    added = add_layer(
        home, tmp_path / "成果.gpkg", kind="STBHHX", area_code=world.AREA_CODE, layer="STBHHX"
    ).layer
    assert added.digest == package.layers["STBHHX"]
    assert home.layers.list() == [added]
    assert json.loads((home.path / "home.json").read_text())["plane"] == {"lon_0": 123, "lat_ts": 46}

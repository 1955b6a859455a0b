"""Packages in the store: whole or not at all, once, never in force; older homes are brought up to them."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from lantu.core.area import StatutoryPlane
from lantu.core.errors import ConflictError, InputError, IntegrityError, NotFoundError
from lantu.runs.register_plan import register_approval
from lantu.store import Home
from store.brought import ACCEPTED, AREA, DIGEST, FINDINGS, LAND, NOTE, PROFILE, away, layers, register
from store.command import lantu
from store.delivered import squares
from world_home import reading


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


# --- registering ----------------------------------------------------------------------------------------


def test_a_package_is_kept_with_its_layers_and_its_findings(home: Home) -> None:
    package = register(home, acceptances=[ACCEPTED], notes=[NOTE])
    assert home.packages.list() == home.packages.list(AREA) == [package]
    assert home.packages.list("220881") == []
    assert home.packages.get(DIGEST[7:15]) == home.packages.get(DIGEST, PROFILE) == package
    assert (package.number, package.status, package.verdict) == (1, "draft", "accept")
    assert (package.acceptances, package.notes) == ((ACCEPTED,), (NOTE,))
    assert home.packages.evidence(package) == FINDINGS
    kept = {layer.kind: layer for layer in home.layers.list(drafts=True)}
    assert package.layers == {kind: layer.digest for kind, layer in kept.items()}
    assert all(layer.draft and layer.area_code == AREA for layer in kept.values())
    data = home.layers.read(kept["STBHHX"])
    assert data.attributes.equals(squares(4).attributes)
    assert shapely.equals_exact(data.geometry, squares(4).geometry).all()


def test_the_ledger_says_what_was_taken_in(home: Home) -> None:
    package = register(home, acceptances=[ACCEPTED], notes=[NOTE])
    *drafted, last = home.ledger.entries()
    assert [entry.kind for entry in drafted] == ["layer.drafted"] * 3
    assert last.kind == "package.registered"
    assert last.body["layers"] == package.layers
    assert (last.body["package"], last.body["evidence"]) == (DIGEST, package.evidence)
    assert [each["id"] for each in last.body["acceptances"]] == [ACCEPTED["id"]]
    assert home.ledger.verify() == []
    outcome = lantu(home.path, "ledger", "list")
    assert "成果包登记为草稿" in outcome.out


def test_the_same_package_again_changes_nothing(home: Home) -> None:
    first, head = register(home), home.ledger.head
    # Other findings, another opinion on its being invented: it stands as it came in first.
    again = register(home, evidence=b"{}", invented=True)
    assert again == first
    assert again.already_there
    assert not first.already_there
    assert home.ledger.head == head
    assert len(home.layers.list(drafts=True)) == 3
    assert len(list((home.path / "checks").iterdir())) == 1


def test_packages_are_numbered_by_area_and_profile(home: Home) -> None:
    brought = {"STBHHX": squares(4)}
    first = register(home, brought)
    second = register(home, brought, digest="sha256:" + "cd" * 32)
    other = register(home, brought, profile="county-2023")
    elsewhere = register(home, brought, digest="sha256:" + "ef" * 32, area_code="220881")
    assert [each.number for each in (first, second, other, elsewhere)] == [1, 2, 1, 1]
    assert first.layers == second.layers == other.layers  # the same content is one layer
    with pytest.raises(InputError, match=r"package\.ambiguous"):
        home.packages.get(DIGEST)
    assert home.packages.get(DIGEST, "county-2023") == other
    with pytest.raises(NotFoundError, match=r"package\.unknown"):
        home.packages.get("0" * 12)
    with pytest.raises(InputError, match=r"package\.short_digest"):
        home.packages.get("%")


def test_one_layer_that_is_refused_keeps_the_whole_package_out(home: Home) -> None:
    bow = shapely.Polygon([(123.2, 45.5), (123.3, 45.6), (123.3, 45.5), (123.2, 45.6)])
    broken = squares(1, geometry=[bow])
    with pytest.raises(InputError, match=r"layer\.invalid_geometry"):
        register(home, {"STBHHX": squares(4), "YJJBNT": broken})
    assert home.packages.list() == home.layers.list(drafts=True) == home.ledger.entries() == []
    assert list(home.path.rglob("*.parquet")) == list(home.path.rglob("checks/*")) == []


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_draft_is_named_and_the_same_package_puts_it_back(home: Home, damage: str) -> None:
    package = register(home)
    layer = home.layers.get(package.layers["STBHHX"], drafts=True)
    evidence = home.path / "checks" / f"{package.evidence[7:]}.json"
    for path in (layer.path, evidence):
        if damage == "cut":
            path.write_bytes(path.read_bytes()[:-5])
        else:
            path.unlink()
    with pytest.raises(IntegrityError, match=r"package\.evidence_damaged"):
        home.packages.evidence(package)
    with pytest.raises(IntegrityError, match=r"layer\.(damaged|missing)"):
        home.layers.read(layer)
    # Another content under the same name does not put it back, and is not taken in beside it.
    with pytest.raises(IntegrityError, match=r"layer\.(damaged|missing)"):
        register(home, layers() | {"STBHHX": squares(5)})
    assert len(home.layers.list(drafts=True)) == 3
    assert register(home).already_there
    assert len(home.layers.read(layer).geometry) == 4
    assert home.packages.evidence(package) == FINDINGS


# --- drafts and layers in force -------------------------------------------------------------------------


def test_a_draft_is_seen_only_by_those_who_ask(home: Home) -> None:
    package = register(home, invented=True)
    digest = package.layers["STBHHX"]
    assert home.layers.list() == []
    assert home.layers.list("STBHHX", AREA) == []
    assert [each.digest for each in home.layers.list("STBHHX", AREA, drafts=True)] == [digest]
    with pytest.raises(NotFoundError, match=r"layer\.unknown"):
        home.layers.get(digest)
    assert home.layers.get(digest, drafts=True).draft
    assert not home.invented


def test_a_draft_is_no_plan_s_layer(home: Home) -> None:
    brought = {"STBHHX": squares(4)}
    digest = register(home, brought).layers["STBHHX"]
    with pytest.raises(ConflictError, match=r"plan\.layer_is_draft"):
        register_approval(home, *reading(), layers={AREA: {"STBHHX": digest}})
    assert home.registry.plans() == []
    home.layers.add(squares(4), kind="STBHHX", area_code=AREA)
    register_approval(home, *reading(), layers={AREA: {"STBHHX": digest}})
    assert [each.version.layers for each in home.registry.current()] == [{"STBHHX": digest}]


def test_a_layer_in_force_stays_so_when_a_draft_refers_to_it(home: Home) -> None:
    layer = home.layers.add(squares(4), kind="STBHHX", area_code=AREA, title="红线")
    package = register(home)
    assert package.layers["STBHHX"] == layer.digest
    assert home.layers.list() == [layer]
    assert [entry.kind for entry in home.ledger.entries()].count("layer.drafted") == 2


def test_adding_a_draft_in_earnest_puts_it_in_force(home: Home) -> None:
    package = register(home)
    before = home.layers.get(package.layers["STBHHX"], drafts=True)
    later = home.layers.add(squares(7), kind="STBHHX", area_code=AREA)
    lifted = home.layers.add(squares(4), kind="STBHHX", area_code=AREA, title="批准的红线")
    assert (lifted.digest, lifted.draft, lifted.already_there) == (before.digest, False, False)
    assert (lifted.title, lifted.features) == ("批准的红线", 4)
    assert home.layers.list() == [later, lifted]  # as if it had come in only now: it supersedes
    assert lifted.added_at >= later.added_at
    entry = home.ledger.entries()[-1]
    assert (entry.kind, entry.body["digest"]) == ("layer.added", lifted.digest)
    assert home.packages.list() == [package]
    assert home.layers.add(squares(4), kind="STBHHX", area_code=AREA).already_there
    assert register(home).already_there
    assert not home.layers.get(lifted.digest).draft


def test_lifting_a_draft_is_taken_back_with_the_rest(home: Home) -> None:
    package = register(home)
    head = home.ledger.head
    with pytest.raises(RuntimeError), home.writing():
        home.layers.add(squares(4), kind="STBHHX", area_code=AREA)
        raise RuntimeError
    assert home.layers.list() == []
    assert home.ledger.head == head
    layer = home.layers.get(package.layers["STBHHX"], drafts=True)
    assert len(home.layers.read(layer).geometry) == 4


def test_a_draft_has_no_say_in_the_plane(home: Home) -> None:
    brought = {"STBHHX": away(squares(4), 10)}
    register(home, brought)
    with pytest.raises(NotFoundError, match=r"store\.no_plane"):
        _ = home.plane
    home.layers.add(squares(), **LAND, year=2020)
    assert home.plane == StatutoryPlane(123, 46)
    # Nor has it when it is lifted, even where home.json was lost.
    (home.path / "home.json").unlink()
    home.layers.add(brought["STBHHX"], kind="STBHHX", area_code=AREA)
    assert Home.open(home.path).plane == StatutoryPlane(123, 46)


def test_a_lifted_draft_fixes_the_plane_where_none_is(home: Home) -> None:
    brought = {"STBHHX": away(squares(4), 10)}
    register(home, brought)
    home.layers.add(brought["STBHHX"], kind="STBHHX", area_code=AREA)
    assert home.plane == Home.open(home.path).plane == StatutoryPlane(113, 46)


def test_an_outline_in_force_refuses_drafts_but_a_draft_outline_refuses_nothing(home: Home) -> None:
    register(home, {"XZQX": away(squares(4), 10)})
    home.layers.add(squares(4), kind="XZQX", area_code=AREA)
    home.layers.add(squares(4), kind="STBHHX", area_code=AREA)
    with pytest.raises(InputError, match=r"layer\.far_away"):
        register(home, {"STBHHX": away(squares(4), 10)}, digest="sha256:" + "cd" * 32)


def test_layer_list_shows_drafts_when_asked_and_marks_them(home: Home) -> None:
    home.layers.add(squares(4), kind="YJJBNT", area_code=AREA)
    register(home, {"STBHHX": squares(4)})
    plain, both = lantu(home.path, "layer", "list"), lantu(home.path, "layer", "list", "--drafts")
    assert "STBHHX" not in plain.out
    assert "草稿" not in plain.out
    assert "草稿" in both.out
    (marked,) = (line for line in both.out.splitlines() if "STBHHX" in line)
    (unmarked,) = (line for line in both.out.splitlines() if "YJJBNT" in line)
    assert "是" in marked
    assert "是" not in unmarked
    listed = lantu(home.path, "layer", "list", "--drafts", "--json").json
    assert {each["kind"]: each["draft"] for each in listed} == {"STBHHX": True, "YJJBNT": False}
    assert [each["kind"] for each in lantu(home.path, "layer", "list", "--json").json] == ["YJJBNT"]

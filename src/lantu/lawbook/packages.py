"""Package profiles: `profiles/packages/*.yaml`. One that extends another says only what is different."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lantu.core.errors import InputError
from lantu.lawbook import models as m
from lantu.lawbook.checking import check_stem
from lantu.lawbook.code_lists import DIVISIONS
from lantu.lawbook.pages import Page, Path_
from lantu.lawbook.reading import Draft, citation, day, words

PRESENCES: tuple[m.Presence, ...] = ("required", "expected", "optional")
LAND_USE, ZONES = "land_use", "zones"
"""By these names `lists` calls the profile's own lists, so that a later edition changes one line."""
_HANDED_DOWN = ("level", "province", LAND_USE, ZONES, "systems", "package_name", "documents")
_OF_A_LAYER = (
    "presence", "name", "aliases", "single_part", "ysdm", "ysdm_verified", "source", "verified", "note",
)  # fmt: skip


@dataclass(frozen=True)
class _Layer:
    """What pages say of a layer, those that a page extends included.

    Attributes:
        like: the kind that its geometry and usual fields come from.
        said: what is not of a field.
        fields: name → presence, in order.
    """

    like: m.LayerKind
    said: Mapping[str, Any]
    fields: Mapping[str, m.Presence]
    types: Mapping[str, str]
    lists: Mapping[str, str]


@dataclass(frozen=True)
class _Said:
    """What pages say of a package, likewise."""

    head: Mapping[str, Any]
    types: Mapping[str, str]
    lists: Mapping[str, str]
    layers: Mapping[str, _Layer]


def profile_named(profiles: Mapping[str, m.PackageProfile], name: str) -> m.PackageProfile:
    """Return the profile of that id.

    Raises:
        InputError: `profile.unknown`.
    """
    if name not in profiles:
        raise InputError("profile.unknown", profile=name, known="、".join(profiles))
    return profiles[name]


def spans(numbers: tuple[int, ...]) -> str:
    """Return numbers as a sentence has them, runs in one: 4490, 4513–4554."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in runs)


def read_profile(page: Page, draft: Draft) -> None:
    """Keep the page: what it extends may not have been read yet."""
    draft.add(draft.profile_pages, "profile", page.data["id"], page, page, "id")


def _said(page: Page, draft: Draft, above: tuple[str, ...] = ()) -> _Said:
    d = page.data
    upper, chain = d.get("extends"), (*above, d["id"])
    base = _Said({}, {}, {}, {})
    if upper is not None:
        if upper in chain:
            raise page.error("extends_itself", "extends", chain=" → ".join((*chain, upper)))
        if upper not in draft.profile_pages:
            raise page.error("unknown_profile", "extends", id=upper)
        base = _said(draft.profile_pages[upper], draft, chain)
    layers = dict(base.layers)
    for i, kind in enumerate(d.get("without", ())):
        if kind not in layers:
            raise page.error("no_such_layer", "without", i, kind=kind, known="、".join(base.layers))
        del layers[kind]
    for kind, of_layer in d.get("layers", {}).items():
        layers[kind] = _layer(page, kind, of_layer, layers.get(kind), draft)
    for key in ("types", "lists"):
        for field in d.get(key, {}):
            _known_field(page, draft, field, key, field)
    return _Said(
        {**base.head, **{key: d[key] for key in _HANDED_DOWN if key in d}},
        {**base.types, **d.get("types", {})},
        {**base.lists, **d.get("lists", {})},
        layers,
    )


def _layer(page: Page, kind: str, d: Mapping[str, Any], before: _Layer | None, draft: Draft) -> _Layer:
    at = ("layers", kind)
    if before is None:
        like = draft.layer_kinds.get(d.get("like", kind))
        if like is None:
            raise page.error("unknown_layer_kind", *at, "like", kind=d.get("like", kind))
        if "presence" not in d:
            raise page.error("missing_key", *at, at=".".join(at), key="presence")
        before = _Layer(like, {}, dict.fromkeys(like.fields, "expected"), {}, {})
    elif "like" in d:
        raise page.error("like_again", *at, "like", kind=kind)
    fields = dict(before.fields)
    for i, name in enumerate(d.get("without", ())):
        if name not in fields:
            raise page.error("field_not_in_layer", *at, "without", i, kind=kind, field=name)
        del fields[name]
    placed: set[str] = set()
    for presence in PRESENCES:
        for i, name in enumerate(d.get(presence, ())):
            _known_field(page, draft, name, *at, presence, i)
            if name in placed or name in d.get("without", ()):
                raise page.error("duplicate_key", *at, presence, i, key=name)
            fields[name] = presence
            placed.add(name)
    for key in ("types", "lists"):
        for name in d.get(key, {}):
            if name not in fields:
                raise page.error("field_not_in_layer", *at, key, name, kind=kind, field=name)
    return _Layer(
        before.like,
        {**before.said, **{key: d[key] for key in _OF_A_LAYER if key in d}},
        fields,
        {**before.types, **d.get("types", {})},
        {**before.lists, **d.get("lists", {})},
    )


def _known_field(page: Page, draft: Draft, name: str, *path: str | int) -> None:
    if name not in draft.fields:
        raise page.error("unknown_field", *path, field=name)


def _profile(page: Page, said: _Said, draft: Draft) -> m.PackageProfile:
    d, head = page.data, said.head
    since = day(page, d["since"], "since")
    assert since is not None  # the schema requires it
    return m.PackageProfile(
        id=d["id"],
        title=words(d["title"]),
        extends=d.get("extends"),
        level=head["level"],
        province=head.get("province"),
        since=since,
        until=day(page, d.get("until"), "until"),
        standard=citation(d["standard"]),
        land_use=head[LAND_USE],
        zones=head[ZONES],
        systems=tuple(head["systems"]),
        package_name=head.get("package_name"),
        layers={kind: _layer_spec(kind, layer, said, draft) for kind, layer in said.layers.items()},
        documents={pattern: words(what) for pattern, what in head.get("documents", {}).items()},
        verified=d["verified"],
        note=d.get("note"),
    )


def _layer_spec(kind: str, layer: _Layer, said: _Said, draft: Draft) -> m.LayerSpec:
    like, own = layer.like, layer.said
    verified = own.get("verified", like.verified)
    fields = {
        name: _field_spec(draft.fields[name], presence, layer, said, verified)
        for name, presence in layer.fields.items()
    }
    return m.LayerSpec(
        kind=kind,
        name=words(own["name"]) if "name" in own else like.name,
        geometry=like.geometry,
        presence=own["presence"],
        aliases=tuple(own.get("aliases", ())),
        ysdm=own.get("ysdm", like.ysdm),
        ysdm_verified=own.get("ysdm_verified", like.ysdm_verified),
        single_part=own.get("single_part", False),
        fields=fields,
        source=citation(own["source"]) if "source" in own else like.source,
        verified=verified,
        note=own.get("note", like.note),
    )


def _field_spec(
    field: m.Field, presence: m.Presence, layer: _Layer, said: _Said, verified: bool
) -> m.FieldSpec:
    name = field.name
    code_list = layer.lists.get(name, said.lists.get(name, field.code_list))
    return m.FieldSpec(
        name=name,
        title=field.title,
        presence=presence,
        type=layer.types.get(name, said.types.get(name, field.type)),
        unit=field.unit,
        code_list=said.head[code_list] if code_list in (LAND_USE, ZONES) else code_list,
        verified=field.verified and verified,
    )


def check_profile(page: Page, draft: Draft) -> None:
    """Put a profile together, and see that every name leads somewhere and nothing lies idle.

    Pages are checked in the order of their names: fields and kinds of layer were before.

    Raises:
        LawbookError: `lawbook.stem_differs`, `.unknown_profile`, `.extends_itself`, `.unknown_layer_kind`,
            `.like_again`, `.missing_key`, `.no_such_layer`, `.unknown_field`, `.duplicate_key`,
            `.field_not_in_layer`, `.not_a_day`, `.unknown_source`, `.ends_first`, `.unknown_code_list`,
            `.unknown_code`, `.bad_pattern`, `.field_in_no_layer`, `.duplicate_id`.
    """
    d = page.data
    check_stem(page, d["id"], "id")
    profile = draft.profiles[d["id"]] = _profile(page, _said(page, draft), draft)
    if d["standard"]["id"] not in draft.sources:
        raise page.error("unknown_source", "standard", "id", id=d["standard"]["id"])
    if profile.until is not None and profile.until < profile.since:
        raise page.error("ends_first", "until", since=profile.since, until=profile.until)
    _check_lists(page, draft)
    _check_patterns(page)
    for key in ("types", "lists"):
        for name in d.get(key, {}):
            if not any(name in layer.fields for layer in profile.layers.values()):
                raise page.error("field_in_no_layer", key, name, field=name)
    _check_names(page, profile)


def _check_lists(page: Page, draft: Draft) -> None:
    d = page.data
    named: list[tuple[Path_, str]] = [((key,), d[key]) for key in (LAND_USE, ZONES) if key in d]
    named += [(("lists", name), code_list) for name, code_list in d.get("lists", {}).items()]
    for kind, layer in d.get("layers", {}).items():
        named += [(("layers", kind, "lists", name), each) for name, each in layer.get("lists", {}).items()]
    for path, code_list in named:
        role = len(path) > 1 and code_list in (LAND_USE, ZONES)
        if not role and code_list not in draft.code_lists:
            raise page.error("unknown_code_list", *path, id=code_list)
    if d.get("province") is not None:
        divisions = draft.code_lists.get(DIVISIONS)
        if divisions is None or d["province"] not in divisions.rows:
            raise page.error("unknown_code", "province", code=d["province"], list=DIVISIONS)


def _check_patterns(page: Page) -> None:
    d = page.data
    named: list[tuple[Path_, str]] = [(("documents", pattern), pattern) for pattern in d.get("documents", {})]
    if d.get("package_name") is not None:
        named.append((("package_name",), d["package_name"]))
    for path, pattern in named:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise page.error("bad_pattern", *path, value=pattern, why=str(error)) from None


def _check_names(page: Page, profile: m.PackageProfile) -> None:
    """No layer may answer to another's name: nobody could tell which was delivered."""
    owner: dict[str, str] = {kind.upper(): kind for kind in profile.layers}
    for kind, layer in profile.layers.items():
        for i, alias in enumerate(layer.aliases):
            other = owner.setdefault(alias.upper(), kind)
            if other != kind:
                raise page.error("duplicate_id", "layers", kind, "aliases", i, id=alias, other=other)

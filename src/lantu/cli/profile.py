"""`lantu profile`: what plan packages must hold, by level, version and province; what changed between two."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import JsonOption, console, emit, language, line, say
from lantu.core.errors import InputError
from lantu.lawbook import Citation, FieldSpec, Lawbook, LayerSpec, PackageProfile, Words, load
from lantu.lawbook.packages import profile_named, spans
from lantu.lawbook.profile_diff import Change, Code, LayerChange, ListChange, ProfileDiff, diff

_NONE = "—"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="成果包样式 / profiles of plan packages")
    app.add_typer(group, name="profile")

    @group.command("list")
    def list_(as_json: JsonOption = False) -> None:
        """列出成果包样式 / list the profiles of plan packages."""
        book = load()
        emit([_head(each) for each in book.profiles.values()], as_json, lambda: _show_list(book))

    @group.command("show")
    def show(
        profile: Annotated[str, typer.Argument(help="样式编号 / id of the profile: county-2023")],
        layer: Annotated[
            str | None, typer.Option("--layer", help="只看一个图层 / this layer only", show_default=False)
        ] = None,
        as_json: JsonOption = False,
    ) -> None:
        """一个样式的图层、字段和代码表 / layers, fields and code lists of a profile."""
        book = load()
        found = profile_named(book.profiles, profile)
        if layer is not None and layer not in found.layers:
            raise InputError("profile.no_layer", profile=found.id, layer=layer, known="、".join(found.layers))
        layers = found.layers.values() if layer is None else [found.layers[layer]]
        value = _head(found) | {"layers": {each.kind: _layer(each) for each in layers}}
        emit(value, as_json, lambda: _show(book, found, layers, whole=layer is None))

    @group.command("diff")
    def diff_(
        before: Annotated[str, typer.Argument(help="样式编号 / id of one profile")],
        after: Annotated[str, typer.Argument(help="另一个样式编号 / id of the other")],
        as_json: JsonOption = False,
    ) -> None:
        """两个样式有何不同 / what differs between two profiles."""
        book = load()
        a, b = (profile_named(book.profiles, name) for name in (before, after))
        found = diff(a, b, book.code_lists)
        emit(_diff_json(a, b, found), as_json, lambda: _show_diff(a, b, found))


# --- JSON ---------------------------------------------------------------------------------------------


def _head(profile: PackageProfile) -> dict[str, Any]:
    value = _plain(profile)
    assert isinstance(value, dict)
    value["layers"] = len(profile.layers)
    return value


def _layer(layer: LayerSpec) -> dict[str, Any]:
    value = _plain(layer)
    assert isinstance(value, dict)
    return value | {"fields": {name: _plain(field) for name, field in layer.fields.items()}}


def _plain(value: Any) -> Any:
    """Return a value of the lawbook as JSON has it."""
    if isinstance(value, Words):
        return value.to_json()
    if isinstance(value, (PackageProfile, LayerSpec, FieldSpec, Citation)):
        return {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if each.name not in ("layers", "fields")
        }
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


def _diff_json(a: PackageProfile, b: PackageProfile, found: ProfileDiff) -> dict[str, Any]:
    return {
        "before": a.id,
        "after": b.id,
        "facts": _changes(found.facts),
        "layers": {
            "added": [_layer(each) for each in found.added],
            "removed": [_layer(each) for each in found.removed],
            "changed": {
                kind: {
                    "facts": _changes(each.facts),
                    "fields": {
                        "added": [_plain(field) for field in each.added],
                        "removed": [_plain(field) for field in each.removed],
                        "changed": {name: _changes(changes) for name, changes in each.fields.items()},
                    },
                }
                for kind, each in found.layers.items()
            },
        },
        "code_lists": [_list_json(each) for each in found.lists],
    }


def _changes(changes: Iterable[Change]) -> dict[str, Any]:
    return {each.what: {"before": _plain(each.before), "after": _plain(each.after)} for each in changes}


def _list_json(found: ListChange) -> dict[str, Any]:
    def named(codes: Iterable[Code]) -> list[dict[str, str]]:
        return [{"code": each.code, "before": each.before, "after": each.after} for each in codes]

    return {
        "before": found.before.id,
        "after": found.after.id,
        "added": [{"code": code, "name": found.after.name(code)} for code in found.added],
        "removed": [{"code": code, "name": found.before.name(code)} for code in found.removed],
        "other_meaning": named(found.other_meaning),
        "other_name": named(found.other_name),
        "moves": [{"before": old, "after": new} for old, new in found.moves],
    }


# --- for people ---------------------------------------------------------------------------------------


def _show_list(book: Lawbook) -> None:
    table = Table()
    for column in ("id", "title", "level", "province", "since", "land_use", "layers", "verified"):
        table.add_column(say(f"profile.show.{column}"), overflow="fold")
    for each in book.profiles.values():
        cells = (
            each.id, _words(each.title), say(f"profile.level.{each.level}"), _province(book, each),
            _days(each.since, each.until), each.land_use, str(len(each.layers)), _verified(each.verified),
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def _show(book: Lawbook, profile: PackageProfile, layers: Iterable[LayerSpec], *, whole: bool) -> None:
    if whole:
        line(f"{profile.id} {_words(profile.title)}", "bold")
        line(
            say(
                "profile.show.head", level=say(f"profile.level.{profile.level}"),
                province=_province(book, profile), days=_days(profile.since, profile.until),
                standard=profile.standard.id, extends=profile.extends or _NONE,
            )
        )  # fmt: skip
        line(say("profile.show.systems", systems=spans(profile.systems)))
        if profile.package_name:
            line(say("profile.show.package_name", pattern=profile.package_name))
        for pattern, what in profile.documents.items():
            line(say("profile.show.document", pattern=pattern, what=_words(what)))
        if not profile.verified:
            line(say("profile.show.unverified", note=profile.note or ""), "yellow")
    for layer in layers:
        _show_layer(layer)
    for name in sorted({f.code_list for layer in layers for f in layer.fields.values() if f.code_list}):
        found = book.code_lists[name]
        line(
            say(
                "profile.show.list", list=name, title=_words(found.title), year=found.year or _NONE,
                rows=len(found.rows), verified=_verified(found.verified),
            ).strip(),
            "dim",
        )  # fmt: skip


def _show_layer(layer: LayerSpec) -> None:
    also = f"（{'、'.join(layer.aliases)}）" if layer.aliases else ""
    ysdm = layer.ysdm or _NONE
    line(
        say(
            "profile.show.layer", kind=layer.kind + also, name=_words(layer.name),
            presence=say(f"profile.presence.{layer.presence}"),
            geometry=say(f"profile.geometry.{layer.geometry}"),
            ysdm=ysdm if layer.ysdm is None or layer.ysdm_verified else f"{ysdm} ({_verified(False)})",
        )
        + ("" if layer.verified else f" · {_verified(False)}"),
        "bold",
    )  # fmt: skip
    if layer.single_part:
        line(say("profile.show.single_part"))
    table = Table()
    for column in ("field", "title", "presence", "type", "unit", "code_list", "verified"):
        table.add_column(say(f"profile.show.{column}"), overflow="fold")
    for field in layer.fields.values():
        cells = (
            field.name, _words(field.title), say(f"profile.presence.{field.presence}"), field.type or _NONE,
            field.unit or "", field.code_list or "", _verified(field.verified),
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    if layer.note:
        line(layer.note, "dim")


def _show_diff(a: PackageProfile, b: PackageProfile, found: ProfileDiff) -> None:
    line(say("profile.diff.title", before=a.id, after=b.id), "bold")
    if found.same:
        line(say("profile.diff.same"))
    for change in found.facts:
        _show_change("", change)
    for specs, code, style in (
        (found.added, "profile.diff.layer_added", "green"),
        (found.removed, "profile.diff.layer_removed", "red"),
    ):
        for spec in specs:
            presence = say(f"profile.presence.{spec.presence}")
            line(say(code, kind=spec.kind, name=_words(spec.name), presence=presence), style)
    for kind, layer in found.layers.items():
        _show_layer_change(kind, layer)
    for each in found.lists:
        _show_codes(each)


def _show_layer_change(kind: str, layer: LayerChange) -> None:
    for change in layer.facts:
        _show_change(kind, change)
    for specs, code, style in (
        (layer.added, "profile.diff.field_added", "green"),
        (layer.removed, "profile.diff.field_removed", "red"),
    ):
        for field in specs:
            line(say(code, kind=kind, field=field.name, name=_words(field.title)), style)
    for name, changes in layer.fields.items():
        for change in changes:
            _show_change(f"{kind}.{name}", change)


def _show_change(where: str, change: Change) -> None:
    what = say(f"profile.show.{change.what}")
    before, after = (_said(change.what, each) for each in (change.before, change.after))
    line(say("profile.diff.changed", where=f"{where} {what}".strip(), before=before, after=after))


def _show_codes(found: ListChange) -> None:
    line(say("profile.diff.list", before=found.before.id, after=found.after.id), "bold")
    for code, codes, style in (
        ("profile.diff.other_meaning", found.other_meaning, "yellow"),
        ("profile.diff.other_name", found.other_name, ""),
    ):
        for each in codes:
            line(say(code, entry=each.code, before=each.before, after=each.after), style)
    _show_some("profile.diff.moved", [f"{old} → {new}" for old, new in found.moves])
    _show_some("profile.diff.code_added", [f"{c} {found.after.name(c)}" for c in found.added])
    _show_some("profile.diff.code_removed", [f"{c} {found.before.name(c)}" for c in found.removed])


def _show_some(code: str, what: list[str]) -> None:
    if what:
        line(say(code, codes="、".join(what)))


# --- words --------------------------------------------------------------------------------------------


def _said(what: str, value: Any) -> str:
    """Return a fact of a profile, layer or field as people read it."""
    shown: dict[str, Callable[[Any], str]] = {
        "presence": lambda v: say(f"profile.presence.{v}"),
        "geometry": lambda v: say(f"profile.geometry.{v}"),
        "level": lambda v: say(f"profile.level.{v}"),
        "standard": lambda v: str(v.id),
        "systems": spans,
        "name": _words,
        "aliases": lambda v: "、".join(v) or _NONE,
        "documents": lambda v: "、".join(v) or _NONE,
        "single_part": lambda v: say(f"profile.show.{'yes' if v else 'no'}"),
    }
    return _NONE if value is None else shown.get(what, str)(value)


def _words(words: Words) -> str:
    return words.en if language() == "en" else words.zh


def _verified(verified: bool) -> str:
    return "" if verified else say("profile.show.not_verified")


def _days(since: date, until: date | None) -> str:
    return f"{since}–{until or ''}"


def _province(book: Lawbook, profile: PackageProfile) -> str:
    if profile.province is None:
        return say("profile.show.national")
    division = book.divisions.by_code(profile.province)
    return division.name if division else profile.province

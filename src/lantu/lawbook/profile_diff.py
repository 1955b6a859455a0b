"""What differs between two package profiles: facts of the head, layers, fields, and what their codes mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lantu.lawbook import models as m
from lantu.lawbook.checking import normal_name

_HEAD = (
    "level",
    "province",
    "since",
    "until",
    "standard",
    "land_use",
    "zones",
    "systems",
    "package_name",
    "documents",
)
_LAYER = ("name", "presence", "geometry", "single_part", "ysdm", "aliases")
_FIELD = ("presence", "type", "unit", "code_list")


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that is another one: its name in the profile's value, what it was, what it is."""

    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class LayerChange:
    """What differs in a layer that both profiles have; `fields` holds those of both that differ."""

    spec: m.LayerSpec
    facts: tuple[Change, ...]
    added: tuple[m.FieldSpec, ...]
    removed: tuple[m.FieldSpec, ...]
    fields: Mapping[str, tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Code:
    """A code of both lists, and its name in each."""

    code: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ListChange:
    """What differs between two code lists that take each other's place.

    Attributes:
        added, removed: codes of one list alone.
        other_meaning: codes of both that mean something else; where no page says which changed, those
            whose names differ.
        other_name: codes of both that mean the same under another name.
        moves: (code before, code after) of what has another code; empty where no page says so.
    """

    before: m.CodeList
    after: m.CodeList
    added: tuple[str, ...]
    removed: tuple[str, ...]
    other_meaning: tuple[Code, ...]
    other_name: tuple[Code, ...]
    moves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProfileDiff:
    """Everything that differs; layers by kind."""

    facts: tuple[Change, ...]
    added: tuple[m.LayerSpec, ...]
    removed: tuple[m.LayerSpec, ...]
    layers: Mapping[str, LayerChange]
    lists: tuple[ListChange, ...]

    @property
    def same(self) -> bool:
        return not (self.facts or self.added or self.removed or self.layers)


def diff(a: m.PackageProfile, b: m.PackageProfile, code_lists: Mapping[str, m.CodeList]) -> ProfileDiff:
    """Compare two profiles; what `b` says differently."""
    both = [kind for kind in a.layers if kind in b.layers]
    changed = {kind: _layer(a.layers[kind], b.layers[kind]) for kind in both}
    return ProfileDiff(
        _facts(a, b, _HEAD),
        tuple(spec for kind, spec in b.layers.items() if kind not in a.layers),
        tuple(spec for kind, spec in a.layers.items() if kind not in b.layers),
        {kind: each for kind, each in changed.items() if each},
        tuple(_codes(code_lists, old, new) for old, new in dict.fromkeys(_replaced(a, b))),
    )


def _facts(a: object, b: object, names: tuple[str, ...]) -> tuple[Change, ...]:
    pairs = ((name, getattr(a, name), getattr(b, name)) for name in names)
    return tuple(Change(name, before, after) for name, before, after in pairs if before != after)


def _layer(a: m.LayerSpec, b: m.LayerSpec) -> LayerChange | None:
    facts = _facts(a, b, _LAYER)
    fields = {name: _facts(a.fields[name], b.fields[name], _FIELD) for name in a.fields if name in b.fields}
    fields = {name: changes for name, changes in fields.items() if changes}
    added = tuple(field for name, field in b.fields.items() if name not in a.fields)
    removed = tuple(field for name, field in a.fields.items() if name not in b.fields)
    return LayerChange(b, facts, added, removed, fields) if facts or fields or added or removed else None


def _replaced(a: m.PackageProfile, b: m.PackageProfile) -> Iterator[tuple[str, str]]:
    """Yield every pair of lists that a field took its codes from before, and takes them from now."""
    for kind, layer in a.layers.items():
        for name, field in layer.fields.items():
            other = b.layers[kind].fields.get(name) if kind in b.layers else None
            if other and field.code_list and other.code_list and field.code_list != other.code_list:
                yield field.code_list, other.code_list


def _codes(code_lists: Mapping[str, m.CodeList], before: str, after: str) -> ListChange:
    old, new = code_lists[before], code_lists[after]
    both = [Code(code, old.name(code) or "", new.name(code) or "") for code in old.rows if code in new.rows]
    renamed = [each for each in both if normal_name(each.before) != normal_name(each.after)]
    moves, meaning = _transition(code_lists, old, new) or ([], {each.code for each in renamed})
    return ListChange(
        old,
        new,
        tuple(code for code in new.rows if code not in old.rows),
        tuple(code for code in old.rows if code not in new.rows),
        tuple(each for each in both if each.code in meaning),
        tuple(each for each in renamed if each.code not in meaning),
        tuple(moves),
    )


def _transition(
    code_lists: Mapping[str, m.CodeList], old: m.CodeList, new: m.CodeList
) -> tuple[list[tuple[str, str]], set[str]] | None:
    """Return what the page `<earlier list>_to_<later year>` says, in either direction; None without one.

    Returns:
        The codes that are another one now, and those that mean something else.
    """
    for first, second, back in ((old, new, False), (new, old, True)):
        page = code_lists.get(f"{first.id}_to_{second.year}")
        if page is not None:
            pairs = [(code, row[f"code_{second.year}"]) for code, row in page.rows.items()]
            meaning = {code for code, row in page.rows.items() if row["other_meaning"] == "true"}
            moved = [(b, a) if back else (a, b) for a, b in pairs if a != b]
            return sorted(moved), meaning
    return None

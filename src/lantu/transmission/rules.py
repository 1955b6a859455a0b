"""How each indicator is handed down: by its sum over the lower plans, by each, or not by figures alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lantu.lawbook import Citation, Lawbook, Words
from lantu.lawbook.checking import normal_name
from lantu.plans import Target

PAGE = "transmission/numbers"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the lawbook says of one indicator.

    Attributes:
        sum: whether the lower plans' figures add up to something that the upper's is held against.
        each: whether no lower plan's figure may be looser than the upper's.
        verified: False where no published source was seen.
    """

    id: str
    sum: bool
    each: bool
    sources: tuple[Citation, ...]
    verified: bool
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules by indicator; `names` leads from every known name to an indicator's id."""

    by_id: Mapping[str, Rule]
    names: Mapping[str, str]

    def key(self, name: str) -> str:
        """Return what one indicator has in common under all of its names."""
        normal = normal_name(name)
        return self.names.get(normal, normal)

    def of(self, target: Target) -> Rule | None:
        """Return the rule of a target's indicator, None where the lawbook has none."""
        return self.by_id.get(self.key(target.indicator))


def rules_of(book: Lawbook) -> Rules:
    """Read the rules from the lawbook."""
    by_id: dict[str, Rule] = {}
    names: dict[str, str] = {}
    for each in book.indicators.values():
        names |= {normal_name(name): each.id for name in (each.name.zh, *each.aliases)}
    for entry in book.pages[PAGE]["indicators"]:
        by_id[entry["id"]] = Rule(
            id=entry["id"],
            sum=entry["sum"],
            each=entry["each"],
            sources=tuple(Citation(one["id"], one.get("article")) for one in entry["sources"]),
            verified=entry["verified"],
            note=Words(**entry["note"]) if "note" in entry else None,
        )
        names |= {normal_name(name): entry["id"] for name in entry.get("names", ())}
    return Rules(by_id, names)

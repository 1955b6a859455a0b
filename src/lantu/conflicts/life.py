"""What may be done with a conflict, in which state, and what it takes: `conflicts/life.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lantu.conflicts.rules import FOLDER
from lantu.core.errors import ConflictError, InputError, LawbookError
from lantu.lawbook import Lawbook

FOUND = "found"
"""The state in which every conflict begins."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One step.

    Attributes:
        come_from: states in which it may be taken.
        to: the state it leads to, by what was decided; under "" where nothing is.
        needs: what must be said with it.
    """

    name: str
    come_from: tuple[str, ...]
    to: Mapping[str, str]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """All steps; `open` are the states in which something is still to be done."""

    states: tuple[str, ...]
    open: frozenset[str]
    deeds: Mapping[str, Deed]

    def step(self, deed: str, state: str, said: Mapping[str, str | None], number: str) -> str:
        """Return the state that a deed leads to.

        Args:
            said: what was said with it, by the names of `Deed.needs`.
            number: of the conflict, for whoever is refused.

        Raises:
            ConflictError: `conflict.wrong_state`.
            InputError: `conflict.missing` where something is not said; `.outcome`, `.bad_deadline`.
        """
        step = self.deeds[deed]
        if state not in step.come_from:
            able = "、".join(name for name, each in self.deeds.items() if state in each.come_from) or "–"
            raise ConflictError("conflict.wrong_state", number=number, deed=deed, state=state, able=able)
        if missing := [name for name in step.needs if not (said.get(name) or "").strip()]:
            raise InputError("conflict.missing", number=number, deed=deed, missing="、".join(missing))
        if "deadline" in step.needs:
            _check_day(said["deadline"] or "")
        if "" in step.to:
            return step.to[""]
        outcome = said.get("outcome") or ""
        if outcome not in step.to:
            raise InputError("conflict.outcome", number=number, said=outcome, known="、".join(step.to))
        return step.to[outcome]


def life_of(book: Lawbook) -> Life:
    """Return the life of conflicts.

    Raises:
        LawbookError: `lawbook.review_page` for a state that is none.
    """
    d = book.pages[f"{FOLDER}life"]
    states = tuple(d["states"])
    deeds = {}
    for name, each in d["deeds"].items():
        to = dict(each["outcomes"]) if "outcomes" in each else {"": each["to"]}
        if strange := {*each["from"], *to.values(), *d["open"]} - set(states):
            raise LawbookError("lawbook.review_page", code=name, name="、".join(sorted(strange)))
        deeds[name] = Deed(name, tuple(each["from"]), to, tuple(each["needs"]))
    return Life(states, frozenset(d["open"]), deeds)


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise InputError("conflict.bad_deadline", said=text) from None

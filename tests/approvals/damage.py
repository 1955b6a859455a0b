"""Damage done to a reply, and what a reading of the damaged text may say.

A target of the damaged text is *answered for* when the undamaged reply has the same target of the same plan
(indicator, operator, value, unit, year), or when a question's span touches it. Where the plan is none
of the undamaged ones, or its heading is damaged, a question about its name will do.
Nothing vanishes: where a target's words survive whole, the damaged reading has a target or a question there.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from approvals.expected import Json, reading_of
from lantu.core.errors import InputError

Key = tuple[Any, ...]


def try_reading(text: str) -> list[Json] | None:
    """Read; None where the text is refused as a whole, which is loud enough."""
    try:
        return reading_of(text)
    except InputError:
        return None


def key_of(target: Json) -> Key:
    """What must be right about a target."""
    return tuple(target[k] for k in ("indicator", "op", "value", "unit", "year"))


def truth_of(readings: Iterable[Json]) -> set[tuple[str, Key]]:
    """Every target of every plan."""
    return {(plan["area"], key_of(t)) for r in readings for plan in r["plans"] for t in plan["targets"]}


def touches(one: list[int], other: list[int]) -> bool:
    """Spans share a character, or an empty one lies at the other's edge."""
    empty_at_edge = one[0] == one[1] and other[0] <= one[0] <= other[1]
    return (one[0] < other[1] and other[0] < one[1]) or empty_at_edge


def unanswered(truth: set[tuple[str, Key]], damaged: list[Json] | None) -> list[tuple[str, Json]]:
    """Targets that are wrong and that no question touches."""
    areas = {area for area, _ in truth}
    return [
        (plan["area"], target)
        for r in damaged or ()
        for plan in r["plans"]
        for target in plan["targets"]
        if (plan["area"], key_of(target)) not in truth
        and not _asked(damaged or [], plan, target, plan["area"] in areas)
    ]


def _asked(damaged: list[Json], plan: Json, target: Json, known: bool) -> bool:
    """A question about the plan's name answers for a target only where there was no such plan before."""
    return any(
        touches(q["span"], target["span"])
        or (touches(q["span"], plan["span"]) and (not known or q["code"] == "approval.damaged_heading"))
        for r in damaged
        for q in r["questions"]
    )


def vanished(places: Iterable[list[int]], damaged: list[Json] | None) -> list[list[int]]:
    """Of the places where a target's words stand, those of which the reading says nothing at all."""
    if damaged is None:
        return []
    said = [q["span"] for r in damaged for q in r["questions"]]
    said += [t["span"] for r in damaged for plan in r["plans"] for t in plan["targets"]]
    return [place for place in places if not any(touches(place, span) for span in said)]


def inject(text: str, at: int, odd: str, replace: bool) -> str:
    """Put an odd character in, or in place of another."""
    return text[:at] + odd + text[at + replace :]


def shuffle(text: str, cuts: list[int], order: list[int]) -> str:
    """Cut a text at `cuts` and put its pages in another order."""
    edges = [0, *sorted(cuts), len(text)]
    pages = [text[a:b] for a, b in pairwise(edges)]
    return "\n".join(pages[i] for i in order)

"""Duties that a reply imposes: bottom lines and mechanisms, found by the lawbook's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class FoundDuty:
    """A duty of the lawbook and the folded place of the clause that imposes it."""

    id: str
    kind: str
    name: Mapping[str, str]
    obliged: Mapping[str, str]
    start: int
    end: int
    sentence: tuple[int, int]


def find_duties(text: str, start: int, end: int, page: Mapping[str, Any]) -> list[FoundDuty]:
    """Return each duty once, at its first sentence; `page` is `approvals/duties.yaml`."""
    sentences = _sentences(text, start, end)
    found: list[FoundDuty] = []
    for duty in page["duties"]:
        groups = [re.compile("|".join(map(re.escape, group))) for group in duty["words"]]
        for begin, stop in sentences:
            places = [match for group in groups if (match := group.search(text, begin, stop))]
            if len(places) == len(groups):
                first, last = min(m.start() for m in places), max(m.end() for m in places)
                found.append(
                    FoundDuty(duty["id"], duty["kind"], duty["name"], duty["obliged"],
                              _left(text, first, begin), _right(text, last, stop), (begin, stop))
                )  # fmt: skip
                break
    return sorted(found, key=lambda d: (d.start, d.id))


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [start, *(m.end() for m in re.finditer(r"。|(?<!\d)\.|[;!]", text[:end]) if m.end() > start), end]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def _left(text: str, at: int, begin: int) -> int:
    while at > begin and text[at - 1] not in ",;。.:":
        at -= 1
    return at


def _right(text: str, at: int, stop: int) -> int:
    while at < stop and text[at] not in ",;。.":
        at += 1
    return at

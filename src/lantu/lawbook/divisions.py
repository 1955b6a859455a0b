"""Administrative divisions 行政区划: province, city and county level, by code and by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["province", "city", "county"]


@dataclass(frozen=True, slots=True)
class Division:
    """One division.

    Attributes:
        code: six digits, XZQDM.
        short: the name without its generic ending (伊通 for 伊通满族自治县); empty where
            one character would be left.
        parent: code of the division above, None for a province. The counties of a municipality, and
            those a province rules directly, stand right below the province.
        statistical: a zone that only the statistics count as a county (经济开发区, 高新区 …).
    """

    code: str
    name: str
    short: str
    level: Level
    parent: str | None
    statistical: bool


class Divisions:
    """The tree of divisions, indexed by code and name. Townships are not in it."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._by_code = {division.code: division for division in divisions}
        self._by_name: dict[str, list[Division]] = defaultdict(list)
        self._by_short: dict[str, list[Division]] = defaultdict(list)
        self._below: dict[str | None, list[Division]] = defaultdict(list)
        for division in self._by_code.values():
            self._by_name[division.name].append(division)
            self._below[division.parent].append(division)
            if division.short:
                self._by_short[division.short].append(division)

    def __len__(self) -> int:
        return len(self._by_code)

    def by_code(self, code: str) -> Division | None:
        """Return the division of a six-digit code; a longer code (12-digit XZQDM) is cut to its county."""
        return self._by_code.get(code[:6])

    def by_name(self, name: str, within: str | None = None) -> list[Division]:
        """Return every division of that name, in code order.

        Full names come before short ones: 吉林市 is one city, 吉林 is that city and the province. A
        name that carries its upper names (吉林省白城市) is followed down.

        Args:
            name: full, short or chained name, in simplified script.
            within: code or name of a division that must lie above it (or be it).
        """
        name = name.strip()
        found = self._by_name.get(name) or self._by_short.get(name) or self._chained(name)
        if within is not None:
            above = self._codes(within)
            found = [d for d in found if above & {d.code, *(up.code for up in self.parents(d.code))}]
        return list(found)

    def level_of(self, name: str, within: str | None = None) -> Level | None:
        """Return the level of a name where all divisions of that name agree on it, else None."""
        levels = {division.level for division in self.by_name(name, within)}
        return levels.pop() if len(levels) == 1 else None

    def parents(self, code: str) -> list[Division]:
        """Return the divisions above a code, nearest first."""
        found = []
        here = self.by_code(code)
        while here is not None and here.parent is not None:
            here = self._by_code.get(here.parent)
            if here is not None:
                found.append(here)
        return found

    def children(self, code: str | None) -> list[Division]:
        """Return the divisions right below a code, in code order; of None, the provinces."""
        return list(self._below.get(code, ()))

    def _codes(self, within: str) -> set[str]:
        if within.isascii():
            return {within[:6]}
        return {division.code for division in self.by_name(within)}

    def _chained(self, name: str) -> list[Division]:
        for cut in range(len(name) - 2, 1, -1):
            above = self._by_name.get(name[:cut], [])
            if above:
                found = [d for up in above for d in self.by_name(name[cut:], up.code) if d.code != up.code]
                if found:
                    return found
        return []

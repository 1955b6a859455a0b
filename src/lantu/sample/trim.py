"""Farmland trimmed at the end, so that limits are kept, or missed in the year the story tells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from lantu.core.errors import InputError
from lantu.sample import landmap as lm
from lantu.sample.calibrate import cents, close_to, limit_cents, ridges
from lantu.sample.classes import FARMLAND
from lantu.sample.counties import YEARS
from lantu.sample.events import Events, farmland_cents
from lantu.sample.history import History


@dataclass(frozen=True, slots=True)
class Margin:
    """How a limit stands: `over`, 万亩 left beyond it at the lowest, or the year it is first missed."""

    over: str
    missed_in: int | None = None


def trim_basic_farmland(events: Events, margin: Margin, rng: np.random.Generator) -> None:
    """Take land out of the basic farmland until exactly the wished surplus of 2020 is left."""
    m, base, history = events.m, events.base, events.history
    limit = limit_cents(m.county.basic_farmland, "万亩")
    sums = farmland_cents(history, base.basic)
    wanted = _wished(limit, sums, margin)
    able = np.flatnonzero(base.basic)
    able = able[[not history.is_cut(int(i)) for i in able]]
    drop = _nearly(history, able[np.argsort(-m.wet[able], kind="stable")], sums[0] - wanted, rng)
    base.basic[drop] = False
    _demand(events, "永久基本农田", sums[0] >= wanted)


def trim_farmland(events: Events, margin: Margin, rng: np.random.Generator) -> None:
    """Let wet fields be grassland in all years until exactly the wished surplus of 2020 is left."""
    m, base, history = events.m, events.base, events.history
    limit = limit_cents(m.county.farmland, "万亩")
    sums = farmland_cents(history)
    wanted = _wished(limit, sums, margin)
    able = np.flatnonzero(np.isin(base.dlbm, FARMLAND) & (m.kind == lm.FIELD) & ~base.basic & (m.zone == 0))
    able = able[[not history.is_cut(int(i)) for i in able]]
    for row in _nearly(history, able[np.argsort(-m.wet[able], kind="stable")], sums[0] - wanted, rng):
        history.reclass(int(row), "0404")
    _demand(events, "耕地保有量", sums[0] >= wanted)


def _wished(limit: int, sums: list[int], margin: Margin) -> int:
    """Return the sum of 2020, in cents, with which the county keeps the limit or misses it as told."""
    lost = [sums[0] - each for each in sums]
    at = YEARS.index(margin.missed_in or YEARS[-1])
    if margin.missed_in is None or lost[at] <= max(lost[:at]):
        return limit + max(lost) + limit_cents(Decimal(margin.over), "万亩")
    return limit + (max(lost[:at]) + lost[at]) // 2


def _nearly(
    history: History, order: NDArray[np.int64], wanted: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    parcels = [history.parcels[history.standing(int(i), YEARS[0])] for i in order]
    gross = cents(np.array([history.area_m2(p.shape) for p in parcels]))
    net = gross - ridges(gross, np.array([p.slope for p in parcels], object))
    enough = int(np.searchsorted(np.cumsum(net), wanted * 1.25)) + 40
    rows = close_to(net, np.arange(min(enough, len(net))), wanted, rng)
    return np.asarray(order[rows])


def _demand(events: Events, what: str, reached: bool) -> None:
    if not reached:
        raise InputError("sample.out_of_reach", county=events.m.county.name, what=what)

"""What happens from 2021 to 2025: towns grow where they may, and in places where they may not.

Four counties, four stories: 大安 and 洮南 keep their limits, 镇赉 loses farmland to ponds and trees and falls
below its limit in 2025, 通榆 builds over basic farmland and falls below that limit in 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from lantu.core.errors import InputError
from lantu.core.units import convert
from lantu.lawbook import Lawbook
from lantu.sample import landmap as lm
from lantu.sample.calibrate import CENT, cents, close_to, limit_cents, ridges
from lantu.sample.classes import FARMLAND, BaseLand
from lantu.sample.counties import YEARS
from lantu.sample.events import Events, farmland_cents
from lantu.sample.history import History, Parcel
from lantu.sample.landmap import LandMap
from lantu.sample.plots import Plots

GROWTH_PER_YEAR = 0.014
"""Share of the town land of 2020 that is built in the 410 zone each year."""

# What is planted: year → (kind, size in 公顷). Sizes are wishes; land that is finely divided has less room.
_EVENTS: dict[str, dict[int, list[tuple[str, float]]]] = {
    "220882": {
        2021: [("workshop", 1.6), ("pond", 3.2), ("site_red", 0.9), ("restore", 14.0)],
        2022: [("town_field", 2.4), ("trees", 5.0), ("exchange", 7.5)],
        2023: [("works_basic", 2.1), ("road_red", 450), ("orchard", 4.2), ("restore", 14.0)],
        2024: [("workshop_two", 0), ("town_grass", 3.6), ("fishpond", 2.8), ("exchange", 7.5)],
        2025: [("workshop", 2.2), ("site_red", 1.3), ("town_field", 1.8), ("pond", 1.2)],
    },
    "220881": {
        2021: [("workshop", 0.8), ("trees", 3.0), ("exchange", 7.5)],
        2022: [("town_field", 1.4), ("orchard", 6.0), ("road_red", 380)],
        2023: [("workshop", 1.9), ("pond", 1.5), ("exchange", 7.5), ("restore", 14.0)],
        2024: [("works_basic", 1.1), ("site_red", 0.7), ("trees", 4.4)],
        2025: [("town_grass", 2.0), ("workshop_two", 0), ("fishpond", 2.2), ("exchange", 7.5)],
    },
    "220821": {
        2021: [("fishpond", 6.0), ("pond", 4.0), ("site_red", 1.5), ("workshop", 0.9)],
        2022: [("trees", 9.0), ("fishpond", 8.0), ("exchange", 7.5), ("town_grass", 1.7)],
        2023: [("fishpond", 7.5), ("road_red", 520), ("works_basic", 1.4), ("trees", 6.0)],
        2024: [
            ("exchange", 7.5),
            ("orchard", 7.0),
            ("town_field", 2.0),
            ("site_red", 1.1),
            ("workshop_two", 0),
        ],
        2025: [("fishpond", 11.0), ("trees", 12.0), ("orchard", 8.0), ("road_red", 400), ("workshop", 1.2)],
    },
    "220822": {
        2021: [("workshop", 3.5), ("trees", 4.0), ("town_field", 1.6)],
        2022: [("works_basic", 4.5), ("workshop_two", 0), ("site_red", 2.0), ("exchange", 7.5)],
        2023: [("workshop", 4.0), ("works_basic", 3.0), ("pond", 2.0), ("road_red", 480)],
        2024: [("works_basic", 5.0), ("exchange_short", 6.0), ("town_grass", 4.2), ("trees_basic", 3.5)],
        2025: [
            ("works_basic", 9.0),
            ("workshop", 6.0),
            ("works_basic", 7.0),
            ("site_red", 1.8),
            ("exchange", 7.5),
        ],
    },
}
_ALWAYS = (("homestead", 0.0), ("homestead", 0.0), ("sliver", 0.0), ("barn", 0.6))
_FARMLAND_FAILS, _BASIC_FAILS = {"220821": 2025}, {"220822": 2025}
_FARMLAND_OVER = {"220882": "0.35", "220881": "0.42", "220821": "0.02", "220822": "0.58"}
"""万亩 beyond the limit that are left in 2025 where the county keeps it."""
_BASIC_OVER = {"220882": "0.02", "220881": "0.03", "220821": "0.01", "220822": "0.01"}


def first_parcels(m: LandMap, base: BaseLand) -> History:
    """Number the parcels of 2020, township by township from north to south."""
    order = np.lexsort([m.inner[:, 0], -m.inner[:, 1], m.township])
    serial = np.empty(len(order), np.int64)
    serial[order] = np.arange(1, len(order) + 1)
    parcels = [
        Parcel(i, i, int(serial[i]), str(base.dlbm[i]), str(base.czcsxm[i]), str(base.slope[i]))
        for i in range(len(order))
    ]
    return History(m.shapes, parcels, m.county.epsg, m.area_m2)


def tell(m: LandMap, base: BaseLand, book: Lawbook, rng: np.random.Generator) -> Events:
    """Let the years pass, then trim farmland and basic farmland so that the limits are met or missed as told."""
    events = Events(m, base, first_parcels(m, base), book)
    plots = Plots(events.history, m.shared, rng)
    teller = _Teller(events, plots, rng)
    for year in YEARS[1:]:
        teller.grow(year)
        for kind, size in (*_EVENTS[m.county.code][year], *_ALWAYS):
            teller.plant(kind, size, year)
    _trim_basic(events, rng)
    _trim_farmland(events, rng)
    return events


class _Teller:
    def __init__(self, events: Events, plots: Plots, rng: np.random.Generator) -> None:
        self.events, self.plots, self.rng = events, plots, rng
        m, base = events.m, events.base
        farm = np.isin(base.dlbm, FARMLAND) & (m.kind == lm.FIELD) & (m.zone == 0)
        self.basic = farm & base.basic
        self.common = farm & ~base.basic
        wild = (m.kind == lm.WILD) & (m.zone == 0)
        self.red, self.free = wild & base.red, wild & ~base.red
        self.spare = base.spare & (m.zone == 0) & ~base.red
        self.village = (m.kind == lm.STREET) & (m.zone == 0)
        self.town_m2 = float(m.area_m2[(m.settlement >= 0) & (m.zone != 0)].sum())

    def grow(self, year: int) -> None:
        """Build plots of the 410 zone, and once one of the elastic zone."""
        m = self.events.m
        free = np.flatnonzero((m.kind == lm.ZONE) & (m.zone == 410) & (m.area_m2 > 2_000))
        near = np.hypot(*(m.inner[free] - m.settlements.centre[m.zone_of[free]]).T)
        size = np.sqrt(m.area_m2[free])
        left = self.town_m2 * GROWTH_PER_YEAR
        for base in free[np.argsort(near + size * self.rng.normal(0, 1.5, len(free)))]:
            if left <= 0:
                break
            if not self.events.history.is_cut(int(base)) and m.area_m2[base] < left * 1.6:
                self._build(int(base), year)
                left -= m.area_m2[base]
        if year == 2023:
            for base in self.plots.shuffled((m.kind == lm.ZONE) & (m.zone == 420)):
                self._build(base, year)
                break

    def _build(self, base: int, year: int) -> None:
        m = self.events.m
        use = str(self.rng.choice(["0701", "05H1", "0601", "08H2", "0810"], p=[0.5, 0.15, 0.22, 0.08, 0.05]))
        code = m.settlements.czcsxm[m.zone_of[base]]
        self.events.whole(base, year, ("边界内城镇建设", "town growth inside the boundary"), use, code)

    def plant(self, kind: str, size: float, year: int) -> None:
        """Plant one change; tries parcel after parcel until one has room.

        Raises:
            InputError: `sample.no_room`.
        """
        m2 = float(convert(round(size * 100), "公顷", "平方米")) / 100
        for planted in getattr(self, f"_{kind}")(m2, size, year):
            if planted:
                return
        raise InputError("sample.no_room", county=self.events.m.county.name, what=kind, year=year)

    def _boxes(
        self,
        able: NDArray[np.bool_],
        m2: float,
        year: int,
        what: tuple[str, str],
        dlbm: str,
        czcsxm: str = "",
        slope: str = "",
    ) -> Iterator[bool]:
        for share in (1.0, 0.5, 0.2, 0.08):
            roomy = able & (self.events.m.area_m2 > m2 * share * 1.5)
            for base in self.plots.shuffled(roomy):
                box = self.plots.inside(base, m2 * share)
                yield (
                    box is not None
                    and self.events.part([base], box, year, what, dlbm, czcsxm, slope) is not None
                )

    def _workshop(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(
            self.basic,
            m2,
            year,
            ("村庄厂房占用永久基本农田", "village workshop on basic farmland"),
            "0601",
            "203A",
        )

    def _works_basic(self, m2: float, _: float, year: int) -> Iterator[bool]:
        what = ("边界外厂区占用永久基本农田", "works outside the boundary on basic farmland")
        return self._boxes(self.basic, m2, year, what, "0601", "202A")

    def _trees_basic(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(self.basic, m2, year, ("永久基本农田上造林", "trees on basic farmland"), "0301")

    def _town_field(self, m2: float, _: float, year: int) -> Iterator[bool]:
        what = ("边界外住宅占用一般耕地", "housing outside the boundary on ordinary farmland")
        return self._boxes(self.common, m2, year, what, "0701", self.events.m.county.urban_code)

    def _town_grass(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(
            self.free,
            m2,
            year,
            ("边界外厂区占用草地", "works outside the boundary on grassland"),
            "0601",
            "202A",
        )

    def _pond(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(self.common, m2, year, ("耕地挖塘", "pond dug on farmland"), "1104")

    def _fishpond(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(self.common, m2, year, ("耕地改养殖坑塘", "fish pond on farmland"), "1104A")

    def _trees(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(self.common, m2, year, ("耕地上造林", "trees on farmland"), "0301")

    def _orchard(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(self.common, m2, year, ("耕地改果园", "orchard on farmland"), "0201")

    def _site_red(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(
            self.red, m2, year, ("红线内旅游设施", "tourist site inside the red line"), "05H1", "203"
        )

    def _barn(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._boxes(self.common, m2, year, ("设施农用地", "farm building"), "1202")

    def _sliver(self, _: float, __: float, year: int) -> Iterator[bool]:
        size = float(self.rng.uniform(45, 92))
        for base in self.plots.shuffled(self.common & (self.events.m.area_m2 > 2_000)):
            box = self.plots.inside(base, size)
            yield (
                box is not None
                and self.events.part([base], box, year, ("零星小坑塘", "tiny pond"), "1104") is not None
            )

    def _homestead(self, _: float, __: float, year: int) -> Iterator[bool]:
        what = ("农村宅基地", "homesteads beside the village")
        for base in self.plots.shuffled(self.village):
            for field in self.plots.neighbours(base, self.common | self.spare | self.free):
                box = self.plots.across(field, base, 70, float(self.rng.uniform(22, 40)), 2.0, clear_m=0.5)
                yield (
                    box is not None and self.events.part([field], box, year, what, "0702", "203") is not None
                )

    def _workshop_two(self, _: float, __: float, year: int) -> Iterator[bool]:
        what = ("村庄厂房占用两块永久基本农田", "village workshop across two fields of basic farmland")
        for reach in (60.0, 30.0, 15.0):
            for base in self.plots.shuffled(self.basic):
                for other in self.plots.neighbours(base, self.basic):
                    box = self.plots.across(base, other, 1.5 * reach, reach, reach * 1.3)
                    yield (
                        box is not None
                        and self.events.part([base, other], box, year, what, "0601", "203A") is not None
                    )

    def _road_red(self, _: float, length: float, year: int) -> Iterator[bool]:
        what = ("公路伸入红线", "highway into the red line")
        for share in (0.5, 0.25, 0.1):
            for base in self.plots.shuffled(self.red):
                for other in self.plots.neighbours(base, self.free | self.spare | self.common):
                    box = self.plots.across(base, other, 24, length * share, length * share * 0.7)
                    yield (
                        box is not None
                        and self.events.part([base, other], box, year, what, "1003") is not None
                    )

    def _restore(self, m2: float, _: float, year: int) -> Iterator[bool]:
        what = ("整治新增耕地", "land made into farmland")
        return self._boxes(self.spare | self.free, m2, year, what, "0103", "", "1")

    def _exchange(self, m2: float, _: float, year: int, returned: float = 1.06) -> Iterator[bool]:
        """Woodland on a piece of a field, and a piece of other land sown in return."""
        name = f"{self.events.m.county.name}{year}年耕地进出平衡（虚构示例）"
        answer = "pass" if returned > 1 else "needs_person"
        area = self.events.m.area_m2
        for share in (1.0, 0.5, 0.2, 0.08):
            size = m2 * share
            # Each field is tried with one piece of other land: where that does not fit, the next pair may.
            others = self.plots.shuffled((self.spare | self.free) & (area > size * returned * 1.5))
            for out, base in zip(
                self.plots.shuffled(self.common & (area > size * 1.5)), others, strict=False
            ):
                boxes = (
                    self.plots.inside(out, size, shrink=False),
                    self.plots.inside(base, size * returned, shrink=False),
                )
                if all(boxes):
                    yield self.events.exchange((out, boxes[0]), (base, boxes[1]), year, name, answer)

    def _exchange_short(self, m2: float, _: float, year: int) -> Iterator[bool]:
        return self._exchange(m2, 0, year, returned=0.4)


def _trim_basic(events: Events, rng: np.random.Generator) -> None:
    """Take land out of the basic farmland until exactly the wished surplus of 2020 is left."""
    m, base, history = events.m, events.base, events.history
    limit = limit_cents(m.county.basic_farmland, "万亩")
    sums = farmland_cents(history, base.basic)
    wanted = _wished(limit, sums, _BASIC_FAILS.get(m.county.code), _BASIC_OVER[m.county.code])
    able = np.flatnonzero(base.basic)
    able = able[[not history.is_cut(int(i)) for i in able]]
    drop = _nearly(history, able[np.argsort(-m.wet[able], kind="stable")], sums[0] - wanted, rng)
    base.basic[drop] = False
    _demand(events, "永久基本农田", sums[0] >= wanted)


def _trim_farmland(events: Events, rng: np.random.Generator) -> None:
    """Let wet fields be grassland in all years until exactly the wished surplus of 2020 is left."""
    m, base, history = events.m, events.base, events.history
    limit = limit_cents(m.county.farmland, "万亩")
    sums = farmland_cents(history)
    wanted = _wished(limit, sums, _FARMLAND_FAILS.get(m.county.code), _FARMLAND_OVER[m.county.code])
    able = np.flatnonzero(np.isin(base.dlbm, FARMLAND) & (m.kind == lm.FIELD) & ~base.basic & (m.zone == 0))
    able = able[[not history.is_cut(int(i)) for i in able]]
    for row in _nearly(history, able[np.argsort(-m.wet[able], kind="stable")], sums[0] - wanted, rng):
        history.reclass(int(row), "0404")
    _demand(events, "耕地保有量", sums[0] >= wanted)


def _wished(limit: int, sums: list[int], fails: int | None, over: str) -> int:
    """Return the sum of 2020, in cents, with which the county keeps the limit, or first misses it in a year."""
    lost = [sums[0] - each for each in sums]
    at = YEARS.index(fails or YEARS[-1])
    if fails is None or lost[at] <= max(lost[:at]):
        return limit + max(lost) + limit_cents(Decimal(over), "万亩")
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
        raise InputError("sample.out_of_reach", county=events.m.county.name, what=what, square_metres=CENT)

"""Changes set into the land: towns that grow, sites, ponds, woods and exchanges, each where it fits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from lantu.core.errors import InputError
from lantu.core.units import convert
from lantu.sample import landmap as lm
from lantu.sample.classes import FARMLAND
from lantu.sample.events import Events
from lantu.sample.plots import Plots

GROWTH_PER_YEAR = 0.014
"""Share of the town land of 2020 that is built in the 410 zone each year."""


class Planter:
    """Plants changes in one county. Each kind of change is a method that tries places until one has room."""

    def __init__(self, events: Events, rng: np.random.Generator) -> None:
        self.events, self.rng = events, rng
        self.plots = Plots(events.history, events.m.shared, rng)
        m, base = events.m, events.base
        farm = np.isin(base.dlbm, FARMLAND) & (m.kind == lm.FIELD) & (m.zone == 0)
        self.basic = farm & base.basic
        self.common = farm & ~base.basic
        wild = (m.kind == lm.WILD) & (m.zone == 0)
        self.red = (wild | (m.kind == lm.MARSH)) & base.red
        self.free = wild & ~base.red
        self.spare = base.spare & (m.zone == 0) & ~base.red
        self.village = (m.kind == lm.STREET) & (m.zone == 0)
        self.town_m2 = float(m.area_m2[(m.settlement >= 0) & (m.zone != 0)].sum())

    def grow(self, year: int) -> None:
        """Build plots of the 410 zone, and once one of the elastic zone."""
        m = self.events.m
        free = np.flatnonzero((m.kind == lm.ZONE) & (m.zone == 410) & (m.area_m2 > 2_000))
        # Each town grows outward from its middle; the random part lets them take turns.
        town_m = np.sqrt(shapely.area(m.settlements.areas[m.zone_of[free]]))
        away = np.hypot(*(m.inner[free] - m.settlements.centre[m.zone_of[free]]).T) / town_m
        left = self.town_m2 * GROWTH_PER_YEAR
        for base in free[np.argsort(away + self.rng.normal(0, 0.2, len(free)))]:
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
        open_land = self.common | self.spare | self.free
        for along, deep in ((70.0, float(self.rng.uniform(22, 40))), (35.0, 18.0)):
            for base in self.plots.shuffled(self.village):
                for field in self.plots.neighbours(base, open_land):
                    box = self.plots.across(field, base, along, deep, 2.0, clear_m=0.5)
                    yield (
                        box is not None
                        and self.events.part([field], box, year, what, "0702", "203") is not None
                    )
        # Where every village edge is basic farmland or built on before: a farmstead by itself.
        yield from self._boxes(open_land, 900.0, year, what, "0702", "203")

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

"""What happens from 2021 to 2025: towns grow where they may, and in places where they may not.

Four counties, four stories: 大安 and 洮南 keep their limits, 镇赉 loses farmland to ponds and trees and falls
below its limit in 2025, 通榆 builds over basic farmland and falls below that limit in 2025.
"""

from __future__ import annotations

import numpy as np

from lantu.lawbook import Lawbook
from lantu.sample.classes import BaseLand
from lantu.sample.counties import YEARS
from lantu.sample.events import Events
from lantu.sample.history import History, Parcel
from lantu.sample.landmap import LandMap
from lantu.sample.planting import Planter
from lantu.sample.trim import Margin, trim_basic_farmland, trim_farmland

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
# Where the limits stand in the end: the year in which a limit is first missed, else 万亩 left beyond it.
_FARMLAND = {
    "220882": Margin("0.35"), "220881": Margin("0.42"),
    "220821": Margin("0.02", 2025), "220822": Margin("0.58"),
}  # fmt: skip
_BASIC_FARMLAND = {
    "220882": Margin("0.02"), "220881": Margin("0.03"),
    "220821": Margin("0.01"), "220822": Margin("0.01", 2025),
}  # fmt: skip


def tell(m: LandMap, base: BaseLand, book: Lawbook, rng: np.random.Generator) -> Events:
    """Let the years pass, then trim farmland so that the limits are met or missed as told."""
    events = Events(m, base, _first_parcels(m, base), book)
    planter = Planter(events, rng)
    for year in YEARS[1:]:
        planter.grow(year)
        for kind, size in (*_EVENTS[m.county.code][year], *_ALWAYS):
            planter.plant(kind, size, year)
    trim_basic_farmland(events, _BASIC_FARMLAND[m.county.code], rng)
    trim_farmland(events, _FARMLAND[m.county.code], rng)
    return events


def _first_parcels(m: LandMap, base: BaseLand) -> History:
    """Number the parcels of 2020, township by township from north to south."""
    order = np.lexsort([m.inner[:, 0], -m.inner[:, 1], m.township])
    serial = np.empty(len(order), np.int64)
    serial[order] = np.arange(1, len(order) + 1)
    parcels = [
        Parcel(i, i, int(serial[i]), str(base.dlbm[i]), str(base.czcsxm[i]), str(base.slope[i]))
        for i in range(len(order))
    ]
    return History(m.shapes, parcels, m.county.epsg, m.area_m2)

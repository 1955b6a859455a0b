"""Tables beside the layers: water use by year, approved exchanges of farmland."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa

from lantu.core.invented import INVENTED
from lantu.core.units import convert
from lantu.sample.counties import YEARS
from lantu.sample.events import Events
from lantu.sample.layers import SampleLayer, bsm

# Water used, as a share of the limit for 2025; one dry year of one county goes beyond it.
_SHARES = {
    "220882": ("0.9612", "0.9701", "0.9820", "0.9784", "0.9651", "0.9593"),
    "220881": ("0.9350", "0.9478", "0.9644", "0.9702", "0.9550", "0.9471"),
    "220821": ("0.9713", "0.9808", "0.9897", "1.0132", "0.9915", "0.9869"),
    "220822": ("0.9104", "0.9277", "0.9366", "0.9541", "0.9689", "0.9802"),
}


def water_use(events: Events, rng: np.random.Generator) -> SampleLayer:
    """Return the table of water use: one row a year, in cubic metres."""
    county = events.m.county
    limit = int(convert(county.water_2025, "亿立方米", "立方米"))
    volumes = [
        int(limit * Decimal(share)) // 1000 * 1000 + int(rng.integers(0, 1000))
        for share in _SHARES[county.code]
    ]
    table = pa.table(
        {
            "XZQDM": [county.code] * len(YEARS),
            "YEAR": [str(year) for year in YEARS],
            "VOLUME_M3": [str(volume) for volume in volumes],
            "SOURCE": [INVENTED] * len(YEARS),
        }
    )
    return SampleLayer("WATER_USE", None, f"{county.name}用水量表（{INVENTED}）", table, None)


def exchanges(events: Events) -> SampleLayer:
    """Return the table of approved exchanges: which parcels left farmland, which came to it."""
    county, parcels = events.m.county, events.history.parcels

    def numbers(rows: tuple[int, ...]) -> str:
        return ";".join(bsm(county.code, parcels[row].serial) for row in rows)

    table = pa.table(
        {
            "BH": [each.number for each in events.exchanges],
            "YEAR": [str(each.year) for each in events.exchanges],
            "XMMC": [each.name for each in events.exchanges],
            "BSM_OUT": [numbers(each.out) for each in events.exchanges],
            "BSM_IN": [numbers(each.into) for each in events.exchanges],
            "APPROVED_BY": [f"{county.name}人民政府（{INVENTED}）"] * len(events.exchanges),
        }
    )
    return SampleLayer("EXCHANGE", None, f"{county.name}进出平衡表（{INVENTED}）", table, None)

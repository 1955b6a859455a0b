"""What the monitoring must find in the sample, and what it must not."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from lantu.sample.counties import YEARS
from lantu.sample.drawing import degrees_of
from lantu.sample.events import Events, Expected, farmland_cents
from lantu.sample.layers import bsm


def truth_of(events: Events) -> dict[str, Any]:
    """Return a county's planted findings, changes too small to report, legal changes, and its figures."""
    return {
        "findings": [_entry(events, each) for each in events.found],
        "below_threshold": [_entry(events, each) for each in events.below],
        "legal": [_entry(events, each) for each in events.legal],
        "figures": _figures(events),
    }


def _entry(events: Events, told: Expected) -> dict[str, Any]:
    history, county = events.history, events.m.county
    parcels = [history.parcels[row] for row in told.rows]
    inner = shapely.point_on_surface(np.array([history.shapes[p.shape] for p in parcels], object))
    lon, lat = degrees_of(shapely.get_coordinates(inner[:1]))[0]
    found: dict[str, Any] = {"county": county.code, "county_name": county.name, "year": told.year}
    if told.rule:
        found |= {"rule": told.rule, "answer": told.answer}
    return found | {
        "area_m2": f"{told.area_m2:f}",
        "bsm": sorted(bsm(county.code, p.serial) for p in parcels),
        "place": [round(float(lon), 7), round(float(lat), 7)],
        "what": {"zh": told.what[0], "en": told.what[1]},
    }


def _figures(events: Events) -> dict[str, dict[str, str]]:
    """Return Σ TBDLMJ of farmland, in all and of land in the basic farmland, m², by year."""
    sums = zip(
        YEARS, farmland_cents(events.history), farmland_cents(events.history, events.base.basic), strict=True
    )
    return {
        str(year): {"farmland_m2": f"{farm / 100:.2f}", "basic_farmland_m2": f"{basic / 100:.2f}"}
        for year, farm, basic in sums
    }

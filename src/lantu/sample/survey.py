"""DLTB of every year: the survey's columns over the parcels that stand in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from lantu.core.invented import INVENTED
from lantu.sample.calibrate import CENT, RIDGE_SHARE, cents, ridges
from lantu.sample.classes import FARMLAND
from lantu.sample.counties import YEARS
from lantu.sample.drawing import delivered
from lantu.sample.events import Events
from lantu.sample.layers import COLLECTIVE, NOTE, STATE, SampleLayer, bsm, empty_column, table_of, text_column
from lantu.sample.network import HIGHWAY_M, RAILWAY_M, RURAL_M


def land_layers(events: Events) -> list[SampleLayer]:
    """Return DLTB of every year. Parcels that did not change are the same in all of them, to the bit."""
    m, history, book, county = events.m, events.history, events.book, events.m.county
    shapes = delivered(np.array(history.shapes, object), county.epsg)
    names = {code: row["name"] for code, row in book.code_lists["dltb_dlbm_2020"].rows.items()}
    area = cents(history.areas())
    units = m.places.townships
    width = _widths(events)
    found = []
    for year in YEARS:
        parcels = [history.parcels[i] for i in history.rows(year)]
        shape = np.array([p.shape for p in parcels])
        gross = area[shape]
        slope = np.array([p.slope for p in parcels], object)
        ridge = ridges(gross, slope)
        unit = [units[m.township[p.base]] for p in parcels]
        farm = np.isin([p.dlbm for p in parcels], FARMLAND)
        state = [
            STATE if p.dlbm[:2] in ("10", "11") or p.czcsxm[:3] in ("201", "202") else COLLECTIVE
            for p in parcels
        ]
        number = [f"{p.serial:08d}" for p in parcels]
        place = [each.code + "0000000000" for each in unit]
        place_name = [each.name for each in unit]
        columns: dict[str, Any] = {
            "BSM": [bsm(county.code, p.serial) for p in parcels],
            "YSDM": [book.layer_kinds["DLTB"].ysdm] * len(parcels),
            "TBYBH": number,
            "TBBH": number,
            "DLBM": [p.dlbm for p in parcels],
            "DLMC": [names[p.dlbm] for p in parcels],
            "QSXZ": state,
            "QSDWDM": place,
            "QSDWMC": place_name,
            "ZLDWDM": place,
            "ZLDWMC": place_name,
            "TBMJ": gross / CENT,
            "KCDLBM": pa.array(["1203" if r else None for r in ridge], pa.string()),
            "KCXS": np.array([RIDGE_SHARE.get(s, 0) for s in slope]) / 10_000,
            "KCMJ": ridge / CENT,
            "TBDLMJ": (gross - ridge) / CENT,
            "GDLX": pa.array(["PD" if s == "2" else None for s in slope], pa.string()),
            "GDPDJB": text_column(slope),
            "XZDWKD": pa.array([width.get(p.dlbm) for p in parcels], pa.float64()),
            "TBXHDM": empty_column(len(parcels)),
            "TBXHMC": empty_column(len(parcels)),
            "ZZSXDM": pa.array(["LS" if f else None for f in farm], pa.string()),
            "ZZSXMC": pa.array(["种植粮食作物" if f else None for f in farm], pa.string()),
            "GDDB": pa.array([10 if f else None for f in farm], pa.int32()),
            "FRDBS": ["0"] * len(parcels),
            "CZCSXM": text_column([p.czcsxm for p in parcels]),
            "SJNF": np.full(len(parcels), year, np.int32),
            "MSSM": ["00"] * len(parcels),
            "HDMC": empty_column(len(parcels)),
            "BZ": [NOTE] * len(parcels),
        }
        title = f"{county.name}地类图斑{year}（{INVENTED}）"
        found.append(SampleLayer("DLTB", year, title, table_of(book, "DLTB", columns), shapes[shape]))
    return found


def _widths(events: Events) -> dict[str, float]:
    return {"1003": HIGHWAY_M, "1006": RURAL_M, "1001": RAILWAY_M, "1101": events.m.rivers[0][1]}

"""A county of one square kilometre whose every figure can be worked out on paper. Invented (虚构示例数据).

All shapes are rectangles (some with a bite taken out) at whole metres of the statutory plane, x to the east
and y to the north of one corner, brought to CGCS2000 degrees only when they become layers. So areas are
whole numbers of square metres, and the truth below is arithmetic, not output.

    y=1000 ┌────┬────┬────┬────┬────┐     columns A–E: 200 m wide, rows 1–4: 250 m high
           │ A4 │ B4 │ C4 │ D4 │ E4 │     each cell 200 × 250 = 50 000 m² = 5 公顷
       750 ├────┼────┼────┼────┼────┤
           │ A3 │ B3 │ C3 │ D3 │ E3 │     A3 village, B3 C3 town; D3 partly inside the boundary
       500 ├────┼────┼────┼────┼────┤
           │ A2 │ B2 │ C2 │ D2 │ E2 │     A1 A2 B1 B2 basic farmland; E2 E3 E4 red line
       250 ├────┼────┼────┼────┼────┤
           │ A1 │ B1 │ C1 │ D1 │ E1 │
         0 └────┴────┴────┴────┴────┘ x=1000
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from lantu.core.area import StatutoryPlane

AREA_CODE, AREA_NAME = "220882", "大安市"
PLANE = StatutoryPlane(123, 46)
CRS_4490 = CRS.from_epsg(4490)
CORNER = shapely.get_coordinates(PLANE.project(np.array([shapely.Point(123.0, 45.5)]), CRS_4490))[0]
YEARS = (2020, 2021, 2022, 2023, 2024, 2025)


def rect(west: int, south: int, east: int, north: int) -> shapely.Polygon:
    """A rectangle in metres from the world's corner."""
    return shapely.box(west, south, east, north)


@dataclass(frozen=True)
class Parcel:
    """One row of DLTB. `ridge` is KCXS, the share taken off as 田坎 (10 % on every 0103 here, else none)."""

    bsm: str
    shape: shapely.Polygon
    dlbm: str
    czcsxm: str = ""

    @property
    def ridge(self) -> Decimal:
        return Decimal("0.10") if self.dlbm == "0103" else Decimal(0)

    def without(self, bite: shapely.Polygon) -> Parcel:
        return replace(self, shape=self.shape.difference(bite))


def _cells() -> dict[str, Parcel]:
    classes = {
        "A1": "0103", "B1": "0103", "C1": "0101", "D1": "0101", "E1": "0301",
        "A2": "0103", "B2": "0102", "C2": "0102", "D2": "0103", "E2": "0404",
        "A3": "0702", "B3": "0701", "C3": "0701", "D3": "0102", "E3": "1106",
        "A4": "0102", "B4": "0102", "C4": "0201K", "D4": "1104", "E4": "1108",
    }  # fmt: skip
    settlement = {"A3": "203", "B3": "202", "C3": "202"}
    cells = {}
    for name, dlbm in classes.items():
        west, south = 200 * "ABCDE".index(name[0]), 250 * (int(name[1]) - 1)
        cells[name] = Parcel(name, rect(west, south, west + 200, south + 250), dlbm, settlement.get(name, ""))
    return cells


def _years() -> dict[int, dict[str, Parcel]]:
    land = _cells()
    years = {2020: dict(land)}

    # 2021: the town grows over the west half of D3, inside zone 410; a homestead strip of 200 × 20 m on A4,
    # outside every line and no town land. Both are legal: no finding.
    land["D3W"] = Parcel("D3W", rect(600, 500, 700, 750), "0601", "202")
    land["D3"] = land["D3"].without(land["D3W"].shape)
    land["A4S"] = Parcel("A4S", rect(0, 750, 200, 770), "0702", "203")
    land["A4"] = land["A4"].without(land["A4S"].shape)
    years[2021] = dict(land)

    # 2022: a village workshop of 100 × 100 m, half on A1, half on A2, all on basic farmland (MON01);
    # the south half of C1, 200 × 125 m, becomes a pond (MON04).
    land["N1"] = Parcel("N1", rect(100, 200, 200, 300), "0601", "203A")
    land["A1"], land["A2"] = (land[name].without(land["N1"].shape) for name in ("A1", "A2"))
    land["C1S"] = Parcel("C1S", rect(400, 0, 600, 125), "1104")
    land["C1"] = land["C1"].without(land["C1S"].shape)
    years[2022] = dict(land)

    # 2023: a road of 100 × 50 m, its east half (50 × 50) inside the red line (MON02), its west half on D2,
    # which no line protects; a town block of 200 × 30 m on C4, north of the boundary (MON03);
    # a pond of 9 × 10 m on C1, too small for a finding.
    land["N2"] = Parcel("N2", rect(750, 300, 850, 350), "1003")
    land["D2"], land["E2"] = (land[name].without(land["N2"].shape) for name in ("D2", "E2"))
    land["N3"] = Parcel("N3", rect(400, 750, 600, 780), "0701", "202")
    land["C4"] = land["C4"].without(land["N3"].shape)
    land["N4"] = Parcel("N4", rect(400, 240, 409, 250), "1104")
    land["C1"] = land["C1"].without(land["N4"].shape)
    years[2023] = dict(land)

    # 2024: an approved exchange: the north half of D1 (200 × 125) is planted with trees, all of E1 becomes
    # dry farmland; the town takes 20 × 250 m of D3 inside the elastic zone 420, legal but not counted.
    land["D1N"] = Parcel("D1N", rect(600, 125, 800, 250), "0301")
    land["D1"] = land["D1"].without(land["D1N"].shape)
    land["E1"] = replace(land["E1"], dlbm="0103")
    land["D3M"] = Parcel("D3M", rect(700, 500, 720, 750), "0701", "202")
    land["D3"] = land["D3"].without(land["D3M"].shape)
    years[2024] = dict(land)

    # 2025: a works of 50 × 50 m on B2: basic farmland and outside the boundary at once (MON01 and MON03);
    # an exchange that falls short: the west half of C2 (100 × 250) becomes an orchard, and only 40 × 250 m
    # of the pond D4 dry farmland in return.
    land["N5"] = Parcel("N5", rect(200, 400, 250, 450), "0601", "202A")
    land["B2"] = land["B2"].without(land["N5"].shape)
    land["C2W"] = Parcel("C2W", rect(400, 250, 500, 500), "0201")
    land["C2"] = land["C2"].without(land["C2W"].shape)
    land["D4W"] = Parcel("D4W", rect(600, 750, 640, 1000), "0103")
    land["D4"] = land["D4"].without(land["D4W"].shape)
    years[2025] = dict(land)
    return years


LAND = _years()

# The lines. Basic farmland: A1 + A2 and B1 + B2, 100 000 m² each; declared net areas 90 000 and 95 000.
BASIC_FARMLAND = {"P1": (rect(0, 0, 200, 500), 90_000), "P2": (rect(200, 0, 400, 500), 95_000)}
# Red line: E2 + E3, 100 000 m², and E4, 50 000 m².
RED_LINE = {"R1": (rect(800, 250, 1000, 750), 100_000), "R2": (rect(800, 750, 1000, 1000), 50_000)}
# Urban boundary: 410 over B3, C3 and the west half of D3 (500 × 250), 420 over the east half of D3
# (100 × 250), 430 a strip on B4 (200 × 50).
BOUNDARY = {
    "G1": (rect(200, 500, 700, 750), "410"),
    "G2": (rect(700, 500, 800, 750), "420"),
    "G3": (rect(200, 750, 400, 800), "430"),
}
# Water use in m³; the row of 2025 is missing.
WATER_USE = {2020: 1_000_000, 2021: 1_200_000, 2022: 1_200_001, 2023: 1_100_000, 2024: 1_150_000}
EXCHANGES = [
    {
        "BH": "JCPH-2024-01",
        "YEAR": 2024,
        "XMMC": "示例一",
        "BSM_OUT": "D1N",
        "BSM_IN": "E1",
        "APPROVED_BY": "县政府",
    },
    {
        "BH": "JCPH-2025-01",
        "YEAR": 2025,
        "XMMC": "示例二",
        "BSM_OUT": "C2W",
        "BSM_IN": "D4W",
        "APPROVED_BY": "县政府",
    },
]

# What the approval of this world demands: (indicator, op, value, unit, year, note).
TARGETS = [
    ("耕地保有量", ">=", Decimal("0.07"), "万亩", 2035, None),
    ("永久基本农田", ">=", Decimal("17.60"), "公顷", 2035, None),
    ("生态保护红线", ">=", Decimal("0.15"), "平方千米", 2035, None),
    ("城镇开发边界扩展倍数", "<=", Decimal("1.31"), "倍", 2035, "以2020年城镇建设用地规模为基数"),
    ("用水总量", "<=", Decimal("0.012"), "亿立方米", 2025, None),
    ("用水总量", "<=", None, None, 2035, "上级下达指标"),
]

# --- The truth, by hand -------------------------------------------------------------------------------

FARMLAND_M2 = {
    # A1 B1 A2 D2 are 0103: 4 × 45 000; C1 D1 B2 C2 D3 A4 B4: 7 × 50 000.
    2020: 530_000,
    # − 25 000 (D3W) − 4 000 (A4S)
    2021: 501_000,
    # − 10 000 × 0.9 (N1, from 0103) − 25 000 (C1S)
    2022: 467_000,
    # − 2 500 × 0.9 (west half of N2, from 0103) − 90 (N4)
    2023: 464_660,
    # − 25 000 (D1N) + 50 000 × 0.9 (E1) − 5 000 (D3M)
    2024: 479_660,
    # − 2 500 (N5) − 25 000 (C2W) + 10 000 × 0.9 (D4W)
    2025: 461_160,
}
BASIC_FARMLAND_M2 = {
    # A1 B1 A2: 3 × 45 000, B2: 50 000
    2020: 185_000,
    2021: 185_000,
    # − 10 000 × 0.9 (N1)
    2022: 176_000,
    2023: 176_000,
    2024: 176_000,
    # − 2 500 (N5)
    2025: 173_500,
}
NOT_FARMLAND_IN_LINE_M2 = {2020: 0, 2021: 0, 2022: 10_000, 2023: 10_000, 2024: 10_000, 2025: 12_500}
RED_LINE_M2 = 150_000
BUILT_IN_RED_LINE_M2 = {2020: 0, 2021: 0, 2022: 0, 2023: 2_500, 2024: 2_500, 2025: 2_500}
# Town land counted: B3 + C3 = 100 000; + 25 000 (D3W); + 6 000 (N3); D3M lies in 420; + 2 500 (N5).
TOWN_COUNTED_M2 = {2020: 100_000, 2021: 125_000, 2022: 125_000, 2023: 131_000, 2024: 131_000, 2025: 133_500}
TOWN_IN_ELASTIC_ZONE_M2 = {2020: 0, 2021: 0, 2022: 0, 2023: 0, 2024: 5_000, 2025: 5_000}
# A3, A4S and N1 carry 203 or 203A.
OTHER_SETTLEMENT_M2 = {2020: 50_000, 2021: 54_000, 2022: 64_000, 2023: 64_000, 2024: 64_000, 2025: 64_000}
PLANNED_M2 = 125_000

# (value, margin, answer) as published, by indicator and year; 1 万亩 = 20 000 000/3 m².
ROWS = {
    ("farmland_retained", 2035): {
        2020: ("0.08", "0.01", "pass"),  # 530 000 m² = 0.0795 万亩; 0.0095 over
        2021: ("0.08", "0.01", "pass"),  # 0.07515; 0.00515 over
        2022: ("0.07", "0.0001", "pass"),  # 0.07005; 0.00005 over, half up at the fourth place
        2023: ("0.07", "-0.0003", "fail"),  # 0.069699: prints as 0.07 and is still short by 0.000301
        2024: ("0.07", "0.002", "pass"),  # 0.071949; 0.001949 over
        2025: ("0.07", "-0.001", "fail"),  # 0.069174; short by 0.000826
    },
    ("basic_farmland", 2035): {
        2020: ("18.50", "0.90", "pass"),
        2021: ("18.50", "0.90", "pass"),
        2022: ("17.60", "0.00", "pass"),  # exactly the limit
        2023: ("17.60", "0.00", "pass"),
        2024: ("17.60", "0.00", "pass"),
        2025: ("17.35", "-0.25", "fail"),
    },
    ("ecological_redline", 2035): dict.fromkeys(YEARS, ("0.15", "0.00", "pass")),
    ("expansion_multiple", 2035): {
        2020: ("1.00", "0.31", "pass"),
        2021: ("1.25", "0.06", "pass"),
        2022: ("1.25", "0.06", "pass"),
        2023: ("1.31", "0.00", "pass"),
        2024: ("1.31", "0.00", "pass"),
        2025: ("1.34", "-0.03", "fail"),  # 1.335, half up; short by 0.025, half up
    },
    ("water_use_total", 2025): {
        2020: ("0.010", "0.002", "pass"),
        2021: ("0.012", "0.000", "pass"),
        2022: ("0.012", "-0.00000001", "fail"),  # one cubic metre too much
        2023: ("0.011", "0.001", "pass"),
        2024: ("0.012", "0.001", "pass"),  # 0.0115, half up; 0.0005 left, half up
        2025: (None, None, "cannot_tell"),  # no row in the table
    },
    # The target names no figure; what was used is shown all the same, to two decimals.
    ("water_use_total", 2035): {
        **dict.fromkeys((2020, 2021, 2022, 2023, 2024), ("0.01", None, "cannot_tell")),
        2025: (None, None, "cannot_tell"),
    },
}  # fmt: skip

# (year, rule, answer, m² where the rule holds, parcels of that year)
FINDINGS = {
    (2022, "MON01", "fail", Decimal("10000.00"), ("N1",)),
    (2022, "MON04", "fail", Decimal("25000.00"), ("C1S",)),
    (2023, "MON02", "fail", Decimal("2500.00"), ("N2",)),
    (2023, "MON03", "fail", Decimal("6000.00"), ("N3",)),
    (2024, "MON05", "pass", Decimal("75000.00"), ("D1N", "E1")),  # 25 000 out + 50 000 in
    (2025, "MON01", "fail", Decimal("2500.00"), ("N5",)),
    (2025, "MON03", "fail", Decimal("2500.00"), ("N5",)),
    (2025, "MON05", "needs_person", Decimal("35000.00"), ("C2W", "D4W")),  # 25 000 out, net 9 000 in
}
BELOW = {(2023, "MON04", 1, Decimal("90.00"))}  # N4

# --- The world as layers ------------------------------------------------------------------------------


def geographic(shapes: list[shapely.Polygon]) -> np.ndarray:
    """Bring shapes from the world's metres to longitude and latitude."""
    moved = shapely.transform(np.array(shapes, object), lambda xy: xy + CORNER)
    return PLANE.to_geographic(moved)


def land_table(year: int) -> pa.Table:
    """The attributes of DLTB, in the order of `land_shapes`."""
    rows = []
    for parcel in LAND[year].values():
        gross = Decimal(str(parcel.shape.area)).quantize(Decimal("0.01"))
        ridge = (gross * parcel.ridge).quantize(Decimal("0.01"))
        rows.append(
            {
                "BSM": parcel.bsm,
                "DLBM": parcel.dlbm,
                "CZCSXM": parcel.czcsxm or None,
                "TBMJ": float(gross),
                "KCXS": float(parcel.ridge),
                "KCMJ": float(ridge),
                "TBDLMJ": float(gross - ridge),
            }
        )
    return pa.Table.from_pylist(rows)


def land_shapes(year: int) -> np.ndarray:
    return geographic([parcel.shape for parcel in LAND[year].values()])


def line_table(kind: str) -> pa.Table:
    """The attributes of one of the three lines, in the order of `line_shapes`."""
    match kind:
        case "YJJBNT":
            return pa.Table.from_pylist(
                [{"BSM": k, "YJJBNTMJ": float(net)} for k, (_, net) in BASIC_FARMLAND.items()]
            )
        case "STBHHX":
            return pa.Table.from_pylist([{"BSM": k, "MJ": float(area)} for k, (_, area) in RED_LINE.items()])
        case "CZKFBJ":
            return pa.Table.from_pylist(
                [{"BSM": k, "GHFQDM": zone, "MJ": shape.area} for k, (shape, zone) in BOUNDARY.items()]
            )
    raise KeyError(kind)


def line_shapes(kind: str) -> np.ndarray:
    line = {"YJJBNT": BASIC_FARMLAND, "STBHHX": RED_LINE, "CZKFBJ": BOUNDARY}[kind]
    return geographic([shape for shape, _ in line.values()])


def water_table() -> pa.Table:
    return pa.Table.from_pylist(
        [{"YEAR": year, "VOLUME_M3": volume, "SOURCE": "虚构示例数据"} for year, volume in WATER_USE.items()]
    )


def exchange_table() -> pa.Table:
    return pa.Table.from_pylist(EXCHANGES)

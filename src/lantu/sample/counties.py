"""The four counties of 吉政函〔2024〕47号: what is real about them. All else in the sample is invented."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

CITY, PROVINCE = "白城市", "吉林省"
YEARS = (2020, 2021, 2022, 2023, 2024, 2025)


@dataclass(frozen=True, slots=True)
class Township:
    """A township-level unit with its real name and 9-digit code (`townships.csv` names the source)."""

    code: str
    name: str

    @property
    def is_subdistrict(self) -> bool:
        """Whether it is a 街道, part of the county town."""
        return self.name.endswith("街道")

    @property
    def is_town(self) -> bool:
        """Whether it is a 建制镇, whose seat is urban land."""
        return self.name.endswith("镇")


@dataclass(frozen=True, slots=True)
class County:
    """A county's real figures, and how its sample is delivered.

    Attributes:
        area_km2: its true statutory area.
        farmland, basic_farmland: approved limits, 万亩; redline in 平方千米; water_2025 in 亿立方米.
        multiple: approved expansion multiple of the urban boundary.
        seat: roughly where the county town lies, longitude and latitude.
        epsg: system of delivery; one county comes in a Gauss–Krüger zone to exercise both.
        plan_format: file form of the plan layers.
        built_km2: size of the invented county town; town_km2 that of a 建制镇 seat.
    """

    code: str
    name: str
    area_km2: Decimal
    farmland: Decimal
    basic_farmland: Decimal
    redline: Decimal
    multiple: Decimal
    water_2025: Decimal
    seat: tuple[float, float]
    epsg: int
    plan_format: str
    built_km2: float
    town_km2: float

    @property
    def is_city(self) -> bool:
        """Whether it is a county-level city (市): its town land is 201, else 202."""
        return self.name.endswith("市")

    @property
    def urban_code(self) -> str:
        return "201" if self.is_city else "202"


def _d(text: str) -> Decimal:
    return Decimal(text)


COUNTIES = (
    County("220882", "大安市", _d("4879.46"), _d("327.40"), _d("249.12"), _d("405.23"), _d("1.18"),
           _d("6.07"), (124.13, 45.48), 4490, "gpkg", 19.0, 1.3),
    County("220881", "洮南市", _d("5105.12"), _d("514.05"), _d("343.87"), _d("107.89"), _d("1.18"),
           _d("3.37"), (122.72, 45.29), 4490, "shp", 21.0, 1.2),
    County("220821", "镇赉县", _d("4723.07"), _d("311.33"), _d("261.77"), _d("1316.46"), _d("1.18"),
           _d("9.76"), (123.22, 45.86), 4529, "gpkg", 12.0, 1.2),
    County("220822", "通榆县", _d("8475.64"), _d("621.03"), _d("392.07"), _d("1903.42"), _d("1.20"),
           _d("3.35"), (123.05, 44.80), 4490, "gdb", 14.0, 1.4),
)  # fmt: skip


def townships(county: str) -> list[Township]:
    """Return the township-level units of a county, by code."""
    text = files("lantu.sample").joinpath("townships.csv").read_text("utf-8")
    return [
        Township(row["code"], row["name"])
        for row in csv.DictReader(text.splitlines())
        if row["county"] == county
    ]

"""Faults in the table of indicators and in the structure of layers."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from lantu.sample.package_faults.fault import Fault, Rows, Spot, has, set_to

TABLE = "GHZBB"
_EXPECTED = {"LSWHBHX": ("JB", "LB"), "ZXCQCSLVX": ("LX",)}
_LAYER: Rows = {"*": ()}
"""The finding is of the layer, not of a row."""


def _strange_field(spot: Spot) -> Rows | None:
    """Add a field that the profile does not know."""
    name = f"LTX{len(spot.layer.columns)}"
    spot.layer.columns[name] = [None] * len(spot.layer)
    spot.layer.types[name] = pa.string()
    return _LAYER


def _lost_field(spot: Spot) -> Rows | None:
    """Drop a field that should be there."""
    for name in _EXPECTED[spot.layer.name]:
        if spot.layer.columns.pop(name, None) is not None:
            return _LAYER
    return None


def _less(spot: Spot) -> Rows:
    """Promise a hundredth less than approved."""
    spot.set("MBNZ", f"{Decimal(str(spot.value('MBNZ'))) - Decimal('0.01')}")
    return {}


TABLES = (
    Fault("target_differs", ("指标表目标与文本、批复不符", "a target that is not that of text and reply"),
          (TABLE,),
          ("QC2009", "QC2011", "QC2201"), _less, has("ZBMC", "耕地保有量"), most=1),
    Fault("unknown_unit", ("指标单位不认得", "a unit that nobody knows"), (TABLE,),
          ("QC2002", "QC2011", "QC2201"),
          set_to("ZBDW", "虚构单位"), has("ZBMC", "用水总量"), most=1),
    Fault("attribute_differs", ("约束性指标写成预期性", "a binding indicator called an expected one"),
          (TABLE,),
          ("QC2004",), set_to("ZBSX", "预期性"), has("ZBMC", "生态保护红线面积"), most=1),
    Fault("unread_figure", ("指标值不是数", "a target that is no figure"), (TABLE,),
          ("QC2003", "QC2011", "QC2201"),
          set_to("MBNZ", "二〇三五"), has("ZBMC", "城镇开发边界扩展倍数"), most=1),
    Fault("strange_field", ("样式外的字段", "a field that the profile does not know"),
          ("LSWHBHX", "ZXCQCSLVX", "HLFXKZX"), ("QC1311",), _strange_field),
    Fault("lost_field", ("缺少应有字段", "a field that should be there is not"), tuple(_EXPECTED),
          ("QC1308",),
          _lost_field, most=2),
)  # fmt: skip

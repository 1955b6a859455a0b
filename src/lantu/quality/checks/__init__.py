"""Every check that a quality rule can name."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.quality.checks import areas, base_year, figures, indicator_table, totals, values
from lantu.quality.runner import Check

CHECKS: Mapping[str, Check] = {
    "area_arithmetic": Check(areas.difference),
    "area_decimals": Check(areas.decimals),
    "area_deducted": Check(areas.product),
    "area_plane": Check(areas.area_plane, geometry=("polygon",)),
    "declared_area": Check(areas.declared_area, geometry=("polygon",)),
    "as_it_is": Check(base_year.as_it_is),
    "data_year": Check(base_year.data_year),
    "land_inside": Check(base_year.land_inside, "package"),
    "on_classes": Check(base_year.on_classes, "package"),
    "figures_agree": Check(figures.figures_agree, "package"),
    "text_figures_read": Check(figures.text_figures_read, "package"),
    "indicator_attribute": Check(indicator_table.indicator_attribute, "package"),
    "indicator_direction": Check(indicator_table.indicator_direction, "package"),
    "indicator_figures": Check(indicator_table.indicator_figures, "package"),
    "indicator_known": Check(indicator_table.indicator_known, "package"),
    "indicator_once": Check(indicator_table.indicator_once, "package"),
    "indicator_unit": Check(indicator_table.indicator_unit, "package"),
    "indicators_required": Check(indicator_table.indicators_required, "package"),
    "layer_total": Check(totals.layer_total),
    "unit_totals": Check(totals.unit_totals, "package"),
    "unique": Check(values.unique),
}

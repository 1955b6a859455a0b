"""Every check that a quality rule can name."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.quality.checks import (
    areas,
    base_year,
    figures,
    indicator_table,
    package_files,
    structure,
    systems,
    totals,
    values,
)
from lantu.quality.runner import Check

_SHAPES = ("polygon", "line", "point")

CHECKS: Mapping[str, Check] = {
    "area_arithmetic": Check(areas.difference),
    "area_deducted": Check(areas.product),
    "area_plane": Check(areas.area_plane, geometry=("polygon",)),
    "declared_area": Check(areas.declared_area, geometry=("polygon",)),
    "as_surveyed": Check(base_year.as_surveyed, "package"),
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
    "any_layer": Check(package_files.any_layer, "package"),
    "documents": Check(package_files.documents, "package"),
    "incidents": Check(package_files.incidents, "package"),
    "layer_once": Check(package_files.layer_once, "package"),
    "package_name": Check(package_files.package_name, "package"),
    "field_types": Check(structure.field_types, rows=False),
    "field_widths": Check(structure.field_widths, rows=False),
    "fields_known": Check(structure.fields_known, "package"),
    "fields_present": Check(structure.fields_present, rows=False),
    "geometry_type": Check(structure.geometry_type, geometry=_SHAPES, rows=False),
    "layers_filled": Check(structure.layers_filled, "package"),
    "layers_known": Check(structure.layers_known, "package"),
    "layers_named": Check(structure.layers_named, "package"),
    "layers_present": Check(structure.layers_present, "package"),
    "shapes_present": Check(structure.shapes_present, "package"),
    "tables_plain": Check(structure.tables_plain, "package"),
    "coordinates_fit": Check(systems.coordinates_fit, geometry=_SHAPES),
    "in_province": Check(systems.in_province, "package"),
    "near_outline": Check(systems.near_outline, "package"),
    "one_system": Check(systems.one_system, "package"),
    "system_delivered": Check(systems.system_delivered, geometry=_SHAPES),
    "system_named": Check(systems.system_named, geometry=_SHAPES),
    "system_of_profile": Check(systems.system_of_profile, geometry=_SHAPES),
    "system_wgs84": Check(systems.system_wgs84, geometry=_SHAPES),
    "zone_fits": Check(systems.zone_fits, geometry=_SHAPES),
    "layer_total": Check(totals.layer_total),
    "unit_totals": Check(totals.unit_totals, "package"),
    "unique": Check(values.unique),
}

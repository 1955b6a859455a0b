"""Every check that a quality rule can name."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.quality.checks import codes, logic, package_files, places, structure, systems, texts, values
from lantu.quality.runner import Check

_SHAPES = ("polygon", "line", "point")

CHECKS: Mapping[str, Check] = {
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
    "code_form": Check(codes.form),
    "codes_unverified": Check(codes.unverified),
    "feature_code": Check(codes.feature_code),
    "in_list": Check(codes.in_list),
    "name_of_code": Check(codes.pair),
    "one_name": Check(codes.one_name),
    "other_version": Check(codes.other_version),
    "pattern": Check(codes.pattern),
    "zero_lost": Check(codes.zero_lost),
    "condition": Check(logic.condition),
    "division": Check(places.division),
    "division_name": Check(places.division_name),
    "blanks_around": Check(texts.blanks_around),
    "encoding": Check(texts.encoding),
    "odd_characters": Check(texts.odd_characters),
    "blank_text": Check(values.blank_text),
    "days": Check(values.days),
    "filled": Check(values.filled),
    "finite": Check(values.finite),
    "in_range": Check(values.in_range),
    "too_fine": Check(values.too_fine),
    "too_long": Check(values.too_long),
    "unique": Check(values.unique),
    "unique_across": Check(values.unique_across, "package"),
}

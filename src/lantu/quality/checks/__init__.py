"""Every check that a quality rule can name."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.quality.checks import codes, logic, places, texts, values
from lantu.quality.runner import Check

CHECKS: Mapping[str, Check] = {
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

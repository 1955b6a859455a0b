"""What the layers of a plan add up to, and what a difference to that may come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lantu.core.units import UNITS
from lantu.overlay.engine import KernelEngine
from lantu.quality.amounts import FINE, Amounts, amounts
from lantu.quality.figures import Told, page_of
from lantu.quality.findings import CannotTell, Said
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_OWNERS = ("XZQDM", "XJXZQDM", "ZLDWDM")
_OUTLINE = "XZQX"
_INSIDE = 0.01
"""A feature of which so little lies in the county lies outside."""

_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sum:
    """What was added up: a field of some rows of a layer; `unit` is the field's."""

    sheet: Sheet
    field: str
    rows: _Bools
    amount: Amounts
    unit: str

    @property
    def base(self) -> Fraction:
        """The sum in base units (m²)."""
        return self.of(self.rows)

    def of(self, rows: _Bools) -> Fraction:
        return Fraction(self.amount.total(rows), FINE) * UNITS[self.unit].factor

    def between(self, low: Fraction, high: Fraction) -> list[int]:
        """Return the rows that were added up whose own figure lies between two, in base units."""
        factor = UNITS[self.unit].factor
        least, most = math.ceil(low / factor * FINE), math.floor(high / factor * FINE)
        found: list[int] = np.flatnonzero(
            self.rows & (self.amount.fine >= least) & (self.amount.fine <= most)
        ).tolist()
        return found


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """The figures of the layers.

    Attributes:
        lost: (key, year) → why a figure that should be there cannot be told.
        sums: key → what was added up, for a figure that is one sum.
        mistaken: key → fields that somebody may have added up instead.
    """

    told: tuple[Told, ...]
    lost: Mapping[tuple[str, int], Said]
    sums: Mapping[str, Sum]
    mistaken: Mapping[str, tuple[str, ...]]


def layer_figures(work: Workspace) -> LayerFigures:
    """Add up every figure that the layers give; one without its layer, where that is allowed, is none."""
    return work.once("layer figures", lambda: _layer_figures(work))


def _layer_figures(work: Workspace) -> LayerFigures:
    page = page_of(work.book)
    told: list[Told] = []
    lost: dict[tuple[str, int], Said] = {}
    sums: dict[str, Sum] = {}
    mistaken: dict[str, tuple[str, ...]] = {}
    for formula in page["layers"]:
        key, year = formula["indicator"], page["years"][formula["year"]]
        parts = [formula["sum"], *([formula["per"]] if "per" in formula else [])]
        if not all(_expected(work, part["layer"]) for part in parts):
            continue
        try:
            added = [_sum(work, part) for part in parts]
            told.append(_told(work, formula, added, year))
        except Said as why:
            lost[key, year] = why
            continue
        if len(added) == 1:
            sums[key], mistaken[key] = added[0], tuple(formula.get("mistaken", ()))
    return LayerFigures(tuple(told), lost, sums, mistaken)


def _expected(work: Workspace, kind: str) -> bool:
    """Say whether a layer is there, or should be."""
    spec = work.profile.layers.get(kind)
    return spec is not None and (
        kind in work.sheets or spec.presence == "required" or work.broken(kind) is not None
    )


def _told(work: Workspace, formula: Mapping[str, Any], added: list[Sum], year: int) -> Told:
    indicator = work.book.indicators[formula["indicator"]]
    top = added[0]
    value = top.base
    if len(added) > 1:
        below = added[1].base
        if not below:
            raise CannotTell("quality.nothing_below", layer=added[1].sheet.kind, field=added[1].field)
        value = value / below
    return Told(
        indicator.id, indicator.name.zh, "=", value, indicator.base_unit, year, "layers",
        top.sheet.source.where, top.sheet.kind, verified=formula["verified"],
    )  # fmt: skip


def _sum(work: Workspace, part: Mapping[str, str]) -> Sum:
    sheet = work.sheet(part["layer"])
    sheet.needs(part["field"])
    rows = np.ones(len(sheet), np.bool_)
    if "where" in part:
        rows = _chosen(work, sheet, part)
    amount = amounts(sheet, part["field"])
    missing = int((rows & ~amount.known).sum())
    if missing or not len(sheet):
        raise CannotTell("quality.no_total", layer=sheet.kind, field=part["field"], missing=missing)
    return Sum(sheet, part["field"], rows, amount, _unit(work, sheet, part["field"]))


def _unit(work: Workspace, sheet: Sheet, name: str) -> str:
    spec, known = sheet.spec.fields.get(name), work.book.fields.get(name)
    return (spec.unit if spec else None) or (known.unit if known else None) or "平方米"


def _chosen(work: Workspace, sheet: Sheet, part: Mapping[str, str]) -> _Bools:
    """Return the rows whose code is in a land class, or starts with some digits."""
    name = part["where"]
    sheet.needs(name)
    column = sheet.column(name)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    code = pc.utf8_trim_whitespace(column)
    spec, known = sheet.spec.fields.get(name), work.book.fields.get(name)
    blank = int(pc.sum(pc.equal(code.fill_null(""), "")).as_py() or 0)
    if spec is not None and spec.presence == "required" and blank:
        raise CannotTell("quality.no_place", layer=sheet.kind, field=name, missing=blank)
    if "class" in part:
        code_list = (spec.code_list if spec else None) or (known.code_list if known else None) or ""
        wanted = sorted(work.book.land_class(part["class"], code_list))
        found = pc.is_in(code, value_set=pa.array(wanted, pa.string()))
    else:
        found = pc.starts_with(code, part["starts"])
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


# --- where a difference may come from ----------------------------------------------------------------------


def other_field(work: Workspace, key: str) -> list[tuple[str, Fraction]]:
    """Return what somebody may have added up instead: fields with their sums in m², then the shapes."""
    figures = layer_figures(work)
    if key not in figures.sums:
        return []
    own = figures.sums[key]
    found = []
    for name in figures.mistaken[key]:
        if own.sheet.has(name):
            amount = amounts(own.sheet, name)
            found.append((name, Fraction(amount.total(own.rows), FINE) * UNITS[own.unit].factor))
    try:
        shapes = own.sheet.area_m2[own.rows]
    except CannotTell:
        return found
    return [*found, ("", Fraction(float(np.nansum(shapes))))]


def outside(work: Workspace, key: str) -> tuple[list[int], Fraction] | None:
    """Return the rows that name another county, or lie outside the county, and their sum; else None."""
    own = layer_figures(work).sums.get(key)
    if own is None or work.county is None:
        return None
    strange = np.zeros(len(own.sheet), np.bool_)
    for name in _OWNERS:
        if own.sheet.has(name):
            text = own.sheet.column(name)
            text = text if pa.types.is_string(text.type) else text.cast(pa.string())
            named = pc.and_(pc.is_valid(text), pc.invert(pc.starts_with(text, work.county)))
            strange |= np.asarray(named.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)
    strange = (strange | _beyond_outline(work, own.sheet)) & own.rows
    rows = np.flatnonzero(strange).tolist()
    return (rows, own.of(strange)) if rows else None


def _beyond_outline(work: Workspace, sheet: Sheet) -> _Bools:
    """Return which rows lie outside the county's outline; none where that cannot be told."""
    out = np.zeros(len(sheet), np.bool_)
    outline = work.sheets.get(_OUTLINE)
    try:
        if outline is None or not len(outline) or len(outline.pack.broken) or len(sheet.pack.broken):
            return out
        table = KernelEngine().overlay(sheet.pack, outline.pack)
    except CannotTell:
        return out
    inside = np.bincount(table.left_id, table.area_m2, minlength=len(sheet.pack))
    out[sheet.usable] = inside < _INSIDE * sheet.pack.area_m2
    return out


def one_feature(work: Workspace, key: str, low: Fraction, high: Fraction) -> int | None:
    """Return the one row whose share lies between two figures in m²; None where none does, or several do."""
    own = layer_figures(work).sums.get(key)
    found = own.between(low, high) if own else []
    return found[0] if len(found) == 1 else None

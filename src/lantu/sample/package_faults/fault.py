"""A kind of fault: where it can stand, what it does, which rules must speak of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lantu.sample.package_faults.draft import Draft, LayerDraft


@dataclass(frozen=True)
class Spot:
    """A row that a fault is planted in."""

    draft: Draft
    layer: LayerDraft
    row: int
    rng: np.random.Generator

    def value(self, field: str) -> object:
        return self.layer.columns[field][self.row]

    def set(self, field: str, value: object) -> None:
        self.layer.columns[field][self.row] = value


Rows = Mapping[str, tuple[int, ...]]
"""Rule → the rows of the layer that its finding names; `*` for all rules that are not named."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Attributes:
        name: in commands and truth files.
        what: zh, en.
        layers: one of them is chosen each time.
        rules: codes of all rules that must speak of the row, and no others may.
        plant: does it; returns rows other than the row itself, by rule, where a finding names those;
            None where there is no room in this row and nothing was changed.
        may: rules that add up what is planted in a layer, which may cancel: they may speak of it as a whole.
        able: which rows it may stand in; None for all.
        most: a package has room for so many; None where it has for any number.
    """

    name: str
    what: tuple[str, str]
    layers: tuple[str, ...]
    rules: tuple[str, ...]
    plant: Callable[[Spot], Rows | None]
    able: Callable[[LayerDraft, int], bool] | None = None
    may: tuple[str, ...] = ()
    most: int | None = None


def set_to(field: str, value: object) -> Callable[[Spot], Rows]:
    """Plant a value."""

    def plant(spot: Spot) -> Rows:
        spot.set(field, value)
        return {}

    return plant


def made_of(field: str, make: Callable[[str, np.random.Generator], object]) -> Callable[[Spot], Rows]:
    """Plant a value made of the one that is there."""

    def plant(spot: Spot) -> Rows:
        spot.set(field, make(str(spot.value(field)), spot.rng))
        return {}

    return plant


def has(field: str, *values: object) -> Callable[[LayerDraft, int], bool]:
    """Take rows with one of some values; with any where none is named."""

    def able(layer: LayerDraft, row: int) -> bool:
        value = layer.columns[field][row]
        return value in values if values else value is not None

    return able

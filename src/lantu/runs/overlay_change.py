"""Compare two vintages of a survey: what became what, in areas that add up to both; no home is needed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from numbers import Number
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.lawbook import load
from lantu.overlay.change import (
    NOISE_M2,
    NOWHERE,
    Account,
    Fate,
    Sliver,
    Vintage,
    account,
    fates,
    fates_by_value,
    flows,
)
from lantu.overlay.engine import KernelEngine, method
from lantu.runs.polygon_files import PolygonFile, UsedFile, read_polygons
from lantu.runs.table_file import write_table

_Ints = NDArray[np.int64]

WIDTH, LARGEST = "overlay.min_width_m", "overlay.max_sliver_m2"
_NAMED = 3
"""So many overlaps of a file are named where it is refused."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How many there are, and how much ground in m², as measured."""

    count: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class VintageFile(UsedFile):
    """One file.

    Attributes:
        field: the field whose values are compared; None for each feature by itself.
        area_m2: the sum of its features' areas, as measured.
        doubled: pairs of its features that share a sliver of ground.
    """

    field: str | None
    area_m2: float
    doubled: Measured


@dataclass(frozen=True, slots=True)
class Counted:
    """Features of one fate: how many of each vintage; their units, where the account is of features."""

    old: int
    new: int
    old_units: int | None
    new_units: int | None


@dataclass(frozen=True, slots=True)
class FileChange:
    """The result.

    Attributes:
        method: engine, plane, greatest edge; what counts as noise and as a sliver.
        account: of the values of two fields, or of the features by their rows.
        values: what its groups are called in the old file and in the new one; None where they are features.
        old_fate, new_fate: of each feature, as `Fate`.
        sliver: what counts as one.
        slivers: the flows, among those that are a change, that are slivers.
    """

    old: VintageFile
    new: VintageFile
    method: str
    account: Account
    values: tuple[list[Any], list[Any]] | None
    old_fate: NDArray[np.int8]
    new_fate: NDArray[np.int8]
    sliver: Sliver
    slivers: Measured

    def rows(self, account: Account) -> Iterator[tuple[Any, Any, Fate, int, int]]:
        """Yield old and new value, or place in the file from 1, fate, units and pairs of each flow.

        A side without ground has None, as has ground without a value: the fate tells.

        Args:
            account: the result's own, or a coarser one.
        """
        names = self.values or (range(1, self.old.features + 1), range(1, self.new.features + 1))
        columns = (account.old, account.new, account.fate, account.amount, account.pairs)
        for old, new, fate, units, pairs in zip(*(each.tolist() for each in columns), strict=True):
            before = None if old == NOWHERE else names[0][old]
            yield before, None if new == NOWHERE else names[1][new], Fate(fate), units, pairs

    def features(self, account: Account) -> dict[Fate, Counted]:
        """Count the features of each fate that there is."""
        units: tuple[_Ints, _Ints] | None = None
        if self.values is None:
            had, _, has = account.per_group(max(self.old.features, self.new.features))
            units = had[: self.old.features], has[: self.new.features]
        found = {}
        for fate in Fate:
            old, new = self.old_fate == fate, self.new_fate == fate
            if old.any() or new.any():
                found[fate] = Counted(
                    int(old.sum()),
                    int(new.sum()),
                    int(units[0][old].sum()) if units else None,
                    int(units[1][new].sum()) if units else None,
                )
        return found


def change_files(
    old: Path,
    new: Path,
    by: tuple[str, str] | None = None,
    *,
    old_layer: str | None = None,
    new_layer: str | None = None,
    assume_cgcs2000: bool = False,
    progress: Progress = silent,
) -> FileChange:
    """Measure what became what between two files of the same land.

    Args:
        by: the field of each file whose values are compared; None compares the features themselves.
        old_layer, new_layer: which layer of a file that has several.

    Raises:
        InputError: as `read_polygons`; `overlay.change_double` where features of a file share more than
            slivers of ground: no account of them adds up; `overlay.change_kinds` where no value of one field
            can be a value of the other.
        IntegrityError: `overlay.change_contradiction`.
    """
    sliver = Sliver(*(float(load().number(name, date.today())) for name in (WIDTH, LARGEST)))
    files = read_polygons(
        [(old, old_layer), (new, new_layer)], fields=by, assume_cgcs2000=assume_cgcs2000, progress=progress
    )
    values, (old_group, new_group) = _same_values(files, by) if by else (None, _rows(files))
    engine = KernelEngine()
    before, after = (Vintage.of(f.used.file, f.pack, engine.overlaps(f.pack, progress)) for f in files)
    _refuse_double(sliver, before, after)
    found = flows(before, after, engine.overlay(files[0].pack, files[1].pack, progress), sliver)
    old_fate, new_fate, fate = fates(found, before, after)
    if by:
        fate = fates_by_value(found, old_group, new_group)
    sides = [
        VintageFile(
            **asdict(file.used),
            field=by[nth] if by else None,
            area_m2=math.fsum(file.pack.area_m2),
            doubled=_measured(side.double.area_m2),
        )
        for nth, (file, side) in enumerate(zip(files, (before, after), strict=True))
    ]
    how = (
        f"{method(engine, files[0].plane)}; noise up to {NOISE_M2:g} m2 per feature; "
        f"slivers up to {sliver.width_m:g} m wide and {sliver.area_m2:g} m2"
    )
    slivers = _measured(found.area_m2[found.sliver & (fate != Fate.UNCHANGED)])
    result = account(found, old_group, new_group, fate)
    return FileChange(sides[0], sides[1], how, result, values, old_fate, new_fate, sliver, slivers)


def write_change(result: FileChange, path: Path) -> None:
    """Write the rows as Parquet: old, new, fate, area_m2 (decimal, exact), pairs; whole or not at all.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    found = result.account
    fate = pa.array([each.name.lower() for each in Fate]).take(pa.array(found.fate))
    units = pa.array(found.amount).cast(pa.decimal128(19, 0))
    columns = {
        "old": _column(found.old, result.values and result.values[0]),
        "new": _column(found.new, result.values and result.values[1]),
        "fate": fate,
        "area_m2": pc.multiply(units, pa.scalar(found.unit_m2)),
        "pairs": pa.array(found.pairs),
    }
    facts = {
        "old": result.old.digest, "new": result.new.digest, "method": result.method,
        "by": [result.old.field, result.new.field],
    }  # fmt: skip
    write_table(columns, facts, path)


def _column(group: _Ints, names: list[Any] | None) -> pa.Array:
    if names is None:
        return pa.array(group + 1, mask=group == NOWHERE)
    return pa.array([None if number == NOWHERE else names[number] for number in group.tolist()])


def _same_values(
    files: list[PolygonFile], by: tuple[str, str]
) -> tuple[tuple[list[Any], list[Any]], tuple[_Ints, _Ints]]:
    """Number the values of both fields together: what is written alike is the same, and nothing else.

    Returns:
        What each number is called in each file, and (n,), (m,) the number of each feature.
    """
    own = [
        [None if value != value else value for value in file.labels.value] for file in files
    ]  # NaN is none
    _refuse_kinds(files, by, own)
    number: dict[Any, int] = {}
    for value in (*own[0], *own[1]):
        number.setdefault(value, len(number))
    names = list(number), list(number)
    for mine, values in zip(names, own, strict=True):
        for value in values:
            mine[number[value]] = value  # 1 and 1.0 are the same, and called as in the file
    first, second = (np.array([number[value] for value in values], np.int64) for values in own)
    return names, (first[files[0].labels.number], second[files[1].labels.number])


def _rows(files: list[PolygonFile]) -> tuple[_Ints, _Ints]:
    return np.arange(len(files[0].pack)), np.arange(len(files[1].pack))


def _refuse_kinds(files: list[PolygonFile], by: tuple[str, str], own: list[list[Any]]) -> None:
    some = [[value for value in values if value is not None] for values in own]
    if some[0] and some[1] and not set(map(_kind, some[0])) & set(map(_kind, some[1])):
        first = [repr(values[0]) for values in some]
        raise InputError(
            "overlay.change_kinds", old=files[0].used.file, old_field=by[0], old_value=first[0],
            new=files[1].used.file, new_field=by[1], new_value=first[1],
        )  # fmt: skip


def _kind(value: Any) -> str:
    number = isinstance(value, Number) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def _refuse_double(sliver: Sliver, *vintages: Vintage) -> None:
    """Refuse what is no partition, naming the biggest overlaps of each file by their places."""
    found = []
    for each in vintages:
        rows = each.overlaps(sliver)
        if len(rows):
            double = each.double
            area = math.fsum(double.area_m2[rows])
            named = [f"{double.left_id[n] + 1}–{double.right_id[n] + 1}" for n in rows[:_NAMED]]
            more = ", …" if len(rows) > _NAMED else ""
            found.append(f"{each.name}: {len(rows)}, {area:.4f} m² ({', '.join(named)}{more})")
    if found:
        raise InputError("overlay.change_double", found="; ".join(found))


def _measured(area_m2: NDArray[np.float64]) -> Measured:
    return Measured(len(area_m2), math.fsum(area_m2))

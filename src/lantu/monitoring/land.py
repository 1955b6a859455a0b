"""The land of one year as change detection sees it, and the pieces that passed from one parcel to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lantu.core.progress import Progress
from lantu.overlay.engine import KernelEngine
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import take


@dataclass(frozen=True, slots=True)
class LandYear:
    """The land survey (DLTB) of one county and year, by row.

    Attributes:
        bsm, dlbm, czcsxm: 标识码, 地类编码, 城镇村属性码; "" where a parcel has none.
        net_share: TBDLMJ ÷ TBMJ, what of a parcel counts as its class (the rest is 田坎); NaN where unknown.
        pack: its shapes.
    """

    year: int
    bsm: list[str]
    dlbm: list[str]
    czcsxm: list[str]
    net_share: NDArray[np.float64]
    pack: PackedLayer

    @classmethod
    def from_view(cls, year: int, land: pa.Table, pack: PackedLayer) -> LandYear:
        """Read the columns of the view `land`; raises KeyError where DLBM is lacking."""
        gross, net = (_numbers(land, name) for name in ("tbmj", "tbdlmj"))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(gross > 0, net / gross, np.nan)
        return cls(year, _texts(land, "bsm"), _texts(land, "dlbm", True), _texts(land, "czcsxm"), share, pack)


@dataclass(frozen=True, slots=True)
class Passage:
    """Land that two years name differently: what lay in parcel `old` lies in parcel `new` now.

    Attributes:
        old, new: rows of the earlier and the later year, one pair per passage.
        area_m2: their shared statutory area.
        old_alone_m2, new_alone_m2: changed land of one year that the other year does not have at all.
    """

    old: NDArray[np.int32]
    new: NDArray[np.int32]
    area_m2: NDArray[np.float64]
    old_alone_m2: float
    new_alone_m2: float


def passages(before: LandYear, after: LandYear, engine: KernelEngine, progress: Progress) -> Passage:
    """Compare two years.

    A parcel of the same shape and class in both years is unchanged, whatever its BSM says: numbers are
    given anew in some deliveries. The rest is overlaid, old by new.
    """
    old, new = _changed(before, after), _changed(after, before)
    packs = take(before.pack, old), take(after.pack, new)
    table = engine.overlay(*packs, progress)
    alone = []
    for pack, ids in zip(packs, (table.left_id, table.right_id), strict=True):
        shared = np.bincount(ids, table.area_m2, minlength=len(pack))
        # Parcels of one year that overlap each other share more than they have; that is no missing land.
        alone.append(float(np.maximum(pack.area_m2 - shared, 0).sum()))
    return Passage(old[table.left_id], new[table.right_id], table.area_m2, alone[0], alone[1])


def _changed(year: LandYear, other: LandYear) -> NDArray[np.int32]:
    there = set(_identities(other))
    return np.array([row for row, each in enumerate(_identities(year)) if each not in there], np.int32)


def _identities(year: LandYear) -> Iterator[tuple[tuple[int, ...], str, str]]:
    """Yield shape and class of each parcel."""
    return zip(map(tuple, year.pack.shape_key.tolist()), year.dlbm, year.czcsxm, strict=True)


def _texts(land: pa.Table, name: str, needed: bool = False) -> list[str]:
    if name not in land.column_names and not needed:
        return [""] * land.num_rows
    return ["" if value is None else str(value) for value in land.column(name).to_pylist()]


def _numbers(land: pa.Table, name: str) -> NDArray[np.float64]:
    if name not in land.column_names:
        return np.full(land.num_rows, np.nan)
    return np.array([np.nan if value is None else float(value) for value in land.column(name).to_pylist()])

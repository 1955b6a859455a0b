"""The land of one year as change detection sees it, and the pieces that passed from one parcel to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from lantu.core.area import Geometries
from lantu.core.progress import Progress
from lantu.overlay.engine import OverlayEngine


@dataclass(frozen=True, slots=True)
class LandYear:
    """The land survey (DLTB) of one county and year, by row.

    Attributes:
        bsm, dlbm, czcsxm: 标识码, 地类编码, 城镇村属性码; "" where a parcel has none.
        net_share: TBDLMJ ÷ TBMJ, what of a parcel counts as its class (the rest is 田坎); NaN where unknown.
        shape: number of each row's shape in the pool.
    """

    year: int
    bsm: list[str]
    dlbm: list[str]
    czcsxm: list[str]
    net_share: NDArray[np.float64]
    shape: NDArray[np.int32]

    @classmethod
    def from_view(cls, year: int, land: pa.Table, shape: NDArray[np.int32]) -> LandYear:
        """Read the columns of the view `land`; raises KeyError where DLBM is lacking."""
        gross, net = (_numbers(land, name) for name in ("tbmj", "tbdlmj"))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(gross > 0, net / gross, np.nan)
        return cls(
            year, _texts(land, "bsm"), _texts(land, "dlbm", True), _texts(land, "czcsxm"), share, shape
        )


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


def passages(
    before: LandYear, after: LandYear, shapes: Geometries, engine: OverlayEngine, progress: Progress
) -> Passage:
    """Compare two years.

    A parcel of the same shape and class in both years is unchanged, whatever its BSM says: numbers are
    given anew in some deliveries. The rest is intersected, old by new.

    Args:
        shapes: the pool's shapes in the statutory plane, for both years.
    """
    old, new = _changed(before, after), _changed(after, before)
    table = engine.areas(shapes[before.shape[old]], shapes[after.shape[new]], progress)
    alone = []
    for rows, year, ids in ((old, before, table.left_id), (new, after, table.right_id)):
        shared = np.bincount(ids, table.area_m2, minlength=len(rows))
        own = shapely.area(shapes[year.shape[rows]])
        # Parcels of one year that overlap each other share more than they have; that is no missing land.
        alone.append(float(np.maximum(own - shared, 0).sum()))
    return Passage(old[table.left_id], new[table.right_id], table.area_m2, alone[0], alone[1])


def _changed(year: LandYear, other: LandYear) -> NDArray[np.int32]:
    there = set(zip(other.shape.tolist(), other.dlbm, other.czcsxm, strict=True))
    here = zip(year.shape.tolist(), year.dlbm, year.czcsxm, strict=True)
    return np.array([row for row, key in enumerate(here) if key not in there], np.int32)


def _texts(land: pa.Table, name: str, needed: bool = False) -> list[str]:
    if name not in land.column_names and not needed:
        return [""] * land.num_rows
    return ["" if value is None else str(value) for value in land.column(name).to_pylist()]


def _numbers(land: pa.Table, name: str) -> NDArray[np.float64]:
    if name not in land.column_names:
        return np.full(land.num_rows, np.nan)
    return np.array([np.nan if value is None else float(value) for value in land.column(name).to_pylist()])

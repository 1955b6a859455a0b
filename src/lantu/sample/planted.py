"""A contradiction between plans as it is planted, before its areas are measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OVER, ON, CROSSING, SHIFTED, SLIT = "重叠", "压占", "交叉", "错位", "缝隙"
"""The types of conflict between plans."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One contradiction.

    Attributes:
        type: 重叠, 压占, 交叉, 错位 or 缝隙.
        first: kind of layer and row of the feature that was planted.
        second: kind of layer that it contradicts; `classes` narrows it to rows of these classes.
        what, says: zh and en: what it is; what is to be said about it.
        place: shape in the drawing plane.
        area_m2: statutory area where that is not the ground that both sides share.
        bsm: BSM of both sides where they are not those of the ground shared; None: no feature there.
        upper: area code of the layer of the first side where it is another level's.
    """

    type: str
    first: tuple[str, int]
    second: str
    what: tuple[str, str]
    says: tuple[str, str]
    place: Any
    classes: tuple[str, ...] = ()
    area_m2: float | None = None
    bsm: tuple[str | None, str | None] | None = None
    upper: str | None = None
